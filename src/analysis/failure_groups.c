#include "runtally/analysis/failure_groups.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtally/base/arena.h"
#include "runtally/base/hash_table.h"

static const char *const cause_names[] = {
	[CAUSE_CRITERION] = "criterion", [CAUSE_UNJUDGED] = "unjudged", [CAUSE_REASON] = "reason",
	[CAUSE_STATUS] = "status",       [CAUSE_UNTOLD] = "untold",
};

const char *cause_name(enum cause cause)
{
	return cause_names[cause];
}

/* ---- what failed ---- */

/* The next criterion from *at on that failed and has a name; NULL: none. */
static const char *next_failed(const struct run *run, uint32_t *at)
{
	while (*at < run->criterion_count) {
		const struct criterion *criterion = &run->criteria[(*at)++];

		if (criterion->outcome == OUTCOME_FAILED && criterion->name)
			return criterion->name;
	}
	return NULL;
}

static const char *first_failed(const struct run *run)
{
	uint32_t at = 0;

	return run->outcome == OUTCOME_FAILED ? next_failed(run, &at) : NULL;
}

/* Whether the reason is what adapter_failures made of criteria in error: it names them. */
static bool is_unjudged(const struct run *run)
{
	uint32_t errors = 0;
	char counted[64];

	if (run->outcome != OUTCOME_ERROR || !run->reason)
		return false;
	for (uint32_t i = 0; i < run->criterion_count; i++)
		errors += run->criteria[i].outcome == OUTCOME_ERROR;
	if (!errors)
		return false;
	snprintf(counted, sizeof(counted), "%" PRIu32 " of %" PRIu32 " criteria in error", errors,
		 run->criterion_count);
	return strncmp(run->reason, counted, strlen(counted)) == 0;
}

static enum cause cause_of(const struct run *run, const char **text)
{
	*text = first_failed(run);
	if (*text)
		return CAUSE_CRITERION;
	*text = "";
	if (is_unjudged(run))
		return CAUSE_UNJUDGED;
	*text = run->reason ? run->reason : run->status ? run->status : "";
	return run->reason ? CAUSE_REASON : run->status ? CAUSE_STATUS : CAUSE_UNTOLD;
}

/* Whether the criteria that failed in the run are those of the failure group's first. */
static bool failed_alike(const struct failure_group *failure_group, const struct run *run)
{
	const struct run *first = failure_group->first;
	size_t count = 0;
	uint32_t at = 0;
	const char *name;

	if (run->criteria == first->criteria && run->criterion_count == first->criterion_count)
		return true;
	while ((name = next_failed(run, &at))) {
		if (count == failure_group->failed_count)
			return false;
		if (failure_group->failed[count] != name &&
		    strcmp(failure_group->failed[count], name) != 0)
			return false;
		count++;
	}
	return count == failure_group->failed_count;
}

/* The names, each once, that a title has room for. */
static void list_named(struct failure_group *failure_group)
{
	for (size_t i = 0;
	     i < failure_group->failed_count && failure_group->named_count < FAILURE_GROUP_NAMES;
	     i++) {
		bool known = false;

		for (size_t n = 0; n < failure_group->named_count; n++)
			known = known ||
				strcmp(failure_group->named[n], failure_group->failed[i]) == 0;
		if (!known)
			failure_group->named[failure_group->named_count++] =
				failure_group->failed[i];
	}
}

/* All that join are compared with the first, which may have as many criteria as there are runs. */
static void list_failed(struct failure_groups *failure_groups, struct failure_group *failure_group)
{
	uint32_t at = 0;

	while (next_failed(failure_group->first, &at))
		failure_group->failed_count++;
	failure_group->failed =
		arena_alloc(&failure_groups->arena,
			    failure_group->failed_count * sizeof(*failure_group->failed));
	at = 0;
	for (size_t i = 0; i < failure_group->failed_count; i++)
		failure_group->failed[i] = next_failed(failure_group->first, &at);
	list_named(failure_group);
}

/* ---- the table ---- */

static uint64_t hash_of(const char *source, enum cause cause, const struct strbuf *key)
{
	const uint64_t spread = UINT64_C(0x9e3779b97f4a7c15);
	uint64_t hash = hash_bytes(source, strlen(source)) * spread + cause;

	return (hash ^ hash_bytes(key->text, key->length)) * spread;
}

/* The slot of the failure group with that key, or the free one where it belongs. */
static uint32_t *slot_of(const struct failure_groups *failure_groups, const char *source,
			 enum cause cause, const char *key, uint64_t hash)
{
	size_t at = (size_t)(hash >> 32) & (failure_groups->slot_count - 1);

