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
	/* By all openers together: many systems let a program open 1024. */
	AHEAD_ALL = 256,
	/* How many files are opened ahead after one that was not in memory. */
	COLD_FILES = 256,
};

struct opener {
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

struct opener *opener_new(const struct sources *sources)
{
	struct opener *opener = memory_alloc(sizeof(*opener));

	*opener = (struct opener){.sources = sources, .fd = -1, .folder_fd = -1};
	return opener;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void close_file(struct opener *opener)
{
	if (!opener->borrowed)
		close_fd(&opener->fd);
	opener->fd = -1;
	opener->borrowed = false;
}

/* ---- files ---- */

/* Looking a name up in an open folder is cheaper than walking the path again for each file. */
static int open_file(struct opener *opener, const struct item *item)
{
	const char *path = item->input.opened;

	if (!item->folder || item->folder != opener->folder) {
		close_fd(&opener->folder_fd);
		opener->folder = item->folder;
		return open(path, O_RDONLY | O_CLOEXEC);
	}
	if (opener->folder_fd < 0)
		opener->folder_fd = open(item->folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (opener->folder_fd < 0)
		return open(path, O_RDONLY | O_CLOEXEC);
	return openat(opener->folder_fd, path + item->folder->name, O_RDONLY | O_CLOEXEC);
}

static bool is_standard_input(const struct item *item)
{
	return !item->folder && !item->archive && strcmp(item->input.opened, "-") == 0;
}

/* -1 for what no walk found, too: an argument may be a pipe, and waits for its turn. */
static int open_ahead(struct opener *opener, const struct item *item)
{
	atomic_int *ahead = opener->sources->ahead;
	int fd = -1;

	if (!item->folder)
		return -1;
	if (atomic_fetch_add(ahead, 1) < AHEAD_ALL)
		fd = open_file(opener, item);
	if (fd < 0)
		atomic_fetch_sub(ahead, 1);
	else
		posix_fadvise(fd, 0, 0, POSIX_FADV_WILLNEED);
	return fd;
}

/* The next one of them, or -1 where it could not be opened. */
static int shift_ahead(struct opener *opener)
{
	int fd = opener->ahead_fd[opener->ahead++ % AHEAD_MOST];

	if (fd >= 0)
		atomic_fetch_sub(opener->sources->ahead, 1);
	return fd;
}

static void close_ahead(struct opener *opener, size_t end)
{
	while (opener->ahead < end) {
		int fd = shift_ahead(opener);

		close_fd(&fd);
	}
}

/* The file, if it was opened ahead, else -1; and those before it are given up. */
static int take_ahead(struct opener *opener, size_t index)
{
	if (index < opener->ahead || index >= opener->ahead_end)
		return -1;
	close_ahead(opener, index);
	return shift_ahead(opener);
}

/* Called when `next` is the first that is not begun. */
static void look_ahead(struct opener *opener, size_t next)
{
	if (!opener->cold || next >= opener->expected)
		return;
	if (next < opener->ahead || next > opener->ahead_end) {
		close_ahead(opener, opener->ahead_end);
		opener->ahead = opener->ahead_end = next;
	}
	while (opener->cold && opener->ahead_end < opener->expected &&
	       opener->ahead_end - opener->ahead < AHEAD_MOST) {
		opener->ahead_fd[opener->ahead_end % AHEAD_MOST] =
			open_ahead(opener, &opener->sources->items[opener->ahead_end]);
		opener->ahead_end++;
		opener->cold--;
	}
}

void opener_expect(struct opener *opener, size_t first, size_t end)
{
	opener->expected = end;
	look_ahead(opener, first);
}

/* read; and whether it would have had to wait for the disk. */
static ssize_t read_cold(struct opener *opener, void *buffer, size_t size)
{
#ifdef RWF_NOWAIT
	struct iovec part = {.iov_base = buffer, .iov_len = size};
	ssize_t got = preadv2(opener->fd, &part, 1, -1, RWF_NOWAIT);

	if (got >= 0)
		return got;
	if (errno == EAGAIN)
		opener->cold = COLD_FILES;
#endif
	return read(opener->fd, buffer, size);
}

static int64_t read_file(struct blob *blob, void *buffer, size_t size, struct error *err)
{
	struct opener *opener = blob->state;
	ssize_t got;

	if (opener->ended)
		return 0;
	do
		got = opener->watch && !opener->offset ? read_cold(opener, buffer, size)
						       : read(opener->fd, buffer, size);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return error_set(err, "cannot read: %s", strerror(errno));
	opener->offset += (uint64_t)got;
	opener->ended = opener->regular && (size_t)got < size && opener->offset == opener->size;
	return got;
}

static int64_t read_file_at(const struct blob *blob, void *buffer, size_t size, uint64_t offset,
			    struct error *err)
{
	const struct opener *opener = blob->state;
	ssize_t got;

	do
		got = pread(opener->fd, buffer, size, (off_t)offset);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return error_set(err, "cannot read: %s", strerror(errno));
	return got;
}

static int begin_file(struct opener *opener, size_t index, struct blob *blob, struct error *err)
{
	const struct item *item = &opener->sources->items[index];
	struct stat info;

	opener->borrowed = is_standard_input(item);
	opener->fd = opener->borrowed ? STDIN_FILENO : take_ahead(opener, index);
	if (opener->fd < 0)
		opener->fd = open_file(opener, item);
	if (opener->fd < 0 || fstat(opener->fd, &info))
		return error_set(err, "cannot open: %s", strerror(errno));
	opener->regular = S_ISREG(info.st_mode);
	opener->size = opener->regular ? (uint64_t)info.st_size : 0;
	opener->offset = 0;
	opener->ended = false;
	opener->watch = opener->regular && !opener->cold && index + 1 < opener->expected;
	*blob = (struct blob){
		.read = read_file,
		.size = opener->size,
		.state = opener,
	};
	/* standard input may stand anywhere in a file */
	if (opener->regular && !opener->borrowed)
		blob->read_at = read_file_at;
	return 0;
}

/* ---- entries ---- */

static int64_t read_entry(struct blob *blob, void *buffer, size_t size, struct error *err)
{
	struct opener *opener = blob->state;

	return archive_read(opener->reader, buffer, size, err);
}

static int begin_entry(struct opener *opener, size_t index, struct blob *blob, struct error *err)
{
	const struct item *item = &opener->sources->items[index];
	const struct archive *archive = opener->sources->archives[item->archive - 1];

	if (opener->archive != item->archive) {
		archive_reader_free(opener->reader);
		opener->reader = archive_reader_new(archive, err);
		opener->archive = opener->reader ? item->archive : 0;
	}
	if (!opener->reader || archive_begin(opener->reader, item->entry, err))
		return -1;
	*blob = (struct blob){
		.read = read_entry,
		.size = item->input.size,
		.state = opener,
	};
	return 0;
}

/* ---- the calls ---- */

int opener_begin(struct opener *opener, size_t index, struct blob *blob, struct error *err)
{
	int status;

	close_file(opener);
	status = opener->sources->items[index].archive ? begin_entry(opener, index, blob, err)
						       : begin_file(opener, index, blob, err);
	look_ahead(opener, index + 1);
	return status;
}

void opener_free(struct opener *opener)
{
	if (!opener)
		return;
	close_file(opener);
	close_fd(&opener->folder_fd);
	close_ahead(opener, opener->ahead_end);
	archive_reader_free(opener->reader);
	memory_free(opener);
}
