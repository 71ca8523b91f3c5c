/*
 * html: the page within its size budget (--limit html-bytes=N): all of it where that fits, else the
 * worst of it, and how much is left out.
 */
#ifndef RUNTALLY_FORMATS_HTML_HTML_H
#define RUNTALLY_FORMATS_HTML_HTML_H

#include "runtally/base/error.h"
#include "runtally/formats/format.h"

/* Of the format's row. */
int html_render(const struct rendering *rendering, struct error *err);

#endif
