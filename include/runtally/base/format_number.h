/*
 * format_number: integers → the strings that reports show, without locale and without floating
 * point. All append to `out`.
 */
#ifndef RUNTALLY_BASE_FORMAT_NUMBER_H
#define RUNTALLY_BASE_FORMAT_NUMBER_H

#include <stdint.h>

#include "runtally/base/strbuf.h"

/* For programs: 0012 with a width of four; no width: 12. */
void format_digits(struct strbuf *out, uint64_t value, unsigned width);
/* For people: `12,345` */
void format_count(struct strbuf *out, uint64_t count);
/* `93.3 %` of millionths; 100 % and 0 % only when exact, else `> 99.9 %`, `< 0.1 %` */
void format_percent(struct strbuf *out, int32_t micro);
/* `$0.0123`: two decimals from a dollar on, else at least two significant digits; `$0` */
void format_money(struct strbuf *out, int64_t nano);
/* `850 ms`, `2.4 s`, `1 m 04 s`, `2 h 05 m` */
void format_duration(struct strbuf *out, int64_t ms);
/* `1.5 MB` */
void format_bytes(struct strbuf *out, uint64_t bytes);

/* For programs: exact, plain decimals. */
/* millionths with 6 decimals: `0.933333` */
void format_micro(struct strbuf *out, int32_t micro);
/* millionths with 2 to 6 decimals: `0.50`, `0.995` */
void format_fraction(struct strbuf *out, int32_t micro);
/* dollars from billionths without trailing zeros: `0.0034`, `12` */
void format_nano(struct strbuf *out, int64_t nano);
/* dollars from billionths with 6 decimals, rounded half up from zero: `0.003400`; not exact */
void format_dollars(struct strbuf *out, int64_t nano);
/* seconds from milliseconds with 3 decimals: `2.034` */
void format_seconds(struct strbuf *out, int64_t ms);

/* Millionths of 1 with two decimals, rounded half up: `0.88`. */
void format_score(struct strbuf *out, int32_t micro);

#endif
