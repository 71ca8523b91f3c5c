/*
 * view_table: what the text summary prints on a terminal: the aligned table of suites, and colours.
 */
#ifndef RUNTALLY_VIEW_TABLE_H
#define RUNTALLY_VIEW_TABLE_H

#include <stdbool.h>

#include "runtally/base/strbuf.h"
#include "runtally/template/mustache.h"

/* Members of the report's class (view.h). */
void view_table(const struct value *of, struct strbuf *out);
bool view_colors(const struct value *of, struct value *out);

#endif
