#include "worker.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "label.h"
#include "pagination.h"
#include "runtally/adapters/adapters.h"
#include "runtally/base/progress.h"
#include "runtally/model/details.h"

enum { PROGRESS_EVERY = 1024 };

/* What a text passes before it is kept; two of them, for texts and for labels. */
struct cleaner {
	struct ingest_worker *worker;
	const char *(*clean)(struct ingest_worker *worker, const char *text);
};

struct ingest_worker {
	const struct ingest_options *options;
	struct batch batch;
	struct records *reader;     /* of one blob after another */
	struct runs runs;           /* memory of what is in batches */
	struct arena definitions;   /* the same */
	struct redactor redactor;   /* of texts, numbered per run */
	struct redactor probe;      /* tells whether a label holds secrets */
	bool label_needs_redaction; /* one of the run or definition that is being kept */
	struct arena scratch;       /* of one record */
	struct cleaner texts, labels;
	struct kept {
		const struct run *run; /* one of the two */
		struct definition *definition;
		size_t record;
	} kept; /* that which is being kept, for notes on its labels */
	size_t notes_limit;
	struct progress *progress;
	uint64_t uncounted_records, uncounted_bytes; /* the progress was not told of them */

	/* of the blob being read */
	const struct input_names *names;
	struct records *records;
	const struct adapter *list_owner; /* of the records of the list being read */
};

/* ---- notes ---- */

static void note(struct ingest_worker *in, enum severity severity, size_t record, const char *path,
		 const char *text)
{
	const struct note made = {
		.severity = severity,
		.file = in->names->file,
		.opened = in->names->opened,
		.record = record,
		.path = path,
		.text = text,
	};

	notes_add(&in->batch.notes, &made);
}

static void note_remarks(struct ingest_worker *in, size_t record, struct remarks *remarks)
{
	for (size_t i = 0; i < remarks->count; i++)
		note(in, remarks->items[i].severity, record,
		     remarks->items[i].path[0] ? remarks->items[i].path : NULL,
		     remarks->items[i].text);
}

static void reject(struct ingest_worker *in, enum severity severity, size_t record,
		   const char *text)
{
	in->batch.rejected++;
	note(in, severity, record, NULL, text);
}

/* ---- one record ---- */

static bool wants_details(const struct ingest_worker *in, const struct run *run)
{
	return in->options->details == DETAILS_ALL ||
	       (in->options->details == DETAILS_FAILED && run_is_failure(run));
}

/* --no-transcripts: what was said stays out; how it was judged stays in. */
static const struct details *without_transcript(struct ingest_worker *in,
						const struct details *details)
{
	struct details *bare = arena_alloc(&in->scratch, sizeof(*bare));
	struct turn *turns = arena_alloc(&in->scratch, details->turn_count * sizeof(*turns));

	*bare = *details;
	bare->transcript_count = 0;
	bare->turns = turns;
	for (size_t i = 0; i < details->turn_count; i++) {
		turns[i] = details->turns[i];
		turns[i].input_count = turns[i].output_count = 0;
	}
	return bare;
}

/* ---- redaction ---- */

static const char *clean(void *ctx, const char *text)
{
	const struct cleaner *cleaner = ctx;

	return cleaner->clean(cleaner->worker, text);
}

static const char *clean_text(struct ingest_worker *in, const char *text)
{
	return in->options->redact ? redact(&in->redactor, text) : text;
}

static bool is_long(const struct ingest_worker *in, const char *label)
{
	return label_is_long(label, in->options->limits.label_bytes);
}

static void note_cut(struct ingest_worker *in, const char *label)
{
	const struct kept *kept = &in->kept;

	note(in, SEVERITY_WARNING, kept->record,
	     kept->run ? label_path_in_run(kept->run, label)
		       : label_path_in_definition(kept->definition, label),
	     arena_printf(&in->scratch, "longer than %" PRIu64 " bytes: cut",
			  in->options->limits.label_bytes));
}

