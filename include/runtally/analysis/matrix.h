/*
 * matrix: runs of a suite → how its cases did in its latest executions, side by side.
 *
 * A column is an execution (run.execution_id: a batch or suite run). Where most runs tell none, it
 * is a day that has runs, or a week, month or year where there are more of those than columns.
 */
#ifndef RUNTALLY_ANALYSIS_MATRIX_H
#define RUNTALLY_ANALYSIS_MATRIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/analysis/series.h"
#include "runtally/analysis/tally.h"
#include "runtally/model/run.h"

enum { MATRIX_MOST = 12 };

/* It begins with the tally of all its runs, so that a pointer to it is one to its tally. */
struct matrix_column {
	struct series_point point; /* of an execution, only its tally says anything */
	const char *execution;     /* its id, of one of its runs; NULL: the column is a point */
	int64_t began_at;          /* of an execution's first run; TIME_UNKNOWN: none tells */
};

struct matrix {
	struct matrix_column columns[MATRIX_MOST]; /* oldest first, those without a time before */
	size_t count;      /* 0: there are not two, so there is nothing to compare */
	size_t hidden;     /* earlier ones that are left out */
	uint64_t outside;  /* runs that tell no execution, or no time, and are in no column */
	bool by_execution; /* else by series unit, the same in all columns */
};

/* Sorts the times of the runs, or counts their executions: takes room for them while it runs. */
void matrix_build(struct matrix *matrix, struct run *const *runs, size_t count);

/* How a case did in a column. It begins with its tally. */
struct matrix_cell {
	struct tally tally;
	const struct run *run; /* its only run; NULL: there is none, or several */
};

/* A cell for each column from the runs of one case. */
void matrix_row(const struct matrix *matrix, struct run *const *runs, size_t count,
		struct matrix_cell *cells);

#endif
