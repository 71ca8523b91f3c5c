#include "runtally/adapters/adapter.h"

#include <inttypes.h>
#include <string.h>

#include "adapter_input.h"
#include "runtally/base/strbuf.h"

const struct adapter *const adapters[] = {
	&adapter_kapso,
	&adapter_sigmamind,
	&adapter_telnyx,
	&adapter_magpipe,
	&adapter_playgent,
	&adapter_runtally,
	NULL,
};

const struct adapter *adapter_by_name(const char *name)
{
	for (size_t i = 0; adapters[i]; i++)
		if (strcmp(adapters[i]->name, name) == 0)
			return adapters[i];
	return NULL;
}

size_t adapter_rank(const char *source)
{
	size_t rank = 0;

	while (adapters[rank] && strcmp(adapters[rank]->name, source) != 0)
		rank++;
	return rank;
}

void adapter_define(struct adapter_input *input, const struct definition *definition)
{
	input->definitions =
		array_reserve(input->definitions, &input->definition_capacity,
			      input->definition_count + 1, sizeof(*input->definitions));
	input->definitions[input->definition_count++] = *definition;
}

void adapter_input_release(struct adapter_input *input)
{
	memory_free(input->definitions);
	input->definitions = NULL;
	input->definition_count = input->definition_capacity = 0;
}

/* `"error": {}` and `"error": null` stand in answers that are no errors. */
static bool says_something(const struct json_value *json)
{
	if (json_value_is(json, JSON_VALUE_OBJECT))
		return json_value_size(json) > 0;
	if (json_value_is(json, JSON_VALUE_LIST))
		return json_value_count(json) > 0;
	return json_value_is(json, JSON_VALUE_STRING) && *json_value_text(json);
}

/*
 * The error bodies of vendors.md: `{"error": "words"}`, `{"error": {"code", "message"}}` (also
 * beside `"data": null`), `{"errors": [{"title", "detail"}]}`, `{"detail": [{"loc", "msg"}]}`. A
 * gateway before an API may answer `{"code": 401, "message": "words"}`.
 */
static bool is_refusal(const struct json_value *record)
{
	if (says_something(json_value_get(record, "data")))
		return false;
	return says_something(json_value_get(record, "error")) ||
	       says_something(json_value_get(record, "errors")) ||
	       says_something(json_value_get(record, "detail")) ||
	       (says_something(json_value_get(record, "message")) && record_has(record, "code"));
}

enum record_kind adapter_pick(const struct json_value *record, const struct adapter **owner)
{
	enum record_kind kind = RECORD_NOT_MINE;

	*owner = NULL;
	for (size_t i = 0; adapters[i]; i++) {
		kind = adapters[i]->claims(record);
		if (kind == RECORD_NOT_MINE)
			continue;
		*owner = adapters[i];
		return kind;
	}
	return is_refusal(record) ? RECORD_REFUSAL : RECORD_NOT_MINE;
}

static void add_words(struct strbuf *text, const struct json_value *words)
{
	const char *part = json_value_text(words);

	if (!part || !*part || strcmp(part, text->text) == 0)
		return;
	if (text->length)
		strbuf_addstr(text, ": ");
	strbuf_addstr(text, part);
}

/* `["body", "turns", 0]` as body.turns.0 */
static void add_location(struct strbuf *text, const struct json_value *location)
{
	for (size_t i = 0; i < json_value_count(location); i++) {
		const struct json_value *step = json_value_item(location, i);

		if (i)
			strbuf_addch(text, '.');
		if (json_value_is(step, JSON_VALUE_STRING))
			strbuf_addstr(text, json_value_text(step));
		else if (json_value_is(step, JSON_VALUE_INTEGER))
			strbuf_addf(text, "%" PRId64, step->integer);
	}
}

static void add_complaint(struct strbuf *text, const struct json_value *complaint)
{
	static const char *const words[] = {"code", "title", "message", "detail", "msg"};

	if (json_value_is(complaint, JSON_VALUE_LIST))
		complaint = json_value_item(complaint, 0);
	add_words(text, complaint);
	add_location(text, json_value_get(complaint, "loc"));
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		add_words(text, json_value_get(complaint, words[i]));
}

const char *refusal_text(const struct json_value *record, struct arena *scratch)
{
	static const char *const members[] = {"error", "errors", "detail", "message"};
	struct adapter_input input = {.scratch = scratch};
	struct strbuf text = STRBUF_INIT;
	const char *line;

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		add_complaint(&text, json_value_get(record, members[i]));
	line = adapter_line(&input, text.text, REASON_BYTES);
	strbuf_release(&text);
	return line ? line : "an error body without words";
}
