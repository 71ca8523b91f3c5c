/*
 * junit_text: what a <testcase> says of its run: type, message, body, properties, system-out.
 *
 * Texts called markup are escaped here, because newlines must stay in them. The others are raw.
 */
#ifndef RUNTALLY_FORMATS_JUNIT_TEXT_H
#define RUNTALLY_FORMATS_JUNIT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "names.h"
#include "runtally/base/arena.h"
#include "runtally/base/strbuf.h"
#include "runtally/view/view.h"

enum {
	JUNIT_PROPERTIES = 128,    /* of a case or suite: there are never more */
	JUNIT_PROPERTY_BYTES = 48, /* of the markup of each */
};

/* Texts that are put together one after the other, and kept until they are reset. */
struct junit_texts {
	struct arena arena;
	struct strbuf next;
	struct junit_property {
		const char *key, *value;
	} properties[JUNIT_PROPERTIES];
	size_t property_count;
	size_t unknown_bytes; /* that properties would take whose value is not known */
};

#define JUNIT_TEXTS_INIT                                                                           \
	{                                                                                          \
		.next = STRBUF_INIT                                                                \
	}

void junit_texts_release(struct junit_texts *texts);
void junit_texts_reset(struct junit_texts *texts);
/* What was put into texts->next, which is empty now. */
const char *junit_keep(struct junit_texts *texts);
/* The same, as the value of a property; an empty one is not known. The key must stay. */
void junit_keep_property(struct junit_texts *texts, const char *key);

/*
 * Why a run that failed or ended in error did so, with the source's word for a criterion:
 * "CriterionFailed", ...
 */
const char *junit_type(struct junit_texts *texts, const struct view *view, const struct run *run);

/* Appends what was found, for any run but a passed one: one line, never empty. */
void junit_message(struct strbuf *out, const struct view *view, const struct run *run);

/*
 * Appends markup of a failure: its message, then reasons ("": none), criteria, score,
 * reason and passages, within the limit of options, and in `escaped` bytes as they stand in
 * the file; but always the message.
 */
void junit_body(struct strbuf *out, const struct view *view, const struct run *run,
		const char *message, const char *reasons, size_t escaped);

/* Appends a line for every different message of the tries that failed: how many, and what. */
void junit_reasons(struct strbuf *out, const struct view *view, const struct junit_names *names,
		   size_t test_case);

/*
 * Keeps the properties of the run that is shown, and how many passed; those of its criteria, and
 * its page ("": none), where the flavour is rich.
 */
void junit_properties(struct junit_texts *texts, const struct junit_verdict *verdict,
		      const char *page, bool rich);

/*
 * Adds to texts->next markup: in the strict flavour the page ("": none), lines of the
 * properties that were kept, and an empty line; then head and tail of the transcript. It
 * takes at most `limit` bytes, and `escaped` as they stand in the file.
 */
void junit_output(struct junit_texts *texts, const struct view *view, const struct run *run,
		  const char *page, size_t limit, size_t escaped);

/* Message and body (markup) of the case that says why there are no runs. */
void junit_setup(struct junit_texts *texts, const struct view *view, const char **message,
		 const char **body);

#endif
