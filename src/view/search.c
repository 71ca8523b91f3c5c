#include "runtally/view/search.h"

#include <stddef.h>
#include <string.h>

#include "failure_group.h"
#include "group.h"
#include "runtally/analysis/failure_groups.h"
#include "runtally/base/arena.h"
#include "runtally/view/plan.h"
#include "runtally/view/site.h"

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

/* ---- what is found ---- */

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

/* ---- suites and their cases: the worst suite first ---- */

static const struct view_search *search_of(const struct value *of)
{
	return value_view(of)->site->search;
}

/* The cursor counts all, its position those that are found. */
static struct value found_at(const struct value *of, const struct value_class *class,
			     const void *object, struct value_cursor *cursor)
{
	size_t found = (size_t)(uintptr_t)cursor->position;

	cursor->position = (const void *)(uintptr_t)(found + 1);
	return value_of(class, value_view(of), object, found);
}

static bool next_case(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	const struct suite_group *suite = of->object;

	while (cursor->index < suite->case_count) {
		size_t at = suite->first_case + cursor->index++;

		if (!search_of(of)->cases[at])
			continue;
		*out = found_at(of, &class_case, &value_view(of)->results->cases[at], cursor);
		return true;
	}
	return false;
}

static const struct member suite_members[] = {
	{"cases", LIST, .next = next_case},
};

static const struct value_class class_found_suite = {
	.name = "suite of the search",
	.members = suite_members,
	.count = MEMBER_COUNT(suite_members),
	.base = &class_suite,
};

static bool next_suite(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	const struct results *results = value_view(of)->results;

	while (cursor->index < results->suite_count) {
		const struct suite_group *suite = results->worst[cursor->index++];

		if (!search_of(of)->suites[suite - results->suites])
			continue;
		*out = found_at(of, &class_found_suite, suite, cursor);
		return true;
	}
	return false;
}

/* ---- the search: the object is the site's ---- */

static const struct member search_members[] = {
	{"is_cut", FLAG, .at = offsetof(struct view_search, is_cut)},
	{"suites", LIST, .next = next_suite},
	{"causes", LIST, .next = view_listed_failure_groups},
};

static const struct value_class class_search = {
	.name = "search",
	.members = search_members,
	.count = MEMBER_COUNT(search_members),
};

bool view_search(const struct value *of, struct value *out)
{
	const struct view_site *site = value_view(of)->site;

	if (!site || !site->search)
		return false;
	*out = value_of(&class_search, value_view(of), site->search, 0);
	return true;
}
