/*
 * failure groups: the runs that failed or ended in error, grouped by what failed, so that forty
 * failures read as three causes.
 *
 * What failed is what run_cause says; of a reason only what does not change from one run to the
 * next (fingerprint.h). A failure group is of one source, for a name means something else in
 * another. Grouping takes linear time, and what comes out depends on the runs of the results alone,
 * not on the order in which they were read.
 */
#ifndef RUNTALLY_ANALYSIS_FAILURE_GROUPS_H
#define RUNTALLY_ANALYSIS_FAILURE_GROUPS_H

#include <stdint.h>

#include "runtally/analysis/fingerprint.h"
#include "runtally/analysis/results.h"
#include "runtally/base/arena.h"
#include "runtally/base/hash_table.h"

/* So many names are in a title at most. */
enum { FAILURE_GROUP_NAMES = 3 };

struct failure_group {
	const char *source, *key;
	enum cause cause;
	uint64_t hash;                        /* of source, cause and key */
	uint64_t runs, errors, cases, suites; /* errors: of the runs, those that ended in error */
	int64_t first_at, last_at;            /* TIME_UNKNOWN: no run tells */
	const struct run *first;              /* in the order of the results */
	const struct run *latest;             /* what stands for all */
	const char *text;                     /* what the first one was put down to; "": nothing */
	const struct fingerprint_blank *blanks; /* of that text */
	size_t blank_count;
	uint64_t varying;    /* bits of the blanks in which the texts differ */
	bool alike;          /* the same criteria failed in all of the runs */
	const char **failed; /* CAUSE_CRITERION: names of those that failed in the first */
	size_t failed_count;
	const char *named[FAILURE_GROUP_NAMES]; /* the first ones that differ */
	size_t named_count;
	size_t first_run; /* index of its runs in failure_groups.members */
	size_t last_case, last_suite;
	size_t begun; /* while they are built: as so many began before it */
};

struct failure_groups {
	struct arena arena;
	struct failure_group *items; /* most runs first, then most cases, then by key and source */
	size_t count, capacity;
	struct run **members; /* all runs: group by group, in the order of the results */
	struct hash_table table;
};

/* The groups borrow the results' texts and runs. */
void failure_groups_build(struct failure_groups *groups, const struct results *results);
void failure_groups_release(struct failure_groups *groups);

/* The group of a run of those results; NULL: it neither failed nor ended in error. */
const struct failure_group *failure_group_of(const struct failure_groups *groups,
					     const struct run *run);

/*
 * Appends the criterion's name, or the names (three at most) where the same ones failed in all
 * runs; or the text that the runs share, with an ellipsis where they differ.
 */
void failure_group_title(const struct failure_group *group, struct strbuf *out);

#endif
