#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runtally/base/thread_pool.h"

enum { HANDS_MOST = 8, JOBS = 500 };

/* What a hand counts is its own: a second one at it at the same time would lose some. */
struct hand {
	size_t done;
};

struct number {
	struct job job;
	size_t value, square, times;
};

static void square(struct job *job, void *context)
{
	struct number *number = (struct number *)job;
	struct hand *hand = context;

	number->square = number->value * number->value;
	number->times++;
	hand->done++;
}

struct world {
	struct hand hands[HANDS_MOST];
	struct crew *crew;
	struct number numbers[JOBS];
};

static void setup(struct world *world, size_t hands)
{
	void *list[HANDS_MOST];

	*world = (struct world){.crew = NULL};
	for (size_t i = 0; i < hands; i++)
		list[i] = &world->hands[i];
	world->crew = crew_new(list, hands);
	for (size_t i = 0; i < JOBS; i++) {
		world->numbers[i].job.run = square;
		world->numbers[i].value = i;
	}
}

static size_t done_in_all(const struct world *world)
{
	size_t done = 0;

	for (size_t i = 0; i < HANDS_MOST; i++)
		done += world->hands[i].done;
	return done;
}

static const size_t crews[] = {1, 2, HANDS_MOST};

static void test_every_job_is_done_once(void **state)
{
	static struct world world;

	(void)state;
	for (size_t c = 0; c < sizeof(crews) / sizeof(*crews); c++) {
		setup(&world, crews[c]);
		for (size_t i = 0; i < JOBS; i++)
			crew_add(world.crew, &world.numbers[i].job);
		for (size_t i = JOBS; i > 0; i--) {
			crew_finish(world.crew, &world.numbers[i - 1].job);
			assert_int_equal(world.numbers[i - 1].square, (i - 1) * (i - 1));
		}
		for (size_t i = 0; i < JOBS; i++)
			assert_int_equal(world.numbers[i].times, 1);
		assert_int_equal(done_in_all(&world), JOBS);
		crew_free(world.crew);
	}
}

static void test_what_was_cancelled_is_idle_or_done(void **state)
{
	static struct world world;

	(void)state;
	for (size_t c = 0; c < sizeof(crews) / sizeof(*crews); c++) {
		size_t done = 0;

		setup(&world, crews[c]);
		for (size_t i = 0; i < JOBS; i++)
			crew_add(world.crew, &world.numbers[i].job);
		for (size_t i = 0; i < JOBS; i++) {
			struct number *number = &world.numbers[i];

			crew_cancel(world.crew, &number->job);
			assert_true(number->job.state == JOB_IDLE || number->job.state == JOB_DONE);
			assert_int_equal(number->times, number->job.state == JOB_DONE);
			done += number->times;
		}
		assert_int_equal(done_in_all(&world), done);
		if (crews[c] == 1)
			assert_int_equal(done, 0);
		crew_free(world.crew);
	}
}

static void test_a_job_can_be_added_again(void **state)
{
	static struct world world;

	(void)state;
	setup(&world, 2);
	for (size_t i = 1; i <= JOBS; i++) {
		crew_add(world.crew, &world.numbers[0].job);
		crew_finish(world.crew, &world.numbers[0].job);
		assert_int_equal(world.numbers[0].times, i);
	}
	crew_free(world.crew);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_job_is_done_once),
		cmocka_unit_test(test_what_was_cancelled_is_idle_or_done),
		cmocka_unit_test(test_a_job_can_be_added_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
