#include "detect.h"

#include <string.h>

enum { CARD_LEAST = 13, CARD_MOST = 19 };

size_t uuid_length(struct scan *scan, size_t at)
{
	static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	const size_t length = sizeof(shape) - 1;

	if (!scan_has_dash(scan, at + 8) || scan->length - at < length)
		return 0;
	scan->steps += length;
	for (size_t i = 0; i < length; i++) {
		char byte = scan->text[at + i];

		if (shape[i] == 'x' ? !is_hex(byte) : byte != '-')
			return 0;
	}
	return is_alnum(scan_byte(scan, at + length)) ? 0 : length;
}

/* First digits that issuers have (ISO/IEC 7812), as ranges of four, and the lengths in use. */
static const struct {
	unsigned first, last, least, most;
} issuers[] = {
	{2200, 2204, 16, 19}, {2221, 2720, 16, 16}, {3000, 3059, 14, 19}, {3400, 3499, 15, 15},
	{3528, 3589, 16, 19}, {3600, 3699, 14, 19}, {3700, 3799, 15, 15}, {3800, 3999, 14, 19},
	{4000, 4999, 13, 19}, {5018, 5018, 13, 19}, {5020, 5020, 13, 19}, {5038, 5038, 13, 19},
	{5100, 5599, 16, 16}, {5893, 5893, 13, 19}, {6011, 6011, 16, 19}, {6200, 6299, 16, 19},
	{6304, 6304, 13, 19}, {6440, 6599, 16, 19}, {6759, 6763, 13, 19},
};

static bool has_issuer(const char *digits, size_t count)
{
	unsigned four = 0;

	for (int i = 0; i < 4; i++)
		four = four * 10 + (unsigned)(digits[i] - '0');
	for (size_t i = 0; i < sizeof(issuers) / sizeof(*issuers); i++)
		if (four >= issuers[i].first && four <= issuers[i].last &&
		    count >= issuers[i].least && count <= issuers[i].most)
			return true;
	return false;
}

/* ISO/IEC 7812-1, annex B */
static bool luhn(const char *digits, size_t count)
{
	unsigned sum = 0;

	for (size_t i = 0; i < count; i++) {
		unsigned digit = (unsigned)(digits[count - 1 - i] - '0');

		if (i % 2)
			digit = digit > 4 ? digit * 2 - 9 : digit * 2;
		sum += digit;
	}
	return sum % 10 == 0;
}

static bool is_card(const char *digits, size_t count)
{
	return count >= CARD_LEAST && has_issuer(digits, count) && luhn(digits, count);
}

/* Groups of digits with a single space or dash between; the longest that is a card number. */
size_t card_length(struct scan *scan, size_t at)
{
	char digits[CARD_MOST];
	size_t count = 0, best = 0, i = 0;

	for (;; i++) {
		char byte;

		for (; is_digit(byte = scan_byte(scan, at + i)); i++) {
			if (count == CARD_MOST)
				return best;
			digits[count++] = byte;
		}
		if (is_letter(byte))
			return best;
		if (is_card(digits, count) &&
		    !(byte == '.' && !is_letter(scan_byte(scan, at + i + 1)) &&
		      scan_continues(scan, at + i + 1)))
			best = i;
		if ((byte != ' ' && byte != '-') || !is_digit(scan_byte(scan, at + i + 1)))
			return best;
	}
}

bool detect_card(struct scan *scan, struct match *match)
{
	bool known = scan->at >= scan->no_card_from && scan->at < scan->no_card_to;
	size_t length = known || scan_in_fraction(scan, scan->at) ? 0 : card_length(scan, scan->at);

	*match = (struct match){.start = scan->at, .end = scan->at + length, .kind = REDACT_CARD};
	return length > 0;
}
