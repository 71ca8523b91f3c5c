#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"
#include "runtally/analysis/compare.h"

enum { RUNS_MOST = 4000 };

/* The runs of one side. */
struct side {
	struct run runs[RUNS_MOST];
	struct run *items[RUNS_MOST];
	size_t count;
	struct results results;
};

struct world {
	struct side now, before;
	struct arena arena;
	struct comparison comparison;
};

/* A run of a case, later than those before it. */
static struct run *add(struct world *world, struct side *side, struct label suite,
		       struct label test_case, enum outcome outcome)
{
	struct run *run = &side->runs[side->count];

	*run = made_run("telnyx", arena_printf(&world->arena, "r%zu", side->count), outcome);
	run->suite = suite;
	run->test_case = test_case;
	run->ended_at = (int64_t)side->count * 1000;
	side->items[side->count++] = run;
	return run;
}

/* `passed` and then `failed` runs of the case of that name. */
static void add_runs(struct world *world, struct side *side, const char *suite,
		     const char *test_case, int passed, int failed)
{
	for (int i = 0; i < passed + failed; i++)
		add(world, side, (struct label){NULL, suite}, (struct label){NULL, test_case},
		    i < passed ? OUTCOME_PASSED : OUTCOME_FAILED);
}

static int setup(void **state)
{
	struct world *world = memory_alloc(sizeof(*world));

	memset(world, 0, sizeof(*world));
	arena_init(&world->arena, 0);
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	comparison_release(&world->comparison);
	results_release(&world->now.results);
	results_release(&world->before.results);
	arena_release(&world->arena);
	memory_free(world);
	return 0;
}

static const struct comparison *compare_by(struct world *world, enum suite_by by)
{
	results_build(&world->before.results, world->before.items, world->before.count, by);
	results_build(&world->now.results, world->now.items, world->now.count, by);
	comparison_build(&world->comparison, &world->now.results, &world->before.results);
	return &world->comparison;
}

static const struct comparison *compare(struct world *world)
{
	return compare_by(world, SUITE_BY_SUITE);
}

static void test_nothing(void **state)
{
	const struct comparison *comparison = compare(*state);

	assert_int_equal(comparison->total.change, CHANGE_UNKNOWN);
	assert_int_equal(comparison->suite_count, 0);
	assert_int_equal(comparison->case_count, 0);
	assert_int_equal(comparison->pairs_p, 1000000);
}

static void test_words(void **state)
{
	static const struct {
		int passed_now, failed_now, passed_before, failed_before;
		enum change change;
	} rows[] = {
		{75, 25, 95, 5, CHANGE_WORSE},
		{95, 5, 75, 25, CHANGE_BETTER},
		{475, 25, 475, 25, CHANGE_NONE},
		{470, 30, 475, 25, CHANGE_NONE},
		{5, 0, 5, 0, CHANGE_FEW},
		{9, 1, 10, 0, CHANGE_FEW},
		{60, 40, 70, 30, CHANGE_FEW},
		{0, 0, 10, 0, CHANGE_UNKNOWN},
		{10, 0, 0, 0, CHANGE_UNKNOWN},
		{1000, 0, 1000, 0, CHANGE_NONE},
		{0, 1000, 0, 1000, CHANGE_NONE},
		/* p is .073 */
		{80, 20, 90, 10, CHANGE_FEW},
		{90, 10, 80, 20, CHANGE_FEW},
		/* 5 points more or less, in an interval of 13 and 3; then 3 in one of 8 and 2 */
		{150, 50, 160, 40, CHANGE_FEW},
		{160, 40, 150, 50, CHANGE_FEW},
		{380, 120, 395, 105, CHANGE_NONE},
		{395, 105, 380, 120, CHANGE_NONE},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct world *world = *state;

		world->now.count = world->before.count = 0;
		add_runs(world, &world->now, "s", "c", rows[i].passed_now, rows[i].failed_now);
		add_runs(world, &world->before, "s", "c", rows[i].passed_before,
			 rows[i].failed_before);
		assert_int_equal(compare(world)->total.change, rows[i].change);
		assert_int_equal(world->comparison.total.p > 0, rows[i].change != CHANGE_UNKNOWN);
		teardown(state);
		setup(state);
	}
	compare(*state);
}

