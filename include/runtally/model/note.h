/*
 * note: what a report must say about its own data: broken, cut, dropped or guessed input.
 *
 * Notes are data. They are listed in every report and, by main, on standard error. Equal notes of
 * one file are kept once, with a count: ten thousand records with the same flaw are one line.
 */
#ifndef RUNTALLY_MODEL_NOTE_H
#define RUNTALLY_MODEL_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/base/arena.h"
#include "runtally/base/hash_table.h"
#include "runtally/base/strbuf.h"

/* error: some input was bad or could not be read (exit status 3); warning: all else. */
enum severity { SEVERITY_WARNING, SEVERITY_ERROR };

struct note {
	enum severity severity;
	const char *file;   /* the input's label (see source.h), NULL: the whole call */
	const char *opened; /* the same as the user named it, for messages on a terminal */
	size_t record;      /* 1..: the first record it was seen in; 0: the file as a whole */
	const char *path;   /* `turns[0].metrics.cost_usd`, NULL: the record as a whole */
	const char *text;
	uint64_t count; /* records it was seen in, at least 1 */
	/* Something may be missing from the figures. So it is after every error. */
	bool incomplete;
};

/*
 * The list. `items` are in the order in which they were added. No more than `limit` different
 * notes are kept; `dropped` counts those beyond, so that the report can say so.
 */
struct notes {
	struct note *items;
	size_t count, capacity;
	size_t limit;
	uint64_t dropped;
	uint64_t errors, warnings; /* occurrences, dropped ones included */
	uint64_t incomplete;       /* likewise */
	/*
	 * What every text passes before it is kept (redaction); NULL: nothing. What it returns must
	 * live until its next call.
	 */
	const char *(*filter)(void *ctx, const char *text);
	void *filter_ctx;
	struct arena arena, scratch;
	struct hash_table table;
};

void notes_init(struct notes *notes, size_t limit);
void notes_release(struct notes *notes);

/* Adds a copy of *note (its count is taken as 1), or counts up an equal one. */
void notes_add(struct notes *notes, const struct note *note);
/* The same of one on the whole call. */
void notes_addf(struct notes *notes, enum severity severity, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The same of a warning that something may be missing from the figures. */
void notes_add_gap(struct notes *notes, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * Adds all of `from`, as if its notes had been added here as often, with `base` more records before
 * them; nothing is filtered again.
 */
void notes_append(struct notes *notes, const struct notes *from, size_t base);

/* Appends the place as messages write it: `file`, `file#3`; nothing for the whole call. */
void note_add_place(const struct note *note, struct strbuf *out);
/* Appends all that it says: `file#3: turns[0].metrics: text`. */
void note_add_text(const struct note *note, struct strbuf *out);

#endif
