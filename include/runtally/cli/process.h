/*
 * process: what surrounds the program: standard files, signals, the clock, the time zone.
 */
#ifndef RUNTALLY_CLI_PROCESS_H
#define RUNTALLY_CLI_PROCESS_H

#include <stdint.h>

/* Exit statuses; of several the largest wins. */
enum { EXIT_OK, EXIT_GATE, EXIT_USAGE, EXIT_INPUT, EXIT_OUTPUT };

int larger(int status, int other);

/*
 * Once, before all else. From here on signals and want of memory remove what is not finished and
 * end the program: with 128 + n, and with EXIT_OUTPUT.
 */
void process_init(void);

int64_t process_clock_ms(void);
/* TMPDIR, else /tmp. */
const char *process_temporary_folder(void);

#endif
