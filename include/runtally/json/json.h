/*
 * json: jansson under our decisions: a budget, and no duplicate keys.
 *
 * Bytes become values in an arena that the caller resets after each record (jansson's allocator
 * is process-wide and is routed by a thread-local pointer; see json_use_arena).
 */
#ifndef RUNTALLY_JSON_JSON_H
#define RUNTALLY_JSON_JSON_H

#include <jansson.h>
#include <stddef.h>

#include "runtally/base/arena.h"
#include "runtally/base/error.h"
#include "runtally/json/value.h"

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

#endif
