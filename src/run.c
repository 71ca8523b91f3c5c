#include "runtally/run.h"

#include <string.h>

static const char *const outcome_names[OUTCOME_COUNT] = {
	[OUTCOME_PASSED] = "passed",   [OUTCOME_FAILED] = "failed",   [OUTCOME_ERROR] = "error",
	[OUTCOME_PENDING] = "pending", [OUTCOME_UNKNOWN] = "unknown",
};

const char *outcome_name(enum outcome outcome)
{
	return outcome_names[outcome];
}

enum outcome outcome_by_name(const char *name)
{
	unsigned at = 0;

	while (at < OUTCOME_COUNT && strcmp(outcome_names[at], name) != 0)
		at++;
	return (enum outcome)at;
}

void run_init(struct run *run)
{
	*run = (struct run){
		.outcome = OUTCOME_UNKNOWN,
		.created_at = TIME_UNKNOWN,
		.started_at = TIME_UNKNOWN,
		.ended_at = TIME_UNKNOWN,
		.updated_at = TIME_UNKNOWN,
		.duration_ms = -1,
	};
}

bool run_is_failure(const struct run *run)
{
	return run->outcome == OUTCOME_FAILED || run->outcome == OUTCOME_ERROR;
}

int64_t run_begin(const struct run *run)
{
	return run->started_at != TIME_UNKNOWN ? run->started_at : run->created_at;
}

int64_t run_when(const struct run *run)
{
	return run->ended_at != TIME_UNKNOWN ? run->ended_at : run_begin(run);
}

void run_derive_duration(struct run *run)
{
	int64_t begin = run_begin(run);

	if (run->duration_ms >= 0 || begin == TIME_UNKNOWN || run->ended_at == TIME_UNKNOWN)
		return;
	if (run->ended_at >= begin && run->ended_at - begin <= DURATION_MOST_MS)
		run->duration_ms = run->ended_at - begin;
}

void runs_init(struct runs *runs)
{
	*runs = (struct runs){.count = 0};
	arena_init(&runs->arena, 0);
	intern_init(&runs->names, &runs->arena);
}

void runs_release(struct runs *runs)
{
	intern_release(&runs->names);
	arena_release(&runs->arena);
	memory_free(runs->items);
}

/* Where copies go and what texts pass on the way. */
struct keeper {
	struct runs *runs;
	text_filter *filter;
	void *ctx, *label_ctx;
};

static const char *filtered(const struct keeper *keeper, void *ctx, const char *text)
{
	return text && keeper->filter ? keeper->filter(ctx, text) : text;
}

static const char *keep_text(const struct keeper *keeper, const char *text)
{
	text = filtered(keeper, keeper->ctx, text);
	return text ? arena_strdup(&keeper->runs->arena, text) : NULL;
}

/* For texts that many runs share. */
static const char *keep_name(const struct keeper *keeper, const char *text)
{
	return intern(&keeper->runs->names, filtered(keeper, keeper->label_ctx, text));
}

/* For texts that many runs share, too, but that nothing is grouped by. */
static const char *keep_word(const struct keeper *keeper, const char *text)
{
	return intern(&keeper->runs->names, filtered(keeper, keeper->ctx, text));
}

/* For a label that no other run has. */
static const char *keep_id(const struct keeper *keeper, const char *text)
{
	text = filtered(keeper, keeper->label_ctx, text);
	return text ? arena_strdup(&keeper->runs->arena, text) : NULL;
}

static struct label keep_label(const struct keeper *keeper, struct label label)
{
	return (struct label){keep_name(keeper, label.id), keep_name(keeper, label.name)};
}

static void *keep_array(const struct keeper *keeper, const void *items, size_t count, size_t size)
{
	void *copy;

	if (!count)
		return NULL;
	copy = arena_alloc(&keeper->runs->arena, count * size);
	memcpy(copy, items, count * size);
	return copy;
}

static const struct criterion *keep_criteria(const struct keeper *keeper, const struct run *run,
					     bool keep_details)
{
	struct criterion *kept =
		keep_array(keeper, run->criteria, run->criterion_count, sizeof(*run->criteria));

	for (size_t i = 0; i < run->criterion_count; i++) {
		kept[i].name = keep_name(keeper, kept[i].name);
		kept[i].detail = keep_details ? keep_text(keeper, kept[i].detail) : NULL;
	}
	return kept;
}

