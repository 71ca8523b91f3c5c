/*
 * budget: the one way in which a report is fitted into so many bytes: it is rendered with more or
 * less of what it tells, and what that took says with how much to try next.
 */
#ifndef RUNTALLY_FORMATS_BUDGET_H
#define RUNTALLY_FORMATS_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/base/error.h"
#include "runtally/base/strbuf.h"
#include "runtally/formats/format.h"

struct budget {
	uint64_t limit; /* bytes; UINT64_MAX: any number */
	bool keeps;     /* the text; else it is only counted */
	uint64_t spare; /* bytes that are not worth another rendering; 0: all are used */
	size_t amount;  /* the largest that was found to fit, and what it took */
	uint64_t bytes;
	struct strbuf text; /* of that amount */
	/* Of the rendering that goes on, or was the last. */
	struct strbuf now;
	uint64_t taken;
	bool over;
};

/*
 * Renders with `amount` of what there is, 0 meaning the least, into budget_sink; more takes more
 * bytes. May set or raise budget->taken and budget->over itself, where bytes are not all.
 */
typedef int budget_attempt(void *ctx, size_t amount, struct budget *budget, struct error *err);

void budget_init(struct budget *budget, uint64_t limit, bool keeps);
void budget_release(struct budget *budget);

/* A render_sink; `budget` is a struct budget. Ends the rendering once it is over the limit. */
int budget_sink(void *budget, const char *bytes, size_t length, struct error *err);

/*
 * Finds the largest amount from 0 to `most` that fits, or one that leaves no more than can be
 * spared. budget->over is set where even 0 does not fit. -1: an error that is
 * no want of room.
 */
int budget_fit(struct budget *budget, size_t most, budget_attempt *attempt, void *ctx,
	       struct error *err);

/* What pages can spare: of megabytes a quarter, so that they are rendered a few times at most. */
uint64_t budget_spare(uint64_t limit);

/* ---- reports of one file ---- */

/* Renders the view into budget_sink. */
int budget_render(struct budget *budget, const struct rendering *rendering, const struct view *view,
		  struct error *err);
/* Writes budget->text as the report's only file. */
int budget_write(const struct budget *budget, const struct rendering *rendering, struct error *err);

/*
 * Of formats' rows: reports within their row's limit. Lists have as many rows as fit; or as many as
 * the format gives them, or half of that, a quarter and so on; or all is shown of which a plan
 * (view/plan.h) shows some. What is never left out may take more than the limit.
 */
int budget_cut_rows(const struct rendering *rendering, struct error *err);
int budget_cut_halves(const struct rendering *rendering, struct error *err);
int budget_cut_plan(const struct rendering *rendering, struct error *err);

#endif
