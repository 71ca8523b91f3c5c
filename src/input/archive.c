#include "archive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include "archive_file.h"
#include "runtally/base/arena.h"

enum {
	/* Below this size a high ratio is no sign of a bomb. */
	RATIO_FREE_BYTES = 1024 * 1024,
	/* Where Unix keeps the file's mode in an entry's external attributes. */
	MODE_SHIFT = 16,
	MODE_TYPE = 0170000,
	MODE_REGULAR = 0100000,
};

struct entry {
	const char *name; /* as a label */
	zip_uint64_t index;
	uint64_t size, compressed;
	const char *refused; /* why it is not read, or NULL */
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
	struct entry *entries;
	size_t count, capacity, skipped;
	struct spare *spare;
};

struct archive_reader {
	const struct archive *archive;
	zip_t *zip;
	zip_file_t *file; /* the entry that is open, or NULL */
	const struct entry *open;
	uint64_t inflated; /* bytes of it so far */
};

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

static bool is_hidden(const char *name)
{
	return name[0] == '.' || strstr(name, "/.") != NULL;
}

static int compare_entries(const void *a, const void *b)
{
	const struct entry *one = a, *other = b;

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

static const char *refuse_size(struct archive *archive, const struct entry *entry)
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
		struct entry *entry = &archive->entries[i];

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
	struct entry *entry;
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
	struct entry *entries = archive->entries;

	for (size_t i = 1; i < archive->count; i++)
		if (compare_entries(&entries[i - 1], &entries[i]) > 0) {
			qsort(entries, archive->count, sizeof(*entries), compare_entries);
			return;
		}
}

static int check_duplicates(const struct archive *archive, struct error *err)
{
	for (size_t i = 1; i < archive->count; i++)
		if (strcmp(archive->entries[i - 1].name, archive->entries[i].name) == 0)
			return error_set(err, "refused: two entries are named %s",
					 archive->entries[i].name);
	return 0;
}

static void drop_others(struct archive *archive)
{
	size_t kept = 0;

	for (size_t i = 0; i < archive->count; i++) {
		const char *name = archive->entries[i].name;

		if ((is_export_name(name) || is_archive_name(name)) && !is_hidden(name))
			archive->entries[kept++] = archive->entries[i];
	}
	archive->skipped = archive->count - kept;
	archive->count = kept;
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
	if (check_duplicates(archive, err))
		return -1;
	drop_others(archive);
	refuse_sizes(archive);
	return 0;
}

static zip_t *open_bytes(int fd, const struct stat *info, int checks, struct error *err)
{
	zip_source_t *source = archive_file_source(fd, (uint64_t)info->st_size);
	zip_error_t why;
	zip_t *zip;

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

/* `info` is of the file that was opened, whatever has the path's name later. */
static zip_t *open_zip(const char *path, int checks, struct stat *info, struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, info)) {
		error_set(err, "cannot open: %s", strerror(errno));
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	return open_bytes(fd, info, checks, err);
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

const char *archive_name(const struct archive *archive, size_t index)
{
	return archive->entries[index].name;
}

uint64_t archive_size(const struct archive *archive, size_t index)
{
	return archive->entries[index].size;
}

size_t archive_skipped(const struct archive *archive)
{
	return archive->skipped;
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
	const struct entry *entry = &reader->archive->entries[index];

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
