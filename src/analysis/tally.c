#include "runtally/analysis/tally.h"

#include <stdlib.h>
#include <string.h>

#include "runtally/analysis/stats.h"

void tally_init(struct tally *tally)
{
	*tally = (struct tally){.first_at = TIME_UNKNOWN, .last_at = TIME_UNKNOWN};
}

/* Sums stop at the top rather than wrap; both are never negative. True: it would have been more. */
static bool sum_add(int64_t *sum, int64_t term)
{
	bool over = term > INT64_MAX - *sum;

	*sum = over ? INT64_MAX : *sum + term;
	return over;
}

static void add_cost(struct tally *tally, int64_t nano, bool over)
{
	over = sum_add(&tally->cost_nano, nano) || over;
	tally->cost_over = tally->cost_over || over;
}

void widen_time(int64_t *first_at, int64_t *last_at, int64_t from, int64_t to)
{
	if (from == TIME_UNKNOWN || to == TIME_UNKNOWN)
		return;
	if (*first_at == TIME_UNKNOWN || from < *first_at)
		*first_at = from;
	if (*last_at == TIME_UNKNOWN || to > *last_at)
		*last_at = to;
}

void tally_add(struct tally *tally, const struct run *run)
{
	int64_t when = run_counted_at(run);

	tally->runs++;
	tally->outcomes[run->outcome]++;
	if (run->has_cost) {
		tally->cost_known++;
		tally->cost_known_passed += run->outcome == OUTCOME_PASSED;
		add_cost(tally, run->cost_nano, false);
	}
	if (run->has_tokens) {
		tally->tokens_known++;
		sum_add(&tally->tokens_input, run->tokens_input);
		sum_add(&tally->tokens_output, run->tokens_output);
	}
	if (run->has_score) {
		tally->score_known++;
		tally->score_micro += run->score_micro;
	}
	widen_time(&tally->first_at, &tally->last_at, when, when);
}

void tally_merge(struct tally *tally, const struct tally *other)
{
	tally->runs += other->runs;
	for (unsigned i = 0; i < OUTCOME_COUNT; i++)
		tally->outcomes[i] += other->outcomes[i];
	tally->cost_known += other->cost_known;
	tally->cost_known_passed += other->cost_known_passed;
	add_cost(tally, other->cost_nano, other->cost_over);
	tally->tokens_known += other->tokens_known;
	sum_add(&tally->tokens_input, other->tokens_input);
	sum_add(&tally->tokens_output, other->tokens_output);
	tally->score_known += other->score_known;
	tally->score_micro += other->score_micro;
	widen_time(&tally->first_at, &tally->last_at, other->first_at, other->last_at);
}

uint64_t tally_judged(const struct tally *tally)
{
	return tally->outcomes[OUTCOME_PASSED] + tally->outcomes[OUTCOME_FAILED] +
	       tally->outcomes[OUTCOME_ERROR];
}

uint64_t tally_failures(const struct tally *tally)
{
	return tally->outcomes[OUTCOME_FAILED] + tally->outcomes[OUTCOME_ERROR];
}

uint64_t tally_unfinished(const struct tally *tally)
{
	return tally->outcomes[OUTCOME_PENDING] + tally->outcomes[OUTCOME_UNKNOWN];
}

bool tally_cost_is_least(const struct tally *tally)
{
	return tally->cost_known && (tally->cost_known < tally->runs || tally->cost_over);
}

int64_t tally_cost_per_pass(const struct tally *tally)
{
	if (!tally->cost_known_passed)
		return -1;
	return divide_rounded(tally->cost_nano, (int64_t)tally->cost_known_passed);
}

int32_t tally_rate(const struct tally *tally)
{
	const uint64_t passed = tally->outcomes[OUTCOME_PASSED], judged = tally_judged(tally);
	int32_t micro = ratio_micro(passed, judged);

	if (micro == SCORE_ONE && passed < judged)
		return SCORE_ONE - 1;
	return micro == 0 && passed ? 1 : micro;
}

int tally_compare(const struct tally *a, const struct tally *b)
{
	uint64_t judged_a = tally_judged(a), judged_b = tally_judged(b);
	uint64_t cross_a = a->outcomes[OUTCOME_PASSED] * judged_b;
	uint64_t cross_b = b->outcomes[OUTCOME_PASSED] * judged_a;

	if (!judged_a != !judged_b)
		return judged_a ? -1 : 1;
	if (cross_a != cross_b)
		return cross_a < cross_b ? -1 : 1;
	return (judged_a < judged_b) - (judged_a > judged_b);
}

