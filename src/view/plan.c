#include "runtally/view/plan.h"

#include <stdlib.h>
#include <string.h>

#include "over_time.h"
#include "runtally/analysis/breakdown.h"
#include "runtally/analysis/failure_groups.h"
#include "runtally/analysis/series.h"
#include "runtally/base/arena.h"

/* What things take on a page, in bytes; rather too much than too little. */
enum {
	SUITE_ROW_PRICE = 1400,
	SECTION_PRICE = 1600,
	CASE_PRICE = 1000,
	FAILURE_PRICE = 800,
	FAILURE_GROUP_PRICE = 1600,
	CRITERION_ROW_PRICE = 900,
	SPARKLINE_PRICE = 220,
	SPARKLINE_RUN_PRICE = 16, /* one run of a sparkline, where neighbours differ */
	RUN_PRICE = 1600,
	CRITERION_PRICE = 300,
	TURN_PRICE = 900,
	MESSAGE_PRICE = 130,
	PAGE_PRICE = 2200, /* what every page of a site has */
	RUN_ROW_PRICE = 360,
	FAILURE_GROUP_RUN_PRICE = 330,
	MATRIX_PRICE = 1500,
	MATRIX_COLUMN_PRICE = 320,
	MATRIX_ROW_PRICE = 240,
	MATRIX_CELL_PRICE = 80,
	CHART_PRICE = 750,
	CHART_RUN_PRICE = 135,
	SERIES_PRICE = 1400,
	SERIES_POINT_PRICE = 370,
};

/*
 * Hundredths of the page for lists that are cut at their end, for tables of cases, and for how
 * these did by execution.
 */
enum { LISTS_SHARE = 35, CASES_SHARE = 35, MATRICES_SHARE = 4 };

/* No run takes more than this part of what is left: one in so many; or than a page may take. */
enum { LARGEST_RUN = 4 };

/* And of a site without its lists: for suites and cases. */
enum { SITE_CASES_SHARE = 80 };

/*
 * Pages of a site are counted in shares: a row in a suite's table takes one, a page of its own as
 * many as such a table has rows. A report of one page has no end of them.
 */
enum { SHARES = SITE_CASES_A_PAGE };

struct funds {
	uint64_t bytes, shares;
};

static bool spend(struct funds *left, uint64_t bytes, uint64_t shares)
{
	if (bytes > left->bytes || shares > left->shares)
		return false;
	left->bytes -= bytes;
	left->shares -= shares;
	return true;
}

static uint64_t sparkline_price(size_t runs)
{
	return SPARKLINE_PRICE +
	       (runs < SPARKLINE_LENGTH ? runs : SPARKLINE_LENGTH) * SPARKLINE_RUN_PRICE;
}

/* ---- lists that are cut at their end ---- */

static uint64_t failure_group_price(const struct failure_group *failure_group, uint64_t most)
{
	return (failure_group->runs < most ? failure_group->runs : most) * FAILURE_GROUP_RUN_PRICE;
}

uint64_t view_plan_failure_group_price(const struct failure_groups *failure_groups, size_t count)
{
	uint64_t price = 0;

	for (size_t i = 0; i < count; i++)
		price += PAGE_PRICE +
			 failure_group_price(&failure_groups->items[i], SITE_FAILURE_GROUP_RUNS);
	return price;
}

static uint64_t row_price(const struct view *view, size_t row)
{
	const struct results *results = view->results;
	uint64_t price = 0;

	if (row < results->suite_count)
		price += SUITE_ROW_PRICE + sparkline_price(results->worst[row]->sparkline_count);
	if (row < results->failing_cases)
		price += FAILURE_PRICE;
	if (view->failure_groups && row < view->failure_groups->count)
		price +=
			FAILURE_GROUP_PRICE + failure_group_price(&view->failure_groups->items[row],
								  PAGE_FAILURE_GROUP_RUNS);
	if (view->criteria && row < view->criteria->count)
		price += CRITERION_ROW_PRICE;
	if (row < results->flaky_cases)
		price += FAILURE_PRICE + sparkline_price(SPARKLINE_LENGTH);
	return price;
}

/* Notes have a limit of their own (--limit notes=N), but follow this one too. */
static void plan_rows(struct view_plan *plan, const struct view *view, struct funds *left)
{
	uint64_t price;

	do {
		price = row_price(view, plan->rows);
	} while (price && spend(left, price, 0) && ++plan->rows);
	if (!price)
		plan->rows = SIZE_MAX;
}

/* ---- how cases did by execution ---- */

