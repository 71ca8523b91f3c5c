#include "runtally/json/json.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdbool.h>
#include <string.h>

enum { MIB = 1024 * 1024 };

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
