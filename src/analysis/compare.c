#include "runtally/analysis/compare.h"

#include <stddef.h>
#include <stdlib.h>

#include "results_sort.h"
#include "runtally/analysis/stats.h"
#include "runtally/base/hash_table.h"

/* Probabilities up to this are clear; an interval within these points of none tells of none. */
#define CLEAR 0.05
enum { NONE_MICRO = 100000 };

const char *change_name(enum change change)
{
	static const char *const names[CHANGES] = {
		[CHANGE_UNKNOWN] = "unknown",  [CHANGE_WORSE] = "worse",
		[CHANGE_BETTER] = "better",    [CHANGE_NONE] = "no clear change",
		[CHANGE_FEW] = "too few runs",
	};

	return names[change];
}

const char *case_change_name(enum case_change change)
{
	static const char *const names[CASE_CHANGES] = {
		[CASE_NEWLY_FAILING] = "newly failing",
		[CASE_FIXED] = "fixed",
		[CASE_STILL_FAILING] = "still failing",
		[CASE_STILL_PASSING] = "still passing",
		[CASE_NEW] = "new",
		[CASE_GONE] = "gone",
		[CASE_OTHER] = "not known",
	};

	return names[change];
}

/* ---- matching ---- */

/*
 * Both are the same if their source and key are. Those of `before` are numbered as they stand; what
 * comes behind them is not among them.
 */
static void match_suites(struct comparison *comparison)
{
	const struct results *now = comparison->now, *before = comparison->before;
	bool *taken = arena_zalloc(&comparison->arena, before->suite_count * sizeof(*taken));
	struct numbering keys = {.count = 0};
	struct suite_change *suite = arena_zalloc(
		&comparison->arena, (now->suite_count + before->suite_count) * sizeof(*suite));

	comparison->suites = suite;
	for (size_t i = 0; i < before->suite_count; i++)
		numbering_of(&keys, before->suites[i].source, before->suites[i].key);
	for (size_t i = 0; i < now->suite_count; i++, suite++) {
		size_t number = numbering_of(&keys, now->suites[i].source, now->suites[i].key);

		suite->now = &now->suites[i];
		suite->rate.now = &now->suites[i].tally;
		if (number >= before->suite_count)
			continue;
		suite->before = &before->suites[number];
		suite->rate.before = &suite->before->tally;
		taken[number] = true;
	}
	for (size_t i = 0; i < before->suite_count; i++) {
		if (taken[i])
			continue;
		suite->before = &before->suites[i];
		(suite++)->rate.before = &before->suites[i].tally;
	}
	comparison->suite_count = (size_t)(suite - comparison->suites);
	numbering_release(&keys);
}

static const char *key_of_case(const struct results *results, size_t at)
{
	return key_text(case_key(results->runs[results->cases[at].first_run]));
}

/* Of one suite, likewise. */
static void match_in_suite(struct comparison *comparison, const struct suite_change *suite,
			   bool *taken)
{
	const struct results *now = comparison->now, *before = comparison->before;
	size_t first = suite->now->first_case, first_before = suite->before->first_case;
	struct numbering keys = {.count = 0};

	for (size_t i = 0; i < suite->before->case_count; i++)
		numbering_of(&keys, "", key_of_case(before, first_before + i));
	for (size_t i = 0; i < suite->now->case_count; i++) {
		struct case_diff *diff = &comparison->cases[first + i];
		size_t number = numbering_of(&keys, "", key_of_case(now, first + i));

		if (number >= suite->before->case_count)
			continue;
		diff->before = &before->cases[first_before + number];
		diff->rate.before = &diff->before->tally;
		taken[first_before + number] = true;
	}
	numbering_release(&keys);
}

