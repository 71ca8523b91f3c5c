#include "runtally/template/escape.h"

#include <string.h>

#include "escape_each.h"

/*
 * Longest run of backticks let through. cmark looks for the end of a code span of at most 80
 * backticks and counts those of a fence up to 255: longer runs would leave them.
 */
enum { LONGEST_TICKS = 31 };

/* What keeps tabs and lines. */
static void put_lines(struct strbuf *out, const char *bytes, struct code_point point)
{
	if (point.value == '\t')
		strbuf_addch(out, '\t');
	else if (point.value == '\r' || point.value == '\n')
		strbuf_addch(out, '\n');
	else
		put_visible(out, bytes, point);
}

/* What stays on one line. */
static void put_line(struct strbuf *out, const char *bytes, struct code_point point)
{
	if (point.value == '\t' || point.value == '\n' || point.value == '\r')
		strbuf_addch(out, ' ');
	else if (is_line_separator(point.value))
		strbuf_addf(out, "[U+%04X]", (unsigned)point.value);
	else
		put_visible(out, bytes, point);
}

static void put_html(struct strbuf *out, const char *bytes, struct code_point point)
{
	static const char *const references[] = {['&'] = "&amp;",
						 ['<'] = "&lt;",
						 ['>'] = "&gt;",
						 ['"'] = "&quot;",
						 ['\''] = "&#39;"};

	if (point.value < sizeof(references) / sizeof(references[0]) && references[point.value])
		strbuf_addstr(out, references[point.value]);
	else
		put_lines(out, bytes, point);
}

static const struct rules html_rules = {MARK_HTML, UNIFY_LINES, put_html};

void escape_html(struct strbuf *out, const char *text, size_t length, char line_start)
{
	(void)line_start;
	escape_each(out, text, length, &html_rules);
}

/* `word` is lower case, or has no case. */
static bool ends_in(const struct strbuf *out, const char *word)
{
	size_t length = strlen(word);
	const char *end;

	if (out->length < length)
		return false;
	end = out->text + out->length - length;
	for (size_t i = 0; i < length; i++)
		if ((end[i] >= 'A' && end[i] <= 'Z' ? end[i] + 32 : end[i]) != word[i])
			return false;
	return true;
}

/*
 * Jenkins attaches the file that `[[ATTACHMENT|path]]` names and keeps `[[PROPERTY|k=v]]`, GitLab
 * links the former. The output is looked at, since a dropped sequence may have split the word.
 */
static void break_ci_marker(struct strbuf *out, struct code_point point)
{
	if (point.value == '|' && (ends_in(out, "[[attachment") || ends_in(out, "[[property")))
		strbuf_addch(out, ' ');
}

static void put_xml_text(struct strbuf *out, const char *bytes, struct code_point point)
{
	break_ci_marker(out, point);
	put_html(out, bytes, point);
}

static void put_xml(struct strbuf *out, const char *bytes, struct code_point point)
{
	if (point.value == '\t')
		strbuf_addstr(out, "&#9;");
	else if (point.value == '\n' || point.value == '\r')
		strbuf_addstr(out, "&#10;");
	else
		put_xml_text(out, bytes, point);
}

static const struct rules xml_rules = {MARK_XML, UNIFY_LINES | DROP_ANSI, put_xml};

void escape_xml(struct strbuf *out, const char *text, size_t length, char line_start)
{
	(void)line_start;
	escape_each(out, text, length, &xml_rules);
}

static const struct rules xml_text_rules = {MARK_XML, UNIFY_LINES | DROP_ANSI, put_xml_text};

void escape_xml_text(struct strbuf *out, const char *text, size_t length)
{
	escape_each(out, text, length, &xml_text_rules);
}

/* The five characters that XML gives a meaning stay as they are. */
static void put_xml_line(struct strbuf *out, const char *bytes, struct code_point point)
{
	if (point.value == ' ' || point.value == '\t' || point.value == '\n' ||
	    point.value == '\r' || is_line_separator(point.value)) {
		if (out->length && out->text[out->length - 1] != ' ')
			strbuf_addch(out, ' ');
		return;
	}
	break_ci_marker(out, point);
	put_visible(out, bytes, point);
}

