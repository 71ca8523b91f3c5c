/*
 * json_pick against jansson: it picks exactly what jansson accepts (but for keys with escapes), and
 * what it picks is jansson's value without what no path names. The parts of an object it calls
 * unfinished; the place of the text in memory, and plain C instead of the machine's own
 * instructions, change nothing.
 *
 * The input is a text. If its first byte is not `{`, its bytes are choices by which a text is made.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runtally/base/arena.h"
#include "runtally/base/strbuf.h"
#include "runtally/json/json.h"
#include "runtally/json/pick.h"

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

enum { TEXT_MOST = 4096, PREFIXES_MOST = 256, PATHS_MOST = 16, NESTING_MOST = 6 };

typedef enum picked pick_function(const char *, size_t, const struct picking *, struct pick *);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const path_sets[][PATHS_MOST] = {
	{NULL},
	{"*", NULL},
	{"", NULL},
	{"a", "b.a", "b.c[].a", "c?", "d[]?", "e[][].a", "f.*.a", "f.a.b", "g[].*?", NULL},
	{"*.a", "a.b", "data[].*[].a?", "data[].b", "*[].*.*", NULL},
	{"id?", "run_id", "status", "success", "turns[].metrics.latency_ms", "turns[].success",
	 "turns[].evaluation.scorer_outputs.*.score", "turns[].input?", "test_case", "summary.*",
	 "assertions[].name", "logs.render?", "conversation[].role", "data.*", NULL},
};

enum { SETS = sizeof(path_sets) / sizeof(*path_sets) };

static struct wanted *wanted_sets[SETS];
static struct arena arena;
static struct cache *cache; /* of this input, and at last of its parts */

static void demand(bool truth)
{
	if (!truth)
		abort();
}

/* ---- the same by another way: paths as text on jansson's values ---- */

/* The rest of `path` behind its first step if that leads to the member (NULL: to an item). */
static const char *follow(const char *path, const char *member)
{
	size_t length;

	if (!member)
		return strncmp(path, "[]", 2) == 0 ? path + 2 : NULL;
	if (*path == '.')
		path++;
	length = strcspn(path, ".[?");
	if (!length || (strncmp(path, "*", length) != 0 &&
			(strlen(member) != length || strncmp(path, member, length) != 0)))
		return NULL;
	return path + length;
}

static size_t follow_all(const char *const *paths, const char *member, const char **rests)
{
	size_t count = 0;

	for (; *paths; paths++) {
		rests[count] = follow(*paths, member);
		if (rests[count])
			count++;
	}
	rests[count] = NULL;
	return count;
}

static json_t *prune(json_t *value, const char *const *paths);

static json_t *prune_object(json_t *object, const char *const *paths)
{
	json_t *pruned = json_object(), *member;
	const char *rests[PATHS_MOST], *key;

	json_object_foreach(object, key, member) if (follow_all(paths, key, rests))
		json_object_set_new(pruned, key, prune(member, rests));
	return pruned;
}

static json_t *prune_list(json_t *list, const char *const *paths)
{
	json_t *pruned = json_array(), *item;
	const char *rests[PATHS_MOST];
	size_t i;

	if (follow_all(paths, NULL, rests))
		json_array_foreach(list, i, item) json_array_append_new(pruned, prune(item, rests));
	return pruned;
}

static json_t *prune(json_t *value, const char *const *paths)
{
	bool presence = true;

	for (const char *const *path = paths; *path; path++) {
		if (!**path)
			return value;
		if (strcmp(*path, "?") != 0)
			presence = false;
	}
	if (json_is_object(value))
		return prune_object(value, paths);
	if (json_is_array(value))
		return prune_list(value, paths);
	return presence && json_is_string(value) ? json_string("") : value;
}

/* ---- a text out of choices ---- */

struct choices {
	const uint8_t *data;
	size_t size, at;
};

static unsigned choose(struct choices *choices, unsigned count)
{
	return choices->at < choices->size ? choices->data[choices->at++] % count : 0;
}

static void add_choice(struct strbuf *out, struct choices *choices, const char *const *texts)
{
	unsigned count = 0;

	while (texts[count])
		count++;
	strbuf_addstr(out, texts[choose(choices, count)]);
}

static void add_blanks(struct strbuf *out, struct choices *choices)
{
	static const char *const blanks[] = {"",
					     "",
					     "",
					     "",
					     "",
					     "",
					     "",
					     "",
					     " ",
					     "\n",
					     "\t\r",
					     "\n  ",
					     "   \n                 \n",
					     NULL};

	add_choice(out, choices, blanks);
}

