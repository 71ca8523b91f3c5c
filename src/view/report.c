#include <stddef.h>
#include <string.h>

#include "brand/brand.h"
#include "compare.h"
#include "criteria.h"
#include "failure_group.h"
#include "group.h"
#include "inputs.h"
#include "note.h"
#include "reliability.h"
#include "runtally/analysis/analysis.h"
#include "runtally/base/format_number.h"
#include "runtally/base/times.h"
#include "runtally/view/breakdown.h"
#include "runtally/view/plan.h"
#include "runtally/view/search.h"
#include "runtally/view/site.h"
#include "series.h"
#include "table.h"
#include "top.h"

static const struct results *report_of(const struct value *of)
{
	return value_view(of)->results;
}

/* Of a list of `count`, how many a size budget leaves out. */
static uint64_t hidden_of(const struct value *of, enum view_list list, uint64_t count)
{
	size_t listed = view_window(value_view(of), list).listed;

	return count > listed ? count - listed : 0;
}

/* ---- gates ---- */

static const struct member gate_members[] = {
	{"name", TEXT, .at = offsetof(struct gate, name)},
	{"wanted", TEXT, .at = offsetof(struct gate, wanted)},
	{"found", TEXT, .at = offsetof(struct gate, found)},
	{"met", FLAG, .at = offsetof(struct gate, met)},
};

static const struct value_class class_gate = {
	.name = "gate",
	.members = gate_members,
	.count = MEMBER_COUNT(gate_members),
};

/* ---- the report: the object is the view ---- */

static const struct view *view_of(const struct value *of)
{
	return of->object;
}

static void version_text(const struct value *of, struct strbuf *out)
{
	(void)of;
	strbuf_addstr(out, RUNTALLY_VERSION);
}

static bool has_runs(const struct value *of)
{
	return report_of(of)->run_count > 0;
}

static bool report_totals(const struct value *of, struct value *out)
{
	*out = value_of(&class_tally, value_view(of), &report_of(of)->totals, 0);
	return true;
}

static bool report_sources(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	if (cursor->index >= report_of(of)->source_count)
		return false;
	*out = value_of(&class_source, value_view(of), &report_of(of)->sources[cursor->index],
			cursor->index);
	cursor->index++;
	return true;
}

/* Those that a plan lists. */
static bool report_suites(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	const struct view_plan *plan = view_of(of)->plan;

	while (plan && cursor->index < report_of(of)->suite_count && !plan->suites[cursor->index])
		cursor->index++;
	if (cursor->index >= report_of(of)->suite_count)
		return false;
	*out = value_of(&class_suite, value_view(of), &report_of(of)->suites[cursor->index],
			cursor->index);
	cursor->index++;
	return true;
}

static bool report_worst(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	struct view_window window = view_window(view_of(of), LIST_SUITES);
	size_t at = window.first + cursor->index;

	if (cursor->index >= window.count || at >= report_of(of)->suite_count)
		return false;
	*out = value_of(&class_suite, value_view(of), report_of(of)->worst[at], at);
	cursor->index++;
	return true;
}

static bool report_cases(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	if (cursor->index >= report_of(of)->case_count)
		return false;
	*out = value_of(&class_case, value_view(of), &report_of(of)->cases[cursor->index],
			cursor->index);
	cursor->index++;
	return true;
}

static bool report_flaky(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	struct view_window window = view_window(view_of(of), LIST_FLAKY);
	const struct results *results = report_of(of);
	size_t found = (size_t)(uintptr_t)cursor->position, end = view_window_end(&window);

	while (cursor->index < results->case_count && found < end) {
		const struct case_group *group = &results->cases[cursor->index++];

		if (!group->flaky || found++ < window.first)
			continue;
		*out = value_of(&class_case, value_view(of), group, found - 1);
		cursor->position = (const void *)(uintptr_t)found;
		return true;
	}
	return false;
}

static bool report_runs(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	return view_next_run(of, report_of(of)->runs, report_of(of)->run_count, cursor, out);
}

static bool report_failures(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	return view_next_failure(of, 0, report_of(of)->run_count, view_of(of)->rows, cursor, out);
}

static bool report_shown(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	return view_next_shown(of, 0, report_of(of)->run_count, cursor, out);
}

static bool report_failing_cases(const struct value *of, struct value_cursor *cursor,
				 struct value *out)
{
	struct view_window window = view_window(view_of(of), LIST_FAILING);

	return view_next_ranked(of, &window, cursor, out);
}

/* What a plan leaves out; `at` is the count's offset in it. */
static uint64_t omitted(const struct value *of)
{
	const struct member *member = of->detail;
	const char *plan = (const char *)view_of(of)->plan;

	return plan ? *(const uint64_t *)(plan + member->at) : 0;
}

