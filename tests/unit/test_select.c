#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"
#include "runtally/analysis/select.h"
#include "runtally/base/hash_table.h"
#include "runtally/base/times.h"

static int64_t ms_of(const char *text)
{
	int64_t ms;

	assert_true(time_or_date_parse(text, &ms));
	return ms;
}

static const struct select_options everything = {.period = {TIME_UNKNOWN, TIME_UNKNOWN},
						 .compare_period = {TIME_UNKNOWN, TIME_UNKNOWN}};

/* A run of a set. */
struct words {
	const char *id, *at; /* at: its end; NULL: no time */
	const char *source, *suite_id, *suite_name, *agent;
};

struct world {
	struct spool spool;
	struct run_sets sets;
	struct notes notes;
	struct ingest_counts counts;
	struct selection selection;
};

static void world_init(struct world *world)
{
	spool_init(&world->spool, 0, "/tmp");
	runs_init(&world->sets.inputs, &world->spool);
	runs_init(&world->sets.history, &world->spool);
	runs_init(&world->sets.baseline, &world->spool);
	notes_init(&world->notes, 10);
	world->sets.has_inputs = true;
	world->sets.has_history = world->sets.has_baseline = false;
}

static void world_release(struct world *world)
{
	notes_release(&world->notes);
	runs_release(&world->sets.baseline);
	runs_release(&world->sets.history);
	runs_release(&world->sets.inputs);
	spool_release(&world->spool);
}

static struct run *add(struct runs *runs, const struct words *words)
{
	struct run run =
		made_run(words->source ? words->source : "telnyx", words->id, OUTCOME_PASSED);

	run.ended_at = words->at ? ms_of(words->at) : TIME_UNKNOWN;
	run.suite = (struct label){words->suite_id, words->suite_name};
	run.agent.name = words->agent;
	run.identity = hash_bytes(words->id, strlen(words->id));
	return runs_keep(runs, &run, true, NULL, NULL, NULL);
}

/* Runs by `id@time`, or `id` alone, with a space between. */
static void add_all(struct runs *runs, const char *text)
{
	char copy[400], *rest = copy;

	snprintf(copy, sizeof(copy), "%s", text);
	for (char *word; (word = strtok_r(rest, " ", &rest));) {
		char *at = strchr(word, '@');

		if (at)
			*at++ = '\0';
		add(runs, &(struct words){.id = word, .at = at});
	}
}

static void check_list(const struct run_list *list, const char *wanted)
{
	struct strbuf ids = STRBUF_INIT;

	for (size_t i = 0; i < list->count; i++)
		strbuf_addf(&ids, "%s%s", i ? " " : "", list->items[i]->run_id);
	assert_string_equal(ids.text, wanted);
	strbuf_release(&ids);
}

static void choose_by(struct world *world, const struct select_options *choice, enum suite_by by)
{
	world->counts = (struct ingest_counts){.runs = world->sets.inputs.count};
	selection_make(&world->selection, &world->sets, choice, by, &world->counts, &world->notes);
}

static void choose(struct world *world, const struct select_options *choice)
{
	choose_by(world, choice, SUITE_BY_SUITE);
}

static struct period period_of(const char *since, const char *until)
{
	return (struct period){since ? ms_of(since) : TIME_UNKNOWN,
			       until ? ms_of(until) : TIME_UNKNOWN};
}

