#include "charts.h"
#include "members.h"
#include "runtally/base/format_number.h"
#include "runtally/base/times.h"

static const struct case_group *case_of(const struct value *of)
{
	return of->object;
}

/* ---- a chart of one figure of a case's runs, in order of time ---- */

/* Pixels down. */
enum { TOP = 6, HEIGHT = 72, BOTTOM = TOP + HEIGHT, DATES = BOTTOM + 20, WHOLE = DATES + 4 };

struct run_chart {
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

static int64_t value_at(const struct run_chart *chart, size_t at)
{
	return value_of_run(chart->measure, chart->runs[at]);
}

static void add_value(const struct run_chart *chart, int64_t value)
{
	if (chart->measure == MEASURE_COST)
		format_money(chart->out, value);
	else if (chart->measure == MEASURE_SCORE)
		format_score(chart->out, (int32_t)value);
	else
		format_duration(chart->out, value);
}

/* A score has a scale of its own. */
static int64_t find_most(const struct run_chart *chart)
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

static void add_day(const struct run_chart *chart, size_t at)
{
	char text[DATE_TEXT_SIZE];

	date_text(run_when(chart->runs[at]), text);
	strbuf_addstr(chart->out, text);
}

static void add_named(const struct run_chart *chart, const char *name, size_t at)
{
	strbuf_addf(chart->out, "%s ", name);
	add_value(chart, value_at(chart, at));
	strbuf_addstr(chart->out, " on ");
	add_day(chart, at);
}

/* What the picture shows, for those who do not see it; of equal values the latest is named. */
static void add_summary(const struct run_chart *chart)
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

static void add_across(const struct run_chart *chart, size_t at)
{
	size_t hundredths = (at * 2 + 1) * 5000 / chart->count;

	strbuf_addf(chart->out, "%zu.%02zu%%", hundredths / 100, hundredths % 100);
}

/* In tenths of a pixel. */
static void add_down(const struct run_chart *chart, int64_t value)
{
	double share = chart->most > 0 ? (double)value / (double)chart->most : 0;
	int tenths = BOTTOM * 10 - (int)(share * HEIGHT * 10 + 0.5);

	strbuf_addf(chart->out, "%d.%d", tenths / 10, tenths % 10);
}

/* ---- what is drawn ---- */

static void add_level(const struct run_chart *chart, int down, int64_t value)
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
static void add_dates(const struct run_chart *chart)
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

static void add_mark(const struct run_chart *chart, size_t at)
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
	view_moment(chart->out, run_when(run), MINUTES);
	strbuf_addf(chart->out, "</title>%s</svg>", forms[run->outcome]);
}

