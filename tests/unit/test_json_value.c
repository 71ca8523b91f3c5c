#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "runtally/json/json.h"

static const char text[] =
	"{\"a\":[1,-2.5,true,false,null,\"\",\"\xC3\xA9\",[],{}],\"\":{\"b\":\"x\"},"
	"\"b\":7}";

static void test_there_and_back(void **state)
{
	json_t *json = json_loads(text, 0, NULL), *back;
	struct arena arena;
	char *dump;

	(void)state;
	arena_init(&arena, 0);
	back = json_value_to_jansson(json_value_of_jansson(json, &arena));
	dump = json_dumps(back, JSON_COMPACT);
	assert_string_equal(dump, text);
	free(dump);
	json_decref(json);
	json_decref(back);
	arena_release(&arena);
}

static void test_looked_at(void **state)
{
	json_t *json = json_loads(text, 0, NULL);
	const struct json_value *value, *list;
	struct arena arena;

	(void)state;
	arena_init(&arena, 0);
	value = json_value_of_jansson(json, &arena);
	json_decref(json);
	list = json_value_get(value, "a");
	assert_int_equal(json_value_size(value), 3);
	assert_int_equal(json_value_count(value), 0);
	assert_int_equal(json_value_count(list), 9);
	assert_int_equal(json_value_size(list), 0);
	assert_int_equal(json_value_item(list, 0)->integer, 1);
	assert_true(json_value_item(list, 1)->real == -2.5);
	assert_null(json_value_item(list, 9));
	assert_null(json_value_item(value, 0));
	assert_string_equal(json_value_text(json_value_item(list, 6)), "\xC3\xA9");
	assert_int_equal(json_value_item(list, 6)->count, 2);
	assert_null(json_value_text(list));
	assert_string_equal(json_value_text(json_value_get(json_value_get(value, ""), "b")), "x");
	assert_int_equal(json_value_get(value, "b")->integer, 7);
	assert_null(json_value_get(value, "c"));
	assert_null(json_value_get(list, "a"));
	arena_release(&arena);
}

static void test_nothing(void **state)
{
	(void)state;
	assert_null(json_value_get(NULL, "a"));
	assert_null(json_value_item(NULL, 0));
	assert_null(json_value_text(NULL));
	assert_int_equal(json_value_count(NULL) + json_value_size(NULL), 0);
	assert_false(json_value_is(NULL, JSON_VALUE_NULL));
}

static void test_budget(void **state)
{
	json_t *json = json_loads(text, 0, NULL);
	const struct json_value *value = NULL;
	size_t budget = 0;

	(void)state;
	while (!value) {
		struct arena arena;

		arena_init(&arena, ++budget);
		value = json_value_of_jansson(json, &arena);
		assert_true(arena.used <= budget + sizeof(max_align_t));
		arena_release(&arena);
	}
	assert_in_range(budget, 100, 2000);
	json_decref(json);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_looked_at),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_budget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
