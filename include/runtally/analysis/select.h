/*
 * select: which of the runs that were read count: those of the period, suites and sources that were
 * asked for; and which runs they are compared with.
 */
#ifndef RUNTALLY_ANALYSIS_SELECT_H
#define RUNTALLY_ANALYSIS_SELECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/analysis/results.h"
#include "runtally/ingest/ingest.h"
#include "runtally/model/note.h"
#include "runtally/model/run.h"

/* A stretch of time, of run_counted_at, in ms; TIME_UNKNOWN: open. `until` is exclusive. */
struct period {
	int64_t since, until;
};

/* What --compare asks for. */
enum compare_with {
	COMPARE_DEFAULT,  /* with the baseline where there is one, else as COMPARE_PREVIOUS */
	COMPARE_PREVIOUS, /* the period before, from the history */
	COMPARE_PERIOD,   /* compare_period, from the history */
	COMPARE_NONE,
	COMPARE_BASELINE, /* what the default may come to; never asked for by itself */
};

/* Which runs that tell no time are in a report on a period. */
enum undated {
	UNDATED_DATED,   /* those that are counted by a date of it */
	UNDATED_INCLUDE, /* and those that have none */
	UNDATED_EXCLUDE, /* no such run */
};

/* What the options ask for. */
struct select_options {
	struct period period;
	enum undated undated;
	/* globs (fnmatch) on the name or id of a suite as `by` has it; count 0: all */
	const char *const *suites;
	size_t suite_count;
	const char *const *sources; /* names; count 0: all */
	size_t source_count;
	const char *environment; /* as runs are kept with it; NULL: all there are */
	enum compare_with compare;
	struct period compare_period;
};

/* What was read. */
struct run_sets {
	struct runs inputs, history, baseline;
	bool has_inputs, has_history, has_baseline; /* whether the user named any */
	const struct call *call; /* the one that the history gets a file of; NULL: none */
};

/* Runs in a list of its own; the runs are borrowed. */
struct run_list {
	struct run **items;
	size_t count;
};

/*
 * The runs that a report is about, those that they are compared with, and all there are of the same
 * suites and sources up to the period's end, which trends are made of. The first two have no run in
 * common.
 */
struct selection {
	struct run_list now, before, all;
	bool has_history;            /* whether there is one in `all` */
	enum compare_with compared;  /* with what they are; COMPARE_DEFAULT never */
	struct period before_period; /* of `before`; open on both sides: those of a baseline */
};

/*
 * With an environment, runs of the history and the baseline that are not of it are left out.
 *
 * Sets counts->filtered, of the inputs' runs, counts->in_history, what is counted of runs that tell
 * no time, and the period of `now`.
 *
 * With a period, what a report is about comes from inputs and history together; else from the
 * inputs, and where none was named, from the history. Inputs are distinct among themselves already,
 * and so is the history. Of a run that is in both, the copy stays that dedupe leaves, the inputs
 * being written later; a note says how many had other verdicts so.
 *
 * A run that tells no time is of the period that holds its date, by the day of its export or from
 * the history (history_find_news). Without a date it is of none, and left out.
 *
 * The previous period is as long as the one asked for and ends where that begins. Where none was
 * asked for, it is the seven days before the first of the runs, or as long as these took if that is
 * longer.
 *
 * Notes tell what earlier calls left out of the history of the period that was asked for; where
 * none was, of all of it, unless the report is about inputs.
 */
void selection_make(struct selection *selection, struct run_sets *sets,
		    const struct select_options *options, enum suite_by by,
		    struct ingest_counts *counts, struct notes *notes);
void selection_release(struct selection *selection);

#endif
