#include "runtally/base/spool.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtally/base/strbuf.h"

/*
 * The strings follow each other, each after its length, through chunks of one size. Any of them may
 * be in memory or in the file: so a chunk that could not be written just stays.
 */
enum { CHUNK_SIZE = 64 * 1024 };

void spool_init(struct spool *spool, size_t memory, const char *folder)
{
	*spool = (struct spool){
		.folder = folder,
		.next_out = memory / CHUNK_SIZE,
		.fd = -1,
		.no_file = !folder,
	};
	pthread_mutex_init(&spool->lock, NULL);
}

void spool_release(struct spool *spool)
{
	for (size_t i = 0; i < spool->count; i++)
		memory_free(spool->chunks[i]);
	memory_free(spool->chunks);
	if (spool->fd >= 0)
		close(spool->fd);
	pthread_mutex_destroy(&spool->lock);
}

/* ---- adding ---- */

/* The file has no name from the start: whatever ends the process, nothing is left behind. */
static int open_unnamed(const char *folder)
{
	struct strbuf path = STRBUF_INIT;
	int fd;

	strbuf_addf(&path, "%s/runtally-XXXXXX", folder);
	fd = mkstemp(path.text); /* mode 0600 */
	if (fd >= 0) {
		unlink(path.text);
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	}
	strbuf_release(&path);
	return fd;
}

static bool write_chunk(int fd, const char *chunk, off_t at)
{
	size_t done = 0;

	while (done < CHUNK_SIZE) {
		ssize_t wrote = pwrite(fd, chunk + done, CHUNK_SIZE - done, at + (off_t)done);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote <= 0)
			return false;
		done += (size_t)wrote;
	}
	return true;
}

/* The next chunk to write out; false: there is none now. */
static bool take_full(struct spool *spool, size_t *index, char **chunk)
{
	if (spool->no_file || spool->next_out >= spool->length / CHUNK_SIZE)
		return false;
	if (spool->fd < 0)
		spool->fd = open_unnamed(spool->folder);
	spool->no_file = spool->fd < 0;
	if (spool->no_file)
		return false;
	*index = spool->next_out++;
	*chunk = spool->chunks[*index];
	return true;
}

/* Called and left with the lock held, which others may take while the disk is busy. */
static void write_full(struct spool *spool)
{
	size_t index;
	char *chunk;

	while (take_full(spool, &index, &chunk)) {
		bool written;

		pthread_mutex_unlock(&spool->lock);
		written = write_chunk(spool->fd, chunk, (off_t)index * CHUNK_SIZE);
		pthread_mutex_lock(&spool->lock);
		if (written) {
			spool->chunks[index] = NULL;
			memory_free(chunk);
		} else {
			spool->no_file = true;
		}
	}
}

static void append(struct spool *spool, const char *bytes, size_t length)
{
	while (length) {
		size_t at = (size_t)(spool->length % CHUNK_SIZE);
		size_t part = length < CHUNK_SIZE - at ? length : CHUNK_SIZE - at;

		if (!at) {
			spool->chunks = array_reserve(spool->chunks, &spool->capacity,
						      spool->count + 1, sizeof(*spool->chunks));
			spool->chunks[spool->count++] = memory_alloc(CHUNK_SIZE);
		}
		memcpy(spool->chunks[spool->count - 1] + at, bytes, part);
		spool->length += part;
		bytes += part;
		length -= part;
	}
}

uint64_t spool_add(struct spool *spool, const char *bytes, size_t length)
{
	uint64_t place;

	pthread_mutex_lock(&spool->lock);
	place = spool->length + 1;
	append(spool, (const char *)&length, sizeof(length));
	append(spool, bytes, length);
	write_full(spool);
	pthread_mutex_unlock(&spool->lock);
	return place;
}

/* ---- reading ---- */

static bool read_file(int fd, char *bytes, size_t length, off_t at)
{
	size_t done = 0;

	while (done < length) {
		ssize_t got = pread(fd, bytes + done, length - done, at + (off_t)done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		done += (size_t)got;
	}
	return true;
}

static bool fetch(const struct spool *spool, uint64_t from, char *bytes, size_t length)
{
	assert(from <= spool->length && length <= spool->length - from);
	while (length) {
		size_t at = (size_t)(from % CHUNK_SIZE);
		size_t part = length < CHUNK_SIZE - at ? length : CHUNK_SIZE - at;
		const char *chunk = spool->chunks[from / CHUNK_SIZE];

		if (chunk)
			memcpy(bytes, chunk + at, part);
		else if (!read_file(spool->fd, bytes, part, (off_t)from))
			return false;
		from += part;
		bytes += part;
		length -= part;
	}
	return true;
}

char *spool_read(struct spool *spool, uint64_t place, struct arena *arena, size_t *length)
{
	uint64_t from = place - 1;
	char *bytes;

	assert(place);
	if (fetch(spool, from, (char *)length, sizeof(*length))) {
		bytes = arena_alloc(arena, *length);
		if (fetch(spool, from + sizeof(*length), bytes, *length))
			return bytes;
	}
	spool->failed = true;
	return NULL;
}
