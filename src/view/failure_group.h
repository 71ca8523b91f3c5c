/*
 * view_family: families of failures as templates see them.
 */
#ifndef RUNTALLY_VIEW_FAILURE_GROUP_H
#define RUNTALLY_VIEW_FAILURE_GROUP_H

#include "runtally/view/view.h"

struct family;

/* Makes *out the family; true. */
bool view_family(const struct view *view, const struct family *family, struct value *out);

/* Functions for members of the report. */
member_next view_families, view_listed_families; /* listed: in all parts of the list */
member_text view_family_count, view_hidden_families;
member_flag view_has_families, view_has_hidden_families;

/* Functions for members of a run. */
member_text view_run_family, view_run_family_anchor, view_run_family_href, view_run_family_runs;
member_flag view_run_family_shared;

#endif