static const struct rules xml_line_rules = {MARK_LINE, UNIFY_LINES | DROP_ANSI, put_xml_line};

void escape_xml_line(struct strbuf *out, const char *text, size_t length)
{
	struct strbuf line = STRBUF_INIT;

	escape_each(&line, text, length, &xml_line_rules);
	strbuf_add(out, line.text, line.length - ends_in(&line, " "));
	strbuf_release(&line);
}

static size_t longest_ticks(const char *text, size_t length)
{
	size_t longest = 0, run = 0;

	for (size_t i = 0; i < length; i++) {
		run = text[i] == '`' ? run + 1 : 0;
		if (run > longest)
			longest = run;
	}
	return longest < LONGEST_TICKS ? longest : LONGEST_TICKS;
}

static size_t ticks_at_end(const struct strbuf *out)
{
	size_t count = 0;

	while (count < LONGEST_TICKS && count < out->length &&
	       out->text[out->length - 1 - count] == '`')
		count++;
	return count;
}

static void put_markdown(struct strbuf *out, const char *bytes, struct code_point point)
{
	if (point.value == '`' && ticks_at_end(out) == LONGEST_TICKS)
		strbuf_addch(out, ' ');
	put_line(out, bytes, point);
}

/*
 * A cell ends at a pipe even inside a code span, but for `\|`. Of `\\|` some parsers say that the
 * first backslash escapes the second: so a space comes between a backslash and an escaped pipe.
 */
static void put_markdown_cell(struct strbuf *out, const char *bytes, struct code_point point)
{
	if (point.value == '|')
		strbuf_addstr(out, ends_in(out, "\\") ? " \\|" : "\\|");
	else
		put_markdown(out, bytes, point);
}

static bool wants_padding(char byte)
{
	return byte == '`' || byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* The words beside numbers in what numbers.c and the view write. */
static bool is_unit(const char *word, size_t length)
{
	static const char *const units[] = {"ms",   "s",     "m",      "h",  "B",   "kB",
					    "MB",   "GB",    "of",     "to", "run", "runs",
					    "tell", "tells", "points", "p",  "q"};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strlen(units[i]) == length && memcmp(units[i], word, length) == 0)
			return true;
	return false;
}

static bool is_figure_word(const char *word, size_t length)
{
	static const char at_least[] = "≥", dash[] = "–", minus[] = "−";

	if (is_unit(word, length))
		return true;
	for (size_t at = 0; at < length;) {
		if (strchr("0123456789.,%/:$<>-+=", word[at]) && word[at])
			at++;
		else if (length - at >= 3 &&
			 (!memcmp(word + at, at_least, 3) || !memcmp(word + at, dash, 3) ||
			  !memcmp(word + at, minus, 3)))
			at += 3;
		else
			return false;
	}
	return true;
}

/*
 * A number with its unit, whoever wrote it, holds nothing that Markdown, GitHub or GitLab act on:
 * it reads better without a code span. It must hold a digit, and not begin the line.
 */
static bool is_figure(const char *text, size_t length, char line_start)
{
	bool digit = false;

	if (length == 3 && memcmp(text, "n/a", 3) == 0)
		return true;
	if (!line_start || length > 40 || strchr("-:=", text[0]) ||
	    (length > 1 && text[0] == '+' && text[1] == ' '))
		return false;
	for (size_t at = 0; at < length; at++)
		digit = digit || (text[at] >= '0' && text[at] <= '9');
	for (size_t at = 0; at < length; at++) {
		const char *space = memchr(text + at, ' ', length - at);
		size_t word = space ? (size_t)(space - text) - at : length - at;

		if (!word || !is_figure_word(text + at, word))
			return false;
		at += word;
	}
	return digit;
}

