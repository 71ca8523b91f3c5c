/*
 * markdown: the Markdown report within its size budget (safety.md, "Sizes"): GitHub drops a job
 * summary over 1 MiB silently and refuses a comment over 65,536 characters.
 */
#ifndef RUNTALLY_FORMATS_MARKDOWN_MARKDOWN_H
#define RUNTALLY_FORMATS_MARKDOWN_MARKDOWN_H

#include "runtally/base/error.h"
#include "runtally/formats/format.h"

/*
 * Renders with as many rows of each list as fit into view->render->markdown_bytes; the template
 * says how many were left out. Where it does not fit even without rows, it is over the budget.
 */
int markdown_render(const struct rendering *rendering, struct error *err);

#endif
