#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/renames.h"
#include "fixture.h"
#include "runtally/base/times.h"

enum { RUNS_MOST = 8 };

/* Runs as `case suite day`, a day of `?` is not known; what their suites are called in the end. */
struct story {
	const char *now[RUNS_MOST], *baseline[RUNS_MOST];
	const char *wanted, *notes;
};

struct world {
	struct arena arena;
	struct run runs[2 * RUNS_MOST], *items[2 * RUNS_MOST];
	size_t count;
	struct notes notes;
};

static size_t add_all(struct world *world, const char *const *texts)
{
	size_t first = world->count;

	for (size_t i = 0; i < RUNS_MOST && texts[i]; i++) {
		char *words = arena_strdup(&world->arena, texts[i]);
		char *suite = strchr(words, ' '), *day = strrchr(words, ' ');
		struct run *run = &world->runs[world->count];

		*suite++ = *day++ = '\0';
		*run = made_run("telnyx", words, OUTCOME_PASSED);
		run->test_case.id = words;
		run->suite.name = *suite ? suite : NULL;
		if (*day != '?')
			run->ended_at = atoll(day) * DAY_MS;
		world->items[world->count++] = run;
	}
	return world->count - first;
}

static void describe(const struct world *world, struct strbuf *out)
{
	for (size_t i = 0; i < world->count; i++)
		strbuf_addf(out, "%s%s", i ? " " : "",
			    world->runs[i].suite.name ? world->runs[i].suite.name : "-");
}

static void tell(const struct story *story)
{
	struct world world = {.count = 0};
	struct strbuf found = STRBUF_INIT;
	struct selection selection = {.compared = COMPARE_NONE};
	struct runs baseline = {.count = 0};
	struct renames renames;

	arena_init(&world.arena, 0);
	notes_init(&world.notes, 10);
	selection.now = (struct run_list){world.items, add_all(&world, story->now)};
	baseline.items = world.items + world.count;
	baseline.count = add_all(&world, story->baseline);
	selection.before = (struct run_list){baseline.items, baseline.count};
	renames_apply(&renames, &selection.now, &baseline);
	renames_note(&renames, &selection, &world.notes);
	renames_release(&renames);
	describe(&world, &found);
	assert_string_equal(found.text, story->wanted);
	strbuf_reset(&found);
	for (size_t i = 0; i < world.notes.count; i++)
		strbuf_addf(&found, "%s\n", world.notes.items[i].text);
	assert_string_equal(found.text, story->notes ? story->notes : "");
	strbuf_release(&found);
	notes_release(&world.notes);
	arena_release(&world.arena);
}

static void suites(void **state)
{
	static const struct story stories[] = {
		{.now = {"t A 1", "t A 2"}, .wanted = "A A"},
		{.now = {"t B 9", "t A 1", "u A 1", "t A 2"},
		 .wanted = "B B A B",
		 .notes = "suite \"A\" is called \"B\" now: 2 runs of it are counted there\n"},
		{.now = {"t A 1", "t B 2", "t C 3"},
		 .wanted = "C C C",
		 .notes = "suite \"A\" is called \"C\" now: 1 run of it is counted there\n"
			  "suite \"B\" is called \"C\" now: 1 run of it is counted there\n"},
		/* in use at the same time: two cases */
		{.now = {"t A 1", "t B 2", "t A 3"}, .wanted = "A B A"},
		{.now = {"t A 1", "t B 1"}, .wanted = "A B"},
		/* no order is known */
		{.now = {"t A ?", "t B 2"}, .wanted = "A B"},
		{.now = {"t A 1", "t  2"}, .wanted = "A -"},
		/* the baseline follows, whenever its runs were */
		{.now = {"t B 5"},
		 .baseline = {"t A ?", "t A 9", "u A 1"},
		 .wanted = "B B B A",
		 .notes = "suite \"A\" is called \"B\" now: 2 runs of it are counted there\n"},
		{.now = {"t B 5"}, .baseline = {"t A 1", "t C 2"}, .wanted = "B A C"},
		{.now = {"t B 5", "t C 5"}, .baseline = {"t A 1"}, .wanted = "B C A"},
		{.now = {"t B 5"}, .baseline = {"t B 1"}, .wanted = "B B"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(stories) / sizeof(*stories); i++)
		tell(&stories[i]);
}

/* What is known by ids of its own is not looked at, and another source is another world. */
static void other_suites(void **state)
{
	struct run runs[4], *items[4];
	struct run_list united = {items, 4};
	struct runs none = {.count = 0};
	struct renames renames;

	(void)state;
	for (int i = 0; i < 4; i++) {
		runs[i] = made_run(i < 2 ? "kapso" : i == 2 ? "a" : "b", "r", OUTCOME_PASSED);
		runs[i].suite.name = i % 2 ? "new" : "old";
		runs[i].suite.id = i < 2 ? "s" : NULL;
		runs[i].test_case.id = "t";
		runs[i].ended_at = i;
		items[i] = &runs[i];
	}
	renames_apply(&renames, &united, &none);
	for (int i = 0; i < 4; i++)
		assert_string_equal(runs[i].suite.name, i % 2 ? "new" : "old");
	assert_int_equal(renames.count, 0);
	renames_release(&renames);
}

static void agents(void **state)
{
	struct run runs[3], *items[3];
	struct run_list united = {items, 3};
	struct runs none = {.count = 0};
	struct renames renames;

	(void)state;
	for (int i = 0; i < 3; i++) {
		runs[i] = made_run("playgent", "r", OUTCOME_PASSED);
		runs[i].agent = (struct label){i < 2 ? "1" : "2", i == 1 ? "Help" : "Support"};
		runs[i].seen_at = i;
		items[i] = &runs[i];
	}
	renames_apply(&renames, &united, &none);
	assert_string_equal(runs[0].agent.name, "Help");
	assert_string_equal(runs[1].agent.name, "Help");
	assert_string_equal(runs[2].agent.name, "Support");
	assert_int_equal(renames.count, 1);
	assert_string_equal(renames.items[0].from, "Support");
	renames_release(&renames);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(suites),
		cmocka_unit_test(other_suites),
		cmocka_unit_test(agents),
	};

	return cmocka_run_group_tests_name("renames", tests, NULL, NULL);
}
