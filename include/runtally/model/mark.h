/*
 * mark: what stands for a secret in a label (an id or a name): `[email 3f9a2b7c9d0e1f23]`, the
 * first 64 bits of a keyed hash of its kind and its bytes.
 *
 * What runs, cases, suites, agents, criteria and definitions are known by is their label, and where
 * a part of it is redacted, that part's mark: it depends on nothing but the secret and the key, so
 * labels are the same in every call, whatever stands beside them, and different secrets stay
 * different. Run records and histories keep marks whole. Reports show the first digits, which tell
 * two apart by eye and are too few to find out by trial whose they are; they are shortened where a
 * report prints a text, never before.
 */
#ifndef RUNTALLY_MODEL_MARK_H
#define RUNTALLY_MODEL_MARK_H

#include <stdbool.h>
#include <stddef.h>

#include "runtally/base/arena.h"
#include "runtally/base/sha256.h"
#include "runtally/base/strbuf.h"

enum { MARK_DIGITS = 16, MARK_DIGITS_SHOWN = 5, MARK_CHECK_SIZE = 17 };

/* By what marks are keyed. Equal keys have equal checks, which do not tell the key. */
struct mark_key {
	struct hmac_key hmac;
	bool is_own;                 /* a secret of the user, not the constant that all share */
	char check[MARK_CHECK_SIZE]; /* 16 hexadecimal digits */
};

/* NULL: the constant. */
void mark_key_init(struct mark_key *key, const void *secret, size_t length);

/* Appends the 16 digits for a secret of that kind ("email"). */
void mark_add(struct strbuf *out, const struct mark_key *key, const char *kind, const char *secret,
	      size_t length);

/* Whether a mark is in the text. */
bool marks_are_in(const char *text);
/* What the text's first `limit` bytes come to when no mark may be cut in two: at most `limit`. */
size_t marks_cut(const char *text, size_t limit);
/* The text as reports show it: itself where no mark is in it. */
const char *marks_shown(struct arena *arena, const char *text);
/* Shortens marks in what stands from `start` on, as reports show them. */
void marks_shorten(struct strbuf *out, size_t start);

#endif
