/*
 * asked: what a report was asked for, whatever was found: period, filters, thresholds, comparison,
 * gates. Texts are as they were given, NULL where they were not.
 */
#ifndef RUNTALLY_VIEW_ASKED_H
#define RUNTALLY_VIEW_ASKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/analysis/gate.h"
#include "runtally/analysis/select.h"

struct asked {
	struct period period;                            /* what those that follow have in common */
	const char *since, *until, *last, *week, *month; /* of `last` and `this`: which one it is */
	const char *tz;
	const char *const *suites, *const *sources;
	size_t suite_count, source_count;
	const char *suite_by;
	int32_t pass_score_micro;
	const char *score_scale;
	bool history;
	size_t baselines;
	const char *compare;
	const struct suite_gates *gates; /* those of the whole first: of no suite */
	size_t gate_count;
};

#endif
