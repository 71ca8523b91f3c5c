/*
 * archive: the entries of a ZIP as byte streams under limits (source.h). Nothing is ever extracted
 * to disk; names are labels only.
 *
 * What may be read is decided when the archive is opened, from what it says of itself; reading then
 * holds each entry to that. So it does not matter in which order, or by how many threads, entries
 * are read.
 */
#ifndef RUNTALLY_INPUT_ARCHIVE_H
#define RUNTALLY_INPUT_ARCHIVE_H

#include <stddef.h>
#include <stdint.h>

#include "runtally/base/error.h"
#include "runtally/input/source.h"

/* The list of entries. It does not change: any number of readers may use it at the same time. */
struct archive;

/*
 * Opens the archive and checks it as a whole: consistency, number of entries, compressed sizes
 * that add up to more than the file (overlapping entries), duplicate names. NULL and an error.
 */
struct archive *archive_open(const char *path, const struct limits *limits, struct error *err);
/* After all of its readers. */
void archive_close(struct archive *archive);

/*
 * The checks leave a handle behind, which saves the first reader from opening its own: a file
 * descriptor and some 300 bytes an entry. This gives it back, if no reader has taken it.
 */
void archive_rest(const struct archive *archive);

struct archive_entry {
	const char *name; /* a label: no leading `/`, no `.`, `..` or empty parts */
	uint64_t size;    /* bytes, inflated */
	/* the archive's own: */
	uint64_t index, compressed;
	const char *refused; /* why it is not read, or NULL */
};

/*
 * Entries that are worth reading (*.json, *.jsonl, *.ndjson; no folders, no hidden names), and
 * archives in the archive, which archive_begin refuses; sorted bytewise. Borrowed.
 */
size_t archive_count(const struct archive *archive);
const struct archive_entry *archive_entries(const struct archive *archive);

/* One thread's handle on an archive. */
struct archive_reader;

/* NULL and an error: the file is gone, or is another one than archive_open saw. */
struct archive_reader *archive_reader_new(const struct archive *archive, struct error *err);
void archive_reader_free(struct archive_reader *reader);

/*
 * Opens one entry, closing the one before. -1: encrypted, not a regular file, an unsupported
 * method, an archive; beyond a limit on sizes, its own or that of all entries up to it.
 */
int archive_begin(struct archive_reader *reader, size_t index, struct error *err);
/*
 * Bytes read, 0 at the end (the CRC and the size were right), -1: bad data, bad CRC, another size
 * than the archive says.
 */
int64_t archive_read(struct archive_reader *reader, void *buffer, size_t size, struct error *err);

#endif
