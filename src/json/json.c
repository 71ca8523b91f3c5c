#include "runtally/json/json.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdbool.h>
#include <string.h>

enum { MIB = 1024 * 1024 };

/* ---- values ---- */

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

/* ---- reading ---- */

static _Thread_local struct arena *arena_in_use;
static _Thread_local jmp_buf *way_out; /* of the parse that is going on; NULL: none is */

/*
 * jansson's lexer does not look whether the text that it collects could grow, and reads and writes
 * beyond it then: a parse that exceeds its budget is left at once. All its memory is the arena's.
 */
static void *json_alloc(size_t size)
{
	void *memory;

	if (!arena_in_use)
		return memory_alloc(size);
	memory = arena_try_alloc(arena_in_use, size);
	if (!memory && way_out)
		longjmp(*way_out, 1);
	return memory;
}

static void json_free(void *memory)
{
	if (!arena_in_use)
		memory_free(memory);
}

static void route_allocations(void)
{
	json_set_alloc_funcs(json_alloc, json_free);
}

struct arena *json_use_arena(struct arena *arena)
{
	static pthread_once_t routed = PTHREAD_ONCE_INIT;
	struct arena *before = arena_in_use;

	pthread_once(&routed, route_allocations);
	arena_in_use = arena;
	return before;
}

/* jansson's own words quote the input, which may hold secrets and terminal commands. */
static const char *parse_complaint(const json_error_t *error)
{
	switch (json_error_code(error)) {
	case json_error_stack_overflow:
		return "deeper than 2048 levels";
	case json_error_invalid_utf8:
		return "not UTF-8";
	case json_error_premature_end_of_input:
		return "ends too early";
	case json_error_end_of_input_expected:
		return "something follows the end of the value";
	case json_error_invalid_syntax:
		return "not JSON";
	case json_error_null_character:
	case json_error_null_byte_in_key:
		return "holds the character NUL";
	case json_error_duplicate_key:
		return "duplicate key";
	case json_error_numeric_overflow:
		return "number out of range";
	default:
		return "cannot be read";
	}
}

static int set_budget_error(struct error *err)
{
	size_t budget = arena_in_use->budget;

	if (budget % MIB)
		return error_set(err, "needs more than %zu bytes of memory", budget);
	return error_set(err, "needs more than %zu MiB of memory", budget / MIB);
}

static int set_place_error(struct error *err, size_t line, size_t column, const char *text)
{
	return error_set(err, "line %zu, column %zu: %s", line, column, text);
}

/* Where the byte at `end` stands; columns count code points, as jansson does. */
static void find_place(const char *bytes, const char *end, size_t *line, size_t *column)
{
	for (; bytes < end; bytes++) {
		if (*bytes == '\n') {
			++*line;
			*column = 1;
		} else if (((unsigned char)*bytes & 0xC0) != 0x80) {
			++*column;
		}
	}
}

static int set_parse_error(struct error *err, const json_error_t *error, size_t line, size_t column)
{
	size_t lines = error->line > 1 ? (size_t)error->line - 1 : 0;
	size_t columns = error->column > 1 ? (size_t)error->column : 1;

	if (lines == 0)
		columns += column - 1;
	return set_place_error(err, line + lines, columns, parse_complaint(error));
}

/* False: the budget was exceeded. */
static bool load(const char *bytes, size_t length, json_t **json, json_error_t *error)
{
	jmp_buf out;

	if (setjmp(out)) {
		way_out = NULL;
		return false;
	}
	way_out = &out;
	*json = json_loadb(length ? bytes : "", length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY,
			   error);
	way_out = NULL;
	return true;
}

json_t *json_parse(const char *bytes, size_t length, size_t line, size_t column, struct error *err)
{
	const char *nul = length ? memchr(bytes, '\0', length) : NULL;
	json_error_t error;
	json_t *json = NULL;

	/* jansson swallows a raw NUL after a number or a literal. */
	if (nul) {
		find_place(bytes, nul, &line, &column);
		set_place_error(err, line, column, "holds the character NUL");
		return NULL;
	}
	memset(&error, 0, sizeof(error));
	if (!load(bytes, length, &json, &error))
		set_budget_error(err);
	else if (!json)
		set_parse_error(err, &error, line, column);
	return json;
}

const struct json_value *json_read(const char *bytes, size_t length, size_t line, size_t column,
				   struct error *err)
{
	const json_t *json = json_parse(bytes, length, line, column, err);
	const struct json_value *value = json ? json_value_of_jansson(json, arena_in_use) : NULL;

	if (json && !value)
		set_budget_error(err);
	return value;
}

const struct json_value *json_value_of_line(const char *bytes, size_t length, struct arena *arena)
{
	struct arena *used = json_use_arena(arena);
	struct error err;
	const struct json_value *value = json_read(bytes, length, 1, 1, &err);

	json_use_arena(used);
	return value;
}
