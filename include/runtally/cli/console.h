/*
 * console: all that is printed but reports: messages and progress on standard error, answers to
 * --help and the like on standard output. What holds bytes of the input is made harmless for
 * terminals and CI logs.
 */
#ifndef RUNTALLY_CLI_CONSOLE_H
#define RUNTALLY_CLI_CONSOLE_H

#include <stdbool.h>
#include <stdint.h>

#include "runtally/analysis/gate.h"
#include "runtally/base/error.h"
#include "runtally/cli/options.h"
#include "runtally/model/note.h"

/* `runtally: PLACE: TEXT`; no place: NULL. */
void console_error(const char *place, const char *text);
/* -q: errors alone; -v: all of them. The reports list what is left out here. */
void console_notes(const struct options *options, const struct notes *notes);
/* Those that are missed; -v: all of them. */
void console_gates(const struct options *options, const struct gates *gates);

bool console_wants_progress(const struct options *options);
/* Overwrites one line; no records: clears it. */
void console_progress(void *ctx, uint64_t records, uint64_t bytes);

/* Whether the report goes to a terminal that takes colour (https://no-color.org). */
bool console_wants_color(const struct target *target);

/* Prints what --help, --version or a list asks for; -1: standard output cannot be written. */
int console_answer(enum options_action action);

#endif
