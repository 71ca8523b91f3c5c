#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "runtally/gate.h"

enum { DOLLAR = 1000000000 };

static const struct gate_options no_gates = {.min_pass_rate_micro = -1, .max_cost_nano = -1};

static void setup(struct report *report)
{
	memset(report, 0, sizeof(*report));
	arena_init(&report->arena, 0);
	tally_init(&report->totals);
}

static void words(void **state)
{
	(void)state;
	assert_int_equal(fail_on_by_name("failed"), FAIL_ON_FAILED);
	assert_int_equal(fail_on_by_name("errors"), FAIL_ON_ERRORS);
	assert_int_equal(fail_on_by_name("unfinished"), FAIL_ON_UNFINISHED);
	assert_int_equal(fail_on_by_name("flaky"), FAIL_ON_FLAKY);
	assert_int_equal(fail_on_by_name("no-runs"), FAIL_ON_NO_RUNS);
	assert_int_equal(fail_on_by_name("no-run"), 0);
	assert_int_equal(fail_on_by_name(""), 0);
	assert_null(fail_on_words[5]);
}

static void no_options_no_gates(void **state)
{
	struct report report;
	struct gates gates;

	(void)state;
	setup(&report);
	gates_judge(&gates, &no_gates, &report);
	assert_int_equal(gates.count, 0);
	assert_int_equal(gates.missed, 0);
	arena_release(&report.arena);
}

