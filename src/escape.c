#include "runtally/escape.h"

#include <stdbool.h>
#include <string.h>

/* Line ends are unified: CR LF → LF. Where a lone CR comes to a `put`, it is a line end, too. */
enum { UNIFY_LINES = 1, DROP_ANSI = 2 };

/*
 * Longest run of backticks let through. cmark looks for the end of a code span of at most 80
 * backticks and counts those of a fence up to 255: longer runs would leave them.
 */
enum { LONGEST_TICKS = 31 };

/* Puts one code point, whose bytes begin at `bytes`, into the output. */
typedef void put_fn(struct strbuf *out, const char *bytes, struct code_point point);

static bool is_between(char byte, unsigned char first, unsigned char last)
{
	return (unsigned char)byte >= first && (unsigned char)byte <= last;
}

/* Letters, digits, space and ( ) * + , - . / mean nothing within a text in any format. */
static bool is_plain(char byte)
{
	return is_between(byte, 'a', 'z') || is_between(byte, 'A', 'Z') ||
	       is_between(byte, '(', '9') || byte == ' ';
}

/*
 * Length of the string that OSC, DCS, SOS, PM or APC open: to its end mark, BEL or U+009C, or up to
 * any other control, which ends it on terminals, too (ESC \ is a sequence of its own). So a mark
 * that is missing costs one line and not the text.
 */
static size_t ansi_string_length(const char *text, size_t length)
{
	size_t at = 0;

	while (at < length && (unsigned char)text[at] >= 0x20 && text[at] != 0x7F) {
		if (at + 1 < length && !memcmp(text + at, "\xC2\x9C", 2))
			return at + 2;
		at++;
	}
	return at < length && text[at] == 0x07 ? at + 1 : at;
}

static size_t csi_length(const char *text, size_t length)
{
	size_t at = 0;

	while (at < length && is_between(text[at], 0x30, 0x3F))
		at++;
	while (at < length && is_between(text[at], 0x20, 0x2F))
		at++;
	return at < length && is_between(text[at], 0x40, 0x7E) ? at + 1 : at;
}

/* ESC, intermediates, final byte; 0 where the final is missing. */
static size_t short_escape_length(const char *text, size_t length)
{
	size_t at = 1;

	while (at < length && is_between(text[at], 0x20, 0x2F))
		at++;
	return at < length && is_between(text[at], 0x30, 0x7E) ? at + 1 : 0;
}

/* Length of the control sequence (ECMA-48) at the beginning of `text`; 0: there is none. */
static size_t ansi_length(const char *text, size_t length)
{
	char kind;

	if (length < 2 || (text[0] != '\x1B' && text[0] != '\xC2'))
		return 0;
	/* U+0080..9F are the one-character forms of ESC @ .. ESC _. */
	kind = text[1];
	if (text[0] == '\xC2')
		kind = is_between(kind, 0x80, 0x9F) ? (char)((unsigned char)kind - 0x40) : 0;
	if (kind == '[')
		return 2 + csi_length(text + 2, length - 2);
	if (kind && strchr("]PX^_", kind))
		return 2 + ansi_string_length(text + 2, length - 2);
	return text[0] == '\x1B' ? short_escape_length(text, length) : 0;
}

static size_t dropped_length(const char *text, size_t length, unsigned flags)
{
	if ((flags & UNIFY_LINES) && length > 1 && text[0] == '\r' && text[1] == '\n')
		return 1;
	return flags & DROP_ANSI ? ansi_length(text, length) : 0;
}

static void escape_each(struct strbuf *out, const char *text, size_t length, unsigned flags,
			put_fn *put)
{
	size_t plain = 0, at = 0;

	while (at < length) {
		size_t dropped;

		if (is_plain(text[at])) {
			at++;
			continue;
		}
		strbuf_add(out, text + plain, at - plain);
		dropped = dropped_length(text + at, length - at, flags);
		if (!dropped) {
			struct code_point point = utf8_read(text + at, length - at);

			put(out, text + at, point);
			dropped = point.length;
		}
		at += dropped;
		plain = at;
	}
	strbuf_add(out, text + plain, at - plain);
}

static bool is_control(uint32_t value)
{
	return value < 0x20 || (value >= 0x7F && value < 0xA0);
}

/* Overrides, embeddings and isolates: what follows them is shown in another order. */
static bool is_bidi_control(uint32_t value)
{
	return (value >= 0x202A && value <= 0x202E) || (value >= 0x2066 && value <= 0x2069);
}

static bool is_line_separator(uint32_t value)
{
	return value == 0x2028 || value == 0x2029;
}

/* Shown as nothing at all. U+200E and 200F among them turn the direction. */
static bool is_invisible(uint32_t value)
{
	return (value >= 0x200B && value <= 0x200F) || (value >= 0x2060 && value <= 0x2065) ||
	       (value >= 0xFFF9 && value <= 0xFFFB) || (value >= 0xE0000 && value <= 0xE0FFF) ||
	       value == 0xAD || value == 0x61C || value == 0x180E || value == 0xFEFF;
}

