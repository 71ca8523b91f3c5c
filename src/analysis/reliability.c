#include "runtally/analysis/reliability.h"

#include "results_sort.h"
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

/* Of the cases with enough verdicts, by the number of tries. */
struct pass_sums {
	struct sum rates[TRIES_MOST], singles[TRIES_MOST];
};

/* ---- cases ---- */

static void count_case(struct reliability *reliability, struct pass_sums *sums,
		       const struct tries *tries)
{
	int64_t single = 0;

	reliability->flaky += tries->passed > 0 && tries->passed < tries->judged;
	if (tries->judged < TRIES_CLASSED)
		reliability->few++;
	else if (tries->passed == tries->judged)
		reliability->solid++;
	else if (tries->passed)
		reliability->shaky++;
	else
		reliability->dead++;
	for (unsigned k = 1; k <= TRIES_MOST && k <= tries->judged; k++) {
		int64_t rate = pass_hat_pico(tries->judged, tries->passed, k);

		single = k == 1 ? rate : single;
		reliability->pass_hat[k - 1].cases++;
		sum_add(&sums->rates[k - 1], rate);
		sum_add(&sums->singles[k - 1], single);
	}
}

static void find_means(struct reliability *reliability, const struct pass_sums *sums)
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

/* Whether it is the first run of a case of the results, which is that of its case_index. */
static bool begins_case(const struct results *results, const struct run *run)
{
	size_t at = run->case_index;

	return at < results->case_count && results->runs[results->cases[at].first_run] == run;
}

static void find_wider(struct reliability *reliability, struct pass_sums *sums, struct run **runs,
		       size_t count, const struct results *results)
{
	struct placed *placed = place_runs(runs, count, results->by);

	for (size_t first = 0, end; first < count; first = end) {
		struct tries tries = {0, 0}, *own = NULL;

		for (end = first; end < count && same_case(&placed[first], &placed[end]); end++) {
			tries.judged += runs[end]->outcome < OUTCOME_PENDING;
			tries.passed += runs[end]->outcome == OUTCOME_PASSED;
			if (begins_case(results, runs[end]))
				own = &reliability->cases[runs[end]->case_index];
		}
		count_case(reliability, sums, &tries);
		if (own)
			*own = tries;
	}
	memory_free(placed);
}

static void find_own(struct reliability *reliability, struct pass_sums *sums,
		     const struct results *results)
{
	for (size_t i = 0; i < results->case_count; i++) {
		const struct tally *tally = &results->cases[i].tally;

		reliability->cases[i] = (struct tries){.judged = tally_judged(tally),
						       .passed = tally->outcomes[OUTCOME_PASSED]};
		count_case(reliability, sums, &reliability->cases[i]);
	}
}

void reliability_build(struct reliability *reliability, struct run **runs, size_t count,
		       const struct results *results)
{
	struct pass_sums sums = {.rates = {{0}}};

	*reliability = (struct reliability){
		.is_wider = count > results->run_count,
		.first_at = TIME_UNKNOWN,
		.last_at = TIME_UNKNOWN,
	};
	reliability->cases = memory_alloc(results->case_count * sizeof(*reliability->cases));
	for (size_t i = 0; i < count; i++)
		widen_time(&reliability->first_at, &reliability->last_at, run_counted_at(runs[i]),
			   run_counted_at(runs[i]));
	if (reliability->is_wider)
		find_wider(reliability, &sums, runs, count, results);
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
