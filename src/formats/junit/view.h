/*
 * junit_view: what the templates of templates/junit/ see: suites and test cases, one at a time.
 */
#ifndef RUNTALLY_FORMATS_JUNIT_VIEW_H
#define RUNTALLY_FORMATS_JUNIT_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "case.h"

/* A range of a suite's test cases that stand in one file: all of them, but for split suites. */
struct junit_slice {
	const struct suite_group *suite; /* NULL: the one case that says why there are no runs */
	struct junit_unit first;
	size_t last_run;
	bool continues; /* an earlier file has the suite's first test cases */
	uint64_t tests, failures, errors, skipped;
	int64_t time_ms;
	int64_t started_at; /* TIME_UNKNOWN: no run tells */
};

/* The slices of one file. */
struct junit_part {
	const struct junit_slice *slices;
	size_t count;
};

/* Counts a test case into the slice and makes it the last one. */
void junit_slice_add(struct junit_slice *slice, const struct junit_names *names, size_t run);
/* The slice of a report without runs. */
struct junit_slice junit_setup_slice(const struct view *view);

/* The root value of one file. */
struct value junit_root(const struct junit *junit, const struct junit_part *part);

#endif