/* Pieces of strings about each of which something is to be decided. */
static void add_string(struct strbuf *out, struct choices *choices)
{
	static const char *const pieces[] = {
		"", "a", "sixteen bytes xx", "\\n", "\\\"", "\\\\", "\\u00e9", "\\uD83D\\uDE00",
		"\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xED\x9F\xBF", "\xE0\xA0\x80",
		"\xF4\x8F\xBF\xBF", "\xEE\x80\x80", "\x7F", "\\u001f", "\\/", "0123456789",
		"\xC2\x80", "\xF0\x90\x80\x80", "\xEF\xBF\xBF", "thirty-one bytes of plain ASCII",
		"\xE4\xB9\x98\xE5\xAE\xA2",
		/* from here on wrong ones */
		"\\u0000", "\\uD83D", "\\uDE00", "\\uD83D\\u0041", "\\x", "\\u12", "\x80",
		"\xC0\x80", "\xC1\xBF", "\xC3", "\xE2\x82", "\xE0\x9F\xBF", "\xED\xA0\x80",
		"\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xF0\x9F\x98", "\x1F",
		"\n", "\xFF", NULL};
	enum { WRONG = 20 };
	unsigned count = 0, length = choose(choices, 8);

	while (pieces[count])
		count++;
	strbuf_addch(out, '"');
	while (length--) {
		bool wrong = choose(choices, 64) == 63;
		unsigned index = choose(choices, wrong ? count : count - WRONG);

		strbuf_addstr(out, pieces[index]);
	}
	strbuf_addch(out, '"');
}

static void add_scalar(struct strbuf *out, struct choices *choices)
{
	static const char *const scalars[] = {"0",
					      "1",
					      "-0",
					      "-1",
					      "0.5",
					      "-0.0",
					      "1e3",
					      "1E+2",
					      "1e-7",
					      "true",
					      "false",
					      "null",
					      "9223372036854775807",
					      "-9223372036854775808",
					      "9223372036854775808",
					      "-9223372036854775809",
					      "999999999999999999",
					      "1000000000000000000",
					      "9007199254740993.0",
					      "0.30000000000000004",
					      "1e22",
					      "1e23",
					      "123456789e-30",
					      "1.7976931348623157e308",
					      "1.8e308",
					      "-1e999",
					      "1e-999",
					      "4.9e-324",
					      "2.5e-5",
					      "100000000000000000000000.5",
					      "0e0",
					      "1.0",
					      "12345678901234567890.25",
					      "18446744073709551617.0",
					      "0.00000000000000000000000000001",
					      "1e00000000000000002",
					      "72057594037927937e1",
					      NULL};
	static const char *const wrong[] = {
		"01",  "-",   "1.",    "1.e1", ".5",  "1e", "1e+", "+1",       "NaN",      "True",
		"tru", "nul", "truex", "0x1",  "--1", "",   "'a'", "\xC2\xA0", "Infinity", NULL};

	add_choice(out, choices, choose(choices, 64) == 63 ? wrong : scalars);
}

static void add_name(struct strbuf *out, struct choices *choices)
{
	static const char *const keys[] = {"a",
					   "b",
					   "c",
					   "d",
					   "e",
					   "f",
					   "g",
					   "data",
					   "id",
					   "status",
					   "turns",
					   "metrics",
					   "evaluation",
					   "scorer_outputs",
					   "score",
					   "latency_ms",
					   "summary",
					   "assertions",
					   "",
					   "name",
					   "success",
					   "a key of more than sixteen bytes",
					   "exactly-16-bytes",
					   "cl\xC3\xA9",
					   "\xE9\x94\xAE",
					   NULL};

	if (choose(choices, 32) == 31) {
		add_string(out, choices);
	} else {
		strbuf_addch(out, '"');
		add_choice(out, choices, keys);
		strbuf_addch(out, '"');
	}
}

static void add_value(struct strbuf *out, struct choices *choices, unsigned depth);

static void add_container(struct strbuf *out, struct choices *choices, unsigned depth, bool object)
{
	unsigned count = choose(choices, 6);

	strbuf_addch(out, object ? '{' : '[');
	add_blanks(out, choices);
	for (unsigned i = 0; i < count; i++) {
		if (i)
			strbuf_addch(out, ',');
		add_blanks(out, choices);
		if (object) {
			add_name(out, choices);
			add_blanks(out, choices);
			strbuf_addch(out, ':');
			add_blanks(out, choices);
		}
		add_value(out, choices, depth + 1);
		add_blanks(out, choices);
	}
	strbuf_addch(out, object ? '}' : ']');
}

static void add_value(struct strbuf *out, struct choices *choices, unsigned depth)
{
	unsigned what = choose(choices, depth < NESTING_MOST ? 6 : 2);

	if (what == 0)
		add_scalar(out, choices);
	else if (what == 1)
		add_string(out, choices);
	else
		add_container(out, choices, depth, what < 4);
}

/* ---- the comparison ---- */

static char *padded; /* offset + size + padding bytes */

static const char *place(const char *text, size_t size, size_t offset)
{
	memory_free(padded);
	padded = memory_alloc(offset + size + JSON_PICK_PADDING);
	memset(padded, '"', offset);
	memcpy(padded + offset, text, size);
	memset(padded + offset + size, 0, JSON_PICK_PADDING);
	return padded + offset;
}

