/*
 * forgotten: how what is to be forgotten is looked up, added to, and taken out of files.
 */
#ifndef RUNTALLY_HISTORY_FORGOTTEN_H
#define RUNTALLY_HISTORY_FORGOTTEN_H

#include "runtally/base/strbuf.h"
#include "runtally/history/forget.h"

#define HISTORY_FORGOTTEN "forgotten"

/* The entry that means the run; NULL: it is not forgotten. */
struct forgotten_run *forgotten_find(const struct forgotten *forgotten, const char *source,
				     const char *run_id, const char *environment);
/* The texts are copied. False: it is there already. */
bool forgotten_add(struct forgotten *forgotten, const struct forgotten_run *run);
/* Appends the line of the file. */
void forgotten_line(const struct forgotten_run *run, struct strbuf *out);
/*
 * Writes each file again that holds runs of them: another call was ended before it came to that, or
 * put them back. -1: something could not be written or removed.
 */
int forgotten_sweep(struct forgotten *forgotten, const char *folder,
		    const struct ingest_options *options, struct notes *notes, struct error *err);

#endif
