/*
 * Seeded random values, and what people, agents and their logs say, as JSON text.
 */
#ifndef BENCH_PROSE_H
#define BENCH_PROSE_H

#include <stdbool.h>
#include <stdint.h>

#include "runtally/base/strbuf.h"

struct dice {
	uint64_t state;
	/* Write what is not ASCII as \uXXXX, as some exporters do. */
	bool ascii;
};

/* The dice of one thing: the same seed, kind and number give the same throws. */
struct dice dice_of(uint64_t seed, uint64_t kind, uint64_t number);

uint64_t dice_throw(struct dice *dice);

/* 0 to `sides` - 1; sides is not 0. */
unsigned dice_below(struct dice *dice, unsigned sides);

/* Text as the inside of a JSON string. */
void json_escape(struct strbuf *out, const struct dice *dice, const char *text);

/* A UUID, without quotes. */
void add_uuid(struct strbuf *out, struct dice *dice);

enum prose { PROSE_ASKS, PROSE_ANSWERS, PROSE_LOGS, PROSE_JUDGES };

/* `count` sentences as the inside of a JSON string. */
void add_prose(struct strbuf *out, struct dice *dice, enum prose kind, unsigned count);

/* The name of thing `number`, such as a case, as the inside of a JSON string. */
void add_title(struct strbuf *out, const struct dice *dice, unsigned number);

#endif
