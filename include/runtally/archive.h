/*
 * archive: the entries of a ZIP as byte streams, under the limits of safety.md. Nothing is ever
 * extracted to disk; names are labels only.
 */
#ifndef RUNTALLY_ARCHIVE_H
#define RUNTALLY_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/error.h"
#include "runtally/source.h"

struct archive;

/*
 * Opens the archive and checks it as a whole: consistency, number of entries, compressed sizes
 * that add up to more than the file (overlapping entries), duplicate names. NULL and an error.
 */
struct archive *archive_open(const char *path, const struct limits *limits, struct error *err);
void archive_close(struct archive *archive);

/*
 * Entries that are worth reading (*.json, *.jsonl, *.ndjson; no folders, no hidden names), and
 * archives in the archive, which archive_begin refuses; sorted bytewise.
 */
size_t archive_count(const struct archive *archive);
/*
 * A label: no leading `/`, no `.`, `..` or empty parts. Borrowed from the archive.
 */
const char *archive_name(const struct archive *archive, size_t index);
/* Entries that were passed over because their names are no exports. */
size_t archive_skipped(const struct archive *archive);

/*
 * Opens one entry, closing the one before. -1: encrypted, not a regular file, an unsupported
 * method, an archive.
 */
int archive_begin(struct archive *archive, size_t index, struct error *err);
/* Bytes read, 0 at the end (the CRC was right), -1: bad data, bad CRC, a limit exceeded. */
int64_t archive_read(struct archive *archive, void *buffer, size_t size, struct error *err);

#endif
