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

struct worker {
	struct crew *crew;
	void *hand;
	pthread_t thread;
};

struct crew {
	pthread_mutex_t lock;
	pthread_cond_t added, done;
	struct job waiting; /* the ring's head */
	bool ending;
	void *hand;             /* the caller's */
	struct worker *workers; /* the others */
	size_t count;
};

size_t crew_processors(void)
{
	long count = sysconf(_SC_NPROCESSORS_ONLN);

	return count < 1 ? 1 : count > PROCESSORS_MOST ? PROCESSORS_MOST : (size_t)count;
}

/* ---- the ring; the lock is held ---- */

static void link_last(struct crew *crew, struct job *job)
{
	job->next = &crew->waiting;
	job->before = crew->waiting.before;
	job->before->next = job;
	crew->waiting.before = job;
	job->state = JOB_WAITING;
}

static void take(struct job *job)
{
	job->before->next = job->next;
	job->next->before = job->before;
	job->state = JOB_TAKEN;
}

static struct job *first_waiting(struct crew *crew)
{
	return crew->waiting.next != &crew->waiting ? crew->waiting.next : NULL;
}

static void work(struct crew *crew, struct job *job, void *hand)
{
	take(job);
	pthread_mutex_unlock(&crew->lock);
	job->run(job, hand);
	pthread_mutex_lock(&crew->lock);
	job->state = JOB_DONE;
	pthread_cond_broadcast(&crew->done);
}

/* ---- the threads ---- */

static void *run_worker(void *argument)
{
	struct worker *worker = argument;
	struct crew *crew = worker->crew;

	pthread_mutex_lock(&crew->lock);
	while (!crew->ending) {
		struct job *job = first_waiting(crew);

		if (job)
			work(crew, job, worker->hand);
		else
			pthread_cond_wait(&crew->added, &crew->lock);
	}
	pthread_mutex_unlock(&crew->lock);
	return NULL;
}

struct crew *crew_new(void *const *hands, size_t count)
{
	struct crew *crew = memory_alloc(sizeof(*crew));
	pthread_attr_t attributes;

	*crew = (struct crew){.hand = hands[0]};
	crew->waiting.next = crew->waiting.before = &crew->waiting;
	pthread_mutex_init(&crew->lock, NULL);
	pthread_cond_init(&crew->added, NULL);
	pthread_cond_init(&crew->done, NULL);
	crew->workers = memory_alloc(count * sizeof(*crew->workers));
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK_BYTES);
	for (size_t i = 1; i < count; i++) {
		struct worker *worker = &crew->workers[crew->count];

		*worker = (struct worker){.crew = crew, .hand = hands[i]};
		if (pthread_create(&worker->thread, &attributes, run_worker, worker) != 0)
			break;
		crew->count++;
	}
	pthread_attr_destroy(&attributes);
	return crew;
}

void crew_free(struct crew *crew)
{
	pthread_mutex_lock(&crew->lock);
	crew->ending = true;
	pthread_cond_broadcast(&crew->added);
	pthread_mutex_unlock(&crew->lock);
	for (size_t i = 0; i < crew->count; i++)
		pthread_join(crew->workers[i].thread, NULL);
	pthread_cond_destroy(&crew->added);
	pthread_cond_destroy(&crew->done);
	pthread_mutex_destroy(&crew->lock);
	memory_free(crew->workers);
	memory_free(crew);
}

/* ---- the calls ---- */

void crew_add(struct crew *crew, struct job *job)
{
	pthread_mutex_lock(&crew->lock);
	link_last(crew, job);
	pthread_cond_signal(&crew->added);
	pthread_mutex_unlock(&crew->lock);
}

void crew_finish(struct crew *crew, struct job *job)
{
	pthread_mutex_lock(&crew->lock);
	while (job->state != JOB_DONE) {
		struct job *other = job->state == JOB_WAITING ? job : first_waiting(crew);

		if (other)
			work(crew, other, crew->hand);
		else
			pthread_cond_wait(&crew->done, &crew->lock);
	}
	pthread_mutex_unlock(&crew->lock);
}

void crew_cancel(struct crew *crew, struct job *job)
{
	pthread_mutex_lock(&crew->lock);
	if (job->state == JOB_WAITING) {
		take(job);
		job->state = JOB_IDLE;
	}
	while (job->state == JOB_TAKEN)
		pthread_cond_wait(&crew->done, &crew->lock);
	pthread_mutex_unlock(&crew->lock);
}
