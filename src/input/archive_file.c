#include "archive_file.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "runtally/base/arena.h"

/*
 * How much is read at once: little after a jump, so that entries which are read in another order
 * than they lie in cost no more than their own bytes; more with each read that goes on forward.
 */
enum { WINDOW_LEAST = 4 * 1024, WINDOW_MOST = 128 * 1024 };

struct archive_file {
	int fd;
	zip_uint64_t size;
	zip_int64_t position;
	zip_int64_t start; /* of the window in the file */
	size_t length;
	size_t next; /* how much to read when it moves */
	zip_error_t error;
	char window[WINDOW_MOST];
};

static bool is_forward(const struct archive_file *file)
{
	return file->position >= file->start &&
	       file->position <= file->start + (zip_int64_t)file->length + WINDOW_LEAST;
}

/* Moves the window to the position. */
static zip_int64_t fill(struct archive_file *file)
{
	ssize_t got;

	if (!is_forward(file))
		file->next = WINDOW_LEAST;
	do
		got = pread(file->fd, file->window, file->next, (off_t)file->position);
	while (got < 0 && errno == EINTR);
	file->start = file->position;
	file->length = got < 0 ? 0 : (size_t)got;
	if (file->next < WINDOW_MOST)
		file->next *= 2;
	if (got < 0)
		zip_error_set(&file->error, ZIP_ER_READ, errno);
	return got;
}

static zip_int64_t read_bytes(struct archive_file *file, char *bytes, zip_uint64_t size)
{
	zip_uint64_t done = 0;

	while (done < size) {
		zip_int64_t at = file->position - file->start;
		zip_uint64_t part = size - done;

		if (at < 0 || at >= (zip_int64_t)file->length) {
			zip_int64_t got = fill(file);

			if (got <= 0)
				return got < 0 ? -1 : (zip_int64_t)done;
			at = 0;
		}
		if (part > file->length - (size_t)at)
			part = file->length - (size_t)at;
		memcpy(bytes + done, file->window + at, part);
		file->position += (zip_int64_t)part;
		done += part;
	}
	return (zip_int64_t)done;
}

static zip_int64_t tell_size(const struct archive_file *file, zip_stat_t *told)
{
	zip_stat_init(told);
	told->size = file->size;
	told->valid = ZIP_STAT_SIZE;
	return sizeof(*told);
}

static zip_int64_t seek(struct archive_file *file, void *data, zip_uint64_t length)
{
	zip_int64_t position = zip_source_seek_compute_offset(
		(zip_uint64_t)file->position, file->size, data, length, &file->error);

	if (position < 0)
		return -1;
	file->position = position;
	return 0;
}

static void release(struct archive_file *file)
{
	close(file->fd);
	zip_error_fini(&file->error);
	memory_free(file);
}

static zip_int64_t answer(void *state, void *data, zip_uint64_t length, zip_source_cmd_t command)
{
	struct archive_file *file = state;

	switch (command) {
	case ZIP_SOURCE_OPEN:
		file->position = 0;
		return 0;
	case ZIP_SOURCE_READ:
		return read_bytes(file, data, length);
	case ZIP_SOURCE_SEEK:
		return seek(file, data, length);
	case ZIP_SOURCE_TELL:
		return file->position;
	case ZIP_SOURCE_STAT:
		return tell_size(file, data);
	case ZIP_SOURCE_CLOSE:
		return 0;
	case ZIP_SOURCE_ERROR:
		return zip_error_to_data(&file->error, data, length);
	case ZIP_SOURCE_FREE:
		release(file);
		return 0;
	case ZIP_SOURCE_ACCEPT_EMPTY:
		return 0;
	case ZIP_SOURCE_SUPPORTS:
		return ZIP_SOURCE_SUPPORTS_SEEKABLE |
		       ZIP_SOURCE_MAKE_COMMAND_BITMASK(ZIP_SOURCE_ACCEPT_EMPTY);
	default:
		zip_error_set(&file->error, ZIP_ER_OPNOTSUPP, 0);
		return -1;
	}
}

zip_source_t *archive_file_source(int fd, uint64_t size)
{
	struct archive_file *file = memory_alloc(sizeof(*file));
	zip_source_t *source;

	*file = (struct archive_file){.fd = fd, .size = size, .next = WINDOW_LEAST};
	zip_error_init(&file->error);
	source = zip_source_function_create(answer, file, &file->error);
	if (!source)
		memory_exhausted();
	return source;
}
