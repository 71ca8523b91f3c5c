/*
 * batch: what a stretch of the inputs brought, as lists that are put one behind the other:
 * whoever read it, and when, the whole comes out the same.
 */
#ifndef RUNTALLY_INGEST_BATCH_H
#define RUNTALLY_INGEST_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "pagination.h"
#include "runtally/ingest/ingest.h"
#include "runtally/model/call.h"
#include "runtally/model/definition.h"
#include "runtally/model/note.h"
#include "runtally/model/run.h"

struct batch_counts {
	uint64_t documents, bytes;
	uint64_t records, definitions, rejected;
	uint64_t frames; /* records that count as none */
	uint64_t redactions[REDACT_KINDS];
	struct key_checks keys;
};

/* Runs and definitions are borrowed; the lists are owned. */
struct batch {
	struct run **runs;
	size_t run_count, run_capacity;
	struct definition **definitions;
	size_t definition_count, definition_capacity;
	struct page_info *pages;
	size_t page_count, page_capacity;
	struct call *calls;
	size_t call_count, call_capacity;
	struct notes notes;
	struct batch_counts counts;
};

void batch_init(struct batch *batch, size_t notes_limit);
void batch_release(struct batch *batch);

void batch_add_runs(struct batch *batch, struct run *const *runs, size_t count);
void batch_add_definitions(struct batch *batch, struct definition *const *definitions,
			   size_t count);
void batch_add_pages(struct batch *batch, const struct page_info *pages, size_t count);
void batch_add_calls(struct batch *batch, const struct call *calls, size_t count);

/*
 * Moves all of `from` behind what is there; `base` more records came before those of its notes.
 * `from` is empty then, and released.
 */
void batch_append(struct batch *batch, struct batch *from, size_t base);

/* What there was before an input, to go back to when all of the input is void. Notes stay. */
struct batch_mark {
	size_t runs, definitions, pages, calls;
	struct batch_counts counts;
};

struct batch_mark batch_mark(const struct batch *batch);
void batch_go_back(struct batch *batch, const struct batch_mark *mark);

#endif
