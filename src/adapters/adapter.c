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

const char **definition_label(struct definition *definition, size_t index)
{
	const char **const labels[DEFINITION_LABELS] = {
		&definition->id,         &definition->name,     &definition->suite.id,
		&definition->suite.name, &definition->agent.id, &definition->agent.name,
	};

	return labels[index];
}

void reading_define(struct reading *reading, const struct definition *definition)
{
	reading->definitions =
		array_reserve(reading->definitions, &reading->definition_capacity,
			      reading->definition_count + 1, sizeof(*reading->definitions));
	reading->definitions[reading->definition_count++] = *definition;
}

void reading_release(struct reading *reading)
{
	memory_free(reading->definitions);
	reading->definitions = NULL;
	reading->definition_count = reading->definition_capacity = 0;
}

/* `"error": {}` and `"error": null` stand in answers that are no errors. */
static bool says_something(const struct datum *json)
{
	if (datum_is(json, DATUM_OBJECT))
		return datum_size(json) > 0;
	if (datum_is(json, DATUM_LIST))
		return datum_count(json) > 0;
	return datum_is(json, DATUM_STRING) && *datum_text(json);
}

/*
 * The error bodies of vendors.md: `{"error": "words"}`, `{"error": {"code", "message"}}` (also
 * beside `"data": null`), `{"errors": [{"title", "detail"}]}`, `{"detail": [{"loc", "msg"}]}`. A
 * gateway before an API may answer `{"code": 401, "message": "words"}`.
 */
static bool is_refusal(const struct datum *record)
{
	if (says_something(datum_get(record, "data")))
		return false;
	return says_something(datum_get(record, "error")) ||
	       says_something(datum_get(record, "errors")) ||
	       says_something(datum_get(record, "detail")) ||
	       (says_something(datum_get(record, "message")) && record_has(record, "code"));
}

enum record_kind adapter_pick(const struct datum *record, const struct adapter **owner)
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

static void add_words(struct strbuf *text, const struct datum *words)
{
	const char *part = datum_text(words);

	if (!part || !*part || strcmp(part, text->text) == 0)
		return;
	if (text->length)
		strbuf_addstr(text, ": ");
	strbuf_addstr(text, part);
}

/* `["body", "turns", 0]` as body.turns.0 */
static void add_location(struct strbuf *text, const struct datum *location)
{
	for (size_t i = 0; i < datum_count(location); i++) {
		const struct datum *step = datum_item(location, i);

		if (i)
			strbuf_addch(text, '.');
		if (datum_is(step, DATUM_STRING))
			strbuf_addstr(text, datum_text(step));
		else if (datum_is(step, DATUM_INTEGER))
			strbuf_addf(text, "%" PRId64, step->integer);
	}
}

static void add_complaint(struct strbuf *text, const struct datum *complaint)
{
	static const char *const words[] = {"code", "title", "message", "detail", "msg"};

	if (datum_is(complaint, DATUM_LIST))
		complaint = datum_item(complaint, 0);
	add_words(text, complaint);
	add_location(text, datum_get(complaint, "loc"));
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		add_words(text, datum_get(complaint, words[i]));
}

const char *refusal_text(const struct datum *record, struct arena *scratch)
{
	static const char *const members[] = {"error", "errors", "detail", "message"};
	struct reading reading = {.scratch = scratch};
	struct strbuf text = STRBUF_INIT;
	const char *line;

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		add_complaint(&text, datum_get(record, members[i]));
	line = reading_line(&reading, text.text, REASON_BYTES);
	strbuf_release(&text);
	return line ? line : "an error body without words";
}
