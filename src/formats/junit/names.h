/*
 * junit_names: which runs make one <testcase>, and the names under which consumers keep them.
 *
 * GitLab keeps a case under job + classname + name, Jenkins under suite + classname + name, and
 * both trend it from report to report by that. So a name comes from the case alone, whatever
 * others are there, and what tells it from others of its name always stands in it:
 *
 *   suite   NAME (SOURCE, ID)   the id where it has one; else a hash of a name that is not only
 *   case    NAME [ID]           letters, digits and single spaces, for others may come to the same
 *
 * Long or odd ids stand as 8 digits of their hash. With --junit-cases run the second run of a case
 * is NAME [ID] [2], and so on. Keys that are the same for Jenkins' addresses after all (all but
 * letters, digits and _ becomes _) get a tag.
 *
 * A test case is a run and its other tries; its number is that run's index in the report.
 */
#ifndef RUNTALLY_FORMATS_JUNIT_NAMES_H
#define RUNTALLY_FORMATS_JUNIT_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/analysis/results.h"
#include "runtally/base/arena.h"
#include "runtally/base/strbuf.h"
#include "runtally/view/render.h"

struct junit_names {
	const struct results *results;
	size_t limit;         /* bytes of a name */
	struct arena arena;   /* owns all below */
	const char **suites;  /* by suite: its name */
	const char **classes; /* by suite: its classname */
	uint32_t *tags;       /* by case: told apart by these digits; 0: by its name alone */
	uint32_t *ordinals;   /* by run: 1, 2, ... of its case; 0: a retry of an earlier run */
	uint32_t *retries; /* by run: the try that follows it, 0: none; NULL: each stands alone */
	int32_t pass_rate_micro;
	bool by_execution; /* --reruns: tries are those of one execution */
};

/* Names all cases of the report, which must stay. */
void junit_names_init(struct junit_names *names, const struct results *results,
		      const struct render_options *options);
void junit_names_release(struct junit_names *names);

/* Appends the name of a test case, one line. */
void junit_case_name(const struct junit_names *names, size_t test_case, struct strbuf *out);

/* The retry after run `run` of the same test case; false: no more. */
bool junit_next_retry(const struct junit_names *names, size_t *run);
/* What the tries of a test case come to. */
struct junit_verdict {
	enum outcome outcome;
	const struct run *shown; /* the newest that says so */
	uint64_t tries, judged, counts[OUTCOME_COUNT];
	int64_t time_ms;    /* the mean of those that tell it, else 0 */
	int64_t started_at; /* the earliest; TIME_UNKNOWN: none tells */
};

/*
 * Passed: the wanted share of the judged tries passed. Error: it is missed by errors alone. Which
 * try came last decides nothing.
 */
struct junit_verdict junit_verdict(const struct junit_names *names, size_t test_case);
/* Whether the run has a verdict: passed, failed or error. */
bool junit_is_judged(const struct run *run);
/* An unknown time (-1) adds nothing; stops at the top. */
int64_t junit_add_time(int64_t sum, int64_t ms);

/* Appends the text as one line (escape_xml_line) of at most `limit` bytes; a cut ends in "…". */
void junit_add_line(struct strbuf *out, const char *text, size_t limit);
/* The same, or "(unnamed)" where nothing is left; the text may be NULL. */
void junit_add_named(struct strbuf *out, const char *text, size_t limit);

#endif
