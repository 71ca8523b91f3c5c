#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "runtally/base/times.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define NOON_MS      INT64_C(1795168800000) /* 2026-11-20T10:00:00Z, by Python's datetime */

static void test_good(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} cases[] = {
		{"1970-01-01T00:00:00Z", 0},
		{"1970-01-01T00:00:00.001Z", 1},
		{"1969-12-31T23:59:59.999Z", -1},
		{"2026-11-20T10:00:00Z", NOON_MS},
		{"2026-11-20T10:00:00z", NOON_MS},
		{"2026-11-20t10:00:00Z", NOON_MS},
		{"2026-11-20 10:00:00Z", NOON_MS},
		{"2026-11-20T10:00:00", NOON_MS},
		{"2026-11-20 10:00:00", NOON_MS},
		{"2026-11-20T10:00:00.5Z", NOON_MS + 500},
		{"2026-11-20T10:00:00,25Z", NOON_MS + 250},
		{"2026-11-20T10:00:00.123456789Z", NOON_MS + 123},
		{"2026-11-20T10:00:00.9999", NOON_MS + 999},
		{"2026-11-20T12:00:00+02:00", NOON_MS},
		{"2026-11-20T12:00:00+0200", NOON_MS},
		{"2026-11-20T12:00:00+02", NOON_MS},
		{"2026-11-20T04:30:00-05:30", NOON_MS},
		{"2026-11-20T10:00:00-00:00", NOON_MS},
		{"2024-02-29T12:34:56.789Z", INT64_C(1709210096789)},
		{"2000-02-29T00:00:00Z", INT64_C(951782400000)},
		{"1900-03-01T00:00:00Z", INT64_C(-2203891200000)},
		{"1600-02-29T00:00:00Z", INT64_C(-11670998400000)},
		{"0001-01-01T00:00:00Z", INT64_C(-62135596800000)},
		{"9999-12-31T23:59:59.999Z", INT64_C(253402300799999)},
		{"2016-12-31T23:59:60Z", INT64_C(1483228799000)},
		{"2016-12-31T23:59:60.5Z", INT64_C(1483228799500)},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t ms = 0, other = 0;

		assert_true(time_parse(cases[i].text, &ms));
		assert_true(time_or_date_parse(cases[i].text, &other));
		assert_int_equal(ms, cases[i].ms);
		assert_int_equal(other, cases[i].ms);
	}
}

static void test_bad(void **state)
{
	static const char *const cases[] = {
		"",
		"x",
		"2026",
		"2026-11",
		"2026-11-20",
		"2026-11-20T",
		"2026-11-20T10",
		"2026-11-20T10:00",
		"2026-11-20T10:00Z",
		"2026-11-20T10:00:0Z",
		"2026-11-20T10:00:00.Z",
		"2026-11-20T10:00:00.",
		"2026-11-20T10:00:00ZZ",
		"2026-11-20T10:00:00Z ",
		" 2026-11-20T10:00:00Z",
		"2026-11-20T10:00:00 Z",
		"2026-11-20T10:00:00+",
		"2026-11-20T10:00:00+2",
		"2026-11-20T10:00:00+02:",
		"2026-11-20T10:00:00+02:0",
		"2026-11-20T10:00:00+02:000",
		"2026-11-20T10:00:00+24:00",
		"2026-11-20T10:00:00+00:60",
		"2026-11-20T24:00:00Z",
		"2026-11-20T10:60:00Z",
		"2026-11-20T10:00:61Z",
		"2026-13-20T10:00:00Z",
		"2026-00-20T10:00:00Z",
		"2026-11-00T10:00:00Z",
		"2026-11-31T10:00:00Z",
		"2026-02-29T10:00:00Z",
		"1900-02-29T10:00:00Z",
		"0000-01-01T00:00:00Z",
		"-026-11-20T10:00:00Z",
		"2026-1-20T10:00:00Z",
		"20261120T100000Z",
		"12026-11-20T10:00:00Z",
		"0001-01-01T00:00:00+00:01",
		"9999-12-31T23:59:59-00:01",
		"2026-11-20_10:00:00Z",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t ms = 42;

		assert_false(time_parse(cases[i], &ms));
		assert_int_equal(ms, 42);
	}
}

static void test_dates(void **state)
{
	int64_t ms = 42;

	(void)state;
	assert_true(time_or_date_parse("2026-11-20", &ms));
	assert_int_equal(ms, NOON_MS - 10 * INT64_C(3600000));
	ms = 42;
	assert_false(time_or_date_parse("2026-11-20x", &ms));
	assert_false(time_or_date_parse("2026-11-2", &ms));
	assert_false(time_or_date_parse("2026-02-30", &ms));
	assert_false(time_or_date_parse("", &ms));
	assert_int_equal(ms, 42);
}

