/*
 * large_file: one large blob read by several threads.
 *
 * Its segments are read at the same time, each from the first place where a record of the same
 * nesting seems to begin. Whoever reads the blob from its beginning takes over what a segment
 * brought only where a record did begin there; what is broken, or no such record, it reads itself.
 * So the batch is that of worker_read, whatever the threads do.
 *
 * Records stand apart by commas of a list, or by line ends: documents that follow one another on
 * one line are read by one thread.
 */
#ifndef RUNTALLY_INGEST_LARGE_FILE_H
#define RUNTALLY_INGEST_LARGE_FILE_H

#include <stdint.h>

#include "runtally/base/thread_pool.h"
#include "worker.h"

enum { SEGMENT_BYTES = 2 * 1024 * 1024 };

/*
 * worker_read of a blob that has read_at, by all threads of the pool; a context begins with a
 * struct worker. `worker` is the caller's own and none of the contexts', and has begun its input.
 * `segment_bytes` at least 1.
 */
void large_file_read(struct worker *worker, const struct blob *blob,
		     struct thread_pool *thread_pool, uint64_t segment_bytes);

#endif
