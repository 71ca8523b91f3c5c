/*
 * junit_values: what the templates of templates/junit/ see: suites and test cases, one at a time.
 */
#ifndef RUNTALLY_FORMATS_JUNIT_VALUES_H
#define RUNTALLY_FORMATS_JUNIT_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "names.h"
#include "text.h"

enum {
	/* What a test case may take in a file, escaped: GitHub's checks stop at about 64 KB. */
	JUNIT_CASE_BYTES = 60000,
	JUNIT_RETRIES =
		8, /* failed tries of a case that are shown beside the one whose transcript is */
};

/* How much of the system-out stays, in bytes a case. */
struct junit_level {
	size_t passed, failed;
};

/* The test case that is written; that of a report without runs says why there are none. */
struct junit_case {
	const struct view *view;
	const struct junit_names *names;
	struct junit_level level;
	size_t number; /* SIZE_MAX: none is made */

	struct junit_texts texts; /* of all that follows */
	const char *classname, *name, *type, *message;
	const char *body, *output;  /* markup */
	const char *file;           /* where the flavour is rich, and the user gives one */
	const char *page, *reasons; /* its page's address; markup of the body's first lines */
	struct junit_verdict verdict;
	struct junit_retry {
		const char *type, *message, *body;
	} retries[JUNIT_RETRIES];
	size_t retry_count;
	int64_t time_ms;
	enum outcome outcome;
};

/* Suite and class of the case that says why there are no runs. */
extern const char junit_setup_suite[];

/* A report being written. */
struct junit {
	const struct view *view;
	struct junit_names names;
	struct junit_case test_case;          /* the one that is written */
	struct junit_texts suite;             /* properties of the one that is written */
	const struct suite_group *made_suite; /* whose those are; NULL: nobody's */
	bool made_continues;
};

void junit_init(struct junit *junit, const struct view *view);
void junit_release(struct junit *junit);
/* What was made before is made anew. */
void junit_set_level(struct junit *junit, struct junit_level level);

struct junit_counts {
	uint64_t tests, failures, errors, skipped;
	int64_t time_ms;
};

/*
 * Test cases of a suite that stand in one file: all of them, but for split suites. They are those
 * that runs first .. end - 1 begin.
 */
struct junit_slice {
	struct junit *junit;
	const struct suite_group *suite; /* NULL: the one case that says why there are no runs */
	const char *title;
	size_t first, end;
	bool continues;   /* an earlier file has the suite's first test cases */
	bool begins_file; /* the slices before it stand in earlier files */
	struct junit_counts counts;
	int64_t started_at; /* TIME_UNKNOWN: no run tells, or the slice continues */
};

/* The slices of one file. */
struct junit_part {
	const struct junit_slice *slices;
	size_t count;
	struct junit_counts counts; /* of all of them */
};

/* The root value of one file. */
struct value junit_root(const struct view *view, const struct junit_part *part);

#endif
