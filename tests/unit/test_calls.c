#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/calls.h"
#include "runtally/adapters/adapters.h"
#include "runtally/base/times.h"
#include "runtally/json/json.h"

static int64_t ms_of(const char *text)
{
	int64_t ms = TIME_UNKNOWN;

	assert_true(!text || time_or_date_parse(text, &ms));
	return ms;
}

/* What is told of it; NULL: nothing is. */
struct told {
	const char *at, *from, *to, *since, *until, *title, *environment;
	unsigned shard, shards;
	bool bad;
};

static struct call call_of(const struct told *told)
{
	static const char *const notes[] = {"a.json: cut short"};
	struct call call;

	call_init(&call);
	call.written_at = ms_of(told->at);
	call.from = ms_of(told->from);
	call.to = ms_of(told->to);
	call.since = ms_of(told->since);
	call.until = ms_of(told->until);
	call.title = told->title ? told->title : "T";
	call.environment = told->environment ? told->environment : "";
	call.shard = told->shard;
	call.shards = told->shards;
	call.errors = call.gaps = call.note_count = told->bad;
	call.notes = notes;
	return call;
}

enum { CALLS_MOST = 5 };

/* All notes, one a line. */
static void check(const struct told *told, const struct told *own, const struct period *period,
		  const char *wanted)
{
	struct call calls[CALLS_MOST], present;
	struct strbuf text = STRBUF_INIT;
	struct notes notes;
	size_t count = 0;

	for (; count < CALLS_MOST && told[count].at; count++)
		calls[count] = call_of(&told[count]);
	if (own)
		present = call_of(own);
	notes_init(&notes, 100);
	calls_note(calls, count, period, own ? &present : NULL, &notes);
	for (size_t i = 0; i < notes.count; i++) {
		strbuf_addf(&text, "%s%s", i ? "\n" : "", notes.items[i].text);
		assert_true(notes.items[i].incomplete);
	}
	assert_int_equal(notes.errors, 0);
	assert_int_equal(notes.incomplete, notes.count);
	assert_string_equal(text.text, wanted);
	strbuf_release(&text);
	notes_release(&notes);
}

static void which_parts_are_missing(void **state)
{
	static const struct {
		struct told calls[CALLS_MOST], own;
		const char *wanted;
	} cases[] = {
		{{{.at = "2026-11-18", .shard = 1, .shards = 2},
		  {.at = "2026-11-18", .shard = 2, .shards = 2}},
		 .wanted = ""},
		{{{.at = "2026-11-18", .shard = 1, .shards = 4},
		  {.at = "2026-11-18", .shard = 4, .shards = 4},
		  {.at = "2026-11-18", .shard = 2, .shards = 4}},
		 .wanted = "history: of the call of 2026-11-18 part 3 of 4 is missing"},
		{{{.at = "2026-11-18", .shard = 2, .shards = 3, .environment = "staging"},
		  {.at = "2026-11-18", .shard = 2, .shards = 3, .environment = "staging"}},
		 .wanted = "history: of the call of 2026-11-18 (staging) parts 1, 3 of 3 are "
			   "missing"},
		{{{.at = "2026-11-18", .shard = 7, .shards = 14}},
		 .wanted =
			 "history: of the call of 2026-11-18 parts 1, 2, 3, 4, 5, 6, 8, 9, 10, 11 "
			 "and 3 more of 14 are missing"},
		/* up to a day later; then another set begins */
		{{{.at = "2026-11-18T01:00:00Z", .shard = 1, .shards = 2},
		  {.at = "2026-11-19T00:59:59Z", .shard = 2, .shards = 2}},
		 .wanted = ""},
		{{{.at = "2026-11-18T01:00:00Z", .shard = 1, .shards = 2},
		  {.at = "2026-11-19T01:00:00Z", .shard = 2, .shards = 2}},
		 .wanted = "history: of the call of 2026-11-18 part 2 of 2 is missing\n"
			   "history: of the call of 2026-11-19 part 1 of 2 is missing"},
		/* of another title, environment, number */
		{{{.at = "2026-11-18", .shard = 1, .shards = 2},
		  {.at = "2026-11-18", .shard = 2, .shards = 2},
		  {.at = "2026-11-18", .shard = 1, .shards = 2, .title = "U"},
		  {.at = "2026-11-18", .shard = 2, .shards = 2, .environment = "e"},
		  {.at = "2026-11-18", .shard = 2, .shards = 3}},
		 .wanted = "history: of the call of 2026-11-18 (e) part 1 of 2 is missing\n"
			   "history: of the call of 2026-11-18 part 2 of 2 is missing\n"
			   "history: of the call of 2026-11-18 parts 1, 3 of 3 are missing"},
		/* the set that this call belongs to is not over yet */
		{{{.at = "2026-11-18", .shard = 1, .shards = 2}},
		 .own = {.at = "2026-11-18T02:00:00Z", .shard = 2, .shards = 2},
		 .wanted = ""},
		{{{.at = "2026-11-18", .shard = 1, .shards = 2}},
		 .own = {.at = "2026-11-19", .shard = 2, .shards = 2},
		 .wanted = "history: of the call of 2026-11-18 part 2 of 2 is missing"},
	};
	const struct period open = {TIME_UNKNOWN, TIME_UNKNOWN};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check(cases[i].calls, cases[i].own.at ? &cases[i].own : NULL, &open,
		      cases[i].wanted);
}

