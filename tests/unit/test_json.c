#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtally/base/arena.h"
#include "runtally/base/error.h"
#include "runtally/base/strbuf.h"
#include "runtally/json/json.h"

static struct arena arena;

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, 0);
	json_use_arena(&arena);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	json_use_arena(NULL);
	arena_release(&arena);
	return 0;
}

static void test_parse_errors(void **state)
{
#define BYTES(text) (text), sizeof(text) - 1
	static const struct {
		const char *bytes;
		size_t length, line, column;
		const char *error;
	} cases[] = {
		{BYTES(""), 1, 1, "line 1, column 1: ends too early"},
		{BYTES(""), 7, 9, "line 7, column 9: ends too early"},
		{NULL, 0, 1, 1, "line 1, column 1: ends too early"},
		{BYTES("{"), 1, 1, "line 1, column 1: ends too early"},
		{BYTES("{\"a\":"), 1, 1, "line 1, column 5: ends too early"},
		{BYTES("\"abc"), 1, 1, "line 1, column 4: ends too early"},
		{BYTES("{\"a\":1,\"a\":2}"), 1, 1, "line 1, column 10: duplicate key"},
		{BYTES("{\"x\":{\"a\":1,\n\"a\":1}}"), 4, 5, "line 5, column 3: duplicate key"},
		{BYTES("[1,]"), 1, 1, "line 1, column 4: not JSON"},
		{BYTES("[1,]"), 3, 11, "line 3, column 14: not JSON"},
		{BYTES("[\n\n  tru]"), 3, 11, "line 5, column 5: not JSON"},
		{BYTES("[\"\xC3\xA4\xC3\xA4\", x]"), 1, 1, "line 1, column 8: not JSON"},
		{BYTES("[1] [2]"), 1, 1,
		 "line 1, column 5: something follows the end of the value"},
		{BYTES("\"\\u0000\""), 1, 1, "line 1, column 8: holds the character NUL"},
		{BYTES("{\"\\u0000\":1}"), 1, 1, "line 1, column 9: holds the character NUL"},
		{BYTES("[1\0]"), 1, 1, "line 1, column 3: holds the character NUL"},
		{BYTES("1\0"), 2, 5, "line 2, column 6: holds the character NUL"},
		{BYTES("[\"\xC3\xA4\",\n \0]"), 2, 5, "line 3, column 2: holds the character NUL"},
		{BYTES("\"\\ud800\""), 1, 1, "line 1, column 8: not JSON"},
		{BYTES("\"\xFF\""), 1, 1, "line 1, column 1: not UTF-8"},
		{BYTES("9223372036854775808"), 1, 1, "line 1, column 19: number out of range"},
		{BYTES("1e400"), 1, 1, "line 1, column 5: number out of range"},
		{BYTES("NaN"), 1, 1, "line 1, column 3: not JSON"},
		{BYTES("// no\n1"), 1, 1, "line 1, column 1: not JSON"},
		{BYTES("\"\x1B[31m\""), 1, 1, "line 1, column 1: not JSON"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = {.text = "not set"};

		assert_null(json_parse(cases[i].bytes, cases[i].length, cases[i].line,
				       cases[i].column, &err));
		assert_string_equal(err.text, cases[i].error);
	}
}

static void test_parse_reads_any_value(void **state)
{
	struct error err;

	(void)state;
	assert_true(json_is_object(json_parse(BYTES(" {\"a\": [1, 2.5, null]} "), 1, 1, &err)));
	assert_true(json_is_array(json_parse(BYTES("[]"), 1, 1, &err)));
	assert_true(json_is_string(json_parse(BYTES("\"\""), 1, 1, &err)));
	assert_true(json_is_null(json_parse(BYTES("null"), 1, 1, &err)));
	assert_int_equal(json_integer_value(json_parse(BYTES("12345"), 1, 1, &err)), 12345);
	/* The length counts, not a NUL after it. */
	assert_int_equal(json_integer_value(json_parse("12345", 2, 1, 1, &err)), 12);
}

static char *nested(size_t levels)
{
	char *text = arena_alloc(&arena, levels * 2);

	memset(text, '[', levels);
	memset(text + levels, ']', levels);
	return text;
}

static void test_depth(void **state)
{
	struct error err = {.text = ""};

	(void)state;
	assert_non_null(json_parse(nested(2048), 4096, 1, 1, &err));
	assert_null(json_parse(nested(2049), 4098, 1, 1, &err));
	assert_string_equal(err.text, "line 1, column 2049: deeper than 2048 levels");
}

static bool fits(const char *text, size_t budget, struct error *err)
{
	struct arena small;
	struct arena *before;
	bool read;

	arena_init(&small, budget);
	before = json_use_arena(&small);
	read = json_parse(text, strlen(text), 1, 1, err) != NULL;
	assert_true(json_use_arena(before) == &small);
	arena_release(&small);
	return read;
}

static void test_budget(void **state)
{
	static const char text[] =
		"{\"runs\": [{\"id\": \"r1\", \"score\": 0.5}, {}, [[]], \"x\"]}";
	struct error err = {.text = ""};
	char expected[80];
	size_t enough = 1;

	(void)state;
	while (!fits(text, enough, &err))
		enough++;
	assert_true(enough > sizeof(text));
	assert_true(fits(text, enough + 1, &err));
	assert_false(fits(text, enough - 1, &err));
	snprintf(expected, sizeof(expected), "needs more than %zu bytes of memory", enough - 1);
	assert_string_equal(err.text, expected);
	/* The next text is not blamed for it. */
	assert_false(fits("[", enough, &err));
	assert_string_equal(err.text, "line 1, column 1: ends too early");
}

/* Wherever it ends: within a long text or number, too, which jansson's lexer does not notice. */
static void test_budget_ends_anywhere(void **state)
{
	static const char *const ends[] = {"\"}", "\",\"n\":", "\"]"};
	struct strbuf text = STRBUF_INIT;
	struct error err;

	(void)state;
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		bool fitted = false;

		strbuf_reset(&text);
		strbuf_addstr(&text, i == 2 ? "[" : "{\"a\":[1,2,{}],\"text\":");
		strbuf_addch(&text, '"');
		for (size_t n = 0; n < 700; n++)
			strbuf_addch(&text, 'x');
		strbuf_addstr(&text, ends[i]);
		for (size_t n = 0; i == 1 && n < 300; n++)
			strbuf_addch(&text, '1');
		strbuf_addstr(&text, i == 1 ? "e-290}" : "");
		for (size_t budget = 1; budget < 9000; budget++) {
			bool fit = fits(text.text, budget, &err);

			assert_true(fit || !fitted);
			assert_true(fit || strncmp(err.text, "needs more than ", 16) == 0);
			fitted = fit;
		}
		assert_true(fitted);
	}
	strbuf_release(&text);
}

