/*
 * field: typed reads of a record's members, with remarks that name the path of the culprit.
 */
#ifndef RUNTALLY_ADAPTERS_FIELD_H
#define RUNTALLY_ADAPTERS_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/base/arena.h"
#include "runtally/json/json.h"
#include "runtally/model/note.h"

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
 * field: a value, and the way to it. Made on the stack; `up` must outlive it. json == NULL means
 * absent, null, or of the wrong type (then there is a remark of severity error): every function
 * below takes such a field and answers "absent", so adapters chain without checks.
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

/* Members in the order of the text; field.key is the name. */
size_t field_size(const struct field *object);
struct field field_member_object(const struct field *object,
				 size_t index); /* wrong type remarked */

/* From here on `key` NULL reads the field itself: an item of a list. */

/*
 * Text, borrowed from the record; NULL: absent. field_id also takes an integer, as its digits, and
 * takes "" as absent.
 */
const char *field_text(const struct field *object, const char *key);
const char *field_id(const struct field *object, const char *key);

/* The rest return whether *out was set, and leave it alone when not. */
bool field_bool(const struct field *object, const char *key, bool *out);
/* An integer of min..max; a real with no fraction counts as one; out of range is remarked. */
bool field_integer(const struct field *object, const char *key, int64_t min, int64_t max,
		   int64_t *out);
/* A number of milliseconds, rounded, 0..UINT32_MAX (49 days). */
bool field_ms(const struct field *object, const char *key, int64_t *out);
/* US dollars as billionths, 0 up to 1,000,000 dollars. */
bool field_money(const struct field *object, const char *key, int64_t *out);
/* A number as millionths, -1000..1000. */
bool field_micro(const struct field *object, const char *key, int64_t *out);
/* An RFC 3339 time (see times.h), as ms since 1970 UTC. */
bool field_time(const struct field *object, const char *key, int64_t *out);

/*
 * Remarks on the member `key` of `object` (NULL: on `object` itself). The same remark is kept once;
 * beyond 100 of one record a last one says that there were more.
 */
void field_remark(const struct field *object, const char *key, enum severity severity,
		  const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The path as `a.b[0].c`, owned by the remarks' arena, long keys cut. "" for the root. */
const char *field_path(const struct field *field, const char *key);

#endif
