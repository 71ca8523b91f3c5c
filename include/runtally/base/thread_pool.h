/*
 * crew: threads that do jobs, and a caller that waits for one job at a time, in whatever order it
 * likes, and does other jobs meanwhile. What a job does must not depend on who does it, or when.
 */
#ifndef RUNTALLY_BASE_THREAD_POOL_H
#define RUNTALLY_BASE_THREAD_POOL_H

#include <stddef.h>

enum job_state { JOB_IDLE, JOB_WAITING, JOB_TAKEN, JOB_DONE };

/* One piece of work, embedded in whatever it is about. Its maker owns it; zeroed, it is idle. */
struct job {
	void (*run)(struct job *job, void *hand);
	enum job_state state; /* the crew's own, as are the links */
	struct job *next, *before;
};

/* How many hands are of use on this machine: its processors, 1..16. */
size_t crew_processors(void);

struct crew;

/*
 * A crew of `count` hands, of which the caller's thread is the first (hands[0]) and the others
 * have threads of their own; where the system gives fewer threads, fewer hands work. A hand is what
 * a job may use as long as it runs: nobody else uses it then. The hands are borrowed. Never NULL.
 */
struct crew *crew_new(void *const *hands, size_t count);
/* No job may be waiting or taken. */
void crew_free(struct crew *crew);

/* Behind the jobs that wait. `job` must be idle or done. */
void crew_add(struct crew *crew, struct job *job);

/*
 * Returns when the job is done. As long as it waits, the caller does it; while another does it,
 * the caller does what waits.
 */
void crew_finish(struct crew *crew, struct job *job);
/* The job is idle or done when this returns: what waited will not be done. */
void crew_cancel(struct crew *crew, struct job *job);

#endif
