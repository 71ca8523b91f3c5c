/*
 * labels: an id or a name as runs are kept with it, of words that come from elsewhere than a
 * record: spelled, redacted and cut in the same way.
 */
#ifndef RUNTALLY_INGEST_LABELS_H
#define RUNTALLY_INGEST_LABELS_H

#include "runtally/ingest/ingest.h"

struct labels;

/* The options are borrowed. */
struct labels *labels_new(const struct ingest_options *options);
void labels_free(struct labels *labels);
/* What is kept already comes out as it is. Lives until the next call. */
const char *labels_clean(struct labels *labels, const char *label, enum label_kind kind);

#endif
