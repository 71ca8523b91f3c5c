#include "budget.h"

#include "runtally/view/view.h"

void budget_init(struct budget *page, uint64_t budget)
{
	*page = (struct budget){
		.text = STRBUF_INIT,
		.budget = budget < SIZE_MAX ? (size_t)budget : SIZE_MAX - 1,
	};
}

void budget_release(struct budget *page)
{
	strbuf_release(&page->text);
}

/* Collects the bytes; ends the rendering once they are over the budget. */
static int collect(void *ctx, const char *bytes, size_t length, struct error *err)
{
	struct budget *page = ctx;

	page->over = length > page->budget - page->text.length;
	if (page->over)
		return error_set(err, "over the size budget");
	strbuf_add(&page->text, bytes, length);
	return 0;
}

int budget_render(struct budget *page, const struct rendering *rendering, const struct view *view,
		  struct error *err)
{
	int failed;

	strbuf_reset(&page->text);
	page->over = false;
	failed = mustache_render(rendering->templates, rendering->format->template, view_root(view),
				 rendering->format->escape, collect, page, err);
	return page->over ? 0 : failed;
}

int budget_write(const struct budget *page, const struct rendering *rendering, struct error *err)
{
	if (rendering->begin(rendering->ctx, 0, err))
		return -1;
	return rendering->sink(rendering->ctx, page->text.text, page->text.length, err);
}
