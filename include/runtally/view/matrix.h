/*
 * matrix: cases of a suite by its latest executions, as templates see them.
 *
 * The matrix of one suite and the row of one case are kept at a time, made when they are asked
 * for: pages ask suite by suite and row by row.
 */
#ifndef RUNTALLY_VIEW_MATRIX_H
#define RUNTALLY_VIEW_MATRIX_H

#include "runtally/analysis/results.h"
#include "runtally/analysis/series.h"
#include "runtally/view/view.h"

/* All zero at first. */
struct view_matrix {
	struct matrix matrix;
	const struct suite_group *suite; /* whose matrix it is; NULL: none was asked for */
	struct matrix_cell cells[MATRIX_MOST];
	const struct case_group *row; /* whose cells they are, in the suite's matrix */
};

#endif
