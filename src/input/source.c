#define _GNU_SOURCE /* preadv2 */

#include "runtally/input/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "archive.h"
#include "files.h"
#include "runtally/base/path.h"

#define MIB UINT64_C(1048576)
#define GIB UINT64_C(1073741824)

enum {
	/* How many files are opened ahead of the one that is read. */
	AHEAD_MOST = 16,
	/* By all readers together: many systems let a program open 1024. */
	AHEAD_ALL = 256,
	/* How many files are opened ahead after one that was not in memory. */
	COLD_FILES = 256,
};

const struct limits default_limits = {
	.record_bytes = 64 * MIB,
	.record_memory = GIB,
	.zip_entries = 100000,
	.zip_entry_bytes = 2 * GIB,
	.zip_total_bytes = 16 * GIB,
	.zip_ratio = 1032,
	.folder_depth = 64,
	.label_bytes = 1000,
};

/* What is to be read. */
struct item {
	struct input input;
	const struct walked_folder *folder; /* of a file that a walk found, else NULL */
	uint32_t archive;                   /* 1..: its number in `archives`; 0: a file */
	uint32_t entry;                     /* of that archive */
};

struct sources {
	struct arena arena;
	struct item *items;
	size_t count, capacity;
	struct archive **archives;
	size_t archive_count, archive_capacity;
	const struct archive *largest;
	size_t file_count;
	atomic_int *ahead; /* files that readers have open before their turn */
};

/* ---- inputs ---- */

/* The path without its last part; the one before, where that is the same. */
static const char *parent_of(struct sources *sources, const char *path)
{
	const size_t length = (size_t)(path_name(path) - path) - 1;
	const char *last = sources->count ? sources->items[sources->count - 1].input.folder : NULL;

	if (last && strncmp(last, path, length) == 0 && !last[length])
		return last;
	return path_parent(&sources->arena, path);
}

static struct item *add_item(struct sources *sources, const char *label, const char *opened,
			     const char *folder, uint64_t size)
{
	struct item *item;

	sources->items = array_reserve(sources->items, &sources->capacity, sources->count + 1,
				       sizeof(*sources->items));
	item = &sources->items[sources->count++];
	*item = (struct item){
		.input = {.label = label, .opened = opened, .folder = folder, .size = size},
	};
	return item;
}

static void add_file(struct sources *sources, const struct file *file)
{
	const char *folder = file->standard_input ? "-" : path_root_name(file->root);

	if (strchr(file->label, '/'))
		folder = parent_of(sources, file->label);
	add_item(sources, file->label, file->opened, folder, file->size)->folder = file->folder;
}

static const char *join_entry(struct sources *sources, const char *path, const char *name)
{
	const size_t length = strlen(path), size = strlen(name) + 1;
	char *joined = arena_alloc(&sources->arena, length + 1 + size);

	memcpy(joined, path, length);
	joined[length] = '!';
	memcpy(joined + length + 1, name, size);
	return joined;
}

/* Folders are the entries' own, or the archive's file name without its ending. */
static void add_entries(struct sources *sources, const struct file *file)
{
	const uint32_t number = (uint32_t)sources->archive_count;
	const struct archive *archive = sources->archives[number - 1];
	const size_t length = strlen(file->opened), size = strlen(file->label);
	/* the path mostly ends with the label, and one text does for both */
	const bool within =
		length >= size && strcmp(file->opened + length - size, file->label) == 0;
	const char *stem = path_name(file->label);

	if (is_archive_name(stem))
		stem = arena_strndup(&sources->arena, stem, strlen(stem) - 4);
	for (size_t i = 0; i < archive_count(archive); i++) {
		const struct archive_entry *entry = &archive_entries(archive)[i];
		const char *name = entry->name;
		const char *folder = strchr(name, '/') ? parent_of(sources, name) : stem;
		const char *opened = join_entry(sources, file->opened, name);
		const char *label =
			within ? opened + length - size : join_entry(sources, file->label, name);
		struct item *item = add_item(sources, label, opened, folder, entry->size);

		item->archive = number;
		item->entry = (uint32_t)i;
	}
}

/* Of all archives, the one with most entries keeps the handle that it was listed with. */
static void keep_archive(struct sources *sources, struct archive *archive)
{
	const struct archive *largest = sources->largest;

	if (largest && archive_count(archive) <= archive_count(largest)) {
		archive_rest(archive);
	} else {
		if (largest)
			archive_rest(largest);
		sources->largest = archive;
	}
	sources->archives = array_reserve(sources->archives, &sources->archive_capacity,
					  sources->archive_count + 1, sizeof(struct archive *));
	sources->archives[sources->archive_count++] = archive;
}

static void add_archive(struct sources *sources, struct files *files, const struct file *file,
			const struct limits *limits)
{
	struct error err;
	struct archive *archive = archive_open(file->opened, limits, &err);

	if (!archive) {
		files_complain(files, file->label, file->opened, err.text);
	} else if (!archive_count(archive)) {
		files_complain(files, file->label, file->opened,
			       "no *.json, *.jsonl or *.ndjson in this archive");
		archive_close(archive);
	} else {
		keep_archive(sources, archive);
		add_entries(sources, file);
	}
}

struct sources *sources_open(const char *const *arguments, size_t count,
			     const struct limits *limits, struct notes *notes)
{
	struct sources *sources = memory_alloc(sizeof(*sources));
	struct files files = {
		.arena = &sources->arena,
		.notes = notes,
		.depth_most = limits->folder_depth,
	};

	*sources = (struct sources){.count = 0};
	arena_init(&sources->arena, 0);
	sources->ahead = arena_alloc(&sources->arena, sizeof(*sources->ahead));
	atomic_init(sources->ahead, 0);
	files_find(&files, arguments, count);
	sources->file_count = files.count;
	for (size_t i = 0; i < files.count; i++)
		if (files.items[i].archive)
			add_archive(sources, &files, &files.items[i], limits);
		else
			add_file(sources, &files.items[i]);
	memory_free(files.items);
	return sources;
}

void sources_close(struct sources *sources, struct arena *strings)
{
	for (size_t i = 0; i < sources->archive_count; i++)
		archive_close(sources->archives[i]);
	memory_free(sources->archives);
	memory_free(sources->items);
	if (strings)
		arena_adopt(strings, &sources->arena);
	arena_release(&sources->arena);
	memory_free(sources);
}

size_t sources_files(const struct sources *sources)
{
	return sources->file_count;
}

size_t sources_count(const struct sources *sources)
{
	return sources->count;
}

const struct input *sources_input(const struct sources *sources, size_t index)
{
	return &sources->items[index].input;
}

bool sources_is_entry(const struct sources *sources, size_t index)
{
	return sources->items[index].archive > 0;
}

/* ---- one reader ---- */

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
	const struct walked_folder *folder;
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

/* ---- reading files ---- */

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

	reader->borrowed = !item->folder && strcmp(item->input.opened, "-") == 0;
	if (reader->borrowed) {
		reader->fd = STDIN_FILENO;
	} else if (index >= reader->ahead && index < reader->ahead_end) {
		close_ahead(reader, index);
		reader->fd = shift_ahead(reader);
	}
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

/* ---- reading entries ---- */

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
