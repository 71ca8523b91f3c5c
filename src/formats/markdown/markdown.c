#include "markdown.h"

#include "../budget.h"
#include "runtally/analysis/compare.h"
#include "runtally/view/view.h"

static int render_with(const struct rendering *rendering, size_t rows, struct budget *page,
		       struct error *err)
{
	struct view view = *rendering->view;

	view.rows = rows;
	return budget_render(page, rendering, &view, err);
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static uint64_t longest_compared(const struct comparison *comparison)
{
	if (!comparison)
		return 0;
	return larger(comparison->suites_changed[CHANGE_WORSE] +
			      comparison->suites_changed[CHANGE_BETTER],
		      larger(comparison->broken, comparison->fixed));
}

/* The longest of the lists that the budget may cut. */
static size_t longest_list(const struct view *view)
{
	const struct results *results = view->results;
	uint64_t counts[] = {results->suite_count, results->failing_cases, results->flaky_cases,
			     tally_failures(&results->totals), view->notes->count};
	uint64_t longest = larger(longest_compared(view->comparison), 1);

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		longest = larger(longest, counts[i]);
	return (size_t)longest;
}

/* The most rows that fit, by halving; `page` then holds the report with them. */
static int fit(const struct rendering *rendering, struct budget *page, struct error *err)
{
	size_t fits = 0, over = longest_list(rendering->view);

	/* A row takes more than a byte, so there is no use in trying more. */
	if (over > page->budget)
		over = page->budget;
	if (render_with(rendering, over, page, err))
		return -1;
	if (!page->over)
		return 0;
	while (over - fits > 1) {
		size_t middle = fits + (over - fits) / 2;

		if (render_with(rendering, middle, page, err))
			return -1;
		*(page->over ? &over : &fits) = middle;
	}
	page->budget = SIZE_MAX;
	return render_with(rendering, fits, page, err);
}

int markdown_render(const struct rendering *rendering, struct error *err)
{
	struct budget page;
	int failed;

	budget_init(&page, rendering->view->render->markdown_bytes);
	failed = fit(rendering, &page, err);
	if (!failed)
		failed = budget_write(&page, rendering, err);
	budget_release(&page);
	return failed;
}
