#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runtally/analysis/stats.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* Computed with 60 decimal digits; 81 of 263 is Newcombe's example (1998: 0.2553 to 0.3662). */
static void test_wilson(void **state)
{
	static const struct {
		uint64_t passed, total;
		int32_t low, high;
	} cases[] = {
		{0, 1, 0, 793451},
		{1, 1, 206549, 1000000},
		{1, 2, 94531, 905469},
		{0, 10, 0, 277533},
		{10, 10, 722467, 1000000},
		{5, 10, 236593, 763407},
		{14, 15, 701835, 988133},
		{80, 100, 711171, 866633},
		{81, 263, 255289, 366210},
		{999, 1000, 994357, 999823},
		{1, 1000000, 0, 6},
		{123456, 654321, 187732, 189628},
		{UINT64_C(999999999999), UINT64_C(1000000000000), 1000000, 1000000},
		{UINT64_C(1) << 40, UINT64_C(1) << 41, 499999, 500001},
		{UINT64_MAX, UINT64_MAX, 1000000, 1000000},
		{0, UINT64_MAX, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int32_t low = -1, high = -1;

		wilson_interval(cases[i].passed, cases[i].total, &low, &high);
		assert_int_equal(low, cases[i].low);
		assert_int_equal(high, cases[i].high);
	}
}

/* Symmetric, ordered, and around the rate. */
static void test_wilson_shape(void **state)
{
	(void)state;
	for (uint64_t total = 1; total <= 200; total++)
		for (uint64_t passed = 0; passed <= total; passed++) {
			int32_t low, high, other_low, other_high;
			int32_t rate = ratio_micro(passed, total);

			wilson_interval(passed, total, &low, &high);
			wilson_interval(total - passed, total, &other_low, &other_high);
			assert_true(0 <= low && low <= rate && rate <= high && high <= 1000000);
			assert_in_range(low + other_high, 999999, 1000001);
		}
}

static void test_percentile(void **state)
{
	static const int64_t values[] = {INT64_MIN, 20, 35, 40, INT64_MAX};
	static const struct {
		size_t count;
		unsigned percent;
		int64_t wanted;
	} cases[] = {
		{1, 1, INT64_MIN},  {1, 50, INT64_MIN}, {1, 100, INT64_MIN}, {2, 50, INT64_MIN},
		{2, 51, 20},        {5, 5, INT64_MIN},  {5, 20, INT64_MIN},  {5, 21, 20},
		{5, 30, 20},        {5, 40, 20},        {5, 50, 35},         {5, 80, 40},
		{5, 81, INT64_MAX}, {5, 95, INT64_MAX}, {5, 100, INT64_MAX},
	};
	int64_t many[1000];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(percentile(values, cases[i].count, cases[i].percent),
				 cases[i].wanted);
	for (int i = 0; i < 1000; i++)
		many[i] = i + 1;
	/* ceil(percent / 100 * count), in integers and one value after the other */
	for (size_t count = 1; count <= 1000; count++)
		for (unsigned percent = 1; percent <= 100; percent++) {
			int64_t rank = 1;

			while ((uint64_t)rank * 100 < count * percent)
				rank++;
			if (count % 37 == 0 || count < 30)
				assert_int_equal(percentile(many, count, percent), rank);
		}
}

static void test_divide(void **state)
{
	static const struct {
		int64_t numerator, denominator, wanted;
	} cases[] = {
		{0, 1, 0},
		{1, 2, 1},
		{-1, 2, -1},
		{1, 3, 0},
		{2, 3, 1},
		{-1, 3, 0},
		{-2, 3, -1},
		{5, 2, 3},
		{-5, 2, -3},
		{7, 1, 7},
		{-7, 1, -7},
		{INT64_MAX, 1, INT64_MAX},
		{INT64_MIN, 1, INT64_MIN},
		{INT64_MAX, INT64_MAX, 1},
		{INT64_MIN, INT64_MAX, -1},
		{INT64_MAX, 2, INT64_C(4611686018427387904)},
		{INT64_MIN, 3, INT64_C(-3074457345618258603)},
		{INT64_MAX / 2, INT64_MAX, 0},
		{INT64_MAX / 2 + 1, INT64_MAX, 1},
		{-(INT64_MAX / 2), INT64_MAX, 0},
		{-(INT64_MAX / 2) - 1, INT64_MAX, -1},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(divide_rounded(cases[i].numerator, cases[i].denominator),
				 cases[i].wanted);
}

static void test_ratio(void **state)
{
	static const struct {
		uint64_t numerator, denominator;
		int32_t wanted;
	} cases[] = {
		{0, 1, 0},
		{1, 1, 1000000},
		{14, 15, 933333},
		{2, 3, 666667},
		{1, 2000000, 1},
		{1, 2000001, 0},
		{3, 2000000, 2},
		{1, UINT64_MAX, 0},
		{(UINT64_C(1) << 43) - 1, (UINT64_C(1) << 43) - 1, 1000000},
		{(UINT64_C(1) << 43) - 1, UINT64_MAX, 0},
		{2147, 1, 2147000000},
		{2148, 1, INT32_MAX},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		assert_int_equal(ratio_micro(cases[i].numerator, cases[i].denominator),
				 cases[i].wanted);
}

/* What tests/truth/stats.py has no grid for: the ends. */
static void test_difference_ends(void **state)
{
	int32_t low, high;

	(void)state;
	newcombe_difference(0, 1, 0, 1, &low, &high);
	assert_int_equal(low, -793451);
	assert_int_equal(high, 793451);
	newcombe_difference(1, 1, 0, 1, &low, &high);
	assert_int_equal(high, 1000000);
	newcombe_difference(UINT64_C(1) << 40, UINT64_C(1) << 41, UINT64_C(1) << 40,
			    UINT64_C(1) << 41, &low, &high);
	assert_in_range(high, 0, 1);
	assert_int_equal(low, -high);
}

static void test_tests_ends(void **state)
{
	(void)state;
	assert_true(fisher_exact(0, 0, 3, 5) == 1);
	assert_true(fisher_exact(3, 5, 0, 0) == 1);
	assert_true(fisher_exact(5, 5, 5, 5) == 1);
	assert_true(fisher_least(5, 5, 5, 5) == 1);
	assert_true(fisher_exact(1000000, 1000000, 0, 1000000) == PROBABILITY_LEAST);
	assert_int_equal(probability_micro(fisher_exact(3, 4, 1, 4)), 485714);
	assert_true(mcnemar_exact(0, 0) == 1);
	assert_true(mcnemar_exact(1000000, 0) == PROBABILITY_LEAST);
	assert_int_equal(probability_micro(mcnemar_exact(6, 0)), 31250);
	assert_int_equal(probability_micro(0), 0);
	assert_int_equal(probability_micro(PROBABILITY_LEAST), 1);
	assert_int_equal(probability_micro(1), 1000000);
}

static void test_many(void **state)
{
	double probabilities[] = {.04, .01, .04, .9};

	(void)state;
	benjamini_hochberg(NULL, 0);
	benjamini_hochberg(probabilities, 1);
	assert_true(probabilities[0] == .04);
	benjamini_hochberg(probabilities, 4);
	assert_int_equal(probability_micro(probabilities[0]), 53333);
	assert_int_equal(probability_micro(probabilities[1]), 40000);
	assert_true(probabilities[0] == probabilities[2]);
	assert_true(probabilities[3] == .9);
}

static void test_runs_needed(void **state)
{
	(void)state;
	/* R's power.prop.test: 1564.7 for .50 and .45, 685.6 for .90 and .85 */
	assert_int_equal(runs_needed(500000), 1565);
	assert_int_equal(runs_needed(1000000), 152);
	assert_int_equal(runs_needed(0), 152);
	assert_int_equal(runs_needed(50000), 152);
	assert_int_equal(runs_needed(900000), 686);
}

/* Computed with Python's fractions; one of many millions does not round away. */
static void test_pass_hat(void **state)
{
	static const struct {
		uint64_t n, c;
		unsigned k;
		int32_t micro;
		int64_t pico;
	} cases[] = {
		{1, 1, 1, 1000000, INT64_C(1000000000000)},
		{1, 0, 1, 0, 0},
		{3, 1, 2, 0, 0},
		{3, 2, 1, 666667, INT64_C(666666666667)},
		{3, 2, 2, 333333, INT64_C(333333333333)},
		{8, 7, 8, 0, 0},
		{8, 8, 8, 1000000, INT64_C(1000000000000)},
		{10, 9, 4, 600000, INT64_C(600000000000)},
		{10, 8, 8, 22222, INT64_C(22222222222)},
		{128, 1, 1, 7813, INT64_C(7812500000)},
		{2000000, 1, 1, 1, 500000},
		{2000001, 1, 1, 1, 500000},
		{1000, 999, 8, 992000, INT64_C(992000000000)},
		{123456, 120000, 7, 819750, INT64_C(819749543123)},
		{UINT32_MAX, UINT32_MAX - 1, 8, 999999, INT64_C(999999998137)},
		{UINT32_MAX, 4000000000, 8, 565980, INT64_C(565979943209)},
		{UINT32_MAX, 1, 1, 1, 233},
		{UINT32_MAX, UINT64_C(1) << 31, 2, 250000, INT64_C(250000000058)},
		{UINT32_MAX, UINT32_MAX, 8, 1000000, INT64_C(1000000000000)},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		assert_int_equal(pass_hat_k(cases[i].n, cases[i].c, cases[i].k), cases[i].micro);
		assert_int_equal(pass_hat_pico(cases[i].n, cases[i].c, cases[i].k), cases[i].pico);
	}
}

/* So many ways to choose: Pascal's triangle. */
static uint64_t binomial(unsigned n, unsigned k)
{
	uint64_t row[64] = {1};

	for (unsigned i = 1; i <= n; i++)
		for (unsigned j = i; j > 0; j--)
			row[j] += row[j - 1];
	return k > n ? 0 : row[k];
}

static uint64_t rounded_quotient(uint64_t a, uint64_t b, uint64_t unit)
{
	return (2 * a * unit + b) / (2 * b);
}

/* C(60, 8) millionths and C(30, 8) units of 10^-12, twice, are below 2^64. */
static void test_pass_hat_grid(void **state)
{
	(void)state;
	for (unsigned n = 1; n <= 60; n++)
		for (unsigned k = 1; k <= 8 && k <= n; k++)
			for (unsigned c = 0; c <= n; c++) {
				uint64_t a = binomial(c, k), b = binomial(n, k);
				uint64_t micro = rounded_quotient(a, b, 1000000);

				if (a && !micro)
					micro = 1;
				assert_int_equal(pass_hat_k(n, c, k), micro);
				if (n <= 30)
					assert_int_equal(
						pass_hat_pico(n, c, k),
						rounded_quotient(a, b, UINT64_C(1000000000000)));
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wilson),        cmocka_unit_test(test_wilson_shape),
		cmocka_unit_test(test_percentile),    cmocka_unit_test(test_divide),
		cmocka_unit_test(test_ratio),         cmocka_unit_test(test_difference_ends),
		cmocka_unit_test(test_tests_ends),    cmocka_unit_test(test_many),
		cmocka_unit_test(test_runs_needed),   cmocka_unit_test(test_pass_hat),
		cmocka_unit_test(test_pass_hat_grid),
	};

	return cmocka_run_group_tests_name("stats", tests, NULL, NULL);
}
