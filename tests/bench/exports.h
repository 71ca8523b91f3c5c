/*
 * Runs as the five APIs export them. A run follows from the seed and its number alone, so that runs
 * may be written in any order and need not be kept.
 */
#ifndef BENCH_EXPORTS_H
#define BENCH_EXPORTS_H

#include <stdbool.h>
#include <stdint.h>

#include "runtally/base/strbuf.h"

struct export_rules {
	uint64_t seed;
	/* How many test cases the runs are of; not 0. */
	unsigned cases;
	/* Runs of some 800 bytes, with hardly a transcript, instead of 2 to 8 KB. */
	bool small;
};

/* Appends run `number` as one compact JSON document, without a newline. */
void export_run(struct strbuf *out, const struct export_rules *rules, uint64_t number);

#endif
