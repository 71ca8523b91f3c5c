#include "values.h"

#include "runtally/analysis/compare.h"
#include "runtally/analysis/stats.h"
#include "runtally/base/format_number.h"
#include "runtally/base/times.h"

static const struct member property_members[] = {
	{"key", TEXT, .at = offsetof(struct junit_property, key)},
	{"value", TEXT, .at = offsetof(struct junit_property, value)},
};
static const struct value_class class_property = CLASS("JUnit property", property_members);

static void list_properties(const struct junit_texts *texts, struct value_list *list)
{
	list->items = texts->properties;
	list->count = texts->property_count;
	list->size = sizeof(texts->properties[0]);
}

/* ---- test cases: the object is the slice, the index the case's number ---- */

/* There is one at a time: it is made anew where another one was asked for. */
static const void *made_case(const struct value *of)
{
	const struct junit_slice *slice = of->object;

	junit_case_make(&slice->junit->test_case, of->index);
	return &slice->junit->test_case;
}

static bool has_children(const struct value *of)
{
	const struct junit_case *made = made_case(of);

	return made->outcome != OUTCOME_PASSED || made->retry_count || *made->output ||
	       (made->view->render->junit_rich && made->texts.property_count);
}

/* In the strict flavour they are lines of system-out. */
static void case_properties(const struct value *of, struct value_list *list)
{
	const struct junit_case *made = made_case(of);

	if (made->view->render->junit_rich)
		list_properties(&made->texts, list);
}

static void case_retries(const struct value *of, struct value_list *list)
{
	const struct junit_case *made = made_case(of);

	list->items = made->retries;
	list->count = made->retry_count;
	list->size = sizeof(made->retries[0]);
}

static const struct member retry_members[] = {
	{"type", TEXT, .at = offsetof(struct junit_retry, type)},
	{"message", TEXT, .at = offsetof(struct junit_retry, message)},
	{"body", MARKUP, .at = offsetof(struct junit_retry, body)},
};
static const struct value_class class_retry = CLASS("JUnit retry", retry_members);

#define OF_CASE(member) .at = offsetof(struct junit_case, member), .from = made_case

static const struct member case_members[] = {
	{"classname", TEXT, OF_CASE(classname)},
	{"name", TEXT, OF_CASE(name)},
	{"file", TEXT, OF_CASE(file)},
	{"time", DURATION, OF_CASE(time_ms), .show = format_seconds},
	{"is_passed", IS_OUTCOME, OF_CASE(outcome), .mask = 1 << OUTCOME_PASSED},
	{"is_failed", IS_OUTCOME, OF_CASE(outcome), .mask = 1 << OUTCOME_FAILED},
	{"is_error", IS_OUTCOME, OF_CASE(outcome), .mask = 1 << OUTCOME_ERROR},
	{"is_skipped", IS_OUTCOME, OF_CASE(outcome),
	 .mask = 1 << OUTCOME_PENDING | 1 << OUTCOME_UNKNOWN},
	{"type", TEXT, OF_CASE(type)},
	{"message", TEXT, OF_CASE(message)},
	{"body", MARKUP, OF_CASE(body)},
	{"output", MARKUP, OF_CASE(output)},
	{"has_children", FLAG, .flag = has_children},
	{"properties", LIST, .list = case_properties, .class = &class_property,
	 .has = "has_properties"},
	{"retries", LIST, .list = case_retries, .class = &class_retry},
};
static const struct value_class class_test_case = CLASS("JUnit case", case_members);

/* ---- suites: the object is a slice ---- */

static void add_rate(struct junit_texts *texts, const char *key, const struct tally *tally)
{
	if (tally && tally_judged(tally))
		format_fraction(&texts->next,
				ratio_micro(tally->outcomes[OUTCOME_PASSED], tally_judged(tally)));
	junit_keep_property(texts, key);
}

static void add_cost(struct junit_texts *texts, const struct tally *tally)
{
	if (tally->cost_known)
		format_dollars(&texts->next, tally->cost_nano);
	junit_keep_property(texts, "cost_usd");
	if (tally->cost_known && tally->cost_known < tally->runs)
		format_digits(&texts->next, tally->cost_known, 0);
	junit_keep_property(texts, "cost_known");
}

static void add_difference(struct junit_texts *texts, const struct difference *difference,
			   const char *before, const char *points, const char *change)
{
	add_rate(texts, before, difference->before);
	if (difference->change != CHANGE_UNKNOWN)
		format_fraction(&texts->next, difference->points);
	junit_keep_property(texts, points);
	strbuf_addstr(&texts->next, change_name(difference->change));
	junit_keep_property(texts, change);
}

static void add_gates(struct junit_texts *texts, const char *key, const struct gates *gates,
		      bool met)
{
	for (size_t i = 0; i < gates->count; i++) {
		const struct gate *gate = &gates->items[i];

		if (gate->met == met)
			strbuf_addf(&texts->next, "%s%s: wanted %s, found %s",
				    texts->next.length ? "; " : "", gate->name, gate->wanted,
				    gate->found);
	}
	junit_keep_property(texts, key);
}

/* Of all runs: these stand on the first suite, for the root has no properties. */
static void add_totals(struct junit_texts *texts, const struct view *view)
{
	if (view->comparison)
		add_difference(texts, &view->comparison->total, "total_baseline_pass_rate",
			       "total_pass_rate_change", "total_change");
	if (view->gates) {
		add_gates(texts, "gates_met", view->gates, true);
		add_gates(texts, "gates_missed", view->gates, false);
	}
}

