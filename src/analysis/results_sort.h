/*
 * results_sort: by what runs are grouped, and their order.
 */
#ifndef RUNTALLY_ANALYSIS_RESULTS_SORT_H
#define RUNTALLY_ANALYSIS_RESULTS_SORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/analysis/results.h"

/* What a run is grouped by: its id where it has one, else its name. One of them is not NULL. */
struct group_key {
	const char *id, *name;
};

static inline const char *key_text(struct group_key key)
{
	return key.id ? key.id : key.name;
}

struct group_key suite_key(const struct run *run, enum suite_by by);
/* Whether its suite is its agent. */
bool suite_is_agent(const struct run *run, enum suite_by by);
struct group_key case_key(const struct run *run);

/* Whether a glob of the user fits the label as reports show it; NULL: never. */
bool label_matches(const char *glob, const char *label);

/* As strcmp; NULL comes first. */
int compare_text(const char *a, const char *b);

/*
 * A run in the order of results. Keys are compared many times, so they are numbers here: the ranks
 * of source, suite key, environment and case key among all there are. Equal texts have equal ranks.
 */
struct placed {
	struct run *run;
	int64_t when;   /* run_when */
	uint64_t suite; /* its source's rank in the high half */
	uint32_t test_case, environment;
};

static inline bool same_suite(const struct placed *a, const struct placed *b)
{
	return a->suite == b->suite && a->environment == b->environment;
}

static inline bool same_case(const struct placed *a, const struct placed *b)
{
	return same_suite(a, b) && a->test_case == b->test_case;
}

/*
 * All runs, by source, suite, case, time, id and origin; `runs` gets the same order. The caller
 * frees the array.
 */
struct placed *place_runs(struct run **runs, size_t count, enum suite_by by);

#endif
