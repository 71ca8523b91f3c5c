/*
 * select: which of the runs that were read count: each once, and those of the period, suites and
 * sources that were asked for.
 */
#ifndef RUNTALLY_SELECT_H
#define RUNTALLY_SELECT_H

#include <stdint.h>

#include "runtally/ingest.h"
#include "runtally/run.h"

/*
 * Leaves one run for each (source, run id) and returns how many were dropped. Of two copies the one
 * with the later update stays, else the richer, else the earlier in the order of items
 * (vendors.md); what it lacks of names and criteria it takes from the other.
 */
uint64_t select_distinct(struct runs *runs);

/*
 * Leaves the runs that the options ask for. Sets counts->filtered, and counts->without_time: runs
 * kept though a period was asked for and they tell no time.
 */
void select_wanted(struct runs *runs, const struct ingest_options *options,
		   struct ingest_counts *counts);

#endif
