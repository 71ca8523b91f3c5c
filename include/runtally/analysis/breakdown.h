/*
 * breakdown: runs divided by their model or their agent, and by the criteria that judged them → a
 * tally of each. Texts are borrowed.
 */
#ifndef RUNTALLY_ANALYSIS_BREAKDOWN_H
#define RUNTALLY_ANALYSIS_BREAKDOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/analysis/results.h"
#include "runtally/base/arena.h"
#include "runtally/base/hash_table.h"

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

void breakdown_build(struct breakdown *breakdown, const struct results *results,
		     const struct breakdown_key *key);
void breakdown_release(struct breakdown *breakdown);

/* It begins with its tally, so that a pointer to it is one to its tally. */
struct criterion_group {
	struct tally tally; /* of its verdicts: outcomes and scores; nothing else is counted */
	const char *source;
	const char *name; /* of a kind: `phrase_expected: "…"` */
	bool is_kind;
	uint64_t cases; /* in which it was judged */
	size_t last_case;
};

/*
 * A criterion is known by its source and name. Some names hold a user's text, one for each phrase:
 * `phrase_expected: "9 AM"`. Over a whole report such are counted together,
 * by what stands before the text; any name of that form is one, for the form alone tells.
 * Adding a run takes time by how many criteria it has, memory by how many different names there
 * are.
 */
struct criteria {
	struct criterion_group *items;
	size_t count, capacity;
	struct numbering numbers; /* of the items, until they are sorted */
	bool by_kind;
	bool has_kinds;
	struct arena arena;
	struct interner kinds;
	struct strbuf key;
};

/* `by_kind`: whether names that hold a user's text are counted together. */
void criteria_init(struct criteria *criteria, bool by_kind);
void criteria_release(struct criteria *criteria);
/* Forgets all, to begin anew. */
void criteria_clear(struct criteria *criteria);

/* Counts those of a report's run that have a name. Runs of a case must follow each other. */
void criteria_add(struct criteria *criteria, const struct run *run);

/* Those of all runs, by kind, in the order of breakdown.groups. */
void criteria_build(struct criteria *criteria, const struct results *results);

#endif
