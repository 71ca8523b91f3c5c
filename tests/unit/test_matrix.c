#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"
#include "runtally/analysis/series.h"
#include "runtally/base/times.h"

enum { RUNS_MOST = 64 };

/*
 * Runs like `e1+2026-11-01 e1- .~`: an execution of two letters or none, + passed, - failed,
 * ~ pending, a date or none. The runs of one case.
 */
struct world {
	struct run runs[RUNS_MOST];
	struct run *items[RUNS_MOST];
	char ids[RUNS_MOST][3];
	size_t count;
	struct matrix matrix;
};

static void add_run(struct world *world, const char *text, size_t length)
{
	size_t named = *text == '.' ? 1 : 2;
	struct run *run = &world->runs[world->count];
	char date[DATE_TEXT_SIZE] = {0};
	int64_t ms;

	assert_true(world->count < RUNS_MOST && length > named);
	*run = made_run("telnyx", "r", marked_outcome(text[named]));
	if (named == 2) {
		/* A copy of its own: ids are compared by their text. */
		memcpy(world->ids[world->count], text, 2);
		run->execution_id = world->ids[world->count];
	}
	world->items[world->count++] = run;
	if (length < named + DATE_TEXT_SIZE)
		return;
	memcpy(date, text + named + 1, DATE_TEXT_SIZE - 1);
	assert_true(time_or_date_parse(date, &ms));
	run->started_at = ms;
	run->ended_at = ms + 5 * DAY_MS;
}

static void world_init(struct world *world, const char *text)
{
	*world = (struct world){.count = 0};
	while (*text) {
		size_t length = strcspn(text, " ");

		add_run(world, text, length);
		text += length + (text[length] == ' ');
	}
	matrix_build(&world->matrix, world->items, world->count);
}

/* `e1:1/2 e2:0/1 `: each column's name, its passed and judged runs. */
static void columns_text(const struct matrix *matrix, struct strbuf *out)
{
	for (size_t i = 0; i < matrix->count; i++) {
		const struct matrix_column *column = &matrix->columns[i];
		const struct tally *tally = &column->point.tally;

		if (column->execution)
			strbuf_addstr(out, column->execution);
		else
			series_label(&column->point, out);
		strbuf_addf(out, ":%d/%d ", (int)tally->outcomes[OUTCOME_PASSED],
			    (int)tally_judged(tally));
	}
}

static void check_columns(const char *runs, const char *wanted, size_t hidden, uint64_t outside)
{
	struct strbuf text = STRBUF_INIT;
	struct world world;

	world_init(&world, runs);
	columns_text(&world.matrix, &text);
	assert_string_equal(text.text, wanted);
	if (*wanted) {
		assert_int_equal(world.matrix.hidden, hidden);
		assert_int_equal(world.matrix.outside, outside);
	}
	strbuf_release(&text);
}

