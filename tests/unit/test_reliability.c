#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"
#include "runtally/analysis/reliability.h"
#include "runtally/analysis/stats.h"
#include "runtally/base/times.h"

enum { RUNS_MOST = 512 };

/*
 * Runs of cases, `a+++- b--`: + passed, - failed, ! error, ~ pending. A case whose letter is large
 * is one of another suite.
 */
struct world {
	struct run runs[RUNS_MOST];
	struct run *all[RUNS_MOST], *now[RUNS_MOST];
	size_t count, now_count;
	struct results results;
	struct reliability reliability;
};

static char ids[RUNS_MOST][8];

static void add_run(struct world *world, const char *name, char mark, bool is_now)
{
	size_t at = world->count++;
	struct run *run = &world->runs[at];
	bool is_large = *name < 'a';

	assert_true(at < RUNS_MOST);
	snprintf(ids[at], sizeof(ids[at]), "r%zu", at);
	*run = made_run(is_large ? "telnyx" : "kapso", ids[at], marked_outcome(mark));
	run->suite.id = is_large ? "large" : "small";
	run->test_case.id = name;
	run->started_at = (int64_t)at * DAY_MS;
	world->all[at] = run;
	if (is_now)
		world->now[world->now_count++] = run;
}

static void add_runs(struct world *world, const char *text, bool is_now)
{
	static const char *const names[] = {"a", "b", "c", "d", "e", "f", "A", "B", "C"};
	const char *name = NULL;

	for (; *text; text++) {
		bool is_name = false;

		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (*text == *names[i]) {
				name = names[i];
				is_name = true;
			}
		if (!is_name && *text != ' ')
			add_run(world, name, *text, is_now);
	}
}

static void world_init(struct world *world, const char *now, const char *past)
{
	world->count = world->now_count = 0;
	add_runs(world, past, false);
	add_runs(world, now, true);
	results_build(&world->results, world->now, world->now_count, SUITE_BY_SUITE);
	reliability_build(&world->reliability, world->all, world->count, &world->results);
}

static void world_release(struct world *world)
{
	reliability_release(&world->reliability);
	results_release(&world->results);
}

