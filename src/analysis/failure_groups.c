#include "runtally/analysis/failure_groups.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtally/base/arena.h"

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

/* Whether the reason is what reading_failures made of criteria in error: it names them. */
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

/* Whether the criteria that failed in the run are those of the family's first. */
static bool failed_alike(const struct family *family, const struct run *run)
{
	const struct run *first = family->first;
	size_t count = 0;
	uint32_t at = 0;
	const char *name;

	if (run->criteria == first->criteria && run->criterion_count == first->criterion_count)
		return true;
	while ((name = next_failed(run, &at))) {
		if (count == family->failed_count)
			return false;
		if (family->failed[count] != name && strcmp(family->failed[count], name) != 0)
			return false;
		count++;
	}
	return count == family->failed_count;
}

/* The names, each once, that a title has room for. */
static void list_named(struct family *family)
{
	for (size_t i = 0; i < family->failed_count && family->named_count < FAMILY_NAMES; i++) {
		bool known = false;

		for (size_t n = 0; n < family->named_count; n++)
			known = known || strcmp(family->named[n], family->failed[i]) == 0;
		if (!known)
			family->named[family->named_count++] = family->failed[i];
	}
}

/* All that join are compared with the first, which may have as many criteria as there are runs. */
static void list_failed(struct families *families, struct family *family)
{
	uint32_t at = 0;

	while (next_failed(family->first, &at))
		family->failed_count++;
	family->failed =
		arena_alloc(&families->arena, family->failed_count * sizeof(*family->failed));
	at = 0;
	for (size_t i = 0; i < family->failed_count; i++)
		family->failed[i] = next_failed(family->first, &at);
	list_named(family);
}

/* ---- the table ---- */

static uint64_t hash_of(const char *source, enum cause cause, const struct strbuf *key)
{
	const uint64_t spread = UINT64_C(0x9e3779b97f4a7c15);
	uint64_t hash = hash_bytes(source, strlen(source)) * spread + cause;

	return (hash ^ hash_bytes(key->text, key->length)) * spread;
}

/* The slot of the family with that key, or the free one where it belongs. */
static uint32_t *slot_of(const struct families *families, const char *source, enum cause cause,
			 const char *key, uint64_t hash)
{
	size_t at = (size_t)(hash >> 32) & (families->slot_count - 1);

	for (; families->slots[at]; at = (at + 1) & (families->slot_count - 1)) {
		const struct family *family = &families->items[families->slots[at] - 1];

		if (family->hash == hash && family->cause == cause &&
		    strcmp(family->source, source) == 0 && strcmp(family->key, key) == 0)
			break;
	}
	return &families->slots[at];
}

static void fill_slots(struct families *families)
{
	memset(families->slots, 0, families->slot_count * sizeof(*families->slots));
	for (size_t i = 0; i < families->count; i++) {
		const struct family *family = &families->items[i];

		*slot_of(families, family->source, family->cause, family->key, family->hash) =
			(uint32_t)i + 1;
	}
}

/* Keeps a third of the slots free. */
static void make_slots(struct families *families)
{
	if (families->count * 3 < families->slot_count * 2)
		return;
	families->slot_count = families->slot_count ? families->slot_count * 2 : 64;
	memory_free(families->slots);
	families->slots = memory_alloc(families->slot_count * sizeof(*families->slots));
	fill_slots(families);
}

/* What a run is looked up by. */
struct clue {
	const char *text;
	enum cause cause;
	uint64_t hash;
	struct gist gist;
};

static void find_clue(struct clue *clue, const struct run *run)
{
	clue->cause = cause_of(run, &clue->text);
	if (clue->cause == CAUSE_REASON)
		gist_make(&clue->gist, clue->text);
	else
		gist_fold(&clue->gist, clue->text);
	clue->hash = hash_of(run->source, clue->cause, &clue->gist.key);
}

static uint32_t *look_up(const struct families *families, const struct clue *clue,
			 const struct run *run)
{
	return slot_of(families, run->source, clue->cause, clue->gist.key.text, clue->hash);
}

/* ---- runs join ---- */

static void begin(struct families *families, const struct clue *clue, const struct run *run)
{
	struct family *family;
	size_t blanks = clue->gist.count * sizeof(*clue->gist.blanks);
	struct gist_blank *copy = blanks ? arena_alloc(&families->arena, blanks) : NULL;

	if (copy)
		memcpy(copy, clue->gist.blanks, blanks);
	families->items = array_reserve(families->items, &families->capacity, families->count + 1,
					sizeof(*families->items));
	family = &families->items[families->count];
	*family = (struct family){
		.source = run->source,
		.key = arena_strndup(&families->arena, clue->gist.key.text, clue->gist.key.length),
		.cause = clue->cause,
		.hash = clue->hash,
		.first_at = TIME_UNKNOWN,
		.last_at = TIME_UNKNOWN,
		.first = run,
		.latest = run,
		.text = clue->text,
		.blanks = copy,
		.blank_count = clue->gist.count,
		.alike = clue->cause == CAUSE_CRITERION,
		.last_case = SIZE_MAX,
		.last_suite = SIZE_MAX,
		.begun = families->count,
	};
	if (clue->cause == CAUSE_CRITERION)
		list_failed(families, family);
	families->count++;
}

