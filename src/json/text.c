#include "text.h"

#include <float.h>
#include <jansson.h>

#include "runtally/base/utf8.h"

enum {
	INTEGER_DIGITS = 18,  /* that many fit whatever they are */
	MANTISSA_DIGITS = 19, /* the same, without a sign */
	REAL_DIGITS = 200,    /* before the point; with such an exponent far from overflow */
	EXPONENT_DIGITS = 2,
};

#define EXACT_MANTISSA (UINT64_C(1) << 53)

/* ---- blanks ---- */

static const char *skip_spaces(const char *at)
{
#ifdef JSON_HAS_BLOCKS
	uint64_t other = ~block_mask(block_equal(block_load(at), ' ')) & BLOCK_ALL;

	while (!other) {
		at += BLOCK_BYTES;
		other = ~block_mask(block_equal(block_load(at), ' ')) & BLOCK_ALL;
	}
	return at + block_first(other);
#else
	while (*at == ' ')
		at++;
	return at;
#endif
}

const char *text_skip_blanks(const char *at, size_t *newlines)
{
	for (;;) {
		if (*at == '\n')
			++*newlines;
		else if (*at != ' ' && *at != '\t' && *at != '\r')
			return at;
		at++;
		if (*at == ' ')
			at = skip_spaces(at);
	}
}

/* ---- UTF-8 ---- */

static bool is_tail(char byte)
{
	return ((unsigned char)byte & 0xC0) == 0x80;
}

/* What a first byte demands of the second one: this range (RFC 3629, section 4). */
static bool is_second(unsigned char first, unsigned char second)
{
	switch (first) {
	case 0xE0:
		return second >= 0xA0 && second <= 0xBF;
	case 0xED:
		return second >= 0x80 && second <= 0x9F;
	case 0xF0:
		return second >= 0x90 && second <= 0xBF;
	case 0xF4:
		return second >= 0x80 && second <= 0x8F;
	default:
		return (second & 0xC0) == 0x80;
	}
}

static const char *skip_code_point(const char *at, struct text_end *end)
{
	unsigned char first = (unsigned char)at[0];
	int tails = first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;

	if (first < 0xC2 || first > 0xF4)
		return text_stop(end, at);
	if (!is_second(first, (unsigned char)at[1]))
		return text_stop(end, at + 1);
	for (int i = 2; i <= tails; i++)
		if (!is_tail(at[i]))
			return text_stop(end, at + i);
	return at + 1 + tails;
}

static bool is_ascii(char byte)
{
	return (unsigned char)byte < 0x80;
}

static const char *skip_code_points(const char *at, struct text_end *end)
{
	while (at && !is_ascii(*at))
		at = skip_code_point(at, end);
	return at;
}

/* ---- strings ---- */

