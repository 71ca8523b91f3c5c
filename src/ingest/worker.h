/*
 * worker: one thread's reading: blobs → records → runs and definitions, redacted, as a batch.
 */
#ifndef RUNTALLY_INGEST_WORKER_H
#define RUNTALLY_INGEST_WORKER_H

#include <stdbool.h>
#include <stddef.h>

#include "batch.h"
#include "runtally/base/progress.h"
#include "runtally/ingest/ingest.h"
#include "runtally/input/records.h"
#include "runtally/input/source.h"
#include "runtally/model/run.h"

/* What reports show of an input: redacted names that live as long as the runs. */
struct input_names {
	const char *file, *opened;
	struct run_input of_runs;
};

struct ingest_worker;

/*
 * Never NULL. All is borrowed; `wanted` and the progress may be shared by threads, and so may the
 * spool, where details of runs go.
 */
struct ingest_worker *ingest_worker_new(const struct ingest_options *options,
					const struct wanted *wanted, size_t notes_limit,
					struct progress *progress, struct spool *spool);
/* Runs and definitions that it handed over end with it, but for what ingest_worker_give moved. */
void ingest_worker_free(struct ingest_worker *worker);
/* Moves the memory of all runs that it handed over to `runs`, that of definitions to `arena`. */
void ingest_worker_give(struct ingest_worker *worker, struct runs *runs, struct arena *arena);

/* From here on what is read and noted is of this input. */
void ingest_worker_begin(struct ingest_worker *worker, const struct input_names *names);
/* A part of it: returns names of its own, whose of_runs.before the caller sets when it knows. */
struct input_names *ingest_worker_begin_part(struct ingest_worker *worker,
					     const struct input_names *names);
/* A note on the input as a whole. */
void ingest_worker_complain(struct ingest_worker *worker, const char *text);
/* Reads all of a blob. Where its reading fails, nothing of it is kept but notes. */
void ingest_worker_read(struct ingest_worker *worker, struct blob *blob);

/*
 * The reading of a blob step by step: a mark, the records that the reader gives, and at last
 * ingest_worker_end.
 */
struct batch_mark ingest_worker_mark(struct ingest_worker *worker);
struct records *ingest_worker_reader(struct ingest_worker *worker); /* to be reset for the blob */
void ingest_worker_take(struct ingest_worker *worker, struct records *records,
			enum record_event event, const struct record *record,
			const struct error *err);
/*
 * Takes the record of a RECORDS_RECORD if that can be done without a look at what else there is in
 * the blob; false: nothing was kept or noted of it.
 */
bool ingest_worker_take_apart(struct ingest_worker *worker, struct records *records,
			      const struct record *record);
void ingest_worker_end(struct ingest_worker *worker, struct records *records,
		       const struct batch_mark *mark);
/* Whether the record is a run or a definition of any API. */
bool ingest_worker_knows(const struct ingest_worker *worker, const struct record *record);
/* Whose records the last runs and definitions of the list were; NULL: there were none. */
const struct adapter *ingest_worker_list_owner(const struct ingest_worker *worker);
void ingest_worker_set_list_owner(struct ingest_worker *worker, const struct adapter *owner);

/* What was read since the last ingest_worker_hand_over. */
struct batch *ingest_worker_batch(struct ingest_worker *worker);
/* Moves that into *batch, which is overwritten. */
void ingest_worker_hand_over(struct ingest_worker *worker, struct batch *batch);

#endif
