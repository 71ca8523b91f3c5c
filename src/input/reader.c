#define _GNU_SOURCE /* preadv2 */

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "runtally/base/path.h"
#include "source_list.h"

enum {
	/* How many files are opened ahead of the one that is read. */
	AHEAD_MOST = 16,
	/* By all readers together: many systems let a program open 1024. */
	AHEAD_ALL = 256,
	/* How many files are opened ahead after one that was not in memory. */
	COLD_FILES = 256,
};

struct reader {
	const struct sources *sources;

	/* the file that is open */
	int fd;          /* -1: none */
	bool borrowed;   /* standard input: not ours to close */
	bool regular;    /* so that a short read at its size is its end */
	uint64_t size;   /* as it was when it was opened */
	uint64_t offset; /* read so far */
	bool ended;
	bool watch; /* whether its first read has to wait */

	/* of the file that was opened last: its folder, open from the second file of it on */
	const struct folder *folder;
	int folder_fd; /* -1: not open */

	/* the archive that was read last */
	struct archive_reader *reader;
	uint32_t archive; /* its number; 0: none */

	/*
	 * Inputs up to `expected` come next; those from `ahead` up to `ahead_end` are open, or -1.
	 * Done only where it pays: `cold` is how many more to open so.
	 */
	size_t expected, ahead, ahead_end;
	int ahead_fd[AHEAD_MOST]; /* of an index, modulo AHEAD_MOST */
	size_t cold;
};

struct reader *reader_new(const struct sources *sources)
{
	struct reader *reader = memory_alloc(sizeof(*reader));

