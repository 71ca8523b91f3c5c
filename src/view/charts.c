#include "charts.h"

#include <inttypes.h>

#include "runtally/analysis/stats.h"
#include "runtally/base/format_number.h"

/*
 * A style sheet colours all of it. Where that is blocked, as Jenkins does with the single page's,
 * areas have a colour of their own: they would be black.
 */

/* Pixels down; the rate is drawn from RATE_TOP on, the cost stands below it, the dates last. */
enum { RATE_TOP = 8, RATE_HEIGHT = 160, COST_GAP = 24, COST_HEIGHT = 44, DATES_HEIGHT = 24 };
enum { RATE_BOTTOM = RATE_TOP + RATE_HEIGHT, COST_TOP = RATE_BOTTOM + COST_GAP };

/* The stretched box is this wide: hundredths of a per cent of the chart. */
enum { WIDTH = 10000 };

/* Dots of more points than that are smaller. */
enum { ALL_MICRO = 1000000, LABELS_MOST = 7, MANY = 40 };

struct chart {
	const struct series *series;
	struct strbuf *out;
	int64_t cost_max; /* of a point; -1: no run tells its cost */
};

static bool has_rate(const struct series_point *point)
{
	return tally_judged(&point->tally) > 0;
}

/* ---- places ---- */

/* Across, in WIDTH: so many quarters of a point's share of it. */
static int64_t across(const struct chart *chart, size_t quarters)
{
	return (int64_t)(quarters * WIDTH / (chart->series->count * 4));
}

static int64_t middle(const struct chart *chart, size_t point)
{
	return across(chart, point * 4 + 2);
}

static void add_percent(struct strbuf *out, int64_t hundredths)
{
	strbuf_addf(out, "%" PRId64 ".%02d%%", hundredths / 100, (int)(hundredths % 100));
}

/* Down, in tenths of a pixel. */
static int64_t rate_down(int32_t micro)
{
	return RATE_TOP * 10 + (int64_t)(ALL_MICRO - micro) * RATE_HEIGHT * 10 / ALL_MICRO;
}

static void add_tenths(struct strbuf *out, int64_t tenths)
{
	strbuf_addf(out, "%" PRId64 ".%d", tenths / 10, (int)(tenths % 10));
}

static int height_of(const struct chart *chart)
{
	int bottom = chart->cost_max < 0 ? RATE_BOTTOM : COST_TOP + COST_HEIGHT;

	return bottom + DATES_HEIGHT;
}

/* ---- words ---- */

static void add_rate(struct strbuf *out, const struct tally *tally)
{
	format_percent(out, tally_rate(tally));
	strbuf_addf(out, " (%" PRIu64 "/%" PRIu64 ")", tally->outcomes[OUTCOME_PASSED],
		    tally_judged(tally));
}

static void add_point_words(struct strbuf *out, const struct series_point *point)
{
	const struct tally *tally = &point->tally;
	int32_t low, high;

	series_label(point, out);
	strbuf_addf(out, ": %" PRIu64 " %s", tally->runs, tally->runs == 1 ? "run" : "runs");
	if (has_rate(point)) {
		wilson_interval(tally->outcomes[OUTCOME_PASSED], tally_judged(tally), &low, &high);
		strbuf_addstr(out, ", pass rate ");
		add_rate(out, tally);
		strbuf_addstr(out, ", 95 % interval ");
		format_percent(out, low);
		strbuf_addstr(out, " to ");
		format_percent(out, high);
	} else if (tally->runs) {
		strbuf_addstr(out, ", none with a verdict");
	}
	if (tally->cost_known) {
		strbuf_addstr(out, tally_cost_is_least(tally) ? ", cost ≥ " : ", cost ");
		format_money(out, tally->cost_nano);
	}
}

/* The lowest rate; of equal ones the latest. NULL: there is none. */
static const struct series_point *find_lowest(const struct series *series)
{
	const struct series_point *lowest = NULL;

	for (size_t i = 0; i < series->count; i++) {
		const struct series_point *point = &series->points[i];

		if (has_rate(point) &&
		    (!lowest || tally_rate(&point->tally) <= tally_rate(&lowest->tally)))
			lowest = point;
	}
	return lowest;
}

/* ` This report: 2026-W46 to 2026-W47.` where there are others. */
static void add_own_words(const struct chart *chart)
{
	const struct series *series = chart->series;

	if (!series->own_count)
		return;
	strbuf_addstr(chart->out, " This report: ");
	series_label(&series->points[series->own_first], chart->out);
	if (series->own_count > 1) {
		strbuf_addstr(chart->out, " to ");
		series_label(&series->points[series->own_first + series->own_count - 1],
			     chart->out);
	}
	strbuf_addch(chart->out, '.');
}

