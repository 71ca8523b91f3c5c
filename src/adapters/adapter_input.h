/*
 * reading: what the adapters share when they turn fields into parts of a run. It knows no API.
 *
 * All texts it composes live in input->scratch.
 */
#ifndef RUNTALLY_ADAPTERS_ADAPTER_INPUT_H
#define RUNTALLY_ADAPTERS_ADAPTER_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "runtally/adapters/adapter.h"
#include "runtally/adapters/field.h"
#include "runtally/model/run.h"

/* Whether the record is an object with that member, of any type, null included. For claims(). */
static inline bool record_has(const struct json_value *record, const char *key)
{
	return json_value_get(record, key) != NULL;
}

/* A source's word for an outcome. */
struct status_word {
	const char *word; /* NULL ends the list */
	enum outcome outcome;
};

/*
 * The outcome that the member `key` names, OUTCOME_UNKNOWN with a warning where it is absent or
 * names none. *status (NULL: not wanted) is the raw word or NULL.
 */
enum outcome adapter_status(const struct field *object, const char *key,
			    const struct status_word *words, const char **status);

/* field_text, but a blank text is absent. For names and what is shown as a passage. */
const char *adapter_text(const struct field *object, const char *key);
/* The members `id` and `name`. */
struct label adapter_label(const struct field *object);
/* A score of 0..1; anything else is remarked and absent. */
bool adapter_score(const struct field *object, const char *key, int32_t *micro);

/* Two counts of tokens, which are known together or not at all. */
bool adapter_tokens(const struct field *object, const char *input_key, const char *output_key,
		    int64_t *input, int64_t *output);

/*
 * `text` on one line: white space and controls collapse to one space, and what is longer than
 * `limit` bytes is cut between code points and ends in "...". NULL for NULL and for blank text.
 */
const char *adapter_line(struct adapter_input *input, const char *text, size_t limit);

enum { REASON_BYTES = 300 };

/*
 * A run that is said to have passed beside a failed criterion: the status stands, and a warning
 * says so. `what` is the source's word for a criterion.
 */
void adapter_check_passed(const struct run *run, const struct field *record, const char *what);

/* "1 of 3 criteria failed: relevance"; of errors where none failed; NULL where neither. */
const char *adapter_failures(struct adapter_input *input, const struct run *run);
/* Why an outcome is unknown, after the raw status, which may be NULL. */
const char *adapter_no_verdict(struct adapter_input *input, const char *status);
/* The first of the texts that is not blank, as a reason; the list ends with `count`. */
const char *adapter_reason(struct adapter_input *input, const char *const *texts, size_t count);

/* Adds a passage to *details; a NULL or blank text adds none. Meant for a handful. */
void adapter_passage(struct adapter_input *input, struct details *details, const char *label,
		     const char *text);

/*
 * The messages of a conversation: a list of `{role, content, tool_calls}` as chat APIs write them,
 * one such object, an object with a list `messages`, or a plain string. A content may be a list of
 * parts. A tool call becomes a message of its own, `name(arguments)` by ROLE_TOOL_CALL, after what
 * was said with it; the `name` of a tool's result follows its role. `role` is that of messages that
 * tell none. Returns the count.
 */
size_t adapter_messages(struct adapter_input *input, const struct field *value, const char *role,
			const struct message **messages);

#endif
