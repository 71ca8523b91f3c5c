/*
 * view_compare: what changed as templates see it: the comparison of the whole, of suites, of cases.
 */
#ifndef RUNTALLY_VIEW_COMPARE_H
#define RUNTALLY_VIEW_COMPARE_H

#include "runtally/view/view.h"

/* Rows of its lists on a page of a site; elsewhere view->rows. */
enum { SITE_COMPARED_ROWS = 200 };

/* Nothing where there is no comparison. */
member_object view_comparison;       /* of the report */
member_object view_suite_comparison; /* of a suite of it */
member_object view_case_comparison;  /* of a case of it */

#endif
