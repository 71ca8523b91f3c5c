/*
 * junit_text: what a <testcase> says about its run: type, message, body, properties, output.
 *
 * Texts called markup are escaped here, because newlines must stay in them. The others are raw.
 */
#ifndef RUNTALLY_FORMATS_JUNIT_TEXT_H
#define RUNTALLY_FORMATS_JUNIT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/base/strbuf.h"
#include "runtally/model/run.h"
#include "runtally/view/view.h"

/* The details of a run that this report shows, or NULL; good until those of another are loaded. */
const struct details *junit_details(const struct view *view, const struct run *run);

/* "CriterionFailed", ...: why a run that failed or ended in error did so. */
const char *junit_type(const struct view *view, const struct run *run);

/* One line: what was found, for any run but a passed one. Never empty. */
void junit_message(const struct view *view, const struct run *run, struct strbuf *out);

/*
 * Markup: the message, then criteria, score, reason and passages; at most `limit` bytes, and
 * `escaped` bytes as they stand in the file, but always the message.
 */
void junit_body(const struct view *view, const struct run *run, size_t limit, size_t escaped,
		struct strbuf *out);

/* Appends property `index` of a run; false: no more. An empty value is not known. */
bool junit_property(const struct run *run, size_t index, struct strbuf *name, struct strbuf *value);

/*
 * Markup: [[PROPERTY|...]] lines (`properties`), an empty line, and head and tail of the
 * transcript. The limits are those of junit_body. Appends nothing where there is nothing to show.
 */
void junit_output(const struct view *view, const struct run *run, bool properties, size_t limit,
		  size_t escaped, struct strbuf *out);

/* Message and body (markup) of the case that says why there are no runs. */
void junit_setup(const struct view *view, struct strbuf *message, struct strbuf *body);

#endif
