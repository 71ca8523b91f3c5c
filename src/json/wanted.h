/* wanted: the paths that are wanted (pick.h), as a tree. */
#ifndef RUNTALLY_JSON_WANTED_H
#define RUNTALLY_JSON_WANTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "runtally/json/pick.h"
#include "text.h"

enum { WANTED_NAME_BYTES = 47 };

struct wanted_member {
	uint64_t hash;
	size_t length;
	char name[WANTED_NAME_BYTES + 1]; /* ends with a NUL at the least */
	struct wanted *field;
};

/* What is wanted of one value. A field without anything: that it is there. */
struct wanted {
	bool whole;           /* all of it; the rest does not matter then */
	struct wanted *items; /* of a list; NULL: none */
	struct wanted *any;   /* of each member that is not named below; NULL: nothing */
	struct wanted_member *members;
	size_t count, capacity;
	unsigned char *slots; /* member + 1 by hash, 0: none; more than twice as many as members */
	unsigned shift;       /* from a hash to its first slot */
};

enum { WANTED_MEMBERS_MOST = 255 };

static inline size_t wanted_slot(const struct wanted *wanted, uint64_t hash)
{
	return (size_t)(hash >> wanted->shift);
}

static inline size_t wanted_last_slot(const struct wanted *wanted)
{
	return (size_t)(UINT64_MAX >> wanted->shift);
}

/* The member of that name; NULL: none is named so. */
static inline const struct wanted_member *wanted_find(const struct wanted *wanted, const char *name,
						      size_t length, uint64_t hash)
{
	size_t slot;

	if (!wanted->count)
		return NULL;
	for (slot = wanted_slot(wanted, hash); wanted->slots[slot];
	     slot = (slot + 1) & wanted_last_slot(wanted)) {
		const struct wanted_member *member = &wanted->members[wanted->slots[slot] - 1];

		if (member->hash == hash && member->length == length &&
		    text_is_same(member->name, name, length))
			return member;
	}
	return NULL;
}

#endif
