/*
 * tally: runs → counts, rates, costs per total, source, suite and case.
 *
 * Sums are exact integers and do not depend on order. A tally can be merged with another; the
 * spreads (percentiles) are computed from all values when a group is complete.
 */
#ifndef RUNTALLY_TALLY_H
#define RUNTALLY_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/run.h"

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

	uint64_t tokens_known;
	int64_t tokens_input, tokens_output; /* likewise */

	uint64_t score_known;
	int64_t score_micro; /* sum */

	struct spread latency;  /* over turns; a run that tells only an average counts once */
	struct spread duration; /* over runs whose end is known and not before their start */

	int64_t first_at, last_at; /* of run_when; TIME_UNKNOWN: no run tells */
};

void tally_init(struct tally *tally);
/* Counts one run in; the spreads are not touched. */
void tally_add(struct tally *tally, const struct run *run);
/* Adds `other` to `tally`; the spreads are not touched. */
void tally_merge(struct tally *tally, const struct tally *other);

/* passed + failed + errors: what a rate is of. */
uint64_t tally_judged(const struct tally *tally);
/* failed + errors. */
uint64_t tally_failures(const struct tally *tally);
/* pending + unknown: runs without a verdict. */
uint64_t tally_unfinished(const struct tally *tally);
/* total / passed among the runs that tell; -1 where none passed. */
int64_t tally_cost_per_pass(const struct tally *tally);

/* What a suite is (--suite-by). */
enum suite_by { SUITE_BY_SUITE, SUITE_BY_AGENT, SUITE_BY_SOURCE, SUITE_BY_FOLDER };

/*
 * Groups hold ranges of report.runs, which are sorted by source, suite, case, time, id. Each begins
 * with its tally, so that a pointer to a group is one to its tally.
 */
struct case_group {
	struct tally tally;
	const char *id, *name;     /* id may be NULL; name never is */
	bool flaky;                /* both passed and did not pass (failed or error) */
	enum outcome last_outcome; /* OUTCOME_COUNT: no order is known and they differ */
	int64_t last_at;           /* TIME_UNKNOWN: no run tells */
	size_t first_run, run_count;
	size_t suite; /* index of its suite */
};

enum { STRIP_LENGTH = 30 };

struct suite_group {
	struct tally tally;
	const char *source, *id, *name; /* id may be NULL; name never is */
	const char *title; /* the name, with the source or id added where two suites share it */
	uint64_t flaky_cases, failing_cases; /* failing: with a run that failed or ended in error */
	size_t first_case, case_count;
	size_t first_run, run_count;
	struct run **strip; /* its latest runs in order of time; none where no run tells its time */
	size_t strip_count;
};

struct source_group {
	struct tally tally;
	const char *source;
};

/* The whole, grouped. Owned by its arena, but for the runs (borrowed). */
struct report {
	struct arena arena;
	struct run **runs; /* borrowed from struct runs, sorted in place */
	size_t run_count;
	struct tally totals;
	struct source_group *sources;
	size_t source_count;
	struct suite_group *suites; /* by source, name, id (bytewise) */
	struct suite_group **worst; /* the same, lowest pass rate first, those without one last */
	size_t suite_count;
	struct case_group *cases; /* by suite, then name, then id */
	size_t case_count;
	uint64_t flaky_cases, failing_cases;
};

/* Groups all of `runs` (sorting its items). The report borrows runs. */
void report_build(struct report *report, struct runs *runs, enum suite_by by);
void report_release(struct report *report);

#endif
