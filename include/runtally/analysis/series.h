/*
 * series: runs → their tallies by day, week, month or year of the zone (--tz): what a chart over
 * time shows, gaps included, and what a list of the latest days or weeks tells, without gaps.
 *
 * matrix: runs of a suite → how its cases did in its latest executions, side by side.
 */
#ifndef RUNTALLY_ANALYSIS_SERIES_H
#define RUNTALLY_ANALYSIS_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/analysis/tally.h"
#include "runtally/base/strbuf.h"

/* Weeks begin on Monday (ISO 8601). */
enum series_unit { SERIES_DAY, SERIES_WEEK, SERIES_MONTH, SERIES_YEAR };

/* "day", "week", "month", "year" */
const char *series_unit_name(enum series_unit unit);

/* It begins with its tally, so that a pointer to it is one to its tally. */
struct series_point {
	struct tally tally;
	int64_t day; /* its first, since 1970-01-01 */
	enum series_unit unit;
};

struct series {
	struct series_point
		*points; /* upwards; those between the first and the last may be empty */
	size_t count;    /* 0: no run tells its time, or the times span centuries */
	enum series_unit unit;
	uint64_t untimed;            /* runs that tell no time */
	size_t own_first, own_count; /* points that the report is about; 0: all, or none */
};

/* A point with fewer verdicts than that has few: its rate says little. */
enum { SERIES_FEW = 10 };
/* So many of the latest days and weeks that have runs make a trend. */
enum { TREND_DAYS = 92, TREND_WEEKS = 105 };

/* Whether a point has a verdict, but few. */
bool series_is_few(const struct series_point *point);

/* Days up to 31 of them, weeks up to 105, months up to ten years, years up to 200. */
void series_build(struct series *series, struct run *const *runs, size_t count);
/* By this unit, only the latest `most` points that have runs: gaps are left out. */
void series_latest(struct series *series, struct run *const *runs, size_t count,
		   enum series_unit unit, size_t most);
/* Marks the points that such a stretch of time lies in; none where it is not known. */
void series_mark(struct series *series, int64_t first_at, int64_t last_at);
void series_release(struct series *series);

/* How many points that makes of such a period, which is in milliseconds. */
size_t series_length(int64_t from, int64_t to);

/*
 * By this unit, without the spreads; no point where there would be more of them than that unit may
 * have.
 */
void series_divide(struct series *series, struct run *const *runs, size_t count,
		   enum series_unit unit);

/* `2026-11-20`, `2026-W47`, `2026-11`, `2026` */
void series_label(const struct series_point *point, struct strbuf *out);

/* ---- matrix ---- */

enum { MATRIX_MOST = 12 };

/* It begins with the tally of all its runs, so that a pointer to it is one to its tally. */
struct matrix_column {
	struct series_point point; /* of an execution, only its tally says anything */
	const char *execution;     /* its id, of one of its runs; NULL: the column is a point */
	int64_t began_at;          /* of an execution's first run; TIME_UNKNOWN: none tells */
};

/*
 * A column is an execution (run.execution_id: a batch or suite run). Where most runs tell none, it
 * is a day that has runs, or a week, month or year where there are more of those than columns.
 */
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
