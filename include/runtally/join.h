/*
 * join: definitions → names on runs, by (source, id), whatever the order in which both came.
 */
#ifndef RUNTALLY_JOIN_H
#define RUNTALLY_JOIN_H

#include <stddef.h>

#include "runtally/adapter.h"
#include "runtally/note.h"
#include "runtally/run.h"

/* What is known of suites, cases, agents and executions. Owns its strings. */
struct joins {
	struct definition *items;
	size_t count, capacity;
	struct arena arena;
};

void joins_init(struct joins *joins);
void joins_release(struct joins *joins);

/* Keeps a copy, its strings passed through `filter` (NULL: as they are). */
void joins_add(struct joins *joins, const struct definition *definition, text_filter *filter,
	       void *ctx);
/* Forgets what was added after the first `count`. */
void joins_truncate(struct joins *joins, size_t count);

/*
 * Fills the names and ids that runs lack, and gives all runs of one id the name that its definition
 * tells, else the latest run. Of two definitions of one thing the later one that tells a member
 * wins. Executions with fewer runs than they should have bring a note (warning).
 */
void joins_apply(struct joins *joins, struct runs *runs, struct notes *notes);

#endif
