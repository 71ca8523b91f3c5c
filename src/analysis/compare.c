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

/* ---- matching: a group is known by its owner's name and its own ---- */

static const char *suite_key_of(const struct results *results, const struct suite_group *suite)
{
	return key_text(suite_key(results->runs[suite->first_run], results->by));
}

static const char *case_key_of(const struct results *results, const struct case_group *group)
{
	return key_text(case_key(results->runs[group->first_run]));
}

/* Those of `before` have been numbered as they stand; what comes behind them is not among them. */
static void match_suites(struct comparison *comparison)
{
	const struct results *now = comparison->now, *before = comparison->before;
	bool *taken = arena_zalloc(&comparison->arena, before->suite_count * sizeof(*taken));
	struct numbering roster = {.count = 0};

	comparison->suites =
		arena_zalloc(&comparison->arena, (now->suite_count + before->suite_count) *
							 sizeof(*comparison->suites));
	for (size_t i = 0; i < before->suite_count; i++)
		numbering_of(&roster, before->suites[i].source,
			     suite_key_of(before, &before->suites[i]));
	for (size_t i = 0; i < now->suite_count; i++) {
		const struct suite_group *suite = &now->suites[i];
		size_t number = numbering_of(&roster, suite->source, suite_key_of(now, suite));

		comparison->suites[i].now = suite;
		if (number >= before->suite_count)
			continue;
		comparison->suites[i].before = &before->suites[number];
		taken[number] = true;
	}
	comparison->suite_count = now->suite_count;
	for (size_t i = 0; i < before->suite_count; i++)
		if (!taken[i])
			comparison->suites[comparison->suite_count++].before = &before->suites[i];
	numbering_release(&roster);
}

/* Of each suite of `before` a text that no other one has. */
static const char **name_owners(struct comparison *comparison)
{
	size_t count = comparison->before->suite_count;
	const char **owners = arena_alloc(&comparison->arena, count * sizeof(*owners));

	for (size_t i = 0; i < count; i++)
		owners[i] = arena_printf(&comparison->arena, "%zu", i);
	return owners;
}

/* The index of the case of `before` that is this one; the count of its cases: there is none. */
static size_t find_case(const struct comparison *comparison, struct numbering *roster,
			const char *const *owners, const struct case_group *group)
{
	const struct suite_group *suite = comparison->suites[group->suite].before;
	size_t none = comparison->before->case_count, number;

	if (!suite)
		return none;
	number = numbering_of(roster, owners[suite - comparison->before->suites],
			      case_key_of(comparison->now, group));
	return number < none ? number : none;
}

static void match_cases(struct comparison *comparison)
{
	const struct results *now = comparison->now, *before = comparison->before;
	bool *taken = arena_zalloc(&comparison->arena, before->case_count * sizeof(*taken));
	const char **owners = name_owners(comparison);
	struct numbering roster = {.count = 0};

	comparison->cases =
		arena_zalloc(&comparison->arena,
			     (now->case_count + before->case_count) * sizeof(*comparison->cases));
	for (size_t i = 0; i < before->case_count; i++)
		numbering_of(&roster, owners[before->cases[i].suite],
			     case_key_of(before, &before->cases[i]));
	for (size_t i = 0; i < now->case_count; i++) {
		size_t number = find_case(comparison, &roster, owners, &now->cases[i]);

		comparison->cases[i].now = &now->cases[i];
		if (number == before->case_count)
			continue;
		comparison->cases[i].before = &before->cases[number];
		taken[number] = true;
	}
	comparison->case_count = now->case_count;
	for (size_t i = 0; i < before->case_count; i++)
		if (!taken[i])
			comparison->cases[comparison->case_count++].before = &before->cases[i];
	numbering_release(&roster);
}

/* ---- differences ---- */

/* Verdicts of both sides, and the test of them. */
struct trial {
	struct difference *difference;
	uint64_t passed_now, judged_now, passed_before, judged_before;
	double p;
};

/* False where one side has no verdict: then nothing can be said. */
static bool trial_init(struct trial *trial, struct difference *difference, const struct tally *now,
		       const struct tally *before)
{
	*difference = (struct difference){.now = now, .before = before, .change = CHANGE_UNKNOWN};
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
	return true;
}

static bool may_be_clear(const struct trial *trial)
{
	return fisher_least(trial->passed_now, trial->judged_now, trial->passed_before,
			    trial->judged_before) <= CLEAR;
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
		if (may_be_clear(&trials[i]))
			probabilities[counted++] = trials[i].p;
	benjamini_hochberg(probabilities, counted);
	counted = 0;
	for (size_t i = 0; i < count; i++)
		trial_conclude(&trials[i],
			       may_be_clear(&trials[i]) ? probabilities[counted++] : trials[i].p);
	memory_free(probabilities);
}

static const struct tally *tally_of_suite(const struct suite_group *suite)
{
	return suite ? &suite->tally : NULL;
}

