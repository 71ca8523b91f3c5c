#include "runtally/analysis/series.h"

#include <stdlib.h>
#include <string.h>

#include "runtally/base/arena.h"
#include "runtally/base/format_number.h"
#include "runtally/base/hash_table.h"
#include "runtally/base/times.h"

const char *series_unit_name(enum series_unit unit)
{
	static const char *const names[] = {"day", "week", "month", "year"};

	return names[unit];
}

/* ---- calendar: days, weeks, months and years are counted from any fixed one ---- */

static int64_t step_of(int64_t day, enum series_unit unit)
{
	struct civil date;

	if (unit == SERIES_DAY)
		return day;
	/* 1970-01-01 was a Thursday. */
	if (unit == SERIES_WEEK)
		return (day + 3) / 7 - ((day + 3) % 7 < 0);
	date = civil_from_days(day);
	return unit == SERIES_YEAR ? date.year : date.year * INT64_C(12) + date.month - 1;
}

static int64_t first_day(int64_t step, enum series_unit unit)
{
	switch (unit) {
	case SERIES_DAY:
		return step;
	case SERIES_WEEK:
		return step * 7 - 3;
	case SERIES_MONTH:
		return days_from_civil((int)(step / 12), (int)(step % 12) + 1, 1);
	case SERIES_YEAR:
		break;
	}
	return days_from_civil((int)step, 1, 1);
}

/* Of the stretch that a time lies in. */
static int64_t first_day_at(int64_t when, enum series_unit unit)
{
	return first_day(step_of(time_local_days(when), unit), unit);
}

void series_label(const struct series_point *point, struct strbuf *out)
{
	struct civil date = civil_from_days(point->day);
	/* The year of a week is that of its Thursday. */
	int64_t thursday = point->day + 3, year = civil_from_days(thursday).year;
	char text[DATE_TEXT_SIZE];

	switch (point->unit) {
	case SERIES_DAY:
		date_text(point->day * DAY_MS, text);
		strbuf_addstr(out, text);
		break;
	case SERIES_WEEK:
		format_digits(out, (uint64_t)year, 4);
		strbuf_addstr(out, "-W");
		format_digits(out, (uint64_t)(thursday - days_from_civil((int)year, 1, 1)) / 7 + 1,
			      2);
		break;
	case SERIES_MONTH:
		format_digits(out, (uint64_t)date.year, 4);
		strbuf_addch(out, '-');
		format_digits(out, (uint64_t)date.month, 2);
		break;
	case SERIES_YEAR:
		format_digits(out, (uint64_t)date.year, 4);
		break;
	}
}

bool series_is_few(const struct series_point *point)
{
	uint64_t judged = tally_judged(&point->tally);

	return judged && judged < SERIES_FEW;
}

/* ---- points ---- */

/* So many points at most, by unit. */
static const int64_t points_most[] = {31, 105, 120, 200};

/*
 * How many points the period takes in the first of the units from `*unit` to `coarsest` that does
 * not take too many, to which *unit is set; 0: in none.
 */
static size_t choose_unit(int64_t from, int64_t to, enum series_unit coarsest,
			  enum series_unit *unit)
{
	for (int at = (int)*unit; at <= (int)coarsest; at++) {
		int64_t steps;

		*unit = (enum series_unit)at;
		steps = step_of(time_local_days(to), *unit) -
			step_of(time_local_days(from), *unit) + 1;
		if (steps <= points_most[at])
			return (size_t)steps;
	}
	return 0;
}

size_t series_length(int64_t from, int64_t to)
{
	enum series_unit unit = SERIES_DAY;

	return choose_unit(from, to, SERIES_YEAR, &unit);
}

static struct series_point empty_point(int64_t day, enum series_unit unit)
{
	struct series_point point = {.day = day, .unit = unit};

	tally_init(&point.tally);
	return point;
}

