/*
 * output: checked, atomic files; standard output; bundles.
 *
 * A file is written beside its place (temp → write → flush → fsync → rename → fsync the folder),
 * so that an old report is never left half overwritten. A report that is replaced keeps its
 * permissions; a new one has those of the umask. Of a link the file is written that it points to,
 * also when there is none yet. What is no regular file (/dev/full, a pipe) is written directly.
 * Signals: output_remove_temps may be called from a handler.
 */
#ifndef RUNTALLY_BASE_OUTPUT_H
#define RUNTALLY_BASE_OUTPUT_H

#include <stddef.h>
#include <stdint.h>

#include "runtally/base/error.h"

struct output;

/*
 * Opens `path` for writing ("-": standard output; its folder must exist). NULL and an error.
 * The output ends with output_commit or output_abort. 4096 files can be open or finished at once.
 */
struct output *output_open(const char *path, struct error *err);
/* A render_sink (mustache.h): `output` is a struct output. */
int output_write(void *output, const char *bytes, size_t length, struct error *err);
/* From now on it shall be `path`, in the same folder: for names that tell what is in a file. */
void output_rename(struct output *output, const char *path);
/*
 * Nothing more is written: gives the descriptor back, so that many can wait for outputs_commit.
 * On failure it must still be aborted.
 */
int output_finish(struct output *output, struct error *err);
/* Makes it final, or says why not (then nothing of it stays). Frees it either way. */
int output_commit(struct output *output, struct error *err);
/*
 * The same for files that belong together: none is put in place before all are finished. Frees
 * them either way. Only a rename that fails between others can leave old and new ones.
 */
int outputs_commit(struct output *const *outputs, size_t count, struct error *err);
/* Drops what was written and frees it. */
void output_abort(struct output *output);

/*
 * Removes `path` if it is a regular file, no link, that ends in `end`, or begins with an XML
 * declaration and has `beginning` in the 200 bytes after it. 1: removed; 0: not there or something
 * else; -1.
 */
int output_remove_old(const char *path, const char *beginning, const char *end, struct error *err);

/* write(2) until all is written. -1: errno tells. */
int write_all(int fd, const char *bytes, size_t length);

/* Async-signal-safe: unlinks what is not committed. */
void output_remove_temps(void);

/* A ZIP whose bytes depend on its entries alone (no clock, no time zone, no user). */
struct bundle;
struct bundle *bundle_new(void);
/* Its entries are made as small as deflate can, however long that takes. */
void bundle_pack_tightly(struct bundle *bundle);
/* Adds an entry; the bytes are copied. */
void bundle_add(struct bundle *bundle, const char *name, const char *bytes, size_t length);
/* Writes all entries in the order of adding and frees the bundle. `seconds`: their time (UTC). */
int bundle_commit(struct bundle *bundle, struct output *output, int64_t seconds, struct error *err);
void bundle_free(struct bundle *bundle);

#endif
