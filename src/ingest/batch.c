#include "batch.h"

#include <string.h>

void batch_init(struct batch *batch, size_t notes_limit)
{
	*batch = (struct batch){.run_count = 0};
	joins_init(&batch->joins);
	notes_init(&batch->notes, notes_limit);
}

void batch_release(struct batch *batch)
{
	memory_free(batch->runs);
	memory_free(batch->to_redact);
	joins_release(&batch->joins);
	pages_release(&batch->pages);
	notes_release(&batch->notes);
	*batch = (struct batch){.run_count = 0};
}

static void make_room_for_runs(struct batch *batch, size_t count)
{
	batch->runs = array_reserve(batch->runs, &batch->run_capacity, batch->run_count + count,
				    sizeof(*batch->runs));
}

void batch_add_run(struct batch *batch, struct run *run)
{
	make_room_for_runs(batch, 1);
	batch->runs[batch->run_count++] = run;
}

static void make_room_to_redact(struct batch *batch, size_t count)
{
	batch->to_redact = array_reserve(batch->to_redact, &batch->to_redact_capacity,
					 batch->to_redact_count + count, sizeof(*batch->to_redact));
}

void batch_add_to_redact(struct batch *batch, struct to_redact to_redact)
{
	make_room_to_redact(batch, 1);
	batch->to_redact[batch->to_redact_count++] = to_redact;
}

static void append_runs(struct batch *batch, const struct batch *from)
{
	if (!from->run_count)
		return;
	make_room_for_runs(batch, from->run_count);
	memcpy(batch->runs + batch->run_count, from->runs, from->run_count * sizeof(*from->runs));
	batch->run_count += from->run_count;
}

static void append_to_redact(struct batch *batch, const struct batch *from)
{
	if (!from->to_redact_count)
		return;
	make_room_to_redact(batch, from->to_redact_count);
	memcpy(batch->to_redact + batch->to_redact_count, from->to_redact,
	       from->to_redact_count * sizeof(*from->to_redact));
	batch->to_redact_count += from->to_redact_count;
}

void batch_append(struct batch *batch, struct batch *from, size_t base)
{
	append_runs(batch, from);
	append_to_redact(batch, from);
	joins_append(&batch->joins, &from->joins);
	pages_append(&batch->pages, &from->pages);
	notes_append(&batch->notes, &from->notes, base);
	batch->documents += from->documents;
	batch->bytes += from->bytes;
	batch->records += from->records;
	batch->definitions += from->definitions;
	batch->rejected += from->rejected;
	batch->frames += from->frames;
	for (unsigned i = 0; i < REDACT_KINDS; i++)
		batch->redactions[i] += from->redactions[i];
	batch_release(from);
}

struct batch_mark batch_mark(const struct batch *batch)
{
	struct batch_mark mark = {
		.runs = batch->run_count,
		.to_redact = batch->to_redact_count,
		.definitions = batch->joins.count,
		.pages = batch->pages.count,
		.record_count = batch->records,
		.definition_count = batch->definitions,
		.rejected = batch->rejected,
		.frames = batch->frames,
	};

	memcpy(mark.redactions, batch->redactions, sizeof(mark.redactions));
	return mark;
}

void batch_go_back(struct batch *batch, const struct batch_mark *mark)
{
	batch->run_count = mark->runs;
	batch->to_redact_count = mark->to_redact;
	batch->joins.count = mark->definitions;
	batch->pages.count = mark->pages;
	batch->records = mark->record_count;
	batch->definitions = mark->definition_count;
	batch->rejected = mark->rejected;
	batch->frames = mark->frames;
	memcpy(batch->redactions, mark->redactions, sizeof(mark->redactions));
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

static uint64_t sum_of(const uint64_t counts[REDACT_KINDS])
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < REDACT_KINDS; i++)
		sum += counts[i];
	return sum;
}

static void clean_run(struct run *run, struct cleaning *cleaning)
{
	uint64_t before = sum_of(cleaning->labels->counts);

	run_relabel(run, cleaning->names->arena, clean, cleaning);
	run->redactions += (uint32_t)(sum_of(cleaning->labels->counts) - before);
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
		if (batch->to_redact[i].run)
			clean_run(batch->to_redact[i].run, &cleaning);
		else
			clean_definition(batch->to_redact[i].definition, &cleaning);
	}
	batch->to_redact_count = 0;
}
