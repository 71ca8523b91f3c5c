#include "runtally/json/key_cache.h"

#include "runtally/base/arena.h"

struct cache *key_cache_new(void)
{
	struct cache *cache = memory_alloc(sizeof(*cache));

	cache->start = (struct key_cache_key){.length = 0};
	cache->count = 0;
	return cache;
}

void key_cache_free(struct cache *cache)
{
	memory_free(cache);
}

static struct key_cache_key *new_key(struct cache *cache)
{
	struct key_cache_key *key;

	if (cache->count == KEY_CACHE_KEYS_MOST)
		return NULL;
	key = &cache->keys[cache->count++];
	*key = (struct key_cache_key){.length = 0};
	return key;
}

static size_t count_after(const struct key_cache_key *from)
{
	size_t count = 0;

	for (const struct key_cache_key *key = from->after; key; key = key->other)
		count++;
	return count;
}

struct key_cache_key *key_cache_add(struct cache *cache, struct key_cache_key *from,
				    const char *text, size_t length, uint64_t hash)
{
	struct key_cache_key *key;

	if (length + 1 > KEY_CACHE_TEXT_BYTES || count_after(from) == KEY_CACHE_OTHERS_MOST)
		return NULL;
	key = new_key(cache);
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

struct key_cache_key *key_cache_add_inside(struct cache *cache, struct key_cache_key *key)
{
	key->inside = new_key(cache);
	return key->inside;
}
