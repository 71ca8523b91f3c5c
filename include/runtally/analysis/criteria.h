/*
 * criteria: how each criterion did over the runs that were judged by it.
 *
 * A criterion is known by its source and name. Some names hold a user's text, one for each phrase:
 * `phrase_expected: "9 AM"` (vendors.md, Magpipe). Over a whole report such are counted together,
 * by what stands before the text; any name of that form is one, for the form alone tells.
 * Adding a run takes time by how many criteria it has, memory by how many different names there
 * are.
 */
#ifndef RUNTALLY_ANALYSIS_CRITERIA_H
#define RUNTALLY_ANALYSIS_CRITERIA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/analysis/results.h"
#include "runtally/base/arena.h"
#include "runtally/base/hash_table.h"

/* It begins with its tally, so that a pointer to it is one to its tally. */
struct criterion_group {
	struct tally tally; /* of its verdicts: outcomes and scores; nothing else is counted */
	const char *source;
	const char *name; /* of a kind: `phrase_expected: "…"` */
	bool is_kind;
	uint64_t cases; /* in which it was judged */
	size_t last_case;
};

struct criteria {
	struct criterion_group *items;
	size_t count, capacity;
	struct numbering roster; /* their numbers, until they are sorted */
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

/*
 * Those of all runs, by kind: lowest pass rate first, of equal ones that with more verdicts, then
 * by name and source. Texts are borrowed.
 */
void criteria_build(struct criteria *criteria, const struct results *results);

#endif
