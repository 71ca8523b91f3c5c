#include "runtally/input/scanner.h"

#include <string.h>

#include "runtally/base/arena.h"
#include "runtally/json/pick.h"

enum { HEAD_SIZE = 4 }; /* bytes that tell every foreign format */

#define NOWHERE UINT64_MAX

/* What is saved under a wrong name often enough to be told by it. */
static const struct foreign {
	const char *bytes;
	size_t length;
	const char *what;
} foreigners[] = {
	{"\xFF\xFE\0\0", 4, "is UTF-32, not UTF-8"},
	{"\0\0\xFE\xFF", 4, "is UTF-32, not UTF-8"},
	{"\xFF\xFE", 2, "is UTF-16, not UTF-8"},
	{"\xFE\xFF", 2, "is UTF-16, not UTF-8"},
	{"\0\0\0\0", 4, "is binary, not JSON"},
	{"PK\3\4", 4, "is a ZIP archive: give it by its file name"},
	{"PK\5\6", 4, "is a ZIP archive: give it by its file name"},
	{"\x1F\x8B", 2, "is compressed by gzip: unpack it first"},
	{"BZh", 3, "is compressed by bzip2: unpack it first"},
	{"\xFD\x37zX", 4, "is compressed by xz: unpack it first"},
	{"\x28\xB5\x2F\xFD", 4, "is compressed by zstd: unpack it first"},
};

/* ---- bytes ---- */

void scanner_init(struct scanner *s, struct blob *blob, uint64_t text_most, size_t size)
{
	*s = (struct scanner){.text_most = text_most, .size = size};
	s->capacity = size > HEAD_SIZE ? size : HEAD_SIZE;
	s->buffer = memory_alloc(s->capacity + JSON_PICK_PADDING);
	scanner_reset(s, blob);
}

void scanner_reset(struct scanner *s, struct blob *blob)
{
	s->blob = blob;
	s->base = 0;
	s->at = s->end = s->mark = 0;
	s->input_ended = s->failed = s->will_fail = false;
	s->line = 1;
	s->line_start = 0;
	s->first = NOWHERE;
	s->before = 0;
	s->capture = NULL;
	s->key = NULL;
	s->depth = 0;
}

void scanner_release(struct scanner *s)
{
	memory_free(s->buffer);
	s->buffer = NULL;
}

uint64_t scanner_offset(const struct scanner *s)
{
	return s->base + s->at;
}

size_t scanner_column(const struct scanner *s)
{
	return (size_t)(scanner_offset(s) - s->line_start) + 1;
}

struct scanner_place scanner_place(const struct scanner *s)
{
	return (struct scanner_place){
		.offset = scanner_offset(s),
		.line = s->line,
		.line_start = s->line_start,
		.first = s->first,
		.before = s->before,
	};
}

void scanner_jump(struct scanner *s, const struct scanner_place *to)
{
	s->base = to->offset;
	s->at = s->mark = s->end = 0;
	s->input_ended = false;
	if (to->line > 1)
		s->line_start = to->line_start;
	if (to->line > 1 || s->first == NOWHERE)
		s->first = to->first;
	s->line += to->line - 1;
	s->before = to->before;
}

static void append(const struct scanner *s, struct piece *piece, const char *bytes, size_t length)
{
	if (piece->overlong)
		return;
	if (length > s->text_most - piece->text.length) {
		piece->overlong = true;
		strbuf_release(&piece->text);
		return;
	}
	strbuf_add(&piece->text, bytes, length);
}

/* Moves what was passed since the last time into the piece. */
static void keep(struct scanner *s)
{
	if (s->capture)
		append(s, s->capture, s->buffer + s->mark, s->at - s->mark);
	s->mark = s->at;
}

static void receive(struct scanner *s, size_t room)
{
	int64_t got = s->blob->read(s->blob, s->buffer + s->end, room, &s->failure);

	s->failed = got < 0;
	s->input_ended = got <= 0;
	if (got > 0)
		s->end += (size_t)got;
}

static bool fill(struct scanner *s)
{
	keep(s);
	s->base += s->end;
	s->at = s->mark = s->end = 0;
	if (!s->input_ended)
		receive(s, s->size);
	s->failed = s->failed || s->will_fail;
	return s->end > 0;
}

static const char *foreign_name(const char *head, size_t length)
{
	for (size_t i = 0; i < sizeof(foreigners) / sizeof(*foreigners); i++)
		if (length >= foreigners[i].length &&
		    memcmp(head, foreigners[i].bytes, foreigners[i].length) == 0)
			return foreigners[i].what;
	/* a text begins with ASCII, so NULs among its first bytes tell how wide they are */
	if (length >= 4 && !head[1] && !head[2] && !head[0] != !head[3])
		return "is UTF-32, not UTF-8";
	if (length >= 2 && !head[0] != !head[1])
		return "is UTF-16, not UTF-8";
	return NULL;
}

