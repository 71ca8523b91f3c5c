#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "runtally/analysis/compare.h"
#include "runtally/analysis/select.h"
#include "runtally/base/times.h"
#include "runtally/view/view.h"

/* A comparison of which only the totals are looked at. */
struct world {
	struct results now, before;
	struct comparison comparison;
	struct period period;
	struct view view;
};

static void world_init(struct world *world)
{
	*world = (struct world){.period = {TIME_UNKNOWN, TIME_UNKNOWN}};
	tally_init(&world->now.totals);
	tally_init(&world->before.totals);
	world->comparison.now = &world->now;
	world->comparison.before = &world->before;
	world->comparison.total.now = &world->now.totals;
	world->comparison.total.before = &world->before.totals;
	world->view.classes = view_classes;
	world->view.results = &world->now;
	world->view.comparison = &world->comparison;
	world->view.rows = SIZE_MAX;
}

static void set_counts(struct world *world, uint64_t passed, uint64_t failed)
{
	world->now.totals.outcomes[OUTCOME_PASSED] = passed;
	world->now.totals.outcomes[OUTCOME_FAILED] = failed;
	world->before.totals.outcomes[OUTCOME_PASSED] = 90;
	world->before.totals.outcomes[OUTCOME_FAILED] = 10;
	world->before.run_count = 100;
}

static void expect(const struct world *world, const char *name, const char *wanted)
{
	struct value_name whole = {.text = "comparison", .length = strlen("comparison")};
	struct value_name asked = {.text = name, .length = strlen(name)};
	struct value root = view_root(&world->view), comparison, member;
	struct strbuf text = STRBUF_INIT;

	assert_true(root.ops->member(&root, &whole, &comparison));
	assert_true(comparison.ops->member(&comparison, &asked, &member));
	member.ops->text(&member, &text);
	assert_string_equal(text.length ? text.text : "", wanted);
	strbuf_release(&text);
}

