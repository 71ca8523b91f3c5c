#include "worker.h"

#include <string.h>

#include "pagination.h"
#include "runtally/adapters/adapters.h"

enum { PROGRESS_EVERY = 1024 };

void worker_init(struct worker *worker, const struct ingest_options *options,
		 const struct wanted *wanted, size_t notes_limit, struct progress *progress,
		 struct spool *spool)
{
	const struct envelope *envelope;

	*worker = (struct worker){.progress = progress};
	collector_init(&worker->collector, options, notes_limit, spool);
	worker->records = records_new(NULL, &options->limits, 0);
	for (size_t i = 0; (envelope = envelope_at(i)); i++)
		if (envelope->list)
			records_walk(worker->records, envelope->name);
	records_want(worker->records, wanted);
}

void worker_release(struct worker *worker)
{
	records_free(worker->records);
	collector_release(&worker->collector);
}

/* ---- one record ---- */

static void note_remarks(struct collector *collector, size_t record, const struct remarks *remarks)
{
	for (size_t i = 0; i < remarks->count; i++) {
		const char *path = remarks->items[i].path;

		collector_note(collector, remarks->items[i].severity, record, *path ? path : NULL,
			       remarks->items[i].text);
	}
}

static void reject(struct worker *worker, enum severity severity, size_t record, const char *text)
{
	worker->collector.batch.counts.rejected++;
	collector_note(&worker->collector, severity, record, NULL, text);
}

/*
 * False: the run failed, and the record holds the wanted members only. Then nothing is kept or
 * noted: what a report says of a failure needs all of them.
 */
static bool read_run(struct worker *worker, const struct recognised *found, size_t number,
		     bool picked)
{
	struct collector *collector = &worker->collector;
	const struct ingest_options *options = collector->options;
	struct remarks remarks = {.arena = &collector->scratch};
	struct adapter_input input = {
		.rules = &options->rules,
		.now = options->now,
		.scratch = &collector->scratch,
		.want_details = !picked && options->details != DETAILS_NONE,
		.want_logs = options->transcripts,
	};
	struct field root = field_root(found->value, &remarks);
	struct error err;
	struct run run;
	int failed;

	run_init(&run);
	run.source = found->owner->name;
	failed = adapter_read_run(found->owner, &run, &root, &input, &err);
	picked = picked && (failed || run_is_failure(&run));
	if (!picked && failed) {
		error_prefix(&err, "%s", found->owner->name);
		reject(worker, SEVERITY_ERROR, number, err.text);
	} else if (!picked) {
		collector_add_run(collector, &run, number);
	}
	if (!picked)
		note_remarks(collector, number, &remarks);
	remarks_release(&remarks);
	adapter_input_release(&input);
	return !picked;
}

static void read_definition(struct worker *worker, const struct recognised *found, size_t number)
{
	struct collector *collector = &worker->collector;
	struct remarks remarks = {.arena = &collector->scratch};
	struct adapter_input input = {
		.rules = &collector->options->rules,
		.scratch = &collector->scratch,
	};
	struct field root = field_root(found->value, &remarks);
	struct error err;

	if (found->owner->read_definition(&root, &input, &err)) {
		error_prefix(&err, "%s", found->owner->name);
		reject(worker, SEVERITY_ERROR, number, err.text);
	} else {
		collector->batch.counts.definitions++;
	}
	for (size_t i = 0; i < input.definition_count; i++) {
		if (!input.definitions[i].source)
			input.definitions[i].source = found->owner->name;
		collector_add_definition(collector, &input.definitions[i], number);
	}
	note_remarks(collector, number, &remarks);
	remarks_release(&remarks);
	adapter_input_release(&input);
}

static bool is_suite_name(const struct record *record)
{
	if (!json_value_is(record->value, JSON_VALUE_STRING) || !record->list)
		return false;
	for (size_t i = 0; adapters[i]; i++)
		if (adapters[i]->name_list && strcmp(adapters[i]->name_list, record->list) == 0)
			return true;
	return false;
}

static void read_nobodys(struct worker *worker, const struct record *record,
			 const struct recognised *found)
{
	struct collector *collector = &worker->collector;
	struct strbuf text = STRBUF_INIT;

	if (is_suite_name(record)) {
		collector->batch.counts.definitions++;
		collector_note(collector, SEVERITY_WARNING, record->number, NULL,
			       "a text in a list: taken as the name of a suite");
	} else if (is_own_report(found->value)) {
		reject(worker, SEVERITY_WARNING, record->number,
		       "a report of runtally itself: no export");
	} else {
		describe_stranger(found->value, collector->options->from, &text);
		reject(worker, SEVERITY_ERROR, record->number, text.text);
	}
	strbuf_release(&text);
}

