#include "runtally/view/matrix.h"

#include <stddef.h>

#include "runtally/base/format_number.h"
#include "runtally/view/plan.h"

/* ---- what is kept; NULL: this report keeps none ---- */

static const struct matrix *matrix_of_suite(const struct view *view,
					    const struct suite_group *suite)
{
	struct view_matrix *kept = view->matrix;

	if (!kept ||
	    (view->plan && !view_plan_has_matrix(view->plan, suite - view->results->suites)))
		return NULL;
	if (kept->suite != suite) {
		matrix_build(&kept->matrix, view->results->runs + suite->first_run,
			     suite->run_count);
		kept->suite = suite;
	}
	return &kept->matrix;
}

static const struct matrix_cell *row_of(const struct view *view, const struct case_group *group)
{
	struct view_matrix *kept = view->matrix;

	if (kept->row != group) {
		matrix_row(&kept->matrix, view->results->runs + group->first_run, group->run_count,
			   kept->cells);
		kept->row = group;
	}
	return kept->cells;
}

/* ---- columns ---- */

static const struct matrix_column *column_of(const struct value *of)
{
	return of->object;
}

static bool has_moment(const struct value *of)
{
	return column_of(of)->execution && column_of(of)->began_at != TIME_UNKNOWN;
}

static void column_label(const struct value *of, struct strbuf *out)
{
	if (column_of(of)->execution)
		strbuf_addstr(out, column_of(of)->execution);
	else
		series_label(&column_of(of)->point, out);
}

/* `11-15`: the year would take the room of two columns. */
static void column_date(const struct value *of, struct strbuf *out)
{
	struct strbuf moment = STRBUF_INIT;

	if (has_moment(of) ||
	    (!column_of(of)->execution && column_of(of)->point.unit == SERIES_DAY)) {
		view_moment(&moment, column_of(of)->began_at, MINUTES);
		strbuf_add(out, moment.text + 5, 5);
	} else {
		column_label(of, out);
	}
	strbuf_release(&moment);
}

static void column_clock(const struct value *of, struct strbuf *out)
{
	struct strbuf moment = STRBUF_INIT;

	if (!has_moment(of))
		return;
	view_moment(&moment, column_of(of)->began_at, MINUTES);
	strbuf_addstr(out, moment.text + 11);
	strbuf_release(&moment);
}

static void column_began(const struct value *of, struct strbuf *out)
{
	if (has_moment(of))
		view_moment(out, column_of(of)->began_at, SECONDS);
}

static const struct member column_members[] = {
	{"label", TEXT, .text = column_label},
	{"date", TEXT, .text = column_date},
	{"clock", TEXT, .text = column_clock},
	{"began", TEXT, .text = column_began},
	{"execution_id", TEXT, .at = offsetof(struct matrix_column, execution)},
};

static const struct value_class class_column = {
	.name = "column",
	.members = column_members,
	.count = MEMBER_COUNT(column_members),
	.base = &class_tally,
};

/* ---- cells ---- */

static const struct matrix_cell *cell_of(const struct value *of)
{
	return of->object;
}

static bool cell_run(const struct value *of, struct value *out)
{
	*out = value_of(&class_run, value_view(of), cell_of(of)->run, 0);
	return cell_of(of)->run != NULL;
}

static bool cell_has_runs(const struct value *of)
{
	return cell_of(of)->tally.runs > 0;
}

static const struct member cell_members[] = {
	{"run", OBJECT, .object = cell_run},
	{"has_runs", FLAG, .flag = cell_has_runs},
};

const struct value_class class_cell = {
	.name = "cell",
	.members = cell_members,
	.count = MEMBER_COUNT(cell_members),
	.base = &class_tally,
};

void view_case_cells(const struct value *of, struct value_list *list)
{
	const struct case_group *group = of->object;
	const struct view *view = value_view(of);
	const struct matrix *matrix = matrix_of_suite(view, &view->results->suites[group->suite]);

	if (!matrix)
		return;
	*list = (struct value_list){.items = row_of(view, group),
				    .count = matrix->count,
				    .size = sizeof(struct matrix_cell)};
}

/* ---- the matrix ---- */

static const struct matrix *matrix_of(const struct value *of)
{
	return of->object;
}

static void matrix_columns(const struct value *of, struct value_list *list)
{
	*list = (struct value_list){.items = matrix_of(of)->columns,
				    .count = matrix_of(of)->count,
				    .size = sizeof(struct matrix_column)};
}

static void column_count(const struct value *of, struct strbuf *out)
{
	format_count(out, matrix_of(of)->count);
}

static void matrix_unit(const struct value *of, struct strbuf *out)
{
	strbuf_addstr(out, matrix_of(of)->by_execution
				   ? "execution"
				   : series_unit_name(matrix_of(of)->columns[0].point.unit));
}

/* Columns without a time stand first: one that has none is enough. */
static bool in_order(const struct value *of)
{
	return matrix_of(of)->columns[0].began_at != TIME_UNKNOWN;
}

static bool has_hidden(const struct value *of)
{
	return matrix_of(of)->hidden > 0;
}

static bool tells_cost(const struct value *of)
{
	for (size_t i = 0; i < matrix_of(of)->count; i++)
		if (matrix_of(of)->columns[i].point.tally.cost_known)
			return true;
	return false;
}

static const struct member matrix_members[] = {
	{"columns", LIST, .list = matrix_columns, .class = &class_column},
	{"column_count", TEXT, .text = column_count},
	{"unit", TEXT, .text = matrix_unit},
	{"by_execution", FLAG, .at = offsetof(struct matrix, by_execution)},
	{"in_order", FLAG, .flag = in_order},
	{"hidden_columns", SIZE, .at = offsetof(struct matrix, hidden)},
	{"has_hidden_columns", FLAG, .flag = has_hidden},
	{"outside", COUNT, .at = offsetof(struct matrix, outside)},
	{"has_outside", ANY, .at = offsetof(struct matrix, outside)},
	{"tells_cost", FLAG, .flag = tells_cost},
};

static const struct value_class class_matrix = {
	.name = "matrix",
	.members = matrix_members,
	.count = MEMBER_COUNT(matrix_members),
};

bool view_suite_matrix(const struct value *of, struct value *out)
{
	const struct matrix *matrix = matrix_of_suite(value_view(of), of->object);

	if (!matrix || !matrix->count)
		return false;
	*out = value_of(&class_matrix, value_view(of), matrix, 0);
	return true;
}
