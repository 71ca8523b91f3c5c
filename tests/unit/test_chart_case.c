#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"
#include "runtally/base/times.h"
#include "view/charts.h"

enum { RUNS_MOST = 8, HOUR_MS = 3600000 };

struct world {
	struct run runs[RUNS_MOST];
	struct run *items[RUNS_MOST];
	uint32_t latencies[RUNS_MOST][2];
	size_t count;
};

/* `+-!~`: a run each, twelve hours after the one before it, that tells nothing yet. */
static void world_init(struct world *world, const char *marks)
{
	*world = (struct world){.count = strlen(marks)};
	assert_true(world->count <= RUNS_MOST);
	for (size_t i = 0; i < world->count; i++) {
		world->runs[i] = made_run("telnyx", "r", marked_outcome(marks[i]));
		world->runs[i].ended_at = DAY_MS * 20000 + HOUR_MS * 12 * (int64_t)i;
		world->items[i] = &world->runs[i];
	}
}

static void give_durations(struct world *world, const int64_t *ms)
{
	for (size_t i = 0; i < world->count; i++)
		world->runs[i].duration_ms = ms[i];
}

static size_t occurrences(const char *text, const char *of)
{
	size_t count = 0;

	for (; (text = strstr(text, of)); text++)
		count++;
	return count;
}

static void check_holds(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no %s in %s", part, text);
}

