/*
 * view_case: a case over time as templates see it. Charts are drawn when they are asked for.
 */
#ifndef RUNTALLY_VIEW_CASE_H
#define RUNTALLY_VIEW_CASE_H

#include "runtally/view/view.h"

member_object view_case_over_time; /* of a case; false: there is nothing to draw */

#endif
