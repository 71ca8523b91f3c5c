/*
 * json_trail: the keys that objects had before, in their order. Records are much alike: a key that
 * stands where one stood before need not be searched for its end, hashed and compared with those
 * before it, for those differ. Private to json_pick.
 */
#ifndef RUNTALLY_JSON_KEY_CACHE_H
#define RUNTALLY_JSON_KEY_CACHE_H

#include <stddef.h>
#include <stdint.h>

#include "runtally/json/text.h"
#include "runtally/json/wanted.h"

enum {
	KEY_CACHE_TEXT_BYTES = 39, /* of a key with its first quote; longer ones are not kept */
	KEY_CACHE_KEYS_MOST = 512, /* in all */
	KEY_CACHE_OTHERS_MOST = 8, /* behind one key */
};

/* A key behind certain others, or (without text) the place before the first key. */
struct key_cache_key {
	char text[KEY_CACHE_TEXT_BYTES + TEXT_WORD_BYTES]; /* its quote, its name, and zero bytes */
	size_t length;                                     /* of the name and the quote before it */
	uint64_t hash;
	struct key_cache_key *before;
	struct key_cache_key *after; /* one that followed, and by `other` those that also did */
	struct key_cache_key *other;
	struct key_cache_key
		*inside; /* where the keys of its value begin, or of the items of that */

	/* What is wanted of the member where `owner` is wanted of the object. */
	const struct wanted *owner;
	const struct wanted_member *member;
};

struct cache {
	struct key_cache_key start;
	struct key_cache_key keys[KEY_CACHE_KEYS_MOST];
	size_t count;
};

/* The key that begins at `at`, if it stood there before; else NULL. */
static inline struct key_cache_key *key_cache_follow(const struct key_cache_key *from,
						     const char *at)
{
	struct key_cache_key *key = from->after;

	while (key && !(text_is_same(key->text, at, key->length) && at[key->length] == '"'))
		key = key->other;
	return key;
}

/* From here on NULL: there is no room, or the key is too long. `text` is that behind the quote. */
struct key_cache_key *key_cache_add(struct cache *cache, struct key_cache_key *from,
				    const char *text, size_t length, uint64_t hash);
struct key_cache_key *key_cache_add_inside(struct cache *cache, struct key_cache_key *key);

#endif
