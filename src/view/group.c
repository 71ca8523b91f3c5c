#include "group.h"

#include <stddef.h>

#include "anchor.h"
#include "case.h"
#include "compare.h"
#include "reliability.h"
#include "runtally/base/format_number.h"
#include "runtally/base/times.h"
#include "runtally/view/matrix.h"
#include "runtally/view/plan.h"
#include "runtally/view/site.h"
#include "sparkline.h"

static const struct results *report_of(const struct value *of)
{
	return value_view(of)->results;
}

/* The next of `count` runs from `first` on that is a failure; the cursor counts runs. */
bool view_next_failure(const struct value *of, size_t first, size_t count, size_t shown,
		       struct value_cursor *cursor, struct value *out)
{
	const struct results *results = report_of(of);
	size_t found = (size_t)(uintptr_t)cursor->position;

	while (cursor->index < count && found < shown) {
		const struct run *run = results->runs[first + cursor->index++];

		if (!run_is_failure(run))
			continue;
		*out = value_of(&class_run, value_view(of), run, found);
		cursor->position = (const void *)(uintptr_t)(found + 1);
		return true;
	}
	return false;
}

/* The next of `count` runs from `first` on whose details are shown; the cursor counts runs. */
bool view_next_shown(const struct value *of, size_t first, size_t count,
		     struct value_cursor *cursor, struct value *out)
{
	const struct results *results = report_of(of);
	size_t found = (size_t)(uintptr_t)cursor->position;

	while (cursor->index < count) {
		const struct run *run = results->runs[first + cursor->index++];

		if (!run_is_shown(value_view(of), run))
			continue;
		*out = value_of(&class_run, value_view(of), run, found);
		cursor->position = (const void *)(uintptr_t)(found + 1);
		return true;
	}
	return false;
}

bool view_next_run(const struct value *of, struct run *const *runs, size_t count,
		   struct value_cursor *cursor, struct value *out)
{
	if (cursor->index >= count)
		return false;
	*out = value_of(&class_run, value_view(of), runs[cursor->index], cursor->index);
	cursor->index++;
	return true;
}

/* The report's, those that fail now first. */
bool view_next_ranked(const struct value *of, const struct view_window *window,
		      struct value_cursor *cursor, struct value *out)
{
	const struct results *results = report_of(of);
	size_t at = window->first + cursor->index;

	if (cursor->index >= window->count || at >= results->failing_cases)
		return false;
	*out = value_of(&class_case, value_view(of), results->failing[at], at);
	cursor->index++;
	return true;
}

/* The cursor counts cases; its position, those with failures. */
bool view_next_failing(const struct value *of, size_t first, size_t count,
		       const struct view_window *window, struct value_cursor *cursor,
		       struct value *out)
{
	const struct results *results = report_of(of);
	size_t found = (size_t)(uintptr_t)cursor->position, end = view_window_end(window);

	while (cursor->index < count && found < end) {
		const struct case_group *group = &results->cases[first + cursor->index++];

		if (!tally_failures(&group->tally) || found++ < window->first)
			continue;
		*out = value_of(&class_case, value_view(of), group, found - 1);
		cursor->position = (const void *)(uintptr_t)found;
		return true;
	}
	return false;
}

/* ---- cases ---- */

static const struct case_group *case_of(const struct value *of)
{
	return of->object;
}

static const struct suite_group *suite_of_case(const struct value *of)
{
	return &report_of(of)->suites[case_of(of)->suite];
}

static void case_source(const struct value *of, struct strbuf *out)
{
	strbuf_addstr(out, suite_of_case(of)->source);
}

static void case_suite(const struct value *of, struct strbuf *out)
{
	strbuf_addstr(out, suite_of_case(of)->title);
}

static void case_suite_link(const struct value *of, struct strbuf *out)
{
	anchor_suite(out, suite_of_case(of));
}

static void case_link(const struct value *of, struct strbuf *out)
{
	anchor_case(out, suite_of_case(of), case_of(of));
}

