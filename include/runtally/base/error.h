/*
 * error: what went wrong, as one line of text that grows towards the front.
 *
 * A function that can fail returns 0 or -1 and takes `struct error *` last. Whoever knows the
 * fact sets it; each level above that knows a *name* (a file, a record, a path) prefixes it:
 * `exports/a.json#3: source: turns[0].metrics.cost_usd: not a number`.
 * The text may hold bytes of untrusted input: whoever prints it escapes it.
 */
#ifndef RUNTALLY_BASE_ERROR_H
#define RUNTALLY_BASE_ERROR_H

#include <stdarg.h>

struct error {
	char text[1024]; /* always terminated; over-long text ends in "..." */
};

/* Replaces the text. Always returns -1, so that a caller can write `return error_set(...)`. */
int error_set(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts "PREFIX: " before the text. Always returns -1. */
int error_prefix(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
