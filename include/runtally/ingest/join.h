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
 * Fills the names and ids that runs of all the sets lack, and gives all runs of one id the name
 * that its definition tells, else the latest run. The sets stand in the order in which they were
 * told: of two definitions of one thing the later that tells a member wins, and of two equally late
 * runs that of the later set. Runs share texts from then on: the sets end together.
 */
void join(struct runs *const *sets, size_t count);

/* Executions with fewer runs than they should have bring a note (warning). */
void executions_check(const struct runs *runs, struct notes *notes);

/*
 * What the definitions of one set say of suites, cases and agents that those of the other (NULL:
 * there is none) do not; each thing once, by kind, source and id. The caller frees the list; texts
 * are those of the set.
 */
struct definition *definitions_news(const struct runs *told, const struct runs *past,
				    size_t *count);

#endif
