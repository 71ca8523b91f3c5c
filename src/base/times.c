#include "runtally/base/times.h"

#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* 0001-01-01T00:00:00.000Z and 9999-12-31T23:59:59.999Z, which an offset may leave */
#define FIRST_MS INT64_C(-62135596800000)
#define LAST_MS  INT64_C(253402300799999)

static const char *two_digits(const char *text, int *value)
{
	const unsigned tens = (unsigned)(unsigned char)text[0] - '0';
	unsigned ones;

	if (tens > 9)
		return NULL;
	ones = (unsigned)(unsigned char)text[1] - '0';
	*value = (int)(tens * 10 + ones);
	return ones > 9 ? NULL : text + 2;
}

static const char *four_digits(const char *text, int *value)
{
	int hundreds, rest;

	text = two_digits(text, &hundreds);
	if (text)
		text = two_digits(text, &rest);
	if (text)
		*value = hundreds * 100 + rest;
	return text;
}

static bool is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int month_days(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Years count from March so that the leap day comes last. */
int64_t days_from_civil(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t era = y / 400, of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static const char *parse_date(const char *text, int64_t *days)
{
	int year, month, day;

	text = four_digits(text, &year);
	if (!text || *text != '-' || !(text = two_digits(text + 1, &month)) || *text != '-' ||
	    !(text = two_digits(text + 1, &day)))
		return NULL;
	if (year < 1 || month < 1 || month > 12 || day < 1 || day > month_days(year, month))
		return NULL;
	*days = days_from_civil(year, month, day);
	return text;
}

static const char *parse_fraction(const char *text, int *ms)
{
	int scale = 100;

	*ms = 0;
	if (*text != '.' && *text != ',')
		return text;
	if (text[1] < '0' || text[1] > '9')
		return NULL;
	for (text++; *text >= '0' && *text <= '9'; text++, scale /= 10)
		*ms += (*text - '0') * scale;
	return text;
}

static const char *parse_clock(const char *text, int64_t *ms)
{
	int hour, minute, second, fraction;

	if (!(text = two_digits(text, &hour)) || *text != ':' ||
	    !(text = two_digits(text + 1, &minute)) || *text != ':' ||
	    !(text = two_digits(text + 1, &second)) || !(text = parse_fraction(text, &fraction)))
		return NULL;
	if (hour > 23 || minute > 59 || second > 60)
		return NULL;
	if (second == 60)
		second = 59;
	*ms = ((hour * 60 + minute) * 60 + second) * INT64_C(1000) + fraction;
	return text;
}

static const char *parse_offset(const char *text, int64_t *ms)
{
	int hour, minute = 0;
	bool west = *text == '-';

	*ms = 0;
	if (*text == '\0')
		return text;
	if (*text == 'Z' || *text == 'z')
		return text + 1;
	if ((*text != '+' && !west) || !(text = two_digits(text + 1, &hour)))
		return NULL;
	if (*text && !(text = two_digits(text + (*text == ':'), &minute)))
		return NULL;
	if (hour > 23 || minute > 59)
		return NULL;
	*ms = (hour * 60 + minute) * INT64_C(60000) * (west ? -1 : 1);
	return text;
}

bool time_parse(const char *text, int64_t *ms)
{
	int64_t days, clock, offset;

	if (!(text = parse_date(text, &days)) || (*text != 'T' && *text != 't' && *text != ' ') ||
	    !(text = parse_clock(text + 1, &clock)) || !(text = parse_offset(text, &offset)) ||
	    *text)
		return false;
	clock += days * DAY_MS - offset;
	if (clock < FIRST_MS || clock > LAST_MS)
		return false;
	*ms = clock;
	return true;
}

bool time_or_date_parse(const char *text, int64_t *ms)
{
	int64_t days;
	const char *end = parse_date(text, &days);

	if (!end || *end)
		return time_parse(text, ms);
	*ms = days * DAY_MS;
	return true;
}

struct civil civil_from_days(int64_t days)
{
	int64_t z = days + 719468;
	int64_t era = (z >= 0 ? z : z - 146096) / 146097;
	int64_t of_era = z - era * 146097;
	int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
	int64_t month = (5 * of_year + 2) / 153;

	return (struct civil){
		.year = (int)(year + era * 400 + (month >= 10)),
		.month = (int)(month < 10 ? month + 3 : month - 9),
		.day = (int)(of_year - (153 * month + 2) / 5 + 1),
	};
}

/* ---- the zone of calendars ---- */

enum { ZONE_OFFSETS = 8, ZONE_DAYS = 2000, ZONE_NAME_MAX = 100 };

static int64_t zone_ahead_ms;
static char zone_name[ZONE_NAME_MAX + 1]; /* "": the zone is an offset */

void time_zone_set(int64_t ahead_ms)
{
	zone_ahead_ms = ahead_ms;
	zone_name[0] = '\0';
}

/* No way out of the folder, and none of the tables that count leap seconds. */
static bool is_zone_name(const char *name)
{
	for (const char *at = name; *at; at++)
		if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/",
			    *at))
			return false;
	return *name && *name != '/' && strlen(name) <= ZONE_NAME_MAX &&
	       strncmp(name, "right/", 6) != 0;
}

