#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runtally/base/format_number.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

struct number_case {
	int64_t value;
	const char *wanted;
};

typedef void number_fn(struct strbuf *out, int64_t value);

static void check(number_fn *number, const struct number_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct strbuf out = STRBUF_INIT;

		strbuf_addstr(&out, "x=");
		number(&out, cases[i].value);
		assert_string_equal(out.text + 2, cases[i].wanted);
		strbuf_release(&out);
	}
}

static void count_of(struct strbuf *out, int64_t value)
{
	format_count(out, (uint64_t)value);
}

static void percent_of(struct strbuf *out, int64_t value)
{
	format_percent(out, (int32_t)value);
}

static void micro_of(struct strbuf *out, int64_t value)
{
	format_micro(out, (int32_t)value);
}

static void fraction_of(struct strbuf *out, int64_t value)
{
	format_fraction(out, (int32_t)value);
}

static void bytes_of(struct strbuf *out, int64_t value)
{
	format_bytes(out, (uint64_t)value);
}

static void test_count(void **state)
{
	static const struct number_case cases[] = {
		{0, "0"},
		{999, "999"},
		{1000, "1,000"},
		{12345, "12,345"},
		{123456, "123,456"},
		{1234567, "1,234,567"},
		{INT64_MAX, "9,223,372,036,854,775,807"},
		{-1, "18,446,744,073,709,551,615"},
	};

	(void)state;
	check(count_of, cases, COUNT(cases));
}

static void test_percent(void **state)
{
	static const struct number_case cases[] = {
		{0, "0 %"},
		{1, "< 0.1 %"},
		{999, "< 0.1 %"},
		{1000, "0.1 %"},
		{1499, "0.1 %"},
		{1500, "0.2 %"},
		{500000, "50.0 %"},
		{933333, "93.3 %"},
		{933350, "93.3 %"},
		{933500, "93.4 %"},
		{999000, "99.9 %"},
		{999001, "> 99.9 %"},
		{999999, "> 99.9 %"},
		{1000000, "100 %"},
		{1250000, "125.0 %"},
		{-1, "> -0.1 %"},
		{-999, "> -0.1 %"},
		{-1000, "-0.1 %"},
		{-62500, "-6.3 %"},
		{-1000000, "-100 %"},
		{INT32_MAX, "214748.4 %"},
		{INT32_MIN, "-214748.4 %"},
	};

	(void)state;
	check(percent_of, cases, COUNT(cases));
}

static void test_money(void **state)
{
	static const struct number_case cases[] = {
		{0, "$0"},
		{1, "$0.000000001"},
		{12, "$0.000000012"},
		{123, "$0.00000012"},
		{340000, "$0.00034"},
		{345000, "$0.00035"},
		{999600, "$0.001"},
		{1000000, "$0.001"},
		{3400000, "$0.0034"},
		{12300000, "$0.0123"},
		{12345678, "$0.0123"},
		{12350000, "$0.0124"},
		{10000000, "$0.01"},
		{500000000, "$0.50"},
		{120000000, "$0.12"},
		{999940000, "$0.9999"},
		{999950000, "$1.00"},
		{999999999, "$1.00"},
		{1000000000, "$1.00"},
		{1005000000, "$1.01"},
		{1004999999, "$1.00"},
		{12345678900, "$12.35"},
		{1234567890123456, "$1,234,567.89"},
		{-12300000, "-$0.0123"},
		{-5000000000, "-$5.00"},
		{INT64_MAX, "$9,223,372,036.85"},
		{INT64_MIN, "-$9,223,372,036.85"},
	};

	(void)state;
	check(format_money, cases, COUNT(cases));
}

