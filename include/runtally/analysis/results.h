/*
 * results: all runs, sorted and grouped into sources, suites and cases, each with its tally.
 */
#ifndef RUNTALLY_ANALYSIS_RESULTS_H
#define RUNTALLY_ANALYSIS_RESULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/analysis/tally.h"
#include "runtally/model/run.h"

/* What a suite is (--suite-by). */
enum suite_by { SUITE_BY_SUITE, SUITE_BY_AGENT, SUITE_BY_SOURCE, SUITE_BY_FOLDER };

/* What the verdicts of a case say in order of time; runs without one are passed over. */
enum case_state {
	CASE_PASSES, /* the latest passed, or all did */
	CASE_FAILS,  /* the latest failed or ended in error, or all did */
	CASE_MIXED,  /* both are there, and no run tells its time */
	CASE_UNJUDGED,
};

/*
 * Groups hold ranges of results.runs, which are sorted by source, suite, case, time, id. Each
 * begins with its tally, so that a pointer to a group is one to its tally.
 */
struct case_group {
	struct tally tally;
	const char *id, *name;     /* id may be NULL; name never is */
	bool flaky;                /* both passed and did not pass (failed or error) */
	enum outcome last_outcome; /* OUTCOME_COUNT: no order is known and they differ */
	int64_t last_at;           /* TIME_UNKNOWN: no run tells */
	enum case_state state;
	uint64_t streak;  /* so many of the latest verdicts say the same; 0: mixed, or none */
	int64_t since_at; /* run_when of the streak's first run; TIME_UNKNOWN: not told */
	size_t first_run, run_count;
	size_t suite; /* index of its suite */
};

enum { SPARKLINE_LENGTH = 30 };

struct suite_group {
	struct tally tally;
	const char *source, *id, *name; /* id may be NULL; name never is */
	const char *environment;        /* NULL: its runs tell none */
	const char *key;   /* by which its runs are grouped: no other of its source has it */
	const char *title; /* the name, with the source or id added where two suites share it */
	uint64_t failing_before;             /* failing cases in the suites before it */
	uint64_t flaky_cases, failing_cases; /* failing: with a run that failed or ended in error */
	size_t first_case, case_count;
	size_t first_run, run_count;
	struct run *
		*sparkline; /* its latest runs in order of time; none where no run tells its time */
	size_t sparkline_count;
};

struct source_group {
	struct tally tally;
	const char *source;
};

/* The whole, grouped. Owned by its arena, but for the runs (borrowed). */
struct results {
	struct arena arena;
	struct run **runs; /* borrowed, sorted in place */
	size_t run_count;
	enum suite_by by;
	const char *environment; /* of all runs; NULL: none is told, or several */
	struct tally totals;
	struct source_group *sources;
	size_t source_count;
	struct suite_group *suites; /* by source, name, id (bytewise) */
	struct suite_group **worst; /* the same, lowest pass rate first, those without one last */
	size_t suite_count;
	/*
	 * Cases with a run that failed or ended in error: those that fail, the longest streak
	 * first; those of which no order is known; those that pass again, the latest to do so
	 * first.
	 */
	struct case_group **failing;
	struct case_group *cases; /* by suite, then name, then id */
	size_t case_count;
	uint64_t flaky_cases, failing_cases;
};

/*
 * Groups the runs, sorting the list; both are borrowed. A run's case_index is that in the results
 * which were built last.
 */
void results_build(struct results *results, struct run **runs, size_t count, enum suite_by by);
void results_release(struct results *results);

#endif
