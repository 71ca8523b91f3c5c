/* What a name or scheme before it says is secret: `password=x`, `Authorization: Bearer x`. */
#include "detect.h"

#include <string.h>

enum name { NAME_NONE, NAME_PASSWORD, NAME_TOKEN, NAME_AUTHORIZATION };

/* Ends of names, without `_`, `-` and spaces. */
static const struct {
	const char *text;
	enum name name;
} names[] = {
	{"password", NAME_PASSWORD},   {"passwd", NAME_PASSWORD},
	{"passphrase", NAME_PASSWORD}, {"passcode", NAME_PASSWORD},
	{"pwd", NAME_PASSWORD},        {"passwort", NAME_PASSWORD},
	{"apikey", NAME_TOKEN},        {"accesskey", NAME_TOKEN},
	{"secretkey", NAME_TOKEN},     {"privatekey", NAME_TOKEN},
	{"authkey", NAME_TOKEN},       {"signingkey", NAME_TOKEN},
	{"secret", NAME_TOKEN},        {"token", NAME_TOKEN},
	{"bearer", NAME_TOKEN},        {"authorization", NAME_AUTHORIZATION},
};

enum { LONGEST_NAME = 24 };

/* How a value stands there. */
struct value_place {
	char quote;   /* 0: not quoted */
	bool escaped; /* quoted by \" , as in JSON within a string */
	bool sure;    /* `=` without a space, or behind a scheme: never a sentence */
};

/* `most` letters and digits before the separator at `at`, last one first. */
static size_t read_name(struct scan *scan, size_t at, char *reversed, size_t most)
{
	size_t length = 0, lowest = at > 40 ? at - 40 : 0;

	if (lowest < scan->floor)
		lowest = scan->floor;
	while (at > lowest && scan_byte(scan, at - 1) == ' ')
		at--;
	if (at > lowest && (scan_byte(scan, at - 1) == '"' || scan_byte(scan, at - 1) == '\''))
		for (at--; at > lowest && scan_byte(scan, at - 1) == '\\';)
			at--;
	for (; at > lowest && length < most; at--) {
		char byte = scan_byte(scan, at - 1);

		if (is_alnum(byte))
			reversed[length++] = lower(byte);
		else if (byte != '_' && byte != '-' && (byte != ' ' || !length))
			break;
	}
	return length;
}

/* Hardly any word before a separator ends like one of the names. */
static bool ends_like_name(struct scan *scan, size_t at)
{
	static const char ends[][2] = {
		{'r', 'd'}, {'w', 'd'}, {'s', 'e'}, {'d', 'e'}, {'r', 't'},
		{'e', 'y'}, {'e', 't'}, {'e', 'n'}, {'e', 'r'}, {'o', 'n'},
	};
	char reversed[2];

	if (read_name(scan, at, reversed, 2) < 2)
		return false;
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (reversed[1] == ends[i][0] && reversed[0] == ends[i][1])
			return true;
	return false;
}

static enum name name_before(struct scan *scan, size_t at)
{
	char reversed[LONGEST_NAME];
	size_t length = ends_like_name(scan, at) ? read_name(scan, at, reversed, LONGEST_NAME) : 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		size_t size = strlen(names[i].text), same = 0;

		while (same < size && same < length &&
		       reversed[same] == names[i].text[size - 1 - same])
			same++;
		if (same == size)
			return names[i].name;
	}
	return NAME_NONE;
}

/* Behind the separator at scan->at: `==`, `=>`, `:=`, spaces and the opening quote. */
static size_t value_start(struct scan *scan, struct value_place *place)
{
	size_t at = scan->at + 1, spaces = 0, slashes = 0;

	while (at - scan->at < 3 && strchr("=>", scan_byte(scan, at)) && scan_byte(scan, at))
		at++;
	while (spaces < 8 &&
	       (scan_byte(scan, at + spaces) == ' ' || scan_byte(scan, at + spaces) == '\t'))
		spaces++;
	at += spaces;
	while (slashes < 4 && scan_byte(scan, at + slashes) == '\\')
		slashes++;
	*place = (struct value_place){.sure = !spaces && scan_byte(scan, scan->at) == '='};
	if (scan_byte(scan, at + slashes) == '"' || scan_byte(scan, at + slashes) == '\'') {
		place->quote = scan_byte(scan, at + slashes);
		place->escaped = slashes > 0;
		at += slashes + 1;
	}
	return at;
}

