#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"
#include "runtally/model/run.h"

static void outcomes(void **state)
{
	static const char *const names[] = {"passed", "failed", "error", "pending", "unknown"};
	static const char *const strangers[] = {"", "Passed", "pass", "passedx", "errors"};

	(void)state;
	for (unsigned i = 0; i < OUTCOME_COUNT; i++) {
		assert_string_equal(outcome_name((enum outcome)i), names[i]);
		assert_int_equal(outcome_by_name(names[i]), i);
	}
	for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++)
		assert_int_equal(outcome_by_name(strangers[i]), OUTCOME_COUNT);
}

static void kinds_of_messages(void **state)
{
	static const struct {
		const char *role;
		enum message_kind kind;
	} cases[] = {
		{"user", MESSAGE_USER},
		{"tool", MESSAGE_TOOL},
		{ROLE_TOOL_CALL, MESSAGE_TOOL},
		{"tool: find: order", MESSAGE_TOOL},
		{"function", MESSAGE_TOOL},
		{"system", MESSAGE_SYSTEM},
		{"developer", MESSAGE_SYSTEM},
		{"assistant", MESSAGE_SPOKEN},
		{"assistant: tool", MESSAGE_SPOKEN},
		{"tools", MESSAGE_SPOKEN},
		{"too", MESSAGE_SPOKEN},
		{":", MESSAGE_SPOKEN},
		{"", MESSAGE_SPOKEN},
		{NULL, MESSAGE_SPOKEN},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_int_equal(message_kind(cases[i].role), cases[i].kind);
}

static void nothing_known(void **state)
{
	struct run run;

	(void)state;
	memset(&run, 0x5a, sizeof(run));
	run_init(&run);
	assert_int_equal(run.outcome, OUTCOME_UNKNOWN);
	assert_int_equal(run.duration_ms, -1);
	assert_int_equal(run.updated_at, TIME_UNKNOWN);
	assert_int_equal(run_begin(&run), TIME_UNKNOWN);
	assert_int_equal(run_when(&run), TIME_UNKNOWN);
	assert_null(run.source);
	assert_null(run.reason);
	assert_null(run.details);
	assert_false(run.has_score || run.has_cost || run.has_tokens);
}

#define NONE TIME_UNKNOWN

static void times(void **state)
{
	static const struct {
		int64_t created, started, ended, known; /* duration told, or -1 */
		int64_t begin, when, duration;
	} cases[] = {
		{NONE, NONE, NONE, -1, NONE, NONE, -1},
		{10, NONE, NONE, -1, 10, 10, -1},
		{10, 20, NONE, -1, 20, 20, -1},
		{10, 20, 50, -1, 20, 50, 30},
		{10, NONE, 50, -1, 10, 50, 40},
		{NONE, NONE, 50, -1, NONE, 50, -1},
		{10, 20, 20, -1, 20, 20, 0},
		{10, 20, 19, -1, 20, 19, -1}, /* an end before the start gives no duration */
		{10, 20, 50, 7, 20, 50, 7},   /* what is told stands */
		{10, 20, 50, 0, 20, 50, 0},
		{-50, -40, -10, -1, -40, -10, 30},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct run run = made_run("kapso", "1", OUTCOME_PASSED);

		run.created_at = cases[i].created;
		run.started_at = cases[i].started;
		run.ended_at = cases[i].ended;
		run.duration_ms = cases[i].known;
		run_derive_duration(&run);
		assert_int_equal(run_begin(&run), cases[i].begin);
		assert_int_equal(run_when(&run), cases[i].when);
		assert_int_equal(run.duration_ms, cases[i].duration);
	}
}

/* What dates a run that tells no time counts it and says which name is later; it is no time. */
static void dates(void **state)
{
	static const struct {
		int64_t created, ended, seen, dated, exported;
		int64_t when, counted, named;
	} cases[] = {
		{NONE, NONE, NONE, NONE, NONE, NONE, NONE, NONE},
		{NONE, NONE, 60, NONE, NONE, NONE, 60, 60},
		{NONE, NONE, 60, 40, NONE, NONE, 40, 60},
		{NONE, NONE, NONE, 40, NONE, NONE, 40, NONE},
		{NONE, NONE, NONE, 40, 30, NONE, 40, 30},
		{NONE, NONE, 60, 40, 30, NONE, 40, 30},
		{10, NONE, 60, 40, 30, 10, 10, 10},
		{NONE, 50, 60, 40, NONE, 50, 50, 50},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct run run = made_run("playgent", "1", OUTCOME_PASSED);

		run.created_at = cases[i].created;
		run.ended_at = cases[i].ended;
		run.seen_at = cases[i].seen;
		run.dated_at = cases[i].dated;
		run.exported_at = cases[i].exported;
		assert_int_equal(run_when(&run), cases[i].when);
		assert_int_equal(run_counted_at(&run), cases[i].counted);
		assert_int_equal(run_named_at(&run), cases[i].named);
	}
}

/* ---- keeping ---- */

/* A run with something in every member; all strings are on the heap, so that copies show. */
struct full {
	struct arena arena;
	struct run run;
};

static const char *text(struct full *full, const char *words)
{
	return arena_strdup(&full->arena, words);
}

static struct message *messages(struct full *full, const char *role, const char *content)
{
	struct message *made = arena_alloc(&full->arena, sizeof(*made));

	*made = (struct message){text(full, role), text(full, content)};
	return made;
}

static void fill_details(struct full *full)
{
	struct details *details = arena_zalloc(&full->arena, sizeof(*details));
	struct turn *turn = arena_zalloc(&full->arena, sizeof(*turn));
	struct passage *passage = arena_alloc(&full->arena, sizeof(*passage));

	*turn = (struct turn){
		.input = messages(full, "user", "in"),
		.input_count = 1,
		.output = messages(full, "assistant", "out"),
		.output_count = 1,
		.expected = text(full, "expected"),
		.trace_id = text(full, "trace"),
		.outcome = OUTCOME_FAILED,
		.has_latency = true,
		.latency_ms = 5,
	};
	*passage = (struct passage){text(full, "Log"), text(full, "log")};
	*details = (struct details){
		.turns = turn,
		.turn_count = 1,
		.passages = passage,
		.passage_count = 1,
		.transcript = messages(full, "tool", "said"),
		.transcript_count = 1,
	};
	full->run.details = details;
}

static void full_init(struct full *full)
{
	struct criterion *criterion;
	uint32_t *latencies;

	arena_init(&full->arena, 0);
	full->run = made_run(text(full, "playgent"), text(full, "id"), OUTCOME_FAILED);
	full->run.suite = (struct label){text(full, "suite-id"), text(full, "suite")};
	full->run.test_case = (struct label){text(full, "case-id"), text(full, "case")};
	full->run.agent = (struct label){text(full, "agent-id"), text(full, "agent")};
	full->run.execution_id = text(full, "execution");
	full->run.model = text(full, "model");
	full->run.status = text(full, "status");
	full->run.reason = text(full, "reason");
	full->run.origin = text(full, "origin");
	full->run.has_cost = true;
	full->run.cost_nano = 77;
	latencies = arena_alloc(&full->arena, 2 * sizeof(*latencies));
	latencies[0] = 3;
	latencies[1] = UINT32_MAX;
	full->run.latency_ms = latencies;
	full->run.latency_count = 2;
	criterion = arena_alloc(&full->arena, sizeof(*criterion));
	*criterion = (struct criterion){
		.name = text(full, "criterion"), .detail = text(full, "detail"), .turn = NO_TURN};
	full->run.criteria = criterion;
	full->run.criterion_count = 1;
	fill_details(full);
}

static const char *shout(void *ctx, const char *words)
{
	static char buffer[64];

	++*(size_t *)ctx;
	snprintf(buffer, sizeof(buffer), "<%s>", words);
	return buffer;
}

static const char *shout_label(void *ctx, const char *label, enum label_kind kind)
{
	(void)kind;
	return shout(ctx, label);
}

static void check_label(const struct label *label, const char *id, const char *name)
{
	assert_string_equal(label->id, id);
	assert_string_equal(label->name, name);
}

static void check_details(const struct run *run)
{
	const struct turn *turn = &run->details->turns[0];

	assert_string_equal(turn->input[0].role, "<user>");
	assert_string_equal(turn->input[0].content, "<in>");
	assert_string_equal(turn->output[0].role, "<assistant>");
	assert_string_equal(turn->output[0].content, "<out>");
	assert_string_equal(turn->expected, "<expected>");
	assert_string_equal(turn->trace_id, "<trace>");
	assert_int_equal(turn->latency_ms, 5);
	assert_string_equal(run->details->passages[0].label, "<Log>");
	assert_string_equal(run->details->passages[0].text, "<log>");
	assert_string_equal(run->details->transcript[0].role, "<tool>");
	assert_string_equal(run->details->transcript[0].content, "<said>");
}

static void check_texts(const struct run *kept)
{
	assert_string_equal(kept->source, "<playgent>");
	assert_string_equal(kept->run_id, "<id>");
	check_label(&kept->suite, "<suite-id>", "<suite>");
	check_label(&kept->test_case, "<case-id>", "<case>");
	check_label(&kept->agent, "<agent-id>", "<agent>");
	assert_string_equal(kept->execution_id, "<execution>");
	assert_string_equal(kept->model, "<model>");
	assert_string_equal(kept->status, "<status>");
	assert_string_equal(kept->reason, "<reason>");
	assert_string_equal(kept->origin, "<origin>");
	assert_string_equal(kept->criteria[0].name, "<criterion>");
	assert_int_equal(kept->latency_ms[1], UINT32_MAX);
	assert_int_equal(kept->cost_nano, 77);
	assert_true(kept->identity == run_identity(kept));
}

/* A run set, its spool, and room for what is loaded. */
struct set {
	struct spool spool;
	struct runs runs;
	struct arena arena;
};

static void set_init(struct set *set)
{
	spool_init(&set->spool, 0, "/tmp");
	runs_init(&set->runs, &set->spool);
	arena_init(&set->arena, 0);
}

static void set_release(struct set *set)
{
	runs_release(&set->runs);
	spool_release(&set->spool);
	arena_release(&set->arena);
}

/* Every string passes the filter, and nothing of the record is needed any more. */
static void keeps_filtered_copies(void **state)
{
	struct full full;
	struct set set;
	struct run *kept, loaded;
	size_t filtered = 0;

	(void)state;
	full_init(&full);
	set_init(&set);
	kept = runs_keep(&set.runs, &full.run, true, shout, shout_label, &filtered);
	arena_release(&full.arena);
	assert_int_equal(set.runs.count, 1);
	assert_ptr_equal(set.runs.items[0], kept);
	/*
	 * 13 of the run, 2 of the criterion, 6 of the turn, 2 of the passage, 2 of the transcript
	 */
	assert_int_equal(filtered, 25);
	check_texts(kept);
	assert_null(kept->details);
	assert_null(kept->criteria[0].detail);
	loaded = run_load(kept, &set.spool, &set.arena);
	check_texts(&loaded);
	assert_string_equal(loaded.criteria[0].detail, "<detail>");
	check_details(&loaded);
	assert_null(kept->details);
	assert_null(kept->criteria[0].detail);
	set_release(&set);
}

/* A filter that numbers what it sees. */
static const char *number(void *ctx, const char *words)
{
	static char buffer[64];

	snprintf(buffer, sizeof(buffer), "%zu %s", ++*(size_t *)ctx, words);
	return buffer;
}

/* Numbers of placeholders depend on the order, and reports are to stay the same. */
static void filters_in_a_fixed_order(void **state)
{
	struct full full;
	struct set set;
	struct run loaded;
	const struct turn *turn;
	size_t filtered = 0;

	(void)state;
	full_init(&full);
	set_init(&set);
	loaded = run_load(runs_keep(&set.runs, &full.run, true, number, NULL, &filtered),
			  &set.spool, &set.arena);
	turn = &loaded.details->turns[0];
	assert_string_equal(loaded.reason, "1 reason");
	assert_string_equal(loaded.origin, "2 origin");
	assert_string_equal(loaded.criteria[0].detail, "3 detail");
	assert_string_equal(loaded.details->passages[0].label, "4 Log");
	assert_string_equal(loaded.details->passages[0].text, "5 log");
	assert_string_equal(turn->input[0].role, "6 user");
	assert_string_equal(turn->input[0].content, "7 in");
	assert_string_equal(turn->output[0].role, "8 assistant");
	assert_string_equal(turn->output[0].content, "9 out");
	assert_string_equal(turn->expected, "10 expected");
	assert_string_equal(turn->trace_id, "11 trace");
	assert_string_equal(loaded.details->transcript[0].role, "12 tool");
	assert_string_equal(loaded.details->transcript[0].content, "13 said");
	arena_release(&full.arena);
	set_release(&set);
}

static void keeps_no_details_unasked(void **state)
{
	/* unasked, or without a place to put them */
	static const struct {
		bool asked, spooled;
	} cases[] = {{false, true}, {true, false}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct full full;
		struct set set;
		struct run *kept, loaded;
		size_t filtered = 0;

		full_init(&full);
		set_init(&set);
		if (!cases[i].spooled)
			set.runs.spool = NULL;
		kept = runs_keep(&set.runs, &full.run, cases[i].asked, shout, shout_label,
				 &filtered);
		check_texts(kept);
		assert_int_equal(kept->details_place, 0);
		assert_int_equal(kept->part_count, 0);
		assert_int_equal(filtered, 14);
		loaded = run_load(kept, &set.spool, &set.arena);
		assert_null(loaded.details);
		assert_null(loaded.criteria[0].detail);
		arena_release(&full.arena);
		set_release(&set);
	}
}

static void keeps_what_is_missing_missing(void **state)
{
	struct run run = made_run("kapso", "1", OUTCOME_PENDING);
	struct set set;
	struct run *kept;

	(void)state;
	set_init(&set);
	kept = runs_keep(&set.runs, &run, true, NULL, NULL, NULL);
	assert_null(kept->suite.id);
	assert_null(kept->suite.name);
	assert_null(kept->reason);
	assert_int_equal(kept->details_place, 0);
	assert_null(kept->criteria);
	assert_null(kept->latency_ms);
	assert_null(run_folder(kept));
	assert_string_equal(kept->run_id, "1");
	assert_ptr_not_equal(kept->run_id, run.run_id);
	set_release(&set);
}

/* A million runs of a hundred cases hold a hundred names; and runs do not move. */
static void shares_names(void **state)
{
	enum { RUNS = 500 };
	struct runs runs;
	struct run *first = NULL;

	(void)state;
	runs_init(&runs, NULL);
	for (int i = 0; i < RUNS; i++) {
		char name[16] = "case";
		struct run run = made_run("kapso", "1", OUTCOME_PASSED), *kept;

		run.test_case.name = name;
		kept = runs_keep(&runs, &run, false, NULL, NULL, NULL);
		first = first ? first : kept;
		assert_ptr_equal(kept->test_case.name, first->test_case.name);
		assert_ptr_equal(runs.items[0], first);
	}
	assert_int_equal(runs.count, RUNS);
	runs_release(&runs);
}

/* ---- lists of criteria ---- */

static const struct criterion *keep_list(struct runs *runs, const struct criterion *items,
					 size_t count)
{
	struct run run = made_run("telnyx", "1", OUTCOME_FAILED);

	run.criteria = items;
	run.criterion_count = (uint32_t)count;
	return runs_keep(runs, &run, false, NULL, NULL, NULL)->criteria;
}

/* Lists that differ in one thing are two, and equal ones are one, unless they have scores. */
static void shares_criteria(void **state)
{
	static const struct criterion lists[][2] = {
		{{.name = "a", .turn = NO_TURN}, {.name = "b", .turn = NO_TURN}},
		{{.name = "a", .turn = NO_TURN}, {.name = "c", .turn = NO_TURN}},
		{{.name = "b", .turn = NO_TURN}, {.name = "a", .turn = NO_TURN}},
		{{.name = "a", .turn = NO_TURN}, {.name = "b", .turn = 0}},
		{{.name = "a", .turn = NO_TURN},
		 {.name = "b", .turn = NO_TURN, .outcome = OUTCOME_FAILED}},
		{{.name = "a", .turn = NO_TURN}, {.turn = NO_TURN}},
		{{.name = "a", .turn = NO_TURN},
		 {.name = "b", .turn = NO_TURN, .has_score = true, .score_micro = 1}},
	};
	enum { LISTS = sizeof(lists) / sizeof(lists[0]) };
	const struct criterion *kept[LISTS];
	struct runs runs;

	(void)state;
	runs_init(&runs, NULL);
	for (size_t i = 0; i < LISTS; i++) {
		kept[i] = keep_list(&runs, lists[i], 2);
		for (size_t j = 0; j < i; j++)
			assert_ptr_not_equal(kept[i], kept[j]);
	}
	assert_ptr_not_equal(keep_list(&runs, lists[0], 1), kept[0]);
	for (size_t i = 0; i < LISTS - 1; i++)
		assert_ptr_equal(keep_list(&runs, lists[i], 2), kept[i]);
	assert_int_equal(kept[6][1].score_micro, 1);
	assert_int_equal(keep_list(&runs, lists[6], 2)[1].score_micro, 1);
	runs_release(&runs);
}

static void shares_many_lists(void **state)
{
	enum { LISTS = 500 };
	static const struct criterion *kept[LISTS];
	struct runs runs;

	(void)state;
	runs_init(&runs, NULL);
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < LISTS; i++) {
			const struct criterion item = {.name = "same", .turn = i};
			const struct criterion *list = keep_list(&runs, &item, 1);

			assert_int_equal(list->turn, i);
			if (round)
				assert_ptr_equal(list, kept[i]);
			kept[i] = list;
		}
	runs_release(&runs);
}

