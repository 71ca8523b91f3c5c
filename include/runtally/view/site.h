/*
 * site: the page of a site that is being made, as templates see it: what it is about, which
 * part of a long list it shows, and where the links of all pages lead.
 */
#ifndef RUNTALLY_VIEW_SITE_H
#define RUNTALLY_VIEW_SITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/view/view.h"

struct criterion_group;

/* What a page is about. A list is the index' own, from its second part on. */
enum site_page { PAGE_INDEX, PAGE_LIST, PAGE_FAILURE_GROUP, PAGE_SUITE, PAGE_CASE, PAGE_RUN };

struct view_site {
	enum site_page page;
	enum view_list list; /* whose part this is: of PAGE_LIST, PAGE_SUITE and PAGE_CASE */
	struct view_window windows[LIST_COUNT];
	size_t failure_groups; /* so many of the listed ones, the largest, have a page */
	const void
		*subject; /* what the page is about: failure_group, suite_group, case_group, run */
	size_t run_at;    /* of PAGE_RUN: the run's index in the report */
	const struct criterion_group *criteria; /* of a case */
	size_t criterion_count;
	const struct view_search *search; /* what the search of all pages finds */
};

/*
 * The file that holds a part of a list; part 0 of the index' lists is the index itself. Names are
 * made of anchors alone, so that they are portable and the same in the next report.
 */
void site_file(const struct view *view, enum view_list list, size_t part, struct strbuf *out);

/*
 * Links: within the single page, or to another page of a site. Of a run to its details where they
 * are shown, else to its case.
 */
void view_run_href(const struct view *view, const struct suite_group *suite,
		   const struct case_group *group, const struct run *run, struct strbuf *out);
/* To the failure group of that index, which is listed: to its page, or to its place in the list. */
void view_failure_group_href(const struct view *view, size_t index, struct strbuf *out);

/*
 * What the search of a site finds, in all its pages: suites and cases that have one, causes that
 * are listed. It is one file that a browser reads at once, so that it has a bound; the worst suites
 * and cases stay.
 */
struct view_search {
	bool *suites, *cases; /* by suite, by case: whether it is found */
	bool is_cut;          /* whether a suite, case or cause of the report is not */
};

/* Of a view that has its plan; in about so many bytes. */
void view_search_init(struct view_search *search, const struct view *view, uint64_t bytes);
void view_search_release(struct view_search *search);

#endif
