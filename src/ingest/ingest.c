#include "runtally/ingest/ingest.h"

#include <stdio.h>
#include <string.h>

#include "batch.h"
#include "join.h"
#include "large_file.h"
#include "pagination.h"
#include "runtally/analysis/select.h"
#include "runtally/base/progress.h"
#include "runtally/base/thread_pool.h"
#include "runtally/json/json.h"
#include "runtally/json/pick.h"
#include "worker.h"

enum {
	LARGE_BYTES = 4 * SEGMENT_BYTES,
	BATCH_INPUTS = 256, /* small inputs that one job reads */
	BATCH_UNKNOWN = 32, /* of sizes that are not known */
	BATCH_BYTES = 2 * 1024 * 1024,
};

/* What a thread works with. */
struct hand {
	struct intake *intake; /* first: segments.h */
	struct opener *opener;
	struct gathering *gathering;
};

/* Inputs that follow one another and are read by one job; or a single one that may be large. */
struct batch {
	struct job job; /* first: run_batch gets a pointer to it */
	size_t first, end;
	bool large;
	struct harvest harvest;
};

/* One call of ingest. */
struct gathering {
	const struct ingest_options *options;
	struct sources *sources;
	struct input_names *names; /* one an input */
	struct runs *runs;
	struct ingest_counts *counts;
	struct notes *notes;
	struct arena arena; /* until the end of the call */
	struct harvest harvest;
	struct redactor
		labels; /* of ids and names, numbered for the whole call, so that none merge */
	struct redactor texts; /* of notes on inputs */
	struct meter meter;
	struct wanted *wanted;
	struct crew *crew;
	struct batch *batches;
	size_t batch_count;
};

/* ---- names ---- */

static const char *clean_name(struct gathering *g, const char *name)
{
	const char *clean = g->options->redact ? redact(&g->labels, name) : name;

	return clean == name ? name : intern(&g->runs->names, clean);
}

static void clean_names(struct gathering *g)
{
	size_t count = sources_count(g->sources);

	g->names = arena_alloc(&g->runs->arena, count * sizeof(*g->names));
	for (size_t i = 0; i < count; i++) {
		const struct input *input = sources_input(g->sources, i);
		const char *label = clean_name(g, input->label);

		g->names[i] = (struct input_names){
			.file = label,
			.opened = clean_name(g, input->opened),
			.of_runs = {.label = label, .folder = clean_name(g, input->folder)},
		};
	}
}

/* ---- batches ---- */

static void read_input(struct gathering *g, struct hand *hand, size_t index, struct intake *in)
{
	struct error err;
	struct blob blob;

	intake_begin(in, &g->names[index]);
	if (opener_begin(hand->opener, index, &blob, &err) != 0)
		intake_complain(in, err.text);
	else
		intake_read(in, &blob);
}

static void run_batch(struct job *job, void *context)
{
	struct batch *batch = (struct batch *)job;
	struct hand *hand = context;

	opener_expect(hand->opener, batch->first, batch->end);
	for (size_t i = batch->first; i < batch->end; i++)
		read_input(hand->gathering, hand, i, hand->intake);
	intake_hand_over(hand->intake, &batch->harvest);
}

/* Worth reading by all hands. */
static bool is_large(const struct gathering *g, size_t index)
{
	return !sources_is_entry(g->sources, index) &&
	       sources_input(g->sources, index)->size >= LARGE_BYTES;
}

/* Bytes of a batch that it takes up. */
static uint64_t cost_of(const struct input *input)
{
	return input->size ? input->size : BATCH_BYTES / BATCH_UNKNOWN;
}

static size_t end_of_batch(const struct gathering *g, size_t first, bool share)
{
	size_t end = first, count = sources_count(g->sources);
	uint64_t bytes = 0;

	while (end < count && end - first < BATCH_INPUTS && bytes < BATCH_BYTES &&
	       !(share && is_large(g, end)))
		bytes += cost_of(sources_input(g->sources, end++));
	return end;
}

/* `share`: large inputs are read by all hands. */
static void make_batches(struct gathering *g, bool share)
{
	size_t capacity = 0, end;

	for (size_t first = 0; first < sources_count(g->sources); first = end) {
		bool large = share && is_large(g, first);

		g->batches = array_reserve(g->batches, &capacity, g->batch_count + 1,
					   sizeof(*g->batches));
		end = large ? first + 1 : end_of_batch(g, first, share);
		g->batches[g->batch_count++] = (struct batch){
			.job = {.run = run_batch},
			.first = first,
			.end = end,
			.large = large,
		};
	}
}

/* The caller reads it, with a hand that is none of the crew's. */
static void read_large(struct gathering *g, struct batch *batch, struct hand *own)
{
	const struct input_names *names = &g->names[batch->first];
	struct error err;
	struct blob blob;

	intake_begin(own->intake, names);
	if (opener_begin(own->opener, batch->first, &blob, &err) != 0)
		intake_complain(own->intake, err.text);
	else if (!blob.read_at) /* it was a file when it was listed */
		intake_read(own->intake, &blob);
	else
		segments_read(own->intake, names, &blob, g->crew, SEGMENT_BYTES);
	intake_hand_over(own->intake, &batch->harvest);
}

/* ---- the crew ---- */

static void equip(struct gathering *g, struct hand *hand)
{
	hand->intake =
		intake_new(g->options, g->wanted, g->notes->limit, &g->meter, g->runs->spool);
	hand->opener = opener_new(g->sources);
	hand->gathering = g;
}

static void dismiss(struct gathering *g, struct hand *hand)
{
	intake_give(hand->intake, g->runs, &g->arena);
	intake_free(hand->intake);
	opener_free(hand->opener);
}

