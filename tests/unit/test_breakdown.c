#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report.h"
#include "runtally/analysis/breakdown.h"

/* What the tests vary of a run. */
struct told {
	const char *source, *suite, *model;
	struct label agent;
	enum outcome outcome;
	int64_t duration_ms;
};

struct world {
	struct made_report report;
	struct breakdown models, agents;
};

static void world_init(struct world *world, const struct told *told, size_t count, size_t shift)
{
	*world = (struct world){.models = {.count = 0}};
	report_init(&world->report);
	for (size_t i = 0; i < count; i++) {
		const struct told *from = &told[(i + shift) % count];
		char id[16];
		struct run run;

		snprintf(id, sizeof(id), "r%zu", (i + shift) % count);
		run = made_run(from->source ? from->source : "kapso", id, from->outcome);
		run.suite.name = from->suite ? from->suite : "suite";
		run.test_case.name = "case";
		run.model = from->model;
		run.agent = from->agent;
		run.duration_ms = from->duration_ms;
		report_keep(&world->report, &run);
	}
	report_build(&world->report);
	breakdown_build(&world->models, &world->report.results, &by_model);
	breakdown_build(&world->agents, &world->report.results, &by_agent);
}

static void world_release(struct world *world)
{
	breakdown_release(&world->models);
	breakdown_release(&world->agents);
	report_release(&world->report);
}

#define P OUTCOME_PASSED
#define F OUTCOME_FAILED

static const struct told runs_of_models[] = {
	{.model = "m1", .outcome = P, .duration_ms = 1000},
	{.model = "m1", .outcome = P, .duration_ms = 3000, .source = "playgent"},
	{.model = "m1", .outcome = F, .duration_ms = 2000, .suite = "other"},
	{.model = "m2", .outcome = F, .duration_ms = 500},
	{.outcome = F, .duration_ms = 7000},
	{.model = "m0", .outcome = OUTCOME_PENDING, .duration_ms = -1},
	{.outcome = F, .duration_ms = -1, .suite = "other"},
};

enum { MODEL_RUNS = sizeof(runs_of_models) / sizeof(runs_of_models[0]) };

static void check_models(const struct breakdown *models)
{
	static const struct {
		const char *name;
		uint64_t runs;
		int64_t median_ms;
	} wanted[] = {{"m2", 1, 500}, {"m1", 3, 2000}, {"m0", 1, 0}, {NULL, 2, 7000}};

	assert_int_equal(models->count, 4);
	assert_int_equal(models->told, 3);
	for (size_t i = 0; i < models->count; i++) {
		const struct breakdown_group *group = &models->groups[i];

		if (wanted[i].name)
			assert_string_equal(group->name, wanted[i].name);
		else
			assert_null(group->name);
		assert_null(group->source);
		assert_int_equal(group->tally.runs, wanted[i].runs);
		assert_int_equal(group->tally.duration.p50, wanted[i].median_ms);
	}
}

/* Of all sources and suites together, whatever the order in which the runs were read. */
static void models(void **state)
{
	(void)state;
	for (size_t shift = 0; shift < MODEL_RUNS; shift++) {
		struct world world;

		world_init(&world, runs_of_models, MODEL_RUNS, shift);
		check_models(&world.models);
		world_release(&world);
	}
}

/* How many models and agents come out, those that do not tell counted in. */
static void which(void **state)
{
	static const struct {
		struct told runs[4];
		size_t models, agents;
	} cases[] = {
		{{{.outcome = P}}, 0, 0},
		{{{.model = "m"}, {.model = "m"}, {.outcome = P}}, 0, 0},
		{{{.model = "m"}, {.model = "n"}, {.model = "m"}, {.model = "m"}}, 2, 0},
		{{{.model = "m"}, {.model = "n"}}, 3, 0},
		/* Two agents, one a suite. */
		{{{.agent.name = "a"}, {.agent.name = "b", .suite = "other"}}, 0, 0},
		{{{.agent.name = "a"}, {.agent.name = "b"}}, 0, 3},
		{{{.agent.id = "a"}, {.agent = {"1", "b"}}, {.agent = {"2", "b"}}}, 0, 3},
		/* An agent of that name in another source is another one. */
		{{{.agent.name = "a"},
		  {.agent.name = "b"},
		  {.agent.name = "a", .source = "playgent"},
		  {.agent.name = "b"}},
		 0,
		 3},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct world world;

		world_init(&world, cases[i].runs, 4, 0);
		assert_int_equal(world.models.count, cases[i].models);
		assert_int_equal(world.agents.count, cases[i].agents);
		world_release(&world);
	}
}

/* Of equal rates by name, then by source. */
static void order(void **state)
{
	static const struct told told[] = {
		{.agent.name = "b", .source = "telnyx"}, {.agent.name = "b"},
		{.agent.name = "a", .source = "telnyx"}, {.agent.name = "c", .outcome = F},
		{.agent.name = "c", .outcome = F},       {.agent.name = "d", .outcome = F},
	};
	static const char *const names[] = {"c", "d", "a", "b", "b"};
	struct world world;

	(void)state;
	world_init(&world, told, 6, 0);
	assert_int_equal(world.agents.count, 5);
	assert_int_equal(world.agents.told, 5);
	for (size_t i = 0; i < 5; i++)
		assert_string_equal(world.agents.groups[i].name, names[i]);
	assert_string_equal(world.agents.groups[3].source, "kapso");
	assert_string_equal(world.agents.groups[4].source, "telnyx");
	world_release(&world);
}

static void no_runs(void **state)
{
	struct world world;

	(void)state;
	world_init(&world, NULL, 0, 0);
	assert_int_equal(world.models.count, 0);
	assert_int_equal(world.agents.count, 0);
	world_release(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(models),
		cmocka_unit_test(which),
		cmocka_unit_test(order),
		cmocka_unit_test(no_runs),
	};

	return cmocka_run_group_tests_name("breakdown", tests, NULL, NULL);
}
