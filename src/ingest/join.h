/*
 * join: definitions → names on runs, by (source, id), whatever the order in which both came.
 */
#ifndef RUNTALLY_INGEST_JOIN_H
#define RUNTALLY_INGEST_JOIN_H

#include <stddef.h>

#include "runtally/model/definition.h"
#include "runtally/model/note.h"
#include "runtally/model/run.h"

/*
 * Fills the names and ids that runs lack, and gives all runs of one id the name that its definition
 * tells, else the latest run. Of two definitions of one thing the later in the list that tells a
 * member wins. Executions with fewer runs than they should have bring a note (warning).
 */
void join(struct definition *const *definitions, size_t count, struct runs *runs,
	  struct notes *notes);

#endif
