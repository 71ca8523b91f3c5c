#include "runtally/base/thread_pool.h"

#include <pthread.h>
#include <stdbool.h>
#include <unistd.h>

#include "runtally/base/arena.h"

enum {
	PROCESSORS_MOST = 16,
	/* A record may be 2,048 levels deep; some systems give a thread 128 KB and less. */
	STACK_BYTES = 8 * 1024 * 1024,
};

struct pool_thread {
	struct thread_pool *pool;
	void *context;
	pthread_t thread;
};

struct thread_pool {
	pthread_mutex_t lock;
	pthread_cond_t added, done;
	struct job waiting; /* the ring's head */
	bool ending;
	void *context;               /* the caller's */
	struct pool_thread *threads; /* the others */
	size_t count;
};

size_t thread_pool_processors(void)
{
	long count = sysconf(_SC_NPROCESSORS_ONLN);

	return count < 1 ? 1 : count > PROCESSORS_MOST ? PROCESSORS_MOST : (size_t)count;
}

/* ---- the ring; the lock is held ---- */

static void link_last(struct thread_pool *pool, struct job *job)
{
	job->next = &pool->waiting;
	job->before = pool->waiting.before;
	job->before->next = job;
	pool->waiting.before = job;
	job->state = JOB_WAITING;
}

static void take(struct job *job)
{
	job->before->next = job->next;
	job->next->before = job->before;
	job->state = JOB_TAKEN;
}

static struct job *first_waiting(struct thread_pool *pool)
{
	return pool->waiting.next != &pool->waiting ? pool->waiting.next : NULL;
}

static void work(struct thread_pool *pool, struct job *job, void *context)
{
	take(job);
	pthread_mutex_unlock(&pool->lock);
	job->run(job, context);
	pthread_mutex_lock(&pool->lock);
	job->state = JOB_DONE;
	pthread_cond_broadcast(&pool->done);
}

/* ---- the threads ---- */

static void *run_thread(void *argument)
{
	struct pool_thread *own = argument;
	struct thread_pool *pool = own->pool;

	pthread_mutex_lock(&pool->lock);
	while (!pool->ending) {
		struct job *job = first_waiting(pool);

		if (job)
			work(pool, job, own->context);
		else
			pthread_cond_wait(&pool->added, &pool->lock);
	}
	pthread_mutex_unlock(&pool->lock);
	return NULL;
}

struct thread_pool *thread_pool_new(void *const *contexts, size_t count)
{
	struct thread_pool *pool = memory_alloc(sizeof(*pool));
	pthread_attr_t attributes;

	*pool = (struct thread_pool){.context = contexts[0]};
	pool->waiting.next = pool->waiting.before = &pool->waiting;
	pthread_mutex_init(&pool->lock, NULL);
	pthread_cond_init(&pool->added, NULL);
	pthread_cond_init(&pool->done, NULL);
	pool->threads = memory_alloc(count * sizeof(*pool->threads));
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	for (size_t i = 1; i < count; i++) {
		struct pool_thread *own = &pool->threads[pool->count];

		*own = (struct pool_thread){.pool = pool, .context = contexts[i]};
		if (pthread_create(&own->thread, &attributes, run_thread, own) != 0)
			break;
		pool->count++;
	}
	pthread_attr_destroy(&attributes);
	return pool;
}

void thread_pool_free(struct thread_pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	pool->ending = true;
	pthread_cond_broadcast(&pool->added);
	pthread_mutex_unlock(&pool->lock);
	for (size_t i = 0; i < pool->count; i++)
		pthread_join(pool->threads[i].thread, NULL);
	pthread_cond_destroy(&pool->added);
	pthread_cond_destroy(&pool->done);
	pthread_mutex_destroy(&pool->lock);
	memory_free(pool->threads);
	memory_free(pool);
}

/* ---- the calls ---- */

void thread_pool_add(struct thread_pool *pool, struct job *job)
{
	pthread_mutex_lock(&pool->lock);
	link_last(pool, job);
	pthread_cond_signal(&pool->added);
	pthread_mutex_unlock(&pool->lock);
}

void thread_pool_finish(struct thread_pool *pool, struct job *job)
{
	pthread_mutex_lock(&pool->lock);
	while (job->state != JOB_DONE) {
		struct job *other = job->state == JOB_WAITING ? job : first_waiting(pool);

		if (other)
			work(pool, other, pool->context);
		else
			pthread_cond_wait(&pool->done, &pool->lock);
	}
	pthread_mutex_unlock(&pool->lock);
}

void thread_pool_cancel(struct thread_pool *pool, struct job *job)
{
	pthread_mutex_lock(&pool->lock);
	if (job->state == JOB_WAITING) {
		take(job);
		job->state = JOB_IDLE;
	}
	while (job->state == JOB_TAKEN)
		pthread_cond_wait(&pool->done, &pool->lock);
	pthread_mutex_unlock(&pool->lock);
}
