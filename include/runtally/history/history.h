/*
 * history: a folder of run records, one file a call, and never changed afterwards.
 *
 *   YYYY/MM/YYYYMMDDTHHMMSSZ-HASH.ndjson  a header, records (schema runtally.run/1), a footer: one
 *                                         JSON object a line
 *   YYYY/MM/YYYYMM-HASH.zip               what was rolled up of a month: such files in it, their
 *                                         records sorted; and `calls.ndjson`, first lines
 *                                         with the `file` that they were of, of calls that
 *                                         lacked something or were one of several
 *
 *   {"schema":"runtally.history/1","written_at":T,"title":"...","shard":"2/4",
 *    "environment":"...","period":{"since":T,"until":T},"counted":{"from":T,"to":T},
 *    "bad":{"errors":1,"count":2,"notes":["..."]},"key_check":"..."}
 *   {"schema":"runtally.run/1",...}
 *   {"schema":"runtally.history.end/1","runs":12,"sha256":"..."}
 *
 * The time is that of writing (UTC), or the second after the newest name that is there, where the
 * clock says no more: so names are in the order of writing. HASH begins the SHA-256 of what is in
 * the file; no file is ever replaced by another. The footer has that of all bytes before it. Files
 * appear whole, by rename; whoever reads takes the union of all files; what removes files has put
 * another with the same runs in place before. So any number may read, write and compact at the same
 * time, also on a network file system, and no locks are needed. Names of another form are passed
 * over.
 *
 *   definitions/YYYYMMDDTHHMMSSZ-HASH.ndjson
 *
 * holds what inputs told of the names of suites, cases and agents and was not known as it is; of
 * two that name one thing the later counts. Lines, beside one of the first schema where they bear
 * marks:
 *
 *   {"schema":"runtally.definition/1","source":S,"kind":"suite|case|agent","id":I,"name":N,
 *    "suite":{"id","name"},"agent":{"id","name"}}
 */
#ifndef RUNTALLY_HISTORY_HISTORY_H
#define RUNTALLY_HISTORY_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/base/error.h"
#include "runtally/ingest/ingest.h"
#include "runtally/model/call.h"
#include "runtally/model/definition.h"
#include "runtally/model/note.h"
#include "runtally/model/run.h"

/*
 * Whether the folder is one that is read as a part of the input, so that its records would be taken
 * for runs of today. Hidden ones are passed over there.
 */
bool history_lies_in(const char *folder, const char *input);

/*
 * Reads all files into `runs` (init'ed by the caller), each run once: of two copies that differ the
 * later update wins, else the one written later if they have different verdicts, else the richer,
 * else the one written later; and one note says how many there were. A file that is cut off or not
 * as it was written is reported, and its whole records count; one whose schema is not known is not
 * read, and named. All that is an error. A folder that does not exist is an empty history. What
 * another call compacts meanwhile is read anew.
 *
 * Of the options, those count that are about reading itself: details are never read. -1: its labels
 * are marked by another key than that of the options, and nothing may be added to it. The runs'
 * definitions are those of the history; nothing is joined yet.
 */
int history_read(const char *folder, const struct ingest_options *options, struct runs *runs,
		 struct ingest_counts *counts, struct notes *notes, struct error *err);

/* What a call brings. */
struct history_news {
	const struct call *call;    /* which of its runs there are is found from them */
	const struct mark_key *key; /* of marks; NULL: the constant */
	struct run *const *runs;
	size_t count;
	const struct definition *definitions; /* join.h: definitions_news */
	size_t definition_count;
};

/*
 * Writes a new file of the folder, which is made if need be. Without any runs there is one only
 * where the call itself matters: it is one of several, or its inputs were bad. Definitions are
 * written before, into a file of their own.
 */
int history_add(const char *folder, const struct history_news *news, struct error *err);

/*
 * Of `inputs`, those that the history does not hold as they are, in their order: what is to be
 * added. To be asked before runs are named by one another (join.h): what one lends is no news.
 * *changed: how many give a verdict that is another than the history's, and later. The caller frees
 * the list.
 *
 * A run that tells no time is dated once, by the first report of its verdict: as its copy in the
 * history is, but where only the run has a verdict. Without such a copy it keeps the date that it
 * has (by its export), else it is counted by the last moment before `until`, the end of the period
 * that was asked for (TIME_UNKNOWN: none), where that is past, else `now`. It is seen `now`, unless
 * it was before.
 */
struct run **history_find_news(const struct runs *inputs, const struct runs *past, int64_t now,
			       int64_t until, size_t *count, uint64_t *changed);

/* What history_compact is to leave. */
struct history_caps {
	int64_t now;           /* ms: the month that stays as it is */
	uint64_t max_age_days; /* drop runs that happened before; 0: none */
	uint64_t max_bytes; /* drop the oldest months until all files take at most that; 0: any */
};

/*
 * Rolls each month but that of `now` into one archive, and then removes the files it was made of.
 * Its bytes depend on the runs and calls alone. A file that is not whole, or of a schema that is
 * not known, stays as it is, with a note, and so does a month that cannot be read; their bytes
 * count, but they are not dropped. Runs that are forgotten (forget.h) go from the other files, too.
 * -1: something could not be written or removed.
 */
int history_compact(const char *folder, const struct history_caps *caps,
		    const struct ingest_options *options, struct notes *notes, struct error *err);

#endif
