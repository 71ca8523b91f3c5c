#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"
#include "runtally/analysis/series.h"
#include "runtally/base/times.h"
#include "view/charts.h"

enum { RUNS_MOST = 64 };

/* Runs on the days of `2026-11-01+ 2026-11-02- ?`: + passed, - failed, ~ pending, ? no time. */
struct world {
	struct run runs[RUNS_MOST];
	struct run *items[RUNS_MOST];
	size_t count;
	struct series series;
};

static void add_run(struct world *world, const char *date, char mark)
{
	struct run *run = &world->runs[world->count];
	char text[DATE_TEXT_SIZE] = {0};
	int64_t ms;

	*run = made_run("kapso", "r", marked_outcome(mark));
	world->items[world->count++] = run;
	if (!date)
		return;
	memcpy(text, date, DATE_TEXT_SIZE - 1);
	assert_true(time_or_date_parse(text, &ms));
	run->started_at = ms + DAY_MS - 1;
}

static void world_init(struct world *world, const char *text)
{
	*world = (struct world){.count = 0};
	for (; *text; text++) {
		if (*text == ' ')
			continue;
		if (*text == '?') {
			add_run(world, NULL, '+');
			continue;
		}
		add_run(world, text, text[10]);
		text += 10;
	}
	series_build(&world->series, world->items, world->count);
}

static void world_release(struct world *world)
{
	series_release(&world->series);
}

/* `2026-11-01:2 2026-11-02:0 `: each point's label and its runs. */
static void points_text(const struct series *series, struct strbuf *out)
{
	for (size_t i = 0; i < series->count; i++) {
		series_label(&series->points[i], out);
		strbuf_addf(out, ":%d ", (int)series->points[i].tally.runs);
	}
}

