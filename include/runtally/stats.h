/*
 * stats: the statistics that a tally shows. Pure functions of integers.
 */
#ifndef RUNTALLY_STATS_H
#define RUNTALLY_STATS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Wilson score interval of passed/total, 95 % (z = 1.959963984540054), in millionths; total must
 * be above 0. Wilson, E. B. (1927), "Probable inference", JASA 22: 209-212.
 */
void wilson_interval(uint64_t passed, uint64_t total, int32_t *low_micro, int32_t *high_micro);

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