/* What the picture shows, for those who do not see it. */
static void add_summary(const struct chart *chart)
{
	const struct series *series = chart->series;
	const struct series_point *lowest = find_lowest(series);

	strbuf_addf(chart->out, "Pass rate by %s. First ", series_unit_name(series->unit));
	add_point_words(chart->out, &series->points[0]);
	strbuf_addstr(chart->out, ". Last ");
	add_point_words(chart->out, &series->points[series->count - 1]);
	strbuf_addch(chart->out, '.');
	if (lowest) {
		strbuf_addstr(chart->out, " Lowest ");
		add_rate(chart->out, &lowest->tally);
		strbuf_addstr(chart->out, " in ");
		series_label(lowest, chart->out);
		strbuf_addch(chart->out, '.');
	}
	if (chart->cost_max >= 0) {
		strbuf_addstr(chart->out, " Highest cost ");
		format_money(chart->out, chart->cost_max);
		strbuf_addch(chart->out, '.');
	}
	add_own_words(chart);
}

/* ---- axes ---- */

static void add_rule(const struct chart *chart, int down)
{
	strbuf_addf(chart->out, "<line class=\"rule\" x1=\"0\" x2=\"100%%\" y1=\"%d\" y2=\"%d\"/>",
		    down, down);
}

static void begin_value(const struct chart *chart, int down)
{
	strbuf_addf(chart->out,
		    "<text class=\"tick\" x=\"-8\" y=\"%d\" dy=\".35em\" text-anchor=\"end\">",
		    down);
}

static void add_values(const struct chart *chart)
{
	for (int percent = 0; percent <= 100; percent += 50) {
		int down = (int)(rate_down(percent * (ALL_MICRO / 100)) / 10);

		add_rule(chart, down);
		begin_value(chart, down);
		strbuf_addf(chart->out, "%d %%</text>", percent);
	}
	if (chart->cost_max < 0)
		return;
	add_rule(chart, COST_TOP + COST_HEIGHT);
	begin_value(chart, COST_TOP);
	format_money(chart->out, chart->cost_max);
	strbuf_addstr(chart->out, "</text>");
	begin_value(chart, COST_TOP + COST_HEIGHT);
	strbuf_addstr(chart->out, "$0</text>");
}

/* Where there is little room, the first, the middle and the last remain. */
static void add_dates(const struct chart *chart)
{
	size_t last = chart->series->count - 1;
	size_t steps = last < LABELS_MOST ? last : LABELS_MOST - 1;

	for (size_t i = 0; i <= steps; i++) {
		size_t point = (i * last + steps / 2) / steps;

		strbuf_addf(chart->out,
			    "<text class=\"tick%s\" y=\"%d\" text-anchor=\"middle\" x=\"",
			    i * 2 % steps ? " more" : "", height_of(chart) - 4);
		add_percent(chart->out, middle(chart, point));
		strbuf_addstr(chart->out, "\">");
		series_label(&chart->series->points[point], chart->out);
		strbuf_addstr(chart->out, "</text>");
	}
}

/* ---- the rate: stretches of points that have one ---- */

enum edge { EDGE_LOW, EDGE_RATE, EDGE_HIGH };

static int64_t edge_down(const struct series_point *point, enum edge edge)
{
	const struct tally *tally = &point->tally;
	int32_t low, high;

	wilson_interval(tally->outcomes[OUTCOME_PASSED], tally_judged(tally), &low, &high);
	return rate_down(edge == EDGE_RATE ? tally_rate(tally) : edge == EDGE_LOW ? low : high);
}

static void add_place(const struct chart *chart, char command, size_t point, enum edge edge)
{
	strbuf_addf(chart->out, "%c%" PRId64 " ", command, middle(chart, point));
	add_tenths(chart->out, edge_down(&chart->series->points[point], edge));
}

static void add_band(const struct chart *chart, size_t first, size_t end)
{
	strbuf_addstr(chart->out, "<path class=\"band\" fill=\"#d9e5f1\" d=\"");
	for (size_t i = first; i < end; i++)
		add_place(chart, i == first ? 'M' : 'L', i, EDGE_HIGH);
	for (size_t i = end; i > first; i--)
		add_place(chart, 'L', i - 1, EDGE_LOW);
	strbuf_addstr(chart->out, "Z\"/>");
}

static void add_curve(const struct chart *chart, size_t first, size_t end)
{
	strbuf_addstr(
		chart->out,
		"<path class=\"curve\" fill=\"none\" vector-effect=\"non-scaling-stroke\" d=\"");
	for (size_t i = first; i < end; i++)
		add_place(chart, i == first ? 'M' : 'L', i, EDGE_RATE);
	strbuf_addstr(chart->out, "\"/>");
}

