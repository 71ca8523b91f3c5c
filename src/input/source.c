#include "runtally/input/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtally/base/path.h"
#include "source_list.h"

#define MIB UINT64_C(1048576)
#define GIB UINT64_C(1073741824)

/*
 * Up to so many files, each one's size is asked for. Beyond, that would cost a third of reading
 * them, and files alone are shares enough for any number of threads.
 */
enum { MEASURED_MOST = 4096 };

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

/* ---- names ---- */

static bool has_ending(const char *name, const char *ending)
{
	size_t length = strlen(name), size = strlen(ending);

	return length > size && strcasecmp(name + length - size, ending) == 0;
}

bool is_export_name(const char *name)
{
	return has_ending(name, ".json") || has_ending(name, ".jsonl") ||
	       has_ending(name, ".ndjson");
}

bool is_archive_name(const char *name)
{
	return has_ending(name, ".zip");
}

/* ---- arguments ---- */

void source_complain(struct sources *sources, const char *label, const char *opened,
		     const char *text)
{
	notes_add(sources->notes, &(struct note){
					  .severity = SEVERITY_ERROR,
					  .file = label,
					  .opened = opened,
					  .text = text,
				  });
}

void source_complain_system(struct sources *sources, const char *label, const char *opened)
{
	source_complain(sources, label, opened,
			arena_printf(&sources->arena, "cannot open: %s", strerror(errno)));
}

struct file *source_add(struct sources *sources, const char *opened, const char *label,
			const char *root)
{
	struct file *file;

	sources->files = array_reserve(sources->files, &sources->file_capacity,
				       sources->file_count + 1, sizeof(*sources->files));
	file = &sources->files[sources->file_count++];
	*file = (struct file){
		.opened = opened,
		.label = label,
		.root = root,
		.archive = is_archive_name(label),
	};
	return file;
}

static void take_measure(struct file *file, const struct stat *info)
{
	file->measured = true;
	file->size = S_ISREG(info->st_mode) ? (uint64_t)info->st_size : 0;
	file->device = info->st_dev;
	file->inode = info->st_ino;
}

void source_measure(struct file *file)
{
	struct stat info;

	if (stat(file->opened, &info) == 0)
		take_measure(file, &info);
}

static bool holds_zip(const char *path)
{
	char head[4] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return false;
	got = read(fd, head, sizeof(head));
	close(fd);
	return got == (ssize_t)sizeof(head) &&
	       (memcmp(head, "PK\3\4", 4) == 0 || memcmp(head, "PK\5\6", 4) == 0);
}

static void take_file(struct sources *sources, const char *path, const char *root,
		      const struct stat *info)
{
	struct file *file =
		source_add(sources, path, path_name(root), path_parent(&sources->arena, root));

	take_measure(file, info);
	file->archive = S_ISREG(info->st_mode) && (file->archive || holds_zip(path));
}

static void take_argument(struct sources *sources, const char *text)
{
	const char *root;
	struct stat info;

	if (strcmp(text, "-") == 0) {
		source_add(sources, "-", "-", "")->standard_input = true;
		return;
	}
	if (!*text) {
		source_complain(sources, "-", "-", "the name of an input is empty");
		return;
	}
	root = path_absolute(&sources->arena, text);
	if (stat(text, &info))
		source_complain_system(sources, path_root_name(root), text);
	else if (!S_ISDIR(info.st_mode))
		take_file(sources, text, root, &info);
	else if (!source_walk(sources, text, root))
		source_complain(sources, path_root_name(root), text,
				"no *.json, *.jsonl, *.ndjson or *.zip in this folder");
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void take_arguments(struct sources *sources, const char *const *arguments, size_t count)
{
	const char **sorted = memory_alloc(count * sizeof(*sorted));

	for (size_t i = 0; i < count; i++)
		sorted[i] = arena_strdup(&sources->arena, arguments[i]);
	if (count)
		qsort(sorted, count, sizeof(*sorted), compare_texts);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || strcmp(sorted[i - 1], sorted[i]) != 0)
			take_argument(sources, sorted[i]);
	memory_free(sorted);
}

