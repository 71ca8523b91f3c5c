#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "runtally/base/thread_pool.h"

enum { THREADS_MOST = 8, JOBS = 500 };

/* What a thread counts is its own: a second one at it at the same time would lose some. */
struct context {
	size_t done;
};

struct number {
	struct job job;
	size_t value, square, times;
};

static void square(struct job *job, void *own)
{
	struct number *number = (struct number *)job;
	struct context *context = own;

	number->square = number->value * number->value;
	number->times++;
	context->done++;
}

struct world {
	struct context contexts[THREADS_MOST];
	struct thread_pool *thread_pool;
	struct number numbers[JOBS];
};

static void setup(struct world *world, size_t contexts)
{
	void *list[THREADS_MOST];

	*world = (struct world){.thread_pool = NULL};
	for (size_t i = 0; i < contexts; i++)
		list[i] = &world->contexts[i];
	world->thread_pool = thread_pool_new(list, contexts);
	for (size_t i = 0; i < JOBS; i++) {
		world->numbers[i].job.run = square;
		world->numbers[i].value = i;
	}
}

static size_t done_in_all(const struct world *world)
{
	size_t done = 0;

	for (size_t i = 0; i < THREADS_MOST; i++)
		done += world->contexts[i].done;
	return done;
}

static const size_t thread_pools[] = {1, 2, THREADS_MOST};

static void test_every_job_is_done_once(void **state)
{
	static struct world world;

	(void)state;
	for (size_t c = 0; c < sizeof(thread_pools) / sizeof(*thread_pools); c++) {
		setup(&world, thread_pools[c]);
		for (size_t i = 0; i < JOBS; i++)
			thread_pool_add(world.thread_pool, &world.numbers[i].job);
		for (size_t i = JOBS; i > 0; i--) {
			thread_pool_finish(world.thread_pool, &world.numbers[i - 1].job);
			assert_int_equal(world.numbers[i - 1].square, (i - 1) * (i - 1));
		}
		for (size_t i = 0; i < JOBS; i++)
			assert_int_equal(world.numbers[i].times, 1);
		assert_int_equal(done_in_all(&world), JOBS);
		thread_pool_free(world.thread_pool);
	}
}

static void test_what_was_cancelled_is_idle_or_done(void **state)
{
	static struct world world;

	(void)state;
	for (size_t c = 0; c < sizeof(thread_pools) / sizeof(*thread_pools); c++) {
		size_t done = 0;

		setup(&world, thread_pools[c]);
		for (size_t i = 0; i < JOBS; i++)
			thread_pool_add(world.thread_pool, &world.numbers[i].job);
		for (size_t i = 0; i < JOBS; i++) {
			struct number *number = &world.numbers[i];

			thread_pool_cancel(world.thread_pool, &number->job);
			assert_true(number->job.state == JOB_IDLE || number->job.state == JOB_DONE);
			assert_int_equal(number->times, number->job.state == JOB_DONE);
			done += number->times;
		}
		assert_int_equal(done_in_all(&world), done);
		if (thread_pools[c] == 1)
			assert_int_equal(done, 0);
		thread_pool_free(world.thread_pool);
	}
}

static void test_a_job_can_be_added_again(void **state)
{
	static struct world world;

	(void)state;
	setup(&world, 2);
	for (size_t i = 1; i <= JOBS; i++) {
		thread_pool_add(world.thread_pool, &world.numbers[0].job);
		thread_pool_finish(world.thread_pool, &world.numbers[0].job);
		assert_int_equal(world.numbers[0].times, i);
	}
	thread_pool_free(world.thread_pool);
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
