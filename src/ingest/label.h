/*
 * label: ids and names that are longer than reports can bear → their beginning and a hash.
 *
 * A label stands in a report in many places, whatever its length: a name of a megabyte would break
 * every budget. A cut one ends in `…` and 8 hexadecimal digits of the SHA-256 of the whole, so that
 * different labels stay different and equal ones equal, in all files and reports; and it is no
 * longer than the limit, so that what is written and read again is not cut again.
 */
#ifndef RUNTALLY_INGEST_LABEL_H
#define RUNTALLY_INGEST_LABEL_H

#include <stdbool.h>
#include <stdint.h>

#include "runtally/model/definition.h"
#include "runtally/model/run.h"

/* Whether it has more than `most` bytes; NULL has none. */
bool label_is_long(const char *label, uint64_t most);
/* What a long one becomes, in the arena; where `most` is below the mark's 11, the mark alone. */
const char *label_cut(const char *label, uint64_t most, struct arena *arena);

/* The member that is this very string: `case.name`, `criteria[].name`; else `details`. */
const char *label_path_in_run(const struct run *run, const char *label);
const char *label_path_in_definition(struct definition *definition, const char *label);

/*
 * *details where none of its labels (roles, labels of passages, ids of traces) is long; else a copy
 * in the arena with what `cut` makes of those that are.
 */
const struct details *labels_cut_in_details(const struct details *details, uint64_t most,
					    struct arena *arena, text_filter *cut, void *ctx);

#endif
