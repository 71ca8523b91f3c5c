/*
 * publish: the view → the files that were asked for, each in its format, each atomic.
 */
#ifndef RUNTALLY_CLI_PUBLISH_H
#define RUNTALLY_CLI_PUBLISH_H

#include "runtally/base/error.h"
#include "runtally/cli/options.h"
#include "runtally/view/view.h"

/*
 * Writes one target. -1 and an error: nothing of it stays, and what was there before does.
 * Numbered parts (JUnit beyond its budget: report.xml, report-2.xml, ...) are put in place
 * together when the last one is written. Then the parts that an earlier, longer report left behind
 * are removed: the numbers after the last one, up to the first that is missing, is no regular file,
 * bears no mark of ours (format.h), or is a target itself; -1 also if one cannot be removed.
 * The view's style_hash is set for the time of the call.
 */
int publish(const struct options *options, const struct target *target, struct view *view,
	    struct error *err);

#endif