static void test_figures(void **state)
{
	struct world *world = *state;
	const struct difference *total;

	add_runs(world, &world->now, "s", "c", 3, 1);
	add_runs(world, &world->before, "s", "c", 1, 3);
	total = &compare(world)->total;
	assert_int_equal(total->points, 500000);
	assert_int_equal(total->p, 485714);
	assert_int_equal(total->q, 485714);
	assert_int_equal(total->change, CHANGE_FEW);
	assert_true(total->low < 0 && total->high > 500000);
	/* of .25 and .20: R's power.prop.test gives 1093.7 */
	assert_int_equal(total->runs_needed, 1094);
	assert_int_equal(total->low, world->comparison.suites[0].rate.low);
	assert_int_equal(total->q, world->comparison.suites[0].rate.q);
	assert_ptr_equal(total->now, &world->now.results.totals);
	assert_ptr_equal(world->comparison.cases[0].rate.before, &world->before.results.cases[0]);
}

static const struct case_diff *diff_of(const struct comparison *comparison, const char *name)
{
	for (size_t i = 0; i < comparison->case_count; i++) {
		const struct case_diff *diff = &comparison->cases[i];

		if (strcmp((diff->now ? diff->now : diff->before)->name, name) == 0)
			return diff;
	}
	fail_msg("no case %s", name);
	return NULL;
}

static void test_states(void **state)
{
	static const struct {
		const char *name;
		int now[2], before[2]; /* passed, then failed */
		enum case_change change;
	} rows[] = {
		{"broke", {0, 1}, {1, 0}, CASE_NEWLY_FAILING},
		{"broke lately", {5, 1}, {1, 0}, CASE_NEWLY_FAILING},
		{"fixed", {1, 0}, {3, 1}, CASE_FIXED},
		{"fails", {0, 2}, {1, 1}, CASE_STILL_FAILING},
		{"passes", {2, 0}, {2, 0}, CASE_STILL_PASSING},
		{"new", {2, 1}, {0, 0}, CASE_NEW},
		{"gone", {0, 0}, {2, 1}, CASE_GONE},
	};
	struct world *world = *state;
	const struct comparison *comparison;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		add_runs(world, &world->now, "s", rows[i].name, rows[i].now[0], rows[i].now[1]);
		add_runs(world, &world->before, "s", rows[i].name, rows[i].before[0],
			 rows[i].before[1]);
	}
	add(world, &world->now, (struct label){NULL, "s"}, (struct label){NULL, "waits"},
	    OUTCOME_PENDING);
	add_runs(world, &world->before, "s", "waits", 1, 0);
	comparison = compare(world);
	assert_int_equal(comparison->case_count, 8);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(diff_of(comparison, rows[i].name)->change, rows[i].change);
	assert_int_equal(diff_of(comparison, "waits")->change, CASE_OTHER);
	assert_int_equal(comparison->counts[CASE_NEWLY_FAILING], 2);
	assert_int_equal(comparison->pairs, 5);
	assert_int_equal(comparison->broken, 2);
	assert_int_equal(comparison->fixed, 1);
	assert_int_equal(comparison->pairs_p, 1000000);
	/* those that are gone come last */
	assert_ptr_equal(diff_of(comparison, "gone"), &comparison->cases[7]);
	for (size_t i = 0; i < 7; i++)
		assert_ptr_equal(comparison->cases[i].now, &world->now.results.cases[i]);
}

/* The id tells, whatever the name; the same case in two suites is two. */
static void test_matching(void **state)
{
	struct world *world = *state;
	const struct comparison *comparison;

	add(world, &world->before, (struct label){"s1", "Old"}, (struct label){"c1", "a"},
	    OUTCOME_PASSED);
	add(world, &world->before, (struct label){"s2", "Other"}, (struct label){"c1", "a"},
	    OUTCOME_FAILED);
	add(world, &world->before, (struct label){"s3", "New"}, (struct label){"c1", "a"},
	    OUTCOME_FAILED);
	add(world, &world->now, (struct label){"s1", "New"}, (struct label){"c1", "b"},
	    OUTCOME_FAILED);
	add(world, &world->now, (struct label){"s2", "Other"}, (struct label){"c2", "a"},
	    OUTCOME_FAILED);
	add(world, &world->now, (struct label){"s2", "Other"}, (struct label){"c1", "a"},
	    OUTCOME_FAILED);
	comparison = compare(world);
	assert_int_equal(comparison->suite_count, 3);
	assert_string_equal(comparison->suites[0].now->id, "s1");
	assert_string_equal(comparison->suites[0].before->id, "s1");
	assert_string_equal(comparison->suites[1].before->id, "s2");
	assert_null(comparison->suites[2].now);
	assert_string_equal(comparison->suites[2].before->id, "s3");
	assert_int_equal(comparison->case_count, 4);
	assert_int_equal(diff_of(comparison, "b")->change, CASE_NEWLY_FAILING);
	assert_int_equal(comparison->counts[CASE_STILL_FAILING], 1);
	assert_int_equal(comparison->counts[CASE_NEW], 1);
	assert_int_equal(comparison->counts[CASE_GONE], 1);
	assert_ptr_equal(comparison_of_suite(comparison, &world->now.results.suites[1]),
			 &comparison->suites[1]);
	assert_ptr_equal(comparison_of_case(comparison, &world->now.results.cases[2]),
			 &comparison->cases[2]);
}

