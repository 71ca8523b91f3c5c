/*
 * parse_number: numbers as people type them → exact integers. No locale, no floating point. The
 * whole text must be the number; false where it is none or out of range, and *out is left alone.
 */
#ifndef RUNTALLY_BASE_PARSE_NUMBER_H
#define RUNTALLY_BASE_PARSE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/*
 * `95`, `99.5`: the number times 10^decimals, at most `max`. Digits beyond `decimals` must be
 * zeros, since they would be lost.
 */
bool parse_decimal(const char *text, unsigned decimals, int64_t max, int64_t *out);

/* `900`, `64K`, `2M`, `1G` (1024 each; small letters too), min..max. */
bool parse_size(const char *text, uint64_t min, uint64_t max, uint64_t *out);

/* `2500`, `800ms`, `2.5s`: milliseconds, 0..max. Of seconds three decimals count. */
bool parse_duration_ms(const char *text, int64_t max, int64_t *out);

/* `24h`, `7d`, `2w`: milliseconds, of an hour to `max_days` days. */
bool parse_age_ms(const char *text, int64_t max_days, int64_t *out);

/* `7d`, `2w`: days, 1..max. */
bool parse_age_days(const char *text, int64_t max, int64_t *out);

#endif
