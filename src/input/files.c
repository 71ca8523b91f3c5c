#define _DEFAULT_SOURCE /* d_type */

#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtally/base/hash_table.h"
#include "runtally/base/path.h"

/*
 * Up to so many files, each one's size is asked for. Beyond, that would cost a third of reading
 * them, and files alone are shares enough for any number of threads.
 */
enum { MEASURED_MOST = 4096 };

void files_complain(struct files *files, const char *label, const char *opened, const char *text)
{
	notes_add(files->notes, &(struct note){
					.severity = SEVERITY_ERROR,
					.file = label,
					.opened = opened,
					.text = text,
				});
}

/* What errno means, and what it was that failed: `open`, `read`. */
static void complain_of_system(struct files *files, const char *what, const char *label,
			       const char *opened)
{
	files_complain(files, label, opened,
		       arena_printf(files->arena, "cannot %s: %s", what, strerror(errno)));
}

static struct file *add_file(struct files *files, const char *opened, const char *label,
			     const char *root)
{
	struct file *file;

	files->items = array_reserve(files->items, &files->capacity, files->count + 1,
				     sizeof(*files->items));
	file = &files->items[files->count++];
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

/* Asks the file system; a file that is gone stays as it was. */
static void measure(struct file *file)
{
	struct stat info;

	if (!file->measured && !file->standard_input && stat(file->opened, &info) == 0)
		take_measure(file, &info);
}

/* ---- one folder's names ---- */

enum kind { KIND_FILE, KIND_FOLDER, KIND_LINK, KIND_UNKNOWN, KIND_OTHER };

struct found {
	uint64_t key; /* the first bytes behind what all names begin with */
	char *path;   /* a folder's ends with `/` until it is sorted */
	ino_t inode;
	enum kind kind;
};

struct found_list {
	struct found *items;
	size_t count, capacity;
	size_t name; /* where the names begin in the paths */
	size_t same; /* up to where the paths are all the same */
};

static enum kind kind_of_entry(const struct dirent *entry)
{
	switch (entry->d_type) {
	case DT_REG:
		return KIND_FILE;
	case DT_DIR:
		return KIND_FOLDER;
	case DT_LNK:
		return KIND_LINK;
	case DT_UNKNOWN:
		return KIND_UNKNOWN;
	default:
		return KIND_OTHER;
	}
}

static bool is_wanted(const char *name)
{
	return is_export_name(name) || is_archive_name(name);
}

static void add_name(struct files *files, struct found_list *list, const char *folder,
		     const struct dirent *entry)
{
	const enum kind kind = kind_of_entry(entry);
	const size_t length = strlen(entry->d_name);
	struct found *found;
	size_t same = 0;

	if (entry->d_name[0] == '.' || kind == KIND_OTHER ||
	    (kind == KIND_FILE && !is_wanted(entry->d_name)))
		return;
	list->items =
		array_reserve(list->items, &list->capacity, list->count + 1, sizeof(*list->items));
	found = &list->items[list->count++];
	*found = (struct found){.inode = entry->d_ino, .kind = kind};
	found->path = arena_alloc(files->arena, list->name + length + 2);
	memcpy(found->path, folder, list->name - 1);
	found->path[list->name - 1] = '/';
	memcpy(found->path + list->name, entry->d_name, length + 1);
	/* lstat must not see the slash: where the kind is unknown, order is made afterwards */
	if (kind == KIND_FOLDER)
		memcpy(found->path + list->name + length, "/", 2);
	if (list->count == 1)
		list->same = list->name + length;
	while (same < list->same && found->path[same] &&
	       found->path[same] == list->items[0].path[same])
		same++;
	list->same = same;
}

static uint64_t key_of(const char *text)
{
	uint64_t key = 0;

	for (int i = 0; i < 8; i++) {
		key = key << 8 | (unsigned char)*text;
		text += *text != '\0';
	}
	return key;
}

static int compare_found(const void *a, const void *b)
{
	const struct found *one = a, *other = b;

	if (one->key != other->key)
		return one->key < other->key ? -1 : 1;
	return strcmp(one->path, other->path);
}

/* A folder is sorted as its files will be: by its name and a slash. */
static void sort_names(struct found_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		list->items[i].key = key_of(list->items[i].path + list->same);
	if (list->count)
		qsort(list->items, list->count, sizeof(*list->items), compare_found);
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].kind == KIND_FOLDER)
			list->items[i].path[strlen(list->items[i].path) - 1] = '\0';
}

/* On some file systems a folder does not tell what its names are. */
static void find_kinds(struct found_list *list)
{
	struct stat info;

	for (size_t i = 0; i < list->count; i++) {
		struct found *found = &list->items[i];

		if (found->kind != KIND_UNKNOWN || lstat(found->path, &info))
			continue;
		found->kind = S_ISREG(info.st_mode)   ? KIND_FILE
			      : S_ISDIR(info.st_mode) ? KIND_FOLDER
			      : S_ISLNK(info.st_mode) ? KIND_LINK
						      : KIND_OTHER;
		if (found->kind == KIND_FOLDER)
			memcpy(found->path + strlen(found->path), "/", 2);
	}
}

