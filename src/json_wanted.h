/* json_wanted: the paths that are wanted, as a tree of nodes. Private to json_pick. */
#ifndef RUNTALLY_JSON_WANTED_H
#define RUNTALLY_JSON_WANTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "runtally/json_pick.h"

enum { WANTED_NAME_BYTES = 47 };

struct wanted_member {
	uint64_t hash;
	size_t length;
	char name[WANTED_NAME_BYTES + 1]; /* ends with a NUL at the least */
	struct wanted *node;
};

/* What is wanted of one value. A node without anything: that it is there. */
struct wanted {
	bool whole;           /* all of it; the rest does not matter then */
	uint64_t filter;      /* wanted_bit of each member */
	struct wanted *items; /* of a list; NULL: none */
	struct wanted *any;   /* of each member that is not named below; NULL: nothing */
	struct wanted_member *members;
	size_t count, capacity;
};

static inline uint64_t wanted_bit(uint64_t hash)
{
	return UINT64_C(1) << (hash >> 58);
}

/* The member of that name; NULL: none is named so. */
static inline const struct wanted_member *wanted_find(const struct wanted *wanted, const char *name,
						      size_t length, uint64_t hash)
{
	if (!(wanted->filter & wanted_bit(hash)))
		return NULL;
	for (size_t i = 0; i < wanted->count; i++) {
		const struct wanted_member *member = &wanted->members[i];

		if (member->hash == hash && member->length == length &&
		    memcmp(member->name, name, length) == 0)
			return member;
	}
	return NULL;
}

#endif
