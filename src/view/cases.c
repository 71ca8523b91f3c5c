#include "charts.h"
#include "members.h"
#include "runtally/view/plan.h"

static const struct results *results_of(const struct value *of)
{
	return value_view(of)->results;
}

/* Runs of the report, `count` of them. */
static void list_runs(const struct value *of, size_t first, size_t count, struct value_list *list)
{
	value_pointers(list, results_of(of)->runs + first, count);
}

/* ---- cases ---- */

static const struct case_group *case_of(const struct value *of)
{
	return of->object;
}

static const void *suite_from(const struct value *of)
{
	return &results_of(of)->suites[case_of(of)->suite];
}

static bool case_is_listed(const struct value *of)
{
	const struct view_plan *plan = value_view(of)->plan;

	return !plan || plan->cases[case_of(of) - results_of(of)->cases];
}

static int64_t case_failures(const struct value *of)
{
	return (int64_t)tally_failures(&case_of(of)->tally);
}

static bool case_passes_again(const struct value *of)
{
	return case_of(of)->state == CASE_PASSES && case_failures(of);
}

static void case_runs(const struct value *of, struct value_list *list)
{
	list_runs(of, case_of(of)->first_run, case_of(of)->run_count, list);
}

/* The latest first: those of this part. */
static bool next_latest(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	const struct case_group *group = case_of(of);
	struct view_window window = view_window(value_view(of), LIST_RUNS);
	size_t at = window.first + cursor->index;

	if (cursor->index >= window.count || at >= group->run_count)
		return false;
	*out = value_made(of, results_of(of)->runs[group->first_run + group->run_count - 1 - at],
			  at);
	cursor->index++;
	return true;
}

static int64_t hidden_runs(const struct value *of)
{
	return view_hidden(of, LIST_RUNS, case_of(of)->run_count);
}

/* Its latest runs; those that tell no time stand before the others, and have no order. */
static void case_sparkline(const struct value *of, struct value_list *list)
{
	const struct case_group *group = case_of(of);
	size_t end = group->first_run + group->run_count, count = 0;

	while (count < group->run_count && count < SPARKLINE_LENGTH &&
	       run_tells_time(results_of(of)->runs[end - 1 - count]))
		count++;
	list_runs(of, end - count, count, list);
}

static void case_sparkline_chart(const struct value *of, struct strbuf *out)
{
	struct value_list list = {.count = 0};

	case_sparkline(of, &list);
	chart_sparkline(list.items, list.count, out);
}

/* The latest of its runs that is a failure: the one that speaks for the case. */
static const void *case_last_failure(const struct value *of)
{
	const struct case_group *group = case_of(of);

	for (size_t i = group->run_count; i > 0; i--) {
		const struct run *run = results_of(of)->runs[group->first_run + i - 1];

		if (run_is_failure(run))
			return run;
	}
	return NULL;
}

static const void *case_comparison(const struct value *of)
{
	const struct comparison *comparison = value_view(of)->comparison;

	return comparison ? comparison_of_case(comparison, of->object) : NULL;
}

#define AT(member)       .at = offsetof(struct case_group, member)
#define OF_SUITE(member) .from = suite_from, .at = offsetof(struct suite_group, member)

static const struct member case_members[] = {
	{"source", TEXT, OF_SUITE(source)},
	{"id", TEXT, AT(id)},
	{"name", TEXT, AT(name)},
	{"anchor", TEXT, .text = text_case_anchor},
	{"suite", TEXT, OF_SUITE(title)},
	{"environment", TEXT, OF_SUITE(environment)},
	{"suite_anchor", TEXT, .text = text_suite_anchor, .from = suite_from},
	{"href", TEXT, .text = text_case_href},
	{"suite_href", TEXT, .text = text_suite_href, .from = suite_from},
	{"is_listed", FLAG, .flag = case_is_listed},
	{"flaky", FLAG, AT(flaky)},
	{"last_outcome", OUTCOME, AT(last_outcome)},
	{"last_at", MINUTE, AT(last_at), .raw = "last_at"},
	{"fails_now", IS, AT(state), .mask = 1U << CASE_FAILS},
	{"passes_again", FLAG, .flag = case_passes_again},
	{"streak", COUNT, AT(streak)},
	{"since", MINUTE, AT(since_at)},
	{"runs", LIST, .list = case_runs, .is = CLASS_RUN},
	{"latest_runs", LIST, .next = next_latest, .is = CLASS_RUN},
	{"hidden_runs", COUNT, .number = hidden_runs, .has = "has_hidden_runs"},
	{"strip", LIST, .list = case_sparkline, .is = CLASS_RUN},
	{"strip_chart", MARKUP, .text = case_sparkline_chart},
	{"failure_count", COUNT, .number = case_failures, .has = "has_failures"},
	{"last_failure", OBJECT, .from = case_last_failure, .is = CLASS_RUN},
	{"cells", LIST, .list = view_case_cells, .is = CLASS_CELL},
	{"over_time", OBJECT, .from = view_case_over_time, .is = CLASS_OVER_TIME},
	{"comparison", OBJECT, .from = case_comparison, .in_place = true, .is = CLASS_CASE_CHANGE},
	{.raw = "pass_hat", .kind = LIST, .list = view_case_tries, .is = CLASS_CASE_TRIES},
	{.raw = "has_pass_hat", .kind = FLAG, .flag = view_case_has_tries},
	{"raw", .kind = RAW},
};

const struct value_class class_case = CLASS_BASED("case", case_members, &class_tally);

