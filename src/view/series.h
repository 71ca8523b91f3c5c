/*
 * view_series: the runs over time as templates see them.
 */
#ifndef RUNTALLY_VIEW_SERIES_H
#define RUNTALLY_VIEW_SERIES_H

#include "runtally/view/view.h"

/* Functions for members of the report. */
member_next view_series_points;
member_text view_series_unit, view_series_untimed, view_series_chart, view_zone;
member_flag view_has_zone, view_has_series, view_has_untimed, view_series_any_few,
	view_series_any_cost, view_series_any_partly, view_series_any_latency, view_series_any_own;
member_object view_trend;

#endif
