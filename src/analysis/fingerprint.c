#include "runtally/analysis/fingerprint.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

void fingerprint_init(struct fingerprint *fingerprint)
{
	*fingerprint = (struct fingerprint){.key = STRBUF_INIT};
}

void fingerprint_release(struct fingerprint *fingerprint)
{
	strbuf_release(&fingerprint->key);
}

/* What a byte is; a digit and a letter are parts of tokens. Bytes of other scripts are not: some
 * have no blanks around numbers. */
enum { DIGIT = 1, PART = 2, JOINS_DIGITS = 4, QUOTES_BEGIN = 8, SEPARATES = 16 };

#define D (DIGIT | PART)
#define P PART
#define J JOINS_DIGITS
#define Q QUOTES_BEGIN

static const unsigned char kinds[256] = {
	['0'] = D,         ['1'] = D,  ['2'] = D,  ['3'] = D,  ['4'] = D,
	['5'] = D,         ['6'] = D,  ['7'] = D,  ['8'] = D,  ['9'] = D,
	['.'] = J,         [','] = J,  [':'] = J,  ['+'] = J,  ['"'] = Q,
	['`'] = Q,         [0xe2] = Q, [0xc2] = Q, ['\''] = Q, ['_'] = P | SEPARATES,
	['-'] = SEPARATES, ['A'] = P,  ['B'] = P,  ['C'] = P,  ['D'] = P,
	['E'] = P,         ['F'] = P,  ['G'] = P,  ['H'] = P,  ['I'] = P,
	['J'] = P,         ['K'] = P,  ['L'] = P,  ['M'] = P,  ['N'] = P,
	['O'] = P,         ['P'] = P,  ['Q'] = P,  ['R'] = P,  ['S'] = P,
	['T'] = P,         ['U'] = P,  ['V'] = P,  ['W'] = P,  ['X'] = P,
	['Y'] = P,         ['Z'] = P,  ['a'] = P,  ['b'] = P,  ['c'] = P,
	['d'] = P,         ['e'] = P,  ['f'] = P,  ['g'] = P,  ['h'] = P,
	['i'] = P,         ['j'] = P,  ['k'] = P,  ['l'] = P,  ['m'] = P,
	['n'] = P,         ['o'] = P,  ['p'] = P,  ['q'] = P,  ['r'] = P,
	['s'] = P,         ['t'] = P,  ['u'] = P,  ['v'] = P,  ['w'] = P,
	['x'] = P,         ['y'] = P,  ['z'] = P,
};

#undef D
#undef P
#undef J
#undef Q

static bool is(char byte, unsigned kind)
{
	return kinds[(unsigned char)byte] & kind;
}