/* As it is, or made visible where it is a control; U+FFFD where it is bad or no character. */
static void put_visible(struct strbuf *out, const char *bytes, struct code_point point)
{
	if (point.bad || point.value == 0xFFFE || point.value == 0xFFFF)
		strbuf_addstr(out, "\xEF\xBF\xBD");
	else if (point.value < 0x20)
		utf8_add(out, 0x2400 + point.value);
	else if (point.value == 0x7F)
		utf8_add(out, 0x2421);
	else if (is_control(point.value) || is_bidi_control(point.value))
		strbuf_addf(out, "[U+%04X]", (unsigned)point.value);
	else
		strbuf_add(out, bytes, point.length);
}

void escape_none(struct strbuf *out, const char *text, size_t length, char line_start)
{
	(void)line_start;
	strbuf_add(out, text, length);
}

static void put_html(struct strbuf *out, const char *bytes, struct code_point point)
{
	switch (point.value) {
	case '&':
		strbuf_addstr(out, "&amp;");
		break;
	case '<':
		strbuf_addstr(out, "&lt;");
		break;
	case '>':
		strbuf_addstr(out, "&gt;");
		break;
	case '"':
		strbuf_addstr(out, "&quot;");
		break;
	case '\'':
		strbuf_addstr(out, "&#39;");
		break;
	case '\t':
		strbuf_addch(out, '\t');
		break;
	case '\r':
	case '\n':
		strbuf_addch(out, '\n');
		break;
	default:
		put_visible(out, bytes, point);
	}
}

void escape_html(struct strbuf *out, const char *text, size_t length, char line_start)
{
	(void)line_start;
	escape_each(out, text, length, UNIFY_LINES, put_html);
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
static void put_xml_text(struct strbuf *out, const char *bytes, struct code_point point)
{
	if (point.value == '|' && (ends_in(out, "[[attachment") || ends_in(out, "[[property")))
		strbuf_addch(out, ' ');
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

void escape_xml(struct strbuf *out, const char *text, size_t length, char line_start)
{
	(void)line_start;
	escape_each(out, text, length, UNIFY_LINES | DROP_ANSI, put_xml);
}

void escape_xml_text(struct strbuf *out, const char *text, size_t length)
{
	escape_each(out, text, length, UNIFY_LINES | DROP_ANSI, put_xml_text);
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
	if (point.value == '\t' || point.value == '\n' || point.value == '\r') {
		strbuf_addch(out, ' ');
	} else if (is_line_separator(point.value)) {
		strbuf_addf(out, "[U+%04X]", (unsigned)point.value);
	} else {
		if (point.value == '`' && ticks_at_end(out) == LONGEST_TICKS)
			strbuf_addch(out, ' ');
		put_visible(out, bytes, point);
	}
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
	static const char *const units[] = {"ms", "s",  "m",  "h",   "B",    "kB",   "MB",
					    "GB", "of", "to", "run", "runs", "tell", "tells"};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strlen(units[i]) == length && memcmp(units[i], word, length) == 0)
			return true;
	return false;
}

static bool is_figure_word(const char *word, size_t length)
{
	static const char at_least[] = "≥", dash[] = "–";

	if (is_unit(word, length))
		return true;
	for (size_t at = 0; at < length;) {
		if (strchr("0123456789.,%/:$<>-", word[at]) && word[at])
			at++;
		else if (length - at >= 3 &&
			 (!memcmp(word + at, at_least, 3) || !memcmp(word + at, dash, 3)))
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
	if (!line_start || length > 40 || text[0] == '-' || text[0] == ':')
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
	escape_each(out, text, length, UNIFY_LINES,
		    line_start == '|' ? put_markdown_cell : put_markdown);
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
	escape_each(out, text, length, UNIFY_LINES, put_fenced);
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

void escape_json(struct strbuf *out, const char *text, size_t length, char line_start)
{
	(void)line_start;
	escape_each(out, text, length, 0, put_json);
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
	else if (point.value == '\n' || point.value == '\r')
		strbuf_addch(out, '\n');
	else if (point.value == '\t')
		strbuf_addch(out, '\t');
	else
		put_visible(out, bytes, point);
}

void escape_csv(struct strbuf *out, const char *text, size_t length, char line_start)
{
	(void)line_start;
	strbuf_addstr(out, is_formula(text, length) ? "\"'" : "\"");
	escape_each(out, text, length, UNIFY_LINES, put_csv);
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

static void put_hex(struct strbuf *out, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		strbuf_addf(out, "\\x%02x", (unsigned)(unsigned char)bytes[i]);
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
		put_hex(out, bytes, point.length);
	else if (is_control(value) || is_bidi_control(value) || is_line_separator(value) ||
		 is_invisible(value))
		strbuf_addf(out, "\\u{%04x}", (unsigned)value);
	else
		strbuf_add(out, bytes, point.length);
}

void escape_terminal(struct strbuf *out, const char *text, size_t length, char line_start)
{
	size_t shown = utf8_cut(text, length, TERMINAL_BYTES);

	(void)line_start;
	escape_each(out, text, shown, 0, put_terminal);
	if (shown < length)
		strbuf_addf(out, "... (%zu bytes in all)", length);
}
