/*
 * junit_text: what a <testcase> says: outcome, type, message, body, properties, system-out.
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
	/* What a test case may take in a file, escaped: GitHub's checks stop at about 64 KB. */
	JUNIT_CASE_BYTES = 60000,
	JUNIT_PROPERTIES = 64, /* of a case or suite: there are never more */
	JUNIT_RETRIES = 8, /* failed tries of a case that are shown beside the one that decides */
};

/* How much of the system-out stays, in bytes a case. */
struct junit_level {
	size_t passed, failed;
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

/* The test case that is written; that of a report without runs says why there are none. */
struct junit_case {
	const struct view *view;
	const struct junit_names *names;
	struct junit_level level;
	size_t number; /* SIZE_MAX: none is made */

	struct junit_texts texts; /* of all that follows */
	const char *classname, *name, *type, *message;
	const char *body, *output; /* markup */
	const char *file;          /* where the flavour is rich */
	struct junit_retry {
		const char *type, *message, *body;
	} retries[JUNIT_RETRIES];
	size_t retry_count;
	int64_t time_ms;
	enum outcome outcome;
};

/* Makes *test_case the one with this number, if it is not yet. */
void junit_case_make(struct junit_case *test_case, size_t number);

/* Suite and class of the case that says why there are no runs. */
extern const char junit_setup_suite[];

#endif