/* A chart needs two runs that tell the figure and their time. */
static void two_runs(void **state)
{
	static const struct {
		const char *marks;
		int64_t ms[RUNS_MOST];
		bool untimed;
		size_t told;
	} cases[] = {
		{"", {0}, false, 0},      {"+", {5}, false, 1},          {"++", {5, -1}, false, 1},
		{"++", {5, 0}, false, 2}, {"+++", {-1, 5, 7}, false, 2}, {"++", {5, 7}, true, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct strbuf svg = STRBUF_INIT;
		struct world world;

		world_init(&world, cases[i].marks);
		give_durations(&world, cases[i].ms);
		for (size_t run = 0; run < world.count && cases[i].untimed; run++)
			world.runs[run].ended_at = TIME_UNKNOWN;
		assert_int_equal(chart_case_told(MEASURE_DURATION, world.items, world.count),
				 cases[i].told);
		assert_int_equal(chart_case_told(MEASURE_SCORE, world.items, world.count), 0);
		chart_case(MEASURE_DURATION, world.items, world.count, &svg);
		assert_int_equal(occurrences(svg.text, "<title>"),
				 cases[i].told > 1 ? cases[i].told : 0);
		assert_int_equal(svg.length > 0, cases[i].told > 1);
		assert_int_equal(occurrences(svg.text, "<svg"), occurrences(svg.text, "</svg>"));
		strbuf_release(&svg);
	}
}

/* Forms, words, and places that were worked out by hand: 72 pixels from 6 down to 78. */
static void drawing(void **state)
{
	struct strbuf svg = STRBUF_INIT;
	struct world world;

	(void)state;
	world_init(&world, "+-!~+");
	give_durations(&world, (const int64_t[]){500, 2000, 0, 1000, -1});
	chart_case(MEASURE_DURATION, world.items, world.count, &svg);
	check_holds(svg.text,
		    "aria-label=\"Duration of 4 runs: first 500 ms on 2024-10-04, last 1.0 s "
		    "on 2024-10-05, lowest 0 ms on 2024-10-05, highest 2.0 s on 2024-10-04\"");
	check_holds(svg.text, "text-anchor=\"end\">2.0 s</text>");
	check_holds(svg.text, "text-anchor=\"end\">0</text>");
	check_holds(svg.text,
		    "<svg class=\"passed\" x=\"10.00%\" y=\"60.0\"><title>500 ms, passed, "
		    "2024-10-04 00:00</title><circle r=\"3.5\"/></svg>");
	check_holds(svg.text, "<svg class=\"failed\" x=\"30.00%\" y=\"6.0\"><title>2.0 s, failed, "
			      "2024-10-04 12:00</title><circle r=\"6\"/><path ");
	check_holds(svg.text, "<svg class=\"error\" x=\"50.00%\" y=\"78.0\"><title>0 ms, error, "
			      "2024-10-05 00:00</title><rect ");
	check_holds(svg.text,
		    "<svg class=\"pending\" x=\"70.00%\" y=\"42.0\"><title>1.0 s, pending, "
		    "2024-10-05 12:00</title><circle r=\"1.5\"/></svg>");
	check_holds(svg.text, "<text class=\"tick\" y=\"98\">2024-10-04</text>");
	check_holds(svg.text, "y=\"98\" text-anchor=\"end\">2024-10-06</text>");
	assert_null(strstr(svg.text, "style="));
	strbuf_release(&svg);
}

/* All values zero: one line, and no number is divided by it. */
static void nothing_but_zero(void **state)
{
	struct strbuf svg = STRBUF_INIT;
	struct world world;

	(void)state;
	world_init(&world, "++");
	give_durations(&world, (const int64_t[]){0, 0});
	chart_case(MEASURE_DURATION, world.items, world.count, &svg);
	assert_int_equal(occurrences(svg.text, "class=\"rule\""), 1);
	assert_int_equal(occurrences(svg.text, "y=\"78.0\""), 2);
	/* both on one day */
	assert_int_equal(occurrences(svg.text, ">2024-10-04</text>"), 1);
	strbuf_release(&svg);
}

static void measures(void **state)
{
	static const struct {
		enum run_measure measure;
		const char *summary, *top;
	} cases[] = {
		{MEASURE_LATENCY,
		 "Mean turn latency of 2 runs: first 200 ms on 2024-10-04, last 1.5 s on "
		 "2024-10-04, "
		 "lowest 200 ms on 2024-10-04, highest 1.5 s on 2024-10-04",
		 ">1.5 s</text>"},
		{MEASURE_COST,
		 "Cost of 2 runs: first $0.25 on 2024-10-04, last $1.00 on 2024-10-04, lowest "
		 "$0.25 on "
		 "2024-10-04, highest $1.00 on 2024-10-04",
		 ">$1.00</text>"},
		/* on its own scale */
		{MEASURE_SCORE,
		 "Score of 2 runs: first 0.50 on 2024-10-04, last 0.50 on 2024-10-04, lowest 0.50 "
		 "on "
		 "2024-10-04, highest 0.50 on 2024-10-04",
		 ">1.00</text>"},
	};
	struct world world;

	(void)state;
	world_init(&world, "+-");
	for (size_t i = 0; i < 2; i++) {
		world.latencies[i][0] = i ? 1000 : 200;
		world.latencies[i][1] = 2000;
		world.runs[i].latency_ms = world.latencies[i];
		world.runs[i].latency_count = i ? 2 : 1;
		world.runs[i].has_cost = world.runs[i].has_score = true;
		world.runs[i].cost_nano = i ? INT64_C(1000000000) : INT64_C(250000000);
		world.runs[i].score_micro = SCORE_ONE / 2;
	}
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct strbuf svg = STRBUF_INIT;

		chart_case(cases[i].measure, world.items, world.count, &svg);
		check_holds(svg.text, cases[i].summary);
		check_holds(svg.text, cases[i].top);
		strbuf_release(&svg);
	}
}

/* The largest numbers that there may be stay within the picture. */
static void extremes(void **state)
{
	struct strbuf svg = STRBUF_INIT;
	struct world world;

	(void)state;
	world_init(&world, "++");
	for (size_t i = 0; i < 2; i++) {
		world.runs[i].has_cost = true;
		world.runs[i].cost_nano = INT64_MAX - (int64_t)i;
	}
	chart_case(MEASURE_COST, world.items, world.count, &svg);
	assert_int_equal(occurrences(svg.text, "y=\"6.0\""), 2);
	strbuf_release(&svg);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_runs),         cmocka_unit_test(drawing),
		cmocka_unit_test(nothing_but_zero), cmocka_unit_test(measures),
		cmocka_unit_test(extremes),
	};

	return cmocka_run_group_tests_name("chart_case", tests, NULL, NULL);
}
