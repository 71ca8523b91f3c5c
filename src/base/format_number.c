#include "runtally/base/format_number.h"

#include <inttypes.h>

/* Of UINT64_MAX, which is the widest that is asked for. */
enum { DIGITS_MAX = 20 };

/* Appends the sign and gives the magnitude, which INT64_MIN has, too. */
static uint64_t magnitude(struct strbuf *out, int64_t value)
{
	if (value >= 0)
		return (uint64_t)value;
	strbuf_addch(out, '-');
	return 0 - (uint64_t)value;
}

static uint64_t divide_up_from_half(uint64_t value, uint64_t unit)
{
	return value / unit + (value % unit >= unit - unit / 2);
}

void format_digits(struct strbuf *out, uint64_t value, unsigned width)
{
	char digits[DIGITS_MAX];
	size_t at = sizeof(digits);

	for (; value || width || at == sizeof(digits); value /= 10) {
		digits[--at] = (char)('0' + value % 10);
		width -= width > 0;
	}
	strbuf_add(out, digits + at, sizeof(digits) - at);
}

/* `value` with a point before its last `decimals` digits. */
static void add_decimal(struct strbuf *out, uint64_t value, unsigned decimals)
{
	uint64_t unit = 1;

	for (unsigned i = 0; i < decimals; i++)
		unit *= 10;
	format_digits(out, value / unit, 0);
	strbuf_addch(out, '.');
	format_digits(out, value % unit, decimals);
}

/* Drops zeros from the end of the fraction, down to `keep` decimals. */
static void drop_zeros(struct strbuf *out, unsigned decimals, unsigned keep)
{
	size_t length = out->length;

	for (; decimals > keep && out->text[length - 1] == '0'; decimals--)
		length--;
	if (!decimals)
		length--;
	strbuf_truncate(out, length);
}

void format_count(struct strbuf *out, uint64_t count)
{
	uint64_t unit = 1;

	while (count / unit >= 1000)
		unit *= 1000;
	format_digits(out, count / unit, 0);
	while (unit > 1) {
		unit /= 1000;
		strbuf_addch(out, ',');
		format_digits(out, count / unit % 1000, 3);
	}
}

void format_percent(struct strbuf *out, int32_t micro)
{
	uint64_t value;

	if (micro > 999000 && micro < 1000000) {
		strbuf_addstr(out, "> 99.9 %");
	} else if (micro > 0 && micro < 1000) {
		strbuf_addstr(out, "< 0.1 %");
	} else if (micro < 0 && micro > -1000) {
		strbuf_addstr(out, "> -0.1 %");
	} else {
		value = magnitude(out, micro);
		if (value % 1000000 == 0)
			strbuf_addf(out, "%" PRIu64 " %%", value / 10000);
		else {
			add_decimal(out, divide_up_from_half(value, 1000), 1);
			strbuf_addstr(out, " %");
		}
	}
}

/* Four decimals below a dollar, or as many as two significant digits need. */
static unsigned money_decimals(uint64_t nano)
{
	unsigned decimals = 4;

	for (uint64_t least = 1000000; decimals < 9 && nano < least; least /= 10)
		decimals++;
	return decimals;
}

void format_money(struct strbuf *out, int64_t nano)
{
	static const uint64_t units[] = {
		[4] = 100000, [5] = 10000, [6] = 1000, [7] = 100, [8] = 10, [9] = 1};
	uint64_t value = magnitude(out, nano), cents = divide_up_from_half(value, 10000000);
	unsigned decimals = money_decimals(value);

	strbuf_addch(out, '$');
	if (!value) {
		strbuf_addch(out, '0');
	} else if (value >= 1000000000) {
		format_count(out, cents / 100);
		strbuf_addch(out, '.');
		format_digits(out, cents % 100, 2);
	} else {
		add_decimal(out, divide_up_from_half(value, units[decimals]), decimals);
		drop_zeros(out, decimals, 2);
	}
}

void format_duration(struct strbuf *out, int64_t ms)
{
	uint64_t value = magnitude(out, ms);
	uint64_t tenths = divide_up_from_half(value, 100);
	uint64_t seconds = divide_up_from_half(value, 1000);
	uint64_t minutes = divide_up_from_half(value, 60000);

	if (value < 1000) {
		strbuf_addf(out, "%" PRIu64 " ms", value);
	} else if (tenths < 600) {
		add_decimal(out, tenths, 1);
		strbuf_addstr(out, " s");
	} else if (seconds < 3600) {
		strbuf_addf(out, "%" PRIu64 " m %02" PRIu64 " s", seconds / 60, seconds % 60);
	} else {
		strbuf_addf(out, "%" PRIu64 " h %02" PRIu64 " m", minutes / 60, minutes % 60);
	}
}

void format_bytes(struct strbuf *out, uint64_t bytes)
{
	static const char *const names[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
	uint64_t unit = 1000;
	size_t name = 0;

	if (bytes < 1000) {
		strbuf_addf(out, "%" PRIu64 " B", bytes);
		return;
	}
	while (name < 5 && divide_up_from_half(bytes, unit / 10) >= 10000) {
		unit *= 1000;
		name++;
	}
	add_decimal(out, divide_up_from_half(bytes, unit / 10), 1);
	strbuf_addf(out, " %s", names[name]);
}

void format_micro(struct strbuf *out, int32_t micro)
{
	add_decimal(out, magnitude(out, micro), 6);
}

void format_fraction(struct strbuf *out, int32_t micro)
{
	format_micro(out, micro);
	drop_zeros(out, 6, 2);
}

void format_nano(struct strbuf *out, int64_t nano)
{
	add_decimal(out, magnitude(out, nano), 9);
	drop_zeros(out, 9, 0);
}

void format_dollars(struct strbuf *out, int64_t nano)
{
	int64_t micro = nano / 1000 + (nano % 1000 >= 500) - (nano % 1000 <= -500);

	add_decimal(out, magnitude(out, micro), 6);
}

void format_seconds(struct strbuf *out, int64_t ms)
{
	add_decimal(out, magnitude(out, ms), 3);
}

void format_score(struct strbuf *out, int32_t micro)
{
	int32_t hundredths = (micro + 5000) / 10000;

	strbuf_addf(out, "%d.%02d", (int)(hundredths / 100), (int)(hundredths % 100));
}