static void test_duration(void **state)
{
	static const struct number_case cases[] = {
		{0, "0 ms"},
		{850, "850 ms"},
		{999, "999 ms"},
		{1000, "1.0 s"},
		{2449, "2.4 s"},
		{2450, "2.5 s"},
		{59949, "59.9 s"},
		{59950, "1 m 00 s"},
		{64000, "1 m 04 s"},
		{64499, "1 m 04 s"},
		{64500, "1 m 05 s"},
		{3599499, "59 m 59 s"},
		{3599500, "1 h 00 m"},
		{7500000, "2 h 05 m"},
		{7529999, "2 h 05 m"},
		{7530000, "2 h 06 m"},
		{360000000, "100 h 00 m"},
		{-1500, "-1.5 s"},
		{INT64_MAX, "2562047788015 h 13 m"},
		{INT64_MIN, "-2562047788015 h 13 m"},
	};

	(void)state;
	check(format_duration, cases, COUNT(cases));
}

static void test_bytes(void **state)
{
	static const struct number_case cases[] = {
		{0, "0 B"},
		{999, "999 B"},
		{1000, "1.0 kB"},
		{1500000, "1.5 MB"},
		{999949, "999.9 kB"},
		{999950, "1.0 MB"},
		{25000000, "25.0 MB"},
		{1200000000, "1.2 GB"},
		{INT64_MAX, "9.2 EB"},
		{-1, "18.4 EB"},
	};

	(void)state;
	check(bytes_of, cases, COUNT(cases));
}

static void test_exact(void **state)
{
	static const struct number_case micro[] = {
		{0, "0.000000"},   {933333, "0.933333"},       {1000000, "1.000000"},
		{-1, "-0.000001"}, {INT32_MAX, "2147.483647"}, {INT32_MIN, "-2147.483648"},
	};
	static const struct number_case nano[] = {
		{0, "0"},
		{1, "0.000000001"},
		{3400000, "0.0034"},
		{12000000000, "12"},
		{10000000000, "10"},
		{16300000, "0.0163"},
		{-500000000, "-0.5"},
		{INT64_MAX, "9223372036.854775807"},
		{INT64_MIN, "-9223372036.854775808"},
	};
	static const struct number_case fractions[] = {
		{500000, "0.50"},  {995000, "0.995"},           {333333, "0.333333"},
		{0, "0.00"},       {1000000, "1.00"},           {999999, "0.999999"},
		{-50000, "-0.05"}, {INT32_MIN, "-2147.483648"},
	};
	static const struct number_case dollars[] = {
		{0, "0.000000"},
		{3400000, "0.003400"},
		{499, "0.000000"},
		{-499, "0.000000"},
		{500, "0.000001"},
		{1234567890123, "1234.567890"},
		{-1500, "-0.000002"},
		{INT64_MAX, "9223372036.854776"},
		{INT64_MIN, "-9223372036.854776"},
	};
	static const struct number_case seconds[] = {
		{0, "0.000"},
		{34, "0.034"},
		{2034, "2.034"},
		{-34, "-0.034"},
		{INT64_MAX, "9223372036854775.807"},
		{INT64_MIN, "-9223372036854775.808"},
	};

	(void)state;
	check(micro_of, micro, COUNT(micro));
	check(fraction_of, fractions, COUNT(fractions));
	check(format_nano, nano, COUNT(nano));
	check(format_dollars, dollars, COUNT(dollars));
	check(format_seconds, seconds, COUNT(seconds));
}

static void test_digits(void **state)
{
	static const struct {
		uint64_t value;
		unsigned width;
		const char *wanted;
	} cases[] = {
		{0, 0, "0"},     {0, 1, "0"},   {0, 3, "000"},
		{7, 0, "7"},     {7, 2, "07"},  {12, 2, "12"},
		{123, 2, "123"}, {10, 0, "10"}, {UINT64_MAX, 0, "18446744073709551615"},
	};
	struct strbuf out = STRBUF_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		strbuf_reset(&out);
		format_digits(&out, cases[i].value, cases[i].width);
		assert_string_equal(out.text, cases[i].wanted);
	}
	strbuf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_digits),   cmocka_unit_test(test_count),
		cmocka_unit_test(test_percent),  cmocka_unit_test(test_money),
		cmocka_unit_test(test_duration), cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_exact),
	};

	return cmocka_run_group_tests_name("numbers", tests, NULL, NULL);
}
