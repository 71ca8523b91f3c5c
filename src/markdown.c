#include "runtally/markdown.h"

#include "runtally/view.h"

/* Collects the bytes, up to one more than the budget. */
struct page {
	struct strbuf text;
	size_t budget;
};

static int collect(void *ctx, const char *bytes, size_t length, struct error *err)
{
	struct page *page = ctx;
	size_t room = page->budget + 1 - page->text.length;

	(void)err;
	strbuf_add(&page->text, bytes, length < room ? length : room);
	return 0;
}

static int render_with(const struct rendering *rendering, size_t failures, struct page *page,
		       struct error *err)
{
	struct view view = *rendering->view;

	view.shown_failures = failures;
	strbuf_reset(&page->text);
	return mustache_render(rendering->templates, rendering->format->template, view_root(&view),
			       rendering->format->escape, collect, page, err);
}

/* The most failures that fit, by halving; `page` then holds the report with them. */
static int fit(const struct rendering *rendering, struct page *page, struct error *err)
{
	const struct tally *totals = &rendering->view->report->totals;
	size_t fits = 0,
	       over = (size_t)(totals->outcomes[OUTCOME_FAILED] + totals->outcomes[OUTCOME_ERROR]);

	if (over > rendering->view->shown_failures)
		over = rendering->view->shown_failures;
	if (render_with(rendering, over, page, err))
		return -1;
	if (page->text.length <= page->budget)
		return 0;
	while (over - fits > 1) {
		size_t middle = fits + (over - fits) / 2;

		if (render_with(rendering, middle, page, err))
			return -1;
		*(page->text.length <= page->budget ? &fits : &over) = middle;
	}
	page->budget = SIZE_MAX - 1;
	return render_with(rendering, fits, page, err);
}

int markdown_render(const struct rendering *rendering, struct error *err)
{
	struct page page = {
		.text = STRBUF_INIT,
		.budget = (size_t)rendering->view->render->markdown_bytes,
	};
	int failed = fit(rendering, &page, err);

	if (!failed)
		failed = rendering->begin(rendering->ctx, 0, err);
	if (!failed)
		failed = rendering->sink(rendering->ctx, page.text.text, page.text.length, err);
	strbuf_release(&page.text);
	return failed;
}
