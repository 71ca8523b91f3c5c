/*
 * meter: how much all threads have read so far, for whoever watches.
 */
#ifndef RUNTALLY_BASE_PROGRESS_H
#define RUNTALLY_BASE_PROGRESS_H

#include <pthread.h>
#include <stdint.h>

struct meter {
	pthread_mutex_t lock;
	uint64_t records, bytes;
	void (*show)(void *ctx, uint64_t records, uint64_t bytes); /* NULL: nobody watches */
	void *ctx;
};

void meter_init(struct meter *meter, void (*show)(void *ctx, uint64_t records, uint64_t bytes),
		void *ctx);
void meter_release(struct meter *meter);

/* `show` is called, in one thread at a time. */
void meter_add(struct meter *meter, uint64_t records, uint64_t bytes);

#endif
