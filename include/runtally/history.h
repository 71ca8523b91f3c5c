/*
 * history: a folder of run records, one file a call, and never changed afterwards.
 *
 *   YYYY/MM/ID.ndjson   a header, records (schema runtally.run/1), a footer: one JSON object a line
 *   YYYY/MM.zip         a month rolled up: one such file in it, its records sorted
 *
 *   {"schema":"runtally.history/1","written_at":T,"title":"...","shard":"2/4"}
 *   {"schema":"runtally.run/1",...}
 *   {"schema":"runtally.history.end/1","runs":12,"sha256":"..."}
 *
 * YYYY/MM is the month in which it was written (UTC), ID a hash of what is in it: the same again is
 * the same file. The hash of the footer is of all bytes before it. Files appear whole, by rename;
 * whoever reads takes the union of all files. So any number may write at the same time, also on a
 * network file system, and no locks are needed. Hidden names are passed over.
 */
#ifndef RUNTALLY_HISTORY_H
#define RUNTALLY_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/error.h"
#include "runtally/ingest.h"
#include "runtally/mustache.h"
#include "runtally/note.h"
#include "runtally/run.h"

/*
 * Reads all files into `runs` (init'ed by the caller), each run once: of two copies that differ the
 * later update wins, with a note. A file without its footer, or whose footer does not fit, is
 * reported, and its whole records count; one of a schema that is not known is an error by name.
 * A folder that does not exist is an empty history.
 */
void history_read(const char *folder, const struct ingest_options *options, struct runs *runs,
		  struct ingest_counts *counts, struct notes *notes);

/* What a new file says of itself. */
struct history_stamp {
	int64_t now; /* ms */
	const char *title;
	unsigned shard, shards; /* 2 of 4; 0: not one of several */
};

/*
 * Writes what `write` hands to its sink (lines of run records, `count` of them) into a new file of
 * the folder, which is made if need be. With none, no file is written.
 */
typedef int history_writer(void *ctx, render_sink *sink, void *sink_ctx, struct error *err);
int history_add(const char *folder, const struct history_stamp *stamp, uint64_t count,
		history_writer *write, void *ctx, struct error *err);

/*
 * Of `inputs`, those that the history does not hold as they are, in their order: what is to be
 * added. The caller frees the list. Runs that tell no time are stamped with `now` (run.seen_at),
 * or with the time of their copy in the history.
 */
struct run **history_news(const struct runs *inputs, const struct runs *past, int64_t now,
			  size_t *count);

/*
 * Rolls each month but that of `now` into one archive and removes the files it was made of; drops
 * runs older than `max_age_days` (0: none), then the oldest months until the folder takes at most
 * `max_bytes` (0: any).
 */
int history_compact(const char *folder, int64_t now, uint64_t max_age_days, uint64_t max_bytes,
		    struct notes *notes, struct error *err);

#endif