/* ---- suites ---- */

static const struct suite_group *suite_of(const struct value *of)
{
	return of->object;
}

static bool keeps_planned(const struct value *of, const void *item, size_t index)
{
	const struct case_group *group = item;

	(void)index;
	return value_view(of)->plan->cases[group - results_of(of)->cases];
}

/* Those that a plan lists, of this part. */
static void suite_cases(const struct value *of, struct value_list *list)
{
	value_items(list, results_of(of)->cases + suite_of(of)->first_case,
		    suite_of(of)->case_count, sizeof(struct case_group));
	list->keeps = value_view(of)->plan ? keeps_planned : NULL;
}

static bool suite_is_listed(const struct value *of)
{
	const struct view_plan *plan = value_view(of)->plan;

	return !plan || plan->suites[suite_of(of) - results_of(of)->suites];
}

static int64_t omitted_cases(const struct value *of)
{
	const struct suite_group *suite = suite_of(of);
	const struct view_plan *plan = value_view(of)->plan;
	int64_t omitted = 0;

	for (size_t i = 0; plan && i < suite->case_count; i++)
		omitted += !plan->cases[suite->first_case + i];
	return omitted;
}

static void suite_runs(const struct value *of, struct value_list *list)
{
	list_runs(of, suite_of(of)->first_run, suite_of(of)->run_count, list);
}

static int64_t failure_count(const struct value *of)
{
	return (int64_t)tally_failures(&suite_of(of)->tally);
}

static bool suite_has_failures(const struct value *of)
{
	return failure_count(of) > 0;
}

/* The budget is the report's: the suites before this one use it up first. */
static uint64_t shown_cases(const struct value *of)
{
	uint64_t own = suite_of(of)->failing_cases, used = suite_of(of)->failing_before;
	uint64_t rows = value_view(of)->rows, left = rows > used ? rows - used : 0;

	return own < left ? own : left;
}

static bool keeps_failing(const struct value *of, const void *item, size_t index)
{
	const struct case_group *group = item;

	(void)of;
	(void)index;
	return tally_failures(&group->tally) > 0;
}

static void suite_failing_cases(const struct value *of, struct value_list *list)
{
	value_items(list, results_of(of)->cases + suite_of(of)->first_case,
		    suite_of(of)->case_count, sizeof(struct case_group));
	list->keeps = keeps_failing;
	list->cut = true;
	list->most = (size_t)shown_cases(of);
}

static bool suite_has_failing_cases(const struct value *of)
{
	return shown_cases(of) > 0;
}

static int64_t hidden_cases(const struct value *of)
{
	return (int64_t)(suite_of(of)->failing_cases - shown_cases(of));
}

static void suite_sparkline_chart(const struct value *of, struct strbuf *out)
{
	chart_sparkline(suite_of(of)->sparkline, suite_of(of)->sparkline_count, out);
}

static const void *suite_comparison(const struct value *of)
{
	const struct comparison *comparison = value_view(of)->comparison;

	return comparison ? comparison_of_suite(comparison, of->object) : NULL;
}

#define SUITE_AT(member) .at = offsetof(struct suite_group, member)

static const struct member suite_members[] = {
	{"source", TEXT, SUITE_AT(source)},
	{"id", TEXT, SUITE_AT(id)},
	{"name", TEXT, SUITE_AT(name)},
	{"title", TEXT, SUITE_AT(title)},
	{"environment", TEXT, SUITE_AT(environment)},
	{"anchor", TEXT, .text = text_suite_anchor},
	{"href", TEXT, .text = text_suite_href},
	{"cases", LIST, .list = suite_cases, .cut = 1 + LIST_CASES, .is = CLASS_CASE},
	{"is_listed", FLAG, .flag = suite_is_listed},
	{"omitted_cases", COUNT, .number = omitted_cases, .has = "has_omitted_cases"},
	{"runs", LIST, .list = suite_runs, .is = CLASS_RUN},
	{"shown_runs", LIST, .list = suite_runs, .keeps = view_keeps_shown, .is = CLASS_RUN},
	{"failures", LIST, .list = suite_runs, .keeps = view_keeps_failure, .is = CLASS_RUN},
	{"has_failures", FLAG, .flag = suite_has_failures},
	{"failure_count", COUNT, .number = failure_count},
	{"failing_cases", LIST, .list = suite_failing_cases, .is = CLASS_CASE},
	{"has_failing_cases", FLAG, .flag = suite_has_failing_cases},
	{"hidden_cases", COUNT, .number = hidden_cases, .has = "has_hidden_cases"},
	{"case_count", SIZE, SUITE_AT(case_count)},
	{"flaky_count", COUNT, SUITE_AT(flaky_cases), .has = "has_flaky"},
	{"strip", LIST, POINTERS(struct suite_group, sparkline, sparkline_count), .is = CLASS_RUN},
	{"strip_chart", MARKUP, .text = suite_sparkline_chart},
	{"matrix", OBJECT, .from = view_suite_matrix, .is = CLASS_MATRIX},
	{"comparison", OBJECT, .from = suite_comparison, .in_place = true,
	 .is = CLASS_SUITE_CHANGE},
};

const struct value_class class_suite = CLASS_BASED("suite", suite_members, &class_tally);

/* ---- sources ---- */

static const struct member source_members[] = {
	{"source", TEXT, .at = offsetof(struct source_group, source)},
};

const struct value_class class_source = CLASS_BASED("source", source_members, &class_tally);