/* Notes in which of the blanks this text differs from the first. */
static void compare_blanks(struct family *family, const struct clue *clue)
{
	const char *text = family->text;

	for (size_t i = 0; i < family->blank_count; i++) {
		struct gist_blank a = family->blanks[i], b = clue->gist.blanks[i];

		if (family->varying >> i & 1)
			continue;
		if (a.length != b.length ||
		    memcmp(text + a.start, clue->text + b.start, a.length) != 0)
			family->varying |= UINT64_C(1) << i;
	}
}

static void note_time(struct family *family, const struct run *run)
{
	int64_t when = run_when(run);

	if (when >= run_when(family->latest))
		family->latest = run;
	if (when == TIME_UNKNOWN)
		return;
	if (family->first_at == TIME_UNKNOWN || when < family->first_at)
		family->first_at = when;
	if (family->last_at == TIME_UNKNOWN || when > family->last_at)
		family->last_at = when;
}

/* The runs of a case, and the cases of a suite, follow each other. */
static void join(struct family *family, const struct clue *clue, const struct run *run,
		 size_t suite)
{
	family->runs++;
	family->errors += run->outcome == OUTCOME_ERROR;
	family->cases += family->last_case != run->case_index;
	family->suites += family->last_suite != suite;
	family->last_case = run->case_index;
	family->last_suite = suite;
	family->alike = family->alike && failed_alike(family, run);
	compare_blanks(family, clue);
	note_time(family, run);
}

static int compare_families(const void *left, const void *right)
{
	const struct family *a = left, *b = right;
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

/* Lists the runs of each family; `begun` tells in which one each failure is. */
static void list_members(struct families *families, const struct report *report,
			 const uint32_t *begun)
{
	size_t *next = memory_alloc(families->count * sizeof(*next));
	size_t first = 0, failure = 0;

	for (size_t i = 0; i < families->count; i++) {
		families->items[i].first_run = first;
		next[families->items[i].begun] = first;
		first += (size_t)families->items[i].runs;
	}
	families->members = memory_alloc(first * sizeof(*families->members));
	for (size_t i = 0; i < report->run_count; i++)
		if (run_is_failure(report->runs[i]))
			families->members[next[begun[failure++]]++] = report->runs[i];
	memory_free(next);
}

void families_build(struct families *families, const struct report *report)
{
	uint32_t *begun = memory_alloc((size_t)tally_failures(&report->totals) * sizeof(*begun));
	size_t failures = 0;
	struct clue clue;

	*families = (struct families){.count = 0};
	arena_init(&families->arena, 0);
	gist_init(&clue.gist);
	for (size_t i = 0; i < report->run_count; i++) {
		const struct run *run = report->runs[i];
		uint32_t *slot;

		if (!run_is_failure(run))
			continue;
		find_clue(&clue, run);
		make_slots(families);
		slot = look_up(families, &clue, run);
		if (!*slot) {
			begin(families, &clue, run);
			*slot = (uint32_t)families->count;
		}
		begun[failures++] = *slot - 1;
		join(&families->items[*slot - 1], &clue, run, report->cases[run->case_index].suite);
	}
	gist_release(&clue.gist);
	if (families->count) {
		qsort(families->items, families->count, sizeof(*families->items), compare_families);
		fill_slots(families);
		list_members(families, report, begun);
	}
	memory_free(begun);
}

void families_release(struct families *families)
{
	memory_free(families->items);
	memory_free(families->slots);
	memory_free(families->members);
	arena_release(&families->arena);
}

const struct family *family_of(const struct families *families, const struct run *run)
{
	struct clue clue;
	uint32_t slot;

	if (!families->count || !run_is_failure(run))
		return NULL;
	gist_init(&clue.gist);
	find_clue(&clue, run);
	slot = *look_up(families, &clue, run);
	gist_release(&clue.gist);
	return slot ? &families->items[slot - 1] : NULL;
}

/* ---- titles ---- */

static void add_names(const struct family *family, struct strbuf *out)
{
	size_t count = family->alike ? family->named_count : 1;

	for (size_t i = 0; i < count; i++)
		strbuf_addf(out, "%s%s", i ? ", " : "", family->named[i]);
}

void family_title(const struct family *family, struct strbuf *out)
{
	switch (family->cause) {
	case CAUSE_CRITERION:
		add_names(family, out);
		break;
	case CAUSE_UNJUDGED:
		strbuf_addstr(out, "criteria in error: they could not be judged");
		break;
	case CAUSE_REASON:
		gist_elide(out, family->first->reason, family->blanks, family->blank_count,
			   family->varying);
		break;
	case CAUSE_STATUS:
		strbuf_addf(out, "status: %s", family->first->status);
		break;
	case CAUSE_UNTOLD:
		strbuf_addstr(out, "the source does not tell why");
		break;
	}
}
