#include "case.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "lines.h"
#include "runtally/analysis/stats.h"
#include "runtally/base/arena.h"
#include "runtally/base/format_number.h"
#include "runtally/base/times.h"
#include "runtally/template/escape.h"
#include "text.h"

enum {
	MARKUP_BYTES = 1024, /* of a case: elements, type and numbers */
	PROPERTY_MARKUP_BYTES = 48,
	PATH_BYTES = 200,
	GROWTH_MAX = 6,        /* a byte's longest escape, &quot; */
	TEXT_BYTES_MIN = 8192, /* for body and system-out */
	RETRIES_MAX = 8,
	RETRY_BYTES = 4096, /* of each */
	RETRY_MARKUP_BYTES = 128,
};

const char junit_setup_suite[] = "runtally";

/* The texts of one test case. */
struct junit_texts {
	const struct case_group *group;
	size_t run_index;      /* of its first try */
	const struct run *run; /* the try that decides; NULL: there are no runs */
	struct strbuf name, message, body, output;
	size_t retries[RETRIES_MAX], retry_count; /* failed tries, the one that decides left out */
	size_t hidden_retries;                    /* more of them, not shown */
	int64_t time_ms;
};

const struct junit *junit_of(const struct value *of)
{
	return (const struct junit *)value_view(of);
}

static void texts_release(struct junit_texts *texts)
{
	strbuf_release(&texts->name);
	strbuf_release(&texts->message);
	strbuf_release(&texts->body);
	strbuf_release(&texts->output);
}

static void texts_reset(struct junit_texts *texts)
{
	strbuf_reset(&texts->name);
	strbuf_reset(&texts->message);
	strbuf_reset(&texts->body);
	strbuf_reset(&texts->output);
	texts->retry_count = 0;
	texts->hidden_retries = 0;
}

static size_t escaped_length(const char *text)
{
	struct strbuf escaped = STRBUF_INIT;
	size_t length = strlen(text);

	if (escape_xml_is_plain(text, length))
		return length;
	escape_xml(&escaped, text, length, 0);
	length = escaped.length;
	strbuf_release(&escaped);
	return length;
}

/* What the properties of a case take, escaped. */
static size_t properties_length(const struct run *run)
{
	struct strbuf name = STRBUF_INIT, value = STRBUF_INIT;
	size_t length = 0;

	for (size_t i = 0; junit_property(run, i, &name, &value); i++) {
		length += escaped_length(name.text) + escaped_length(value.text) +
			  PROPERTY_MARKUP_BYTES;
		strbuf_reset(&name);
		strbuf_reset(&value);
	}
	strbuf_release(&name);
	strbuf_release(&value);
	return length;
}

/* An <error> stands alone: there is no child for other tries beside it. */
static void find_retries(struct junit_texts *texts, const struct junit_names *names, size_t run)
{
	size_t most = texts->run->outcome == OUTCOME_ERROR ? 0 : RETRIES_MAX;

	do {
		const struct run *try = names->results->runs[run];

		if (try == texts->run || !run_is_failure(try))
			continue;
		if (texts->retry_count < most)
			texts->retries[texts->retry_count++] = run;
		else
			texts->hidden_retries++;
	} while (junit_retry_next(names, &run));
}

/* Bytes that all but retries, body and system-out take. */
static size_t frame_length(const struct junit *junit, const struct case_group *group)
{
	const struct junit_texts *texts = junit->texts;
	size_t length = MARKUP_BYTES + escaped_length(texts->name.text) +
			escaped_length(texts->message.text) +
			escaped_length(junit->names.classes[group->suite]);

	if (junit->view.render->junit_rich)
		length += properties_length(texts->run) + PATH_BYTES * GROWTH_MAX;
	return length;
}

/* Bytes that are left for body and system-out. Retries go where they would leave too few. */
static size_t text_room(const struct junit *junit, const struct case_group *group)
{
	struct junit_texts *texts = junit->texts;
	size_t used = frame_length(junit, group) + texts->retry_count * RETRY_BYTES;

	for (; texts->retry_count && used + TEXT_BYTES_MIN > JUNIT_CASE_BYTES;
	     used -= RETRY_BYTES) {
		texts->retry_count--;
		texts->hidden_retries++;
	}
	return used < JUNIT_CASE_BYTES ? JUNIT_CASE_BYTES - used : 0;
}

static void make_output(const struct junit *junit, size_t room)
{
	struct junit_texts *texts = junit->texts;
	size_t limit =
		texts->run->outcome == OUTCOME_PASSED ? junit->level.passed : junit->level.failed;

	if (!limit || !junit_is_judged(texts->run))
		return;
	room = room > texts->body.length ? room - texts->body.length : 0;
	junit_output(&junit->view, texts->run, !junit->view.render->junit_rich, limit, room,
		     &texts->output);
	if (texts->hidden_retries)
		strbuf_addf(&texts->output, "%sfailed tries not shown: %zu",
			    texts->output.length ? "\n\n" : "", texts->hidden_retries);
}