	for (; failure_groups->slots[at]; at = (at + 1) & (failure_groups->slot_count - 1)) {
		const struct failure_group *failure_group =
			&failure_groups->items[failure_groups->slots[at] - 1];

		if (failure_group->hash == hash && failure_group->cause == cause &&
		    strcmp(failure_group->source, source) == 0 &&
		    strcmp(failure_group->key, key) == 0)
			break;
	}
	return &failure_groups->slots[at];
}

static void fill_slots(struct failure_groups *failure_groups)
{
	memset(failure_groups->slots, 0,
	       failure_groups->slot_count * sizeof(*failure_groups->slots));
	for (size_t i = 0; i < failure_groups->count; i++) {
		const struct failure_group *failure_group = &failure_groups->items[i];

		*slot_of(failure_groups, failure_group->source, failure_group->cause,
			 failure_group->key, failure_group->hash) = (uint32_t)i + 1;
	}
}

/* Keeps a third of the slots free. */
static void make_slots(struct failure_groups *failure_groups)
{
	if (failure_groups->count * 3 < failure_groups->slot_count * 2)
		return;
	failure_groups->slot_count =
		failure_groups->slot_count ? failure_groups->slot_count * 2 : 64;
	memory_free(failure_groups->slots);
	failure_groups->slots =
		memory_alloc(failure_groups->slot_count * sizeof(*failure_groups->slots));
	fill_slots(failure_groups);
}

/* What a run is looked up by. */
struct clue {
	const char *text;
	enum cause cause;
	uint64_t hash;
	struct fingerprint fingerprint;
};

static void find_clue(struct clue *clue, const struct run *run)
{
	clue->cause = cause_of(run, &clue->text);
	if (clue->cause == CAUSE_REASON)
		fingerprint_make(&clue->fingerprint, clue->text);
	else
		fingerprint_fold(&clue->fingerprint, clue->text);
	clue->hash = hash_of(run->source, clue->cause, &clue->fingerprint.key);
}

static uint32_t *look_up(const struct failure_groups *failure_groups, const struct clue *clue,
			 const struct run *run)
{
	return slot_of(failure_groups, run->source, clue->cause, clue->fingerprint.key.text,
		       clue->hash);
}

/* ---- runs join ---- */

static void begin(struct failure_groups *failure_groups, const struct clue *clue,
		  const struct run *run)
{
	struct failure_group *failure_group;
	size_t blanks = clue->fingerprint.count * sizeof(*clue->fingerprint.blanks);
	struct fingerprint_blank *copy =
		blanks ? arena_alloc(&failure_groups->arena, blanks) : NULL;

	if (copy)
		memcpy(copy, clue->fingerprint.blanks, blanks);
	failure_groups->items =
		array_reserve(failure_groups->items, &failure_groups->capacity,
			      failure_groups->count + 1, sizeof(*failure_groups->items));
	failure_group = &failure_groups->items[failure_groups->count];
	*failure_group = (struct failure_group){
		.source = run->source,
		.key = arena_strndup(&failure_groups->arena, clue->fingerprint.key.text,
				     clue->fingerprint.key.length),
		.cause = clue->cause,
		.hash = clue->hash,
		.first_at = TIME_UNKNOWN,
		.last_at = TIME_UNKNOWN,
		.first = run,
		.latest = run,
		.text = clue->text,
		.blanks = copy,
		.blank_count = clue->fingerprint.count,
		.alike = clue->cause == CAUSE_CRITERION,
		.last_case = SIZE_MAX,
		.last_suite = SIZE_MAX,
		.begun = failure_groups->count,
	};
	if (clue->cause == CAUSE_CRITERION)
		list_failed(failure_groups, failure_group);
	failure_groups->count++;
}

/* Notes in which of the blanks this text differs from the first. */
static void compare_blanks(struct failure_group *failure_group, const struct clue *clue)
{
	const char *text = failure_group->text;

	for (size_t i = 0; i < failure_group->blank_count; i++) {
		struct fingerprint_blank a = failure_group->blanks[i],
					 b = clue->fingerprint.blanks[i];

		if (failure_group->varying >> i & 1)
			continue;
		if (a.length != b.length ||
		    memcmp(text + a.start, clue->text + b.start, a.length) != 0)
			failure_group->varying |= UINT64_C(1) << i;
	}
}

static void note_time(struct failure_group *failure_group, const struct run *run)
{
	int64_t when = run_when(run);

	if (when >= run_when(failure_group->latest))
		failure_group->latest = run;
	if (when == TIME_UNKNOWN)
		return;
	if (failure_group->first_at == TIME_UNKNOWN || when < failure_group->first_at)
		failure_group->first_at = when;
	if (failure_group->last_at == TIME_UNKNOWN || when > failure_group->last_at)
		failure_group->last_at = when;
}

