#include "runtally/view/site.h"

#include <stddef.h>
#include <stdint.h>

#include "anchor.h"
#include "criteria.h"
#include "failure_group.h"
#include "runtally/analysis/breakdown.h"
#include "runtally/analysis/failure_groups.h"
#include "runtally/base/format_number.h"

struct view_window view_window(const struct view *view, enum view_list list)
{
	size_t count = list < LIST_CASES ? view->rows : SIZE_MAX;

	if (view->site)
		return view->site->windows[list];
	return (struct view_window){.count = count, .listed = count};
}

size_t view_window_end(const struct view_window *window)
{
	return window->count < SIZE_MAX - window->first ? window->first + window->count : SIZE_MAX;
}

/* ---- links ---- */

static const char *const list_names[LIST_COUNT] = {
	[LIST_SUITES] = "suites",
	[LIST_FAILURES] = "failing-runs",
	[LIST_FAILING] = "failures",
	[LIST_FLAKY] = "flaky",
	[LIST_FAILURE_GROUPS] = "families",
	[LIST_CRITERIA] = "criteria",
	[LIST_NOTES] = "notes",
	[LIST_CASES] = "suite",
	[LIST_RUNS] = "case",
};

static void suite_file(struct strbuf *out, const struct suite_group *suite)
{
	strbuf_addstr(out, "suite-");
	anchor_suite(out, suite);
}

static void case_file(struct strbuf *out, const struct suite_group *suite,
		      const struct case_group *group)
{
	strbuf_addstr(out, "case-");
	anchor_case(out, suite, group);
}

static const struct suite_group *suite_of(const struct view *view, const struct case_group *group)
{
	return &view->results->suites[group->suite];
}

/* Of the list of the page that is made; the others are the index'. */
void site_file(const struct view *view, enum view_list list, size_t part, struct strbuf *out)
{
	const void *subject = view->site->subject;

	if (list == LIST_CASES)
		suite_file(out, subject);
	else if (list == LIST_RUNS)
		case_file(out, suite_of(view, subject), subject);
	else
		strbuf_addstr(out, part ? list_names[list] : "index");
	if (part)
		strbuf_addf(out, "-%zu", part + 1);
	strbuf_addstr(out, ".html");
}

/* The part that holds the list's element of that index. */
static size_t part_of(const struct view_window *window, size_t index)
{
	return index < window->opening ? 0 : 1 + (index - window->opening) / window->rest;
}

void view_suite_href(const struct view *view, const struct suite_group *suite, struct strbuf *out)
{
	if (view->site) {
		suite_file(out, suite);
		strbuf_addstr(out, ".html");
	} else {
		strbuf_addch(out, '#');
		anchor_suite(out, suite);
	}
}

void view_case_href(const struct view *view, const struct suite_group *suite,
		    const struct case_group *group, struct strbuf *out)
{
	if (view->site) {
		case_file(out, suite, group);
		strbuf_addstr(out, ".html");
	} else {
		strbuf_addch(out, '#');
		anchor_case(out, suite, group);
	}
}

void view_run_href(const struct view *view, const struct suite_group *suite,
		   const struct case_group *group, const struct run *run, struct strbuf *out)
{
	if (!run_is_shown(view, run)) {
		view_case_href(view, suite, group, out);
		return;
	}
	strbuf_addstr(out, view->site ? "run-" : "#");
	anchor_run(out, run);
	if (view->site)
		strbuf_addstr(out, ".html");
}

void view_failure_group_href(const struct view *view, size_t index, struct strbuf *out)
{
	if (view->site && index < view->site->failure_groups) {
		strbuf_addstr(out, "cause-");
		anchor_failure_group(out, &view->failure_groups->items[index]);
		strbuf_addstr(out, ".html");
		return;
	}
	if (view->site)
		site_file(view, LIST_FAILURE_GROUPS,
			  part_of(&view->site->windows[LIST_FAILURE_GROUPS], index), out);
	strbuf_addch(out, '#');
	anchor_failure_group(out, &view->failure_groups->items[index]);
}

