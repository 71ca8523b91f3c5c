#include "site.h"

#include <stdint.h>
#include <string.h>

#include "../budget.h"
#include "runtally/analysis/breakdown.h"
#include "runtally/analysis/failure_groups.h"
#include "runtally/base/arena.h"
#include "runtally/view/brand.h"
#include "runtally/view/plan.h"
#include "runtally/view/site.h"
#include "runtally/view/view.h"

/* How many elements of a list stand on the page where it begins, and on each further one. */
static const struct list_size {
	size_t first, rest;
} list_sizes[LIST_COUNT] = {
	[LIST_SUITES] = {40, 100},
	[LIST_FAILURES] = {SIZE_MAX, SIZE_MAX},
	[LIST_FAILING] = {16, 200},
	[LIST_FLAKY] = {8, 100},
	[LIST_FAILURE_GROUPS] = {8, 100},
	[LIST_CRITERIA] = {6, 100},
	[LIST_NOTES] = {20, 200},
	[LIST_CASES] = {SITE_CASES_A_PAGE, SITE_CASES_A_PAGE},
	[LIST_RUNS] = {SITE_RUNS_A_PAGE, SITE_RUNS_A_PAGE},
};

/* A list of the index has so many parts at most. */
enum { PARTS_MAX = 20 };

/* Hundredths of the site's bytes for its search, and what a browser reads at once at most. */
enum { SEARCH_SHARE = 3, SEARCH_BYTES = 4000000 };

/* Of a case. */
enum { CRITERIA_LISTED = 50 };

/* No run takes more than this part of a site: one in so many. */
enum { LARGEST_RUN = 4 };

struct site {
	const struct rendering *rendering;
	struct budget *budget; /* of what is measured; NULL: it is written */
	uint64_t files;        /* so far */
	bool dropped;          /* a run was, so that others have room */
	struct view view;
	struct view_site page;
	struct view_plan plan;
	struct view_search search;
	struct strbuf name;
	struct criteria criteria; /* of a case */
};

static const char index_file[] = "index.html", script_file[] = "site.js",
		  style_file[] = "style.css", search_file[] = "search.js";

/* ---- pages ---- */

static int begin_file(struct site *site, const char *name, struct error *err)
{
	site->files++;
	if (!site->budget)
		return site->rendering->begin_file(site->rendering->ctx, name, err);
	site->budget->over = site->files > site->view.render->site_files;
	return site->budget->over ? error_set(err, "over the budget of files") : 0;
}

/* A render_sink for the file that was begun. */
static int write_file(void *ctx, const char *bytes, size_t length, struct error *err)
{
	const struct site *site = ctx;

	if (site->budget)
		return budget_sink(site->budget, bytes, length, err);
	return site->rendering->sink(site->rendering->ctx, bytes, length, err);
}

/* Into the file that was begun. */
static int render_into(struct site *site, const char *template, escape_fn *escape,
		       struct error *err)
{
	return mustache_render(site->rendering->templates, template, view_root(&site->view), escape,
			       write_file, site, err);
}

static int render_escaped(struct site *site, const char *template, const char *name,
			  escape_fn *escape, struct error *err)
{
	return begin_file(site, name, err) ? -1 : render_into(site, template, escape, err);
}

static int render_as(struct site *site, const char *template, const char *name, struct error *err)
{
	return render_escaped(site, template, name, site->rendering->format->escape, err);
}

static void set_part(struct site *site, enum view_list list, size_t part)
{
	struct view_window *window = &site->page.windows[list];
	size_t size = part ? window->rest : window->opening;

	window->part = part;
	window->first = part ? window->opening + (part - 1) * window->rest : 0;
	window->count =
		window->listed - window->first < size ? window->listed - window->first : size;
}

static void set_list(struct site *site, enum view_list list, size_t listed)
{
	const struct list_size *size = &list_sizes[list];
	size_t more = listed > size->first ? listed - size->first : 0;

	site->page.windows[list] = (struct view_window){
		.listed = listed,
		.opening = size->first,
		.rest = size->rest,
		.parts = 1 + (more ? 1 + (more - 1) / size->rest : 0),
	};
	set_part(site, list, 0);
}

static void set_page(struct site *site, enum site_page page, const void *subject)
{
	site->page.page = page;
	site->page.subject = subject;
	site->page.criterion_count = 0;
}

/* The list's parts from `first` on, each a page. */
static int render_parts(struct site *site, enum view_list list, const char *template, size_t first,
			struct error *err)
{
	int failed = 0;

	site->page.list = list;
	for (size_t part = first; part < site->page.windows[list].parts && !failed; part++) {
		set_part(site, list, part);
		strbuf_reset(&site->name);
		site_file(&site->view, list, part, &site->name);
		failed = render_as(site, template, site->name.text, err);
	}
	set_part(site, list, 0);
	return failed;
}

/* ---- the index and its lists ---- */

static const enum view_list index_lists[] = {LIST_SUITES,  LIST_FAILURE_GROUPS, LIST_CRITERIA,
					     LIST_FAILING, LIST_FLAKY,          LIST_NOTES};
