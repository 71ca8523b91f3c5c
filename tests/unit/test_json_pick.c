#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "runtally/base/arena.h"
#include "runtally/base/strbuf.h"
#include "runtally/base/utf8.h"
#include "runtally/json/json.h"
#include "runtally/json/pick.h"

/* The same once more in plain C, whatever the machine: every test goes through both. */
enum picked plain_json_pick(const char *text, size_t length, const struct picking *how,
			    struct pick *pick);
struct cache *plain_key_cache_new(void);
void plain_key_cache_free(struct cache *cache);

#ifndef RUNTALLY_JSON_PLAIN
#define RUNTALLY_JSON_PLAIN
#endif
#define json_pick                plain_json_pick
#define text_skip_blanks         plain_text_skip_blanks
#define text_skip_string         plain_text_skip_string
#define text_skip_unusual_string plain_text_skip_unusual_string
#define text_skip_unusual_key    plain_text_skip_unusual_key
#define text_decode              plain_text_decode
#define text_number              plain_text_number
#define skip_brackets            plain_skip_brackets
#define skip_new_key             plain_skip_new_key
#define skip_has_twins           plain_skip_has_twins
#define key_cache_new            plain_key_cache_new
#define key_cache_free           plain_key_cache_free
#define key_cache_add_inside     plain_key_cache_add_inside
#include "../../src/json/skip.c"
#include "../../src/json/text.c"

#include "../../src/json/pick.c"
#undef json_pick
#undef key_cache_new
#undef key_cache_free

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct arena arena;
static struct wanted *all, *nothing;

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, 0);
	json_use_arena(&arena);
	all = wanted_new();
	wanted_add(all, "*");
	nothing = wanted_new();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	wanted_free(all);
	wanted_free(nothing);
	json_use_arena(NULL);
	arena_release(&arena);
	return 0;
}

/* A copy of exactly the size that is promised, so that a read behind it shows. */
static char *padded(const char *text, size_t length)
{
	char *copy = memory_alloc(length + JSON_PICK_PADDING);

	memcpy(copy, text, length);
	memset(copy + length, 0, JSON_PICK_PADDING);
	return copy;
}

static char *dump_of(const struct pick *pick)
{
	return json_dumps(json_value_to_jansson(&pick->value), JSON_COMPACT);
}

/* Plain C, with a key cache that is new, and with one that knows the keys: all say the same. */
static void check_other_ways(const char *text, size_t length, const struct picking *how,
			     enum picked picked, const struct pick *pick)
{
	struct cache *cache = key_cache_new();
	const struct picking trailed = {how->wanted, how->lists, how->arena, cache};
	const struct {
		enum picked (*pick)(const char *text, size_t length, const struct picking *how,
				    struct pick *pick);
		const struct picking *how;
	} ways[] = {{plain_json_pick, how},
		    {json_pick, &trailed},
		    {json_pick, &trailed},
		    {plain_json_pick, &trailed}};

	for (size_t i = 0; i < COUNT(ways); i++) {
		struct pick other;

		assert_int_equal(ways[i].pick(text, length, ways[i].how, &other), picked);
		if (picked != PICKED)
			continue;
		assert_string_equal(dump_of(&other), dump_of(pick));
		assert_int_equal(other.length, pick->length);
		assert_int_equal(other.newlines, pick->newlines);
	}
	key_cache_free(cache);
}

/* In every way; the value as text (NULL: not picked). */
static enum picked pick_with(const char *text, size_t length, const struct wanted *wanted,
			     const char *const *lists, struct pick *pick, const char **dump)
{
	const struct picking how = {.wanted = wanted, .lists = lists, .arena = &arena};
	char *copy = padded(text, length);
	enum picked picked = json_pick(copy, length, &how, pick);

	*dump = picked == PICKED ? dump_of(pick) : NULL;
	check_other_ways(copy, length, &how, picked, pick);
	memory_free(copy);
	return picked;
}

/* It does not depend on what is wanted. */
static enum picked verdict(const char *text, size_t length)
{
	struct pick pick;
	const char *dump;
	enum picked picked = pick_with(text, length, all, NULL, &pick, &dump);

	assert_int_equal(pick_with(text, length, nothing, NULL, &pick, &dump), picked);
	return picked;
}

static enum picked verdict_of(const struct strbuf *text)
{
	return verdict(text->text, text->length);
}

