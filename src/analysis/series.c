#include "runtally/analysis/series.h"

#include <string.h>

#include "runtally/base/arena.h"
#include "runtally/base/format_number.h"
#include "runtally/base/times.h"

const char *series_unit_name(enum series_unit unit)
{
	static const char *const names[] = {"day", "week", "month", "year"};

	return names[unit];
}

/* ---- calendar: days, weeks, months and years are counted from any fixed one ---- */

static int64_t floor_divide(int64_t value, int64_t by)
{
	return value / by - (value % by < 0);
}

/* 1970-01-01 was a Thursday. */
static int64_t week_of(int64_t day)
{
	return floor_divide(day + 3, 7);
}

static int64_t step_of(int64_t day, enum series_unit unit)
{
	struct civil date;

	if (unit == SERIES_DAY)
		return day;
	if (unit == SERIES_WEEK)
		return week_of(day);
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

static void find_period(struct series *series, struct run *const *runs, size_t count, int64_t *from,
			int64_t *to)
{
	for (size_t i = 0; i < count; i++) {
		int64_t when = run_when(runs[i]);

		if (when == TIME_UNKNOWN) {
			series->untimed++;
			continue;
		}
		*from = when < *from ? when : *from;
		*to = when > *to ? when : *to;
	}
}

static void make_points(struct series *series, int64_t from)
{
	int64_t first = step_of(from, series->unit);

	series->points = memory_alloc(series->count * sizeof(*series->points));
	for (size_t i = 0; i < series->count; i++) {
		struct series_point *point = &series->points[i];

		*point = (struct series_point){
			.day = first_day(first + (int64_t)i, series->unit),
			.unit = series->unit,
		};
		tally_init(&point->tally);
	}
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

/* Which point the run belongs to; NULL: none, it is earlier or tells no time. */
static struct series_point *point_of(const struct series *series, const struct run *run)
{
	size_t until = 0;

	if (run_when(run) != TIME_UNKNOWN)
		until = points_until(series, time_local_days(run_when(run)));
	return until ? &series->points[until - 1] : NULL;
}

static void count_runs(struct series *series, struct run *const *runs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct series_point *point = point_of(series, runs[i]);

		if (point)
			tally_add(&point->tally, runs[i]);
	}
}

/* Runs sorted by their points, in the order they have; the runs of point i end at ends[i]. */
static struct run **sort_runs(const struct series *series, struct run *const *runs, size_t count,
			      size_t *ends)
{
	struct run **sorted = memory_alloc(count * sizeof(*sorted));
	size_t at = 0;

	for (size_t i = 0; i < series->count; i++) {
		ends[i] = at;
		at += (size_t)series->points[i].tally.runs;
	}
	for (size_t i = 0; i < count; i++) {
		struct series_point *point = point_of(series, runs[i]);

		if (point)
			sorted[ends[point - series->points]++] = runs[i];
	}
	return sorted;
}

static void add_spreads(struct series *series, struct run *const *runs, size_t count)
{
	size_t *ends = memory_alloc(series->count * sizeof(*ends));
	struct run **sorted = sort_runs(series, runs, count, ends);
	struct sample scratch = {.count = 0};

	for (size_t i = 0; i < series->count; i++) {
		struct tally *tally = &series->points[i].tally;

		tally_spreads(tally, sorted + ends[i] - tally->runs, (size_t)tally->runs, &scratch);
	}
	sample_release(&scratch);
	memory_free(sorted);
	memory_free(ends);
}

static void divide(struct series *series, struct run *const *runs, size_t count,
		   enum series_unit finest, enum series_unit coarsest)
{
	int64_t from = INT64_MAX, to = INT64_MIN;

	*series = (struct series){.unit = finest};
	find_period(series, runs, count, &from, &to);
	if (from > to)
		return;
	series->count = choose_unit(from, to, coarsest, &series->unit);
	if (!series->count)
		return;
	make_points(series, time_local_days(from));
	count_runs(series, runs, count);
}

void series_build(struct series *series, struct run *const *runs, size_t count)
{
	divide(series, runs, count, SERIES_DAY, SERIES_YEAR);
	if (series->count)
		add_spreads(series, runs, count);
}

void series_divide(struct series *series, struct run *const *runs, size_t count,
		   enum series_unit unit)
{
	divide(series, runs, count, unit, unit);
}

struct series_point series_point_at(int64_t when, enum series_unit unit)
{
	struct series_point point = {.unit = unit,
				     .day = first_day(step_of(time_local_days(when), unit), unit)};

	tally_init(&point.tally);
	return point;
}

/* Puts in the point of that day where there is none yet; the earliest of too many falls out. */
static void put_point(struct series *series, int64_t day, size_t most)
{
	int64_t first = first_day(step_of(day, series->unit), series->unit);
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
	points[at] = (struct series_point){.day = first, .unit = series->unit};
	tally_init(&points[at].tally);
}

void series_latest(struct series *series, struct run *const *runs, size_t count,
		   enum series_unit unit, size_t most)
{
	*series = (struct series){.unit = unit};
	series->points = memory_alloc(most * sizeof(*series->points));
	for (size_t i = 0; i < count; i++) {
		if (run_when(runs[i]) == TIME_UNKNOWN)
			series->untimed++;
		else
			put_point(series, time_local_days(run_when(runs[i])), most);
	}
	count_runs(series, runs, count);
	add_spreads(series, runs, count);
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

bool series_point_holds(const struct series_point *point, const struct run *run)
{
	int64_t when = run_when(run);

	return when != TIME_UNKNOWN &&
	       step_of(time_local_days(when), point->unit) == step_of(point->day, point->unit);
}

void series_release(struct series *series)
{
	memory_free(series->points);
}
