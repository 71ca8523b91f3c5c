/*
 * gate: what a CI job demands of the results (--min-pass-rate, --max-cost, --fail-on ...), and of
 * the suites in it.
 */
#ifndef RUNTALLY_ANALYSIS_GATE_H
#define RUNTALLY_ANALYSIS_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/analysis/compare.h"
#include "runtally/analysis/results.h"
#include "runtally/model/note.h"

enum fail_on {
	FAIL_ON_FAILED = 1 << 0,     /* any failed run */
	FAIL_ON_ERRORS = 1 << 1,     /* any run that ended in error */
	FAIL_ON_UNFINISHED = 1 << 2, /* any pending or unknown run */
	FAIL_ON_FLAKY = 1 << 3,      /* any flaky case */
	FAIL_ON_NO_RUNS = 1 << 4,    /* no run at all */
	/*
	 * A pass rate that is clearly worse (compare.h): of the total, of any suite or any case.
	 * Cases that newly fail are not enough: with a few runs each, some do in any two weeks. A
	 * suite that is new cannot be worse.
	 */
	FAIL_ON_REGRESSIONS = 1 << 5,
	FAIL_ON_INCOMPLETE = 1 << 6, /* any note that something may be missing */
};

/* The words of --fail-on, in the order of the flags; ended by NULL. */
extern const char *const fail_on_words[];

struct gate_options {
	int32_t min_pass_rate_micro;    /* -1: none */
	int64_t max_cost_nano;          /* -1: none */
	int64_t max_cost_per_pass_nano; /* -1: none */
	int64_t max_p95_latency_ms;     /* -1: none; of turns */
	unsigned fail_on;
};

extern const struct gate_options no_gates;

/* Demands on each suite whose name or id matches the glob (fnmatch). */
struct suite_gates {
	const char *suite;
	struct gate_options options;
};

struct gate_demands {
	struct gate_options whole;
	const struct suite_gates *suites;
	size_t suite_count;
};

struct gate {
	/* As on the command line: "--min-pass-rate 95"; of a suite "Booking: min-pass-rate 95". */
	const char *name;
	const char *wanted, *found; /* ready-made strings */
	bool met;                   /* what nobody knows does not meet its gate */
};

struct gates {
	struct gate *items;
	size_t count, capacity;
	size_t missed;
};

/*
 * Judges the results; comparison NULL: there is none. `notes` are those on the data of all suites.
 * A glob that no suite matches is a gate that is missed. Strings are owned by results->arena.
 */
void gates_judge(struct gates *gates, const struct gate_demands *demands, struct results *results,
		 const struct comparison *comparison, const struct notes *notes);
void gates_release(struct gates *gates);

#endif
