#include "batch.h"

#include <stdio.h>
#include <string.h>

void batch_init(struct batch *batch, size_t notes_limit)
{
	*batch = (struct batch){.run_count = 0};
	notes_init(&batch->notes, notes_limit);
}

void batch_release(struct batch *batch)
{
	memory_free(batch->runs);
	memory_free(batch->definitions);
	memory_free(batch->pages);
	memory_free(batch->calls);
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

void batch_add_calls(struct batch *batch, const struct call *calls, size_t count)
{
	batch->calls = append(batch->calls, &batch->call_count, &batch->call_capacity, calls, count,
			      sizeof(*calls));
}

void batch_append(struct batch *batch, struct batch *from, size_t base)
{
	struct batch_counts *counts = &batch->counts;

	batch_add_runs(batch, from->runs, from->run_count);
	batch_add_definitions(batch, from->definitions, from->definition_count);
	batch_add_pages(batch, from->pages, from->page_count);
	batch_add_calls(batch, from->calls, from->call_count);
	notes_append(&batch->notes, &from->notes, base);
	counts->documents += from->counts.documents;
	counts->bytes += from->counts.bytes;
	counts->records += from->counts.records;
	counts->definitions += from->counts.definitions;
	counts->rejected += from->counts.rejected;
	counts->frames += from->counts.frames;
	for (unsigned i = 0; i < REDACT_KINDS; i++)
		counts->redactions[i] += from->counts.redactions[i];
	key_checks_add(&counts->keys, from->counts.keys.first);
	counts->keys.differ = counts->keys.differ || from->counts.keys.differ;
	batch_release(from);
}

struct batch_mark batch_mark(const struct batch *batch)
{
	return (struct batch_mark){
		.runs = batch->run_count,
		.definitions = batch->definition_count,
		.pages = batch->page_count,
		.calls = batch->call_count,
		.counts = batch->counts,
	};
}

void batch_go_back(struct batch *batch, const struct batch_mark *mark)
{
	batch->run_count = mark->runs;
	batch->definition_count = mark->definitions;
	batch->page_count = mark->pages;
	batch->call_count = mark->calls;
	batch->counts = mark->counts;
}

void key_checks_add(struct key_checks *checks, const char *check)
{
	if (!check || !*check)
		return;
	if (!*checks->first)
		snprintf(checks->first, sizeof(checks->first), "%s", check);
	else
		checks->differ = checks->differ ||
				 strncmp(checks->first, check, sizeof(checks->first) - 1) != 0;
}
