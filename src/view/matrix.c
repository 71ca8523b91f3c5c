#include "members.h"
#include "runtally/view/plan.h"

/* ---- what is kept; NULL: this report keeps none ---- */

static const struct matrix *matrix_of_suite(const struct view *view,
					    const struct suite_group *suite)
{
	struct view_matrix *kept = view->matrix;

	if (!kept || (view->plan && !view->plan->matrices[suite - view->results->suites]))
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

static int64_t began(const struct value *of)
{
	return has_moment(of) ? column_of(of)->began_at : TIME_UNKNOWN;
}

static const struct member column_members[] = {
	{"label", TEXT, .text = column_label},
	{"date", TEXT, .text = column_date},
	{"clock", TEXT, .text = column_clock},
	{"began", SECOND, .number = began},
	{"execution_id", TEXT, .at = offsetof(struct matrix_column, execution)},
};

static const struct value_class class_column = CLASS_BASED("column", column_members, &class_tally);

/* ---- cells ---- */

static const struct member cell_members[] = {
	{"run", POINTER, .at = offsetof(struct matrix_cell, run), .is = CLASS_RUN},
	{"has_runs", ANY, .at = offsetof(struct matrix_cell, tally.runs)},
};

const struct value_class class_cell = CLASS_BASED("cell", cell_members, &class_tally);

void view_case_cells(const struct value *of, struct value_list *list)
{
	const struct case_group *group = of->object;
	const struct view *view = value_view(of);
	const struct matrix *matrix = matrix_of_suite(view, &view->results->suites[group->suite]);

	if (!matrix)
		return;
	value_items(list, row_of(view, group), matrix->count, sizeof(struct matrix_cell));
}

/* ---- the matrix ---- */

static const struct matrix *matrix_of(const struct value *of)
{
	return of->object;
}

static void list_columns(const struct value *of, struct value_list *list)
{
	value_items(list, matrix_of(of)->columns, matrix_of(of)->count,
		    sizeof(struct matrix_column));
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

static bool tells_cost(const struct value *of)
{
	for (size_t i = 0; i < matrix_of(of)->count; i++)
		if (matrix_of(of)->columns[i].point.tally.cost_known)
			return true;
	return false;
}

#define AT(member) .at = offsetof(struct matrix, member)

static const struct member matrix_members[] = {
	{"columns", LIST, .list = list_columns, .class = &class_column},
	{"column_count", SIZE, AT(count)},
	{"unit", TEXT, .text = matrix_unit},
	{"by_execution", FLAG, AT(by_execution)},
	{"in_order", FLAG, .flag = in_order},
	{"hidden_columns", SIZE, AT(hidden), .has = "has_hidden_columns"},
	{"outside", COUNT, AT(outside), .has = "has_outside"},
	{"tells_cost", FLAG, .flag = tells_cost},
};

const struct value_class class_matrix = CLASS("matrix", matrix_members);

const void *view_suite_matrix(const struct value *of)
{
	const struct matrix *matrix = matrix_of_suite(value_view(of), of->object);

	return matrix && matrix->count ? matrix : NULL;
}