static void add_output_cut(struct junit_texts *texts, const struct junit_level *level,
			   const struct render_options *options)
{
	if (level->passed < options->junit_passed_output_bytes)
		strbuf_addstr(&texts->next, "none for passing cases");
	if (level->failed < options->junit_failed_output_bytes) {
		strbuf_addstr(&texts->next, ", at most ");
		format_count(&texts->next, level->failed);
		strbuf_addstr(&texts->next, " bytes for others");
	}
	junit_keep_property(texts, "system_out_cut");
}

/* They are kept until those of another suite are asked for. */
static const struct junit_texts *made_suite(const struct junit_slice *slice)
{
	struct junit *junit = slice->junit;
	const struct view *view = junit->view;
	struct junit_texts *texts = &junit->suite;

	if (junit->made_suite == slice->suite && junit->made_continues == slice->continues)
		return texts;
	junit->made_suite = slice->suite;
	junit->made_continues = slice->continues;
	junit_texts_reset(texts);
	add_rate(texts, "pass_rate", &slice->suite->tally);
	add_cost(texts, &slice->suite->tally);
	if (view->comparison)
		add_difference(texts, &comparison_of_suite(view->comparison, slice->suite)->rate,
			       "baseline_pass_rate", "pass_rate_change", "change");
	if (slice->suite == view->results->suites && !slice->continues)
		add_totals(texts, view);
	add_output_cut(texts, &junit->test_case.level, view->render);
	return texts;
}

static void suite_properties(const struct value *of, struct value_list *list)
{
	const struct junit_slice *slice = of->object;

	if (slice->suite)
		list_properties(made_suite(slice), list);
}

static bool begins_case(const struct value *of, const void *item, size_t index)
{
	const struct junit_slice *slice = of->object;

	(void)item;
	return slice->junit->names.ordinals[slice->first + index] > 0;
}

static void suite_cases(const struct value *of, struct value_list *list)
{
	const struct junit_slice *slice = of->object;

	list->items = slice;
	list->count = slice->end - slice->first;
	list->first_index = slice->first;
	list->by_place = true;
	list->keeps = slice->suite ? begins_case : NULL;
}

/* UTC, without zone. */
static void show_start(struct strbuf *out, int64_t ms)
{
	char text[TIME_TEXT_SIZE];

	time_text(ms, text);
	strbuf_add(out, text, sizeof("2026-08-21T10:00:00") - 1);
}

static const struct member suite_members[] = {
	{"title", TEXT, .at = offsetof(struct junit_slice, title)},
	{"tests", DIGITS, .at = offsetof(struct junit_slice, counts.tests)},
	{"failures", DIGITS, .at = offsetof(struct junit_slice, counts.failures)},
	{"errors", DIGITS, .at = offsetof(struct junit_slice, counts.errors)},
	{"skipped", DIGITS, .at = offsetof(struct junit_slice, counts.skipped)},
	{"time", DURATION, .at = offsetof(struct junit_slice, counts.time_ms),
	 .show = format_seconds},
	{"timestamp", TIME, .at = offsetof(struct junit_slice, started_at), .show = show_start},
	{"properties", LIST, .list = suite_properties, .class = &class_property,
	 .has = "has_properties"},
	{"cases", LIST, .list = suite_cases, .class = &class_test_case},
};
static const struct value_class class_test_suite = CLASS("JUnit suite", suite_members);

/* ---- the root: its object is a part ---- */

static void root_title(const struct value *of, struct strbuf *out)
{
	junit_add_line(out, value_view(of)->title, value_view(of)->render->junit_name_bytes);
}

static void root_suites(const struct value *of, struct value_list *list)
{
	const struct junit_part *part = of->object;

	list->items = part->slices;
	list->count = part->count;
	list->size = sizeof(part->slices[0]);
}

static const struct member root_members[] = {
	{"title", TEXT, .text = root_title},
	{"tests", DIGITS, .at = offsetof(struct junit_part, counts.tests)},
	{"failures", DIGITS, .at = offsetof(struct junit_part, counts.failures)},
	{"errors", DIGITS, .at = offsetof(struct junit_part, counts.errors)},
	{"time", DURATION, .at = offsetof(struct junit_part, counts.time_ms),
	 .show = format_seconds},
	{"suites", LIST, .list = root_suites, .class = &class_test_suite},
};
static const struct value_class class_root = CLASS("JUnit report", root_members);

struct value junit_root(const struct view *view, const struct junit_part *part)
{
	return value_of(&class_root, view, part, 0);
}

void junit_init(struct junit *junit, const struct view *view)
{
	*junit = (struct junit){
		.view = view,
		.test_case = {.view = view,
			      .names = &junit->names,
			      .number = SIZE_MAX,
			      .texts = JUNIT_TEXTS_INIT},
		.suite = JUNIT_TEXTS_INIT,
	};
	junit_names_init(&junit->names, view->results, view->render);
}

void junit_set_level(struct junit *junit, struct junit_level level)
{
	junit->test_case.level = level;
	junit->test_case.number = SIZE_MAX;
	junit->made_suite = NULL;
}

void junit_release(struct junit *junit)
{
	junit_texts_release(&junit->test_case.texts);
	junit_texts_release(&junit->suite);
	junit_names_release(&junit->names);
}
