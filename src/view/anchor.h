/*
 * view_anchor: ids for links within and into reports, the same from one report to the next: a hash
 * of what names the thing, so that no text of the input gets into a URL.
 */
#ifndef RUNTALLY_VIEW_ANCHOR_H
#define RUNTALLY_VIEW_ANCHOR_H

#include "runtally/analysis/failure_groups.h"
#include "runtally/analysis/results.h"
#include "runtally/base/strbuf.h"

/* `s-…`, `c-…`, `r-…`, `f-…` and 16 hexadecimal digits. */
void anchor_suite(struct strbuf *out, const struct suite_group *suite);
void anchor_case(struct strbuf *out, const struct suite_group *suite,
		 const struct case_group *group);
void anchor_run(struct strbuf *out, const struct run *run);
void anchor_failure_group(struct strbuf *out, const struct failure_group *failure_group);

#endif
