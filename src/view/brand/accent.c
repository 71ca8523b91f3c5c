#include "runtally/view/accent.h"

#include <math.h>
#include <string.h>

enum { WHITE = 0xffffff, BLACK = 0, STEPS = 255 };

#define LEAST_CONTRAST 4.5

static uint32_t channel(uint32_t color, int shift)
{
	return color >> shift & 0xff;
}

/* https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
static double linear(uint32_t value)
{
	double share = value / 255.0;

	return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4);
}

static double luminance(uint32_t color)
{
	return 0.2126 * linear(channel(color, 16)) + 0.7152 * linear(channel(color, 8)) +
	       0.0722 * linear(channel(color, 0));
}

static double contrast(uint32_t color, uint32_t ground)
{
	double a = luminance(color) + 0.05, b = luminance(ground) + 0.05;

	return a > b ? a / b : b / a;
}

static uint32_t mixed(uint32_t color, uint32_t other, uint32_t step)
{
	uint32_t result = 0;

	for (int shift = 16; shift >= 0; shift -= 8) {
		uint32_t sum =
			channel(color, shift) * (STEPS - step) + channel(other, shift) * step;

		result |= (sum + STEPS / 2) / STEPS << shift;
	}
	return result;
}

/* Ends with `end` itself, which has contrast enough. */
static uint32_t legible(uint32_t color, uint32_t end, uint32_t ground)
{
	uint32_t step = 0;

	while (step < STEPS && contrast(mixed(color, end, step), ground) < LEAST_CONTRAST)
		step++;
	return mixed(color, end, step);
}

static bool parse_color(const char *text, uint32_t *color)
{
	static const char digits[] = "0123456789abcdef";
	size_t length = strlen(text);

	if (text[0] != '#' || (length != 4 && length != 7))
		return false;
	*color = 0;
	for (const char *at = text + 1; *at; at++) {
		char lower = *at >= 'A' && *at <= 'F' ? (char)(*at + ('a' - 'A')) : *at;
		const char *digit = strchr(digits, lower);

		if (!digit)
			return false;
		*color = *color << 4 | (uint32_t)(digit - digits);
		if (length == 4)
			*color = *color << 4 | (uint32_t)(digit - digits);
	}
	return true;
}

bool accent_parse(const char *text, struct accent *accent)
{
	if (!parse_color(text, &accent->color))
		return false;
	accent->light = legible(accent->color, BLACK, ACCENT_LIGHT_GROUND);
	accent->dark = legible(accent->color, WHITE, ACCENT_DARK_GROUND);
	return true;
}
