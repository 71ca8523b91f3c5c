/*
 * dedupe: copies of one run (the same source, run id and environment) → one run. They come from
 * exports that overlap, and from a history that holds what is exported again.
 *
 * Of two copies the one with the later update stays, else the richer, else the earlier in the list.
 * Where the order is that of writing, the one written later stays if neither is
 * updated later and they have different verdicts, or are as rich. What the one that stays lacks of
 * names and criteria it takes from the other, and the earlier time at which it was seen.
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

/* How many copies were dropped, and how many of these ... */
struct dedupe_counts {
	uint64_t dropped;
	uint64_t differing;     /* did not say the same as the copy that stayed */
	uint64_t contradicting; /* had another verdict, and no update says which is the later */
};

/*
 * Leaves one copy of each run, at the place of its first, and returns how many there are. `owner`
 * keeps the criteria that one copy takes from another.
 */
size_t dedupe(struct run **items, size_t count, enum dedupe_order order, struct runs *owner,
	      struct dedupe_counts *counts);

/* For each of `runs` its copy among `others`, which are distinct, or NULL. The caller frees it. */
struct run **dedupe_copies(struct run *const *runs, size_t count, struct run *const *others,
			   size_t other_count);

/*
 * Whether a run that was written later says anything that its copy does not: whether dedupe would
 * make of the two another run record than the copy's. Where the record was read from (run_origin)
 * is nothing that it says.
 */
bool dedupe_adds(const struct run *run, const struct run *copy);

#endif
