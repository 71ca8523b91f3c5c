#include "runtally/model/run.h"
#include "runtally/base/hash_table.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "runtally/model/details.h"
#include "runtally/model/mark.h"

enum { NAMES_MOST = 8 }; /* of criteria in a sentence */

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

static const char *const cause_names[CAUSE_COUNT] = {
	[CAUSE_NONE] = "",         [CAUSE_CRITERION] = "criterion", [CAUSE_UNJUDGED] = "unjudged",
	[CAUSE_REASON] = "reason", [CAUSE_STATUS] = "status",       [CAUSE_UNTOLD] = "untold",
};

const char *cause_name(enum cause cause)
{
	return cause_names[cause];
}

enum cause cause_by_name(const char *name)
{
	for (unsigned at = 0; at < CAUSE_COUNT; at++)
		if (strcmp(cause_names[at], name) == 0)
			return (enum cause)at;
	return CAUSE_NONE;
}

enum message_kind message_kind(const char *role)
{
	static const struct {
		const char *role;
		enum message_kind kind;
	} kinds[] = {
		{"user", MESSAGE_USER},         {"tool", MESSAGE_TOOL},
		{ROLE_TOOL_CALL, MESSAGE_TOOL}, {"function", MESSAGE_TOOL},
		{"system", MESSAGE_SYSTEM},     {"developer", MESSAGE_SYSTEM},
	};
	size_t length = role ? strcspn(role, ":") : 0;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strlen(kinds[i].role) == length && memcmp(kinds[i].role, role, length) == 0)
			return kinds[i].kind;
	return MESSAGE_SPOKEN;
}

void run_init(struct run *run)
{
	*run = (struct run){
		.outcome = OUTCOME_UNKNOWN,
		.created_at = TIME_UNKNOWN,
		.started_at = TIME_UNKNOWN,
		.ended_at = TIME_UNKNOWN,
		.updated_at = TIME_UNKNOWN,
		.seen_at = TIME_UNKNOWN,
		.dated_at = TIME_UNKNOWN,
		.exported_at = TIME_UNKNOWN,
		.duration_ms = -1,
	};
}

bool run_has_verdict(const struct run *run)
{
	return run->outcome < OUTCOME_PENDING;
}

bool run_is_failure(const struct run *run)
{
	return run->outcome == OUTCOME_FAILED || run->outcome == OUTCOME_ERROR;
}

uint32_t run_count_criteria(const struct run *run, enum outcome outcome)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < run->criterion_count; i++)
		count += run->criteria[i].outcome == outcome;
	return count;
}

size_t run_criterion_names(const struct run *run, enum outcome outcome, const char **names,
			   size_t most)
{
	size_t count = 0;

	for (size_t i = 0; i < run->criterion_count && count < most; i++) {
		const char *name = run->criteria[i].name;
		size_t known = 0;

		if (run->criteria[i].outcome != outcome || !name)
			continue;
		while (known < count && strcmp(names[known], name) != 0)
			known++;
		if (known == count)
			names[count++] = name;
	}
	return count;
}

bool run_add_failures(const struct run *run, size_t most, const char *more, struct strbuf *out)
{
	const uint32_t failed = run_count_criteria(run, OUTCOME_FAILED);
	const uint32_t errors = run_count_criteria(run, OUTCOME_ERROR);
	const char *names[NAMES_MOST + 1];
	size_t count;

	assert(most <= NAMES_MOST);
	if (!failed && !errors)
		return false;
	strbuf_addf(out, "%" PRIu32 " of %" PRIu32 " %s %s", failed ? failed : errors,
		    run->criterion_count, run->criterion_count == 1 ? "criterion" : "criteria",
		    failed ? "failed" : "in error");
	count = run_criterion_names(run, failed ? OUTCOME_FAILED : OUTCOME_ERROR, names, most + 1);
	for (size_t i = 0; i < count && i < most; i++)
		strbuf_addf(out, "%s%s", i ? ", " : ": ", names[i]);
	strbuf_addstr(out, count > most ? more : "");
	return true;
}

