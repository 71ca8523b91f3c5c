#include "runtally/adapters/recognise.h"

#include <string.h>

#include "runtally/base/utf8.h"

enum { WRAPPER_DEPTH = 3, MEMBERS_NAMED = 6 };

const struct envelope *envelope_at(size_t index)
{
	const struct envelope *envelope = general_envelopes;

	for (size_t a = 0;; a++) {
		for (; envelope && envelope->name; envelope++)
			if (!index--)
				return envelope;
		if (!adapters[a])
			return NULL;
		envelope = adapters[a]->envelopes;
	}
}

static enum record_kind pick(const struct json_value *value, const struct adapter *from,
			     const struct adapter **owner)
{
	enum record_kind kind = adapter_pick(value, owner);

	if (!from || kind == RECORD_REFUSAL)
		return kind;
	*owner = from;
	return from->claims(value);
}

static const struct json_value *wrapped(const struct json_value *value)
{
	const struct envelope *envelope;

	for (size_t i = 0; (envelope = envelope_at(i)); i++) {
		const struct json_value *inner =
			envelope->object ? json_value_get(value, envelope->name) : NULL;

		if (json_value_is(inner, JSON_VALUE_OBJECT))
			return inner;
	}
	return NULL;
}

bool is_own_report(const struct json_value *record)
{
	const char *schema = json_value_text(json_value_get(record, "schema"));

	return schema && strncmp(schema, "runtally.report/", strlen("runtally.report/")) == 0;
}

struct recognised recognise(const struct json_value *record, const struct adapter *from)
{
	struct recognised found = {.value = record};

	found.kind = pick(record, from, &found.owner);
	for (int depth = 0; depth < WRAPPER_DEPTH &&
			    (found.kind == RECORD_NOT_MINE || found.kind == RECORD_REFUSAL);
	     depth++) {
		const struct json_value *inner = wrapped(found.value);

		if (!inner)
			break;
		found.value = inner;
		found.kind = pick(inner, from, &found.owner);
	}
	if (found.kind == RECORD_NOT_MINE && from && json_value_size(found.value) > 0 &&
	    !is_own_report(found.value))
		found.kind = RECORD_RUN;
	return found;
}

void describe_stranger(const struct json_value *record, const struct adapter *from,
		       struct strbuf *out)
{
	const size_t size = json_value_size(record);
	const size_t named = size < MEMBERS_NAMED ? size : MEMBERS_NAMED;

	strbuf_addf(out, "is no %s record", from ? from->name : "API's");
	if (!json_value_is(record, JSON_VALUE_OBJECT))
		strbuf_addstr(out, ": not an object");
	else if (!size)
		strbuf_addstr(out, ": an empty object");
	for (size_t i = 0; i < named; i++) {
		const char *name = record->members[i].name;

		strbuf_addstr(out, i ? ", \"" : ": an object with \"");
		strbuf_add(out, name, utf8_cut(name, strlen(name), 40));
		strbuf_addstr(out, "\"");
	}
	if (size > named)
		strbuf_addstr(out, ", ...");
}
