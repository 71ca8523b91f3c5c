/*
 * collect: what runs, definitions and notes pass on their way from a record into a batch. Secrets
 * are redacted; what was said is left out where it is not wanted; labels are cut.
 *
 * A label stands in a report in many places, whatever its length: a name of a megabyte would break
 * every budget. A cut one ends in `…` and 8 hexadecimal digits of the SHA-256 of the whole, so that
 * different labels stay different and equal ones equal, in all files and reports; and it is no
 * longer than the limit (where that is below the mark's 11 bytes, the mark alone), so that what is
 * written and read again is not cut again.
 */
#ifndef RUNTALLY_INGEST_COLLECT_H
#define RUNTALLY_INGEST_COLLECT_H

#include <stdbool.h>
#include <stddef.h>

#include "batch.h"
#include "runtally/ingest/ingest.h"

/* What reports show of an input: redacted names that live as long as the runs. */
struct input_names {
	const char *file, *opened;
	struct run_input of_runs;
	const char *path;    /* as it is, not redacted */
	int64_t exported_at; /* the first moment of the day of its export; 0: not told */
};

/* One thread's. */
struct collector {
	const struct ingest_options *options;
	const struct input_names *names; /* of the input being read; set by whoever reads it */
	size_t notes_limit;
	struct batch batch;       /* what was collected since the last collector_hand_over */
	struct runs runs;         /* memory of what is in batches */
	struct arena definitions; /* the same */
	struct arena scratch;     /* of one record */
	struct redactor redactor; /* of texts, numbered per run */
	struct redactor labels;
	struct strbuf spelling; /* of the last name */
	struct collected {
		const struct run *run; /* one of the two */
		struct definition *definition;
		size_t record;
	} current;
};

/* Options are borrowed, and so is the spool, where details of runs go; threads may share both. */
void collector_init(struct collector *collector, const struct ingest_options *options,
		    size_t notes_limit, struct spool *spool);
/* Runs and definitions in batches end with it, unless their arenas were adopted. */
void collector_release(struct collector *collector);

/* Forgets what the record before needed. */
void collector_begin_record(struct collector *collector);

/* A note on the input; `record` 0: as a whole. */
void collector_note(struct collector *collector, enum severity severity, size_t record,
		    const char *path, const char *text);
/* Collects a copy; *run, which lives in scratch memory, is changed to what it is made of. */
void collector_add_run(struct collector *collector, struct run *run, size_t record);
void collector_add_definition(struct collector *collector, struct definition *definition,
			      size_t record);
/* The same of a call that wrote the input; one that is not told its file has that of the input. */
void collector_add_call(struct collector *collector, const struct call *call);

/* A place in the batch, to go back to. */
struct batch_mark collector_mark(struct collector *collector);
void collector_go_back(struct collector *collector, const struct batch_mark *mark);
/* Moves the batch into *batch, which is overwritten. */
void collector_hand_over(struct collector *collector, struct batch *batch);

#endif
