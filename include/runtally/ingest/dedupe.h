/*
 * dedupe: copies of one run (the same source, run id and environment) → one run. They come from
 * exports that overlap, and from a history that holds what is exported again.
 *
 * Of two copies the one with the later update stays (one that tells none is the older), else the
 * one of the later day of export, where both have one. Where the order is that of writing, else the
 * later written one of two verdicts. Else a verdict before none, then the one that holds more of
 * how the run went, then the earlier in the list; in the order of writing, the later written.
 *
 * The others lend it what it lacks of what identifies the run (names and ids of suite, case and
 * agent, execution, model), and of when it was (times, and when it was first seen and by what it
 * is counted then): never what was judged or measured (verdict, score, criteria, reason, cost,
 * tokens, latencies, details), which are of one attempt.
 *
 * So copies of dated exports come to the same in whatever order one call reads them (many calls, in
 * the order of their days: dedupe_adds does not keep a copy for its day alone), as long as they say
 * the same of what is lent, and those of one update say the same at all;
 * but for the date of a run that tells no time: that of the copy that was first seen with a
 * verdict, else of the one first seen.
 */
#ifndef RUNTALLY_INGEST_DEDUPE_H
#define RUNTALLY_INGEST_DEDUPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/model/run.h"

/* What the order of a list says of its copies. */
enum dedupe_order {
	DEDUPE_ANY_ORDER,   /* nothing: which was written later is not known */
	DEDUPE_LATER_LAST,  /* the one behind was written later */
	DEDUPE_LATER_FIRST, /* the one before was written later */
};

struct dedupe_counts {
	uint64_t dropped; /* copies */
	uint64_t
		contradicting; /* runs with two verdicts, neither of which tells that it is later */
};

/* Leaves one copy of each run, at the place of its first, and returns how many there are. */
size_t dedupe(struct run **items, size_t count, enum dedupe_order order,
	      struct dedupe_counts *counts);

/* For each of `runs` its copy among `others`, which are distinct, or NULL. The caller frees it. */
struct run **dedupe_copies(struct run *const *runs, size_t count, struct run *const *others,
			   size_t other_count);

/* How many of `others` are one of `runs` but for the environment, which one of the two lacks. */
uint64_t dedupe_count_bare(struct run *const *runs, size_t count, struct run *const *others,
			   size_t other_count);

/*
 * Whether a run that was written later says anything that its copy does not: whether dedupe would
 * make of the two another run record than the copy's. Where the record was read from (run_origin)
 * is nothing that it says.
 */
bool dedupe_adds(const struct run *run, const struct run *copy);

/* Whether a run that was written later has another verdict than its copy, and that counts. */
bool dedupe_changes(const struct run *run, const struct run *copy);

#endif
