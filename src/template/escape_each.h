/*
 * escape_each: what all escapers share: a walk over a text that copies what means nothing in any
 * format and asks about the rest; and controls made visible. Private to escape.
 */
#ifndef RUNTALLY_TEMPLATE_ESCAPE_EACH_H
#define RUNTALLY_TEMPLATE_ESCAPE_EACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/base/strbuf.h"
#include "runtally/base/utf8.h"

/* Line ends are unified: CR LF → LF. Where a lone CR comes to a `put`, it is a line end, too. */
enum { UNIFY_LINES = 1, DROP_ANSI = 2 };

/* Where a printable ASCII character is not put as it is, or not always. */
enum {
	MARK_HTML = 1,
	MARK_XML = 2,
	MARK_MARKDOWN = 4,
	MARK_CELL = 8,
	MARK_JSON = 16,
	MARK_CSV = 32,
	MARK_TERMINAL = 64,
	MARK_LINE = 128,
};

/* Puts one code point, whose bytes begin at `bytes`, into the output. */
typedef void put_fn(struct strbuf *out, const char *bytes, struct code_point point);

/* What an escaper does not put as it is, and how it puts that. */
struct rules {
	unsigned mark, flags;
	put_fn *put;
};

/* Appends the text as the rules have it. */
void escape_each(struct strbuf *out, const char *text, size_t length, const struct rules *rules);

/* As it is; made visible where a control or hidden; U+FFFD where it is bad or no character. */
void put_visible(struct strbuf *out, const char *bytes, struct code_point point);

static inline bool is_between(char byte, unsigned char first, unsigned char last)
{
	return (unsigned char)byte >= first && (unsigned char)byte <= last;
}

static inline bool is_control(uint32_t value)
{
	return value < 0x20 || (value >= 0x7F && value < 0xA0);
}

/* Overrides, embeddings and isolates: what follows them is shown in another order. */
static inline bool is_bidi_control(uint32_t value)
{
	return (value >= 0x202A && value <= 0x202E) || (value >= 0x2066 && value <= 0x2069);
}

/*
 * Of no width and no meaning in running text: with one of them, two names that differ look alike.
 * The joiners U+200C and 200D are not among them: emoji and Persian are written with them.
 */
static inline bool is_hidden(uint32_t value)
{
	return value == 0xAD || value == 0x34F || value == 0x200B ||
	       (value >= 0x2060 && value <= 0x2064) || value == 0xFEFF;
}

static inline bool is_line_separator(uint32_t value)
{
	return value == 0x2028 || value == 0x2029;
}

/* Shown as nothing at all. U+200E and 200F among them turn the direction. */
static inline bool is_invisible(uint32_t value)
{
	return is_hidden(value) || (value >= 0x200C && value <= 0x200F) || value == 0x2065 ||
	       (value >= 0xFFF9 && value <= 0xFFFB) || (value >= 0xE0000 && value <= 0xE0FFF) ||
	       value == 0x61C || value == 0x180E;
}

#endif