static const struct message *keep_messages(const struct keeper *keeper,
					   const struct message *messages, size_t count)
{
	struct message *kept = keep_array(keeper, messages, count, sizeof(*messages));

	for (size_t i = 0; i < count; i++) {
		kept[i].role = keep_word(keeper, kept[i].role);
		kept[i].content = keep_text(keeper, kept[i].content);
	}
	return kept;
}

static const struct turn *keep_turns(const struct keeper *keeper, const struct details *details,
				     const struct run *run)
{
	struct turn *kept =
		keep_array(keeper, details->turns, details->turn_count, sizeof(*details->turns));

	for (size_t i = 0; i < details->turn_count; i++) {
		kept[i].input = keep_messages(keeper, kept[i].input, kept[i].input_count);
		kept[i].output = keep_messages(keeper, kept[i].output, kept[i].output_count);
		kept[i].expected = keep_text(keeper, kept[i].expected);
		kept[i].trace_id = keep_text(keeper, kept[i].trace_id);
		kept[i].run = run;
	}
	return kept;
}

static const struct passage *keep_passages(const struct keeper *keeper,
					   const struct details *details)
{
	struct passage *kept = keep_array(keeper, details->passages, details->passage_count,
					  sizeof(*details->passages));

	for (size_t i = 0; i < details->passage_count; i++) {
		kept[i].label = keep_word(keeper, kept[i].label);
		kept[i].text = keep_text(keeper, kept[i].text);
	}
	return kept;
}

static const struct details *keep_details_of(const struct keeper *keeper, const struct run *run)
{
	const struct details *details = run->details;
	struct details *kept = keep_array(keeper, details, 1, sizeof(*details));

	kept->passages = keep_passages(keeper, details);
	kept->turns = keep_turns(keeper, details, run);
	kept->transcript = keep_messages(keeper, details->transcript, details->transcript_count);
	return kept;
}

struct run *runs_keep(struct runs *runs, const struct run *run, bool keep_details,
		      text_filter *filter, void *ctx, void *label_ctx)
{
	const struct keeper keeper = {runs, filter, ctx, label_ctx};
	struct run *kept = keep_array(&keeper, run, 1, sizeof(*run));

	kept->source = keep_name(&keeper, run->source);
	kept->run_id = keep_id(&keeper, run->run_id);
	kept->suite = keep_label(&keeper, run->suite);
	kept->test_case = keep_label(&keeper, run->test_case);
	kept->agent = keep_label(&keeper, run->agent);
	kept->execution_id = keep_name(&keeper, run->execution_id);
	kept->model = keep_name(&keeper, run->model);
	kept->status = keep_name(&keeper, run->status);
	kept->reason = keep_text(&keeper, run->reason);
	kept->origin = keep_text(&keeper, run->origin);
	kept->folder = keep_name(&keeper, run->folder);
	kept->latency_ms =
		keep_array(&keeper, run->latency_ms, run->latency_count, sizeof(*run->latency_ms));
	kept->criteria = keep_criteria(&keeper, run, keep_details);
	kept->details = run->details && keep_details ? keep_details_of(&keeper, kept) : NULL;
	runs->items =
		array_reserve(runs->items, &runs->capacity, runs->count + 1, sizeof(*runs->items));
	runs->items[runs->count++] = kept;
	return kept;
}

static void relabel(const char **label, text_filter *filter, void *ctx)
{
	if (*label)
		*label = filter(ctx, *label);
}

void run_relabel(struct run *run, text_filter *filter, void *ctx)
{
	const char **const labels[] = {
		&run->source,       &run->run_id,         &run->suite.id, &run->suite.name,
		&run->test_case.id, &run->test_case.name, &run->agent.id, &run->agent.name,
		&run->execution_id, &run->model,          &run->status,
	};

	for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++)
		relabel(labels[i], filter, ctx);
	/* a kept run's own copy */
	for (size_t i = 0; i < run->criterion_count; i++)
		relabel(&((struct criterion *)run->criteria)[i].name, filter, ctx);
}
