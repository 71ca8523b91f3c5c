/*
 * view_tally: what the figures of a tally for people and those for programs share.
 */
#ifndef RUNTALLY_VIEW_TALLY_H
#define RUNTALLY_VIEW_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "runtally/analysis/tally.h"
#include "runtally/view/view.h"

/* As for people: `93.3 %`, `79.8–92.9 %`; `n/a` where no run is judged. */
void view_add_rate(const struct tally *tally, struct strbuf *out);
void view_add_interval(const struct tally *tally, struct strbuf *out);

#endif
