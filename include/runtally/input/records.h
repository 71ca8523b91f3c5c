/*
 * records: bytes → one record after another, whatever the envelope.
 *
 * A file holds one JSON document, several one after the other, or one a line. A document is a
 * record, or an envelope around records: an array (of arrays, of envelopes), or an object with a
 * list of a name that says so (envelope.h). Lists are walked one element at a time: memory is one
 * record, never the file's tree. What stands around a list in its object (paging, an error) is
 * handed out when the object ends, as the envelope's rest.
 *
 * An object in which a member is the record is handed out whole; whoever knows records looks
 * inside.
 */
#ifndef RUNTALLY_INPUT_RECORDS_H
#define RUNTALLY_INPUT_RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/base/arena.h"
#include "runtally/base/error.h"
#include "runtally/input/scanner.h"
#include "runtally/input/source.h"
#include "runtally/json/pick.h"

enum record_event {
	RECORDS_END,    /* no more */
	RECORDS_RECORD, /* value is a record */
	RECORDS_REST,   /* value is what stood around a list; `listed` tells how long that was */
	RECORDS_BAD,    /* this record is lost (see the error); the next call goes on */
	RECORDS_SEAM,   /* see records_stop_at and records_reset_within; nothing is handed out */
};

struct record {
	const struct json_value *value; /* borrowed: alive until the next call */
	/*
	 * 1.. within the blob; every RECORDS_RECORD and RECORDS_BAD has its own. 0: a RECORDS_BAD
	 * that is about the blob as a whole and counts as no record. Of a rest: of its last list's
	 * last record (0: none).
	 */
	size_t number;
	uint64_t offset;  /* byte in the blob where its text begins */
	uint64_t length;  /* of its text, in bytes */
	size_t listed;    /* of a rest: elements of its (last) list */
	const char *list; /* member name of that list; of a record: of the list it is in, or NULL */
	bool picked;      /* value holds only wanted members; see records_want */
};

struct records;

/*
 * Reads from `blob` (borrowed), `size` bytes at a time; 0: as many as is good. Never NULL; never
 * fails: trouble shows in records_next.
 */
struct records *records_new(struct blob *blob, const struct limits *limits, size_t size);
void records_free(struct records *records);
/* Begins anew with another blob, and keeps memory, limits and what is wanted. */
void records_reset(struct records *records, struct blob *blob);

/*
 * Lists of that name are walked, too; the general ones are without being told. The name is
 * borrowed, and the same pointer for all that read parts of one blob.
 */
void records_walk(struct records *records, const char *name);
/*
 * From now on records that are objects come with the wanted members only (pick.h; borrowed),
 * which is many times faster. What is not taken so comes whole, as without this.
 */
void records_want(struct records *records, const struct wanted *wanted);
/*
 * The record that records_next just gave, with all its members; the picked value ends. NULL and an
 * error where that takes more memory than limits->record_memory.
 */
const struct json_value *records_whole(struct records *records, const struct record *record,
				       struct error *err);

/*
 * The next event. On RECORDS_BAD `err` names line and column; out->number is the record's number.
 * Broken text costs its record alone where its end can be found: brackets still match, or a later
 * line starts with `{` or `[` (indented as the record was, if that began its line). Else the rest
 * of the blob is lost and the message says so.
 */
enum record_event records_next(struct records *records, struct record *out, struct error *err);

/*
 * Parts of one blob can be read at the same time: between two records of one list, or two lines,
 * reading can begin if it is known how they are nested. Whoever reads the blob from its beginning
 * stops where such a part began, and if it began at a record, jumps to where it ended.
 */
struct records_place {
	struct scanner_place at;
	/* how the next value is nested: in so many arrays, in the list of an object */
	size_t arrays;
	bool in_list;
	const char *list;
};

/* Right behind the record that was handed out last, or before the value of a RECORDS_SEAM. */
struct records_place records_place(const struct records *records);
/* Whether values at both places are nested alike. */
bool records_nested_alike(const struct records_place *a, const struct records_place *b);

/*
 * As records_reset, but reads records that are nested as those at `alike`, from byte `offset` on,
 * where one begins; `blob` gives the bytes from there on. Numbers begin at 1, lines at 1. Whatever
 * else comes than a record of this nesting is a RECORDS_SEAM, and the end.
 */
void records_reset_within(struct records *records, struct blob *blob,
			  const struct records_place *alike, uint64_t offset);
/* A value that begins at `offset` or behind is a RECORDS_SEAM; UINT64_MAX: none is. */
void records_stop_at(struct records *records, uint64_t offset);
/*
 * At a RECORDS_SEAM where records_reset_within began: goes to the place that it came to with
 * `count` records. The blob must give the bytes from there on.
 */
void records_jump(struct records *records, const struct records_place *to, size_t count);

/* So far; final after RECORDS_END. */
struct records_sums {
	uint64_t bytes, documents;
	uint64_t count; /* of records that were handed out or lost */
	/*
	 * The blob's read has failed (a bad CRC, a limit, an I/O error): there was or will be a
	 * RECORDS_BAD of number 0, and what came before it is not to be trusted either.
	 */
	bool failed;
};

struct records_sums records_sums(const struct records *records);

#endif
