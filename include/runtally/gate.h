/*
 * gate: what a CI job demands of a report (--min-pass-rate, --max-cost, --fail-on).
 */
#ifndef RUNTALLY_GATE_H
#define RUNTALLY_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/report.h"
#include "runtally/strbuf.h"

enum fail_on {
	FAIL_ON_FAILED = 1 << 0,     /* any failed run */
	FAIL_ON_ERRORS = 1 << 1,     /* any run that ended in error */
	FAIL_ON_UNFINISHED = 1 << 2, /* any pending or unknown run */
	FAIL_ON_FLAKY = 1 << 3,      /* any flaky case */
	FAIL_ON_NO_RUNS = 1 << 4,    /* no run at all */
};

/* The flag of a word of --fail-on ("no-runs"); 0 where there is none. */
unsigned fail_on_by_name(const char *word);
/* The words themselves, in the order of the flags; ended by NULL. */
extern const char *const fail_on_words[];

struct gate_options {
	int32_t min_pass_rate_micro; /* -1: none */
	int64_t max_cost_nano;       /* -1: none */
	unsigned fail_on;
};

struct gate {
	const char *name;           /* as on the command line: "--min-pass-rate 95" */
	const char *wanted, *found; /* ready-made strings */
	bool met;                   /* a rate or cost that nobody knows does not meet its gate */
};

enum { GATES_MAX = 8 };

struct gates {
	struct gate items[GATES_MAX];
	size_t count;
	size_t missed;
};

/* Judges the report. Strings are owned by report->arena. */
void gates_judge(struct gates *gates, const struct gate_options *options, struct report *report);

#endif
