#include "runtally/base/hash_table.h"

#include <string.h>

/* ---- hashes ---- */

static uint64_t hash_basis = 14695981039346656037u;

void hash_seed(uint64_t seed)
{
	hash_basis = 14695981039346656037u ^ seed;
}

uint64_t hash_bytes(const char *bytes, size_t length)
{
	uint64_t hash = hash_basis;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)bytes[i]) * 1099511628211u;
	/* Its low bits depend on the low bits of what came in alone: the high ones have to help. */
	hash ^= hash >> 32;
	hash *= 0xd6e8feb86659fd93u;
	return hash ^ hash >> 32;
}

uint64_t hash_text(const char *text)
{
	return text ? hash_bytes(text, strlen(text)) : 7;
}

uint64_t hash_pair(uint64_t first, uint64_t second)
{
	const uint64_t spread = UINT64_C(0x9e3779b97f4a7c15);
	uint64_t hash = (first * spread ^ second) * spread;

	return hash ^ hash >> 32;
}

/* ---- the table ---- */

void hash_table_release(struct hash_table *table)
{
	memory_free(table->slots);
	*table = (struct hash_table){.slots = NULL};
}

void hash_table_clear(struct hash_table *table)
{
	if (table->count)
		memset(table->slots, 0, table->capacity * sizeof(*table->slots));
	table->count = 0;
}

static void put(struct hash_table *table, struct hash_slot slot)
{
	size_t at = slot.tag & (table->capacity - 1);

	while (table->slots[at].place)
		at = (at + 1) & (table->capacity - 1);
	table->slots[at] = slot;
}

/* Keeps a third of the slots free. */
void hash_table_reserve(struct hash_table *table, size_t count)
{
	struct hash_table larger = {.capacity = 64, .count = table->count};

	if (count * 3 <= table->capacity * 2)
		return;
	while (count * 3 > larger.capacity * 2)
		larger.capacity *= 2;
	larger.slots = memory_alloc(larger.capacity * sizeof(*larger.slots));
	memset(larger.slots, 0, larger.capacity * sizeof(*larger.slots));
	for (size_t i = 0; i < table->capacity; i++)
		if (table->slots[i].place)
			put(&larger, table->slots[i]);
	memory_free(table->slots);
	*table = larger;
}

void hash_add(struct hash_table *table, uint64_t hash, size_t position)
{
	hash_table_reserve(table, table->count + 1);
	table->count++;
	put(table, (struct hash_slot){(uint32_t)(hash ^ hash >> 32), (uint32_t)position + 1});
}

/* ---- strings ---- */

void intern_init(struct interner *pool, struct arena *arena)
{
	*pool = (struct interner){.arena = arena};
}

void intern_release(struct interner *pool)
{
	memory_free(pool->texts);
	hash_table_release(&pool->table);
	*pool = (struct interner){.arena = pool->arena};
}

const char *intern(struct interner *pool, const char *text)
{
	size_t length, walk;
	uint64_t hash;

	if (!text)
		return NULL;
	length = strlen(text);
	hash = hash_bytes(text, length);
	for (size_t at = hash_first(&pool->table, hash, &walk); at != HASH_NONE;
	     at = hash_next(&pool->table, hash, &walk))
		if (strcmp(pool->texts[at], text) == 0)
			return pool->texts[at];
	pool->texts =
		array_reserve(pool->texts, &pool->capacity, pool->count + 1, sizeof(*pool->texts));
	hash_add(&pool->table, hash, pool->count);
	return pool->texts[pool->count++] = arena_strndup(pool->arena, text, length);
}

/* ---- numbers for names ---- */

void numbering_release(struct numbering *numbering)
{
	memory_free(numbering->entries);
	hash_table_release(&numbering->table);
	*numbering = (struct numbering){.count = 0};
}

void numbering_clear(struct numbering *numbering)
{
	hash_table_clear(&numbering->table);
	numbering->count = 0;
}

bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

size_t numbering_of(struct numbering *numbering, const char *source, const char *name)
{
	const uint64_t hash = hash_pair(hash_text(source), hash_text(name));
	size_t walk;

	for (size_t at = hash_first(&numbering->table, hash, &walk); at != HASH_NONE;
	     at = hash_next(&numbering->table, hash, &walk)) {
		const struct numbered *other = &numbering->entries[at];

		if (same_text(other->name, name) && same_text(other->source, source))
			return at;
	}
	numbering->entries = array_reserve(numbering->entries, &numbering->capacity,
					   numbering->count + 1, sizeof(*numbering->entries));
	numbering->entries[numbering->count] = (struct numbered){source, name, hash};
	hash_add(&numbering->table, hash, numbering->count);
	return numbering->count++;
}
