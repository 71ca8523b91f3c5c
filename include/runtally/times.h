/*
 * times: RFC 3339 text ↔ milliseconds since 1970-01-01T00:00:00Z. No time zones, no locale, no
 * clock: proleptic Gregorian days, years 0001..9999, leap seconds read as the second before.
 */
#ifndef RUNTALLY_TIMES_H
#define RUNTALLY_TIMES_H

#include <stdbool.h>
#include <stdint.h>

#define DAY_MS INT64_C(86400000)

/* "2026-11-20T10:00:00.000Z" and its NUL */
enum { TIME_TEXT_SIZE = 25, DATE_TEXT_SIZE = 11 };

/*
 * Reads `2026-11-20T10:00:00Z`, with any number of decimals (cut to milliseconds), `T`, `t` or a
 * space, `Z`, `z`, an offset (`+02:00`, `+0200`, `+00`), or no zone at all (read as UTC: some APIs
 * leave it out, see vendors.md). False where it is none, and *ms is left alone.
 */
bool time_parse(const char *text, int64_t *ms);

/* The same, or a date alone (`2026-11-20`: its first millisecond, UTC). */
bool time_or_date_parse(const char *text, int64_t *ms);

/* Writes `2026-11-20T10:00:00.000Z`. */
void time_text(int64_t ms, char text[TIME_TEXT_SIZE]);
/* Writes `2026-11-20`. */
void date_text(int64_t ms, char text[DATE_TEXT_SIZE]);

/* Days since 1970-01-01, for calendars. */
struct civil {
	int year, month, day;
};

int64_t time_days(int64_t ms);
struct civil civil_from_days(int64_t days);
int64_t days_from_civil(int year, int month, int day);

#endif
