#include "runtally/recognise.h"

#include <string.h>

#include "runtally/utf8.h"

enum { WRAPPER_DEPTH = 3, MEMBERS_NAMED = 6 };

/* The wrappers that records.c hands out whole (records.h). */
static const char *const wrappers[] = {"data", "run", "agent_test_run", NULL};

static enum record_kind pick(const json_t *value, const struct adapter *from,
			     const struct adapter **owner)
{
	enum record_kind kind = adapter_pick(value, owner);

	if (!from || kind == RECORD_REFUSAL)
		return kind;
	*owner = from;
	return from->claims(value);
}

static const json_t *wrapped(const json_t *value)
{
	for (const char *const *name = wrappers; *name; name++) {
		const json_t *inner = json_object_get(value, *name);

		if (json_is_object(inner))
			return inner;
	}
	return NULL;
}

bool is_own_report(const json_t *record)
{
	const char *schema = json_string_value(json_object_get(record, "schema"));

	return schema && strncmp(schema, "runtally.report/", strlen("runtally.report/")) == 0;
}

struct recognised recognise(const json_t *record, const struct adapter *from)
{
	struct recognised found = {.value = record};

	found.kind = pick(record, from, &found.owner);
	for (int depth = 0; depth < WRAPPER_DEPTH && wrapped(found.value) &&
			    (found.kind == RECORD_NOT_MINE || found.kind == RECORD_REFUSAL);
	     depth++) {
		found.value = wrapped(found.value);
		found.kind = pick(found.value, from, &found.owner);
	}
	if (found.kind == RECORD_NOT_MINE && from && json_object_size(found.value) > 0 &&
	    !is_own_report(found.value))
		found.kind = RECORD_RUN;
	return found;
}

void describe_stranger(const json_t *record, const struct adapter *from, struct strbuf *out)
{
	const char *key;
	json_t *member;
	int named = 0;

	strbuf_addf(out, "is no %s record", from ? from->name : "API's");
	if (!json_is_object(record))
		strbuf_addstr(out, ": not an object");
	else if (!json_object_size(record))
		strbuf_addstr(out, ": an empty object");
	json_object_foreach((json_t *)record, key, member)
	{
		strbuf_addstr(out, named ? ", \"" : ": an object with \"");
		strbuf_add(out, key, utf8_cut(key, strlen(key), 40));
		strbuf_addstr(out, "\"");
		if (++named == MEMBERS_NAMED)
			break;
	}
	if (json_object_size(record) > MEMBERS_NAMED)
		strbuf_addstr(out, ", ...");
}
