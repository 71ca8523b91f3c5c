#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "runtally/json/value.h"

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
	back = datum_to_json(datum_of_json(json, &arena));
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
	const struct datum *datum, *list;
	struct arena arena;

	(void)state;
	arena_init(&arena, 0);
	datum = datum_of_json(json, &arena);
	json_decref(json);
	list = datum_get(datum, "a");
	assert_int_equal(datum_size(datum), 3);
	assert_int_equal(datum_count(datum), 0);
	assert_int_equal(datum_count(list), 9);
	assert_int_equal(datum_size(list), 0);
	assert_int_equal(datum_item(list, 0)->integer, 1);
	assert_true(datum_item(list, 1)->real == -2.5);
	assert_null(datum_item(list, 9));
	assert_null(datum_item(datum, 0));
	assert_string_equal(datum_text(datum_item(list, 6)), "\xC3\xA9");
	assert_int_equal(datum_item(list, 6)->count, 2);
	assert_null(datum_text(list));
	assert_string_equal(datum_text(datum_get(datum_get(datum, ""), "b")), "x");
	assert_int_equal(datum_get(datum, "b")->integer, 7);
	assert_null(datum_get(datum, "c"));
	assert_null(datum_get(list, "a"));
	arena_release(&arena);
}

static void test_nothing(void **state)
{
	(void)state;
	assert_null(datum_get(NULL, "a"));
	assert_null(datum_item(NULL, 0));
	assert_null(datum_text(NULL));
	assert_int_equal(datum_count(NULL) + datum_size(NULL), 0);
	assert_false(datum_is(NULL, DATUM_NULL));
}

static void test_budget(void **state)
{
	json_t *json = json_loads(text, 0, NULL);
	const struct datum *datum = NULL;
	size_t budget = 0;

	(void)state;
	while (!datum) {
		struct arena arena;

		arena_init(&arena, ++budget);
		datum = datum_of_json(json, &arena);
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