static void test_wanted_members(void **state)
{
	static const struct {
		const char *paths[4], *text, *picked;
	} cases[] = {
		{{NULL}, "{\"a\":1,\"b\":[2]}", "{}"},
		{{"a"}, "{\"b\":1,\"a\":2,\"aa\":3,\"\":4}", "{\"a\":2}"},
		{{"b", "a"}, "{\"a\":1,\"c\":2,\"b\":3}", "{\"a\":1,\"b\":3}"},
		{{"a"}, "{\"a\":{\"b\":[1,{\"c\":null}]}}", "{\"a\":{\"b\":[1,{\"c\":null}]}}"},
		{{"a.b"}, "{\"b\":1,\"a\":{\"a\":2,\"b\":{\"x\":3}}}", "{\"a\":{\"b\":{\"x\":3}}}"},
		{{"a.b", "a"}, "{\"a\":{\"c\":1}}", "{\"a\":{\"c\":1}}"},
		{{"a", "a.b"}, "{\"a\":{\"c\":1}}", "{\"a\":{\"c\":1}}"},
		{{""}, "{\"a\":{\"b\":[null,{}]}}", "{\"a\":{\"b\":[null,{}]}}"},
		{{"a.b", ""}, "{\"a\":{\"c\":1}}", "{\"a\":{\"c\":1}}"},
		{{"a[].b"},
		 "{\"a\":[{\"b\":1,\"c\":2},{},{\"c\":3}]}",
		 "{\"a\":[{\"b\":1},{},{}]}"},
		{{"a[]"}, "{\"a\":[1,\"x\",[2]]}", "{\"a\":[1,\"x\",[2]]}"},
		{{"a[][].b"}, "{\"a\":[[{\"b\":1,\"c\":2}],[3]]}", "{\"a\":[[{\"b\":1}],[3]]}"},
		{{"a.*.b"},
		 "{\"a\":{\"x\":{\"b\":1,\"c\":2},\"y\":{\"c\":3}}}",
		 "{\"a\":{\"x\":{\"b\":1},\"y\":{}}}"},
		{{"*.b"}, "{\"a\":{\"b\":1},\"c\":2}", "{\"a\":{\"b\":1},\"c\":2}"},
		/* A named member beside `*`, in both orders. */
		{{"*.b", "a.c"}, "{\"a\":{\"b\":1,\"c\":2,\"d\":3}}", "{\"a\":{\"b\":1,\"c\":2}}"},
		{{"a.c", "*.b"}, "{\"a\":{\"b\":1,\"c\":2,\"d\":3}}", "{\"a\":{\"b\":1,\"c\":2}}"},
		{{"*.x.y", "a.x.z", "*.x.w"},
		 "{\"a\":{\"x\":{\"y\":1,\"z\":2,\"w\":3,\"v\":4}},\"b\":{\"x\":{\"z\":5,\"w\":6}}"
		 "}",
		 "{\"a\":{\"x\":{\"y\":1,\"z\":2,\"w\":3}},\"b\":{\"x\":{\"w\":6}}}"},
		/* That it is there. */
		{{"a?"}, "{\"a\":{\"b\":1}}", "{\"a\":{}}"},
		{{"a?"}, "{\"a\":[1,2]}", "{\"a\":[]}"},
		{{"a?"}, "{\"a\":\"text \\n\"}", "{\"a\":\"\"}"},
		{{"a?"}, "{\"a\":null}", "{\"a\":null}"},
		{{"a?"}, "{\"a\":12}", "{\"a\":12}"},
		{{"a?"}, "{\"a\":false}", "{\"a\":false}"},
		{{"a[]?"}, "{\"a\":[1,\"x\",[2],{\"y\":3}]}", "{\"a\":[1,\"\",[],{}]}"},
		{{"a.*?"}, "{\"a\":{\"x\":\"y\",\"z\":[1]}}", "{\"a\":{\"x\":\"\",\"z\":[]}}"},
		{{"a?", "a.b"}, "{\"a\":{\"b\":\"x\",\"c\":1}}", "{\"a\":{\"b\":\"x\"}}"},
		{{"a?", "a"}, "{\"a\":\"x\"}", "{\"a\":\"x\"}"},
		/* The wrong type at an inner place. */
		{{"a.b"}, "{\"a\":\"text\"}", "{\"a\":\"text\"}"},
		{{"a.b"}, "{\"a\":null}", "{\"a\":null}"},
		{{"a.b"}, "{\"a\":[{\"b\":1}]}", "{\"a\":[]}"},
		{{"a[].b"}, "{\"a\":{\"b\":1}}", "{\"a\":{}}"},
		{{"a[].b"}, "{\"a\":[1,\"x\",null,[{\"b\":2}]]}", "{\"a\":[1,\"x\",null,[]]}"},
		{{"a[]", "a.b"}, "{\"a\":{\"b\":1,\"c\":2}}", "{\"a\":{\"b\":1}}"},
		/* Names that are alike in their first 8 and 16 bytes. */
		{{"latency_ms", "exactly-16-bytes", "exactly-16-bytes-and-more"},
		 "{\"latency_\":1,\"latency_ms\":2,\"latency_mt\":3,\"exactly-16-bytes\":4,"
		 "\"exactly-16-bytes-and-more\":5,\"exactly-16-bytes-and-less\":6}",
		 "{\"latency_ms\":2,\"exactly-16-bytes\":4,\"exactly-16-bytes-and-more\":5}"},
		{{"clé"}, "{\"cle\":1,\"clé\":2}", "{\"clé\":2}"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct wanted *wanted = wanted_new();
		struct pick pick;
		const char *dump;

		for (size_t j = 0; j < COUNT(cases[i].paths) && cases[i].paths[j]; j++)
			wanted_add(wanted, cases[i].paths[j]);
		assert_int_equal(
			pick_with(cases[i].text, strlen(cases[i].text), wanted, NULL, &pick, &dump),
			PICKED);
		assert_string_equal(dump, cases[i].picked);
		wanted_free(wanted);
	}
}

static void test_verdicts(void **state)
{
#define BYTES(text) (text), sizeof(text) - 1
	static const struct {
		const char *text;
		size_t length;
		enum picked picked;
	} cases[] = {
		{BYTES("{}"), PICKED},
		{BYTES(" {}"), PICKED_NOT},
		{BYTES("[]"), PICKED_NOT},
		{BYTES("{\r\n\t }"), PICKED},
		{BYTES("{\f}"), PICKED_NOT},
		{BYTES("{\"a\" \n : \t1 , \"b\"\r:2 }"), PICKED},
		{BYTES("{,}"), PICKED_NOT},
		{BYTES("{\"a\":1,}"), PICKED_NOT},
		{BYTES("{\"a\":[1,]}"), PICKED_NOT},
		{BYTES("{\"a\":[,1]}"), PICKED_NOT},
		{BYTES("{\"a\":[1 2]}"), PICKED_NOT},
		{BYTES("{\"a\":[1}}"), PICKED_NOT},
		{BYTES("{\"a\":1]"), PICKED_NOT},
		{BYTES("{\"a\"}"), PICKED_NOT},
		{BYTES("{\"a\":}"), PICKED_NOT},
		{BYTES("{a:1}"), PICKED_NOT},
		{BYTES("{\"a\":1 \"b\":2}"), PICKED_NOT},
		{BYTES("{\"a\":1}}"), PICKED},
		{BYTES("{\"a\":true}"), PICKED},
		{BYTES("{\"a\":truex}"), PICKED_NOT},
		{BYTES("{\"a\":True}"), PICKED_NOT},
		{BYTES("{\"a\":nul}"), PICKED_NOT},
		{BYTES("{\"a\":NaN}"), PICKED_NOT},
		{BYTES("{\"a\":// no\n1}"), PICKED_NOT},
		/* A NUL is not the end if more follows. */
		{BYTES("{\"a\":1\0}"), PICKED_NOT},
		{BYTES("{\"a\":\"\0\"}"), PICKED_NOT},
		{BYTES("{\0}"), PICKED_NOT},
		{BYTES("{\"a\":tru\0"), PICKED_NOT},
		{BYTES("{\"a\0\":1}"), PICKED_NOT},
		/* Keys. */
		{BYTES("{\"a\\n\":1}"), PICKED_NOT},
		{BYTES("{\"a\n\":1}"), PICKED_NOT},
		{BYTES("{\"\xC3\xA9\":1}"), PICKED},
		{BYTES("{\"\xC3\":1}"), PICKED_NOT},
		{BYTES("{\"\":1}"), PICKED},
		{BYTES("{\"\":1,\"\":2}"), PICKED_NOT},
		/* What follows does not matter, not even in the same block. */
		{BYTES("{\"a\":\"\xE4\xB9\x98\xE5\xAE\xA2\"}\x80\xC3"), PICKED},
		{BYTES("{\"\xE4\xB9\x98\xE5\":1}"), PICKED_NOT},
		{BYTES("{\"a\":{\"b\":1},\"b\":2}"), PICKED},
		{BYTES("{\"a\":{\"a\":1},\"b\":{\"a\":2}}"), PICKED},
		{BYTES("{\"a\":{\"a\":1},\"b\":{\"a\":2,\"a\":3}}"), PICKED_NOT},
		{BYTES("{\"a\":[{\"b\":1},{\"b\":2}],\"a\":3}"), PICKED_NOT},
		/* Escapes. */
		{BYTES("{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\"}"), PICKED},
		{BYTES("{\"a\":\"\\x\"}"), PICKED_NOT},
		{BYTES("{\"a\":\"\\\"}"), PICKED_MORE},
		{BYTES("{\"a\":\"\\u12G4\"}"), PICKED_NOT},
		{BYTES("{\"a\":\"\\u123\"}"), PICKED_NOT},
		{BYTES("{\"a\":\"\\u0000\"}"), PICKED_NOT},
		{BYTES("{\"a\":\"\\uD83D\\uDE00\"}"), PICKED},
		{BYTES("{\"a\":\"\\uD83D\"}"), PICKED_NOT},
		{BYTES("{\"a\":\"\\uD83D\\n\"}"), PICKED_NOT},
		{BYTES("{\"a\":\"\\uD83D\\u0041\"}"), PICKED_NOT},
		{BYTES("{\"a\":\"\\uDE00\"}"), PICKED_NOT},
		{BYTES("{\"a\":\"\tb\"}"), PICKED_NOT},
		/* What follows looks like an escape: a control character is none. */
		{BYTES("{\"a\":\"\017transcript\"}"), PICKED_NOT},
		{BYTES("{\"a\":\"\177\"}"), PICKED},
		/* Not begun, or not ended. */
		{BYTES(""), PICKED_MORE},
		{BYTES("{\"a\":[{\"b\":1}]"), PICKED_MORE},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		if (verdict(cases[i].text, cases[i].length) != cases[i].picked)
			fail_msg("%s", cases[i].text);
}

static void test_numbers(void **state)
{
	static const struct {
		const char *text, *value; /* NULL: refused */
	} cases[] = {
		{"0", "0"},
		{"-0", "0"},
		{"-7", "-7"},
		{"999999999999999999", "999999999999999999"},
		{"9223372036854775807", "9223372036854775807"},
		{"-9223372036854775808", "-9223372036854775808"},
		{"9223372036854775808", NULL},
		{"-9223372036854775809", NULL},
		{"1.5", "1.5"},
		{"-0.0", "-0.0"},
		{"1e2", "100.0"},
		{"25E-1", "2.5"},
		{"1e+2", "100.0"},
		{"1e23", "9.9999999999999992e22"},
		{"9007199254740993.0", "9007199254740992.0"},
		{"0.30000000000000004", "0.30000000000000004"},
		{"123456789012345678901234567890.5", "1.2345678901234568e29"},
		{"18446744073709551617.5", "1.8446744073709552e19"},
		{"72057594037927937e1", "7.2057594037927936e17"},
		{"1.8e308", NULL},
		{"-1e999", NULL},
		{"1e-999", "0.0"},
		{"01", NULL},
		{"-", NULL},
		{"-a", NULL},
		{"1.", NULL},
		{"1.e1", NULL},
		{".5", NULL},
		{"1e", NULL},
		{"1e+", NULL},
		{"+1", NULL},
		{"0x1", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *text = arena_printf(&arena, "{\"a\":%s}", cases[i].text), *dump;
		enum picked expected = cases[i].value ? PICKED : PICKED_NOT;
		struct pick pick;

		assert_int_equal(pick_with(text, strlen(text), nothing, NULL, &pick, &dump),
				 expected);
		assert_int_equal(pick_with(text, strlen(text), all, NULL, &pick, &dump), expected);
		if (cases[i].value)
			assert_string_equal(dump,
					    arena_printf(&arena, "{\"a\":%s}", cases[i].value));
	}
}

static void test_many_digits_before_the_point(void **state)
{
	(void)state;
	for (size_t digits = 190; digits < 330; digits++) {
		struct strbuf text = STRBUF_INIT;

		strbuf_addstr(&text, "{\"a\":");
		strbuf_pad(&text, '7', digits);
		strbuf_addstr(&text, ".5}");
		assert_int_equal(verdict_of(&text), digits < 309 ? PICKED : PICKED_NOT);
		strbuf_release(&text);
	}
}

/* jansson reads reals with strtod. */
static void test_reals_are_rounded_right(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (int i = 0; i < 3000; i++) {
		struct pick pick;
		const char *text, *dump;
		double real;

		seed = seed * 6364136223846793005u + 1442695040888963407u;
		if (i % 2)
			text = arena_printf(&arena, "{\"a\":%u.%0*ue%d}", (unsigned)(seed >> 60),
					    (int)(seed >> 32 & 15) + 1,
					    (unsigned)(seed >> 34 & 0xFFFFFF),
					    (int)(seed >> 8 & 63) - 32);
		else
			text = arena_printf(&arena, "{\"a\":%u.%0*llu}", (unsigned)(seed >> 54),
					    (int)(seed >> 32 & 7) + 6,
					    (unsigned long long)(seed >> (20 + (seed & 15))));
		assert_int_equal(pick_with(text, strlen(text), all, NULL, &pick, &dump), PICKED);
		real = json_value_get(&pick.value, "a")->real;
		assert_true(real == strtod(text + 5, NULL));
	}
}

static void test_strings_are_decoded(void **state)
{
	static const struct {
		const char *text, *value;
	} cases[] = {
		{"", ""},
		{"plain", "plain"},
		{"\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t"},
		{"a\\u0041\\u00e9\\u20AC\\uD83D\\uDE00z",
		 "aA\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80z"},
		{"\xC3\xA9\\n\xF0\x9F\x98\x80", "\xC3\xA9\n\xF0\x9F\x98\x80"},
		{"fifteen bytes x\\n", "fifteen bytes x\n"},
		{"fifteen bytes x\\\" and on", "fifteen bytes x\" and on"},
		{"fifteen bytes x\\\\\\\"", "fifteen bytes x\\\""},
		{"sixteen bytes xx\\n\\\\", "sixteen bytes xx\n\\"},
		{"fourteen bytes\\u0041\\u0042 and on", "fourteen bytesAB and on"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *text = arena_printf(&arena, "{\"a\":\"%s\"}", cases[i].text), *dump;
		struct pick pick;
		const struct json_value *value;

		assert_int_equal(pick_with(text, strlen(text), all, NULL, &pick, &dump), PICKED);
		value = json_value_get(&pick.value, "a");
		assert_string_equal(json_value_text(value), cases[i].value);
		assert_int_equal(value->count, strlen(cases[i].value));
	}
}

/* A string of `before` times x, the bytes, and some more x. */
static enum picked verdict_of_bytes(size_t before, const char *bytes, size_t length)
{
	struct strbuf text = STRBUF_INIT;
	enum picked picked;

	strbuf_addstr(&text, "{\"a\":\"");
	strbuf_pad(&text, 'x', before);
	strbuf_add(&text, bytes, length);
	strbuf_addstr(&text, "xxx\"}");
	picked = verdict_of(&text);
	strbuf_release(&text);
	return picked;
}

static void test_each_byte_at_each_place(void **state)
{
	(void)state;
	for (size_t before = 0; before < 34; before++)
		for (int byte = 0; byte < 256; byte++) {
			char bytes[] = {(char)byte};
			enum picked expected = PICKED;

			if (byte == '"' || byte == '\\' || byte < 0x20 || byte >= 0x80)
				expected = PICKED_NOT;
			assert_int_equal(verdict_of_bytes(before, bytes, 1), expected);
		}
}

/* The bytes as a string's content, at places that blocks of 16 part in every way. */
static void check_utf8(const char *bytes, size_t length)
{
	struct code_point first = utf8_read(bytes, length);
	enum picked expected = PICKED;

	for (size_t at = 0; at < length; at += first.length) {
		first = utf8_read(bytes + at, length - at);
		if (first.bad)
			expected = PICKED_NOT;
	}
	for (size_t before = 12; before < 17; before++)
		assert_int_equal(verdict_of_bytes(before, bytes, length), expected);
}

static void test_utf8(void **state)
{
	static const unsigned char tails[] = {'z',  0x80, 0x8F, 0x90, 0x9F,
					      0xA0, 0xBF, 0xC2, 0xE0, 0xF0};

	(void)state;
	for (int first = 0x80; first < 256; first++)
		for (size_t i = 0; i < COUNT(tails); i++)
			for (size_t j = 0; j < COUNT(tails); j++)
				for (size_t k = first < 0xE0 ? 9 : 0; k < COUNT(tails); k++) {
					const char bytes[] = {(char)first, (char)tails[i],
							      (char)tails[j], (char)tails[k]};

					check_utf8(bytes, first < 0xF0 ? 3 : 4);
				}
}

/* Runs that are longer than a block, right ones and with one byte that is wrong. */
static void test_runs_of_utf8(void **state)
{
	static const char *const points[] = {"\xC3\xA9", "\xE4\xB9\x98", "\xF0\x9F\x98\x80",
					     "\xED\x9F\xBF"};

	(void)state;
	for (size_t i = 0; i < COUNT(points); i++)
		for (size_t before = 0; before < 17; before++) {
			const size_t size = strlen(points[i]);
			char run[60];

			for (size_t at = 0; at < sizeof(run); at++)
				run[at] = points[i][at % size];
			assert_int_equal(verdict_of_bytes(before, run, sizeof(run)), PICKED);
			for (size_t at = 0; at < sizeof(run); at++) {
				const char right = run[at];

				run[at] = right == points[i][0] ? '\x80' : 'x';
				assert_int_equal(verdict_of_bytes(before, run, sizeof(run)),
						 PICKED_NOT);
				run[at] = right;
			}
		}
}

/* An object of `count` members, of which one has the name of another (equal places: none). */
static enum picked verdict_of_members(size_t count, size_t one, size_t other)
{
	struct strbuf text = STRBUF_INIT;
	enum picked picked;

	strbuf_addstr(&text, "{\"a\":{\"x\":1},\"b\":{");
	for (size_t i = 0; i < count; i++)
		strbuf_addf(&text, "%s\"name-%zu\":%zu", i ? "," : "", i == one ? other : i, i);
	strbuf_addstr(&text, "}}");
	picked = verdict_of(&text);
	strbuf_release(&text);
	return picked;
}

static void test_duplicates_in_large_objects(void **state)
{
	static const size_t counts[] = {2, 3, 16, 47, 48, 49, 50, 51, 64, 65, 300, 4094};

	(void)state;
	for (size_t i = 0; i < COUNT(counts); i++) {
		size_t count = counts[i];

		assert_int_equal(verdict_of_members(count, 0, 0), PICKED);
		assert_int_equal(verdict_of_members(count, count - 1, 0), PICKED_NOT);
		assert_int_equal(verdict_of_members(count, count - 1, count - 2), PICKED_NOT);
		assert_int_equal(verdict_of_members(count, count / 2, 0), PICKED_NOT);
	}
	assert_int_equal(verdict_of_members(5000, 0, 0), PICKED_NOT);
}

/* `levels` objects in one another, a member in the innermost if `filled`. */
static enum picked verdict_of_objects(size_t levels, bool filled)
{
	struct strbuf text = STRBUF_INIT;
	enum picked picked;

	for (size_t i = 1; i < levels; i++)
		strbuf_addstr(&text, "{\"a\":");
	strbuf_addstr(&text, filled ? "{\"a\":1" : "{");
	strbuf_pad(&text, '}', levels);
	picked = verdict_of(&text);
	strbuf_release(&text);
	return picked;
}

/* `levels` lists in the object, with a 1 in the innermost if `filled`. */
static enum picked verdict_of_levels(size_t levels, bool filled)
{
	struct strbuf text = STRBUF_INIT;
	enum picked picked;

	strbuf_addstr(&text, "{\"a\":");
	strbuf_pad(&text, '[', levels);
	strbuf_addstr(&text, filled ? "1" : "");
	strbuf_pad(&text, ']', levels);
	strbuf_addstr(&text, "}");
	picked = verdict_of(&text);
	strbuf_release(&text);
	return picked;
}

static void test_depth(void **state)
{
	(void)state;
	assert_int_equal(verdict_of_levels(2047, false), PICKED);
	assert_int_equal(verdict_of_levels(2046, true), PICKED);
	assert_int_equal(verdict_of_levels(2047, true), PICKED_NOT);
	assert_int_equal(verdict_of_levels(2048, false), PICKED_NOT);
	/* These are also more keys than a key cache holds. */
	assert_int_equal(verdict_of_objects(2048, false), PICKED);
	assert_int_equal(verdict_of_objects(2047, true), PICKED);
	assert_int_equal(verdict_of_objects(2048, true), PICKED_NOT);
	assert_int_equal(verdict_of_objects(2049, false), PICKED_NOT);
}

static void test_prefixes_want_more(void **state)
{
	static const char *const texts[] = {
		"{ \"a\" : [ true , false , null , { } , [ ] ] , \"b\" : -12.5e+10 }",
		"{\"a\":9223372036854775808.5,\"b\":1e0000}",
		"{\"a\":\"\\u00e9 \\uD83D\\uDE00 \\\\ \\\" and thirty more bytes of text\"}",
		"{\"\xC3\xA9\":\"\xE2\x82\xAC \xF0\x9F\x98\x80\"}",
		"{\"a\":\"\xE0\xA0\x80 \xED\x9F\xBF \xF4\x8F\xBF\xBF\"}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		for (size_t length = 0; length < strlen(texts[i]); length++)
			if (verdict(texts[i], length) != PICKED_MORE)
				fail_msg("%.*s", (int)length, texts[i]);
		assert_int_equal(verdict(texts[i], strlen(texts[i])), PICKED);
	}
}

static void test_length_and_newlines(void **state)
{
	static const struct {
		const char *text;
		size_t length, newlines;
	} cases[] = {
		{"{}\n", 2, 0},
		{"{\n}\n\n", 3, 1},
		{"{\"a\":\"\\n\"} x", 10, 0},
		{"{\r\n  \"a\": [\n\n\t1,\n                    2\n  ]\n}{\n}", 44, 6},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct pick pick;
		const char *dump;

		assert_int_equal(pick_with(cases[i].text, strlen(cases[i].text), nothing, NULL,
					   &pick, &dump),
				 PICKED);
		assert_int_equal(pick.length, cases[i].length);
		assert_int_equal(pick.newlines, cases[i].newlines);
	}
}

static void test_lists_are_left(void **state)
{
	static const char *const lists[] = {"data", "runs", NULL};
	static const struct {
		const char *text;
		enum picked picked;
	} cases[] = {
		{"{\"data\":[]}", PICKED_NOT},
		{"{\"a\":1,\"runs\": [1]}", PICKED_NOT},
		{"{\"data\":{\"data\":[]}}", PICKED},
		{"{\"a\":[{\"data\":[]}]}", PICKED},
		{"{\"dat\":[]}", PICKED},
		{"{\"data\":", PICKED_MORE},
		{"{\"data\":[", PICKED_NOT},
		{"{\"data\":\"[\"}", PICKED},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct pick pick;
		const char *dump;

		assert_int_equal(
			pick_with(cases[i].text, strlen(cases[i].text), all, lists, &pick, &dump),
			cases[i].picked);
	}
}

/* Whatever the budget, it is kept to, and a text that needs less than it is picked. */
static void test_budget(void **state)
{
	size_t refused = 0, budget = 0;
	struct strbuf text = STRBUF_INIT;
	enum picked picked;
	struct pick pick;
	char *copy;

	(void)state;
	strbuf_addstr(&text, "{\"c\":\"\\n\",\"a\":[");
	for (size_t i = 0; i < 400; i++)
		strbuf_addf(&text, "{\"b%zu\":\"0123456789\"},1,2.5,", i);
	strbuf_addf(&text, "\"%05000d\"]}", 1);
	copy = padded(text.text, text.length);
	do {
		struct arena small;
		const struct picking how = {.wanted = all, .arena = &small};

		budget += 1000;
		arena_init(&small, budget);
		picked = json_pick(copy, text.length, &how, &pick);
		assert_int_not_equal(picked, PICKED_MORE);
		assert_true(small.used <= budget);
		refused += picked == PICKED_NOT;
		arena_release(&small);
	} while (picked != PICKED);
	assert_in_range(refused, 50, 500);
	memory_free(copy);
	strbuf_release(&text);
}

/* Picks the texts one after the other with one key cache, and each without any. */
static void check_trail(const char *const *texts, size_t count)
{
	struct cache *cache = key_cache_new();
	const struct picking how = {.wanted = all, .arena = &arena};
	const struct picking trailed = {.wanted = all, .arena = &arena, .cache = cache};

	for (size_t i = 0; i < count; i++) {
		char *copy = padded(texts[i], strlen(texts[i]));
		struct pick pick, other;
		enum picked picked = json_pick(copy, strlen(copy), &how, &pick);

		if (json_pick(copy, strlen(copy), &trailed, &other) != picked)
			fail_msg("%zu: %s", i, texts[i]);
		if (picked == PICKED)
			assert_string_equal(dump_of(&other), dump_of(&pick));
		memory_free(copy);
	}
	key_cache_free(cache);
}

static void test_trails_are_left(void **state)
{
	static const char *const texts[] = {
		"{\"a\":1,\"b\":{\"c\":2,\"d\":[{\"e\":3},{\"f\":4}]},\"g\":5}",
		"{\"a\":1,\"b\":{\"c\":2,\"d\":[{\"e\":3},{\"f\":4}]},\"g\":5}",
		/* Another key, another order, an end that is early or late. */
		"{\"a\":1,\"x\":2,\"b\":{\"c\":2}}",
		"{\"b\":{\"d\":1,\"c\":2},\"a\":1}",
		"{\"a\":1}",
		"{}",
		"{\"a\":1,\"b\":{\"c\":2,\"d\":[]},\"g\":5,\"h\":6}",
		/* Of another type than before. */
		"{\"a\":{\"b\":1},\"b\":[{\"c\":2}],\"g\":\"a\"}",
		"{\"a\":[[{\"b\":1,\"b\":2}]]}",
		/* Twice the same, on the key cache, behind it, and before it. */
		"{\"a\":1,\"b\":{\"c\":2,\"c\":3}}",
		"{\"a\":1,\"b\":{},\"a\":2}",
		"{\"a\":1,\"x\":2,\"a\":3}",
		"{\"a\":1,\"x\":2,\"b\":3,\"x\":4}",
		"{\"a\":1,\"b\":1,\"g\":1,\"h\":1,\"h\":1}",
		"{\"new\":1,\"new\":2}",
		/* Keys that begin like those. */
		"{\"ab\":1,\"b\":2}",
		"{\"a\" : 1 ,\"b\"\n:2}",
		"{\"a:\":1}",
		"{\"a\"1}",
		"{\"a\\\"\":1}",
	};
	const char *more[200];
	struct strbuf keys = STRBUF_INIT;

	(void)state;
	check_trail(texts, COUNT(texts));
	/* More keys than a key cache holds, more behind one, and keys that are too long for it. */
	for (size_t i = 0; i < COUNT(more); i++) {
		strbuf_reset(&keys);
		for (size_t j = 0; j < 5 + i % 3; j++)
			strbuf_addf(&keys, "%s\"%0*zu\":{\"k\":%zu}", j ? "," : "{", (int)(i % 50),
				    i * (j > 2), j);
		strbuf_addstr(&keys, i % 7 ? "}" : ",\"k\":1,\"k\":2}");
		more[i] = arena_strdup(&arena, keys.text);
	}
	check_trail(more, COUNT(more));
	strbuf_release(&keys);
}

/* What tries all bytes takes its time: it runs when "exhaustive" is asked for. */
int main(int argc, char **argv)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_wanted_members, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_verdicts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_numbers, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_many_digits_before_the_point, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_reals_are_rounded_right, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_strings_are_decoded, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_runs_of_utf8, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_duplicates_in_large_objects, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_depth, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_prefixes_want_more, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_length_and_newlines, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_lists_are_left, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_budget, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_trails_are_left, set_up, tear_down),
	};
	static const struct CMUnitTest exhaustive[] = {
		cmocka_unit_test_setup_teardown(test_each_byte_at_each_place, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_utf8, set_up, tear_down),
	};

	if (argc > 1 && strcmp(argv[1], "exhaustive") == 0)
		return cmocka_run_group_tests(exhaustive, NULL, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