/*
 * It is redacted before it is cut, for half a secret is not known for one; by itself, so that the
 * same label gives the same text everywhere.
 */
static const char *cut_label(void *ctx, const char *label)
{
	struct ingest_worker *in = ctx;
	const char *whole = label;

	note_cut(in, label);
	if (in->options->redact) {
		memset(in->probe.counts, 0, sizeof(in->probe.counts));
		whole = redact(&in->probe, label);
		redactor_next_run(&in->probe);
		for (unsigned i = 0; i < REDACT_KINDS; i++)
			in->redactor.counts[i] += in->probe.counts[i];
	}
	if (!is_long(in, whole))
		return arena_strdup(&in->scratch, whole);
	return label_cut(whole, in->options->limits.label_bytes, &in->scratch);
}

/*
 * They stay as they are until batch_clean numbers them in the order of the inputs. What runs_keep
 * gets is not the text itself, as of any text that is redacted.
 */
static const char *look_at_label(struct ingest_worker *in, const char *text)
{
	if (is_long(in, text))
		return cut_label(in, text);
	if (!in->options->redact || redact(&in->probe, text) == text)
		return text;
	redactor_next_run(&in->probe);
	in->label_needs_redaction = true;
	return arena_strdup(&in->scratch, text);
}

static uint64_t redactions_so_far(const struct ingest_worker *in)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < REDACT_KINDS; i++)
		sum += in->redactor.counts[i];
	return sum;
}

/* From the redactor to the batch. */
static void count_redactions(struct ingest_worker *in)
{
	for (unsigned i = 0; i < REDACT_KINDS; i++) {
		in->batch.redactions[i] += in->redactor.counts[i];
		in->redactor.counts[i] = 0;
	}
}

/* ---- one record ---- */

/* An unset clock at either end: such a duration would spoil every mean. */
static void note_endless(struct ingest_worker *in, const struct run *run, size_t number)
{
	int64_t begin = run_begin(run);

	if (begin != TIME_UNKNOWN && run->ended_at != TIME_UNKNOWN && run->ended_at > begin &&
	    run->ended_at - begin > DURATION_MOST_MS)
		note(in, SEVERITY_WARNING, number, NULL,
		     "ends more than 31 years after its start: its duration is taken as unknown");
}

static void keep_run(struct ingest_worker *in, struct run *run, size_t number)
{
	uint64_t before = redactions_so_far(in);
	bool with_details = wants_details(in, run) && !in->options->details_unseen;
	struct run *kept;

	in->kept = (struct kept){.run = run, .record = number};
	if (is_long(in, run->run_id)) /* its identity is that of the record that is written */
		run->run_id = cut_label(in, run->run_id);
	if (is_long(in, run->origin))
		run->origin = cut_label(in, run->origin);
	run->identity = run_identity(run);
	run->input = &in->names->of_runs;
	run->record = (uint32_t)number;
	run_derive_duration(run);
	note_endless(in, run, number);
	if (run->details && !in->options->transcripts)
		run->details = without_transcript(in, run->details);
	/* which of two copies of a run stays must not depend on the reports that are written */
	if (run->details && wants_details(in, run))
		run->part_count = (uint32_t)details_parts(run->details);
	if (run->details && with_details)
		run->details = labels_cut_in_details(run->details, in->options->limits.label_bytes,
						     &in->scratch, cut_label, in);
	in->label_needs_redaction = false;
	kept = runs_keep(&in->runs, run, with_details, clean, &in->texts, &in->labels);
	in->runs.count = 0;
	kept->redactions = (uint32_t)(redactions_so_far(in) - before);
	batch_add_run(&in->batch, kept);
	if (in->label_needs_redaction)
		batch_add_to_redact(&in->batch, (struct to_redact){.run = kept});
}

/*
 * False: the run failed, and the record holds the wanted members only. Then nothing is kept or
 * noted: what a report says of a failure needs all of them.
 */
