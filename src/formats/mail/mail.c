#include "mail.h"

#include <string.h>

#include "../budget.h"
#include "runtally/formats/mime.h"
#include "runtally/view/view.h"

/* ---- text ---- */

static size_t indent_of(const char *line, size_t length)
{
	size_t indent = 0;

	while (indent < length && line[indent] == ' ')
		indent++;
	return length - indent >= 2 && memcmp(line + indent, "- ", 2) == 0 ? indent + 2 : indent;
}

static bool is_address(const char *word, size_t length)
{
	return (length > 7 && memcmp(word, "http://", 7) == 0) ||
	       (length > 8 && memcmp(word, "https://", 8) == 0);
}

/* Bytes of as many whole letters as take so many columns; one at least. */
static size_t letters_in(const char *word, size_t length, size_t columns)
{
	size_t at = 0;

	while (at < length) {
		struct code_point point = utf8_read(word + at, length - at);

		if (at && utf8_columns(word, at + point.length) > columns)
			break;
		at += point.length;
	}
	return at;
}

/* Where the line that is written stands. */
struct lines {
	struct strbuf *out;
	size_t column, indent;
};

static void next_line(struct lines *lines)
{
	strbuf_addch(lines->out, '\n');
	strbuf_pad(lines->out, ' ', lines->indent);
	lines->column = lines->indent;
}

static void add_word(struct lines *lines, const char *word, size_t length)
{
	size_t columns = utf8_columns(word, length);

	if (lines->column > lines->indent && lines->column + 1 + columns > MAIL_COLUMNS) {
		next_line(lines);
	} else if (lines->column > lines->indent) {
		strbuf_addch(lines->out, ' ');
		lines->column++;
	}
	while (lines->column + columns > MAIL_COLUMNS && !is_address(word, length)) {
		size_t part = letters_in(word, length, MAIL_COLUMNS - lines->column);

		if (part == length)
			break;
		strbuf_add(lines->out, word, part);
		next_line(lines);
		word += part;
		length -= part;
		columns = utf8_columns(word, length);
	}
	strbuf_add(lines->out, word, length);
	lines->column += columns;
}

static void wrap_line(struct strbuf *out, const char *line, size_t length)
{
	struct lines lines = {.out = out, .indent = indent_of(line, length)};
	size_t at = lines.indent;

	if (utf8_columns(line, length) <= MAIL_COLUMNS || lines.indent > MAIL_COLUMNS / 2) {
		strbuf_add(out, line, length);
		return;
	}
	strbuf_add(out, line, lines.indent);
	lines.column = lines.indent;
	while (at < length) {
		const char *space = memchr(line + at, ' ', length - at);
		size_t word = space ? (size_t)(space - line) - at : length - at;

		if (word)
			add_word(&lines, line + at, word);
		at += word + 1;
	}
}

void mail_wrap(struct strbuf *out, const char *text, size_t length)
{
	for (size_t at = 0; at < length;) {
		const char *end = memchr(text + at, '\n', length - at);
		size_t line = end ? (size_t)(end - text) - at : length - at;

		wrap_line(out, text + at, line);
		if (end)
			strbuf_addch(out, '\n');
		at += line + 1;
	}
}

int mail_text_render(const struct rendering *rendering, struct error *err)
{
	struct budget budget;
	int failed;

	budget_init(&budget, UINT64_MAX, true);
	failed = budget_render(&budget, rendering, rendering->view, err);
	if (!failed) {
		mail_wrap(&budget.text, budget.now.text, budget.now.length);
		failed = budget_write(&budget, rendering, err);
	}
	budget_release(&budget);
	return failed;
}

/* ---- the message ---- */

static int64_t date_of(const struct view *view)
{
	if (view->render->date != TIME_UNKNOWN)
		return view->render->date;
	if (view->counts->period_to != TIME_UNKNOWN)
		return view->counts->period_to;
	return view->render->now;
}

int mail_render(const struct rendering *rendering, struct error *err)
{
	const struct render_options *options = rendering->view->render;
	struct budget budget;
	int failed;

	budget_init(&budget, UINT64_MAX, true);
	failed = budget_render(&budget, rendering, rendering->view, err);
	if (!failed) {
		const struct mime_message message = {
			.from = options->mail_from,
			.to = options->mail_to,
			.to_count = options->mail_to_count,
			.subject = budget.now.text,
			.date = date_of(rendering->view),
			.text = &rendering->bodies[0],
			.html = &rendering->bodies[1],
		};

		mime_add(&budget.text, &message);
		failed = budget_write(&budget, rendering, err);
	}
	budget_release(&budget);
	return failed;
}