enum { INDEX_LISTS = sizeof(index_lists) / sizeof(index_lists[0]) };

static int render_index(struct site *site, struct error *err)
{
	int failed;

	set_page(site, PAGE_INDEX, NULL);
	failed = render_as(site, site->rendering->format->template, index_file, err);
	set_page(site, PAGE_LIST, NULL);
	for (size_t i = 0; i < INDEX_LISTS && !failed; i++)
		failed = render_parts(site, index_lists[i], "page_list", 1, err);
	return failed;
}

/* ---- suites, cases, runs ---- */

static size_t planned_cases(const struct site *site, const struct suite_group *suite)
{
	size_t planned = 0;

	for (size_t i = 0; i < suite->case_count; i++)
		planned += site->plan.cases[suite->first_case + i];
	return planned;
}

static int render_suite(struct site *site, const struct suite_group *suite, struct error *err)
{
	set_page(site, PAGE_SUITE, suite);
	set_list(site, LIST_CASES, planned_cases(site, suite));
	return render_parts(site, LIST_CASES, "page_suite", 0, err);
}

static void count_criteria(struct site *site, const struct case_group *group)
{
	const struct results *results = site->view.results;
	struct criteria *criteria = &site->criteria;

	criteria_clear(criteria);
	for (size_t i = 0; i < group->run_count; i++)
		criteria_add(criteria, results->runs[group->first_run + i]);
	site->page.criteria = criteria->items;
	site->page.criterion_count =
		criteria->count < CRITERIA_LISTED ? criteria->count : CRITERIA_LISTED;
}

static int render_case(struct site *site, const struct case_group *group, struct error *err)
{
	set_page(site, PAGE_CASE, group);
	count_criteria(site, group);
	set_list(site, LIST_RUNS, view_plan_runs_listed(group));
	return render_parts(site, LIST_RUNS, "page_case", 0, err);
}

/* A run that takes more than a page may, or much of the site, makes room for others. */
static int measure_run(struct site *site, const struct run *run, struct error *err)
{
	const struct render_options *limits = site->view.render;
	uint64_t largest = limits->site_bytes / LARGEST_RUN;
	struct budget *whole = site->budget, page;
	int failed;

	if (begin_file(site, site->name.text, err))
		return -1;
	budget_init(&page, largest < limits->html_bytes ? largest : limits->html_bytes, false);
	site->budget = &page;
	failed = render_into(site, "page_run", site->rendering->format->escape, err);
	site->budget = whole;
	if (page.over) {
		site->dropped = view_plan_drop(&site->plan, run);
		site->files--;
		return 0;
	}
	return failed ? failed : budget_sink(whole, NULL, page.taken, err);
}

static int render_run(struct site *site, size_t at, struct error *err)
{
	const struct run *run = site->view.results->runs[at];
	const struct case_group *group = &site->view.results->cases[run->case_index];

	set_page(site, PAGE_RUN, run);
	site->page.run_at = at;
	strbuf_reset(&site->name);
	view_run_href(&site->view, &site->view.results->suites[group->suite], group, run,
		      &site->name);
	return site->budget ? measure_run(site, run, err)
			    : render_as(site, "page_run", site->name.text, err);
}

static int render_failure_group(struct site *site, size_t at, struct error *err)
{
	set_page(site, PAGE_FAILURE_GROUP, &site->view.failure_groups->items[at]);
	strbuf_reset(&site->name);
	view_failure_group_href(&site->view, at, &site->name);
	return render_as(site, "page_family", site->name.text, err);
}

static int render_groups(struct site *site, struct error *err)
{
	const struct results *results = site->view.results;
	int failed = 0;

	for (size_t i = 0; i < site->page.failure_groups && !failed; i++)
		failed = render_failure_group(site, i, err);
	for (size_t i = 0; i < results->suite_count && !failed; i++)
		if (site->plan.suites[i])
			failed = render_suite(site, &results->suites[i], err);
	for (size_t i = 0; i < results->case_count && !failed; i++)
		if (site->plan.cases[i])
			failed = render_case(site, &results->cases[i], err);
	for (size_t i = 0; i < results->run_count && !failed; i++)
		if (run_is_shown(&site->view, results->runs[i]))
			failed = render_run(site, i, err);
	return failed;
}

/* ---- the plan ---- */

/* How many of a list's elements its parts together show. */
static size_t listed(enum view_list list, uint64_t count, size_t amount)
{
	const struct list_size *size = &list_sizes[list];
	size_t most = size->first + (PARTS_MAX - 1) * size->rest;

	if (amount < size->first)
		amount = size->first;
	if (amount > most)
		amount = most;
	return count < amount ? (size_t)count : amount;
}

