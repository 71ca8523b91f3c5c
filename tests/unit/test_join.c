#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"
#include "ingest/batch.h"
#include "runtally/ingest/join.h"

struct world {
	struct batch batch;
	struct arena arena;
	struct runs runs;
	struct notes notes;
};

static void setup(struct world *world)
{
	batch_init(&world->batch, 100);
	arena_init(&world->arena, 0);
	runs_init(&world->runs, NULL);
	notes_init(&world->notes, 100);
}

static void teardown(struct world *world)
{
	batch_release(&world->batch);
	arena_release(&world->arena);
	runs_release(&world->runs);
	notes_release(&world->notes);
}

static void define(struct world *world, const struct definition *given)
{
	struct definition *definition = arena_alloc(&world->arena, sizeof(*definition));

	*definition = *given;
	if (!definition->source)
		definition->source = "magpipe";
	if (definition->id)
		definition->id = arena_strdup(&world->arena, definition->id);
	if (definition->name)
		definition->name = arena_strdup(&world->arena, definition->name);
	batch_add_definitions(&world->batch, &definition, 1);
}

static void join_all(struct world *world)
{
	struct runs *set = &world->runs;

	set->definitions = world->batch.definitions;
	set->definition_count = world->batch.definition_count;
	executions_check(set, &world->notes);
	join(&set, 1);
	set->definitions = NULL;
	set->definition_count = 0;
}

static struct run *keep(struct world *world, const struct run *given)
{
	struct run run = made_run(given->source ? given->source : "magpipe", "r", OUTCOME_PASSED);

	run.suite = given->suite;
	run.test_case = given->test_case;
	run.agent = given->agent;
	run.execution_id = given->execution_id;
	run.ended_at = given->ended_at ? given->ended_at : TIME_UNKNOWN;
	return runs_keep(&world->runs, &run, false, NULL, NULL, NULL);
}

static void check_text(const char *found, const char *wanted)
{
	if (wanted && found)
		assert_string_equal(found, wanted);
	else
		assert_ptr_equal(found, wanted);
}

static void check_label(const struct label *found, const struct label *wanted)
{
	check_text(found->id, wanted->id);
	check_text(found->name, wanted->name);
}

