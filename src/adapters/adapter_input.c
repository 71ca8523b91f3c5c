#include "adapter_input.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "runtally/base/strbuf.h"

enum { NAMES_LISTED = 8 };

/* So much for one run or turn that a million of them still have a sum. */
#define TOKENS_MOST INT64_C(1000000000000)

enum outcome reading_status(const struct node *object, const char *key,
			    const struct status_word *words, const char **status)
{
	const char *text = node_text(object, key);

	if (status)
		*status = text;
	if (!text) {
		if (!node_has(object, key))
			node_remark(object, key, SEVERITY_WARNING,
				    "is missing: the outcome is unknown");
		return OUTCOME_UNKNOWN;
	}
	while (words->word && strcmp(words->word, text) != 0)
		words++;
	if (!words->word || words->outcome == OUTCOME_UNKNOWN) {
		node_remark(object, key, SEVERITY_WARNING,
			    "is not a status that tells an outcome: it is unknown");
		return OUTCOME_UNKNOWN;
	}
	return words->outcome;
}

static bool is_blank_byte(char byte)
{
	return (unsigned char)byte <= ' ' || byte == 0x7F;
}

static bool is_blank(const char *text)
{
	while (*text && is_blank_byte(*text))
		text++;
	return *text == '\0';
}

const char *reading_text(const struct node *object, const char *key)
{
	const char *text = node_text(object, key);

	return text && !is_blank(text) ? text : NULL;
}

struct label reading_label(const struct node *object)
{
	return (struct label){.id = node_id(object, "id"), .name = reading_text(object, "name")};
}

bool reading_score(const struct node *object, const char *key, int32_t *micro)
{
	int64_t value;

	if (!node_micro(object, key, &value))
		return false;
	if (value < 0 || value > SCORE_ONE) {
		node_remark(object, key, SEVERITY_ERROR, "is not within 0 to 1");
		return false;
	}
	*micro = (int32_t)value;
	return true;
}

bool reading_tokens(const struct node *object, const char *input_key, const char *output_key,
		    int64_t *input, int64_t *output)
{
	int64_t in, out;
	bool has_in = node_integer(object, input_key, 0, TOKENS_MOST, &in);

	if (!node_integer(object, output_key, 0, TOKENS_MOST, &out) || !has_in)
		return false;
	*input = in;
	*output = out;
	return true;
}

/* Where to cut so that at most `limit` bytes with the dots remain; JSON strings are valid UTF-8. */
static size_t cut_at(const char *line, size_t limit)
{
	size_t length = limit - 3;

	while (length > 0 && ((unsigned char)line[length] & 0xC0) == 0x80)
		length--;
	while (length > 0 && line[length - 1] == ' ')
		length--;
	return length;
}

const char *reading_line(struct reading *reading, const char *text, size_t limit)
{
	size_t length = 0;
	char *line;

	if (!text || is_blank(text))
		return NULL;
	line = arena_alloc(reading->scratch, limit + 2);
	for (; *text && length <= limit; text++) {
		if (!is_blank_byte(*text))
			line[length++] = *text;
		else if (length && line[length - 1] != ' ')
			line[length++] = ' ';
	}
	if (line[length - 1] == ' ')
		length--;
	if (length > limit) {
		length = cut_at(line, limit);
		memcpy(line + length, "...", 3);
		length += 3;
	}
	line[length] = '\0';
	return line;
}

static size_t criteria_with(const struct run *run, enum outcome outcome)
{
	size_t count = 0;

	for (size_t i = 0; i < run->criterion_count; i++)
		count += run->criteria[i].outcome == outcome;
	return count;
}

