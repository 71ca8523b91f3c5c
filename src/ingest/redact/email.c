#include "detect.h"

#include <string.h>

/*
 * First byte of a letter outside ASCII: Latin, Greek or Cyrillic (U+00C0..U+053F). Scripts that
 * write without spaces are left out, since a whole sentence would go along.
 */
static bool is_wide_lead(char byte)
{
	return (unsigned char)byte >= 0xC3 && (unsigned char)byte <= 0xD4;
}

static bool is_continuation(char byte)
{
	return ((unsigned char)byte & 0xC0) == 0x80;
}

/*
 * `marks` may stand in the local part. They hold no at sign as it is written here, so that no two
 * searches meet the same bytes.
 */
static size_t local_start(struct scan *scan, const char *marks)
{
	size_t at = scan->at;

	while (at > scan->floor) {
		char byte = scan_byte(scan, at - 1);

		if (is_alnum(byte) || (byte && strchr(marks, byte)))
			at--;
		else if (is_continuation(byte) && at > scan->floor + 1 &&
			 is_wide_lead(scan_byte(scan, at - 2)))
			at -= 2;
		else
			break;
	}
	while (at < scan->at && !is_alnum(scan_byte(scan, at)) &&
	       !is_wide_lead(scan_byte(scan, at)))
		at++;
	return at;
}

static size_t label_end(struct scan *scan, size_t at)
{
	for (;;) {
		char byte = scan_byte(scan, at);

		if (is_alnum(byte) || byte == '-')
			at++;
		else if (is_wide_lead(byte) && is_continuation(scan_byte(scan, at + 1)))
			at += 2;
		else
			return at;
	}
}

/* A top-level domain begins with two letters; what is stuck to it goes along. */
static bool is_top_level(struct scan *scan, size_t start, size_t end)
{
	return end >= start + 2 && !is_digit(scan_byte(scan, start)) &&
	       scan_byte(scan, start) != '-' && !is_digit(scan_byte(scan, start + 1)) &&
	       scan_byte(scan, start + 1) != '-';
}

/* The end of the domain at `at`, which has at least one dot; 0: there is none. */
static size_t domain_end(struct scan *scan, size_t at)
{
	size_t best = 0;
	bool dotted = false;

	for (;;) {
		size_t end = label_end(scan, at);

		if (end == at)
			return best;
		if (dotted && is_top_level(scan, at, end))
			best = end;
		if (scan_byte(scan, end) != '.')
			return best;
		dotted = true;
		at = end + 1;
	}
}

/*
 * RFC 5321's dot-string without its rarer marks, at a domain with a dot; `%40` is an at sign in
 * URLs.
 */
bool detect_email(struct scan *scan, struct match *match)
{
	size_t sign = scan_has(scan, scan->at, "%40") ? 3 : 1;
	size_t start, end;

	if (sign == 1 && scan_byte(scan, scan->at) != '@')
		return false;
	start = local_start(scan, sign == 3 ? "._+-" : "._%+-");
	if (start == scan->at)
		return false;
	end = domain_end(scan, scan->at + sign);
	while (end && scan_byte(scan, end - 1) == '-')
		end--;
	*match = (struct match){.start = start, .end = end, .kind = REDACT_EMAIL};
	return end > 0;
}
