/* wanted: the paths that are wanted (pick.h), as a tree. */
#ifndef RUNTALLY_JSON_WANTED_H
#define RUNTALLY_JSON_WANTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/base/hash_table.h"
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
	struct hash_table table; /* of members by name */
};

/* The member of that name; NULL: none is named so. */
static inline const struct wanted_member *wanted_find(const struct wanted *wanted, const char *name,
						      size_t length, uint64_t hash)
{
	size_t walk;

	for (size_t at = hash_first(&wanted->table, hash, &walk); at != HASH_NONE;
	     at = hash_next(&wanted->table, hash, &walk)) {
		const struct wanted_member *member = &wanted->members[at];

		if (member->hash == hash && member->length == length &&
		    text_is_same(member->name, name, length))
			return member;
	}
	return NULL;
}

#endif
