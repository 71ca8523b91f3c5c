/*
 * source: paths, folders, archives, standard input → named byte blobs in a fixed order.
 *
 * Order: by label, bytewise, whatever the order of the arguments. The label is what reports show,
 * so it must not tell where on a machine the data lay: the path below the argument when that is a
 * folder, else the file's own name. Where two inputs would share a label, each gets as much of its
 * argument in front as tells them apart. Labels are not redacted here (ingest does that).
 */
#ifndef RUNTALLY_INPUT_SOURCE_H
#define RUNTALLY_INPUT_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/base/error.h"
#include "runtally/base/path.h"
#include "runtally/model/note.h"

/* Limits on input; every one is an option with this default. */
struct limits {
	uint64_t record_bytes;    /* 64 MiB: one record's text */
	uint64_t record_memory;   /* 1 GiB: one record as a tree */
	uint64_t zip_entries;     /* 100,000 */
	uint64_t zip_entry_bytes; /* 2 GiB, inflated, one entry */
	uint64_t zip_total_bytes; /* 16 GiB, inflated, one archive */
	uint64_t zip_ratio;       /* 1032 : 1, inflated to compressed (deflate's own maximum) */
	uint64_t folder_depth;    /* 64 levels */
	uint64_t label_bytes;     /* 1000: an id or a name */
};

extern const struct limits default_limits;

/* By its ending, in whatever case. */
static inline bool is_export_name(const char *name)
{
	return path_has_ending(name, ".json") || path_has_ending(name, ".jsonl") ||
	       path_has_ending(name, ".ndjson");
}

static inline bool is_archive_name(const char *name)
{
	return path_has_ending(name, ".zip");
}

/* One thing to read: a file, an archive's entry, standard input. Strings: see sources_close. */
struct input {
	const char *label;  /* `sub/a.json`, `x.zip!entry.json`, `-` */
	const char *opened; /* as the user can find it: argument + path below it */
	/* of the label; where it has none: the argument's last part, the archive's name, `-` */
	const char *folder;
	/*
	 * Bytes, as the file system or the archive says. 0: not known (a pipe; also a file among
	 * thousands: struct blob tells it).
	 */
	uint64_t size;
};

/*
 * An input's bytes, open for reading. read returns how many bytes it put into buffer, 0 at the
 * end, -1 and an error. Valid until its reader begins another or is freed.
 */
struct blob {
	int64_t (*read)(struct blob *blob, void *buffer, size_t size, struct error *err);
	/*
	 * The same from byte `offset` on, whatever was read before, in any thread. NULL: these
	 * bytes come in their order alone (a pipe, an archive's entry).
	 */
	int64_t (*read_at)(const struct blob *blob, void *buffer, size_t size, uint64_t offset,
			   struct error *err);
	uint64_t size; /* bytes, 0: not known */
	void *state;
};

struct sources;

/*
 * Looks at every argument and lists what there is to read, in the order of labels: files named by
 * an argument whatever their ending, in folders *.json *.jsonl *.ndjson *.zip (hidden names and a
 * runtally.json at the top skipped, links to folders not followed), the entries of archives (in
 * byte order of their names), `-` for standard input (once). What cannot be read, and a folder
 * without exports, is a note of severity error in `notes`; the rest goes on. Never NULL.
 */
struct sources *sources_open(const char *const *arguments, size_t count,
			     const struct limits *limits, struct notes *notes);
/* The strings of the inputs go to `strings`; NULL: they are given back. */
void sources_close(struct sources *sources, struct arena *strings);

/* How many files there are: an archive is one. */
size_t sources_files(const struct sources *sources);
/* How many inputs: each entry of an archive is one. */
size_t sources_count(const struct sources *sources);
const struct input *sources_input(const struct sources *sources, size_t index);
/* Whether the input is an archive's entry, whose bytes come in their order alone. */
bool sources_is_entry(const struct sources *sources, size_t index);

/*
 * One thread's reader on the sources: the file that is open, a handle of its own on the archive
 * that it reads. Several readers may work at the same time.
 */
struct reader;

struct reader *reader_new(const struct sources *sources); /* never NULL */
void reader_free(struct reader *reader);
/* Opens an input, closing the one before. -1 and an error: it cannot be opened, or is refused. */
int reader_begin(struct reader *reader, size_t index, struct blob *blob, struct error *err);
/* Hints that inputs `first` up to (not with) `end` come next, so that the system reads ahead. */
void reader_expect(struct reader *reader, size_t first, size_t end);

#endif