enum cause run_cause(const struct run *run, const char **text)
{
	if ((run->outcome == OUTCOME_FAILED || run->cause == CAUSE_CRITERION) &&
	    run_criterion_names(run, OUTCOME_FAILED, text, 1))
		return CAUSE_CRITERION;
	*text = "";
	if (run->outcome == OUTCOME_ERROR && run->cause == CAUSE_UNJUDGED)
		return CAUSE_UNJUDGED;
	*text = run->reason ? run->reason : run->status ? run->status : "";
	return run->reason ? CAUSE_REASON : run->status ? CAUSE_STATUS : CAUSE_UNTOLD;
}

int64_t run_begin(const struct run *run)
{
	return run->started_at != TIME_UNKNOWN ? run->started_at : run->created_at;
}

uint64_t run_identity(const struct run *run)
{
	const uint64_t hash =
		hash_bytes(run->source, strlen(run->source)) * UINT64_C(0x9e3779b97f4a7c15) ^
		hash_bytes(run->run_id, strlen(run->run_id));

	return run->environment ? hash_pair(hash, hash_text(run->environment)) : hash;
}

bool run_bears_marks(const struct run *run)
{
	const char *const labels[] = {
		run->source,       run->run_id,         run->suite.id,    run->suite.name,
		run->test_case.id, run->test_case.name, run->agent.id,    run->agent.name,
		run->execution_id, run->model,          run->environment,
	};

	for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++)
		if (labels[i] && marks_are_in(labels[i]))
			return true;
	for (uint32_t i = 0; i < run->criterion_count; i++)
		if (run->criteria[i].name && marks_are_in(run->criteria[i].name))
			return true;
	return false;
}

bool run_tells_time(const struct run *run)
{
	return run->ended_at != TIME_UNKNOWN || run_begin(run) != TIME_UNKNOWN;
}

int64_t run_when(const struct run *run)
{
	return run->ended_at != TIME_UNKNOWN ? run->ended_at : run_begin(run);
}

int64_t run_counted_at(const struct run *run)
{
	if (run_tells_time(run))
		return run_when(run);
	return run->dated_at != TIME_UNKNOWN ? run->dated_at : run->seen_at;
}

int64_t run_named_at(const struct run *run)
{
	if (run_tells_time(run))
		return run_when(run);
	return run->exported_at != TIME_UNKNOWN ? run->exported_at : run->seen_at;
}

int64_t run_mean_latency(const struct run *run)
{
	int64_t sum = 0;

	for (size_t i = 0; i < run->latency_count; i++)
		sum += run->latency_ms[i];
	if (!run->latency_count)
		return -1;
	return (sum + run->latency_count / 2) / run->latency_count;
}

void run_derive_duration(struct run *run)
{
	int64_t begin = run_begin(run);

	if (run->duration_ms >= 0 || begin == TIME_UNKNOWN || run->ended_at == TIME_UNKNOWN)
		return;
	if (run->ended_at >= begin && run->ended_at - begin <= DURATION_MOST_MS)
		run->duration_ms = run->ended_at - begin;
}

void run_origin(const struct run *run, struct strbuf *out)
{
	if (run->origin)
		strbuf_addstr(out, run->origin);
	else if (run->input)
		strbuf_addstr(out, run->input->label);
	if (!run->origin && run->input && run->record)
		strbuf_addf(out, "#%" PRIu64, run->input->before + run->record);
}

int run_compare_origins(const struct run *a, const struct run *b)
{
	struct strbuf left = STRBUF_INIT, right = STRBUF_INIT;
	int order;

	run_origin(a, &left);
	run_origin(b, &right);
	order = strcmp(left.text, right.text);
	strbuf_release(&left);
	strbuf_release(&right);
	return order;
}

const char *run_folder(const struct run *run)
{
	return run->input ? run->input->folder : NULL;
}

/* ---- the run set ---- */

void runs_init(struct runs *runs, struct spool *spool)
{
	*runs = (struct runs){.spool = spool};
	arena_init(&runs->arena, 0);
	intern_init(&runs->names, &runs->arena);
}

void runs_release(struct runs *runs)
{
	intern_release(&runs->names);
	arena_release(&runs->arena);
	memory_free(runs->criteria.items);
	hash_table_release(&runs->criteria.table);
	memory_free(runs->criteria.scratch);
	memory_free(runs->definitions);
	memory_free(runs->items);
	memory_free(runs->calls);
}

static void *keep_array(struct runs *runs, const void *items, size_t count, size_t size)
{
	void *copy;

	if (!count)
		return NULL;
	copy = arena_alloc(&runs->arena, count * size);
	memcpy(copy, items, count * size);
	return copy;
}

