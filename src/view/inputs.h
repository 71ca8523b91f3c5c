/*
 * view_inputs: what was read, and the time that its runs span, as templates see them.
 */
#ifndef RUNTALLY_VIEW_INPUTS_H
#define RUNTALLY_VIEW_INPUTS_H

#include "runtally/view/view.h"

/* Members of the report. */
member_object view_inputs, view_period;

#endif