static void read_recognised(struct worker *worker, const struct record *record,
			    const struct recognised *found)
{
	struct arena *scratch = &worker->collector.scratch;
	struct call call;

	switch (found->kind) {
	case RECORD_RUN:
		read_run(worker, found, record->number, false);
		break;
	case RECORD_DEFINITION:
		read_definition(worker, found, record->number);
		break;
	case RECORD_ACKNOWLEDGEMENT:
		reject(worker, SEVERITY_WARNING, record->number,
		       arena_printf(scratch,
				    "%s: only says that a run was created: no result in it",
				    found->owner->name));
		break;
	case RECORD_REFUSAL:
		reject(worker, SEVERITY_ERROR, record->number,
		       arena_printf(scratch, "an error body instead of runs: %s",
				    refusal_text(found->value, scratch)));
		break;
	case RECORD_FRAME:
		worker->collector.batch.counts.frames++;
		key_checks_add(&worker->collector.batch.counts.keys, frame_key_check(found->value));
		if (frame_call(found->value, scratch, &call) && call_matters(&call))
			collector_add_call(&worker->collector, &call);
		break;
	case RECORD_NOT_MINE:
		read_nobodys(worker, record, found);
	}
}

/* Looks for the record's owner, and remembers it for the list. */
static struct recognised look_at(struct worker *worker, const struct json_value *value)
{
	struct recognised found = recognise(value, worker->collector.options->from);

	if (found.kind == RECORD_RUN || found.kind == RECORD_DEFINITION)
		worker->list_owner = found.owner;
	return found;
}

/*
 * Most runs did not fail, and the wanted members say all of those. The rest is read whole. False:
 * that takes too much memory.
 */
static bool read_record(struct worker *worker, const struct record *record, struct error *err)
{
	struct recognised found = look_at(worker, record->value);
	const struct json_value *whole;

	if (record->picked && found.kind == RECORD_RUN &&
	    read_run(worker, &found, record->number, true))
		return true;
	if (record->picked) {
		whole = records_whole(worker->records, record, err);
		if (!whole)
			return false;
		found = look_at(worker, whole);
	}
	read_recognised(worker, record, &found);
	return true;
}

/* What stood around a list: its paging, and perhaps an error beside it. */
static void read_rest(struct worker *worker, const struct record *rest)
{
	struct collector *collector = &worker->collector;
	struct page_info page = {
		.owner = rest->listed ? worker->list_owner : NULL,
		.file = collector->names->file,
		.opened = collector->names->opened,
		.listed = rest->listed,
	};
	const struct adapter *owner;

	page_info_read(&page, rest->value);
	batch_add_pages(&collector->batch, &page, 1);
	if (adapter_pick(rest->value, &owner) == RECORD_REFUSAL)
		collector_note(collector, SEVERITY_ERROR, rest->number, NULL,
			       arena_printf(&collector->scratch, "an error beside the list: %s",
					    refusal_text(rest->value, &collector->scratch)));
}

/* ---- blobs ---- */

void worker_begin(struct worker *worker, const struct input_names *names)
{
	worker->collector.names = names;
	worker->list_owner = NULL;
	redactor_next_run(&worker->collector.redactor);
}

/* The progress is told now and then. */
static void count_record(struct worker *worker, const struct record *record)
{
	const struct ingest_options *options = worker->collector.options;
	struct progress *progress = worker->progress;

	worker->collector.batch.counts.records++;
	worker->uncounted_bytes += record->length;
	if (++worker->uncounted_records < PROGRESS_EVERY || !options->progress)
		return;
	pthread_mutex_lock(&progress->lock);
	progress->records += worker->uncounted_records;
	progress->bytes += worker->uncounted_bytes;
	options->progress(options->progress_ctx, progress->records, progress->bytes);
	pthread_mutex_unlock(&progress->lock);
	worker->uncounted_records = worker->uncounted_bytes = 0;
}

void worker_take(struct worker *worker, enum record_event event, const struct record *record,
		 const struct error *err)
{
	struct collector *collector = &worker->collector;
	struct error why;

	collector_begin_record(collector);
	if (event == RECORDS_REST) {
		read_rest(worker, record);
	} else if (!record->number) {
		collector_note(collector, SEVERITY_ERROR, 0, NULL, err->text);
	} else {
		count_record(worker, record);
		if (event == RECORDS_BAD)
			reject(worker, SEVERITY_ERROR, record->number, err->text);
		else if (!read_record(worker, record, &why))
			reject(worker, SEVERITY_ERROR, record->number, why.text);
	}
}

bool worker_take_apart(struct worker *worker, const struct record *record)
{
	struct error err;

	collector_begin_record(&worker->collector);
	if (!read_record(worker, record, &err))
		return false;
	count_record(worker, record);
	return true;
}

void worker_end(struct worker *worker, const struct batch_mark *mark)
{
	const struct records_sums sums = records_sums(worker->records);
	struct batch *batch = &worker->collector.batch;

	if (sums.failed)
		collector_go_back(&worker->collector, mark);
	else
		batch->counts.documents += sums.documents;
	batch->counts.bytes += sums.bytes;
	/* "#1" says nothing where there is only one record */
	if (batch->counts.records - mark->counts.records == 1 && batch->run_count == mark->runs + 1)
		batch->runs[mark->runs]->record = 0;
}

void worker_read(struct worker *worker, struct blob *blob)
{
	const struct batch_mark mark = collector_mark(&worker->collector);
	enum record_event event;
	struct record record;
	struct error err;

	records_reset(worker->records, blob);
	while ((event = records_next(worker->records, &record, &err)) != RECORDS_END)
		worker_take(worker, event, &record, &err);
	worker_end(worker, &mark);
}
