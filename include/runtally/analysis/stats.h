/*
 * stats: the statistics that tallies and comparisons show. Pure functions. Rates are millionths;
 * probabilities are doubles made with + - * / alone, so that every machine gives the same.
 */
#ifndef RUNTALLY_ANALYSIS_STATS_H
#define RUNTALLY_ANALYSIS_STATS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Wilson score interval of passed/total, 95 % (z = 1.959963984540054), in millionths; total must
 * be above 0. Wilson, E. B. (1927), "Probable inference", JASA 22: 209-212.
 */
void wilson_interval(uint64_t passed, uint64_t total, int32_t *low_micro, int32_t *high_micro);

/*
 * 95 % interval of passed_a/total_a less passed_b/total_b, in millionths, made of the two Wilson
 * intervals; both totals must be above 0. Newcombe, R. G. (1998), "Interval estimation for the
 * difference between independent proportions", Statistics in Medicine 17: 873-890, method 10.
 */
void newcombe_difference(uint64_t passed_a, uint64_t total_a, uint64_t passed_b, uint64_t total_b,
			 int32_t *low_micro, int32_t *high_micro);

/* What a probability is at least told to be: below it nothing is added up. */
#define PROBABILITY_LEAST 1e-30

/*
 * Fisher's exact test of passed_a of total_a against passed_b of total_b, two-sided: the sum of all
 * tables with the same margins that are at most as likely as this one; as in R, those within 1e-7
 * of its likelihood are taken for as likely. 1 where a total is 0. Takes as many steps as the
 * smallest margin has runs, or about 12 standard deviations.
 * Fisher, R. A. (1935), "The logic of inductive inference", JRSS 98: 39-82.
 */
double fisher_exact(uint64_t passed_a, uint64_t total_a, uint64_t passed_b, uint64_t total_b);
/* The least that the test can give with these margins, whichever runs had passed. */
double fisher_least(uint64_t passed_a, uint64_t total_a, uint64_t passed_b, uint64_t total_b);

/*
 * McNemar's test, exact and two-sided: of `broken` + `fixed` pairs that changed, whether as many
 * went the one way as the other. Twice the smaller tail of the binomial with 1/2, 1 at most.
 * McNemar, Q. (1947), Psychometrika 12: 153-157.
 */
double mcnemar_exact(uint64_t broken, uint64_t fixed);

/*
 * Adjusts the probabilities in place for their number: of those that are then at most x, a share of
 * at most x is expected to be none. Equal ones stay equal.
 * Benjamini, Y., Hochberg, Y. (1995), JRSS B 57: 289-300, step-up.
 */
void benjamini_hochberg(double *probabilities, size_t count);

/* In millionths, rounded half up; one above 0 is at least 1. */
int32_t probability_micro(double probability);

/*
 * Runs a side with which a fall of 5 points from this rate (a rise, from rates below 5 points) is
 * found by a two-sided test of 5 % in 4 of 5 tries. Fleiss, J. L. (1981), "Statistical methods for
 * rates and proportions", 2nd ed., (3.14), without continuity correction.
 */
uint64_t runs_needed(int32_t rate_micro);

/*
 * Nearest-rank percentile of `values`, which are sorted upwards and not empty: the value at rank
 * ceil(percent / 100 * count). percent is 1..100.
 */
int64_t percentile(const int64_t *values, size_t count, unsigned percent);

/* numerator / denominator rounded half away from zero; denominator above 0. */
int64_t divide_rounded(int64_t numerator, int64_t denominator);
/*
 * numerator / denominator in millionths, rounded half up; denominator above 0, numerator below
 * 2^43.
 */
int32_t ratio_micro(uint64_t numerator, uint64_t denominator);

/*
 * pass^k, in millionths: the chance that k tries that are drawn from `total`, of which `passed`
 * did, all passed: C(passed, k) / C(total, k), which is unbiased. Rounded half up from the exact
 * value, but all means all and none none, as in tally_rate. k is 1..8 and at most total, which is
 * below 2^32. Yao, S. et al. (2024), "tau-bench", arXiv:2406.12045, section 3.
 */
int32_t pass_hat_k(uint64_t total, uint64_t passed, unsigned k);
/* The same in units of 10^-12, for means; just rounded. */
int64_t pass_hat_pico(uint64_t total, uint64_t passed, unsigned k);

#endif
