#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "runtally/analysis/gate.h"

static const struct notes no_notes;

enum { DOLLAR = 1000000000 };

static void setup(struct results *results)
{
	memset(results, 0, sizeof(*results));
	arena_init(&results->arena, 0);
	tally_init(&results->totals);
}

static void judge(struct gates *gates, const struct gate_options *options, struct results *results)
{
	const struct gate_demands demands = {.whole = *options};

	gates_judge(gates, &demands, results, NULL, &no_notes);
}

static void release(struct gates *gates, struct results *results)
{
	gates_release(gates);
	arena_release(&results->arena);
}

/* The one gate that the options ask for. */
static void check_one(struct results *results, const struct gate_options *options,
		      const struct comparison *comparison, const struct gate *expected)
{
	const struct gate_demands demands = {.whole = *options};
	struct gates gates;

	gates_judge(&gates, &demands, results, comparison, &no_notes);
	assert_int_equal(gates.count, 1);
	assert_string_equal(gates.items[0].name, expected->name);
	assert_string_equal(gates.items[0].wanted, expected->wanted);
	assert_string_equal(gates.items[0].found, expected->found);
	assert_int_equal(gates.items[0].met, expected->met);
	assert_int_equal(gates.missed, !expected->met);
	release(&gates, results);
}

static void words(void **state)
{
	static const struct {
		const char *word;
		unsigned flag;
	} words[] = {
		{"failed", FAIL_ON_FAILED},         {"errors", FAIL_ON_ERRORS},
		{"unfinished", FAIL_ON_UNFINISHED}, {"flaky", FAIL_ON_FLAKY},
		{"no-runs", FAIL_ON_NO_RUNS},       {"regressions", FAIL_ON_REGRESSIONS},
		{"incomplete", FAIL_ON_INCOMPLETE},
	};
	unsigned i;

	(void)state;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		assert_string_equal(fail_on_words[i], words[i].word);
		assert_int_equal(1U << i, words[i].flag);
	}
	assert_null(fail_on_words[i]);
}

/* It names what is missing: some of it, and how often notes said so. */
static void incomplete(void **state)
{
	static const struct {
		size_t gaps, limit;
		const char *found;
		bool met;
	} cases[] = {
		{0, 10, "nothing", true},
		{1, 10, "page 1", false},
		{3, 10, "page 1; page 2; page 3", false},
		{4, 10, "page 1; page 2; page 3; 1 more note", false},
		{9, 2, "page 1; 8 more notes", false},
		{2, 0, "2 notes", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct gate_demands asked = {.whole = no_gates};
		struct results results;
		struct gates gates;
		struct notes notes;

		setup(&results);
		notes_init(&notes, cases[i].limit);
		notes_addf(&notes, SEVERITY_WARNING, "a later copy counts");
		for (size_t n = 0; n < cases[i].gaps; n++)
			notes_add_gap(&notes, "page %zu", n + 1);
		asked.whole.fail_on = FAIL_ON_INCOMPLETE;
		gates_judge(&gates, &asked, &results, NULL, &notes);
		assert_int_equal(gates.count, 1);
		assert_string_equal(gates.items[0].name, "--fail-on incomplete");
		assert_string_equal(gates.items[0].wanted, "nothing missing from the figures");
		assert_string_equal(gates.items[0].found, cases[i].found);
		assert_int_equal(gates.items[0].met, cases[i].met);
		notes_release(&notes);
		release(&gates, &results);
	}
}

static void no_options_no_gates(void **state)
{
	struct results results;
	struct gates gates;

	(void)state;
	setup(&results);
	judge(&gates, &no_gates, &results);
	assert_int_equal(gates.count, 0);
	assert_int_equal(gates.missed, 0);
	release(&gates, &results);
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
		struct results results;

		setup(&results);
		options.min_pass_rate_micro = cases[i].wanted;
		results.totals.outcomes[OUTCOME_PASSED] = cases[i].passed;
		results.totals.outcomes[OUTCOME_FAILED] = cases[i].failed;
		results.totals.outcomes[OUTCOME_ERROR] = cases[i].errors;
		results.totals.outcomes[OUTCOME_PENDING] = cases[i].pending;
		results.totals.runs =
			cases[i].passed + cases[i].failed + cases[i].errors + cases[i].pending;
		check_one(&results, &options, NULL,
			  &(struct gate){cases[i].name, cases[i].wanted_text, cases[i].found,
					 cases[i].met});
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
		struct results results;

		setup(&results);
		options.max_cost_nano = cases[i].wanted;
		results.totals.runs = cases[i].runs;
		results.totals.cost_known = cases[i].known;
		results.totals.cost_nano = cases[i].cost;
		check_one(&results, &options, NULL,
			  &(struct gate){cases[i].name, cases[i].wanted_text, cases[i].found,
					 cases[i].met});
	}
}

