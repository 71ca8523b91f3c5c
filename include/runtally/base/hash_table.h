/*
 * hash_table: hashes → positions in an array of the caller's, who knows what lies there and what is
 * equal: look at each position from hash_first to hash_next, and hash_add what was not there.
 *
 * Also the interner, the set of strings that is needed most, and numbers for names.
 */
#ifndef RUNTALLY_BASE_HASH_TABLE_H
#define RUNTALLY_BASE_HASH_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/base/arena.h"

/*
 * For tables in memory: FNV-1a from a seed, mixed. Nothing that is written may depend on it, for a
 * program that reads what strangers wrote seeds it anew each time: else they could choose names
 * that all fall into one place.
 */
void hash_seed(uint64_t seed);
uint64_t hash_bytes(const char *bytes, size_t length);
/* Of a text that ends with a NUL; NULL is a text of its own. */
uint64_t hash_text(const char *text);
/* Of two in this order. */
uint64_t hash_pair(uint64_t first, uint64_t second);

/* Zeroed, it is empty. */
struct hash_table {
	struct hash_slot {
		uint32_t tag;   /* of the hash */
		uint32_t place; /* position + 1; 0: free */
	} * slots;
	size_t capacity; /* a power of two */
	size_t count;
};

#define HASH_NONE SIZE_MAX

void hash_table_release(struct hash_table *table);
/* Forgets all, keeps its room. */
void hash_table_clear(struct hash_table *table);
/* Makes room for so many in all, so that it need not grow. */
void hash_table_reserve(struct hash_table *table, size_t count);
/* Adds a position below 2^32 - 1. What is there with the same hash stays. */
void hash_add(struct hash_table *table, uint64_t hash, size_t position);

/*
 * The first position that may have been added with this hash, and the next: nearly always one that
 * was, so the caller looks at what lies there. HASH_NONE: no more. *walk is the table's own.
 */
static inline size_t hash_next(const struct hash_table *table, uint64_t hash, size_t *walk)
{
	const uint32_t tag = (uint32_t)(hash ^ hash >> 32);

	for (;;) {
		const struct hash_slot *slot = &table->slots[*walk & (table->capacity - 1)];

		if (!slot->place)
			return HASH_NONE;
		++*walk;
		if (slot->tag == tag)
			return slot->place - 1;
	}
}

static inline size_t hash_first(const struct hash_table *table, uint64_t hash, size_t *walk)
{
	*walk = (uint32_t)(hash ^ hash >> 32);
	return table->capacity ? hash_next(table, hash, walk) : HASH_NONE;
}

/*
 * interner: one copy of each distinct string. The arena passed at init owns the copies; the
 * index is given back with intern_release. Equal strings give equal pointers.
 */
struct interner {
	struct arena *arena;
	const char **texts;
	size_t count, capacity;
	struct hash_table table;
};

/* Texts of an interner are mostly the same pointer; NULL is like NULL alone. */
bool same_text(const char *a, const char *b);

void intern_init(struct interner *pool, struct arena *arena);
void intern_release(struct interner *pool);
/* NULL gives NULL. */
const char *intern(struct interner *pool, const char *text);

/*
 * Numbers for names as they come, 0, 1, ..., so that what is counted of each can stand in an array.
 * A name is one of a source, for it means something else in another. Zeroed at first.
 */
struct numbering {
	struct numbered {
		const char *source, *name; /* borrowed */
		uint64_t hash;
	} * entries; /* by number */
	size_t count, capacity;
	struct hash_table table;
};

void numbering_release(struct numbering *numbering);
/* Forgets all names, keeps its room. */
void numbering_clear(struct numbering *numbering);
/* The name's number; that of a new one is the count there was. Both texts must stay. */
size_t numbering_of(struct numbering *numbering, const char *source, const char *name);

#endif
