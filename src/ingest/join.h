/*
 * join: definitions → names on runs, by (source, id), whatever the order in which both came.
 */
#ifndef RUNTALLY_INGEST_JOIN_H
#define RUNTALLY_INGEST_JOIN_H

#include <stddef.h>

#include "runtally/model/definition.h"
#include "runtally/model/note.h"
#include "runtally/model/run.h"

/* What is known of suites, cases, agents and executions, in the order of the inputs. */
struct joins {
	struct definition **items;
	size_t count, capacity;
};

void joins_init(struct joins *joins);
void joins_release(struct joins *joins);

/*
 * Keeps a copy in `arena`, which must outlive the joins; its strings are passed through `filter`
 * (NULL: as they are). Returns the copy.
 */
struct definition *joins_add(struct joins *joins, struct arena *arena,
			     const struct definition *definition, text_filter *filter, void *ctx);
/* Moves all of `from` behind what is there. */
void joins_append(struct joins *joins, struct joins *from);

/*
 * Fills the names and ids that runs lack, and gives all runs of one id the name that its definition
 * tells, else the latest run. Of two definitions of one thing the later one that tells a member
 * wins. Executions with fewer runs than they should have bring a note (warning).
 */
void joins_apply(struct joins *joins, struct runs *runs, struct notes *notes);

#endif
