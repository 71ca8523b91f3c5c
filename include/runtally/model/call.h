/*
 * call: what a file of a history tells of the call that wrote it, and of what it may lack.
 */
#ifndef RUNTALLY_MODEL_CALL_H
#define RUNTALLY_MODEL_CALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/base/arena.h"
#include "runtally/model/note.h"
#include "runtally/model/run.h"

/* Parts at most. */
enum { CALL_SHARDS = 9999 };

/* Of notes on its inputs, so many are kept, and of each so many bytes. */
enum { CALL_NOTES = 10, CALL_NOTE_TEXT = 300 };

/* Times are ms, or TIME_UNKNOWN; texts are never NULL. */
struct call {
	const char *file; /* its name, by which it can be told, also when it was rolled up */
	const char *title, *environment;
	int64_t written_at;
	int64_t since, until;   /* the period that was asked for */
	int64_t from, to;       /* of the runs that it brought, by what they are counted */
	unsigned shard, shards; /* 2 of 4; 0: not one of several */
	/* Notes on its inputs: errors, and all that say that something may be missing. */
	uint64_t errors, gaps;
	const char *const *notes;
	size_t note_count;
};

/* Of which nothing is known. */
void call_init(struct call *call);
/* Whether there is anything of which a report may have to speak. */
bool call_matters(const struct call *call);
/*
 * Takes what `notes` say is missing; the texts live in the arena. Of one of several, the errors:
 * that others have the rest of its lists is what it is for.
 */
void call_take_notes(struct call *call, const struct notes *notes, struct arena *arena);
/* *from with texts of its own in the arena, passed through `filter` (NULL: as they are). */
struct call call_copy(const struct call *from, const char *(*filter)(void *ctx, const char *text),
		      void *ctx, struct arena *arena);

/* In the order of writing, each once: a file may stand beside the archive that it is in, too. */
size_t calls_sort(struct call *calls, size_t count);

#endif
