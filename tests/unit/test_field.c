#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/field_table.h"
#include "runtally/base/arena.h"
#include "runtally/base/error.h"
#include "runtally/base/strbuf.h"
#include "runtally/json/json.h"

static struct arena arena;
static struct remarks remarks;

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, 0);
	remarks = (struct remarks){.arena = &arena};
	json_use_arena(&arena);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	json_use_arena(NULL);
	remarks_release(&remarks);
	arena_release(&arena);
	return 0;
}

static struct field root_of(const char *text)
{
	struct error err;
	const struct json_value *json = json_read(text, strlen(text), 1, 1, &err);

	if (!json)
		fail_msg("%s: %s", text, err.text);
	remarks_release(&remarks);
	return field_root(json, &remarks);
}

/* "E path: text\n" a remark */
static const char *remarks_text(void)
{
	struct strbuf out = STRBUF_INIT;
	const char *text;

	for (size_t i = 0; i < remarks.count; i++)
		strbuf_addf(&out, "%s%c %s: %s", i ? "\n" : "",
			    remarks.items[i].severity == SEVERITY_ERROR ? 'E' : 'W',
			    remarks.items[i].path, remarks.items[i].text);
	text = arena_strndup(&arena, out.text, out.length);
	strbuf_release(&out);
	return text;
}

#define EVERY_TYPE                                                                                 \
	"{\"object\": {\"x\": 1}, \"list\": [1, null, {}], \"text\": \"word\", \"empty\": \"\", "  \
	"\"integer\": 7, \"real\": 7.5, \"whole\": 7.0, \"true\": true, \"false\": false, "        \
	"\"null\": null}"

enum read_as { AS_OBJECT, AS_LIST, AS_TEXT, AS_ID, AS_BOOL, AS_INTEGER, AS_MS, AS_MONEY, AS_MICRO };

static const char *read_number(const struct field *root, const char *key, enum read_as as)
{
	int64_t value = -5;
	bool known = as == AS_INTEGER ? field_whole(root, key, 100, &value)
		     : as == AS_MS    ? field_ms(root, key, &value)
		     : as == AS_MONEY ? field_money(root, key, &value)
				      : field_micro(root, key, &value);

	if (!known)
		assert_int_equal(value, -5);
	return known ? arena_printf(&arena, "%lld", (long long)value) : "absent";
}

static const char *read_member(const struct field *root, const char *key, enum read_as as)
{
	enum flag flag;
	const char *text;

	switch (as) {
	case AS_OBJECT:
		return field_object(root, key).json ? "here" : "absent";
	case AS_LIST:
		return field_list(root, key).json ? "here" : "absent";
	case AS_TEXT:
		text = field_text(root, key);
		return text ? text : "absent";
	case AS_ID:
		text = field_id(root, key);
		return text ? text : "absent";
	case AS_BOOL:
		flag = field_flag(root, key);
		return flag == FLAG_TRUE ? "yes" : flag == FLAG_FALSE ? "no" : "absent";
	default:
		return read_number(root, key, as);
	}
}

