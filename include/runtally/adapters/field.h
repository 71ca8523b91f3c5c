/*
 * field: the members of a record, read by type; what is odd is remarked with the path of the
 * culprit.
 */
#ifndef RUNTALLY_ADAPTERS_FIELD_H
#define RUNTALLY_ADAPTERS_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/base/arena.h"
#include "runtally/json/json.h"
#include "runtally/model/note.h"

/* What was noticed while a record was read. */
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
 * A value, and the way to it. Made on the stack; `up` must outlive it. json == NULL means absent,
 * null, or of the wrong type (then there is a remark of severity error): every function below takes
 * such a field and answers "absent", so adapters chain without checks.
 */
struct field {
	const struct json_value *json;
	const struct field *up;
	const char *key; /* member of an object; NULL: item `index` of a list, or the root */
	size_t index;
	struct remarks *remarks;
};

struct field field_root(const struct json_value *json, struct remarks *remarks);

/* Members. Absent and null are the same, silently; a wrong type is remarked. */
struct field field_object(const struct field *object, const char *key);
struct field field_list(const struct field *object, const char *key);
/* The member whatever its type, for the few that have several. */
struct field field_any(const struct field *object, const char *key);
bool field_has(const struct field *object, const char *key); /* present and not null */

size_t field_count(const struct field *list);
struct field field_item(const struct field *list, size_t index);        /* any type */
struct field field_item_object(const struct field *list, size_t index); /* wrong type remarked */

/* Members in the order of the text; field.key is the name. A wrong type is remarked. */
size_t field_size(const struct field *object);
struct field field_member_object(const struct field *object, size_t index);

/*
 * Remarks on the member `key` of `object` (NULL: on `object` itself). The same remark is kept once;
 * beyond 100 of one record a last one says that there were more.
 */
void field_remark(const struct field *object, const char *key, enum severity severity,
		  const char *format, ...) __attribute__((format(printf, 4, 5)));

/* Whether the text is empty, or all of it white space and controls. */
bool field_is_blank(const char *text);
/*
 * `text` on one line: white space and controls collapse to one space, and what is longer than
 * `limit` bytes is cut between code points and ends in "...". NULL for NULL and for blank text.
 */
const char *field_line(struct arena *arena, const char *text, size_t limit);

/* The member, NULL where it is absent or null; of no key the field's own value. */
static inline const struct json_value *field_json(const struct field *object, const char *key)
{
	const struct json_value *json = key ? json_value_get(object->json, key) : object->json;

	return json_value_is(json, JSON_VALUE_NULL) ? NULL : json;
}

/*
 * Typed reads of the member `key`; NULL reads the field itself, an item of a list. Absent is NULL
 * or false, silently, and *out is left alone; what is of another type or out of range is absent,
 * too, and remarked. Texts are borrowed from the record or from the remarks' arena.
 */
const char *field_text(const struct field *object, const char *key);
const char *field_name(const struct field *object, const char *key); /* a blank text is absent */
/* Also an integer, as its digits; an empty text is absent. */
const char *field_id(const struct field *object, const char *key);
enum flag { FLAG_ABSENT, FLAG_ODD, FLAG_FALSE, FLAG_TRUE };
enum flag field_flag(const struct field *object, const char *key);
/* An integer of 0 to `most`; a real with no fraction counts as one. */
bool field_whole(const struct field *object, const char *key, int64_t most, int64_t *out);
/* Milliseconds, rounded, 0 to UINT32_MAX (49 days). */
bool field_ms(const struct field *object, const char *key, int64_t *out);
/* US dollars as billionths, 0 to 1,000,000 dollars. */
bool field_money(const struct field *object, const char *key, int64_t *out);
/* A number as millionths, -1000 to 1000. */
bool field_micro(const struct field *object, const char *key, int64_t *out);

/* Where it is neither absent nor of the type, object or list: remarks on it, and it is absent. */
void field_demand(struct field *field, enum json_value_type type);
/* The remark on a type: `is a list, not an object`. */
void field_remark_type(const struct field *object, const char *key, const struct json_value *json,
		       const char *wanted);

#endif
