#include "field_table.h"

#include <string.h>

#include "runtally/adapters/adapter.h"
#include "runtally/base/strbuf.h"
#include "runtally/base/times.h"

/* So much for one run or turn that a million of them still have a sum. */
#define TOKENS_MOST INT64_C(1000000000000)

/*
 * Of a time after the present: where no zone is told, the clock may be one of up to 14 hours ahead,
 * and clocks differ.
 */
#define AHEAD_MOST_MS DAY_MS

_Static_assert(offsetof(struct run, tokens_output) ==
		       offsetof(struct run, tokens_input) + sizeof(int64_t),
	       "FIELD_TOKENS fills both");
_Static_assert(offsetof(struct turn, tokens_output) ==
		       offsetof(struct turn, tokens_input) + sizeof(int64_t),
	       "FIELD_TOKENS fills both");

/* ---- types of their own ---- */

static bool read_score(const struct field *value, int32_t *micro)
{
	int64_t number;

	if (!field_micro(value, NULL, &number))
		return false;
	if (number < 0 || number > SCORE_ONE) {
		field_remark(value, NULL, SEVERITY_ERROR, "is not within 0 to 1");
		return false;
	}
	*micro = (int32_t)number;
	return true;
}

static bool read_tokens(const struct field *value, const char *partner, int64_t *tokens)
{
	int64_t first, second;
	bool has_first = field_whole(value, NULL, TOKENS_MOST, &first);

	if (!field_whole(value->up, partner, TOKENS_MOST, &second) || !has_first)
		return false;
	tokens[0] = first;
	tokens[1] = second;
	return true;
}

static void read_verdict(const struct field *value, enum outcome *outcome)
{
	enum flag flag = *outcome == OUTCOME_UNKNOWN ? field_flag(value, NULL) : FLAG_ABSENT;

	if (flag >= FLAG_FALSE)
		*outcome = flag == FLAG_TRUE ? OUTCOME_PASSED : OUTCOME_FAILED;
}

/* What is absent or names no outcome is remarked: it is unknown. */
static enum outcome read_status(const struct field *value, const struct status_word *words,
				const char **status)
{
	const char *text = field_text(value, NULL);

	if (status)
		*status = text;
	if (!text) {
		if (!value->json)
			field_remark(value, NULL, SEVERITY_WARNING,
				     "is missing: the outcome is unknown");
		return OUTCOME_UNKNOWN;
	}
	if (!words && outcome_by_name(text) != OUTCOME_COUNT)
		return outcome_by_name(text);
	while (words && words->word && strcmp(words->word, text) != 0)
		words++;
	if (words && words->word && words->outcome != OUTCOME_UNKNOWN)
		return words->outcome;
	field_remark(value, NULL, SEVERITY_WARNING,
		     "is not a status that tells an outcome: it is unknown");
	return OUTCOME_UNKNOWN;
}

/*
 * What programs write for a time that is not set: 1970 to the millisecond, the first day of the
 * year 1 or 0 in whatever zone, a bare 0.
 */
static bool is_zero_time(const struct json_value *json, const char *text)
{
	int64_t ms;

	if (!text)
		return json_value_is(json, JSON_VALUE_INTEGER) && json->integer == 0;
	return strcmp(text, "0") == 0 || strncmp(text, "0000-00-00", 10) == 0 ||
	       strncmp(text, "0001-01-01", 10) == 0 || (time_parse(text, &ms) && ms == 0);
}

/* Whether there is anything, be it a time or not. */
static bool read_time(const struct field *value, const struct adapter_input *input, int64_t *out)
{
	const int64_t now = input ? input->now : 0;
	const char *text = json_value_text(value->json);
	int64_t ms;

	if (is_zero_time(value->json, text)) {
		if (now)
			field_remark(value, NULL, SEVERITY_WARNING,
				     "is the zero of a clock: taken as unknown");
		return false;
	}
	text = field_text(value, NULL);
	if (text && !time_parse(text, &ms)) {
		field_remark(value, NULL, SEVERITY_ERROR,
			     "is not a time as in 2026-11-20T10:00:00Z");
	} else if (text) {
		*out = ms;
		if (now && ms > now + AHEAD_MOST_MS)
			field_remark(value, NULL, SEVERITY_WARNING,
				     "has not come yet: a clock may be wrong");
	}
	return value->json != NULL;
}

/* ---- rows ---- */

static const struct field_row label_rows[] = {
	{"id", FIELD_ID, AT_OF(label, id)},
	{"name", FIELD_NAME, AT_OF(label, name)},
	{0},
};

/* The objects that the last row was in. Most rows are in those as well, by the same text. */
struct way {
	const struct field *root;
	const char *names[FIELD_DEPTH];
	struct field steps[FIELD_DEPTH];
};

