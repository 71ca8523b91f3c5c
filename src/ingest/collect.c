#include "collect.h"

#include <inttypes.h>
#include <string.h>

#include "runtally/base/path.h"
#include "runtally/base/sha256.h"
#include "runtally/base/times.h"
#include "runtally/base/utf8.h"
#include "runtally/ingest/labels.h"
#include "runtally/model/details.h"
#include "spelling.h"

/* `…` and 8 digits */
enum { TAIL_BYTES = 11 };

static void begin_batch(struct collector *collector)
{
	batch_init(&collector->batch, collector->notes_limit);
	collector->batch.notes.filter = collector->options->redact ? redact : NULL;
	collector->batch.notes.filter_ctx = &collector->redactor;
}

void collector_init(struct collector *collector, const struct ingest_options *options,
		    size_t notes_limit, struct spool *spool)
{
	*collector = (struct collector){.options = options, .notes_limit = notes_limit};
	runs_init(&collector->runs, spool);
	arena_init(&collector->definitions, 0);
	arena_init(&collector->scratch, 0);
	redactor_init(&collector->redactor);
	redactor_init_for_labels(&collector->labels, options->key);
	strbuf_init(&collector->spelling);
	begin_batch(collector);
}

void collector_release(struct collector *collector)
{
	batch_release(&collector->batch);
	redactor_release(&collector->redactor);
	redactor_release(&collector->labels);
	strbuf_release(&collector->spelling);
	arena_release(&collector->definitions);
	arena_release(&collector->scratch);
	runs_release(&collector->runs);
}

void collector_begin_record(struct collector *collector)
{
	arena_reset(&collector->scratch);
	redactor_next_run(&collector->redactor);
}

void collector_note(struct collector *collector, enum severity severity, size_t record,
		    const char *path, const char *text)
{
	const struct note made = {
		.severity = severity,
		.file = collector->names->file,
		.opened = collector->names->opened,
		.record = record,
		.path = path,
		.text = text,
	};

	notes_add(&collector->batch.notes, &made);
}

/* ---- labels ---- */

static bool is_long(const struct collector *collector, const char *label)
{
	const uint64_t most = collector->options->limits.label_bytes;

	return label && strnlen(label, most + 1) > most;
}

/* The member that is this very text. */
static const char *path_in_run(const struct run *run, const char *label)
{
	const struct {
		const char *text, *path;
	} labels[] = {
		{run->source, "source"},
		{run->run_id, "run_id"},
		{run->suite.id, "suite.id"},
		{run->suite.name, "suite.name"},
		{run->test_case.id, "case.id"},
		{run->test_case.name, "case.name"},
		{run->agent.id, "agent.id"},
		{run->agent.name, "agent.name"},
		{run->execution_id, "execution_id"},
		{run->environment, "environment"},
		{run->model, "model"},
		{run->status, "status"},
		{run->origin, "origin"},
	};

	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (labels[i].text == label)
			return labels[i].path;
	for (uint32_t i = 0; i < run->criterion_count; i++)
		if (run->criteria[i].name == label)
			return "criteria[].name";
	return "details";
}

static const char *path_in_definition(struct definition *definition, const char *label)
{
	static const char *const paths[DEFINITION_LABELS] = {
		"id", "name", "suite.id", "suite.name", "agent.id", "agent.name"};
	size_t i = 0;

	while (i < DEFINITION_LABELS && *definition_label(definition, i) != label)
		i++;
	return i < DEFINITION_LABELS ? paths[i] : "source";
}

static void note_cut(struct collector *collector, const char *label)
{
	const struct collected *current = &collector->current;

	if (!current->run && !current->definition)
		return; /* of no record */
	collector_note(collector, SEVERITY_WARNING, current->record,
		       current->run ? path_in_run(current->run, label)
				    : path_in_definition(current->definition, label),
		       arena_printf(&collector->scratch, "longer than %" PRIu64 " bytes: cut",
				    collector->options->limits.label_bytes));
}

static const char *known_label(struct collector *collector, const char *label, enum label_kind kind)
{
	struct redactor *labels = &collector->labels;

	if (kind == LABEL_NAME)
		label = spelled(label, &collector->spelling);
	if (!collector->options->redact)
		return label;
	return kind == LABEL_ID ? redact_id(labels, label) : redact(labels, label);
}