/* ---- spreads ---- */

/* Up to so many values are sorted by comparing them. */
enum { FEW_VALUES = 256 };

static void sample_add(struct sample *sample, int64_t value)
{
	sample->values = array_reserve(sample->values, &sample->capacity, sample->count + 1,
				       sizeof(*sample->values));
	sample->values[sample->count++] = value;
}

static int compare_values(const void *left, const void *right)
{
	const int64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

/* Values are milliseconds and never negative. One byte a pass, none for bytes that all have. */
static void sort_by_bytes(struct sample *sample)
{
	int64_t *from = sample->values, *to;
	int64_t differ = 0;

	sample->spare = array_reserve(sample->spare, &sample->spare_capacity, sample->count,
				      sizeof(*sample->spare));
	to = sample->spare;
	for (size_t i = 1; i < sample->count; i++)
		differ |= from[i] ^ from[0];
	for (unsigned shift = 0; shift < 64; shift += 8) {
		size_t starts[257] = {0};
		int64_t *sorted = to;

		if (!(differ >> shift & 0xFF))
			continue;
		for (size_t i = 0; i < sample->count; i++)
			starts[(from[i] >> shift & 0xFF) + 1]++;
		for (size_t i = 1; i < 257; i++)
			starts[i] += starts[i - 1];
		for (size_t i = 0; i < sample->count; i++)
			to[starts[from[i] >> shift & 0xFF]++] = from[i];
		to = from;
		from = sorted;
	}
	if (from != sample->values)
		memcpy(sample->values, from, sample->count * sizeof(*from));
}

void sample_release(struct sample *sample)
{
	memory_free(sample->values);
	memory_free(sample->spare);
	*sample = (struct sample){.count = 0};
}

static struct spread sample_spread(struct sample *sample)
{
	struct spread spread = {.known = sample->count};
	int64_t sum = 0;

	if (!sample->count)
		return spread;
	if (sample->count < FEW_VALUES)
		qsort(sample->values, sample->count, sizeof(*sample->values), compare_values);
	else
		sort_by_bytes(sample);
	for (size_t i = 0; i < sample->count; i++)
		sum_add(&sum, sample->values[i]);
	spread.mean = divide_rounded(sum, (int64_t)sample->count);
	spread.p50 = percentile(sample->values, sample->count, 50);
	spread.p95 = percentile(sample->values, sample->count, 95);
	spread.max = sample->values[sample->count - 1];
	return spread;
}

void tally_spreads(struct tally *tally, struct run *const *runs, size_t count,
		   struct sample *scratch)
{
	scratch->count = 0;
	for (size_t i = 0; i < count; i++)
		for (size_t turn = 0; turn < runs[i]->latency_count; turn++)
			sample_add(scratch, runs[i]->latency_ms[turn]);
	tally->latency = sample_spread(scratch);
	scratch->count = 0;
	for (size_t i = 0; i < count; i++)
		if (runs[i]->duration_ms >= 0)
			sample_add(scratch, runs[i]->duration_ms);
	tally->duration = sample_spread(scratch);
}

void tally_runs(struct tally *tally, struct run *const *runs, size_t count, struct sample *scratch)
{
	tally_init(tally);
	for (size_t i = 0; i < count; i++)
		tally_add(tally, runs[i]);
	tally_spreads(tally, runs, count, scratch);
}

struct run **runs_by_group(struct run *const *runs, const uint32_t *groups, size_t count,
			   size_t *ends, size_t group_count)
{
	struct run **sorted;
	size_t total = 0;

	for (size_t g = 0; g < group_count; g++)
		ends[g] = 0;
	for (size_t i = 0; i < count; i++)
		if (groups[i] != NO_GROUP)
			ends[groups[i]]++;
	for (size_t g = 0; g < group_count; g++) {
		size_t size = ends[g];

		ends[g] = total;
		total += size;
	}
	sorted = memory_alloc(total * sizeof(*sorted));
	for (size_t i = 0; i < count; i++)
		if (groups[i] != NO_GROUP)
			sorted[ends[groups[i]]++] = runs[i];
	return sorted;
}