static void match_cases(struct comparison *comparison)
{
	const struct results *now = comparison->now, *before = comparison->before;
	bool *taken = arena_zalloc(&comparison->arena, before->case_count * sizeof(*taken));
	struct case_diff *diff = arena_zalloc(
		&comparison->arena, (now->case_count + before->case_count) * sizeof(*diff));

	comparison->cases = diff;
	for (size_t i = 0; i < now->case_count; i++, diff++) {
		diff->now = &now->cases[i];
		diff->rate.now = &now->cases[i].tally;
	}
	for (size_t i = 0; i < now->suite_count; i++)
		if (comparison->suites[i].before)
			match_in_suite(comparison, &comparison->suites[i], taken);
	for (size_t i = 0; i < before->case_count; i++) {
		if (taken[i])
			continue;
		diff->before = &before->cases[i];
		(diff++)->rate.before = &before->cases[i].tally;
	}
	comparison->case_count = (size_t)(diff - comparison->cases);
}

/* ---- differences ---- */

/* Verdicts of both sides, and the test of them. */
struct trial {
	struct difference *difference;
	uint64_t passed_now, judged_now, passed_before, judged_before;
	double p;
	bool may_be_clear;
};

/* False where one side has no verdict: then nothing can be said. */
static bool trial_init(struct trial *trial, struct difference *difference)
{
	const struct tally *now = difference->now, *before = difference->before;

	if (!now || !before || !tally_judged(now) || !tally_judged(before))
		return false;
	*trial = (struct trial){
		.difference = difference,
		.passed_now = now->outcomes[OUTCOME_PASSED],
		.judged_now = tally_judged(now),
		.passed_before = before->outcomes[OUTCOME_PASSED],
		.judged_before = tally_judged(before),
	};
	trial->p = fisher_exact(trial->passed_now, trial->judged_now, trial->passed_before,
				trial->judged_before);
	trial->may_be_clear = fisher_least(trial->passed_now, trial->judged_now,
					   trial->passed_before, trial->judged_before) <= CLEAR;
	return true;
}

/* `q`: the probability after adjustment. */
static void trial_conclude(const struct trial *trial, double q)
{
	struct difference *difference = trial->difference;
	int32_t before = ratio_micro(trial->passed_before, trial->judged_before);

	difference->points = ratio_micro(trial->passed_now, trial->judged_now) - before;
	newcombe_difference(trial->passed_now, trial->judged_now, trial->passed_before,
			    trial->judged_before, &difference->low, &difference->high);
	difference->p = probability_micro(trial->p);
	difference->q = probability_micro(q);
	difference->runs_needed = runs_needed(before);
	if (q <= CLEAR)
		difference->change = difference->points < 0 ? CHANGE_WORSE : CHANGE_BETTER;
	else if (difference->low >= -NONE_MICRO && difference->high <= NONE_MICRO)
		difference->change = CHANGE_NONE;
	else
		difference->change = CHANGE_FEW;
}

/* What is not counted among them keeps its own probability, which is not clear. */
static void conclude_all(const struct trial *trials, size_t count)
{
	double *probabilities = memory_alloc(count * sizeof(*probabilities));
	size_t counted = 0;

	for (size_t i = 0; i < count; i++)
		if (trials[i].may_be_clear)
			probabilities[counted++] = trials[i].p;
	benjamini_hochberg(probabilities, counted);
	counted = 0;
	for (size_t i = 0; i < count; i++)
		trial_conclude(&trials[i],
			       trials[i].may_be_clear ? probabilities[counted++] : trials[i].p);
	memory_free(probabilities);
}

/* Which comes first of those that changed. */
static int compare_changed(const void *left, const void *right)
{
	const struct difference *a = *(const struct difference *const *)left;
	const struct difference *b = *(const struct difference *const *)right;
	int32_t size_a = a->points < 0 ? -a->points : a->points;
	int32_t size_b = b->points < 0 ? -b->points : b->points;

	if (a->change != b->change)
		return a->change == CHANGE_WORSE ? -1 : 1;
	if (size_a != size_b)
		return size_a > size_b ? -1 : 1;
	return (a > b) - (a < b);
}