/*
 * It is redacted before it is cut, for half a secret is not known for one; and no mark is cut in
 * two.
 */
static const char *clean_label(void *ctx, const char *label, enum label_kind kind)
{
	struct collector *collector = ctx;
	const uint64_t most = collector->options->limits.label_bytes;
	const char *whole = known_label(collector, label, kind);
	size_t length, kept = most > TAIL_BYTES ? most - TAIL_BYTES : 0;
	uint8_t digest[SHA256_SIZE];

	if (!is_long(collector, whole))
		return whole;
	note_cut(collector, label);
	length = strlen(whole);
	sha256(whole, length, digest);
	kept = marks_cut(whole, utf8_cut(whole, length, kept));
	return arena_printf(&collector->scratch, "%.*s…%02x%02x%02x%02x", (int)kept, whole,
			    digest[0], digest[1], digest[2], digest[3]);
}

static void cut_if_long(struct collector *collector, const char **label, enum label_kind kind)
{
	if (is_long(collector, *label))
		*label = arena_strdup(&collector->scratch, clean_label(collector, *label, kind));
}

/* ---- what texts pass ---- */

static const char *clean_text(void *ctx, const char *text)
{
	struct collector *collector = ctx;

	return collector->options->redact ? redact(&collector->redactor, text) : text;
}

/* ---- details ---- */

static void *copied(struct collector *collector, const void *items, size_t count, size_t size)
{
	void *copy = arena_alloc(&collector->scratch, count * size);

	return count ? memcpy(copy, items, count * size) : copy;
}

static const struct message *with_cut_roles(struct collector *collector,
					    const struct message *messages, size_t count)
{
	struct message *copy = copied(collector, messages, count, sizeof(*copy));

	for (size_t i = 0; i < count; i++)
		cut_if_long(collector, &copy[i].role, LABEL_OTHER);
	return copy;
}

/*
 * With labels (roles, labels of passages, ids of traces) cut where they will be seen. Without
 * transcripts (--no-transcripts), what was said stays out; how it was judged stays in.
 */
static const struct details *details_to_keep(struct collector *collector,
					     const struct details *details)
{
	const struct ingest_options *options = collector->options;
	struct details *copy = copied(collector, details, 1, sizeof(*copy));
	struct turn *turns = copied(collector, details->turns, details->turn_count, sizeof(*turns));
	struct passage *passages =
		copied(collector, details->passages, details->passage_count, sizeof(*passages));

	copy->turns = turns;
	copy->passages = passages;
	if (!options->transcripts) {
		copy->transcript_count = 0;
		for (size_t i = 0; i < copy->turn_count; i++)
			turns[i].input_count = turns[i].output_count = 0;
	}
	if (options->details_unseen)
		return copy;
	for (size_t i = 0; i < copy->passage_count; i++)
		cut_if_long(collector, &passages[i].label, LABEL_OTHER);
	for (size_t i = 0; i < copy->turn_count; i++) {
		struct turn *turn = &turns[i];

		turn->input = with_cut_roles(collector, turn->input, turn->input_count);
		turn->output = with_cut_roles(collector, turn->output, turn->output_count);
		cut_if_long(collector, &turn->trace_id, LABEL_ID);
	}
	copy->transcript = with_cut_roles(collector, copy->transcript, copy->transcript_count);
	return copy;
}

/* ---- runs and definitions ---- */

static bool wants_details(const struct collector *collector, const struct run *run)
{
	return collector->options->details == DETAILS_ALL ||
	       (collector->options->details == DETAILS_FAILED && run_is_failure(run));
}

/* An unset clock at either end: such a duration would spoil every mean. */
static void note_endless(struct collector *collector, const struct run *run, size_t record)
{
	int64_t begin = run_begin(run);

	if (begin != TIME_UNKNOWN && run->ended_at != TIME_UNKNOWN && run->ended_at > begin &&
	    run->ended_at - begin > DURATION_MOST_MS)
		collector_note(collector, SEVERITY_WARNING, record, NULL,
			       "ends more than 31 years after its start: its duration is taken as "
			       "unknown");
}

