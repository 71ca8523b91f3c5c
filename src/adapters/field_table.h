/*
 * field table: what stands where in a record, as what it is read, and where it goes; the one table
 * from which both what is wanted of a record and what is read of it come.
 */
#ifndef RUNTALLY_ADAPTERS_FIELD_TABLE_H
#define RUNTALLY_ADAPTERS_FIELD_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/adapters/field.h"
#include "runtally/base/error.h"
#include "runtally/json/pick.h"
#include "runtally/model/run.h"

/*
 * The types, each with what it fills at `at` and, where a row asks for it, at `also`. What is not
 * told leaves them alone. Texts are borrowed from the record or from the remarks' arena; one that
 * is there already is not read again: of several rows for it, the first that tells it wins.
 */
enum field_type {
	FIELD_CODE,    /* row->read does it */
	FIELD_LIST,    /* the same; what is no list is remarked and absent */
	FIELD_NEEDED,  /* nothing: whoever has the table reads it before or behind the others */
	FIELD_SHAPE,   /* nothing: what is no object is remarked here, its members come later */
	FIELD_KEY,     /* const char *: an id without which there is no run */
	FIELD_ID,      /* const char *: field_id */
	FIELD_NAME,    /* const char *: field_name */
	FIELD_TEXT,    /* const char *: field_text */
	FIELD_LABEL,   /* struct label: an object's id and name, or what `rows` read of it */
	FIELD_OBJECT,  /* struct field */
	FIELD_FLAG,    /* enum flag: field_flag */
	FIELD_VERDICT, /* enum outcome, unless it is known: true passed, false failed */
	FIELD_STATUS,  /* enum outcome, by `words`, NULL: our own; const char *: the word itself */
	FIELD_TIME,    /* int64_t: RFC 3339 as ms since 1970 UTC; bool: whether there is anything */
	FIELD_WHOLE,   /* int64_t: field_whole, up to `most`; bool: whether it is told */
	FIELD_MS,      /* int64_t: field_ms; bool */
	FIELD_MONEY,   /* int64_t: field_money; bool */
	FIELD_TOKENS,  /* int64_t twice: this and `partner`, known together or not at all; bool */
	FIELD_SCORE,   /* int32_t: millionths of 1, 0 to 1; bool */
};

/* A source's word for an outcome; the list ends with NULL. */
struct status_word {
	const char *word;
	enum outcome outcome;
};

enum { FIELD_DEPTH = 2 };

struct adapter_input;

/* One member of a record. A table ends with a row without name. */
struct field_row {
	const char *name;
	enum field_type type;
	const char *in[FIELD_DEPTH]; /* the objects that it is in; NULL: the record itself */
	uint16_t at, also;           /* offsets in what the table fills; also 0: nothing */
	bool only_type;              /* in a run that did not fail nobody looks at more than that */
	int64_t most;                /* FIELD_WHOLE */
	const char *partner;         /* FIELD_TOKENS: a name in the same object */
	const struct status_word *words;
	/* Of the object; with `each` of all items ("[]") or members (".*") of the value. */
	const struct field_row *rows;
	const char *each;
	/* FIELD_CODE. `into` is at `at`; value->json == NULL: absent. */
	void (*read)(void *into, const struct field *value, const struct field_row *row,
		     struct adapter_input *input);
};

#define IN(...)               .in = {__VA_ARGS__}
#define AT_OF(type, member)   .at = offsetof(struct type, member)
#define ALSO_OF(type, member) .also = offsetof(struct type, member)

/*
 * Reads the rows in their order, and so what is odd is remarked. `into` is what they fill. -1 and
 * an error where a FIELD_KEY is not told: of the rows behind it only such as are keys, too, are
 * read, as far as the next that is none.
 */
int fields_read(const struct field *object, const struct field_row *rows, void *into,
		struct adapter_input *input, struct error *err);

/* Wants the paths of the rows, each behind `prefix` (`data.`). */
void fields_want(const struct field_row *rows, const char *prefix, struct wanted *wanted);

#endif
