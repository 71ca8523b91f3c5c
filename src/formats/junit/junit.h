/*
 * junit: the report as JUnit XML, in the one dialect that CI systems read alike (junit.md).
 *
 * The XML itself is templates/junit/; here are its values and how it is kept within the file
 * budget: system-out of passing cases goes first, then that of failing ones shrinks to 4 KiB,
 * 1 KiB and 256 bytes (the run's id), then the report is split into numbered files, by whole
 * suites, and inside a suite that fills more than a file by cases. A small report is rendered in
 * one pass; one that might not fit is measured before.
 */
#ifndef RUNTALLY_FORMATS_JUNIT_JUNIT_H
#define RUNTALLY_FORMATS_JUNIT_JUNIT_H

#include "runtally/base/error.h"
#include "runtally/formats/format.h"

/* Of the format's row. */
int junit_render(const struct rendering *rendering, struct error *err);

#endif
