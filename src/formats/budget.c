#include "budget.h"

#include "runtally/analysis/compare.h"
#include "runtally/view/plan.h"
#include "runtally/view/view.h"

enum {
	FIRST = 8, /* amount that is tried to see what one more takes; then so many times that */
	QUICK_TRIES = 12, /* by what was measured; then the middle */
	MANY = 1 << 14,   /* amounts: of more it is asked first whether all is hopeless */
	HOPELESS = 16,    /* times the limit, by what the first few take */
};

void budget_init(struct budget *budget, uint64_t limit, bool keeps)
{
	*budget = (struct budget){
		.limit = limit, .keeps = keeps, .text = STRBUF_INIT, .now = STRBUF_INIT};
}

void budget_release(struct budget *budget)
{
	strbuf_release(&budget->text);
	strbuf_release(&budget->now);
}

int budget_sink(void *ctx, const char *bytes, size_t length, struct error *err)
{
	struct budget *budget = ctx;

	if (length > budget->limit - budget->taken) {
		budget->over = true;
		return error_set(err, "over the size budget");
	}
	budget->taken += length;
	if (budget->keeps && bytes)
		strbuf_add(&budget->now, bytes, length);
	return 0;
}

uint64_t budget_spare(uint64_t limit)
{
	return limit > 1 << 20 ? limit / 4 : 0;
}

/* ---- the search ---- */

struct measured {
	size_t amount;
	uint64_t bytes;
};

/* What is known: these fit, the later with more; from `over` on it does not. */
struct known {
	struct measured earlier, latest;
	bool fits; /* anything does */
	size_t over;
	size_t tries;
};

static int try_amount(struct budget *budget, struct known *known, size_t amount,
		      budget_attempt *attempt, void *ctx, struct error *err)
{
	struct strbuf swap = budget->text;
	int failed;

	strbuf_reset(&budget->now);
	budget->taken = 0;
	budget->over = false;
	failed = attempt(ctx, amount, budget, err);
	known->tries++;
	budget->over = budget->over || budget->taken > budget->limit;
	if (budget->over) {
		known->over = amount;
		return 0;
	}
	if (failed)
		return -1;
	known->earlier = known->latest;
	known->latest = (struct measured){amount, budget->taken};
	known->fits = true;
	budget->amount = amount;
	budget->bytes = budget->taken;
	budget->text = budget->now;
	budget->now = swap;
	return 0;
}

/* Where there is room for no more, or for so little that it is not worth another rendering. */
static bool is_found(const struct budget *budget, const struct known *known)
{
	if (!known->fits)
		return known->over == 0;
	return known->over - known->latest.amount <= 1 ||
	       budget->limit - known->latest.bytes <= budget->spare;
}

/* As much as should fill all but a little of the room, if each takes what the last ones took. */
static size_t guess(const struct budget *budget, const struct known *known)
{
	const struct measured *from = &known->earlier, *to = &known->latest;
	uint64_t wanted = budget->limit - budget->limit / 64, each = 0, step = 0;
	size_t least = known->fits ? to->amount + 1 : 0, most = known->over - 1;

	if (!known->fits)
		return most > FIRST ? FIRST : most / 2;
	/* What one more takes is seen where it costs little. */
	if (budget->spare && to->bytes < budget->limit / 16 && to->amount < most / FIRST)
		return to->amount ? to->amount * FIRST : FIRST;
	if (to->bytes > from->bytes && to->amount > from->amount)
		each = (to->bytes - from->bytes) / (to->amount - from->amount) + 1;
	if (each && to->bytes < wanted)
		step = (wanted - to->bytes) / each;
	if (!each || known->tries > QUICK_TRIES || step > most - least)
		return least + (most - least) / 2;
	return least + (size_t)step;
}

static int search(struct budget *budget, struct known *known, budget_attempt *attempt, void *ctx,
		  struct error *err)
{
	while (!is_found(budget, known))
		if (try_amount(budget, known, guess(budget, known), attempt, ctx, err))
			return -1;
	budget->over = !known->fits;
	return 0;
}

int budget_fit(struct budget *budget, size_t most, budget_attempt *attempt, void *ctx,
	       struct error *err)
{
	struct known known = {.over = most + 1};

	if (most > MANY && try_amount(budget, &known, FIRST, attempt, ctx, err))
		return -1;
	if (known.over > most &&
	    known.latest.bytes / FIRST <= budget->limit / (most + 1) * HOPELESS &&
	    try_amount(budget, &known, most, attempt, ctx, err))
		return -1;
	return search(budget, &known, attempt, ctx, err);
}

/* Goes on from what fits; `over` is known not to. */
static int fit_more(struct budget *budget, size_t over, budget_attempt *attempt, void *ctx,
		    struct error *err)
{
	struct known known = {
		.latest = {budget->amount, budget->bytes}, .fits = true, .over = over};

