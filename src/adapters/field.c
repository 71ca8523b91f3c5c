#include "runtally/adapters/field.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "runtally/base/error.h"
#include "runtally/base/strbuf.h"
#include "runtally/base/utf8.h"

enum {
	REMARKS_MOST = 100,
	KEY_BYTES_SHOWN = 64,
};

#define TWO_TO_THE_63 9223372036854775808.0

/* ---- remarks ---- */

void remarks_release(struct remarks *remarks)
{
	memory_free(remarks->items);
	*remarks = (struct remarks){.arena = remarks->arena};
}

static void add_key(struct strbuf *path, const char *key)
{
	size_t length = strlen(key), cut = utf8_cut(key, length, KEY_BYTES_SHOWN);

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

static const char *path_of(const struct field *field, const char *key)
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
	remark.path = path_of(object, key);
	for (size_t i = 0; i < remarks->count; i++)
		if (remarks->items[i].severity == severity &&
		    strcmp(remarks->items[i].path, remark.path) == 0 &&
		    strcmp(remarks->items[i].text, text.text) == 0)
			return;
	if (remarks->count == REMARKS_MOST)
		remark = (struct remark){.severity = severity, .path = "", .text = more};
	else
		remark.text = arena_strdup(remarks->arena, text.text);
	remarks->items = array_reserve(remarks->items, &remarks->capacity, remarks->count + 1,
				       sizeof(*remarks->items));
	remarks->items[remarks->count++] = remark;
}

void field_remark_type(const struct field *object, const char *key, const struct json_value *json,
		       const char *wanted)
{
	static const char *const names[] = {
		[JSON_VALUE_NULL] = "null",      [JSON_VALUE_FALSE] = "a boolean",
		[JSON_VALUE_TRUE] = "a boolean", [JSON_VALUE_INTEGER] = "a number",
		[JSON_VALUE_REAL] = "a number",  [JSON_VALUE_STRING] = "a string",
		[JSON_VALUE_LIST] = "a list",    [JSON_VALUE_OBJECT] = "an object",
	};

	field_remark(object, key, SEVERITY_ERROR, "is %s, not %s", names[json->type], wanted);
}

struct field field_root(const struct json_value *json, struct remarks *remarks)
{
	return (struct field){.json = json_value_is(json, JSON_VALUE_NULL) ? NULL : json,
			      .remarks = remarks};
}

struct field field_any(const struct field *object, const char *key)
{
	return (struct field){
		.json = field_json(object, key),
		.up = object,
		.key = key,
		.remarks = object->remarks,
	};
}

void field_demand(struct field *field, enum json_value_type type)
{
	if (!field->json || field->json->type == type)
		return;
	field_remark_type(field, NULL, field->json,
			  type == JSON_VALUE_OBJECT ? "an object" : "a list");
	field->json = NULL;
}

struct field field_object(const struct field *object, const char *key)
{
	struct field field = field_any(object, key);

	field_demand(&field, JSON_VALUE_OBJECT);
	return field;
}

struct field field_list(const struct field *object, const char *key)
{
	struct field field = field_any(object, key);

	field_demand(&field, JSON_VALUE_LIST);
	return field;
}

bool field_has(const struct field *object, const char *key)
{
	return field_json(object, key) != NULL;
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

	field_demand(&field, JSON_VALUE_OBJECT);
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

	field_demand(&field, JSON_VALUE_OBJECT);
	return field;
}

/* ---- texts ---- */

static bool is_blank_byte(char byte)
{
	return (unsigned char)byte <= ' ' || byte == 0x7F;
}

bool field_is_blank(const char *text)
{
	while (*text && is_blank_byte(*text))
		text++;
	return *text == '\0';
}

