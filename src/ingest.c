#include "runtally/ingest.h"

#include <stdio.h>
#include <string.h>

#include "runtally/join.h"
#include "runtally/paging.h"
#include "runtally/records.h"
#include "runtally/select.h"
#include "runtally/utf8.h"

/* The wrappers that records.c hands out whole (records.h). */
static const char *const wrappers[] = {"data", "run", "agent_test_run", NULL};

enum { WRAPPER_DEPTH = 3, PROGRESS_EVERY = 1024 };

struct intake {
	const struct ingest_options *options;
	struct runs *runs;
	struct ingest_counts *counts;
	struct notes *notes;
	struct joins joins;
	struct pages pages;
	struct redactor redactor; /* of texts, numbered per run */
	struct redactor labels;   /* of ids and names: numbered for the whole call, so none merge */
	struct arena scratch;     /* of one record */
	text_filter *filter;      /* NULL: --no-redact */

	/* of the blob being read; labels are redacted and interned */
	const char *file, *opened, *folder;
	struct records *records;
	struct wanted *wanted;            /* NULL: every record is read whole */
	const struct adapter *list_owner; /* of the records of the list being read */
};

/* ---- notes ---- */

static void note(struct intake *in, enum severity severity, size_t record, const char *path,
		 const char *text)
{
	const struct note made = {
		.severity = severity,
		.file = in->file,
		.opened = in->opened,
		.record = record,
		.path = path,
		.text = text,
	};

	notes_add(in->notes, &made);
}

static void note_remarks(struct intake *in, size_t record, struct remarks *remarks)
{
	for (size_t i = 0; i < remarks->count; i++)
		note(in, remarks->items[i].severity, record,
		     remarks->items[i].path[0] ? remarks->items[i].path : NULL,
		     remarks->items[i].text);
}

static void reject(struct intake *in, enum severity severity, size_t record, const char *text)
{
	in->counts->rejected++;
	note(in, severity, record, NULL, text);
}

/* ---- one record ---- */

static bool wants_details(const struct ingest_options *options, const struct run *run)
{
	return options->details == DETAILS_ALL ||
	       (options->details == DETAILS_FAILED && run_is_failure(run));
}

/* --no-transcripts: what was said stays out; how it was judged stays in. */
static const struct details *without_transcript(struct intake *in, const struct details *details)
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

static uint64_t identity_of(const struct run *run)
{
	return hash_bytes(run->source, strlen(run->source)) * UINT64_C(0x9e3779b97f4a7c15) ^
	       hash_bytes(run->run_id, strlen(run->run_id));
}

static uint64_t redactions_so_far(const struct intake *in)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < REDACT_KINDS; i++)
		sum += in->redactor.counts[i] + in->labels.counts[i];
	return sum;
}

/* An unset clock at either end: such a duration would spoil every mean. */
static void note_endless(struct intake *in, const struct run *run, size_t number)
{
	int64_t begin = run_begin(run);

	if (begin != TIME_UNKNOWN && run->ended_at != TIME_UNKNOWN && run->ended_at > begin &&
	    run->ended_at - begin > DURATION_MOST_MS)
		note(in, SEVERITY_WARNING, number, NULL,
		     "ends more than 31 years after its start: its duration is taken as unknown");
}

static void keep_run(struct intake *in, struct run *run, size_t number)
{
	uint64_t before = redactions_so_far(in);
	struct run *kept;

	run->identity = identity_of(run);
	if (!run->origin)
		run->origin = arena_printf(&in->scratch, "%s#%zu", in->file, number);
	run->folder = in->folder;
	run_derive_duration(run);
	note_endless(in, run, number);
	if (run->details && !in->options->transcripts)
		run->details = without_transcript(in, run->details);
	kept = runs_keep(in->runs, run, wants_details(in->options, run), in->filter, &in->redactor,
			 &in->labels);
	kept->redactions = (uint32_t)(redactions_so_far(in) - before);
}

/*
 * False: the run failed, and the record holds the wanted members only. Then nothing is kept or
 * noted: what a report says of a failure needs all of them.
 */
static bool read_run(struct intake *in, const struct adapter *adapter, const json_t *value,
		     const struct record *record, bool picked)
{
	struct remarks remarks = {.arena = &in->scratch};
	struct reading reading = {
		.rules = &in->options->rules,
		.scratch = &in->scratch,
		.want_details = !picked && in->options->details != DETAILS_NONE,
		.want_logs = in->options->transcripts,
	};
	struct node root = node_root(value, &remarks);
	struct error err;
	struct run run;
	int failed;

	run_init(&run);
	run.source = adapter->name;
	failed = adapter->read_run(&run, &root, &reading, &err);
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
	reading_release(&reading);
	return !picked;
}

