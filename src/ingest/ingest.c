#include "runtally/ingest/ingest.h"

#include <stdio.h>
#include <string.h>

#include "batch.h"
#include "join.h"
#include "large_file.h"
#include "pagination.h"
#include "runtally/adapters/adapters.h"
#include "runtally/base/hash_table.h"
#include "runtally/base/progress.h"
#include "runtally/base/thread_pool.h"
#include "runtally/ingest/dedupe.h"
#include "runtally/json/json.h"
#include "runtally/json/pick.h"
#include "worker.h"

enum {
	LARGE_BYTES = 4 * SEGMENT_BYTES,
	JOB_INPUTS = 256, /* small inputs that one job reads */
	JOB_UNKNOWN = 32, /* of sizes that are not known */
	JOB_BYTES = 2 * 1024 * 1024,
};

/* What a thread works with. */
struct thread_context {
	struct ingest_worker *worker; /* first: large_file.h */
	struct reader *reader;
	struct gathering *gathering;
};

/* Inputs that follow one another and are read by one job; or a single one that may be large. */
struct ingest_job {
	struct job job; /* first: run_ingest_job gets a pointer to it */
	size_t first, end;
	bool large;
	struct batch batch;
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
	struct batch batch;
	struct redactor
		labels; /* of ids and names, numbered for the whole call, so that none merge */
	struct redactor texts; /* of notes on inputs */
	struct progress progress;
	struct wanted *wanted;
	struct thread_pool *pool;
	struct ingest_job *jobs;
	size_t job_count;
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

/* ---- jobs ---- */

static void read_input(struct gathering *g, struct thread_context *context, size_t index,
		       struct ingest_worker *in)
{
	struct error err;
	struct blob blob;

