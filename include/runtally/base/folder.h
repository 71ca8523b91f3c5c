/*
 * folder: a report that is a folder of files, all of which appear together.
 *
 * The files are written into a hidden folder beside the place, which is renamed when all are there.
 * What it replaces is removed with all its files, so it must be a folder that a report may take:
 * an empty one, or one that holds nothing but an earlier report.
 */
#ifndef RUNTALLY_BASE_FOLDER_H
#define RUNTALLY_BASE_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "runtally/base/error.h"

struct folder;

/* How an earlier report is known from a folder of the user's. */
struct folder_kind {
	const char *file, *mark;               /* that file has this text near its beginning */
	bool (*is_its_file)(const char *name); /* whether such a report has files of that name */
};

/*
 * Begins the folder `path`, a slash at its end or not; what holds it must exist. NULL and an error,
 * also where something stands there that must not or cannot be replaced. Only one can be open at a
 * time. It ends with folder_commit or folder_abort.
 */
struct folder *folder_open(const char *path, const struct folder_kind *kind, struct error *err);
/* Ends the file before, begins the next. Names are plain ASCII, each is used once. */
int folder_begin(void *folder, const char *name, struct error *err);
/* A render_sink (mustache.h). */
int folder_write(void *folder, const char *bytes, size_t length, struct error *err);
/* Puts it in place, or says why not (then nothing of it stays). Frees it either way. */
int folder_commit(struct folder *folder, struct error *err);
/* Removes what was written and frees it. */
void folder_abort(struct folder *folder);

/* Async-signal-safe: removes what is not committed. */
void folder_remove_temp(void);

#endif
