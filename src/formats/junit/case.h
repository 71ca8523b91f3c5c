/*
 * junit_case: a <testcase> as templates see it. Its texts are made when it is asked for.
 */
#ifndef RUNTALLY_FORMATS_JUNIT_CASE_H
#define RUNTALLY_FORMATS_JUNIT_CASE_H

#include <stddef.h>

#include "names.h"
#include "runtally/view/view.h"

/* What a test case may take in a file, escaped: GitHub's checks stop at about 64 KB a case. */
enum { JUNIT_CASE_BYTES = 60000 };

/* How much of the system-out stays, in bytes a case. */
struct junit_level {
	size_t passed, failed;
};

struct junit_texts;

/* The view comes first: value_view gives its address. */
struct junit {
	struct view view;
	struct junit_names names;
	struct junit_level level;
	struct junit_texts *texts; /* of the test case being written */
};

void junit_init(struct junit *junit, const struct view *view);
void junit_release(struct junit *junit);
void junit_set_level(struct junit *junit, struct junit_level level);

/* The report that a value belongs to. */
const struct junit *junit_of(const struct value *of);

/*
 * The object is the case_group, the index its first run. NULL as object: there are no runs, and the
 * case says why.
 */
extern const struct value_class class_junit_case;

/* Suite and class of that case. */
extern const char junit_setup_suite[];

#endif
