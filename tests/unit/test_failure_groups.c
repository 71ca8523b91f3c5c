#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report.h"
#include "runtally/analysis/failure_groups.h"
#include "steps.h"

/* ---- fingerprints: `#` stands for a blank here ---- */

static void shown(struct fingerprint *fingerprint)
{
	for (size_t i = 0; i < fingerprint->key.length; i++)
		if (fingerprint->key.text[i] == FINGERPRINT_SIGN)
			fingerprint->key.text[i] = '#';
}

static void fingerprints(void **state)
{
	static const struct {
		const char *text, *key;
	} cases[] = {
		{"", ""},
		{"  Tone\t is \n\n bad ", "tone is bad"},
		{"timed out.", "timed out"},
		{"\1\1", ""},
		{"score 0.42 below 0.8", "score # below #"},
		{"Score 1e-5 below -3", "score # below #"},
		{"12,345 tokens, 7 left", "# tokens, # left"},
		{"took 2.4s (50%)", "took # (#%)"},
		{"cost $0.0123", "cost $#"},
		{"at 2026-11-20T10:00:00.000Z", "at #"},
		{"at 2026-11-20T10:00:00+02:00", "at #"},
		{"on 2026-11-20 at 10:00:32", "on # at #"},
		{"call 550e8400-e29b-41d4-a716-446655440000", "call #"},
		{"call abcdefab-cdef-abcd-efab-cdefabcdefab", "call #"},
		{"run_ab12 and req-7f3a9c-x lost", "run_# and req-# lost"},
		{"0xdeadbeef", "#"},
		{"req_aaec, data_feed_lost, deed, x_abc", "req_#, data_feed_lost, deed, x_abc"},
		{"\"\"\"\"\"\"", "\"#\"\"#\"\"#\""},
		{"10.0.0.1:8080 refused", "# refused"},
		{"GET https://example.com/v1/runs/17/log", "get https://example.com/#/runs/#/log"},
		{"wrote to [email 3]", "wrote to [email #]"},
		{"said \"no\" to 'it'", "said \"#\" to '#'"},
		{"said “no” to «it» and `x`", "said “#” to «#» and `#`"},
		{"don't, it's the users' data's", "don't, it's the users' data's"},
		{"says 'don't' twice", "says '#' twice"},
		{"an \"open quote", "an \"open quote"},
		{"an \"open \"quote 'too", "an \"#\"quote 'too"},
		{"{\"type\":\"rate_limit\",\"ms\":12}", "{\"type\":\"#\",\"ms\":#}"},
		{"HTTP 503 from upstream", "http 503 from upstream"},
		{"HTTP/1.1 503", "http/# 503"},
		{"status code 429 after 3 tries", "status code 429 after # tries"},
		{"error 1045, error 45", "error #, error #"},
		{"code 999", "code #"},
		{"after 503 tries", "after # tries"},
		{"turn-based non-zero", "turn-based non-zero"},
		{"第3回 Größe 42", "第#回 größe #"},
		{"a - 3", "a - #"},
		{"range 1-3", "range #"},
		{"v.5 of a,3", "v.# of a,#"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fingerprint fingerprint;

		fingerprint_init(&fingerprint);
		fingerprint_make(&fingerprint, "left over 1 2 3");
		fingerprint_make(&fingerprint, cases[i].text);
		shown(&fingerprint);
		assert_string_equal(fingerprint.key.text, cases[i].key);
		fingerprint_release(&fingerprint);
	}
}

static void folds(void **state)
{
	struct fingerprint fingerprint;

	(void)state;
	fingerprint_init(&fingerprint);
	fingerprint_fold(&fingerprint, " Says  \"9 AM\". ");
	assert_string_equal(fingerprint.key.text, "says \"9 am\"");
	assert_int_equal(fingerprint.count, 0);
	fingerprint_release(&fingerprint);
}

static void ellipses(void **state)
{
	static const char text[] = "score 0.42 below 0.8, \"x\"";
	static const struct {
		uint64_t bits;
		const char *shown;
	} cases[] = {
		{0, text},
		{1, "score … below 0.8, \"x\""},
		{2, "score 0.42 below …, \"x\""},
		{7, "score … below …, \"…\""},
	};
	struct fingerprint fingerprint;

	(void)state;
	fingerprint_init(&fingerprint);
	fingerprint_make(&fingerprint, text);
	assert_int_equal(fingerprint.count, 3);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct strbuf out = STRBUF_INIT;

		fingerprint_elide(&out, text, fingerprint.blanks, fingerprint.count, cases[i].bits);
		assert_string_equal(out.text, cases[i].shown);
		strbuf_release(&out);
	}
	fingerprint_release(&fingerprint);
}

