#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runtally/base/parse_number.h"

enum { NONE = -1 };

static void decimals(void **state)
{
	static const struct {
		const char *text;
		unsigned decimals;
		int64_t max, out;
	} cases[] = {
		{"0", 6, 1000000, 0},
		{"1", 6, 1000000, 1000000},
		{"0.8", 6, 1000000, 800000},
		{"0.000001", 6, 1000000, 1},
		{"0.0000001", 6, 1000000, NONE},
		{"0.8000000000000000000000000", 6, 1000000, 800000},
		{"1.000001", 6, 1000000, NONE},
		{"1.0", 6, 1000000, 1000000},
		{"95.25", 4, 1000000, 952500},
		{"100", 4, 1000000, 1000000},
		{"100.0001", 4, 1000000, NONE},
		{"007", 4, 1000000, 70000},
		{"9223372036854775807", 0, INT64_MAX, INT64_MAX},
		{"9223372036854775808", 0, INT64_MAX, NONE},
		{"9223372036.854775807", 9, INT64_MAX, INT64_MAX},
		{"9223372036.854775808", 9, INT64_MAX, NONE},
		{"18446744073709551617", 0, INT64_MAX, NONE},
		{"99999999999999999999999999", 9, INT64_MAX, NONE},
		{"", 6, 1000000, NONE},
		{".5", 6, 1000000, NONE},
		{"1.", 6, 1000000, NONE},
		{".", 6, 1000000, NONE},
		{"0,5", 6, 1000000, NONE},
		{"-1", 6, 1000000, NONE},
		{"+1", 6, 1000000, NONE},
		{" 1", 6, 1000000, NONE},
		{"1 ", 6, 1000000, NONE},
		{"0.5.1", 6, 1000000, NONE},
		{"0.5x", 6, 1000000, NONE},
		{"1e0", 6, 1000000, NONE},
		{"0x1", 6, 1000000, NONE},
		{"nan", 6, 1000000, NONE},
		{"inf", 6, 1000000, NONE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int64_t out = NONE;
		bool good = parse_decimal(cases[i].text, cases[i].decimals, cases[i].max, &out);

		if (good != (cases[i].out != NONE) || out != cases[i].out)
			fail_msg("\"%s\": %d, %lld", cases[i].text, good, (long long)out);
	}
}

static void sizes(void **state)
{
	static const struct {
		const char *text;
		uint64_t max, out; /* 0: none */
	} cases[] = {
		{"1", 10, 1},
		{"10", 10, 10},
		{"11", 10, 0},
		{"0", 10, 0},
		{"0K", 10000, 0},
		{"64K", UINT64_MAX, 65536},
		{"64k", UINT64_MAX, 65536},
		{"2M", UINT64_MAX, 2097152},
		{"3m", UINT64_MAX, 3145728},
		{"1G", UINT64_MAX, 1073741824},
		{"5g", UINT64_MAX, UINT64_C(5368709120)},
		{"3G", UINT32_MAX, UINT32_C(3221225472)},
		{"4G", UINT32_MAX, 0},
		{"1K", 1024, 1024},
		{"1K", 1023, 0},
		{"18446744073709551615", UINT64_MAX, UINT64_MAX},
		{"18446744073709551616", UINT64_MAX, 0},
		{"18014398509481983K", UINT64_MAX, UINT64_MAX - 1023},
		{"18014398509481984K", UINT64_MAX, 0},
		{"17179869184G", UINT64_MAX, 0},
		{"", 10, 0},
		{"K", 10000, 0},
		{"1T", UINT64_MAX, 0},
		{"1KB", UINT64_MAX, 0},
		{"1 K", UINT64_MAX, 0},
		{"1.5K", UINT64_MAX, 0},
		{"-1", UINT64_MAX, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		uint64_t out = 0;
		bool good = parse_size(cases[i].text, 1, cases[i].max, &out);

		if (good != (cases[i].out != 0) || out != cases[i].out)
			fail_msg("\"%s\": %d, %llu", cases[i].text, good, (unsigned long long)out);
	}
}

static void days(void **state)
{
	static const struct {
		const char *text;
		int64_t out; /* 0: none */
	} cases[] = {
		{"1d", 1},
		{"7d", 7},
		{"2w", 14},
		{"100d", 100},
		{"14w", 98},
		{"101d", 0},
		{"15w", 0},
		{"0d", 0},
		{"0w", 0},
		{"7", 0},
		{"d", 0},
		{"", 0},
		{"7D", 0},
		{"7dd", 0},
		{"7h", 0},
		{"-7d", 0},
		{"1.5d", 0},
		{" 7d", 0},
		{"18446744073709551623d", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int64_t out = 0;
		bool good = parse_age_days(cases[i].text, 100, &out);

		if (good != (cases[i].out != 0) || out != cases[i].out)
			fail_msg("\"%s\": %d, %lld", cases[i].text, good, (long long)out);
	}
}

static void times(void **state)
{
	static const struct {
		const char *text;
		int64_t out; /* -1: none */
	} cases[] = {
		{"0", 0},
		{"2500", 2500},
		{"800ms", 800},
		{"2.5s", 2500},
		{"2s", 2000},
		{"0.0015s", -1},
		{"0.001s", 1},
		{"9999s", -1},
		{"10s", 10000},
		{"10001", -1},
		{"10.001s", -1},
		{"10000ms", 10000},
		{"2.5", -1},
		{"2.5ms", -1},
		{"", -1},
		{"s", -1},
		{"ms", -1},
		{"-1", -1},
		{"1m", -1},
		{"1 s", -1},
		{"1ss", -1},
		{".5s", -1},
		{"18446744073709551616s", -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int64_t out = -1;
		bool good = parse_duration_ms(cases[i].text, 10000, &out);

		if (good != (cases[i].out >= 0) || out != cases[i].out)
			fail_msg("\"%s\": %d, %lld", cases[i].text, good, (long long)out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decimals),
		cmocka_unit_test(sizes),
		cmocka_unit_test(times),
		cmocka_unit_test(days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
