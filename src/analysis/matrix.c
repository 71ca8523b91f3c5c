#include "runtally/analysis/matrix.h"

#include <stdlib.h>
#include <string.h>

#include "runtally/base/arena.h"
#include "runtally/base/hash_table.h"

/* ---- executions of a suite: a table by the hash of their ids ---- */

struct execution {
	const char *id; /* NULL: a free slot */
	uint64_t hash;
	int64_t began_at;
};

struct executions {
	struct execution *slots;
	size_t capacity, count;
	uint64_t runs; /* that tell theirs */
};

static struct execution *slot_of(const struct executions *set, const char *id, uint64_t hash)
{
	size_t at = (size_t)hash & (set->capacity - 1);

	while (set->slots[at].id &&
	       (set->slots[at].hash != hash || strcmp(set->slots[at].id, id) != 0))
		at = (at + 1) & (set->capacity - 1);
	return &set->slots[at];
}

static void executions_grow(struct executions *set)
{
	struct executions larger = *set;

	larger.capacity = set->capacity ? set->capacity * 2 : 64;
	larger.slots = memory_alloc(larger.capacity * sizeof(*larger.slots));
	memset(larger.slots, 0, larger.capacity * sizeof(*larger.slots));
	for (size_t i = 0; i < set->capacity; i++)
		if (set->slots[i].id)
			*slot_of(&larger, set->slots[i].id, set->slots[i].hash) = set->slots[i];
	memory_free(set->slots);
	*set = larger;
}

static void executions_add(struct executions *set, const struct run *run)
{
	const char *id = run->execution_id;
	uint64_t hash = hash_bytes(id, strlen(id));
	int64_t begin = run_begin(run) != TIME_UNKNOWN ? run_begin(run) : run_when(run);
	struct execution *execution;

	if (set->count * 4 >= set->capacity * 3)
		executions_grow(set);
	execution = slot_of(set, id, hash);
	if (!execution->id) {
		*execution = (struct execution){id, hash, TIME_UNKNOWN};
		set->count++;
	}
	if (begin != TIME_UNKNOWN &&
	    (execution->began_at == TIME_UNKNOWN || begin < execution->began_at))
		execution->began_at = begin;
	set->runs++;
}

/* Those that began at the same time, or tell none, are in order of their ids. */
static bool is_before(const struct execution *execution, const struct matrix_column *column)
{
	if (execution->began_at != column->began_at)
		return execution->began_at < column->began_at;
	return strcmp(execution->id, column->execution) < 0;
}

/* Puts it among the latest, of which the first gives way where there are too many. */
static void add_execution(struct matrix *matrix, const struct execution *execution)
{
	struct matrix_column *columns = matrix->columns;
	size_t at = matrix->count;

	while (at > 0 && is_before(execution, &columns[at - 1]))
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
	columns[at] = (struct matrix_column){
		.execution = execution->id,
		.began_at = execution->began_at,
	};
	tally_init(&columns[at].point.tally);
}

/* False where most runs tell none. */
static bool build_executions(struct matrix *matrix, struct run *const *runs, size_t count)
{
	struct executions set = {.count = 0};

	for (size_t i = 0; i < count; i++)
		if (runs[i]->execution_id)
			executions_add(&set, runs[i]);
	matrix->by_execution = set.runs > count / 2;
	if (matrix->by_execution) {
		matrix->outside = count - set.runs;
		for (size_t i = 0; i < set.capacity; i++)
			if (set.slots[i].id)
				add_execution(matrix, &set.slots[i]);
	}
	memory_free(set.slots);
	return matrix->by_execution;
}

/* ---- stretches of time ---- */

/* Days, or first days of weeks and the like, that have runs. */
struct points {
	int64_t *days; /* upwards, each once */
	size_t count;
	size_t untimed; /* runs that tell no time */
};

static int compare_days(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

	return (a > b) - (a < b);
}

static void find_points(struct points *points, struct run *const *runs, size_t count,
			enum series_unit unit)
{
	size_t found = 0;

	*points = (struct points){.days = memory_alloc(count * sizeof(*points->days))};
	for (size_t i = 0; i < count; i++) {
		if (run_when(runs[i]) == TIME_UNKNOWN)
			points->untimed++;
		else
			points->days[found++] = series_point_at(run_when(runs[i]), unit).day;
	}
	qsort(points->days, found, sizeof(*points->days), compare_days);
	for (size_t i = 0; i < found; i++)
		if (!i || points->days[i] != points->days[i - 1])
			points->days[points->count++] = points->days[i];
}

/* The latest of them. */
static void take_points(struct matrix *matrix, const struct points *points, enum series_unit unit)
{
	size_t first = points->count > MATRIX_MOST ? points->count - MATRIX_MOST : 0;

	matrix->hidden = first;
	matrix->outside = points->untimed;
	for (size_t i = first; i < points->count; i++) {
		struct matrix_column *column = &matrix->columns[matrix->count++];

		*column = (struct matrix_column){
			.point = {.day = points->days[i], .unit = unit},
			.began_at = TIME_UNKNOWN,
		};
		tally_init(&column->point.tally);
	}
}

/* In the finest unit of which there are not too many. */
static void build_points(struct matrix *matrix, struct run *const *runs, size_t count)
{
	for (int unit = SERIES_DAY; unit <= SERIES_YEAR && !matrix->count; unit++) {
		struct points points;

		find_points(&points, runs, count, (enum series_unit)unit);
		if (unit == SERIES_YEAR || points.count <= MATRIX_MOST)
			take_points(matrix, &points, (enum series_unit)unit);
		memory_free(points.days);
	}
}

/* ---- all of it ---- */

static bool holds(const struct matrix *matrix, const struct matrix_column *column,
		  const struct run *run)
{
	if (!matrix->by_execution)
		return series_point_holds(&column->point, run);
	return run->execution_id && (run->execution_id == column->execution ||
				     strcmp(run->execution_id, column->execution) == 0);
}

/* The latest columns have most of what is asked for; matrix->count: none holds it. */
static size_t column_of(const struct matrix *matrix, const struct run *run)
{
	for (size_t i = matrix->count; i > 0; i--)
		if (holds(matrix, &matrix->columns[i - 1], run))
			return i - 1;
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
