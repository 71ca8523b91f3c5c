#include "batch.h"

#include <string.h>

void batch_init(struct batch *batch, size_t notes_limit)
{
	*batch = (struct batch){.run_count = 0};
	notes_init(&batch->notes, notes_limit);
}

void batch_release(struct batch *batch)
{
	memory_free(batch->runs);
	memory_free(batch->to_redact);
	memory_free(batch->definitions);
	memory_free(batch->pages);
	notes_release(&batch->notes);
	*batch = (struct batch){.run_count = 0};
}

/* Puts `more` behind the items; returns where they all are now. */
static void *append(void *items, size_t *count, size_t *capacity, const void *more,
		    size_t more_count, size_t size)
{
	if (!more_count)
		return items;
	items = array_reserve(items, capacity, *count + more_count, size);
	memcpy((char *)items + *count * size, more, more_count * size);
	*count += more_count;
	return items;
}

void batch_add_runs(struct batch *batch, struct run *const *runs, size_t count)
{
	batch->runs = append(batch->runs, &batch->run_count, &batch->run_capacity, runs, count,
			     sizeof(*runs));
}

void batch_add_definitions(struct batch *batch, struct definition *const *definitions, size_t count)
{
	batch->definitions =
		append(batch->definitions, &batch->definition_count, &batch->definition_capacity,
		       definitions, count, sizeof(*definitions));
}

void batch_add_pages(struct batch *batch, const struct page_info *pages, size_t count)
{
	batch->pages = append(batch->pages, &batch->page_count, &batch->page_capacity, pages, count,
			      sizeof(*pages));
}

void batch_add_to_redact(struct batch *batch, const struct to_redact *to_redact, size_t count)
{
	batch->to_redact = append(batch->to_redact, &batch->to_redact_count,
				  &batch->to_redact_capacity, to_redact, count, sizeof(*to_redact));
}

void batch_append(struct batch *batch, struct batch *from, size_t base)
{
	struct batch_counts *counts = &batch->counts;

	batch_add_runs(batch, from->runs, from->run_count);
	batch_add_to_redact(batch, from->to_redact, from->to_redact_count);
	batch_add_definitions(batch, from->definitions, from->definition_count);
	batch_add_pages(batch, from->pages, from->page_count);
	notes_append(&batch->notes, &from->notes, base);
	counts->documents += from->counts.documents;
	counts->bytes += from->counts.bytes;
	counts->records += from->counts.records;
	counts->definitions += from->counts.definitions;
	counts->rejected += from->counts.rejected;
	counts->frames += from->counts.frames;
	for (unsigned i = 0; i < REDACT_KINDS; i++)
		counts->redactions[i] += from->counts.redactions[i];
	batch_release(from);
}

struct batch_mark batch_mark(const struct batch *batch)
{
	return (struct batch_mark){
		.runs = batch->run_count,
		.to_redact = batch->to_redact_count,
		.definitions = batch->definition_count,
		.pages = batch->page_count,
		.counts = batch->counts,
	};
}

void batch_go_back(struct batch *batch, const struct batch_mark *mark)
{
	batch->run_count = mark->runs;
	batch->to_redact_count = mark->to_redact;
	batch->definition_count = mark->definitions;
	batch->page_count = mark->pages;
	batch->counts = mark->counts;
}

/* ---- labels ---- */

struct cleaning {
	struct redactor *labels;
	struct interner *names;
};

static const char *clean(void *ctx, const char *text)
{
	const struct cleaning *cleaning = ctx;
	const char *redacted = redact(cleaning->labels, text);

	return redacted == text ? text : intern(cleaning->names, redacted);
}

static void clean_definition(struct definition *definition, struct cleaning *cleaning)
{
	for (size_t i = 0; i < DEFINITION_LABELS; i++) {
		const char **label = definition_label(definition, i);

		if (*label)
			*label = clean(cleaning, *label);
	}
}

void batch_clean(struct batch *batch, struct redactor *labels, struct interner *names)
{
	struct cleaning cleaning = {labels, names};

	for (size_t i = 0; i < batch->to_redact_count; i++) {
		struct run *run = batch->to_redact[i].run;

		if (run)
			run_relabel(run, names->arena, clean, &cleaning);
		else
			clean_definition(batch->to_redact[i].definition, &cleaning);
	}
	batch->to_redact_count = 0;
}
