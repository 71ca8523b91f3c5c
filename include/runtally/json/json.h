/*
 * json: jansson under our decisions: a budget, no duplicate keys, and typed reads that name the
 * path of the culprit.
 *
 * Bytes become values in an arena that the caller resets after each record (jansson's allocator
 * is process-wide and is routed by a thread-local pointer; see json_use_arena).
 */
#ifndef RUNTALLY_JSON_JSON_H
#define RUNTALLY_JSON_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/base/arena.h"
#include "runtally/base/error.h"
#include "runtally/json/value.h"
#include "runtally/model/note.h"

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

/* The same as a datum, in the arena in use, which there must be. */
const struct datum *json_read(const char *bytes, size_t length, size_t line, size_t column,
			      struct error *err);

/* What an adapter noticed while it read a record. */
struct remark {
	enum severity severity;
	const char *path; /* `turns[0].success` */
	const char *text;
};

struct remarks {
	struct arena *arena;  /* owns the texts; the record's lifetime */
	struct remark *items; /* heap; see remarks_release */
	size_t count, capacity;
};

void remarks_release(struct remarks *remarks);

/*
 * node: a value, and the way to it. Made on the stack; `up` must outlive it. json == NULL means
 * absent, null, or of the wrong type (then there is a remark of severity error): every function
 * below takes such a node and answers "absent", so adapters chain without checks.
 */
struct node {
	const struct datum *json;
	const struct node *up;
	const char *key; /* member of an object; NULL: item `index` of a list, or the root */
	size_t index;
	struct remarks *remarks;
};

struct node node_root(const struct datum *json, struct remarks *remarks);

/* Members. Absent and null are the same, silently; a wrong type is remarked. */
struct node node_object(const struct node *object, const char *key);
struct node node_list(const struct node *object, const char *key);
/* The member whatever its type, for the few that have several. */
struct node node_any(const struct node *object, const char *key);
bool node_has(const struct node *object, const char *key); /* present and not null */

size_t node_count(const struct node *list);
struct node node_item(const struct node *list, size_t index);        /* any type */
struct node node_item_object(const struct node *list, size_t index); /* wrong type remarked */

/* Members in the order of the text; node.key is the name. */
size_t node_size(const struct node *object);
struct node node_member_object(const struct node *object, size_t index); /* wrong type remarked */

/* From here on `key` NULL reads the node itself: an item of a list. */

/*
 * Text, borrowed from the record; NULL: absent. node_id also takes an integer, as its digits, and
 * takes "" as absent.
 */
const char *node_text(const struct node *object, const char *key);
const char *node_id(const struct node *object, const char *key);

/* The rest return whether *out was set, and leave it alone when not. */
bool node_bool(const struct node *object, const char *key, bool *out);
/* An integer of min..max; a real with no fraction counts as one; out of range is remarked. */
bool node_integer(const struct node *object, const char *key, int64_t min, int64_t max,
		  int64_t *out);
/* A number of milliseconds, rounded, 0..UINT32_MAX (49 days). */
bool node_ms(const struct node *object, const char *key, int64_t *out);
/* US dollars as billionths, 0 up to 1,000,000 dollars. */
bool node_money(const struct node *object, const char *key, int64_t *out);
/* A number as millionths, -1000..1000. */
bool node_micro(const struct node *object, const char *key, int64_t *out);
/* An RFC 3339 time (see times.h), as ms since 1970 UTC. */
bool node_time(const struct node *object, const char *key, int64_t *out);

/*
 * Remarks on the member `key` of `object` (NULL: on `object` itself). The same remark is kept once;
 * beyond 100 of one record a last one says that there were more.
 */
void node_remark(const struct node *object, const char *key, enum severity severity,
		 const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The path as `a.b[0].c`, owned by the remarks' arena, long keys cut. "" for the root. */
const char *node_path(const struct node *node, const char *key);

#endif