static void points(void **state)
{
	static const struct {
		const char *runs, *unit, *points;
	} cases[] = {
		{"", "day", ""},
		{"?", "day", ""},
		{"2026-11-01+", "day", "2026-11-01:1 "},
		{"2026-11-01+ ? 2026-11-01-", "day", "2026-11-01:2 "},
		{"2026-11-03+ 2026-11-01- 2026-11-01~", "day",
		 "2026-11-01:2 2026-11-02:0 2026-11-03:1 "},
		{"1969-12-31+ 1970-01-01+", "day", "1969-12-31:1 1970-01-01:1 "},
		/* 32 days are weeks; 2026-01-01 is a Thursday, 2027-01-01 a Friday */
		{"2025-12-28+ 2026-01-28+", "week",
		 "2025-W52:1 2026-W01:0 2026-W02:0 2026-W03:0 2026-W04:0 2026-W05:1 "},
		{"2026-12-27+ 2027-01-03+ 2027-01-04+ 2027-01-31+", "week",
		 "2026-W52:1 2026-W53:1 2027-W01:1 2027-W02:0 2027-W03:0 2027-W04:1 "},
		{"1969-12-28+ 1969-12-29+ 1970-01-29+", "week",
		 "1969-W52:1 1970-W01:1 1970-W02:0 1970-W03:0 1970-W04:0 1970-W05:1 "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct strbuf text = STRBUF_INIT;
		struct world world;

		world_init(&world, cases[i].runs);
		points_text(&world.series, &text);
		assert_string_equal(text.text, cases[i].points);
		assert_string_equal(series_unit_name(world.series.unit), cases[i].unit);
		assert_int_equal(world.series.untimed, strchr(cases[i].runs, '?') != NULL);
		strbuf_release(&text);
		world_release(&world);
	}
}

/* The unit by the length of the period, and the first and the last point. */
static void units(void **state)
{
	static const struct {
		const char *runs, *unit, *first, *last;
		size_t count;
	} cases[] = {
		{"2026-03-01+ 2026-03-31+", "day", "2026-03-01", "2026-03-31", 31},
		{"2026-03-01+ 2026-04-01+", "week", "2026-W09", "2026-W14", 6},
		{"2024-01-01+ 2026-01-04+", "week", "2024-W01", "2026-W01", 105},
		{"2024-01-01+ 2026-01-05+", "month", "2024-01", "2026-01", 25},
		{"2016-12-31+ 2026-11-30+", "month", "2016-12", "2026-11", 120},
		{"2016-12-31+ 2026-12-01+", "year", "2016", "2026", 11},
		{"0001-01-01+ 0200-12-31+", "year", "0001", "0200", 200},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct strbuf first = STRBUF_INIT, last = STRBUF_INIT;
		const struct series *series;
		struct world world;

		world_init(&world, cases[i].runs);
		series = &world.series;
		assert_string_equal(series_unit_name(series->unit), cases[i].unit);
		assert_int_equal(series->count, cases[i].count);
		series_label(&series->points[0], &first);
		series_label(&series->points[series->count - 1], &last);
		assert_string_equal(first.text, cases[i].first);
		assert_string_equal(last.text, cases[i].last);
		assert_int_equal(series->points[0].tally.runs, 1);
		assert_int_equal(series->points[series->count - 1].tally.runs, 1);
		strbuf_release(&first);
		strbuf_release(&last);
		world_release(&world);
	}
}

/* A clock that was never set must not make a page of empty points. */
static void centuries(void **state)
{
	struct world world;

	(void)state;
	world_init(&world, "0001-01-01+ 9999-12-31+");
	assert_int_equal(world.series.count, 0);
	world_release(&world);
}

static void spreads(void **state)
{
	struct series series;
	struct world world;

	(void)state;
	world_init(&world, "2026-11-02+ 2026-11-01+ ? 2026-11-02-");
	series_release(&world.series);
	for (size_t i = 0; i < world.count; i++)
		world.runs[i].duration_ms = 10 * ((int64_t)i + 1);
	series_build(&series, world.items, world.count);
	assert_int_equal(series.points[0].tally.duration.max, 20);
	assert_int_equal(series.points[1].tally.duration.known, 2);
	assert_int_equal(series.points[1].tally.duration.max, 40);
	assert_int_equal(series.points[1].tally.duration.p50, 10);
	series_release(&series);
}

/* The latest points that have runs, whatever lies between them. */
static void latest(void **state)
{
	static const struct {
		const char *runs;
		enum series_unit unit;
		size_t most;
		const char *points;
	} cases[] = {
		{"", SERIES_DAY, 3, ""},
		{"?", SERIES_DAY, 3, ""},
		{"2026-11-03+ ? 2026-11-01- 2026-11-03~", SERIES_DAY, 3,
		 "2026-11-01:1 2026-11-03:2 "},
		{"2026-11-05+ 2026-11-01- 2026-11-03~ 2026-11-01+", SERIES_DAY, 2,
		 "2026-11-03:1 2026-11-05:1 "},
		{"2026-11-01- 2026-11-03~ 2026-11-05+ 2026-11-01+", SERIES_DAY, 2,
		 "2026-11-03:1 2026-11-05:1 "},
		/* a clock that was never set moves nothing else out of sight */
		{"0001-01-01+ 2026-11-02- 2026-11-01+ 9999-12-31+", SERIES_DAY, 3,
		 "2026-11-01:1 2026-11-02:1 9999-12-31:1 "},
		{"2026-12-27+ 2027-01-03+ 2027-01-04+ 2027-01-31+ 2027-01-10-", SERIES_WEEK, 3,
		 "2026-W53:1 2027-W01:2 2027-W04:1 "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct strbuf text = STRBUF_INIT;
		struct series series;
		struct world world;

		world_init(&world, cases[i].runs);
		series_latest(&series, world.items, world.count, cases[i].unit, cases[i].most);
		points_text(&series, &text);
		assert_string_equal(text.text, cases[i].points);
		assert_int_equal(series.untimed, strchr(cases[i].runs, '?') != NULL);
		series_release(&series);
		strbuf_release(&text);
		world_release(&world);
	}
}

/* In any order of many runs, the same as the dense series without its gaps. */
static void latest_agrees(void **state)
{
	struct world world = {.count = 0};
	struct series dense, series;
	uint32_t random = 7;
	size_t at = 0;

	(void)state;
	for (size_t i = 0; i < RUNS_MOST; i++) {
		add_run(&world, "2026-03-01", i % 3 ? '+' : '-');
		world.runs[i].started_at += next_random(&random) % 31 * DAY_MS;
		world.runs[i].duration_ms = next_random(&random) % 1000;
	}
	series_build(&dense, world.items, world.count);
	series_latest(&series, world.items, world.count, SERIES_DAY, 92);
	assert_true(series.count < dense.count);
	for (size_t i = 0; i < dense.count; i++) {
		if (!dense.points[i].tally.runs)
			continue;
		assert_true(at < series.count);
		assert_int_equal(series.points[at].day, dense.points[i].day);
		assert_memory_equal(&series.points[at].tally, &dense.points[i].tally,
				    sizeof(struct tally));
		at++;
	}
	assert_int_equal(at, series.count);
	series_release(&dense);
	series_release(&series);
}

/* A day belongs to the zone, not to UTC. */
static void zones(void **state)
{
	struct strbuf text = STRBUF_INIT;
	struct world world;

	(void)state;
	world_init(&world, "2026-11-22+"); /* its last millisecond, a Sunday */
	time_zone_set(3600000);
	for (int unit = SERIES_DAY; unit <= SERIES_WEEK; unit++) {
		struct series series;

		series_latest(&series, world.items, world.count, (enum series_unit)unit, 5);
		points_text(&series, &text);
		series_release(&series);
	}
	time_zone_set(0);
	assert_string_equal(text.text, "2026-11-23:1 2026-W48:1 ");
	strbuf_release(&text);
	world_release(&world);
}

/* Which points a stretch of time marks. */
static void marks(void **state)
{
	static const struct {
		const char *runs;
		int64_t first, last; /* days of November 2026; 0: not known */
		size_t own_first, own_count;
	} cases[] = {
		{"", 1, 2, 0, 0},
		{"2026-11-01+ 2026-11-04+", 0, 0, 0, 0},
		{"2026-11-01+ 2026-11-04+", 3, 4, 2, 2},
		{"2026-11-01+ 2026-11-04+", 4, 4, 3, 1},
		{"2026-11-01+ 2026-11-04+", 1, 4, 0, 0}, /* all of them */
		{"2026-09-01+ 2026-11-15+", 12, 15, 10, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const int64_t start = days_from_civil(2026, 10, 31);
		struct world world;

		world_init(&world, cases[i].runs);
		series_mark(&world.series,
			    cases[i].first ? (start + cases[i].first) * DAY_MS : TIME_UNKNOWN,
			    cases[i].last ? (start + cases[i].last) * DAY_MS : TIME_UNKNOWN);
		assert_int_equal(world.series.own_first * (world.series.own_count > 0),
				 cases[i].own_first);
		assert_int_equal(world.series.own_count, cases[i].own_count);
		world_release(&world);
	}
}

/* ---- the chart ---- */

static size_t occurrences(const char *text, const char *of)
{
	size_t count = 0;

	while ((text = strstr(text, of))) {
		count++;
		text++;
	}
	return count;
}

static void charts(void **state)
{
	static const struct {
		const char *runs;
		size_t dots, few, curves, bands, hints;
	} cases[] = {
		{"", 0, 0, 0, 0, 0},
		{"2026-11-01+", 0, 0, 0, 0, 0},
		{"2026-11-01+ 2026-11-02-", 2, 2, 1, 1, 2},
		/* a gap, and a day whose runs have no verdict */
		{"2026-11-01+ 2026-11-02- 2026-11-04+ 2026-11-05~ 2026-11-06+ 2026-11-07+", 5, 5, 2,
		 3, 7},
		{"2026-11-01~ 2026-11-02~", 0, 0, 0, 0, 2},
		{"2026-11-01+2026-11-01+2026-11-01+2026-11-01+2026-11-01+2026-11-01+2026-11-01+"
		 "2026-11-01+2026-11-01+2026-11-01- 2026-11-02+",
		 2, 1, 1, 1, 2},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct strbuf svg = STRBUF_INIT;
		struct world world;

		world_init(&world, cases[i].runs);
		chart_series(&world.series, &svg);
		assert_int_equal(occurrences(svg.text, "<circle"), cases[i].dots);
		assert_int_equal(occurrences(svg.text, "dot few"), cases[i].few);
		assert_int_equal(occurrences(svg.text, "\"curve\""), cases[i].curves);
		assert_int_equal(occurrences(svg.text, "\"band\""), cases[i].bands);
		assert_int_equal(occurrences(svg.text, "<title>"), cases[i].hints);
		assert_int_equal(occurrences(svg.text, "\"cost"), 0);
		assert_int_equal(occurrences(svg.text, "<svg"), occurrences(svg.text, "</svg>"));
		strbuf_release(&svg);
		world_release(&world);
	}
}

static void chart_of(struct world *world, struct strbuf *svg)
{
	series_release(&world->series);
	series_build(&world->series, world->items, world->count);
	chart_series(&world->series, svg);
}

static void check_holds(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("no %s in %s", part, text);
}

/* The words for those who do not see it, and places that were worked out by hand. */
static void drawing(void **state)
{
	struct strbuf svg = STRBUF_INIT;
	struct world world;

	(void)state;
	world_init(&world, "2026-11-01+ 2026-11-02- 2026-11-02+ 2026-11-04+");
	for (size_t i = 1; i < world.count; i++) {
		world.runs[i].has_cost = i != 1;
		world.runs[i].cost_nano = INT64_C(500000000) * (4 - (int64_t)i);
	}
	chart_of(&world, &svg);
	check_holds(svg.text, "aria-label=\"Pass rate by day. First 2026-11-01: 1 run, pass rate "
			      "100 % (1/1), 95 % interval 20.7 % to 100 %. Last 2026-11-04: 1 run, "
			      "pass rate 100 % (1/1), 95 % interval 20.7 % to 100 %, cost $0.50. "
			      "Lowest 50.0 % (1/2) in 2026-11-02. Highest cost $1.00.\"");
	check_holds(svg.text, "<title>2026-11-02: 2 runs, pass rate 50.0 % (1/2), 95 % interval "
			      "9.5 % to 90.5 %, cost ≥ $1.00</title>");
	check_holds(svg.text, "<title>2026-11-03: 0 runs</title>");
	check_holds(svg.text, "d=\"M1250 8.0L3750 88.0\"");
	check_holds(svg.text, "r=\"3\" cx=\"37.50%\" cy=\"88.0\"");
	/* 44 pixels, above the line at 236, and half of them */
	check_holds(svg.text, "<rect class=\"cost partly\" fill=\"#8d99a6\" x=\"2812\" "
			      "width=\"1875\" y=\"192.0\" "
			      "height=\"44.0\"/>");
	check_holds(svg.text,
		    "<rect class=\"cost\" fill=\"#8d99a6\" x=\"7812\" width=\"1875\" y=\"214.0\" "
		    "height=\"22.0\"/>");
	assert_null(strstr(svg.text, "style="));
	strbuf_release(&svg);
	world_release(&world);
}

/* The points that the report is about have a ground, and are named. */
static void own_points(void **state)
{
	struct strbuf svg = STRBUF_INIT;
	struct world world;

	(void)state;
	world_init(&world, "2026-11-01+ 2026-11-02- 2026-11-04+");
	chart_series(&world.series, &svg);
	assert_null(strstr(svg.text, "own"));
	assert_null(strstr(svg.text, "This report"));
	world.series.own_first = 2;
	world.series.own_count = 1;
	chart_series(&world.series, &svg);
	check_holds(svg.text, " This report: 2026-11-03.\"");
	check_holds(svg.text, "<rect class=\"own\" fill=\"#f1f1ee\" x=\"50.00%\" width=\"25.00%\" "
			      "height=\"168\"/>");
	world.series.own_count = 2;
	chart_series(&world.series, &svg);
	check_holds(svg.text, " This report: 2026-11-03 to 2026-11-04.\"");
	strbuf_release(&svg);
	world_release(&world);
}

static void small_dots(void **state)
{
	struct strbuf svg = STRBUF_INIT;
	struct world world;

	(void)state;
	world_init(&world, "2025-11-01+ 2026-11-02-");
	chart_series(&world.series, &svg);
	assert_int_equal(occurrences(svg.text, "r=\"2\""), 2);
	/* seven dates at most, three where there is little room */
	assert_int_equal(occurrences(svg.text, "\"tick\""), 3 + 3);
	assert_int_equal(occurrences(svg.text, "\"tick more\""), 4);
	strbuf_release(&svg);
	world_release(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(points),     cmocka_unit_test(units),
		cmocka_unit_test(centuries),  cmocka_unit_test(spreads),
		cmocka_unit_test(latest),     cmocka_unit_test(latest_agrees),
		cmocka_unit_test(zones),      cmocka_unit_test(marks),
		cmocka_unit_test(charts),     cmocka_unit_test(drawing),
		cmocka_unit_test(own_points), cmocka_unit_test(small_dots),
	};

	return cmocka_run_group_tests_name("series", tests, NULL, NULL);
}
