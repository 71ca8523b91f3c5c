/*
 * datum: a value of a JSON text, as records are handed out: made once, then only looked at. It
 * lives in an arena and takes a fraction of the time and memory of a json_t: members are a plain
 * array, looked through one by one.
 *
 * Every function takes NULL, or a datum of another type, and answers as for something absent.
 */
#ifndef RUNTALLY_JSON_VALUE_H
#define RUNTALLY_JSON_VALUE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/base/arena.h"

enum datum_type {
	DATUM_NULL,
	DATUM_FALSE,
	DATUM_TRUE,
	DATUM_INTEGER,
	DATUM_REAL,
	DATUM_STRING,
	DATUM_LIST,
	DATUM_OBJECT,
};

struct datum {
	enum datum_type type;
	uint32_t names; /* of an object: datum_bit of each member's name */
	size_t count;   /* bytes of a string, items, members */
	union {
		int64_t integer;
		double real;
		const char *text; /* ends with a NUL, and holds none */
		const struct datum *items;
		const struct datum_member *members; /* in the order of the text */
	};
};

struct datum_member {
	const char *name; /* ends with a NUL, and holds none */
	unsigned head;    /* datum_head of it */
	struct datum value;
};

static inline bool datum_is(const struct datum *datum, enum datum_type type)
{
	return datum && datum->type == type;
}

/* Its first two bytes, which tell most names apart. */
static inline unsigned datum_head(const char *name)
{
	const unsigned first = (unsigned char)name[0];

	return first ? first | (unsigned)(unsigned char)name[1] << 8 : 0;
}

static inline uint32_t datum_bit(unsigned head)
{
	return UINT32_C(1) << ((head ^ head >> 7) & 31);
}

/* The member of that name, whose head this is; NULL: there is none. For datum_get. */
const struct datum *datum_find(const struct datum *object, const char *name, unsigned head);

/* The member of that name; NULL: there is none. Inline: most names are constants. */
static inline const struct datum *datum_get(const struct datum *object, const char *name)
{
	const unsigned head = datum_head(name);

	if (!datum_is(object, DATUM_OBJECT) || !(object->names & datum_bit(head)))
		return NULL;
	return datum_find(object, name, head);
}

const struct datum *datum_item(const struct datum *list, size_t index);
size_t datum_count(const struct datum *list);
/* How many members there are. */
size_t datum_size(const struct datum *object);
/* Of a string, else NULL. */
const char *datum_text(const struct datum *datum);

/*
 * The same value for jansson, for whoever has to write it: from jansson's allocator, to be given
 * back by json_decref. NULL: no memory.
 */
json_t *datum_to_json(const struct datum *datum);
/*
 * A copy of jansson's value in the arena; its strings must hold no NUL. NULL: beyond the arena's
 * budget.
 */
const struct datum *datum_of_json(const json_t *json, struct arena *arena);

#endif