/* Sets the lists of the index, and which of the listed failure groups have a page. */
static void plan_lists(struct site *site)
{
	const struct results *results = site->view.results;
	const uint64_t counts[LIST_COUNT] = {
		[LIST_SUITES] = results->suite_count,
		[LIST_FAILURE_GROUPS] =
			site->view.failure_groups ? site->view.failure_groups->count : 0,
		[LIST_CRITERIA] = site->view.criteria ? site->view.criteria->count : 0,
		[LIST_FAILING] = results->failing_cases,
		[LIST_FLAKY] = results->flaky_cases,
		[LIST_NOTES] = site->view.notes->count,
	};
	size_t pages;

	set_list(site, LIST_FAILURES, SIZE_MAX);
	for (size_t i = 0; i < INDEX_LISTS; i++) {
		enum view_list list = index_lists[i];

		set_list(site, list, listed(list, counts[list], site->plan.rows));
	}
	pages = site->page.windows[LIST_FAILURE_GROUPS].listed;
	if (pages > SITE_FAILURE_GROUPS)
		pages = SITE_FAILURE_GROUPS;
	site->page.failure_groups = pages < site->plan.causes ? pages : site->plan.causes;
}

static int write_logo(struct site *site, struct error *err)
{
	const struct logo *logo = site->view.logo;

	if (!logo)
		return 0;
	strbuf_reset(&site->name);
	logo_file(logo, &site->name);
	if (begin_file(site, site->name.text, err))
		return -1;
	return write_file(site, logo->bytes, logo->length, err);
}

static int render_site(struct site *site, struct error *err)
{
	if (render_index(site, err) || render_groups(site, err) ||
	    render_as(site, "page_style", style_file, err) ||
	    render_escaped(site, "page_search", search_file, escape_json, err) ||
	    write_logo(site, err))
		return -1;
	return render_as(site, script_file, script_file, err);
}

/* Bytes, or what the files take of their limit in bytes where that is more. */
static void weigh(const struct site *site, struct budget *budget)
{
	const struct render_options *limits = site->view.render;
	uint64_t a_file = limits->site_bytes / limits->site_files;

	if (budget->taken < site->files * a_file)
		budget->taken = site->files * a_file;
	budget->over = budget->over || site->files > limits->site_files;
}

/* So much of everything: measured, or with no budget written. */
static int render_amount(struct site *site, size_t amount, struct error *err)
{
	const struct render_options *limits = site->view.render;
	uint64_t search = limits->site_bytes / 100 * SEARCH_SHARE;
	int failed;

	site->files = 0;
	view_plan_show(&site->plan, &site->view, amount);
	plan_lists(site);
	if (site->budget && site->plan.run_count > limits->site_files) {
		site->budget->over = true;
		return error_set(err, "over the budget of files");
	}
	site->view.plan = &site->plan;
	site->view.site = &site->page;
	view_search_init(&site->search, &site->view, search < SEARCH_BYTES ? search : SEARCH_BYTES);
	failed = render_site(site, err);
	site->view.plan = NULL;
	site->view.site = NULL;
	view_search_release(&site->search);
	return failed;
}

static int try_amount(void *ctx, size_t amount, struct budget *budget, struct error *err)
{
	struct site *site = ctx;
	int failed;

	site->budget = budget;
	do {
		site->dropped = false;
		budget->taken = 0;
		failed = render_amount(site, amount, err);
	} while (!failed && site->dropped);
	weigh(site, budget);
	site->budget = NULL;
	return failed;
}

/* What is never left out may take more than the budget. */
static int fit_and_write(struct site *site, struct error *err)
{
	struct budget budget;
	int failed;

	budget_init(&budget, site->view.render->site_bytes, false);
	budget.spare = budget_spare(budget.limit);
	failed = budget_fit(&budget, view_plan_most(&site->view), try_amount, site, err);
	budget_release(&budget);
	return failed ? failed : render_amount(site, budget.over ? 0 : budget.amount, err);
}

int site_render(const struct rendering *rendering, struct error *err)
{
	struct site *site = memory_alloc(sizeof(*site));
	int failed;

	*site = (struct site){
		.rendering = rendering, .view = *rendering->view, .name = STRBUF_INIT};
	criteria_init(&site->criteria, false);
	view_plan_init(&site->plan, &site->view, true, UINT64_MAX, rendering->format->escape);
	site->page.search = &site->search;
	failed = fit_and_write(site, err);
	view_plan_release(&site->plan);
	criteria_release(&site->criteria);
	strbuf_release(&site->name);
	memory_free(site);
	return failed;
}

/* ---- an earlier site ---- */

/* `suite-s-0123456789abcdef-2.html`, `flaky-2.html`: only such names are ever made. */
static bool has_file(const char *name)
{
	static const char *const beginnings[] = {"index",     "suites-", "families-", "criteria-",
						 "failures-", "flaky-",  "notes-",    "cause-f-",
						 "suite-s-",  "case-c-", "run-r-"};
	static const char end[] = ".html";

	if (strcmp(name, script_file) == 0 || strcmp(name, style_file) == 0 ||
	    strcmp(name, search_file) == 0 || logo_has_file(name))
		return true;
	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++) {
		size_t length = strlen(beginnings[i]);

		if (strncmp(name, beginnings[i], length) == 0 &&
		    strcmp(name + length + strspn(name + length, "0123456789abcdef-"), end) == 0)
			return true;
	}
	return false;
}

const struct folder_kind site_folder = {
	.file = index_file,
	.mark = "<meta name=\"generator\" content=\"runtally ",
	.is_its_file = has_file,
};
