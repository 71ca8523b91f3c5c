/*
 * files: arguments → the files they stand for, each once, each with a label of its own, in the
 * order of the labels. Private to source.
 */
#ifndef RUNTALLY_INPUT_FILES_H
#define RUNTALLY_INPUT_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "runtally/base/arena.h"
#include "runtally/input/source.h"

/* A folder that was walked. */
struct walked_folder {
	const char *path;
	size_t name; /* where the names begin in the paths of its files */
	dev_t device;
};

struct file {
	const char *opened; /* what open takes */
	const char *label;
	const char *root; /* the folder that the label starts from, absolute; "": none */
	const struct walked_folder *folder; /* where it was found; NULL: an argument named it */
	uint64_t size;
	dev_t device;
	ino_t inode;
	/*
	 * Whether size, device and inode are what stat said. If not, they are 0, the folder's, and
	 * what reading the folder told (on file systems in layers not always the same).
	 */
	bool measured;
	bool archive, standard_input;
	bool copy; /* of a file that stays */
};

struct files {
	struct arena *arena; /* where all texts and folders go */
	struct notes *notes;
	uint64_t depth_most; /* of folders inside one another */
	struct file *items;  /* heap: the caller's */
	size_t count, capacity;
};

/* What an argument stands for is told in source.h, and what is a note. */
void files_find(struct files *files, const char *const *arguments, size_t count);

/* A note of severity error. */
void files_complain(struct files *files, const char *label, const char *opened, const char *text);

#endif