static void omitted_text(const struct value *of, struct strbuf *out)
{
	format_count(out, omitted(of));
}

static bool omitted_flag(const struct value *of)
{
	return omitted(of) > 0;
}

static bool has_omissions(const struct value *of)
{
	const struct view_plan *plan = view_of(of)->plan;

	return plan && (plan->omitted_suites || plan->omitted_cases || plan->omitted_runs);
}

/* What a size budget leaves out of the lists; `at` says of which. */
static uint64_t hidden_rows(const struct value *of)
{
	const struct results *results = report_of(of);
	const struct member *member = of->detail;
	enum view_list list = (enum view_list)member->at;

	switch (list) {
	case LIST_SUITES:
		return hidden_of(of, list, results->suite_count);
	case LIST_FAILURES:
		return hidden_of(of, list, tally_failures(&results->totals));
	case LIST_FAILING:
		return hidden_of(of, list, results->failing_cases);
	case LIST_FLAKY:
		return hidden_of(of, list, results->flaky_cases);
	default:
		break;
	}
	return hidden_of(of, LIST_NOTES, view_of(of)->notes->count) + view_of(of)->notes->dropped;
}

static void hidden_text(const struct value *of, struct strbuf *out)
{
	format_count(out, hidden_rows(of));
}

static bool hidden_flag(const struct value *of)
{
	return hidden_rows(of) > 0;
}

/* Of the failing cases, those in a state: `at`. They stand together (report.failing). */
static uint64_t count_in_state(const struct value *of)
{
	const struct results *results = report_of(of);
	const struct member *member = of->detail;
	uint64_t count = 0;

	for (size_t i = 0; i < results->failing_cases; i++)
		count += results->failing[i]->state == member->at;
	return count;
}

static void state_count(const struct value *of, struct strbuf *out)
{
	format_count(out, count_in_state(of));
}

static bool state_has(const struct value *of)
{
	return count_in_state(of) > 0;
}

static void failing_count(const struct value *of, struct strbuf *out)
{
	format_count(out, report_of(of)->failing_cases);
}

static void failure_count(const struct value *of, struct strbuf *out)
{
	format_count(out, tally_failures(&report_of(of)->totals));
}

static bool has_failures(const struct value *of)
{
	return tally_failures(&report_of(of)->totals) > 0;
}

static void suite_count(const struct value *of, struct strbuf *out)
{
	format_count(out, report_of(of)->suite_count);
}

static void case_count(const struct value *of, struct strbuf *out)
{
	format_count(out, report_of(of)->case_count);
}

static void flaky_count(const struct value *of, struct strbuf *out)
{
	format_count(out, report_of(of)->flaky_cases);
}

static bool has_flaky(const struct value *of)
{
	return report_of(of)->flaky_cases > 0;
}

static bool report_gates(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	if (cursor->index >= view_of(of)->gates->count)
		return false;
	*out = value_of(&class_gate, value_view(of), &view_of(of)->gates->items[cursor->index],
			cursor->index);
	cursor->index++;
	return true;
}

static bool has_gates(const struct value *of)
{
	return view_of(of)->gates->count > 0;
}

static bool gates_met(const struct value *of)
{
	return view_of(of)->gates->missed == 0;
}

static void pass_score_text(const struct value *of, struct strbuf *out)
{
	format_micro(out, view_of(of)->pass_score_micro);
	while (out->length && out->text[out->length - 1] == '0')
		strbuf_truncate(out, out->length - 1);
	if (out->length && out->text[out->length - 1] == '.')
		strbuf_truncate(out, out->length - 1);
}

/* `at` is the choice that this flag stands for. */
static bool details_flag(const struct value *of)
{
	const struct member *member = of->detail;

	return (size_t)view_of(of)->details == member->at;
}

#define PLAN_AT(member) offsetof(struct view_plan, member)

