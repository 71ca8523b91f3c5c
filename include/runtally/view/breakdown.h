/*
 * view_breakdown: runs by model and by agent as templates see them: members of the report.
 */
#ifndef RUNTALLY_VIEW_BREAKDOWN_H
#define RUNTALLY_VIEW_BREAKDOWN_H

#include "runtally/view/view.h"

/* So many of them are listed at most, besides the runs that do not tell. */
enum { BREAKDOWN_LISTED = 20 };

member_object view_by_model, view_by_agent;

#endif
