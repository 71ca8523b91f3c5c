#include "runtally/base/times.h"

#include <stdio.h>
#include <string.h>

#include <stddef.h>

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

static int64_t zone_ahead_ms;

void time_zone_set(int64_t ahead_ms)
{
	zone_ahead_ms = ahead_ms;
}

bool time_zone_parse(const char *text, int64_t *ahead_ms)
{
	if (strcmp(text, "UTC") == 0)
		text = "Z";
	text = *text ? parse_offset(text, ahead_ms) : NULL;
	return text && !*text;
}

void time_zone_text(char text[ZONE_TEXT_SIZE])
{
	int64_t minutes = zone_ahead_ms / 60000, size = minutes < 0 ? -minutes : minutes;

	snprintf(text, ZONE_TEXT_SIZE, "UTC");
	if (minutes)
		snprintf(text, ZONE_TEXT_SIZE, "UTC%c%02d:%02d", minutes < 0 ? '-' : '+',
			 (int)(size / 60 % 100), (int)(size % 60));
}

int64_t time_local_days(int64_t ms)
{
	return time_days(ms + zone_ahead_ms);
}

void time_local_date_text(int64_t ms, char text[DATE_TEXT_SIZE])
{
	date_text(time_local_days(ms) * DAY_MS, text);
}

int64_t time_of_local_day(int64_t day)
{
	return day * DAY_MS - zone_ahead_ms;
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
