#include <stdlib.h>
#include <string.h>

#include "runtally/base/path.h"
#include "source_list.h"

/* ---- copies ---- */

struct suspects {
	struct file **items;
	size_t count, capacity;
};

static int compare_lengths(const char *a, const char *b)
{
	size_t length = strlen(a), width = strlen(b);

	return (length > width) - (length < width);
}

static bool is_same_file(const struct file *one, const struct file *other)
{
	return one->device == other->device && one->inode == other->inode;
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

static void suspect(struct suspects *suspects, struct file *file)
{
	suspects->items = array_reserve(suspects->items, &suspects->capacity, suspects->count + 1,
					sizeof(struct file *));
	suspects->items[suspects->count++] = file;
}

static size_t slot_of(const struct file *file, size_t mask)
{
	const uint64_t key = (uint64_t)file->inode + (uint64_t)file->device * UINT64_C(0x9e3779b9);

	return (size_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 32) & mask;
}

/* Files that have device and inode in common with another one; a file may be in it twice. */
static void find_suspects(struct sources *sources, struct suspects *suspects)
{
	size_t capacity = 64;
	struct file **slots;

	while (capacity < sources->file_count * 2)
		capacity *= 2;
	slots = memory_alloc(capacity * sizeof(struct file *));
	memset(slots, 0, capacity * sizeof(struct file *));
	for (size_t i = 0; i < sources->file_count; i++) {
		struct file *file = &sources->files[i];
		size_t at = slot_of(file, capacity - 1);

		if (file->standard_input)
			continue;
		while (slots[at] && !is_same_file(slots[at], file))
			at = (at + 1) & (capacity - 1);
		if (slots[at]) {
			suspect(suspects, slots[at]);
			suspect(suspects, file);
		}
		slots[at] = file;
	}
	memory_free(slots);
}

void source_drop_copies(struct sources *sources)
{
	struct suspects suspects = {.count = 0};
	size_t kept = 0;

	find_suspects(sources, &suspects);
	for (size_t i = 0; i < suspects.count; i++)
		if (!suspects.items[i]->measured)
			source_measure(suspects.items[i]);
	if (suspects.count)
		qsort(suspects.items, suspects.count, sizeof(struct file *), compare_identities);
	for (size_t i = 1; i < suspects.count; i++)
		if (suspects.items[i] != suspects.items[i - 1] && suspects.items[i]->measured &&
		    suspects.items[i - 1]->measured &&
		    is_same_file(suspects.items[i], suspects.items[i - 1]))
			suspects.items[i]->copy = true;
	memory_free(suspects.items);
	for (size_t i = 0; i < sources->file_count; i++)
		if (!sources->files[i].copy)
			sources->files[kept++] = sources->files[i];
	sources->file_count = kept;
}

/* ---- one label a file ---- */

static int compare_labels(const void *a, const void *b)
{
	const struct file *one = a, *other = b;
	int order = strcmp(one->label, other->label);

	return order ? order : strcmp(one->opened, other->opened);
}

/* One folder comes from its walk in order. */
static void sort_files(struct sources *sources)
{
	struct file *files = sources->files;

	for (size_t i = 1; i < sources->file_count; i++)
		if (compare_labels(&files[i - 1], &files[i]) > 0) {
			qsort(files, sources->file_count, sizeof(*files), compare_labels);
			return;
		}
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

	sort_files(sources);
	for (size_t start = 0; start < sources->file_count; start = end) {
		const char *label = files[start].label;

		for (end = start + 1; end < sources->file_count; end++)
			if (strcmp(files[end].label, label) != 0)
				break;
		for (size_t i = start; end - start > 1 && i < end; i++)
			changed |= lengthen(sources, &files[i]);
	}
	return changed;
}

void source_label(struct sources *sources)
{
	while (part_equals(sources))
		;
}
