#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "runtally/base/utf8.h"

#define COUNT(array)   (sizeof(array) / sizeof(*(array)))
#define BYTES(literal) literal, sizeof(literal) - 1

/* Every code point survives, and no other length is read. */
static void test_round_trip(void **state)
{
	(void)state;
	for (uint32_t value = 0; value <= 0x10FFFF; value++) {
		struct strbuf text = STRBUF_INIT;
		struct code_point point;

		if (value >= 0xD800 && value <= 0xDFFF)
			continue;
		utf8_add(&text, value);
		point = utf8_read(text.text, text.length);
		assert_int_equal(point.value, value);
		assert_int_equal(point.length, text.length);
		assert_false(point.bad);
		for (size_t cut = 1; cut < text.length; cut++) {
			point = utf8_read(text.text, cut);
			assert_true(point.bad);
			assert_int_equal(point.length, cut);
		}
		strbuf_release(&text);
	}
}

static void test_bad(void **state)
{
	static const struct {
		const char *text;
		size_t length;
		unsigned bad;
	} cases[] = {
		{BYTES("\x80"), 1},
		{BYTES("\xBF\xBF"), 1},
		{BYTES("\xC0\x80"), 1},
		{BYTES("\xC1\xBF"), 1},
		{BYTES("\xC2"
		       "a"),
		 1},
		{BYTES("\xE0\x9F\xBF"), 1},
		{BYTES("\xE0\xA0"
		       "a"),
		 2},
		{BYTES("\xED\xA0\x80"), 1},
		{BYTES("\xEF\xBF"), 2},
		{BYTES("\xF0\x8F\xBF\xBF"), 1},
		{BYTES("\xF0\x90\x80"), 3},
		{BYTES("\xF4\x90\x80\x80"), 1},
		{BYTES("\xF5\x80\x80\x80"), 1},
		{BYTES("\xFF"), 1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct code_point point = utf8_read(cases[i].text, cases[i].length);

		assert_true(point.bad);
		assert_int_equal(point.value, 0xFFFD);
		assert_int_equal(point.length, cases[i].bad);
	}
}

static void test_cut(void **state)
{
	static const struct {
		const char *text;
		size_t length, limit, wanted;
	} cases[] = {
		{BYTES(""), 0, 0},
		{BYTES("abc"), 3, 3},
		{BYTES("abc"), 4, 3},
		{BYTES("abc"), 2, 2},
		{BYTES("abc"), 0, 0},
		{BYTES("a\xC3\xA4"
		       "b"),
		 2, 1},
		{BYTES("a\xC3\xA4"
		       "b"),
		 3, 3},
		{BYTES("\xE2\x82\xAC"), 2, 0},
		{BYTES("x\xE2\x82\xACy"), 3, 1},
		{BYTES("x\xE2\x82\xACy"), 4, 4},
		{BYTES("\xF0\x9F\x98\x80z"), 3, 0},
		{BYTES("\xF0\x9F\x98\x80z"), 4, 4},
		{BYTES("a\xF0\x9F\x98\x80z"), 2, 1},
		{BYTES("\x80\x80\x80\x80"), 2, 2},
		{BYTES("ab\xE2\x82"), 3, 3},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(utf8_cut(cases[i].text, cases[i].length, cases[i].limit),
				 cases[i].wanted);
}

static void test_columns(void **state)
{
	static const struct {
		const char *text;
		size_t columns;
	} cases[] = {
		{"", 0},
		{"abc", 3},
		{"\xC3\xA4\xE2\x82\xAC", 2},
		{"a\xCC\x88", 1},                    /* a, U+0308 */
		{"\xE4\xB8\xAD\xE6\x96\x87", 4},     /* two ideographs */
		{"\xED\x95\x9C", 2},                 /* a Hangul syllable */
		{"\xE1\x84\x92\xE1\x85\xA1", 2},     /* the same of two letters */
		{"\xF0\x9F\x98\x80\xEF\xB8\x8F", 2}, /* emoji, variation selector */
		{"\xEF\xBC\xA1", 2},                 /* full-width A */
		{"\xE2\x80\x8B\xE2\x80\xAE", 0},     /* U+200B, U+202E */
		{"\xD7\xA9\xD6\xBC", 1},             /* Hebrew letter and point */
		{"\xFF\xE2\x82z", 3},                /* one a bad sequence */
		{"\xF0\xA0\x80\x80", 2},             /* U+20000 */
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(utf8_columns(cases[i].text, strlen(cases[i].text)),
				 cases[i].columns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_columns),
	};

	return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
