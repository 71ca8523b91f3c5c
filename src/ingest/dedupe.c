#include "runtally/ingest/dedupe.h"

#include <string.h>

#include "runtally/base/hash_table.h"

/* What it holds of what no copy lends another. */
static size_t richness(const struct run *run)
{
	return run->criterion_count + run->latency_count + run->part_count + !!run->reason +
	       run->has_score + run->has_cost + run->has_tokens;
}

/* ---- which of two counts ---- */

/*
 * Above 0: `a` is the later by what the two tell, an update, else the day of the export; below 0:
 * `b`; 0: nothing says. A copy that tells no update is older than one that does.
 */
static int compare_ages(const struct run *a, const struct run *b)
{
	if (a->updated_at != b->updated_at)
		return a->updated_at > b->updated_at ? 1 : -1;
	if (a->exported_at == TIME_UNKNOWN || b->exported_at == TIME_UNKNOWN)
		return 0;
	return (a->exported_at > b->exported_at) - (a->exported_at < b->exported_at);
}

static bool have_two_verdicts(const struct run *a, const struct run *b)
{
	return run_has_verdict(a) && run_has_verdict(b) && a->outcome != b->outcome;
}

static bool contradict(const struct run *a, const struct run *b)
{
	return have_two_verdicts(a, b) && compare_ages(a, b) == 0;
}

/*
 * The later; where it is known which was written later, that with the later verdict, for a new
 * verdict may come with fewer words; else a verdict before none, then the richer.
 */
static bool is_better(const struct run *candidate, const struct run *held, enum dedupe_order order)
{
	const size_t points = richness(candidate), held_points = richness(held);
	const int age = compare_ages(candidate, held);

	if (age)
		return age > 0;
	if (order != DEDUPE_ANY_ORDER && contradict(candidate, held))
		return order == DEDUPE_LATER_LAST;
	if (run_has_verdict(candidate) != run_has_verdict(held))
		return run_has_verdict(candidate);
	if (points != held_points)
		return points > held_points;
	return order == DEDUPE_LATER_LAST;
}

/* ---- what one lends another ---- */

static bool may_be_same(const char *a, const char *b)
{
	return !a || !b || strcmp(a, b) == 0;
}

/* The half that is missing, unless the halves that both tell are of two things. */
static void lend_label(struct label *label, const struct label *other)
{
	if (!label->id && may_be_same(label->name, other->name))
		label->id = other->id;
	if (!label->name && may_be_same(label->id, other->id))
		label->name = other->name;
}

static void lend_time(int64_t *time, int64_t other)
{
	if (*time == TIME_UNKNOWN)
		*time = other;
}

/* What follows from begin and end; -1: nothing. */
static int64_t derived_duration(const struct run *run)
{
	struct run times = *run;

	times.duration_ms = -1;
	run_derive_duration(&times);
	return times.duration_ms;
}

/*
 * A run that goes on (again) has not ended yet. A duration that was measured is not lent, but one
 * that follows from the times follows those there are now.
 */
static void lend_times(struct run *kept, const struct run *copy)
{
	const bool derived = kept->duration_ms == derived_duration(kept);
	const int64_t begin = run_begin(kept);

	lend_time(&kept->created_at, copy->created_at);
	lend_time(&kept->started_at, copy->started_at);
	if (kept->outcome != OUTCOME_PENDING && (begin == TIME_UNKNOWN || copy->ended_at >= begin))
		lend_time(&kept->ended_at, copy->ended_at);
	if (derived)
		kept->duration_ms = derived_duration(kept);
}

/* TIME_UNKNOWN: by nothing yet. */
static int64_t counted_at(const struct run *run)
{
	return run->dated_at != TIME_UNKNOWN ? run->dated_at : run->seen_at;
}

/*
 * Whether the date of `a` rather than that of `b` is the run's: that of the first with a verdict,
 * else that of the first. What was not in a history yet is seen last of all.
 */
static bool dates_rather(const struct run *a, const struct run *b)
{
	if (run_has_verdict(a) != run_has_verdict(b))
		return run_has_verdict(a);
	if (counted_at(a) == TIME_UNKNOWN || counted_at(b) == TIME_UNKNOWN)
		return counted_at(b) == TIME_UNKNOWN;
	if (a->seen_at == b->seen_at)
		return counted_at(a) < counted_at(b);
	return a->seen_at != TIME_UNKNOWN &&
	       (b->seen_at == TIME_UNKNOWN || a->seen_at < b->seen_at);
}

