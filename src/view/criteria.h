/*
 * view_criteria: criteria as templates see them: of the report, and of a case.
 */
#ifndef RUNTALLY_VIEW_CRITERIA_H
#define RUNTALLY_VIEW_CRITERIA_H

#include "runtally/view/view.h"

extern const struct value_class class_criterion_group; /* of struct criterion_group */

/* Functions for members of the report. */
member_next view_worst_criteria;
member_text view_criterion_count, view_hidden_criteria;
member_flag view_has_criteria, view_has_hidden_criteria, view_has_kinds;

#endif
