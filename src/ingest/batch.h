/*
 * harvest: what a stretch of the inputs brought, as lists that are put one behind the other:
 * whoever read it, and when, the whole comes out the same.
 *
 * Labels (ids and names) that hold secrets are numbered for the whole call, so that different ones
 * stay different (safety.md). Numbers can only be given in the order of the inputs: what bears such
 * labels is listed, and harvest_clean numbers them when everything before is there.
 */
#ifndef RUNTALLY_INGEST_BATCH_H
#define RUNTALLY_INGEST_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "join.h"
#include "pagination.h"
#include "runtally/ingest/redact.h"
#include "runtally/model/note.h"
#include "runtally/model/run.h"

/* One of the two bears labels that are to be redacted. */
struct unclean {
	struct run *run;
	struct definition *definition;
};

/* Runs and definitions are borrowed; the lists are owned. */
struct harvest {
	struct run **runs;
	size_t run_count, run_capacity;
	struct unclean *unclean;
	size_t unclean_count, unclean_capacity;
	struct joins joins;
	struct pages pages;
	struct notes notes;
	uint64_t documents, bytes;
	uint64_t records, definitions, rejected;
	uint64_t frames; /* records that count as none */
	uint64_t redactions[REDACT_KINDS];
};

void harvest_init(struct harvest *harvest, size_t notes_limit);
void harvest_release(struct harvest *harvest);

void harvest_add_run(struct harvest *harvest, struct run *run);
void harvest_add_unclean(struct harvest *harvest, struct unclean unclean);

/*
 * Moves all of `from` behind what is there; `base` more records came before those of its notes.
 * `from` is empty then, and released.
 */
void harvest_append(struct harvest *harvest, struct harvest *from, size_t base);

/* What there was before an input, to go back to when all of the input is void. Notes stay. */
struct harvest_mark {
	size_t runs, unclean, definitions, pages;
	uint64_t record_count, definition_count, rejected, frames;
	uint64_t redactions[REDACT_KINDS];
};

struct harvest_mark harvest_mark(const struct harvest *harvest);
void harvest_go_back(struct harvest *harvest, const struct harvest_mark *mark);

/*
 * Redacts what is listed as unclean, its texts kept in `names`; a run's count of redactions grows.
 * In the order of the inputs, the redactor never reset in between.
 */
void harvest_clean(struct harvest *harvest, struct redactor *labels, struct interner *names);

#endif