/* `text` is right: is there a backslash in a string before a colon? */
static bool has_escaped_key(const char *text, size_t size)
{
	bool inside = false, escaped = false;

	for (size_t i = 0; i < size; i++) {
		if (inside && text[i] == '\\') {
			escaped = true;
			i++;
		} else if (text[i] == '"') {
			inside = !inside;
			escaped = escaped && !inside;
		} else if (!inside && escaped && text[i] == ':') {
			return true;
		}
	}
	return false;
}

static char *dump(const json_t *value)
{
	return json_dumps(value, JSON_COMPACT | JSON_REAL_PRECISION(17));
}

static size_t count_newlines(const char *text, size_t size)
{
	size_t count = 0;

	for (size_t i = 0; i < size; i++)
		count += text[i] == '\n';
	return count;
}

struct expected {
	bool accepted, picked; /* by jansson; here */
	size_t length;
	json_t *value;
};

static struct expected ask_jansson(const char *text, size_t size)
{
	struct expected expected = {.accepted = false};
	json_error_t error;

	expected.value =
		json_loadb(text, size, JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK, &error);
	if (!expected.value)
		return expected;
	expected.length = (size_t)error.position;
	/* jansson swallows a NUL behind a number. */
	expected.accepted = !memchr(text, 0, expected.length);
	expected.picked = expected.accepted && !has_escaped_key(text, expected.length);
	return expected;
}

static void check_one(pick_function *function, const char *text, size_t size, size_t offset,
		      const struct expected *expected, size_t set, const char *values)
{
	const struct picking how = {
		.wanted = wanted_sets[set], .arena = &arena, .cache = offset ? cache : NULL};
	struct pick pick;
	enum picked picked = function(place(text, size, offset), size, &how, &pick);

	demand((picked == PICKED) == expected->picked);
	if (picked != PICKED)
		return;
	demand(pick.length == expected->length);
	demand(pick.newlines == count_newlines(text, pick.length));
	memset(padded, 'x', offset + size); /* the values must not refer to it */
	demand(strcmp(dump(json_value_to_jansson(&pick.value)), values) == 0);
}

static void check_prefixes(pick_function *function, const char *text, size_t size)
{
	const struct picking how = {.wanted = wanted_sets[1], .arena = &arena, .cache = cache};
	struct pick pick;

	for (size_t i = 1; i < size; i++)
		demand(function(place(text, i, 0), i, &how, &pick) == PICKED_MORE);
}

/* With lists: refused where a member of the whole object is one, else the same. */
static void check_lists(pick_function *function, const char *text, size_t size,
			const struct expected *expected)
{
	static const char *const lists[] = {"data", "turns", NULL};
	bool listed = json_is_array(json_object_get(expected->value, "data")) ||
		      json_is_array(json_object_get(expected->value, "turns"));
	const struct picking how = {.wanted = wanted_sets[1], .lists = lists, .arena = &arena};
	struct pick pick;
	enum picked picked = function(place(text, size, 1), size, &how, &pick);

	demand((picked == PICKED) == (expected->picked && !listed));
}

static void check(const char *text, size_t size)
{
	struct expected expected = ask_jansson(text, size);

	cache = key_cache_new();
	for (size_t set = 0; set < SETS; set++) {
		const char *values = "";

		if (expected.picked)
			values = dump(prune(expected.value, path_sets[set]));
		check_one(json_pick, text, size, set, &expected, set, values);
		check_one(plain_json_pick, text, size, set, &expected, set, values);
		for (size_t offset = 0; set == 1 && offset < 16; offset++)
			check_one(json_pick, text, size, offset, &expected, set, values);
	}
	check_lists(json_pick, text, size, &expected);
	check_lists(plain_json_pick, text, size, &expected);
	if (expected.picked && expected.length <= PREFIXES_MOST) {
		check_prefixes(json_pick, text, expected.length);
		check_prefixes(plain_json_pick, text, expected.length);
	}
	key_cache_free(cache);
}

static void set_up(void)
{
	arena_init(&arena, 0);
	for (size_t set = 0; set < SETS; set++) {
		wanted_sets[set] = wanted_new();
		for (const char *const *path = path_sets[set]; *path; path++)
			wanted_add(wanted_sets[set], *path);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct choices choices = {.data = data, .size = size};
	struct strbuf text = STRBUF_INIT;

	if (!wanted_sets[0])
		set_up();
	if (size > TEXT_MOST)
		return 0;
	if (size && data[0] != '{')
		add_container(&text, &choices, 0, true);
	else
		strbuf_add(&text, (const char *)data, size);
	json_use_arena(&arena);
	if (text.length)
		check(text.text, text.length);
	json_use_arena(NULL);
	arena_reset(&arena);
	strbuf_release(&text);
	return 0;
}
