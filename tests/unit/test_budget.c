#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "fixture.h"
#include "formats/budget.h"

/* A report that takes so many bytes beside its rows, which get smaller as there are more. */
struct report {
	size_t frame, row;
	size_t saturated; /* from this amount on, a row takes half */
	size_t broken;    /* the amount that cannot be rendered; 0: none */
	size_t tries;
};

static size_t size_of(const struct report *report, size_t amount)
{
	size_t first = amount < report->saturated ? amount : report->saturated;

	return report->frame + first * report->row + (amount - first) * ((report->row + 1) / 2);
}

static int attempt(void *ctx, size_t amount, struct budget *budget, struct error *err)
{
	static const char row[64] = "........................................";
	struct report *report = ctx;
	size_t left = size_of(report, amount);

	report->tries++;
	if (report->broken && amount == report->broken)
		return error_set(err, "broken");
	for (size_t part; left; left -= part) {
		part = left < sizeof(row) ? left : sizeof(row);
		if (budget_sink(budget, row, part, err))
			return -1;
	}
	return 0;
}

static size_t largest(const struct report *report, size_t most, uint64_t limit)
{
	while (most && size_of(report, most) > limit)
		most--;
	return most;
}

static void as_much_as_fits(void **state)
{
	static const size_t mosts[] = {0, 1, 2, 5, 40, 1000, 60000};
	static const size_t frames[] = {0, 10, 900}, rows[] = {1, 7, 300};
	static const uint64_t limits[] = {900, 901, 1000, 5000, 70000};
	struct error err;

	(void)state;
	for (size_t i = 0; i < 7 * 3 * 3 * 5 * 2; i++) {
		struct report report = {.frame = frames[i % 3],
					.row = rows[i / 3 % 3],
					.saturated = i / 45 % 2 ? 30 : SIZE_MAX};
		size_t most = mosts[i / 90], found;
		uint64_t limit = limits[i / 9 % 5];
		struct budget budget;

		budget_init(&budget, limit, true);
		found = largest(&report, most, limit);
		assert_int_equal(budget_fit(&budget, most, attempt, &report, &err), 0);
		assert_false(budget.over);
		assert_int_equal(budget.amount, found);
		assert_int_equal(budget.text.length, size_of(&report, found));
		assert_int_equal(budget.bytes, budget.text.length);
		assert_in_range(report.tries, 1, 30);
		budget_release(&budget);
	}
}

/* Where bytes can be spared, a rendering or two suffice, small ones aside. */
static void what_can_be_spared(void **state)
{
	struct report report = {.frame = 90000, .row = 5000, .saturated = 40};
	struct budget budget;
	struct error err;

	(void)state;
	budget_init(&budget, 9500000, false);
	budget.spare = budget.limit / 4;
	assert_int_equal(budget_fit(&budget, 100000, attempt, &report, &err), 0);
	assert_in_range(budget.bytes, 9500000 / 4 * 3, 9500000);
	assert_int_equal(budget.bytes, size_of(&report, budget.amount));
	assert_int_equal(budget.text.length, 0);
	assert_in_range(report.tries, 1, 5);
	/* All of it is tried even so where it might fit. */
	report.tries = 0;
	assert_int_equal(budget_fit(&budget, 3700, attempt, &report, &err), 0);
	assert_int_equal(budget.amount, 3700);
	assert_int_equal(report.tries, 1);
	budget_release(&budget);
}

static void nothing_fits(void **state)
{
	struct report report = {.frame = 10, .row = 10, .saturated = SIZE_MAX};
	struct budget budget;
	struct error err;

	(void)state;
	for (size_t most = 0; most < 40; most++) {
		budget_init(&budget, 9, true);
		assert_int_equal(budget_fit(&budget, most, attempt, &report, &err), 0);
		assert_true(budget.over);
		assert_int_equal(budget.text.length, 0);
		budget_release(&budget);
	}
}

static void errors_end_it(void **state)
{
	struct report report = {.frame = 10, .row = 10, .saturated = SIZE_MAX, .broken = 7};
	struct budget budget;
	struct error err;

	(void)state;
	budget_init(&budget, 100, true);
	assert_int_equal(budget_fit(&budget, 7, attempt, &report, &err), -1);
	assert_string_equal(err.text, "broken");
	budget_release(&budget);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_much_as_fits),
		cmocka_unit_test(what_can_be_spared),
		cmocka_unit_test(nothing_fits),
		cmocka_unit_test(errors_end_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