/* A dollar sign may begin a formula. */
static void put_figure(struct strbuf *out, const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		if (text[i] == '$')
			strbuf_addstr(out, "\\$");
		else if (text[i] == '<')
			strbuf_addstr(out, "&lt;");
		else if (text[i] == '>')
			strbuf_addstr(out, "&gt;");
		else
			strbuf_addch(out, text[i]);
	}
}

static const struct rules markdown_rules = {MARK_MARKDOWN, UNIFY_LINES, put_markdown};
static const struct rules cell_rules = {MARK_CELL, UNIFY_LINES, put_markdown_cell};

/* A span loses one space at either end when it has one at both and holds anything else. */
void escape_markdown(struct strbuf *out, const char *text, size_t length, char line_start)
{
	size_t ticks = longest_ticks(text, length) + 1;
	bool pad;

	if (!length)
		return;
	if (is_figure(text, length, line_start)) {
		put_figure(out, text, length);
		return;
	}
	pad = wants_padding(text[0]) || wants_padding(text[length - 1]);
	strbuf_pad(out, '`', ticks);
	strbuf_pad(out, ' ', pad);
	escape_each(out, text, length, line_start == '|' ? &cell_rules : &markdown_rules);
	strbuf_pad(out, ' ', pad);
	strbuf_pad(out, '`', ticks);
}

static void put_fenced(struct strbuf *out, const char *bytes, struct code_point point)
{
	if (point.value == '\n' || point.value == '\r')
		strbuf_addstr(out, "\n  ");
	else if (point.value == '\t')
		strbuf_addch(out, '\t');
	else
		put_markdown(out, bytes, point);
}

static const struct rules fenced_rules = {MARK_MARKDOWN, UNIFY_LINES, put_fenced};

void escape_markdown_fence(struct strbuf *out, const char *text, size_t length)
{
	size_t ticks = longest_ticks(text, length) + 1;

	if (!length)
		return;
	if (ticks < 3)
		ticks = 3;
	if (text[length - 1] == '\n')
		length -= length > 1 && text[length - 2] == '\r' ? 2 : 1;
	strbuf_pad(out, '`', ticks);
	strbuf_addstr(out, "\n  ");
	escape_each(out, text, length, &fenced_rules);
	strbuf_addch(out, '\n');
	strbuf_pad(out, '`', ticks);
	strbuf_addch(out, '\n');
}

static void put_json(struct strbuf *out, const char *bytes, struct code_point point)
{
	static const char short_forms[] = "\b\f\n\r\t\"\\", letters[] = "bfnrt\"\\";
	const char *known =
		point.value && point.value < 0x80 ? strchr(short_forms, (int)point.value) : NULL;

	if (known) {
		strbuf_addch(out, '\\');
		strbuf_addch(out, letters[known - short_forms]);
	} else if (point.bad) {
		strbuf_addstr(out, "\xEF\xBF\xBD");
	} else if (is_control(point.value) || is_bidi_control(point.value) ||
		   is_line_separator(point.value) || point.value == '<') {
		strbuf_addf(out, "\\u%04x", (unsigned)point.value);
	} else {
		strbuf_add(out, bytes, point.length);
	}
}

static const struct rules json_rules = {MARK_JSON, 0, put_json};

void escape_json(struct strbuf *out, const char *text, size_t length, char line_start)
{
	(void)line_start;
	escape_each(out, text, length, &json_rules);
}

static bool is_decimal(const char *text, size_t length)
{
	size_t at = length && text[0] == '-', digits = 0, points = 0;

	for (; at < length; at++) {
		if (is_between(text[at], '0', '9'))
			digits++;
		else if (text[at] != '.' || !digits || points++)
			return false;
	}
	return digits && text[length - 1] != '.';
}