static uint64_t matrix_columns(const struct suite_group *suite)
{
	return suite->run_count < MATRIX_MOST ? suite->run_count : MATRIX_MOST;
}

static uint64_t matrix_price(const struct suite_group *suite, size_t rows)
{
	uint64_t columns = matrix_columns(suite);

	return MATRIX_PRICE + columns * MATRIX_COLUMN_PRICE +
	       rows * (MATRIX_ROW_PRICE + columns * MATRIX_CELL_PRICE);
}

/* Of a page: as far as there is room, and only where a suite's cases are listed at all. */
static void plan_matrices(struct view_plan *plan, const struct view *view, struct funds *left)
{
	const struct results *results = view->results;

	plan->matrices = memory_alloc(results->suite_count * sizeof(*plan->matrices));
	memset(plan->matrices, 0, results->suite_count * sizeof(*plan->matrices));
	for (size_t i = 0; i < results->suite_count; i++) {
		const struct suite_group *suite = results->worst[i];
		size_t at = (size_t)(suite - results->suites), rows = 0;

		for (size_t row = 0; row < suite->case_count; row++)
			rows += plan->cases[suite->first_case + row];
		plan->matrices[at] = rows && spend(left, matrix_price(suite, rows), 0);
	}
}

/* ---- tables of cases ---- */

static uint64_t case_price(const struct case_group *group)
{
	return CASE_PRICE + sparkline_price(group->run_count);
}

/* Its page has the sparkline once more and a row a run, and goes on to others. */
static uint64_t case_pages(const struct case_group *group)
{
	return 1 + (view_plan_runs_listed(group) - 1) / SITE_RUNS_A_PAGE;
}

/* What it shows over time: points of the pass rate hardly ever have fewer verdicts than three. */
static uint64_t charts_price(const struct case_group *group)
{
	const struct tally *tally = &group->tally;
	uint64_t told = (tally->duration.known > 1) + (tally->latency.known > 1) +
			(tally->cost_known > 1) + (tally->score_known > 1);
	uint64_t runs = group->run_count < CHART_RUNS_MOST ? group->run_count : CHART_RUNS_MOST;
	uint64_t price = told * (CHART_PRICE + runs * CHART_RUN_PRICE);
	uint64_t points = 1 + tally_judged(tally) / 3, most;

	if (tally->last_at == TIME_UNKNOWN)
		return 0;
	if (tally_judged(tally) < SERIES_FEW)
		return price;
	most = series_length(tally->first_at, tally->last_at);
	return price + SERIES_PRICE + SERIES_POINT_PRICE * (points < most ? points : most);
}

static bool buy_case(const struct view_plan *plan, const struct suite_group *suite,
		     const struct case_group *group, bool first, struct funds *left)
{
	uint64_t price = case_price(group);

	if (!plan->in_pages)
		return spend(left, price + (first ? SECTION_PRICE : 0), 0);
	return spend(left,
		     2 * price + charts_price(group) +
			     view_plan_runs_listed(group) * RUN_ROW_PRICE + matrix_price(suite, 1) -
			     (first ? 0 : matrix_price(suite, 0)) +
			     (case_pages(group) + first) * PAGE_PRICE,
		     1 + (case_pages(group) + first) * SHARES);
}

/* Those of a suite that have failures, or those that have none; false: there is no more room. */
static bool list_cases(struct view_plan *plan, const struct results *results, size_t suite,
		       bool failing, struct funds *left)
{
	const struct suite_group *group = &results->suites[suite];

	for (size_t i = group->first_case; i < group->first_case + group->case_count; i++) {
		if ((tally_failures(&results->cases[i].tally) > 0) != failing)
			continue;
		if (!buy_case(plan, group, &results->cases[i], !plan->suites[suite], left))
			return false;
		plan->omitted_suites -= !plan->suites[suite];
		plan->suites[suite] = true;
		plan->cases[i] = true;
		plan->omitted_cases--;
	}
	return true;
}

/* Pages for suites take half of the funds at most: their cases shall have some, too. */
static void buy_suites(struct view_plan *plan, const struct results *results, struct funds *left)
{
	struct funds half = {left->bytes / 2, left->shares / 2};

	left->bytes -= half.bytes;
	left->shares -= half.shares;
	for (size_t i = 0; i < results->suite_count; i++) {
		if (!spend(&half, PAGE_PRICE + matrix_price(results->worst[i], 0), SHARES))
			break;
		plan->suites[results->worst[i] - results->suites] = true;
		plan->omitted_suites--;
	}
	left->bytes += half.bytes;
	left->shares += half.shares;
}

