#include "runtally/source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtally/archive.h"
#include "runtally/path.h"

#define MIB UINT64_C(1048576)
#define GIB UINT64_C(1073741824)

const struct limits default_limits = {
	.record_bytes = 64 * MIB,
	.record_memory = GIB,
	.zip_entries = 100000,
	.zip_entry_bytes = 2 * GIB,
	.zip_total_bytes = 16 * GIB,
	.zip_ratio = 1032,
	.folder_depth = 64,
};

struct file {
	const char *opened; /* what open takes */
	const char *label;
	const char *below; /* the path below the argument's folder */
	const char *root;  /* that folder, absolute; "" for standard input */
	bool archive, standard_input;
	dev_t device;
	ino_t inode;
};

struct sources {
	struct arena arena;
	struct limits limits;
	struct notes *notes;
	struct file *files;
	size_t count, capacity, begun;
	struct archive *archive; /* of files[begun - 1], when it is one */
	size_t next_entry;
	int fd;             /* of files[begun - 1], when it is none; -1 */
	struct arena entry; /* names of the blob that is open */
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

/* ---- listing ---- */

/* One argument, as it is walked. */
struct argument {
	const char *root; /* absolute */
	size_t files;     /* found so far, and notes made */
};

static void complain(struct sources *sources, const char *label, const char *opened,
		     const char *text)
{
	notes_add(sources->notes, &(struct note){
					  .severity = SEVERITY_ERROR,
					  .file = label,
					  .opened = opened,
					  .text = text,
				  });
}

static void complain_system(struct sources *sources, const char *label, const char *opened)
{
	complain(sources, label, opened,
		 arena_printf(&sources->arena, "cannot open: %s", strerror(errno)));
}

static struct file *add_file(struct sources *sources, const char *opened, const char *below,
			     const char *root)
{
	struct file *file;

	sources->files = array_reserve(sources->files, &sources->capacity, sources->count + 1,
				       sizeof(*sources->files));
	file = &sources->files[sources->count++];
	*file = (struct file){
		.opened = opened,
		.label = below,
		.below = below,
		.root = root,
		.archive = is_archive_name(below),
	};
	return file;
}

static void identify(struct file *file, const struct stat *info)
{
	file->device = info->st_dev;
	file->inode = info->st_ino;
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

struct names {
	const char **items;
	size_t count, capacity;
};

static int list_folder(struct sources *sources, const char *path, struct names *names)
{
	DIR *folder = opendir(path);
	struct dirent *entry;

	if (!folder)
		return -1;
	while ((entry = readdir(folder))) {
		if (entry->d_name[0] == '.')
			continue;
		names->items = array_reserve(names->items, &names->capacity, names->count + 1,
					     sizeof(*names->items));
		names->items[names->count++] = arena_strdup(&sources->arena, entry->d_name);
	}
	closedir(folder);
	if (names->count)
		qsort(names->items, names->count, sizeof(*names->items), compare_texts);
	return 0;
}

static void walk(struct sources *sources, struct argument *argument, const char *path,
		 const char *below, uint64_t depth);

/* Our own settings (options.c) often lie where the exports are. */
static bool is_config(const char *below)
{
	return strcmp(below, "runtally.json") == 0;
}

static void look_at(struct sources *sources, struct argument *argument, const char *path,
		    const char *below, uint64_t depth)
{
	bool wanted = (is_export_name(below) || is_archive_name(below)) && !is_config(below);
	struct stat link, info;

	if (lstat(path, &link) || stat(path, &info)) {
		if (wanted) {
			argument->files++;
			complain_system(sources, below, path);
		}
	} else if (S_ISDIR(link.st_mode)) {
		walk(sources, argument, path, below, depth + 1);
	} else if (S_ISREG(info.st_mode) && wanted) {
		argument->files++;
		identify(add_file(sources, path, below, argument->root), &info);
	}
}

static void walk(struct sources *sources, struct argument *argument, const char *path,
		 const char *below, uint64_t depth)
{
	const char *label = *below ? below : path_root_name(argument->root);
	struct names names = {.count = 0};

	if (depth > sources->limits.folder_depth) {
		argument->files++;
		complain(sources, label, path,
			 arena_printf(&sources->arena,
				      "not read: more than %llu folders inside one another",
				      (unsigned long long)sources->limits.folder_depth));
		return;
	}
	if (list_folder(sources, path, &names)) {
		argument->files++;
		complain_system(sources, label, path);
	}
	for (size_t i = 0; i < names.count; i++)
		look_at(sources, argument, path_join(&sources->arena, path, names.items[i]),
			path_join(&sources->arena, below, names.items[i]), depth);
	memory_free(names.items);
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
		add_file(sources, path, path_name(root), path_parent(&sources->arena, root));

	identify(file, info);
	file->archive = S_ISREG(info->st_mode) && (file->archive || holds_zip(path));
}

static void take_argument(struct sources *sources, const char *text)
{
	struct argument argument = {.files = 0};
	struct stat info;

	if (strcmp(text, "-") == 0) {
		add_file(sources, "-", "-", "")->standard_input = true;
		return;
	}
	if (!*text) {
		complain(sources, "-", "-", "the name of an input is empty");
		return;
	}
	argument.root = path_absolute(&sources->arena, text);
	if (stat(text, &info)) {
		complain_system(sources, path_root_name(argument.root), text);
	} else if (!S_ISDIR(info.st_mode)) {
		take_file(sources, text, argument.root, &info);
	} else {
		walk(sources, &argument, text, "", 0);
		if (!argument.files)
			complain(sources, path_root_name(argument.root), text,
				 "no *.json, *.jsonl, *.ndjson or *.zip in this folder");
	}
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

/* ---- one label a file ---- */

static int compare_lengths(const char *a, const char *b)
{
	size_t length = strlen(a), width = strlen(b);

	return (length > width) - (length < width);
}

/* Copies of one file stand together, the one with the longest way first. */
static int compare_identities(const void *a, const void *b)
{
	const struct file *one = a, *other = b;
	int order = one->standard_input - other->standard_input;

	if (!order)
		order = (one->device > other->device) - (one->device < other->device);
	if (!order)
		order = (one->inode > other->inode) - (one->inode < other->inode);
	if (!order)
		order = compare_lengths(other->below, one->below);
	if (!order)
		order = strcmp(one->below, other->below);
	if (!order)
		order = compare_lengths(one->opened, other->opened);
	return order ? order : strcmp(one->opened, other->opened);
}

static void drop_copies(struct sources *sources)
{
	struct file *files = sources->files;
	size_t kept = 0;

	if (sources->count)
		qsort(files, sources->count, sizeof(*files), compare_identities);
	for (size_t i = 0; i < sources->count; i++)
		if (kept == 0 || files[i].standard_input ||
		    files[i].device != files[kept - 1].device ||
		    files[i].inode != files[kept - 1].inode)
			files[kept++] = files[i];
	sources->count = kept;
}

static int compare_labels(const void *a, const void *b)
{
	const struct file *one = a, *other = b;
	int order = strcmp(one->label, other->label);

	return order ? order : strcmp(one->opened, other->opened);
}

/* Takes one more part of the way to the argument in front; false: there is none. */
static bool lengthen(struct sources *sources, struct file *file)
{
	const char *part = path_name(file->root);

	if (!*file->root)
		return false;
	file->label = path_join(&sources->arena, part, file->label);
	file->root = path_parent(&sources->arena, file->root);
	return true;
}

static bool part_equals(struct sources *sources)
{
	struct file *files = sources->files;
	bool changed = false;
	size_t end;

	qsort(files, sources->count, sizeof(*files), compare_labels);
	for (size_t start = 0; start < sources->count; start = end) {
		const char *label = files[start].label;

		for (end = start + 1; end < sources->count; end++)
			if (strcmp(files[end].label, label) != 0)
				break;
		for (size_t i = start; end - start > 1 && i < end; i++)
			changed |= lengthen(sources, &files[i]);
	}
	return changed;
}

/* ---- the calls ---- */

struct sources *sources_open(const char *const *arguments, size_t count,
			     const struct limits *limits, struct notes *notes)
{
	struct sources *sources = memory_alloc(sizeof(*sources));

	*sources = (struct sources){.limits = *limits, .notes = notes, .fd = -1};
	arena_init(&sources->arena, 0);
	arena_init(&sources->entry, 0);
	take_arguments(sources, arguments, count);
	drop_copies(sources);
	while (sources->count && part_equals(sources))
		;
	return sources;
}

static void close_file(struct sources *sources)
{
	if (sources->fd > STDIN_FILENO)
		close(sources->fd);
	sources->fd = -1;
}

static void close_archive(struct sources *sources)
{
	if (sources->archive)
		archive_close(sources->archive);
	sources->archive = NULL;
}

void sources_close(struct sources *sources)
{
	close_file(sources);
	close_archive(sources);
	memory_free(sources->files);
	arena_release(&sources->entry);
	arena_release(&sources->arena);
	memory_free(sources);
}

size_t sources_files(const struct sources *sources)
{
	return sources->count;
}

size_t sources_begun(const struct sources *sources)
{
	return sources->begun;
}

static int64_t read_file(struct blob *blob, void *buffer, size_t size, struct error *err)
{
	struct sources *sources = blob->state;
	ssize_t got;

	do
		got = read(sources->fd, buffer, size);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return error_set(err, "cannot read: %s", strerror(errno));
	return got;
}

static int64_t read_entry(struct blob *blob, void *buffer, size_t size, struct error *err)
{
	struct sources *sources = blob->state;

	return archive_read(sources->archive, buffer, size, err);
}

static const char *folder_of(struct arena *arena, const char *label, const char *otherwise)
{
	return strchr(label, '/') ? path_parent(arena, label) : otherwise;
}

static int begin_file(struct sources *sources, const struct file *file, struct blob *blob)
{
	const char *otherwise = file->standard_input ? "-" : path_root_name(file->root);

	sources->fd =
		file->standard_input ? STDIN_FILENO : open(file->opened, O_RDONLY | O_CLOEXEC);
	if (sources->fd < 0) {
		complain_system(sources, file->label, file->opened);
		return 0;
	}
	*blob = (struct blob){
		.label = file->label,
		.opened = file->opened,
		.folder = folder_of(&sources->entry, file->label, otherwise),
		.read = read_file,
		.state = sources,
	};
	return 1;
}

static void begin_archive(struct sources *sources, const struct file *file)
{
	struct error err;

	sources->next_entry = 0;
	sources->archive = archive_open(file->opened, &sources->limits, &err);
	if (!sources->archive)
		complain(sources, file->label, file->opened, err.text);
	else if (!archive_count(sources->archive))
		complain(sources, file->label, file->opened,
			 "no *.json, *.jsonl or *.ndjson in this archive");
}

/* The archive's file name without its ending. */
static const char *archive_stem(struct arena *arena, const char *label)
{
	const char *name = path_name(label);

	return is_archive_name(name) ? arena_strndup(arena, name, strlen(name) - 4) : name;
}

static int begin_entry(struct sources *sources, const struct file *file, struct blob *blob)
{
	struct arena *arena = &sources->entry;
	const char *name = archive_name(sources->archive, sources->next_entry);
	const char *stem = archive_stem(arena, file->label);
	struct error err;

	*blob = (struct blob){
		.label = arena_printf(arena, "%s!%s", file->label, name),
		.opened = arena_printf(arena, "%s!%s", file->opened, name),
		.folder = folder_of(arena, name, stem),
		.read = read_entry,
		.state = sources,
	};
	if (archive_begin(sources->archive, sources->next_entry++, &err) == 0)
		return 1;
	complain(sources, blob->label, blob->opened, err.text);
	return 0;
}

/* What comes next: an entry of the open archive, else a file. */
static int try_next(struct sources *sources, struct blob *blob)
{
	const struct file *file;

	arena_reset(&sources->entry);
	if (sources->archive && sources->next_entry < archive_count(sources->archive))
		return begin_entry(sources, &sources->files[sources->begun - 1], blob);
	if (sources->archive) {
		close_archive(sources);
		return 0;
	}
	file = &sources->files[sources->begun++];
	if (!file->archive)
		return begin_file(sources, file, blob);
	begin_archive(sources, file);
	return 0;
}

int sources_next(struct sources *sources, struct blob *blob)
{
	close_file(sources);
	while (sources->archive || sources->begun < sources->count)
		if (try_next(sources, blob))
			return 1;
	return 0;
}