static void lend_date(struct run *kept, const struct run *dated)
{
	if (counted_at(dated) == TIME_UNKNOWN)
		return;
	kept->seen_at = dated->seen_at;
	kept->dated_at = dated->dated_at;
}

/* What identifies the run, and when it was; nothing of how it went. */
static void lend(struct run *kept, const struct run *copy)
{
	lend_label(&kept->suite, &copy->suite);
	lend_label(&kept->test_case, &copy->test_case);
	lend_label(&kept->agent, &copy->agent);
	if (!kept->execution_id)
		kept->execution_id = copy->execution_id;
	if (!kept->model)
		kept->model = copy->model;
	lend_times(kept, copy);
}

/* ---- what a run record says ---- */

/* Two names of one id: which of them counts is for all its runs to say (join.h). */
static bool same_label(const struct label *a, const struct label *b)
{
	return same_text(a->id, b->id) &&
	       (same_text(a->name, b->name) || (a->id && a->name && b->name));
}

static bool same_criteria(const struct run *a, const struct run *b)
{
	if (a->criterion_count != b->criterion_count)
		return false;
	for (size_t i = 0; i < a->criterion_count; i++) {
		const struct criterion *one = &a->criteria[i], *other = &b->criteria[i];

		if (one->outcome != other->outcome || one->has_score != other->has_score ||
		    (one->has_score && one->score_micro != other->score_micro) ||
		    !same_text(one->name, other->name))
			return false;
	}
	return true;
}

static bool same_numbers(const struct run *a, const struct run *b)
{
	return a->has_score == b->has_score &&
	       (!a->has_score || a->score_micro == b->score_micro) && a->has_cost == b->has_cost &&
	       (!a->has_cost || a->cost_nano == b->cost_nano) && a->has_tokens == b->has_tokens &&
	       (!a->has_tokens ||
		(a->tokens_input == b->tokens_input && a->tokens_output == b->tokens_output)) &&
	       a->latency_count == b->latency_count &&
	       (!a->latency_count || memcmp(a->latency_ms, b->latency_ms,
					    a->latency_count * sizeof(*a->latency_ms)) == 0);
}

/*
 * The time of an update alone tells nothing that a report shows, but decides which copy stays. So
 * does the day of an export, but an API without updates is exported again day by day, and each of
 * its runs would be kept as often.
 */
static bool same_times(const struct run *a, const struct run *b)
{
	return a->created_at == b->created_at && a->started_at == b->started_at &&
	       a->ended_at == b->ended_at && a->updated_at == b->updated_at &&
	       a->duration_ms == b->duration_ms &&
	       (run_tells_time(a) || (a->seen_at == b->seen_at && a->dated_at == b->dated_at));
}

/* What was stored of a run whose score was enough then has no reason, whatever is asked today. */
static bool same_reason(const struct run *a, const struct run *b)
{
	return (a->judged_by_score && b->judged_by_score) || same_text(a->reason, b->reason);
}

static bool says_the_same(const struct run *a, const struct run *b)
{
	return a->outcome == b->outcome && same_times(a, b) && same_numbers(a, b) &&
	       same_label(&a->suite, &b->suite) && same_label(&a->test_case, &b->test_case) &&
	       same_label(&a->agent, &b->agent) && same_text(a->execution_id, b->execution_id) &&
	       same_text(a->model, b->model) && same_text(a->status, b->status) &&
	       same_reason(a, b) && same_criteria(a, b);
}

/* ---- the calls ---- */

/* The position of the run with that identity in items; HASH_NONE: none. */
static size_t position_of(const struct hash_table *table, struct run *const *items,
			  const struct run *run)
{
	size_t walk, at = hash_first(table, run->identity, &walk);

	while (at != HASH_NONE && (strcmp(items[at]->source, run->source) != 0 ||
				   strcmp(items[at]->run_id, run->run_id) != 0 ||
				   !same_text(items[at]->environment, run->environment)))
		at = hash_next(table, run->identity, &walk);
	return at;
}

/* One that does not stay, and where the one that does is. */
struct dropped {
	const struct run *run;
	size_t kept_at;
};

/* What is known of one that stays. */
struct settled {
	const struct run *dated; /* the copy whose date it has; NULL: its own */
	bool noted;
};

