/*
 * roster: numbers for names as they come, 0, 1, ..., so that what is counted of each can stand in
 * an array. A name is one of a source, for it means something else in another.
 */
#ifndef RUNTALLY_BASE_ROSTER_H
#define RUNTALLY_BASE_ROSTER_H

#include <stddef.h>
#include <stdint.h>

struct roster_entry {
	const char *source, *name; /* borrowed */
	uint64_t hash;
};

struct roster {
	struct roster_entry *entries; /* by number */
	size_t count, capacity;
	uint32_t *slots; /* by hash: number + 1, 0 is a free one */
	size_t slot_count;
};

/* Zeroed at first. */
void roster_release(struct roster *roster);
/* Forgets all names, keeps its room. */
void roster_clear(struct roster *roster);

/* The name's number; that of a new one is the count there was. Both texts must stay. */
size_t roster_number(struct roster *roster, const char *source, const char *name);

#endif