static void read_definition(struct intake *in, const struct adapter *adapter, const json_t *value,
			    size_t number)
{
	struct remarks remarks = {.arena = &in->scratch};
	struct reading reading = {.rules = &in->options->rules, .scratch = &in->scratch};
	struct node root = node_root(value, &remarks);
	struct error err;

	if (adapter->read_definition(&root, &reading, &err)) {
		error_prefix(&err, "%s", adapter->name);
		reject(in, SEVERITY_ERROR, number, err.text);
	} else {
		in->counts->definitions++;
	}
	for (size_t i = 0; i < reading.definition_count; i++) {
		reading.definitions[i].source = adapter->name;
		joins_add(&in->joins, &reading.definitions[i], in->filter, &in->labels);
	}
	note_remarks(in, number, &remarks);
	remarks_release(&remarks);
	reading_release(&reading);
}

/* With --from, whatever is no error body and no definition is read as a run of that source. */
static enum record_kind pick(const struct intake *in, const json_t *value,
			     const struct adapter **owner)
{
	const struct adapter *forced = in->options->from;
	enum record_kind kind = adapter_pick(value, owner);

	if (!forced)
		return kind;
	if (kind == RECORD_REFUSAL)
		return kind;
	kind = forced->claims(value);
	*owner = forced;
	return kind;
}

static const json_t *wrapped(const json_t *value)
{
	for (const char *const *name = wrappers; *name; name++) {
		const json_t *inner = json_object_get(value, *name);

		if (json_is_object(inner))
			return inner;
	}
	return NULL;
}

static void describe_stranger(struct intake *in, const json_t *value, size_t number)
{
	struct strbuf text = STRBUF_INIT;
	const char *key;
	json_t *member;
	int named = 0;

	strbuf_addf(&text, "is no %s record",
		    in->options->from ? in->options->from->name : "API's");
	if (!json_is_object(value))
		strbuf_addstr(&text, ": not an object");
	else if (!json_object_size(value))
		strbuf_addstr(&text, ": an empty object");
	json_object_foreach((json_t *)value, key, member)
	{
		strbuf_addstr(&text, named ? ", \"" : ": an object with \"");
		strbuf_add(&text, key, utf8_cut(key, strlen(key), 40));
		strbuf_addstr(&text, "\"");
		if (++named == 6)
			break;
	}
	if (json_object_size(value) > 6)
		strbuf_addstr(&text, ", ...");
	reject(in, SEVERITY_ERROR, number, text.text);
	strbuf_release(&text);
}

/* A report that was written into the folder that is read the next time. */
static bool is_own_report(const json_t *value)
{
	const char *schema = json_string_value(json_object_get(value, "schema"));

	return schema && strncmp(schema, "runtally.report/", strlen("runtally.report/")) == 0;
}

/* Telnyx lists the names of its test suites as bare texts: nothing to join, but no run is lost. */
static bool is_name_list(const struct record *record)
{
	return json_is_string(record->value) && record->list && strcmp(record->list, "data") == 0;
}

static void read_name(struct intake *in, size_t number)
{
	in->counts->definitions++;
	note(in, SEVERITY_WARNING, number, NULL, "a text in a list: taken as the name of a suite");
}

/* What a record is, whose, and where in its wrappers. */
struct found {
	enum record_kind kind;
	const struct adapter *owner;
	const json_t *value;
};

static struct found look_at(const struct intake *in, const json_t *value)
{
	struct found found = {.value = value};

	found.kind = pick(in, value, &found.owner);
	for (int depth = 0; depth < WRAPPER_DEPTH && wrapped(found.value) &&
			    (found.kind == RECORD_NOT_MINE || found.kind == RECORD_REFUSAL);
	     depth++) {
		found.value = wrapped(found.value);
		found.kind = pick(in, found.value, &found.owner);
	}
	if (found.kind == RECORD_NOT_MINE && in->options->from &&
	    json_object_size(found.value) > 0 && !is_own_report(found.value))
		found.kind = RECORD_RUN;
	return found;
}

static void take_record(struct intake *in, const struct record *record, const struct found *found)
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
	case RECORD_NOT_MINE:
		if (is_name_list(record))
			read_name(in, record->number);
		else if (is_own_report(found->value))
			reject(in, SEVERITY_WARNING, record->number,
			       "a report of runtally itself: no export");
		else
			describe_stranger(in, found->value, record->number);
	}
}

