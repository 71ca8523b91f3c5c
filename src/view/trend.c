
#include "charts.h"
#include "members.h"
#include "runtally/analysis/reliability.h"
#include "runtally/analysis/series.h"
#include "runtally/analysis/stats.h"
#include "runtally/base/times.h"

/* ---- points ---- */

static void label_text(const struct value *of, struct strbuf *out)
{
	series_label(of->object, out);
}

static void raw_date(const struct value *of, struct strbuf *out)
{
	const struct series_point *point = of->object;
	char text[DATE_TEXT_SIZE];

	date_text(point->day * DAY_MS, text);
	strbuf_addstr(out, text);
}

static const struct member point_members[] = {
	{"label", TEXT, .text = label_text},
	{"has_runs", ANY, .at = offsetof(struct series_point, tally.runs)},
	{.raw = "date", .kind = TEXT, .text = raw_date},
	{"raw", .kind = RAW},
};

static const struct value_class class_point = CLASS_BASED("point", point_members, &class_tally);

/* ---- the trend: its days and weeks are without gaps ---- */

static const struct member trend_members[] = {
	{"days", LIST, VIA(struct view, days), ITEMS(struct series, points, count),
	 .class = &class_point},
	{"weeks", LIST, VIA(struct view, weeks), ITEMS(struct series, points, count),
	 .class = &class_point},
};

static const struct value_class class_trend = CLASS("trend", trend_members);

static const void *trend_from(const struct value *of)
{
	const struct view *view = value_view(of);

	return view->days && view->weeks ? view : NULL;
}

/* ---- the series ---- */

/* NULL: there is none, or a single point. */
static const void *shown_series(const struct value *of)
{
	const struct series *series = value_view(of)->series;

	return series && series->count > 1 ? series : NULL;
}

static void series_unit(const struct value *of, struct strbuf *out)
{
	if (shown_series(of))
		strbuf_addstr(out, series_unit_name(value_view(of)->series->unit));
}

static bool has_trait(const struct series_point *point, enum point_trait trait)
{
	switch (trait) {
	case POINT_FEW:
		return series_is_few(point);
	case POINT_COST:
		return point->tally.cost_known > 0;
	case POINT_COST_PARTIAL:
		return tally_cost_is_least(&point->tally);
	case POINT_LATENCY:
		break;
	}
	return point->tally.latency.known > 0;
}

bool view_any_point(const struct series *series, enum point_trait trait)
{
	for (size_t i = 0; i < series->count; i++)
		if (has_trait(&series->points[i], trait))
			return true;
	return false;
}

/* `at` is the trait. */
static bool any_point(const struct value *of)
{
	const struct series *series = value_view(of)->series;

	return series && view_any_point(series, (enum point_trait)value_member(of)->at);
}

static bool has_own(const struct value *of)
{
	return shown_series(of) && value_view(of)->series->own_count > 0;
}

static void series_chart(const struct value *of, struct strbuf *out)
{
	if (shown_series(of))
		chart_series(shown_series(of), out);
}

/* With the offsets of all times that the report has days of. */
static void zone_text(const struct value *of, struct strbuf *out)
{
	const struct view *view = value_view(of);
	int64_t from = view->counts->period_from, to = view->counts->period_to;

	if (from == TIME_UNKNOWN)
		from = to = view->render->now;
	if (view->weeks && view->weeks->count)
		widen_time(&from, &to, view->weeks->points[0].day * DAY_MS,
			   view->weeks->points[0].day * DAY_MS);
	time_zone_text(from, to, out);
}

static bool has_zone(const struct value *of)
{
	(void)of;
	return !time_zone_is_utc();
}

/* ---- reliability: of so many tries, of->index + 1 ---- */

static int64_t tries(const struct value *of)
{
	return (int64_t)of->index + 1;
}

/* For drawing. */
static int64_t rate_end(const struct value *of)
{
	const struct pass_hat *hat = of->object;

	return hat->rate / 100;
}

/* For people, every other one; of a single try, the others tell. */
static bool is_shown(const struct value *of)
{
	const struct pass_hat *hat = of->object;

	return of->index % 2 && hat->cases >= TRIED_FEW;
}

#define HAT_AT(member) .at = offsetof(struct pass_hat, member)

static const struct member pass_hat_members[] = {
	{"k", COUNT, .number = tries},
	{"cases", COUNT, HAT_AT(cases)},
	{"is_shown", FLAG, .flag = is_shown},
	{"rate", PERCENT, HAT_AT(rate), .raw = "rate"},
	{"single", PERCENT, HAT_AT(single), .raw = "single"},
	{.raw = "cases", .kind = DIGITS, HAT_AT(cases)},
	{"rate_end", SHARE, .number = rate_end},
	{"raw", .kind = RAW},
};