static bool read_run(struct ingest_worker *in, const struct adapter *adapter,
		     const struct json_value *value, const struct record *record, bool picked)
{
	struct remarks remarks = {.arena = &in->scratch};
	struct adapter_input input = {
		.rules = &in->options->rules,
		.scratch = &in->scratch,
		.want_details = !picked && in->options->details != DETAILS_NONE,
		.want_logs = in->options->transcripts,
	};
	struct field root = field_root(value, &remarks);
	struct error err;
	struct run run;
	int failed;

	run_init(&run);
	run.source = adapter->name;
	failed = adapter->read_run(&run, &root, &input, &err);
	picked = picked && (failed || run_is_failure(&run));
	if (!picked && failed) {
		error_prefix(&err, "%s", adapter->name);
		reject(in, SEVERITY_ERROR, record->number, err.text);
	} else if (!picked) {
		keep_run(in, &run, record->number);
	}
	if (!picked)
		note_remarks(in, record->number, &remarks);
	remarks_release(&remarks);
	adapter_input_release(&input);
	return !picked;
}

static void keep_definition(struct ingest_worker *in, const struct adapter *adapter,
			    struct definition *definition, size_t number)
{
	struct definition *kept;

	definition->source = adapter->name;
	in->kept = (struct kept){.definition = definition, .record = number};
	in->label_needs_redaction = false;
	kept = joins_add(&in->batch.joins, &in->definitions, definition, clean, &in->labels);
	if (in->label_needs_redaction)
		batch_add_to_redact(&in->batch, (struct to_redact){.definition = kept});
}

static void read_definition(struct ingest_worker *in, const struct adapter *adapter,
			    const struct json_value *value, size_t number)
{
	struct remarks remarks = {.arena = &in->scratch};
	struct adapter_input input = {.rules = &in->options->rules, .scratch = &in->scratch};
	struct field root = field_root(value, &remarks);
	struct error err;

	if (adapter->read_definition(&root, &input, &err)) {
		error_prefix(&err, "%s", adapter->name);
		reject(in, SEVERITY_ERROR, number, err.text);
	} else {
		in->batch.definitions++;
	}
	for (size_t i = 0; i < input.definition_count; i++)
		keep_definition(in, adapter, &input.definitions[i], number);
	note_remarks(in, number, &remarks);
	remarks_release(&remarks);
	adapter_input_release(&input);
}

/* Telnyx lists the names of its test suites as bare texts: nothing to join, but no run is lost. */
static bool is_name_list(const struct record *record)
{
	return json_value_is(record->value, JSON_VALUE_STRING) && record->list &&
	       strcmp(record->list, "data") == 0;
}

static void read_name(struct ingest_worker *in, size_t number)
{
	in->batch.definitions++;
	note(in, SEVERITY_WARNING, number, NULL, "a text in a list: taken as the name of a suite");
}

static void reject_stranger(struct ingest_worker *in, const struct json_value *value, size_t number)
{
	struct strbuf text = STRBUF_INIT;

	describe_stranger(value, in->options->from, &text);
	reject(in, SEVERITY_ERROR, number, text.text);
	strbuf_release(&text);
}

static void take_record(struct ingest_worker *in, const struct record *record,
			const struct recognised *found)
{
	switch (found->kind) {
	case RECORD_RUN:
		read_run(in, found->owner, found->value, record, false);
		break;
	case RECORD_DEFINITION:
		read_definition(in, found->owner, found->value, record->number);
		break;
	case RECORD_ACKNOWLEDGEMENT:
		reject(in, SEVERITY_WARNING, record->number,
		       arena_printf(&in->scratch,
				    "%s: only says that a run was created: no result in it",
				    found->owner->name));
		break;
	case RECORD_REFUSAL:
		reject(in, SEVERITY_ERROR, record->number,
		       arena_printf(&in->scratch, "an error body instead of runs: %s",
				    refusal_text(found->value, &in->scratch)));
		break;
	case RECORD_FRAME:
		in->batch.frames++;
		break;
	case RECORD_NOT_MINE:
		if (is_name_list(record))
			read_name(in, record->number);
		else if (is_own_report(found->value))
			reject(in, SEVERITY_WARNING, record->number,
			       "a report of runtally itself: no export");
		else
			reject_stranger(in, found->value, record->number);
	}
}