/* More blanks than are remembered are blanked all the same. */
static void many_blanks(void **state)
{
	struct strbuf text = STRBUF_INIT;
	struct fingerprint fingerprint;

	(void)state;
	for (int i = 0; i < FINGERPRINT_BLANKS + 9; i++)
		strbuf_addf(&text, "a %d ", i);
	fingerprint_init(&fingerprint);
	fingerprint_make(&fingerprint, text.text);
	assert_int_equal(fingerprint.count, FINGERPRINT_BLANKS);
	assert_int_equal(fingerprint.key.length, (FINGERPRINT_BLANKS + 9) * 4 - 1);
	fingerprint_release(&fingerprint);
	strbuf_release(&text);
}

/* ---- failure groups ---- */

struct world {
	struct made_report report;
	struct failure_groups failure_groups;
	uint32_t made; /* runs so far */
};

static void world_init(struct world *world)
{
	*world = (struct world){.made = 0};
	report_init(&world->report);
}

static void world_build(struct world *world)
{
	report_build(&world->report);
	failure_groups_build(&world->failure_groups, &world->report.results);
}

static void world_release(struct world *world)
{
	failure_groups_release(&world->failure_groups);
	report_release(&world->report);
}

/* What the tests vary of a failure. */
struct failure {
	const char *source, *suite, *test_case, *reason, *status;
	const char *criteria; /* a letter each: name in capitals failed, ? in error */
	enum outcome outcome;
	int64_t at;
	enum cause told;
};

static void add(struct world *world, const struct failure *failure)
{
	const char *letters = failure->criteria ? failure->criteria : "";
	struct criterion criteria[8];
	char names[8][2] = {{0}}, id[16];
	struct run run;

	snprintf(id, sizeof(id), "r%u", world->made++);
	run = made_run(failure->source ? failure->source : "kapso", id, failure->outcome);
	for (size_t i = 0; letters[i]; i++) {
		names[i][0] = letters[i];
		criteria[i] = (struct criterion){.name = names[i], .turn = NO_TURN};
		criteria[i].outcome = letters[i] == '?'   ? OUTCOME_ERROR
				      : letters[i] <= 'Z' ? OUTCOME_FAILED
							  : OUTCOME_PASSED;
	}
	run.criteria = criteria;
	run.criterion_count = (uint32_t)strlen(letters);
	run.suite.name = failure->suite ? failure->suite : "suite";
	run.test_case.name = failure->test_case ? failure->test_case : "case";
	run.reason = failure->reason;
	run.status = failure->status;
	run.cause = failure->told;
	if (failure->at)
		run.started_at = failure->at;
	report_keep(&world->report, &run);
}

#define F OUTCOME_FAILED
#define E OUTCOME_ERROR

static void check_title(const struct failure_group *failure_group, const char *wanted)
{
	struct strbuf title = STRBUF_INIT;

	failure_group_title(failure_group, &title);
	assert_string_equal(title.text, wanted);
	strbuf_release(&title);
}

