/*
 * view_details: criteria, turns, messages and passages of a run as templates see them, and what
 * they share with runs.
 */
#ifndef RUNTALLY_VIEW_DETAILS_H
#define RUNTALLY_VIEW_DETAILS_H

#include "runtally/view/view.h"

/*
 * The object of all of them is a run as it was kept. The index is that of a criterion, turn or
 * passage of the run, or of a message among all messages of the run.
 */
extern const struct value_class class_criterion, class_turn, class_message, class_passage;

/* Members of whatever has an enum outcome at the member's `at`. */
member_text view_outcome;
member_flag view_is_passed, view_is_failed, view_is_error, view_is_pending, view_is_unknown,
	view_is_failure;

#define OUTCOME_MEMBERS(offset)                                                                    \
	{"outcome", MEMBER_TEXT, {.text = view_outcome}, offset},                                  \
		{"is_passed", MEMBER_FLAG, {.flag = view_is_passed}, offset},                      \
		{"is_failed", MEMBER_FLAG, {.flag = view_is_failed}, offset},                      \
		{"is_error", MEMBER_FLAG, {.flag = view_is_error}, offset},                        \
		{"is_pending", MEMBER_FLAG, {.flag = view_is_pending}, offset},                    \
		{"is_unknown", MEMBER_FLAG, {.flag = view_is_unknown}, offset},                    \
	{                                                                                          \
		"is_failure", MEMBER_FLAG, {.flag = view_is_failure}, offset                       \
	}

/* Two decimals; nothing where it is not known. */
void view_score(struct strbuf *out, bool known, int32_t micro);

/* What of->index names in the run of->object. */
const void *view_part(const struct value *of, enum view_part part);

/*
 * For the next functions of lists of a run's parts: `count` of them, from index `first` on. The
 * cursor's index counts from 0.
 */
bool view_next_part(const struct value *of, const struct value_class *class, size_t first,
		    size_t count, struct value_cursor *cursor, struct value *out);

/* For the next functions of lists that are arrays of `count` items of `size` bytes. */
bool view_next_of(const struct value *of, const struct value_class *class, const void *items,
		  size_t count, size_t size, struct value_cursor *cursor, struct value *out);

#endif
