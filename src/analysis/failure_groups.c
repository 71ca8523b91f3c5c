#include "runtally/analysis/failure_groups.h"

#include <stdlib.h>
#include <string.h>

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

/* Whether the criteria that failed in the run are those of the group's first. */
static bool failed_alike(const struct failure_group *group, const struct run *run)
{
	const struct run *first = group->first;
	size_t count = 0;
	uint32_t at = 0;
	const char *name;

	if (run->criteria == first->criteria && run->criterion_count == first->criterion_count)
		return true;
	while ((name = next_failed(run, &at))) {
		if (count == group->failed_count ||
		    (group->failed[count] != name && strcmp(group->failed[count], name) != 0))
			return false;
		count++;
	}
	return count == group->failed_count;
}

/*
 * All that join are compared with the first, which may have as many criteria as there are runs: so
 * those that failed are listed. `named` are the first that differ.
 */
static void list_failed(struct arena *arena, struct failure_group *group)
{
	uint32_t at = 0;

	while (next_failed(group->first, &at))
		group->failed_count++;
	group->failed = arena_alloc(arena, group->failed_count * sizeof(*group->failed));
	at = 0;
	for (size_t i = 0; i < group->failed_count; i++)
		group->failed[i] = next_failed(group->first, &at);
	group->named_count = run_criterion_names(group->first, OUTCOME_FAILED, group->named,
						 FAILURE_GROUP_NAMES);
}

/* ---- by what runs are looked up ---- */

struct clue {
	const char *source, *text;
	enum cause cause;
	uint64_t hash;
	struct fingerprint fingerprint;
};

static void find_clue(struct clue *clue, const struct run *run)
{
	const struct strbuf *key = &clue->fingerprint.key;

	clue->source = run->source;
	clue->cause = run_cause(run, &clue->text);
	if (clue->cause == CAUSE_REASON)
		fingerprint_make(&clue->fingerprint, clue->text);
	else
		fingerprint_fold(&clue->fingerprint, clue->text);
	clue->hash = hash_pair(hash_pair(hash_text(clue->source), clue->cause),
			       hash_bytes(key->text, key->length));
}

/* HASH_NONE: there is no such group. */
static size_t look_up(const struct failure_groups *groups, const struct clue *clue)
{
	size_t walk, at = hash_first(&groups->table, clue->hash, &walk);

	for (; at != HASH_NONE; at = hash_next(&groups->table, clue->hash, &walk)) {
		const struct failure_group *group = &groups->items[at];

		if (group->hash == clue->hash && group->cause == clue->cause &&
		    strcmp(group->source, clue->source) == 0 &&
		    strcmp(group->key, clue->fingerprint.key.text) == 0)
			break;
	}
	return at;
}

/* ---- runs join ---- */

static size_t begin(struct failure_groups *groups, const struct clue *clue, const struct run *run)
{
	const struct fingerprint *fingerprint = &clue->fingerprint;
	size_t blanks = fingerprint->count * sizeof(*fingerprint->blanks);
	struct failure_group group = {
		.source = run->source,
		.key = arena_strndup(&groups->arena, fingerprint->key.text,
				     fingerprint->key.length),
		.cause = clue->cause,
		.hash = clue->hash,
		.first_at = TIME_UNKNOWN,
		.last_at = TIME_UNKNOWN,
		.first = run,
		.latest = run,
		.text = clue->text,
		.blank_count = fingerprint->count,
		.alike = clue->cause == CAUSE_CRITERION,
		.last_case = SIZE_MAX,
		.last_suite = SIZE_MAX,
		.begun = groups->count,
	};

	if (blanks)
		group.blanks =
			memcpy(arena_alloc(&groups->arena, blanks), fingerprint->blanks, blanks);
	if (clue->cause == CAUSE_CRITERION)
		list_failed(&groups->arena, &group);
	groups->items = array_reserve(groups->items, &groups->capacity, groups->count + 1,
				      sizeof(*groups->items));
	groups->items[groups->count] = group;
	hash_add(&groups->table, clue->hash, groups->count);
	return groups->count++;
}

/* Notes in which of the blanks this text differs from the first. */
static void compare_blanks(struct failure_group *group, const struct clue *clue)
{
	for (size_t i = 0; i < group->blank_count; i++) {
		struct fingerprint_blank a = group->blanks[i], b = clue->fingerprint.blanks[i];

		if (group->varying >> i & 1)
			continue;
		if (a.length != b.length ||
		    memcmp(group->text + a.start, clue->text + b.start, a.length) != 0)
			group->varying |= UINT64_C(1) << i;
	}
}

