#include "runtally/json/key_cache.h"

#include "runtally/base/arena.h"

struct trail *trail_new(void)
{
	struct trail *trail = memory_alloc(sizeof(*trail));

	trail->start = (struct trail_key){.length = 0};
	trail->count = 0;
	return trail;
}

void trail_free(struct trail *trail)
{
	memory_free(trail);
}

static struct trail_key *new_key(struct trail *trail)
{
	struct trail_key *key;

	if (trail->count == TRAIL_KEYS_MOST)
		return NULL;
	key = &trail->keys[trail->count++];
	*key = (struct trail_key){.length = 0};
	return key;
}

static size_t count_after(const struct trail_key *from)
{
	size_t count = 0;

	for (const struct trail_key *key = from->after; key; key = key->other)
		count++;
	return count;
}

struct trail_key *trail_add(struct trail *trail, struct trail_key *from, const char *text,
			    size_t length, uint64_t hash)
{
	struct trail_key *key;

	if (length + 1 > TRAIL_TEXT_BYTES || count_after(from) == TRAIL_OTHERS_MOST)
		return NULL;
	key = new_key(trail);
	if (!key)
		return NULL;
	key->length = length + 1;
	memcpy(key->text, text - 1, key->length);
	key->hash = hash;
	key->before = from;
	key->other = from->after;
	from->after = key;
	return key;
}

struct trail_key *trail_add_inside(struct trail *trail, struct trail_key *key)
{
	key->inside = new_key(trail);
	return key->inside;
}
