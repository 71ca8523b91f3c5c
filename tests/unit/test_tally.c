#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"
#include "runtally/analysis/results.h"

#define P OUTCOME_PASSED
#define F OUTCOME_FAILED
#define E OUTCOME_ERROR
#define W OUTCOME_PENDING
#define U OUTCOME_UNKNOWN

/* ---- one tally ---- */

static void counts(void **state)
{
	static const struct {
		const char *outcomes;
		uint64_t runs, judged, failures, unfinished;
	} cases[] = {
		{"", 0, 0, 0, 0},      {"P", 1, 1, 0, 0},           {"F", 1, 1, 1, 0},
		{"E", 1, 1, 1, 0},     {"W", 1, 0, 0, 1},           {"U", 1, 0, 0, 1},
		{"PFEWU", 5, 3, 2, 2}, {"PPPFFEWWWU", 10, 6, 3, 4},
	};
	static const char letters[] = "PFEWU";

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t told[OUTCOME_COUNT] = {0};
		struct tally tally;

		tally_init(&tally);
		for (const char *c = cases[i].outcomes; *c; c++) {
			enum outcome outcome = (enum outcome)(strchr(letters, *c) - letters);
			struct run run = made_run("telnyx", "r", outcome);

			tally_add(&tally, &run);
			told[outcome]++;
		}
		assert_int_equal(tally.runs, cases[i].runs);
		assert_memory_equal(tally.outcomes, told, sizeof(told));
		assert_int_equal(tally_judged(&tally), cases[i].judged);
		assert_int_equal(tally_failures(&tally), cases[i].failures);
		assert_int_equal(tally_unfinished(&tally), cases[i].unfinished);
		assert_int_equal(tally.cost_known, 0);
		assert_int_equal(tally.first_at, TIME_UNKNOWN);
		assert_int_equal(tally.last_at, TIME_UNKNOWN);
	}
}