/* As many hands as were asked for, but none without a batch. */
static size_t hands_for(const struct gathering *g, size_t jobs)
{
	for (size_t i = 0; i < g->batch_count; i++)
		if (g->batches[i].large)
			return jobs;
	return g->batch_count < jobs ? g->batch_count + !g->batch_count : jobs;
}

/* All batches, in whatever order, into the harvest in theirs. */
static void gather_batches(struct gathering *g, struct hand *own)
{
	for (size_t i = 0; i < g->batch_count; i++)
		if (!g->batches[i].large)
			crew_add(g->crew, &g->batches[i].job);
	for (size_t i = 0; i < g->batch_count; i++) {
		if (g->batches[i].large)
			read_large(g, &g->batches[i], own);
		else
			crew_finish(g->crew, &g->batches[i].job);
		harvest_append(&g->harvest, &g->batches[i].harvest, 0);
	}
}

static void gather(struct gathering *g)
{
	size_t jobs = g->options->jobs ? g->options->jobs : crew_processors(), count;
	struct hand *hands;
	void *crew[JOBS_MOST];

	make_batches(g, jobs > 1);
	count = hands_for(g, jobs);
	hands = memory_alloc((count + 1) * sizeof(*hands));
	for (size_t i = 0; i <= count; i++) {
		equip(g, &hands[i]);
		if (i < count)
			crew[i] = &hands[i];
	}
	g->crew = crew_new(crew, count);
	gather_batches(g, &hands[count]);
	crew_free(g->crew);
	for (size_t i = 0; i <= count; i++)
		dismiss(g, &hands[i]);
	memory_free(g->batches);
	memory_free(hands);
}

/* ---- all runs ---- */

static void take_counts(struct gathering *g)
{
	struct ingest_counts *counts = g->counts;
	const struct harvest *harvest = &g->harvest;

	counts->files = sources_files(g->sources);
	counts->documents = harvest->documents;
	counts->bytes = harvest->bytes;
	counts->records = harvest->records - harvest->frames;
	counts->definitions = harvest->definitions;
	counts->rejected = harvest->rejected;
	for (unsigned i = 0; i < REDACT_KINDS; i++)
		counts->redactions[i] =
			harvest->redactions[i] + g->labels.counts[i] + g->texts.counts[i];
}

static void take_runs(struct gathering *g)
{
	struct harvest *harvest = &g->harvest;

	memory_free(g->runs->items);
	g->runs->items = harvest->runs;
	g->runs->count = harvest->run_count;
	g->runs->capacity = harvest->run_capacity;
	harvest->runs = NULL;
}

static void finish(struct gathering *g)
{
	struct harvest *harvest = &g->harvest;

	harvest_clean(harvest, &g->labels, &g->runs->names);
	notes_append(g->notes, &harvest->notes, 0);
	take_runs(g);
	g->counts->duplicates =
		select_distinct(g->runs, g->options->later_wins, &g->counts->differing);
	g->counts->runs = g->runs->count;
	joins_apply(&harvest->joins, g->runs, g->notes);
	pages_check(&harvest->pages, g->notes);
	take_counts(g);
}

/*
 * All members of a record by name and type, and what the adapters want, in the wrappers, too; all
 * there is where a report wants the details of every run.
 */
static struct wanted *wanted_of(const struct ingest_options *options)
{
	static const char *const prefixes[] = {"", "data.", "run.", "agent_test_run."};
	struct wanted *wanted = wanted_new();
	char path[128];

	if (options->details == DETAILS_ALL)
		wanted_add(wanted, "");
	for (size_t p = 0; p < sizeof(prefixes) / sizeof(prefixes[0]); p++) {
		snprintf(path, sizeof(path), "%s*?", prefixes[p]);
		wanted_add(wanted, path);
		for (size_t a = 0; adapters[a]; a++)
			for (const char *const *member = adapters[a]->wanted; *member; member++) {
				snprintf(path, sizeof(path), "%s%s", prefixes[p], *member);
				wanted_add(wanted, path);
			}
	}
	return wanted;
}

static void prepare(struct gathering *g, const char *const *inputs, size_t input_count)
{
	const struct ingest_options *options = g->options;

	redactor_init(&g->labels);
	redactor_init(&g->texts);
	g->notes->filter = options->redact ? redact : NULL;
	g->notes->filter_ctx = &g->texts;
	harvest_init(&g->harvest, g->notes->limit);
	meter_init(&g->meter, options->progress, options->progress_ctx);
	g->wanted = wanted_of(options);
	json_use_arena(NULL); /* routes jansson's memory before there are threads */
	g->sources = sources_open(inputs, input_count, &options->limits, g->notes);
	clean_names(g);
}

static void clear(struct gathering *g)
{
	g->notes->filter = NULL;
	sources_close(g->sources, &g->runs->arena);
	meter_release(&g->meter);
	wanted_free(g->wanted);
	harvest_release(&g->harvest);
	redactor_release(&g->labels);
	redactor_release(&g->texts);
	arena_release(&g->arena);
}

void ingest(const char *const *inputs, size_t input_count, const struct ingest_options *options,
	    struct runs *runs, struct ingest_counts *counts, struct notes *notes)
{
	struct gathering gathering = {
		.options = options,
		.runs = runs,
		.counts = counts,
		.notes = notes,
	};

	*counts = (struct ingest_counts){.period_from = TIME_UNKNOWN, .period_to = TIME_UNKNOWN};
	arena_init(&gathering.arena, 0);
	prepare(&gathering, inputs, input_count);
	gather(&gathering);
	finish(&gathering);
	clear(&gathering);
}
