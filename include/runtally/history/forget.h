/*
 * forget: runs that are taken out of a history, and kept out of it from then on.
 *
 *   forgotten/YYYYMMDDTHHMMSSZ-HASH.ndjson
 *
 * holds which, and HASH begins the SHA-256 of it, one JSON object a line:
 *
 *   {"schema":"runtally.forget/1","source":S,"run_id":I,"environment":E}
 *
 * Without an environment the run is meant in any; "" are runs that have none. As soon as that file
 * is there, whoever reads the history or adds to it passes the runs over, whatever other files
 * hold. Those are then written again without them, the new one before the old is removed. So the
 * call may end at any step: the next --forget or --compact does the rest.
 */
#ifndef RUNTALLY_HISTORY_FORGET_H
#define RUNTALLY_HISTORY_FORGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/base/arena.h"
#include "runtally/base/error.h"
#include "runtally/base/hash_table.h"
#include "runtally/ingest/ingest.h"
#include "runtally/model/note.h"
#include "runtally/model/run.h"

struct forgotten {
	struct arena arena;
	struct forgotten_run {
		const char *source, *run_id, *environment; /* as runs are kept with them */
		bool found;                                /* for whoever looks for them */
	} * items;
	size_t count, capacity;
	struct hash_table table;
};

/* All that is in the folder; what cannot be read is a note (error). To be released. */
void forgotten_read(struct forgotten *forgotten, const char *folder, struct notes *notes);
void forgotten_release(struct forgotten *forgotten);
/* Takes those runs out of the set; returns how many. */
size_t forgotten_drop(struct forgotten *forgotten, struct runs *runs);

/* Whether it is the name of a file of one call. */
bool history_is_call(const char *name);

/* What --forget asks for. */
struct forget_request {
	const char *const *things; /* SOURCE:RUN-ID, or the name of a file of one call */
	size_t count;
	const char *environment; /* of the ids; NULL: any */
	int64_t now;             /* ms */
};

struct forget_result {
	bool unknown;         /* why it failed: something that was named is not there */
	uint64_t runs, files; /* that were taken out; that were written again */
};

/*
 * Forgets them all. An id that is not there brings a note, and is kept out all the same; a file
 * that is not, or no history at all: -1, and nothing is written. What cannot be looked through is a
 * note (error). -1: something could not be written or removed.
 */
int history_forget(const char *folder, const struct forget_request *request,
		   const struct ingest_options *options, struct forget_result *result,
		   struct notes *notes, struct error *err);

#endif