static void test_types(void **state)
{
	static const struct {
		const char *key;
		enum read_as as;
		const char *value, *remark;
	} cases[] = {
		{"object", AS_OBJECT, "here", ""},
		{"nothing", AS_OBJECT, "absent", ""},
		{"null", AS_OBJECT, "absent", ""},
		{"list", AS_OBJECT, "absent", "E list: is a list, not an object"},
		{"list", AS_LIST, "here", ""},
		{"nothing", AS_LIST, "absent", ""},
		{"null", AS_LIST, "absent", ""},
		{"object", AS_LIST, "absent", "E object: is an object, not a list"},
		{"text", AS_TEXT, "word", ""},
		{"empty", AS_TEXT, "", ""},
		{"nothing", AS_TEXT, "absent", ""},
		{"null", AS_TEXT, "absent", ""},
		{"integer", AS_TEXT, "absent", "E integer: is a number, not a string"},
		{"true", AS_TEXT, "absent", "E true: is a boolean, not a string"},
		{"text", AS_ID, "word", ""},
		{"integer", AS_ID, "7", ""},
		{"empty", AS_ID, "absent", ""},
		{"nothing", AS_ID, "absent", ""},
		{"null", AS_ID, "absent", ""},
		{"whole", AS_ID, "absent", "E whole: is a number, not a string"},
		{"object", AS_ID, "absent", "E object: is an object, not a string"},
		{"true", AS_BOOL, "yes", ""},
		{"false", AS_BOOL, "no", ""},
		{"nothing", AS_BOOL, "absent", ""},
		{"null", AS_BOOL, "absent", ""},
		{"integer", AS_BOOL, "absent", "E integer: is a number, not a boolean"},
		{"text", AS_BOOL, "absent", "E text: is a string, not a boolean"},
		{"integer", AS_INTEGER, "7", ""},
		{"whole", AS_INTEGER, "7", ""},
		{"real", AS_INTEGER, "absent", "E real: is not a whole number"},
		{"nothing", AS_INTEGER, "absent", ""},
		{"null", AS_INTEGER, "absent", ""},
		{"text", AS_INTEGER, "absent", "E text: is a string, not a number"},
		{"integer", AS_MS, "7", ""},
		{"real", AS_MS, "8", ""},
		{"nothing", AS_MS, "absent", ""},
		{"null", AS_MS, "absent", ""},
		{"list", AS_MS, "absent", "E list: is a list, not a number"},
		{"integer", AS_MONEY, "7000000000", ""},
		{"real", AS_MONEY, "7500000000", ""},
		{"nothing", AS_MONEY, "absent", ""},
		{"null", AS_MONEY, "absent", ""},
		{"text", AS_MONEY, "absent", "E text: is a string, not a number"},
		{"integer", AS_MICRO, "7000000", ""},
		{"real", AS_MICRO, "7500000", ""},
		{"nothing", AS_MICRO, "absent", ""},
		{"null", AS_MICRO, "absent", ""},
		{"false", AS_MICRO, "absent", "E false: is a boolean, not a number"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct field root = root_of(EVERY_TYPE);

		assert_string_equal(read_member(&root, cases[i].key, cases[i].as), cases[i].value);
		assert_string_equal(remarks_text(), cases[i].remark);
	}
}

static void test_ranges(void **state)
{
	static const struct {
		const char *number;
		enum read_as as;
		const char *value, *remark;
	} cases[] = {
		{"100", AS_INTEGER, "100", ""},
		{"101", AS_INTEGER, "absent", "E n: is not within 0 to 100"},
		{"0", AS_INTEGER, "0", ""},
		{"-0.0", AS_INTEGER, "0", ""},
		{"-1", AS_INTEGER, "absent", "E n: is not within 0 to 100"},
		{"1e300", AS_INTEGER, "absent", "E n: is not within 0 to 100"},
		{"-1e300", AS_INTEGER, "absent", "E n: is not within 0 to 100"},
		{"9223372036854775807", AS_INTEGER, "absent", "E n: is not within 0 to 100"},
		{"9223372036854775808.0", AS_INTEGER, "absent", "E n: is not within 0 to 100"},
		{"0", AS_MS, "0", ""},
		{"-0.0", AS_MS, "0", ""},
		{"-1", AS_MS, "absent", "E n: is not within 0 to 4294967295"},
		{"-0.001", AS_MS, "absent", "E n: is not within 0 to 4294967295"},
		{"4294967295", AS_MS, "4294967295", ""},
		{"4294967296", AS_MS, "absent", "E n: is not within 0 to 4294967295"},
		{"4294967295.5", AS_MS, "absent", "E n: is not within 0 to 4294967295"},
		{"1e300", AS_MS, "absent", "E n: is not within 0 to 4294967295"},
		{"1240.4999", AS_MS, "1240", ""},
		{"0", AS_MONEY, "0", ""},
		{"0.0034", AS_MONEY, "3400000", ""},
		{"0.000000001", AS_MONEY, "1", ""},
		{"0.1", AS_MONEY, "100000000", ""},
		{"1000000", AS_MONEY, "1000000000000000", ""},
		{"999999.999999999", AS_MONEY, "999999999999999", ""},
		{"1000001", AS_MONEY, "absent", "E n: is not within 0 to 1000000"},
		{"1000000.01", AS_MONEY, "absent", "E n: is not within 0 to 1000000"},
		{"-0.01", AS_MONEY, "absent", "E n: is not within 0 to 1000000"},
		{"1e300", AS_MONEY, "absent", "E n: is not within 0 to 1000000"},
		{"0.92", AS_MICRO, "920000", ""},
		{"0.7999999", AS_MICRO, "800000", ""},
		{"1000", AS_MICRO, "1000000000", ""},
		{"-1000", AS_MICRO, "-1000000000", ""},
		{"1000.5", AS_MICRO, "absent", "E n: is not within -1000 to 1000"},
		{"-1001", AS_MICRO, "absent", "E n: is not within -1000 to 1000"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct field root = root_of(arena_printf(&arena, "{\"n\": %s}", cases[i].number));

		assert_string_equal(read_member(&root, "n", cases[i].as), cases[i].value);
		assert_string_equal(remarks_text(), cases[i].remark);
	}
}

static void test_integer_extremes(void **state)
{
	struct field root = root_of("[9223372036854775807, -9223372036854775808, -9.3e18, 1e15]");
	int64_t value = 5;
	struct field items[4];

	(void)state;
	for (size_t i = 0; i < 4; i++)
		items[i] = field_item(&root, i);
	assert_true(field_whole(&items[0], NULL, INT64_MAX, &value));
	assert_true(value == INT64_MAX);
	assert_false(field_whole(&items[1], NULL, INT64_MAX, &value));
	assert_false(field_whole(&items[2], NULL, INT64_MAX, &value));
	assert_true(value == INT64_MAX);
	assert_true(field_whole(&items[3], NULL, INT64_MAX, &value));
	assert_true(value == INT64_C(1000000000000000));
}

/* The member as a row of that type reads it into an int64_t that was 5; whether there is any. */
static bool read_time(const struct field *root, const char *key, int64_t *ms)
{
	struct {
		int64_t ms;
		bool any;
	} into = {5, true};
	const struct field_row rows[] = {
		{key, FIELD_TIME, .also = (uint16_t)((char *)&into.any - (char *)&into)},
		{0},
	};

	assert_int_equal(fields_read(root, rows, &into, NULL, NULL), 0);
	*ms = into.ms;
	return into.any;
}

static void test_time(void **state)
{
	struct field root =
		root_of("{\"good\": \"2026-11-20T10:00:00.250+01:00\", \"word\": \"now\", "
			"\"list\": [\"2026-11-20T10:00:00Z\"], \"null\": null}");
	static const char *const odd[] = {"word", "list"};
	int64_t ms;

	(void)state;
	assert_false(read_time(&root, "nothing", &ms));
	assert_int_equal(ms, 5);
	assert_false(read_time(&root, "null", &ms));
	assert_int_equal(ms, 5);
	assert_string_equal(remarks_text(), "");
	for (size_t i = 0; i < 2; i++) {
		assert_true(read_time(&root, odd[i], &ms));
		assert_int_equal(ms, 5);
	}
	assert_true(read_time(&root, "good", &ms));
	assert_true(ms == INT64_C(1795165200250));
	assert_string_equal(remarks_text(), "E word: is not a time as in 2026-11-20T10:00:00Z\n"
					    "E list: is a list, not a string");
}

/* Where a remark would be put. */
static const char *path_of(const struct field *field, const char *key)
{
	field_remark(field, key, SEVERITY_WARNING, "stands here");
	return remarks.items[--remarks.count].path;
}

static void test_absent_chains(void **state)
{
	struct field root = root_of("{\"turns\": \"none\"}");
	struct field turns = field_list(&root, "turns"), turn = field_item_object(&turns, 3);
	struct field metrics = field_object(&turn, "metrics");
	int64_t value = 9;

	(void)state;
	assert_int_equal(field_count(&turns), 0);
	assert_null(turn.json);
	assert_null(field_text(&turn, "expected_behavior"));
	assert_null(field_id(&turn, "trace_id"));
	assert_false(field_has(&turn, "input"));
	assert_null(field_any(&turn, "input").json);
	assert_int_equal(field_size(&metrics), 0);
	assert_int_equal(field_flag(&turn, "success"), FLAG_ABSENT);
	assert_false(field_ms(&metrics, "latency_ms", &value));
	assert_false(field_money(&metrics, "cost_usd", &value));
	assert_false(field_micro(&metrics, "score", &value));
	assert_false(field_whole(&metrics, "tokens", 9, &value));
	assert_int_equal(value, 9);
	assert_string_equal(remarks_text(), "E turns: is a string, not a list");
	assert_string_equal(path_of(&metrics, "cost_usd"), "turns[3].metrics.cost_usd");
}

static void test_lists(void **state)
{
	struct field root = root_of("[{\"turns\": [{}, null, 5, [true]]}]");
	struct field first = field_item_object(&root, 0), turns = field_list(&first, "turns");
	struct field deep = field_item(&turns, 3), inner = field_item(&deep, 0);
	int64_t value;

	(void)state;
	assert_int_equal(field_count(&turns), 4);
	assert_non_null(field_item_object(&turns, 0).json);
	assert_null(field_item_object(&turns, 1).json);
	assert_null(field_item_object(&turns, 2).json);
	assert_null(field_item_object(&turns, 4).json);
	assert_int_equal(field_flag(&inner, NULL), FLAG_TRUE);
	assert_false(field_whole(&inner, NULL, 9, &value));
	assert_string_equal(remarks_text(), "E [0].turns[2]: is a number, not an object\n"
					    "E [0].turns[3][0]: is a boolean, not a number");
}

static void test_has_and_keys(void **state)
{
	struct field root = root_of("{\"b\": null, \"a\": false, \"\": 1}");
	const char *const keys[] = {"b", "a", ""};

	(void)state;
	assert_false(field_has(&root, "b"));
	assert_true(field_has(&root, "a"));
	assert_false(field_has(&root, "c"));
	assert_null(field_any(&root, "b").json);
	assert_true(json_value_is(field_any(&root, "a").json, JSON_VALUE_FALSE));
	assert_int_equal(field_size(&root), 3);
	assert_string_equal(remarks_text(), "");
	for (size_t i = 0; i < 3; i++) {
		struct field field = field_member_object(&root, i);

		assert_string_equal(field.key, keys[i]);
		assert_null(field.json);
	}
	assert_string_equal(remarks_text(), "E a: is a boolean, not an object\n"
					    "E : is a number, not an object");
}

static void test_roots(void **state)
{
	struct field text = root_of("\"word\""), null = root_of("null");

	(void)state;
	assert_null(null.json);
	assert_false(field_has(&text, "a"));
	assert_null(field_text(&text, "a"));
	assert_int_equal(field_size(&text), 0);
	assert_string_equal(path_of(&text, NULL), "");
	assert_string_equal(path_of(&text, "a"), "a");
	assert_string_equal(remarks_text(), "");
}

static void test_remarks(void **state)
{
	struct field root = root_of("{\"a\": {}}");
	struct field a = field_object(&root, "a");

	(void)state;
	field_remark(&a, "b", SEVERITY_WARNING, "is %d", 5);
	field_remark(&a, "b", SEVERITY_WARNING, "is %d", 5);
	field_remark(&a, "b", SEVERITY_ERROR, "is %d", 5);
	field_remark(&a, NULL, SEVERITY_WARNING, "is here");
	field_remark(&root, NULL, SEVERITY_WARNING, "is a root");
	assert_string_equal(remarks_text(),
			    "W a.b: is 5\nE a.b: is 5\nW a: is here\nW : is a root");
}

static void test_remarks_end(void **state)
{
	struct field root = root_of("{}");

	(void)state;
	for (int i = 0; i < 100; i++)
		field_remark(&root, NULL, SEVERITY_WARNING, "number %d", i);
	assert_int_equal(remarks.count, 100);
	field_remark(&root, NULL, SEVERITY_WARNING, "number 99");
	assert_int_equal(remarks.count, 100);
	for (int i = 0; i < 100; i++)
		field_remark(&root, NULL, SEVERITY_WARNING, "beyond %d", i);
	assert_int_equal(remarks.count, 101);
	assert_string_equal(remarks.items[100].text,
			    "more than 100 remarks on this record: the rest is left out");
	assert_int_equal(remarks.items[100].severity, SEVERITY_WARNING);
	field_remark(&root, NULL, SEVERITY_ERROR, "worse");
	assert_int_equal(remarks.count, 101);
	assert_int_equal(remarks.items[100].severity, SEVERITY_ERROR);
}

static void test_long_keys_are_cut(void **state)
{
	char key[200];
	struct field root = root_of("{}"), field;
	const char *path;

	(void)state;
	memset(key, 'k', 63);
	snprintf(key + 63, sizeof(key) - 63, "%s", "\xC3\xA4more");
	field = field_object(&root, key);
	path = path_of(&field, "b");
	assert_int_equal(strlen(path), 63 + strlen("...") + strlen(".b"));
	key[64] = '\0';
	key[63] = 'k';
	field = field_object(&root, key);
	assert_int_equal(strlen(path_of(&field, NULL)), 64);
}

struct thing {
	struct label label, owner;
	const char *id, *text;
	enum flag flag;
	enum outcome verdict, status;
	const char *word;
	int64_t cost, tokens[2];
	bool has_cost, has_tokens, has_score;
	int32_t score;
	size_t items;
	struct field kept;
};

static void count_items(void *into, const struct field *list, const struct field_row *row,
			struct adapter_input *unused)
{
	size_t *count = into;

	(void)unused;
	assert_non_null(row->rows);
	*count = field_count(list);
}

#define AT(member)   AT_OF(thing, member)
#define ALSO(member) ALSO_OF(thing, member)

static const struct status_word words[] = {
	{"good", OUTCOME_PASSED}, {"odd", OUTCOME_UNKNOWN}, {NULL, OUTCOME_UNKNOWN}};
static const struct field_row title_rows[] = {{"title", FIELD_NAME, AT_OF(label, name)}, {0}};
static const struct field_row rows[] = {
	{"owner", .type = FIELD_SHAPE},
	{"id", FIELD_KEY, AT(id)},
	{"label", FIELD_LABEL, AT(label)},
	{"title", FIELD_NAME, AT(label.name)},
	{"owner", FIELD_LABEL, AT(owner), .rows = title_rows},
	{"owner", FIELD_LABEL, IN("deep", "er"), AT(owner), .rows = title_rows},
	{"text", FIELD_TEXT, IN("deep"), AT(text)},
	{"text", FIELD_TEXT, AT(text)},
	{"flag", FIELD_FLAG, AT(flag)},
	{"pass", FIELD_VERDICT, AT(verdict)},
	{"passed", FIELD_VERDICT, AT(verdict)},
	{"status", FIELD_STATUS, AT(status), ALSO(word), .words = words},
	{"cost", FIELD_MONEY, IN("deep", "er"), AT(cost), ALSO(has_cost)},
	{"in", FIELD_TOKENS, IN("deep"), AT(tokens), ALSO(has_tokens), .partner = "out"},
	{"score", FIELD_SCORE, AT(score), ALSO(has_score), .only_type = true},
	{"items", FIELD_LIST, AT(items), .read = count_items, .rows = title_rows, .each = "[]"},
	{"kept", FIELD_OBJECT, IN("deep"), AT(kept), .rows = title_rows, .each = ".*"},
	{0},
};

static int read_thing(const char *text, struct thing *thing, struct error *err)
{
	struct field *root = arena_alloc(&arena, sizeof(*root));

	*root = root_of(text);
	*thing = (struct thing){.verdict = OUTCOME_UNKNOWN};
	return fields_read(root, rows, thing, NULL, err);
}

static void test_rows(void **state)
{
	struct thing thing;

	(void)state;
	assert_int_equal(
		read_thing(
			"{\"id\": 7, \"label\": {\"id\": \"l\", \"name\": \" \"}, \"title\": \"T\","
			" \"owner\": {\"title\": \"O\"}, \"text\": \"outer\", \"flag\": false,"
			" \"pass\": true, \"passed\": false, \"status\": \"good\","
			" \"score\": 0.5, \"items\": [1, 2], \"deep\": {\"text\": \"\","
			" \"in\": 1, \"out\": 2, \"kept\": {}, \"er\": {\"cost\": 0.5,"
			" \"owner\": {\"title\": \"not this\"}}}}",
			&thing, NULL),
		0);
	assert_string_equal(thing.id, "7");
	assert_string_equal(thing.label.id, "l");
	assert_string_equal(thing.label.name, "T");
	assert_string_equal(thing.owner.name, "O");
	assert_string_equal(thing.text, "");
	assert_int_equal(thing.flag, FLAG_FALSE);
	assert_int_equal(thing.verdict, OUTCOME_PASSED);
	assert_int_equal(thing.status, OUTCOME_PASSED);
	assert_string_equal(thing.word, "good");
	assert_true(thing.has_cost && thing.cost == 500000000);
	assert_true(thing.has_tokens && thing.tokens[0] == 1 && thing.tokens[1] == 2);
	assert_true(thing.has_score && thing.score == 500000);
	assert_int_equal(thing.items, 2);
	assert_string_equal(path_of(&thing.kept, "x"), "deep.kept.x");
	assert_string_equal(remarks_text(), "");
}

static void test_rows_of_odd_members(void **state)
{
	struct error err;
	struct thing thing;

	(void)state;
	assert_int_equal(read_thing("{\"label\": 5}", &thing, &err), -1);
	assert_string_equal(err.text, "the run has no id");
	assert_string_equal(remarks_text(), "");
	assert_int_equal(
		read_thing(
			"{\"id\": \"i\", \"label\": 5, \"owner\": [], \"flag\": 1, \"pass\": 1, "
			"\"passed\": false,"
			" \"status\": \"odd\", \"score\": 1.5, \"items\": {}, \"deep\": {\"er\": 6,"
			" \"in\": 1, \"out\": -2, \"kept\": []}}",
			&thing, &err),
		0);
	assert_int_equal(thing.flag, FLAG_ODD);
	assert_int_equal(thing.verdict, OUTCOME_FAILED);
	assert_int_equal(thing.status, OUTCOME_UNKNOWN);
	assert_string_equal(thing.word, "odd");
	assert_false(thing.has_cost || thing.has_tokens || thing.has_score || thing.kept.json);
	assert_true(thing.tokens[0] == 0 && thing.items == 0);
	assert_string_equal(remarks_text(),
			    "E owner: is a list, not an object\n"
			    "E label: is a number, not an object\n"
			    "E deep.er: is a number, not an object\n"
			    "E flag: is a number, not a boolean\n"
			    "E pass: is a number, not a boolean\n"
			    "W status: is not a status that tells an outcome: it is unknown\n"
			    "E deep.out: is not within 0 to 1000000000000\n"
			    "E score: is not within 0 to 1\n"
			    "E items: is an object, not a list\n"
			    "E deep.kept: is a list, not an object");
	assert_int_equal(read_thing("{\"id\": \"i\"}", &thing, &err), 0);
	assert_string_equal(remarks_text(), "W status: is missing: the outcome is unknown");
}

/* What is wanted is what the rows read, and no more. */
static void test_rows_are_wanted(void **state)
{
	static const char text[] =
		"{\"a\": {\"id\": 1, \"label\": {\"id\": 2, \"x\": 0}, \"owner\": {\"title\": 3, "
		"\"x\": 0}, \"x\": 0, \"score\": \"gone\", \"items\": [{\"title\": 4, \"x\": 0}], "
		"\"deep\": {\"in\": 5, \"out\": 6, \"x\": 0, \"er\": {\"x\": 0, \"cost\": 7}, "
		"\"kept\": {\"k\": {\"title\": 8, \"x\": 0}}}}}";
	static const char picked[] =
		"{\"a\":{\"id\":1,\"label\":{\"id\":2},\"owner\":{\"title\":3},\"score\":\"\","
		"\"items\":[{\"title\":4}],\"deep\":{\"in\":5,\"out\":6,\"er\":{\"cost\":7},"
		"\"kept\":{\"k\":{\"title\":8}}}}}";
	struct wanted *wanted = wanted_new();
	char padded[sizeof(text) + JSON_PICK_PADDING] = {0};
	const struct picking how = {.wanted = wanted, .arena = &arena};
	struct pick pick;
	json_t *json;

	(void)state;
	fields_want(rows, "a.", wanted);
	memcpy(padded, text, sizeof(text));
	assert_int_equal(json_pick(padded, sizeof(text) - 1, &how, &pick), PICKED);
	json = json_value_to_jansson(&pick.value);
	assert_string_equal(json_dumps(json, JSON_COMPACT | JSON_PRESERVE_ORDER), picked);
	wanted_free(wanted);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_types, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_ranges, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_integer_extremes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_time, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_absent_chains, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_lists, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_has_and_keys, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_roots, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_remarks, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_remarks_end, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_long_keys_are_cut, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_rows, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_rows_of_odd_members, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_rows_are_wanted, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