static void measure(struct sources *sources)
{
	for (size_t i = 0; i < sources->file_count; i++)
		if (!sources->files[i].measured && !sources->files[i].standard_input)
			source_measure(&sources->files[i]);
}

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

/* The archive's file name without its ending. */
static const char *archive_stem(struct arena *arena, const char *label)
{
	const char *name = path_name(label);

	return is_archive_name(name) ? arena_strndup(arena, name, strlen(name) - 4) : name;
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

/* Where the label begins in the path, which mostly ends with it; SIZE_MAX: nowhere. */
static size_t label_in_path(const struct file *file)
{
	const size_t length = strlen(file->opened), size = strlen(file->label);

	if (length < size || strcmp(file->opened + length - size, file->label) != 0)
		return SIZE_MAX;
	return length - size;
}

static void add_entries(struct sources *sources, const struct file *file)
{
	const uint32_t number = (uint32_t)sources->archive_count;
	const struct archive *archive = sources->archives[number - 1];
	const char *stem = archive_stem(&sources->arena, file->label);
	const size_t within = label_in_path(file);

	for (size_t i = 0; i < archive_count(archive); i++) {
		const char *name = archive_name(archive, i);
		const char *folder = strchr(name, '/') ? parent_of(sources, name) : stem;
		const char *opened = join_entry(sources, file->opened, name);
		const char *label = within != SIZE_MAX ? opened + within
						       : join_entry(sources, file->label, name);
		struct item *item =
			add_item(sources, label, opened, folder, archive_size(archive, i));

		item->archive = number;
		item->entry = (uint32_t)i;
	}
}

/* Of all archives, the one with most entries keeps the handle that it was listed with. */
static void keep_archive(struct sources *sources, struct archive *archive)
{
	const struct archive *largest = sources->largest;

	if (largest && archive_count(archive) <= archive_count(largest))
		archive_rest(archive);
	else if (largest)
		archive_rest(largest);
	if (!largest || archive_count(archive) > archive_count(largest))
		sources->largest = archive;
	sources->archives = array_reserve(sources->archives, &sources->archive_capacity,
					  sources->archive_count + 1, sizeof(struct archive *));
	sources->archives[sources->archive_count++] = archive;
}

static void add_archive(struct sources *sources, const struct file *file)
{
	struct error err;
	struct archive *archive = archive_open(file->opened, &sources->limits, &err);

	if (!archive) {
		source_complain(sources, file->label, file->opened, err.text);
	} else if (!archive_count(archive)) {
		source_complain(sources, file->label, file->opened,
				"no *.json, *.jsonl or *.ndjson in this archive");
		archive_close(archive);
	} else {
		keep_archive(sources, archive);
		add_entries(sources, file);
	}
}

/* ---- the calls ---- */

struct sources *sources_open(const char *const *arguments, size_t count,
			     const struct limits *limits, struct notes *notes)
{
	struct sources *sources = memory_alloc(sizeof(*sources));

	*sources = (struct sources){.limits = *limits, .notes = notes};
	arena_init(&sources->arena, 0);
	sources->ahead = arena_alloc(&sources->arena, sizeof(*sources->ahead));
	atomic_init(sources->ahead, 0);
	take_arguments(sources, arguments, count);
	if (sources->file_count <= MEASURED_MOST)
		measure(sources);
	source_drop_copies(sources);
	source_label(sources);
	for (size_t i = 0; i < sources->file_count; i++)
		if (sources->files[i].archive)
			add_archive(sources, &sources->files[i]);
		else
			add_file(sources, &sources->files[i]);
	memory_free(sources->files);
	sources->files = NULL;
	sources->notes = NULL;
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