/* What the letter behind a backslash means; 0: it is no such letter. */
static const char plain_escapes[256] = {
	['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
	['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t',
};

static bool is_plain_escape(char byte)
{
	return plain_escapes[(unsigned char)byte];
}

/* Of hexadecimal digits the value with a bit set that tells them. */
enum { IS_HEX = 0x10 };

static const unsigned char hex_digits[256] = {
	['0'] = IS_HEX,      ['1'] = IS_HEX + 1,  ['2'] = IS_HEX + 2,  ['3'] = IS_HEX + 3,
	['4'] = IS_HEX + 4,  ['5'] = IS_HEX + 5,  ['6'] = IS_HEX + 6,  ['7'] = IS_HEX + 7,
	['8'] = IS_HEX + 8,  ['9'] = IS_HEX + 9,  ['a'] = IS_HEX + 10, ['b'] = IS_HEX + 11,
	['c'] = IS_HEX + 12, ['d'] = IS_HEX + 13, ['e'] = IS_HEX + 14, ['f'] = IS_HEX + 15,
	['A'] = IS_HEX + 10, ['B'] = IS_HEX + 11, ['C'] = IS_HEX + 12, ['D'] = IS_HEX + 13,
	['E'] = IS_HEX + 14, ['F'] = IS_HEX + 15,
};

static unsigned hex_digit(char byte)
{
	return hex_digits[(unsigned char)byte];
}

/* The four digits at `at`; -1: not all of them are. */
static int32_t read_unit(const char *at)
{
	unsigned a = hex_digit(at[0]), b = hex_digit(at[1]), c = hex_digit(at[2]),
		 d = hex_digit(at[3]);

	if (!(a & b & c & d & IS_HEX))
		return -1;
	return (int32_t)((a & 15) << 12 | (b & 15) << 8 | (c & 15) << 4 | (d & 15));
}

static bool is_high_surrogate(int32_t unit)
{
	return unit >= 0xD800 && unit <= 0xDBFF;
}

static bool is_low_surrogate(int32_t unit)
{
	return unit >= 0xDC00 && unit <= 0xDFFF;
}

static const char *skip_unit(const char *at, struct text_end *end, int32_t *unit)
{
	if (at[0] != '\\')
		return text_stop(end, at);
	if (at[1] != 'u')
		return text_stop(end, at + 1);
	at += 2;
	*unit = read_unit(at);
	if (*unit >= 0)
		return at + 4;
	while (hex_digit(*at))
		at++;
	return text_stop(end, at);
}

/* A backslash must be at `at`, or else it is a control character. */
static const char *skip_escape(const char *at, struct text_end *end)
{
	int32_t unit;

	if (*at != '\\')
		return text_stop(end, at);
	if (is_plain_escape(at[1]))
		return at + 2;
	at = skip_unit(at, end, &unit);
	if (!at)
		return NULL;
	if (!unit || is_low_surrogate(unit))
		return text_refuse(end);
	if (!is_high_surrogate(unit))
		return at;
	at = skip_unit(at, end, &unit);
	return at && !is_low_surrogate(unit) ? text_refuse(end) : at;
}

#ifdef JSON_HAS_BLOCKS

/*
 * The second bytes that is_second refuses behind their first byte, and first bytes that are none
 * at all: what is left when tails stand where they must.
 */
static struct block bad_pairs(struct block b, struct block before)
{
	struct block from_a0 = block_at_least(b, 0xA0), from_90 = block_at_least(b, 0x90);
	struct block bad = block_and_not(block_equal(before, 0xE0), from_a0);

	bad = block_or(bad, block_and(block_equal(before, 0xED), from_a0));
	bad = block_or(bad, block_and_not(block_equal(before, 0xF0), from_90));
	bad = block_or(bad, block_and(block_equal(before, 0xF4), from_90));
	bad = block_or(bad, block_or(block_equal(b, 0xC0), block_equal(b, 0xC1)));
	return block_or(bad, block_at_least(b, 0xF5));
}

/* Some bytes like these, or before them, may make bad pairs. */
static bool has_rare_leads(struct block b, struct block before)
{
	struct block both = block_or(block_at_least(b, 0xF0), block_at_least(before, 0xF0));

	both = block_or(both, block_or(block_equal(before, 0xE0), block_equal(before, 0xED)));
	return block_mask(block_or(both, block_or(block_equal(b, 0xC0), block_equal(b, 0xC1))));
}

/* The bytes that are wrong behind the three before them, whatever comes next. */
static uint64_t utf8_errors(const char *at)
{
	struct block b = block_load(at), before = block_load(at - 1);
	struct block tail = block_signed_below(b, (signed char)0xC0);
	struct block due = block_or(block_at_least(before, 0xC0),
				    block_or(block_at_least(block_load(at - 2), 0xE0),
					     block_at_least(block_load(at - 3), 0xF0)));
	struct block bad = block_xor(tail, due);

	if (has_rare_leads(b, before))
		bad = block_or(bad, bad_pairs(b, before));
	return block_mask(bad);
}

/*
 * From the beginning of a code point to the next byte that is unusual though it is ASCII, or to
 * where there is none in sight.
 */
static const char *skip_high_bytes(const char *at, struct text_end *end)
{
	uint64_t high;

	do {
		struct block b = block_load(at);
		uint64_t stops, errors = utf8_errors(at);

		high = block_mask(b);
		stops = block_mask(block_unusual(b)) & ~high;
		errors &= stops ^ (stops - 1); /* up to the stop, or all */
		if (errors)
			return text_stop(end, at + block_first(errors));
		if (stops)
			return at + block_first(stops);
		at += BLOCK_BYTES;
	} while (high);
	return at;
}

#endif

/* Single ones are common in Latin texts; of others whole runs. */
static const char *skip_not_ascii(const char *at, struct text_end *end)
{
	at = skip_code_point(at, end);
	if (!at || is_ascii(*at))
		return at;
#ifdef JSON_HAS_BLOCKS
	return skip_high_bytes(at, end);
#else
	return skip_code_points(at, end);
#endif
}

/* Anything but a plain escape. Out of the way: those are the many. */
static __attribute__((noinline)) const char *skip_rare(const char *at, struct text_end *end)
{
	return is_ascii(*at) ? skip_escape(at, end) : skip_not_ascii(at, end);
}

const char *text_skip_unusual_string(const char *at, struct text_end *end)
{
	while (*at != '"') {
		at = *at == '\\' && is_plain_escape(at[1]) ? at + 2 : skip_rare(at, end);
		if (!at)
			return NULL;
		at = text_find_unusual(at);
	}
	return at + 1;
}

const char *text_skip_unusual_key(const char *at, struct text_end *end)
{
	while (at && *at != '"') {
		if (is_ascii(*at))
			return text_stop(end, at);
		at = skip_code_points(at, end);
		if (at)
			at = text_find_unusual(at);
	}
	return at ? at + 1 : NULL;
}

/* ---- values of strings ---- */

/* From behind `\\u` to behind the escape, or both of a pair. */
static const char *decode_unit(const char *at, char **out)
{
	int32_t unit = read_unit(at), low;

	at += 4;
	if (is_high_surrogate(unit)) {
		low = read_unit(at + 2);
		at += 6;
		unit = 0x10000 + (unit - 0xD800) * 0x400 + (low - 0xDC00);
	}
	*out += utf8_write(*out, (uint32_t)unit);
	return at;
}

size_t text_decode(const char *at, size_t length, char *out)
{
	const char *end = at + length, *backslash;
	char *from = out;

	while ((backslash = memchr(at, '\\', (size_t)(end - at)))) {
		memcpy(out, at, (size_t)(backslash - at));
		out += backslash - at;
		at = backslash + 2;
		if (at[-1] == 'u')
			at = decode_unit(at, &out);
		else
			*out++ = plain_escapes[(unsigned char)at[-1]];
	}
	memcpy(out, at, (size_t)(end - at));
	return (size_t)(out - from) + (size_t)(end - at);
}

/* ---- numbers ---- */

struct numeral {
	bool negative, real, negative_exponent;
	ptrdiff_t whole, fraction, exponent_digits; /* how many digits */
	uint64_t digits, exponent;                  /* right while the digits are few */
};

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static const char *add_digits(const char *at, uint64_t *value)
{
	for (; is_digit(*at); at++)
		*value = *value * 10 + (uint64_t)(*at - '0');
	return at;
}

/* At least one. */
static const char *read_digits(const char *at, struct text_end *end, uint64_t *value)
{
	return is_digit(*at) ? add_digits(at, value) : text_stop(end, at);
}

static const char *read_fraction(const char *at, struct text_end *end, struct numeral *number)
{
	const char *from = at + 1;

	number->real = true;
	at = read_digits(from, end, &number->digits);
	if (at)
		number->fraction = at - from;
	return at;
}

static const char *read_exponent(const char *at, struct text_end *end, struct numeral *number)
{
	const char *from = at + 1;

	number->real = true;
	number->negative_exponent = *from == '-';
	from += *from == '-' || *from == '+';
	at = read_digits(from, end, &number->exponent);
	if (at)
		number->exponent_digits = at - from;
	return at;
}

static const char *read_number(const char *at, struct text_end *end, struct numeral *number)
{
	const char *from;

	number->negative = *at == '-';
	from = at + number->negative;
	at = *from == '0' ? from + 1 : read_digits(from, end, &number->digits);
	if (!at)
		return NULL;
	number->whole = at - from;
	if (*at == '.')
		at = read_fraction(at, end, number);
	if (at && (*at == 'e' || *at == 'E'))
		at = read_exponent(at, end, number);
	return at;
}

static bool is_surely_in_range(const struct numeral *number)
{
	if (!number->real)
		return number->whole <= INTEGER_DIGITS;
	return number->whole <= REAL_DIGITS && number->exponent_digits <= EXPONENT_DIGITS;
}

/* Those that are exact. */
static const double tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
			      1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
			      1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/*
 * A number in range that needs no rounding but that of one division or multiplication, which is
 * then the right one (W. D. Clinger, "How to read floating point numbers accurately").
 */
static bool read_exactly(const struct numeral *number, double *real)
{
	ptrdiff_t exponent = (ptrdiff_t)number->exponent, last = sizeof(tens) / sizeof(*tens) - 1;

	exponent = (number->negative_exponent ? -exponent : exponent) - number->fraction;
	if (FLT_EVAL_METHOD != 0 || number->whole + number->fraction > MANTISSA_DIGITS ||
	    number->digits > EXACT_MANTISSA || exponent < -last || exponent > last)
		return false;
	*real = (double)number->digits;
	*real = exponent < 0 ? *real / tens[-exponent] : *real * tens[exponent];
	if (number->negative)
		*real = -*real;
	return true;
}

static void make_integer(struct json_value *value, uint64_t digits, bool negative)
{
	const int64_t integer = (int64_t)digits;

	value->type = JSON_VALUE_INTEGER;
	value->integer = negative ? -integer : integer;
}

/* What needs more care than is taken here, jansson reads. */
static bool read_by_jansson(const char *text, size_t length, struct json_value *value)
{
	json_t *json = json_loadb(text, length, JSON_DECODE_ANY, NULL);

	if (!json)
		return false;
	if (json_is_integer(json))
		*value = (struct json_value){.type = JSON_VALUE_INTEGER,
					     .integer = json_integer_value(json)};
	else
		*value =
			(struct json_value){.type = JSON_VALUE_REAL, .real = json_real_value(json)};
	json_decref(json);
	return true;
}

static const char *any_number(const char *from, struct text_end *end, struct json_value *value)
{
	struct numeral number = {.negative = false};
	const char *at = read_number(from, end, &number);
	struct json_value unwanted;
	double real;

	if (!at)
		return NULL;
	if (at == end->at)
		return text_stop(end, at);
	if (!is_surely_in_range(&number))
		return read_by_jansson(from, (size_t)(at - from), value ? value : &unwanted)
			       ? at
			       : text_refuse(end);
	if (!value)
		return at;
	if (!number.real)
		make_integer(value, number.digits, number.negative);
	else if (read_exactly(&number, &real))
		*value = (struct json_value){.type = JSON_VALUE_REAL, .real = real};
	else if (!read_by_jansson(from, (size_t)(at - from), value))
		return text_refuse(end);
	return at;
}

static bool goes_on(char byte)
{
	return byte == '.' || byte == 'e' || byte == 'E';
}

/* Most have few digits and no exponent. */
const char *text_number(const char *from, struct text_end *end, struct json_value *value)
{
	const bool negative = *from == '-';
	const char *first = from + negative, *point, *at;
	uint64_t digits = 0;
	double real;

	point = *first == '0' ? first + 1 : add_digits(first, &digits);
	at = *point == '.' ? add_digits(point + 1, &digits) : point;
	if (point == first || at == point + 1 || at - first > INTEGER_DIGITS || goes_on(*at) ||
	    digits > EXACT_MANTISSA || FLT_EVAL_METHOD != 0)
		return any_number(from, end, value);
	if (!value)
		return at;
	if (at == point) {
		make_integer(value, digits, negative);
		return at;
	}
	real = (double)digits / tens[at - point - 1];
	*value = (struct json_value){.type = JSON_VALUE_REAL, .real = negative ? -real : real};
	return at;
}
