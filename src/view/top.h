/*
 * view_top: the cases that stand out, as templates see them: members of the report.
 */
#ifndef RUNTALLY_VIEW_TOP_H
#define RUNTALLY_VIEW_TOP_H

#include "runtally/view/view.h"

/*
 * Five at most of those that tell it: by mean cost of a run, and by p95 of duration. None where
 * fewer than two tell.
 */
member_next view_costly_cases, view_slow_cases;
member_flag view_has_costly, view_has_slow;

#endif
