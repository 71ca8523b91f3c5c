#include "runtally/base/progress.h"

void progress_init(struct progress *progress,
		   void (*show)(void *ctx, uint64_t records, uint64_t bytes), void *ctx)
{
	*progress = (struct progress){.show = show, .ctx = ctx};
	pthread_mutex_init(&progress->lock, NULL);
}

void progress_release(struct progress *progress)
{
	pthread_mutex_destroy(&progress->lock);
}

void progress_add(struct progress *progress, uint64_t records, uint64_t bytes)
{
	if (!progress->show)
		return;
	pthread_mutex_lock(&progress->lock);
	progress->records += records;
	progress->bytes += bytes;
	if (progress->records)
		progress->show(progress->ctx, progress->records, progress->bytes);
	pthread_mutex_unlock(&progress->lock);
}
