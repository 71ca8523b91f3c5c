/*
 * plan: what of a report stands on a page that must not get too large.
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

#include "runtally/view/view.h"

struct view_plan {
	size_t rows;             /* of each list that is cut at its end (view.rows) */
	bool *suites;            /* by suite: whether it is listed with its cases */
	bool *cases;             /* by case: whether it is listed in its suite */
	bool *matrices;          /* by suite: whether its matrix is shown; NULL: all are */
	const struct run **runs; /* whose details are shown, by address */
	size_t run_count;
	bool in_pages; /* of a site: suites, cases and runs have pages of their own */
	uint64_t omitted_suites, omitted_cases, omitted_runs;
};

/* Rows of the tables of a site's pages; of a case, the latest runs are listed. */
enum { SITE_CASES_A_PAGE = 100, SITE_RUNS_A_PAGE = 200, SITE_RUNS_LISTED = 2000 };
size_t view_plan_runs_listed(const struct case_group *group);

/* Runs that a failure group lists: on its page of a site, in the list of the single page. */
enum { SITE_FAILURE_GROUP_RUNS = 200, PAGE_FAILURE_GROUP_RUNS = 20 };
/* Failure groups that have a page. */
enum { SITE_FAILURE_GROUPS = 100 };
/* About how many bytes their pages take. */
uint64_t view_plan_failure_group_price(const struct failure_groups *failure_groups, size_t count);

/* Plans a page of about so many bytes. The view must have no plan yet. */
void view_plan_init(struct view_plan *plan, const struct view *view, uint64_t bytes);
/* Plans the pages of a site that are about suites, cases and runs. */
void view_plan_site(struct view_plan *plan, const struct view *view, uint64_t bytes,
		    uint64_t pages);
void view_plan_release(struct view_plan *plan);

bool view_plan_has_matrix(const struct view_plan *plan, size_t suite);

#endif
