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
	struct thread_pool *thread_pool;
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

static void link_last(struct thread_pool *thread_pool, struct job *job)
{
	job->next = &thread_pool->waiting;
	job->before = thread_pool->waiting.before;
	job->before->next = job;
	thread_pool->waiting.before = job;
	job->state = JOB_WAITING;
}

static void take(struct job *job)
{
	job->before->next = job->next;
	job->next->before = job->before;
	job->state = JOB_TAKEN;
}

static struct job *first_waiting(struct thread_pool *thread_pool)
{
	return thread_pool->waiting.next != &thread_pool->waiting ? thread_pool->waiting.next
								  : NULL;
}

static void work(struct thread_pool *thread_pool, struct job *job, void *context)
{
	take(job);
	pthread_mutex_unlock(&thread_pool->lock);
	job->run(job, context);
	pthread_mutex_lock(&thread_pool->lock);
	job->state = JOB_DONE;
	pthread_cond_broadcast(&thread_pool->done);
}

/* ---- the threads ---- */

static void *run_thread(void *argument)
{
	struct pool_thread *own = argument;
	struct thread_pool *thread_pool = own->thread_pool;

	pthread_mutex_lock(&thread_pool->lock);
	while (!thread_pool->ending) {
		struct job *job = first_waiting(thread_pool);

		if (job)
			work(thread_pool, job, own->context);
		else
			pthread_cond_wait(&thread_pool->added, &thread_pool->lock);
	}
	pthread_mutex_unlock(&thread_pool->lock);
	return NULL;
}

struct thread_pool *thread_pool_new(void *const *contexts, size_t count)
{
	struct thread_pool *thread_pool = memory_alloc(sizeof(*thread_pool));
	pthread_attr_t attributes;

	*thread_pool = (struct thread_pool){.context = contexts[0]};
	thread_pool->waiting.next = thread_pool->waiting.before = &thread_pool->waiting;
	pthread_mutex_init(&thread_pool->lock, NULL);
	pthread_cond_init(&thread_pool->added, NULL);
	pthread_cond_init(&thread_pool->done, NULL);
	thread_pool->threads = memory_alloc(count * sizeof(*thread_pool->threads));
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	for (size_t i = 1; i < count; i++) {
		struct pool_thread *own = &thread_pool->threads[thread_pool->count];

		*own = (struct pool_thread){.thread_pool = thread_pool, .context = contexts[i]};
		if (pthread_create(&own->thread, &attributes, run_thread, own) != 0)
			break;
		thread_pool->count++;
	}
	pthread_attr_destroy(&attributes);
	return thread_pool;
}

void thread_pool_free(struct thread_pool *thread_pool)
{
	pthread_mutex_lock(&thread_pool->lock);
	thread_pool->ending = true;
	pthread_cond_broadcast(&thread_pool->added);
	pthread_mutex_unlock(&thread_pool->lock);
	for (size_t i = 0; i < thread_pool->count; i++)
		pthread_join(thread_pool->threads[i].thread, NULL);
	pthread_cond_destroy(&thread_pool->added);
	pthread_cond_destroy(&thread_pool->done);
	pthread_mutex_destroy(&thread_pool->lock);
	memory_free(thread_pool->threads);
	memory_free(thread_pool);
}

/* ---- the calls ---- */

void thread_pool_add(struct thread_pool *thread_pool, struct job *job)
{
	pthread_mutex_lock(&thread_pool->lock);
	link_last(thread_pool, job);
	pthread_cond_signal(&thread_pool->added);
	pthread_mutex_unlock(&thread_pool->lock);
}

void thread_pool_finish(struct thread_pool *thread_pool, struct job *job)
{
	pthread_mutex_lock(&thread_pool->lock);
	while (job->state != JOB_DONE) {
		struct job *other = job->state == JOB_WAITING ? job : first_waiting(thread_pool);

		if (other)
			work(thread_pool, other, thread_pool->context);
		else
			pthread_cond_wait(&thread_pool->done, &thread_pool->lock);
	}
	pthread_mutex_unlock(&thread_pool->lock);
}

void thread_pool_cancel(struct thread_pool *thread_pool, struct job *job)
{
	pthread_mutex_lock(&thread_pool->lock);
	if (job->state == JOB_WAITING) {
		take(job);
		job->state = JOB_IDLE;
	}
	while (job->state == JOB_TAKEN)
		pthread_cond_wait(&thread_pool->done, &thread_pool->lock);
	pthread_mutex_unlock(&thread_pool->lock);
}
