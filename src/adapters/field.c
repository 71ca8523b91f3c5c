#include "runtally/adapters/field.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "runtally/base/error.h"
#include "runtally/base/strbuf.h"
#include "runtally/base/times.h"

enum {
	REMARKS_MOST = 100,
	KEY_BYTES_SHOWN = 64,
};

#define NANO          INT64_C(1000000000)
#define MONEY_MOST    INT64_C(1000000)
#define MICRO         INT64_C(1000000)
#define MICRO_MOST    INT64_C(1000)
#define TWO_TO_THE_63 9223372036854775808.0

void remarks_release(struct remarks *remarks)
{
	memory_free(remarks->items);
	*remarks = (struct remarks){.arena = remarks->arena};
}

static void add_key(struct strbuf *path, const char *key)
{
	size_t length = strlen(key), cut = length;

	if (length > KEY_BYTES_SHOWN) {
		cut = KEY_BYTES_SHOWN;
		while (cut > 0 && ((unsigned char)key[cut] & 0xC0) == 0x80)
			cut--;
	}
	if (path->length)
		strbuf_addch(path, '.');
	strbuf_add(path, key, cut);
	if (cut < length)
		strbuf_addstr(path, "...");
}

static void add_path(struct strbuf *path, const struct field *field)
{
	if (field->up)
		add_path(path, field->up);
	if (field->key)
		add_key(path, field->key);
	else if (field->up)
		strbuf_addf(path, "[%zu]", field->index);
}

const char *field_path(const struct field *field, const char *key)
{
	struct strbuf path = STRBUF_INIT;
	char *text;

	add_path(&path, field);
	if (key)
		add_key(&path, key);
	text = arena_strndup(field->remarks->arena, path.text, path.length);
	strbuf_release(&path);
	return text;
}

static bool is_known(const struct remarks *remarks, const struct remark *remark)
{
	for (size_t i = 0; i < remarks->count; i++) {
		const struct remark *item = &remarks->items[i];

		if (item->severity == remark->severity && strcmp(item->path, remark->path) == 0 &&
		    strcmp(item->text, remark->text) == 0)
			return true;
	}
	return false;
}

static void keep_remark(struct remarks *remarks, const struct remark *remark)
{
	remarks->items = array_reserve(remarks->items, &remarks->capacity, remarks->count + 1,
				       sizeof(*remarks->items));
	remarks->items[remarks->count++] = *remark;
}

void field_remark(const struct field *object, const char *key, enum severity severity,
		  const char *format, ...)
{
	static const char more[] = "more than 100 remarks on this record: the rest is left out";
	struct remarks *remarks = object->remarks;
	struct remark remark = {.severity = severity};
	struct error text;
	va_list args;

	if (remarks->count > REMARKS_MOST) {
		if (severity > remarks->items[REMARKS_MOST].severity)
			remarks->items[REMARKS_MOST].severity = severity;
		return;
	}
	va_start(args, format);
	vsnprintf(text.text, sizeof(text.text), format, args);
	va_end(args);
	remark.path = field_path(object, key);
	remark.text = text.text;
	if (is_known(remarks, &remark))
		return;
	if (remarks->count == REMARKS_MOST) {
		keep_remark(remarks,
			    &(struct remark){.severity = severity, .path = "", .text = more});
		return;
	}
	remark.text = arena_strdup(remarks->arena, text.text);
	keep_remark(remarks, &remark);
}

static const char *type_name(const struct json_value *json)
{
	switch (json->type) {
	case JSON_VALUE_OBJECT:
		return "an object";
	case JSON_VALUE_LIST:
		return "a list";
	case JSON_VALUE_STRING:
		return "a string";
	case JSON_VALUE_INTEGER:
	case JSON_VALUE_REAL:
		return "a number";
	case JSON_VALUE_TRUE:
	case JSON_VALUE_FALSE:
		return "a boolean";
	default:
		return "null";
	}
}

static void remark_type(const struct field *object, const char *key, const struct json_value *json,
			const char *wanted)
{
	field_remark(object, key, SEVERITY_ERROR, "is %s, not %s", type_name(json), wanted);
}

struct field field_root(const struct json_value *json, struct remarks *remarks)
{
	return (struct field){.json = json_value_is(json, JSON_VALUE_NULL) ? NULL : json,
			      .remarks = remarks};
}

/* The member, NULL where it is absent or null; the field's own value for no key. */
static const struct json_value *member(const struct field *object, const char *key)
{
	const struct json_value *json = key ? json_value_get(object->json, key) : object->json;

	return json_value_is(json, JSON_VALUE_NULL) ? NULL : json;
}

struct field field_any(const struct field *object, const char *key)
{
	return (struct field){
		.json = member(object, key),
		.up = object,
		.key = key,
		.remarks = object->remarks,
	};
}

struct field field_object(const struct field *object, const char *key)
{
	struct field field = field_any(object, key);

	if (field.json && !json_value_is(field.json, JSON_VALUE_OBJECT)) {
		remark_type(object, key, field.json, "an object");
		field.json = NULL;
	}
	return field;
}

struct field field_list(const struct field *object, const char *key)
{
	struct field field = field_any(object, key);

