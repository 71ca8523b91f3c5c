/*
 * source_list: what the parts of source share: the files that were found, and what is to be read of
 * them. Private to source, source_walk, source_label and reader.
 */
#ifndef RUNTALLY_INPUT_SOURCE_LIST_H
#define RUNTALLY_INPUT_SOURCE_LIST_H

#include <stdatomic.h>
#include <sys/types.h>

#include "archive.h"
#include "runtally/base/arena.h"
#include "runtally/input/source.h"

/* A folder that was walked. */
struct folder {
	const char *path;
	size_t name; /* where the names begin in the paths of its files */
	dev_t device;
};

/* A file while the list is made. */
struct file {
	const char *opened; /* what open takes */
	const char *label;
	const char *root;            /* the folder that the label starts from, absolute; "": none */
	const struct folder *folder; /* where it was found; NULL: an argument named it */
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

/* What is to be read. */
struct item {
	struct input input;
	const struct folder *folder; /* of a file that a walk found, else NULL */
	uint32_t archive;            /* 1..: its number in `archives`; 0: a file */
	uint32_t entry;              /* of that archive */
};

struct sources {
	struct arena arena;
	struct limits limits;
	struct item *items;
	size_t count, capacity;
	struct archive **archives;
	size_t archive_count, archive_capacity;
	const struct archive *largest;
	size_t file_count;
	atomic_int *ahead; /* files that readers have open before their turn */

	/* while the list is made */
	struct notes *notes;
	struct file *files;
	size_t file_capacity;
};

void source_complain(struct sources *sources, const char *label, const char *opened,
		     const char *text);
/* `cannot open: ` and what errno means. */
void source_complain_system(struct sources *sources, const char *label, const char *opened);

struct file *source_add(struct sources *sources, const char *opened, const char *label,
			const char *root);
/* Asks the file system; a file that is gone stays as it was. */
void source_measure(struct file *file);

/*
 * Adds the exports of a folder and the folders below it, in the order of their labels. `root` is
 * its absolute path. Returns how many files or complaints there were.
 */
size_t source_walk(struct sources *sources, const char *path, const char *root);

/* Each file once; each with a label of its own; in the order of the labels. */
void source_drop_copies(struct sources *sources);
void source_label(struct sources *sources);

#endif