static bool is_zone_table(const char *path)
{
	static const char magic[4] = {'T', 'Z', 'i', 'f'};
	char begin[sizeof(magic)];
	FILE *file = fopen(path, "rb");
	bool is_table;

	if (!file)
		return false;
	is_table = fread(begin, 1, sizeof(begin), file) == sizeof(begin) &&
		   memcmp(begin, magic, sizeof(magic)) == 0;
	fclose(file);
	return is_table;
}

int time_zone_set_name(const char *name, struct error *err)
{
	const char *given = getenv("TZDIR");
	const char *folder = given && *given ? given : "/usr/share/zoneinfo";
	struct strbuf path = STRBUF_INIT;
	char whole[PATH_MAX];
	bool found;

	/*
	 * The C library takes what follows a colon for a file, below its own folder where that is
	 * no whole path; of none it says nothing.
	 */
	strbuf_addf(&path, ":%s/%s", realpath(folder, whole) ? whole : folder, name);
	found = is_zone_name(name) && is_zone_table(path.text + 1) &&
		setenv("TZ", path.text, 1) == 0;
	strbuf_release(&path);
	if (!found)
		return error_set(err,
				 "\"%s\" is neither UTC nor an offset from it (+02:00), nor a zone "
				 "whose table lies in %s",
				 name, folder);
	tzset();
	memcpy(zone_name, name, strlen(name) + 1);
	return 0;
}

bool time_zone_is_utc(void)
{
	return !zone_name[0] && !zone_ahead_ms;
}

bool time_zone_parse(const char *text, int64_t *ahead_ms)
{
	if (strcmp(text, "UTC") == 0)
		text = "Z";
	text = *text ? parse_offset(text, ahead_ms) : NULL;
	return text && !*text;
}

/* How far the zone is ahead at that time. */
static int64_t ahead_at(int64_t ms)
{
	const int64_t seconds = ms / 1000 - (ms % 1000 < 0);
	const time_t when = (time_t)seconds;
	struct tm local;

	if (!zone_name[0])
		return zone_ahead_ms;
	if (!localtime_r(&when, &local))
		return 0;
	return (days_from_civil(local.tm_year + 1900, local.tm_mon + 1, local.tm_mday) * 86400 +
		local.tm_hour * 3600 + local.tm_min * 60 + local.tm_sec - seconds) *
	       1000;
}

static void add_offset(struct strbuf *out, int64_t ahead_ms)
{
	int64_t minutes = ahead_ms / 60000, size = minutes < 0 ? -minutes : minutes;

	strbuf_addstr(out, "UTC");
	if (minutes)
		strbuf_addf(out, "%c%02d:%02d", minutes < 0 ? '-' : '+', (int)(size / 60),
			    (int)(size % 60));
}

/* Into a sorted list, each once, as far as there is room. */
static size_t add_distinct(int64_t *offsets, size_t count, int64_t offset)
{
	size_t at = 0;

	while (at < count && offsets[at] < offset)
		at++;
	if (count == ZONE_OFFSETS || (at < count && offsets[at] == offset))
		return count;
	memmove(offsets + at + 1, offsets + at, (count - at) * sizeof(*offsets));
	offsets[at] = offset;
	return count + 1;
}

