#include "adapter_input.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "runtally/base/strbuf.h"

enum { NAMES_LISTED = 8 };

const struct label no_label = {NULL, NULL};

struct definition *adapter_define(struct adapter_input *input, enum definition_kind kind,
				  struct label label, struct label suite, struct label agent)
{
	struct definition *definition;

	input->definitions =
		array_reserve(input->definitions, &input->definition_capacity,
			      input->definition_count + 1, sizeof(*input->definitions));
	definition = &input->definitions[input->definition_count++];
	*definition = (struct definition){
		.kind = kind,
		.id = label.id,
		.name = label.name,
		.suite = suite,
		.agent = agent,
		.runs_expected = -1,
	};
	return definition;
}

void adapter_input_release(struct adapter_input *input)
{
	memory_free(input->definitions);
	input->definitions = NULL;
	input->definition_count = input->definition_capacity = 0;
}

struct label adapter_label(const struct field *object)
{
	return (struct label){.id = field_id(object, "id"), .name = field_name(object, "name")};
}

struct criterion adapter_criterion(const struct field *from, const struct field_row *rows,
				   struct adapter_input *input)
{
	struct told_criterion told = {.outcome = OUTCOME_UNKNOWN};

	fields_read(from, rows, &told, input, NULL);
	return (struct criterion){
		.name = told.name ? told.name : "unnamed",
		.detail = told.detail,
		.score_micro = told.score_micro,
		.has_score = told.has_score,
		.outcome = told.outcome,
		.turn = NO_TURN,
	};
}

void adapter_criteria(void *into, const struct field *list, const struct field_row *row,
		      struct adapter_input *input)
{
	struct run *run = into;
	struct criterion *criteria =
		arena_zalloc(input->scratch, field_count(list) * sizeof(*criteria));

	for (size_t i = 0; i < field_count(list); i++) {
		struct field item = field_item_object(list, i);

		if (item.json)
			criteria[run->criterion_count++] =
				adapter_criterion(&item, row->rows, input);
	}
	run->criteria = criteria;
}

const char *adapter_failures(struct adapter_input *input, const struct run *run, enum cause *cause)
{
	struct strbuf text = STRBUF_INIT;
	const char *reason = NULL;

	if (run_add_failures(run, NAMES_LISTED, ", ...", &text)) {
		reason = field_line(input->scratch, text.text, REASON_BYTES);
		*cause = run_count_criteria(run, OUTCOME_FAILED) ? CAUSE_CRITERION : CAUSE_UNJUDGED;
	}
	strbuf_release(&text);
	return reason;
}

void adapter_check_passed(const struct run *run, const struct field *record, const char *what)
{
	if (run->outcome == OUTCOME_PASSED && run_count_criteria(run, OUTCOME_FAILED))
		field_remark(record, "status", SEVERITY_WARNING, "is passed, but %s %s failed",
			     strchr("aeiou", what[0]) ? "an" : "a", what);
}

const char *adapter_no_verdict(struct adapter_input *input, const char *status)
{
	if (!status)
		return "no status is told";
	status = field_line(input->scratch, status, REASON_BYTES / 2);
	return arena_printf(input->scratch, "the status \"%s\" tells no verdict",
			    status ? status : "");
}

const char *adapter_reason(struct adapter_input *input, const char *const *texts, size_t count)
{
	const char *reason = NULL;

	for (size_t i = 0; !reason && i < count; i++)
		reason = field_line(input->scratch, texts[i], REASON_BYTES);
	return reason;
}

struct details *adapter_details(struct adapter_input *input, struct run *run)
{
	struct details *details = arena_zalloc(input->scratch, sizeof(*details));

	run->details = details;
	return details;
}

void adapter_passage(struct adapter_input *input, struct details *details, const char *label,
		     const char *text)
{
	size_t count = details->passage_count;
	struct passage *list;

	if (!text || field_is_blank(text))
		return;
	list = arena_alloc(input->scratch, (count + 1) * sizeof(*list));
	if (count)
		memcpy(list, details->passages, count * sizeof(*list));
	list[count] = (struct passage){.label = label, .text = text};
	details->passages = list;
	details->passage_count = count + 1;
}

struct conversation {
	struct message *items;
	size_t count;
	const char *role;
	struct adapter_input *input;
};

static void add_message(struct conversation *talk, const char *role, const char *content)
{
	talk->items[talk->count++] = (struct message){.role = role, .content = content};
}

static const char *keep_text(struct conversation *talk, struct strbuf *text)
{
	const char *copy = arena_strndup(talk->input->scratch, text->text, text->length);

	strbuf_release(text);
	return copy;
}