/* A run that tells nothing but why a criterion failed. */
static void keeps_details_of_criteria_alone(void **state)
{
	struct full full;
	struct set set;
	struct run loaded;

	(void)state;
	full_init(&full);
	set_init(&set);
	full.run.details = NULL;
	loaded = run_load(runs_keep(&set.runs, &full.run, true, NULL, NULL, NULL), &set.spool,
			  &set.arena);
	assert_null(loaded.details);
	assert_int_equal(loaded.part_count, 0);
	assert_string_equal(loaded.criteria[0].detail, "detail");
	arena_release(&full.arena);
	set_release(&set);
}

/* ---- origins ---- */

static void origins(void **state)
{
	static const struct {
		const char *told, *label;
		uint32_t record;
		const char *expected;
	} cases[] = {
		{NULL, NULL, 0, ""},
		{NULL, NULL, 7, ""},
		{NULL, "a.json", 0, "a.json"},
		{NULL, "a.json", 1, "a.json#1"},
		{NULL, "a.json", UINT32_MAX, "a.json#4294967295"},
		{"b.json#3", "a.json", 1, "b.json#3"},
		{"b.json", NULL, 0, "b.json"},
		{"a.json#1", "b.json", 0, "a.json#1"},
	};
	enum { CASES = sizeof(cases) / sizeof(cases[0]) };
	struct run_input inputs[CASES];
	struct run runs[CASES];

	(void)state;
	for (size_t i = 0; i < CASES; i++) {
		struct strbuf text = STRBUF_INIT;

		inputs[i] = (struct run_input){cases[i].label, "folder", 0};
		runs[i] = made_run("kapso", "1", OUTCOME_PASSED);
		runs[i].origin = cases[i].told;
		runs[i].input = cases[i].label ? &inputs[i] : NULL;
		runs[i].record = cases[i].record;
		run_origin(&runs[i], &text);
		assert_string_equal(text.text, cases[i].expected);
		strbuf_release(&text);
	}
	for (size_t i = 0; i < CASES; i++)
		for (size_t j = 0; j < CASES; j++) {
			int order = strcmp(cases[i].expected, cases[j].expected);
			int found = run_compare_origins(&runs[i], &runs[j]);

			assert_int_equal((found > 0) - (found < 0), (order > 0) - (order < 0));
		}
}

/* What a million of them are to take. */
static void is_small(void **state)
{
	(void)state;
	if (sizeof(void *) == 8) {
		assert_true(sizeof(struct run) <= 304);
		assert_true(sizeof(struct criterion) <= 24);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outcomes),
		cmocka_unit_test(kinds_of_messages),
		cmocka_unit_test(nothing_known),
		cmocka_unit_test(times),
		cmocka_unit_test(dates),
		cmocka_unit_test(keeps_filtered_copies),
		cmocka_unit_test(keeps_no_details_unasked),
		cmocka_unit_test(keeps_what_is_missing_missing),
		cmocka_unit_test(shares_names),
		cmocka_unit_test(filters_in_a_fixed_order),
		cmocka_unit_test(shares_criteria),
		cmocka_unit_test(shares_many_lists),
		cmocka_unit_test(keeps_details_of_criteria_alone),
		cmocka_unit_test(origins),
		cmocka_unit_test(is_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
