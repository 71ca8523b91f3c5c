#include "members.h"
#include "runtally/analysis/analysis.h"
#include "runtally/analysis/select.h"
#include "runtally/base/format_number.h"
#include "runtally/base/times.h"
#include "runtally/view/plan.h"

/* ---- inputs ---- */

static int64_t redactions(const struct value *of)
{
	const struct ingest_counts *counts = of->object;
	uint64_t sum = 0;

	for (unsigned i = 0; i < REDACT_KINDS; i++)
		sum += counts->redactions[i];
	return (int64_t)sum;
}

/* Notes that something may be missing. */
static int64_t count_gaps(const struct value *of)
{
	return (int64_t)value_view(of)->notes->incomplete;
}

#define INPUT_AT(member) .at = offsetof(struct ingest_counts, member)

static const struct member inputs_members[] = {
	{"files", COUNT, INPUT_AT(files), .raw = "files"},
	{"documents", COUNT, INPUT_AT(documents), .raw = "documents"},
	{"records", COUNT, INPUT_AT(records), .raw = "records"},
	{"runs", COUNT, INPUT_AT(runs), .raw = "runs"},
	{"definitions", COUNT, INPUT_AT(definitions), .raw = "definitions"},
	{"duplicates", COUNT, INPUT_AT(duplicates), .has = "has_duplicates", .raw = "duplicates"},
	{"changed", COUNT, INPUT_AT(changed), .has = "has_changed", .raw = "changed"},
	{"rejected", COUNT, INPUT_AT(rejected), .has = "has_rejected", .raw = "rejected"},
	{"bytes", BYTES, INPUT_AT(bytes), .raw = "bytes"},
	{"filtered", COUNT, INPUT_AT(filtered), .has = "has_filtered", .raw = "filtered"},
	{"from_history", COUNT, INPUT_AT(from_history), .has = "has_from_history",
	 .raw = "from_history"},
	{"forgotten", COUNT, INPUT_AT(forgotten), .has = "has_forgotten", .raw = "forgotten"},
	{"other_environments", COUNT, INPUT_AT(other_environments), .has = "has_other_environments",
	 .raw = "other_environments"},
	{"in_history", COUNT, INPUT_AT(in_history), .has = "has_in_history", .raw = "in_history"},
	{"without_time", COUNT, INPUT_AT(without_time), .has = "has_without_time",
	 .raw = "without_time"},
	{"dated", COUNT, INPUT_AT(dated), .has = "has_dated", .raw = "dated"},
	{"any_time", COUNT, INPUT_AT(any_time), .has = "has_any_time", .raw = "any_time"},
	{"undated", COUNT, INPUT_AT(undated), .has = "has_undated", .raw = "undated"},
	{"redactions", COUNT, .number = redactions, .has = "has_redactions", .raw = "redactions"},
	{"incomplete", COUNT, .number = count_gaps, .has = "has_incomplete", .raw = "incomplete"},
	{"raw", .kind = RAW},
};

static const struct value_class class_inputs = CLASS("inputs", inputs_members);

/* ---- the period that the runs span ---- */

/* The period that was asked for, begin and end; NULL: there is none. */
static const struct period *asked_of(const struct view *view)
{
	const struct period *asked = view->asked ? &view->asked->period : NULL;

	return asked && asked->since != TIME_UNKNOWN && asked->until != TIME_UNKNOWN ? asked : NULL;
}

/* The Monday of the week that was asked for; false: another period, or none. */
static bool asked_week(const struct view *view, int64_t *monday)
{
	const struct period *asked = asked_of(view);

	if (!asked)
		return false;
	*monday = time_local_days(asked->since);
	return week_monday(*monday) == *monday && time_of_local_day(*monday) == asked->since &&
	       time_of_local_day(*monday + 7) == asked->until;
}