static void test_text(void **state)
{
	static const struct {
		int64_t ms;
		const char *time;
	} cases[] = {
		{0, "1970-01-01T00:00:00.000Z"},
		{-1, "1969-12-31T23:59:59.999Z"},
		{-DAY_MS, "1969-12-31T00:00:00.000Z"},
		{-DAY_MS - 1, "1969-12-30T23:59:59.999Z"},
		{DAY_MS - 1, "1970-01-01T23:59:59.999Z"},
		{NOON_MS + 7, "2026-11-20T10:00:00.007Z"},
		{INT64_C(-62135596800000), "0001-01-01T00:00:00.000Z"},
		{INT64_C(253402300799999), "9999-12-31T23:59:59.999Z"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char time[TIME_TEXT_SIZE], date[DATE_TEXT_SIZE];

		time_text(cases[i].ms, time);
		date_text(cases[i].ms, date);
		assert_string_equal(time, cases[i].time);
		assert_memory_equal(date, cases[i].time, DATE_TEXT_SIZE - 1);
		assert_int_equal(strlen(date), DATE_TEXT_SIZE - 1);
	}
}

/* Every day of the calendar there and back, each a day after the last one. */
static void test_every_day(void **state)
{
	int64_t expected = INT64_C(-62135596800000), ms;
	char date[DATE_TEXT_SIZE];

	(void)state;
	for (; expected <= INT64_C(253402300799999); expected += DAY_MS) {
		date_text(expected, date);
		assert_true(time_or_date_parse(date, &ms));
		assert_int_equal(ms, expected);
	}
}

static void test_local_dates(void **state)
{
	char date[DATE_TEXT_SIZE];

	(void)state;
	time_zone_set(2 * DAY_MS / 24);
	time_local_date_text(NOON_MS + 12 * DAY_MS / 24 - 1, date);
	assert_string_equal(date, "2026-11-20");
	time_local_date_text(NOON_MS + 12 * DAY_MS / 24, date);
	assert_string_equal(date, "2026-11-21");
	time_zone_set(0);
	time_local_date_text(NOON_MS + 12 * DAY_MS / 24, date);
	assert_string_equal(date, "2026-11-20");
}

/* Nothing that is out of range may be undefined; the text is of the usual size. */
static void test_extremes(void **state)
{
	static const int64_t cases[] = {INT64_MIN, INT64_MIN + 1, INT64_MAX,
					INT64_C(253402300800000), INT64_C(-62135596800001)};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char time[TIME_TEXT_SIZE], date[DATE_TEXT_SIZE];

		time_text(cases[i], time);
		date_text(cases[i], date);
		assert_int_equal(strlen(time), TIME_TEXT_SIZE - 1);
		assert_int_equal(strlen(date), DATE_TEXT_SIZE - 1);
	}
}

static void test_weeks(void **state)
{
	static const struct {
		const char *text, *monday; /* NULL: there is no such week */
	} cases[] = {
		{"2026-W47", "2026-11-16"}, {"2026-W01", "2025-12-29"},
		{"2026-W53", "2026-12-28"}, {"2025-W53", NULL},
		{"2020-W53", "2020-12-28"}, {"2021-W01", "2021-01-04"},
		{"2026-W00", NULL},         {"2026-W54", NULL},
		{"2026-w47", NULL},         {"1969-W52", "1969-12-22"},
		{"0001-W01", "0001-01-01"}, {"2026W47", NULL},
		{"2026-W477", NULL},        {"", NULL},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t day, ms;

		assert_int_equal(week_parse(cases[i].text, &day), cases[i].monday != NULL);
		if (!cases[i].monday)
			continue;
		assert_true(time_or_date_parse(cases[i].monday, &ms));
		assert_int_equal(day, time_days(ms));
		for (int64_t later = 0; later < 7; later++) {
			char text[WEEK_TEXT_SIZE];

			week_text(day + later, text);
			assert_string_equal(text, cases[i].text);
			assert_int_equal(week_monday(day + later), day);
		}
	}
}

static void test_zones(void **state)
{
	static const struct {
		const char *text, *name; /* NULL: none */
		int64_t minutes;
	} cases[] = {
		{"UTC", "UTC", 0},
		{"Z", "UTC", 0},
		{"+02:00", "UTC+02:00", 120},
		{"-0330", "UTC-03:30", -210},
		{"+02", "UTC+02:00", 120},
		{"", NULL, 0},
		{"Europe/Berlin", NULL, 0},
		{"+2", NULL, 0},
		{"+24:00", NULL, 0},
		{"+02:00x", NULL, 0},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf name = STRBUF_INIT;
		int64_t ahead, midnight = INT64_C(20773) * DAY_MS;

		assert_int_equal(time_zone_parse(cases[i].text, &ahead), cases[i].name != NULL);
		if (!cases[i].name)
			continue;
		assert_int_equal(ahead, cases[i].minutes * 60000);
		time_zone_set(ahead);
		time_zone_text(midnight, midnight, &name);
		assert_string_equal(name.text, cases[i].name);
		strbuf_release(&name);
		assert_int_equal(time_local_days(midnight), 20773 - (cases[i].minutes < 0));
		assert_int_equal(time_local_days(time_of_local_day(20773)), 20773);
		assert_int_equal(time_local_days(time_of_local_day(20773) - 1), 20772);
	}
	time_zone_set(0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),        cmocka_unit_test(test_bad),
		cmocka_unit_test(test_dates),       cmocka_unit_test(test_text),
		cmocka_unit_test(test_weeks),       cmocka_unit_test(test_zones),
		cmocka_unit_test(test_local_dates), cmocka_unit_test(test_every_day),
		cmocka_unit_test(test_extremes),
	};

	return cmocka_run_group_tests_name("times", tests, NULL, NULL);
}
