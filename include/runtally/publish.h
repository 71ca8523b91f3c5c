/*
 * publish: the view → the files that were asked for, each in its format, each atomic.
 */
#ifndef RUNTALLY_PUBLISH_H
#define RUNTALLY_PUBLISH_H

#include "runtally/error.h"
#include "runtally/options.h"
#include "runtally/view.h"

/*
 * Writes one target. -1 and an error: nothing of it stays, but numbered parts that were already
 * complete. The view's style_hash is set for the time of the call.
 */
int publish(const struct options *options, const struct target *target, struct view *view,
	    struct error *err);

#endif