/*
 * Tests all items, of `size` bytes, which begin with their difference. changed: how many by their
 * change. Returns those that are clear, the largest fall first.
 */
static const struct difference **compare_items(struct arena *arena, void *items, size_t count,
					       size_t size, uint64_t changed[CHANGES])
{
	struct trial *trials = memory_alloc(count * sizeof(*trials));
	const struct difference **clear;
	size_t tested = 0, found = 0;

	for (size_t i = 0; i < count; i++)
		tested += trial_init(&trials[tested], (void *)((char *)items + i * size));
	conclude_all(trials, tested);
	changed[CHANGE_UNKNOWN] = count - tested;
	for (size_t i = 0; i < tested; i++)
		changed[trials[i].difference->change]++;
	clear = arena_alloc(arena, (size_t)(changed[CHANGE_WORSE] + changed[CHANGE_BETTER]) *
					   sizeof(*clear));
	for (size_t i = 0; i < tested; i++)
		if (trials[i].difference->change == CHANGE_WORSE ||
		    trials[i].difference->change == CHANGE_BETTER)
			clear[found++] = trials[i].difference;
	qsort(clear, found, sizeof(*clear), compare_changed);
	memory_free(trials);
	return clear;
}

/* ---- states ---- */

static enum case_change case_change_of(const struct case_diff *diff)
{
	enum case_state now, before;

	if (!diff->before || !diff->now)
		return diff->now ? CASE_NEW : CASE_GONE;
	now = diff->now->state;
	before = diff->before->state;
	if ((now != CASE_PASSES && now != CASE_FAILS) ||
	    (before != CASE_PASSES && before != CASE_FAILS))
		return CASE_OTHER;
	if (before == CASE_PASSES)
		return now == CASE_PASSES ? CASE_STILL_PASSING : CASE_NEWLY_FAILING;
	return now == CASE_PASSES ? CASE_FIXED : CASE_STILL_FAILING;
}

static void compare_states(struct comparison *comparison)
{
	uint64_t *counts = comparison->counts;

	for (size_t i = 0; i < comparison->case_count; i++) {
		struct case_diff *diff = &comparison->cases[i];

		diff->change = case_change_of(diff);
		counts[diff->change]++;
	}
	comparison->broken = counts[CASE_NEWLY_FAILING];
	comparison->fixed = counts[CASE_FIXED];
	comparison->pairs = comparison->broken + comparison->fixed + counts[CASE_STILL_FAILING] +
			    counts[CASE_STILL_PASSING];
	comparison->pairs_p =
		probability_micro(mcnemar_exact(comparison->broken, comparison->fixed));
}

void comparison_build(struct comparison *comparison, const struct results *now,
		      const struct results *before)
{
	struct trial trial;

	*comparison = (struct comparison){.now = now, .before = before};
	arena_init(&comparison->arena, 0);
	comparison->total.now = &now->totals;
	comparison->total.before = &before->totals;
	if (trial_init(&trial, &comparison->total))
		trial_conclude(&trial, trial.p);
	match_suites(comparison);
	match_cases(comparison);
	comparison->changed_suites =
		compare_items(&comparison->arena, comparison->suites, comparison->suite_count,
			      sizeof(*comparison->suites), comparison->suites_changed);
	comparison->changed_cases =
		compare_items(&comparison->arena, comparison->cases, comparison->case_count,
			      sizeof(*comparison->cases), comparison->cases_changed);
	compare_states(comparison);
}

void comparison_release(struct comparison *comparison)
{
	arena_release(&comparison->arena);
}

const struct suite_change *comparison_of_suite(const struct comparison *comparison,
					       const struct suite_group *suite)
{
	return &comparison->suites[suite - comparison->now->suites];
}

const struct case_diff *comparison_of_case(const struct comparison *comparison,
					   const struct case_group *group)
{
	return &comparison->cases[group - comparison->now->cases];
}