static const struct tally *tally_of_case(const struct case_group *group)
{
	return group ? &group->tally : NULL;
}

static void compare_total(struct comparison *comparison)
{
	struct trial trial;

	if (trial_init(&trial, &comparison->total, &comparison->now->totals,
		       &comparison->before->totals))
		trial_conclude(&trial, trial.p);
}

static void compare_suites(struct comparison *comparison)
{
	struct trial *trials = memory_alloc(comparison->suite_count * sizeof(*trials));
	size_t count = 0;

	for (size_t i = 0; i < comparison->suite_count; i++) {
		struct suite_change *suite = &comparison->suites[i];

		count += trial_init(&trials[count], &suite->rate, tally_of_suite(suite->now),
				    tally_of_suite(suite->before));
	}
	conclude_all(trials, count);
	memory_free(trials);
	for (size_t i = 0; i < comparison->suite_count; i++)
		comparison->suites_changed[comparison->suites[i].rate.change]++;
}

/* -1, 0, 1: which comes first of those that changed. */
static int compare_changed(const struct difference *a, const struct difference *b)
{
	int64_t size_a = a->points < 0 ? -(int64_t)a->points : a->points;
	int64_t size_b = b->points < 0 ? -(int64_t)b->points : b->points;

	if (a->change != b->change)
		return a->change == CHANGE_WORSE ? -1 : 1;
	return (size_a < size_b) - (size_a > size_b);
}

static int compare_changed_suites(const void *left, const void *right)
{
	const struct suite_change *a = *(const struct suite_change *const *)left;
	const struct suite_change *b = *(const struct suite_change *const *)right;
	int order = compare_changed(&a->rate, &b->rate);

	return order ? order : (a > b) - (a < b);
}

static int compare_changed_cases(const void *left, const void *right)
{
	const struct case_diff *a = *(const struct case_diff *const *)left;
	const struct case_diff *b = *(const struct case_diff *const *)right;
	int order = compare_changed(&a->rate, &b->rate);

	return order ? order : (a > b) - (a < b);
}

static size_t changed_count(const uint64_t changed[CHANGES])
{
	return (size_t)(changed[CHANGE_WORSE] + changed[CHANGE_BETTER]);
}

static bool is_clear(const struct difference *difference)
{
	return difference->change == CHANGE_WORSE || difference->change == CHANGE_BETTER;
}

static void rank_suites(struct comparison *comparison)
{
	size_t count = 0, room = changed_count(comparison->suites_changed);
	const struct suite_change **ranked =
		arena_alloc(&comparison->arena, room * sizeof(*ranked));

	for (size_t i = 0; i < comparison->suite_count; i++)
		if (is_clear(&comparison->suites[i].rate))
			ranked[count++] = &comparison->suites[i];
	qsort(ranked, count, sizeof(*ranked), compare_changed_suites);
	comparison->changed_suites = ranked;
}

static void rank_cases(struct comparison *comparison)
{
	size_t count = 0, room = changed_count(comparison->cases_changed);
	const struct case_diff **ranked = arena_alloc(&comparison->arena, room * sizeof(*ranked));

	for (size_t i = 0; i < comparison->case_count; i++)
		if (is_clear(&comparison->cases[i].rate))
			ranked[count++] = &comparison->cases[i];
	qsort(ranked, count, sizeof(*ranked), compare_changed_cases);
	comparison->changed_cases = ranked;
}

static void compare_cases(struct comparison *comparison)
{
	struct trial *trials = memory_alloc(comparison->case_count * sizeof(*trials));
	size_t count = 0;

	for (size_t i = 0; i < comparison->case_count; i++) {
		struct case_diff *diff = &comparison->cases[i];

		count += trial_init(&trials[count], &diff->rate, tally_of_case(diff->now),
				    tally_of_case(diff->before));
	}
	conclude_all(trials, count);
	memory_free(trials);
	for (size_t i = 0; i < comparison->case_count; i++)
		comparison->cases_changed[comparison->cases[i].rate.change]++;
}

/* ---- states ---- */

static bool has_state(const struct case_group *group)
{
	return group->state == CASE_PASSES || group->state == CASE_FAILS;
}

static enum case_change case_change_of(const struct case_diff *diff)
{
	if (!diff->before)
		return CASE_NEW;
	if (!diff->now)
		return CASE_GONE;
	if (!has_state(diff->now) || !has_state(diff->before))
		return CASE_OTHER;
	if (diff->before->state == CASE_PASSES)
		return diff->now->state == CASE_PASSES ? CASE_STILL_PASSING : CASE_NEWLY_FAILING;
	return diff->now->state == CASE_PASSES ? CASE_FIXED : CASE_STILL_FAILING;
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
	*comparison = (struct comparison){.now = now, .before = before};
	arena_init(&comparison->arena, 0);
	match_suites(comparison);
	match_cases(comparison);
	compare_total(comparison);
	compare_suites(comparison);
	rank_suites(comparison);
	compare_cases(comparison);
	rank_cases(comparison);
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
