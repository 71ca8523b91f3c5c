/*
 * renames: things that are called otherwise than before, where an id says that they are the same.
 *
 * A suite may have no id where its cases have one (Telnyx): then a case's runs lie in the suite
 * that the case is in now, if all its runs under one suite's name are earlier than those under
 * the next. Where they are not, several suites have a case of that id, and nothing is changed. A
 * baseline has no order in time with the rest: its runs follow where it knows the case in one
 * suite alone. Agents, which are grouped by name, have the latest name of their id.
 */
#ifndef RUNTALLY_ANALYSIS_RENAMES_H
#define RUNTALLY_ANALYSIS_RENAMES_H

#include <stddef.h>

#include "runtally/analysis/select.h"
#include "runtally/model/note.h"
#include "runtally/model/run.h"

/* A run of a suite or agent that was called otherwise. */
struct renamed {
	const struct run *run;
	const char *from;
};

struct renames {
	struct renamed *items;
	size_t count, capacity;
};

/*
 * Gives runs of both lists the names of now; of equally late ones the earlier in `united` decides.
 */
void renames_apply(struct renames *renames, const struct run_list *united,
		   const struct runs *baseline);
void renames_release(struct renames *renames);

/* Notes on what of it is in the selection. */
void renames_note(struct renames *renames, const struct selection *selection, struct notes *notes);

#endif
