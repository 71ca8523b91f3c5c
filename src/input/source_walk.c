#define _DEFAULT_SOURCE /* d_type */

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "runtally/base/path.h"
#include "source_list.h"

/* What the names in a folder are found to be. */
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

/* One argument, as it is walked. */
struct walk {
	struct sources *sources;
	const char *root; /* absolute */
	size_t below;     /* where the way below the argument begins in paths */
	size_t found;     /* files, and complaints */
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

static enum kind kind_of_mode(mode_t mode)
{
	if (S_ISREG(mode))
		return KIND_FILE;
	if (S_ISDIR(mode))
		return KIND_FOLDER;
	return S_ISLNK(mode) ? KIND_LINK : KIND_OTHER;
}

static bool is_wanted(const char *name)
{
	return is_export_name(name) || is_archive_name(name);
}

/* ---- one folder's names ---- */

static size_t common_length(const char *a, const char *b, size_t most)
{
	size_t length = 0;

	while (length < most && a[length] && a[length] == b[length])
		length++;
	return length;
}

static void add_name(struct sources *sources, struct found_list *list, const char *folder,
		     const struct dirent *entry)
{
	const enum kind kind = kind_of_entry(entry);
	const size_t length = strlen(entry->d_name);
	struct found *found;

	if (entry->d_name[0] == '.' || kind == KIND_OTHER ||
	    (kind == KIND_FILE && !is_wanted(entry->d_name)))
		return;
	list->items =
		array_reserve(list->items, &list->capacity, list->count + 1, sizeof(*list->items));
	found = &list->items[list->count++];
	*found = (struct found){.inode = entry->d_ino, .kind = kind};
	found->path = arena_alloc(&sources->arena, list->name + length + 2);
	memcpy(found->path, folder, list->name - 1);
	found->path[list->name - 1] = '/';
	memcpy(found->path + list->name, entry->d_name, length + 1);
	/* lstat must not see the slash: where the kind is unknown, order is made afterwards */
	if (kind == KIND_FOLDER)
		memcpy(found->path + list->name + length, "/", 2);
	list->same = list->count == 1 ? list->name + length
				      : common_length(list->items[0].path, found->path, list->same);
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
		found->kind = kind_of_mode(info.st_mode);
		if (found->kind == KIND_FOLDER)
			memcpy(found->path + strlen(found->path), "/", 2);
	}
}

static int list_names(struct sources *sources, struct folder *folder, struct found_list *list)
{
	const size_t length = strlen(folder->path);
	DIR *stream = opendir(folder->path);
	const struct dirent *entry;
	struct stat info;

	if (!stream)
		return -1;
	if (fstat(dirfd(stream), &info) == 0)
		folder->device = info.st_dev;
	list->name = folder->name = length + (folder->path[length - 1] != '/');
	while ((entry = readdir(stream)))
		add_name(sources, list, folder->path, entry);
	closedir(stream);
	find_kinds(list);
	sort_names(list);
	return 0;
}

/* ---- folder by folder ---- */

static void complain(struct walk *walk, const char *label, const char *path)
{
	walk->found++;
	source_complain_system(walk->sources, label, path);
}

static struct file *add(struct walk *walk, const struct found *found, const struct folder *folder)
{
	const char *label = found->path + walk->below;
	struct file *file;

	/* Our own settings (options.c) often lie where the exports are. */
	if (!is_wanted(label) || strcmp(label, "runtally.json") == 0)
		return NULL;
	walk->found++;
	file = source_add(walk->sources, found->path, label, walk->root);
	file->folder = folder;
	file->device = folder->device;
	file->inode = found->inode;
	return file;
}

/* A link to a folder is not followed. */
static void add_link(struct walk *walk, const struct found *found, const struct folder *folder)
{
	const char *label = found->path + walk->below;
	struct stat info;
	struct file *file;

	if (stat(found->path, &info)) {
		if (is_wanted(label) && strcmp(label, "runtally.json") != 0)
			complain(walk, label, found->path);
	} else if (S_ISREG(info.st_mode)) {
		file = add(walk, found, folder);
		if (file)
			source_measure(file);
	}
}

static void walk_folder(struct walk *walk, const char *path, const char *label, uint64_t depth)
{
	struct sources *sources = walk->sources;
	struct folder *folder = arena_alloc(&sources->arena, sizeof(*folder));
	struct found_list list = {.count = 0};

	*folder = (struct folder){.path = path};
	if (depth > sources->limits.folder_depth) {
		walk->found++;
		source_complain(sources, label, path,
				arena_printf(&sources->arena,
					     "not read: more than %llu folders inside one another",
					     (unsigned long long)sources->limits.folder_depth));
		return;
	}
	if (list_names(sources, folder, &list))
		complain(walk, label, path);
	for (size_t i = 0; i < list.count; i++) {
		const struct found *found = &list.items[i];

		if (found->kind == KIND_FILE)
			add(walk, found, folder);
		else if (found->kind == KIND_FOLDER)
			walk_folder(walk, found->path, found->path + walk->below, depth + 1);
		else
			add_link(walk, found, folder);
	}
	memory_free(list.items);
}

size_t source_walk(struct sources *sources, const char *path, const char *root)
{
	const size_t length = strlen(path);
	struct walk walk = {
		.sources = sources,
		.root = root,
		.below = length + (path[length - 1] != '/'),
	};

	walk_folder(&walk, path, path_root_name(root), 0);
	return walk.found;
}