static void classes(void **state)
{
	static const struct {
		const char *now, *past;
		uint64_t solid, dead, shaky, few, flaky;
	} cases[] = {
		{"", "", 0, 0, 0, 0, 0},
		{"a+++ b++ c--- d+-! e!-+ f~~~", "", 1, 1, 2, 2, 2},
		{"a+- b-- c~", "", 0, 0, 0, 3, 1},
		/* with those before; cases that are gone count, too */
		{"a+ b+ c-", "a++ b- c!- d+++ A-", 2, 1, 0, 2, 1},
		{"a+", "A++", 0, 0, 0, 2, 0},
		/* runs that have not ended are no tries, there neither */
		{"a+~ b-", "a+ b-~ c~~~", 0, 0, 0, 3, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct world world;
		const struct reliability *found = &world.reliability;

		world_init(&world, cases[i].now, cases[i].past);
		assert_int_equal(found->solid, cases[i].solid);
		assert_int_equal(found->dead, cases[i].dead);
		assert_int_equal(found->shaky, cases[i].shaky);
		assert_int_equal(found->few, cases[i].few);
		assert_int_equal(found->flaky, cases[i].flaky);
		assert_int_equal(found->is_wider, *cases[i].past != '\0');
		world_release(&world);
	}
}

static void check_hat(const struct world *world, unsigned k, uint64_t cases, int32_t rate,
		      int32_t single)
{
	const struct pass_hat *hat = &world->reliability.pass_hat[k - 1];

	assert_int_equal(hat->cases, cases);
	assert_int_equal(hat->rate, rate);
	assert_int_equal(hat->single, single);
}

/* Worked out by hand. */
static void means(void **state)
{
	struct world world;

	(void)state;
	/* 3 of 4, 2 of 3, 1 of 1, none of 2 */
	world_init(&world, "a+++- b++- c+ d-- e~", "");
	check_hat(&world, 1, 4, 604167, 604167); /* (3/4 + 2/3 + 1 + 0) / 4 */
	check_hat(&world, 2, 3, 277778, 472222); /* (1/2 + 1/3 + 0) / 3, (3/4 + 2/3) / 3 */
	check_hat(&world, 3, 2, 125000, 708333); /* (1/4 + 0) / 2 */
	check_hat(&world, 4, 1, 0, 750000);
	check_hat(&world, 5, 0, -1, -1);
	assert_int_equal(world.reliability.cases[0].judged, 4);
	assert_int_equal(world.reliability.cases[0].passed, 3);
	assert_int_equal(world.reliability.cases[4].judged, 0);
	world_release(&world);
	world_init(&world, "a++++++++ A++++++++", "");
	check_hat(&world, 8, 2, 1000000, 1000000);
	world_release(&world);
}

/* The report's cases are found again among those of the window. */
static void window(void **state)
{
	struct world world;

	(void)state;
	world_init(&world, "b+ A- a+", "a-- b+ c++ A+ B+");
	assert_int_equal(world.results.case_count, 3);
	for (size_t i = 0; i < world.results.case_count; i++) {
		const struct tries *tries = &world.reliability.cases[i];

		switch (*world.results.cases[i].id) {
		case 'a':
			assert_int_equal(tries->judged, 3);
			assert_int_equal(tries->passed, 1);
			break;
		case 'b':
			assert_int_equal(tries->judged, 2);
			assert_int_equal(tries->passed, 2);
			break;
		default:
			assert_string_equal(world.results.cases[i].id, "A");
			assert_int_equal(tries->judged, 2);
			assert_int_equal(tries->passed, 1);
		}
	}
	assert_int_equal(world.reliability.first_at, 0);
	assert_int_equal(world.reliability.last_at, (int64_t)(world.count - 1) * DAY_MS);
	check_hat(&world, 1, 5, 766667, 766667); /* (1/3 + 1 + 1 + 1/2 + 1) / 5 */
	world_release(&world);
}

/* Whatever the report is about of the same runs, the window is the same. */
static void window_agrees(void **state)
{
	struct world world = {.count = 0};
	struct reliability wider;
	uint32_t random = 3;

	(void)state;
	for (size_t i = 0; i < RUNS_MOST; i++) {
		static const char *const names[] = {"d", "A", "b", "B", "a", "C", "c"};

		add_run(&world, names[next_random(&random) % 7],
			next_random(&random) % 5 ? '+' : '-', true);
	}
	results_build(&world.results, world.now, world.now_count, SUITE_BY_SUITE);
	reliability_build(&world.reliability, world.all, world.count, &world.results);
	results_release(&world.results);
	results_build(&world.results, world.now, world.now_count - 300, SUITE_BY_SUITE);
	reliability_build(&wider, world.all, world.count, &world.results);
	assert_false(world.reliability.is_wider);
	assert_true(wider.is_wider);
	assert_memory_equal(wider.pass_hat, world.reliability.pass_hat, sizeof(wider.pass_hat));
	assert_int_equal(wider.shaky, world.reliability.shaky);
	assert_int_equal(wider.shaky, 7);
	reliability_release(&wider);
	world_release(&world);
}

static void examples(void **state)
{
	static const struct {
		const char *runs;
		unsigned k;
	} cases[] = {
		{"", 0},
		{"a+ b+ c+ d+ e+ f+", 0},
		{"a++ b++ c++ d++", 0},
		{"a++ b++ c++ d++ e-- f+", 2},
		{"a+++ b+++ c+++ d+++ e---- f++++", 3},
		{"a++++++++ b++++++++ c++++++++ d++++++++ e++++++++ f++++++++", 4},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct world world;

		world_init(&world, cases[i].runs, "");
		assert_int_equal(reliability_example(&world.reliability), cases[i].k);
		world_release(&world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(classes),  cmocka_unit_test(means),
		cmocka_unit_test(window),   cmocka_unit_test(window_agrees),
		cmocka_unit_test(examples),
	};

	return cmocka_run_group_tests_name("reliability", tests, NULL, NULL);
}
