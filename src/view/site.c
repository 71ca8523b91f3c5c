#include "runtally/view/site.h"

#include <string.h>

#include "members.h"
#include "runtally/analysis/breakdown.h"
#include "runtally/base/arena.h"
#include "runtally/view/plan.h"

/* ---- parts of a list: the object is its window ---- */

static const struct view_window *window_of(const struct value *of)
{
	return of->object;
}

static enum view_list list_of(const struct value *of)
{
	return (enum view_list)(window_of(of) - value_view(of)->site->windows);
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

static int64_t parts_from(const struct value *of)
{
	return (int64_t)window_of(of)->first + 1;
}

static int64_t parts_to(const struct value *of)
{
	return (int64_t)(window_of(of)->first + window_of(of)->count);
}

/* The part before this one, or behind it: so many on as `at` says. */
static void parts_neighbour(const struct value *of, struct strbuf *out)
{
	size_t part = window_of(of)->part + value_member(of)->at;

	if (part < window_of(of)->parts)
		view_part_href(value_view(of), list_of(of), part, out);
}

/* Its index is the part's. */
static bool part_is_current(const struct value *of)
{
	return of->index == window_of(of)->part;
}

static void part_href(const struct value *of, struct strbuf *out)
{
	view_part_href(value_view(of), list_of(of), of->index, out);
}

static const struct member part_members[] = {
	{"href", TEXT, .text = part_href},
	{"is_current", FLAG, .flag = part_is_current},
};

static const struct value_class class_part = CLASS("part", part_members);

static const struct member parts_members[] = {
	{"label", TEXT, .text = parts_label},
	{"from", COUNT, .number = parts_from},
	{"to", COUNT, .number = parts_to},
	{"previous", TEXT, .text = parts_neighbour, .at = (size_t)-1},
	{"next", TEXT, .text = parts_neighbour, .at = 1},
	{"parts", LIST, PARTS(struct view_window, parts), .class = &class_part},
	{"listed", SIZE, .at = offsetof(struct view_window, listed)},
};

static const struct value_class class_parts = CLASS("parts", parts_members);

/* Of the report; `at` is the list. */
static bool parts_of_list(const struct value *of, struct value *out)
{
	const struct view_site *site = value_view(of)->site;
	const struct view_window *window = site ? &site->windows[value_member(of)->at] : NULL;

	if (!window || window->parts < 2)
		return false;
	*out = value_made(of, window, 0);
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
	return site_of(of)->page == PAGE_LIST && site_of(of)->list == value_member(of)->at;
}

static bool is_first_part(const struct value *of)
{
	return site_of(of)->windows[site_of(of)->list].part == 0;
}

static int64_t part_number(const struct value *of)
{
	size_t part = site_of(of)->windows[site_of(of)->list].part;

	return part ? (int64_t)part + 1 : FIGURE_UNKNOWN;
}

static bool page_failure_group(const struct value *of, struct value *out)
{
	const struct failure_group *group = site_of(of)->subject;

	if (site_of(of)->page != PAGE_FAILURE_GROUP)
		return false;
	*out = value_made(of, group, (size_t)(group - value_view(of)->failure_groups->items));
	return true;
}

/* `at` is the kind of page that is about such a thing. */
static bool page_subject(const struct value *of, struct value *out)
{
	*out = value_made(of, site_of(of)->subject, 0);
	return site_of(of)->page == value_member(of)->at;
}

/* The nearest run of the same case that has a page: upwards or downwards, as `at` says. */
static bool page_neighbour(const struct value *of, struct value *out)
{
	const struct view *view = value_view(of);
	const struct results *results = view->results;
	const struct case_group *group;
	size_t at = site_of(of)->run_at, step = value_member(of)->at;

	if (site_of(of)->page != PAGE_RUN)
		return false;
	group = &results->cases[results->runs[at]->case_index];
	for (at += step; at - group->first_run < group->run_count; at += step) {
		if (!run_is_shown(view, results->runs[at]))
			continue;
		*out = value_made(of, results->runs[at], 0);
		return true;
	}
	return false;
}

static const struct member page_members[] = {
	{"is_index", IS, .at = offsetof(struct view_site, page), .mask = 1U << PAGE_INDEX},
	{"is_suites", FLAG, .flag = is_list, .at = LIST_SUITES},
	{"is_families", FLAG, .flag = is_list, .at = LIST_FAILURE_GROUPS},
	{"is_criteria", FLAG, .flag = is_list, .at = LIST_CRITERIA},
	{"is_failures", FLAG, .flag = is_list, .at = LIST_FAILING},
	{"is_flaky", FLAG, .flag = is_list, .at = LIST_FLAKY},
	{"is_notes", FLAG, .flag = is_list, .at = LIST_NOTES},
	{"is_first_part", FLAG, .flag = is_first_part},
	{"part_number", COUNT, .number = part_number},
	{"of_family", OBJECT, .object = page_failure_group, .is = CLASS_FAILURE_GROUP},
	{"of_suite", OBJECT, .object = page_subject, .at = PAGE_SUITE, .is = CLASS_SUITE},
	{"of_case", OBJECT, .object = page_subject, .at = PAGE_CASE, .is = CLASS_CASE},
	{"of_run", OBJECT, .object = page_subject, .at = PAGE_RUN, .is = CLASS_RUN},
	{"earlier_run", OBJECT, .object = page_neighbour, .at = (size_t)-1, .is = CLASS_RUN},
	{"later_run", OBJECT, .object = page_neighbour, .at = 1, .is = CLASS_RUN},
	{"case_criteria", LIST, ITEMS(struct view_site, criteria, criterion_count),
	 .is = CLASS_CRITERION_GROUP, .has = "has_case_criteria"},
};

static const struct value_class class_page = CLASS("page", page_members);

/* ---- what the search finds ---- */

/* What a row takes beside its names: a link, a rate, what stands between them. */
enum { ROW_PRICE = 60 };

static bool buy_row(uint64_t *left, const char *name, const char *context)
{
	uint64_t price = ROW_PRICE + strlen(name) + strlen(context);

	if (price > *left)
		return false;
	*left -= price;
	return true;
}

static void find_suites(struct view_search *search, const struct view *view, uint64_t *left)
{
	const struct results *results = view->results;

	for (size_t i = 0; i < results->suite_count; i++) {
		const struct suite_group *suite = results->worst[i];
		size_t at = (size_t)(suite - results->suites);

		search->suites[at] =
			view->plan->suites[at] && buy_row(left, suite->title, suite->source);
		search->is_cut = search->is_cut || !search->suites[at];
	}
}

/* Those of a suite that have failures, or those that have none. */
static void find_cases(struct view_search *search, const struct view *view,
		       const struct suite_group *suite, bool failing, uint64_t *left)
{
	const struct results *results = view->results;

	for (size_t at = suite->first_case; at < suite->first_case + suite->case_count; at++) {
		const struct case_group *group = &results->cases[at];

		if ((tally_failures(&group->tally) > 0) != failing)
			continue;
		search->cases[at] = search->suites[group->suite] && view->plan->cases[at] &&
				    buy_row(left, group->name, "");
		search->is_cut = search->is_cut || !search->cases[at];
	}
}

static bool lists_all_causes(const struct view *view)
{
	return !view->failure_groups ||
	       view->site->windows[LIST_FAILURE_GROUPS].listed == view->failure_groups->count;
}

void view_search_init(struct view_search *search, const struct view *view, uint64_t bytes)
{
	const struct results *results = view->results;

	*search = (struct view_search){
		.suites = memory_alloc(results->suite_count * sizeof(*search->suites)),
		.cases = memory_alloc(results->case_count * sizeof(*search->cases)),
		.is_cut = !lists_all_causes(view),
	};
	find_suites(search, view, &bytes);
	for (int failing = 1; failing >= 0; failing--)
		for (size_t i = 0; i < results->suite_count; i++)
			find_cases(search, view, results->worst[i], failing, &bytes);
}

void view_search_release(struct view_search *search)
{
	memory_free(search->suites);
	memory_free(search->cases);
}

static const struct view_search *search_of(const struct value *of)
{
	return value_view(of)->site->search;
}

static bool keeps_found_case(const struct value *of, const void *item, size_t index)
{
	const struct suite_group *suite = of->object;

	(void)item;
	return search_of(of)->cases[suite->first_case + index];
}

static void found_cases(const struct value *of, struct value_list *list)
{
	const struct suite_group *suite = of->object;

	value_items(list, value_view(of)->results->cases + suite->first_case, suite->case_count,
		    sizeof(struct case_group));
	list->keeps = keeps_found_case;
}

static const struct member found_suite_members[] = {
	{"cases", LIST, .list = found_cases, .is = CLASS_CASE},
};

static const struct value_class class_found_suite =
	CLASS_BASED("suite of the search", found_suite_members, &class_suite);

static bool keeps_found_suite(const struct value *of, const void *item, size_t index)
{
	const struct suite_group *suite = item;

	(void)index;
	return search_of(of)->suites[suite - value_view(of)->results->suites];
}

/* The worst first, as their cases in the report. */
static const void *results_from(const struct value *of)
{
	return value_view(of)->results;
}

/* Those of all parts of the list. */
static void found_causes(const struct value *of, struct value_list *list)
{
	const struct failure_groups *groups = value_view(of)->failure_groups;

	if (!groups)
		return;
	value_items(list, groups->items, groups->count, sizeof(*groups->items));
	list->cut = true;
	list->most = view_window(value_view(of), LIST_FAILURE_GROUPS).listed;
}

static const struct member search_members[] = {
	{"is_cut", FLAG, .at = offsetof(struct view_search, is_cut)},
	{"suites", LIST, .from = results_from, POINTERS(struct results, worst, suite_count),
	 .keeps = keeps_found_suite, .class = &class_found_suite},
	{"causes", LIST, .list = found_causes, .is = CLASS_FAILURE_GROUP},
};

static const struct value_class class_search = CLASS("search", search_members);

static const void *search_from(const struct value *of)
{
	return value_view(of)->site ? search_of(of) : NULL;
}

/* ---- members of the report ---- */

#define PARTS_OF(list) OBJECT, .object = parts_of_list, .at = (list), .class = &class_parts

static const struct member report_members[] = {
	{"is_site", SET, .at = offsetof(struct view, site)},
	{"page", POINTER, .at = offsetof(struct view, site), .class = &class_page},
	{"search", OBJECT, .from = search_from, .class = &class_search},
	{"suite_parts", PARTS_OF(LIST_SUITES)},
	{"family_parts", PARTS_OF(LIST_FAILURE_GROUPS)},
	{"criteria_parts", PARTS_OF(LIST_CRITERIA)},
	{"failing_parts", PARTS_OF(LIST_FAILING)},
	{"flaky_parts", PARTS_OF(LIST_FLAKY)},
	{"note_parts", PARTS_OF(LIST_NOTES)},
	{"case_parts", PARTS_OF(LIST_CASES)},
	{"run_parts", PARTS_OF(LIST_RUNS)},
};

const struct value_class report_site = CLASS("pages of the report", report_members);
