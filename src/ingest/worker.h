/*
 * worker: one thread's reading: blobs → records → runs and definitions, collected in a batch.
 */
#ifndef RUNTALLY_INGEST_WORKER_H
#define RUNTALLY_INGEST_WORKER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collect.h"
#include "runtally/input/records.h"
#include "runtally/input/source.h"

/* How much all threads have read so far, for whoever watches (ingest_options.progress). */
struct progress {
	pthread_mutex_t lock;
	uint64_t records, bytes;
};

struct worker {
	struct collector collector;
	struct records *records; /* of one blob after another */
	const struct adapter
		*list_owner; /* of the last runs and definitions of the list; or NULL */
	struct progress *progress;
	uint64_t uncounted_records, uncounted_bytes; /* the progress was not told of them */
};

/*
 * All is borrowed; options, `wanted`, the progress and the spool, where details of runs go, may be
 * shared by threads.
 */
void worker_init(struct worker *worker, const struct ingest_options *options,
		 const struct wanted *wanted, size_t notes_limit, struct progress *progress,
		 struct spool *spool);
void worker_release(struct worker *worker);

/* From here on what is read and noted is of this input. */
void worker_begin(struct worker *worker, const struct input_names *names);
/* Reads all of a blob. Where its reading fails, nothing of it is kept but notes. */
void worker_read(struct worker *worker, struct blob *blob);

/*
 * The same step by step: collector_mark, worker->records reset for the blob, what it gives taken,
 * and at last worker_end.
 */
void worker_take(struct worker *worker, enum record_event event, const struct record *record,
		 const struct error *err);
/*
 * Takes the record of a RECORDS_RECORD if that can be done without a look at what else there is in
 * the blob; false: nothing was kept or noted of it.
 */
bool worker_take_apart(struct worker *worker, const struct record *record);
void worker_end(struct worker *worker, const struct batch_mark *mark);

#endif