static const struct member report_members[] = {
	{"title", TEXT, .at = offsetof(struct view, title)},
	{"link", MARKUP, .at = offsetof(struct view, link)},
	{"has_logo", FLAG, .flag = view_has_logo},
	{"logo", TEXT, .text = view_logo},
	{"accent", OBJECT, .object = view_accent},
	{"version", TEXT, .text = version_text},
	{"has_runs", FLAG, .flag = has_runs},
	{"period", OBJECT, .object = view_period},
	{"inputs", OBJECT, .object = view_inputs},
	{"totals", OBJECT, .object = report_totals},
	{"comparison", OBJECT, .object = view_comparison},
	{"sources", LIST, .next = report_sources},
	{"suites", LIST, .next = report_suites},
	{"worst_suites", LIST, .next = report_worst},
	{"suite_count", TEXT, .text = suite_count},
	{"case_count", TEXT, .text = case_count},
	{"flaky_count", TEXT, .text = flaky_count},
	{"has_flaky", FLAG, .flag = has_flaky},
	{"has_failures", FLAG, .flag = has_failures},
	{"failure_count", TEXT, .text = failure_count},
	{"failures", LIST, .next = report_failures},
	{"failing_cases", LIST, .next = report_failing_cases},
	{"failing_count", TEXT, .text = failing_count},
	{"failing_now_count", TEXT, .text = state_count, .at = CASE_FAILS},
	{"has_failing_now", FLAG, .flag = state_has, .at = CASE_FAILS},
	{"passing_again_count", TEXT, .text = state_count, .at = CASE_PASSES},
	{"has_passing_again", FLAG, .flag = state_has, .at = CASE_PASSES},
	{"unordered_count", TEXT, .text = state_count, .at = CASE_MIXED},
	{"has_unordered", FLAG, .flag = state_has, .at = CASE_MIXED},
	{"families", LIST, .next = view_failure_groups},
	{"family_count", TEXT, .text = view_failure_group_count},
	{"has_families", FLAG, .flag = view_has_failure_groups},
	{"hidden_families", TEXT, .text = view_hidden_failure_groups},
	{"has_hidden_families", FLAG, .flag = view_has_hidden_failure_groups},
	{"worst_criteria", LIST, .next = view_worst_criteria},
	{"criterion_count", TEXT, .text = view_criterion_count},
	{"has_worst_criteria", FLAG, .flag = view_has_criteria},
	{"has_criterion_kinds", FLAG, .flag = view_has_kinds},
	{"hidden_criteria", TEXT, .text = view_hidden_criteria},
	{"has_hidden_criteria", FLAG, .flag = view_has_hidden_criteria},
	{"by_model", OBJECT, .object = view_by_model},
	{"by_agent", OBJECT, .object = view_by_agent},
	{"series", LIST, .next = view_series_points},
	{"has_series", FLAG, .flag = view_has_series},
	{"series_unit", TEXT, .text = view_series_unit},
	{"series_untimed", TEXT, .text = view_series_untimed},
	{"has_series_untimed", FLAG, .flag = view_has_untimed},
	{"series_has_few", FLAG, .flag = view_series_any_few},
	{"series_has_cost", FLAG, .flag = view_series_any_cost},
	{"series_has_latency", FLAG, .flag = view_series_any_latency},
	{"series_cost_partial", FLAG, .flag = view_series_any_partly},
	{"series_has_own", FLAG, .flag = view_series_any_own},
	{"series_chart", MARKUP, .text = view_series_chart},
	{"zone", TEXT, .text = view_zone},
	{"has_zone", FLAG, .flag = view_has_zone},
	{"trend", OBJECT, .object = view_trend},
	{"reliability", OBJECT, .object = view_reliability},
	{"costly_cases", LIST, .next = view_costly_cases},
	{"has_costly_cases", FLAG, .flag = view_has_costly},
	{"slow_cases", LIST, .next = view_slow_cases},
	{"has_slow_cases", FLAG, .flag = view_has_slow},
	{"hidden_suites", TEXT, .text = hidden_text, .at = LIST_SUITES},
	{"has_hidden_suites", FLAG, .flag = hidden_flag, .at = LIST_SUITES},
	{"hidden_failures", TEXT, .text = hidden_text, .at = LIST_FAILURES},
	{"has_hidden_failures", FLAG, .flag = hidden_flag, .at = LIST_FAILURES},
	{"hidden_cases", TEXT, .text = hidden_text, .at = LIST_FAILING},
	{"has_hidden_cases", FLAG, .flag = hidden_flag, .at = LIST_FAILING},
	{"hidden_flaky", TEXT, .text = hidden_text, .at = LIST_FLAKY},
	{"has_hidden_flaky", FLAG, .flag = hidden_flag, .at = LIST_FLAKY},
	{"hidden_notes", TEXT, .text = hidden_text, .at = LIST_NOTES},
	{"has_hidden_notes", FLAG, .flag = hidden_flag, .at = LIST_NOTES},
	{"has_omissions", FLAG, .flag = has_omissions},
	{"omitted_suites", TEXT, .text = omitted_text, .at = PLAN_AT(omitted_suites)},
	{"has_omitted_suites", FLAG, .flag = omitted_flag, .at = PLAN_AT(omitted_suites)},
	{"omitted_cases", TEXT, .text = omitted_text, .at = PLAN_AT(omitted_cases)},
	{"has_omitted_cases", FLAG, .flag = omitted_flag, .at = PLAN_AT(omitted_cases)},
	{"omitted_runs", TEXT, .text = omitted_text, .at = PLAN_AT(omitted_runs)},
	{"has_omitted_runs", FLAG, .flag = omitted_flag, .at = PLAN_AT(omitted_runs)},
	{"flaky", LIST, .next = report_flaky},
	{"shown_runs", LIST, .next = report_shown},
	{"runs", LIST, .next = report_runs},
	{"cases", LIST, .next = report_cases},
	{"gates", LIST, .next = report_gates},
	{"has_gates", FLAG, .flag = has_gates},
	{"gates_met", FLAG, .flag = gates_met},
	{"notes", LIST, .next = view_notes},
	{"has_notes", FLAG, .flag = view_has_notes},
	{"note_count", TEXT, .text = view_note_count},
	{"error_count", TEXT, .text = view_notes_text, .at = offsetof(struct notes, errors)},
	{"has_error_notes", FLAG, .flag = view_has_error_notes},
	{"warning_count", TEXT, .text = view_notes_text, .at = offsetof(struct notes, warnings)},
	{"dropped_notes", TEXT, .text = view_dropped_notes},
	{"pass_score", TEXT, .text = pass_score_text},
	{"shows_failed", FLAG, .flag = details_flag, .at = DETAILS_FAILED},
	{"shows_all", FLAG, .flag = details_flag, .at = DETAILS_ALL},
	{"shows_none", FLAG, .flag = details_flag, .at = DETAILS_NONE},
	{"style_hash", MARKUP, .at = offsetof(struct view, style_hash)},
	{"table", MARKUP, .text = view_table},
	{"colored", OBJECT, .object = view_colors},
	{"is_site", FLAG, .flag = view_is_site},
	{"page", OBJECT, .object = view_page},
	{"search", OBJECT, .object = view_search},
	{"suite_parts", OBJECT, .object = view_parts, .at = LIST_SUITES},
	{"family_parts", OBJECT, .object = view_parts, .at = LIST_FAILURE_GROUPS},
	{"criteria_parts", OBJECT, .object = view_parts, .at = LIST_CRITERIA},
	{"failing_parts", OBJECT, .object = view_parts, .at = LIST_FAILING},
	{"flaky_parts", OBJECT, .object = view_parts, .at = LIST_FLAKY},
	{"note_parts", OBJECT, .object = view_parts, .at = LIST_NOTES},
	{"case_parts", OBJECT, .object = view_parts, .at = LIST_CASES},
	{"run_parts", OBJECT, .object = view_parts, .at = LIST_RUNS},
};