static void which_periods_are_touched(void **state)
{
	static const struct {
		struct told call;
		const char *since, *until;
		bool touched;
	} cases[] = {
		{{.at = "2026-11-18"}, NULL, NULL, true},
		/* from the first run to the call; without any, from the day before */
		{{.at = "2026-11-18", .from = "2026-11-16", .to = "2026-11-17"},
		 NULL,
		 "2026-11-16",
		 false},
		{{.at = "2026-11-18", .from = "2026-11-16", .to = "2026-11-17"},
		 NULL,
		 "2026-11-17",
		 true},
		{{.at = "2026-11-18", .from = "2026-11-16", .to = "2026-11-17"},
		 "2026-11-18",
		 NULL,
		 true},
		{{.at = "2026-11-18", .from = "2026-11-16", .to = "2026-11-17"},
		 "2026-11-19",
		 NULL,
		 false},
		{{.at = "2026-11-18"}, NULL, "2026-11-17", false},
		{{.at = "2026-11-18"}, NULL, "2026-11-18", true},
		/* what was asked for, and the runs */
		{{.at = "2026-11-18", .since = "2026-11-09", .until = "2026-11-16"},
		 "2026-11-16",
		 NULL,
		 false},
		{{.at = "2026-11-18", .since = "2026-11-09", .until = "2026-11-16"},
		 "2026-11-15",
		 NULL,
		 true},
		{{.at = "2026-11-18", .since = "2026-11-09", .until = "2026-11-16"},
		 NULL,
		 "2026-11-09",
		 false},
		{{.at = "2026-11-18",
		  .since = "2026-11-09",
		  .until = "2026-11-16",
		  .from = "2026-11-01",
		  .to = "2026-11-12"},
		 NULL,
		 "2026-11-09",
		 true},
		{{.at = "2026-11-18", .since = "2026-11-09"}, "2026-11-18", NULL, true},
		{{.at = "2026-11-18", .since = "2026-11-09"}, "2026-11-19", NULL, false},
		{{.at = "2026-11-18", .until = "2026-11-09"}, NULL, "2020-01-01", true},
		{{.at = "2026-11-18", .until = "2026-11-09"}, "2026-11-09", NULL, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct period period = {ms_of(cases[i].since), ms_of(cases[i].until)};
		struct told calls[CALLS_MOST] = {cases[i].call};

		calls[0].bad = true;
		check(calls, NULL, &period,
		      cases[i].touched ? "history: the call of 2026-11-18 had bad input (1 error: "
					 "a.json: cut short): its runs may be missing"
				       : "");
		calls[0].bad = false;
		calls[0].shard = 1;
		calls[0].shards = 2;
		check(calls, NULL, &period,
		      cases[i].touched ? "history: of the call of 2026-11-18 part 2 of 2 is missing"
				       : "");
	}
}

/* What a later or an odd version may write. */
static void what_a_line_tells(void **state)
{
	static const struct {
		const char *line;
		unsigned shard, shards;
		uint64_t gaps;
		size_t notes;
	} cases[] = {
		{"{\"written_at\":\"2026-11-18T00:00:00Z\"}", 0, 0, 0, 0},
		{"{\"written_at\":\"2026-11-18T00:00:00Z\",\"shard\":\"2/4\"}", 2, 4, 0, 0},
		{"{\"written_at\":\"2026-11-18T00:00:00Z\",\"shard\":\"5/4\"}", 0, 0, 0, 0},
		{"{\"written_at\":\"2026-11-18T00:00:00Z\",\"shard\":\"1/99999\"}", 0, 0, 0, 0},
		{"{\"written_at\":\"2026-11-18T00:00:00Z\",\"shard\":\"-1/4\"}", 0, 0, 0, 0},
		{"{\"written_at\":\"2026-11-18T00:00:00Z\",\"shard\":7,\"bad\":[1],\"title\":{}}",
		 0, 0, 0, 0},
		{"{\"written_at\":\"2026-11-18T00:00:00Z\",\"bad\":{\"errors\":-1,\"count\":3,"
		 "\"notes\":[\"a\",2,\"b\"]}}",
		 0, 0, 3, 2},
		{"{\"written_at\":\"2026-11-18T00:00:00Z\",\"bad\":{\"count\":12,\"notes\":[\"a\","
		 "\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\",\"a\"]}}",
		 0, 0, 12, CALL_NOTES},
	};
	struct arena arena;
	struct arena *before;

	(void)state;
	arena_init(&arena, 0);
	before = json_use_arena(&arena);
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct json_value *value;
		struct error err;
		struct call call;

		value = json_read(cases[i].line, strlen(cases[i].line), 1, 1, &err);
		assert_non_null(value);
		assert_true(frame_call(value, &arena, &call));
		assert_int_equal(call.shard, cases[i].shard);
		assert_int_equal(call.shards, cases[i].shards);
		assert_int_equal(call.gaps, cases[i].gaps);
		assert_int_equal(call.note_count, cases[i].notes);
		assert_int_equal(call.errors, 0);
		assert_int_equal(call_matters(&call), cases[i].shards || cases[i].gaps);
	}
	json_use_arena(before);
	arena_release(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(which_parts_are_missing),
		cmocka_unit_test(which_periods_are_touched),
		cmocka_unit_test(what_a_line_tells),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
