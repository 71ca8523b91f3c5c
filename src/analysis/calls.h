/*
 * calls: what earlier calls left out of a history, as far as a report is about their time.
 */
#ifndef RUNTALLY_ANALYSIS_CALLS_H
#define RUNTALLY_ANALYSIS_CALLS_H

#include <stddef.h>

#include "runtally/analysis/select.h"
#include "runtally/model/call.h"
#include "runtally/model/note.h"

/*
 * A note on each call whose inputs were bad and that touches the period; one on each set of parts
 * that lacks some, where any of it touches the period. A call touches the period that it was asked
 * for and the times of its runs; where none was asked for, all from its first run (or the day
 * before, if it brought none) to when it was written.
 *
 * Parts of the same number, title and environment that were written within a day of the first are
 * one set.
 * `own` (NULL: none) is the call that the report is of: a set that it belongs to is not over yet.
 */
void calls_note(const struct call *calls, size_t count, const struct period *period,
		const struct call *own, struct notes *notes);

#endif
