/*
 * path: the parts of file names, where they lead, and what a file is called until it is whole.
 */
#ifndef RUNTALLY_BASE_PATH_H
#define RUNTALLY_BASE_PATH_H

#include <dirent.h>
#include <stdbool.h>

#include "runtally/base/arena.h"
#include "runtally/base/strbuf.h"

/* Whether something stands before the ending, in whatever case. */
bool path_has_ending(const char *path, const char *ending);
/* The last part, within `path`; all of it where there is no slash. */
const char *path_name(const char *path);
/* All but the last part and its slash; "" where there is one part only. */
const char *path_parent(struct arena *arena, const char *path);
/* `folder/name`; `name` where the folder is "". */
const char *path_join(struct arena *arena, const char *folder, const char *name);

/*
 * The place of `path` from the root on, without `.`, `..`, empty parts or a slash at its end; "" is
 * the root itself. Links are looked through only where a `..` asks for it: their names are what
 * the user knows.
 */
const char *path_absolute(struct arena *arena, const char *path);
/* The last part of an absolute path; "/" of the root. */
const char *path_root_name(const char *path);

/*
 * Appends what `path` leads to: what is behind a link is replaced or made, not the link. False:
 * errno tells.
 */
bool path_follow(const char *path, struct strbuf *place);
/* The next name in a folder; NULL: no more, with errno 0, or errno tells why it cannot be read. */
const struct dirent *path_next(DIR *folder);
/* A hidden name beside `place`, another one for each attempt. The caller frees it. */
char *path_temp(const char *place, size_t attempt);
/* Makes a rename to `path` itself last; file systems that cannot sync a folder are no error. */
void path_sync(const char *path);

#endif
