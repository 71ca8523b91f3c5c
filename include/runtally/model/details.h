/*
 * details: what only a reader of one run wants to see, as bytes and back. The bytes are for this
 * process alone.
 */
#ifndef RUNTALLY_MODEL_DETAILS_H
#define RUNTALLY_MODEL_DETAILS_H

#include <stddef.h>

#include "runtally/base/arena.h"
#include "runtally/base/strbuf.h"
#include "runtally/model/run.h"

/* Passages, turns, and messages of the transcript. */
size_t details_parts(const struct details *details);

/*
 * The bytes begin with the details of the criteria, each of them added by itself; then, once, comes
 * what details_write adds. Each text, labels and roles too, passes the filter (NULL: stays as it
 * is), in the order of the members of struct details. NULL as details is kept, too.
 */
void details_add_criterion(struct strbuf *out, const char *detail);
void details_write(struct strbuf *out, const struct details *details, text_filter *filter,
		   void *ctx);

/*
 * Fills in what was written of *run: run->details, and copies of run->criteria with their details.
 * Texts point into `bytes`. All messages lie in one array: those of the turns (of each its input,
 * then its output), then the transcript.
 */
void details_read(struct run *run, const char *bytes, size_t length, struct arena *arena);

/* The first of all messages of details that were read. */
const struct message *details_messages(const struct details *details);

#endif
