#include "chart_case.h"

#include <inttypes.h>

#include "runtally/analysis/stats.h"
#include "runtally/base/format_number.h"
#include "runtally/base/times.h"

/* Pixels down. */
enum { TOP = 6, HEIGHT = 72, BOTTOM = TOP + HEIGHT, DATES = BOTTOM + 20, WHOLE = DATES + 4 };

struct chart {
	enum run_measure measure;
	struct run *const *runs;
	size_t count;
	struct strbuf *out;
	int64_t most; /* what the top stands for */
};

/* ---- values: milliseconds, billionths of a dollar, millionths; -1: not told ---- */

static int64_t value_of_run(enum run_measure measure, const struct run *run)
{
	switch (measure) {
	case MEASURE_DURATION:
		return run->duration_ms;
	case MEASURE_LATENCY:
		return run_mean_latency(run);
	case MEASURE_COST:
		return run->has_cost ? run->cost_nano : -1;
	case MEASURE_SCORE:
	case MEASURES:
		break;
	}
	return run->has_score ? run->score_micro : -1;
}

static int64_t value_at(const struct chart *chart, size_t at)
{
	return value_of_run(chart->measure, chart->runs[at]);
}

static void add_value(const struct chart *chart, int64_t value)
{
	if (chart->measure == MEASURE_COST)
		format_money(chart->out, value);
	else if (chart->measure == MEASURE_SCORE)
		format_score(chart->out, (int32_t)value);
	else
		format_duration(chart->out, value);
}

/* A score has a scale of its own. */
static int64_t find_most(const struct chart *chart)
{
	int64_t most = 0;

	if (chart->measure == MEASURE_SCORE)
		return SCORE_ONE;
	for (size_t i = 0; i < chart->count; i++)
		if (value_at(chart, i) > most)
			most = value_at(chart, i);
	return most;
}

size_t chart_case_told(enum run_measure measure, struct run *const *runs, size_t count)
{
	size_t told = 0;

	for (size_t i = 0; i < count; i++)
		told += run_when(runs[i]) != TIME_UNKNOWN && value_of_run(measure, runs[i]) >= 0;
	return told;
}

/* ---- words ---- */

static void add_day(const struct chart *chart, size_t at)
{
	char text[DATE_TEXT_SIZE];

	date_text(run_when(chart->runs[at]), text);
	strbuf_addstr(chart->out, text);
}

/* `2026-11-15 14:03` */
static void add_moment(const struct chart *chart, size_t at)
{
	char text[TIME_TEXT_SIZE];

	time_text(run_when(chart->runs[at]), text);
	text[10] = ' ';
	strbuf_add(chart->out, text, 16);
}

static void add_named(const struct chart *chart, const char *name, size_t at)
{
	strbuf_addf(chart->out, "%s ", name);
	add_value(chart, value_at(chart, at));
	strbuf_addstr(chart->out, " on ");
	add_day(chart, at);
}

/* What the picture shows, for those who do not see it; of equal values the latest is named. */
static void add_summary(const struct chart *chart)
{
	static const char *const names[MEASURES] = {"Duration", "Mean turn latency", "Cost",
						    "Score"};
	size_t told = chart_case_told(chart->measure, chart->runs, chart->count);
	size_t first = chart->count, last = 0, lowest = 0, highest = 0;

	for (size_t i = 0; i < chart->count; i++) {
		int64_t value = value_at(chart, i);

		if (value < 0)
			continue;
		if (first == chart->count)
			first = lowest = highest = i;
		last = i;
		lowest = value <= value_at(chart, lowest) ? i : lowest;
		highest = value >= value_at(chart, highest) ? i : highest;
	}
	strbuf_addf(chart->out, "%s of %zu runs: ", names[chart->measure], told);
	add_named(chart, "first", first);
	add_named(chart, ", last", last);
	add_named(chart, ", lowest", lowest);
	add_named(chart, ", highest", highest);
}

/* ---- places ---- */