/* The days of the runs; where some tell none, or there are no runs, those that were asked for. */
static void period_text(const struct value *of, struct strbuf *out)
{
	const struct ingest_counts *counts = of->object;
	const struct period *asked = asked_of(value_view(of));

	if (asked && (counts->period_from == TIME_UNKNOWN || counts->dated))
		view_add_days(asked->since, asked->until - 1, out);
	else
		view_add_days(counts->period_from, counts->period_to, out);
}

/* The week that all runs are of, on more than one day; false: there is none. */
static bool own_week(const struct ingest_counts *counts, int64_t *monday)
{
	int64_t first, last;

	if (counts->period_from == TIME_UNKNOWN)
		return false;
	first = time_local_days(counts->period_from);
	last = time_local_days(counts->period_to);
	*monday = week_monday(first);
	return first != last && week_monday(last) == *monday;
}

/* The week that was asked for, else that of the runs. */
static void period_week(const struct value *of, struct strbuf *out)
{
	const struct ingest_counts *counts = of->object;
	int64_t monday;
	char text[WEEK_TEXT_SIZE];

	if (!asked_week(value_view(of), &monday) && !own_week(counts, &monday))
		return;
	week_text(monday, text);
	strbuf_addstr(out, text);
}

static const struct member period_members[] = {
	{"from", DAY, INPUT_AT(period_from), .raw = "from"},
	{"to", DAY, INPUT_AT(period_to), .raw = "to"},
	{"text", TEXT, .text = period_text},
	{"week", TEXT, .text = period_week},
	{"raw", .kind = RAW},
};

static const struct value_class class_period = CLASS("period", period_members);

static const void *period_from(const struct value *of)
{
	const struct ingest_counts *counts = value_view(of)->counts;

	return counts->period_from != TIME_UNKNOWN || asked_of(value_view(of)) ? counts : NULL;
}

/* ---- runs that tell no time ---- */

/* `has` or `have`: the first word of each is for one, the second for several. */
static void add_undated(struct strbuf *out, uint64_t count, const char *one, const char *many)
{
	if (!count)
		return;
	if (out->length)
		strbuf_addch(out, ' ');
	format_count(out, count);
	strbuf_addstr(out, count == 1 ? one : many);
}

static void undated_text(const struct value *of, struct strbuf *out)
{
	const struct ingest_counts *counts = value_view(of)->counts;
	struct strbuf text = STRBUF_INIT;

	add_undated(&text, counts->dated,
		    " of these runs has no time of its own: it is counted by when it was first "
		    "reported.",
		    " of these runs have no time of their own: they are counted by when they were "
		    "first reported.");
	add_undated(&text, counts->any_time,
		    " of these runs has no time of its own: it may be of any time.",
		    " of these runs have no time of their own: they may be of any time.");
	add_undated(&text, counts->undated, " run without a time of its own is left out.",
		    " runs without a time of their own are left out.");
	strbuf_addstr(out, text.text);
	strbuf_release(&text);
}

/* ---- notes ---- */

static const struct note *note_of(const struct value *of)
{
	return of->object;
}

static void note_severity(const struct value *of, struct strbuf *out)
{
	strbuf_addstr(out, note_of(of)->severity == SEVERITY_ERROR ? "error" : "warning");
}

static void place_text(const struct value *of, struct strbuf *out)
{
	note_add_place(note_of(of), out);
}

static bool note_repeated(const struct value *of)
{
	return note_of(of)->count > 1;
}

static bool note_incomplete(const struct value *of)
{
	return note_of(of)->incomplete;
}

static void note_message(const struct value *of, struct strbuf *out)
{
	const struct note *note = note_of(of);

	note_add_text(note, out);
	if (note->count > 1) {
		strbuf_addstr(out, " (in ");
		format_count(out, note->count);
		strbuf_addstr(out, " records)");
	}
}

#define NOTE_AT(member) .at = offsetof(struct note, member)