static const struct value_class class_pass_hat = CLASS("pass^k", pass_hat_members);

static void window_text(const struct value *of, struct strbuf *out)
{
	const struct reliability *reliability = of->object;

	if (reliability->first_at != TIME_UNKNOWN)
		view_add_days(reliability->first_at, reliability->last_at, out);
}

/* Those that have a case. */
static void pass_hats(const struct value *of, struct value_list *list)
{
	const struct reliability *reliability = of->object;

	list->items = reliability->pass_hat;
	list->size = sizeof(*reliability->pass_hat);
	while (list->count < TRIES_MOST && reliability->pass_hat[list->count].cases)
		list->count++;
}

static bool example(const struct value *of, struct value *out)
{
	const struct reliability *reliability = of->object;
	unsigned k = reliability_example(reliability);

	if (k)
		*out = value_made(of, &reliability->pass_hat[k - 1], k - 1);
	return k > 0;
}

#define AT(member) .at = offsetof(struct reliability, member)

static const struct member reliability_members[] = {
	{.raw = "from", .kind = TIME, AT(first_at)},
	{.raw = "to", .kind = TIME, AT(last_at)},
	{"window", TEXT, .text = window_text},
	{"is_wider", FLAG, AT(is_wider)},
	{"pass_hat", LIST, .list = pass_hats, .class = &class_pass_hat},
	{"example", OBJECT, .object = example, .class = &class_pass_hat},
	{"solid", COUNT, AT(solid), .raw = "solid"},
	{"shaky", COUNT, AT(shaky), .raw = "shaky"},
	{"dead", COUNT, AT(dead), .raw = "dead"},
	{"too_few", COUNT, AT(few), .raw = "too_few"},
	{"flaky", COUNT, AT(flaky), .raw = "flaky"},
	{"raw", .kind = RAW},
};

static const struct value_class class_reliability = CLASS("reliability", reliability_members);

/* ---- of a case ---- */

/* NULL: it has not two verdicts. */
static const struct tries *tries_of(const struct value *of)
{
	const struct view *view = value_view(of);
	const struct case_group *group = of->object;
	const struct tries *tries;

	if (!view->reliability)
		return NULL;
	tries = &view->reliability->cases[group - view->results->cases];
	return tries->judged > 1 ? tries : NULL;
}

bool view_case_has_tries(const struct value *of)
{
	return tries_of(of) != NULL;
}

void view_case_tries(const struct value *of, struct value_list *list)
{
	const struct tries *tries = tries_of(of);

	list->items = tries;
	if (tries)
		list->count = tries->judged < TRIES_MOST ? (size_t)tries->judged : TRIES_MOST;
}

static int64_t case_rate(const struct value *of)
{
	const struct tries *tries = of->object;

	return pass_hat_k(tries->judged, tries->passed, (unsigned)of->index + 1);
}

static const struct member case_tries_members[] = {
	{"value", MICRO, .number = case_rate},
};

const struct value_class class_case_tries = CLASS("pass^k of a case", case_tries_members);

/* ---- members of the report ---- */

static const struct member report_members[] = {
	{"series", LIST, .from = shown_series, ITEMS(struct series, points, count),
	 .class = &class_point, .has = "has_series"},
	{"series_unit", TEXT, .text = series_unit},
	{"series_untimed", COUNT, VIA(struct view, series), .at = offsetof(struct series, untimed),
	 .has = "has_series_untimed"},
	{"series_has_few", FLAG, .flag = any_point, .at = POINT_FEW},
	{"series_has_cost", FLAG, .flag = any_point, .at = POINT_COST},
	{"series_has_latency", FLAG, .flag = any_point, .at = POINT_LATENCY},
	{"series_cost_partial", FLAG, .flag = any_point, .at = POINT_COST_PARTIAL},
	{"series_has_own", FLAG, .flag = has_own},
	{"series_chart", MARKUP, .text = series_chart},
	{"zone", TEXT, .text = zone_text},
	{"has_zone", FLAG, .flag = has_zone},
	{"trend", OBJECT, .from = trend_from, .class = &class_trend},
	{"reliability", POINTER, .at = offsetof(struct view, reliability),
	 .class = &class_reliability},
};

const struct value_class report_series = CLASS("series of the report", report_members);
