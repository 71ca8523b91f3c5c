/*
 * json_skip: goes over a value and checks every byte of it, but makes nothing. Also what it shares
 * with json_pick: the state of the pass, blanks, and keys, which must differ within an object.
 * Private to json_pick.
 */
#ifndef RUNTALLY_JSON_SKIP_H
#define RUNTALLY_JSON_SKIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "json_text.h"

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
};

/* An object or a list that is gone over. */
struct skip_level {
	struct key_set keys;
	char close; /* its closing bracket */
};

struct skip {
	struct text_end end;
	size_t newlines;
	size_t depth; /* of what is open */
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

static inline uint64_t key_bit(uint64_t hash)
{
	return UINT64_C(1) << (hash >> 58);
}

static inline bool skip_knows_key(const struct skip *s, size_t first, uint64_t hash)
{
	for (size_t i = first; i < s->key_count; i++)
		if (s->hashes[i] == hash)
			return true;
	return false;
}

/* False: it is there already, as far as its hash tells, or there are too many. */
static inline bool skip_add_key(struct skip *s, struct key_set *keys, uint64_t hash)
{
	const uint64_t bit = key_bit(hash);

	if (s->key_count == SKIP_KEYS_MOST)
		return false;
	if ((keys->filter & bit) && s->key_count - keys->first <= SKIP_KEYS_COMPARED &&
	    skip_knows_key(s, keys->first, hash))
		return false;
	keys->filter |= bit;
	s->hashes[s->key_count++] = hash;
	return true;
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

/* From its opening quote to behind the colon and the blanks after it; it is among `keys` then. */
static inline const char *skip_key(struct skip *s, const char *at, struct key_set *keys,
				   struct key *key)
{
	if (*at != '"')
		return text_stop(&s->end, at);
	key->text = at + 1;
	at = text_skip_key(key->text, &s->end);
	if (!at)
		return NULL;
	key->length = (size_t)(at - 1 - key->text);
	key->hash = text_hash(key->text, key->length);
	if (!skip_add_key(s, keys, key->hash))
		return text_refuse(&s->end);
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
	bool escaped;

	if (*at == '"')
		return text_skip_string(at + 1, &s->end, &escaped);
	if (*at == 't' || *at == 'f' || *at == 'n')
		return skip_word(s, at);
	return text_number(at, &s->end, NULL);
}

static inline const char *skip_value(struct skip *s, const char *at)
{
	return *at == '{' || *at == '[' ? skip_brackets(s, at) : skip_scalar(s, at);
}

#endif