/* Programs that trim the cell first, and those that take full-width signs, are thought of. */
static bool is_formula(const char *text, size_t length)
{
	size_t at = 0;

	while (at < length && strchr(" \n", text[at]) && text[at])
		at++;
	if (at == length)
		return false;
	if (text[at] && strchr("=+-@\t\r", text[at]))
		return !is_decimal(text, length);
	return length - at >= 3 &&
	       (!memcmp(text + at, "\xEF\xBC\x9D", 3) || !memcmp(text + at, "\xEF\xBC\x8B", 3) ||
		!memcmp(text + at, "\xEF\xBC\x8D", 3) || !memcmp(text + at, "\xEF\xBC\xA0", 3));
}

static void put_csv(struct strbuf *out, const char *bytes, struct code_point point)
{
	if (point.value == '"')
		strbuf_addstr(out, "\"\"");
	else
		put_lines(out, bytes, point);
}

static const struct rules csv_rules = {MARK_CSV, UNIFY_LINES, put_csv};

void escape_csv(struct strbuf *out, const char *text, size_t length, char line_start)
{
	(void)line_start;
	strbuf_addstr(out, is_formula(text, length) ? "\"'" : "\"");
	escape_each(out, text, length, &csv_rules);
	strbuf_addch(out, '"');
}

/* Whether the output ends in `##` and letters, none among them: `##[` and `##vso[` are commands. */
static bool ends_in_hash_word(const struct strbuf *out)
{
	size_t at = out->length;

	while (at &&
	       (is_between(out->text[at - 1], 'A', 'Z') || is_between(out->text[at - 1], 'a', 'z')))
		at--;
	return at >= 2 && out->text[at - 1] == '#' && out->text[at - 2] == '#';
}

/* A log line that a text of the input may fill at most. */
enum { TERMINAL_BYTES = 1000 };

static void put_terminal(struct strbuf *out, const char *bytes, struct code_point point)
{
	uint32_t value = point.value;

	if (value == '\n')
		strbuf_addstr(out, "\\n");
	else if (value == '\t')
		strbuf_addstr(out, "\\t");
	else if (value == '\r')
		strbuf_addstr(out, "\\r");
	else if (point.bad || value < 0x20 || value == 0x7F ||
		 (value == ':' && ends_in(out, ":")) || (value == '[' && ends_in_hash_word(out)))
		for (size_t i = 0; i < point.length; i++)
			strbuf_addf(out, "\\x%02x", (unsigned)(unsigned char)bytes[i]);
	else if (is_control(value) || is_bidi_control(value) || is_line_separator(value) ||
		 is_invisible(value))
		strbuf_addf(out, "\\u{%04x}", (unsigned)value);
	else
		strbuf_add(out, bytes, point.length);
}

static const struct rules terminal_rules = {MARK_TERMINAL, 0, put_terminal};

void escape_terminal(struct strbuf *out, const char *text, size_t length, char line_start)
{
	size_t shown = utf8_cut(text, length, TERMINAL_BYTES);

	(void)line_start;
	escape_each(out, text, shown, &terminal_rules);
	if (shown < length)
		strbuf_addf(out, "... (%zu bytes in all)", length);
}

/* A mail is read at a glance: names and reasons begin with what tells them apart. */
enum { MAIL_BYTES = 300 };

static void add_ellipsis(struct strbuf *out, size_t shown, size_t length)
{
	if (shown < length)
		strbuf_addstr(out, "\xE2\x80\xA6");
}

void escape_mail_html(struct strbuf *out, const char *text, size_t length, char line_start)
{
	size_t shown = utf8_cut(text, length, MAIL_BYTES);

	escape_html(out, text, shown, line_start);
	add_ellipsis(out, shown, length);
}

static const struct rules mail_text_rules = {0, UNIFY_LINES | DROP_ANSI, put_line};

void escape_mail_text(struct strbuf *out, const char *text, size_t length, char line_start)
{
	size_t shown = utf8_cut(text, length, MAIL_BYTES);

	(void)line_start;
	escape_each(out, text, shown, &mail_text_rules);
	add_ellipsis(out, shown, length);
}
