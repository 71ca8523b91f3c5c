#include "runtally/json/value.h"

#include <string.h>

const struct json_value *json_value_find(const struct json_value *object, const char *name,
					 unsigned head)
{
	for (size_t i = 0; i < object->count; i++) {
		const struct json_value_member *member = &object->members[i];

		if (member->head == head && strcmp(member->name, name) == 0)
			return &member->value;
	}
	return NULL;
}

const struct json_value *json_value_item(const struct json_value *list, size_t index)
{
	return json_value_is(list, JSON_VALUE_LIST) && index < list->count ? &list->items[index]
									   : NULL;
}

size_t json_value_count(const struct json_value *list)
{
	return json_value_is(list, JSON_VALUE_LIST) ? list->count : 0;
}

size_t json_value_size(const struct json_value *object)
{
	return json_value_is(object, JSON_VALUE_OBJECT) ? object->count : 0;
}

const char *json_value_text(const struct json_value *value)
{
	return json_value_is(value, JSON_VALUE_STRING) ? value->text : NULL;
}

/* ---- to and from jansson ---- */

static json_t *list_to_json(const struct json_value *value)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < value->count; i++) {
		if (json_array_append_new(list, json_value_to_jansson(&value->items[i])) == 0)
			continue;
		json_decref(list);
		return NULL;
	}
	return list;
}

static json_t *object_to_json(const struct json_value *value)
{
	json_t *object = json_object();

	for (size_t i = 0; object && i < value->count; i++) {
		const struct json_value_member *member = &value->members[i];

		if (json_object_set_new_nocheck(object, member->name,
						json_value_to_jansson(&member->value)) == 0)
			continue;
		json_decref(object);
		return NULL;
	}
	return object;
}

json_t *json_value_to_jansson(const struct json_value *value)
{
	switch (value->type) {
	case JSON_VALUE_FALSE:
		return json_false();
	case JSON_VALUE_TRUE:
		return json_true();
	case JSON_VALUE_INTEGER:
		return json_integer(value->integer);
	case JSON_VALUE_REAL:
		return json_real(value->real);
	case JSON_VALUE_STRING:
		return json_stringn_nocheck(value->text, value->count);
	case JSON_VALUE_LIST:
		return list_to_json(value);
	case JSON_VALUE_OBJECT:
		return object_to_json(value);
	default:
		return json_null();
	}
}

static bool copy(struct json_value *to, const json_t *json, struct arena *arena);

static const char *copy_text(const char *text, size_t length, struct arena *arena)
{
	char *copied = arena_try_alloc(arena, length + 1);

	return copied ? memcpy(copied, text, length + 1) : NULL;
}

static bool copy_list(struct json_value *to, const json_t *json, struct arena *arena)
{
	size_t count = json_array_size(json);
	struct json_value *items = arena_try_alloc(arena, count * sizeof(*items));

	for (size_t i = 0; items && i < count; i++)
		if (!copy(&items[i], json_array_get(json, i), arena))
			return false;
	*to = (struct json_value){.type = JSON_VALUE_LIST, .count = count, .items = items};
	return items;
}

static bool copy_object(struct json_value *to, const json_t *json, struct arena *arena)
{
	size_t count = json_object_size(json);
	struct json_value_member *members = arena_try_alloc(arena, count * sizeof(*members)), *at;
	const char *name;
	json_t *value;

	*to = (struct json_value){.type = JSON_VALUE_OBJECT, .count = count, .members = members};
	at = members;
	/* The loop's parameter is not const, though it only looks. */
	json_object_foreach((json_t *)json, name, value)
	{
		if (!at)
			break;
		at->name = copy_text(name, strlen(name), arena);
		at->head = json_value_head(name);
		if (!at->name || !copy(&at->value, value, arena))
			return false;
		to->names |= json_value_bit(at->head);
		at++;
	}
	return members;
}

static bool copy_string(struct json_value *to, const json_t *json, struct arena *arena)
{
	to->type = JSON_VALUE_STRING;
	to->count = json_string_length(json);
	to->text = copy_text(json_string_value(json), to->count, arena);
	return to->text;
}

static bool copy(struct json_value *to, const json_t *json, struct arena *arena)
{
	switch (json_typeof(json)) {
	case JSON_OBJECT:
		return copy_object(to, json, arena);
	case JSON_ARRAY:
		return copy_list(to, json, arena);
	case JSON_STRING:
		return copy_string(to, json, arena);
	case JSON_INTEGER:
		*to = (struct json_value){.type = JSON_VALUE_INTEGER,
					  .integer = json_integer_value(json)};
		return true;
	case JSON_REAL:
		*to = (struct json_value){.type = JSON_VALUE_REAL, .real = json_real_value(json)};
		return true;
	default:
		*to = (struct json_value){.type = json_is_true(json)    ? JSON_VALUE_TRUE
						  : json_is_false(json) ? JSON_VALUE_FALSE
									: JSON_VALUE_NULL};
		return true;
	}
}

const struct json_value *json_value_of_jansson(const json_t *json, struct arena *arena)
{
	struct json_value *value = arena_try_alloc(arena, sizeof(*value));

	return value && copy(value, json, arena) ? value : NULL;
}
