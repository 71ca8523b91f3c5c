#include "batch.h"

#include <string.h>

void harvest_init(struct harvest *harvest, size_t notes_limit)
{
	*harvest = (struct harvest){.run_count = 0};
	joins_init(&harvest->joins);
	notes_init(&harvest->notes, notes_limit);
}

void harvest_release(struct harvest *harvest)
{
	memory_free(harvest->runs);
	memory_free(harvest->unclean);
	joins_release(&harvest->joins);
	pages_release(&harvest->pages);
	notes_release(&harvest->notes);
	*harvest = (struct harvest){.run_count = 0};
}

static void make_room_for_runs(struct harvest *harvest, size_t count)
{
	harvest->runs = array_reserve(harvest->runs, &harvest->run_capacity,
				      harvest->run_count + count, sizeof(*harvest->runs));
}

void harvest_add_run(struct harvest *harvest, struct run *run)
{
	make_room_for_runs(harvest, 1);
	harvest->runs[harvest->run_count++] = run;
}

static void make_room_for_unclean(struct harvest *harvest, size_t count)
{
	harvest->unclean = array_reserve(harvest->unclean, &harvest->unclean_capacity,
					 harvest->unclean_count + count, sizeof(*harvest->unclean));
}

void harvest_add_unclean(struct harvest *harvest, struct unclean unclean)
{
	make_room_for_unclean(harvest, 1);
	harvest->unclean[harvest->unclean_count++] = unclean;
}

static void append_runs(struct harvest *harvest, const struct harvest *from)
{
	if (!from->run_count)
		return;
	make_room_for_runs(harvest, from->run_count);
	memcpy(harvest->runs + harvest->run_count, from->runs,
	       from->run_count * sizeof(*from->runs));
	harvest->run_count += from->run_count;
}

static void append_unclean(struct harvest *harvest, const struct harvest *from)
{
	if (!from->unclean_count)
		return;
	make_room_for_unclean(harvest, from->unclean_count);
	memcpy(harvest->unclean + harvest->unclean_count, from->unclean,
	       from->unclean_count * sizeof(*from->unclean));
	harvest->unclean_count += from->unclean_count;
}

void harvest_append(struct harvest *harvest, struct harvest *from, size_t base)
{
	append_runs(harvest, from);
	append_unclean(harvest, from);
	joins_append(&harvest->joins, &from->joins);
	pages_append(&harvest->pages, &from->pages);
	notes_append(&harvest->notes, &from->notes, base);
	harvest->documents += from->documents;
	harvest->bytes += from->bytes;
	harvest->records += from->records;
	harvest->definitions += from->definitions;
	harvest->rejected += from->rejected;
	harvest->frames += from->frames;
	for (unsigned i = 0; i < REDACT_KINDS; i++)
		harvest->redactions[i] += from->redactions[i];
	harvest_release(from);
}

struct harvest_mark harvest_mark(const struct harvest *harvest)
{
	struct harvest_mark mark = {
		.runs = harvest->run_count,
		.unclean = harvest->unclean_count,
		.definitions = harvest->joins.count,
		.pages = harvest->pages.count,
		.record_count = harvest->records,
		.definition_count = harvest->definitions,
		.rejected = harvest->rejected,
		.frames = harvest->frames,
	};

	memcpy(mark.redactions, harvest->redactions, sizeof(mark.redactions));
	return mark;
}

void harvest_go_back(struct harvest *harvest, const struct harvest_mark *mark)
{
	harvest->run_count = mark->runs;
	harvest->unclean_count = mark->unclean;
	harvest->joins.count = mark->definitions;
	harvest->pages.count = mark->pages;
	harvest->records = mark->record_count;
	harvest->definitions = mark->definition_count;
	harvest->rejected = mark->rejected;
	harvest->frames = mark->frames;
	memcpy(harvest->redactions, mark->redactions, sizeof(mark->redactions));
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

void harvest_clean(struct harvest *harvest, struct redactor *labels, struct interner *names)
{
	struct cleaning cleaning = {labels, names};

	for (size_t i = 0; i < harvest->unclean_count; i++) {
		if (harvest->unclean[i].run)
			clean_run(harvest->unclean[i].run, &cleaning);
		else
			clean_definition(harvest->unclean[i].definition, &cleaning);
	}
	harvest->unclean_count = 0;
}