static void plan_cases(struct view_plan *plan, const struct view *view, struct funds *left)
{
	const struct results *results = view->results;

	plan->omitted_suites = results->suite_count;
	plan->omitted_cases = results->case_count;
	if (plan->in_pages)
		buy_suites(plan, results, left);
	for (int failing = 1; failing >= 0; failing--)
		for (size_t i = 0; i < results->suite_count; i++)
			if (!list_cases(plan, results,
					(size_t)(results->worst[i] - results->suites), failing,
					left))
				return;
}

/* ---- details of runs ---- */

/*
 * Bytes of an escaped character beyond its own, by its first byte: `&quot;`, and `[U+200B]` for
 * what would not be seen.
 */
static const unsigned char escape_prices[256] = {
	['&'] = 4,  ['<'] = 3,  ['>'] = 3,  ['"'] = 5,  ['\''] = 4,
	[0x7F] = 2, [0xC2] = 6, [0xCD] = 6, [0xE2] = 5, [0xEF] = 5,
};

static uint64_t text_price(const char *text)
{
	const char *end = text;
	uint64_t price = 0;

	for (; end && *end; end++)
		price += escape_prices[(unsigned char)*end];
	return price + (uint64_t)(end - text);
}

static uint64_t messages_price(const struct message *messages, size_t count)
{
	uint64_t price = 0;

	for (size_t i = 0; i < count; i++)
		price += MESSAGE_PRICE + text_price(messages[i].role) +
			 text_price(messages[i].content);
	return price;
}

static uint64_t details_price(const struct details *details)
{
	uint64_t price = messages_price(details->transcript, details->transcript_count);

	for (size_t i = 0; i < details->passage_count; i++)
		price += MESSAGE_PRICE + text_price(details->passages[i].text);
	for (size_t i = 0; i < details->turn_count; i++) {
		const struct turn *turn = &details->turns[i];

		price += TURN_PRICE + text_price(turn->expected) +
			 messages_price(turn->input, turn->input_count) +
			 messages_price(turn->output, turn->output_count);
	}
	return price;
}

/* Names stand there several times, and some characters take more bytes than they have. */
static uint64_t run_price(const struct view *view, const struct run *kept)
{
	const struct run *run = view_load(view, kept);
	uint64_t price = text_price(run->reason) + 2 * text_price(run->test_case.name);

	for (size_t i = 0; i < run->criterion_count; i++)
		price += CRITERION_PRICE + text_price(run->criteria[i].name) +
			 text_price(run->criteria[i].detail);
	if (run->details)
		price += details_price(run->details);
	return RUN_PRICE + price + price / 8;
}

/* Which runs of a case are asked for: all rounds together ask for each once. */
enum round { LATEST_FAILURE, OTHER_FAILURES, OTHERS, ROUNDS };

struct choice {
	struct view_plan *plan;
	const struct view *view;
	enum round round;
	struct funds left;
	uint64_t largest;
	size_t capacity;
};

static void choose(struct choice *choice, const struct run *run)
{
	struct view_plan *plan = choice->plan;

	plan->runs = array_reserve(plan->runs, &choice->capacity, plan->run_count + 1,
				   sizeof(*plan->runs));
	plan->runs[plan->run_count++] = run;
	plan->omitted_runs--;
}

static bool buy_run(struct choice *choice, uint64_t price)
{
	if (!choice->plan->in_pages)
		return spend(&choice->left, price, 0);
	return spend(&choice->left, price + PAGE_PRICE, SHARES);
}

/* A run that would take much of the page makes room for others; false: there is no more room. */
static bool choose_runs(struct choice *choice, const struct case_group *group)
{
	struct run *const *runs = choice->view->results->runs + group->first_run;
	size_t end = choice->plan->in_pages ? group->run_count - view_plan_runs_listed(group) : 0;
	bool latest = true;

	for (size_t i = group->run_count; i > end; i--) {
		const struct run *run = runs[i - 1];
		bool failure = run_is_failure(run);
		enum round round = !failure ? OTHERS : latest ? LATEST_FAILURE : OTHER_FAILURES;
		uint64_t price;

		latest = latest && !failure;
		if (round != choice->round || !run_is_shown(choice->view, run))
			continue;
		price = run_price(choice->view, run);
		if (price > choice->largest)
			continue;
		if (!buy_run(choice, price))
			return false;
		choose(choice, run);
		if (round == LATEST_FAILURE)
			break;
	}
	return true;
}

