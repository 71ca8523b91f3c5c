/*
 * site: a folder of pages: an index, a page a suite, a case and a run; style and script are files.
 *
 * Long lists go on in numbered parts. What does not fit --limit site-bytes=N and site-files=N is
 * left out, the worst first to stay (view_plan.h), and the index says how much.
 */
#ifndef RUNTALLY_FORMATS_HTML_SITE_H
#define RUNTALLY_FORMATS_HTML_SITE_H

#include "runtally/base/error.h"
#include "runtally/base/folder.h"
#include "runtally/formats/format.h"

/* Of the format's row. */
int site_render(const struct rendering *rendering, struct error *err);
extern const struct folder_kind site_folder;

#endif