/* Looks for the record's owner, and remembers it for the list. */
static struct recognised look_at(struct ingest_worker *in, const struct json_value *value)
{
	struct recognised found = recognise(value, in->options->from);

	if (found.kind == RECORD_RUN || found.kind == RECORD_DEFINITION)
		in->list_owner = found.owner;
	return found;
}

/*
 * Most runs did not fail, and the wanted members say all of those. The rest is read whole. False:
 * that takes too much memory.
 */
static bool read_record(struct ingest_worker *in, const struct record *record, struct error *err)
{
	struct recognised found = look_at(in, record->value);
	const struct json_value *whole;

	if (record->picked && found.kind == RECORD_RUN &&
	    read_run(in, found.owner, found.value, record, true))
		return true;
	if (record->picked) {
		whole = records_whole(in->records, record, err);
		if (!whole)
			return false;
		found = look_at(in, whole);
	}
	take_record(in, record, &found);
	return true;
}

/* What stood around a list: its paging, and perhaps an error beside it. */
static void read_rest(struct ingest_worker *in, const struct record *rest)
{
	const struct page_info page = {
		.owner = rest->listed ? in->list_owner : NULL,
		.file = in->names->file,
		.opened = in->names->opened,
		.listed = rest->listed,
	};
	const struct adapter *owner;

	pages_add(&in->batch.pages, rest->value, &page);
	if (adapter_pick(rest->value, &owner) == RECORD_REFUSAL)
		note(in, SEVERITY_ERROR, rest->number, NULL,
		     arena_printf(&in->scratch, "an error beside the list: %s",
				  refusal_text(rest->value, &in->scratch)));
}

/* ---- blobs ---- */

void ingest_worker_begin(struct ingest_worker *in, const struct input_names *names)
{
	in->names = names;
	in->list_owner = NULL;
	redactor_next_run(&in->redactor);
}

struct input_names *ingest_worker_begin_part(struct ingest_worker *in,
					     const struct input_names *names)
{
	struct input_names *own = arena_alloc(&in->runs.arena, sizeof(*own));

	*own = *names;
	ingest_worker_begin(in, own);
	return own;
}

void ingest_worker_complain(struct ingest_worker *in, const char *text)
{
	note(in, SEVERITY_ERROR, 0, NULL, text);
}

static void begin_record(struct ingest_worker *in, struct records *records)
{
	in->records = records;
	arena_reset(&in->scratch);
	redactor_next_run(&in->redactor);
}

/* The progress is told now and then. */
static void count_record(struct ingest_worker *in, const struct record *record)
{
	in->batch.records++;
	in->uncounted_bytes += record->length;
	if (++in->uncounted_records < PROGRESS_EVERY)
		return;
	progress_add(in->progress, in->uncounted_records, in->uncounted_bytes);
	in->uncounted_records = in->uncounted_bytes = 0;
}

static void take_numbered(struct ingest_worker *in, enum record_event event,
			  const struct record *record, const struct error *err)
{
	struct error why;

	count_record(in, record);
	if (event == RECORDS_BAD)
		reject(in, SEVERITY_ERROR, record->number, err->text);
	else if (!read_record(in, record, &why))
		reject(in, SEVERITY_ERROR, record->number, why.text);
}

void ingest_worker_take(struct ingest_worker *in, struct records *records, enum record_event event,
			const struct record *record, const struct error *err)
{
	begin_record(in, records);
	if (event == RECORDS_REST)
		read_rest(in, record);
	else if (!record->number)
		note(in, SEVERITY_ERROR, 0, NULL, err->text);
	else
		take_numbered(in, event, record, err);
}

bool ingest_worker_take_apart(struct ingest_worker *in, struct records *records,
			      const struct record *record)
{
	struct error err;

	begin_record(in, records);
	if (!read_record(in, record, &err))
		return false;
	count_record(in, record);
	return true;
}

