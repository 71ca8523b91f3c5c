/*
 * view_group: suites, cases and sources as templates see them, and walks over their runs and cases.
 */
#ifndef RUNTALLY_VIEW_GROUP_H
#define RUNTALLY_VIEW_GROUP_H

#include "runtally/view/view.h"

extern const struct value_class class_source; /* of struct source_group */

/*
 * For the next functions of lists: the cursor counts what was looked at, and how many were found;
 * an element's index is its position among those.
 */
bool view_next_shown(const struct value *of, size_t first, size_t count,
		     struct value_cursor *cursor, struct value *out);
bool view_next_run(const struct value *of, struct run *const *runs, size_t count,
		   struct value_cursor *cursor, struct value *out);
/*
 * Of report.runs[first...], `count` of them, those that failed or ended in error; `shown` at most.
 */
bool view_next_failure(const struct value *of, size_t first, size_t count, size_t shown,
		       struct value_cursor *cursor, struct value *out);
/* For the next function of the report's failing cases, in the order of report.failing. */
bool view_next_ranked(const struct value *of, const struct view_window *window,
		      struct value_cursor *cursor, struct value *out);
/* Likewise of report.cases, those with such runs that are in the window. */
bool view_next_failing(const struct value *of, size_t first, size_t count,
		       const struct view_window *window, struct value_cursor *cursor,
		       struct value *out);

#endif