void chart_case(enum run_measure measure, struct run *const *runs, size_t count, struct strbuf *out)
{
	struct run_chart chart = {.measure = measure, .runs = runs, .count = count, .out = out};

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

/* ---- run by run ---- */

struct drawn {
	struct run *const *runs;
	size_t count;
	size_t untimed, earlier; /* that are not drawn */
};

/* Runs that tell no time stand before the others. */
static struct drawn drawn_of(const struct value *of)
{
	const struct case_group *group = case_of(of);
	struct drawn drawn = {.runs = value_view(of)->results->runs + group->first_run,
			      .count = group->run_count};

	while (drawn.count && run_when(*drawn.runs) == TIME_UNKNOWN) {
		drawn.runs++;
		drawn.count--;
		drawn.untimed++;
	}
	if (drawn.count > CHART_RUNS_MOST) {
		drawn.earlier = drawn.count - CHART_RUNS_MOST;
		drawn.runs += drawn.earlier;
		drawn.count = CHART_RUNS_MOST;
	}
	return drawn;
}

static enum run_measure measure_of(const struct value *of)
{
	return (enum run_measure)value_member(of)->at;
}

static bool has_run_chart(const struct value *of)
{
	struct drawn drawn = drawn_of(of);

	return chart_case_told(measure_of(of), drawn.runs, drawn.count) > 1;
}

static void draw_chart(const struct value *of, struct strbuf *out)
{
	struct drawn drawn = drawn_of(of);

	chart_case(measure_of(of), drawn.runs, drawn.count, out);
}

static bool has_run_charts(const struct value *of)
{
	struct drawn drawn = drawn_of(of);

	for (int measure = 0; measure < MEASURES; measure++)
		if (chart_case_told((enum run_measure)measure, drawn.runs, drawn.count) > 1)
			return true;
	return false;
}

/* Whether one of an outcome in the mask is drawn. */
static bool draws_outcome(const struct value *of)
{
	struct drawn drawn = drawn_of(of);

	for (size_t i = 0; i < drawn.count; i++)
		if (value_member(of)->mask >> drawn.runs[i]->outcome & 1)
			return true;
	return false;
}

static int64_t drawn_runs(const struct value *of)
{
	return (int64_t)drawn_of(of).count;
}

static int64_t earlier_runs(const struct value *of)
{
	return (int64_t)drawn_of(of).earlier;
}

static int64_t untimed_runs(const struct value *of)
{
	return (int64_t)drawn_of(of).untimed;
}

/* ---- the pass rate ---- */

/* A point has so many verdicts on average. */
enum { POINT_VERDICTS = 3 };

static void count_verdicts(const struct series *series, uint64_t *verdicts, uint64_t *points)
{
	*verdicts = *points = 0;
	for (size_t i = 0; i < series->count; i++) {
		uint64_t judged = tally_judged(&series->points[i].tally);

		*verdicts += judged;
		*points += judged > 0;
	}
}

/*
 * In the finest unit whose points say something, to be released; no points where it is not to be
 * shown: of few verdicts, or of a single point.
 */
static struct series series_of(const struct value *of)
{
	const struct case_group *group = case_of(of);
	struct run *const *runs = value_view(of)->results->runs + group->first_run;
	struct series series = {.count = 0};
	uint64_t verdicts, points = 2;

	if (tally_judged(&group->tally) < SERIES_FEW)
		return series;
	for (int unit = SERIES_DAY; unit <= SERIES_YEAR && points > 1; unit++) {
		series_divide(&series, runs, group->run_count, (enum series_unit)unit);
		count_verdicts(&series, &verdicts, &points);
		if (points > 1 && verdicts >= SERIES_FEW && verdicts >= points * POINT_VERDICTS)
			return series;
		points = series.count ? points : 2;
		series_release(&series);
		series = (struct series){.count = 0};
	}
	return series;
}

static bool has_rate_chart(const struct value *of)
{
	struct series series = series_of(of);
	bool has = series.count > 0;

	series_release(&series);
	return has;
}

static void rate_chart(const struct value *of, struct strbuf *out)
{
	struct series series = series_of(of);

	chart_series(&series, out);
	series_release(&series);
}

static void rate_unit(const struct value *of, struct strbuf *out)
{
	struct series series = series_of(of);

	if (series.count)
		strbuf_addstr(out, series_unit_name(series.unit));
	series_release(&series);
}

/* Whether one of the chart's points has the trait that `at` names. */
static bool any_point(const struct value *of)
{
	struct series series = series_of(of);
	bool any = view_any_point(&series, (enum point_trait)value_member(of)->at);

	series_release(&series);
	return any;
}

static const struct member over_time_members[] = {
	{"has_run_charts", FLAG, .flag = has_run_charts},
	{"has_duration_chart", FLAG, .flag = has_run_chart, .at = MEASURE_DURATION},
	{"duration_chart", MARKUP, .text = draw_chart, .at = MEASURE_DURATION},
	{"has_latency_chart", FLAG, .flag = has_run_chart, .at = MEASURE_LATENCY},
	{"latency_chart", MARKUP, .text = draw_chart, .at = MEASURE_LATENCY},
	{"has_cost_chart", FLAG, .flag = has_run_chart, .at = MEASURE_COST},
	{"cost_chart", MARKUP, .text = draw_chart, .at = MEASURE_COST},
	{"has_score_chart", FLAG, .flag = has_run_chart, .at = MEASURE_SCORE},
	{"score_chart", MARKUP, .text = draw_chart, .at = MEASURE_SCORE},
	{"draws_passed", FLAG, .flag = draws_outcome, .mask = 1U << OUTCOME_PASSED},
	{"draws_failed", FLAG, .flag = draws_outcome, .mask = 1U << OUTCOME_FAILED},
	{"draws_errors", FLAG, .flag = draws_outcome, .mask = 1U << OUTCOME_ERROR},
	{"draws_unfinished", FLAG, .flag = draws_outcome,
	 .mask = 1U << OUTCOME_PENDING | 1U << OUTCOME_UNKNOWN},
	{"drawn_runs", COUNT, .number = drawn_runs},
	{"earlier_runs", COUNT, .number = earlier_runs, .has = "has_earlier_runs"},
	{"untimed_runs", COUNT, .number = untimed_runs, .has = "has_untimed_runs"},
	{"has_rate_chart", FLAG, .flag = has_rate_chart},
	{"rate_chart", MARKUP, .text = rate_chart},
	{"rate_unit", TEXT, .text = rate_unit},
	{"rate_has_cost", FLAG, .flag = any_point, .at = POINT_COST},
	{"rate_cost_partial", FLAG, .flag = any_point, .at = POINT_COST_PARTIAL},
	{"rate_has_few", FLAG, .flag = any_point, .at = POINT_FEW},
};

const struct value_class class_over_time = CLASS("over time", over_time_members);

const void *view_case_over_time(const struct value *of)
{
	return has_run_charts(of) || has_rate_chart(of) ? of->object : NULL;
}
