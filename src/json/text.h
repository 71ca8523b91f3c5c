/*
 * text: the smallest parts of a JSON text: blanks, strings, numbers.
 *
 * The text ends with zero bytes, which stop everything here: no function looks for the end.
 * Those that can fail return NULL then, and have said in `end.picked` why.
 */
#ifndef RUNTALLY_JSON_TEXT_H
#define RUNTALLY_JSON_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "block.h"
#include "runtally/json/pick.h"

struct text_end {
	const char *at; /* the first zero byte behind the text */
	enum picked picked;
};

/* `at` points to a byte that cannot be there, unless it is the end. Always NULL. */
static inline const char *text_stop(struct text_end *end, const char *at)
{
	end->picked = at == end->at ? PICKED_MORE : PICKED_NOT;
	return NULL;
}

/* Not to be read here, whatever follows. Always NULL. */
static inline const char *text_refuse(struct text_end *end)
{
	end->picked = PICKED_NOT;
	return NULL;
}

/* Behind the blanks; counts the newlines. */
const char *text_skip_blanks(const char *at, size_t *newlines);

/*
 * From behind the opening quote to behind the closing one. *plain: there is no escape in it for
 * sure. The other one goes on at an unusual byte.
 */
static inline const char *text_skip_string(const char *at, struct text_end *end, bool *plain);
const char *text_skip_unusual_string(const char *at, struct text_end *end);
/* The same for keys: escapes are refused. The other one goes on at an unusual byte. */
static inline const char *text_skip_key(const char *at, struct text_end *end);
const char *text_skip_unusual_key(const char *at, struct text_end *end);
/*
 * Writes the value of a string that was skipped (`length` bytes, without quotes), which is no
 * longer. Returns its length.
 */
size_t text_decode(const char *string, size_t length, char *out);

/* Behind a number, whose value goes to *value unless that is NULL. */
const char *text_number(const char *at, struct text_end *end, struct json_value *value);

enum { TEXT_WORD_BYTES = 8 };

/* The first `length` bytes, zero behind them; reads 8. */
static inline uint64_t text_word(const char *text, size_t length)
{
	static const unsigned char keep[2 * TEXT_WORD_BYTES] = {255, 255, 255, 255,
								255, 255, 255, 255};
	uint64_t word, mask;

	memcpy(&word, text, sizeof(word));
	memcpy(&mask, keep + TEXT_WORD_BYTES - length, sizeof(mask));
	return word & mask;
}

/*
 * Keys that differ may have one hash; equal ones always do. Reads up to 8 bytes behind the key.
 * The upper bits are the better ones.
 */
static inline uint64_t text_hash(const char *key, size_t length)
{
	uint64_t word, hash = length;

	for (; length > TEXT_WORD_BYTES; length -= TEXT_WORD_BYTES, key += TEXT_WORD_BYTES) {
		memcpy(&word, key, sizeof(word));
		hash = (hash ^ word) * UINT64_C(0x9E3779B97F4A7C15);
		hash ^= hash >> 32;
	}
	hash = (hash ^ text_word(key, length)) * UINT64_C(0xD6E8FEB86659FD93);
	return hash ^ hash >> 32;
}

/* Both may be read up to 8 bytes behind their ends. */
static inline bool text_is_same(const char *a, const char *b, size_t length)
{
	uint64_t word, other;

	for (; length > TEXT_WORD_BYTES; length -= TEXT_WORD_BYTES) {
		memcpy(&word, a, sizeof(word));
		memcpy(&other, b, sizeof(other));
		if (word != other)
			return false;
		a += TEXT_WORD_BYTES;
		b += TEXT_WORD_BYTES;
	}
	return text_word(a, length) == text_word(b, length);
}

#ifdef JSON_HAS_BLOCKS

static inline const char *text_find_unusual(const char *at)
{
	struct block first = block_unusual(block_load(at)), second;
	uint64_t unusual = block_mask(first);

	while (!unusual) {
		at += BLOCK_BYTES;
		first = block_unusual(block_load(at));
		second = block_unusual(block_load(at + BLOCK_BYTES));
		if (!block_mask(block_or(first, second)))
			at += BLOCK_BYTES;
		else
			unusual = block_mask(first);
	}
	return at + block_first(unusual);
}

#else

/* Not 0 if one of the 8 bytes is unusual: a quote, a backslash, a control character, no ASCII. */
static inline uint64_t text_has_unusual(const char *at)
{
	const uint64_t ones = UINT64_MAX / 255;
	uint64_t word, quote, backslash;

	memcpy(&word, at, sizeof(word));
	quote = word ^ ones * '"';
	backslash = word ^ ones * '\\';
	return ((quote - ones) | (backslash - ones) | (word - ones * ' ') | word) & ones * 0x80;
}

static inline const char *text_find_unusual(const char *at)
{
	while (!text_has_unusual(at))
		at += 8;
	while ((unsigned char)*at >= 0x20 && (unsigned char)*at < 0x80 && *at != '"' && *at != '\\')
		at++;
	return at;
}

#endif

static inline const char *text_skip_string(const char *at, struct text_end *end, bool *plain)
{
	at = text_find_unusual(at);
	*plain = *at == '"';
	return *plain ? at + 1 : text_skip_unusual_string(at, end);
}

static inline const char *text_skip_key(const char *at, struct text_end *end)
{
	at = text_find_unusual(at);
	return *at == '"' ? at + 1 : text_skip_unusual_key(at, end);
}

#endif
