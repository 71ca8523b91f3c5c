#include "values.h"

#include <string.h>

#include "runtally/analysis/compare.h"
#include "runtally/analysis/stats.h"
#include "runtally/base/format_number.h"
#include "runtally/base/times.h"
#include "runtally/template/escape.h"

enum {
	GROWTH_MAX = 6,           /* a byte's longest escape, &quot; */
	MARKUP_BYTES = 1024,      /* of a case: elements, type and numbers */
	TEXT_BYTES_MIN = 8192,    /* for body and system-out */
	RETRY_BYTES = 4096,       /* of each */
	RETRY_MARKUP_BYTES = 128, /* likewise */
	PATH_BYTES = 200,
	RUN_ID_BYTES = 200,
};

const char junit_setup_suite[] = "runtally";

static const struct member property_members[] = {
	{"key", TEXT, .at = offsetof(struct junit_property, key)},
	{"value", TEXT, .at = offsetof(struct junit_property, value)},
};
static const struct value_class class_property = CLASS("JUnit property", property_members);

static void list_properties(const struct junit_texts *texts, struct value_list *list)
{
	value_items(list, texts->properties, texts->property_count, sizeof(texts->properties[0]));
}

/* ---- a test case of a run and its retries ---- */

static size_t escaped_length(const char *text)
{
	struct strbuf escaped = STRBUF_INIT;
	size_t length;

	escape_xml(&escaped, text, strlen(text), 0);
	length = escaped.length;
	strbuf_release(&escaped);
	return length;
}

/* Bytes that all but retries, body and system-out take. */
static size_t frame_length(const struct junit_case *made)
{
	size_t length = MARKUP_BYTES + escaped_length(made->name) + escaped_length(made->message) +
			escaped_length(made->classname) + escaped_length(made->page);

	if (!made->view->render->junit_rich)
		return length;
	for (size_t i = 0; i < made->texts.property_count; i++)
		length += escaped_length(made->texts.properties[i].key) +
			  escaped_length(made->texts.properties[i].value) + JUNIT_PROPERTY_BYTES;
	return length + made->texts.unknown_bytes + PATH_BYTES * GROWTH_MAX;
}

static void make_retry(struct junit_case *made, const struct run *run)
{
	struct junit_retry *retry = &made->retries[made->retry_count++];
	size_t used;

	retry->type = junit_type(&made->texts, made->view, run);
	junit_message(&made->texts.next, made->view, run);
	retry->message = junit_keep(&made->texts);
	used = escaped_length(retry->message) + RETRY_MARKUP_BYTES;
	junit_body(&made->texts.next, made->view, run, retry->message, "",
		   used < RETRY_BYTES ? RETRY_BYTES - used : 0);
	retry->body = junit_keep(&made->texts);
}

/*
 * Makes the newest failed tries beside the one that is shown, as many as leave enough of *room for
 * its own texts, and takes off what they need. Returns how many there are more. An <error> stands
 * alone: there is no child for other tries beside it.
 */
static size_t make_retries(struct junit_case *made, size_t *room)
{
	const struct junit_verdict *verdict = &made->verdict;
	size_t most = verdict->outcome == OUTCOME_ERROR || *room < TEXT_BYTES_MIN
			      ? 0
			      : (*room - TEXT_BYTES_MIN) / RETRY_BYTES;
	size_t others = verdict->counts[OUTCOME_FAILED] + verdict->counts[OUTCOME_ERROR];
	size_t at = made->number, hidden;

	others -= run_is_failure(verdict->shown);
	if (most > JUNIT_RETRIES)
		most = JUNIT_RETRIES;
	hidden = others > most ? others - most : 0;
	for (size_t before = 0; others > hidden; before++) {
		const struct run *run = made->names->results->runs[at];

		if (run == verdict->shown || !run_is_failure(run))
			before--;
		else if (before >= hidden)
			make_retry(made, run);
		if (!junit_next_retry(made->names, &at))
			break;
	}
	*room -= made->retry_count * RETRY_BYTES;
	return hidden;
}