static const struct member note_members[] = {
	{"severity", TEXT, .text = note_severity},
	{"is_error", IS, NOTE_AT(severity), .mask = 1U << SEVERITY_ERROR},
	{"place", TEXT, .text = place_text},
	{"path", TEXT, NOTE_AT(path)},
	{"text", TEXT, NOTE_AT(text)},
	{"count", COUNT, NOTE_AT(count), .raw = "count"},
	{"repeated", FLAG, .flag = note_repeated},
	{"incomplete", FLAG, .flag = note_incomplete},
	{"message", TEXT, .text = note_message},
	{"raw", .kind = RAW},
};

static const struct value_class class_note = CLASS("note", note_members);

static int64_t note_count(const struct value *of)
{
	return (int64_t)(value_view(of)->notes->count + value_view(of)->notes->dropped);
}

/* ---- gates ---- */

#define GATE_AT(member) .at = offsetof(struct gate, member)

static const struct member gate_members[] = {
	{"name", TEXT, GATE_AT(name)},
	{"wanted", TEXT, GATE_AT(wanted)},
	{"found", TEXT, GATE_AT(found)},
	{"met", FLAG, GATE_AT(met)},
};

static const struct value_class class_gate = CLASS("gate", gate_members);

static bool gates_met(const struct value *of)
{
	return value_view(of)->gates->missed == 0;
}

/* ---- what was found: the object of the report is the view ---- */

static const struct view *view_of(const struct value *of)
{
	return of->object;
}

static const struct results *results_of(const struct value *of)
{
	return view_of(of)->results;
}

static bool has_runs(const struct value *of)
{
	return results_of(of)->run_count > 0;
}

static int64_t failure_count(const struct value *of)
{
	return (int64_t)tally_failures(&results_of(of)->totals);
}

static bool has_failures(const struct value *of)
{
	return failure_count(of) > 0;
}

/* Of the failing cases, those in a state: `at`. They stand together (results.failing). */
static int64_t count_in_state(const struct value *of)
{
	const struct results *results = results_of(of);
	int64_t count = 0;

	for (size_t i = 0; i < results->failing_cases; i++)
		count += results->failing[i]->state == value_member(of)->at;
	return count;
}

static bool keeps_planned(const struct value *of, const void *item, size_t index)
{
	(void)item;
	return view_of(of)->plan->suites[index];
}

/* Those that a plan lists. */
static void list_suites(const struct value *of, struct value_list *list)
{
	value_items(list, results_of(of)->suites, results_of(of)->suite_count,
		    sizeof(struct suite_group));
	list->keeps = view_of(of)->plan ? keeps_planned : NULL;
	list->by_place = true;
}

static bool keeps_flaky(const struct value *of, const void *item, size_t index)
{
	const struct case_group *group = item;

	(void)of;
	(void)index;
	return group->flaky;
}

/* ---- what a size budget leaves out ---- */

/* Of a list: `at`. */
static int64_t hidden_rows(const struct value *of)
{
	const struct results *results = results_of(of);
	const struct notes *notes = view_of(of)->notes;
	enum view_list list = (enum view_list)value_member(of)->at;

	switch (list) {
	case LIST_SUITES:
		return view_hidden(of, list, results->suite_count);
	case LIST_FAILURES:
		return view_hidden(of, list, tally_failures(&results->totals));
	case LIST_FAILING:
		return view_hidden(of, list, results->failing_cases);
	case LIST_FLAKY:
		return view_hidden(of, list, results->flaky_cases);
	default:
		return view_hidden(of, LIST_NOTES, notes->count) + (int64_t)notes->dropped;
	}
}

static bool has_omissions(const struct value *of)
{
	const struct view_plan *plan = view_of(of)->plan;

	return plan && (plan->omitted_suites || plan->omitted_cases || plan->omitted_runs);
}

/* ---- the report ---- */

static void version_text(const struct value *of, struct strbuf *out)
{
	(void)of;
	strbuf_addstr(out, RUNTALLY_VERSION);
}

