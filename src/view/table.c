#include <string.h>

#include "members.h"
#include "runtally/template/escape.h"

/* ---- colours ---- */

/* `at` is the SGR parameter. */
static void color_text(const struct value *of, struct strbuf *out)
{
	if (value_view(of)->color)
		strbuf_addf(out, "\033[%zum", value_member(of)->at);
}

static const struct member color_members[] = {
	{"red", MARKUP, .text = color_text, .at = 31},
	{"green", MARKUP, .text = color_text, .at = 32},
	{"yellow", MARKUP, .text = color_text, .at = 33},
	{"bold", MARKUP, .text = color_text, .at = 1},
	{"dim", MARKUP, .text = color_text, .at = 2},
	{"off", MARKUP, .text = color_text, .at = 0},
};

static const struct value_class class_colors = CLASS("colors", color_members);

/* ---- the table ---- */

enum { COLUMN_GAP = 2, NAME_COLUMNS = 44 };

/* A column: its heading and the member of a suite that fills it. */
struct column {
	const char *heading, *member;
	bool left; /* aligned left, and cut to NAME_COLUMNS */
};

static const struct column columns[] = {
	{"suite", "title", true},
	{"source", "source", true},
	{"pass rate", "pass_rate", false},
	{"passed", "fraction", false},
	{"95 % interval", "interval", false},
	{"open", "unfinished", false},
	{"cost", "cost", false},
	{"p95", "latency_p95", false},
};

enum { COLUMN_COUNT = sizeof(columns) / sizeof(columns[0]) };

/* Cuts to NAME_COLUMNS columns, with an ellipsis for what is lost. */
static void cut_name(struct strbuf *cell)
{
	size_t cut = 0, width = 0;

	if (utf8_columns(cell->text, cell->length) <= NAME_COLUMNS)
		return;
	for (;;) {
		size_t length = utf8_read(cell->text + cut, cell->length - cut).length;

		width += utf8_columns(cell->text + cut, length);
		if (width > NAME_COLUMNS - 1)
			break;
		cut += length;
	}
	strbuf_truncate(cell, cut);
	strbuf_addstr(cell, "…");
}

static void fill_cell(const struct value *object, const struct column *column, struct strbuf *cell)
{
	struct value_name name = {.text = column->member, .length = strlen(column->member)};
	struct strbuf plain = STRBUF_INIT;
	struct value member;

	strbuf_reset(cell);
	if (object->ops->member(object, &name, &member) && member.ops->text)
		member.ops->text(&member, &plain);
	escape_terminal(cell, plain.text, plain.length, 0);
	if (column->left)
		cut_name(cell);
	strbuf_release(&plain);
}

/* A row to be measured or printed; object NULL: the headings. */
static void row_cell(const struct value *object, size_t column, struct strbuf *cell)
{
	strbuf_reset(cell);
	if (object)
		fill_cell(object, &columns[column], cell);
	else
		strbuf_addstr(cell, columns[column].heading);
}

static void measure(const struct value *object, size_t widths[COLUMN_COUNT], struct strbuf *cell)
{
	for (size_t i = 0; i < COLUMN_COUNT; i++) {
		size_t width;

		row_cell(object, i, cell);
		width = utf8_columns(cell->text, cell->length);
		if (width > widths[i])
			widths[i] = width;
	}
}

static void print_row(struct strbuf *out, const struct value *object,
		      const size_t widths[COLUMN_COUNT], struct strbuf *cell)
{
	for (size_t i = 0; i < COLUMN_COUNT; i++) {
		size_t padding;

		row_cell(object, i, cell);
		padding = widths[i] - utf8_columns(cell->text, cell->length);
		if (i)
			strbuf_pad(out, ' ', COLUMN_GAP);
		if (!columns[i].left)
			strbuf_pad(out, ' ', padding);
		strbuf_add(out, cell->text, cell->length);
		if (columns[i].left && i + 1 < COLUMN_COUNT)
			strbuf_pad(out, ' ', padding);
	}
	strbuf_addch(out, '\n');
}

static void table_text(const struct value *of, struct strbuf *out)
{
	const struct results *results = value_view(of)->results;
	size_t widths[COLUMN_COUNT] = {0}, count = value_view(of)->rows;
	struct strbuf cell = STRBUF_INIT;
	struct value suite;

	if (results->suite_count < count)
		count = results->suite_count;
	if (!count)
		return;
	measure(NULL, widths, &cell);
	for (size_t i = 0; i < count; i++) {
		suite = value_of(&class_suite, value_view(of), results->worst[i], i);
		measure(&suite, widths, &cell);
	}
	print_row(out, NULL, widths, &cell);
	for (size_t i = 0; i < count; i++) {
		suite = value_of(&class_suite, value_view(of), results->worst[i], i);
		print_row(out, &suite, widths, &cell);
	}
	strbuf_truncate(out, out->length - 1);
	strbuf_release(&cell);
}

static const struct member report_members[] = {
	{"table", MARKUP, .text = table_text},
	{"colored", OBJECT, .class = &class_colors},
};

const struct value_class report_table = CLASS("table of the report", report_members);