	ingest_worker_begin(in, &g->names[index]);
	if (reader_begin(context->reader, index, &blob, &err) != 0)
		ingest_worker_complain(in, err.text);
	else
		ingest_worker_read(in, &blob);
}

static void run_ingest_job(struct job *begun, void *own)
{
	struct ingest_job *job = (struct ingest_job *)begun;
	struct thread_context *context = own;

	reader_expect(context->reader, job->first, job->end);
	for (size_t i = job->first; i < job->end; i++)
		read_input(context->gathering, context, i, context->worker);
	ingest_worker_hand_over(context->worker, &job->batch);
}

/* Worth reading by all threads. */
static bool is_large(const struct gathering *g, size_t index)
{
	return !sources_is_entry(g->sources, index) &&
	       sources_input(g->sources, index)->size >= LARGE_BYTES;
}

/* Bytes of a job that it takes up. */
static uint64_t cost_of(const struct input *input)
{
	return input->size ? input->size : JOB_BYTES / JOB_UNKNOWN;
}

static size_t end_of_job(const struct gathering *g, size_t first, bool share)
{
	size_t end = first, count = sources_count(g->sources);
	uint64_t bytes = 0;

	while (end < count && end - first < JOB_INPUTS && bytes < JOB_BYTES &&
	       !(share && is_large(g, end)))
		bytes += cost_of(sources_input(g->sources, end++));
	return end;
}

/* `share`: large inputs are read by all threads. */
static void make_jobs(struct gathering *g, bool share)
{
	size_t capacity = 0, end;

	for (size_t first = 0; first < sources_count(g->sources); first = end) {
		bool large = share && is_large(g, first);

		g->jobs = array_reserve(g->jobs, &capacity, g->job_count + 1, sizeof(*g->jobs));
		end = large ? first + 1 : end_of_job(g, first, share);
		g->jobs[g->job_count++] = (struct ingest_job){
			.job = {.run = run_ingest_job},
			.first = first,
			.end = end,
			.large = large,
		};
	}
}

/* The caller reads it, with a context that is none of the pool's. */
static void read_large(struct gathering *g, struct ingest_job *job, struct thread_context *own)
{
	const struct input_names *names = &g->names[job->first];
	struct error err;
	struct blob blob;

	ingest_worker_begin(own->worker, names);
	if (reader_begin(own->reader, job->first, &blob, &err) != 0)
		ingest_worker_complain(own->worker, err.text);
	else if (!blob.read_at) /* it was a file when it was listed */
		ingest_worker_read(own->worker, &blob);
	else
		large_file_read(own->worker, names, &blob, g->pool, SEGMENT_BYTES);
	ingest_worker_hand_over(own->worker, &job->batch);
}

/* ---- threads ---- */

static void equip(struct gathering *g, struct thread_context *context)
{
	context->worker = ingest_worker_new(g->options, g->wanted, g->notes->limit, &g->progress,
					    g->runs->spool);
	context->reader = reader_new(g->sources);
	context->gathering = g;
}

static void dismiss(struct gathering *g, struct thread_context *context)
{
	ingest_worker_give(context->worker, g->runs, &g->arena);
	ingest_worker_free(context->worker);
	reader_free(context->reader);
}

/* As many threads as were asked for, but none without a job. */
static size_t threads_for(const struct gathering *g, size_t threads)
{
	for (size_t i = 0; i < g->job_count; i++)
		if (g->jobs[i].large)
			return threads;
	return g->job_count < threads ? g->job_count + !g->job_count : threads;
}

/* All jobs, in whatever order, into the batch in theirs. */
static void gather_jobs(struct gathering *g, struct thread_context *own)
{
	for (size_t i = 0; i < g->job_count; i++)
		if (!g->jobs[i].large)
			thread_pool_add(g->pool, &g->jobs[i].job);
	for (size_t i = 0; i < g->job_count; i++) {
		if (g->jobs[i].large)
			read_large(g, &g->jobs[i], own);
		else
			thread_pool_finish(g->pool, &g->jobs[i].job);
		batch_append(&g->batch, &g->jobs[i].batch, 0);
	}
}

static void gather(struct gathering *g)
{
	size_t threads = g->options->jobs ? g->options->jobs : thread_pool_processors(), count;
	struct thread_context *contexts;
	void *pool[JOBS_MOST];

	make_jobs(g, threads > 1);
	count = threads_for(g, threads);
	contexts = memory_alloc((count + 1) * sizeof(*contexts));
	for (size_t i = 0; i <= count; i++) {
		equip(g, &contexts[i]);
		if (i < count)
			pool[i] = &contexts[i];
	}
	g->pool = thread_pool_new(pool, count);
	gather_jobs(g, &contexts[count]);
	thread_pool_free(g->pool);
	for (size_t i = 0; i <= count; i++)
		dismiss(g, &contexts[i]);
	memory_free(g->jobs);
	memory_free(contexts);
}

/* ---- all runs ---- */

static void take_counts(struct gathering *g)
{
	struct ingest_counts *counts = g->counts;
	const struct batch *batch = &g->batch;

	counts->files = sources_files(g->sources);
	counts->documents = batch->documents;
	counts->bytes = batch->bytes;
	counts->records = batch->records - batch->frames;
	counts->definitions = batch->definitions;
	counts->rejected = batch->rejected;
	for (unsigned i = 0; i < REDACT_KINDS; i++)
		counts->redactions[i] =
			batch->redactions[i] + g->labels.counts[i] + g->texts.counts[i];
}

static void take_runs(struct gathering *g)
{
	struct batch *batch = &g->batch;

	memory_free(g->runs->items);
	g->runs->items = batch->runs;
	g->runs->count = batch->run_count;
	g->runs->capacity = batch->run_capacity;
	batch->runs = NULL;
}

static void finish(struct gathering *g)
{
	const enum dedupe_order order =
		g->options->later_wins ? DEDUPE_LATER_LAST : DEDUPE_ANY_ORDER;
	struct batch *batch = &g->batch;
	struct runs *runs = g->runs;
	struct dedupe_counts copies;

	batch_clean(batch, &g->labels, &g->runs->names);
	notes_append(g->notes, &batch->notes, 0);
	take_runs(g);
	runs->count = dedupe(runs->items, runs->count, order, runs, &copies);
	g->counts->duplicates = copies.dropped;
	g->counts->differing = copies.differing;
	g->counts->runs = runs->count;
	joins_apply(&batch->joins, g->runs, g->notes);
	pages_check(&batch->pages, g->notes);
	take_counts(g);
}

/* All there is where a report wants the details of every run. */
static struct wanted *wanted_of(const struct ingest_options *options)
{
	struct wanted *wanted = wanted_new();

	if (options->details == DETAILS_ALL)
		wanted_add(wanted, "");
	adapters_want(wanted);
	return wanted;
}

static void prepare(struct gathering *g, const char *const *inputs, size_t input_count)
{
	const struct ingest_options *options = g->options;

	redactor_init(&g->labels);
	redactor_init(&g->texts);
	g->notes->filter = options->redact ? redact : NULL;
	g->notes->filter_ctx = &g->texts;
	batch_init(&g->batch, g->notes->limit);
	progress_init(&g->progress, options->progress, options->progress_ctx);
	g->wanted = wanted_of(options);
	json_use_arena(NULL); /* routes jansson's memory before there are threads */
	g->sources = sources_open(inputs, input_count, &options->limits, g->notes);
	clean_names(g);
}

static void clear(struct gathering *g)
{
	g->notes->filter = NULL;
	sources_close(g->sources, &g->runs->arena);
	progress_release(&g->progress);
	wanted_free(g->wanted);
	batch_release(&g->batch);
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
