#include "lines.h"

#include <string.h>

#include "runtally/base/format_number.h"
#include "runtally/template/escape.h"

enum { PIECE_BYTES_MIN = 64, SPEAKER_BYTES = 40, LOOK_BYTES = 256 };

static const char ellipsis[] = "\xE2\x80\xA6";

/* Length of the white space at the beginning of `text`, U+2028 and U+2029 included. */
static size_t space_length(const char *text)
{
	size_t at = 0;

	for (;;) {
		if (text[at] == ' ' || (text[at] >= '\t' && text[at] <= '\r'))
			at++;
		else if (!strncmp(text + at, "\xE2\x80\xA8", 3) ||
			 !strncmp(text + at, "\xE2\x80\xA9", 3))
			at += 3;
		else
			return at;
	}
}

/* Appends the character that an escape at `text` stands for and gives the escape's length. */
static size_t add_unescaped(struct strbuf *out, const char *text)
{
	static const struct {
		const char *escape;
		char character;
	} table[] = {
		{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		size_t length = strlen(table[i].escape);

		if (strncmp(text, table[i].escape, length) == 0) {
			strbuf_addch(out, table[i].character);
			return length;
		}
	}
	strbuf_addch(out, *text);
	return 1;
}

/* Most texts are: the only white space in them is single spaces between words. */
static bool is_flat(const char *text, size_t length)
{
	const char *end = text + length, *space = text;

	while ((space = memchr(space, ' ', (size_t)(end - space))) != NULL) {
		if (space == text || ++space == end || *space == ' ')
			return false;
	}
	return escape_xml_is_plain(text, length);
}

/*
 * What the escaper drops or changes must not be there any more when names are compared and cut, so
 * the text is escaped, and then those five characters are put back.
 */
static void add_flat(struct strbuf *out, const char *text, size_t length)
{
	struct strbuf escaped = STRBUF_INIT;
	const char *at;

	if (is_flat(text, length)) {
		strbuf_add(out, text, length);
		return;
	}
	escape_xml_text(&escaped, text, length);
	for (at = escaped.text + space_length(escaped.text); *at;) {
		size_t plain = strcspn(at, "& \t\n\v\f\r\xE2"), space;

		strbuf_add(out, at, plain);
		at += plain;
		space = space_length(at);
		if (space && at[space])
			strbuf_addch(out, ' ');
		if (*at)
			at += space ? space : add_unescaped(out, at);
	}
	strbuf_release(&escaped);
}

void junit_add_flat(struct strbuf *out, const char *text)
{
	add_flat(out, text, strlen(text));
}

/* Of a long text only so much is looked at as the line can hold, white space and all. */
void junit_add_line(struct strbuf *out, const char *text, size_t limit)
{
	size_t start = out->length, mark = sizeof(ellipsis) - 1, length = strlen(text);
	size_t seen = utf8_cut(text, length, 4 * limit + LOOK_BYTES), room;

	add_flat(out, text, seen);
	if (seen == length && out->length - start <= limit)
		return;
	room = limit > mark ? limit - mark : 0;
	strbuf_truncate(out, start + utf8_cut(out->text + start, out->length - start, room));
	strbuf_addstr(out, ellipsis);
}

void junit_cut_characters(struct strbuf *out, size_t start, size_t limit)
{
	size_t last = start, count = 0;

	for (size_t at = start; at < out->length; at++) {
		if (((unsigned char)out->text[at] & 0xc0) == 0x80)
			continue;
		if (++count == limit)
			last = at;
		if (count > limit) {
			strbuf_truncate(out, last);
			strbuf_addstr(out, ellipsis);
			return;
		}
	}
}

void junit_add_lines(struct strbuf *out, const char *text, const char *first, const char *next)
{
	for (const char *mark = first; *text; mark = next) {
		size_t length = strcspn(text, "\r\n");

		strbuf_addstr(out, mark);
		strbuf_add(out, text, length);
		strbuf_addch(out, '\n');
		text += length;
		if (*text)
			text += text[0] == '\r' && text[1] == '\n' ? 2 : 1;
	}
}

void junit_add_speaker(struct strbuf *out, const char *text, const char *otherwise)
{
	size_t start = out->length;
	unsigned char first;

	junit_add_line(out, text ? text : "", SPEAKER_BYTES);
	first = (unsigned char)out->text[start];
	if ((first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') || first >= 0x80)
		return;
	strbuf_truncate(out, start);
	strbuf_addstr(out, otherwise);
}

void junit_add_named(struct strbuf *out, const char *text, size_t limit)
{
	size_t start = out->length;

	junit_add_line(out, text ? text : "", limit);
	if (out->length == start)
		strbuf_addstr(out, "(unnamed)");
}

static void add_cut_mark(struct strbuf *out, const struct junit_piece *piece)
{
	strbuf_addf(out, "\n%s cut, ", ellipsis);
	format_count(out, piece->before + piece->text->length);
	strbuf_addstr(out, " bytes in all");
	if (piece->tail)
		strbuf_addch(out, '\n');
}

/* Appends head and tail of the text, and the mark, in `limit` bytes. */
static void add_cut(struct strbuf *out, const struct junit_piece *piece, size_t limit)
{
	const struct strbuf *text = piece->text;
	struct strbuf mark = STRBUF_INIT;
	size_t room, head, from = text->length;

	if (text->length <= limit) {
		strbuf_add(out, text->text, text->length);
		return;
	}
	add_cut_mark(&mark, piece);
	room = limit > mark.length ? limit - mark.length : 0;
	head = utf8_cut(text->text, text->length, piece->tail ? room / 2 : room);
	if (piece->tail)
		from -= room - head;
	while (from < text->length && ((unsigned char)text->text[from] & 0xc0) == 0x80)
		from++;
	strbuf_add(out, text->text, head);
	strbuf_add(out, mark.text, mark.length);
	strbuf_add(out, text->text + from, text->length - from);
	strbuf_release(&mark);
}

/* How much bigger a text gets depends on what is in it: so it is cut shorter until it fits. */
void junit_add_piece(struct strbuf *out, const struct junit_piece *piece)
{
	size_t whole = piece->text->length, start = out->length;
	size_t room = whole < piece->limit ? whole : piece->limit;
	struct strbuf cut = STRBUF_INIT;

	while (room >= PIECE_BYTES_MIN || room == whole) {
		size_t size;

		strbuf_reset(&cut);
		add_cut(&cut, piece, room);
		escape_xml_text(out, cut.text, cut.length);
		size = out->length - start;
		if (size <= piece->escaped)
			break;
		strbuf_truncate(out, start);
		room = (size_t)((double)room * 0.95 * (double)piece->escaped / (double)size);
		if (!room)
			break;
	}
	strbuf_release(&cut);
}
