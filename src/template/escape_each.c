#include "escape_each.h"

#include <string.h>

static const unsigned char marks[0x80] = {
	[' '] = MARK_LINE,
	['&'] = MARK_HTML | MARK_XML,
	['<'] = MARK_HTML | MARK_XML | MARK_JSON,
	['>'] = MARK_HTML | MARK_XML,
	['"'] = MARK_HTML | MARK_XML | MARK_JSON | MARK_CSV,
	['\''] = MARK_HTML | MARK_XML,
	['|'] = MARK_XML | MARK_CELL | MARK_LINE,
	['`'] = MARK_MARKDOWN | MARK_CELL,
	['\\'] = MARK_JSON,
	[':'] = MARK_TERMINAL,
	['['] = MARK_TERMINAL,
};

/*
 * Length of a character outside ASCII that every escaper puts as it is; 0: it may not be one. Of
 * well-formed UTF-8 that begins so, U+034F and U+061C are all that some show in another way.
 */
static size_t letter_length(const char *text, size_t length)
{
	size_t want;

	if (is_between(text[0], 0xC3, 0xDF) && text[0] != '\xCD' && text[0] != '\xD8')
		want = 2;
	else if (is_between(text[0], 0xE3, 0xEC))
		want = 3;
	else if (text[0] == '\xF0' && length > 1 && is_between(text[1], 0x90, 0xBF))
		want = 4;
	else
		return 0;
	if (want > length)
		return 0;
	for (size_t i = 1; i < want; i++)
		if (!is_between(text[i], 0x80, 0xBF))
			return 0;
	return want;
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

/* Bytes at the beginning of the text that are put as they are, `mark` being the format. */
static size_t plain_length(const char *text, size_t length, unsigned mark)
{
	size_t at = 0;

	while (at < length) {
		const char byte = text[at];
		bool plain = is_between(byte, 0x20, 0x7E) && !(marks[(unsigned char)byte] & mark);
		size_t step = plain ? 1 : letter_length(text + at, length - at);

		if (!step)
			break;
		at += step;
	}
	return at;
}

void escape_each(struct strbuf *out, const char *text, size_t length, const struct rules *rules)
{
	size_t at = 0;

	while (at < length) {
		size_t plain = plain_length(text + at, length - at, rules->mark), dropped;

		strbuf_add(out, text + at, plain);
		at += plain;
		if (at == length)
			break;
		dropped = dropped_length(text + at, length - at, rules->flags);
		if (!dropped) {
			struct code_point point = utf8_read(text + at, length - at);

			rules->put(out, text + at, point);
			dropped = point.length;
		}
		at += dropped;
	}
}

void put_visible(struct strbuf *out, const char *bytes, struct code_point point)
{
	if (point.bad || point.value == 0xFFFE || point.value == 0xFFFF)
		strbuf_addstr(out, "\xEF\xBF\xBD");
	else if (point.value < 0x20)
		utf8_add(out, 0x2400 + point.value);
	else if (point.value == 0x7F)
		utf8_add(out, 0x2421);
	else if (is_control(point.value) || is_bidi_control(point.value) || is_hidden(point.value))
		strbuf_addf(out, "[U+%04X]", (unsigned)point.value);
	else
		strbuf_add(out, bytes, point.length);
}
