#include "runtally/base/nfc.h"

#include <stdint.h>

#include "nfc_table.h"
#include "runtally/base/arena.h"
#include "runtally/base/utf8.h"

/* Below it nothing composes with what stands before, and nothing decomposes for good. */
enum { FIRST_ODD = 0x300 };

/* Hangul syllables are composed by arithmetic (the Unicode standard, 3.12). */
enum {
	L_FIRST = 0x1100,
	V_FIRST = 0x1161,
	T_BEFORE = 0x11a7, /* one before the first final consonant */
	S_FIRST = 0xac00,
	L_COUNT = 19,
	V_COUNT = 21,
	T_COUNT = 28,
	S_COUNT = L_COUNT * V_COUNT * T_COUNT,
};

/* A code point, or bytes that are none, which take part in nothing. */
struct unit {
	uint32_t value;
	unsigned class;
	bool bad;
	char byte;
};

struct units {
	struct unit *items;
	size_t count, capacity;
};

/* ---- what the tables say ---- */

static unsigned class_of(uint32_t value)
{
	size_t low = 0, high = class_range_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (class_ranges[middle].last < value)
			low = middle + 1;
		else
			high = middle;
	}
	return low < class_range_count && class_ranges[low].first <= value ? class_ranges[low].class
									   : 0;
}

static const struct decomposition *decomposition_of(uint32_t value)
{
	size_t low = 0, high = decomposition_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (decompositions[middle].whole < value)
			low = middle + 1;
		else
			high = middle;
	}
	return low < decomposition_count && decompositions[low].whole == value
		       ? &decompositions[low]
		       : NULL;
}

/* 0: they do not compose. */
static uint32_t composite_of(uint32_t first, uint32_t second)
{
	const uint64_t pair = (uint64_t)first << 32 | second;
	size_t low = 0, high = composite_count;

	if (first - L_FIRST < L_COUNT && second - V_FIRST < V_COUNT)
		return S_FIRST + ((first - L_FIRST) * V_COUNT + second - V_FIRST) * T_COUNT;
	if (first - S_FIRST < S_COUNT && (first - S_FIRST) % T_COUNT == 0 &&
	    second - T_BEFORE - 1 < T_COUNT - 1)
		return first + second - T_BEFORE;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct decomposition *found = decomposition_of(composites[middle]);
		uint64_t other = (uint64_t)found->first << 32 | found->second;

		if (other == pair)
			return found->whole;
		if (other < pair)
			low = middle + 1;
		else
			high = middle;
	}
	return 0;
}

/* ---- the form ---- */

static void add_unit(struct units *units, struct unit unit)
{
	units->items = array_reserve(units->items, &units->capacity, units->count + 1,
				     sizeof(*units->items));
	units->items[units->count++] = unit;
}

static void add_decomposed(struct units *units, uint32_t value)
{
	const struct decomposition *found = decomposition_of(value);
	uint32_t syllable = value - S_FIRST;

	if (syllable < S_COUNT) {
		add_decomposed(units, L_FIRST + syllable / (V_COUNT * T_COUNT));
		add_decomposed(units, V_FIRST + syllable / T_COUNT % V_COUNT);
		if (syllable % T_COUNT)
			add_decomposed(units, T_BEFORE + syllable % T_COUNT);
	} else if (found) {
		add_decomposed(units, found->first);
		if (found->second)
			add_decomposed(units, found->second);
	} else {
		add_unit(units, (struct unit){.value = value, .class = class_of(value)});
	}
}

static void decompose(struct units *units, const char *text, size_t length)
{
	for (size_t at = 0; at < length;) {
		struct code_point point = utf8_read(text + at, length - at);

		for (unsigned i = 0; point.bad && i < point.length; i++)
			add_unit(units, (struct unit){.bad = true, .byte = text[at + i]});
		if (!point.bad)
			add_decomposed(units, point.value);
		at += point.length;
	}
}

/* Marks that follow one another stand in the order of their classes. No writing has more. */
enum { MARKS_MOST = 64 };

static void sort_marks(struct unit *marks, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct unit mark = marks[i];
		size_t at = i;

		for (; at && marks[at - 1].class > mark.class; at--)
			marks[at] = marks[at - 1];
		marks[at] = mark;
	}
}

static void sort_all_marks(struct units *units)
{
	for (size_t first = 0, end; first < units->count; first = end + 1) {
		for (end = first; end < units->count && units->items[end].class;)
			end++;
		if (end - first <= MARKS_MOST)
			sort_marks(units->items + first, end - first);
	}
}

/* Each goes into the last starter where nothing of its class or a higher one stands between. */
static void compose(struct units *units)
{
	size_t kept = 0, starter = SIZE_MAX;
	unsigned last = 0; /* class of what was kept behind the starter */

	for (size_t i = 0; i < units->count; i++) {
		struct unit unit = units->items[i];
		bool blocked = starter == SIZE_MAX || unit.bad ||
			       (kept > starter + 1 && last >= unit.class);
		uint32_t whole =
			blocked ? 0 : composite_of(units->items[starter].value, unit.value);

		if (whole) {
			units->items[starter].value = whole;
			continue;
		}
		if (unit.bad)
			starter = SIZE_MAX;
		else if (!unit.class)
			starter = kept;
		last = unit.class;
		units->items[kept++] = unit;
	}
	units->count = kept;
}

void nfc_add(struct strbuf *out, const char *text, size_t length)
{
	struct units units = {.count = 0};

	decompose(&units, text, length);
	sort_all_marks(&units);
	compose(&units);
	for (size_t i = 0; i < units.count; i++) {
		if (units.items[i].bad)
			strbuf_addch(out, units.items[i].byte);
		else
			utf8_add(out, units.items[i].value);
	}
	memory_free(units.items);
}

/* Whether it may compose with what stands before it, or is not left as it is. */
static bool is_odd(uint32_t value)
{
	const struct decomposition *found;

	if (value < FIRST_ODD)
		return false;
	if (class_of(value) || value - V_FIRST < V_COUNT || value - T_BEFORE - 1 < T_COUNT - 1)
		return true;
	found = decomposition_of(value);
	if (found)
		return composite_of(found->first, found->second) != value;
	/* a starter that composes with one before it: vowel signs of India and Indonesia */
	return (value >= 0x900 && value < 0x1200) || (value >= 0x1b00 && value < 0x1c00);
}

bool nfc_is_normal(const char *text, size_t length)
{
	for (size_t at = 0; at < length;) {
		struct code_point point = {.length = 1};

		if ((unsigned char)text[at] >= 0x80)
			point = utf8_read(text + at, length - at);
		if (!point.bad && is_odd(point.value))
			return false;
		at += point.length;
	}
	return true;
}
