/*
 * site: a folder of pages: an index, a page a suite, a case and a run; style and script are files.
 *
 * Long lists go on in numbered parts. What does not fit --limit site-bytes=N and site-files=N is
 * left out, the worst first to stay (view_plan.h), and the index says how much.
 */
#ifndef RUNTALLY_FORMATS_SITE_H
#define RUNTALLY_FORMATS_SITE_H

#include <stdbool.h>

#include "runtally/base/error.h"
#include "runtally/formats/format.h"

/* Of the format's row. */
int site_render(const struct rendering *rendering, struct error *err);

/* By what an earlier site is known: its index has this text near its beginning. */
#define SITE_INDEX "index.html"
#define SITE_MARK  "<meta name=\"generator\" content=\"runtally "
/* Whether a site has files of that name. */
bool site_has_file(const char *name);

#endif
