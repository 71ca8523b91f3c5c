#include "archive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include "runtally/base/arena.h"

enum {
	/* Below this size a high ratio is no sign of a bomb. */
	RATIO_FREE_BYTES = 1024 * 1024,
	/* Where Unix keeps the file's mode in an entry's external attributes. */
	MODE_SHIFT = 16,
	MODE_TYPE = 0170000,
	MODE_REGULAR = 0100000,
	/*
	 * How much of the file is read at once: little after a jump, so that entries which are read
	 * in another order than they lie in cost no more than their own bytes; more with each read
	 * that goes on forward. libzip's own way costs a seek and a read of 4 KiB for every header.
	 */
	WINDOW_LEAST = 4 * 1024,
	WINDOW_MOST = 128 * 1024,
};

/* What archive_open leaves for the first reader. */
struct spare {
	_Atomic(zip_t *) zip;
};

struct archive {
	const char *path;
	struct stat file; /* as it was when it was listed */
	struct limits limits;
	struct arena arena;
	struct archive_entry *entries;
	size_t count, capacity;
	struct spare *spare;
};

struct archive_reader {
	const struct archive *archive;
	zip_t *zip;
	zip_file_t *file; /* the entry that is open, or NULL */
	const struct archive_entry *open;
	uint64_t inflated; /* bytes of it so far */
};

/* ---- the bytes of the file, for libzip ---- */

struct archive_bytes {
	int fd;
	zip_uint64_t size;
	zip_int64_t position;
	zip_int64_t start; /* of the window in the file */
	size_t length;
	size_t next; /* how much to read when it moves */
	zip_error_t error;
	char window[WINDOW_MOST];
};

