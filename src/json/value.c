#include "runtally/json/value.h"

#include <string.h>

const struct datum *datum_find(const struct datum *object, const char *name, unsigned head)
{
	for (size_t i = 0; i < object->count; i++) {
		const struct datum_member *member = &object->members[i];

		if (member->head == head && strcmp(member->name, name) == 0)
			return &member->value;
	}
	return NULL;
}

const struct datum *datum_item(const struct datum *list, size_t index)
{
	return datum_is(list, DATUM_LIST) && index < list->count ? &list->items[index] : NULL;
}

size_t datum_count(const struct datum *list)
{
	return datum_is(list, DATUM_LIST) ? list->count : 0;
}

size_t datum_size(const struct datum *object)
{
	return datum_is(object, DATUM_OBJECT) ? object->count : 0;
}

const char *datum_text(const struct datum *datum)
{
	return datum_is(datum, DATUM_STRING) ? datum->text : NULL;
}

/* ---- to and from jansson ---- */

static json_t *list_to_json(const struct datum *datum)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < datum->count; i++) {
		if (json_array_append_new(list, datum_to_json(&datum->items[i])) == 0)
			continue;
		json_decref(list);
		return NULL;
	}
	return list;
}

static json_t *object_to_json(const struct datum *datum)
{
	json_t *object = json_object();

	for (size_t i = 0; object && i < datum->count; i++) {
		const struct datum_member *member = &datum->members[i];

		if (json_object_set_new_nocheck(object, member->name,
						datum_to_json(&member->value)) == 0)
			continue;
		json_decref(object);
		return NULL;
	}
	return object;
}

json_t *datum_to_json(const struct datum *datum)
{
	switch (datum->type) {
	case DATUM_FALSE:
		return json_false();
	case DATUM_TRUE:
		return json_true();
	case DATUM_INTEGER:
		return json_integer(datum->integer);
	case DATUM_REAL:
		return json_real(datum->real);
	case DATUM_STRING:
		return json_stringn_nocheck(datum->text, datum->count);
	case DATUM_LIST:
		return list_to_json(datum);
	case DATUM_OBJECT:
		return object_to_json(datum);
	default:
		return json_null();
	}
}

static bool copy(struct datum *to, const json_t *json, struct arena *arena);

static const char *copy_text(const char *text, size_t length, struct arena *arena)
{
	char *copied = arena_try_alloc(arena, length + 1);

	return copied ? memcpy(copied, text, length + 1) : NULL;
}

static bool copy_list(struct datum *to, const json_t *json, struct arena *arena)
{
	size_t count = json_array_size(json);
	struct datum *items = arena_try_alloc(arena, count * sizeof(*items));

	for (size_t i = 0; items && i < count; i++)
		if (!copy(&items[i], json_array_get(json, i), arena))
			return false;
	*to = (struct datum){.type = DATUM_LIST, .count = count, .items = items};
	return items;
}

static bool copy_object(struct datum *to, const json_t *json, struct arena *arena)
{
	size_t count = json_object_size(json);
	struct datum_member *members = arena_try_alloc(arena, count * sizeof(*members)), *at;
	const char *name;
	json_t *value;

	*to = (struct datum){.type = DATUM_OBJECT, .count = count, .members = members};
	at = members;
	/* The loop's parameter is not const, though it only looks. */
	json_object_foreach((json_t *)json, name, value)
	{
		if (!at)
			break;
		at->name = copy_text(name, strlen(name), arena);
		at->head = datum_head(name);
		if (!at->name || !copy(&at->value, value, arena))
			return false;
		to->names |= datum_bit(at->head);
		at++;
	}
	return members;
}

static bool copy_string(struct datum *to, const json_t *json, struct arena *arena)
{
	to->type = DATUM_STRING;
	to->count = json_string_length(json);
	to->text = copy_text(json_string_value(json), to->count, arena);
	return to->text;
}

static bool copy(struct datum *to, const json_t *json, struct arena *arena)
{
	switch (json_typeof(json)) {
	case JSON_OBJECT:
		return copy_object(to, json, arena);
	case JSON_ARRAY:
		return copy_list(to, json, arena);
	case JSON_STRING:
		return copy_string(to, json, arena);
	case JSON_INTEGER:
		*to = (struct datum){.type = DATUM_INTEGER, .integer = json_integer_value(json)};
		return true;
	case JSON_REAL:
		*to = (struct datum){.type = DATUM_REAL, .real = json_real_value(json)};
		return true;
	default:
		*to = (struct datum){.type = json_is_true(json)    ? DATUM_TRUE
					     : json_is_false(json) ? DATUM_FALSE
								   : DATUM_NULL};
		return true;
	}
}

const struct datum *datum_of_json(const json_t *json, struct arena *arena)
{
	struct datum *datum = arena_try_alloc(arena, sizeof(*datum));

	return datum && copy(datum, json, arena) ? datum : NULL;
}
