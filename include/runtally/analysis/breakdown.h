/*
 * breakdown: runs by what they tell of themselves, their model or their agent → a tally of each.
 */
#ifndef RUNTALLY_ANALYSIS_BREAKDOWN_H
#define RUNTALLY_ANALYSIS_BREAKDOWN_H

#include <stdbool.h>
#include <stddef.h>

#include "runtally/analysis/results.h"

/* By what runs are told apart. */
struct breakdown_key {
	const char *(*of)(const struct run *run); /* NULL: the run does not tell */
	bool by_source; /* the same name is another one in another source */
	bool in_suites; /* of interest only where the runs of a suite tell several */
};

/* A model is the same whoever runs it. Agents are known by name, for ids have two spellings. */
extern const struct breakdown_key by_model, by_agent;

/* It begins with its tally, so that a pointer to it is one to its tally. */
struct breakdown_group {
	struct tally tally;
	const char *source; /* NULL: of any */
	const char *name;   /* NULL: of the runs that do not tell */
};

struct breakdown {
	/*
	 * Lowest pass rate first, of equal ones that with more verdicts, then by name and source;
	 * last the runs that do not tell, if there are any. None where runs tell fewer than two,
	 * or nothing of interest.
	 */
	struct breakdown_group *groups;
	size_t count;
	size_t told; /* groups that have a name */
};

/* Texts are borrowed. */
void breakdown_build(struct breakdown *breakdown, const struct results *results,
		     const struct breakdown_key *key);
void breakdown_release(struct breakdown *breakdown);

#endif