bool ingest_worker_knows(const struct ingest_worker *in, const struct record *record)
{
	enum record_kind kind = recognise(record->value, in->options->from).kind;

	return kind == RECORD_RUN || kind == RECORD_DEFINITION;
}

/* "#1" says nothing where there is only one record. */
static void shorten_origin(struct ingest_worker *in, const struct batch_mark *mark)
{
	const struct batch *batch = &in->batch;

	if (batch->records - mark->record_count == 1 && batch->run_count == mark->runs + 1)
		batch->runs[mark->runs]->record = 0;
}

struct batch_mark ingest_worker_mark(struct ingest_worker *in)
{
	count_redactions(in);
	return batch_mark(&in->batch);
}

void ingest_worker_end(struct ingest_worker *in, struct records *records,
		       const struct batch_mark *mark)
{
	const struct records_sums sums = records_sums(records);

	count_redactions(in);
	if (sums.failed)
		batch_go_back(&in->batch, mark);
	else
		in->batch.documents += sums.documents;
	in->batch.bytes += sums.bytes;
	shorten_origin(in, mark);
}

void ingest_worker_read(struct ingest_worker *in, struct blob *blob)
{
	struct records *records = in->reader;
	const struct batch_mark mark = ingest_worker_mark(in);
	enum record_event event;
	struct record record;
	struct error err;

	records_reset(records, blob);
	while ((event = records_next(records, &record, &err)) != RECORDS_END)
		ingest_worker_take(in, records, event, &record, &err);
	ingest_worker_end(in, records, &mark);
}

/* ---- the calls ---- */

static void begin_batch(struct ingest_worker *in)
{
	batch_init(&in->batch, in->notes_limit);
	in->batch.notes.filter = in->options->redact ? redact : NULL;
	in->batch.notes.filter_ctx = &in->redactor;
}

struct ingest_worker *ingest_worker_new(const struct ingest_options *options,
					const struct wanted *wanted, size_t notes_limit,
					struct progress *progress, struct spool *spool)
{
	struct ingest_worker *in = memory_alloc(sizeof(*in));
	const struct envelope *envelope;

	*in = (struct ingest_worker){
		.options = options,
		.notes_limit = notes_limit,
		.progress = progress,
	};
	in->texts = (struct cleaner){in, clean_text};
	in->labels = (struct cleaner){in, look_at_label};
	runs_init(&in->runs, spool);
	arena_init(&in->definitions, 0);
	arena_init(&in->scratch, 0);
	redactor_init(&in->redactor);
	redactor_init(&in->probe);
	in->reader = records_new(NULL, &options->limits, 0);
	for (size_t i = 0; (envelope = envelope_at(i)); i++)
		if (envelope->list)
			records_walk(in->reader, envelope->name);
	records_want(in->reader, wanted);
	begin_batch(in);
	return in;
}

void ingest_worker_free(struct ingest_worker *in)
{
	batch_release(&in->batch);
	records_free(in->reader);
	redactor_release(&in->redactor);
	redactor_release(&in->probe);
	arena_release(&in->definitions);
	arena_release(&in->scratch);
	runs_release(&in->runs);
	memory_free(in);
}

void ingest_worker_give(struct ingest_worker *in, struct runs *runs, struct arena *arena)
{
	arena_adopt(&runs->arena, &in->runs.arena);
	arena_adopt(arena, &in->definitions);
}

struct records *ingest_worker_reader(struct ingest_worker *in)
{
	return in->reader;
}

const struct adapter *ingest_worker_list_owner(const struct ingest_worker *in)
{
	return in->list_owner;
}

void ingest_worker_set_list_owner(struct ingest_worker *in, const struct adapter *owner)
{
	in->list_owner = owner;
}

struct batch *ingest_worker_batch(struct ingest_worker *in)
{
	return &in->batch;
}

void ingest_worker_hand_over(struct ingest_worker *in, struct batch *batch)
{
	count_redactions(in);
	*batch = in->batch;
	batch->notes.filter = NULL;
	begin_batch(in);
}