/* How many points begin on that day or before. */
static size_t points_until(const struct series *series, int64_t day)
{
	size_t low = 0, high = series->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (series->points[middle].day <= day)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Runs that tell no time, or are earlier than all points, belong to none. */
static void count_runs(struct series *series, struct run *const *runs, size_t count, bool spreads)
{
	uint32_t *numbers = memory_alloc(count * sizeof(*numbers));
	size_t *ends = memory_alloc(series->count * sizeof(*ends)), first = 0;
	struct sample scratch = {.count = 0};
	struct run **sorted;

	for (size_t i = 0; i < count; i++) {
		int64_t when = run_counted_at(runs[i]);
		size_t until =
			when == TIME_UNKNOWN ? 0 : points_until(series, time_local_days(when));

		numbers[i] = until ? (uint32_t)(until - 1) : NO_GROUP;
		if (until)
			tally_add(&series->points[until - 1].tally, runs[i]);
	}
	if (spreads) {
		sorted = runs_by_group(runs, numbers, count, ends, series->count);
		for (size_t i = 0; i < series->count; first = ends[i++])
			tally_spreads(&series->points[i].tally, sorted + first, ends[i] - first,
				      &scratch);
		sample_release(&scratch);
		memory_free(sorted);
	}
	memory_free(ends);
	memory_free(numbers);
}

static void divide(struct series *series, struct run *const *runs, size_t count,
		   enum series_unit finest, enum series_unit coarsest, bool spreads)
{
	int64_t from = TIME_UNKNOWN, to = TIME_UNKNOWN, first;

	*series = (struct series){.unit = finest};
	for (size_t i = 0; i < count; i++) {
		widen_time(&from, &to, run_counted_at(runs[i]), run_counted_at(runs[i]));
		series->untimed += run_counted_at(runs[i]) == TIME_UNKNOWN;
	}
	if (from == TIME_UNKNOWN)
		return;
	series->count = choose_unit(from, to, coarsest, &series->unit);
	if (!series->count)
		return;
	series->points = memory_alloc(series->count * sizeof(*series->points));
	first = step_of(time_local_days(from), series->unit);
	for (size_t i = 0; i < series->count; i++)
		series->points[i] =
			empty_point(first_day(first + (int64_t)i, series->unit), series->unit);
	count_runs(series, runs, count, spreads);
}

void series_build(struct series *series, struct run *const *runs, size_t count)
{
	divide(series, runs, count, SERIES_DAY, SERIES_YEAR, true);
}

void series_divide(struct series *series, struct run *const *runs, size_t count,
		   enum series_unit unit)
{
	divide(series, runs, count, unit, unit, false);
}

/* Puts in the point of that time where there is none yet; the earliest of too many falls out. */
static void put_point(struct series *series, int64_t when, size_t most)
{
	int64_t first = first_day_at(when, series->unit);
	struct series_point *points = series->points;
	size_t at = points_until(series, first);

	if ((at && points[at - 1].day == first) || (!at && series->count == most))
		return;
	if (series->count == most) {
		at--;
		memmove(points, points + 1, at * sizeof(*points));
	} else {
		memmove(points + at + 1, points + at, (series->count++ - at) * sizeof(*points));
	}
	points[at] = empty_point(first, series->unit);
}

void series_latest(struct series *series, struct run *const *runs, size_t count,
		   enum series_unit unit, size_t most)
{
	*series = (struct series){.unit = unit};
	series->points = memory_alloc(most * sizeof(*series->points));
	for (size_t i = 0; i < count; i++) {
		if (run_counted_at(runs[i]) == TIME_UNKNOWN)
			series->untimed++;
		else
			put_point(series, run_counted_at(runs[i]), most);
	}
	count_runs(series, runs, count, true);
}

void series_mark(struct series *series, int64_t first_at, int64_t last_at)
{
	size_t first, end;

	if (first_at == TIME_UNKNOWN || last_at == TIME_UNKNOWN)
		return;
	first = points_until(series, time_local_days(first_at));
	end = points_until(series, time_local_days(last_at));
	first -= first > 0;
	series->own_first = first;
	series->own_count = end - first < series->count ? end - first : 0;
}

void series_release(struct series *series)
{
	memory_free(series->points);
}

/* ---- a matrix by executions ---- */

/*
 * Puts it among the latest, of which the first gives way where there are too many. Those that began
 * at the same time, or tell none, are in order of their ids.
 */
static void add_execution(struct matrix *matrix, const char *id, int64_t began_at)
{
	struct matrix_column *columns = matrix->columns;
	size_t at = matrix->count;

	while (at > 0 &&
	       (began_at < columns[at - 1].began_at || (began_at == columns[at - 1].began_at &&
							strcmp(id, columns[at - 1].execution) < 0)))
		at--;
	if (matrix->count == MATRIX_MOST) {
		matrix->hidden++;
		if (!at)
			return;
		at--;
		memmove(columns, columns + 1, at * sizeof(*columns));
	} else {
		memmove(columns + at + 1, columns + at, (matrix->count - at) * sizeof(*columns));
		matrix->count++;
	}
	columns[at] = (struct matrix_column){.execution = id, .began_at = began_at};
	tally_init(&columns[at].point.tally);
}

/* False where most runs tell none. */
static bool build_executions(struct matrix *matrix, struct run *const *runs, size_t count)
{
	struct numbering ids = {.count = 0};
	int64_t *begins = NULL; /* by number */
	size_t capacity = 0, outside = 0;

	for (size_t i = 0; i < count; i++) {
		const struct run *run = runs[i];
		int64_t begin = run_begin(run) != TIME_UNKNOWN ? run_begin(run) : run_when(run);
		size_t known = ids.count, at;

		if (!run->execution_id) {
			outside++;
			continue;
		}
		at = numbering_of(&ids, "", run->execution_id);
		begins = array_reserve(begins, &capacity, at + 1, sizeof(*begins));
		if (at == known || begins[at] == TIME_UNKNOWN ||
		    (begin != TIME_UNKNOWN && begin < begins[at]))
			begins[at] = begin;
	}
	matrix->by_execution = count - outside > count / 2;
	if (matrix->by_execution) {
		matrix->outside = outside;
		for (size_t i = 0; i < ids.count; i++)
			add_execution(matrix, ids.entries[i].name, begins[i]);
	}
	numbering_release(&ids);
	memory_free(begins);
	return matrix->by_execution;
}

/* ---- a matrix by stretches of time ---- */

static int compare_days(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

	return (a > b) - (a < b);
}

/* First days of the stretches that have runs, upwards, each once. *found: how many. */
static int64_t *find_days(struct run *const *runs, size_t count, enum series_unit unit,
			  size_t *found)
{
	int64_t *days = memory_alloc(count * sizeof(*days));
	size_t timed = 0;

	for (size_t i = 0; i < count; i++)
		if (run_counted_at(runs[i]) != TIME_UNKNOWN)
			days[timed++] = first_day_at(run_counted_at(runs[i]), unit);
	qsort(days, timed, sizeof(*days), compare_days);
	*found = 0;
	for (size_t i = 0; i < timed; i++)
		if (!i || days[i] != days[i - 1])
			days[(*found)++] = days[i];
	return days;
}

/* The latest, in the finest unit of which there are not too many. */
static void build_points(struct matrix *matrix, struct run *const *runs, size_t count)
{
	enum series_unit unit = SERIES_DAY;
	size_t found;
	int64_t *days = find_days(runs, count, unit, &found);

	while (found > MATRIX_MOST && unit < SERIES_YEAR) {
		memory_free(days);
		days = find_days(runs, count, ++unit, &found);
	}
	for (size_t i = 0; i < count; i++)
		matrix->outside += run_counted_at(runs[i]) == TIME_UNKNOWN;
	matrix->hidden = found > MATRIX_MOST ? found - MATRIX_MOST : 0;
	for (size_t i = matrix->hidden; i < found; i++)
		matrix->columns[matrix->count++] =
			(struct matrix_column){.point = empty_point(days[i], unit)};
	memory_free(days);
}

/* ---- a matrix of either kind ---- */

/* The latest columns have most of what is asked for; matrix->count: none holds it. */
static size_t column_of(const struct matrix *matrix, const struct run *run)
{
	const char *id = run->execution_id;
	int64_t day = 0;

	if (!matrix->count || (matrix->by_execution ? !id : run_counted_at(run) == TIME_UNKNOWN))
		return matrix->count;
	if (!matrix->by_execution)
		day = first_day_at(run_counted_at(run), matrix->columns[0].point.unit);
	for (size_t i = matrix->count; i > 0; i--) {
		const struct matrix_column *column = &matrix->columns[i - 1];

		if (matrix->by_execution
			    ? id == column->execution || strcmp(id, column->execution) == 0
			    : day == column->point.day)
			return i - 1;
	}
	return matrix->count;
}

void matrix_build(struct matrix *matrix, struct run *const *runs, size_t count)
{
	*matrix = (struct matrix){.count = 0};
	if (!build_executions(matrix, runs, count))
		build_points(matrix, runs, count);
	if (matrix->count < 2)
		matrix->count = 0;
	for (size_t i = 0; i < count; i++) {
		size_t column = column_of(matrix, runs[i]);

		if (column < matrix->count)
			tally_add(&matrix->columns[column].point.tally, runs[i]);
	}
	for (size_t i = 0; i < matrix->count && !matrix->by_execution; i++)
		matrix->columns[i].began_at = matrix->columns[i].point.tally.first_at;
}

void matrix_row(const struct matrix *matrix, struct run *const *runs, size_t count,
		struct matrix_cell *cells)
{
	for (size_t i = 0; i < matrix->count; i++) {
		cells[i].run = NULL;
		tally_init(&cells[i].tally);
	}
	for (size_t i = 0; i < count; i++) {
		size_t column = column_of(matrix, runs[i]);

		if (column == matrix->count)
			continue;
		tally_add(&cells[column].tally, runs[i]);
		cells[column].run = cells[column].tally.runs == 1 ? runs[i] : NULL;
	}
}