/* The runs of a case, and the cases of a suite, follow each other. */
static void join(struct failure_group *failure_group, const struct clue *clue,
		 const struct run *run, size_t suite)
{
	failure_group->runs++;
	failure_group->errors += run->outcome == OUTCOME_ERROR;
	failure_group->cases += failure_group->last_case != run->case_index;
	failure_group->suites += failure_group->last_suite != suite;
	failure_group->last_case = run->case_index;
	failure_group->last_suite = suite;
	failure_group->alike = failure_group->alike && failed_alike(failure_group, run);
	compare_blanks(failure_group, clue);
	note_time(failure_group, run);
}

static int compare_failure_groups(const void *left, const void *right)
{
	const struct failure_group *a = left, *b = right;
	int order;

	if (a->runs != b->runs)
		return a->runs > b->runs ? -1 : 1;
	if (a->cases != b->cases)
		return a->cases > b->cases ? -1 : 1;
	order = strcmp(a->key, b->key);
	if (!order)
		order = strcmp(a->source, b->source);
	return order ? order : (a->cause > b->cause) - (a->cause < b->cause);
}

/* Lists the runs of each failure group; `begun` tells in which one each failure is. */
static void list_members(struct failure_groups *failure_groups, const struct results *results,
			 const uint32_t *begun)
{
	size_t *next = memory_alloc(failure_groups->count * sizeof(*next));
	size_t first = 0, failure = 0;

	for (size_t i = 0; i < failure_groups->count; i++) {
		failure_groups->items[i].first_run = first;
		next[failure_groups->items[i].begun] = first;
		first += (size_t)failure_groups->items[i].runs;
	}
	failure_groups->members = memory_alloc(first * sizeof(*failure_groups->members));
	for (size_t i = 0; i < results->run_count; i++)
		if (run_is_failure(results->runs[i]))
			failure_groups->members[next[begun[failure++]]++] = results->runs[i];
	memory_free(next);
}

void failure_groups_build(struct failure_groups *failure_groups, const struct results *results)
{
	uint32_t *begun = memory_alloc((size_t)tally_failures(&results->totals) * sizeof(*begun));
	size_t failures = 0;
	struct clue clue;

	*failure_groups = (struct failure_groups){.count = 0};
	arena_init(&failure_groups->arena, 0);
	fingerprint_init(&clue.fingerprint);
	for (size_t i = 0; i < results->run_count; i++) {
		const struct run *run = results->runs[i];
		uint32_t *slot;

		if (!run_is_failure(run))
			continue;
		find_clue(&clue, run);
		make_slots(failure_groups);
		slot = look_up(failure_groups, &clue, run);
		if (!*slot) {
			begin(failure_groups, &clue, run);
			*slot = (uint32_t)failure_groups->count;
		}
		begun[failures++] = *slot - 1;
		join(&failure_groups->items[*slot - 1], &clue, run,
		     results->cases[run->case_index].suite);
	}
	fingerprint_release(&clue.fingerprint);
	if (failure_groups->count) {
		qsort(failure_groups->items, failure_groups->count, sizeof(*failure_groups->items),
		      compare_failure_groups);
		fill_slots(failure_groups);
		list_members(failure_groups, results, begun);
	}
	memory_free(begun);
}

void failure_groups_release(struct failure_groups *failure_groups)
{
	memory_free(failure_groups->items);
	memory_free(failure_groups->slots);
	memory_free(failure_groups->members);
	arena_release(&failure_groups->arena);
}

const struct failure_group *failure_group_of(const struct failure_groups *failure_groups,
					     const struct run *run)
{
	struct clue clue;
	uint32_t slot;

	if (!failure_groups->count || !run_is_failure(run))
		return NULL;
	fingerprint_init(&clue.fingerprint);
	find_clue(&clue, run);
	slot = *look_up(failure_groups, &clue, run);
	fingerprint_release(&clue.fingerprint);
	return slot ? &failure_groups->items[slot - 1] : NULL;
}

/* ---- titles ---- */

static void add_names(const struct failure_group *failure_group, struct strbuf *out)
{
	size_t count = failure_group->alike ? failure_group->named_count : 1;

	for (size_t i = 0; i < count; i++)
		strbuf_addf(out, "%s%s", i ? ", " : "", failure_group->named[i]);
}

void failure_group_title(const struct failure_group *failure_group, struct strbuf *out)
{
	switch (failure_group->cause) {
	case CAUSE_CRITERION:
		add_names(failure_group, out);
		break;
	case CAUSE_UNJUDGED:
		strbuf_addstr(out, "criteria in error: they could not be judged");
		break;
	case CAUSE_REASON:
		fingerprint_elide(out, failure_group->first->reason, failure_group->blanks,
				  failure_group->blank_count, failure_group->varying);
		break;
	case CAUSE_STATUS:
		strbuf_addf(out, "status: %s", failure_group->first->status);
		break;
	case CAUSE_UNTOLD:
		strbuf_addstr(out, "the source does not tell why");
		break;
	}
}
