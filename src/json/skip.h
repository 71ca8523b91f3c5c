/*
 * skip: goes over a value and checks every byte of it, but makes nothing. Also what it shares with
 * pick: the state of the pass, blanks, and keys, which must differ within an object.
 */
#ifndef RUNTALLY_JSON_SKIP_H
#define RUNTALLY_JSON_SKIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "text.h"

/*
 * The keys that objects had before, in their order. Records are much alike: a key that stands where
 * one stood before need not be searched for its end, hashed and compared with those before it, for
 * those differ.
 */
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

/* NULL: there is no room. */
struct key_cache_key *key_cache_add_inside(struct cache *cache, struct key_cache_key *key);

enum {
	SKIP_DEPTH_MOST = 2048, /* jansson's own */
	SKIP_KEYS_MOST = 4096,  /* of all objects that are open at a time */
	SKIP_KEYS_COMPARED =
		48, /* of one object one by one; if there are more: sorted at its end */
};

/* The keys of an object that is open. */
struct key_set {
	size_t first;    /* in `hashes` below */
	uint64_t filter; /* key_bit of each */
	struct key_cache_key
		*known; /* the last one, if all are on a key cache; then none is in `hashes` */
};

/* An object or a list that is gone over. */
struct skip_level {
	struct key_set keys; /* of a list: known is where the keys of its items begin */
	char close;          /* its closing bracket */
};

struct skip {
	struct text_end end;
	size_t newlines;
	size_t depth; /* of what is open */
	struct cache *cache;
	struct key_cache_key
		*inside; /* where the keys of the next brackets begin; NULL: not known */
	size_t key_count;
	uint64_t hashes[SKIP_KEYS_MOST]; /* of the keys of all open objects */
	struct skip_level levels[SKIP_DEPTH_MOST];
};

struct key {
	const char *text;
	size_t length;
	uint64_t hash;
};

static inline const char *skip_blanks(struct skip *s, const char *at)
{
	return (unsigned char)*at > ' ' ? at : text_skip_blanks(at, &s->newlines);
}

bool skip_has_twins(struct skip *s, size_t first);

/* At the end of the object. False: two keys are alike. */
static inline bool skip_drop_keys(struct skip *s, const struct key_set *keys)
{
	const bool many = s->key_count - keys->first > SKIP_KEYS_COMPARED;

	if (many && skip_has_twins(s, keys->first))
		return false;
	s->key_count = keys->first;
	return true;
}

/* Where the keys of the value behind the key begin, for brackets that come next. */
static inline struct key_cache_key *skip_inside(struct skip *s, const struct key_set *keys)
{
	struct key_cache_key *known = keys->known;

	if (!known || known->inside)
		return known ? known->inside : NULL;
	return key_cache_add_inside(s->cache, known);
}

/* Over the key to behind its closing quote; it is among `keys` then. */
const char *skip_new_key(struct skip *s, const char *at, struct key_set *keys, struct key *key);

static inline const char *skip_known_key(const char *at, struct key_set *keys, struct key *key)
{
	struct key_cache_key *known = keys->known ? key_cache_follow(keys->known, at) : NULL;

	if (!known)
		return NULL;
	keys->known = known;
	*key = (struct key){
		.text = at + 1,
		.length = known->length - 1,
		.hash = known->hash,
	};
	return at + known->length + 1;
}

/* From its opening quote to behind the colon and the blanks after it. */
static inline const char *skip_key(struct skip *s, const char *at, struct key_set *keys,
				   struct key *key)
{
	const char *behind = skip_known_key(at, keys, key);

	at = behind ? behind : skip_new_key(s, at, keys, key);
	if (!at)
		return NULL;
	at = skip_blanks(s, at);
	return *at == ':' ? skip_blanks(s, at + 1) : text_stop(&s->end, at);
}

/* `true`, `false` or `null`, or nothing of that. */
static inline const char *skip_word(struct skip *s, const char *at)
{
	const char *word = *at == 't' ? "true" : *at == 'f' ? "false" : "null";

	if (memcmp(at, word, 4) == 0 && (*at != 'f' || at[4] == 'e'))
		return at + (*at == 'f' ? 5 : 4);
	for (; *at == *word; word++)
		at++;
	return text_stop(&s->end, at);
}

/* An object or a list. */
const char *skip_brackets(struct skip *s, const char *at);

/* Any other value. */
static inline const char *skip_scalar(struct skip *s, const char *at)
{
	bool plain;

	if (*at == '"')
		return text_skip_string(at + 1, &s->end, &plain);
	if (*at == 't' || *at == 'f' || *at == 'n')
		return skip_word(s, at);
	return text_number(at, &s->end, NULL);
}

static inline const char *skip_value(struct skip *s, const char *at)
{
	return *at == '{' || *at == '[' ? skip_brackets(s, at) : skip_scalar(s, at);
}

#endif
