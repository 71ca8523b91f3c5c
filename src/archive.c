#include "runtally/archive.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zip.h>

#include "runtally/arena.h"

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
	uint64_t compressed;
};

struct archive {
	zip_t *zip;
	struct limits limits;
	struct arena arena;
	struct entry *entries;
	size_t count, capacity, skipped;
	zip_file_t *file; /* the entry that is open, or NULL */
	const struct entry *open;
	uint64_t entry_bytes, total_bytes; /* inflated so far */
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

/* ---- the archive as a whole ---- */

static int list_entry(struct archive *archive, zip_uint64_t index, uint64_t *sum, struct error *err)
{
	zip_stat_t stat;
	struct entry *entry;

	if (zip_stat_index(archive->zip, index, 0, &stat))
		return error_set(err, "entry %llu: %s", (unsigned long long)index + 1,
				 zip_strerror(archive->zip));
	*sum = stat.comp_size > UINT64_MAX - *sum ? UINT64_MAX : *sum + stat.comp_size;
	if (stat.name[0] && stat.name[strlen(stat.name) - 1] == '/')
		return 0;
	archive->entries = array_reserve(archive->entries, &archive->capacity, archive->count + 1,
					 sizeof(*archive->entries));
	entry = &archive->entries[archive->count++];
	entry->name = clean_name(&archive->arena, stat.name);
	entry->index = index;
	entry->compressed = stat.comp_size;
	return 0;
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

static int list_entries(struct archive *archive, uint64_t file_bytes, struct error *err)
{
	zip_int64_t count = zip_get_num_entries(archive->zip, 0);
	uint64_t sum = 0;

	if (count > 0 && (uint64_t)count > archive->limits.zip_entries)
		return error_set(err, "refused: has more than %llu entries",
				 (unsigned long long)archive->limits.zip_entries);
	for (zip_int64_t i = 0; i < count; i++)
		if (list_entry(archive, (zip_uint64_t)i, &sum, err))
			return -1;
	if (sum > file_bytes)
		return error_set(err, "refused: its entries overlap (their compressed sizes add up "
				      "to more than the file)");
	if (archive->count)
		qsort(archive->entries, archive->count, sizeof(*archive->entries), compare_entries);
	if (check_duplicates(archive, err))
		return -1;
	drop_others(archive);
	return 0;
}

static int open_zip(struct archive *archive, const char *path, uint64_t *file_bytes,
		    struct error *err)
{
	struct stat file;
	zip_error_t why;
	int code = 0;

	if (stat(path, &file))
		return error_set(err, "cannot open: %s", strerror(errno));
	*file_bytes = (uint64_t)file.st_size;
	archive->zip = zip_open(path, ZIP_RDONLY | ZIP_CHECKCONS, &code);
	if (archive->zip)
		return 0;
	if (code == ZIP_ER_EXISTS)
		return error_set(err, "refused: two entries have the same name");
	zip_error_init_with_code(&why, code);
	error_set(err, "cannot open as a ZIP archive: %s", zip_error_strerror(&why));
	zip_error_fini(&why);
	return -1;
}

struct archive *archive_open(const char *path, const struct limits *limits, struct error *err)
{
	struct archive *archive = memory_alloc(sizeof(*archive));
	uint64_t file_bytes = 0;

	*archive = (struct archive){.limits = *limits};
	arena_init(&archive->arena, 0);
	if (open_zip(archive, path, &file_bytes, err) == 0 &&
	    list_entries(archive, file_bytes, err) == 0)
		return archive;
	archive_close(archive);
	return NULL;
}

static void close_entry(struct archive *archive)
{
	if (archive->file)
		zip_fclose(archive->file);
	archive->file = NULL;
}

void archive_close(struct archive *archive)
{
	close_entry(archive);
	if (archive->zip)
		zip_discard(archive->zip);
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

size_t archive_skipped(const struct archive *archive)
{
	return archive->skipped;
}

/* ---- one entry ---- */

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

static int check_entry(struct archive *archive, const struct entry *entry, struct error *err)
{
	zip_stat_t stat;

	if (is_archive_name(entry->name))
		return error_set(err, "refused: an archive inside an archive");
	if (zip_stat_index(archive->zip, entry->index, 0, &stat))
		return error_set(err, "%s", zip_strerror(archive->zip));
	if (stat.encryption_method != ZIP_EM_NONE)
		return error_set(err, "refused: encrypted");
	if (!is_regular(archive->zip, entry->index))
		return error_set(err, "refused: not a regular file");
	if (!zip_compression_method_supported(stat.comp_method, 0))
		return error_set(err, "refused: compression method %u is not supported",
				 (unsigned)stat.comp_method);
	return 0;
}

int archive_begin(struct archive *archive, size_t index, struct error *err)
{
	const struct entry *entry = &archive->entries[index];

	close_entry(archive);
	archive->open = entry;
	archive->entry_bytes = 0;
	if (check_entry(archive, entry, err))
		return -1;
	archive->file = zip_fopen_index(archive->zip, entry->index, 0);
	if (!archive->file)
		return error_set(err, "cannot open: %s", zip_strerror(archive->zip));
	return 0;
}

static int check_size(const struct archive *archive, struct error *err)
{
	const struct limits *limits = &archive->limits;
	uint64_t compressed = archive->open->compressed ? archive->open->compressed : 1;

	if (archive->entry_bytes > limits->zip_entry_bytes)
		return error_set(err, "refused: inflates to more than %llu bytes",
				 (unsigned long long)limits->zip_entry_bytes);
	if (archive->total_bytes > limits->zip_total_bytes)
		return error_set(err, "refused: the archive inflates to more than %llu bytes",
				 (unsigned long long)limits->zip_total_bytes);
	if (archive->entry_bytes > RATIO_FREE_BYTES &&
	    (archive->entry_bytes - 1) / compressed >= limits->zip_ratio)
		return error_set(err, "refused: inflates to more than %llu times its size",
				 (unsigned long long)limits->zip_ratio);
	return 0;
}

int64_t archive_read(struct archive *archive, void *buffer, size_t size, struct error *err)
{
	zip_int64_t got = zip_fread(archive->file, buffer, size);

	if (got < 0)
		return error_set(err, "cannot read: %s",
				 zip_error_strerror(zip_file_get_error(archive->file)));
	archive->entry_bytes += (uint64_t)got;
	archive->total_bytes += (uint64_t)got;
	if (check_size(archive, err))
		return -1;
	return got;
}