/* A sum that stays at its maximum (tally.h) is more than any gate allows. */
static void saturated_cost(void **state)
{
	struct gate_options options = no_gates;
	struct results results;
	struct gates gates;

	(void)state;
	setup(&results);
	options.max_cost_nano = INT64_C(1000000000) * DOLLAR;
	results.totals.runs = results.totals.cost_known = 1;
	results.totals.cost_nano = INT64_MAX;
	judge(&gates, &options, &results);
	assert_int_equal(gates.missed, 1);
	gates_release(&gates);
	results.totals.cost_over = true;
	options.max_cost_nano = INT64_MAX;
	judge(&gates, &options, &results);
	assert_int_equal(gates.missed, 1);
	assert_string_equal(gates.items[0].found, "more than $9223372036.854775807");
	release(&gates, &results);
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
		struct results results;

		setup(&results);
		options.fail_on = cases[i].flag;
		for (size_t j = 0; j < OUTCOME_COUNT; j++) {
			results.totals.outcomes[j] = cases[i].outcomes[j];
			results.totals.runs += cases[i].outcomes[j];
		}
		results.flaky_cases = cases[i].flaky;
		check_one(&results, &options, NULL,
			  &(struct gate){cases[i].name, cases[i].wanted, cases[i].found,
					 cases[i].met});
	}
}

/* All gates at once, in the order of the manual. */
static void everything(void **state)
{
	static const char *const names[] = {
		"--min-pass-rate 50",     "--max-cost 1",     "--max-cost-per-pass 0.5",
		"--max-p95-latency 2500", "--fail-on failed", "--fail-on errors",
		"--fail-on unfinished",   "--fail-on flaky",  "--fail-on no-runs",
		"--fail-on regressions",
	};
	struct gate_options options = {500000, DOLLAR, DOLLAR / 2, 2500, 63};
	struct results results;
	struct gates gates;

	(void)state;
	setup(&results);
	judge(&gates, &options, &results);
	assert_int_equal(gates.count, 10);
	for (size_t i = 0; i < gates.count; i++)
		assert_string_equal(gates.items[i].name, names[i]);
	/* rate, costs and latency unknown, no runs, nothing to compare with */
	assert_int_equal(gates.missed, 6);
	release(&gates, &results);
}