const struct value_class class_report = {
	.name = "report",
	.members = report_members,
	.count = MEMBER_COUNT(report_members),
};

struct value view_root(const struct view *view)
{
	return value_of(&class_report, view, view, 0);
}

const struct value_class *const view_classes[CLASSES] = {
	[CLASS_TALLY] = &class_tally,
};

const struct render_options default_render_options = {
	.junit_name_bytes = 200,
	.junit_message_chars = 300,
	.junit_failure_bytes = 8 * 1024,
	.junit_passed_output_bytes = 900,
	.junit_failed_output_bytes = 16 * 1024,
	.junit_file_bytes = 25 * 1000 * 1000,
	.html_bytes = 9500 * 1000,
	.site_bytes = 60 * 1000 * 1000,
	.site_files = 5000,
	.markdown_bytes = 65000,
	.mail_bytes = 80000,
	.date = TIME_UNKNOWN,
};

void view_show(struct view *view, const struct analysis *analysis)
{
	const struct selection *selection = &analysis->selection;
	unsigned needs = analysis->needs;

	view->classes = view_classes;
	view->results = &analysis->results;
	view->gates = &analysis->gates;
	if (selection->compared != COMPARE_NONE)
		view->comparison = &analysis->comparison;
	if (view->comparison && selection->compared != COMPARE_BASELINE)
		view->compared_period = &selection->before_period;
	view->compared_previous = selection->compared == COMPARE_PREVIOUS;
	view->failure_groups = needs & NEED_FAILURE_GROUPS ? &analysis->failure_groups : NULL;
	view->series = needs & NEED_SERIES ? &analysis->series : NULL;
	view->days = needs & NEED_TREND ? &analysis->days : NULL;
	view->weeks = needs & NEED_TREND ? &analysis->weeks : NULL;
	view->criteria = needs & NEED_BREAKDOWNS ? &analysis->criteria : NULL;
	view->models = needs & NEED_BREAKDOWNS ? &analysis->models : NULL;
	view->agents = needs & NEED_BREAKDOWNS ? &analysis->agents : NULL;
	view->reliability = needs & NEED_RELIABILITY ? &analysis->reliability : NULL;
}
