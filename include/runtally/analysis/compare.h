/*
 * compare: two results → what changed between them, and how sure that is.
 *
 * Words follow evidence. Rates differ clearly when Fisher's exact test says so at 5 %, two-sided;
 * among suites, and among cases, p-values are adjusted for their number (Benjamini-Hochberg), so
 * that of the changes that are called clear at most one in twenty is expected to be none. Where a
 * change is not clear, the interval of the difference (Newcombe) tells whether there is none of any
 * size, or whether there were too few runs to know.
 *
 * A group whose test could not have come out clear, however its runs had been spread over the two
 * sides (all passed on both; one run on each), is not one of that number: most cases are such, and
 * would hide what is clear in the others. What is left out depends on the sums of both sides alone,
 * which say nothing of a change (Tarone 1990, Biometrics 46: 515-522).
 */
#ifndef RUNTALLY_ANALYSIS_COMPARE_H
#define RUNTALLY_ANALYSIS_COMPARE_H

#include <stddef.h>
#include <stdint.h>

#include "runtally/analysis/results.h"
#include "runtally/base/arena.h"

enum change {
	CHANGE_UNKNOWN, /* one side has no verdict */
	CHANGE_WORSE,
	CHANGE_BETTER,
	CHANGE_NONE, /* no clear change: the interval is within 10 points of none */
	CHANGE_FEW,  /* too few runs: it is not */
	CHANGES
};

/* "unknown", "worse", "better", "no clear change", "too few runs" */
const char *change_name(enum change change);

/*
 * Of two pass rates, now less before; all in millionths. Where one is not known, all figures are
 * 0. What is compared begins with its difference, so that a pointer to it is one to its difference.
 */
struct difference {
	const struct tally *now, *before; /* NULL: has no run there */
	enum change change;
	int32_t points, low, high; /* 95 % interval: Newcombe (1998), method 10 */
	int32_t p;                 /* Fisher's exact test, two-sided; above 0 */
	int32_t q;                 /* adjusted for the number of groups; p where there is one */
	uint64_t runs_needed;      /* a side, for a fall of 5 points to be found (stats.h) */
};

/* What became of a case, by its state in both (enum case_state). */
enum case_change {
	CASE_NEWLY_FAILING, /* passed before, fails now */
	CASE_FIXED,         /* failed before, passes now */
	CASE_STILL_FAILING, /* fails in both */
	CASE_STILL_PASSING,
	CASE_NEW,   /* no run before */
	CASE_GONE,  /* no run now */
	CASE_OTHER, /* no verdict, or in no known order of time, on one side */
	CASE_CHANGES
};

/* "newly failing", "fixed", "still failing", "still passing", "new", "gone", "not known" */
const char *case_change_name(enum case_change change);

struct suite_change {
	struct difference rate;
	const struct suite_group *now, *before; /* NULL: has no run there */
};

struct case_diff {
	struct difference rate;
	const struct case_group *now, *before; /* NULL: has no run there */
	enum case_change change;
};

struct comparison {
	struct difference total;
	const struct results *now, *before;
	bool is_first; /* with the period before, of which the history has no run */
	/* Of the cases that have a state in both: McNemar's exact test, two-sided. */
	uint64_t pairs, broken, fixed;
	int32_t pairs_p;             /* millionths; 1000000 where none changed */
	struct suite_change *suites; /* as results.suites, then those that are gone */
	size_t suite_count;
	struct case_diff *cases; /* as results.cases, then those that are gone */
	size_t case_count;
	uint64_t counts[CASE_CHANGES];
	/*
	 * Those that are worse, the largest fall first, then those that are better, likewise; each
	 * is the begin of its suite_change or case_diff.
	 */
	const struct difference **changed_suites, **changed_cases;
	uint64_t suites_changed[CHANGES], cases_changed[CHANGES]; /* how many by their change */
	struct arena arena;
};

/*
 * Both are borrowed. Suites are the same if their source and their key are (the id where it
 * has one, else the name), cases if their suites and keys are.
 */
void comparison_build(struct comparison *comparison, const struct results *now,
		      const struct results *before);
void comparison_release(struct comparison *comparison);

/* Of a group of `now`. */
const struct suite_change *comparison_of_suite(const struct comparison *comparison,
					       const struct suite_group *suite);
const struct case_diff *comparison_of_case(const struct comparison *comparison,
					   const struct case_group *group);

#endif
