#include "runtally/markdown.h"

#include "runtally/view.h"

/* Collects the bytes; ends the rendering once they are over the budget. */
struct page {
	struct strbuf text;
	size_t budget;
	bool over;
};

static int collect(void *ctx, const char *bytes, size_t length, struct error *err)
{
	struct page *page = ctx;

	page->over = length > page->budget - page->text.length;
	if (page->over)
		return error_set(err, "over the size budget");
	strbuf_add(&page->text, bytes, length);
	return 0;
}

/* 0: it fits, or it does not and page->over is set; -1: an error. */
static int render_with(const struct rendering *rendering, size_t rows, struct page *page,
		       struct error *err)
{
	struct view view = *rendering->view;
	int failed;

	view.rows = rows;
	strbuf_reset(&page->text);
	page->over = false;
	failed = mustache_render(rendering->templates, rendering->format->template,
				 view_root(&view), rendering->format->escape, collect, page, err);
	return page->over ? 0 : failed;
}

/* The longest of the lists that the budget may cut. */
static size_t longest_list(const struct view *view)
{
	const struct report *report = view->report;
	uint64_t counts[] = {report->suite_count, report->failing_cases, report->flaky_cases,
			     tally_failures(&report->totals), view->notes->count};
	uint64_t longest = 1;

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		if (counts[i] > longest)
			longest = counts[i];
	return (size_t)longest;
}

/* The most rows that fit, by halving; `page` then holds the report with them. */
static int fit(const struct rendering *rendering, struct page *page, struct error *err)
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
	uint64_t budget = rendering->view->render->markdown_bytes;
	struct page page = {
		.text = STRBUF_INIT,
		.budget = budget < SIZE_MAX ? (size_t)budget : SIZE_MAX - 1,
	};
	int failed = fit(rendering, &page, err);

	if (!failed)
		failed = rendering->begin(rendering->ctx, 0, err);
	if (!failed)
		failed = rendering->sink(rendering->ctx, page.text.text, page.text.length, err);
	strbuf_release(&page.text);
	return failed;
}
