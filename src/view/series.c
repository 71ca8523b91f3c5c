#include "series.h"

#include "chart.h"
#include "runtally/analysis/series.h"
#include "runtally/base/format_number.h"
#include "runtally/base/times.h"

static const struct series_point *point_of(const struct value *of)
{
	return of->object;
}

static void label_text(const struct value *of, struct strbuf *out)
{
	series_label(point_of(of), out);
}

static bool has_runs(const struct value *of)
{
	return point_of(of)->tally.runs > 0;
}

static void raw_date(const struct value *of, struct strbuf *out)
{
	char text[DATE_TEXT_SIZE];

	date_text(point_of(of)->day * DAY_MS, text);
	strbuf_addstr(out, text);
}

static const struct member point_members[] = {
	{"label", TEXT, .text = label_text},
	{"has_runs", FLAG, .flag = has_runs},
	{.raw = "date", .kind = TEXT, .text = raw_date},
	{"raw", .kind = RAW},
};

static const struct value_class class_point = {
	.name = "point",
	.members = point_members,
	.count = MEMBER_COUNT(point_members),
	.base = &class_tally,
};

/* ---- the trend: its days and weeks are without gaps ---- */

static bool next_point(const struct value *of, const struct series *series,
		       struct value_cursor *cursor, struct value *out)
{
	if (cursor->index >= series->count)
		return false;
	*out = value_of(&class_point, value_view(of), &series->points[cursor->index],
			cursor->index);
	cursor->index++;
	return true;
}

static bool trend_days(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	return next_point(of, value_view(of)->days, cursor, out);
}

static bool trend_weeks(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	return next_point(of, value_view(of)->weeks, cursor, out);
}

static const struct member trend_members[] = {
	{"days", LIST, .next = trend_days},
	{"weeks", LIST, .next = trend_weeks},
};

static const struct value_class class_trend = {
	.name = "trend",
	.members = trend_members,
	.count = MEMBER_COUNT(trend_members),
};

/* ---- members of the report ---- */

bool view_trend(const struct value *of, struct value *out)
{
	*out = value_of(&class_trend, value_view(of), value_view(of), 0);
	return value_view(of)->days && value_view(of)->weeks;
}

void view_zone(const struct value *of, struct strbuf *out)
{
	char text[ZONE_TEXT_SIZE];

	(void)of;
	time_zone_text(text);
	strbuf_addstr(out, text);
}

bool view_has_zone(const struct value *of)
{
	(void)of;
	return time_of_local_day(0) != 0;
}

bool view_has_series(const struct value *of)
{
	const struct series *series = value_view(of)->series;

	return series && series->count > 1;
}

bool view_series_points(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	const struct series *series = value_view(of)->series;

	return view_has_series(of) && next_point(of, series, cursor, out);
}

void view_series_unit(const struct value *of, struct strbuf *out)
{
	if (view_has_series(of))
		strbuf_addstr(out, series_unit_name(value_view(of)->series->unit));
}

bool view_has_untimed(const struct value *of)
{
	const struct series *series = value_view(of)->series;

	return series && series->untimed > 0;
}

void view_series_untimed(const struct value *of, struct strbuf *out)
{
	if (value_view(of)->series)
		format_count(out, value_view(of)->series->untimed);
}

/* Whether any point is one that `test` finds. */
static bool any_point(const struct value *of, bool (*test)(const struct series_point *point))
{
	const struct series *series = value_view(of)->series;

	for (size_t i = 0; series && i < series->count; i++)
		if (test(&series->points[i]))
			return true;
	return false;
}

static bool tells_cost(const struct series_point *point)
{
	return point->tally.cost_known > 0;
}

static bool tells_latency(const struct series_point *point)
{
	return point->tally.latency.known > 0;
}

static bool tells_cost_partly(const struct series_point *point)
{
	return tally_cost_is_least(&point->tally);
}

bool view_series_any_latency(const struct value *of)
{
	return any_point(of, tells_latency);
}

bool view_series_any_few(const struct value *of)
{
	return any_point(of, series_is_few);
}

bool view_series_any_cost(const struct value *of)
{
	return any_point(of, tells_cost);
}

bool view_series_any_partly(const struct value *of)
{
	return any_point(of, tells_cost_partly);
}

bool view_series_any_own(const struct value *of)
{
	return view_has_series(of) && value_view(of)->series->own_count > 0;
}

void view_series_chart(const struct value *of, struct strbuf *out)
{
	if (view_has_series(of))
		chart_series(value_view(of)->series, out);
}
