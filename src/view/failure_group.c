#include <string.h>

#include "members.h"
#include "runtally/analysis/stats.h"
#include "runtally/view/plan.h"
#include "runtally/view/site.h"

static const struct failure_group *group_of(const struct value *of)
{
	return of->object;
}

static void title_text(const struct value *of, struct strbuf *out)
{
	failure_group_title(group_of(of), out);
}

static void anchor_text(const struct value *of, struct strbuf *out)
{
	anchor_failure_group(out, group_of(of));
}

static void href_text(const struct value *of, struct strbuf *out)
{
	view_failure_group_href(value_view(of), of->index, out);
}

static bool is_criterion(const struct value *of)
{
	return group_of(of)->cause == CAUSE_CRITERION;
}

static void cause_text(const struct value *of, struct strbuf *out)
{
	strbuf_addstr(out, cause_name(group_of(of)->cause));
}

static int64_t failed(const struct value *of)
{
	return (int64_t)(group_of(of)->runs - group_of(of)->errors);
}

/* Of all runs that failed or ended in error, in millionths. */
static int64_t share(const struct value *of)
{
	return ratio_micro(group_of(of)->runs, tally_failures(&value_view(of)->results->totals));
}

static int64_t raw_share(const struct value *of)
{
	return share(of) / 100;
}

/* Whether what the latest run says of itself is more than the title. */
static bool headline_differs(const struct value *of)
{
	struct strbuf title = STRBUF_INIT, headline = STRBUF_INIT;
	bool differs;

	failure_group_title(group_of(of), &title);
	run_headline(group_of(of)->latest, &headline);
	differs = headline.length && strcmp(title.text, headline.text) != 0;
	strbuf_release(&title);
	strbuf_release(&headline);
	return differs;
}

static size_t runs_listed(const struct value *of)
{
	size_t most = value_view(of)->site ? SITE_FAILURE_GROUP_RUNS : PAGE_FAILURE_GROUP_RUNS;

	return group_of(of)->runs < most ? (size_t)group_of(of)->runs : most;
}

static void list_runs(const struct value *of, struct value_list *list)
{
	value_pointers(list, value_view(of)->failure_groups->members + group_of(of)->first_run,
		       runs_listed(of));
}

static int64_t hidden_runs(const struct value *of)
{
	return (int64_t)(group_of(of)->runs - runs_listed(of));
}

/* Whether the site has a page about it. */
static bool has_page(const struct value *of)
{
	const struct view *view = value_view(of);

	return view->site &&
	       (size_t)(group_of(of) - view->failure_groups->items) < view->site->failure_groups;
}

#define AT(member) .at = offsetof(struct failure_group, member)

static const struct member failure_group_members[] = {
	{"title", TEXT, .text = title_text},
	{"anchor", TEXT, .text = anchor_text},
	{"href", TEXT, .text = href_text},
	{"source", TEXT, AT(source)},
	{"cause", TEXT, .text = cause_text},
	{"is_criterion", FLAG, .flag = is_criterion},
	{"run_count", COUNT, AT(runs), .raw = "runs"},
	{"share", PERCENT, .number = share},
	{.raw = "share", .kind = SHARE, .number = raw_share},
	{"is_single", ONE, AT(runs)},
	{"failed", COUNT, .number = failed, .has = "has_failed", .raw = "failed"},
	{"errors", COUNT, AT(errors), .has = "has_errors", .raw = "errors"},
	{"case_count", COUNT, AT(cases), .raw = "cases"},
	{"has_one_case", ONE, AT(cases)},
	{"suite_count", COUNT, AT(suites), .raw = "suites"},
	{"has_one_suite", ONE, AT(suites)},
	{"first_at", MINUTE, AT(first_at), .raw = "first_at"},
	{"last_at", MINUTE, AT(last_at), .raw = "last_at"},
	{"headline_differs", FLAG, .flag = headline_differs},
	{"latest", POINTER, AT(latest), .is = CLASS_RUN},
	{"has_page", FLAG, .flag = has_page},
	{"runs", LIST, .list = list_runs, .is = CLASS_RUN},
	{"hidden_runs", COUNT, .number = hidden_runs, .has = "has_hidden_runs"},
	{"raw", .kind = RAW},
};

const struct value_class class_failure_group = CLASS("family", failure_group_members);

/* ---- members of the report ---- */

static int64_t hidden_groups(const struct value *of)
{
	const struct failure_groups *groups = value_view(of)->failure_groups;

	return groups ? view_hidden(of, LIST_FAILURE_GROUPS, groups->count) : 0;
}

static const struct member report_members[] = {
	{"families", LIST, VIA(struct view, failure_groups),
	 ITEMS(struct failure_groups, items, count), .cut = 1 + LIST_FAILURE_GROUPS,
	 .class = &class_failure_group},
	{"family_count", SIZE, VIA(struct view, failure_groups),
	 .at = offsetof(struct failure_groups, count), .absent = "0", .has = "has_families"},
	{"hidden_families", COUNT, .number = hidden_groups, .has = "has_hidden_families"},
};

const struct value_class report_failure_groups = CLASS("causes of the report", report_members);
