/*
 * reliability: how likely several tries of a case all pass (pass^k, see stats.h), from all runs up
 * to the end of the report's period: its window.
 */
#ifndef RUNTALLY_ANALYSIS_RELIABILITY_H
#define RUNTALLY_ANALYSIS_RELIABILITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/analysis/results.h"

/*
 * Up to so many tries. A case with fewer verdicts than three is neither solid, shaky nor dead. What
 * is said of fewer than five cases says little.
 */
enum { TRIES_MOST = 8, TRIES_CLASSED = 3, TRIED_FEW = 5 };

/* Verdicts of a case in the window. */
struct tries {
	uint64_t judged, passed;
};

/* Of the cases that have at least k verdicts; means of their rates, in millionths. */
struct pass_hat {
	uint64_t cases;
	int32_t rate;   /* that all of k tries pass; -1: there is no such case */
	int32_t single; /* that one does */
};

struct reliability {
	struct tries *cases;                  /* by the results' */
	struct pass_hat pass_hat[TRIES_MOST]; /* of 1, 2, ... tries */
	uint64_t solid, dead, shaky; /* cases all whose verdicts passed, none, some of them */
	uint64_t few;                /* with fewer verdicts than three */
	uint64_t flaky;              /* both passed and did not */
	int64_t first_at, last_at;   /* of run_counted_at; TIME_UNKNOWN: no run tells */
	bool is_wider;               /* whether there are runs that are not the report's */
};

/*
 * `runs` are all of the window, those of the results among them; they are sorted in place, and
 * grouped as those. The results are the last ones that were built. Means are of rates to 12
 * decimals, rounded half up.
 */
void reliability_build(struct reliability *reliability, struct run **runs, size_t count,
		       const struct results *results);
void reliability_release(struct reliability *reliability);

/* How many tries to speak of: four, or fewer where too few cases have those; 0: not worth it. */
unsigned reliability_example(const struct reliability *reliability);

#endif
