/*
 * view_failure_group: failure groups of failures as templates see them.
 */
#ifndef RUNTALLY_VIEW_FAILURE_GROUP_H
#define RUNTALLY_VIEW_FAILURE_GROUP_H

#include "runtally/view/view.h"

struct failure_group;

/* Makes *out the failure group; true. */
bool view_failure_group(const struct view *view, const struct failure_group *failure_group,
			struct value *out);

/* Functions for members of the report. */
member_next view_failure_groups, view_listed_failure_groups; /* listed: in all parts of the list */
member_text view_failure_group_count, view_hidden_failure_groups;
member_flag view_has_failure_groups, view_has_hidden_failure_groups;

/* Functions for members of a run. */
member_text view_run_failure_group, view_run_failure_group_anchor, view_run_failure_group_href,
	view_run_failure_group_runs;
member_flag view_run_failure_group_shared;

#endif
