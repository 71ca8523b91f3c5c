/*
 * loads: what is fetched or made when it is asked for, and kept while it is shown: the details of
 * runs, the matrix of a suite.
 *
 * Memory is bounded by the two runs asked for last. So nothing may hold on to what is loaded:
 * values that templates see name a run and an index, and ask anew each time (details.c).
 */
#ifndef RUNTALLY_VIEW_LOADS_H
#define RUNTALLY_VIEW_LOADS_H

#include "runtally/analysis/results.h"
#include "runtally/analysis/series.h"
#include "runtally/base/arena.h"
#include "runtally/base/spool.h"
#include "runtally/model/run.h"

struct view_loads {
	struct spool *spool;
	/* Two, for templates that put the details of two runs side by side. */
	struct view_load {
		const struct run *of; /* NULL: none */
		struct run run;
		struct arena arena;
	} items[2];
	unsigned newest;
};

/* Of runs that were kept with this spool. */
void view_loads_init(struct view_loads *loads, struct spool *spool);
void view_loads_release(struct view_loads *loads);

/*
 * The matrix of one suite and the row of one case: pages ask suite by suite and row by row. All
 * zero at first.
 */
struct view_matrix {
	struct matrix matrix;
	const struct suite_group *suite; /* whose matrix it is; NULL: none was asked for */
	struct matrix_cell cells[MATRIX_MOST];
	const struct case_group *row; /* whose cells they are, in the suite's matrix */
};

#endif