static void periods(void **state)
{
	static const struct {
		const char *since, *until; /* NULL: open */
		const char *runs;
		uint64_t filtered, undated;
	} cases[] = {
		{NULL, NULL, "a b c n", 0, 0},
		{"2026-01-02", NULL, "b c", 2, 1},
		{"2026-01-02T00:00:00.001Z", NULL, "c", 3, 1},
		{NULL, "2026-01-02", "a", 3, 1},
		{NULL, "2026-01-02T00:00:00.001Z", "a b", 2, 1},
		{"2026-01-02", "2026-01-03", "b", 3, 1},
		{"2026-01-02", "2026-01-02", "", 4, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct select_options choice = everything;
		struct world world;

		world_init(&world);
		add_all(&world.sets.inputs, "a@2026-01-01T23:59:59.999Z b@2026-01-02T00:00:00Z "
					    "c@2026-01-03T00:00:00Z n");
		choice.period = period_of(cases[i].since, cases[i].until);
		choose(&world, &choice);
		check_list(&world.selection.now, cases[i].runs);
		assert_int_equal(world.counts.filtered, cases[i].filtered);
		assert_int_equal(world.counts.undated, cases[i].undated);
		assert_int_equal(world.notes.count, cases[i].undated);
		if (cases[i].undated)
			assert_string_equal(
				world.notes.items[0].text,
				"1 run without a time: left out, for nothing says whether they "
				"are of the period; --undated include counts them");
		assert_int_equal(world.selection.compared, COMPARE_NONE);
		selection_release(&world.selection);
		world_release(&world);
	}
}

static void period_of_runs(void **state)
{
	struct world world;
	struct run *run;

	(void)state;
	world_init(&world);
	choose(&world, &everything);
	assert_int_equal(world.counts.period_from, TIME_UNKNOWN);
	assert_int_equal(world.counts.period_to, TIME_UNKNOWN);
	selection_release(&world.selection);
	run = add(&world.sets.inputs, &(struct words){.id = "a", .at = "2026-01-02"});
	run->created_at = ms_of("2026-01-01");
	run = add(&world.sets.inputs, &(struct words){.id = "b", .at = "2026-01-05"});
	run->created_at = ms_of("2026-01-09");
	choose(&world, &everything);
	assert_int_equal(world.counts.period_from, ms_of("2026-01-01"));
	assert_int_equal(world.counts.period_to, ms_of("2026-01-05"));
	selection_release(&world.selection);
	world_release(&world);
}

static void suites_and_sources(void **state)
{
	static const struct words runs[] = {
		{.id = "m1",
		 .source = "magpipe",
		 .suite_id = "s1",
		 .suite_name = "Smoke test",
		 .agent = "Bot"},
		{.id = "m2", .source = "magpipe", .suite_id = "s2", .suite_name = "Nightly"},
		{.id = "p", .source = "playgent", .agent = "Bot"},
		{.id = "t", .source = "telnyx"},
	};
	static const struct {
		const char *suites[2];
		size_t suite_count;
		const char *sources[2];
		size_t source_count;
		const char *runs;
		enum suite_by by;
	} cases[] = {
		{{NULL}, 0, {NULL}, 0, "m1 m2 p t", SUITE_BY_SUITE},
		{{"Smoke*"}, 1, {NULL}, 0, "m1", SUITE_BY_SUITE},
		{{"s2"}, 1, {NULL}, 0, "m2", SUITE_BY_SUITE},
		{{"s[12]"}, 1, {NULL}, 0, "m1 m2", SUITE_BY_SUITE},
		{{"Nightly", "Smoke test"}, 2, {NULL}, 0, "m1 m2", SUITE_BY_SUITE},
		{{"smoke*"}, 1, {NULL}, 0, "", SUITE_BY_SUITE},
		/* a run without a suite is grouped by its agent, and asked for so */
		{{"B?t"}, 1, {NULL}, 0, "p", SUITE_BY_SUITE},
		/* one without either is of the suite that reports put it into */
		{{"*"}, 1, {NULL}, 0, "m1 m2 p t", SUITE_BY_SUITE},
		{{"(no suite)"}, 1, {NULL}, 0, "t", SUITE_BY_SUITE},
		/* suites are those of the report */
		{{"Bot"}, 1, {NULL}, 0, "m1 p", SUITE_BY_AGENT},
		{{"Smoke*"}, 1, {NULL}, 0, "", SUITE_BY_AGENT},
		{{"(no suite)"}, 1, {NULL}, 0, "m2 t", SUITE_BY_AGENT},
		{{"magpipe", "tel*"}, 2, {NULL}, 0, "m1 m2 t", SUITE_BY_SOURCE},
		{{"s1"}, 1, {NULL}, 0, "", SUITE_BY_SOURCE},
		{{"(no suite)"}, 1, {NULL}, 0, "m1 m2 p t", SUITE_BY_FOLDER},
		{{NULL}, 0, {"magpipe"}, 1, "m1 m2", SUITE_BY_SUITE},
		{{NULL}, 0, {"telnyx", "playgent"}, 2, "p t", SUITE_BY_SUITE},
		{{"Smoke*"}, 1, {"telnyx"}, 1, "", SUITE_BY_SUITE},
		{{NULL}, 0, {"mag"}, 1, "", SUITE_BY_SUITE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct select_options choice = everything;
		struct world world;

		world_init(&world);
		for (size_t r = 0; r < sizeof(runs) / sizeof(runs[0]); r++)
			add(&world.sets.inputs, &runs[r]);
		choice.suites = cases[i].suites;
		choice.suite_count = cases[i].suite_count;
		choice.sources = cases[i].sources;
		choice.source_count = cases[i].source_count;
		choose_by(&world, &choice, cases[i].by);
		check_list(&world.selection.now, cases[i].runs);
		selection_release(&world.selection);
		world_release(&world);
	}
}

/* Inputs, history and baseline, and what is taken of them. */
static void sets(void **state)
{
	static const char past[] = "p1@2026-01-01 p2@2026-01-05 p3@2026-01-09 b@2026-01-11 n2";
	static const struct {
		const char *inputs; /* NULL: none were named */
		const char *past, *baseline;
		enum compare_with compare;
		const char *since, *until, *compare_since, *compare_until;
		const char *now, *before;
		bool compares;
	} cases[] = {
		/* inputs alone */
		{"a@2026-01-10 b@2026-01-11", NULL, NULL, COMPARE_DEFAULT, NULL, NULL, NULL, NULL,
		 "a b", "", false},
		/* the week before them */
		{"a@2026-01-10 b@2026-01-11 n", past, NULL, COMPARE_DEFAULT, NULL, NULL, NULL, NULL,
		 "a b n", "p2 p3", true},
		{"a@2026-01-10 b@2026-01-11", past, NULL, COMPARE_NONE, NULL, NULL, NULL, NULL,
		 "a b", "", false},
		/* as long as they took, where that is longer */
		{"a@2026-01-09 b@2026-01-17", past, NULL, COMPARE_PREVIOUS, NULL, NULL, NULL, NULL,
		 "a b", "p1 p2", true},
		/* the history alone */
		{NULL, past, NULL, COMPARE_DEFAULT, NULL, NULL, NULL, NULL, "p1 p2 p3 b n2", "",
		 true},
		/* a period is of both */
		{"a@2026-01-10 b@2026-01-11 n", past, NULL, COMPARE_DEFAULT, "2026-01-09",
		 "2026-01-13", NULL, NULL, "a b p3", "p2", true},
		{NULL, past, NULL, COMPARE_DEFAULT, "2026-01-09", "2026-01-13", NULL, NULL, "p3 b",
		 "p2", true},
		{"a@2026-01-10", past, NULL, COMPARE_PERIOD, NULL, NULL, "2026-01-01", "2026-01-06",
		 "a", "p1 p2", true},
		/* one that is open at its end, or its begin */
		{NULL, past, NULL, COMPARE_DEFAULT, "2026-01-09", NULL, NULL, NULL, "p3 b", "",
		 true},
		{NULL, past, NULL, COMPARE_DEFAULT, NULL, "2026-01-06", NULL, NULL, "p1 p2", "",
		 true},
		/* a baseline, without what is reported on */
		{"a@2026-01-10 b@2026-01-11", NULL, "x b y@2026-01-12", COMPARE_DEFAULT, NULL, NULL,
		 NULL, NULL, "a b", "x y", true},
		/* and without what is later than the period */
		{"a@2026-01-10", NULL, "x w@2026-01-01 y@2026-01-11T23:59:59.999Z z@2026-01-12",
		 COMPARE_DEFAULT, "2026-01-09", "2026-01-12", NULL, NULL, "a", "x w y", true},
		{"a@2026-01-10", NULL, "x y@2026-01-12", COMPARE_DEFAULT, "2026-01-09", NULL, NULL,
		 NULL, "a", "x y", true},
		{"a@2026-01-10", past, "x", COMPARE_DEFAULT, NULL, NULL, NULL, NULL, "a", "x",
		 true},
		{"a@2026-01-10", past, "x", COMPARE_PREVIOUS, NULL, NULL, NULL, NULL, "a", "p2 p3",
		 true},
		{"a@2026-01-10", NULL, "x", COMPARE_NONE, NULL, NULL, NULL, NULL, "a", "", false},
		/* nothing tells its time: nothing is before it */
		{"n", past, NULL, COMPARE_DEFAULT, NULL, NULL, NULL, NULL, "n", "", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct select_options choice = everything;
		struct world world;

		world_init(&world);
		world.sets.has_inputs = cases[i].inputs;
		world.sets.has_history = cases[i].past;
		world.sets.has_baseline = cases[i].baseline;
		add_all(&world.sets.inputs, cases[i].inputs ? cases[i].inputs : "");
		add_all(&world.sets.history, cases[i].past ? cases[i].past : "");
		add_all(&world.sets.baseline, cases[i].baseline ? cases[i].baseline : "");
		choice.compare = cases[i].compare;
		choice.period = period_of(cases[i].since, cases[i].until);
		choice.compare_period = period_of(cases[i].compare_since, cases[i].compare_until);
		choose(&world, &choice);
		check_list(&world.selection.now, cases[i].now);
		check_list(&world.selection.before, cases[i].before);
		assert_int_equal(world.selection.compared != COMPARE_NONE, cases[i].compares);
		selection_release(&world.selection);
		world_release(&world);
	}
}

/* Trends are made of all there is up to the end of the period. */
static void trends(void **state)
{
	struct select_options choice = everything;
	struct world world;

	(void)state;
	world_init(&world);
	world.sets.has_history = true;
	add_all(&world.sets.inputs, "a@2026-01-10 late@2026-01-20 n");
	add_all(&world.sets.history, "p@2026-01-02 a@2026-01-10 n2");
	choose(&world, &choice);
	check_list(&world.selection.all, "a late n p");
	assert_true(world.selection.has_history);
	selection_release(&world.selection);
	choice.period = period_of("2026-01-09", "2026-01-12");
	choose(&world, &choice);
	check_list(&world.selection.now, "a");
	check_list(&world.selection.all, "a p");
	assert_int_equal(world.counts.filtered, 2);
	assert_int_equal(world.counts.in_history, 2);
	selection_release(&world.selection);
	world_release(&world);
}

/* A run that is in the history, too, and there tells more. */
static void another_verdict(void **state)
{
	static const struct {
		enum outcome input, past;
		const char *input_update, *past_update;
		enum outcome now;
		bool noted;
	} cases[] = {
		{OUTCOME_PASSED, OUTCOME_FAILED, NULL, NULL, OUTCOME_PASSED, true},
		{OUTCOME_ERROR, OUTCOME_PASSED, "2026-01-03", "2026-01-03", OUTCOME_ERROR, true},
		{OUTCOME_PASSED, OUTCOME_FAILED, NULL, "2026-01-03", OUTCOME_FAILED, false},
		{OUTCOME_PASSED, OUTCOME_FAILED, "2026-01-04", "2026-01-03", OUTCOME_PASSED, false},
		{OUTCOME_PENDING, OUTCOME_FAILED, NULL, NULL, OUTCOME_FAILED, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *update = cases[i].input_update, *past_update = cases[i].past_update;
		struct world world;
		struct run *run;

		world_init(&world);
		world.sets.has_history = true;
		run = add(&world.sets.inputs, &(struct words){.id = "a", .at = "2026-01-02"});
		run->outcome = cases[i].input;
		run->updated_at = update ? ms_of(update) : TIME_UNKNOWN;
		run = add(&world.sets.history,
			  &(struct words){.id = "a", .at = "2026-01-02", .agent = "Bot"});
		run->outcome = cases[i].past;
		run->updated_at = past_update ? ms_of(past_update) : TIME_UNKNOWN;
		run->model = run->reason = "more";
		choose(&world, &everything);
		check_list(&world.selection.now, "a");
		assert_int_equal(world.selection.now.items[0]->outcome, cases[i].now);
		assert_string_equal(world.selection.now.items[0]->agent.name, "Bot");
		assert_int_equal(world.notes.count, cases[i].noted);
		if (cases[i].noted)
			assert_string_equal(world.notes.items[0].text,
					    "history: 1 run had another verdict, and no update "
					    "time or export day says which is the later: that of "
					    "the inputs counts");
		selection_release(&world.selection);
		world_release(&world);
	}
}

/* Runs that tell no time: `in` by its date of the week, `old` of another, `none` has no date. */
static void undated_runs(void **state)
{
	static const struct {
		enum undated undated;
		const char *since, *until;
		const char *now, *before;
		uint64_t dated, any_time, left;
	} cases[] = {
		{UNDATED_DATED, "2026-01-12", "2026-01-19", "in past timed", "old", 2, 0, 1},
		{UNDATED_INCLUDE, "2026-01-12", "2026-01-19", "in none past timed", "old", 2, 1, 0},
		{UNDATED_EXCLUDE, "2026-01-12", "2026-01-19", "timed", "", 0, 0, 3},
		{UNDATED_DATED, "2026-01-05", "2026-01-12", "old", "", 1, 0, 1},
		{UNDATED_DATED, NULL, "2026-01-12", "old", "", 1, 0, 1},
		{UNDATED_EXCLUDE, NULL, NULL, "in old none", "", 0, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct select_options choice = everything;
		struct world world;
		struct run *run;

		world_init(&world);
		world.sets.has_history = true;
		run = add(&world.sets.inputs, &(struct words){.id = "in"});
		run->seen_at = ms_of("2026-01-20");
		run->dated_at = ms_of("2026-01-18");
		run = add(&world.sets.inputs, &(struct words){.id = "old"});
		run->seen_at = ms_of("2026-01-20");
		run->dated_at = ms_of("2026-01-11");
		add(&world.sets.inputs, &(struct words){.id = "none"});
		add(&world.sets.history, &(struct words){.id = "past"})->seen_at =
			ms_of("2026-01-13");
		add_all(&world.sets.history, "timed@2026-01-13");
		choice.period = period_of(cases[i].since, cases[i].until);
		choice.undated = cases[i].undated;
		choose(&world, &choice);
		check_list(&world.selection.now, cases[i].now);
		check_list(&world.selection.before, cases[i].before);
		assert_int_equal(world.counts.without_time, cases[i].dated + cases[i].any_time);
		assert_int_equal(world.counts.dated, cases[i].dated);
		assert_int_equal(world.counts.any_time, cases[i].any_time);
		assert_int_equal(world.counts.undated, cases[i].left);
		selection_release(&world.selection);
		world_release(&world);
	}
}

/* Of the last seven days, the seven before, even if the latest run is of yesterday. */
static void before_the_last_days(void **state)
{
	struct select_options choice = everything;
	struct world world;

	(void)state;
	world_init(&world);
	world.sets.has_inputs = false;
	world.sets.has_history = true;
	add_all(&world.sets.history, "a@2026-01-04 b@2026-01-05 c@2026-01-12 d@2026-01-18");
	choice.period.since = ms_of("2026-01-12");
	choice.period.until = ms_of("2026-01-19");
	choose(&world, &choice);
	check_list(&world.selection.now, "c d");
	check_list(&world.selection.before, "b");
	selection_release(&world.selection);
	world_release(&world);
}

static void said_of_the_baseline(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	world.sets.has_baseline = true;
	add_all(&world.sets.inputs, "a b");
	add_all(&world.sets.baseline, "b a c");
	choose(&world, &everything);
	assert_string_equal(world.notes.items[0].text,
			    "2 runs of the baseline are among the runs of the report, too: not "
			    "compared with");
	check_list(&world.selection.before, "c");
	selection_release(&world.selection);
	world_release(&world);
}

static void later_than_the_period(void **state)
{
	static const struct {
		const char *baseline, *text;
	} cases[] = {
		{"b@2026-01-12", "1 run of the baseline ended after the period: not compared with"},
		{"b@2026-01-12 c@2026-01-13 d@2026-01-11",
		 "2 runs of the baseline ended after the period: not compared with"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct select_options choice = everything;
		struct world world;

		world_init(&world);
		world.sets.has_baseline = true;
		add_all(&world.sets.inputs, "a@2026-01-10");
		add_all(&world.sets.baseline, cases[i].baseline);
		choice.period = period_of("2026-01-09", "2026-01-12");
		choose(&world, &choice);
		assert_string_equal(world.notes.items[0].text, cases[i].text);
		selection_release(&world.selection);
		world_release(&world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(periods),
		cmocka_unit_test(period_of_runs),
		cmocka_unit_test(suites_and_sources),
		cmocka_unit_test(sets),
		cmocka_unit_test(before_the_last_days),
		cmocka_unit_test(another_verdict),
		cmocka_unit_test(undated_runs),
		cmocka_unit_test(trends),
		cmocka_unit_test(said_of_the_baseline),
		cmocka_unit_test(later_than_the_period),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