static bool is_listed(const char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static void list_names(struct strbuf *out, const struct run *run, enum outcome outcome)
{
	const char *names[NAMES_LISTED];
	size_t count = 0;

	for (size_t i = 0; i < run->criterion_count; i++) {
		const char *name = run->criteria[i].name;

		if (run->criteria[i].outcome != outcome || !name || is_listed(names, count, name))
			continue;
		strbuf_addstr(out, count ? ", " : ": ");
		if (count == NAMES_LISTED) {
			strbuf_addstr(out, "...");
			return;
		}
		strbuf_addstr(out, name);
		names[count++] = name;
	}
}

const char *reading_failures(struct reading *reading, const struct run *run)
{
	size_t failed = criteria_with(run, OUTCOME_FAILED);
	size_t errors = criteria_with(run, OUTCOME_ERROR);
	struct strbuf text = STRBUF_INIT;
	const char *reason;

	if (!failed && !errors)
		return NULL;
	strbuf_addf(&text, "%zu of %" PRIu32 " criteria %s", failed ? failed : errors,
		    run->criterion_count, failed ? "failed" : "in error");
	list_names(&text, run, failed ? OUTCOME_FAILED : OUTCOME_ERROR);
	reason = reading_line(reading, text.text, REASON_BYTES);
	strbuf_release(&text);
	return reason;
}

void reading_check_passed(const struct run *run, const struct node *record, const char *what)
{
	if (run->outcome != OUTCOME_PASSED)
		return;
	for (size_t i = 0; i < run->criterion_count; i++)
		if (run->criteria[i].outcome == OUTCOME_FAILED)
			node_remark(record, "status", SEVERITY_WARNING,
				    "is passed, but %s %s failed",
				    strchr("aeiou", what[0]) ? "an" : "a", what);
}

const char *reading_no_verdict(struct reading *reading, const char *status)
{
	if (!status)
		return "no status is told";
	status = reading_line(reading, status, REASON_BYTES / 2);
	return arena_printf(reading->scratch, "the status \"%s\" tells no verdict",
			    status ? status : "");
}

const char *reading_reason(struct reading *reading, const char *const *texts, size_t count)
{
	const char *reason = NULL;

	for (size_t i = 0; !reason && i < count; i++)
		reason = reading_line(reading, texts[i], REASON_BYTES);
	return reason;
}

void reading_passage(struct reading *reading, struct details *details, const char *label,
		     const char *text)
{
	size_t count = details->passage_count;
	struct passage *list;

	if (!text || is_blank(text))
		return;
	list = arena_alloc(reading->scratch, (count + 1) * sizeof(*list));
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
	struct reading *reading;
};

static void add_message(struct conversation *talk, const char *role, const char *content)
{
	talk->items[talk->count++] = (struct message){.role = role, .content = content};
}

static const char *keep_text(struct conversation *talk, struct strbuf *text)
{
	const char *copy = arena_strndup(talk->reading->scratch, text->text, text->length);

	strbuf_release(text);
	return copy;
}

/* A part that is no text (an image, a sound) is named by its type. */
static void add_part(struct strbuf *text, const struct node *part)
{
	const char *words;

	if (datum_is(part->json, DATUM_STRING)) {
		words = node_text(part, NULL);
	} else if (datum_is(part->json, DATUM_OBJECT)) {
		words = node_text(part, "text");
		if (!words && (words = node_text(part, "type"))) {
			strbuf_addf(text, "%s[%s]", text->length ? "\n" : "", words);
			return;
		}
	} else {
		return;
	}
	if (words)
		strbuf_addf(text, "%s%s", text->length ? "\n" : "", words);
}

static const char *read_content(struct conversation *talk, const struct node *message)
{
	struct node content = node_any(message, "content");
	struct strbuf text = STRBUF_INIT;

	if (!content.json)
		return node_text(message, "text");
	if (datum_is(content.json, DATUM_OBJECT))
		return node_text(&content, "text");
	if (!datum_is(content.json, DATUM_LIST))
		return node_text(message, "content");
	for (size_t i = 0; i < node_count(&content); i++) {
		struct node part = node_item(&content, i);

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
static void add_json(struct strbuf *text, const struct datum *datum)
{
	json_t *json = datum_to_json(datum);

	json_dump_callback(json, append_bytes, text,
			   JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
	json_decref(json);
}

static void add_arguments(struct strbuf *text, const struct node *arguments)
{
	if (datum_is(arguments->json, DATUM_STRING))
		strbuf_addstr(text, datum_text(arguments->json));
	else if (arguments->json)
		add_json(text, arguments->json);
}

/* `{"function": {"name", "arguments": "JSON"}}`, or flat `{"name", "args": {}}`. */
static void add_tool_call(struct conversation *talk, const struct node *call)
{
	struct node function = node_object(call, "function");
	const struct node *from = function.json ? &function : call;
	struct node arguments = node_any(from, node_has(from, "args") ? "args" : "arguments");
	const char *name = reading_text(from, "name");
	struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, "%s(", name ? name : "unnamed");
	add_arguments(&text, &arguments);
	strbuf_addch(&text, ')');
	add_message(talk, ROLE_TOOL_CALL, keep_text(talk, &text));
}

/* What a tool gave says which tool, where the source does: several may be called at once. */
static const char *read_role(struct conversation *talk, const struct node *message)
{
	const char *role = reading_text(message, "role");
	const char *name = NULL;

	if (!role)
		return talk->role;
	if (message_kind(role) == MESSAGE_TOOL)
		name = reading_text(message, "name");
	return name ? arena_printf(talk->reading->scratch, "%s: %s", role, name) : role;
}

static void read_message(struct conversation *talk, const struct node *message)
{
	struct node calls = node_list(message, "tool_calls");
	const char *role = read_role(talk, message);
	const char *content = read_content(talk, message);

	if ((content && *content) || !node_count(&calls))
		add_message(talk, role, content ? content : "");
	for (size_t i = 0; i < node_count(&calls); i++) {
		struct node call = node_item_object(&calls, i);

		if (call.json)
			add_tool_call(talk, &call);
	}
}

static void read_item(struct conversation *talk, const struct node *item)
{
	if (datum_is(item->json, DATUM_OBJECT))
		read_message(talk, item);
	else if (item->json && node_text(item, NULL))
		add_message(talk, talk->role, node_text(item, NULL));
}

static size_t most_messages(const struct datum *value)
{
	size_t count = 0;

	if (!datum_is(value, DATUM_LIST))
		return 1 + datum_count(datum_get(value, "tool_calls"));
	for (size_t i = 0; i < datum_count(value); i++)
		count += 1 + datum_count(datum_get(datum_item(value, i), "tool_calls"));
	return count;
}

static bool is_message(const struct node *value)
{
	return node_has(value, "role") || node_has(value, "content") || node_has(value, "text");
}

size_t reading_messages(struct reading *reading, const struct node *value, const char *role,
			const struct message **messages)
{
	struct conversation talk = {.role = role, .reading = reading};

	*messages = NULL;
	if (datum_is(value->json, DATUM_OBJECT) && !is_message(value)) {
		struct node list = node_list(value, "messages");

		if (list.json)
			return reading_messages(reading, &list, role, messages);
		if (datum_size(value->json))
			node_remark(value, NULL, SEVERITY_WARNING, "holds no messages");
		return 0;
	}
	if (!value->json)
		return 0;
	talk.items =
		arena_alloc(reading->scratch, most_messages(value->json) * sizeof(*talk.items));
	if (!datum_is(value->json, DATUM_LIST))
		read_item(&talk, value);
	for (size_t i = 0; i < node_count(value); i++) {
		struct node item = node_item(value, i);

		read_item(&talk, &item);
	}
	*messages = talk.items;
	return talk.count;
}
