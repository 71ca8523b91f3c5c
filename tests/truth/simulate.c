/*
 * simulate: how often a comparison calls a change clear where there is none, and where there is.
 *
 *   simulate [PAIRS]     pairs of reports for each row; 1000
 *
 * Runs are drawn with a rate for each side and spread over five suites. Where both rates are the
 * same, the total may be called worse or better in at most one pair of twenty, and so may any of
 * the suites: for that their probabilities are adjusted. Where the rate falls by 20 points at 100
 * runs a side, it must be called worse in at least four pairs of five. The exit status is 1 where
 * that is not so; of fewer than 1000 pairs, whose shares are too rough, nothing is demanded.
 *
 * At rates around one half a fall of 20 points is the hardest to find: there any test of 5 % finds
 * about four of five at 100 runs (0.807), and an exact one some less (0.787, summed over all
 * outcomes). That row is shown and not judged.
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtally/analysis/compare.h"
#include "runtally/base/arena.h"

enum { PAIRS = 1000, RUNS_MOST = 1000, SUITES = 5, PER_CENT = 100 };

/* splitmix64 (Steele, Lea, Flood 2014): small, and the same everywhere. */
static uint64_t draw(uint64_t *state)
{
	uint64_t bits = *state += UINT64_C(0x9e3779b97f4a7c15);

	bits = (bits ^ bits >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	bits = (bits ^ bits >> 27) * UINT64_C(0x94d049bb133111eb);
	return bits ^ bits >> 31;
}

static bool passes(uint64_t *state, unsigned per_cent)
{
	return (draw(state) >> 32) * PER_CENT >> 32 < per_cent;
}

struct side {
	struct run runs[RUNS_MOST];
	struct run *items[RUNS_MOST];
	char ids[RUNS_MOST][8];
	struct results results;
};

static void side_draw(struct side *side, size_t count, unsigned per_cent, uint64_t *state)
{
	static const char *const suites[SUITES] = {"a", "b", "c", "d", "e"};

	for (size_t i = 0; i < count; i++) {
		struct run *run = &side->runs[i];

		run_init(run);
		snprintf(side->ids[i], sizeof(side->ids[i]), "%zu", i);
		run->source = "runtally";
		run->run_id = side->ids[i];
		run->suite.name = suites[i % SUITES];
		run->test_case.name = "case";
		run->ended_at = (int64_t)i;
		run->outcome = passes(state, per_cent) ? OUTCOME_PASSED : OUTCOME_FAILED;
		side->items[i] = run;
	}
	results_build(&side->results, side->items, count, SUITE_BY_SUITE);
}

/* How many pairs had such a change. */
struct found {
	uint64_t pairs, worse, better, suites; /* suites: of any suite */
};

static void count_pair(struct found *found, const struct comparison *comparison)
{
	const uint64_t *suites = comparison->suites_changed;

	found->pairs++;
	found->worse += comparison->total.change == CHANGE_WORSE;
	found->better += comparison->total.change == CHANGE_BETTER;
	found->suites += suites[CHANGE_WORSE] + suites[CHANGE_BETTER] > 0;
}

static struct found simulate(size_t runs, unsigned before, unsigned now, uint64_t pairs)
{
	static struct side sides[2];
	uint64_t state = runs * 1000000 + before * 1000 + now;
	struct found found = {.pairs = 0};

	for (uint64_t i = 0; i < pairs; i++) {
		struct comparison comparison;

		side_draw(&sides[0], runs, before, &state);
		side_draw(&sides[1], runs, now, &state);
		comparison_build(&comparison, &sides[1].results, &sides[0].results);
		count_pair(&found, &comparison);
		comparison_release(&comparison);
		results_release(&sides[0].results);
		results_release(&sides[1].results);
	}
	return found;
}

static double share(uint64_t part, uint64_t whole)
{
	return 100.0 * (double)part / (double)whole;
}

/* Of one row: one in twenty, and four standard errors of a sample of so many pairs. */
static uint64_t by_chance(uint64_t pairs)
{
	return pairs / 20 + (uint64_t)(4 * sqrt((double)pairs * 0.05 * 0.95));
}

static int no_change(uint64_t pairs)
{
	static const size_t sizes[] = {20, 50, 100, 300, 1000};
	static const unsigned rates[] = {50, 80, 90, 95, 99};
	uint64_t all = 0, clear = 0, of_suites = 0, worst = 0;

	printf("No change: pairs that were called worse or better\n\n"
	       "  runs a side   rate   the total   any of 5 suites\n");
	for (size_t s = 0; s < sizeof(sizes) / sizeof(*sizes); s++)
		for (size_t r = 0; r < sizeof(rates) / sizeof(*rates); r++) {
			struct found found = simulate(sizes[s], rates[r], rates[r], pairs);

			printf("  %11zu   %2u %%      %4.1f %%            %4.1f %%\n", sizes[s],
			       rates[r], share(found.worse + found.better, pairs),
			       share(found.suites, pairs));
			if (found.worse + found.better > worst)
				worst = found.worse + found.better;
			all += found.pairs;
			clear += found.worse + found.better;
			of_suites += found.suites;
		}
	printf("  %11s   %4s      %4.1f %%            %4.1f %%\n\n", "all", "", share(clear, all),
	       share(of_suites, all));
	if (clear * 20 <= all && of_suites * 20 <= all && worst <= by_chance(pairs))
		return 0;
	printf("More than one pair of twenty\n\n");
	return 1;
}

/* What a sample of so few pairs may miss: none to speak of in 1,000. */
static uint64_t two_errors(uint64_t pairs)
{
	return pairs < 1000 ? (uint64_t)(2 * sqrt((double)pairs * 0.8 * 0.2)) + 1 : 0;
}

static int change(uint64_t pairs)
{
	static const struct {
		unsigned before, now;
		bool is_judged;
	} rows[] = {{95, 75, true}, {90, 70, true}, {80, 60, true}, {60, 40, false}};
	int failed = 0;

	printf("A fall of 20 points at 100 runs a side: pairs that were called worse\n\n"
	       "  before   now   worse    better\n");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct found found = simulate(100, rows[i].before, rows[i].now, pairs);

		printf("    %2u %%  %2u %%   %4.1f %%   %4.1f %%%s\n", rows[i].before, rows[i].now,
		       share(found.worse, pairs), share(found.better, pairs),
		       rows[i].is_judged ? "" : "   (not judged)");
		if (rows[i].is_judged && found.worse + two_errors(pairs) < pairs * 4 / 5) {
			printf("Fewer than four pairs of five\n");
			failed = 1;
		}
	}
	return failed;
}

int main(int argc, char **argv)
{
	uint64_t pairs = argc > 1 ? strtoull(argv[1], NULL, 10) : PAIRS;
	int failed;

	if (!pairs)
		return 2;
	failed = no_change(pairs);
	failed |= change(pairs);
	return failed && pairs >= PAIRS;
}
