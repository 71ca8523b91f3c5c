#include "case.h"

#include "chart.h"
#include "chart_case.h"
#include "runtally/analysis/series.h"
#include "runtally/base/format_number.h"

static const struct case_group *case_of(const struct value *of)
{
	return of->object;
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

static bool is_told(const struct drawn *drawn, enum run_measure measure)
{
	return chart_case_told(measure, drawn->runs, drawn->count) > 1;
}

static enum run_measure measure_of(const struct value *of)
{
	const struct member *member = of->detail;

	return (enum run_measure)member->at;
}

static bool has_run_chart(const struct value *of)
{
	struct drawn drawn = drawn_of(of);

	return is_told(&drawn, measure_of(of));
}

static void run_chart(const struct value *of, struct strbuf *out)
{
	struct drawn drawn = drawn_of(of);

	chart_case(measure_of(of), drawn.runs, drawn.count, out);
}

static bool has_run_charts(const struct value *of)
{
	struct drawn drawn = drawn_of(of);

	for (int measure = 0; measure < MEASURES; measure++)
		if (is_told(&drawn, (enum run_measure)measure))
			return true;
	return false;
}

/* `at` is an outcome; of those that are unfinished, either. */
static bool draws_outcome(const struct value *of)
{
	const struct member *member = of->detail;
	struct drawn drawn = drawn_of(of);

	for (size_t i = 0; i < drawn.count; i++) {
		enum outcome outcome = drawn.runs[i]->outcome;

		if (outcome == (enum outcome)member->at ||
		    (outcome > OUTCOME_PENDING && member->at == OUTCOME_PENDING))
			return true;
	}
	return false;
}

static void drawn_runs(const struct value *of, struct strbuf *out)
{
	format_count(out, drawn_of(of).count);
}

static void earlier_runs(const struct value *of, struct strbuf *out)
{
	format_count(out, drawn_of(of).earlier);
}

static bool has_earlier_runs(const struct value *of)
{
	return drawn_of(of).earlier > 0;
}

static void untimed_runs(const struct value *of, struct strbuf *out)
{
	format_count(out, drawn_of(of).untimed);
}

static bool has_untimed_runs(const struct value *of)
{
	return drawn_of(of).untimed > 0;
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

/* Whether one of the chart's points is so. */
static bool any_point(const struct value *of, bool (*is_so)(const struct series_point *))
{
	struct series series = series_of(of);
	bool any = false;

	for (size_t i = 0; i < series.count; i++)
		any = any || is_so(&series.points[i]);
	series_release(&series);
	return any;
}

static bool tells_cost(const struct series_point *point)
{
	return point->tally.cost_known > 0;
}

static bool tells_cost_partly(const struct series_point *point)
{
	return tally_cost_is_least(&point->tally);
}

static bool rate_has_few(const struct value *of)
{
	return any_point(of, series_is_few);
}

static bool rate_has_cost(const struct value *of)
{
	return any_point(of, tells_cost);
}

static bool rate_cost_partial(const struct value *of)
{
	return any_point(of, tells_cost_partly);
}

static const struct member over_time_members[] = {
	{"has_run_charts", FLAG, .flag = has_run_charts},
	{"has_duration_chart", FLAG, .flag = has_run_chart, .at = MEASURE_DURATION},
	{"duration_chart", MARKUP, .text = run_chart, .at = MEASURE_DURATION},
	{"has_latency_chart", FLAG, .flag = has_run_chart, .at = MEASURE_LATENCY},
	{"latency_chart", MARKUP, .text = run_chart, .at = MEASURE_LATENCY},
	{"has_cost_chart", FLAG, .flag = has_run_chart, .at = MEASURE_COST},
	{"cost_chart", MARKUP, .text = run_chart, .at = MEASURE_COST},
	{"has_score_chart", FLAG, .flag = has_run_chart, .at = MEASURE_SCORE},
	{"score_chart", MARKUP, .text = run_chart, .at = MEASURE_SCORE},
	{"draws_passed", FLAG, .flag = draws_outcome, .at = OUTCOME_PASSED},
	{"draws_failed", FLAG, .flag = draws_outcome, .at = OUTCOME_FAILED},
	{"draws_errors", FLAG, .flag = draws_outcome, .at = OUTCOME_ERROR},
	{"draws_unfinished", FLAG, .flag = draws_outcome, .at = OUTCOME_PENDING},
	{"drawn_runs", TEXT, .text = drawn_runs},
	{"earlier_runs", TEXT, .text = earlier_runs},
	{"has_earlier_runs", FLAG, .flag = has_earlier_runs},
	{"untimed_runs", TEXT, .text = untimed_runs},
	{"has_untimed_runs", FLAG, .flag = has_untimed_runs},
	{"has_rate_chart", FLAG, .flag = has_rate_chart},
	{"rate_chart", MARKUP, .text = rate_chart},
	{"rate_unit", TEXT, .text = rate_unit},
	{"rate_has_cost", FLAG, .flag = rate_has_cost},
	{"rate_cost_partial", FLAG, .flag = rate_cost_partial},
	{"rate_has_few", FLAG, .flag = rate_has_few},
};

static const struct value_class class_over_time = {
	.name = "over time",
	.members = over_time_members,
	.count = MEMBER_COUNT(over_time_members),
};

bool view_case_over_time(const struct value *of, struct value *out)
{
	*out = value_of(&class_over_time, value_view(of), of->object, 0);
	return has_run_charts(out) || has_rate_chart(out);
}
