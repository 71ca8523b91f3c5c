/*
 * ingest: blobs → runs and definitions: records read, redacted, freed of duplicates. What was
 * dropped, cut or guessed becomes a note. How things are called is decided when all is read that
 * may name them (join.h), and which of the runs count, later.
 */
#ifndef RUNTALLY_INGEST_INGEST_H
#define RUNTALLY_INGEST_INGEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/adapters/adapter.h"
#include "runtally/ingest/redact.h"
#include "runtally/input/source.h"
#include "runtally/model/note.h"
#include "runtally/model/run.h"

enum { JOBS_MOST = 256 };

enum detail_choice { DETAILS_FAILED, DETAILS_ALL, DETAILS_NONE };

struct ingest_options {
	const struct adapter *from; /* NULL: found from each record */
	struct verdict_rules rules;
	struct limits limits;
	enum detail_choice details;
	bool details_unseen; /* no report will show details: they are read, but not kept */
	size_t jobs; /* threads, 1..JOBS_MOST; 0: as many as there are processors, at most 16 */
	/*
	 * The first moment (UTC) of the day on which the inputs were exported; 0: not told. Then it
	 * is that of the folder around each, with dated_folders.
	 */
	int64_t exported_at;
	bool dated_folders;
	int64_t now;     /* ms; 0: not known, and no time is looked at for being odd */
	bool later_wins; /* inputs are in the order of time: the later copy counts (dedupe.h) */
	bool redact;
	const char *environment;    /* of runs that tell none (run.environment); NULL: not told */
	const struct mark_key *key; /* of marks in labels (mark.h); NULL: the constant */
	bool transcripts;           /* false: no conversation, turn texts or logs are kept */
	void (*progress)(void *ctx, uint64_t records, uint64_t bytes); /* NULL: silent */
	void *progress_ctx;
};

/* What files of a history tell of the keys of their marks (mark.h). */
struct key_checks {
	char first[MARK_CHECK_SIZE]; /* "": none tells */
	bool differ;
};

/* NULL: tells nothing. */
void key_checks_add(struct key_checks *checks, const char *check);

/* What was read: each record is a run, a duplicate, a definition, or rejected. */
struct ingest_counts {
	uint64_t files, documents, bytes;
	uint64_t records;
	uint64_t runs; /* distinct ones */
	uint64_t duplicates, definitions, rejected;
	uint64_t redactions[REDACT_KINDS];
	struct key_checks keys;

	/* Set by whoever knows a history: runs whose verdict is another than there, and later. */
	uint64_t changed;

	/* Set by whoever chooses among the runs. */
	uint64_t filtered;     /* runs outside the period, suites or sources asked for */
	uint64_t from_history; /* runs that are reported on, and only the history holds */
	uint64_t in_history;   /* runs of the history alone that are not reported on */
	uint64_t forgotten; /* runs that the history is to forget (forget.h): they are left out */
	uint64_t other_environments; /* runs of history and baseline, not of the one asked for */
	/* Where a period was asked for, runs that tell no time: those kept, counted by a date or of
	   any time; those left out, whose date it holds, or that have none. */
	uint64_t without_time, dated, any_time, undated;
	int64_t period_from, period_to; /* of the runs that count; TIME_UNKNOWN: none tells */
};

/*
 * Reads all inputs into `runs` (init'ed by the caller). Trouble is in `notes`; there is no other
 * failure. Order of runs->items is that of the input.
 */
void ingest(const char *const *inputs, size_t input_count, const struct ingest_options *options,
	    struct runs *runs, struct ingest_counts *counts, struct notes *notes);

#endif