static void rates(void **state)
{
	static const struct {
		int32_t wanted;
		uint64_t passed, failed, errors, pending;
		bool met;
		const char *name, *wanted_text, *found;
	} cases[] = {
		{950000, 19, 1, 0, 0, true, "--min-pass-rate 95", "at least 95 %",
		 "95.0 % (19 of 20)"},
		{950000, 18, 1, 1, 5, false, "--min-pass-rate 95", "at least 95 %",
		 "90.0 % (18 of 20)"},
		/* 84.08 % is 84.1 % everywhere */
		{900000, 713, 135, 0, 0, false, "--min-pass-rate 90", "at least 90 %",
		 "84.1 % (713 of 848)"},
		/* all is not almost all, and something is not nothing */
		{500000, 9999, 1, 0, 0, true, "--min-pass-rate 50", "at least 50 %",
		 "99.9 % (9999 of 10000)"},
		{500000, 1, 9999, 0, 0, false, "--min-pass-rate 50", "at least 50 %",
		 "< 0.1 % (1 of 10000)"},
		/* 94.96 % is not 95.0 % */
		{950000, 2374, 126, 0, 0, false, "--min-pass-rate 95", "at least 95 %",
		 "94.9 % (2374 of 2500)"},
		{952500, 3810, 190, 0, 0, true, "--min-pass-rate 95.25", "at least 95.25 %",
		 "95.25 % (3810 of 4000)"},
		{952501, 3810, 190, 0, 0, false, "--min-pass-rate 95.2501", "at least 95.2501 %",
		 "95.2500 % (3810 of 4000)"},
		{666666, 2, 1, 0, 0, true, "--min-pass-rate 66.6666", "at least 66.6666 %",
		 "66.6666 % (2 of 3)"},
		/* half up it would be enough */
		{666667, 2, 1, 0, 0, false, "--min-pass-rate 66.6667", "at least 66.6667 %",
		 "66.6666 % (2 of 3)"},
		{1000000, 3, 0, 0, 9, true, "--min-pass-rate 100", "at least 100 %",
		 "100 % (3 of 3)"},
		{1000000, 99999999, 1, 0, 0, false, "--min-pass-rate 100", "at least 100 %",
		 "99.9 % (99999999 of 100000000)"},
		{1000000, (UINT64_C(1) << 44) - 2, 1, 0, 0, false, "--min-pass-rate 100",
		 "at least 100 %", "99.9 % (17592186044414 of 17592186044415)"},
		{100, 1, 9999, 0, 0, true, "--min-pass-rate 0.01", "at least 0.01 %",
		 "0.01 % (1 of 10000)"},
		{0, 0, 1, 0, 0, true, "--min-pass-rate 0", "at least 0 %", "0.0 % (0 of 1)"},
		{0, 0, 0, 0, 4, false, "--min-pass-rate 0", "at least 0 %", "no run has a verdict"},
		{500000, 0, 0, 0, 0, false, "--min-pass-rate 50", "at least 50 %",
		 "no run has a verdict"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct gate_options options = no_gates;
		struct report report;
		struct gates gates;

		setup(&report);
		options.min_pass_rate_micro = cases[i].wanted;
		report.totals.outcomes[OUTCOME_PASSED] = cases[i].passed;
		report.totals.outcomes[OUTCOME_FAILED] = cases[i].failed;
		report.totals.outcomes[OUTCOME_ERROR] = cases[i].errors;
		report.totals.outcomes[OUTCOME_PENDING] = cases[i].pending;
		report.totals.runs =
			cases[i].passed + cases[i].failed + cases[i].errors + cases[i].pending;
		gates_judge(&gates, &options, &report);
		assert_int_equal(gates.count, 1);
		assert_string_equal(gates.items[0].name, cases[i].name);
		assert_string_equal(gates.items[0].wanted, cases[i].wanted_text);
		assert_string_equal(gates.items[0].found, cases[i].found);
		assert_int_equal(gates.items[0].met, cases[i].met);
		assert_int_equal(gates.missed, !cases[i].met);
		arena_release(&report.arena);
	}
}

static void costs(void **state)
{
	static const struct {
		int64_t wanted, cost;
		uint64_t known, runs;
		bool met;
		const char *name, *wanted_text, *found;
	} cases[] = {
		{INT64_C(3) * DOLLAR / 2, INT64_C(6) * DOLLAR / 5, 10, 10, true, "--max-cost 1.5",
		 "at most $1.5", "$1.20"},
		{INT64_C(2) * DOLLAR, INT64_C(2) * DOLLAR, 3, 3, true, "--max-cost 2", "at most $2",
		 "$2"},
		/* $2.00 would look as if it were enough */
		{INT64_C(2) * DOLLAR, INT64_C(2) * DOLLAR + 1, 3, 3, false, "--max-cost 2",
		 "at most $2", "$2.000000001"},
		/* and $2.00 would look as if it were too much */
		{1997000000, 1996500000, 3, 3, true, "--max-cost 1.997", "at most $1.997",
		 "$1.9965"},
		{INT64_C(2) * DOLLAR, INT64_C(6) * DOLLAR / 5, 3, 25, true, "--max-cost 2",
		 "at most $2", "$1.20 known of 12.0 % of runs"},
		{INT64_C(1) * DOLLAR, INT64_C(6) * DOLLAR / 5, 3, 25, false, "--max-cost 1",
		 "at most $1", "$1.20 known of 12.0 % of runs"},
		{INT64_C(1) * DOLLAR, 0, 0, 25, false, "--max-cost 1", "at most $1",
		 "no run tells its cost"},
		{0, 0, 4, 4, true, "--max-cost 0", "at most $0", "$0"},
		{0, 0, 0, 0, false, "--max-cost 0", "at most $0", "no run tells its cost"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct gate_options options = no_gates;
		struct report report;
		struct gates gates;

		setup(&report);
		options.max_cost_nano = cases[i].wanted;
		report.totals.runs = cases[i].runs;
		report.totals.cost_known = cases[i].known;
		report.totals.cost_nano = cases[i].cost;
		gates_judge(&gates, &options, &report);
		assert_int_equal(gates.count, 1);
		assert_string_equal(gates.items[0].name, cases[i].name);
		assert_string_equal(gates.items[0].wanted, cases[i].wanted_text);
		assert_string_equal(gates.items[0].found, cases[i].found);
		assert_int_equal(gates.items[0].met, cases[i].met);
		arena_release(&report.arena);
	}
}

/* A sum that stays at its maximum (tally.h) is more than any gate allows. */
static void saturated_cost(void **state)
{
	struct gate_options options = no_gates;
	struct report report;
	struct gates gates;

	(void)state;
	setup(&report);
	options.max_cost_nano = INT64_C(1000000000) * DOLLAR;
	report.totals.runs = report.totals.cost_known = 1;
	report.totals.cost_nano = INT64_MAX;
	gates_judge(&gates, &options, &report);
	assert_int_equal(gates.missed, 1);
	report.totals.cost_over = true;
	options.max_cost_nano = INT64_MAX;
	gates_judge(&gates, &options, &report);
	assert_int_equal(gates.missed, 1);
	assert_string_equal(gates.items[0].found, "more than $9223372036.854775807");
	arena_release(&report.arena);
}

static void fail_on(void **state)
{
	static const struct {
		unsigned flag;
		uint64_t outcomes[OUTCOME_COUNT], flaky;
		bool met;
		const char *name, *wanted, *found;
	} cases[] = {
		{FAIL_ON_FAILED,
		 {1, 0, 5, 5, 5},
		 5,
		 true,
		 "--fail-on failed",
		 "no failed run",
		 "none"},
		{FAIL_ON_FAILED,
		 {1, 1, 0, 0, 0},
		 0,
		 false,
		 "--fail-on failed",
		 "no failed run",
		 "1 failed run"},
		{FAIL_ON_ERRORS,
		 {1, 5, 0, 5, 5},
		 5,
		 true,
		 "--fail-on errors",
		 "no run that ended in error",
		 "none"},
		{FAIL_ON_ERRORS,
		 {1, 0, 1234, 0, 0},
		 0,
		 false,
		 "--fail-on errors",
		 "no run that ended in error",
		 "1,234 runs that ended in error"},
		{FAIL_ON_UNFINISHED,
		 {1, 5, 5, 0, 0},
		 5,
		 true,
		 "--fail-on unfinished",
		 "no run without a verdict",
		 "none"},
		{FAIL_ON_UNFINISHED,
		 {1, 0, 0, 1, 1},
		 0,
		 false,
		 "--fail-on unfinished",
		 "no run without a verdict",
		 "2 runs without a verdict"},
		{FAIL_ON_FLAKY,
		 {1, 5, 5, 5, 5},
		 0,
		 true,
		 "--fail-on flaky",
		 "no flaky case",
		 "none"},
		{FAIL_ON_FLAKY,
		 {1, 0, 0, 0, 0},
		 2,
		 false,
		 "--fail-on flaky",
		 "no flaky case",
		 "2 flaky cases"},
		{FAIL_ON_NO_RUNS,
		 {0, 0, 0, 0, 0},
		 0,
		 false,
		 "--fail-on no-runs",
		 "at least one run",
		 "none"},
		{FAIL_ON_NO_RUNS,
		 {0, 0, 0, 0, 1},
		 0,
		 true,
		 "--fail-on no-runs",
		 "at least one run",
		 "1 run"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct gate_options options = no_gates;
		struct report report;
		struct gates gates;

		setup(&report);
		options.fail_on = cases[i].flag;
		for (size_t j = 0; j < OUTCOME_COUNT; j++) {
			report.totals.outcomes[j] = cases[i].outcomes[j];
			report.totals.runs += cases[i].outcomes[j];
		}
		report.flaky_cases = cases[i].flaky;
		gates_judge(&gates, &options, &report);
		assert_int_equal(gates.count, 1);
		assert_string_equal(gates.items[0].name, cases[i].name);
		assert_string_equal(gates.items[0].wanted, cases[i].wanted);
		assert_string_equal(gates.items[0].found, cases[i].found);
		assert_int_equal(gates.items[0].met, cases[i].met);
		arena_release(&report.arena);
	}
}

/* All gates at once, in the order of the manual. */
static void everything(void **state)
{
	static const char *const names[] = {
		"--min-pass-rate 50",   "--max-cost 1",    "--fail-on failed",  "--fail-on errors",
		"--fail-on unfinished", "--fail-on flaky", "--fail-on no-runs",
	};
	struct gate_options options = {500000, DOLLAR, 31};
	struct report report;
	struct gates gates;

	(void)state;
	setup(&report);
	gates_judge(&gates, &options, &report);
	assert_int_equal(gates.count, 7);
	assert_true(gates.count <= GATES_MAX);
	for (size_t i = 0; i < gates.count; i++)
		assert_string_equal(gates.items[i].name, names[i]);
	assert_int_equal(gates.missed, 3); /* rate and cost unknown, no runs */
	arena_release(&report.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words),          cmocka_unit_test(no_options_no_gates),
		cmocka_unit_test(rates),          cmocka_unit_test(costs),
		cmocka_unit_test(saturated_cost), cmocka_unit_test(fail_on),
		cmocka_unit_test(everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
