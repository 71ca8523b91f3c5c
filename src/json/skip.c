#include "skip.h"

#include <stdlib.h>

/* ---- keys of before ---- */

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

/*
 * `text` is that behind the quote. NULL: there is no room, or the key is too long.
 */
static struct key_cache_key *add_to_cache(struct cache *cache, struct key_cache_key *from,
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

/* ---- keys of one object ---- */

static int compare_hashes(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return (a > b) - (a < b);
}

bool skip_has_twins(struct skip *s, size_t first)
{
	qsort(s->hashes + first, s->key_count - first, sizeof(*s->hashes), compare_hashes);
	for (size_t i = first + 1; i < s->key_count; i++)
		if (s->hashes[i] == s->hashes[i - 1])
			return true;
	return false;
}

static uint64_t key_bit(uint64_t hash)
{
	return UINT64_C(1) << (hash >> 58);
}

static bool is_listed(const struct skip *s, size_t first, uint64_t hash)
{
	for (size_t i = first; i < s->key_count; i++)
		if (s->hashes[i] == hash)
			return true;
	return false;
}

/* False: it is there already, as far as its hash tells, or there are too many. */
static bool add_key(struct skip *s, struct key_set *keys, uint64_t hash)
{
	const uint64_t bit = key_bit(hash);

	if (s->key_count == SKIP_KEYS_MOST)
		return false;
	if ((keys->filter & bit) && s->key_count - keys->first <= SKIP_KEYS_COMPARED &&
	    is_listed(s, keys->first, hash))
		return false;
	keys->filter |= bit;
	s->hashes[s->key_count++] = hash;
	return true;
}

/* All keys so far are on a key cache: lists them. False: they are too many. */
static bool leave_cache(struct skip *s, struct key_set *keys)
{
	for (const struct key_cache_key *key = keys->known; key->before; key = key->before)
		if (!add_key(s, keys, key->hash))
			return false;
	return true;
}

/*
 * The key that was listed last and those before it are on a key cache, if that can be: if they are
 * so few that each was compared with those before it.
 */
static void return_to_cache(struct skip *s, struct key_set *keys, const struct key *key)
{
	if (s->key_count - keys->first > SKIP_KEYS_COMPARED) {
		keys->known = NULL;
		return;
	}
	keys->known = add_to_cache(s->cache, keys->known, key->text, key->length, key->hash);
	if (!keys->known)
		return;
	keys->filter = 0;
	s->key_count = keys->first;
}

const char *skip_new_key(struct skip *s, const char *at, struct key_set *keys, struct key *key)
{
	if (*at != '"')
		return text_stop(&s->end, at);
	key->text = at + 1;
	at = text_skip_key(key->text, &s->end);
	if (!at)
		return NULL;
	key->length = (size_t)(at - 1 - key->text);
	key->hash = text_hash(key->text, key->length);
	if (keys->known && !leave_cache(s, keys))
		return text_refuse(&s->end);
	if (!add_key(s, keys, key->hash))
		return text_refuse(&s->end);
	if (keys->known)
		return_to_cache(s, keys, key);
	return at;
}

/* Where the keys of brackets begin that stand right in the level. */
static inline struct key_cache_key *inside_of(struct skip *s, const struct skip_level *level)
{
	return level->close == ']' ? level->keys.known : skip_inside(s, &level->keys);
}

/* From the opening bracket to the first thing in it. There must be a level left. */
static inline const char *open_level(struct skip *s, const char *at)
{
	s->levels[s->depth++] = (struct skip_level){
		.keys = {.first = s->key_count, .known = s->inside},
		.close = *at == '{' ? '}' : ']',
	};
	return skip_blanks(s, at + 1);
}

/* From behind a value over all brackets that close behind it, as far as the level `base`. */
static inline const char *close_levels(struct skip *s, const char *at, size_t base)
{
	for (;;) {
		const struct skip_level *level = &s->levels[s->depth - 1];

		if (*at != level->close)
			return *at == ',' ? at : text_stop(&s->end, at);
		if (!skip_drop_keys(s, &level->keys))
			return text_refuse(&s->end);
		at++;
		if (--s->depth == base)
			return at;
		at = skip_blanks(s, at);
	}
}

const char *skip_brackets(struct skip *s, const char *at)
{
	const size_t base = s->depth;

	for (;;) {
		const bool opens = *at == '{' || *at == '[';
		struct skip_level *level;
		struct key key;

		if (opens && s->depth > base)
			s->inside = inside_of(s, &s->levels[s->depth - 1]);
		at = opens ? open_level(s, at) : skip_scalar(s, at);
		if (!at)
			return NULL;
		level = &s->levels[s->depth - 1];
		if (!opens || *at == level->close) {
			at = close_levels(s, skip_blanks(s, at), base);
			if (!at || s->depth == base)
				return at;
			at = skip_blanks(s, at + 1);
			level = &s->levels[s->depth - 1];
		} else if (s->depth == SKIP_DEPTH_MOST) {
			return text_refuse(&s->end);
		}
		if (level->close == '}')
			at = skip_key(s, at, &level->keys, &key);
		if (!at)
			return NULL;
	}
}