/* One failure: what it is put down to. */
static void causes(void **state)
{
	static const struct {
		struct failure failure;
		enum cause cause;
		const char *title;
	} cases[] = {
		{{.outcome = F, .criteria = "pTF", .reason = "why"}, CAUSE_CRITERION, "T, F"},
		{{.outcome = F, .criteria = "TTFGHI"}, CAUSE_CRITERION, "T, F, G"},
		{{.outcome = E, .criteria = "T", .reason = "died 3"}, CAUSE_REASON, "died 3"},
		{{.outcome = F, .criteria = "pq", .reason = "why"}, CAUSE_REASON, "why"},
		{{.outcome = E, .criteria = "?p?", .reason = "any", .told = CAUSE_UNJUDGED},
		 CAUSE_UNJUDGED,
		 "criteria in error: they could not be judged"},
		{{.outcome = E, .criteria = "?p?", .reason = "2 of 3 criteria in error: ?"},
		 CAUSE_REASON,
		 "2 of 3 criteria in error: ?"},
		{{.outcome = F, .criteria = "pTF", .told = CAUSE_REASON}, CAUSE_CRITERION, "T, F"},
		{{.outcome = E, .told = CAUSE_REASON},
		 CAUSE_UNTOLD,
		 "the source does not tell why"},
		{{.outcome = E, .criteria = "pT", .reason = "any", .told = CAUSE_CRITERION},
		 CAUSE_CRITERION,
		 "T"},
		{{.outcome = F, .status = "Failed"}, CAUSE_STATUS, "status: Failed"},
		{{.outcome = E}, CAUSE_UNTOLD, "the source does not tell why"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct world world;

		world_init(&world);
		add(&world, &cases[i].failure);
		world_build(&world);
		assert_int_equal(world.failure_groups.count, 1);
		assert_int_equal(world.failure_groups.items[0].cause, cases[i].cause);
		check_title(&world.failure_groups.items[0], cases[i].title);
		world_release(&world);
	}
}

static const struct failure forty[] = {
	{.outcome = E, .reason = "Score 0.42 below 0.8 in run_ab12", .at = 3000},
	{.outcome = E, .reason = "score 0.51 below 0.8 in run_cd3", .at = 9000, .test_case = "b"},
	{.outcome = F, .reason = "score 0.66 below 0.8 in run_9", .suite = "other"},
	{.outcome = F, .criteria = "Ta", .reason = "x", .at = 5000},
	{.outcome = F, .criteria = "TF", .at = 4000},
	{.outcome = F, .criteria = "aF"},
	{.outcome = F, .criteria = "F", .source = "telnyx"},
	{.outcome = OUTCOME_PASSED, .criteria = "T"},
	{.outcome = OUTCOME_PENDING, .reason = "score 0.1 below 0.8 in run_1"},
	{.outcome = E, .reason = "t", .at = 1},
};

enum { FORTY = sizeof(forty) / sizeof(forty[0]) };

static void check_forty(const struct world *world)
{
	const struct failure_group *items = world->failure_groups.items;

	assert_int_equal(world->failure_groups.count, 5);
	assert_int_equal(items[0].runs, 3);
	assert_int_equal(items[0].errors, 2);
	assert_int_equal(items[0].cases, 3);
	assert_int_equal(items[0].suites, 2);
	assert_int_equal(items[0].first_at, 3000);
	assert_int_equal(items[0].last_at, 9000);
	assert_int_equal(run_when(items[0].latest), 9000);
	/* Cases are in the order of their names: b comes first. */
	check_title(&items[0], "score … below 0.8 in run_…");
	assert_int_equal(items[1].runs, 2);
	assert_int_equal(items[1].cases, 1);
	assert_int_equal(run_when(items[1].latest), 5000);
	check_title(&items[1], "T");
	check_title(&items[2], "F");
	assert_string_equal(items[2].source, "kapso");
	check_title(&items[3], "F");
	assert_string_equal(items[3].source, "telnyx");
	assert_int_not_equal(items[2].hash, items[3].hash);
	assert_int_equal(items[4].cause, CAUSE_REASON);
	assert_string_equal(items[4].key, "t");
	assert_int_not_equal(items[1].hash, items[4].hash);
}

/* Whatever the order in which they were read, and the same anchors in a report of fewer runs. */
static void grouping(void **state)
{
	uint64_t hash = 0;

	(void)state;
	for (size_t shift = 0; shift < FORTY; shift++) {
		struct world world;

		world_init(&world);
		for (size_t i = 0; i < FORTY; i++)
			add(&world, &forty[(i * 3 + shift) % FORTY]);
		world_build(&world);
		check_forty(&world);
		if (shift)
			assert_int_equal(world.failure_groups.items[0].hash, hash);
		hash = world.failure_groups.items[0].hash;
		world_release(&world);
	}
}

/* Each failure is in the list of its own failure group, in the order of the report. */
static void check_members(const struct world *world)
{
	const struct failure_groups *failure_groups = &world->failure_groups;
	size_t at = 0;

	for (size_t f = 0; f < failure_groups->count; f++) {
		const struct run *before = NULL;

		assert_int_equal(failure_groups->items[f].first_run, at);
		for (uint64_t i = 0; i < failure_groups->items[f].runs; i++, at++) {
			const struct run *run = failure_groups->members[at];

			assert_ptr_equal(failure_group_of(failure_groups, run),
					 &failure_groups->items[f]);
			assert_true(!before || before->case_index < run->case_index ||
				    (before->case_index == run->case_index &&
				     run_when(before) <= run_when(run) && before != run));
			before = run;
		}
	}
	assert_int_equal(at, tally_failures(&world->report.results.totals));
}

static void runs_know_theirs(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	for (size_t i = 0; i < FORTY; i++)
		add(&world, &forty[i]);
	world_build(&world);
	for (size_t f = 0; f < world.failure_groups.count; f++) {
		const struct failure_group *failure_group = &world.failure_groups.items[f];

		assert_ptr_equal(failure_group_of(&world.failure_groups, failure_group->first),
				 failure_group);
		assert_ptr_equal(failure_group_of(&world.failure_groups, failure_group->latest),
				 failure_group);
	}
	for (size_t i = 0; i < world.report.results.run_count; i++)
		assert_int_equal(failure_group_of(&world.failure_groups,
						  world.report.results.runs[i]) != NULL,
				 run_is_failure(world.report.results.runs[i]));
	check_members(&world);
	world_release(&world);
}

/* More than the table holds at first; most cases come before fewer. */
static void many(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	for (int i = 0; i < 1000; i++) {
		char reason[32], name[32];

		snprintf(reason, sizeof(reason), "%c%c", 'a' + i % 26, 'a' + i / 26 % 4);
		snprintf(name, sizeof(name), "case %d", i % 26 < 13 ? 0 : i);
		add(&world, &(struct failure){.outcome = E, .reason = reason, .test_case = name});
	}
	world_build(&world);
	assert_int_equal(world.failure_groups.count, 104);
	for (size_t i = 1; i < world.failure_groups.count; i++) {
		const struct failure_group *a = &world.failure_groups.items[i - 1], *b = a + 1;

		assert_true(a->runs > b->runs || (a->runs == b->runs && a->cases >= b->cases));
		if (a->runs == b->runs && a->cases == b->cases)
			assert_true(strcmp(a->key, b->key) < 0);
	}
	check_members(&world);
	world_release(&world);
}

/*
 * To group `count` failures and to title as many, the first of which has five times as many
 * criteria.
 */
static uint64_t steps_of(uint32_t count, const struct failure *failure)
{
	uint32_t crowd = count * 5 + 1;
	struct criterion *criteria = memory_alloc(crowd * sizeof(*criteria));
	struct world world;
	uint64_t begun;

	world_init(&world);
	add(&world, failure);
	for (uint32_t i = 0; i < crowd; i++)
		criteria[i] = (struct criterion){.name = "p", .outcome = OUTCOME_PASSED};
	if (failure->criteria)
		criteria[0] = (struct criterion){.name = "A", .outcome = OUTCOME_FAILED};
	world.report.runs.items[0]->criteria = criteria;
	world.report.runs.items[0]->criterion_count = crowd;
	for (uint32_t i = 1; i < count; i++)
		add(&world, failure);
	begun = steps;
	world_build(&world);
	for (uint32_t i = 0; i < count; i++)
		check_title(&world.failure_groups.items[0],
			    failure->criteria ? "A" : "no answer in 3 s");
	begun = steps - begun;
	assert_int_equal(world.failure_groups.count, 1);
	world_release(&world);
	memory_free(criteria);
	return begun;
}

/* Four times as many take four times as many steps, not sixteen times. */
static void check_linear(const struct failure *failure)
{
	uint64_t few = steps_of(3000, failure), many = steps_of(12000, failure);

	assert_in_range(few, 3000, UINT64_MAX);
	assert_in_range(many, few, few * 5);
}

static void steps_are_linear(void **state)
{
	(void)state;
	check_linear(&(struct failure){.outcome = F, .criteria = "A"});
	check_linear(&(struct failure){.outcome = E, .reason = "no answer in 3 s"});
}

static void none(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	add(&world, &(struct failure){.outcome = OUTCOME_PASSED});
	world_build(&world);
	assert_int_equal(world.failure_groups.count, 0);
	assert_null(failure_group_of(&world.failure_groups, world.report.results.runs[0]));
	world_release(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fingerprints),     cmocka_unit_test(folds),
		cmocka_unit_test(ellipses),         cmocka_unit_test(many_blanks),
		cmocka_unit_test(causes),           cmocka_unit_test(grouping),
		cmocka_unit_test(runs_know_theirs), cmocka_unit_test(many),
		cmocka_unit_test(steps_are_linear), cmocka_unit_test(none),
	};

	return cmocka_run_group_tests_name("failure_groups", tests, NULL, NULL);
}