static void pass_score_text(const struct value *of, struct strbuf *out)
{
	format_micro(out, view_of(of)->pass_score_micro);
	while (out->length && out->text[out->length - 1] == '0')
		strbuf_truncate(out, out->length - 1);
	if (out->length && out->text[out->length - 1] == '.')
		strbuf_truncate(out, out->length - 1);
}

#define AT(member)                .at = offsetof(struct view, member)
#define OF_RESULTS(member)        VIA(struct view, results), .at = offsetof(struct results, member)
#define OF_ARRAY(items, count)    VIA(struct view, results), ITEMS(struct results, items, count)
#define OF_POINTERS(items, count) VIA(struct view, results), POINTERS(struct results, items, count)
#define OF_NOTES(member)          VIA(struct view, notes), .at = offsetof(struct notes, member)
#define IN_STATE(state)           COUNT, .number = count_in_state, .at = (state)
#define HIDDEN(list)              COUNT, .number = hidden_rows, .at = (list)
#define OMITTED(member)                                                                            \
	COUNT, VIA(struct view, plan), .at = offsetof(struct view_plan, member), .absent = "0"

static const struct member report_members[] = {
	{"title", TEXT, AT(title)},
	{"environment", TEXT, OF_RESULTS(environment)},
	{"link", MARKUP, AT(link)},
	{.kind = MEMBERS, .class = &report_brand},
	{"version", TEXT, .text = version_text},
	{"has_runs", FLAG, .flag = has_runs},
	{"period", OBJECT, .from = period_from, .class = &class_period},
	{"asked", POINTER, AT(asked), .class = &class_asked},
	{"inputs", POINTER, AT(counts), .class = &class_inputs},
	{"undated", TEXT, .text = undated_text},
	{"totals", OBJECT, OF_RESULTS(totals), .is = CLASS_TALLY},
	{"comparison", POINTER, AT(comparison), .is = CLASS_COMPARISON},
	{"sources", LIST, OF_ARRAY(sources, source_count), .is = CLASS_SOURCE},
	{"suites", LIST, .list = list_suites, .is = CLASS_SUITE},
	{"worst_suites", LIST, OF_POINTERS(worst, suite_count), .cut = 1 + LIST_SUITES,
	 .is = CLASS_SUITE},
	{"suite_count", SIZE, OF_RESULTS(suite_count)},
	{"case_count", SIZE, OF_RESULTS(case_count)},
	{"flaky_count", COUNT, OF_RESULTS(flaky_cases), .has = "has_flaky"},
	{"has_failures", FLAG, .flag = has_failures},
	{"failure_count", COUNT, .number = failure_count},
	{"failures", LIST, OF_POINTERS(runs, run_count), .keeps = view_keeps_failure,
	 .cut = 1 + LIST_FAILURES, .is = CLASS_RUN},
	{"failing_cases", LIST, OF_POINTERS(failing, failing_cases), .cut = 1 + LIST_FAILING,
	 .is = CLASS_CASE},
	{"failing_count", COUNT, OF_RESULTS(failing_cases)},
	{"failing_now_count", IN_STATE(CASE_FAILS), .has = "has_failing_now"},
	{"passing_again_count", IN_STATE(CASE_PASSES), .has = "has_passing_again"},
	{"unordered_count", IN_STATE(CASE_MIXED), .has = "has_unordered"},
	{.kind = MEMBERS, .class = &report_failure_groups},
	{.kind = MEMBERS, .class = &report_breakdowns},
	{.kind = MEMBERS, .class = &report_series},
	{.kind = MEMBERS, .class = &report_tops},
	{"hidden_suites", HIDDEN(LIST_SUITES), .has = "has_hidden_suites"},
	{"hidden_failures", HIDDEN(LIST_FAILURES), .has = "has_hidden_failures"},
	{"hidden_cases", HIDDEN(LIST_FAILING), .has = "has_hidden_cases"},
	{"hidden_flaky", HIDDEN(LIST_FLAKY), .has = "has_hidden_flaky"},
	{"hidden_notes", HIDDEN(LIST_NOTES), .has = "has_hidden_notes"},
	{"has_omissions", FLAG, .flag = has_omissions},
	{"omitted_suites", OMITTED(omitted_suites), .has = "has_omitted_suites"},
	{"omitted_cases", OMITTED(omitted_cases), .has = "has_omitted_cases"},
	{"omitted_runs", OMITTED(omitted_runs), .has = "has_omitted_runs"},
	{"flaky", LIST, OF_ARRAY(cases, case_count), .keeps = keeps_flaky, .cut = 1 + LIST_FLAKY,
	 .is = CLASS_CASE},
	{"shown_runs", LIST, OF_POINTERS(runs, run_count), .keeps = view_keeps_shown,
	 .is = CLASS_RUN},
	{"runs", LIST, OF_POINTERS(runs, run_count), .is = CLASS_RUN},
	{"cases", LIST, OF_ARRAY(cases, case_count), .is = CLASS_CASE},
	{"gates", LIST, VIA(struct view, gates), ITEMS(struct gates, items, count),
	 .class = &class_gate, .has = "has_gates"},
	{"gates_met", FLAG, .flag = gates_met},
	{"notes", LIST, VIA(struct view, notes), ITEMS(struct notes, items, count),
	 .cut = 1 + LIST_NOTES, .class = &class_note, .has = "has_notes"},
	{"note_count", COUNT, .number = note_count},
	{"error_count", COUNT, OF_NOTES(errors), .has = "has_error_notes"},
	{"warning_count", COUNT, OF_NOTES(warnings)},
	{"dropped_notes", DIGITS, OF_NOTES(dropped)},
	{"pass_score", TEXT, .text = pass_score_text},
	{"shows_failed", IS, AT(details), .mask = 1U << DETAILS_FAILED},
	{"shows_all", IS, AT(details), .mask = 1U << DETAILS_ALL},
	{"shows_none", IS, AT(details), .mask = 1U << DETAILS_NONE},
	{"style_hash", MARKUP, AT(style_hash)},
	{.kind = MEMBERS, .class = &report_table},
	{.kind = MEMBERS, .class = &report_site},
};