/* The runs of a case, and the cases of a suite, follow each other. */
static void join(struct failure_group *group, const struct clue *clue, const struct run *run,
		 size_t suite)
{
	group->runs++;
	group->errors += run->outcome == OUTCOME_ERROR;
	group->cases += group->last_case != run->case_index;
	group->suites += group->last_suite != suite;
	group->last_case = run->case_index;
	group->last_suite = suite;
	group->alike = group->alike && failed_alike(group, run);
	compare_blanks(group, clue);
	if (run_when(run) >= run_when(group->latest))
		group->latest = run;
	widen_time(&group->first_at, &group->last_at, run_when(run), run_when(run));
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

/* Puts the groups in order, and with them `begun`, which tells in which one each run is. */
static void order_groups(struct failure_groups *groups, const struct results *results,
			 uint32_t *begun)
{
	uint32_t *place = memory_alloc(groups->count * sizeof(*place));
	size_t *ends = memory_alloc(groups->count * sizeof(*ends));

	qsort(groups->items, groups->count, sizeof(*groups->items), compare_failure_groups);
	hash_table_clear(&groups->table);
	for (size_t i = 0; i < groups->count; i++) {
		hash_add(&groups->table, groups->items[i].hash, i);
		place[groups->items[i].begun] = (uint32_t)i;
	}
	for (size_t i = 0; i < results->run_count; i++)
		if (begun[i] != NO_GROUP)
			begun[i] = place[begun[i]];
	groups->members =
		runs_by_group(results->runs, begun, results->run_count, ends, groups->count);
	for (size_t i = 0; i < groups->count; i++)
		groups->items[i].first_run = i ? ends[i - 1] : 0;
	memory_free(ends);
	memory_free(place);
}

void failure_groups_build(struct failure_groups *groups, const struct results *results)
{
	uint32_t *begun = memory_alloc(results->run_count * sizeof(*begun));
	struct clue clue;

	*groups = (struct failure_groups){.count = 0};
	arena_init(&groups->arena, 0);
	fingerprint_init(&clue.fingerprint);
	for (size_t i = 0; i < results->run_count; i++) {
		const struct run *run = results->runs[i];
		size_t at;

		begun[i] = NO_GROUP;
		if (!run_is_failure(run))
			continue;
		find_clue(&clue, run);
		at = look_up(groups, &clue);
		if (at == HASH_NONE)
			at = begin(groups, &clue, run);
		begun[i] = (uint32_t)at;
		join(&groups->items[at], &clue, run, results->cases[run->case_index].suite);
	}
	fingerprint_release(&clue.fingerprint);
	if (groups->count)
		order_groups(groups, results, begun);
	memory_free(begun);
}

void failure_groups_release(struct failure_groups *groups)
{
	memory_free(groups->items);
	hash_table_release(&groups->table);
	memory_free(groups->members);
	arena_release(&groups->arena);
}

const struct failure_group *failure_group_of(const struct failure_groups *groups,
					     const struct run *run)
{
	struct clue clue;
	size_t at;

	if (!groups->count || !run_is_failure(run))
		return NULL;
	fingerprint_init(&clue.fingerprint);
	find_clue(&clue, run);
	at = look_up(groups, &clue);
	fingerprint_release(&clue.fingerprint);
	return at == HASH_NONE ? NULL : &groups->items[at];
}

/* ---- titles ---- */

void failure_group_title(const struct failure_group *group, struct strbuf *out)
{
	size_t names = group->alike ? group->named_count : 1;

	switch (group->cause) {
	case CAUSE_CRITERION:
		for (size_t i = 0; i < names; i++)
			strbuf_addf(out, "%s%s", i ? ", " : "", group->named[i]);
		break;
	case CAUSE_UNJUDGED:
		strbuf_addstr(out, "criteria in error: they could not be judged");
		break;
	case CAUSE_REASON:
		fingerprint_elide(out, group->first->reason, group->blanks, group->blank_count,
				  group->varying);
		break;
	case CAUSE_STATUS:
		strbuf_addf(out, "status: %s", group->first->status);
		break;
	default:
		strbuf_addstr(out, "the source does not tell why");
		break;
	}
}
