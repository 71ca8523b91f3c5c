#include "runtally/view/plan.h"

#include <stdlib.h>
#include <string.h>

#include "runtally/analysis/breakdown.h"
#include "runtally/analysis/failure_groups.h"
#include "runtally/base/arena.h"

/*
 * What a step adds, over and over: a case (c), a run with its details (d), a row of each list (r);
 * to a site also a suite (s), and a page of a cause with each case.
 */
static const char page_steps[] = "ccrd", site_steps[] = "srcdrsdr";

static size_t larger(size_t a, uint64_t b)
{
	return a > b ? a : (size_t)b;
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t steps_of(const struct view_plan *plan, char kind, size_t amount)
{
	const char *steps = plan->in_pages ? site_steps : page_steps;
	size_t length = strlen(steps), count = 0;

	for (size_t i = 0; i < length; i++)
		if (steps[i] == kind)
			count += amount / length + (i < amount % length);
	return count;
}

/* How many have details to show. */
static uint64_t runs_wanted(const struct view *view)
{
	if (view->details == DETAILS_ALL)
		return view->results->run_count;
	return view->details == DETAILS_FAILED ? tally_failures(&view->results->totals) : 0;
}

/* ---- the order in which cases and runs come ---- */

/* Those that have failures, or those that have none, of the worst suite first. */
static void order_cases(struct view_plan *plan, const struct results *results, bool failing)
{
	for (size_t i = 0; i < results->suite_count; i++) {
		const struct suite_group *suite = results->worst[i];

		for (size_t at = suite->first_case; at < suite->first_case + suite->case_count;
		     at++)
			if ((tally_failures(&results->cases[at].tally) > 0) == failing)
				plan->case_order[plan->case_count++] = at;
	}
}

/* Which runs of a case are asked for: all rounds together ask for each once. */
enum round { LATEST_FAILURE, OTHER_FAILURES, OTHERS, ROUNDS };

static void order_runs(struct view_plan *plan, const struct view *view,
		       const struct case_group *group, enum round round)
{
	struct run *const *runs = view->results->runs + group->first_run;
	size_t end = plan->in_pages ? group->run_count - view_plan_runs_listed(group) : 0;
	bool latest = true;

	for (size_t i = group->run_count; i > end; i--) {
		bool failure = run_is_failure(runs[i - 1]);
		enum round own = !failure ? OTHERS : latest ? LATEST_FAILURE : OTHER_FAILURES;

		latest = latest && !failure;
		if (own == round && run_is_shown(view, runs[i - 1]))
			plan->run_order[plan->order_count++] = runs[i - 1];
	}
}

void view_plan_init(struct view_plan *plan, const struct view *view, bool in_pages,
		    uint64_t largest, escape_fn *escape)
{
	const struct results *results = view->results;
	size_t wanted = (size_t)runs_wanted(view);

	*plan = (struct view_plan){
		.in_pages = in_pages,
		.largest = largest,
		.escape = escape,
		.suites = memory_alloc(results->suite_count * sizeof(*plan->suites)),
		.cases = memory_alloc(results->case_count * sizeof(*plan->cases)),
		.matrices = memory_alloc(results->suite_count * sizeof(*plan->matrices)),
		.case_order = memory_alloc(results->case_count * sizeof(*plan->case_order)),
		.run_order = memory_alloc(wanted * sizeof(*plan->run_order)),
		.is_small = memory_alloc(wanted * sizeof(*plan->is_small)),
		.runs = memory_alloc(wanted * sizeof(*plan->runs)),
	};
	memset(plan->is_small, 0, wanted * sizeof(*plan->is_small));
	order_cases(plan, results, true);
	order_cases(plan, results, false);
	for (enum round round = LATEST_FAILURE; round < ROUNDS; round++)
		for (size_t i = 0; i < plan->case_count; i++)
			order_runs(plan, view, &results->cases[plan->case_order[i]], round);
}

void view_plan_release(struct view_plan *plan)
{
	memory_free(plan->suites);
	memory_free(plan->cases);
	memory_free(plan->matrices);
	memory_free(plan->case_order);
	memory_free(plan->run_order);
	memory_free(plan->is_small);
	memory_free(plan->runs);
}

/* ---- runs that would take too much ---- */

/* Bytes of a text that are escaped at once; whether shorter ones take more is no matter. */
enum { PART_LENGTH = 16384 };

/* Adds what a text takes once it is escaped, as far as that matters. */
static void add_text(const struct view_plan *plan, const char *text, uint64_t *bytes)
{
	struct strbuf escaped = STRBUF_INIT;
	size_t left = text ? strlen(text) : 0, part;

	if (left < PART_LENGTH)
		*bytes += left;
	for (; left >= PART_LENGTH && *bytes <= plan->largest; text += part, left -= part) {
		part = utf8_cut(text, left, PART_LENGTH);
		strbuf_reset(&escaped);
		plan->escape(&escaped, text, part, 0);
		*bytes += escaped.length;
	}
	strbuf_release(&escaped);
}

static void add_messages(const struct view_plan *plan, const struct message *messages, size_t count,
			 uint64_t *bytes)
{
	for (size_t i = 0; i < count; i++)
		add_text(plan, messages[i].content, bytes);
}

/* Its texts alone tell; they are less than what it takes on a page. */
static bool is_too_large(const struct view_plan *plan, const struct view *view,
			 const struct run *kept)
{
	const struct details *details = view_load(view, kept)->details;
	uint64_t bytes = 0;

	if (!details)
		return false;
	add_messages(plan, details->transcript, details->transcript_count, &bytes);
	for (size_t i = 0; i < details->passage_count; i++)
		add_text(plan, details->passages[i].text, &bytes);
	for (size_t i = 0; i < details->turn_count; i++) {
		const struct turn *turn = &details->turns[i];

		add_text(plan, turn->expected, &bytes);
		add_messages(plan, turn->input, turn->input_count, &bytes);
		add_messages(plan, turn->output, turn->output_count, &bytes);
	}
	return bytes > plan->largest;
}

bool view_plan_drop(struct view_plan *plan, const struct run *run)
{
	size_t i = 0;

	while (i < plan->order_count && plan->run_order[i] != run)
		i++;
	if (i == plan->order_count)
		return false;
	plan->run_order[i] = NULL;
	return true;
}

/* ---- so much of everything ---- */

static int compare_addresses(const void *left, const void *right)
{
	uintptr_t a = (uintptr_t) * (const struct run *const *)left;
	uintptr_t b = (uintptr_t) * (const struct run *const *)right;

	return (a > b) - (a < b);
}

static void show_cases(struct view_plan *plan, const struct results *results, size_t amount)
{
	size_t count = smaller(steps_of(plan, 'c', amount), plan->case_count);
	size_t suites = smaller(steps_of(plan, 's', amount), results->suite_count);

	memset(plan->suites, 0, results->suite_count * sizeof(*plan->suites));
	memset(plan->cases, 0, results->case_count * sizeof(*plan->cases));
	for (size_t i = 0; i < count; i++) {
		plan->cases[plan->case_order[i]] = true;
		plan->suites[results->cases[plan->case_order[i]].suite] = true;
	}
	for (size_t i = 0; i < suites; i++)
		plan->suites[results->worst[i] - results->suites] = true;
	plan->omitted_cases = results->case_count - count;
	plan->omitted_suites = results->suite_count;
	for (size_t i = 0; i < results->suite_count; i++)
		plan->omitted_suites -= plan->suites[i];
}

/* Those of the worst suites, with a row for each case that is listed. */
static void show_matrices(struct view_plan *plan, const struct results *results)
{
	size_t left = plan->rows / 2;

	memset(plan->matrices, plan->in_pages, results->suite_count * sizeof(*plan->matrices));
	for (size_t i = 0; i < results->suite_count && !plan->in_pages; i++) {
		const struct suite_group *suite = results->worst[i];
		size_t rows = 0;

		for (size_t at = suite->first_case; at < suite->first_case + suite->case_count;
		     at++)
			rows += plan->cases[at];
		if (!rows || rows > left)
			continue;
		plan->matrices[suite - results->suites] = true;
		left -= rows;
	}
}

/* Of cases that are listed. */
static void show_runs(struct view_plan *plan, const struct view *view, size_t amount)
{
	size_t count = steps_of(plan, 'd', amount);

	plan->run_count = 0;
	for (size_t i = 0; i < plan->order_count && plan->run_count < count; i++) {
		const struct run *run = plan->run_order[i];

		if (!run || !plan->cases[run->case_index])
			continue;
		if (!plan->in_pages && !plan->is_small[i] && is_too_large(plan, view, run)) {
			plan->run_order[i] = NULL;
			continue;
		}
		plan->is_small[i] = true;
		plan->runs[plan->run_count++] = run;
	}
	plan->omitted_runs = runs_wanted(view) - plan->run_count;
	if (plan->run_count)
		qsort(plan->runs, plan->run_count, sizeof(*plan->runs), compare_addresses);
}

void view_plan_show(struct view_plan *plan, const struct view *view, size_t amount)
{
	plan->rows = steps_of(plan, 'r', amount);
	plan->causes = steps_of(plan, 'c', amount);
	show_cases(plan, view->results, amount);
	show_matrices(plan, view->results);
	show_runs(plan, view, amount);
}

static bool plan_shows(const struct view_plan *plan, const struct run *run)
{
	return plan->run_count &&
	       bsearch(&run, plan->runs, plan->run_count, sizeof(*plan->runs), compare_addresses);
}

bool view_plan_drop_step(struct view_plan *plan, const struct view *view, size_t amount)
{
	size_t count, dropped = 0;
	const struct run **more;

	view_plan_show(plan, view, amount);
	count = plan->run_count;
	more = memory_alloc(count * sizeof(*more));
	if (count)
		memcpy(more, plan->runs, count * sizeof(*more));
	view_plan_show(plan, view, amount - 1);
	for (size_t i = 0; i < count; i++)
		if (!plan_shows(plan, more[i]))
			dropped += view_plan_drop(plan, more[i]);
	memory_free(more);
	return dropped > 0;
}

size_t view_plan_most(const struct view *view)
{
	const struct results *results = view->results;
	size_t most = larger(results->suite_count, results->failing_cases);

	most = larger(most, results->flaky_cases);
	most = larger(most, results->case_count * 2);
	most = larger(most, runs_wanted(view));
	most = larger(most, view->failure_groups ? view->failure_groups->count : 0);
	most = larger(most, view->criteria ? view->criteria->count : 0);
	return (larger(most, view->notes->count) + 1) * (sizeof(site_steps) - 1);
}

size_t view_plan_runs_listed(const struct case_group *group)
{
	return smaller(group->run_count, SITE_RUNS_LISTED);
}

bool run_is_shown(const struct view *view, const struct run *run)
{
	if (view->details == DETAILS_NONE ||
	    (view->details == DETAILS_FAILED && !run_is_failure(run)))
		return false;
	return !view->plan || plan_shows(view->plan, run);
}