/* ---- lists of criteria that many runs share ---- */

struct shared_criteria {
	const struct criterion *items;
	size_t count;
};

/* Names are interned, and details not there: so lists are equal where their bytes are. */
static bool same_criteria(const struct shared_criteria *a, const struct shared_criteria *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (a->items[i].name != b->items[i].name ||
		    a->items[i].outcome != b->items[i].outcome ||
		    a->items[i].turn != b->items[i].turn)
			return false;
	return true;
}

static uint64_t hash_criteria(const struct shared_criteria *list)
{
	uint64_t hash = list->count;

	for (size_t i = 0; i < list->count; i++) {
		hash = (hash ^ (uintptr_t)list->items[i].name) * UINT64_C(0x9e3779b97f4a7c15);
		hash ^= hash >> 32;
		hash += (uint64_t)list->items[i].outcome + (uint64_t)list->items[i].turn * 8;
	}
	hash *= UINT64_C(0x9e3779b97f4a7c15);
	return hash ^ hash >> 32;
}

/* Scores are hardly ever the same: lists that have any are not looked for. */
static bool has_scores(const struct criterion *criteria, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (criteria[i].has_score)
			return true;
	return false;
}

static const struct criterion *share_criteria(struct runs *runs, const struct criterion *criteria,
					      size_t count)
{
	struct criteria_pool *pool = &runs->criteria;
	struct shared_criteria list = {criteria, count};
	const uint64_t hash = hash_criteria(&list);
	size_t walk;

	for (size_t at = hash_first(&pool->table, hash, &walk); at != HASH_NONE;
	     at = hash_next(&pool->table, hash, &walk))
		if (same_criteria(&pool->items[at], &list))
			return pool->items[at].items;
	pool->items =
		array_reserve(pool->items, &pool->capacity, pool->count + 1, sizeof(*pool->items));
	list.items = keep_array(runs, criteria, count, sizeof(*criteria));
	hash_add(&pool->table, hash, pool->count);
	pool->items[pool->count++] = list;
	return list.items;
}

/* ---- keeping ---- */

/* Where copies go and what texts pass on the way. */
struct keeper {
	struct runs *runs;
	text_filter *filter;
	label_filter *of_labels;
	void *ctx;
	bool keep_details, has_details;
	struct strbuf details; /* for the spool */
};

static const char *filtered(const struct keeper *keeper, const char *text)
{
	return text && keeper->filter ? keeper->filter(keeper->ctx, text) : text;
}

static const char *filtered_label(const struct keeper *keeper, const char *label,
				  enum label_kind kind)
{
	return keeper->of_labels ? keeper->of_labels(keeper->ctx, label, kind) : label;
}

static const char *keep_text(const struct keeper *keeper, const char *text)
{
	text = filtered(keeper, text);
	return text ? arena_strdup(&keeper->runs->arena, text) : NULL;
}

/* Of the length and the bytes at both ends; for a table that forgets. */
static size_t quick_hash(const char *text)
{
	const size_t length = strlen(text);
	uint64_t head = 0, tail;

	if (length < sizeof(head)) {
		memcpy(&head, text, length);
		tail = head;
	} else {
		memcpy(&head, text, sizeof(head));
		memcpy(&tail, text + length - sizeof(tail), sizeof(tail));
	}
	return (size_t)(((head ^ length) * UINT64_C(0x9e3779b97f4a7c15) ^ tail) *
				UINT64_C(0xff51afd7ed558ccd) >>
			40);
}

/* For labels that many runs share. */
static const char *keep_shared(const struct keeper *keeper, const char *label, enum label_kind kind)
{
	const char **known, *kept;

	if (!label)
		return NULL;
	known = &keeper->runs->known[kind][quick_hash(label) % NAMES_KNOWN];
	if (*known && strcmp(*known, label) == 0)
		return *known;
	kept = filtered_label(keeper, label, kind);
	if (kept != label)
		return intern(&keeper->runs->names, kept);
	*known = intern(&keeper->runs->names, label);
	return *known;
}

static const char *keep_name(const struct keeper *keeper, const char *name)
{
	return keep_shared(keeper, name, LABEL_NAME);
}