static void cost_per_pass(void **state)
{
	static const struct {
		int64_t wanted, cost;
		uint64_t known, passed, runs;
		bool met;
		const char *found;
	} cases[] = {
		{INT64_C(2) * DOLLAR, INT64_C(6) * DOLLAR, 4, 3, 4, true, "$2"},
		{INT64_C(2) * DOLLAR, INT64_C(6) * DOLLAR + 3, 4, 3, 4, false, "$2.000000001"},
		{INT64_C(2) * DOLLAR, INT64_C(6) * DOLLAR, 4, 4, 8, true,
		 "$1.50 known of 50.0 % of runs"},
		{INT64_C(2) * DOLLAR, 1, 4, 0, 4, false, "no run that passed tells its cost"},
		{INT64_C(2) * DOLLAR, 0, 0, 0, 4, false, "no run that passed tells its cost"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct gate_options options = no_gates;
		struct results results;

		setup(&results);
		options.max_cost_per_pass_nano = cases[i].wanted;
		results.totals.runs = cases[i].runs;
		results.totals.cost_known = cases[i].known;
		results.totals.cost_known_passed = cases[i].passed;
		results.totals.cost_nano = cases[i].cost;
		check_one(&results, &options, NULL,
			  &(struct gate){"--max-cost-per-pass 2", "at most $2", cases[i].found,
					 cases[i].met});
	}
}

static void latency(void **state)
{
	static const struct {
		uint64_t known;
		int64_t p95;
		bool met;
		const char *found;
	} cases[] = {
		{10, 2500, true, "2,500 ms"},
		{10, 2501, false, "2,501 ms"},
		{10, 0, true, "0 ms"},
		{0, 0, false, "no run tells its latency"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct gate_options options = no_gates;
		struct results results;

		setup(&results);
		options.max_p95_latency_ms = 2500;
		results.totals.latency.known = cases[i].known;
		results.totals.latency.p95 = cases[i].p95;
		check_one(&results, &options, NULL,
			  &(struct gate){"--max-p95-latency 2500", "at most 2,500 ms",
					 cases[i].found, cases[i].met});
	}
}

static void regressions(void **state)
{
	static const struct {
		enum change total;
		uint64_t worse_suites, worse_cases, judged, runs_before;
		bool met;
		const char *found;
	} cases[] = {
		{CHANGE_NONE, 0, 0, 9, 9, true, "nothing"},
		{CHANGE_BETTER, 0, 0, 9, 9, true, "nothing"},
		{CHANGE_FEW, 0, 0, 9, 9, true, "nothing"},
		{CHANGE_WORSE, 0, 0, 9, 9, false, "the total"},
		{CHANGE_BETTER, 1, 0, 9, 9, false, "1 suite"},
		{CHANGE_WORSE, 2, 1, 9, 9, false, "the total, 2 suites, 1 case"},
		{CHANGE_NONE, 0, 3, 9, 9, false, "3 cases"},
		{CHANGE_UNKNOWN, 0, 0, 0, 9, false, "no run has a verdict"},
		{CHANGE_UNKNOWN, 0, 0, 9, 0, false, "no runs to compare with"},
		{CHANGE_UNKNOWN, 0, 0, 9, 9, false, "no run to compare with has a verdict"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct gate_options options = no_gates;
		struct comparison comparison = {.total = {.change = cases[i].total}};
		struct tally before;
		struct results results;

		setup(&results);
		tally_init(&before);
		before.runs = cases[i].runs_before;
		options.fail_on = FAIL_ON_REGRESSIONS;
		results.totals.outcomes[OUTCOME_PASSED] = cases[i].judged;
		comparison.total.before = &before;
		comparison.suites_changed[CHANGE_WORSE] = cases[i].worse_suites;
		comparison.cases_changed[CHANGE_WORSE] = cases[i].worse_cases;
		check_one(&results, &options, &comparison,
			  &(struct gate){"--fail-on regressions", "nothing clearly worse",
					 cases[i].found, cases[i].met});
	}
}

/* Those that match, by name or id; a glob that none matches is missed. */
static void suites(void **state)
{
	struct suite_group groups[] = {
		{.name = "Booking on chat", .title = "Booking on chat"},
		{.name = "Booking by phone", .title = "Booking by phone (telnyx)"},
		{.name = "Refunds", .id = "s-7", .title = "Refunds"},
	};
	struct suite_gates own[] = {{"Booking *", no_gates}, {"s-7", no_gates}, {"x*", no_gates}};
	const struct gate_demands demands = {no_gates, own, 3};
	struct results results;
	struct gates gates;

	(void)state;
	setup(&results);
	own[0].options.min_pass_rate_micro = 900000;
	own[1].options.fail_on = FAIL_ON_FLAKY | FAIL_ON_REGRESSIONS;
	results.suites = groups;
	results.suite_count = 3;
	groups[0].tally.outcomes[OUTCOME_PASSED] = 9;
	groups[0].tally.outcomes[OUTCOME_FAILED] = 1;
	groups[2].flaky_cases = 2;
	gates_judge(&gates, &demands, &results, NULL, &no_notes);
	assert_int_equal(gates.count, 5);
	assert_string_equal(gates.items[0].name, "Booking on chat: min-pass-rate 90");
	assert_true(gates.items[0].met);
	assert_string_equal(gates.items[1].name, "Booking by phone (telnyx): min-pass-rate 90");
	assert_string_equal(gates.items[1].found, "no run has a verdict");
	assert_string_equal(gates.items[2].name, "Refunds: fail-on flaky");
	assert_string_equal(gates.items[2].found, "2 flaky cases");
	assert_string_equal(gates.items[3].name, "Refunds: fail-on regressions");
	assert_string_equal(gates.items[3].found,
			    "nothing to compare with: neither a baseline nor a history");
	assert_string_equal(gates.items[4].name, "gates of suite x*");
	assert_string_equal(gates.items[4].found, "none");
	assert_int_equal(gates.missed, 4);
	release(&gates, &results);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words),          cmocka_unit_test(no_options_no_gates),
		cmocka_unit_test(rates),          cmocka_unit_test(costs),
		cmocka_unit_test(saturated_cost), cmocka_unit_test(fail_on),
		cmocka_unit_test(everything),     cmocka_unit_test(cost_per_pass),
		cmocka_unit_test(incomplete),     cmocka_unit_test(latency),
		cmocka_unit_test(regressions),    cmocka_unit_test(suites),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