static void test_points(void **state)
{
	static const struct {
		int32_t micro;
		const char *wanted;
	} cases[] = {
		{0, "0.0"},      {-30000, "−3.0"}, {30000, "+3.0"},
		{30499, "+3.0"}, {30500, "+3.1"},  {-1000000, "−100.0"},
		{500, "+0.1"},   {499, "+0.0499"}, {-1, "−0.0001"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct world world;

		world_init(&world);
		world.comparison.total.change = CHANGE_NONE;
		world.comparison.total.points = cases[i].micro;
		expect(&world, "points", cases[i].wanted);
	}
}

/* On which side of 5 % it is can be seen. */
static void test_probabilities(void **state)
{
	static const struct {
		int32_t micro;
		const char *wanted;
	} cases[] = {
		{1, "p < 0.001"},        {999, "p < 0.001"},      {1000, "p = 0.001"},
		{12345, "p = 0.012"},    {49500, "p = 0.049500"}, {50000, "p = 0.050"},
		{50001, "p = 0.050001"}, {999499, "p = 0.999"},   {999500, "p > 0.999"},
		{1000000, "p = 1"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct world world;

		world_init(&world);
		world.comparison.total.change = CHANGE_NONE;
		world.comparison.total.p = cases[i].micro;
		expect(&world, "p", cases[i].wanted);
		world.comparison.total.change = CHANGE_UNKNOWN;
		expect(&world, "p", "");
	}
}

static void test_headline(void **state)
{
	struct world world;
	struct difference *total = &world.comparison.total;

	(void)state;
	world_init(&world);
	set_counts(&world, 87, 13);
	*total = (struct difference){.change = CHANGE_WORSE, .points = -30000, .runs_needed = 686};
	expect(&world, "headline",
	       "Pass rate 87.0 % (79.0–92.2 %), down 3.0 points on the baseline: worse");
	assert_true(time_or_date_parse("2026-11-09", &world.period.since));
	assert_true(time_or_date_parse("2026-11-16", &world.period.until));
	world.view.compared_period = &world.period;
	total->change = CHANGE_FEW;
	expect(&world, "headline",
	       "Pass rate 87.0 % (79.0–92.2 %), down 3.0 points on 2026-11-09 to 2026-11-15: too "
	       "few runs to tell (a change of 5 points takes about 686 runs on each side)");
	world.view.compared_previous = true;
	total->change = CHANGE_BETTER;
	total->points = 30000;
	expect(&world, "headline",
	       "Pass rate 87.0 % (79.0–92.2 %), up 3.0 points on the period before (2026-11-09 to "
	       "2026-11-15): better");
	expect(&world, "against", "2026-11-09 to 2026-11-15");
	expect(&world, "from", "2026-11-09T00:00:00.000Z");
	expect(&world, "to", "2026-11-16T00:00:00.000Z");
	world.period.until = world.period.since + DAY_MS;
	total->change = CHANGE_NONE;
	total->points = 0;
	expect(&world, "headline",
	       "Pass rate 87.0 % (79.0–92.2 %), the same as in the period before (2026-11-09): no "
	       "clear change");
}

static void test_unknown(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	set_counts(&world, 0, 0);
	world.view.compared_period = &world.period;
	world.view.compared_previous = true;
	expect(&world, "headline", "Pass rate n/a; the period before had 90.0 %");
	expect(&world, "against", "the period before");
	expect(&world, "from", "");
	world.before.run_count = 0;
	expect(&world, "headline", "Pass rate n/a; the period before has no runs to compare with");
	expect(&world, "points", "n/a");
	expect(&world, "interval", "n/a");
}

static void expect_pairs(uint64_t broken, uint64_t fixed, uint64_t pairs, const char *wanted)
{
	struct value_name whole = {.text = "comparison", .length = strlen("comparison")};
	struct value_name asked = {.text = "pairs", .length = 5};
	struct value_name text_name = {.text = "text", .length = 4};
	struct strbuf text = STRBUF_INIT;
	struct value root, comparison, found, member;
	struct world world;

	world_init(&world);
	world.comparison.pairs = pairs;
	world.comparison.broken = broken;
	world.comparison.fixed = fixed;
	world.comparison.pairs_p = 289063;
	root = view_root(&world.view);
	assert_true(root.ops->member(&root, &whole, &comparison));
	assert_true(comparison.ops->member(&comparison, &asked, &found));
	assert_true(found.ops->member(&found, &text_name, &member));
	member.ops->text(&member, &text);
	assert_string_equal(text.length ? text.text : "", wanted);
	strbuf_release(&text);
}

static void test_pairs(void **state)
{
	(void)state;
	expect_pairs(2, 6, 45,
		     "Of 45 cases with a known state in both, 2 broke and 6 were repaired "
		     "(McNemar p = 0.289)");
	expect_pairs(0, 1, 1,
		     "Of 1 case with a known state in both, 0 broke and 1 was repaired "
		     "(McNemar p = 0.289)");
	expect_pairs(0, 0, 0, "");
}

/* Days are those of the zone. */
static void test_zone(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	world.view.compared_period = &world.period;
	assert_true(time_or_date_parse("2026-11-08T22:00:00Z", &world.period.since));
	assert_true(time_or_date_parse("2026-11-15T22:00:00Z", &world.period.until));
	time_zone_set(2 * DAY_MS / 24);
	expect(&world, "against", "2026-11-09 to 2026-11-15");
	time_zone_set(0);
	expect(&world, "against", "2026-11-08 to 2026-11-15");
}

static void test_relative(void **state)
{
	static const struct {
		int64_t now, before; /* nano; -1: not known */
		const char *wanted;
	} cases[] = {
		{112, 100, "+12 %"},
		{88, 100, "−12 %"},
		{1034, 1000, "+3.4 %"},
		{100, 100, "0 %"},
		{0, 0, "0 %"},
		{5, 0, "n/a"},
		{-1, 100, "n/a"},
		{100, -1, "n/a"},
		{0, 100, "−100 %"},
		{3000, 100, "+2,900 %"},
		{100000000, 1, "+99,900 %"},
		{100001, 100000, "0 %"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct world world;
		struct tally *now = &world.now.totals, *before = &world.before.totals;

		world_init(&world);
		now->runs = before->runs = 1;
		now->cost_known = cases[i].now >= 0;
		before->cost_known = cases[i].before >= 0;
		now->cost_nano = cases[i].now >= 0 ? cases[i].now : 0;
		before->cost_nano = cases[i].before >= 0 ? cases[i].before : 0;
		expect(&world, "cost_change", cases[i].wanted);
		expect(&world, "cost_mean_change", cases[i].wanted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_points),   cmocka_unit_test(test_probabilities),
		cmocka_unit_test(test_headline), cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_zone),     cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_relative),
	};

	return cmocka_run_group_tests_name("view_compare", tests, NULL, NULL);
}
