#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report.h"
#include "runtally/analysis/breakdown.h"

struct world {
	struct made_report report;
	struct criteria criteria;
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
	criteria_build(&world->criteria, &world->report.results);
}

static void world_release(struct world *world)
{
	criteria_release(&world->criteria);
	report_release(&world->report);
}

static void add(struct world *world, const char *source, const char *test_case,
		const struct criterion *criteria, size_t count)
{
	char id[16];
	struct run run;

	snprintf(id, sizeof(id), "r%u", world->made++);
	run = made_run(source, id, OUTCOME_PASSED);
	run.test_case.name = test_case;
	run.criteria = criteria;
	run.criterion_count = (uint32_t)count;
	report_keep(&world->report, &run);
}

static void add_one(struct world *world, const char *source, const char *test_case,
		    const char *name, enum outcome outcome)
{
	struct criterion criterion = {.name = name, .outcome = outcome, .turn = NO_TURN};

	add(world, source, test_case, &criterion, 1);
}

/* One verdict of a criterion: what it is counted under. */
static void kinds(void **state)
{
	static const struct {
		const char *name, *shown;
		bool is_kind;
	} cases[] = {
		{"tone", "tone", false},
		{"phrase_expected: \"9 AM\"", "phrase_expected: \"…\"", true},
		{"phrase_expected: \"\"", "phrase_expected: \"…\"", true},
		{"says: \"a: \"b\"", "says: \"…\"", true},
		{"phrase_expected: 9 AM", "phrase_expected: 9 AM", false},
		{"phrase_expected: \"9 AM\" twice", "phrase_expected: \"9 AM\" twice", false},
		{"phrase_expected: \"", "phrase_expected: \"", false},
		{"phrase_expected:\"9 AM\"", "phrase_expected:\"9 AM\"", false},
		{": \"9 AM\"", ": \"9 AM\"", false},
		{"", "", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct world world;

		world_init(&world);
		add_one(&world, "magpipe", "case", cases[i].name, OUTCOME_PASSED);
		world_build(&world);
		assert_int_equal(world.criteria.count, 1);
		assert_string_equal(world.criteria.items[0].name, cases[i].shown);
		assert_int_equal(world.criteria.items[0].is_kind, cases[i].is_kind);
		assert_int_equal(world.criteria.has_kinds, cases[i].is_kind);
		world_release(&world);
	}
}

#define P OUTCOME_PASSED
#define F OUTCOME_FAILED

static const struct {
	const char *source, *test_case, *name;
	enum outcome outcome;
} verdicts[] = {
	{"kapso", "a", "tone", P},
	{"kapso", "b", "tone", F},
	{"kapso", "b", "tone", OUTCOME_ERROR},
	{"kapso", "c", "tone", OUTCOME_PENDING},
	{"telnyx", "a", "tone", F},
	{"telnyx", "a", "says: \"9 AM\"", P},
	{"telnyx", "a", "says: \"10 AM\"", F},
	{"kapso", "a", "b", P},
	{"kapso", "a", "a", P},
	{"telnyx", "a", "a", P},
	{"kapso", "a", "clear", OUTCOME_UNKNOWN},
	{"kapso", "a", NULL, F},
	{"kapso", "a", "facts", P},
	{"kapso", "a", "facts", P},
};

enum { VERDICTS = sizeof(verdicts) / sizeof(verdicts[0]) };

static void check_verdicts(const struct criteria *criteria)
{
	static const struct {
		const char *source, *name;
		uint64_t runs, failures, cases;
	} wanted[] = {
		{"telnyx", "tone", 1, 1, 1},
		{"kapso", "tone", 4, 2, 2},
		{"telnyx", "says: \"…\"", 2, 1, 1},
		{"kapso", "facts", 2, 0, 1},
		{"kapso", "a", 1, 0, 1},
		{"telnyx", "a", 1, 0, 1},
		{"kapso", "b", 1, 0, 1},
		{"kapso", "clear", 1, 0, 0},
	};

	assert_int_equal(criteria->count, sizeof(wanted) / sizeof(wanted[0]));
	for (size_t i = 0; i < criteria->count; i++) {
		const struct criterion_group *group = &criteria->items[i];

		assert_string_equal(group->source, wanted[i].source);
		assert_string_equal(group->name, wanted[i].name);
		assert_int_equal(group->tally.runs, wanted[i].runs);
		assert_int_equal(tally_failures(&group->tally), wanted[i].failures);
		assert_int_equal(group->cases, wanted[i].cases);
	}
}

/* Whatever the order in which the runs were read. */
static void counting(void **state)
{
	(void)state;
	for (size_t shift = 0; shift < VERDICTS; shift++) {
		struct world world;

		world_init(&world);
		for (size_t i = 0; i < VERDICTS; i++) {
			size_t at = (i * 3 + shift) % VERDICTS;

			add_one(&world, verdicts[at].source, verdicts[at].test_case,
				verdicts[at].name, verdicts[at].outcome);
		}
		world_build(&world);
		check_verdicts(&world.criteria);
		world_release(&world);
	}
}

/* Judged at two turns of a run: two verdicts, one case. */
static void turns_and_scores(void **state)
{
	static const struct criterion criteria[] = {
		{.name = "tone", .outcome = P, .has_score = true, .score_micro = 900000, .turn = 0},
		{.name = "tone", .outcome = F, .has_score = true, .score_micro = 100000, .turn = 1},
		{.name = "tone", .outcome = P, .turn = NO_TURN},
	};
	struct world world;

	(void)state;
	world_init(&world);
	add(&world, "playgent", "a", criteria, 3);
	world_build(&world);
	assert_int_equal(world.criteria.count, 1);
	assert_int_equal(world.criteria.items[0].tally.runs, 3);
	assert_int_equal(world.criteria.items[0].tally.score_known, 2);
	assert_int_equal(world.criteria.items[0].tally.score_micro, 1000000);
	assert_int_equal(world.criteria.items[0].cases, 1);
	world_release(&world);
}

/* More than the table holds at first; and as they come, none together, when it begins anew. */
static void many(void **state)
{
	struct world world;
	struct criteria plain;

	(void)state;
	world_init(&world);
	for (int i = 0; i < 1000; i++) {
		char name[32];

		snprintf(name, sizeof(name), i % 2 ? "says: \"%d\"" : "name %d", 999 - i);
		add_one(&world, "kapso", "case", name, i % 3 ? P : F);
	}
	world_build(&world);
	assert_int_equal(world.criteria.count, 501);
	criteria_init(&plain, false);
	for (int round = 0; round < 2; round++) {
		criteria_clear(&plain);
		assert_int_equal(plain.count, 0);
		for (size_t i = 0; i < world.report.results.run_count; i++)
			criteria_add(&plain, world.report.results.runs[i]);
		assert_int_equal(plain.count, 1000);
		assert_false(plain.has_kinds);
		for (size_t i = 0; i < plain.count; i++)
			assert_string_equal(plain.items[i].name,
					    world.report.results.runs[i]->criteria[0].name);
	}
	criteria_release(&plain);
	world_release(&world);
}

static void none(void **state)
{
	struct world world;

	(void)state;
	world_init(&world);
	add(&world, "kapso", "a", NULL, 0);
	world_build(&world);
	assert_int_equal(world.criteria.count, 0);
	world_release(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds),
		cmocka_unit_test(counting),
		cmocka_unit_test(turns_and_scores),
		cmocka_unit_test(many),
		cmocka_unit_test(none),
	};

	return cmocka_run_group_tests_name("criteria", tests, NULL, NULL);
}
