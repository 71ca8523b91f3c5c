/*
 * progress: how much all threads have read so far, for whoever watches.
 */
#ifndef RUNTALLY_BASE_PROGRESS_H
#define RUNTALLY_BASE_PROGRESS_H

#include <pthread.h>
#include <stdint.h>

struct progress {
	pthread_mutex_t lock;
	uint64_t records, bytes;
	void (*show)(void *ctx, uint64_t records, uint64_t bytes); /* NULL: nobody watches */
	void *ctx;
};

void progress_init(struct progress *progress,
		   void (*show)(void *ctx, uint64_t records, uint64_t bytes), void *ctx);
void progress_release(struct progress *progress);

/* `show` is called, in one thread at a time. */
void progress_add(struct progress *progress, uint64_t records, uint64_t bytes);

#endif
