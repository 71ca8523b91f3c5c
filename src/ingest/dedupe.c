#include "runtally/ingest/dedupe.h"

#include <string.h>

#include "runtally/base/hash_table.h"

static bool has_verdict(const struct run *run)
{
	return run->outcome < OUTCOME_PENDING;
}

static size_t richness(const struct run *run)
{
	size_t points = run->criterion_count + run->latency_count;

	points += !!run->suite.id + !!run->suite.name + !!run->test_case.id + !!run->test_case.name;
	points += !!run->agent.id + !!run->agent.name + !!run->model + !!run->reason;
	points += run->has_score + run->has_cost + run->has_tokens + has_verdict(run);
	points += (run->ended_at != TIME_UNKNOWN) + (run->started_at != TIME_UNKNOWN);
	return points + run->part_count;
}

/* Whether they disagree on how the run ended, and neither tells that it is the later update. */
static bool contradict(const struct run *a, const struct run *b)
{
	return a->updated_at == b->updated_at && has_verdict(a) && has_verdict(b) &&
	       a->outcome != b->outcome;
}

/*
 * The later update, else the richer; else the earlier in the order of inputs. A copy
 * that tells no update is older than one that does. Where it is known which was written later, that
 * decides between verdicts before richness does: a new verdict may come with fewer words.
 */
static bool is_better(const struct run *candidate, const struct run *held, enum dedupe_order order)
{
	size_t points = richness(candidate), held_points = richness(held);

	if (candidate->updated_at != held->updated_at)
		return candidate->updated_at > held->updated_at;
	if (points == held_points || (order != DEDUPE_ANY_ORDER && contradict(candidate, held)))
		return order == DEDUPE_LATER_LAST;
	return points > held_points;
}

static void fill_label(struct label *label, const struct label *other)
{
	if (!label->id && !label->name) {
		*label = *other;
	} else if (!label->name && label->id && other->id && strcmp(label->id, other->id) == 0) {
		label->name = other->name;
	}
}

static bool lacks_criteria(const struct run *kept, const struct run *copy)
{
	return !kept->criterion_count && copy->criterion_count && kept->outcome == copy->outcome;
}

static void fill_labels(struct run *kept, const struct run *copy)
{
	fill_label(&kept->suite, &copy->suite);
	fill_label(&kept->test_case, &copy->test_case);
	fill_label(&kept->agent, &copy->agent);
	if (!kept->execution_id)
		kept->execution_id = copy->execution_id;
	if (kept->seen_at == TIME_UNKNOWN ||
	    (copy->seen_at != TIME_UNKNOWN && copy->seen_at < kept->seen_at))
		kept->seen_at = copy->seen_at;
}

/* The dropped copy may come from a list that names what the kept one does not. */
static void fill_from_copy(struct runs *runs, struct run *kept, const struct run *copy)
{
	fill_labels(kept, copy);
	if (lacks_criteria(kept, copy))
		runs_take_criteria(runs, kept, copy);
}

/* ---- what a run record says ---- */

static bool same_label(const struct label *a, const struct label *b)
{
	return same_text(a->id, b->id) && same_text(a->name, b->name);
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

/* The time of an update alone tells nothing that a report shows, but decides which copy stays. */
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

size_t dedupe(struct run **items, size_t count, enum dedupe_order order, struct runs *owner,
	      struct dedupe_counts *counts)
{
	struct hash_table table = {.count = 0};
	size_t kept = 0;

	*counts = (struct dedupe_counts){.dropped = 0};
	hash_table_reserve(&table, count);
	for (size_t i = 0; i < count; i++) {
		size_t at = position_of(&table, items, items[i]);
		struct run *run = items[i], *held;

		if (at == HASH_NONE) {
			hash_add(&table, run->identity, kept);
			items[kept++] = run;
			continue;
		}
		held = items[at];
		counts->dropped++;
		counts->differing += !says_the_same(held, run);
		counts->contradicting += contradict(held, run);
		if (is_better(run, held, order)) {
			fill_from_copy(owner, run, held);
			items[at] = run;
		} else {
			fill_from_copy(owner, held, run);
		}
	}
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

bool dedupe_adds(const struct run *run, const struct run *copy)
{
	bool later = is_better(run, copy, DEDUPE_LATER_LAST);
	struct run merged = later ? *run : *copy;
	const struct run *other = later ? copy : run;

	fill_labels(&merged, other);
	if (lacks_criteria(&merged, other)) {
		merged.criteria = other->criteria;
		merged.criterion_count = other->criterion_count;
	}
	return !says_the_same(&merged, copy);
}