/* NULL; or what failed, and errno tells why: `list` has the names that could be read. */
static const char *list_names(struct files *files, struct walked_folder *folder,
			      struct found_list *list)
{
	const size_t length = strlen(folder->path);
	DIR *stream = opendir(folder->path);
	const struct dirent *entry;
	struct stat info;
	int reason;

	if (!stream)
		return "open";
	if (fstat(dirfd(stream), &info) == 0)
		folder->device = info.st_dev;
	list->name = folder->name = length + (folder->path[length - 1] != '/');
	while ((entry = path_next(stream)))
		add_name(files, list, folder->path, entry);
	reason = errno;
	closedir(stream);
	find_kinds(list);
	sort_names(list);
	errno = reason;
	return reason ? "read" : NULL;
}

/* ---- folder by folder ---- */

/* One argument, as it is walked. */
struct folder_walk {
	struct files *files;
	const char *root; /* absolute */
	size_t below;     /* where the way below the argument begins in paths */
	size_t found;     /* files, and complaints */
};

static struct file *add_found(struct folder_walk *walk, const struct found *found,
			      const struct walked_folder *folder)
{
	struct file *file =
		add_file(walk->files, found->path, found->path + walk->below, walk->root);

	walk->found++;
	file->folder = folder;
	file->device = folder->device;
	file->inode = found->inode;
	return file;
}

/* A link to a folder is not followed. */
static void add_link(struct folder_walk *walk, const struct found *found,
		     const struct walked_folder *folder)
{
	struct stat info;

	if (stat(found->path, &info)) {
		walk->found++;
		complain_of_system(walk->files, "open", found->path + walk->below, found->path);
	} else if (S_ISREG(info.st_mode)) {
		take_measure(add_found(walk, found, folder), &info);
	}
}

static void walk_folder(struct folder_walk *walk, const char *path, const char *label,
			uint64_t depth)
{
	struct files *files = walk->files;
	struct walked_folder *folder = arena_alloc(files->arena, sizeof(*folder));
	struct found_list list = {.count = 0};
	const char *failed;

	*folder = (struct walked_folder){.path = path};
	if (depth > files->depth_most) {
		walk->found++;
		files_complain(files, label, path,
			       arena_printf(files->arena,
					    "not read: more than %llu folders inside one another",
					    (unsigned long long)files->depth_most));
		return;
	}
	failed = list_names(files, folder, &list);
	if (failed) {
		walk->found++;
		complain_of_system(files, failed, label, path);
	}
	for (size_t i = 0; i < list.count; i++) {
		const struct found *found = &list.items[i];
		const char *below = found->path + walk->below;

		if (found->kind == KIND_FOLDER)
			walk_folder(walk, found->path, below, depth + 1);
		/* Our own settings often lie where the exports are. */
		else if (!is_wanted(below) || strcmp(below, "runtally.json") == 0)
			continue;
		else if (found->kind == KIND_FILE)
			add_found(walk, found, folder);
		else
			add_link(walk, found, folder);
	}
	memory_free(list.items);
}

/* ---- arguments ---- */

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

/* `root` is its absolute path. */
static void take_folder(struct files *files, const char *path, const char *root)
{
	const size_t length = strlen(path);
	struct folder_walk walk = {
		.files = files,
		.root = root,
		.below = length + (path[length - 1] != '/'),
	};

	walk_folder(&walk, path, path_root_name(root), 0);
	if (!walk.found)
		files_complain(files, path_root_name(root), path,
			       "no *.json, *.jsonl, *.ndjson or *.zip in this folder");
}

static void take_argument(struct files *files, const char *text)
{
	const char *root;
	struct file *file;
	struct stat info;

	if (strcmp(text, "-") == 0) {
		add_file(files, "-", "-", "")->standard_input = true;
		return;
	}
	if (!*text) {
		files_complain(files, "-", "-", "the name of an input is empty");
		return;
	}
	root = path_absolute(files->arena, text);
	if (stat(text, &info)) {
		complain_of_system(files, "open", path_root_name(root), text);
	} else if (S_ISDIR(info.st_mode)) {
		take_folder(files, text, root);
	} else {
		file = add_file(files, text, path_name(root), path_parent(files->arena, root));
		take_measure(file, &info);
		file->archive = S_ISREG(info.st_mode) && (file->archive || holds_zip(text));
	}
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* In their order, each once. */
static void take_arguments(struct files *files, const char *const *arguments, size_t count)
{
	const char **sorted = memory_alloc(count * sizeof(*sorted));

	for (size_t i = 0; i < count; i++)
		sorted[i] = arena_strdup(files->arena, arguments[i]);
	if (count)
		qsort(sorted, count, sizeof(*sorted), compare_texts);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || strcmp(sorted[i - 1], sorted[i]) != 0)
			take_argument(files, sorted[i]);
	memory_free(sorted);
}