void time_zone_text(int64_t from, int64_t to, struct strbuf *out)
{
	const int64_t step = DAY_MS * (1 + (to - from) / DAY_MS / ZONE_DAYS);
	int64_t offsets[ZONE_OFFSETS + 1];
	size_t count = 0;

	for (int64_t at = from; at < to; at += step)
		count = add_distinct(offsets, count, ahead_at(at));
	count = add_distinct(offsets, count, ahead_at(to));
	for (size_t i = 0; i < count; i++) {
		strbuf_addstr(out, i ? " / " : "");
		add_offset(out, offsets[i]);
	}
	if (zone_name[0])
		strbuf_addf(out, ", %s", zone_name);
}

int64_t time_local_days(int64_t ms)
{
	return time_days(ms + ahead_at(ms));
}

void time_local_date_text(int64_t ms, char text[DATE_TEXT_SIZE])
{
	date_text(time_local_days(ms) * DAY_MS, text);
}

/* No zone is more than 26 hours from UTC, which RFC 9636 allows. */
int64_t time_of_local_day(int64_t day)
{
	int64_t before = (day - 2) * DAY_MS, from = (day + 2) * DAY_MS;

	if (!zone_name[0])
		return day * DAY_MS - zone_ahead_ms;
	while (from - before > 1) {
		int64_t middle = before + (from - before) / 2;

		if (time_local_days(middle) < day)
			before = middle;
		else
			from = middle;
	}
	return from;
}

/* Week 1 is the one with the year's first Thursday; a year has 52 or 53. */
bool week_parse(const char *text, int64_t *day)
{
	int year, week;
	int64_t fourth, monday;

	text = four_digits(text, &year);
	if (!text || text[0] != '-' || text[1] != 'W' || !(text = two_digits(text + 2, &week)) ||
	    *text || year < 1 || week < 1)
		return false;
	fourth = days_from_civil(year, 1, 4);
	monday = week_monday(fourth) + (week - 1) * INT64_C(7);
	if (week > 52 && civil_from_days(monday + 3).year != year)
		return false;
	*day = monday;
	return week <= 53;
}

int64_t time_days(int64_t ms)
{
	return ms / DAY_MS - (ms % DAY_MS < 0);
}

/* The last `count` digits; returns where they end. */
static char *put_digits(char *text, unsigned value, int count)
{
	for (int i = count - 1; i >= 0; i--, value /= 10)
		text[i] = (char)('0' + value % 10);
	return text + count;
}

/* Years outside 0..9999, which time_parse never gives, lose their first digits. */
static char *put_date(int64_t ms, char *text)
{
	struct civil date = civil_from_days(time_days(ms));

	text = put_digits(text, (unsigned)date.year, 4);
	*text++ = '-';
	text = put_digits(text, (unsigned)date.month, 2);
	*text++ = '-';
	return put_digits(text, (unsigned)date.day, 2);
}

/* 1970-01-01 was a Thursday. */
int64_t week_monday(int64_t day)
{
	return day - ((day + 3) % 7 + 7) % 7;
}

void week_text(int64_t day, char text[WEEK_TEXT_SIZE])
{
	int64_t thursday = week_monday(day) + 3;
	int year = civil_from_days(thursday).year;

	text = put_digits(text, (unsigned)year, 4);
	*text++ = '-';
	*text++ = 'W';
	text = put_digits(text, (unsigned)(thursday - days_from_civil(year, 1, 1)) / 7 + 1, 2);
	*text = '\0';
}

void date_text(int64_t ms, char text[DATE_TEXT_SIZE])
{
	*put_date(ms, text) = '\0';
}

void time_text(int64_t ms, char text[TIME_TEXT_SIZE])
{
	unsigned clock = (unsigned)((ms % DAY_MS + DAY_MS) % DAY_MS);

	text = put_date(ms, text);
	*text++ = 'T';
	text = put_digits(text, clock / 3600000u, 2);
	*text++ = ':';
	text = put_digits(text, clock / 60000u % 60u, 2);
	*text++ = ':';
	text = put_digits(text, clock / 1000u % 60u, 2);
	*text++ = '.';
	text = put_digits(text, clock % 1000u, 3);
	*text++ = 'Z';
	*text = '\0';
}
