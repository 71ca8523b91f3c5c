/*
 * utf8: bytes ↔ code points. Any bytes may come in. A bad sequence is the longest beginning of a
 * good one that cannot be gone on with, or else one byte (Unicode standard, table 3-8).
 */
#ifndef RUNTALLY_BASE_UTF8_H
#define RUNTALLY_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/base/strbuf.h"

struct code_point {
	uint32_t value;  /* U+FFFD where it is bad */
	unsigned length; /* bytes, 1..4 */
	bool bad;
};

/* The first code point or bad sequence of `text`, whose length must not be 0. */
struct code_point utf8_read(const char *text, size_t length);
/* Writes `value`, which must be a code point and no surrogate; returns how many bytes. */
size_t utf8_write(char out[4], uint32_t value);
/* Appends it. */
void utf8_add(struct strbuf *out, uint32_t value);

/*
 * Length of the longest prefix of `text` that is at most `limit` bytes and ends between code
 * points (bad bytes count one each).
 */
size_t utf8_cut(const char *text, size_t length, size_t limit);

/* Columns on a terminal: 0 for combining marks, 2 for wide characters, else 1 a code point. */
size_t utf8_columns(const char *text, size_t length);

#endif
