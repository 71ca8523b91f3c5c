/*
 * spool: byte strings that are written once and read at any time later, in any order. The first
 * ones stay in memory, the others go to a temporary file that has no name and ends with the
 * process. Where there can be no such file, or its disk is full, all stays in memory.
 *
 * What is added may end up on a disk: it must have been redacted.
 */
#ifndef RUNTALLY_BASE_SPOOL_H
#define RUNTALLY_BASE_SPOOL_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/base/arena.h"

/* Bytes that stay in memory, unless a test wants less. */
#define SPOOL_MEMORY ((size_t)16 << 20)

struct spool {
	pthread_mutex_t lock;
	const char *folder;
	char **chunks; /* NULL: in the file, at index times the size of a chunk */
	size_t count, capacity;
	uint64_t length;
	size_t next_out; /* first of the full chunks that are still to be written out */
	int fd;          /* -1: not opened yet */
	bool no_file;    /* there is none, or no more can be written to it */
	bool failed;     /* what was written could not be read back */
};

/* `memory` bytes stay in memory. The file is made in `folder` (borrowed); NULL: none is. */
void spool_init(struct spool *spool, size_t memory, const char *folder);
void spool_release(struct spool *spool);

/* Returns where the bytes are: never 0. Several threads may add at once. */
uint64_t spool_add(struct spool *spool, const char *bytes, size_t length);

/*
 * Copies the bytes that were added at `place` into the arena. NULL where the file cannot be read:
 * then `failed` is set. One thread at a time, and none that adds meanwhile.
 */
char *spool_read(struct spool *spool, uint64_t place, struct arena *arena, size_t *length);

#endif