	*reader = (struct reader){.sources = sources, .fd = -1, .folder_fd = -1};
	return reader;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void close_file(struct reader *reader)
{
	if (!reader->borrowed)
		close_fd(&reader->fd);
	reader->fd = -1;
	reader->borrowed = false;
}

/* ---- files ---- */

/* Looking a name up in an open folder is cheaper than walking the path again for each file. */
static int open_file(struct reader *reader, const struct item *item)
{
	const char *path = item->input.opened;

	if (!item->folder || item->folder != reader->folder) {
		close_fd(&reader->folder_fd);
		reader->folder = item->folder;
		return open(path, O_RDONLY | O_CLOEXEC);
	}
	if (reader->folder_fd < 0)
		reader->folder_fd = open(item->folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (reader->folder_fd < 0)
		return open(path, O_RDONLY | O_CLOEXEC);
	return openat(reader->folder_fd, path + item->folder->name, O_RDONLY | O_CLOEXEC);
}

static bool is_standard_input(const struct item *item)
{
	return !item->folder && !item->archive && strcmp(item->input.opened, "-") == 0;
}

/* -1 for what no walk found, too: an argument may be a pipe, and waits for its turn. */
static int open_ahead(struct reader *reader, const struct item *item)
{
	atomic_int *ahead = reader->sources->ahead;
	int fd = -1;

	if (!item->folder)
		return -1;
	if (atomic_fetch_add(ahead, 1) < AHEAD_ALL)
		fd = open_file(reader, item);
	if (fd < 0)
		atomic_fetch_sub(ahead, 1);
	else
		posix_fadvise(fd, 0, 0, POSIX_FADV_WILLNEED);
	return fd;
}

/* The next one of them, or -1 where it could not be opened. */
static int shift_ahead(struct reader *reader)
{
	int fd = reader->ahead_fd[reader->ahead++ % AHEAD_MOST];

	if (fd >= 0)
		atomic_fetch_sub(reader->sources->ahead, 1);
	return fd;
}

static void close_ahead(struct reader *reader, size_t end)
{
	while (reader->ahead < end) {
		int fd = shift_ahead(reader);

		close_fd(&fd);
	}
}

/* The file, if it was opened ahead, else -1; and those before it are given up. */
static int take_ahead(struct reader *reader, size_t index)
{
	if (index < reader->ahead || index >= reader->ahead_end)
		return -1;
	close_ahead(reader, index);
	return shift_ahead(reader);
}

/* Called when `next` is the first that is not begun. */
static void look_ahead(struct reader *reader, size_t next)
{
	if (!reader->cold || next >= reader->expected)
		return;
	if (next < reader->ahead || next > reader->ahead_end) {
		close_ahead(reader, reader->ahead_end);
		reader->ahead = reader->ahead_end = next;
	}
	while (reader->cold && reader->ahead_end < reader->expected &&
	       reader->ahead_end - reader->ahead < AHEAD_MOST) {
		reader->ahead_fd[reader->ahead_end % AHEAD_MOST] =
			open_ahead(reader, &reader->sources->items[reader->ahead_end]);
		reader->ahead_end++;
		reader->cold--;
	}
}

void reader_expect(struct reader *reader, size_t first, size_t end)
{
	reader->expected = end;
	look_ahead(reader, first);
}

/* read; and whether it would have had to wait for the disk. */
static ssize_t read_cold(struct reader *reader, void *buffer, size_t size)
{
#ifdef RWF_NOWAIT
	struct iovec part = {.iov_base = buffer, .iov_len = size};
	ssize_t got = preadv2(reader->fd, &part, 1, -1, RWF_NOWAIT);

	if (got >= 0)
		return got;
	if (errno == EAGAIN)
		reader->cold = COLD_FILES;
#endif
	return read(reader->fd, buffer, size);
}

static int64_t read_file(struct blob *blob, void *buffer, size_t size, struct error *err)
{
	struct reader *reader = blob->state;
	ssize_t got;

	if (reader->ended)
		return 0;
	do
		got = reader->watch && !reader->offset ? read_cold(reader, buffer, size)
						       : read(reader->fd, buffer, size);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return error_set(err, "cannot read: %s", strerror(errno));
	reader->offset += (uint64_t)got;
	reader->ended = reader->regular && (size_t)got < size && reader->offset == reader->size;
	return got;
}

static int64_t read_file_at(const struct blob *blob, void *buffer, size_t size, uint64_t offset,
			    struct error *err)
{
	const struct reader *reader = blob->state;
	ssize_t got;

	do
		got = pread(reader->fd, buffer, size, (off_t)offset);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return error_set(err, "cannot read: %s", strerror(errno));
	return got;
}

static int begin_file(struct reader *reader, size_t index, struct blob *blob, struct error *err)
{
	const struct item *item = &reader->sources->items[index];
	struct stat info;

	reader->borrowed = is_standard_input(item);
	reader->fd = reader->borrowed ? STDIN_FILENO : take_ahead(reader, index);
	if (reader->fd < 0)
		reader->fd = open_file(reader, item);
	if (reader->fd < 0 || fstat(reader->fd, &info))
		return error_set(err, "cannot open: %s", strerror(errno));
	reader->regular = S_ISREG(info.st_mode);
	reader->size = reader->regular ? (uint64_t)info.st_size : 0;
	reader->offset = 0;
	reader->ended = false;
	reader->watch = reader->regular && !reader->cold && index + 1 < reader->expected;
	*blob = (struct blob){
		.read = read_file,
		.size = reader->size,
		.state = reader,
	};
	/* standard input may stand anywhere in a file */
	if (reader->regular && !reader->borrowed)
		blob->read_at = read_file_at;
	return 0;
}

/* ---- entries ---- */

static int64_t read_entry(struct blob *blob, void *buffer, size_t size, struct error *err)
{
	struct reader *reader = blob->state;

	return archive_read(reader->reader, buffer, size, err);
}

static int begin_entry(struct reader *reader, size_t index, struct blob *blob, struct error *err)
{
	const struct item *item = &reader->sources->items[index];
	const struct archive *archive = reader->sources->archives[item->archive - 1];

	if (reader->archive != item->archive) {
		archive_reader_free(reader->reader);
		reader->reader = archive_reader_new(archive, err);
		reader->archive = reader->reader ? item->archive : 0;
	}
	if (!reader->reader || archive_begin(reader->reader, item->entry, err))
		return -1;
	*blob = (struct blob){
		.read = read_entry,
		.size = item->input.size,
		.state = reader,
	};
	return 0;
}

/* ---- the calls ---- */

int reader_begin(struct reader *reader, size_t index, struct blob *blob, struct error *err)
{
	int status;

	close_file(reader);
	status = reader->sources->items[index].archive ? begin_entry(reader, index, blob, err)
						       : begin_file(reader, index, blob, err);
	look_ahead(reader, index + 1);
	return status;
}

void reader_free(struct reader *reader)
{
	if (!reader)
		return;
	close_file(reader);
	close_fd(&reader->folder_fd);
	close_ahead(reader, reader->ahead_end);
	archive_reader_free(reader->reader);
	memory_free(reader);
}
