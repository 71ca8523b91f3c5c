/*
 * source: paths, folders, archives, standard input → named byte blobs in a fixed order.
 *
 * Order: by label, bytewise, whatever the order of the arguments. The label is what reports show,
 * so it must not tell where on a machine the data lay: the path below the argument when that is a
 * folder, else the file's own name. Where two inputs would share a label, each gets as much of its
 * argument in front as tells them apart. Labels are not redacted here (ingest does that).
 */
#ifndef RUNTALLY_SOURCE_H
#define RUNTALLY_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/error.h"
#include "runtally/note.h"

/* Limits on input; every one is an option (options.c) with this default. */
struct limits {
	uint64_t record_bytes;    /* 64 MiB: one record's text */
	uint64_t record_memory;   /* 1 GiB: one record as a tree */
	uint64_t zip_entries;     /* 100,000 */
	uint64_t zip_entry_bytes; /* 2 GiB, inflated, one entry */
	uint64_t zip_total_bytes; /* 16 GiB, inflated, one archive */
	uint64_t zip_ratio;       /* 1032 : 1, inflated to compressed (deflate's own maximum) */
	uint64_t folder_depth;    /* 64 levels */
};

extern const struct limits default_limits;

/* By its ending, in whatever case: .json, .jsonl, .ndjson; and .zip. */
bool is_export_name(const char *name);
bool is_archive_name(const char *name);

/*
 * One input's bytes, open for reading. read returns how many bytes it put into buffer, 0 at the
 * end, -1 and an error. A blob is valid until the next sources_next.
 */
struct blob {
	const char *label;  /* `sub/a.json`, `x.zip!entry.json`, `-` */
	const char *opened; /* as the user can find it: argument + path below it */
	/* of the label; where it has none: the argument's last part, the archive's name, `-` */
	const char *folder;
	int64_t (*read)(struct blob *blob, void *buffer, size_t size, struct error *err);
	void *state;
};

struct sources;

/*
 * Looks at every argument and lists what there is to read: files named by an argument whatever
 * their ending, in folders *.json *.jsonl *.ndjson *.zip (hidden names and a
 * runtally.json at the top skipped, links to folders
 * not followed), `-` for standard input (once). What cannot be read, and a folder without exports,
 * is a note of severity error in `notes`; the rest goes on. Never NULL.
 */
struct sources *sources_open(const char *const *arguments, size_t count,
			     const struct limits *limits, struct notes *notes);
void sources_close(struct sources *sources);

/* How many files there are (an archive is one), and how many of them were begun. */
size_t sources_files(const struct sources *sources);
size_t sources_begun(const struct sources *sources);

/*
 * Opens the next blob (an archive gives one per entry, in byte order of their names). 1: *blob is
 * set; 0: no more. A file that cannot be opened or an entry that is refused is a note of severity
 * error, and the next one is tried.
 */
int sources_next(struct sources *sources, struct blob *blob);

#endif