static void make_texts(const struct junit *junit, const struct value *of)
{
	const struct case_group *group = of->object;
	const struct results *results = junit->view.results;
	struct junit_unit unit = {(size_t)(group - results->cases), of->index};
	struct junit_texts *texts = junit->texts;
	size_t room;

	texts_reset(texts);
	texts->group = group;
	texts->run_index = of->index;
	texts->run = junit_deciding_run(&junit->names, unit.run);
	texts->time_ms = junit_unit_time(&junit->names, unit.run);
	find_retries(texts, &junit->names, unit.run);
	junit_unit_name(&junit->names, &unit, &texts->name);
	if (texts->run->outcome != OUTCOME_PASSED)
		junit_message(&junit->view, texts->run, &texts->message);
	room = text_room(junit, group);
	if (run_is_failure(texts->run))
		junit_body(&junit->view, texts->run, junit->view.render->junit_failure_bytes, room,
			   &texts->body);
	else
		escape_xml_text(&texts->body, texts->message.text, texts->message.length);
	make_output(junit, room);
}

static void make_setup(const struct junit *junit)
{
	struct junit_texts *texts = junit->texts;

	texts_reset(texts);
	strbuf_addstr(&texts->name, "[setup]");
	junit_setup(&junit->view, &texts->message, &texts->body);
}

/* The texts of the test case `of`; made when another one is asked for than before. */
static const struct junit_texts *texts_of(const struct value *of)
{
	const struct junit *junit = junit_of(of);
	const struct junit_texts *texts = junit->texts;

	if (!of->object) {
		if (!texts->name.length)
			make_setup(junit);
	} else if (texts->group != of->object || texts->run_index != of->index) {
		make_texts(junit, of);
	}
	return texts;
}

/* ---- values ---- */

static bool is_rich(const struct value *of)
{
	return value_view(of)->render->junit_rich;
}

static void run_property_name(const struct value *of, struct strbuf *out)
{
	struct strbuf value = STRBUF_INIT;

	junit_property(of->object, of->index, out, &value);
	strbuf_release(&value);
}

static void run_property_value(const struct value *of, struct strbuf *out)
{
	struct strbuf name = STRBUF_INIT;

	junit_property(of->object, of->index, &name, out);
	strbuf_release(&name);
}

static const struct member run_property_members[] = {
	{"key", TEXT, .text = run_property_name},
	{"value", TEXT, .text = run_property_value},
};
static const struct value_class class_run_property = {
	.name = "JUnit property",
	.members = run_property_members,
	.count = MEMBER_COUNT(run_property_members),
};

/* A failed try of a case: its object is the run. */
static void retry_type(const struct value *of, struct strbuf *out)
{
	strbuf_addstr(out, junit_type(value_view(of), of->object));
}

static void retry_message(const struct value *of, struct strbuf *out)
{
	junit_message(value_view(of), of->object, out);
}

static void retry_body(const struct value *of, struct strbuf *out)
{
	const struct view *view = value_view(of);
	struct strbuf message = STRBUF_INIT;
	size_t used;

	junit_message(view, of->object, &message);
	used = escaped_length(message.text) + RETRY_MARKUP_BYTES;
	junit_body(view, of->object, view->render->junit_failure_bytes,
		   used < RETRY_BYTES ? RETRY_BYTES - used : 0, out);
	strbuf_release(&message);
}

static const struct member retry_members[] = {
	{"type", TEXT, .text = retry_type},
	{"message", TEXT, .text = retry_message},
	{"body", MARKUP, .text = retry_body},
};
static const struct value_class class_retry = {
	.name = "JUnit retry",
	.members = retry_members,
	.count = MEMBER_COUNT(retry_members),
};

static void case_classname(const struct value *of, struct strbuf *out)
{
	const struct case_group *group = of->object;

	strbuf_addstr(out, group ? junit_of(of)->names.classes[group->suite] : junit_setup_suite);
}

static void case_name(const struct value *of, struct strbuf *out)
{
	strbuf_addstr(out, texts_of(of)->name.text);
}

/* The input's path: an origin is that and, where a file holds several, the record's number. */
static void case_file(const struct value *of, struct strbuf *out)
{
	const struct run *run = texts_of(of)->run;
	struct strbuf origin = STRBUF_INIT;
	size_t start = out->length, end;

	if (!is_rich(of) || !run)
		return;
	run_origin(run, &origin);
	junit_add_line(out, origin.text, PATH_BYTES);
	strbuf_release(&origin);
	for (end = out->length; end > start && strchr("0123456789", out->text[end - 1]);)
		end--;
	if (end > start && end < out->length && out->text[end - 1] == '#')
		strbuf_truncate(out, end - 1);
}

