/*
 * over_time: runs of one case in order of time → inline SVG of one figure of theirs, as markup by
 * the rules of charts.h.
 */
#ifndef RUNTALLY_VIEW_OVER_TIME_H
#define RUNTALLY_VIEW_OVER_TIME_H

#include <stddef.h>

#include "runtally/base/strbuf.h"
#include "runtally/model/run.h"

enum run_measure { MEASURE_DURATION, MEASURE_LATENCY, MEASURE_COST, MEASURE_SCORE, MEASURES };

/* More runs than that are not drawn, the latest remain. */
enum { CHART_RUNS_MOST = 100 };

/* How many of the runs tell it and their time. */
size_t chart_case_told(enum run_measure measure, struct run *const *runs, size_t count);

/*
 * A mark for each run that tells it, of a form of its own for each outcome; equally far from each
 * other in the order that the runs have. The runs tell their time, oldest first, CHART_RUNS_MOST at
 * most. Nothing where not two of them tell it.
 */
void chart_case(enum run_measure measure, struct run *const *runs, size_t count,
		struct strbuf *out);

#endif