static const char *keep_id(const struct keeper *keeper, const char *id)
{
	return keep_shared(keeper, id, LABEL_ID);
}

/* For an id that no other run has. */
static const char *keep_own_id(const struct keeper *keeper, const char *id)
{
	return id ? arena_strdup(&keeper->runs->arena, filtered_label(keeper, id, LABEL_ID)) : NULL;
}

static struct label keep_label(const struct keeper *keeper, struct label label)
{
	return (struct label){keep_id(keeper, label.id), keep_name(keeper, label.name)};
}

static void keep_detail(struct keeper *keeper, const char *detail)
{
	if (!keeper->keep_details)
		return;
	keeper->has_details = keeper->has_details || detail;
	details_add_criterion(&keeper->details, filtered(keeper, detail));
}

static const struct criterion *keep_criteria(struct keeper *keeper, const struct run *run)
{
	struct criteria_pool *pool = &keeper->runs->criteria;
	struct criterion *kept;

	if (!run->criterion_count)
		return NULL;
	pool->scratch = array_reserve(pool->scratch, &pool->scratch_capacity, run->criterion_count,
				      sizeof(*pool->scratch));
	kept = pool->scratch;
	for (size_t i = 0; i < run->criterion_count; i++) {
		kept[i] = run->criteria[i];
		kept[i].name = keep_name(keeper, kept[i].name);
		kept[i].detail = NULL;
		keep_detail(keeper, run->criteria[i].detail);
	}
	if (has_scores(kept, run->criterion_count))
		return keep_array(keeper->runs, kept, run->criterion_count, sizeof(*kept));
	return share_criteria(keeper->runs, kept, run->criterion_count);
}

/* Bytes that hold nothing but what is missing are not kept. */
static void keep_details(struct keeper *keeper, struct run *kept, const struct details *details)
{
	kept->details = NULL;
	if (!keeper->keep_details || (!keeper->has_details && !details))
		return;
	details_write(&keeper->details, details, keeper->filter, keeper->ctx);
	kept->details_place =
		spool_add(keeper->runs->spool, keeper->details.text, keeper->details.length);
}

static struct run *add_run(struct runs *runs, const struct run *run)
{
	struct run *kept = keep_array(runs, run, 1, sizeof(*run));

	runs->items =
		array_reserve(runs->items, &runs->capacity, runs->count + 1, sizeof(*runs->items));
	runs->items[runs->count++] = kept;
	return kept;
}

/* The order in which texts are filtered is that in which redaction numbers what it finds. */
struct run *runs_keep(struct runs *runs, const struct run *run, bool with_details,
		      text_filter *filter, label_filter *of_labels, void *ctx)
{
	struct keeper keeper = {
		.runs = runs,
		.filter = filter,
		.of_labels = of_labels,
		.ctx = ctx,
		.details = STRBUF_INIT,
		.keep_details = with_details && runs->spool,
	};
	struct run *kept = add_run(runs, run);

	kept->source = keep_name(&keeper, run->source);
	kept->run_id = keep_own_id(&keeper, run->run_id);
	kept->environment = keep_name(&keeper, run->environment);
	kept->identity = run_identity(kept);
	kept->suite = keep_label(&keeper, run->suite);
	kept->test_case = keep_label(&keeper, run->test_case);
	kept->agent = keep_label(&keeper, run->agent);
	kept->execution_id = keep_id(&keeper, run->execution_id);
	kept->model = keep_name(&keeper, run->model);
	kept->status = keep_shared(&keeper, run->status, LABEL_OTHER);
	kept->reason = keep_text(&keeper, run->reason);
	kept->origin = keep_text(&keeper, run->origin);
	kept->latency_ms =
		keep_array(runs, run->latency_ms, run->latency_count, sizeof(*run->latency_ms));
	kept->criteria = keep_criteria(&keeper, run);
	keep_details(&keeper, kept, run->details);
	strbuf_release(&keeper.details);
	return kept;
}

/* ---- details of kept runs ---- */

struct run run_load(const struct run *run, struct spool *spool, struct arena *arena)
{
	struct run loaded = *run;
	size_t length;
	const char *bytes;

	if (!run->details_place)
		return loaded;
	bytes = spool_read(spool, run->details_place, arena, &length);
	if (bytes)
		details_read(&loaded, bytes, length, arena);
	return loaded;
}
