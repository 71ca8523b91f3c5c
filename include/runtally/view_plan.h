/*
 * view_plan: what of a report stands on a page that must not get too large.
 *
 * The worst comes first: suites with the lowest pass rate, in them the cases that failed, of those
 * the latest failure. What things take is estimated, knowing nothing of templates: whoever renders
 * the page sees whether it fits, and plans with less where it does not.
 */
#ifndef RUNTALLY_VIEW_PLAN_H
#define RUNTALLY_VIEW_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/view.h"

struct view_plan {
	size_t rows;             /* of each list that is cut at its end (view.rows) */
	bool *suites;            /* by suite: whether it is listed with its cases */
	bool *cases;             /* by case: whether it is listed in its suite */
	const struct run **runs; /* whose details are shown, by address */
	size_t run_count;
	uint64_t omitted_suites, omitted_cases, omitted_runs;
};

/* Plans a page of about so many bytes. The view must have no plan yet. */
void view_plan_init(struct view_plan *plan, const struct view *view, uint64_t bytes);
void view_plan_release(struct view_plan *plan);

bool view_plan_shows(const struct view_plan *plan, const struct run *run);

#endif
