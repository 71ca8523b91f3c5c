#include "detect.h"

#include <string.h>

enum { PHONE_LEAST = 8, NATIONAL_LEAST = 7, PHONE_MOST = 15 };

/* Marks that stand between the digits of a phone number, some of them not ASCII. */
static size_t phone_mark(struct scan *scan, size_t at)
{
	static const char *const marks[] = {
		"\xC2\xA0",     /* no-break space */
		"\xE2\x80\x91", /* no-break hyphen */
		"\xE2\x80\x93", /* en dash */
		"\xE2\x80\xAF", /* narrow no-break space */
	};
	char byte = scan_byte(scan, at);

	if (byte && strchr(" .-()/", byte))
		return 1;
	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks) && (byte & 0x80); i++)
		if (scan_has(scan, at, marks[i]))
			return strlen(marks[i]);
	return 0;
}

/* What stands between this group of digits and the next; 0 where none follows soon. */
static size_t gap_length(struct scan *scan, size_t at)
{
	size_t length = 0;

	for (int marks = 0; marks < 3; marks++) {
		size_t mark = phone_mark(scan, at + length);

		if (!mark || scan_has(scan, at + length, ". ")) /* ends a sentence */
			break;
		length += mark;
	}
	return is_digit(scan_byte(scan, at + length)) ? length : 0;
}

/* Digits that may be a phone number. */
struct number {
	size_t start, end;
	unsigned digits, groups;
	unsigned sizes[PHONE_MOST]; /* of the groups */
	size_t ends[PHONE_MOST];    /* of the groups, in the text */
};

static unsigned group_size(struct scan *scan, size_t at)
{
	unsigned size = 0;

	while (size <= PHONE_MOST && is_digit(scan_byte(scan, at + size)))
		size++;
	return size;
}

/* Behind a whole number a space is the end of it: `+15551234567 3 times`. */
static bool is_whole(const struct number *number, bool long_prefix, unsigned next_size)
{
	unsigned last = number->sizes[number->groups - 1];

	return last >= 8 ||
	       (number->digits >= (long_prefix ? 13 : 11) && (next_size != last || last > 3));
}

/*
 * Whether a card number begins at one of the later groups of a number. The next groups ask about
 * the same ones again, so what was found out is kept in the scan.
 */
static bool begins_card(struct scan *scan, size_t at, const struct number *number)
{
	if (scan_in_fraction(scan, at) || (at >= scan->no_card_from && at < scan->no_card_to))
		return false;
	if (card_length(scan, at))
		return true;
	if (number->start < scan->no_card_from || number->start >= scan->no_card_to)
		scan->no_card_from = number->groups == 1 ? at : scan->no_card_from;
	scan->no_card_to = at + 1;
	return false;
}

/* As many groups as a phone number can have; stops before a card number. */
static struct number read_number(struct scan *scan, size_t at)
{
	struct number number = {.start = at, .end = at};
	bool long_prefix = scan_has(scan, at, "00");

	for (;;) {
		unsigned size = group_size(scan, at);
		size_t gap;

		if (!size || number.digits + size > PHONE_MOST ||
		    (number.groups && begins_card(scan, at, &number)))
			return number;
		number.end = at + size;
		number.sizes[number.groups] = size;
		number.ends[number.groups++] = number.end;
		number.digits += size;
		gap = gap_length(scan, number.end);
		if (!gap || (scan_byte(scan, number.end) == ' ' &&
			     is_whole(&number, long_prefix, group_size(scan, number.end + gap))))
			return number;
		at = number.end + gap;
	}
}

static void drop_last_group(struct number *number)
{
	number->digits -= number->sizes[--number->groups];
	number->end = number->groups ? number->ends[number->groups - 1] : number->start;
}

/* The byte behind the first group, where it stands behind each group but the last; else 0. */
static char common_mark(struct scan *scan, const struct number *number)
{
	char mark = scan_byte(scan, number->ends[0]);

	for (unsigned i = 1; i + 1 < number->groups; i++)
		if (scan_byte(scan, number->ends[i]) != mark)
			return 0;
	return mark;
}

/* `1234567.89` */
static bool is_decimal(struct scan *scan, const struct number *number)
{
	return number->groups == 2 && number->sizes[1] <= 2 && common_mark(scan, number) == '.';
}

