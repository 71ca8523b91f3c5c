/*
 * view_search: what the search of a site finds, in all its pages: suites and cases that have one,
 * causes that are listed. It is one file that a browser reads at once, so that it has a bound; the
 * worst suites and cases stay.
 */
#ifndef RUNTALLY_VIEW_SEARCH_H
#define RUNTALLY_VIEW_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

#include "runtally/view/view.h"

struct view_search {
	bool *suites, *cases; /* by suite, by case: whether it is found */
	bool is_cut;          /* whether a suite, case or cause of the report is not */
};

/* Of a view that has its plan; in about so many bytes. */
void view_search_init(struct view_search *search, const struct view *view, uint64_t bytes);
void view_search_release(struct view_search *search);

/* For a member of the report. */
member_object view_search;

#endif