/* A point between two gaps has a bar for its band. */
static void add_lonely(const struct chart *chart, size_t point)
{
	const struct series_point *at = &chart->series->points[point];
	int64_t high = edge_down(at, EDGE_HIGH);

	strbuf_addf(chart->out,
		    "<rect class=\"band\" fill=\"#d9e5f1\" x=\"%" PRId64 "\" width=\"%" PRId64
		    "\" y=\"",
		    across(chart, point * 4 + 1),
		    across(chart, point * 4 + 3) - across(chart, point * 4 + 1));
	add_tenths(chart->out, high);
	strbuf_addstr(chart->out, "\" height=\"");
	add_tenths(chart->out, edge_down(at, EDGE_LOW) - high);
	strbuf_addstr(chart->out, "\"/>");
}

static void add_stretches(const struct chart *chart)
{
	const struct series *series = chart->series;

	for (size_t first = 0, end; first < series->count; first = end + 1) {
		for (end = first; end < series->count && has_rate(&series->points[end]);)
			end++;
		if (end - first == 1)
			add_lonely(chart, first);
		if (end - first < 2)
			continue;
		add_band(chart, first, end);
		add_curve(chart, first, end);
	}
}

/* ---- the cost ---- */

/* What costs anything is seen. */
static void add_costs(const struct chart *chart)
{
	for (size_t i = 0; i < chart->series->count; i++) {
		const struct tally *tally = &chart->series->points[i].tally;
		double share = chart->cost_max > 0
				       ? (double)tally->cost_nano / (double)chart->cost_max
				       : 0;
		int64_t tenths = (int64_t)(share * COST_HEIGHT * 10);

		if (!tally->cost_nano)
			continue;
		tenths = tenths < 10 ? 10 : tenths;
		strbuf_addf(chart->out,
			    "<rect class=\"cost%s\" fill=\"#8d99a6\" x=\"%" PRId64
			    "\" width=\"%" PRId64 "\" y=\"",
			    tally_cost_is_least(tally) ? " partly" : "",
			    across(chart, i * 4) + across(chart, 1) / 2, across(chart, 3));
		add_tenths(chart->out, (COST_TOP + COST_HEIGHT) * 10 - tenths);
		strbuf_addstr(chart->out, "\" height=\"");
		add_tenths(chart->out, tenths);
		strbuf_addstr(chart->out, "\"/>");
	}
}

/* ---- all of it ---- */

/* Behind all else, the points that the report is about. */
static void add_own(const struct chart *chart)
{
	const struct series *series = chart->series;
	int64_t left = across(chart, series->own_first * 4);

	if (!series->own_count)
		return;
	strbuf_addstr(chart->out, "<rect class=\"own\" fill=\"#f1f1ee\" x=\"");
	add_percent(chart->out, left);
	strbuf_addstr(chart->out, "\" width=\"");
	add_percent(chart->out, across(chart, (series->own_first + series->own_count) * 4) - left);
	strbuf_addf(chart->out, "\" height=\"%d\"/>", height_of(chart) - DATES_HEIGHT);
}

static void add_box(const struct chart *chart)
{
	strbuf_addf(chart->out,
		    "<svg width=\"100%%\" height=\"%d\" viewBox=\"0 0 %d %d\" "
		    "preserveAspectRatio=\"none\">",
		    height_of(chart), WIDTH, height_of(chart));
	add_stretches(chart);
	add_costs(chart);
	strbuf_addstr(chart->out, "</svg>");
}

static void add_dot(const struct chart *chart, size_t point)
{
	const struct series_point *at = &chart->series->points[point];

	strbuf_addf(chart->out, "<circle class=\"dot%s\" r=\"%d\" cx=\"",
		    series_is_few(at) ? " few" : "", chart->series->count > MANY ? 2 : 3);
	add_percent(chart->out, middle(chart, point));
	strbuf_addstr(chart->out, "\" cy=\"");
	add_tenths(chart->out, edge_down(at, EDGE_RATE));
	strbuf_addstr(chart->out, "\"/>");
}

/* The whole height of a point tells its figures to the pointer. */
static void add_hint(const struct chart *chart, size_t point)
{
	int64_t left = across(chart, point * 4);

	strbuf_addf(chart->out,
		    "<rect class=\"hint\" fill=\"none\" pointer-events=\"all\" y=\"0\" "
		    "height=\"%d\" x=\"",
		    height_of(chart));
	add_percent(chart->out, left);
	strbuf_addstr(chart->out, "\" width=\"");
	add_percent(chart->out, across(chart, point * 4 + 4) - left);
	strbuf_addstr(chart->out, "\"><title>");
	add_point_words(chart->out, &chart->series->points[point]);
	strbuf_addstr(chart->out, "</title></rect>");
}