static char lower(char byte)
{
	return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

static bool is_hex_letter(char byte)
{
	return lower(byte) >= 'a' && lower(byte) <= 'f';
}

/* ---- the key ---- */

/* A blank of no length, between quotes, takes a byte more than the text: so twice its length. */
static void begin(struct fingerprint *fingerprint, const char *text)
{
	strbuf_reset(&fingerprint->key);
	strbuf_reserve(&fingerprint->key, 2 * strlen(text));
	fingerprint->count = 0;
}

/* Controls are white space: FINGERPRINT_SIGN is one of them. */
static void add_byte(struct fingerprint *fingerprint, char byte)
{
	struct strbuf *key = &fingerprint->key;

	if ((unsigned char)byte > ' ')
		key->text[key->length++] = lower(byte);
	else if (key->length && key->text[key->length - 1] != ' ')
		key->text[key->length++] = ' ';
}

static void add_bytes(struct fingerprint *fingerprint, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		add_byte(fingerprint, bytes[i]);
}

static void add_blank(struct fingerprint *fingerprint, size_t start, size_t length)
{
	fingerprint->key.text[fingerprint->key.length++] = FINGERPRINT_SIGN;
	if (fingerprint->count < FINGERPRINT_BLANKS)
		fingerprint->blanks[fingerprint->count++] =
			(struct fingerprint_blank){(uint32_t)start, (uint32_t)length};
}

/* Whether a sentence ends with a full stop is no difference. */
static void end(struct fingerprint *fingerprint)
{
	struct strbuf *key = &fingerprint->key;

	while (key->length && strchr(" .!", key->text[key->length - 1]))
		key->length--;
	strbuf_truncate(key, key->length);
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
struct text_scan {
	const char *text;
	size_t at;
	unsigned unclosed; /* quotes of which no closing one follows: not searched for again */
	size_t word, word_length; /* the last token that had no blank */
};

static bool follows_part(const struct text_scan *scan, size_t at)
{
	return at && is(scan->text[at - 1], PART);
}

/* Where the quote of that kind ends that opens before `from`, not at an apostrophe; 0: nowhere. */
static size_t find_close(const struct text_scan *scan, size_t kind, size_t from)
{
	const char *close = quotes[kind].close;
	size_t length = strlen(close);

	for (const char *found = scan->text + from; (found = strstr(found, close)); found++) {
		size_t at = (size_t)(found - scan->text);

		if (!follows_part(scan, at) || !is(found[length], PART))
			return at;
	}
	return 0;
}

/* Reads a quoted text, if one begins here: none does in `it's` and `the users' data`. */
static bool read_quoted(struct text_scan *scan, struct fingerprint *fingerprint)
{
	if (!is(scan->text[scan->at], QUOTES_BEGIN) || follows_part(scan, scan->at))
		return false;
	for (size_t kind = 0; kind < QUOTES; kind++) {
		size_t open = strlen(quotes[kind].open), end, from = scan->at + open;

		if (scan->unclosed >> kind & 1 ||
		    strncmp(scan->text + scan->at, quotes[kind].open, open) != 0)
			continue;
		end = find_close(scan, kind, from);
		scan->unclosed |= (unsigned)!end << kind;
		if (!end || scan->text[end + strlen(quotes[kind].close)] == ':')
			return false;
		add_bytes(fingerprint, quotes[kind].open, open);
		add_blank(fingerprint, from, end - from);
		add_bytes(fingerprint, quotes[kind].close, strlen(quotes[kind].close));
		scan->at = end + strlen(quotes[kind].close);
		return true;
	}
	return false;
}

/* ---- tokens ---- */

/* `0.42`, `12,345`, `10:00:00.000+02:00`; a dash joins letters, too: `550e8400-e29b-...`. */
static bool joins(const char *text)
{
	if (text[0] == '-')
		return is(text[1], PART);
	return is(text[0], JOINS_DIGITS) && is(text[-1], DIGIT) && is(text[1], DIGIT);
}

/* *seen: all kinds of bytes in it. */
static size_t token_length(const char *text, unsigned *seen)
{
	size_t length = 0;

	*seen = 0;
	do
		*seen |= kinds[(unsigned char)text[length++]];
	while (is(text[length], PART) || joins(text + length));
	return length;
}

/* A UUID may begin with letters alone. */
static bool is_uuid(const char *text, size_t length)
{
	if (length != 36)
		return false;
	for (size_t i = 0; i < length; i++) {
		bool dash = i == 8 || i == 13 || i == 18 || i == 23;
		bool digit = is(text[i], DIGIT) || is_hex_letter(text[i]);

		if (dash ? text[i] != '-' : !digit)
			return false;
	}
	return true;
}

/* `aaec` in `req_aaec`: hexadecimal digits that happen to be letters. Not in `data_feed_lost`. */
static bool ends_in_hex(const char *token, size_t start, size_t length)
{
	for (size_t i = start; i < length; i++)
		if (!is_hex_letter(token[i]))
			return false;
	return length - start >= 4;
}

/* Where in the token the first part begins that holds a digit; its length: in none. */
static size_t blank_start(const char *token, size_t length)
{
	size_t start = 0;

	if (is_uuid(token, length))
		return 0;
	for (size_t i = 0; i < length; i++) {
		if (is(token[i], DIGIT))
			return start;
		if (token[i] == '-' || token[i] == '_')
			start = i + 1;
	}
	return ends_in_hex(token, start, length) ? start : length;
}

static bool is_status_word(const char *token, size_t length)
{
	static const char *const words[] = {"http", "https", "sip", "status", "code", "error"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i]) == length && strncasecmp(words[i], token, length) == 0)
			return true;
	return false;
}

/* `503`, after one of those words. */
static bool is_status(const struct text_scan *scan, size_t length)
{
	const char *token = scan->text + scan->at;

	return length == 3 && token[0] >= '1' && token[0] <= '6' && is(token[1], DIGIT) &&
	       is(token[2], DIGIT) && is_status_word(scan->text + scan->word, scan->word_length);
}

static void read_token(struct text_scan *scan, struct fingerprint *fingerprint)
{
	const char *token = scan->text + scan->at;
	unsigned seen;
	size_t length = token_length(token, &seen), start = length;

	if (seen & (DIGIT | SEPARATES) && !is_status(scan, length))
		start = blank_start(token, length);
	add_bytes(fingerprint, token, start);
	if (start < length) {
		add_blank(fingerprint, scan->at + start, length - start);
	} else {
		scan->word = scan->at;
		scan->word_length = length;
	}
	scan->at += length;
}

/* A sign is part of the number, where it is no dash between two things. */
static bool read_signed(struct text_scan *scan, struct fingerprint *fingerprint)
{
	const char *text = scan->text + scan->at;
	unsigned seen;
	size_t length;

	if ((text[0] != '-' && text[0] != '+') || !is(text[1], DIGIT) ||
	    (scan->at && !strchr(" (=:,", text[-1])))
		return false;
	length = 1 + token_length(text + 1, &seen);
	add_blank(fingerprint, scan->at, length);
	scan->at += length;
	return true;
}

void fingerprint_make(struct fingerprint *fingerprint, const char *text)
{
	struct text_scan scan = {.text = text};

	begin(fingerprint, text);
	while (text[scan.at]) {
		if (is(text[scan.at], PART))
			read_token(&scan, fingerprint);
		else if (!read_quoted(&scan, fingerprint) && !read_signed(&scan, fingerprint))
			add_byte(fingerprint, text[scan.at++]);
	}
	end(fingerprint);
}

void fingerprint_fold(struct fingerprint *fingerprint, const char *text)
{
	begin(fingerprint, text);
	add_bytes(fingerprint, text, strlen(text));
	end(fingerprint);
}

void fingerprint_elide(struct strbuf *out, const char *text, const struct fingerprint_blank *blanks,
		       size_t count, uint64_t bits)
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