/* A part that is no text (an image, a sound) is named by its type. */
static void add_part(struct strbuf *text, const struct field *part)
{
	const char *words;

	if (json_value_is(part->json, JSON_VALUE_STRING)) {
		words = field_text(part, NULL);
	} else if (json_value_is(part->json, JSON_VALUE_OBJECT)) {
		words = field_text(part, "text");
		if (!words && (words = field_text(part, "type"))) {
			strbuf_addf(text, "%s[%s]", text->length ? "\n" : "", words);
			return;
		}
	} else {
		return;
	}
	if (words)
		strbuf_addf(text, "%s%s", text->length ? "\n" : "", words);
}

static const char *read_content(struct conversation *talk, const struct field *message)
{
	struct field content = field_any(message, "content");
	struct strbuf text = STRBUF_INIT;

	if (!content.json)
		return field_text(message, "text");
	if (json_value_is(content.json, JSON_VALUE_OBJECT))
		return field_text(&content, "text");
	if (!json_value_is(content.json, JSON_VALUE_LIST))
		return field_text(message, "content");
	for (size_t i = 0; i < field_count(&content); i++) {
		struct field part = field_item(&content, i);

		add_part(&text, &part);
	}
	return keep_text(talk, &text);
}

static int append_bytes(const char *bytes, size_t length, void *text)
{
	strbuf_add(text, bytes, length);
	return 0;
}

/* Written as jansson writes it. */
static void add_json(struct strbuf *text, const struct json_value *value)
{
	json_t *json = json_value_to_jansson(value);

	json_dump_callback(json, append_bytes, text,
			   JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
	json_decref(json);
}

static void add_arguments(struct strbuf *text, const struct field *arguments)
{
	if (json_value_is(arguments->json, JSON_VALUE_STRING))
		strbuf_addstr(text, json_value_text(arguments->json));
	else if (arguments->json)
		add_json(text, arguments->json);
}

/* `{"function": {"name", "arguments": "JSON"}}`, or flat `{"name", "args": {}}`. */
static void add_tool_call(struct conversation *talk, const struct field *call)
{
	struct field function = field_object(call, "function");
	const struct field *from = function.json ? &function : call;
	struct field arguments = field_any(from, field_has(from, "args") ? "args" : "arguments");
	const char *name = field_name(from, "name");
	struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, "%s(", name ? name : "unnamed");
	add_arguments(&text, &arguments);
	strbuf_addch(&text, ')');
	add_message(talk, ROLE_TOOL_CALL, keep_text(talk, &text));
}

/* What a tool gave says which tool, where the source does: several may be called at once. */
static const char *read_role(struct conversation *talk, const struct field *message)
{
	const char *role = field_name(message, "role");
	const char *name = NULL;

	if (!role)
		return talk->role;
	if (message_kind(role) == MESSAGE_TOOL)
		name = field_name(message, "name");
	return name ? arena_printf(talk->input->scratch, "%s: %s", role, name) : role;
}

static void read_message(struct conversation *talk, const struct field *message)
{
	struct field calls = field_list(message, "tool_calls");
	const char *role = read_role(talk, message);
	const char *content = read_content(talk, message);

	if ((content && *content) || !field_count(&calls))
		add_message(talk, role, content ? content : "");
	for (size_t i = 0; i < field_count(&calls); i++) {
		struct field call = field_item_object(&calls, i);

		if (call.json)
			add_tool_call(talk, &call);
	}
}

static void read_item(struct conversation *talk, const struct field *item)
{
	if (json_value_is(item->json, JSON_VALUE_OBJECT))
		read_message(talk, item);
	else if (item->json && field_text(item, NULL))
		add_message(talk, talk->role, field_text(item, NULL));
}

static size_t most_messages(const struct json_value *value)
{
	size_t count = 0;

	if (!json_value_is(value, JSON_VALUE_LIST))
		return 1 + json_value_count(json_value_get(value, "tool_calls"));
	for (size_t i = 0; i < json_value_count(value); i++)
		count += 1 +
			 json_value_count(json_value_get(json_value_item(value, i), "tool_calls"));
	return count;
}

static bool is_message(const struct field *value)
{
	return field_has(value, "role") || field_has(value, "content") || field_has(value, "text");
}

size_t adapter_messages(struct adapter_input *input, const struct field *value, const char *role,
			const struct message **messages)
{
	struct conversation talk = {.role = role, .input = input};

	*messages = NULL;
	if (json_value_is(value->json, JSON_VALUE_OBJECT) && !is_message(value)) {
		struct field list = field_list(value, "messages");

		if (list.json)
			return adapter_messages(input, &list, role, messages);
		if (json_value_size(value->json))
			field_remark(value, NULL, SEVERITY_WARNING, "holds no messages");
		return 0;
	}
	if (!value->json)
		return 0;
	talk.items = arena_alloc(input->scratch, most_messages(value->json) * sizeof(*talk.items));
	if (!json_value_is(value->json, JSON_VALUE_LIST))
		read_item(&talk, value);
	for (size_t i = 0; i < field_count(value); i++) {
		struct field item = field_item(value, i);

		read_item(&talk, &item);
	}
	*messages = talk.items;
	return talk.count;
}
