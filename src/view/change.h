/*
 * view_change: a change of figures as templates see it; what all comparisons have in common.
 */
#ifndef RUNTALLY_VIEW_CHANGE_H
#define RUNTALLY_VIEW_CHANGE_H

#include "runtally/analysis/compare.h"
#include "runtally/view/view.h"

extern const struct value_class class_difference, /* of struct difference */
	class_suite_change,                       /* of struct suite_change */
	class_case_diff,                          /* of struct case_diff */
	class_comparison_lists;                   /* of struct comparison: what changed in it */

/*
 * Points of a hundred, of millionths: `−3.0`, `+3.0`, `0.0`; with four decimals where it would be
 * taken for none.
 */
void change_add_points(struct strbuf *out, int32_t micro);
/* The same without its sign. */
void change_add_size(struct strbuf *out, int32_t micro);
/*
 * `p = 0.012`, `p < 0.001`, `p = 1`; with a decimal more next to 5 %, which it is on one side of.
 */
void change_add_probability(struct strbuf *out, const char *name, int32_t micro);

#endif
