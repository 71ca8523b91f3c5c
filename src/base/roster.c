#include "runtally/base/roster.h"

#include <stdbool.h>
#include <string.h>

#include "runtally/base/arena.h"

void roster_release(struct roster *roster)
{
	memory_free(roster->entries);
	memory_free(roster->slots);
	*roster = (struct roster){.count = 0};
}

void roster_clear(struct roster *roster)
{
	if (roster->count)
		memset(roster->slots, 0, roster->slot_count * sizeof(*roster->slots));
	roster->count = 0;
}

static bool same_text(const char *a, const char *b)
{
	return a == b || strcmp(a, b) == 0;
}

static struct roster_entry entry_of(const char *source, const char *name)
{
	const uint64_t spread = UINT64_C(0x9e3779b97f4a7c15);
	uint64_t hash = hash_bytes(source, strlen(source)) * spread;

	return (struct roster_entry){
		.source = source,
		.name = name,
		.hash = (hash ^ hash_bytes(name, strlen(name))) * spread,
	};
}

/* The slot of that entry, or the free one where it belongs. */
static uint32_t *slot_of(const struct roster *roster, const struct roster_entry *entry)
{
	size_t at = (size_t)(entry->hash >> 32) & (roster->slot_count - 1);

	for (; roster->slots[at]; at = (at + 1) & (roster->slot_count - 1)) {
		const struct roster_entry *other = &roster->entries[roster->slots[at] - 1];

		if (other->hash == entry->hash && same_text(other->name, entry->name) &&
		    same_text(other->source, entry->source))
			break;
	}
	return &roster->slots[at];
}

/* Keeps a third of the slots free. */
static void make_slots(struct roster *roster)
{
	if (roster->count * 3 < roster->slot_count * 2)
		return;
	roster->slot_count = roster->slot_count ? roster->slot_count * 2 : 64;
	memory_free(roster->slots);
	roster->slots = memory_alloc(roster->slot_count * sizeof(*roster->slots));
	memset(roster->slots, 0, roster->slot_count * sizeof(*roster->slots));
	for (size_t i = 0; i < roster->count; i++)
		*slot_of(roster, &roster->entries[i]) = (uint32_t)i + 1;
}

size_t roster_number(struct roster *roster, const char *source, const char *name)
{
	struct roster_entry entry = entry_of(source, name);
	uint32_t *slot;

	make_slots(roster);
	slot = slot_of(roster, &entry);
	if (!*slot) {
		roster->entries = array_reserve(roster->entries, &roster->capacity,
						roster->count + 1, sizeof(*roster->entries));
		roster->entries[roster->count++] = entry;
		*slot = (uint32_t)roster->count;
	}
	return *slot - 1;
}