/* Most runs did not fail, and the wanted members say all of those. The rest is read whole. */
static void read_record(struct intake *in, const struct record *record)
{
	struct found found = look_at(in, record->value);
	const json_t *whole;
	struct error err;

	if (found.kind == RECORD_RUN || found.kind == RECORD_DEFINITION)
		in->list_owner = found.owner;
	if (record->picked && found.kind == RECORD_RUN &&
	    read_run(in, found.owner, found.value, record, true))
		return;
	if (record->picked) {
		whole = records_whole(in->records, record, &err);
		if (!whole) {
			reject(in, SEVERITY_ERROR, record->number, err.text);
			return;
		}
		found = look_at(in, whole);
		if (found.kind == RECORD_RUN || found.kind == RECORD_DEFINITION)
			in->list_owner = found.owner;
	}
	take_record(in, record, &found);
}

/* What stood around a list: its paging, and perhaps an error beside it. */
static void read_rest(struct intake *in, const struct record *rest)
{
	const struct page page = {
		.owner = rest->listed ? in->list_owner : NULL,
		.file = in->file,
		.opened = in->opened,
		.listed = rest->listed,
	};
	const struct adapter *owner;

	pages_add(&in->pages, rest->value, &page);
	if (adapter_pick(rest->value, &owner) == RECORD_REFUSAL)
		note(in, SEVERITY_ERROR, rest->number, NULL,
		     arena_printf(&in->scratch, "an error beside the list: %s",
				  refusal_text(rest->value, &in->scratch)));
}

/* ---- one blob ---- */

/* What there was before a blob, to go back to when all of the blob is void. */
struct mark {
	size_t runs, joins, pages;
	uint64_t records, definitions, rejected;
	uint64_t texts[REDACT_KINDS], labels[REDACT_KINDS];
};

static struct mark mark_of(const struct intake *in)
{
	struct mark mark = {
		.runs = in->runs->count,
		.joins = in->joins.count,
		.pages = in->pages.count,
		.records = in->counts->records,
		.definitions = in->counts->definitions,
		.rejected = in->counts->rejected,
	};

	memcpy(mark.texts, in->redactor.counts, sizeof(mark.texts));
	memcpy(mark.labels, in->labels.counts, sizeof(mark.labels));
	return mark;
}

static void go_back(struct intake *in, const struct mark *mark)
{
	in->runs->count = mark->runs;
	joins_truncate(&in->joins, mark->joins);
	in->pages.count = mark->pages;
	in->counts->records = mark->records;
	in->counts->definitions = mark->definitions;
	in->counts->rejected = mark->rejected;
	memcpy(in->redactor.counts, mark->texts, sizeof(mark->texts));
	memcpy(in->labels.counts, mark->labels, sizeof(mark->labels));
}

static const char *clean_name(struct intake *in, const char *name)
{
	return intern(&in->runs->names, in->filter ? in->filter(&in->labels, name) : name);
}

/* Whether the origin is one that keep_run made, not one that a run record tells. */
static bool is_place_in(const char *origin, const char *file)
{
	size_t length = strlen(file);

	return strncmp(origin, file, length) == 0 && strcmp(origin + length, "#1") == 0;
}

/* "#1" says nothing where there is only one record. */
static void shorten_origins(struct intake *in, const struct mark *mark)
{
	struct run *run;

	if (in->counts->records - mark->records != 1 || in->runs->count != mark->runs + 1)
		return;
	run = in->runs->items[mark->runs];
	if (is_place_in(run->origin, in->file))
		run->origin = in->file;
}

static void take_event(struct intake *in, enum record_event event, const struct record *record,
		       const struct error *err)
{
	arena_reset(&in->scratch);
	redactor_next_run(&in->redactor);
	if (event == RECORDS_REST) {
		read_rest(in, record);
		return;
	}
	if (!record->number) {
		note(in, SEVERITY_ERROR, 0, NULL, err->text);
		return;
	}
	in->counts->records++;
	if (event == RECORDS_RECORD)
		read_record(in, record);
	else
		reject(in, SEVERITY_ERROR, record->number, err->text);
}

