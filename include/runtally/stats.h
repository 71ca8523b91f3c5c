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

#endif
