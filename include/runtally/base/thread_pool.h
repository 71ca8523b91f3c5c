/*
 * thread pool: threads that do jobs, and a caller that waits for one job at a time, in whatever
 * order it likes, and does other jobs meanwhile. What a job does must not depend on who does it, or
 * when.
 */
#ifndef RUNTALLY_BASE_THREAD_POOL_H
#define RUNTALLY_BASE_THREAD_POOL_H

#include <stddef.h>

enum job_state { JOB_IDLE, JOB_WAITING, JOB_TAKEN, JOB_DONE };

/* One piece of work, embedded in whatever it is about. Its maker owns it; zeroed, it is idle. */
struct job {
	void (*run)(struct job *job, void *context);
	enum job_state state; /* the thread pool's own, as are the links */
	struct job *next, *before;
};

/* How many threads are of use on this machine: its processors, 1..16. */
size_t thread_pool_processors(void);

struct thread_pool;

/*
 * A pool of `count` threads, of which the caller's is the first (contexts[0]) and the others are
 * its own; where the system gives fewer, fewer work. A worker context is what a job may use as long
 * as it runs: nobody else uses it then. The contexts are borrowed. Never NULL.
 */
struct thread_pool *thread_pool_new(void *const *contexts, size_t count);
/* No job may be waiting or taken. */
void thread_pool_free(struct thread_pool *pool);

/* Behind the jobs that wait. `job` must be idle or done. */
void thread_pool_add(struct thread_pool *pool, struct job *job);

/*
 * Returns when the job is done. As long as it waits, the caller does it; while another does it,
 * the caller does what waits.
 */
void thread_pool_finish(struct thread_pool *pool, struct job *job);
/* The job is idle or done when this returns: what waited will not be done. */
void thread_pool_cancel(struct thread_pool *pool, struct job *job);

#endif
