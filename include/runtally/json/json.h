/*
 * json: values of a JSON text, and jansson under our decisions: a budget, and no duplicate keys.
 *
 * A JSON value is made once, then only looked at. It lives in an arena and takes a fraction of the
 * time and memory of a json_t: members are a plain array, looked through one by one. jansson judges
 * what is JSON; pick.h is the fast way to values.
 */
#ifndef RUNTALLY_JSON_JSON_H
#define RUNTALLY_JSON_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/base/arena.h"
#include "runtally/base/error.h"

enum json_value_type {
	JSON_VALUE_NULL,
	JSON_VALUE_FALSE,
	JSON_VALUE_TRUE,
	JSON_VALUE_INTEGER,
	JSON_VALUE_REAL,
	JSON_VALUE_STRING,
	JSON_VALUE_LIST,
	JSON_VALUE_OBJECT,
};

struct json_value {
	enum json_value_type type;
	uint32_t names; /* of an object: json_value_bit of each member's name */
	size_t count;   /* bytes of a string, items, members */
	union {
		int64_t integer;
		double real;
		const char *text; /* ends with a NUL, and holds none */
		const struct json_value *items;
		const struct json_value_member *members; /* in the order of the text */
	};
};

struct json_value_member {
	const char *name; /* ends with a NUL, and holds none */
	unsigned head;    /* json_value_head of it */
	struct json_value value;
};

/*
 * All functions below take NULL, or a value of another type, and answer as for something absent.
 */

static inline bool json_value_is(const struct json_value *value, enum json_value_type type)
{
	return value && value->type == type;
}

/* Its first two bytes, which tell most names apart. */
static inline unsigned json_value_head(const char *name)
{
	const unsigned first = (unsigned char)name[0];

	return first ? first | (unsigned)(unsigned char)name[1] << 8 : 0;
}

static inline uint32_t json_value_bit(unsigned head)
{
	return UINT32_C(1) << ((head ^ head >> 7) & 31);
}

/* The member of that name, whose head this is; NULL: there is none. For json_value_get. */
const struct json_value *json_value_find(const struct json_value *object, const char *name,
					 unsigned head);

/* The member of that name; NULL: there is none. Inline: most names are constants. */
static inline const struct json_value *json_value_get(const struct json_value *object,
						      const char *name)
{
	const unsigned head = json_value_head(name);

	if (!json_value_is(object, JSON_VALUE_OBJECT) || !(object->names & json_value_bit(head)))
		return NULL;
	return json_value_find(object, name, head);
}

const struct json_value *json_value_item(const struct json_value *list, size_t index);
size_t json_value_count(const struct json_value *list);
/* How many members there are. */
size_t json_value_size(const struct json_value *object);
/* Of a string, else NULL. */
const char *json_value_text(const struct json_value *value);

/* ---- reading ---- */

/*
 * From now on jansson takes this thread's memory from `arena`, within its budget, and frees
 * nothing: values die with arena_reset. NULL: from the heap again. Returns what was in use.
 */
struct arena *json_use_arena(struct arena *arena);

/*
 * Reads exactly one JSON text from `bytes`. NULL and an error with line and column (counted from
 * `line`, `column`, both 1..) where it is none, has duplicate keys, a raw NUL, is deeper than
 * jansson's 2048, or exceeds the arena's budget. The message holds no byte of the input but
 * printable ASCII. The value is borrowed from the arena in use.
 */
json_t *json_parse(const char *bytes, size_t length, size_t line, size_t column, struct error *err);

/* The same as a JSON value, in the arena in use, which there must be. */
const struct json_value *json_read(const char *bytes, size_t length, size_t line, size_t column,
				   struct error *err);

/* The same of one line, in that arena; NULL: it is no JSON. */
const struct json_value *json_value_of_line(const char *bytes, size_t length, struct arena *arena);

/*
 * The same value for jansson, for whoever has to write it: from jansson's allocator, to be given
 * back by json_decref. NULL: no memory.
 */
json_t *json_value_to_jansson(const struct json_value *value);
/*
 * A copy of jansson's value in the arena; its strings must hold no NUL. NULL: beyond the arena's
 * budget.
 */
const struct json_value *json_value_of_jansson(const json_t *json, struct arena *arena);

#endif