/* `2026-11-20` and what may follow it, `20.11.2026`, `192.168.100.200` */
static bool is_date_or_address(struct scan *scan, const struct number *number)
{
	const unsigned *sizes = number->sizes;
	char mark;

	if (number->groups < 3)
		return false;
	mark = scan_byte(scan, number->ends[0]);
	if (mark == ' ' || scan_byte(scan, number->ends[1]) != mark)
		return false;
	if (sizes[0] == 4 && sizes[1] == 2 && sizes[2] == 2)
		return true;
	if (sizes[0] <= 2 && sizes[1] <= 2 && sizes[2] == 4 && number->groups == 3)
		return true;
	return mark == '.' && common_mark(scan, number) == '.' && number->groups == 4 &&
	       sizes[0] <= 3 && sizes[1] <= 3 && sizes[2] <= 3 && sizes[3] <= 3;
}

/* A plus sign, also as URLs and JSON within JSON write it. */
static size_t plus_length(struct scan *scan, size_t at)
{
	static const char *const signs[] = {"+", "%2b", "\\u002b", "\xEF\xBC\x8B"};

	for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++)
		if (scan_has(scan, at, signs[i]))
			return strlen(signs[i]);
	return 0;
}

/* E.164: up to 15 digits, none of the country codes begins with 0. */
static bool is_international(struct scan *scan, size_t plus, struct number *number)
{
	size_t at = scan->at + plus;

	if (scan_byte(scan, scan->at) == '+' && is_alnum(scan_before(scan)))
		return false;
	if (scan_byte(scan, at) == '(')
		at++;
	if (scan_byte(scan, at) == '0')
		return false;
	*number = read_number(scan, at);
	return number->digits >= PHONE_LEAST && !is_decimal(scan, number);
}

/* The seconds of `15:31:15.561286`. */
static bool is_seconds(struct scan *scan)
{
	const char *before = scan->text + scan->at - 6;

	return scan->at >= 6 && is_digit(before[0]) && is_digit(before[1]) && before[2] == ':' &&
	       is_digit(before[3]) && is_digit(before[4]) && before[5] == ':' &&
	       group_size(scan, scan->at) == 2;
}

/* Ids, paths, prices and fractions: what stands right before is part of them. */
static bool is_tail(struct scan *scan)
{
	char before = scan_before(scan);

	return strchr("_-/$#+", before) || scan_in_fraction(scan, scan->at) || before == '\xA3' ||
	       before == '\xAC' || before == '\xA5'; /* last bytes of pound, euro and yen */
}

/* The same with what stands right after. */
static bool is_head(struct scan *scan, size_t end)
{
	char after = scan_byte(scan, end);

	if (after == '%') /* of a URL's escape, or a percentage */
		return !is_hex(scan_byte(scan, end + 1)) || !is_hex(scan_byte(scan, end + 2));
	if (after == '_' || (is_letter(after) && lower(after) != 'x'))
		return true;
	if (after == '.')
		return !is_letter(scan_byte(scan, end + 1)) && scan_continues(scan, end + 1);
	return (after == '-' || after == ':' || after == '/') && scan_continues(scan, end + 1);
}

/* `(555) 123-4567`, but not `(5551234567)`, where the digits alone are the number. */
static bool opens_area_code(struct scan *scan)
{
	unsigned size = group_size(scan, scan->at + 1);

	return size && size < 6 && scan_byte(scan, scan->at + 1 + size) == ')';
}

static bool is_national(struct scan *scan, struct number *number)
{
	bool open = scan_byte(scan, scan->at) == '(';

	if (open && !opens_area_code(scan))
		return false;
	if (is_tail(scan) || is_seconds(scan))
		return false;
	*number = read_number(scan, scan->at + open);
	while (number->digits >= NATIONAL_LEAST &&
	       (is_decimal(scan, number) || is_date_or_address(scan, number) ||
		is_head(scan, number->end)))
		drop_last_group(number);
	return number->digits >= NATIONAL_LEAST && beside_phone_word(scan, number->end);
}

bool detect_phone(struct scan *scan, struct match *match)
{
	size_t plus = plus_length(scan, scan->at);
	struct number number;

	if (plus ? !is_international(scan, plus, &number) : !is_national(scan, &number))
		return false;
	*match = (struct match){.start = scan->at, .end = number.end, .kind = REDACT_PHONE};
	return true;
}

/*
 * Bots, cards and phone numbers have seven digits and more. Fewer may be the first group of them if
 * more digits follow, with no more than marks between.
 */
bool may_begin_number(struct scan *scan)
{
	const char *text = scan->text + scan->at;
	size_t at = 0;

	while (at < NATIONAL_LEAST && is_digit(text[at]))
		at++;
	scan->steps += at + 1;
	if (at == NATIONAL_LEAST)
		return true;
	if (is_letter(text[at]))
		return false;
	while (text[at] && strchr(" .-()/", text[at]))
		at++;
	return is_digit(text[at]) || (unsigned char)text[at] >= 0x80;
}
