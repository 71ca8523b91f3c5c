#include "runtally/gist.h"

#include <stdbool.h>
#include <string.h>

void gist_init(struct gist *gist)
{
	*gist = (struct gist){.key = STRBUF_INIT};
}

void gist_release(struct gist *gist)
{
	strbuf_release(&gist->key);
}

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static char lower(char byte)
{
	return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

static bool is_letter(char byte)
{
	return lower(byte) >= 'a' && lower(byte) <= 'z';
}

/* Of a token; not the bytes of other scripts, of which some have no blanks around numbers. */
static bool is_part(char byte)
{
	return is_digit(byte) || is_letter(byte) || byte == '_';
}

/* Controls, too: GIST_SIGN is one of them. */
static bool is_space(char byte)
{
	return (unsigned char)byte <= ' ';
}

/* ---- the key ---- */

static void add_byte(struct gist *gist, char byte)
{
	struct strbuf *key = &gist->key;

	if (!is_space(byte))
		strbuf_addch(key, lower(byte));
	else if (key->length && key->text[key->length - 1] != ' ')
		strbuf_addch(key, ' ');
}

static void add_bytes(struct gist *gist, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		add_byte(gist, bytes[i]);
}

static void add_blank(struct gist *gist, size_t start, size_t length)
{
	strbuf_addch(&gist->key, GIST_SIGN);
	if (gist->count < GIST_BLANKS)
		gist->blanks[gist->count++] =
			(struct gist_blank){(uint32_t)start, (uint32_t)length};
}

/* Whether a sentence ends with a full stop is no difference. */
static void trim(struct gist *gist)
{
	struct strbuf *key = &gist->key;

	while (key->length && strchr(" .!", key->text[key->length - 1]))
		strbuf_truncate(key, key->length - 1);
}

/* ---- quotes ---- */

struct quotes {
	const char *open, *close;
};

static const struct quotes quotes[] = {
	{"\"", "\""}, {"'", "'"}, {"`", "`"}, {"“", "”"}, {"‘", "’"}, {"«", "»"},
};

enum { QUOTES = sizeof(quotes) / sizeof(quotes[0]) };

/* One text being read. */
struct reader {
	const char *text;
	size_t at;
	unsigned unclosed;   /* quotes of which no closing one follows: not searched for again */
	bool status_follows; /* the last word was one of status_words */
};

static bool follows_part(const struct reader *reader, size_t at)
{
	return at && is_part(reader->text[at - 1]);
}

/* Where the quote of that kind ends that opens before `from`, not at an apostrophe; 0: nowhere. */
static size_t find_close(const struct reader *reader, size_t kind, size_t from)
{
	const char *close = quotes[kind].close;
	size_t length = strlen(close);

	for (const char *found = reader->text + from; (found = strstr(found, close)); found++) {
		size_t at = (size_t)(found - reader->text);

		if (!follows_part(reader, at) || !is_part(found[length]))
			return at;
	}
	return 0;
}

/* Reads a quoted text, if one begins here: none does in `it's` and `the users' data`. */
static bool read_quoted(struct reader *reader, struct gist *gist)
{
	if (follows_part(reader, reader->at))
		return false;
	for (size_t kind = 0; kind < QUOTES; kind++) {
		size_t open = strlen(quotes[kind].open), end, from = reader->at + open;

		if (reader->unclosed >> kind & 1 ||
		    strncmp(reader->text + reader->at, quotes[kind].open, open) != 0)
			continue;
		end = find_close(reader, kind, from);
		reader->unclosed |= (unsigned)!end << kind;
		if (!end || reader->text[end + strlen(quotes[kind].close)] == ':')
			return false;
		add_bytes(gist, quotes[kind].open, open);
		add_blank(gist, from, end - from);
		add_bytes(gist, quotes[kind].close, strlen(quotes[kind].close));
		reader->at = end + strlen(quotes[kind].close);
		return true;
	}
	return false;
}

/* ---- tokens ---- */

/* `0.42`, `12,345`, `10:00:00.000+02:00`; a dash joins letters, too: `550e8400-e29b-...`. */
static bool joins(const char *text)
{
	if (text[0] == '-')
		return is_part(text[1]);
	return text[0] && strchr(".,:+", text[0]) && is_digit(text[-1]) && is_digit(text[1]);
}

static size_t token_length(const char *text)
{
	size_t length = 1;

	while (is_part(text[length]) || joins(text + length))
		length++;
	return length;
}

/* A UUID may begin with letters alone. */
static bool is_uuid(const char *text, size_t length)
{
	if (length != 36)
		return false;
	for (size_t i = 0; i < length; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		bool digit = is_digit(text[i]) || (lower(text[i]) >= 'a' && lower(text[i]) <= 'f');

		if (dash ? text[i] != '-' : !digit)
			return false;
	}
	return true;
}

/* Where in the token the first part begins that holds a digit; its length: in none. */
static size_t blank_start(const char *token, size_t length)
{
	size_t start = 0;

	if (is_uuid(token, length))
		return 0;
	for (size_t i = 0; i < length; i++) {
		if (is_digit(token[i]))
			return start;
		if (token[i] == '-' || token[i] == '_')
			start = i + 1;
	}
	return length;
}

static bool is_status_word(const char *token, size_t length)
{
	static const char *const words[] = {"http", "https", "sip", "status", "code", "error"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		size_t same = 0;

		while (same < length && words[i][same] == lower(token[same]))
			same++;
		if (same == length && !words[i][same])
			return true;
	}
	return false;
}

static bool is_status(const char *token, size_t length)
{
	return length == 3 && token[0] >= '1' && token[0] <= '6' && is_digit(token[1]) &&
	       is_digit(token[2]);
}

static void read_token(struct reader *reader, struct gist *gist)
{
	const char *token = reader->text + reader->at;
	size_t length = token_length(token), start = blank_start(token, length);

	if (reader->status_follows && is_status(token, length))
		start = length;
	add_bytes(gist, token, start);
	if (start < length)
		add_blank(gist, reader->at + start, length - start);
	else
		reader->status_follows = is_status_word(token, length);
	reader->at += length;
}

/* A sign is part of the number, where it is no dash between two things. */
static bool read_signed(struct reader *reader, struct gist *gist)
{
	const char *text = reader->text + reader->at;
	size_t length;

	if ((text[0] != '-' && text[0] != '+') || !is_digit(text[1]) ||
	    (reader->at && !strchr(" (=:,", text[-1])))
		return false;
	length = 1 + token_length(text + 1);
	add_blank(gist, reader->at, length);
	reader->at += length;
	return true;
}

void gist_make(struct gist *gist, const char *text)
{
	struct reader reader = {.text = text};

	strbuf_reset(&gist->key);
	gist->count = 0;
	while (text[reader.at]) {
		if (is_part(text[reader.at]))
			read_token(&reader, gist);
		else if (!read_quoted(&reader, gist) && !read_signed(&reader, gist))
			add_byte(gist, text[reader.at++]);
	}
	trim(gist);
}

void gist_fold(struct gist *gist, const char *text)
{
	strbuf_reset(&gist->key);
	gist->count = 0;
	add_bytes(gist, text, strlen(text));
	trim(gist);
}

void gist_elide(struct strbuf *out, const char *text, const struct gist_blank *blanks, size_t count,
		uint64_t bits)
{
	size_t at = 0;

	for (size_t i = 0; i < count; i++) {
		if (!(bits >> i & 1))
			continue;
		strbuf_add(out, text + at, blanks[i].start - at);
		strbuf_addstr(out, "…");
		at = blanks[i].start + blanks[i].length;
	}
	strbuf_addstr(out, text + at);
}