static void case_href(const struct value *of, struct strbuf *out)
{
	view_case_href(value_view(of), suite_of_case(of), case_of(of), out);
}

static void case_suite_href(const struct value *of, struct strbuf *out)
{
	view_suite_href(value_view(of), suite_of_case(of), out);
}

static void case_last_outcome(const struct value *of, struct strbuf *out)
{
	if (case_of(of)->last_outcome != OUTCOME_COUNT)
		strbuf_addstr(out, outcome_name(case_of(of)->last_outcome));
}

static bool case_fails_now(const struct value *of)
{
	return case_of(of)->state == CASE_FAILS;
}

static bool case_passes_again(const struct value *of)
{
	return case_of(of)->state == CASE_PASSES && tally_failures(&case_of(of)->tally);
}

static bool case_runs(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	const struct case_group *group = case_of(of);

	return view_next_run(of, report_of(of)->runs + group->first_run, group->run_count, cursor,
			     out);
}

/* The latest first: those of this part. */
static bool case_latest(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	const struct case_group *group = case_of(of);
	struct view_window window = view_window(value_view(of), LIST_RUNS);
	size_t at = window.first + cursor->index;

	if (cursor->index >= window.count || at >= group->run_count)
		return false;
	*out = value_of(&class_run, value_view(of),
			report_of(of)->runs[group->first_run + group->run_count - 1 - at], at);
	cursor->index++;
	return true;
}

static uint64_t hidden_runs(const struct value *of)
{
	size_t listed = view_window(value_view(of), LIST_RUNS).listed;

	return case_of(of)->run_count > listed ? case_of(of)->run_count - listed : 0;
}

static void case_hidden_runs(const struct value *of, struct strbuf *out)
{
	format_count(out, hidden_runs(of));
}

static bool case_has_hidden_runs(const struct value *of)
{
	return hidden_runs(of) > 0;
}

/* Its latest runs; nothing where none tells its time, for then there is no order. */
static struct run *const *sparkline_of(const struct value *of, size_t *count)
{
	const struct case_group *group = case_of(of);

	*count = group->run_count < SPARKLINE_LENGTH ? group->run_count : SPARKLINE_LENGTH;
	if (group->last_at == TIME_UNKNOWN)
		*count = 0;
	return report_of(of)->runs + group->first_run + group->run_count - *count;
}

static bool case_sparkline(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	size_t count;
	struct run *const *runs = sparkline_of(of, &count);

	return view_next_run(of, runs, count, cursor, out);
}

static void case_sparkline_chart(const struct value *of, struct strbuf *out)
{
	size_t count;
	struct run *const *runs = sparkline_of(of, &count);

	sparkline_add(runs, count, out);
}

static bool case_is_listed(const struct value *of)
{
	const struct view_plan *plan = value_view(of)->plan;

	return !plan || plan->cases[case_of(of) - report_of(of)->cases];
}

static void case_failure_count(const struct value *of, struct strbuf *out)
{
	format_count(out, tally_failures(&case_of(of)->tally));
}

static bool case_has_failures(const struct value *of)
{
	return tally_failures(&case_of(of)->tally) > 0;
}

/* The latest of its runs that is a failure: the one that speaks for the case. */
static bool case_last_failure(const struct value *of, struct value *out)
{
	const struct case_group *group = case_of(of);

	for (size_t i = group->run_count; i > 0; i--) {
		const struct run *run = report_of(of)->runs[group->first_run + i - 1];

		if (!run_is_failure(run))
			continue;
		*out = value_of(&class_run, value_view(of), run, 0);
		return true;
	}
	return false;
}

