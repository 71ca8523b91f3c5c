#include "runtally/adapters/adapters.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapter_input.h"
#include "runtally/base/times.h"
#include "runtally/base/utf8.h"

enum { WRAPPER_DEPTH = 3, MEMBERS_NAMED = 6 };

extern const struct adapter adapter_kapso, adapter_sigmamind, adapter_telnyx, adapter_magpipe,
	adapter_playgent, adapter_runtally;

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

/* What a run that did not pass when it was stored, or now, is put down to changes with it. */
static void judge_by_score(struct run *run, const struct verdict_rules *rules)
{
	if (rules->pass_score_micro == PASS_SCORE_STORED)
		return;
	if (run->score_micro >= rules->pass_score_micro) {
		run->outcome = OUTCOME_PASSED;
		run->cause = CAUSE_NONE;
		run->reason = NULL;
	} else {
		run->outcome = OUTCOME_FAILED;
		if (!run->reason)
			run->reason = SCORE_TOO_LOW;
	}
}

int adapter_read_run(const struct adapter *owner, struct run *run, const struct field *record,
		     struct adapter_input *input, struct error *err)
{
	const struct adapter *source;

	if (owner->read_run(run, record, input, err) != 0)
		return -1;
	source = run->source == owner->name ? owner : adapter_by_name(run->source);
	if (source && source->only_scores)
		run->judged_by_score = true;
	run->judged_by_score = run->judged_by_score && run->has_score &&
			       (run->outcome == OUTCOME_PASSED || run->outcome == OUTCOME_FAILED);
	if (run->judged_by_score)
		judge_by_score(run, input->rules);
	return 0;
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
 * The error bodies of all APIs: `{"error": "words"}`, `{"error": {"code", "message"}}` (also
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
	struct strbuf text = STRBUF_INIT;
	const char *line;

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		add_complaint(&text, json_value_get(record, members[i]));
	line = field_line(scratch, text.text, REASON_BYTES);
	strbuf_release(&text);
	return line ? line : "an error body without words";
}

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

/* All members of a record by name and type, and what the adapters want. */
static void want_record(struct wanted *wanted, const char *envelope, const char *dot)
{
	char path[128];

	snprintf(path, sizeof(path), "%s%s*?", envelope, dot);
	wanted_add(wanted, path);
	snprintf(path, sizeof(path), "%s%s", envelope, dot);
	for (size_t a = 0; adapters[a]; a++)
		fields_want(adapters[a]->fields, path, wanted);
}

void adapters_want(struct wanted *wanted)
{
	const struct envelope *envelope;

	want_record(wanted, "", "");
	for (size_t i = 0; (envelope = envelope_at(i)); i++)
		if (envelope->object)
			want_record(wanted, envelope->name, ".");
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

const char *frame_key_check(const struct json_value *frame)
{
	return json_value_text(json_value_get(frame, "key_check"));
}

/* What is missing or odd stays as it is: a later version may have changed its mind about it. */
static void take_text(const struct json_value *object, const char *name, const char **text)
{
	const char *told = json_value_text(json_value_get(object, name));

	if (told)
		*text = told;
}

static void take_time(const struct json_value *object, const char *name, int64_t *ms)
{
	const char *told = json_value_text(json_value_get(object, name));

	if (!told || !time_parse(told, ms))
		*ms = TIME_UNKNOWN;
}

static void take_count(const struct json_value *object, const char *name, uint64_t *count)
{
	const struct json_value *told = json_value_get(object, name);

	if (json_value_is(told, JSON_VALUE_INTEGER) && told->integer >= 0)
		*count = (uint64_t)told->integer;
}

/* `2/4` */
static void take_shard(const char *text, struct call *call)
{
	char *rest;
	unsigned long shard = strtoul(text, &rest, 10), shards;

	if (*rest != '/')
		return;
	shards = strtoul(rest + 1, &rest, 10);
	if (!*rest && shard && shard <= shards && shards <= CALL_SHARDS) {
		call->shard = (unsigned)shard;
		call->shards = (unsigned)shards;
	}
}

static void take_notes(const struct json_value *list, struct arena *scratch, struct call *call)
{
	size_t count = json_value_count(list);
	const char **notes = arena_alloc(scratch, CALL_NOTES * sizeof(*notes));

	call->notes = notes;
	for (size_t i = 0; i < count && call->note_count < CALL_NOTES; i++) {
		const char *text = json_value_text(json_value_item(list, i));

		if (text)
			notes[call->note_count++] = text;
	}
}

bool frame_call(const struct json_value *frame, struct arena *scratch, struct call *call)
{
	const struct json_value *period = json_value_get(frame, "period");
	const struct json_value *runs = json_value_get(frame, "counted");
	const struct json_value *bad = json_value_get(frame, "bad");
	const char *shard = "";

	call_init(call);
	take_time(frame, "written_at", &call->written_at);
	take_text(frame, "file", &call->file);
	take_text(frame, "title", &call->title);
	take_text(frame, "environment", &call->environment);
	take_text(frame, "shard", &shard);
	take_shard(shard, call);
	take_time(period, "since", &call->since);
	take_time(period, "until", &call->until);
	take_time(runs, "from", &call->from);
	take_time(runs, "to", &call->to);
	take_count(bad, "errors", &call->errors);
	take_count(bad, "count", &call->gaps);
	take_notes(json_value_get(bad, "notes"), scratch, call);
	return call->written_at != TIME_UNKNOWN;
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
