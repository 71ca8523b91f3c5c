#include "runtally/ingest/ingest.h"

#include <inttypes.h>
#include <string.h>

#include "batch.h"
#include "large_file.h"
#include "pagination.h"
#include "runtally/adapters/adapters.h"
#include "runtally/base/thread_pool.h"
#include "runtally/base/times.h"
#include "runtally/ingest/dedupe.h"
#include "runtally/ingest/join.h"
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
	struct worker worker; /* first: large_file.h */
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
	struct notes *notes;
	struct arena arena; /* until the end of the call */
	struct batch batch;
	struct redactor labels; /* names of inputs */
	struct redactor texts;  /* of notes on inputs */
	struct progress progress;
	struct wanted *wanted;
	struct thread_pool *pool;
	struct ingest_job *jobs;
	size_t job_count;
};

/* ---- days ---- */

/* Of the innermost folder `2026-11-20` around the input, as it was named; 0: there is none. */
static int64_t day_of_folder(const char *path)
{
	int64_t day = 0;

	for (const char *part = path, *end; (end = strpbrk(part, "/!")); part = end + 1) {
		char name[DATE_TEXT_SIZE];
		int64_t told;

		if (*end != '/' || end - part != DATE_TEXT_SIZE - 1)
			continue;
		memcpy(name, part, DATE_TEXT_SIZE - 1);
		name[DATE_TEXT_SIZE - 1] = '\0';
		if (time_or_date_parse(name, &told) && told > 0)
			day = told;
	}
	return day;
}

static int64_t export_day(const struct ingest_options *options, const struct input *input)
{
	if (options->exported_at || !options->dated_folders)
		return options->exported_at;
	return day_of_folder(input->opened);
}

/* ---- names ---- */

/* It would win against every day that comes. */
static void note_day_ahead(struct gathering *g, const struct input_names *names)
{
	const int64_t now = g->options->now;

	if (now && names->exported_at > now + DAY_MS)
		notes_add(g->notes, &(struct note){
					    .severity = SEVERITY_WARNING,
					    .file = names->file,
					    .opened = names->opened,
					    .text = "the day of its export has not come yet",
				    });
}

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
			.path = input->opened,
			.exported_at = export_day(g->options, input),
			.of_runs = {.label = label, .folder = clean_name(g, input->folder)},
		};
		note_day_ahead(g, &g->names[i]);
	}
}

/* ---- jobs ---- */

/* `together`: by all threads of the pool; the context is none of theirs then. */
static void read_input(struct thread_context *context, size_t index, bool together)
{
	struct worker *worker = &context->worker;
	struct gathering *g = context->gathering;
	struct error err;
	struct blob blob;

	worker_begin(worker, &g->names[index]);
	if (reader_begin(context->reader, index, &blob, &err) != 0)
		collector_note(&worker->collector, SEVERITY_ERROR, 0, NULL, err.text);
	else if (together && blob.read_at) /* it may not be the file that was listed any more */
		large_file_read(worker, &blob, g->pool, SEGMENT_BYTES);
	else
		worker_read(worker, &blob);
}

static void run_ingest_job(struct job *begun, void *own)
{
	struct ingest_job *job = (struct ingest_job *)begun;
	struct thread_context *context = own;

	reader_expect(context->reader, job->first, job->end);
	for (size_t i = job->first; i < job->end; i++)
		read_input(context, i, false);
	collector_hand_over(&context->worker.collector, &job->batch);
}

/* Worth reading by all threads. */
static bool is_large(const struct gathering *g, size_t index)
{
	return !sources_is_entry(g->sources, index) &&
	       sources_input(g->sources, index)->size >= LARGE_BYTES;
}

static size_t end_of_job(const struct gathering *g, size_t first, bool share)
{
	size_t end = first, count = sources_count(g->sources);
	uint64_t bytes = 0;

	for (; end < count && end - first < JOB_INPUTS && bytes < JOB_BYTES; end++) {
		const struct input *input = sources_input(g->sources, end);

		if (share && is_large(g, end))
			break;
		bytes += input->size ? input->size : JOB_BYTES / JOB_UNKNOWN;
	}
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

/* ---- threads ---- */

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
		struct ingest_job *job = &g->jobs[i];

		if (job->large) {
			read_input(own, job->first, true);
			collector_hand_over(&own->worker.collector, &job->batch);
		} else {
			thread_pool_finish(g->pool, &job->job);
		}
		batch_append(&g->batch, &job->batch, 0);
	}
}