static const struct member case_members[] = {
	{"source", TEXT, .text = case_source},
	{"id", TEXT, .at = offsetof(struct case_group, id)},
	{"name", TEXT, .at = offsetof(struct case_group, name)},
	{"anchor", TEXT, .text = case_link},
	{"suite", TEXT, .text = case_suite},
	{"suite_anchor", TEXT, .text = case_suite_link},
	{"href", TEXT, .text = case_href},
	{"suite_href", TEXT, .text = case_suite_href},
	{"is_listed", FLAG, .flag = case_is_listed},
	{"flaky", FLAG, .at = offsetof(struct case_group, flaky)},
	{"last_outcome", TEXT, .text = case_last_outcome},
	{"last_at", MINUTE, .at = offsetof(struct case_group, last_at), .raw = "last_at"},
	{"fails_now", FLAG, .flag = case_fails_now},
	{"passes_again", FLAG, .flag = case_passes_again},
	{"streak", COUNT, .at = offsetof(struct case_group, streak)},
	{"since", MINUTE, .at = offsetof(struct case_group, since_at)},
	{"runs", LIST, .next = case_runs},
	{"latest_runs", LIST, .next = case_latest},
	{"hidden_runs", TEXT, .text = case_hidden_runs},
	{"has_hidden_runs", FLAG, .flag = case_has_hidden_runs},
	{"strip", LIST, .next = case_sparkline},
	{"strip_chart", MARKUP, .text = case_sparkline_chart},
	{"failure_count", TEXT, .text = case_failure_count},
	{"has_failures", FLAG, .flag = case_has_failures},
	{"last_failure", OBJECT, .object = case_last_failure},
	{"cells", LIST, .list = view_case_cells, .class = &class_cell},
	{"over_time", OBJECT, .object = view_case_over_time},
	{"comparison", OBJECT, .object = view_case_comparison},
	{.raw = "pass_hat", .kind = LIST, .next = view_case_pass_hat},
	{.raw = "has_pass_hat", .kind = FLAG, .flag = view_case_has_pass_hat},
	{"raw", .kind = RAW},
};

const struct value_class class_case = {
	.name = "case",
	.members = case_members,
	.count = MEMBER_COUNT(case_members),
	.base = &class_tally,
};

/* ---- suites ---- */

static const struct suite_group *suite_of(const struct value *of)
{
	return of->object;
}

static void suite_link(const struct value *of, struct strbuf *out)
{
	anchor_suite(out, suite_of(of));
}

static void suite_href(const struct value *of, struct strbuf *out)
{
	view_suite_href(value_view(of), suite_of(of), out);
}

/* Those that a plan lists, of this part; the cursor counts all. */
static bool suite_cases(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	const struct suite_group *suite = suite_of(of);
	const struct view_plan *plan = value_view(of)->plan;
	struct view_window window = view_window(value_view(of), LIST_CASES);
	size_t found = (size_t)(uintptr_t)cursor->position, end = view_window_end(&window);

	while (cursor->index < suite->case_count && found < end) {
		size_t at = suite->first_case + cursor->index++;

		if ((plan && !plan->cases[at]) || found++ < window.first)
			continue;
		*out = value_of(&class_case, value_view(of), &report_of(of)->cases[at], found - 1);
		cursor->position = (const void *)(uintptr_t)found;
		return true;
	}
	return false;
}

static bool suite_is_listed(const struct value *of)
{
	const struct view_plan *plan = value_view(of)->plan;

	return !plan || plan->suites[suite_of(of) - report_of(of)->suites];
}

static uint64_t omitted_cases(const struct value *of)
{
	const struct suite_group *suite = suite_of(of);
	const struct view_plan *plan = value_view(of)->plan;
	uint64_t omitted = 0;

	for (size_t i = 0; plan && i < suite->case_count; i++)
		omitted += !plan->cases[suite->first_case + i];
	return omitted;
}

static void suite_omitted_cases(const struct value *of, struct strbuf *out)
{
	format_count(out, omitted_cases(of));
}

static bool suite_has_omitted_cases(const struct value *of)
{
	return omitted_cases(of) > 0;
}

static bool suite_runs(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	const struct suite_group *suite = suite_of(of);

	return view_next_run(of, report_of(of)->runs + suite->first_run, suite->run_count, cursor,
			     out);
}

static bool suite_shown_runs(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	return view_next_shown(of, suite_of(of)->first_run, suite_of(of)->run_count, cursor, out);
}

static bool suite_failures(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	const struct suite_group *suite = suite_of(of);

	return view_next_failure(of, suite->first_run, suite->run_count, SIZE_MAX, cursor, out);
}