static void add_across(const struct chart *chart, size_t at)
{
	size_t hundredths = (at * 2 + 1) * 5000 / chart->count;

	strbuf_addf(chart->out, "%zu.%02zu%%", hundredths / 100, hundredths % 100);
}

/* In tenths of a pixel. */
static void add_down(const struct chart *chart, int64_t value)
{
	double share = chart->most > 0 ? (double)value / (double)chart->most : 0;
	int tenths = BOTTOM * 10 - (int)(share * HEIGHT * 10 + 0.5);

	strbuf_addf(chart->out, "%d.%d", tenths / 10, tenths % 10);
}

/* ---- what is drawn ---- */

static void add_level(const struct chart *chart, int down, int64_t value)
{
	strbuf_addf(chart->out,
		    "<line class=\"rule\" x2=\"100%%\" y1=\"%d\" y2=\"%d\"/>"
		    "<text class=\"tick\" x=\"-8\" y=\"%d\" dy=\".35em\" text-anchor=\"end\">",
		    down, down, down);
	if (value)
		add_value(chart, value);
	else
		strbuf_addch(chart->out, '0');
	strbuf_addstr(chart->out, "</text>");
}

/* One date where both are the same. */
static void add_dates(const struct chart *chart)
{
	size_t last = chart->count - 1;

	strbuf_addf(chart->out, "<text class=\"tick\" y=\"%d\">", DATES);
	add_day(chart, 0);
	strbuf_addstr(chart->out, "</text>");
	if (time_days(run_when(chart->runs[0])) == time_days(run_when(chart->runs[last])))
		return;
	strbuf_addf(chart->out, "<text class=\"tick\" x=\"100%%\" y=\"%d\" text-anchor=\"end\">",
		    DATES);
	add_day(chart, last);
	strbuf_addstr(chart->out, "</text>");
}

static void add_mark(const struct chart *chart, size_t at)
{
	/* Lines are hard to point at: a circle that is not seen stands behind the cross. */
	static const char *const forms[OUTCOME_COUNT] = {
		[OUTCOME_PASSED] = "<circle r=\"3.5\"/>",
		[OUTCOME_FAILED] = "<circle r=\"6\"/><path d=\"M-3.5-3.5l7 7m0-7l-7 7\"/>",
		[OUTCOME_ERROR] = "<rect x=\"-3.5\" y=\"-3.5\" width=\"7\" height=\"7\"/>",
		[OUTCOME_PENDING] = "<circle r=\"1.5\"/>",
		[OUTCOME_UNKNOWN] = "<circle r=\"1.5\"/>",
	};
	const struct run *run = chart->runs[at];

	strbuf_addf(chart->out, "<svg class=\"%s\" x=\"", outcome_name(run->outcome));
	add_across(chart, at);
	strbuf_addstr(chart->out, "\" y=\"");
	add_down(chart, value_at(chart, at));
	strbuf_addstr(chart->out, "\"><title>");
	add_value(chart, value_at(chart, at));
	strbuf_addf(chart->out, ", %s, ", outcome_name(run->outcome));
	add_moment(chart, at);
	strbuf_addf(chart->out, "</title>%s</svg>", forms[run->outcome]);
}

void chart_case(enum run_measure measure, struct run *const *runs, size_t count, struct strbuf *out)
{
	struct chart chart = {.measure = measure, .runs = runs, .count = count, .out = out};

	if (chart_case_told(measure, runs, count) < 2)
		return;
	chart.most = find_most(&chart);
	strbuf_addf(out, "<svg width=\"100%%\" height=\"%d\" role=\"img\" aria-label=\"", WHOLE);
	add_summary(&chart);
	strbuf_addstr(out, "\">");
	if (chart.most)
		add_level(&chart, TOP, chart.most);
	add_level(&chart, BOTTOM, 0);
	add_dates(&chart);
	strbuf_addstr(out, "<g class=\"marks\" fill=\"none\" pointer-events=\"all\">");
	for (size_t i = 0; i < count; i++)
		if (value_at(&chart, i) >= 0)
			add_mark(&chart, i);
	strbuf_addstr(out, "</g></svg>");
}