/* Only now it is known which stays, whatever lay between. The last is the latest, if any is. */
static void settle(struct run **items, size_t kept, const struct dropped *dropped, size_t count,
		   struct dedupe_counts *counts)
{
	struct settled *settled = memory_alloc(kept * sizeof(*settled));

	memset(settled, 0, kept * sizeof(*settled));
	for (size_t i = count; i-- > 0;) {
		struct run *run = items[dropped[i].kept_at];
		struct settled *of_run = &settled[dropped[i].kept_at];

		if (!of_run->noted && contradict(run, dropped[i].run)) {
			of_run->noted = true;
			counts->contradicting++;
		}
		lend(run, dropped[i].run);
		if (dates_rather(dropped[i].run, of_run->dated ? of_run->dated : run))
			of_run->dated = dropped[i].run;
	}
	for (size_t i = 0; i < kept; i++)
		if (settled[i].dated)
			lend_date(items[i], settled[i].dated);
	memory_free(settled);
}

size_t dedupe(struct run **items, size_t count, enum dedupe_order order,
	      struct dedupe_counts *counts)
{
	struct hash_table table = {.count = 0};
	struct dropped *dropped = NULL;
	size_t kept = 0, dropped_count = 0, capacity = 0;

	hash_table_reserve(&table, count);
	for (size_t i = 0; i < count; i++) {
		size_t at = position_of(&table, items, items[i]);
		struct run *run = items[i];

		if (at == HASH_NONE) {
			hash_add(&table, run->identity, kept);
			items[kept++] = run;
			continue;
		}
		if (is_better(run, items[at], order)) {
			run = items[at];
			items[at] = items[i];
		}
		dropped = array_reserve(dropped, &capacity, dropped_count + 1, sizeof(*dropped));
		dropped[dropped_count++] = (struct dropped){.run = run, .kept_at = at};
	}
	*counts = (struct dedupe_counts){.dropped = dropped_count};
	if (dropped_count)
		settle(items, kept, dropped, dropped_count, counts);
	memory_free(dropped);
	hash_table_release(&table);
	return kept;
}

struct run **dedupe_copies(struct run *const *runs, size_t count, struct run *const *others,
			   size_t other_count)
{
	struct run **copies = memory_alloc(count * sizeof(*copies));
	struct hash_table table = {.count = 0};

	hash_table_reserve(&table, other_count);
	for (size_t i = 0; i < other_count; i++)
		hash_add(&table, others[i]->identity, i);
	for (size_t i = 0; i < count; i++) {
		size_t at = position_of(&table, others, runs[i]);

		copies[i] = at == HASH_NONE ? NULL : others[at];
	}
	hash_table_release(&table);
	return copies;
}

static uint64_t bare_identity(const struct run *run)
{
	struct run bare = *run;

	bare.environment = NULL;
	return run->environment ? run_identity(&bare) : run->identity;
}

static bool differ_in_having_one(const struct run *a, const struct run *b)
{
	return !a->environment != !b->environment && strcmp(a->source, b->source) == 0 &&
	       strcmp(a->run_id, b->run_id) == 0;
}

uint64_t dedupe_count_bare(struct run *const *runs, size_t count, struct run *const *others,
			   size_t other_count)
{
	struct hash_table table = {.count = 0};
	uint64_t found = 0;

	hash_table_reserve(&table, count);
	for (size_t i = 0; i < count; i++)
		hash_add(&table, bare_identity(runs[i]), i);
	for (size_t i = 0; count && i < other_count; i++) {
		const uint64_t identity = bare_identity(others[i]);
		size_t walk, at = hash_first(&table, identity, &walk);

		while (at != HASH_NONE && !differ_in_having_one(runs[at], others[i]))
			at = hash_next(&table, identity, &walk);
		found += at != HASH_NONE;
	}
	hash_table_release(&table);
	return found;
}

bool dedupe_adds(const struct run *run, const struct run *copy)
{
	const bool later = is_better(run, copy, DEDUPE_LATER_LAST);
	struct run merged = later ? *run : *copy;
	const struct run *other = later ? copy : run;

	lend(&merged, other);
	if (dates_rather(other, &merged))
		lend_date(&merged, other);
	return !says_the_same(&merged, copy);
}

bool dedupe_changes(const struct run *run, const struct run *copy)
{
	return have_two_verdicts(run, copy) && is_better(run, copy, DEDUPE_LATER_LAST);
}