static void suite_failure_count(const struct value *of, struct strbuf *out)
{
	format_count(out, tally_failures(&suite_of(of)->tally));
}

static bool suite_has_failures(const struct value *of)
{
	return tally_failures(&suite_of(of)->tally) > 0;
}

/* The budget is the report's: the suites before this one use it up first. */
static uint64_t shown_cases(const struct value *of)
{
	uint64_t own = suite_of(of)->failing_cases, used = suite_of(of)->failing_before;
	uint64_t rows = value_view(of)->rows, left = rows > used ? rows - used : 0;

	return own < left ? own : left;
}

static bool suite_failing_cases(const struct value *of, struct value_cursor *cursor,
				struct value *out)
{
	const struct suite_group *suite = suite_of(of);
	struct view_window window = {.count = (size_t)shown_cases(of)};

	return view_next_failing(of, suite->first_case, suite->case_count, &window, cursor, out);
}

static bool suite_has_failing_cases(const struct value *of)
{
	return shown_cases(of) > 0;
}

static void suite_hidden_cases(const struct value *of, struct strbuf *out)
{
	format_count(out, suite_of(of)->failing_cases - shown_cases(of));
}

static bool suite_has_hidden_cases(const struct value *of)
{
	return suite_of(of)->failing_cases > shown_cases(of);
}

static bool suite_sparkline(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	return view_next_run(of, suite_of(of)->sparkline, suite_of(of)->sparkline_count, cursor,
			     out);
}

static void suite_sparkline_chart(const struct value *of, struct strbuf *out)
{
	sparkline_add(suite_of(of)->sparkline, suite_of(of)->sparkline_count, out);
}

static const struct member suite_members[] = {
	{"source", TEXT, .at = offsetof(struct suite_group, source)},
	{"id", TEXT, .at = offsetof(struct suite_group, id)},
	{"name", TEXT, .at = offsetof(struct suite_group, name)},
	{"title", TEXT, .at = offsetof(struct suite_group, title)},
	{"anchor", TEXT, .text = suite_link},
	{"href", TEXT, .text = suite_href},
	{"cases", LIST, .next = suite_cases},
	{"is_listed", FLAG, .flag = suite_is_listed},
	{"omitted_cases", TEXT, .text = suite_omitted_cases},
	{"has_omitted_cases", FLAG, .flag = suite_has_omitted_cases},
	{"runs", LIST, .next = suite_runs},
	{"shown_runs", LIST, .next = suite_shown_runs},
	{"failures", LIST, .next = suite_failures},
	{"has_failures", FLAG, .flag = suite_has_failures},
	{"failure_count", TEXT, .text = suite_failure_count},
	{"failing_cases", LIST, .next = suite_failing_cases},
	{"has_failing_cases", FLAG, .flag = suite_has_failing_cases},
	{"hidden_cases", TEXT, .text = suite_hidden_cases},
	{"has_hidden_cases", FLAG, .flag = suite_has_hidden_cases},
	{"case_count", SIZE, .at = offsetof(struct suite_group, case_count)},
	{"flaky_count", COUNT, .at = offsetof(struct suite_group, flaky_cases)},
	{"has_flaky", ANY, .at = offsetof(struct suite_group, flaky_cases)},
	{"strip", LIST, .next = suite_sparkline},
	{"strip_chart", MARKUP, .text = suite_sparkline_chart},
	{"matrix", OBJECT, .object = view_suite_matrix},
	{"comparison", OBJECT, .object = view_suite_comparison},
};

const struct value_class class_suite = {
	.name = "suite",
	.members = suite_members,
	.count = MEMBER_COUNT(suite_members),
	.base = &class_tally,
};

/* ---- sources ---- */

static const struct member source_members[] = {
	{"source", TEXT, .at = offsetof(struct source_group, source)},
};

const struct value_class class_source = {
	.name = "source",
	.members = source_members,
	.count = MEMBER_COUNT(source_members),
	.base = &class_tally,
};
