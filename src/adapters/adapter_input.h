/*
 * adapter input: what the adapters share when they turn fields into parts of a run. It knows no
 * API.
 *
 * All texts it composes live in input->scratch.
 */
#ifndef RUNTALLY_ADAPTERS_ADAPTER_INPUT_H
#define RUNTALLY_ADAPTERS_ADAPTER_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "field_table.h"
#include "runtally/adapters/adapter.h"
#include "runtally/model/run.h"

/* Whether the record is an object with that member, of any type, null included. For claims(). */
static inline bool record_has(const struct json_value *record, const char *key)
{
	return json_value_get(record, key) != NULL;
}

extern const struct label no_label;

/*
 * Adds what a definition says of one thing, its texts borrowed, and returns it until the next is
 * added. Its source is that of the adapter where no other is set.
 */
struct definition *adapter_define(struct adapter_input *input, enum definition_kind kind,
				  struct label label, struct label suite, struct label agent);

/* The members `id` and `name`. */
struct label adapter_label(const struct field *object);

/* What the rows of a criterion fill. */
struct told_criterion {
	const char *name, *detail;
	enum outcome outcome;
	bool has_score;
	int32_t score_micro;
};

/* The criterion that rows for a struct told_criterion read from an object; it is of no turn. */
struct criterion adapter_criterion(const struct field *from, const struct field_row *rows,
				   struct adapter_input *input);
/* For a row of type FIELD_LIST that fills a struct run: the criteria that row->rows read. */
void adapter_criteria(void *into, const struct field *list, const struct field_row *row,
		      struct adapter_input *input);

enum { REASON_BYTES = 300 };

/* The reason of a run that its score alone lets fail. */
#define SCORE_TOO_LOW "the score is below the pass score"

/*
 * A run that is said to have passed beside a failed criterion: the status stands, and a warning
 * says so. `what` is the source's word for a criterion.
 */
void adapter_check_passed(const struct run *run, const struct field *record, const char *what);

/*
 * "1 of 3 criteria failed: relevance"; of errors where none failed; NULL where neither. *cause
 * is what the run is put down to if this is its reason.
 */
const char *adapter_failures(struct adapter_input *input, const struct run *run, enum cause *cause);
/* Why an outcome is unknown, after the raw status, which may be NULL. */
const char *adapter_no_verdict(struct adapter_input *input, const char *status);
/* The first of the texts that is not blank, as a reason; the list ends with `count`. */
const char *adapter_reason(struct adapter_input *input, const char *const *texts, size_t count);

/* The run's own details, with nothing in them yet. */
struct details *adapter_details(struct adapter_input *input, struct run *run);
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
