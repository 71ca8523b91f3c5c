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
	{"name", MEMBER_TEXT, {.text = view_text_at}, offsetof(struct gate, name)},
	{"wanted", MEMBER_TEXT, {.text = view_text_at}, offsetof(struct gate, wanted)},
	{"found", MEMBER_TEXT, {.text = view_text_at}, offsetof(struct gate, found)},
	{"met", MEMBER_FLAG, {.flag = view_flag_at}, offsetof(struct gate, met)},
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
	{"title", MEMBER_TEXT, {.text = view_text_at}, offsetof(struct view, title)},
	{"link", MEMBER_MARKUP, {.text = view_text_at}, offsetof(struct view, link)},
	{"has_logo", MEMBER_FLAG, {.flag = view_has_logo}, 0},
	{"logo", MEMBER_TEXT, {.text = view_logo}, 0},
	{"accent", MEMBER_OBJECT, {.object = view_accent}, 0},
	{"version", MEMBER_TEXT, {.text = version_text}, 0},
	{"has_runs", MEMBER_FLAG, {.flag = has_runs}, 0},
	{"period", MEMBER_OBJECT, {.object = view_period}, 0},
	{"inputs", MEMBER_OBJECT, {.object = view_inputs}, 0},
	{"totals", MEMBER_OBJECT, {.object = report_totals}, 0},
	{"comparison", MEMBER_OBJECT, {.object = view_comparison}, 0},
	{"sources", MEMBER_LIST, {.next = report_sources}, 0},
	{"suites", MEMBER_LIST, {.next = report_suites}, 0},
	{"worst_suites", MEMBER_LIST, {.next = report_worst}, 0},
	{"suite_count", MEMBER_TEXT, {.text = suite_count}, 0},
	{"case_count", MEMBER_TEXT, {.text = case_count}, 0},
	{"flaky_count", MEMBER_TEXT, {.text = flaky_count}, 0},
	{"has_flaky", MEMBER_FLAG, {.flag = has_flaky}, 0},
	{"has_failures", MEMBER_FLAG, {.flag = has_failures}, 0},
	{"failure_count", MEMBER_TEXT, {.text = failure_count}, 0},
	{"failures", MEMBER_LIST, {.next = report_failures}, 0},
	{"failing_cases", MEMBER_LIST, {.next = report_failing_cases}, 0},
	{"failing_count", MEMBER_TEXT, {.text = failing_count}, 0},
	{"failing_now_count", MEMBER_TEXT, {.text = state_count}, CASE_FAILS},
	{"has_failing_now", MEMBER_FLAG, {.flag = state_has}, CASE_FAILS},
	{"passing_again_count", MEMBER_TEXT, {.text = state_count}, CASE_PASSES},
	{"has_passing_again", MEMBER_FLAG, {.flag = state_has}, CASE_PASSES},
	{"unordered_count", MEMBER_TEXT, {.text = state_count}, CASE_MIXED},
	{"has_unordered", MEMBER_FLAG, {.flag = state_has}, CASE_MIXED},
	{"families", MEMBER_LIST, {.next = view_failure_groups}, 0},
	{"family_count", MEMBER_TEXT, {.text = view_failure_group_count}, 0},
	{"has_families", MEMBER_FLAG, {.flag = view_has_failure_groups}, 0},
	{"hidden_families", MEMBER_TEXT, {.text = view_hidden_failure_groups}, 0},
	{"has_hidden_families", MEMBER_FLAG, {.flag = view_has_hidden_failure_groups}, 0},
	{"worst_criteria", MEMBER_LIST, {.next = view_worst_criteria}, 0},
	{"criterion_count", MEMBER_TEXT, {.text = view_criterion_count}, 0},
	{"has_worst_criteria", MEMBER_FLAG, {.flag = view_has_criteria}, 0},
	{"has_criterion_kinds", MEMBER_FLAG, {.flag = view_has_kinds}, 0},
	{"hidden_criteria", MEMBER_TEXT, {.text = view_hidden_criteria}, 0},
	{"has_hidden_criteria", MEMBER_FLAG, {.flag = view_has_hidden_criteria}, 0},
	{"by_model", MEMBER_OBJECT, {.object = view_by_model}, 0},
	{"by_agent", MEMBER_OBJECT, {.object = view_by_agent}, 0},
	{"series", MEMBER_LIST, {.next = view_series_points}, 0},
	{"has_series", MEMBER_FLAG, {.flag = view_has_series}, 0},
	{"series_unit", MEMBER_TEXT, {.text = view_series_unit}, 0},
	{"series_untimed", MEMBER_TEXT, {.text = view_series_untimed}, 0},
	{"has_series_untimed", MEMBER_FLAG, {.flag = view_has_untimed}, 0},
	{"series_has_few", MEMBER_FLAG, {.flag = view_series_any_few}, 0},
	{"series_has_cost", MEMBER_FLAG, {.flag = view_series_any_cost}, 0},
	{"series_has_latency", MEMBER_FLAG, {.flag = view_series_any_latency}, 0},
	{"series_cost_partial", MEMBER_FLAG, {.flag = view_series_any_partly}, 0},
	{"series_has_own", MEMBER_FLAG, {.flag = view_series_any_own}, 0},
	{"series_chart", MEMBER_MARKUP, {.text = view_series_chart}, 0},
	{"zone", MEMBER_TEXT, {.text = view_zone}, 0},
	{"has_zone", MEMBER_FLAG, {.flag = view_has_zone}, 0},
	{"trend", MEMBER_OBJECT, {.object = view_trend}, 0},
	{"reliability", MEMBER_OBJECT, {.object = view_reliability}, 0},
	{"costly_cases", MEMBER_LIST, {.next = view_costly_cases}, 0},
	{"has_costly_cases", MEMBER_FLAG, {.flag = view_has_costly}, 0},
	{"slow_cases", MEMBER_LIST, {.next = view_slow_cases}, 0},
	{"has_slow_cases", MEMBER_FLAG, {.flag = view_has_slow}, 0},
	{"hidden_suites", MEMBER_TEXT, {.text = hidden_text}, LIST_SUITES},
	{"has_hidden_suites", MEMBER_FLAG, {.flag = hidden_flag}, LIST_SUITES},
	{"hidden_failures", MEMBER_TEXT, {.text = hidden_text}, LIST_FAILURES},
	{"has_hidden_failures", MEMBER_FLAG, {.flag = hidden_flag}, LIST_FAILURES},
	{"hidden_cases", MEMBER_TEXT, {.text = hidden_text}, LIST_FAILING},
	{"has_hidden_cases", MEMBER_FLAG, {.flag = hidden_flag}, LIST_FAILING},
	{"hidden_flaky", MEMBER_TEXT, {.text = hidden_text}, LIST_FLAKY},
	{"has_hidden_flaky", MEMBER_FLAG, {.flag = hidden_flag}, LIST_FLAKY},
	{"hidden_notes", MEMBER_TEXT, {.text = hidden_text}, LIST_NOTES},
	{"has_hidden_notes", MEMBER_FLAG, {.flag = hidden_flag}, LIST_NOTES},
	{"has_omissions", MEMBER_FLAG, {.flag = has_omissions}, 0},
	{"omitted_suites", MEMBER_TEXT, {.text = omitted_text}, PLAN_AT(omitted_suites)},
	{"has_omitted_suites", MEMBER_FLAG, {.flag = omitted_flag}, PLAN_AT(omitted_suites)},
	{"omitted_cases", MEMBER_TEXT, {.text = omitted_text}, PLAN_AT(omitted_cases)},
	{"has_omitted_cases", MEMBER_FLAG, {.flag = omitted_flag}, PLAN_AT(omitted_cases)},
	{"omitted_runs", MEMBER_TEXT, {.text = omitted_text}, PLAN_AT(omitted_runs)},
	{"has_omitted_runs", MEMBER_FLAG, {.flag = omitted_flag}, PLAN_AT(omitted_runs)},
	{"flaky", MEMBER_LIST, {.next = report_flaky}, 0},
	{"shown_runs", MEMBER_LIST, {.next = report_shown}, 0},
	{"runs", MEMBER_LIST, {.next = report_runs}, 0},
	{"cases", MEMBER_LIST, {.next = report_cases}, 0},
	{"gates", MEMBER_LIST, {.next = report_gates}, 0},
	{"has_gates", MEMBER_FLAG, {.flag = has_gates}, 0},
	{"gates_met", MEMBER_FLAG, {.flag = gates_met}, 0},
	{"notes", MEMBER_LIST, {.next = view_notes}, 0},
	{"has_notes", MEMBER_FLAG, {.flag = view_has_notes}, 0},
	{"note_count", MEMBER_TEXT, {.text = view_note_count}, 0},
	{"error_count", MEMBER_TEXT, {.text = view_notes_text}, offsetof(struct notes, errors)},
	{"has_error_notes", MEMBER_FLAG, {.flag = view_has_error_notes}, 0},
	{"warning_count", MEMBER_TEXT, {.text = view_notes_text}, offsetof(struct notes, warnings)},
	{"dropped_notes", MEMBER_TEXT, {.text = view_dropped_notes}, 0},
	{"pass_score", MEMBER_TEXT, {.text = pass_score_text}, 0},
	{"shows_failed", MEMBER_FLAG, {.flag = details_flag}, DETAILS_FAILED},
	{"shows_all", MEMBER_FLAG, {.flag = details_flag}, DETAILS_ALL},
	{"shows_none", MEMBER_FLAG, {.flag = details_flag}, DETAILS_NONE},
	{"style_hash", MEMBER_MARKUP, {.text = view_text_at}, offsetof(struct view, style_hash)},
	{"table", MEMBER_MARKUP, {.text = view_table}, 0},
	{"colored", MEMBER_OBJECT, {.object = view_colors}, 0},
	{"is_site", MEMBER_FLAG, {.flag = view_is_site}, 0},
	{"page", MEMBER_OBJECT, {.object = view_page}, 0},
	{"search", MEMBER_OBJECT, {.object = view_search}, 0},
	{"suite_parts", MEMBER_OBJECT, {.object = view_parts}, LIST_SUITES},
	{"family_parts", MEMBER_OBJECT, {.object = view_parts}, LIST_FAILURE_GROUPS},
	{"criteria_parts", MEMBER_OBJECT, {.object = view_parts}, LIST_CRITERIA},
	{"failing_parts", MEMBER_OBJECT, {.object = view_parts}, LIST_FAILING},
	{"flaky_parts", MEMBER_OBJECT, {.object = view_parts}, LIST_FLAKY},
	{"note_parts", MEMBER_OBJECT, {.object = view_parts}, LIST_NOTES},
	{"case_parts", MEMBER_OBJECT, {.object = view_parts}, LIST_CASES},
	{"run_parts", MEMBER_OBJECT, {.object = view_parts}, LIST_RUNS},
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
