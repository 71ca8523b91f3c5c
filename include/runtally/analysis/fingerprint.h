/*
 * fingerprint: a text without what changes from one occurrence to the next, so that two messages
 * about the same thing can be found equal: `Score 0.42 below 0.8` and `score 0.51 below 0.8`.
 *
 * Blanked are numbers, dates, clocks, UUIDs, tokens that hold a digit (`ab12`, of `run_ab12` the
 * second part, `[email 3]` the number) and what stands in quotes, unless a colon follows: names of
 * JSON members tell what happened. So does the status in `HTTP 503` and `status code 429`, which
 * stays. White space and ASCII letters are folded. Knows nothing of languages and locales.
 */
#ifndef RUNTALLY_ANALYSIS_FINGERPRINT_H
#define RUNTALLY_ANALYSIS_FINGERPRINT_H

#include <stddef.h>
#include <stdint.h>

#include "runtally/base/strbuf.h"

/* So many blanks of a text are remembered, for a bit each. */
enum { FINGERPRINT_BLANKS = 64 };
/* Stands for a blank; no text's own character becomes one. */
#define FINGERPRINT_SIGN '\1'

/* Where the text held what was blanked. */
struct fingerprint_blank {
	uint32_t start, length;
};

struct fingerprint {
	struct strbuf key; /* what is left, with a sign for each blank */
	struct fingerprint_blank blanks[FINGERPRINT_BLANKS];
	size_t count; /* of the blanks, those remembered */
};

void fingerprint_init(struct fingerprint *fingerprint);
void fingerprint_release(struct fingerprint *fingerprint);

/* Makes the fingerprint of `text`, which is below 4 GB. */
void fingerprint_make(struct fingerprint *fingerprint, const char *text);
/* Only folds white space and ASCII letters. */
void fingerprint_fold(struct fingerprint *fingerprint, const char *text);

/* Appends `text` with an ellipsis for each of its first `count` blanks whose bit is set. */
void fingerprint_elide(struct strbuf *out, const char *text, const struct fingerprint_blank *blanks,
		       size_t count, uint64_t bits);

#endif
