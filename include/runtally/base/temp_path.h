/*
 * place: where an output shall be, and the temporary name that it has until then.
 */
#ifndef RUNTALLY_BASE_TEMP_PATH_H
#define RUNTALLY_BASE_TEMP_PATH_H

#include <stdbool.h>
#include <stddef.h>

#include "runtally/base/strbuf.h"

/*
 * Appends what `path` leads to: what is behind a link is replaced or made, not the link. False:
 * errno tells.
 */
bool temp_path_resolve(const char *path, struct strbuf *place);
/* A hidden name beside `place`, another one for each attempt. The caller frees it. */
char *temp_path_new(const char *place, size_t attempt);
/* Makes a rename to `path` itself last; file systems that cannot sync a folder are no error. */
void sync_folder(const char *path);
/* A copy that the caller frees. */
char *temp_path_copy(const char *text);

#endif
