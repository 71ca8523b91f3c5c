/*
 * records_state: what records.c and records_value.c share: where the reading stands, and how a text
 * becomes a value.
 */
#ifndef RUNTALLY_INPUT_RECORDS_STATE_H
#define RUNTALLY_INPUT_RECORDS_STATE_H

#include "runtally/input/records.h"
#include "runtally/input/scanner.h"

/* Where the text of an object goes on behind a list that was cut out of it. */
struct seam {
	size_t at;
	size_t line, column;
};

/* What may come next in the innermost list. */
enum expectation { FIRST_OR_END, VALUE, COMMA_OR_END };

struct records {
	struct scanner in;
	struct arena arena; /* of the value that was handed out last */
	bool begun, told_failure, ended;

	/* Where the next value stands: arrays around an object around a list, each optional. */
	size_t arrays;
	bool in_object, in_list;
	enum expectation expect;
	struct piece object, element;
	const char *list;   /* the list that is being walked, or was last */
	size_t listed;      /* elements of it */
	size_t last_listed; /* number of its last record */
	struct seam *seams; /* of the object */
	size_t seam_count, seam_capacity;

	uint64_t documents, count;

	const struct wanted *wanted; /* NULL: records come whole */
	size_t picked;               /* records, of all blobs */
	struct cache *cache;         /* NULL: too few of them yet */
	struct pick pick;
	size_t line, column; /* where the picked record begins */

	uint64_t stop_at;
	bool within; /* a part is read, of values nested as at `began` */
	struct records_place began;
};

/* The value of a piece, by the way that judges; NULL and an error that names line and column. */
const struct json_value *records_parse(struct records *r, const struct piece *piece,
				       struct error *err);

/*
 * Takes the object that comes next if the fast way takes it, and passes it. False: it is for the
 * way that judges, from its first byte on.
 */
bool records_pick(struct records *r, struct record *out);

#endif