/* All means all and none none, however many there are. */
static void rates(void **state)
{
	static const struct {
		uint64_t passed, failed;
		int32_t micro;
	} cases[] = {
		{0, 5, 0}, {5, 0, 1000000}, {1, 2, 333333}, {9999999, 1, 999999}, {1, 9999999, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tally tally;

		tally_init(&tally);
		tally.outcomes[P] = cases[i].passed;
		tally.outcomes[F] = cases[i].failed;
		assert_int_equal(tally_rate(&tally), cases[i].micro);
	}
}

struct priced {
	enum outcome outcome;
	int64_t nano; /* -1: not told */
};

static void costs(void **state)
{
	static const struct {
		struct priced runs[4];
		size_t count;
		uint64_t known, known_passed;
		int64_t total, per_pass;
		bool over;
	} cases[] = {
		{{{P, -1}}, 1, 0, 0, 0, -1, false},
		{{{F, 5}}, 1, 1, 0, 5, -1, false},
		{{{P, 0}}, 1, 1, 1, 0, 0, false},
		/* per pass: what all cost that tell, over the passed ones among them */
		{{{P, 10}, {F, 20}, {P, -1}}, 3, 2, 1, 30, 30, false},
		{{{P, 3}, {P, 2}}, 2, 2, 2, 5, 3, false},
		{{{P, 3}, {P, 3}, {P, 1}}, 3, 3, 3, 7, 2, false},
		{{{P, INT64_MAX - 1}, {P, 1}}, 2, 2, 2, INT64_MAX, INT64_MAX / 2 + 1, false},
		{{{P, INT64_MAX}, {P, 1}}, 2, 2, 2, INT64_MAX, INT64_MAX / 2 + 1, true},
		{{{P, INT64_MAX}, {F, INT64_MAX}, {F, INT64_MAX}},
		 3,
		 3,
		 1,
		 INT64_MAX,
		 INT64_MAX,
		 true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tally tally;

		tally_init(&tally);
		for (size_t r = 0; r < cases[i].count; r++) {
			struct run run = made_run("playgent", "r", cases[i].runs[r].outcome);

			run.has_cost = cases[i].runs[r].nano >= 0;
			run.cost_nano = cases[i].runs[r].nano;
			tally_add(&tally, &run);
		}
		assert_int_equal(tally.cost_known, cases[i].known);
		assert_int_equal(tally.cost_known_passed, cases[i].known_passed);
		assert_int_equal(tally.cost_nano, cases[i].total);
		assert_int_equal(tally.cost_over, cases[i].over);
		assert_int_equal(tally_cost_is_least(&tally),
				 cases[i].over ||
					 (cases[i].known && cases[i].known < cases[i].count));
		assert_int_equal(tally_cost_per_pass(&tally), cases[i].per_pass);
	}
}

/* The reports read `input: 0` as a fact, so what is not told must not be added as one. */
static void tokens_and_scores(void **state)
{
	struct run told = made_run("playgent", "a", OUTCOME_PASSED);
	struct run silent = made_run("playgent", "b", OUTCOME_PASSED);
	struct run full = made_run("playgent", "c", OUTCOME_PASSED);
	struct tally tally;

	(void)state;
	told.has_tokens = told.has_score = true;
	told.tokens_input = 7;
	told.tokens_output = 8;
	told.score_micro = 250000;
	silent.tokens_input = silent.tokens_output = silent.score_micro = 99;
	full.has_tokens = true;
	full.tokens_input = INT64_MAX - 6;
	full.tokens_output = INT64_MAX - 8;
	tally_init(&tally);
	tally_add(&tally, &told);
	tally_add(&tally, &silent);
	assert_int_equal(tally.tokens_known, 1);
	assert_int_equal(tally.tokens_input, 7);
	assert_int_equal(tally.tokens_output, 8);
	assert_int_equal(tally.score_known, 1);
	assert_int_equal(tally.score_micro, 250000);
	tally_add(&tally, &full);
	assert_int_equal(tally.tokens_input, INT64_MAX);
	assert_int_equal(tally.tokens_output, INT64_MAX);
}

static struct run random_run(uint32_t *seed)
{
	struct run run =
		made_run("playgent", "r", (enum outcome)(next_random(seed) % OUTCOME_COUNT));

	run.has_cost = next_random(seed) % 3;
	run.cost_nano = next_random(seed) % 8 ? next_random(seed) : INT64_MAX / 3;
	run.has_tokens = next_random(seed) % 2;
	run.tokens_input = next_random(seed);
	run.tokens_output = next_random(seed) % 16 ? next_random(seed) : INT64_MAX / 2;
	run.has_score = next_random(seed) % 2;
	run.score_micro = (int32_t)(next_random(seed) % SCORE_ONE);
	if (next_random(seed) % 4)
		run.created_at = next_random(seed);
	if (next_random(seed) % 4)
		run.ended_at = next_random(seed);
	return run;
}

static void merging_is_adding(void **state)
{
	enum { RUNS = 60, PARTS = 4, ROUNDS = 300 };
	static struct run runs[RUNS];
	uint32_t seed = 1;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct tally all, merged, parts[PARTS];

		tally_init(&all);
		tally_init(&merged);
		for (size_t i = 0; i < RUNS; i++) {
			runs[i] = random_run(&seed);
			tally_add(&all, &runs[i]);
		}
		for (size_t i = RUNS; i > 1; i--) {
			size_t other = next_random(&seed) % i;
			struct run swap = runs[i - 1];

			runs[i - 1] = runs[other];
			runs[other] = swap;
		}
		for (size_t i = 0; i < PARTS; i++)
			tally_init(&parts[i]);
		for (size_t i = 0; i < RUNS; i++)
			tally_add(&parts[next_random(&seed) % PARTS], &runs[i]);
		for (size_t i = PARTS; i > 0; i--)
			tally_merge(&merged, &parts[i - 1]);
		assert_memory_equal(&merged, &all, sizeof(all));
	}
}

/* ---- reports ---- */

/* A run in few words; NULL and 0 are not told. */
struct words {
	const char *source, *id, *suite_id, *suite_name, *case_id, *case_name, *agent_id,
		*agent_name, *folder;
	enum outcome outcome;
	int64_t ended_at; /* 0: not told */
};

static void keep_words(struct runs *runs, const struct words *words)
{
	struct run_input *input = arena_alloc(&runs->arena, sizeof(*input));
	struct run run = made_run(words->source, words->id, words->outcome);

	run.suite = (struct label){words->suite_id, words->suite_name};
	run.test_case = (struct label){words->case_id, words->case_name};
	run.agent = (struct label){words->agent_id, words->agent_name};
	*input = (struct run_input){"a.json", words->folder, 0};
	run.input = input;
	run.ended_at = words->ended_at ? words->ended_at : TIME_UNKNOWN;
	runs_keep(runs, &run, true, NULL, NULL, NULL);
}

static const char *or_dash(const char *text)
{
	return text ? text : "-";
}

static void dump_case(struct strbuf *out, const struct results *results,
		      const struct case_group *group)
{
	strbuf_addf(out, "  %s %s%s", or_dash(group->id), group->name,
		    group->flaky ? " flaky" : "");
	strbuf_addf(out, " last=%s",
		    group->last_outcome == OUTCOME_COUNT ? "?" : outcome_name(group->last_outcome));
	if (group->last_at != TIME_UNKNOWN)
		strbuf_addf(out, "@%lld", (long long)group->last_at);
	strbuf_addch(out, ':');
	for (size_t i = 0; i < group->run_count; i++)
		strbuf_addf(out, " %s", results->runs[group->first_run + i]->run_id);
	strbuf_addch(out, '\n');
}

/* The groups as text: what tests compare. */
static void dump(struct strbuf *out, const struct results *results)
{
	for (size_t s = 0; s < results->suite_count; s++) {
		const struct suite_group *suite = &results->suites[s];

		strbuf_addf(out, "%s %s %s", suite->source, or_dash(suite->id), suite->name);
		if (strcmp(suite->title, suite->name) != 0)
			strbuf_addf(out, " = %s", suite->title);
		strbuf_addch(out, '\n');
		for (size_t c = 0; c < suite->case_count; c++)
			dump_case(out, results, &results->cases[suite->first_case + c]);
	}
}

/* What must hold in every report. */
static void check_ranges(const struct results *results)
{
	size_t runs = 0, cases = 0, counted = 0;
	uint64_t flaky = 0, failing = 0;

	for (size_t s = 0; s < results->suite_count; s++) {
		const struct suite_group *suite = &results->suites[s];

		assert_int_equal(suite->first_run, runs);
		assert_int_equal(suite->first_case, cases);
		assert_int_equal(suite->tally.runs, suite->run_count);
		for (size_t c = 0; c < suite->case_count; c++, cases++) {
			const struct case_group *group = &results->cases[cases];

			assert_int_equal(group->suite, s);
			assert_int_equal(group->first_run, runs);
			assert_int_equal(group->tally.runs, group->run_count);
			for (size_t r = 0; r < group->run_count; r++, runs++)
				assert_int_equal(results->runs[runs]->case_index, cases);
			flaky += group->flaky;
			failing += tally_failures(&group->tally) > 0;
		}
	}
	for (size_t s = 0; s < results->source_count; s++)
		counted += (size_t)results->sources[s].tally.runs;
	assert_int_equal(runs, results->run_count);
	assert_int_equal(cases, results->case_count);
	assert_int_equal(counted, results->run_count);
	assert_int_equal(results->totals.runs, results->run_count);
	assert_int_equal(results->flaky_cases, flaky);
	assert_int_equal(results->failing_cases, failing);
}

static void check_report(const struct words *words, size_t count, enum suite_by by,
			 const char *expected)
{
	struct strbuf text = STRBUF_INIT;
	struct results results;
	struct runs runs;

	runs_init(&runs, NULL);
	for (size_t i = 0; i < count; i++)
		keep_words(&runs, &words[i]);
	results_build(&results, runs.items, runs.count, by);
	check_ranges(&results);
	dump(&text, &results);
	assert_string_equal(text.text, expected);
	strbuf_release(&text);
	results_release(&results);
	runs_release(&runs);
}

#define CHECK(words, by, expected)                                                                 \
	check_report(words, sizeof(words) / sizeof((words)[0]), by, expected)

static void no_runs(void **state)
{
	struct results results;
	struct runs runs;

	(void)state;
	for (int by = SUITE_BY_SUITE; by <= SUITE_BY_FOLDER; by++) {
		runs_init(&runs, NULL);
		results_build(&results, runs.items, runs.count, (enum suite_by)by);
		check_ranges(&results);
		assert_int_equal(results.suite_count, 0);
		assert_int_equal(results.source_count, 0);
		assert_int_equal(results.totals.first_at, TIME_UNKNOWN);
		assert_int_equal(results.totals.latency.known, 0);
		assert_int_equal(tally_cost_per_pass(&results.totals), -1);
		results_release(&results);
		runs_release(&runs);
	}
}

static const struct words grouped[] = {
	{.source = "playgent",
	 .id = "p1",
	 .agent_name = "Bot",
	 .agent_id = "a1",
	 .case_name = "x",
	 .folder = "f1"},
	{.source = "kapso",
	 .id = "k2",
	 .suite_id = "s2",
	 .suite_name = "Smoke",
	 .case_id = "c2",
	 .case_name = "b",
	 .agent_id = "a9",
	 .agent_name = "Ann",
	 .folder = "f1"},
	{.source = "kapso",
	 .id = "k1",
	 .suite_id = "s2",
	 .suite_name = "Smoke",
	 .case_id = "c1",
	 .case_name = "a",
	 .agent_id = "a9",
	 .agent_name = "Ann",
	 .folder = "f2"},
	{.source = "kapso", .id = "k3", .suite_id = "s3", .case_id = "c1", .folder = "f2"},
	{.source = "zeta", .id = "z1"},
	{.source = "alpha", .id = "q1", .suite_name = "Named"},
};

static void by_suite(void **state)
{
	(void)state;
	CHECK(grouped, SUITE_BY_SUITE,
	      "kapso s2 Smoke\n"
	      "  c1 a last=passed: k1\n"
	      "  c2 b last=passed: k2\n"
	      "kapso s3 s3\n"
	      "  c1 c1 last=passed: k3\n"
	      "playgent a1 Bot\n"
	      "  - x last=passed: p1\n"
	      "alpha - Named\n"
	      "  - (no case) last=passed: q1\n"
	      "zeta - (no suite)\n"
	      "  - (no case) last=passed: z1\n");
}

static void by_agent(void **state)
{
	(void)state;
	CHECK(grouped, SUITE_BY_AGENT,
	      "kapso - (no suite) = (no suite) (kapso)\n"
	      "  c1 c1 last=passed: k3\n"
	      "kapso a9 Ann\n"
	      "  c1 a last=passed: k1\n"
	      "  c2 b last=passed: k2\n"
	      "playgent a1 Bot\n"
	      "  - x last=passed: p1\n"
	      "alpha - (no suite) = (no suite) (alpha)\n"
	      "  - (no case) last=passed: q1\n"
	      "zeta - (no suite) = (no suite) (zeta)\n"
	      "  - (no case) last=passed: z1\n");
}

static void by_source(void **state)
{
	(void)state;
	CHECK(grouped, SUITE_BY_SOURCE,
	      "kapso - kapso\n"
	      "  c1 a last=passed: k1 k3\n"
	      "  c2 b last=passed: k2\n"
	      "playgent - playgent\n"
	      "  - x last=passed: p1\n"
	      "alpha - alpha\n"
	      "  - (no case) last=passed: q1\n"
	      "zeta - zeta\n"
	      "  - (no case) last=passed: z1\n");
}

static void by_folder(void **state)
{
	(void)state;
	CHECK(grouped, SUITE_BY_FOLDER,
	      "kapso - f1 = f1 (kapso)\n"
	      "  c2 b last=passed: k2\n"
	      "kapso - f2\n"
	      "  c1 a last=passed: k1 k3\n"
	      "playgent - f1 = f1 (playgent)\n"
	      "  - x last=passed: p1\n"
	      "alpha - (no suite) = (no suite) (alpha)\n"
	      "  - (no case) last=passed: q1\n"
	      "zeta - (no suite) = (no suite) (zeta)\n"
	      "  - (no case) last=passed: z1\n");
}

/* An agent of one name with ids in two spellings is one suite, and has no id then. */
static void agents_of_one_name(void **state)
{
	static const struct words words[] = {
		{.source = "sigmamind", .id = "1", .agent_id = "A-1", .agent_name = "Bot"},
		{.source = "sigmamind", .id = "2", .agent_id = "a1", .agent_name = "Bot"},
		{.source = "sigmamind", .id = "3", .agent_id = "a7", .agent_name = "Cat"},
		{.source = "sigmamind", .id = "4", .agent_id = "a8"},
	};

	(void)state;
	CHECK(words, SUITE_BY_SUITE,
	      "sigmamind - Bot\n"
	      "  - (no case) last=passed: 1 2\n"
	      "sigmamind a7 Cat\n"
	      "  - (no case) last=passed: 3\n"
	      "sigmamind a8 a8\n"
	      "  - (no case) last=passed: 4\n");
}

/* Groups hang together by id; the name is that of the latest run that tells one. */
static void names_of_latest_run(void **state)
{
	static const struct words words[] = {
		{.source = "kapso",
		 .id = "1",
		 .suite_id = "s",
		 .suite_name = "Newest",
		 .case_id = "c",
		 .case_name = "case 3",
		 .ended_at = 300},
		{.source = "kapso",
		 .id = "2",
		 .suite_id = "s",
		 .suite_name = "Old",
		 .case_id = "c",
		 .case_name = "case 1",
		 .ended_at = 100},
		{.source = "kapso", .id = "3", .suite_id = "s", .case_id = "c", .ended_at = 400},
		{.source = "kapso",
		 .id = "4",
		 .suite_id = "s",
		 .suite_name = "Older",
		 .case_id = "d",
		 .case_name = "other",
		 .ended_at = 50},
		{.source = "kapso",
		 .id = "5",
		 .suite_id = "s",
		 .suite_name = "Undated",
		 .case_id = "b",
		 .case_name = "undated"},
	};

	(void)state;
	CHECK(words, SUITE_BY_SUITE,
	      "kapso s Newest\n"
	      "  c case 3 last=passed@400: 2 1 3\n"
	      "  d other last=passed@50: 4\n"
	      "  b undated last=passed: 5\n");
}

static void order_in_groups(void **state)
{
	static const struct words words[] = {
		{.source = "magpipe",
		 .id = "r9",
		 .suite_id = "s1",
		 .suite_name = "Zulu",
		 .case_id = "1",
		 .case_name = "same",
		 .ended_at = 10},
		{.source = "magpipe",
		 .id = "r2",
		 .suite_id = "s2",
		 .suite_name = "Alpha",
		 .case_id = "1",
		 .case_name = "same",
		 .ended_at = 10},
		{.source = "magpipe",
		 .id = "r1",
		 .suite_id = "s2",
		 .suite_name = "Alpha",
		 .case_id = "1",
		 .case_name = "same",
		 .ended_at = 10},
		{.source = "magpipe",
		 .id = "r0",
		 .suite_id = "s2",
		 .suite_name = "Alpha",
		 .case_id = "1",
		 .case_name = "same",
		 .ended_at = 20},
		{.source = "magpipe",
		 .id = "r3",
		 .suite_id = "s2",
		 .suite_name = "Alpha",
		 .case_id = "0",
		 .case_name = "same",
		 .ended_at = 30},
		{.source = "magpipe",
		 .id = "r4",
		 .suite_id = "s2",
		 .suite_name = "Alpha",
		 .case_id = "9",
		 .case_name = "Before",
		 .ended_at = 30},
		{.source = "magpipe",
		 .id = "r5",
		 .suite_id = "s2",
		 .suite_name = "Alpha",
		 .case_name = "same"},
		{.source = "kapso", .id = "r6", .suite_id = "s9", .suite_name = "Zzz"},
	};

	(void)state;
	CHECK(words, SUITE_BY_SUITE,
	      "kapso s9 Zzz\n"
	      "  - (no case) last=passed: r6\n"
	      "magpipe s2 Alpha\n"
	      "  9 Before last=passed@30: r4\n"
	      "  - same last=passed: r5\n"
	      "  0 same last=passed@30: r3\n"
	      "  1 same last=passed@20: r1 r2 r0\n"
	      "magpipe s1 Zulu\n"
	      "  1 same last=passed@10: r9\n");
}

static void flaky_and_last(void **state)
{
	static const struct {
		struct words runs[4];
		size_t count;
		const char *expected;
	} cases[] = {
		{{{.id = "1", .outcome = P, .ended_at = 1},
		  {.id = "2", .outcome = F, .ended_at = 2}},
		 2,
		 " flaky last=failed@2: 1 2\n"},
		{{{.id = "1", .outcome = P, .ended_at = 3},
		  {.id = "2", .outcome = F, .ended_at = 2}},
		 2,
		 " flaky last=passed@3: 2 1\n"},
		{{{.id = "1", .outcome = P, .ended_at = 1},
		  {.id = "2", .outcome = E, .ended_at = 2}},
		 2,
		 " flaky last=error@2: 1 2\n"},
		{{{.id = "1", .outcome = F, .ended_at = 1},
		  {.id = "2", .outcome = E, .ended_at = 2}},
		 2,
		 " last=error@2: 1 2\n"},
		/* not judged is not "did not pass" */
		{{{.id = "1", .outcome = P, .ended_at = 1},
		  {.id = "2", .outcome = W, .ended_at = 2}},
		 2,
		 " last=pending@2: 1 2\n"},
		{{{.id = "1", .outcome = P, .ended_at = 1},
		  {.id = "2", .outcome = U, .ended_at = 2}},
		 2,
		 " last=unknown@2: 1 2\n"},
		/* without times there is no last one, unless all agree */
		{{{.id = "1", .outcome = P}, {.id = "2", .outcome = F}}, 2, " flaky last=?: 1 2\n"},
		{{{.id = "1", .outcome = F}, {.id = "2", .outcome = F}}, 2, " last=failed: 1 2\n"},
		{{{.id = "1", .outcome = F}}, 1, " last=failed: 1\n"},
		/* one that tells its time is the latest known */
		{{{.id = "1", .outcome = F}, {.id = "2", .outcome = P, .ended_at = 5}},
		 2,
		 " flaky last=passed@5: 1 2\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct words words[4];
		char expected[128];

		for (size_t r = 0; r < cases[i].count; r++) {
			words[r] = cases[i].runs[r];
			words[r].source = "telnyx";
			words[r].case_id = "c";
		}
		snprintf(expected, sizeof(expected), "telnyx - (no suite)\n  c c%s",
			 cases[i].expected);
		check_report(words, cases[i].count, SUITE_BY_SUITE, expected);
	}
}

static void titles_differ(void **state)
{
	static const struct words words[] = {
		{.source = "kapso", .id = "1", .suite_id = "a", .suite_name = "Smoke"},
		{.source = "telnyx", .id = "2", .suite_id = "a", .suite_name = "Smoke"},
		{.source = "telnyx", .id = "3", .suite_id = "b", .suite_name = "Smoke"},
		{.source = "kapso", .id = "4", .suite_name = "Smoke (kapso)"},
		{.source = "magpipe", .id = "5", .suite_name = "Smoke (telnyx, a)"},
		{.source = "kapso", .id = "6", .suite_name = "Alone"},
	};

	(void)state;
	CHECK(words, SUITE_BY_SUITE,
	      "kapso - Alone\n"
	      "  - (no case) last=passed: 6\n"
	      "kapso a Smoke = Smoke (kapso, a)\n"
	      "  - (no case) last=passed: 1\n"
	      "kapso - Smoke (kapso) = Smoke (kapso) [3]\n"
	      "  - (no case) last=passed: 4\n"
	      "telnyx a Smoke = Smoke (telnyx, a) [4]\n"
	      "  - (no case) last=passed: 2\n"
	      "telnyx b Smoke = Smoke (telnyx, b)\n"
	      "  - (no case) last=passed: 3\n"
	      "magpipe - Smoke (telnyx, a) = Smoke (telnyx, a) [6]\n"
	      "  - (no case) last=passed: 5\n");
}

/* Titles of any names differ, and whatever the order of the runs, the report is the same. */
static void any_order_one_report(void **state)
{
	enum { RUNS = 40, ROUNDS = 200 };
	static const char *const sources[] = {"kapso", "telnyx", "zeta"};
	static const char *const names[] = {
		"X", "X (kapso)", "X (telnyx)", "X (kapso, a)", "X (zeta) [1]", NULL};
	static const char *const ids[] = {"a", "b", "X", NULL};
	static char run_ids[RUNS][8];
	uint32_t seed = 7;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct strbuf first = STRBUF_INIT, second = STRBUF_INIT;
		struct words words[RUNS];

		for (size_t i = 0; i < RUNS; i++) {
			snprintf(run_ids[i], sizeof(run_ids[i]), "r%zu", i);
			words[i] = (struct words){
				.source = sources[next_random(&seed) % 3],
				.id = run_ids[i],
				.suite_id = ids[next_random(&seed) % 4],
				.suite_name = names[next_random(&seed) % 6],
				.case_id = ids[next_random(&seed) % 4],
				.case_name = names[next_random(&seed) % 6],
				.outcome = (enum outcome)(next_random(&seed) % OUTCOME_COUNT),
				.ended_at = next_random(&seed) % 4,
			};
		}
		for (int pass = 0; pass < 2; pass++) {
			struct results results;
			struct runs runs;

			runs_init(&runs, NULL);
			for (size_t i = 0; i < RUNS; i++)
				keep_words(&runs, &words[pass ? RUNS - 1 - i : i]);
			results_build(&results, runs.items, runs.count, SUITE_BY_SUITE);
			check_ranges(&results);
			dump(pass ? &second : &first, &results);
			for (size_t i = 0; i < results.suite_count; i++)
				for (size_t j = 0; j < i; j++)
					assert_string_not_equal(results.suites[i].title,
								results.suites[j].title);
			results_release(&results);
			runs_release(&runs);
		}
		assert_string_equal(first.text, second.text);
		strbuf_release(&first);
		strbuf_release(&second);
	}
}

static void sources_in_order(void **state)
{
	static const char *const given[] = {"zeta",   "playgent",  "alpha",   "kapso",
					    "telnyx", "sigmamind", "magpipe", "kapso"};
	static const char *const wanted[] = {"kapso",    "sigmamind", "telnyx", "magpipe",
					     "playgent", "alpha",     "zeta"};
	struct results results;
	struct runs runs;

	(void)state;
	runs_init(&runs, NULL);
	for (size_t i = 0; i < sizeof(given) / sizeof(given[0]); i++) {
		struct words words = {.source = given[i], .id = i ? "a" : "b"};

		keep_words(&runs, &words);
	}
	results_build(&results, runs.items, runs.count, SUITE_BY_SUITE);
	assert_int_equal(results.source_count, sizeof(wanted) / sizeof(wanted[0]));
	for (size_t i = 0; i < results.source_count; i++)
		assert_string_equal(results.sources[i].source, wanted[i]);
	assert_int_equal(results.sources[0].tally.runs, 2);
	results_release(&results);
	runs_release(&runs);
}

static void worst_first(void **state)
{
	/* suite, and its outcomes */
	static const struct {
		const char *suite, *outcomes;
	} suites[] = {
		{"a-all", "PP"},    {"b-half", "PF"},   {"c-none", "WU"},
		{"d-third", "PFE"}, {"e-half", "PPFF"}, {"f-zero", "F"},
		{"g-half", "FP"},   {"h-none", "W"},    {"i-near", "PPPPPPPPPF"},
	};
	static const char *const wanted[] = {"f-zero", "d-third", "e-half", "b-half", "g-half",
					     "i-near", "a-all",   "c-none", "h-none"};
	static const char letters[] = "PFEWU";
	struct results results;
	struct runs runs;
	char id[48];

	(void)state;
	runs_init(&runs, NULL);
	for (size_t i = 0; i < sizeof(suites) / sizeof(suites[0]); i++)
		for (size_t r = 0; suites[i].outcomes[r]; r++) {
			struct words words = {
				.source = "kapso", .id = id, .suite_name = suites[i].suite};

			snprintf(id, sizeof(id), "%zu-%zu", i, r);
			words.outcome =
				(enum outcome)(strchr(letters, suites[i].outcomes[r]) - letters);
			keep_words(&runs, &words);
		}
	results_build(&results, runs.items, runs.count, SUITE_BY_SUITE);
	assert_int_equal(results.suite_count, sizeof(wanted) / sizeof(wanted[0]));
	for (size_t i = 0; i < results.suite_count; i++)
		assert_string_equal(results.worst[i]->name, wanted[i]);
	results_release(&results);
	runs_release(&runs);
}

/* What fails now, the longest first; what has no order; what passed since, the latest first. */
static void failing_first(void **state)
{
	/* a case, its outcomes in order of time, whether they tell it, and what comes of them */
	static const struct {
		const char *name, *outcomes;
		int64_t first_at; /* 0: no times; then one a millisecond */
		enum case_state state;
		uint64_t streak;
		int64_t since_at; /* 0: not known */
		int place;        /* among those that failed; -1: did not */
	} cases[] = {
		{"a", "PPP", 10, CASE_PASSES, 3, 10, -1},
		{"b", "PFF", 10, CASE_FAILS, 2, 11, 1},
		{"c", "FFP", 10, CASE_PASSES, 1, 12, 6},
		{"d", "FPP", 10, CASE_PASSES, 2, 11, 7},
		{"e", "FPFEFWU", 10, CASE_FAILS, 3, 12, 0},
		{"f", "WUW", 10, CASE_UNJUDGED, 0, 0, -1},
		{"g", "FP", 0, CASE_MIXED, 0, 0, 4},
		{"h", "EF", 0, CASE_FAILS, 2, 0, 3},
		{"i", "PWP", 0, CASE_PASSES, 2, 0, -1},
		{"j", "FPP", 50, CASE_PASSES, 2, 51, 5},
		{"k", "PFF", 0, CASE_MIXED, 0, 0, 4},
		{"l", "FF", 5, CASE_FAILS, 2, 5, 2},
	};
	enum { COUNT_OF = sizeof(cases) / sizeof(cases[0]) };
	static const char letters[] = "PFEWU";
	struct results results;
	struct runs runs;
	char id[48];

	(void)state;
	runs_init(&runs, NULL);
	for (size_t i = 0; i < COUNT_OF; i++)
		for (size_t r = 0; cases[i].outcomes[r]; r++) {
			struct words words = {
				.source = "kapso", .id = id, .case_name = cases[i].name};

			snprintf(id, sizeof(id), "%zu-%zu", i, r);
			words.outcome =
				(enum outcome)(strchr(letters, cases[i].outcomes[r]) - letters);
			if (cases[i].first_at)
				words.ended_at = cases[i].first_at + (int64_t)r;
			keep_words(&runs, &words);
		}
	results_build(&results, runs.items, runs.count, SUITE_BY_SUITE);
	assert_int_equal(results.case_count, COUNT_OF);
	assert_int_equal(results.failing_cases, 9);
	for (size_t i = 0; i < COUNT_OF; i++) {
		const struct case_group *group = &results.cases[i];
		int64_t since = cases[i].since_at ? cases[i].since_at : TIME_UNKNOWN;

		assert_int_equal(group->state, cases[i].state);
		assert_int_equal(group->streak, cases[i].streak);
		assert_int_equal(group->since_at, since);
		if (cases[i].place >= 0 && group->state != CASE_MIXED)
			assert_ptr_equal(results.failing[cases[i].place + (cases[i].place > 4)],
					 group);
	}
	assert_string_equal(results.failing[4]->name, "g");
	assert_string_equal(results.failing[5]->name, "k");
	results_release(&results);
	runs_release(&runs);
}

/* A run without a verdict says nothing of the order of those that have one. */
static void order_of_verdicts(void **state)
{
	static const struct words words[] = {
		{.source = "kapso", .id = "1", .case_name = "a", .outcome = F},
		{.source = "kapso", .id = "2", .case_name = "a", .outcome = E},
		{.source = "kapso", .id = "3", .case_name = "a", .outcome = W, .ended_at = 7},
	};
	struct results results;
	struct runs runs;

	(void)state;
	runs_init(&runs, NULL);
	for (size_t i = 0; i < 3; i++)
		keep_words(&runs, &words[i]);
	results_build(&results, runs.items, runs.count, SUITE_BY_SUITE);
	assert_int_equal(results.cases[0].state, CASE_FAILS);
	assert_int_equal(results.cases[0].streak, 2);
	assert_int_equal(results.cases[0].since_at, TIME_UNKNOWN);
	results_release(&results);
	runs_release(&runs);
}

/* By what runs are counted that tell no time, they have no order. */
static void counted_by_dates(void **state)
{
	/* outcomes of runs, each beside the digit of when it was first seen */
	static const struct {
		const char *runs;
		enum case_state state;
		uint64_t streak;
		enum outcome last;
	} cases[] = {
		{"P1P1", CASE_PASSES, 2, P},
		{"P1P2", CASE_PASSES, 2, P},
		{"F1F2", CASE_FAILS, 2, F},
		{"P1F1", CASE_MIXED, 0, OUTCOME_COUNT},
		{"P1F2", CASE_MIXED, 0, OUTCOME_COUNT},
		{"F2P1", CASE_MIXED, 0, OUTCOME_COUNT},
		{"P1F1P2P2", CASE_MIXED, 0, OUTCOME_COUNT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct results results;
		struct runs runs;
		char id[24];

		runs_init(&runs, NULL);
		for (size_t r = 0; cases[i].runs[2 * r]; r++) {
			struct words words = {.source = "kapso", .id = id, .case_name = "a"};

			snprintf(id, sizeof(id), "%zu", r);
			words.outcome = cases[i].runs[2 * r] == 'P' ? P : F;
			keep_words(&runs, &words);
			runs.items[r]->seen_at = cases[i].runs[2 * r + 1];
		}
		results_build(&results, runs.items, runs.count, SUITE_BY_SUITE);
		assert_int_equal(results.cases[0].state, cases[i].state);
		assert_int_equal(results.cases[0].streak, cases[i].streak);
		assert_int_equal(results.cases[0].last_outcome, cases[i].last);
		assert_int_equal(results.cases[0].since_at, TIME_UNKNOWN);
		assert_int_equal(results.cases[0].last_at, TIME_UNKNOWN);
		assert_int_equal(results.suites[0].sparkline_count, 0);
		results_release(&results);
		runs_release(&runs);
	}
}

/* Of a run without a time nobody knows whether it came before the others. */
static void streak_of_known_order(void **state)
{
	static const struct words words[] = {
		{.source = "kapso", .id = "1", .case_name = "a", .outcome = F, .ended_at = 7},
		{.source = "kapso", .id = "2", .case_name = "a", .outcome = F},
	};
	struct results results;
	struct runs runs;

	(void)state;
	runs_init(&runs, NULL);
	keep_words(&runs, &words[0]);
	keep_words(&runs, &words[1]);
	results_build(&results, runs.items, runs.count, SUITE_BY_SUITE);
	assert_int_equal(results.cases[0].state, CASE_FAILS);
	assert_int_equal(results.cases[0].streak, 1);
	assert_int_equal(results.cases[0].since_at, 7);
	results_release(&results);
	runs_release(&runs);
}

/* `ids` of the strip's runs, joined. */
static void check_strip(const int64_t *times, size_t count, const char *expected)
{
	struct strbuf text = STRBUF_INIT;
	struct results results;
	struct runs runs;
	char id[24], test_case[24];

	runs_init(&runs, NULL);
	for (size_t i = 0; i < count; i++) {
		struct words words = {.source = "kapso",
				      .id = id,
				      .suite_name = "s",
				      .case_id = test_case,
				      .ended_at = times[i]};

		snprintf(id, sizeof(id), "%02zu", i);
		snprintf(test_case, sizeof(test_case), "%zu", i % 3);
		keep_words(&runs, &words);
	}
	results_build(&results, runs.items, runs.count, SUITE_BY_SUITE);
	assert_int_equal(results.suite_count, 1);
	for (size_t i = 0; i < results.suites[0].sparkline_count; i++)
		strbuf_addf(&text, "%s%s", i ? " " : "", results.suites[0].sparkline[i]->run_id);
	assert_string_equal(text.text, expected);
	strbuf_release(&text);
	results_release(&results);
	runs_release(&runs);
}

static void strips(void **state)
{
	static const int64_t none[] = {0, 0}, few[] = {30, 0, 10, 20};
	int64_t many[45], equal[34];

	(void)state;
	check_strip(none, 2, "");
	check_strip(few, 4, "02 03 00");
	for (size_t i = 0; i < 45; i++)
		many[i] = (int64_t)(i * 7 % 45) + 1; /* each of 1..45 once */
	check_strip(many, 45,
		    "15 28 41 09 22 35 03 16 29 42 10 23 36 04 17 "
		    "30 43 11 24 37 05 18 31 44 12 25 38 06 19 32");
	/* equal times: in the order of cases, then ids; the first ones fall out */
	for (size_t i = 0; i < 34; i++)
		equal[i] = 5;
	check_strip(equal, 34,
		    "12 15 18 21 24 27 30 33 01 04 07 10 13 16 19 22 25 28 31 "
		    "02 05 08 11 14 17 20 23 26 29 32");
	equal[0] = 4;
	equal[33] = 9;
	check_strip(equal, 34,
		    "12 15 18 21 24 27 30 01 04 07 10 13 16 19 22 25 28 31 "
		    "02 05 08 11 14 17 20 23 26 29 32 33");
}

static void spreads(void **state)
{
	static const struct {
		uint32_t values[20];
		size_t count;
		struct spread expected;
	} cases[] = {
		{{0}, 0, {0, 0, 0, 0, 0}},
		{{7}, 1, {1, 7, 7, 7, 7}},
		{{0}, 1, {1, 0, 0, 0, 0}},
		{{4, 1}, 2, {2, 3, 1, 4, 4}},
		{{3, 1, 2}, 3, {3, 2, 2, 3, 3}},
		{{5, 1, 1, 1}, 4, {4, 2, 1, 5, 5}},
		/* rank ceil(0.95 * 20) = 19 */
		{{20, 19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1},
		 20,
		 {20, 11, 10, 19, 20}},
		{{UINT32_MAX, UINT32_MAX}, 2, {2, UINT32_MAX, UINT32_MAX, UINT32_MAX, UINT32_MAX}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct results results;
		struct runs runs;

		runs_init(&runs, NULL);
		/* the turns of two runs, and the same numbers as durations of one run each */
		for (size_t r = 0; r < 2; r++) {
			struct run run = made_run("playgent", r ? "b" : "a", OUTCOME_PASSED);
			size_t half = cases[i].count / 2;

			run.latency_ms = cases[i].values + (r ? half : 0);
			run.latency_count = r ? cases[i].count - half : half;
			runs_keep(&runs, &run, false, NULL, NULL, NULL);
		}
		for (size_t r = 0; r < cases[i].count; r++) {
			struct run run = made_run("playgent", "c", OUTCOME_PASSED);

			run.duration_ms = cases[i].values[r];
			runs_keep(&runs, &run, false, NULL, NULL, NULL);
		}
		results_build(&results, runs.items, runs.count, SUITE_BY_SUITE);
		assert_memory_equal(&results.totals.latency, &cases[i].expected,
				    sizeof(struct spread));
		assert_memory_equal(&results.totals.duration, &cases[i].expected,
				    sizeof(struct spread));
		assert_memory_equal(&results.suites[0].tally.latency, &cases[i].expected,
				    sizeof(struct spread));
		assert_memory_equal(&results.cases[0].tally.latency, &cases[i].expected,
				    sizeof(struct spread));
		assert_memory_equal(&results.sources[0].tally.duration, &cases[i].expected,
				    sizeof(struct spread));
		results_release(&results);
		runs_release(&runs);
	}
}

static void period_of_tally(void **state)
{
	static const struct words words[] = {
		{.source = "kapso", .id = "1", .ended_at = 500},
		{.source = "kapso", .id = "2"},
		{.source = "kapso", .id = "3", .ended_at = -20},
	};
	struct results results;
	struct runs runs;

	(void)state;
	runs_init(&runs, NULL);
	for (size_t i = 0; i < 3; i++)
		keep_words(&runs, &words[i]);
	results_build(&results, runs.items, runs.count, SUITE_BY_SUITE);
	assert_int_equal(results.totals.first_at, -20);
	assert_int_equal(results.totals.last_at, 500);
	results_release(&results);
	runs_release(&runs);
}

/* So many that they are not compared; lengths of up to five bytes, most of them several times. */
static void spread_of_many(void **state)
{
	enum { COUNT = 2000 };
	struct run *runs = memory_alloc(COUNT * sizeof(*runs));
	struct run **order = memory_alloc(COUNT * sizeof(*order));
	struct sample scratch = {.count = 0};
	struct tally tally;
	int64_t sum = 0;
	uint32_t seed = 7;

	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		runs[i] = made_run("kapso", "r", OUTCOME_PASSED);
		runs[i].duration_ms = (int64_t)(i / 2) * 300000000;
		sum += runs[i].duration_ms;
		order[i] = &runs[i];
	}
	for (size_t i = COUNT - 1; i > 0; i--) {
		size_t other = next_random(&seed) % (i + 1);
		struct run *run = order[i];

		order[i] = order[other];
		order[other] = run;
	}
	tally_init(&tally);
	tally_spreads(&tally, order, COUNT, &scratch);
	assert_int_equal(tally.duration.known, COUNT);
	assert_int_equal(tally.duration.mean, sum / COUNT);
	assert_int_equal(tally.duration.p50, INT64_C(499) * 300000000);
	assert_int_equal(tally.duration.p95, INT64_C(949) * 300000000);
	assert_int_equal(tally.duration.max, INT64_C(999) * 300000000);
	sample_release(&scratch);
	memory_free(order);
	memory_free(runs);
}

/* Equal keys are one group wherever their bytes stand, and keys that begin alike are not. */
static void keys_are_texts(void **state)
{
	char suites[4][16] = {"suite one", "suite one", "suite ten", "suite"};
	char cases[4][16] = {"case 1", "case 1", "case 1", "case 1"};
	struct runs runs;
	struct results results;

	(void)state;
	runs_init(&runs, NULL);
	for (size_t i = 0; i < 4; i++) {
		struct run run = made_run("kapso", "r", OUTCOME_PASSED);

		runs_keep(&runs, &run, false, NULL, NULL, NULL)->suite.name = suites[3 - i];
		runs.items[i]->test_case.name = cases[i];
	}
	results_build(&results, runs.items, runs.count, SUITE_BY_SUITE);
	assert_int_equal(results.suite_count, 3);
	assert_int_equal(results.case_count, 3);
	assert_string_equal(results.suites[0].name, "suite");
	assert_string_equal(results.suites[1].name, "suite one");
	assert_int_equal(results.suites[1].run_count, 2);
	assert_int_equal(results.suites[1].case_count, 1);
	assert_string_equal(results.suites[2].name, "suite ten");
	results_release(&results);
	runs_release(&runs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts),
		cmocka_unit_test(rates),
		cmocka_unit_test(costs),
		cmocka_unit_test(tokens_and_scores),
		cmocka_unit_test(merging_is_adding),
		cmocka_unit_test(no_runs),
		cmocka_unit_test(by_suite),
		cmocka_unit_test(by_agent),
		cmocka_unit_test(by_source),
		cmocka_unit_test(by_folder),
		cmocka_unit_test(agents_of_one_name),
		cmocka_unit_test(names_of_latest_run),
		cmocka_unit_test(order_in_groups),
		cmocka_unit_test(flaky_and_last),
		cmocka_unit_test(titles_differ),
		cmocka_unit_test(any_order_one_report),
		cmocka_unit_test(sources_in_order),
		cmocka_unit_test(worst_first),
		cmocka_unit_test(failing_first),
		cmocka_unit_test(order_of_verdicts),
		cmocka_unit_test(counted_by_dates),
		cmocka_unit_test(streak_of_known_order),
		cmocka_unit_test(strips),
		cmocka_unit_test(spreads),
		cmocka_unit_test(spread_of_many),
		cmocka_unit_test(keys_are_texts),
		cmocka_unit_test(period_of_tally),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
