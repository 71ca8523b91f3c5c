/*
 * sparkline: the latest runs of a suite or case → a small inline SVG, as markup like those of
 * chart.h: a bar a run, oldest first. Passed ones stand above the middle, failed ones below it,
 * those in error below it as outlines, others as dashes on it, so that no colour is needed to tell
 * them apart.
 */
#ifndef RUNTALLY_VIEW_SPARKLINE_H
#define RUNTALLY_VIEW_SPARKLINE_H

#include <stddef.h>

#include "runtally/base/strbuf.h"
#include "runtally/model/run.h"

/* Nothing where there are none. */
void sparkline_add(struct run *const *runs, size_t count, struct strbuf *out);

#endif
