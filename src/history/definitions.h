/*
 * definitions: what inputs told of names, kept as lines of files in a folder of a history.
 */
#ifndef RUNTALLY_HISTORY_DEFINITIONS_H
#define RUNTALLY_HISTORY_DEFINITIONS_H

#include "files.h"

/* Adds a file with those of the news, if there are any. */
int definitions_add(const char *folder, int64_t at, const struct mark_key *key,
		    const struct history_news *news, struct error *err);
/*
 * Rolls files of definitions, if there are several, up into one with what is told last of each
 * thing. -1: one could not be written or removed.
 */
int definitions_roll_up(const struct history_files *files, const char *folder,
			const struct ingest_options *options, struct notes *notes,
			struct error *err);

#endif