void chart_series(const struct series *series, struct strbuf *out)
{
	struct chart chart = {.series = series, .out = out, .cost_max = -1};

	if (series->count < 2)
		return;
	for (size_t i = 0; i < series->count; i++) {
		const struct tally *tally = &series->points[i].tally;

		if (tally->cost_known && tally->cost_nano > chart.cost_max)
			chart.cost_max = tally->cost_nano;
	}
	strbuf_addf(out,
		    "<svg class=\"chart\" width=\"100%%\" height=\"%d\" role=\"img\" aria-label=\"",
		    height_of(&chart));
	add_summary(&chart);
	strbuf_addstr(out, "\">");
	add_own(&chart);
	add_values(&chart);
	add_box(&chart);
	for (size_t i = 0; i < series->count; i++)
		if (has_rate(&series->points[i]))
			add_dot(&chart, i);
	add_dates(&chart);
	for (size_t i = 0; i < series->count; i++)
		add_hint(&chart, i);
	strbuf_addstr(out, "</svg>");
}

/* ---- the latest runs of a case or suite, a bar each ---- */

/* Pixels: a run takes BAR and the gap behind it, which the style sheet's dashes repeat. */
enum { BAR = 4, BAR_GAP = 1, BAR_STEP = BAR + BAR_GAP, BAR_HEIGHT = 20 };

/* Bars are strokes along a line so far down; that of an error is an outline (ERROR_SHAPE). */
static const int middles[OUTCOME_COUNT] = {
	[OUTCOME_PASSED] = 5,
	[OUTCOME_FAILED] = 15,
	[OUTCOME_PENDING] = 10,
	[OUTCOME_UNKNOWN] = 10,
};

#define ERROR_SHAPE "v7.5h2.5v-7.5z"

/* How many runs from this one on ended alike. */
static size_t alike(struct run *const *runs, size_t count)
{
	size_t length = 1;

	while (length < count && runs[length]->outcome == runs[0]->outcome)
		length++;
	return length;
}

/* "12 passed, 1 failed, 2 passed" */
static void add_outcomes(struct run *const *runs, size_t count, struct strbuf *out)
{
	for (size_t i = 0, length; i < count; i += length) {
		length = alike(runs + i, count - i);
		strbuf_addf(out, "%s%zu %s", i ? ", " : "", length, outcome_name(runs[i]->outcome));
	}
}

static void add_error_bars(struct strbuf *out, size_t first, size_t count)
{
	for (size_t i = first; i < first + count; i++)
		strbuf_addf(out, "M%zu.75 11.25" ERROR_SHAPE, i * BAR_STEP);
}

/* A line through neighbours, which its dashes divide. */
static void add_bars(struct strbuf *out, size_t first, size_t count, enum outcome outcome)
{
	strbuf_addf(out, "M%zu %dh%zu", first * BAR_STEP, middles[outcome],
		    count * BAR_STEP - BAR_GAP);
}

/* All runs of an outcome are one path. */
static void add_outcome(struct run *const *runs, size_t count, enum outcome outcome,
			struct strbuf *out)
{
	bool any = false;

	for (size_t i = 0, length; i < count; i += length) {
		length = alike(runs + i, count - i);
		if (runs[i]->outcome != outcome)
			continue;
		if (!any)
			strbuf_addf(out, "<path class=\"%s\" d=\"", outcome_name(outcome));
		any = true;
		if (outcome == OUTCOME_ERROR)
			add_error_bars(out, i, length);
		else
			add_bars(out, i, length, outcome);
	}
	if (any)
		strbuf_addstr(out, "\"/>");
}

void chart_sparkline(struct run *const *runs, size_t count, struct strbuf *out)
{
	const size_t width = count * BAR_STEP - BAR_GAP;

	if (!count)
		return;
	strbuf_addf(out,
		    "<svg class=\"strip\" width=\"%zu\" height=\"%d\" viewBox=\"0 0 %zu %d\""
		    " preserveAspectRatio=\"none\" role=\"img\""
		    " aria-label=\"Latest runs, oldest first: ",
		    width, BAR_HEIGHT, width, BAR_HEIGHT);
	add_outcomes(runs, count, out);
	strbuf_addstr(out, "\">");
	for (unsigned outcome = 0; outcome < OUTCOME_COUNT; outcome++)
		add_outcome(runs, count, (enum outcome)outcome, out);
	strbuf_addstr(out, "</svg>");
}