static const struct value_class class_report = CLASS("report", report_members);

struct value view_root(const struct view *view)
{
	return value_of(&class_report, view, view, 0);
}

const struct value_class *const view_classes[CLASSES] = {
	[CLASS_TALLY] = &class_tally,
	[CLASS_RUN] = &class_run,
	[CLASS_CRITERION] = &class_criterion,
	[CLASS_TURN] = &class_turn,
	[CLASS_MESSAGE] = &class_message,
	[CLASS_PASSAGE] = &class_passage,
	[CLASS_CASE] = &class_case,
	[CLASS_SUITE] = &class_suite,
	[CLASS_SOURCE] = &class_source,
	[CLASS_MATRIX] = &class_matrix,
	[CLASS_CELL] = &class_cell,
	[CLASS_OVER_TIME] = &class_over_time,
	[CLASS_CASE_TRIES] = &class_case_tries,
	[CLASS_SUITE_CHANGE] = &class_suite_change,
	[CLASS_CASE_CHANGE] = &class_case_change,
	[CLASS_COMPARISON] = &class_comparison,
	[CLASS_FAILURE_GROUP] = &class_failure_group,
	[CLASS_CRITERION_GROUP] = &class_criterion_group,
};

const struct render_options default_render_options = {
	.junit_pass_rate_micro = SCORE_ONE,
	.junit_name_bytes = 200,
	.junit_message_chars = 300,
	.junit_failure_bytes = 8 * 1024,
	.junit_passed_output_bytes = 900,
	.junit_failed_output_bytes = 16 * 1024,
	.junit_file_bytes = 25 * 1000 * 1000,
	.junit_job_bytes = 100 * 1024 * 1024,
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
