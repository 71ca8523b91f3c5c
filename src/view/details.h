/*
 * details: criteria, turns, messages and passages of a run as templates see them.
 */
#ifndef RUNTALLY_VIEW_DETAILS_H
#define RUNTALLY_VIEW_DETAILS_H

#include "runtally/view/view.h"

/*
 * The object of all of them is a run as it was kept. The index is that of a criterion, turn or
 * passage of the run, or of a message among all messages of the run: pointers to them are good only
 * until the details of another run are loaded, so they are asked for anew each time.
 */
extern const struct value_class class_criterion, class_turn, class_message, class_passage;

/* Members of whatever has an enum outcome at the place given (.at, .from). */
#define OUTCOME_MEMBERS(...)                                                                       \
	{"outcome", OUTCOME, __VA_ARGS__},                                                         \
		{"is_passed", IS_OUTCOME, __VA_ARGS__, .mask = 1U << OUTCOME_PASSED},              \
		{"is_failed", IS_OUTCOME, __VA_ARGS__, .mask = 1U << OUTCOME_FAILED},              \
		{"is_error", IS_OUTCOME, __VA_ARGS__, .mask = 1U << OUTCOME_ERROR},                \
		{"is_pending", IS_OUTCOME, __VA_ARGS__, .mask = 1U << OUTCOME_PENDING},            \
		{"is_unknown", IS_OUTCOME, __VA_ARGS__, .mask = 1U << OUTCOME_UNKNOWN},            \
	{                                                                                          \
		"is_failure", IS_OUTCOME, __VA_ARGS__,                                             \
			.mask = 1U << OUTCOME_FAILED | 1U << OUTCOME_ERROR                         \
	}

/* Of a run's parts, `count` of them, from that index on. */
void view_parts_of_run(const struct value *of, size_t first, size_t count, struct value_list *list);
/* Of the run that `of` is or is a part of; NULL: none, or they cannot be read back (main tells). */
const struct details *view_details(const struct value *of);

#endif