/*
 * A value between \" ends at the next backslash, whatever that begins: also a plus sign, \u002B,
 * before a phone number. A second scan finds a placeholder there.
 */
static bool ends_quoted(struct scan *scan, size_t at, const struct value_place *place)
{
	char byte = scan_byte(scan, at);
	enum redaction_kind kind;

	return byte == '\0' || byte == '\n' || byte == '\r' || byte == place->quote ||
	       (place->escaped && (byte == '\\' || placeholder_length(scan, at, &kind)));
}

static size_t quoted_end(struct scan *scan, size_t at, const struct value_place *place)
{
	while (!ends_quoted(scan, at, place)) {
		bool pair = !place->escaped && scan_byte(scan, at) == '\\';

		at += pair && at + 1 < scan->length ? 2 : 1;
	}
	return at;
}

/* A value without quotes ends at white space, and loses the marks of the sentence around it. */
static size_t bare_end(struct scan *scan, size_t start)
{
	enum redaction_kind kind;
	size_t at = start;

	for (;; at++) {
		char byte = scan_byte(scan, at);

		if ((unsigned char)byte <= ' ' || strchr("\"'<>&`\\", byte) ||
		    placeholder_length(scan, at, &kind))
			break;
	}
	while (at > start && strchr(")]},;.!?:", scan_byte(scan, at - 1)))
		at--;
	return at;
}

static size_t value_end(struct scan *scan, size_t at, const struct value_place *place)
{
	return place->quote ? quoted_end(scan, at, place) : bare_end(scan, at);
}

static bool is_nothing(const char *text, size_t length)
{
	static const char *const words[] = {"null", "none", "nil", "true", "false", "undefined"};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		size_t at = 0;

		while (at < length && lower(text[at]) == words[i][at])
			at++;
		if (at == length && !words[i][at])
			return true;
	}
	return false;
}

/* `word`, `Word` or `WORD`: of a sentence rather than a secret. */
static bool is_word(const char *text, size_t length)
{
	bool capitals = length > 1 && text[1] >= 'A' && text[1] <= 'Z';

	for (size_t i = 0; i < length; i++)
		if (!is_letter(text[i]) || (i && (text[i] >= 'A' && text[i] <= 'Z') != capitals))
			return false;
	return !capitals || text[0] < 'a';
}

static bool is_number(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!is_digit(text[i]) && text[i] != '.' && text[i] != ',' && text[i] != '%')
			return false;
	return length < 10;
}

static bool is_secret(struct scan *scan, enum name name, const struct value_place *place,
		      size_t start, size_t end)
{
	const char *text = scan->text + start;
	size_t length = end - start;

	scan->steps += 2 * length;
	if (length < 3 || is_nothing(text, length))
		return false;
	if (name == NAME_PASSWORD)
		return true;
	if (is_number(text, length))
		return false;
	return place->quote || place->sure || (length >= 6 && !is_word(text, length));
}

/* Schemes that one word follows, and those whose parameters go on to the end of the line. */
static const char *const schemes[] = {"bearer",  "basic", "token",    "apikey",
				      "api-key", "key",   "negotiate"};
static const char *const long_schemes[] = {"digest", "aws4-hmac-sha256", "oauth", "hawk"};

static size_t spaces_after(struct scan *scan, size_t at)
{
	size_t spaces = 0;

	while (spaces < 4 && scan_byte(scan, at + spaces) == ' ')
		spaces++;
	return spaces;
}

static size_t scheme_length(struct scan *scan, size_t at, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t length = strlen(list[i]);

		if (scan_has(scan, at, list[i]) && spaces_after(scan, at + length))
			return length + spaces_after(scan, at + length);
	}
	return 0;
}

