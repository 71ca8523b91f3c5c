/*
 * intake: one thread's reading: blobs → records → runs and definitions, redacted, as a harvest.
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

struct intake;

/*
 * Never NULL. All is borrowed; `wanted` and the meter may be shared by threads, and so may the
 * spool, where details of runs go.
 */
struct intake *intake_new(const struct ingest_options *options, const struct wanted *wanted,
			  size_t notes_limit, struct meter *meter, struct spool *spool);
/* Runs and definitions that it handed over end with it, but for what intake_give moved. */
void intake_free(struct intake *intake);
/* Moves the memory of all runs that it handed over to `runs`, that of definitions to `arena`. */
void intake_give(struct intake *intake, struct runs *runs, struct arena *arena);

/* From here on what is read and noted is of this input. */
void intake_begin(struct intake *intake, const struct input_names *names);
/* A part of it: returns names of its own, whose of_runs.before the caller sets when it knows. */
struct input_names *intake_begin_part(struct intake *intake, const struct input_names *names);
/* A note on the input as a whole. */
void intake_complain(struct intake *intake, const char *text);
/* Reads all of a blob. Where its reading fails, nothing of it is kept but notes. */
void intake_read(struct intake *intake, struct blob *blob);

/*
 * The reading of a blob step by step: a mark, the records that the reader gives, and at last
 * intake_end.
 */
struct harvest_mark intake_mark(struct intake *intake);
struct records *intake_reader(struct intake *intake); /* to be reset for the blob */
void intake_take(struct intake *intake, struct records *records, enum record_event event,
		 const struct record *record, const struct error *err);
/*
 * Takes the record of a RECORDS_RECORD if that can be done without a look at what else there is in
 * the blob; false: nothing was kept or noted of it.
 */
bool intake_take_apart(struct intake *intake, struct records *records, const struct record *record);
void intake_end(struct intake *intake, struct records *records, const struct harvest_mark *mark);
/* Whether the record is a run or a definition of any API. */
bool intake_knows(const struct intake *intake, const struct record *record);
/* Whose records the last runs and definitions of the list were; NULL: there were none. */
const struct adapter *intake_list_owner(const struct intake *intake);
void intake_set_list_owner(struct intake *intake, const struct adapter *owner);

/* What was read since the last intake_hand_over. */
struct harvest *intake_harvest(struct intake *intake);
/* Moves that into *harvest, which is overwritten. */
void intake_hand_over(struct intake *intake, struct harvest *harvest);

#endif