static void gather(struct gathering *g)
{
	size_t threads = g->options->jobs ? g->options->jobs : thread_pool_processors(), count;
	struct thread_context *contexts;
	void *pool[JOBS_MOST];

	make_jobs(g, threads > 1);
	count = threads_for(g, threads);
	contexts = memory_alloc((count + 1) * sizeof(*contexts)); /* the last one is our own */
	for (size_t i = 0; i <= count; i++) {
		worker_init(&contexts[i].worker, g->options, g->wanted, g->notes->limit,
			    &g->progress, g->runs->spool);
		contexts[i].reader = reader_new(g->sources);
		contexts[i].gathering = g;
		if (i < count)
			pool[i] = &contexts[i];
	}
	g->pool = thread_pool_new(pool, count);
	gather_jobs(g, &contexts[count]);
	thread_pool_free(g->pool);
	for (size_t i = 0; i <= count; i++) {
		struct collector *collector = &contexts[i].worker.collector;

		arena_adopt(&g->runs->arena, &collector->runs.arena);
		arena_adopt(&g->runs->arena, &collector->definitions);
		worker_release(&contexts[i].worker);
		reader_free(contexts[i].reader);
	}
	memory_free(g->jobs);
	memory_free(contexts);
}

/* ---- all of it ---- */

/* All there is where a report wants the details of every run. */
static struct wanted *wanted_of(const struct ingest_options *options)
{
	struct wanted *wanted = wanted_new();

	if (options->details == DETAILS_ALL)
		wanted_add(wanted, "");
	adapters_want(wanted);
	return wanted;
}

/* Of two verdicts, neither of which tells that it is the later, one counts: never silently. */
static void note_contradictions(uint64_t count, struct notes *notes)
{
	notes_add_gap(notes,
		      "%" PRIu64 " run%s two verdicts, and no update time or export day says which "
		      "is the later: the copy that holds more counts, else the first",
		      count, count == 1 ? " has" : "s have");
}

/* What all inputs brought, as one list: copies and gaps can be looked for now. */
static void finish(struct gathering *g, struct ingest_counts *counts)
{
	const enum dedupe_order order =
		g->options->later_wins ? DEDUPE_LATER_LAST : DEDUPE_ANY_ORDER;
	struct dedupe_counts copies;
	struct batch *batch = &g->batch;
	struct runs *runs = g->runs;

	notes_append(g->notes, &batch->notes, 0);
	memory_free(runs->items);
	runs->items = batch->runs;
	runs->capacity = batch->run_capacity;
	batch->runs = NULL;
	memory_free(runs->calls);
	runs->calls = batch->calls;
	runs->call_count = calls_sort(batch->calls, batch->call_count);
	batch->calls = NULL;
	runs->count = dedupe(runs->items, batch->run_count, order, &copies);
	if (order == DEDUPE_ANY_ORDER && copies.contradicting)
		note_contradictions(copies.contradicting, g->notes);
	memory_free(runs->definitions);
	runs->definitions = batch->definitions;
	runs->definition_count = batch->definition_count;
	batch->definitions = NULL;
	executions_check(runs, g->notes);
	pages_check(batch->pages, batch->page_count, g->notes);
	*counts = (struct ingest_counts){
		.files = sources_files(g->sources),
		.documents = batch->counts.documents,
		.bytes = batch->counts.bytes,
		.records = batch->counts.records - batch->counts.frames,
		.runs = runs->count,
		.duplicates = copies.dropped,
		.definitions = batch->counts.definitions,
		.rejected = batch->counts.rejected,
		.keys = batch->counts.keys,
		.period_from = TIME_UNKNOWN,
		.period_to = TIME_UNKNOWN,
	};
	for (unsigned i = 0; i < REDACT_KINDS; i++)
		counts->redactions[i] =
			batch->counts.redactions[i] + g->labels.counts[i] + g->texts.counts[i];
}

void ingest(const char *const *inputs, size_t input_count, const struct ingest_options *options,
	    struct runs *runs, struct ingest_counts *counts, struct notes *notes)
{
	struct gathering g = {
		.options = options,
		.runs = runs,
		.notes = notes,
		.wanted = wanted_of(options),
		.progress = {.lock = PTHREAD_MUTEX_INITIALIZER},
	};

	arena_init(&g.arena, 0);
	redactor_init_for_labels(&g.labels, options->key);
	redactor_init(&g.texts);
	notes->filter = options->redact ? redact : NULL;
	notes->filter_ctx = &g.texts;
	batch_init(&g.batch, notes->limit);
	json_use_arena(NULL); /* routes jansson's memory before there are threads */
	g.sources = sources_open(inputs, input_count, &options->limits, notes);
	clean_names(&g);
	gather(&g);
	finish(&g, counts);
	notes->filter = NULL;
	sources_close(g.sources, &runs->arena);
	pthread_mutex_destroy(&g.progress.lock);
	wanted_free(g.wanted);
	batch_release(&g.batch);
	redactor_release(&g.labels);
	redactor_release(&g.texts);
	arena_release(&g.arena);
}