/*
 * By the day of its export, which a run record knows itself. A run that tells no time is counted at
 * noon of that day, unless it was dated before.
 */
static void date_run(const struct collector *collector, struct run *run)
{
	const int64_t now = collector->options->now;

	if (run->exported_at == TIME_UNKNOWN && collector->names->exported_at)
		run->exported_at = collector->names->exported_at;
	if (run->exported_at == TIME_UNKNOWN || run_tells_time(run) ||
	    run->seen_at != TIME_UNKNOWN || run->dated_at != TIME_UNKNOWN)
		return;
	run->dated_at = run->exported_at + DAY_MS / 2;
	if (now && run->dated_at > now)
		run->dated_at = now;
}

void collector_add_run(struct collector *collector, struct run *run, size_t record)
{
	const struct ingest_options *options = collector->options;
	bool details_wanted = wants_details(collector, run);
	struct run *kept;

	if (!run->environment)
		run->environment = options->environment;
	collector->current = (struct collected){.run = run, .record = record};
	cut_if_long(collector, &run->origin, LABEL_OTHER);
	run->input = &collector->names->of_runs;
	run->record = (uint32_t)record;
	run_derive_duration(run);
	date_run(collector, run);
	note_endless(collector, run, record);
	if (run->details && details_wanted) {
		run->details = details_to_keep(collector, run->details);
		/* which of two copies stays must not depend on the reports that are written */
		run->part_count = (uint32_t)details_parts(run->details);
	}
	kept = runs_keep(&collector->runs, run, details_wanted && !options->details_unseen,
			 clean_text, clean_label, collector);
	collector->runs.count = 0;
	batch_add_runs(&collector->batch, &kept, 1);
}

void collector_add_definition(struct collector *collector, struct definition *definition,
			      size_t record)
{
	struct arena *arena = &collector->definitions;
	struct definition *kept = arena_alloc(arena, sizeof(*kept));

	collector->current = (struct collected){.definition = definition, .record = record};
	*kept = *definition;
	kept->source =
		intern(&collector->runs.names, clean_label(collector, kept->source, LABEL_NAME));
	for (size_t i = 0; i < DEFINITION_LABELS; i++) {
		const char **label = definition_label(kept, i);

		if (*label)
			*label = arena_strdup(
				arena, clean_label(collector, *label, definition_label_kind(i)));
	}
	batch_add_definitions(&collector->batch, &kept, 1);
}

void collector_add_call(struct collector *collector, const struct call *call)
{
	struct call kept = *call;

	if (!*kept.file)
		kept.file = path_name(collector->names->path);
	kept = call_copy(&kept, clean_text, collector, &collector->runs.arena);
	batch_add_calls(&collector->batch, &kept, 1);
}

/* ---- the batch ---- */

/* From the redactors to the batch. */
static void count_redactions(struct collector *collector)
{
	for (unsigned i = 0; i < REDACT_KINDS; i++) {
		collector->batch.counts.redactions[i] +=
			collector->redactor.counts[i] + collector->labels.counts[i];
		collector->redactor.counts[i] = collector->labels.counts[i] = 0;
	}
}

struct batch_mark collector_mark(struct collector *collector)
{
	count_redactions(collector);
	return batch_mark(&collector->batch);
}

void collector_go_back(struct collector *collector, const struct batch_mark *mark)
{
	count_redactions(collector);
	batch_go_back(&collector->batch, mark);
}

void collector_hand_over(struct collector *collector, struct batch *batch)
{
	count_redactions(collector);
	*batch = collector->batch;
	batch->notes.filter = NULL;
	begin_batch(collector);
}

/* ---- words from elsewhere ---- */

struct labels {
	struct collector collector;
};

struct labels *labels_new(const struct ingest_options *options)
{
	struct labels *labels = memory_alloc(sizeof(*labels));

	collector_init(&labels->collector, options, 1, NULL);
	return labels;
}

void labels_free(struct labels *labels)
{
	collector_release(&labels->collector);
	memory_free(labels);
}

const char *labels_clean(struct labels *labels, const char *label, enum label_kind kind)
{
	collector_begin_record(&labels->collector);
	return clean_label(&labels->collector, label, kind);
}