/* Body, retries and system-out share what the others leave. */
static void make_long_texts(struct junit_case *made, size_t limit)
{
	const struct run *run = made->verdict.shown;
	size_t frame = frame_length(made), hidden, room;

	room = frame < JUNIT_CASE_BYTES ? JUNIT_CASE_BYTES - frame : 0;
	hidden = make_retries(made, &room);
	if (made->outcome == OUTCOME_FAILED || made->outcome == OUTCOME_ERROR)
		junit_body(&made->texts.next, made->view, run, made->message, made->reasons, room);
	else
		escape_xml_text(&made->texts.next, made->message, strlen(made->message));
	room = room > made->texts.next.length ? room - made->texts.next.length : 0;
	made->body = junit_keep(&made->texts);
	if (!limit)
		return;
	junit_output(&made->texts, made->view, run, made->page, limit, room);
	if (hidden)
		strbuf_addf(&made->texts.next, "%sfailed tries not shown: %zu",
			    made->texts.next.length ? "\n\n" : "", hidden);
	made->output = junit_keep(&made->texts);
}

/* Of several judged tries how many passed, with the reasons of the others; else the run's own. */
static void make_message(struct junit_case *made)
{
	const struct junit_verdict *verdict = &made->verdict;
	struct strbuf *next = &made->texts.next;

	if (verdict->outcome != OUTCOME_PASSED && verdict->judged > 1) {
		format_count(next, verdict->counts[OUTCOME_PASSED]);
		strbuf_addstr(next, " of ");
		format_count(next, verdict->judged);
		strbuf_addstr(next, " runs passed");
		made->message = junit_keep(&made->texts);
		junit_reasons(next, made->view, made->names, made->number);
		strbuf_addstr(next, "  the newest of them, ");
		junit_add_named(next, verdict->shown->run_id, RUN_ID_BYTES);
		strbuf_addstr(next, ":\n");
		made->reasons = junit_keep(&made->texts);
		return;
	}
	if (verdict->outcome != OUTCOME_PASSED)
		junit_message(next, made->view, verdict->shown);
	made->message = junit_keep(&made->texts);
}

static void make_run(struct junit_case *made)
{
	const struct render_options *options = made->view->render;
	const struct results *results = made->names->results;
	const struct case_group *group;
	const struct run *run;
	size_t limit;

	made->verdict = junit_verdict(made->names, made->number);
	run = made->verdict.shown;
	group = &results->cases[results->runs[made->number]->case_index];
	made->outcome = made->verdict.outcome;
	made->time_ms = made->verdict.time_ms;
	limit = made->outcome == OUTCOME_PASSED ? made->level.passed
		: made->verdict.judged          ? made->level.failed
						: 0;
	made->classname = made->names->classes[group->suite];
	made->type = junit_type(&made->texts, made->view, run);
	junit_case_name(made->names, made->number, &made->texts.next);
	made->name = junit_keep(&made->texts);
	make_message(made);
	if (made->view->link && made->verdict.judged && made->outcome != OUTCOME_PASSED) {
		view_case_url(made->view, group, &made->texts.next);
		made->page = junit_keep(&made->texts);
	}
	if (options->junit_rich && options->junit_file) {
		junit_add_line(&made->texts.next, options->junit_file, PATH_BYTES);
		made->file = junit_keep(&made->texts);
	}
	if (options->junit_rich || limit)
		junit_properties(&made->texts, &made->verdict, made->page, options->junit_rich);
	make_long_texts(made, limit);
}

static void make_setup(struct junit_case *made)
{
	made->classname = junit_setup_suite;
	made->name = "[setup]";
	made->type = "RunError";
	made->time_ms = 0;
	made->outcome = made->view->notes->errors ? OUTCOME_ERROR : OUTCOME_PENDING;
	junit_setup(&made->texts, made->view, &made->message, &made->body);
}

/* There is one at a time: it is made anew where another one was asked for. */
static const void *made_case(const struct value *of)
{
	const struct junit_slice *slice = of->object;
	struct junit_case *made = &slice->junit->test_case;

	if (made->number == of->index)
		return made;
	junit_texts_reset(&made->texts);
	made->number = of->index;
	made->file = made->output = made->page = made->reasons = "";
	made->retry_count = 0;
	if (made->names->results->run_count)
		make_run(made);
	else
		make_setup(made);
	return made;
}

/* ---- test cases: the object is the slice, the index the case's number ---- */

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

	value_items(list, made->retries, made->retry_count, sizeof(made->retries[0]));
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

static const struct member root_members[] = {
	{"title", TEXT, .text = root_title},
	{"tests", DIGITS, .at = offsetof(struct junit_part, counts.tests)},
	{"failures", DIGITS, .at = offsetof(struct junit_part, counts.failures)},
	{"errors", DIGITS, .at = offsetof(struct junit_part, counts.errors)},
	{"time", DURATION, .at = offsetof(struct junit_part, counts.time_ms),
	 .show = format_seconds},
	{"suites", LIST, ITEMS(struct junit_part, slices, count), .class = &class_test_suite},
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
