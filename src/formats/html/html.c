#include "html.h"

#include "../budget.h"
#include "runtally/view/plan.h"

static int render_planned(const struct rendering *rendering, uint64_t bytes, struct budget *page,
			  struct error *err)
{
	struct view view = *rendering->view;
	struct view_plan plan;
	int failed;

	view_plan_init(&plan, &view, bytes);
	view.plan = &plan;
	view.rows = plan.rows;
	failed = budget_render(page, rendering, &view, err);
	view_plan_release(&plan);
	return failed;
}

/* Plans are made smaller until one fits; what is never left out may take more than the budget. */
static int fit(const struct rendering *rendering, struct budget *page, struct error *err)
{
	uint64_t bytes = page->budget;

	if (budget_render(page, rendering, rendering->view, err))
		return -1;
	for (; page->over; bytes /= 2) {
		if (!bytes)
			page->budget = SIZE_MAX;
		if (render_planned(rendering, bytes, page, err))
			return -1;
	}
	return 0;
}

int html_render(const struct rendering *rendering, struct error *err)
{
	struct budget page;
	int failed;

	budget_init(&page, rendering->view->render->html_bytes);
	failed = fit(rendering, &page, err);
	if (!failed)
		failed = budget_write(&page, rendering, err);
	budget_release(&page);
	return failed;
}
