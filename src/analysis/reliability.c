#include "runtally/analysis/reliability.h"

#include <string.h>

#include "results_sort.h"
#include "runtally/adapters/adapters.h"
#include "runtally/analysis/stats.h"
#include "runtally/base/arena.h"

#define MICRO UINT64_C(1000000)
#define PICO  UINT64_C(1000000000000)

/* ---- means ---- */

/* Of numbers from 0 to 1: whole ones, and 10^-12 below that. */
struct sum {
	uint64_t ones, pico;
};

static void sum_add(struct sum *sum, int64_t pico)
{
	sum->pico += (uint64_t)pico;
	sum->ones += sum->pico / PICO;
	sum->pico %= PICO;
}

/* In millionths, rounded half up; all means all and none none, as in tally_rate. */
static int32_t sum_mean(const struct sum *sum, uint64_t count)
{
	uint64_t micro = sum->ones * MICRO + sum->pico / MICRO;
	uint64_t rest = micro % count * MICRO + sum->pico % MICRO;
	uint64_t mean = micro / count + (rest >= count * MICRO - count * MICRO / 2);

	if (mean == MICRO && sum->ones < count)
		return MICRO - 1;
	return mean == 0 && (sum->ones || sum->pico) ? 1 : (int32_t)mean;
}

struct sums {
	struct sum rates[TRIES_MOST], singles[TRIES_MOST];
};

/* ---- cases ---- */

static void count_class(struct reliability *reliability, const struct tries *tries)
{
	reliability->flaky += tries->passed > 0 && tries->passed < tries->judged;
	if (tries->judged < TRIES_CLASSED)
		reliability->few++;
	else if (tries->passed == tries->judged)
		reliability->solid++;
	else if (tries->passed)
		reliability->shaky++;
	else
		reliability->dead++;
}

static void count_case(struct reliability *reliability, struct sums *sums,
		       const struct tries *tries)
{
	count_class(reliability, tries);
	for (unsigned k = 1; k <= TRIES_MOST && k <= tries->judged; k++) {
		reliability->pass_hat[k - 1].cases++;
		sum_add(&sums->rates[k - 1], pass_hat_pico(tries->judged, tries->passed, k));
		sum_add(&sums->singles[k - 1], pass_hat_pico(tries->judged, tries->passed, 1));
	}
}

static void find_means(struct reliability *reliability, const struct sums *sums)
{
	for (unsigned i = 0; i < TRIES_MOST; i++) {
		struct pass_hat *hat = &reliability->pass_hat[i];

		hat->rate = hat->single = -1;
		if (!hat->cases)
			continue;
		hat->rate = sum_mean(&sums->rates[i], hat->cases);
		hat->single = sum_mean(&sums->singles[i], hat->cases);
	}
}

/* ---- the window: its runs by case ---- */

struct tried {
	const struct run *run; /* one of the case's */
	struct tries tries;
};

struct window {
	struct tried *cases; /* in the order of their keys, see report_sort.h */
	size_t count;
};

static void add_try(struct tries *tries, const struct run *run)
{
	tries->judged += run->outcome < OUTCOME_PENDING;
	tries->passed += run->outcome == OUTCOME_PASSED;
}

static bool same_case(const struct placed *a, const struct placed *b)
{
	return a->source == b->source && a->suite == b->suite && a->test_case == b->test_case;
}

static void window_build(struct window *window, struct run **runs, size_t count, enum suite_by by)
{
	struct placed *placed = place_runs(runs, count, by);

	*window = (struct window){.cases = memory_alloc(count * sizeof(*window->cases))};
	for (size_t i = 0; i < count; i++) {
		if (!i || !same_case(&placed[i - 1], &placed[i]))
			window->cases[window->count++] = (struct tried){.run = runs[i]};
		add_try(&window->cases[window->count - 1].tries, runs[i]);
	}
	memory_free(placed);
}

/* In the order of place_runs. */
static int compare_cases(const struct run *a, const struct run *b, enum suite_by by)
{
	size_t rank_a = adapter_rank(a->source), rank_b = adapter_rank(b->source);
	int order = (rank_a > rank_b) - (rank_a < rank_b);

	if (!order)
		order = strcmp(a->source, b->source);
	if (!order)
		order = strcmp(key_text(suite_key(a, by)), key_text(suite_key(b, by)));
	return order ? order : strcmp(key_text(case_key(a)), key_text(case_key(b)));
}

/* The case of a run that is in the window. */
static const struct tried *window_find(const struct window *window, const struct run *run,
				       enum suite_by by)
{
	size_t low = 0, high = window->count - 1;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare_cases(window->cases[middle].run, run, by) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return &window->cases[low];
}

static void find_wider(struct reliability *reliability, struct sums *sums, struct run **runs,
		       size_t count, enum suite_by by, const struct results *results)
{
	struct window window;

	window_build(&window, runs, count, by);
	for (size_t i = 0; i < window.count; i++)
		count_case(reliability, sums, &window.cases[i].tries);
	for (size_t i = 0; i < results->case_count; i++)
		reliability->cases[i] =
			window_find(&window, results->runs[results->cases[i].first_run], by)->tries;
	memory_free(window.cases);
}

/* ---- all of it ---- */

static void find_own(struct reliability *reliability, struct sums *sums,
		     const struct results *results)
{
	for (size_t i = 0; i < results->case_count; i++) {
		const struct tally *tally = &results->cases[i].tally;

		reliability->cases[i] = (struct tries){.judged = tally_judged(tally),
						       .passed = tally->outcomes[OUTCOME_PASSED]};
		count_case(reliability, sums, &reliability->cases[i]);
	}
}

static void find_times(struct reliability *reliability, struct run *const *runs, size_t count)
{
	reliability->first_at = reliability->last_at = TIME_UNKNOWN;
	for (size_t i = 0; i < count; i++) {
		int64_t when = run_when(runs[i]);

		if (when == TIME_UNKNOWN)
			continue;
		if (reliability->first_at == TIME_UNKNOWN || when < reliability->first_at)
			reliability->first_at = when;
		if (when > reliability->last_at)
			reliability->last_at = when;
	}
}

void reliability_build(struct reliability *reliability, struct run **runs, size_t count,
		       enum suite_by by, const struct results *results)
{
	struct sums sums = {.rates = {{0}}};

	*reliability = (struct reliability){.is_wider = count > results->run_count};
	reliability->cases = memory_alloc(results->case_count * sizeof(*reliability->cases));
	find_times(reliability, runs, count);
	if (reliability->is_wider)
		find_wider(reliability, &sums, runs, count, by, results);
	else
		find_own(reliability, &sums, results);
	find_means(reliability, &sums);
}

void reliability_release(struct reliability *reliability)
{
	memory_free(reliability->cases);
}

unsigned reliability_example(const struct reliability *reliability)
{
	for (unsigned k = 4; k > 1; k--)
		if (reliability->pass_hat[k - 1].cases >= TRIED_FEW)
			return k;
	return 0;
}
