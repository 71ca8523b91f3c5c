/*
 * What the baselines share: the members that a tally needs of a run, however they were read, and
 * the sums of them by suite. For C and C++.
 */
#ifndef BENCH_TALLY_H
#define BENCH_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum source { SOURCE_KAPSO, SOURCE_MAGPIPE, SOURCE_PLAYGENT, SOURCE_SIGMAMIND, SOURCE_TELNYX };

/* Borrowed bytes; all zero where the member is missing. */
struct text {
	const char *bytes;
	size_t length;
};

struct extract {
	enum source source;
	struct text id, test_case, suite, status, started, ended;
	/* `success` and `isSuccessful`. */
	bool success;
	/* execution_completed, and an `error` that is not null. */
	bool completed, broken;
	bool has_score, has_cost;
	double score, cost_usd;
	/* Of all turns. */
	uint64_t latency_count, latency_ms, tokens_input, tokens_output;
};

void tally_add(const struct extract *run);

/* One line a suite, in order: the source, the suite and the sums, with tabs between. */
void tally_print(void);

#ifdef __cplusplus
}
#endif

#endif
