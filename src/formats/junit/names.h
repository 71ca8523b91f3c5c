/*
 * junit_names: which runs make one <testcase>, and the names under which consumers keep them.
 *
 * GitLab keeps a case under job + classname + name, and of two with the same key one is lost. So
 * keys are unique over the whole report, and stay so after Jenkins made addresses of them (all but
 * ASCII letters, digits and _ becomes _). Names depend on the report's order alone:
 *
 *   name              the first test case of a case
 *   name [2]          the next ones, in the order of runs
 *   name [4f2a91]     another case with that name; the digits come from its id, so that
 *                     they stay the same when cases are added
 *
 * A test case is a run and its retries; its number is that run's index in the report.
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
	uint32_t *retries; /* by run: the retry that follows it, 0: none; NULL: without --reruns */
};

/* Names all cases of the report, which must stay. */
void junit_names_init(struct junit_names *names, const struct results *results,
		      const struct render_options *options);
void junit_names_release(struct junit_names *names);

/* Appends the name of a test case, one line. */
void junit_case_name(const struct junit_names *names, size_t test_case, struct strbuf *out);

/* The retry after run `run` of the same test case; false: no more. */
bool junit_next_retry(const struct junit_names *names, size_t *run);
/*
 * Of the tries of a test case, the last one with a verdict decides, or else the first. *time_ms is
 * what they took together, as far as it is known.
 */
const struct run *junit_deciding_run(const struct junit_names *names, size_t test_case,
				     int64_t *time_ms);
/* Whether the run has a verdict: passed, failed or error. */
bool junit_is_judged(const struct run *run);
/* An unknown time (-1) adds nothing; stops at the top. */
int64_t junit_add_time(int64_t sum, int64_t ms);

/* Appends the text as one line (escape_xml_line) of at most `limit` bytes; a cut ends in "…". */
void junit_add_line(struct strbuf *out, const char *text, size_t limit);
/* The same, or "(unnamed)" where nothing is left; the text may be NULL. */
void junit_add_named(struct strbuf *out, const char *text, size_t limit);

#endif