/* One run after up to three definitions: what it is called in the end. */
static const struct {
	const char *what;
	struct definition definitions[3];
	size_t count;
	struct run run;
	struct label suite, test_case, agent;
} single[] = {
	{.what = "nothing defined", .run = {.suite = {"s", NULL}}, .suite = {"s", NULL}},
	{.what = "a suite's name",
	 .definitions = {{.kind = DEFINES_SUITE, .id = "s", .name = "Suite"}},
	 .count = 1,
	 .run = {.suite = {"s", NULL}},
	 .suite = {"s", "Suite"}},
	{.what = "another source's ids are others",
	 .definitions = {{.kind = DEFINES_SUITE, .source = "kapso", .id = "s", .name = "Suite"}},
	 .count = 1,
	 .run = {.suite = {"s", NULL}},
	 .suite = {"s", NULL}},
	{.what = "another kind's ids are others",
	 .definitions = {{.kind = DEFINES_CASE, .id = "s", .name = "Case"}},
	 .count = 1,
	 .run = {.suite = {"s", NULL}},
	 .suite = {"s", NULL}},
	{.what = "a case's suite, and that suite's name, and its agent's",
	 .definitions = {{.kind = DEFINES_CASE, .id = "c", .name = "Case", .suite = {"s", NULL}},
			 {.kind = DEFINES_SUITE, .id = "s", .name = "Suite", .agent = {"a", NULL}},
			 {.kind = DEFINES_AGENT, .id = "a", .name = "Agent"}},
	 .count = 3,
	 .run = {.test_case = {"c", NULL}},
	 .suite = {"s", "Suite"},
	 .test_case = {"c", "Case"},
	 .agent = {"a", "Agent"}},
	{.what = "the same in another order",
	 .definitions = {{.kind = DEFINES_AGENT, .id = "a", .name = "Agent"},
			 {.kind = DEFINES_SUITE, .id = "s", .name = "Suite", .agent = {"a", NULL}},
			 {.kind = DEFINES_CASE, .id = "c", .name = "Case", .suite = {"s", NULL}}},
	 .count = 3,
	 .run = {.test_case = {"c", NULL}},
	 .suite = {"s", "Suite"},
	 .test_case = {"c", "Case"},
	 .agent = {"a", "Agent"}},
	{.what = "a run's own suite stands",
	 .definitions = {{.kind = DEFINES_CASE, .id = "c", .suite = {"s2", "Other"}},
			 {.kind = DEFINES_SUITE, .id = "s1", .name = "Own"}},
	 .count = 2,
	 .run = {.test_case = {"c", NULL}, .suite = {"s1", NULL}},
	 .suite = {"s1", "Own"},
	 .test_case = {"c", NULL}},
	{.what = "the later definition wins",
	 .definitions = {{.kind = DEFINES_CASE, .id = "c", .name = "Old", .suite = {"s1", "One"}},
			 {.kind = DEFINES_CASE, .id = "c", .name = "New", .suite = {"s2", "Two"}}},
	 .count = 2,
	 .run = {.test_case = {"c", NULL}},
	 .suite = {"s2", "Two"},
	 .test_case = {"c", "New"}},
	{.what = "what the later one does not tell stays",
	 .definitions = {{.kind = DEFINES_CASE, .id = "c", .name = "Case", .suite = {"s1", "One"}},
			 {.kind = DEFINES_CASE, .id = "c", .agent = {"a", "Agent"}}},
	 .count = 2,
	 .run = {.test_case = {"c", NULL}},
	 .suite = {"s1", "One"},
	 .test_case = {"c", "Case"},
	 .agent = {"a", "Agent"}},
	{.what = "a moved case does not keep the old suite's name",
	 .definitions = {{.kind = DEFINES_CASE, .id = "c", .suite = {"s1", "One"}},
			 {.kind = DEFINES_CASE, .id = "c", .suite = {"s2", NULL}}},
	 .count = 2,
	 .run = {.test_case = {"c", NULL}},
	 .suite = {"s2", NULL},
	 .test_case = {"c", NULL}},
	{.what = "nor the old suite's id beside a new name",
	 .definitions = {{.kind = DEFINES_CASE, .id = "c", .suite = {"s1", "One"}},
			 {.kind = DEFINES_CASE, .id = "c", .suite = {NULL, "Two"}}},
	 .count = 2,
	 .run = {.test_case = {"c", NULL}},
	 .suite = {NULL, "Two"},
	 .test_case = {"c", NULL}},
	{.what = "the same suite by id alone is no other suite",
	 .definitions = {{.kind = DEFINES_CASE, .id = "c", .suite = {"s1", "One"}},
			 {.kind = DEFINES_CASE, .id = "c", .suite = {"s1", NULL}}},
	 .count = 2,
	 .run = {.test_case = {"c", NULL}},
	 .suite = {"s1", "One"},
	 .test_case = {"c", NULL}},
	{.what = "nor by name alone",
	 .definitions = {{.kind = DEFINES_CASE, .id = "c", .suite = {"s1", "One"}},
			 {.kind = DEFINES_CASE, .id = "c", .suite = {NULL, "One"}}},
	 .count = 2,
	 .run = {.test_case = {"c", NULL}},
	 .suite = {"s1", "One"},
	 .test_case = {"c", NULL}},
	{.what = "the name that only the case tells of its suite",
	 .definitions = {{.kind = DEFINES_CASE, .id = "c", .suite = {"s1", "One"}}},
	 .count = 1,
	 .run = {.test_case = {"c", NULL}, .suite = {"s1", NULL}},
	 .suite = {"s1", "One"},
	 .test_case = {"c", NULL}},
	{.what = "the name that only the case tells of its agent",
	 .definitions = {{.kind = DEFINES_CASE, .id = "c", .agent = {"a1", "Ann"}}},
	 .count = 1,
	 .run = {.test_case = {"c", NULL}, .agent = {"a1", NULL}},
	 .test_case = {"c", NULL},
	 .agent = {"a1", "Ann"}},
	{.what = "no case without an id",
	 .definitions = {{.kind = DEFINES_CASE, .id = "c", .name = "Case", .suite = {"s", NULL}}},
	 .count = 1,
	 .run = {.test_case = {NULL, "Case"}},
	 .test_case = {NULL, "Case"}},
	{.what = "definitions without an id join nothing",
	 .definitions = {{.kind = DEFINES_SUITE, .name = "Suite"}},
	 .count = 1,
	 .run = {.suite = {"s", NULL}},
	 .suite = {"s", NULL}},
};