/* Moves the window to the position. */
static zip_int64_t move_window(struct archive_bytes *file)
{
	const zip_int64_t end = file->start + (zip_int64_t)file->length;
	ssize_t got;

	if (file->position < file->start || file->position > end + WINDOW_LEAST)
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

static zip_int64_t read_bytes(struct archive_bytes *file, char *bytes, zip_uint64_t size)
{
	zip_uint64_t done = 0;

	while (done < size) {
		zip_int64_t at = file->position - file->start;
		zip_uint64_t part = size - done;

		if (at < 0 || at >= (zip_int64_t)file->length) {
			zip_int64_t got = move_window(file);

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

static zip_int64_t tell_size(const struct archive_bytes *file, zip_stat_t *told)
{
	zip_stat_init(told);
	told->size = file->size;
	told->valid = ZIP_STAT_SIZE;
	return sizeof(*told);
}

static zip_int64_t seek(struct archive_bytes *file, void *data, zip_uint64_t length)
{
	zip_int64_t position = zip_source_seek_compute_offset(
		(zip_uint64_t)file->position, file->size, data, length, &file->error);

	if (position < 0)
		return -1;
	file->position = position;
	return 0;
}

static zip_int64_t answer(void *state, void *data, zip_uint64_t length, zip_source_cmd_t command)
{
	struct archive_bytes *file = state;

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
	case ZIP_SOURCE_ACCEPT_EMPTY:
		return 0;
	case ZIP_SOURCE_ERROR:
		return zip_error_to_data(&file->error, data, length);
	case ZIP_SOURCE_FREE:
		close(file->fd);
		zip_error_fini(&file->error);
		memory_free(file);
		return 0;
	case ZIP_SOURCE_SUPPORTS:
		return ZIP_SOURCE_SUPPORTS_SEEKABLE |
		       ZIP_SOURCE_MAKE_COMMAND_BITMASK(ZIP_SOURCE_ACCEPT_EMPTY);
	default:
		zip_error_set(&file->error, ZIP_ER_OPNOTSUPP, 0);
		return -1;
	}
}

/* The first `size` bytes of a regular file. Takes over `fd`: it is closed with the source. */
static zip_source_t *bytes_source(int fd, uint64_t size)
{
	struct archive_bytes *file = memory_alloc(sizeof(*file));
	zip_source_t *source;

	*file = (struct archive_bytes){.fd = fd, .size = size, .next = WINDOW_LEAST};
	zip_error_init(&file->error);
	source = zip_source_function_create(answer, file, &file->error);
	if (!source)
		memory_exhausted();
	return source;
}

/* ---- names ---- */

/* Begins a part of the cleaned name; `..` takes the part before away. */
static size_t add_part(char *clean, size_t length, const char *part, size_t size)
{
	if (size == 0 || (size == 1 && part[0] == '.'))
		return length;
	if (size == 2 && part[0] == '.' && part[1] == '.') {
		while (length > 0 && clean[length - 1] != '/')
			length--;
		return length > 0 ? length - 1 : 0;
	}
	if (length > 0)
		clean[length++] = '/';
	memcpy(clean + length, part, size);
	return length + size;
}

static const char *clean_name(struct arena *arena, const char *name)
{
	char *clean = arena_alloc(arena, strlen(name) + 1);
	size_t length = 0;

	for (;;) {
		size_t size = strcspn(name, "/");

		length = add_part(clean, length, name, size);
		if (!name[size])
			break;
		name += size + 1;
	}
	clean[length] = '\0';
	return clean;
}

static int compare_entries(const void *a, const void *b)
{
	const struct archive_entry *one = a, *other = b;

	return strcmp(one->name, other->name);
}

/* ---- what is refused ---- */

/* Archivers on other systems leave the mode at 0. */
static bool is_regular(zip_t *zip, zip_uint64_t index)
{
	zip_uint32_t attributes = 0;
	zip_uint8_t system;
	zip_uint32_t type;

	if (zip_file_get_external_attributes(zip, index, 0, &system, &attributes))
		return false;
	type = attributes >> MODE_SHIFT & MODE_TYPE;
	return type == 0 || type == MODE_REGULAR;
}

static const char *refuse_kind(struct archive *archive, zip_t *zip, const zip_stat_t *stat,
			       const char *name)
{
	if (is_archive_name(name))
		return "refused: an archive inside an archive";
	if (stat->encryption_method != ZIP_EM_NONE)
		return "refused: encrypted";
	if (!is_regular(zip, stat->index))
		return "refused: not a regular file";
	if (!zip_compression_method_supported(stat->comp_method, 0))
		return arena_printf(&archive->arena,
				    "refused: compression method %u is not supported",
				    (unsigned)stat->comp_method);
	return NULL;
}

static const char *refuse_size(struct archive *archive, const struct archive_entry *entry)
{
	const struct limits *limits = &archive->limits;
	uint64_t compressed = entry->compressed ? entry->compressed : 1;

	if (entry->size > limits->zip_entry_bytes)
		return arena_printf(&archive->arena, "refused: inflates to more than %llu bytes",
				    (unsigned long long)limits->zip_entry_bytes);
	if (entry->size > RATIO_FREE_BYTES && (entry->size - 1) / compressed >= limits->zip_ratio)
		return arena_printf(&archive->arena,
				    "refused: inflates to more than %llu times its size",
				    (unsigned long long)limits->zip_ratio);
	return NULL;
}

/* In order of names: from the entry on with which the archive's limit is exceeded, none is read. */
static void refuse_sizes(struct archive *archive)
{
	uint64_t left = archive->limits.zip_total_bytes;
	const char *beyond = NULL;

	for (size_t i = 0; i < archive->count; i++) {
		struct archive_entry *entry = &archive->entries[i];

		if (!entry->refused)
			entry->refused = refuse_size(archive, entry);
		if (entry->refused)
			continue;
		if (!beyond && entry->size > left)
			beyond = arena_printf(
				&archive->arena,
				"refused: the archive inflates to more than %llu bytes",
				(unsigned long long)archive->limits.zip_total_bytes);
		left -= beyond ? 0 : entry->size;
		entry->refused = beyond;
	}
}

/* ---- the archive as a whole ---- */

static int list_entry(struct archive *archive, zip_t *zip, zip_uint64_t index, uint64_t *sum,
		      struct error *err)
{
	struct archive_entry *entry;
	zip_stat_t stat;

	if (zip_stat_index(zip, index, 0, &stat))
		return error_set(err, "entry %llu: %s", (unsigned long long)index + 1,
				 zip_strerror(zip));
	*sum = stat.comp_size > UINT64_MAX - *sum ? UINT64_MAX : *sum + stat.comp_size;
	if (stat.name[0] && stat.name[strlen(stat.name) - 1] == '/')
		return 0;
	archive->entries = array_reserve(archive->entries, &archive->capacity, archive->count + 1,
					 sizeof(*archive->entries));
	entry = &archive->entries[archive->count++];
	entry->name = clean_name(&archive->arena, stat.name);
	entry->index = index;
	entry->size = stat.size;
	entry->compressed = stat.comp_size;
	entry->refused = refuse_kind(archive, zip, &stat, entry->name);
	return 0;
}

/* Most archivers write in order. */
static void sort_entries(struct archive *archive)
{
	struct archive_entry *entries = archive->entries;

	for (size_t i = 1; i < archive->count; i++)
		if (compare_entries(&entries[i - 1], &entries[i]) > 0) {
			qsort(entries, archive->count, sizeof(*entries), compare_entries);
			return;
		}
}

/* Drops what is not worth reading: other names, hidden ones. Their names must differ, too. */
static int choose_entries(struct archive *archive, struct error *err)
{
	const size_t count = archive->count;

	archive->count = 0;
	for (size_t i = 0; i < count; i++) {
		const struct archive_entry *entry = &archive->entries[i];
		const char *name = entry->name;

		if (i + 1 < count && strcmp(name, entry[1].name) == 0)
			return error_set(err, "refused: two entries are named %s", name);
		if ((is_export_name(name) || is_archive_name(name)) && name[0] != '.' &&
		    !strstr(name, "/."))
			archive->entries[archive->count++] = *entry;
	}
	return 0;
}

static int list_entries(struct archive *archive, zip_t *zip, struct error *err)
{
	zip_int64_t count = zip_get_num_entries(zip, 0);
	uint64_t sum = 0;

	if (count > 0 && (uint64_t)count > archive->limits.zip_entries)
		return error_set(err, "refused: has more than %llu entries",
				 (unsigned long long)archive->limits.zip_entries);
	for (zip_int64_t i = 0; i < count; i++)
		if (list_entry(archive, zip, (zip_uint64_t)i, &sum, err))
			return -1;
	if (sum > (uint64_t)archive->file.st_size)
		return error_set(err, "refused: its entries overlap (their compressed sizes add up "
				      "to more than the file)");
	sort_entries(archive);
	if (choose_entries(archive, err))
		return -1;
	refuse_sizes(archive);
	return 0;
}

/* `info` is of the file that was opened, whatever has the path's name later. */
static zip_t *open_zip(const char *path, int checks, struct stat *info, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	zip_source_t *source;
	zip_error_t why;
	zip_t *zip;

	if (fd < 0 || fstat(fd, info)) {
		error_set(err, "cannot open: %s", strerror(errno));
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	source = bytes_source(fd, (uint64_t)info->st_size);
	zip_error_init(&why);
	zip = zip_open_from_source(source, ZIP_RDONLY | checks, &why);
	if (!zip) {
		if (zip_error_code_zip(&why) == ZIP_ER_EXISTS)
			error_set(err, "refused: two entries have the same name");
		else
			error_set(err, "cannot open as a ZIP archive: %s",
				  zip_error_strerror(&why));
		zip_source_free(source);
	}
	zip_error_fini(&why);
	return zip;
}

struct archive *archive_open(const char *path, const struct limits *limits, struct error *err)
{
	struct archive *archive = memory_alloc(sizeof(*archive));
	zip_t *zip;

	*archive = (struct archive){.limits = *limits};
	arena_init(&archive->arena, 0);
	archive->path = arena_strdup(&archive->arena, path);
	zip = open_zip(path, ZIP_CHECKCONS, &archive->file, err);
	archive->spare = arena_alloc(&archive->arena, sizeof(*archive->spare));
	atomic_init(&archive->spare->zip, zip);
	if (zip && list_entries(archive, zip, err) == 0)
		return archive;
	archive_close(archive);
	return NULL;
}

void archive_rest(const struct archive *archive)
{
	zip_t *zip = atomic_exchange(&archive->spare->zip, NULL);

	if (zip)
		zip_discard(zip);
}

void archive_close(struct archive *archive)
{
	archive_rest(archive);
	memory_free(archive->entries);
	arena_release(&archive->arena);
	memory_free(archive);
}

size_t archive_count(const struct archive *archive)
{
	return archive->count;
}

const struct archive_entry *archive_entries(const struct archive *archive)
{
	return archive->entries;
}

/* ---- one reader ---- */

static bool is_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* The checks of the whole were made by archive_open: a second handle does not repeat them. */
static zip_t *open_again(const struct archive *archive, struct error *err)
{
	struct stat info;
	zip_t *zip = open_zip(archive->path, 0, &info, err);

	if (zip && !is_same_file(&info, &archive->file)) {
		zip_discard(zip);
		error_set(err, "cannot open: the archive was changed while it was read");
		return NULL;
	}
	return zip;
}

struct archive_reader *archive_reader_new(const struct archive *archive, struct error *err)
{
	zip_t *zip = atomic_exchange(&archive->spare->zip, NULL);
	struct archive_reader *reader;

	if (!zip)
		zip = open_again(archive, err);
	if (!zip)
		return NULL;
	reader = memory_alloc(sizeof(*reader));
	*reader = (struct archive_reader){.archive = archive, .zip = zip};
	return reader;
}

static void close_entry(struct archive_reader *reader)
{
	if (reader->file)
		zip_fclose(reader->file);
	reader->file = NULL;
}

void archive_reader_free(struct archive_reader *reader)
{
	if (!reader)
		return;
	close_entry(reader);
	zip_discard(reader->zip);
	memory_free(reader);
}

int archive_begin(struct archive_reader *reader, size_t index, struct error *err)
{
	const struct archive_entry *entry = &reader->archive->entries[index];

	close_entry(reader);
	reader->open = entry;
	reader->inflated = 0;
	if (entry->refused)
		return error_set(err, "%s", entry->refused);
	reader->file = zip_fopen_index(reader->zip, entry->index, 0);
	if (!reader->file)
		return error_set(err, "cannot open: %s", zip_strerror(reader->zip));
	return 0;
}

int64_t archive_read(struct archive_reader *reader, void *buffer, size_t size, struct error *err)
{
	const uint64_t declared = reader->open->size;
	zip_int64_t got = zip_fread(reader->file, buffer, size);

	if (got < 0)
		return error_set(err, "cannot read: %s",
				 zip_error_strerror(zip_file_get_error(reader->file)));
	reader->inflated += (uint64_t)got;
	if (reader->inflated > declared)
		return error_set(err,
				 "cannot read: inflates to more than the %llu bytes that the "
				 "archive declares",
				 (unsigned long long)declared);
	if (got == 0 && size > 0 && reader->inflated < declared)
		return error_set(err,
				 "cannot read: inflates to %llu bytes where the archive "
				 "declares %llu",
				 (unsigned long long)reader->inflated,
				 (unsigned long long)declared);
	return got;
}
