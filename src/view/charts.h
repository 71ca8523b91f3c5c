/*
 * charts: figures → inline SVG, as markup: presentation attributes and classes alone, for the
 * page's policy blocks inline style. The width is the page's: places across are per cent, or stand
 * in a stretched box whose strokes keep their width, so no text and no dot is distorted. Colours
 * come from the classes. All texts are made here, of numbers and dates.
 */
#ifndef RUNTALLY_VIEW_CHARTS_H
#define RUNTALLY_VIEW_CHARTS_H

#include <stddef.h>

#include "runtally/analysis/series.h"
#include "runtally/base/strbuf.h"
#include "runtally/model/run.h"

/*
 * The pass rate over time with its 95 % interval, a dot for each point that has a verdict (hollow:
 * below ten of them), open where there is none; below it the cost, where a run tells it; behind
 * them, a ground where the series is marked. Nothing for a series below two points.
 */
void chart_series(const struct series *series, struct strbuf *out);

/*
 * The latest runs of a suite or case: a bar a run, oldest first. Passed ones stand above the
 * middle, failed ones below it, those in error below it as outlines, others as dashes on it, so
 * that no colour is needed to tell them apart. Nothing where there are none.
 */
void chart_sparkline(struct run *const *runs, size_t count, struct strbuf *out);

/* ---- one figure of the runs of a case, in order of time (over_time.c) ---- */

enum run_measure { MEASURE_DURATION, MEASURE_LATENCY, MEASURE_COST, MEASURE_SCORE, MEASURES };

/* More runs than that are not drawn, the latest remain. */
enum { CHART_RUNS_MOST = 100 };

/* How many of the runs of a case tell it and their time. */
size_t chart_case_told(enum run_measure measure, struct run *const *runs, size_t count);

/*
 * A mark for each run that tells it, of a form of its own for each outcome; equally far from each
 * other in the order that the runs have. The runs tell their time, oldest first, CHART_RUNS_MOST at
 * most. Nothing where not two of them tell it.
 */
void chart_case(enum run_measure measure, struct run *const *runs, size_t count,
		struct strbuf *out);

#endif
