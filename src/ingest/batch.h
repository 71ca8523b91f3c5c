/*
 * batch: what a stretch of the inputs brought, as lists that are put one behind the other:
 * whoever read it, and when, the whole comes out the same.
 *
 * Labels (ids and names) that hold secrets are numbered for the whole call, so that different ones
 * stay different (safety.md). Numbers can only be given in the order of the inputs: what bears such
 * labels is listed, and batch_clean numbers them when everything before is there.
 */
#ifndef RUNTALLY_INGEST_BATCH_H
#define RUNTALLY_INGEST_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "pagination.h"
#include "runtally/base/hash_table.h"
#include "runtally/ingest/redact.h"
#include "runtally/model/definition.h"
#include "runtally/model/note.h"
#include "runtally/model/run.h"

/* One of the two bears labels that are to be redacted. */
struct to_redact {
	struct run *run;
	struct definition *definition;
};

struct batch_counts {
	uint64_t documents, bytes;
	uint64_t records, definitions, rejected;
	uint64_t frames; /* records that count as none */
	uint64_t redactions[REDACT_KINDS];
};

/* Runs and definitions are borrowed; the lists are owned. */
struct batch {
	struct run **runs;
	size_t run_count, run_capacity;
	struct to_redact *to_redact;
	size_t to_redact_count, to_redact_capacity;
	struct definition **definitions;
	size_t definition_count, definition_capacity;
	struct page_info *pages;
	size_t page_count, page_capacity;
	struct notes notes;
	struct batch_counts counts;
};

void batch_init(struct batch *batch, size_t notes_limit);
void batch_release(struct batch *batch);

void batch_add_runs(struct batch *batch, struct run *const *runs, size_t count);
void batch_add_to_redact(struct batch *batch, const struct to_redact *to_redact, size_t count);
void batch_add_definitions(struct batch *batch, struct definition *const *definitions,
			   size_t count);
void batch_add_pages(struct batch *batch, const struct page_info *pages, size_t count);

/*
 * Moves all of `from` behind what is there; `base` more records came before those of its notes.
 * `from` is empty then, and released.
 */
void batch_append(struct batch *batch, struct batch *from, size_t base);

/* What there was before an input, to go back to when all of the input is void. Notes stay. */
struct batch_mark {
	size_t runs, to_redact, definitions, pages;
	struct batch_counts counts;
};

struct batch_mark batch_mark(const struct batch *batch);
void batch_go_back(struct batch *batch, const struct batch_mark *mark);

/*
 * Redacts what is listed as not redacted yet, its texts kept in `names`; a run's count of
 * redactions grows. In the order of the inputs, the redactor never reset in between.
 */
void batch_clean(struct batch *batch, struct redactor *labels, struct interner *names);

#endif
