/*
 * view_reliability: how likely several tries of a case all pass, as templates see it.
 */
#ifndef RUNTALLY_VIEW_RELIABILITY_H
#define RUNTALLY_VIEW_RELIABILITY_H

#include "runtally/view/view.h"

/* A member of the report. */
member_object view_reliability;
/* Members of a raw case: of so many tries as it has verdicts, 1 to 8, where it has two. */
member_next view_case_pass_hat;
member_flag view_case_has_pass_hat;

#endif
