/*
 * figures: what of->detail, a member that is a figure, is of of->object, and how that reads.
 */
#ifndef RUNTALLY_VIEW_FIGURES_H
#define RUNTALLY_VIEW_FIGURES_H

#include "runtally/view/values.h"

/* FIGURE_UNKNOWN: it is not known. */
int64_t figure_of(const struct value *of);
/* For people, for programs. */
void figure_text(const struct value *of, struct strbuf *out);
void figure_raw_text(const struct value *of, struct strbuf *out);

#endif
