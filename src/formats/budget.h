/*
 * page: a report that is rendered into memory first, because it must not be larger than so much.
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
	struct strbuf text;
	size_t budget; /* bytes; SIZE_MAX: any number */
	bool over;     /* the last rendering did not fit */
};

void budget_init(struct budget *page, uint64_t budget);
void budget_release(struct budget *page);

/*
 * Renders `view` anew, no further than the budget. 0: it fits, or it does not and page->over is
 * set; -1: an error.
 */
int budget_render(struct budget *page, const struct rendering *rendering, const struct view *view,
		  struct error *err);
/* Writes what was rendered as the report's only file. */
int budget_write(const struct budget *page, const struct rendering *rendering, struct error *err);

#endif