static void test_budget_in_mib(void **state)
{
	enum { COUNT = 200000 };
	char *text = arena_alloc(&arena, COUNT * 3 + 3);
	struct error err = {.text = ""};
	size_t length = 0;

	(void)state;
	text[length++] = '[';
	for (size_t i = 0; i < COUNT; i++) {
		memcpy(text + length, "{},", 3);
		length += 3;
	}
	text[length - 1] = ']';
	text[length] = '\0';
	assert_false(fits(text, (size_t)2 * 1024 * 1024, &err));
	assert_string_equal(err.text, "needs more than 2 MiB of memory");
	assert_true(fits(text, 0, &err));
}

static void test_arena_and_heap(void **state)
{
	struct error err;
	size_t used = arena.used;
	json_t *json;

	(void)state;
	assert_non_null(json_parse(BYTES("[1]"), 1, 1, &err));
	assert_true(arena.used > used);
	assert_true(json_use_arena(NULL) == &arena);
	used = arena.used;
	json = json_parse(BYTES("[1, {\"a\": 2}]"), 1, 1, &err);
	assert_int_equal(arena.used, used);
	json_decref(json);
	assert_null(json_use_arena(&arena));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_parse_errors, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_parse_reads_any_value, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_depth, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_budget, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_budget_ends_anywhere, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_budget_in_mib, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_arena_and_heap, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
