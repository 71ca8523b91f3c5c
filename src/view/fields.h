/*
 * fields: what a member's row says of its object: figures and how they read, lists and what of them
 * is shown. `of` has the member in of->detail.
 */
#ifndef RUNTALLY_VIEW_FIELDS_H
#define RUNTALLY_VIEW_FIELDS_H

#include "runtally/view/values.h"

/* FIGURE_UNKNOWN: it is not known. */
int64_t figure_of(const struct value *of);
/* For people, for programs. */
void figure_text(const struct value *of, struct strbuf *out);
void figure_raw_text(const struct value *of, struct strbuf *out);

/* Of a member without `next`. */
void list_of(const struct value *of, struct value_list *list);
/* The next item, and the index of the element that it is; false: there is no more. */
bool list_step(const struct value *of, const struct value_list *list, struct value_cursor *cursor,
	       const void **item, size_t *index);

#endif