static const struct field *walk(struct way *way, const struct field_row *row)
{
	const struct field *object = way->root;
	bool same = true;

	for (size_t i = 0; i < FIELD_DEPTH && row->in[i]; i++) {
		same = same && way->names[i] == row->in[i];
		if (!same) {
			memset(way->names + i, 0, sizeof(way->names) - i * sizeof(*way->names));
			way->names[i] = row->in[i];
			way->steps[i] = field_object(object, row->in[i]);
		}
		object = &way->steps[i];
	}
	return object;
}

/* A copy that outlives the walk. */
static const struct field *keep(const struct field *field, const struct field *root)
{
	struct field *copy;

	if (field == root)
		return root;
	copy = arena_alloc(field->remarks->arena, sizeof(*copy));
	*copy = *field;
	copy->up = keep(field->up, root);
	return copy;
}

static void read_row(const struct field_row *row, struct field *value, const struct field *root,
		     char *into, struct adapter_input *input)
{
	void *at = into + row->at;
	bool told;

	switch (row->type) {
	case FIELD_NEEDED:
		return;
	case FIELD_SHAPE:
		field_demand(value, JSON_VALUE_OBJECT);
		return;
	case FIELD_LIST:
		field_demand(value, JSON_VALUE_LIST);
		row->read(at, value, row, input);
		return;
	case FIELD_CODE:
		row->read(at, value, row, input);
		return;
	case FIELD_KEY:
	case FIELD_ID:
		if (!*(const char **)at)
			*(const char **)at = field_id(value, NULL);
		return;
	case FIELD_NAME:
		if (!*(const char **)at)
			*(const char **)at = field_name(value, NULL);
		return;
	case FIELD_TEXT:
		if (!*(const char **)at)
			*(const char **)at = field_text(value, NULL);
		return;
	case FIELD_LABEL:
		if (((struct label *)at)->id || ((struct label *)at)->name)
			return;
		field_demand(value, JSON_VALUE_OBJECT);
		fields_read(value, row->rows ? row->rows : label_rows, at, input, NULL);
		return;
	case FIELD_OBJECT:
		field_demand(value, JSON_VALUE_OBJECT);
		value->up = keep(value->up, root);
		*(struct field *)at = *value;
		return;
	case FIELD_FLAG:
		*(enum flag *)at = field_flag(value, NULL);
		return;
	case FIELD_VERDICT:
		read_verdict(value, at);
		return;
	case FIELD_STATUS:
		*(enum outcome *)at =
			read_status(value, row->words,
				    row->also ? (const char **)(void *)(into + row->also) : NULL);
		return;
	case FIELD_TIME:
		told = read_time(value, input, at);
		break;
	case FIELD_WHOLE:
		told = field_whole(value, NULL, row->most, at);
		break;
	case FIELD_MS:
		told = field_ms(value, NULL, at);
		break;
	case FIELD_MONEY:
		told = field_money(value, NULL, at);
		break;
	case FIELD_TOKENS:
		told = read_tokens(value, row->partner, at);
		break;
	default:
		told = read_score(value, at);
	}
	if (row->also)
		*(bool *)(into + row->also) = told;
}

int fields_read(const struct field *object, const struct field_row *rows, void *into,
		struct adapter_input *input, struct error *err)
{
	struct field value = {.remarks = object->remarks};
	const char *missing = NULL;
	struct way way;

	way.root = object;
	memset(way.names, 0, sizeof(way.names));
	for (const struct field_row *row = rows; row->name; row++) {
		value.up = walk(&way, row);
		value.json = field_json(value.up, row->name);
		value.key = row->name;
		read_row(row, &value, object, into, input);
		if (row->type == FIELD_KEY && !missing &&
		    !*(const char **)(void *)((char *)into + row->at))
			missing = row->name;
		if (missing && row[1].type != FIELD_KEY)
			return error_set(err, "the run has no %s", missing);
	}
	return 0;
}

void fields_want(const struct field_row *rows, const char *prefix, struct wanted *wanted)
{
	struct strbuf path = STRBUF_INIT;

	for (const struct field_row *row = rows; row->name; row++) {
		const struct field_row *inner =
			row->type == FIELD_LABEL && !row->rows ? label_rows : row->rows;
		size_t owner;

		if (row->type == FIELD_SHAPE)
			continue;
		strbuf_reset(&path);
		strbuf_addstr(&path, prefix);
		for (size_t i = 0; i < FIELD_DEPTH && row->in[i]; i++) {
			strbuf_addstr(&path, row->in[i]);
			strbuf_addch(&path, '.');
		}
		owner = path.length;
		strbuf_addstr(&path, row->name);
		if (inner) {
			strbuf_addstr(&path, row->each ? row->each : "");
			strbuf_addch(&path, '.');
			fields_want(inner, path.text, wanted);
			continue;
		}
		strbuf_addstr(&path, row->only_type ? "?" : "");
		wanted_add(wanted, path.text);
		if (row->partner) {
			strbuf_truncate(&path, owner);
			strbuf_addstr(&path, row->partner);
			wanted_add(wanted, path.text);
		}
	}
	strbuf_release(&path);
}