static void definitions(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(single) / sizeof(single[0]); i++) {
		struct world world;
		struct run *run;

		/* whatever comes first, definition or run */
		for (int run_first = 0; run_first < 2; run_first++) {
			setup(&world);
			run = run_first ? keep(&world, &single[i].run) : NULL;
			for (size_t d = 0; d < single[i].count; d++)
				define(&world, &single[i].definitions[d]);
			run = run ? run : keep(&world, &single[i].run);
			join_all(&world);
			print_message("%s\n", single[i].what);
			check_label(&run->suite, &single[i].suite);
			check_label(&run->test_case, &single[i].test_case);
			check_label(&run->agent, &single[i].agent);
			assert_int_equal(world.notes.count, 0);
			teardown(&world);
		}
	}
}

/* Runs name what other runs carry by id alone, and the latest one's names stand for all. */
static void runs_help_runs(void **state)
{
	static const struct run given[] = {
		{.test_case = {"c", NULL}},
		{.test_case = {"c", "Old"},
		 .suite = {"s", "Old suite"},
		 .agent = {"a", "Old bot"},
		 .ended_at = 10},
		{.test_case = {"c", "New"},
		 .suite = {"s", "New suite"},
		 .agent = {"a", "New bot"},
		 .ended_at = 30},
		{.test_case = {"c", "Mid"},
		 .suite = {"s", "Mid suite"},
		 .agent = {"a", "Mid bot"},
		 .ended_at = 20},
		{.test_case = {"c", NULL}, .suite = {"t", NULL}, .ended_at = 90},
	};
	static const int orders[][5] = {{0, 1, 2, 3, 4}, {4, 3, 2, 1, 0}, {2, 0, 4, 1, 3}};

	(void)state;
	for (size_t o = 0; o < 3; o++) {
		struct run *runs[5];
		struct world world;

		setup(&world);
		for (size_t i = 0; i < 5; i++)
			runs[orders[o][i]] = keep(&world, &given[orders[o][i]]);
		join_all(&world);
		for (size_t i = 0; i < 5; i++) {
			check_label(&runs[i]->test_case, &(struct label){"c", "New"});
			/* the agent is the run's own: another run of the case says nothing of it */
			check_label(&runs[i]->agent, given[i].agent.id
							     ? &(struct label){"a", "New bot"}
							     : &(struct label){NULL, NULL});
		}
		check_label(&runs[0]->suite, &(struct label){"t", NULL});
		check_label(&runs[1]->suite, &(struct label){"s", "New suite"});
		check_label(&runs[4]->suite, &(struct label){"t", NULL});
		teardown(&world);
	}
}

static void definitions_win_over_runs(void **state)
{
	struct world world;
	struct run *run;

	(void)state;
	setup(&world);
	run = keep(&world, &(struct run){.test_case = {"c", "As it was"}, .ended_at = 10});
	define(&world, &(struct definition){.kind = DEFINES_CASE, .id = "c", .name = "As it is"});
	join_all(&world);
	assert_string_equal(run->test_case.name, "As it is");
	teardown(&world);
}

/* ---- executions ---- */

