/*
 * steps: what main does one after the other. Each prints what is wrong and returns an exit status.
 */
#ifndef RUNTALLY_CLI_STEPS_H
#define RUNTALLY_CLI_STEPS_H

#include <stdbool.h>
#include <stddef.h>

#include "runtally/analysis/analysis.h"
#include "runtally/base/spool.h"
#include "runtally/cli/options.h"
#include "runtally/ingest/ingest.h"
#include "runtally/model/call.h"
#include "runtally/model/note.h"

/* What was read. */
struct loaded {
	struct spool spool;
	struct notes notes;
	struct run_sets sets;
	struct ingest_counts counts; /* of the inputs */
	struct call call;
	struct run **news; /* of the inputs, what the history does not hold */
	size_t news_count;
	struct definition *definitions; /* likewise */
	size_t definition_count;
};

/* Whether the history lies in one of the inputs, which is wrong usage and told. */
bool inputs_hold_history(const struct options *options);
/*
 * EXIT_INPUT where some of it was bad; EXIT_USAGE, told, where the history has another key. To be
 * released in any case.
 */
int load(struct loaded *loaded, struct options *options);
void loaded_release(struct loaded *loaded);

/* Adds what is new to the history, where there is one. */
int remember(const struct options *options, const struct loaded *loaded);
/*
 * Takes out of the history what --forget names; EXIT_USAGE, told, where something of that is not
 * there: nothing was written then.
 */
int forget(const struct options *options);
/* Rolls the history up, where that is asked for. */
int compact(const struct options *options);

/* Computes what the reports need; EXIT_GATE where a gate is missed. */
int analyse(struct analysis *analysis, const struct options *options, struct loaded *loaded);
/* Writes the reports that are asked for: text on standard output where none is. */
int report(const struct options *options, struct loaded *loaded, const struct analysis *analysis);

#endif
