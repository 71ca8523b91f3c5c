/*
 * json_store: where json_pick puts what it makes: chunks of an arena. Arrays grow at the front of a
 * chunk and texts, which need no alignment, at its back, so that an array whose items are texts
 * grows where it is. Private to json_pick.
 */
#ifndef RUNTALLY_JSON_STORE_H
#define RUNTALLY_JSON_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "runtally/base/arena.h"

enum { STORE_CHUNK_BYTES = 4096, STORE_FIRST_ITEMS = 4 };

struct store {
	struct arena *arena;
	char *front, *back; /* what lies between is free */
};

static inline size_t store_room(const struct store *store)
{
	return (size_t)(store->back - store->front);
}

/* Room for `size` bytes at least. False: the arena's budget does not suffice. */
static inline bool store_open_chunk(struct store *store, size_t size)
{
	size_t bytes = size > STORE_CHUNK_BYTES ? size : STORE_CHUNK_BYTES;
	char *chunk = arena_try_alloc(store->arena, bytes);

	if (!chunk)
		return false;
	store->front = chunk;
	store->back = chunk + bytes;
	return true;
}

/* Memory for a text. NULL: beyond the budget. */
static inline char *store_text(struct store *store, size_t size)
{
	if (store_room(store) < size && !store_open_chunk(store, size))
		return NULL;
	store->back -= size;
	return store->back;
}

/* An array of `count` items that is full, which is a power of two or 0, made twice as large. */
static inline void *store_grow(struct store *store, void *items, size_t count, size_t size)
{
	size_t old = count * size, more = count ? old : STORE_FIRST_ITEMS * size;
	char *grown = store->front;

	if (count && (char *)items + old == store->front && store_room(store) >= more) {
		store->front += more;
		return items;
	}
	if (store_room(store) < old + more) {
		if (!store_open_chunk(store, old + more))
			return NULL;
		grown = store->front;
	}
	store->front += old + more;
	if (count)
		memcpy(grown, items, old);
	return grown;
}

/* Whether an array of so many items, that store_grow made, is full. */
static inline bool store_is_full(size_t count)
{
	return count == 0 || (count >= STORE_FIRST_ITEMS && (count & (count - 1)) == 0);
}

#endif