static void expected_runs(void **state)
{
	static const struct {
		int64_t expected;
		size_t present;
		const char *note; /* NULL: none */
	} cases[] = {
		{-1, 0, NULL},
		{0, 1, NULL},
		{2, 2, NULL},
		{2, 3, NULL},
		{3, 0, NULL}, /* a list of all batches says nothing of this export */
		{2, 1, "magpipe: batch b: 1 of its 2 runs are not among the inputs"},
		{5, 2, "magpipe: batch b: 3 of its 5 runs are not among the inputs"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct world world;

		setup(&world);
		define(&world, &(struct definition){.kind = DEFINES_EXECUTION,
						    .id = "b",
						    .runs_expected = cases[i].expected});
		for (size_t r = 0; r < cases[i].present; r++)
			keep(&world, &(struct run){.execution_id = "b"});
		keep(&world, &(struct run){.execution_id = "b", .source = "telnyx"});
		keep(&world, &(struct run){.execution_id = "stranger"});
		join_all(&world);
		assert_int_equal(world.notes.count, cases[i].note ? 1 : 0);
		if (cases[i].note) {
			assert_string_equal(world.notes.items[0].text, cases[i].note);
			assert_int_equal(world.notes.items[0].severity, SEVERITY_WARNING);
			assert_null(world.notes.items[0].file);
		}
		teardown(&world);
	}
}

/* The notes must not depend on where a hash table puts them. */
static void expected_runs_in_order(void **state)
{
	static const char *const ids[] = {"b9", "b1", "b5", "b3", "b7"};
	struct world world;
	char wanted[96];

	(void)state;
	setup(&world);
	for (size_t i = 0; i < 5; i++) {
		define(&world, &(struct definition){.kind = DEFINES_EXECUTION,
						    .id = ids[i],
						    .runs_expected = 2});
		keep(&world, &(struct run){.execution_id = ids[i]});
	}
	join_all(&world);
	assert_int_equal(world.notes.count, 5);
	for (int i = 0; i < 5; i++) {
		snprintf(wanted, sizeof(wanted),
			 "magpipe: batch b%d: 1 of its 2 runs are not among the inputs", i * 2 + 1);
		assert_string_equal(world.notes.items[i].text, wanted);
	}
	teardown(&world);
}

/* ---- the list ---- */

/* Of two that tell the same, the one that comes later in the inputs wins, wherever it was read. */
static void appended_ones_come_later(void **state)
{
	struct world world, other;
	struct run *run;

	(void)state;
	setup(&world);
	setup(&other);
	define(&world, &(struct definition){.kind = DEFINES_CASE, .id = "c", .name = "First"});
	define(&other, &(struct definition){.kind = DEFINES_CASE, .id = "c", .name = "Second"});
	batch_append(&world.batch, &other.batch, 0);
	assert_int_equal(other.batch.definition_count, 0);
	batch_append(&world.batch, &other.batch, 0);
	assert_int_equal(world.batch.definition_count, 2);
	run = keep(&world, &(struct run){.test_case = {"c", NULL}});
	join_all(&world);
	assert_string_equal(run->test_case.name, "Second");
	teardown(&world);
	teardown(&other);
}

/* Enough of them that the table has to grow. */
static void many(void **state)
{
	enum { MANY = 1000 };
	static struct run *runs[MANY];
	struct world world;
	char id[16], name[16];

	(void)state;
	setup(&world);
	for (int i = 0; i < MANY; i++) {
		snprintf(id, sizeof(id), "c%d", i);
		snprintf(name, sizeof(name), "Case %d", i);
		define(&world, &(struct definition){.kind = DEFINES_CASE, .id = id, .name = name});
		runs[i] = keep(&world, &(struct run){.test_case = {id, NULL}});
	}
	join_all(&world);
	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "Case %d", i);
		assert_string_equal(runs[i]->test_case.name, name);
	}
	teardown(&world);
}

static void nothing_at_all(void **state)
{
	struct world world;

	(void)state;
	setup(&world);
	join_all(&world);
	keep(&world, &(struct run){.execution_id = "b"});
	join_all(&world);
	assert_int_equal(world.notes.count, 0);
	teardown(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(definitions),
		cmocka_unit_test(runs_help_runs),
		cmocka_unit_test(definitions_win_over_runs),
		cmocka_unit_test(expected_runs),
		cmocka_unit_test(expected_runs_in_order),
		cmocka_unit_test(appended_ones_come_later),
		cmocka_unit_test(many),
		cmocka_unit_test(nothing_at_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