static void executions(void **state)
{
	static const struct {
		const char *runs, *columns;
		size_t hidden;
		uint64_t outside;
	} cases[] = {
		{"", "", 0, 0},
		/* one column has nothing beside it */
		{"e1+2026-11-01 e1-2026-11-02", "", 0, 0},
		{"e1+2026-11-01 e2-2026-11-02 e1-2026-11-02", "e1:1/2 e2:0/1 ", 0, 0},
		/* by their first run, not by their names; at the same time by name */
		{"e1+2026-11-05 e2-2026-11-04 e1~2026-11-03", "e1:1/1 e2:0/1 ", 0, 0},
		{"e9+2026-11-05 e2-2026-11-04", "e2:0/1 e9:1/1 ", 0, 0},
		{"e2+2026-11-05 e1-2026-11-05 e3~2026-11-05", "e1:0/1 e2:1/1 e3:0/0 ", 0, 0},
		/* without a time before all others */
		{"e1+2026-11-05 e3- e2+", "e2:1/1 e3:0/1 e1:1/1 ", 0, 0},
		/* most runs tell theirs, or there are days */
		{"e1+2026-11-01 e2-2026-11-02 .+2026-11-02", "e1:1/1 e2:0/1 ", 0, 1},
		{"e1+2026-11-01 e2-2026-11-02 .+2026-11-02 .+", "2026-11-06:1/1 2026-11-07:1/2 ", 0,
		 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_columns(cases[i].runs, cases[i].columns, cases[i].hidden, cases[i].outside);
}

/* The same whatever order the runs are in; more executions than the table has room for at first. */
static void latest_executions(void **state)
{
	static struct run runs[200];
	static char ids[200][8];
	struct run *items[200];
	uint32_t seed = 7;

	(void)state;
	for (size_t i = 0; i < 200; i++) {
		snprintf(ids[i], sizeof(ids[i]), "x%d", (int)i);
		runs[i] = made_run("telnyx", "r", OUTCOME_PASSED);
		runs[i].execution_id = ids[i];
		runs[i].started_at = (int64_t)i * DAY_MS;
		items[i] = &runs[i];
	}
	for (int round = 0; round < 20; round++) {
		struct matrix matrix;

		matrix_build(&matrix, items, 200);
		assert_int_equal(matrix.count, MATRIX_MOST);
		assert_int_equal(matrix.hidden, 200 - MATRIX_MOST);
		for (size_t i = 0; i < MATRIX_MOST; i++) {
			assert_string_equal(matrix.columns[i].execution,
					    ids[200 - MATRIX_MOST + i]);
			assert_int_equal(matrix.columns[i].point.tally.runs, 1);
		}
		for (size_t i = 0; i < 200; i++) {
			size_t other = next_random(&seed) % 200;
			struct run *run = items[i];

			items[i] = items[other];
			items[other] = run;
		}
	}
}

/* Runs end five days after their date. */
static void times(void **state)
{
	static const struct {
		const char *runs, *columns;
		size_t hidden;
		uint64_t outside;
	} cases[] = {
		{".+ .-", "", 0, 0},
		{".+2026-11-01", "", 0, 0},
		/* days without runs have no column */
		{".+2026-11-09 .-2026-11-01 .+2026-11-01 .+", "2026-11-06:1/2 2026-11-14:1/1 ", 0,
		 1},
		/* thirteen days are weeks */
		{".+2026-11-01 .+2026-11-02 .+2026-11-03 .+2026-11-04 .+2026-11-05 .+2026-11-06 "
		 ".+2026-11-07 .+2026-11-08 .+2026-11-09 .+2026-11-10 .+2026-11-11 .+2026-11-12 "
		 ".-2026-11-13",
		 "2026-W45:3/3 2026-W46:7/7 2026-W47:2/3 ", 0, 0},
		/* few days are days, however far from each other */
		{".+2024-10-01 .-2026-11-02", "2024-10-06:1/1 2026-11-07:0/1 ", 0, 0},
		{".+0001-01-01 .-9999-12-26", "0001-01-06:1/1 9999-12-31:0/1 ", 0, 0},
		{".+2001-06-01 .+2002-06-01 .+2003-06-01 .+2004-06-01 .+2005-06-01 .+2006-06-01 "
		 ".+2007-06-01 .+2008-06-01 .+2009-06-01 .+2010-06-01 .+2011-06-01 .+2012-06-01 "
		 ".+2013-06-01 .-2014-06-01",
		 "2003:1/1 2004:1/1 2005:1/1 2006:1/1 2007:1/1 2008:1/1 2009:1/1 2010:1/1 "
		 "2011:1/1 2012:1/1 2013:1/1 2014:0/1 ",
		 2, 0},
		{".+0001-01-02 .+9999-01-02", "0001-01-07:1/1 9999-01-07:1/1 ", 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_columns(cases[i].runs, cases[i].columns, cases[i].hidden, cases[i].outside);
}

/* `+ 1/2 . `: a case's only run, passed/judged of several, none. */
static void row_text(const struct world *world, struct strbuf *out)
{
	static const char marks[] = {'+', '-', '!', '~', '?'};
	struct matrix_cell cells[MATRIX_MOST];

	matrix_row(&world->matrix, world->items, world->count, cells);
	for (size_t i = 0; i < world->matrix.count; i++) {
		const struct matrix_cell *cell = &cells[i];

		if (cell->run)
			strbuf_addf(out, "%c ", marks[cell->run->outcome]);
		else if (cell->tally.runs)
			strbuf_addf(out, "%d/%d ", (int)cell->tally.outcomes[OUTCOME_PASSED],
				    (int)tally_judged(&cell->tally));
		else
			strbuf_addstr(out, ". ");
	}
}

static void rows(void **state)
{
	static const struct {
		const char *suite, *runs, *row;
	} cases[] = {
		{"e1+2026-11-01 e2+2026-11-02 e3+2026-11-03", "", ". . . "},
		{"e1+2026-11-01 e2+2026-11-02 e3+2026-11-03", "e3- e1~", "~ . - "},
		{"e1+2026-11-01 e2+2026-11-02 e3+2026-11-03", "e2- e2~ e2+ e3+ e3+ e4- .-",
		 ". 1/2 2/2 "},
		{".+2026-11-01 .+2026-11-02", ".-2026-11-02 .+2026-11-03 .+", ". - "},
		/* thirteen days are weeks */
		{".+2026-10-05 .+2026-10-06 .+2026-10-07 .+2026-10-08 .+2026-10-09 .+2026-10-10 "
		 ".+2026-10-11 .+2026-10-12 .+2026-10-13 .+2026-12-01 .+2026-12-02 .+2026-12-03 "
		 ".+2026-12-04",
		 ".-2026-10-04 .+2026-10-06 .~2026-12-02", "1/2 . . ~ "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct strbuf text = STRBUF_INIT;
		struct world suite, row;

		world_init(&suite, cases[i].suite);
		world_init(&row, cases[i].runs);
		row.matrix = suite.matrix;
		row_text(&row, &text);
		assert_string_equal(text.text, cases[i].row);
		strbuf_release(&text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(executions),
		cmocka_unit_test(latest_executions),
		cmocka_unit_test(times),
		cmocka_unit_test(rows),
	};

	return cmocka_run_group_tests_name("matrix", tests, NULL, NULL);
}
