/*
 * files: the files of a history: which there are, whether they are whole, their runs; how one is
 * written.
 */
#ifndef RUNTALLY_HISTORY_FILES_H
#define RUNTALLY_HISTORY_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "runtally/base/arena.h"
#include "runtally/base/output.h"
#include "runtally/base/sha256.h"
#include "runtally/base/strbuf.h"
#include "runtally/history/history.h"
#include "runtally/template/mustache.h"

#define HISTORY_SCHEMA     "runtally.history/1"
#define HISTORY_END_SCHEMA "runtally.history.end/1"
#define DEFINITION_SCHEMA  "runtally.definition/1"

/* Folders beside those of years, which versions that do not know them pass over. */
#define HISTORY_DEFINITIONS "definitions"

struct history_file {
	const char *path;
	const char *month; /* `2026/11`; NULL: it holds definitions */
	bool archive;
	dev_t device;
	ino_t inode;
	uint64_t size;
	const char *trouble; /* why it is not whole; NULL: it is, or it is an archive */
	bool refused;        /* it is not to be read at all */
};

/*
 * In the order of paths, those of months first, definitions behind them; owned by the arena, but
 * for `items`.
 */
struct history_files {
	struct arena arena;
	struct history_file *items;
	size_t count, capacity;
	size_t of_months;
};

/* -1: a folder that is there cannot be read. */
int history_list(struct history_files *files, const char *folder, struct error *err);
/* Those of one folder beside the years, none of which is of a month. */
int history_list_below(struct history_files *files, const char *folder, const char *below,
		       struct error *err);
void history_files_release(struct history_files *files);
/*
 * By what a new file is named, so that it is behind all that is there: `now` (ms), or later where
 * the clock went back, or another call wrote within the same second.
 */
int64_t history_next_moment(const char *folder, int64_t now);
/* Looks at the bytes of each file that is no archive: sets `trouble` and `refused`. */
void history_check(struct history_files *files, size_t jobs);

/*
 * Reads files `first` up to (not with) `end` into `runs`, each once, and says what is wrong with
 * them. Of what is not whole there is one note.
 */
void history_ingest(const struct history_files *files, size_t first, size_t end,
		    const struct ingest_options *options, struct runs *runs,
		    struct ingest_counts *counts, struct notes *notes);

/* A file that is being written, in pieces (an archive has several). */
struct history_part {
	render_sink *sink;
	void *sink_ctx;
	const struct call *call; /* NULL: of an archive, which tells its month */
	const char *month;
	const char *key_check; /* of marks in the runs; "": none */
};

/* Appends `,"NAME":"TEXT"` to a line; nothing where it is not told (NULL). */
void history_text(struct strbuf *out, const char *name, const char *text);
/* Appends the first line, of the call or (NULL) of the archive of the month. */
void history_header(struct strbuf *out, const struct call *call, const char *month,
		    const char *key_check);
/* The last line, after the digest of what stands before it. */
enum { HISTORY_FOOTER_SIZE = 200 };
void history_footer(char line[HISTORY_FOOTER_SIZE], uint64_t runs,
		    const uint8_t digest[SHA256_SIZE]);
/* Header, runs, footer; the digest is that of the footer. */
int history_write(const struct history_part *part, struct run *const *runs, size_t count,
		  uint8_t *digest, struct error *err);

/* Of the hash, in names of files. */
enum { HISTORY_HASH_DIGITS = 16 };

enum { MONTH_TEXT_SIZE = 8 };
/* `2026/11` */
void history_month(int64_t ms, char month[MONTH_TEXT_SIZE]);
/* `20261120T100000Z` */
void history_moment(struct strbuf *out, int64_t ms);

/*
 * Opens some file in `FOLDER/BELOW`, which is made as far as it is missing, also where another call
 * removes it meanwhile. history_commit gives it the name that tells what is in it.
 */
struct output *history_open(const char *folder, const char *below, struct error *err);
/* Where there is a file of that name, it holds the same. Ends the output either way. */
int history_commit(struct output *output, const char *path, struct error *err);
/* A new file there, `MOMENT-HASH.ndjson`; its path is appended. */
int history_put(const char *folder, const char *below, const char *moment,
		const struct strbuf *text, struct strbuf *path, struct error *err);
/*
 * A new archive of the month: the hash is of the digests of its entries (history_write). The bundle
 * is freed either way.
 */
int history_put_archive(const char *folder, const char *month, struct bundle *bundle,
			struct sha256 *hash, struct strbuf *path, struct error *err);

#endif