/* An agent's id comes in two spellings, and does not tell suites apart. */
static void test_agents(void **state)
{
	struct world *world = *state;

	add(world, &world->now, (struct label){NULL, NULL}, (struct label){NULL, "c"},
	    OUTCOME_PASSED)
		->agent = (struct label){"0A-1", "Mara"};
	add(world, &world->before, (struct label){NULL, NULL}, (struct label){NULL, "c"},
	    OUTCOME_PASSED)
		->agent = (struct label){"0a1", "Mara"};
	assert_int_equal(compare(world)->suite_count, 1);
	assert_int_equal(world->comparison.counts[CASE_STILL_PASSING], 1);
}

/* One of five suites fell from 20 of 20 to 15 of 20; four had so many passed and failed in both. */
static const struct comparison *compare_fallen(struct world *world, int passed, int failed)
{
	static const char *const names[] = {"a", "b", "c", "d"};

	add_runs(world, &world->now, "fell", "c", 15, 5);
	add_runs(world, &world->before, "fell", "c", 20, 0);
	for (size_t i = 0; i < 4; i++) {
		add_runs(world, &world->now, names[i], "c", passed, failed);
		add_runs(world, &world->before, names[i], "c", passed, failed);
	}
	return compare(world);
}

/*
 * p is .047, and of five that is not clear; but four that passed throughout could not have told
 * anything.
 */
static void test_many(void **state)
{
	const struct comparison *comparison = compare_fallen(*state, 20, 0);

	assert_int_equal(comparison->suites[4].rate.p, 47124);
	assert_int_equal(comparison->suites[4].rate.q, 47124);
	assert_int_equal(comparison->suites[4].rate.change, CHANGE_WORSE);
	assert_int_equal(comparison->suites_changed[CHANGE_WORSE], 1);
	assert_int_equal(comparison->cases_changed[CHANGE_WORSE], 1);
	assert_int_equal(comparison->suites[0].rate.q, 1000000);
	assert_int_equal(comparison->suites[0].rate.change, CHANGE_FEW);
}

static void test_many_that_could(void **state)
{
	const struct comparison *comparison = compare_fallen(*state, 16, 4);

	assert_int_equal(comparison->suites[4].rate.p, 47124);
	assert_int_equal(comparison->suites[4].rate.q, 235620);
	assert_int_equal(comparison->suites[4].rate.change, CHANGE_FEW);
	assert_int_equal(comparison->suites_changed[CHANGE_WORSE], 0);
}

static void test_ranks(void **state)
{
	static const struct {
		const char *name;
		int now, before; /* passed of 100 */
	} rows[] = {{"a", 70, 95}, {"b", 90, 50}, {"c", 20, 95}, {"d", 99, 30}, {"e", 90, 90}};
	static const char *const wanted[] = {"c", "a", "d", "b"};
	struct world *world = *state;
	const struct comparison *comparison;

	for (size_t i = 0; i < 5; i++) {
		add_runs(world, &world->now, rows[i].name, "c", rows[i].now, 100 - rows[i].now);
		add_runs(world, &world->before, rows[i].name, "c", rows[i].before,
			 100 - rows[i].before);
	}
	comparison = compare(world);
	assert_int_equal(comparison->suites_changed[CHANGE_WORSE], 2);
	assert_int_equal(comparison->suites_changed[CHANGE_BETTER], 2);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(
			((const struct suite_change *)comparison->changed_suites[i])->now->name,
			wanted[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nothing, setup, teardown),
		cmocka_unit_test_setup_teardown(test_words, setup, teardown),
		cmocka_unit_test_setup_teardown(test_figures, setup, teardown),
		cmocka_unit_test_setup_teardown(test_states, setup, teardown),
		cmocka_unit_test_setup_teardown(test_matching, setup, teardown),
		cmocka_unit_test_setup_teardown(test_agents, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ranks, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many_that_could, setup, teardown),
	};

	return cmocka_run_group_tests_name("compare", tests, NULL, NULL);
}