	if (field.json && !json_value_is(field.json, JSON_VALUE_LIST)) {
		remark_type(object, key, field.json, "a list");
		field.json = NULL;
	}
	return field;
}

bool field_has(const struct field *object, const char *key)
{
	return member(object, key) != NULL;
}

size_t field_count(const struct field *list)
{
	return json_value_count(list->json);
}

struct field field_item(const struct field *list, size_t index)
{
	const struct json_value *json = json_value_item(list->json, index);

	return (struct field){
		.json = json_value_is(json, JSON_VALUE_NULL) ? NULL : json,
		.up = list,
		.index = index,
		.remarks = list->remarks,
	};
}

struct field field_item_object(const struct field *list, size_t index)
{
	struct field field = field_item(list, index);

	if (field.json && !json_value_is(field.json, JSON_VALUE_OBJECT)) {
		remark_type(&field, NULL, field.json, "an object");
		field.json = NULL;
	}
	return field;
}

size_t field_size(const struct field *object)
{
	return json_value_size(object->json);
}

struct field field_member_object(const struct field *object, size_t index)
{
	const struct json_value_member *member = &object->json->members[index];
	struct field field = {
		.json = json_value_is(&member->value, JSON_VALUE_NULL) ? NULL : &member->value,
		.up = object,
		.key = member->name,
		.remarks = object->remarks,
	};

	if (field.json && !json_value_is(field.json, JSON_VALUE_OBJECT)) {
		remark_type(object, field.key, field.json, "an object");
		field.json = NULL;
	}
	return field;
}

const char *field_text(const struct field *object, const char *key)
{
	const struct json_value *json = member(object, key);

	if (!json)
		return NULL;
	if (!json_value_is(json, JSON_VALUE_STRING)) {
		remark_type(object, key, json, "a string");
		return NULL;
	}
	return json_value_text(json);
}

const char *field_id(const struct field *object, const char *key)
{
	const struct json_value *json = member(object, key);
	const char *text;

	if (json_value_is(json, JSON_VALUE_INTEGER))
		return arena_printf(object->remarks->arena, "%" PRId64, json->integer);
	text = field_text(object, key);
	return text && *text ? text : NULL;
}

bool field_bool(const struct field *object, const char *key, bool *out)
{
	const struct json_value *json = member(object, key);

	if (!json)
		return false;
	if (json->type != JSON_VALUE_TRUE && json->type != JSON_VALUE_FALSE) {
		remark_type(object, key, json, "a boolean");
		return false;
	}
	*out = json_value_is(json, JSON_VALUE_TRUE);
	return true;
}

static const struct json_value *number(const struct field *object, const char *key)
{
	const struct json_value *json = member(object, key);

	if (!json || json->type == JSON_VALUE_INTEGER || json->type == JSON_VALUE_REAL)
		return json;
	remark_type(object, key, json, "a number");
	return NULL;
}

static bool remark_range(const struct field *object, const char *key, int64_t min, int64_t max)
{
	field_remark(object, key, SEVERITY_ERROR, "is not within %" PRId64 " to %" PRId64, min,
		     max);
	return false;
}

bool field_integer(const struct field *object, const char *key, int64_t min, int64_t max,
		   int64_t *out)
{
	const struct json_value *json = number(object, key);
	int64_t value;
	double real;

	if (!json)
		return false;
	if (json_value_is(json, JSON_VALUE_INTEGER)) {
		value = json->integer;
	} else {
		real = json->real;
		if (!(real >= -TWO_TO_THE_63 && real < TWO_TO_THE_63))
			return remark_range(object, key, min, max);
		if (real != floor(real)) {
			field_remark(object, key, SEVERITY_ERROR, "is not a whole number");
			return false;
		}
		value = (int64_t)real;
	}
	if (value < min || value > max)
		return remark_range(object, key, min, max);
	*out = value;
	return true;
}

/* A number of min..max, times `scale` and then rounded; both ends times scale must fit. */
static bool field_scaled(const struct field *object, const char *key, int64_t min, int64_t max,
			 int64_t scale, int64_t *out)
{
	const struct json_value *json = number(object, key);
	double real;

	if (!json)
		return false;
	if (json_value_is(json, JSON_VALUE_INTEGER)) {
		int64_t value = json->integer;

		if (value < min || value > max)
			return remark_range(object, key, min, max);
		*out = value * scale;
		return true;
	}
	real = json->real;
	if (!(real >= (double)min && real <= (double)max))
		return remark_range(object, key, min, max);
	*out = llround(real * (double)scale);
	return true;
}

bool field_ms(const struct field *object, const char *key, int64_t *out)
{
	return field_scaled(object, key, 0, UINT32_MAX, 1, out);
}

bool field_money(const struct field *object, const char *key, int64_t *out)
{
	return field_scaled(object, key, 0, MONEY_MOST, NANO, out);
}

bool field_micro(const struct field *object, const char *key, int64_t *out)
{
	return field_scaled(object, key, -MICRO_MOST, MICRO_MOST, MICRO, out);
}

bool field_time(const struct field *object, const char *key, int64_t *out)
{
	const char *text = field_text(object, key);

	if (!text)
		return false;
	if (time_parse(text, out))
		return true;
	field_remark(object, key, SEVERITY_ERROR, "is not a time as in 2026-11-20T10:00:00Z");
	return false;
}
