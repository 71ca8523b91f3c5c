/*
 * view_tally: what the figures of a tally for people and those for programs share.
 */
#ifndef RUNTALLY_VIEW_TALLY_H
#define RUNTALLY_VIEW_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "runtally/analysis/tally.h"
#include "runtally/view/view.h"

/* Where the count of an outcome lies. */
#define OUTCOME_AT(outcome) (offsetof(struct tally, outcomes) + (outcome) * sizeof(uint64_t))

enum interval_point { POINT_LOW, POINT_RATE, POINT_HIGH };

/* The pass rate or an end of its interval, in millionths, where a run is judged. */
int32_t view_rate_micro(const struct tally *tally, enum interval_point point);
/* As for people: `93.3 %`, `79.8–92.9 %`; `n/a` where no run is judged. */
void view_add_rate(const struct tally *tally, struct strbuf *out);
void view_add_interval(const struct tally *tally, struct strbuf *out);
/* The mean score, where a run tells one. */
int32_t view_score_micro(const struct tally *tally);

#endif