static bool choose_in_suite(struct choice *choice, const struct suite_group *suite)
{
	const struct results *results = choice->view->results;

	for (size_t i = suite->first_case; i < suite->first_case + suite->case_count; i++)
		if (choice->plan->cases[i] && !choose_runs(choice, &results->cases[i]))
			return false;
	return true;
}

static int compare_addresses(const void *left, const void *right)
{
	uintptr_t a = (uintptr_t) * (const struct run *const *)left;
	uintptr_t b = (uintptr_t) * (const struct run *const *)right;

	return (a > b) - (a < b);
}

/* How many have details to show. */
static uint64_t runs_wanted(const struct view *view)
{
	if (view->details == DETAILS_ALL)
		return view->results->run_count;
	return view->details == DETAILS_FAILED ? tally_failures(&view->results->totals) : 0;
}

static void plan_runs(struct view_plan *plan, const struct view *view, struct funds left)
{
	const struct results *results = view->results;
	struct choice choice = {
		.plan = plan, .view = view, .left = left, .largest = left.bytes / LARGEST_RUN};
	bool room = true;

	if (choice.largest > view->render->html_bytes)
		choice.largest = view->render->html_bytes;
	plan->omitted_runs = runs_wanted(view);
	for (; choice.round < ROUNDS && room; choice.round++)
		for (size_t i = 0; i < results->suite_count && room; i++)
			room = choose_in_suite(&choice, results->worst[i]);
	if (plan->run_count)
		qsort(plan->runs, plan->run_count, sizeof(*plan->runs), compare_addresses);
}

static void plan_init(struct view_plan *plan, const struct results *results, bool in_pages)
{
	*plan = (struct view_plan){.in_pages = in_pages};
	plan->suites = memory_alloc(results->suite_count * sizeof(*plan->suites));
	plan->cases = memory_alloc(results->case_count * sizeof(*plan->cases));
	memset(plan->suites, 0, results->suite_count * sizeof(*plan->suites));
	memset(plan->cases, 0, results->case_count * sizeof(*plan->cases));
}

void view_plan_init(struct view_plan *plan, const struct view *view, uint64_t bytes)
{
	struct funds lists = {bytes / 100 * LISTS_SHARE, UINT64_MAX};
	struct funds cases = {bytes / 100 * CASES_SHARE, UINT64_MAX};
	struct funds matrices = {bytes / 100 * MATRICES_SHARE, UINT64_MAX};
	struct funds details = {bytes - lists.bytes - cases.bytes - matrices.bytes, UINT64_MAX};

	plan_init(plan, view->results, false);
	plan_rows(plan, view, &lists);
	cases.bytes += lists.bytes;
	plan_cases(plan, view, &cases);
	plan_matrices(plan, view, &matrices);
	details.bytes += cases.bytes + matrices.bytes;
	plan_runs(plan, view, details);
}

void view_plan_site(struct view_plan *plan, const struct view *view, uint64_t bytes, uint64_t pages)
{
	struct funds all = {bytes, pages < UINT64_MAX / SHARES ? pages * SHARES : UINT64_MAX};
	struct funds cases = {bytes / 100 * SITE_CASES_SHARE, all.shares / 100 * SITE_CASES_SHARE};
	uint64_t wanted = runs_wanted(view) * SHARES;

	plan_init(plan, view->results, true);
	if (wanted < all.shares - cases.shares)
		cases.shares = all.shares - wanted;
	all.bytes -= cases.bytes;
	all.shares -= cases.shares;
	plan_cases(plan, view, &cases);
	all.bytes += cases.bytes;
	all.shares += cases.shares;
	plan_runs(plan, view, all);
}

size_t view_plan_runs_listed(const struct case_group *group)
{
	return group->run_count < SITE_RUNS_LISTED ? group->run_count : SITE_RUNS_LISTED;
}

void view_plan_release(struct view_plan *plan)
{
	memory_free(plan->suites);
	memory_free(plan->cases);
	memory_free(plan->matrices);
	memory_free(plan->runs);
}

bool view_plan_has_matrix(const struct view_plan *plan, size_t suite)
{
	return !plan->matrices || plan->matrices[suite];
}

bool run_is_shown(const struct view *view, const struct run *run)
{
	if (view->details == DETAILS_NONE ||
	    (view->details == DETAILS_FAILED && !run_is_failure(run)))
		return false;
	if (!view->plan)
		return true;
	return view->plan->run_count && bsearch(&run, view->plan->runs, view->plan->run_count,
						sizeof(*view->plan->runs), compare_addresses);
}