/*
 * The end of the credentials of an Authorization header without quotes and known scheme. After a
 * word that is no scheme we know, one more is taken where it looks like more than a word.
 */
static size_t bare_credentials_end(struct scan *scan, size_t start)
{
	static const struct value_place line = {.quote = '\n'};
	size_t end, next, next_end;

	if (scheme_length(scan, start, long_schemes, sizeof(long_schemes) / sizeof(*long_schemes)))
		return quoted_end(scan, start, &line);
	end = bare_end(scan, start);
	next = end + spaces_after(scan, end);
	next_end = bare_end(scan, next);
	scan->steps += next_end - next;
	if (next > end && next_end >= next + 12 && !is_word(scan->text + next, next_end - next))
		return next_end;
	return end;
}

static bool as_secret(struct scan *scan, struct match *match, size_t start, size_t end)
{
	bool jwt = jwt_length(scan, start) == end - start;

	*match =
		(struct match){.start = start, .end = end, .kind = jwt ? REDACT_JWT : REDACT_TOKEN};
	return true;
}

bool detect_value(struct scan *scan, struct match *match)
{
	enum name name = name_before(scan, scan->at);
	struct value_place place;
	enum redaction_kind kind;
	size_t start, end, scheme = 0;

	if (name == NAME_NONE)
		return false;
	start = value_start(scan, &place);
	if (name == NAME_AUTHORIZATION)
		scheme = scheme_length(scan, start, schemes, sizeof(schemes) / sizeof(*schemes));
	start += scheme;
	place.sure = place.sure || scheme;
	if (placeholder_length(scan, start, &kind))
		return false;
	if (name == NAME_AUTHORIZATION && !place.quote && !scheme)
		end = bare_credentials_end(scan, start);
	else
		end = value_end(scan, start, &place);
	return is_secret(scan, name, &place, start, end) && as_secret(scan, match, start, end);
}

/* RFC 6750 allows marks that base64 has not. */
static bool is_credential(char byte, bool basic)
{
	return is_alnum(byte) || (byte && strchr(basic ? "+/=" : "-._~+/=", byte));
}

/* Six bits of base64, or -1 */
static int base64_value(char byte)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = byte ? strchr(digits, byte) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* RFC 7617: base64 of `user:password`, so a colon and no control in the first bytes. */
static bool is_basic(const char *text, size_t length)
{
	unsigned bits = 0, have = 0;
	bool colon = false;

	if (length < 8)
		return false;
	for (size_t i = 0; i < length && i < 128 && text[i] != '='; i++) {
		int value = base64_value(text[i]);
		unsigned byte;

		if (value < 0)
			return false;
		bits = (bits << 6 | (unsigned)value) & 0xFFFFu;
		have += 6;
		if (have < 8)
			continue;
		have -= 8;
		byte = bits >> have & 0xFFu;
		if (byte < 0x20 || byte == 0x7F)
			return false;
		colon = colon || byte == ':';
	}
	return colon;
}

static bool has_digit(const char *text, size_t length)
{
	while (length && !is_digit(text[length - 1]))
		length--;
	return length > 0;
}

bool detect_bearer(struct scan *scan, struct match *match)
{
	enum redaction_kind kind;
	bool basic;
	size_t start, end;

	if (lower(scan_byte(scan, scan->at)) != 'b')
		return false;
	basic = scan_has(scan, scan->at, "basic");
	if (!basic && !scan_has(scan, scan->at, "bearer"))
		return false;
	start = scan->at + (basic ? 5 : 6);
	if (!spaces_after(scan, start))
		return false;
	start += spaces_after(scan, start);
	for (end = start; is_credential(scan_byte(scan, end), basic);)
		end++;
	while (end > start && scan_byte(scan, end - 1) == '.')
		end--;
	scan->steps += end - start;
	/* The word went on where a placeholder stands now: whole, it was none. */
	if (basic && placeholder_length(scan, end, &kind))
		return false;
	if (basic ? !is_basic(scan->text + start, end - start)
		  : end - start < 16 || !has_digit(scan->text + start, end - start))
		return false;
	return as_secret(scan, match, start, end);
}
