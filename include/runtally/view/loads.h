/*
 * loads: the details of the runs that are being shown, fetched when they are asked for.
 *
 * Memory is bounded by the two runs asked for last. So nothing may hold on to what is loaded:
 * values that templates see name a run and an index, and ask anew each time (details.c).
 */
#ifndef RUNTALLY_VIEW_LOADS_H
#define RUNTALLY_VIEW_LOADS_H

#include "runtally/base/arena.h"
#include "runtally/base/spool.h"
#include "runtally/model/run.h"

struct view_loads {
	struct spool *spool;
	/* Two, for templates that put the details of two runs side by side. */
	struct view_load {
		const struct run *of; /* NULL: none */
		struct run run;
		struct arena arena;
	} items[2];
	unsigned newest;
};

/* Of runs that were kept with this spool. */
void view_loads_init(struct view_loads *loads, struct spool *spool);
void view_loads_release(struct view_loads *loads);

/* The kept run with its details; good until the next call. */
const struct run *view_loads_get(struct view_loads *loads, const struct run *run);

#endif