/* ---- parts of a list: the object is its window ---- */

static const struct view_window *window_of(const struct value *of)
{
	return of->object;
}

static enum view_list list_of(const struct value *of)
{
	return (enum view_list)(window_of(of) - value_view(of)->site->windows);
}

static void add_part_link(const struct value *of, size_t part, struct strbuf *out)
{
	enum view_list list = list_of(of);

	site_file(value_view(of), list, part, out);
	if (!part)
		strbuf_addf(out, "#%s",
			    list == LIST_CASES  ? "cases"
			    : list == LIST_RUNS ? "runs"
						: list_names[list]);
}

static void parts_label(const struct value *of, struct strbuf *out)
{
	static const char *const labels[LIST_COUNT] = {
		[LIST_SUITES] = "suites",
		[LIST_FAILURES] = "failures",
		[LIST_FAILING] = "failing cases",
		[LIST_FLAKY] = "flaky cases",
		[LIST_FAILURE_GROUPS] = "causes",
		[LIST_CRITERIA] = "criteria",
		[LIST_NOTES] = "notes",
		[LIST_CASES] = "cases",
		[LIST_RUNS] = "runs",
	};

	strbuf_addstr(out, labels[list_of(of)]);
}

static void parts_from(const struct value *of, struct strbuf *out)
{
	format_count(out, window_of(of)->first + 1);
}

static void parts_to(const struct value *of, struct strbuf *out)
{
	format_count(out, window_of(of)->first + window_of(of)->count);
}

static void parts_previous(const struct value *of, struct strbuf *out)
{
	if (window_of(of)->part > 0)
		add_part_link(of, window_of(of)->part - 1, out);
}

static void parts_next(const struct value *of, struct strbuf *out)
{
	if (window_of(of)->part + 1 < window_of(of)->parts)
		add_part_link(of, window_of(of)->part + 1, out);
}

/* Its index is the part's. */
static bool part_is_current(const struct value *of)
{
	return of->index == window_of(of)->part;
}

static void part_link(const struct value *of, struct strbuf *out)
{
	add_part_link(of, of->index, out);
}

static const struct member part_members[] = {
	{"href", TEXT, .text = part_link},
	{"is_current", FLAG, .flag = part_is_current},
};

static const struct value_class class_part = {
	.name = "part",
	.members = part_members,
	.count = MEMBER_COUNT(part_members),
};

static bool next_part(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	if (cursor->index >= window_of(of)->parts)
		return false;
	*out = value_of(&class_part, value_view(of), of->object, cursor->index++);
	return true;
}

static const struct member parts_members[] = {
	{"label", TEXT, .text = parts_label},
	{"from", TEXT, .text = parts_from},
	{"to", TEXT, .text = parts_to},
	{"previous", TEXT, .text = parts_previous},
	{"next", TEXT, .text = parts_next},
	{"parts", LIST, .next = next_part},
	{"listed", SIZE, .at = offsetof(struct view_window, listed)},
};

static const struct value_class class_parts = {
	.name = "parts",
	.members = parts_members,
	.count = MEMBER_COUNT(parts_members),
};

bool view_parts(const struct value *of, struct value *out)
{
	const struct view_site *site = value_view(of)->site;
	const struct member *member = of->detail;

	if (!site || site->windows[member->at].parts < 2)
		return false;
	*out = value_of(&class_parts, value_view(of), &site->windows[member->at], 0);
	return true;
}

/* ---- the page: the object is the site's ---- */

static const struct view_site *site_of(const struct value *of)
{
	return of->object;
}

/* `at` is the list. */
static bool is_list(const struct value *of)
{
	const struct member *member = of->detail;

	return site_of(of)->page == PAGE_LIST && site_of(of)->list == (enum view_list)member->at;
}