	return search(budget, &known, attempt, ctx, err);
}

/* ---- reports of one file ---- */

int budget_render(struct budget *budget, const struct rendering *rendering, const struct view *view,
		  struct error *err)
{
	return mustache_render(rendering->templates, rendering->format->template, view_root(view),
			       rendering->format->escape, budget_sink, budget, err);
}

int budget_write(const struct budget *budget, const struct rendering *rendering, struct error *err)
{
	if (rendering->begin(rendering->ctx, 0, err))
		return -1;
	return rendering->sink(rendering->ctx, budget->text.text, budget->text.length, err);
}

/* What of the report is tried. */
struct cut {
	const struct rendering *rendering;
	size_t most;
	uint64_t spare;
	struct view_plan plan; /* where all is too much */
};

static uint64_t limit_of(const struct rendering *rendering)
{
	const char *options = (const char *)rendering->view->render;

	return *(const uint64_t *)(options + rendering->format->limit);
}

/* No run takes more than this part of a page: one in so many. */
enum { LARGEST_RUN = 4, DROPS_MOST = 20 };

static int try_plan(void *ctx, size_t amount, struct budget *budget, struct error *err)
{
	struct cut *cut = ctx;
	struct view view = *cut->rendering->view;

	if (amount < cut->most) {
		if (!cut->plan.cases)
			view_plan_init(&cut->plan, &view, false, budget->limit / LARGEST_RUN,
				       cut->rendering->format->escape);
		view_plan_show(&cut->plan, &view, amount);
		view.plan = &cut->plan;
		view.rows = cut->plan.rows;
	}
	return budget_render(budget, cut->rendering, &view, err);
}

/* A run that would take much of the page makes room for others. */
static int fit_runs(struct cut *cut, struct budget *budget, struct error *err)
{
	for (size_t drops = 0; drops < DROPS_MOST; drops++) {
		if (!cut->plan.cases || budget->over ||
		    budget->limit - budget->bytes <= budget->limit / LARGEST_RUN ||
		    !view_plan_drop_step(&cut->plan, cut->rendering->view, budget->amount + 1))
			return 0;
		if (fit_more(budget, cut->most, try_plan, cut, err))
			return -1;
	}
	return 0;
}

static int fit_and_write(struct cut *cut, struct budget *budget, budget_attempt *attempt,
			 struct error *err)
{
	if (budget_fit(budget, cut->most, attempt, cut, err) || fit_runs(cut, budget, err))
		return -1;
	if (budget->over) {
		budget->limit = UINT64_MAX;
		if (budget_fit(budget, 0, attempt, cut, err))
			return -1;
	}
	return budget_write(budget, cut->rendering, err);
}

static int render_cut(struct cut *cut, budget_attempt *attempt, struct error *err)
{
	struct budget budget;
	int failed;

	budget_init(&budget, limit_of(cut->rendering), true);
	budget.spare = cut->spare;
	failed = fit_and_write(cut, &budget, attempt, err);
	budget_release(&budget);
	return failed;
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

/* As many rows of each list as fit. */
static int try_rows(void *ctx, size_t amount, struct budget *budget, struct error *err)
{
	const struct cut *cut = ctx;
	struct view view = *cut->rendering->view;

	view.rows = amount;
	return budget_render(budget, cut->rendering, &view, err);
}

int budget_cut_rows(const struct rendering *rendering, struct error *err)
{
	struct cut cut = {.rendering = rendering, .most = longest_list(rendering->view)};
	uint64_t limit = limit_of(rendering);

	/* A row takes more than a byte, so there is no use in trying more. */
	if (cut.most > limit)
		cut.most = (size_t)limit;
	return render_cut(&cut, try_rows, err);
}

/* As many rows as the format has, or half of them, a quarter, and at last none. */
static int try_halves(void *ctx, size_t amount, struct budget *budget, struct error *err)
{
	const struct cut *cut = ctx;
	struct view view = *cut->rendering->view;

	view.rows = amount ? view.rows >> (cut->most - amount) : 0;
	return budget_render(budget, cut->rendering, &view, err);
}

int budget_cut_halves(const struct rendering *rendering, struct error *err)
{
	struct cut cut = {.rendering = rendering};

	for (size_t rows = rendering->view->rows; rows; rows /= 2)
		cut.most++;
	return render_cut(&cut, try_halves, err);
}

int budget_cut_plan(const struct rendering *rendering, struct error *err)
{
	struct cut cut = {
		.rendering = rendering,
		.most = view_plan_most(rendering->view),
		.spare = budget_spare(limit_of(rendering)),
	};
	int failed = render_cut(&cut, try_plan, err);

	view_plan_release(&cut.plan);
	return failed;
}