static void case_time(const struct value *of, struct strbuf *out)
{
	format_seconds(out, texts_of(of)->time_ms);
}

static enum outcome case_outcome(const struct value *of)
{
	const struct junit_texts *texts = texts_of(of);

	if (texts->run)
		return texts->run->outcome;
	return value_view(of)->notes->errors ? OUTCOME_ERROR : OUTCOME_PENDING;
}

static bool case_is_passed(const struct value *of)
{
	return case_outcome(of) == OUTCOME_PASSED;
}

static bool case_is_failed(const struct value *of)
{
	return case_outcome(of) == OUTCOME_FAILED;
}

static bool case_is_error(const struct value *of)
{
	return case_outcome(of) == OUTCOME_ERROR;
}

static bool case_is_skipped(const struct value *of)
{
	return case_outcome(of) == OUTCOME_PENDING || case_outcome(of) == OUTCOME_UNKNOWN;
}

static void case_type(const struct value *of, struct strbuf *out)
{
	const struct run *run = texts_of(of)->run;

	strbuf_addstr(out, run ? junit_type(value_view(of), run) : "RunError");
}

static void case_message(const struct value *of, struct strbuf *out)
{
	strbuf_addstr(out, texts_of(of)->message.text);
}

static void case_body(const struct value *of, struct strbuf *out)
{
	strbuf_addstr(out, texts_of(of)->body.text);
}

static void case_output(const struct value *of, struct strbuf *out)
{
	strbuf_addstr(out, texts_of(of)->output.text);
}

static bool case_properties(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	const struct run *run = texts_of(of)->run;
	struct strbuf name = STRBUF_INIT, value = STRBUF_INIT;
	bool more = is_rich(of) && run;

	while (more && !value.length)
		more = junit_property(run, cursor->index++, &name, &value);
	strbuf_release(&name);
	strbuf_release(&value);
	if (more)
		*out = value_of(&class_run_property, value_view(of), run, cursor->index - 1);
	return more;
}

static bool case_has_properties(const struct value *of)
{
	struct value_cursor cursor = {.index = 0};
	struct value first;

	return case_properties(of, &cursor, &first);
}

static bool case_has_children(const struct value *of)
{
	const struct junit_texts *texts = texts_of(of);

	return case_outcome(of) != OUTCOME_PASSED || texts->retry_count || texts->output.length ||
	       case_has_properties(of);
}

static bool case_retries(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	const struct junit_texts *texts = texts_of(of);
	const struct view *view = value_view(of);
	size_t index = cursor->index++;

	if (index >= texts->retry_count)
		return false;
	*out = value_of(&class_retry, view, view->results->runs[texts->retries[index]], index);
	return true;
}

/* Its object is the case_group (NULL: there are no runs), its index that of its first run. */
static const struct member case_members[] = {
	{"classname", TEXT, .text = case_classname},
	{"name", TEXT, .text = case_name},
	{"file", TEXT, .text = case_file},
	{"time", TEXT, .text = case_time},
	{"is_passed", FLAG, .flag = case_is_passed},
	{"is_failed", FLAG, .flag = case_is_failed},
	{"is_error", FLAG, .flag = case_is_error},
	{"is_skipped", FLAG, .flag = case_is_skipped},
	{"type", TEXT, .text = case_type},
	{"message", TEXT, .text = case_message},
	{"body", MARKUP, .text = case_body},
	{"output", MARKUP, .text = case_output},
	{"has_children", FLAG, .flag = case_has_children},
	{"has_properties", FLAG, .flag = case_has_properties},
	{"properties", LIST, .next = case_properties},
	{"retries", LIST, .next = case_retries},
};
const struct value_class class_junit_case = {
	.name = "JUnit case",
	.members = case_members,
	.count = MEMBER_COUNT(case_members),
};

void junit_init(struct junit *junit, const struct view *view)
{
	*junit = (struct junit){.view = *view};
	junit_names_init(&junit->names, view->results, view->render);
	junit->texts = memory_alloc(sizeof(*junit->texts));
	*junit->texts = (struct junit_texts){
		.name = STRBUF_INIT,
		.message = STRBUF_INIT,
		.body = STRBUF_INIT,
		.output = STRBUF_INIT,
	};
}

void junit_release(struct junit *junit)
{
	texts_release(junit->texts);
	memory_free(junit->texts);
	junit_names_release(&junit->names);
}

void junit_set_level(struct junit *junit, struct junit_level level)
{
	junit->level = level;
	junit->texts->group = NULL;
}