static bool is_index(const struct value *of)
{
	return site_of(of)->page == PAGE_INDEX;
}

static bool is_first_part(const struct value *of)
{
	return site_of(of)->windows[site_of(of)->list].part == 0;
}

static void part_number(const struct value *of, struct strbuf *out)
{
	const struct view_window *window = &site_of(of)->windows[site_of(of)->list];

	if (window->part)
		format_count(out, window->part + 1);
}

static bool page_failure_group(const struct value *of, struct value *out)
{
	const struct failure_group *failure_group = site_of(of)->subject;

	return site_of(of)->page == PAGE_FAILURE_GROUP &&
	       view_failure_group(value_view(of), failure_group, out);
}

static bool page_suite(const struct value *of, struct value *out)
{
	*out = value_of(&class_suite, value_view(of), site_of(of)->subject, 0);
	return site_of(of)->page == PAGE_SUITE;
}

static bool page_case(const struct value *of, struct value *out)
{
	*out = value_of(&class_case, value_view(of), site_of(of)->subject, 0);
	return site_of(of)->page == PAGE_CASE;
}

static bool page_run(const struct value *of, struct value *out)
{
	*out = value_of(&class_run, value_view(of), site_of(of)->subject, 0);
	return site_of(of)->page == PAGE_RUN;
}

/* The nearest run of the same case that has a page: upwards or downwards, as `at` says. */
static bool page_neighbour(const struct value *of, struct value *out)
{
	const struct view *view = value_view(of);
	const struct results *results = view->results;
	const struct member *member = of->detail;
	const struct case_group *group;
	size_t at = site_of(of)->run_at;

	if (site_of(of)->page != PAGE_RUN)
		return false;
	group = &results->cases[results->runs[at]->case_index];
	for (at += member->at; at - group->first_run < group->run_count; at += member->at) {
		if (!run_is_shown(view, results->runs[at]))
			continue;
		*out = value_of(&class_run, view, results->runs[at], 0);
		return true;
	}
	return false;
}

static void page_criteria(const struct value *of, struct value_list *list)
{
	*list = (struct value_list){.items = site_of(of)->criteria,
				    .count = site_of(of)->criterion_count,
				    .size = sizeof(*site_of(of)->criteria)};
}

static const struct member page_members[] = {
	{"is_index", FLAG, .flag = is_index},
	{"is_suites", FLAG, .flag = is_list, .at = LIST_SUITES},
	{"is_families", FLAG, .flag = is_list, .at = LIST_FAILURE_GROUPS},
	{"is_criteria", FLAG, .flag = is_list, .at = LIST_CRITERIA},
	{"is_failures", FLAG, .flag = is_list, .at = LIST_FAILING},
	{"is_flaky", FLAG, .flag = is_list, .at = LIST_FLAKY},
	{"is_notes", FLAG, .flag = is_list, .at = LIST_NOTES},
	{"is_first_part", FLAG, .flag = is_first_part},
	{"part_number", TEXT, .text = part_number},
	{"of_family", OBJECT, .object = page_failure_group},
	{"of_suite", OBJECT, .object = page_suite},
	{"of_case", OBJECT, .object = page_case},
	{"of_run", OBJECT, .object = page_run},
	{"earlier_run", OBJECT, .object = page_neighbour, .at = (size_t)-1},
	{"later_run", OBJECT, .object = page_neighbour, .at = 1},
	{"case_criteria", LIST, .list = page_criteria, .class = &class_criterion_group,
	 .has = "has_case_criteria"},
};

static const struct value_class class_page = {
	.name = "page",
	.members = page_members,
	.count = MEMBER_COUNT(page_members),
};

bool view_is_site(const struct value *of)
{
	return value_view(of)->site != NULL;
}

bool view_page(const struct value *of, struct value *out)
{
	const struct view *view = value_view(of);

	*out = value_of(&class_page, view, view->site, 0);
	return view->site != NULL;
}