const char *field_line(struct arena *arena, const char *text, size_t limit)
{
	size_t length = 0;
	char *line;

	if (!text || field_is_blank(text))
		return NULL;
	line = arena_alloc(arena, limit + 2);
	for (; *text && length <= limit; text++) {
		if (!is_blank_byte(*text))
			line[length++] = *text;
		else if (length && line[length - 1] != ' ')
			line[length++] = ' ';
	}
	if (line[length - 1] == ' ')
		length--;
	if (length > limit) {
		length = utf8_cut(line, length, limit - 3);
		while (length > 0 && line[length - 1] == ' ')
			length--;
		memcpy(line + length, "...", 3);
		length += 3;
	}
	line[length] = '\0';
	return line;
}

const char *field_text(const struct field *object, const char *key)
{
	const struct json_value *json = field_json(object, key);

	if (!json)
		return NULL;
	if (!json_value_is(json, JSON_VALUE_STRING)) {
		field_remark_type(object, key, json, "a string");
		return NULL;
	}
	return json_value_text(json);
}

const char *field_id(const struct field *object, const char *key)
{
	const struct json_value *json = field_json(object, key);
	const char *text;

	if (json_value_is(json, JSON_VALUE_INTEGER))
		return arena_printf(object->remarks->arena, "%" PRId64, json->integer);
	text = field_text(object, key);
	return text && *text ? text : NULL;
}

const char *field_name(const struct field *object, const char *key)
{
	const char *text = field_text(object, key);

	return text && !field_is_blank(text) ? text : NULL;
}

/* ---- truth and numbers ---- */

enum flag field_flag(const struct field *object, const char *key)
{
	const struct json_value *json = field_json(object, key);

	if (!json)
		return FLAG_ABSENT;
	if (json->type != JSON_VALUE_TRUE && json->type != JSON_VALUE_FALSE) {
		field_remark_type(object, key, json, "a boolean");
		return FLAG_ODD;
	}
	return json->type == JSON_VALUE_TRUE ? FLAG_TRUE : FLAG_FALSE;
}

static const struct json_value *number(const struct field *object, const char *key)
{
	const struct json_value *json = field_json(object, key);

	if (!json || json->type == JSON_VALUE_INTEGER || json->type == JSON_VALUE_REAL)
		return json;
	field_remark_type(object, key, json, "a number");
	return NULL;
}

static bool remark_range(const struct field *object, const char *key, int64_t min, int64_t max)
{
	field_remark(object, key, SEVERITY_ERROR, "is not within %" PRId64 " to %" PRId64, min,
		     max);
	return false;
}

/* A real with no fraction counts as an integer. */
bool field_whole(const struct field *object, const char *key, int64_t most, int64_t *out)
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
			return remark_range(object, key, 0, most);
		if (real != floor(real)) {
			field_remark(object, key, SEVERITY_ERROR, "is not a whole number");
			return false;
		}
		value = (int64_t)real;
	}
	if (value < 0 || value > most)
		return remark_range(object, key, 0, most);
	*out = value;
	return true;
}

/* A number of min..max, times `scale` and then rounded; both ends times scale must fit. */
static bool read_scaled(const struct field *object, const char *key, int64_t min, int64_t max,
			int64_t scale, int64_t *out)
{
	const struct json_value *json = number(object, key);

	if (!json)
		return false;
	if (json_value_is(json, JSON_VALUE_INTEGER)) {
		if (json->integer < min || json->integer > max)
			return remark_range(object, key, min, max);
		*out = json->integer * scale;
		return true;
	}
	if (!(json->real >= (double)min && json->real <= (double)max))
		return remark_range(object, key, min, max);
	*out = llround(json->real * (double)scale);
	return true;
}

bool field_ms(const struct field *object, const char *key, int64_t *out)
{
	return read_scaled(object, key, 0, UINT32_MAX, 1, out);
}

bool field_money(const struct field *object, const char *key, int64_t *out)
{
	return read_scaled(object, key, 0, 1000000, 1000000000, out);
}

bool field_micro(const struct field *object, const char *key, int64_t *out)
{
	return read_scaled(object, key, -1000, 1000, 1000000, out);
}
