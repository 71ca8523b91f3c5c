#include "runtally/base/progress.h"

void meter_init(struct meter *meter, void (*show)(void *ctx, uint64_t records, uint64_t bytes),
		void *ctx)
{
	*meter = (struct meter){.show = show, .ctx = ctx};
	pthread_mutex_init(&meter->lock, NULL);
}

void meter_release(struct meter *meter)
{
	pthread_mutex_destroy(&meter->lock);
}

void meter_add(struct meter *meter, uint64_t records, uint64_t bytes)
{
	if (!meter->show)
		return;
	pthread_mutex_lock(&meter->lock);
	meter->records += records;
	meter->bytes += bytes;
	if (meter->records)
		meter->show(meter->ctx, meter->records, meter->bytes);
	pthread_mutex_unlock(&meter->lock);
}