static void read_blob(struct intake *in, struct blob *blob, const struct input *input)
{
	struct records *records = records_new(blob, &in->options->limits);
	const struct mark mark = mark_of(in);
	enum record_event event;
	struct record record;
	struct error err;

	in->records = records;
	records_want(records, in->wanted);
	redactor_next_run(&in->redactor);
	in->file = clean_name(in, input->label);
	in->opened = clean_name(in, input->opened);
	in->folder = clean_name(in, input->folder);
	in->list_owner = NULL;
	while ((event = records_next(records, &record, &err)) != RECORDS_END) {
		take_event(in, event, &record, &err);
		if (in->options->progress && in->counts->records % PROGRESS_EVERY == 0)
			in->options->progress(in->options->progress_ctx, in->counts->records,
					      in->counts->bytes + records_bytes(records));
	}
	if (records_blob_failed(records))
		go_back(in, &mark);
	else
		in->counts->documents += records_documents(records);
	shorten_origins(in, &mark);
	in->counts->bytes += records_bytes(records);
	records_free(records);
}

static void read_inputs(struct intake *in, const struct sources *sources)
{
	struct opener *opener = opener_new(sources);
	struct blob blob;
	struct error err;

	opener_expect(opener, 0, sources_count(sources));
	for (size_t i = 0; i < sources_count(sources); i++) {
		const struct input *input = sources_input(sources, i);

		if (opener_begin(opener, i, &blob, &err) == 0)
			read_blob(in, &blob, input);
		else
			notes_add(in->notes, &(struct note){
						     .severity = SEVERITY_ERROR,
						     .file = input->label,
						     .opened = input->opened,
						     .text = err.text,
					     });
	}
	opener_free(opener);
}

/* ---- all runs ---- */

static void find_period(struct intake *in)
{
	struct ingest_counts *counts = in->counts;

	for (size_t i = 0; i < in->runs->count; i++) {
		int64_t from = run_begin(in->runs->items[i]), to = run_when(in->runs->items[i]);

		if (to == TIME_UNKNOWN)
			continue;
		if (from == TIME_UNKNOWN || from > to)
			from = to;
		if (counts->period_from == TIME_UNKNOWN || from < counts->period_from)
			counts->period_from = from;
		if (counts->period_to == TIME_UNKNOWN || to > counts->period_to)
			counts->period_to = to;
	}
}

static void note_without_time(struct intake *in)
{
	struct note made = {.severity = SEVERITY_WARNING};
	char text[160];

	if (!in->counts->without_time)
		return;
	snprintf(text, sizeof(text),
		 "%llu run%s without a time: kept, though a period was asked for",
		 (unsigned long long)in->counts->without_time,
		 in->counts->without_time == 1 ? "" : "s");
	made.text = text;
	notes_add(in->notes, &made);
}

static void finish(struct intake *in)
{
	in->counts->duplicates = select_distinct(in->runs);
	in->counts->runs = in->runs->count;
	joins_apply(&in->joins, in->runs, in->notes);
	pages_check(&in->pages, in->notes);
	select_wanted(in->runs, in->options, in->counts);
	note_without_time(in);
	find_period(in);
	for (unsigned i = 0; i < REDACT_KINDS; i++)
		in->counts->redactions[i] = in->redactor.counts[i] + in->labels.counts[i];
}

/* All members of a record by name and type, and what the adapters want, in the wrappers, too. */
static struct wanted *wanted_of_all(void)
{
	static const char *const prefixes[] = {"", "data.", "run.", "agent_test_run."};
	struct wanted *wanted = wanted_new();
	char path[128];

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

void ingest(const char *const *inputs, size_t input_count, const struct ingest_options *options,
	    struct runs *runs, struct ingest_counts *counts, struct notes *notes)
{
	struct intake in = {
		.options = options,
		.runs = runs,
		.counts = counts,
		.notes = notes,
		.filter = options->redact ? redact : NULL,
	};
	struct sources *sources;

	*counts = (struct ingest_counts){.period_from = TIME_UNKNOWN, .period_to = TIME_UNKNOWN};
	arena_init(&in.scratch, 0);
	joins_init(&in.joins);
	redactor_init(&in.redactor);
	redactor_init(&in.labels);
	notes->filter = in.filter;
	notes->filter_ctx = &in.redactor;
	if (options->details != DETAILS_ALL)
		in.wanted = wanted_of_all();
	sources = sources_open(inputs, input_count, &options->limits, notes);
	read_inputs(&in, sources);
	counts->files = sources_files(sources);
	sources_close(sources);
	finish(&in);
	notes->filter = NULL;
	joins_release(&in.joins);
	pages_release(&in.pages);
	redactor_release(&in.redactor);
	redactor_release(&in.labels);
	wanted_free(in.wanted);
	arena_release(&in.scratch);
}
