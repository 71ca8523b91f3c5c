#include "runtally/base/parse_number.h"

#include <stddef.h>
#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Appends a digit to *value; false beyond `max`. */
static bool push_digit(uint64_t *value, char digit, uint64_t max)
{
	uint64_t units = (uint64_t)(digit - '0');

	if (*value > max / 10 || units > max - *value * 10)
		return false;
	*value = *value * 10 + units;
	return true;
}

/* Reads one digit or more; NULL where there is none or the number is beyond `max`. */
static const char *read_digits(const char *text, uint64_t max, uint64_t *value)
{
	if (!is_digit(*text))
		return NULL;
	for (; is_digit(*text); text++)
		if (!push_digit(value, *text, max))
			return NULL;
	return text;
}

/* `text` is at the point or at the end. */
static const char *read_fraction(const char *text, unsigned decimals, uint64_t max, uint64_t *value)
{
	if (*text == '.' && !is_digit(*++text))
		return NULL;
	for (; decimals; decimals--)
		if (!push_digit(value, is_digit(*text) ? *text++ : '0', max))
			return NULL;
	while (*text == '0')
		text++;
	return text;
}

bool parse_decimal(const char *text, unsigned decimals, int64_t max, int64_t *out)
{
	uint64_t value = 0;

	text = read_digits(text, (uint64_t)max, &value);
	if (text)
		text = read_fraction(text, decimals, (uint64_t)max, &value);
	if (!text || *text)
		return false;
	*out = (int64_t)value;
	return true;
}

static bool read_suffix(const char *text, unsigned *shift)
{
	static const char letters[] = "kKmMgG";
	const char *letter;

	*shift = 0;
	if (!*text)
		return true;
	letter = strchr(letters, *text);
	if (!letter || text[1])
		return false;
	*shift = 10 * ((unsigned)(letter - letters) / 2 + 1);
	return true;
}

bool parse_size(const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;
	unsigned shift;

	text = read_digits(text, max, &value);
	if (!text || !read_suffix(text, &shift) || value > max >> shift || value << shift < min)
		return false;
	*out = value << shift;
	return true;
}

bool parse_duration_ms(const char *text, int64_t max, int64_t *out)
{
	uint64_t value = 0, seconds = 0;
	const char *unit = read_digits(text, (uint64_t)max, &value);

	if (unit && (!*unit || strcmp(unit, "ms") == 0)) {
		*out = (int64_t)value;
		return true;
	}
	text = read_digits(text, (uint64_t)max, &seconds);
	if (text)
		text = read_fraction(text, 3, (uint64_t)max, &seconds);
	if (!text || strcmp(text, "s") != 0)
		return false;
	*out = (int64_t)seconds;
	return true;
}

bool parse_age_ms(const char *text, int64_t max_days, int64_t *out)
{
	const int64_t hour_ms = 3600 * 1000;
	uint64_t hours = 0;
	const char *unit = read_digits(text, (uint64_t)max_days * 24, &hours);
	int64_t days;

	if (unit && strcmp(unit, "h") == 0 && hours) {
		*out = (int64_t)hours * hour_ms;
		return true;
	}
	if (!parse_age_days(text, max_days, &days))
		return false;
	*out = days * 24 * hour_ms;
	return true;
}

bool parse_age_days(const char *text, int64_t max, int64_t *out)
{
	uint64_t value = 0;

	text = read_digits(text, (uint64_t)max, &value);
	if (!text || (*text != 'd' && *text != 'w') || text[1])
		return false;
	if (*text == 'w')
		value = value > (uint64_t)max / 7 ? 0 : value * 7;
	if (!value)
		return false;
	*out = (int64_t)value;
	return true;
}
