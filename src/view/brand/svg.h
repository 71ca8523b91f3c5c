/*
 * svg: whether bytes are an SVG picture, and whether it can be published as a file of its own.
 *
 * As an image of a page it neither runs nor loads anything; opened alone, it does. So it may hold
 * nothing that would: this is no sanitizer, what is in doubt is refused.
 */
#ifndef RUNTALLY_VIEW_BRAND_SVG_H
#define RUNTALLY_VIEW_BRAND_SVG_H

#include <stdbool.h>
#include <stddef.h>

#include "runtally/base/error.h"

/* By its first element. A NUL follows the bytes. */
bool svg_is(const char *bytes, size_t length);

/*
 * -1 and an error that says what `text` holds: a script or handler, foreign markup, a reference to
 * anything but its own parts and `data:image/`, declarations or an encoding that might hide one.
 */
int svg_check(const char *text, struct error *err);

#endif
