/*
 * times: RFC 3339 text ↔ milliseconds since 1970-01-01T00:00:00Z. No locale, no clock, no time
 * zone but that of calendars: proleptic Gregorian days, years 0001..9999, leap seconds read as the
 * second before.
 */
#ifndef RUNTALLY_BASE_TIMES_H
#define RUNTALLY_BASE_TIMES_H

#include <stdbool.h>
#include <stdint.h>

#include "runtally/base/error.h"
#include "runtally/base/strbuf.h"

#define SECOND_MS INT64_C(1000)
#define DAY_MS    INT64_C(86400000)

/* "2026-11-20T10:00:00.000Z" and its NUL */
enum { TIME_TEXT_SIZE = 25, DATE_TEXT_SIZE = 11 };

/*
 * Reads `2026-11-20T10:00:00Z`, with any number of decimals (cut to milliseconds), `T`, `t` or a
 * space, `Z`, `z`, an offset (`+02:00`, `+0200`, `+00`), or no zone at all (read as UTC: some APIs
 * leave it out). False where it is none, and *ms is left alone.
 */
bool time_parse(const char *text, int64_t *ms);

/* The same, or a date alone (`2026-11-20`: its first millisecond, UTC). */
bool time_or_date_parse(const char *text, int64_t *ms);

/* Writes `2026-11-20T10:00:00.000Z`. */
void time_text(int64_t ms, char text[TIME_TEXT_SIZE]);
/* Writes `2026-11-20`. */
void date_text(int64_t ms, char text[DATE_TEXT_SIZE]);

/*
 * The zone of calendars (--tz): how far it is ahead of UTC, in ms. 0 at first. Times are UTC
 * everywhere; only in which day or week one falls depends on the zone.
 */
void time_zone_set(int64_t ahead_ms);
/*
 * Or that of a name in the system's tables (TZif files below $TZDIR, else /usr/share/zoneinfo),
 * `Europe/Berlin`, through the C library and its environment variable TZ: for all of the process,
 * before there are threads. -1 and an error: there is none.
 */
int time_zone_set_name(const char *name, struct error *err);
bool time_zone_is_utc(void);
/*
 * Appends "UTC", "UTC+02:00", or "UTC+01:00 / UTC+02:00, Europe/Berlin": the offsets between two
 * times.
 */
void time_zone_text(int64_t from, int64_t to, struct strbuf *out);
/* Reads `UTC`, `Z`, `+02:00`, `-0330`, `+02`. False where it is none. */
bool time_zone_parse(const char *text, int64_t *ahead_ms);
/* Days since 1970-01-01 in the zone. */
int64_t time_local_days(int64_t ms);
/* Writes `2026-11-20`: the day in the zone. */
void time_local_date_text(int64_t ms, char text[DATE_TEXT_SIZE]);
/* The first millisecond of that day in the zone; of one that its clocks left out, of the next. */
int64_t time_of_local_day(int64_t day);
/* The Monday of the day's week, and `2026-W47`: the year of a week is that of its Thursday. */
int64_t week_monday(int64_t day);
enum { WEEK_TEXT_SIZE = 9 };
void week_text(int64_t day, char text[WEEK_TEXT_SIZE]);
/* The first day of an ISO 8601 week, `2026-W47`. False where there is none such. */
bool week_parse(const char *text, int64_t *day);

/* Days since 1970-01-01, for calendars. */
struct civil {
	int year, month, day;
};

int64_t time_days(int64_t ms);
struct civil civil_from_days(int64_t days);
int64_t days_from_civil(int year, int month, int day);

#endif
