/*
 * chart: figures → inline SVG, as markup: presentation attributes and classes alone, for the page's
 * policy blocks inline style. The width is the page's: places across are per cent, or stand in a
 * stretched box whose strokes keep their width, so no text and no dot is distorted. Colours come
 * from the classes. All texts are made here, of numbers and dates.
 */
#ifndef RUNTALLY_VIEW_CHART_H
#define RUNTALLY_VIEW_CHART_H

#include "runtally/analysis/series.h"
#include "runtally/base/strbuf.h"

/*
 * The pass rate over time with its 95 % interval, a dot for each point that has a verdict (hollow:
 * below ten of them), open where there is none; below it the cost, where a run tells it; behind
 * them, a ground where the series is marked. Nothing for a series below two points.
 */
void chart_series(const struct series *series, struct strbuf *out);

#endif