/* ---- copies ---- */

static bool is_same_file(const struct file *one, const struct file *other)
{
	return one->device == other->device && one->inode == other->inode;
}

static int compare_lengths(const char *a, const char *b)
{
	size_t length = strlen(a), width = strlen(b);

	return (length > width) - (length < width);
}

/* Copies of one file stand together, the one with the longest way first. */
static int compare_identities(const void *a, const void *b)
{
	const struct file *one = *(struct file *const *)a, *other = *(struct file *const *)b;
	int order = (one->device > other->device) - (one->device < other->device);

	if (!order)
		order = (one->inode > other->inode) - (one->inode < other->inode);
	if (!order)
		order = compare_lengths(other->label, one->label);
	if (!order)
		order = strcmp(one->label, other->label);
	if (!order)
		order = compare_lengths(one->opened, other->opened);
	if (!order)
		order = strcmp(one->opened, other->opened);
	/* so that what is listed twice stands together, however qsort moves equals */
	return order ? order : (one > other) - (one < other);
}

/* Files that have device and inode in common with another one; a file may be in it twice. */
static struct file **find_suspects(struct files *files, size_t *count)
{
	struct file **suspects = NULL;
	struct hash_table known = {.slots = NULL};
	size_t capacity = 0;

	*count = 0;
	hash_table_reserve(&known, files->count);
	for (size_t i = 0; i < files->count; i++) {
		struct file *file = &files->items[i];
		const uint64_t hash = hash_pair(file->device, file->inode);
		size_t walk, at;

		if (file->standard_input)
			continue;
		at = hash_first(&known, hash, &walk);
		while (at != HASH_NONE && !is_same_file(&files->items[at], file))
			at = hash_next(&known, hash, &walk);
		if (at == HASH_NONE) {
			hash_add(&known, hash, i);
			continue;
		}
		suspects = array_reserve(suspects, &capacity, *count + 2, sizeof(*suspects));
		suspects[(*count)++] = &files->items[at];
		suspects[(*count)++] = file;
	}
	hash_table_release(&known);
	return suspects;
}

static void drop_copies(struct files *files)
{
	size_t count, kept = 0;
	struct file **suspects = find_suspects(files, &count);

	for (size_t i = 0; i < count; i++)
		measure(suspects[i]);
	if (count)
		qsort(suspects, count, sizeof(*suspects), compare_identities);
	for (size_t i = 1; i < count; i++)
		if (suspects[i] != suspects[i - 1] && suspects[i]->measured &&
		    suspects[i - 1]->measured && is_same_file(suspects[i], suspects[i - 1]))
			suspects[i]->copy = true;
	memory_free(suspects);
	for (size_t i = 0; i < files->count; i++)
		if (!files->items[i].copy)
			files->items[kept++] = files->items[i];
	files->count = kept;
}

/* ---- one label a file ---- */

static int compare_labels(const void *a, const void *b)
{
	const struct file *one = a, *other = b;
	int order = strcmp(one->label, other->label);

	return order ? order : strcmp(one->opened, other->opened);
}

/* One folder comes from its walk in order. */
static void sort_files(struct files *files)
{
	for (size_t i = 1; i < files->count; i++)
		if (compare_labels(&files->items[i - 1], &files->items[i]) > 0) {
			qsort(files->items, files->count, sizeof(*files->items), compare_labels);
			return;
		}
}

/* Takes one more part of the way to the argument in front; false: there is none. */
static bool lengthen(struct files *files, struct file *file)
{
	const char *part = path_name(file->root);

	if (!*file->root)
		return false;
	file->label = path_join(files->arena, part, file->label);
	file->root = path_parent(files->arena, file->root);
	return true;
}

/* Lengthens the labels that several have; false: there is none, or no way is left. */
static bool part_equals(struct files *files)
{
	struct file *items = files->items;
	bool changed = false;
	size_t end;

	sort_files(files);
	for (size_t start = 0; start < files->count; start = end) {
		const char *label = items[start].label;

		for (end = start + 1; end < files->count; end++)
			if (strcmp(items[end].label, label) != 0)
				break;
		for (size_t i = start; end - start > 1 && i < end; i++)
			changed |= lengthen(files, &items[i]);
	}
	return changed;
}

void files_find(struct files *files, const char *const *arguments, size_t count)
{
	take_arguments(files, arguments, count);
	for (size_t i = 0; files->count <= MEASURED_MOST && i < files->count; i++)
		measure(&files->items[i]);
	drop_copies(files);
	while (part_equals(files))
		;
}