const char *scanner_begin(struct scanner *s)
{
	while (!s->input_ended && s->end < HEAD_SIZE)
		receive(s, HEAD_SIZE - s->end);
	if (s->end >= 3 && memcmp(s->buffer, "\xEF\xBB\xBF", 3) == 0)
		s->line_start = s->at = 3;
	return foreign_name(s->buffer, s->end);
}

int scanner_peek(struct scanner *s)
{
	if (s->at == s->end && !fill(s))
		return SCANNER_AT_END;
	return (unsigned char)s->buffer[s->at];
}

bool is_blank(int byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

void scanner_step(struct scanner *s)
{
	char byte = s->buffer[s->at];

	if (!is_blank(byte) && byte != RECORD_SEPARATOR) {
		if (s->first == NOWHERE)
			s->first = scanner_offset(s);
		s->before = byte;
	}
	s->at++;
	if (byte == '\n') {
		s->line++;
		s->line_start = scanner_offset(s);
		s->first = NOWHERE;
	}
}

int scanner_skip_until(struct scanner *s, const char *stops)
{
	int byte = scanner_peek(s);

	while (byte != SCANNER_AT_END && (byte == 0 || !strchr(stops, byte))) {
		scanner_step(s);
		byte = scanner_peek(s);
	}
	return byte;
}

/* ---- the window ---- */

const char *scanner_window(struct scanner *s, size_t *length)
{
	*length = s->end - s->at;
	memset(s->buffer + s->end, 0, JSON_PICK_PADDING);
	return s->buffer + s->at;
}

bool scanner_read_on(struct scanner *s)
{
	size_t wanted, had;

	if (s->input_ended || s->end - s->at > s->text_most)
		return false;
	/* the window to the front of the buffer, so that all behind it is room */
	memmove(s->buffer, s->buffer + s->at, s->end - s->at);
	s->base += s->at;
	had = s->end -= s->at;
	s->at = s->mark = 0;
	wanted = had * 2 > s->size ? had * 2 : s->size;
	if (wanted > s->capacity) {
		s->capacity = wanted;
		s->buffer = memory_resize(s->buffer, s->capacity + JSON_PICK_PADDING);
	}
	while (s->end < wanted && !s->input_ended)
		receive(s, wanted - s->end);
	s->will_fail = s->failed;
	s->failed = false;
	return s->end > had;
}

void scanner_pass(struct scanner *s, size_t length, size_t newlines)
{
	const char *text = s->buffer + s->at;
	size_t line = length;

	if (s->first == NOWHERE)
		s->first = scanner_offset(s);
	if (newlines) {
		while (text[line - 1] != '\n')
			line--;
		s->line += newlines;
		s->line_start = scanner_offset(s) + line;
		while (is_blank(text[line]))
			line++;
		s->first = scanner_offset(s) + line;
	}
	s->before = '}';
	s->at += length;
}

/* ---- pieces ---- */

static void piece_begin(struct scanner *s, struct piece *piece)
{
	strbuf_reset(&piece->text);
	piece->offset = scanner_offset(s);
	piece->line = s->line;
	piece->column = scanner_column(s);
	piece->begins_line = s->first == NOWHERE;
	piece->indent = piece->offset - s->line_start;
	piece->overlong = piece->too_deep = false;
	s->key = NULL;
	s->depth = 0;
	piece_go_on(s, piece);
}

void piece_go_on(struct scanner *s, struct piece *piece)
{
	s->capture = piece;
	s->mark = s->at;
}

void piece_end(struct scanner *s)
{
	keep(s);
	s->capture = NULL;
}

void piece_add(const struct scanner *s, struct piece *piece, char byte)
{
	append(s, piece, &byte, 1);
}

/* Whether a piece like this one could begin at the byte that peek shows. */
static bool begins_alike(const struct scanner *s, const struct piece *piece)
{
	uint64_t indent = piece->begins_line ? piece->indent : 0;

	return s->first == NOWHERE && scanner_offset(s) - s->line_start == indent;
}

bool scanner_seek_alike(struct scanner *s, const struct piece *piece)
{
	for (;;) {
		int byte = scanner_peek(s);

		if (byte == SCANNER_AT_END)
			return false;
		if ((byte == '{' || byte == '[') && begins_alike(s, piece))
			return true;
		scanner_step(s);
	}
}

/* ---- strings ---- */

static int broken(const struct scanner *s, struct error *err, const char *what)
{
	error_set(err, "line %zu, column %zu: %s", s->line, scanner_column(s), what);
	return SCANNED_BROKEN;
}

/*
 * Other controls than a line's end are left to json_parse: they cost the record, but its end can
 * still be told.
 */
static enum scanned scan_string(struct scanner *s, const struct piece *piece, struct error *err)
{
	size_t length;

	scanner_step(s);
	while (scanner_peek(s) != SCANNER_AT_END) {
		while (s->at < s->end && s->buffer[s->at] != '"' && s->buffer[s->at] != '\\' &&
		       s->buffer[s->at] != '\n')
			s->at++;
		if (s->at == s->end)
			continue;
		if (s->buffer[s->at] == '\n') {
			keep(s);
			length = piece->text.length;
			while (length > 0 && is_blank(piece->text.text[length - 1]))
				length--;
			s->before = length > 0 ? piece->text.text[length - 1] : 0;
			return broken(s, err, "a line ends inside a string");
		}
		s->before = s->buffer[s->at++];
		if (s->before == '"')
			return SCANNED;
		if (scanner_peek(s) != SCANNER_AT_END && s->buffer[s->at] != '\n')
			s->at++;
	}
	return SCANNED_CUT;
}

static const char *list_name(const struct scanner *s, const char *text, size_t length)
{
	for (const char *const *name = s->lists; *name; name++)
		if (strlen(*name) == length && memcmp(*name, text, length) == 0)
			return *name;
	return NULL;
}

static enum scanned scan_key(struct scanner *s, struct piece *piece, struct error *err)
{
	enum scanned result;
	size_t start;

	keep(s);
	start = piece->text.length + 1;
	result = scan_string(s, piece, err);
	keep(s);
	s->key = NULL;
	if (result == SCANNED && !piece->overlong)
		s->key = list_name(s, piece->text.text + start, piece->text.length - start - 1);
	return result;
}

/* ---- brackets ---- */

static void push(struct scanner *s, struct piece *piece, char bracket)
{
	if (s->depth < SCANNER_DEPTH_MOST)
		s->open[s->depth] = bracket;
	else
		piece->too_deep = true;
	s->depth++;
	scanner_step(s);
}

/* The innermost open bracket; 0 (unknown) beyond SCANNER_DEPTH_MOST. */
static char innermost(const struct scanner *s)
{
	return s->depth <= SCANNER_DEPTH_MOST ? s->open[s->depth - 1] : 0;
}

/* Our own report.json has lists of those names, too, but no records in them. */
static bool is_own_report(const struct piece *piece)
{
	static const char *const words[] = {"{", "\"schema\"", ":", "\"runtally.report/", NULL};
	const char *at = piece->text.text;

	for (const char *const *word = words; *word; word++) {
		at += strspn(at, " \t\r\n");
		if (strncmp(at, *word, strlen(*word)) != 0)
			return false;
		at += strlen(*word);
	}
	return true;
}

static enum scanned scan_open(struct scanner *s, struct piece *piece, char bracket,
			      struct error *err)
{
	const char open = innermost(s);
	const bool allowed = open == '{'   ? s->before == ':'
			     : open == '[' ? s->before == '[' || s->before == ','
					   : true;

	if (!allowed && begins_alike(s, piece)) {
		error_set(err, "line %zu, column %zu: not closed before line %zu", piece->line,
			  piece->column, s->line);
		return SCANNED_BROKEN;
	}
	if (piece->watched && s->key && bracket == '[' && s->depth == 1 && s->before == ':' &&
	    !is_own_report(piece))
		return SCANNED_UP_TO_LIST;
	push(s, piece, bracket);
	return SCANNED;
}

static enum scanned scan_close(struct scanner *s, char bracket, struct error *err)
{
	char open = innermost(s);

	if (open == '{' && bracket == ']')
		return broken(s, err, "`]` where `}` should be");
	if (open == '[' && bracket == '}')
		return broken(s, err, "`}` where `]` should be");
	s->depth--;
	scanner_step(s);
	return SCANNED;
}

enum scanned scan_brackets(struct scanner *s, struct piece *piece, struct error *err)
{
	enum scanned result = SCANNED;

	while (result == SCANNED && s->depth > 0) {
		int byte = scanner_peek(s);

		if (byte == SCANNER_AT_END)
			return SCANNED_CUT;
		if (byte == '"' && piece->watched && s->depth == 1 && s->before != ':')
			result = scan_key(s, piece, err);
		else if (byte == '"')
			result = scan_string(s, piece, err);
		else if (byte == '{' || byte == '[')
			result = scan_open(s, piece, (char)byte, err);
		else if (byte == '}' || byte == ']')
			result = scan_close(s, (char)byte, err);
		else
			scanner_step(s);
	}
	return result;
}

enum scanned scan_value(struct scanner *s, struct piece *piece, struct error *err)
{
	const int byte = scanner_peek(s);

	piece_begin(s, piece);
	if (byte == '"')
		return scan_string(s, piece, err);
	if (byte == '{' || byte == '[') {
		push(s, piece, (char)byte);
		return scan_brackets(s, piece, err);
	}
	scanner_skip_until(s, " \t\r\n,:[]{}\"");
	return s->failed ? SCANNED_CUT : SCANNED;
}
