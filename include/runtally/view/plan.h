/*
 * plan: what of a report stands on a page, or in the pages of a site, that must not get too
 * large: so much of everything, the worst of it.
 *
 * The worst comes first: suites with the lowest pass rate, in them the cases that failed, of those
 * the latest failure. How much an amount takes is not known here: whoever renders it measures it
 * (formats/budget.h) and asks for more or less.
 */
#ifndef RUNTALLY_VIEW_PLAN_H
#define RUNTALLY_VIEW_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/template/escape.h"
#include "runtally/view/view.h"

struct view_plan {
	size_t rows;             /* of each list that is cut at its end (view.rows) */
	size_t causes;           /* of a site: failure groups that have a page */
	bool *suites;            /* by suite: whether it is listed with its cases */
	bool *cases;             /* by case: whether it is listed in its suite */
	bool *matrices;          /* by suite: whether its matrix is shown */
	const struct run **runs; /* whose details are shown, by address */
	size_t run_count;
	uint64_t omitted_suites, omitted_cases, omitted_runs;
	/* What can be shown, in the order in which it is. */
	bool in_pages;    /* of a site: suites, cases and runs have pages of their own */
	uint64_t largest; /* of a page: a run whose texts take more bytes is not shown */
	escape_fn *escape;
	size_t *case_order, case_count;
	const struct run **run_order; /* NULL: not shown, for it takes too much */
	size_t order_count;
	bool *is_small; /* of run_order: known not to be over the largest */
};

/* Rows of the tables of a site's pages; of a case, the latest runs are listed. */
enum { SITE_CASES_A_PAGE = 100, SITE_RUNS_A_PAGE = 200, SITE_RUNS_LISTED = 2000 };
size_t view_plan_runs_listed(const struct case_group *group);

/* Runs that a failure group lists: on its page of a site, in the list of the single page. */
enum { SITE_FAILURE_GROUP_RUNS = 200, PAGE_FAILURE_GROUP_RUNS = 20 };
/* Failure groups that have a page. */
enum { SITE_FAILURE_GROUPS = 100 };

/* The view must have no plan yet. Nothing is shown until view_plan_show. */
void view_plan_init(struct view_plan *plan, const struct view *view, bool in_pages,
		    uint64_t largest, escape_fn *escape);
void view_plan_release(struct view_plan *plan);

/* The least amount of which all of the report is shown; a plan of 0 shows no more than totals. */
size_t view_plan_most(const struct view *view);
/* From now on so much is shown. More shows all that less shows. */
void view_plan_show(struct view_plan *plan, const struct view *view, size_t amount);
/* That run takes too much: others are shown instead. false: it is not to be shown anyway. */
bool view_plan_drop(struct view_plan *plan, const struct run *run);
/* The same for those that `amount` shows and one less does not; false: there is none. */
bool view_plan_drop_step(struct view_plan *plan, const struct view *view, size_t amount);

#endif
