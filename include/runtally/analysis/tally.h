/*
 * tally: runs → counts, rates, costs of any group of them.
 *
 * Sums are exact integers and do not depend on order. A tally can be merged with another; the
 * spreads (percentiles) are computed from all values when a group is complete.
 */
#ifndef RUNTALLY_ANALYSIS_TALLY_H
#define RUNTALLY_ANALYSIS_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/model/run.h"

/* Of a set of whole milliseconds; known == 0: nothing is known of it. */
struct spread {
	uint64_t known; /* runs or turns that tell */
	int64_t mean, p50, p95, max;
};

struct tally {
	uint64_t runs;
	uint64_t outcomes[OUTCOME_COUNT]; /* add up to runs */

	uint64_t cost_known;        /* runs that tell their cost */
	uint64_t cost_known_passed; /* passed ones among those */
	int64_t cost_nano;          /* their sum; stays at INT64_MAX once over it */
	bool cost_over;             /* it is over it: what is there is too little */

	uint64_t tokens_known;
	int64_t tokens_input, tokens_output; /* likewise */

	uint64_t score_known;
	int64_t score_micro; /* sum */

	struct spread latency;  /* over turns; a run that tells only an average counts once */
	struct spread duration; /* over runs whose end is known and not before their start */

	int64_t first_at, last_at; /* of run_counted_at; TIME_UNKNOWN: no run tells */
};

void tally_init(struct tally *tally);
/* Counts one run in; the spreads are not touched. */
void tally_add(struct tally *tally, const struct run *run);
/* Adds `other` to `tally`; the spreads are not touched. */
void tally_merge(struct tally *tally, const struct tally *other);

/*
 * Widens a stretch of time to hold another one; TIME_UNKNOWN: nothing is known of its ends so far,
 * or of the other one.
 */
void widen_time(int64_t *first_at, int64_t *last_at, int64_t from, int64_t to);

/* passed + failed + errors: what a rate is of. */
uint64_t tally_judged(const struct tally *tally);
/* failed + errors. */
uint64_t tally_failures(const struct tally *tally);
/* pending + unknown: runs without a verdict. */
uint64_t tally_unfinished(const struct tally *tally);
/*
 * The pass rate in millionths, where a run is judged. All means all and none none: one failure in
 * ten million runs does not round away.
 */
int32_t tally_rate(const struct tally *tally);
/*
 * As for qsort: the lower pass rate first, of equal ones that with more verdicts; what has no
 * verdict comes last.
 */
int tally_compare(const struct tally *a, const struct tally *b);
/* Whether the cost is more than cost_nano, or may be: some run does not tell, or cost_over. */
bool tally_cost_is_least(const struct tally *tally);
/* total / passed among the runs that tell; -1 where none passed. */
int64_t tally_cost_per_pass(const struct tally *tally);

/* Room for the values of one group, used again for the next; zeroed at first. */
struct sample {
	int64_t *values, *spare; /* spare: to sort them */
	size_t count, capacity, spare_capacity;
};

void sample_release(struct sample *sample);

/* Sets the spreads from all runs of the group that the tally is of. */
void tally_spreads(struct tally *tally, struct run *const *runs, size_t count,
		   struct sample *scratch);
/* All of it: counts the runs of one group and sets the spreads. */
void tally_runs(struct tally *tally, struct run *const *runs, size_t count, struct sample *scratch);

#define NO_GROUP UINT32_MAX
/*
 * Runs group by group, in the order they have: groups[i] is that of runs[i], NO_GROUP: it is left
 * out. Those of a group end at its place in ends[], where those of the next one begin. The caller
 * frees the list.
 */
struct run **runs_by_group(struct run *const *runs, const uint32_t *groups, size_t count,
			   size_t *ends, size_t group_count);

#endif
