#include "inputs.h"

#include <stddef.h>
#include <string.h>

#include "runtally/analysis/select.h"
#include "runtally/base/format_number.h"
#include "runtally/base/times.h"

/* The object of all of them is the counts. */

/* ---- inputs ---- */

static uint64_t redactions_in(const struct value *of)
{
	const struct ingest_counts *counts = of->object;
	uint64_t sum = 0;

	for (unsigned i = 0; i < REDACT_KINDS; i++)
		sum += counts->redactions[i];
	return sum;
}

static void redactions_text(const struct value *of, struct strbuf *out)
{
	format_count(out, redactions_in(of));
}

static bool has_redactions(const struct value *of)
{
	return redactions_in(of) > 0;
}

static void redactions_digits(const struct value *of, struct strbuf *out)
{
	strbuf_addf(out, "%llu", (unsigned long long)redactions_in(of));
}

#define INPUT_AT(member) offsetof(struct ingest_counts, member)

static const struct member raw_inputs_members[] = {
	{"files", DIGITS, .at = INPUT_AT(files)},
	{"documents", DIGITS, .at = INPUT_AT(documents)},
	{"records", DIGITS, .at = INPUT_AT(records)},
	{"runs", DIGITS, .at = INPUT_AT(runs)},
	{"definitions", DIGITS, .at = INPUT_AT(definitions)},
	{"duplicates", DIGITS, .at = INPUT_AT(duplicates)},
	{"rejected", DIGITS, .at = INPUT_AT(rejected)},
	{"bytes", DIGITS, .at = INPUT_AT(bytes)},
	{"filtered", DIGITS, .at = INPUT_AT(filtered)},
	{"in_history", DIGITS, .at = INPUT_AT(in_history)},
	{"without_time", DIGITS, .at = INPUT_AT(without_time)},
	{"redactions", TEXT, .text = redactions_digits},
};

static const struct value_class class_raw_inputs = {
	.name = "raw inputs",
	.members = raw_inputs_members,
	.count = MEMBER_COUNT(raw_inputs_members),
};

static bool inputs_raw(const struct value *of, struct value *out)
{
	*out = value_of(&class_raw_inputs, value_view(of), of->object, of->index);
	return true;
}

static const struct member inputs_members[] = {
	{"files", COUNT, .at = INPUT_AT(files)},
	{"documents", COUNT, .at = INPUT_AT(documents)},
	{"records", COUNT, .at = INPUT_AT(records)},
	{"runs", COUNT, .at = INPUT_AT(runs)},
	{"definitions", COUNT, .at = INPUT_AT(definitions)},
	{"duplicates", COUNT, .at = INPUT_AT(duplicates)},
	{"has_duplicates", ANY, .at = INPUT_AT(duplicates)},
	{"rejected", COUNT, .at = INPUT_AT(rejected)},
	{"has_rejected", ANY, .at = INPUT_AT(rejected)},
	{"bytes", BYTES, .at = INPUT_AT(bytes)},
	{"filtered", COUNT, .at = INPUT_AT(filtered)},
	{"has_filtered", ANY, .at = INPUT_AT(filtered)},
	{"in_history", COUNT, .at = INPUT_AT(in_history)},
	{"has_in_history", ANY, .at = INPUT_AT(in_history)},
	{"without_time", COUNT, .at = INPUT_AT(without_time)},
	{"has_without_time", ANY, .at = INPUT_AT(without_time)},
	{"redactions", TEXT, .text = redactions_text},
	{"has_redactions", FLAG, .flag = has_redactions},
	{"raw", OBJECT, .object = inputs_raw},
};

static const struct value_class class_inputs = {
	.name = "inputs",
	.members = inputs_members,
	.count = MEMBER_COUNT(inputs_members),
};

/* ---- period ---- */

static void period_text(const struct value *of, struct strbuf *out)
{
	const struct ingest_counts *counts = of->object;
	char from[DATE_TEXT_SIZE], to[DATE_TEXT_SIZE];

	time_local_date_text(counts->period_from, from);
	time_local_date_text(counts->period_to, to);
	strbuf_addstr(out, from);
	if (strcmp(from, to) != 0)
		strbuf_addf(out, " to %s", to);
}

/* The Monday of the week that was asked for; false: another period, or none. */
static bool asked_week(const struct view *view, int64_t *monday)
{
	const struct period *asked = view->asked;

	if (!asked || asked->since == TIME_UNKNOWN || asked->until == TIME_UNKNOWN ||
	    asked->until - asked->since != 7 * DAY_MS)
		return false;
	*monday = time_local_days(asked->since);
	return week_monday(*monday) == *monday && time_of_local_day(*monday) == asked->since;
}

/* The week that was asked for; else the one that all runs are of, on more than one day. */
static void period_week(const struct value *of, struct strbuf *out)
{
	const struct ingest_counts *counts = of->object;
	int64_t first = time_local_days(counts->period_from);
	int64_t last = time_local_days(counts->period_to), monday = week_monday(first);
	char text[WEEK_TEXT_SIZE];

	if (!asked_week(value_view(of), &monday) && (first == last || week_monday(last) != monday))
		return;
	week_text(monday, text);
	strbuf_addstr(out, text);
}

static const struct member raw_period_members[] = {
	{"from", TIME, .at = INPUT_AT(period_from)},
	{"to", TIME, .at = INPUT_AT(period_to)},
};

static const struct value_class class_raw_period = {
	.name = "raw period",
	.members = raw_period_members,
	.count = MEMBER_COUNT(raw_period_members),
};

static bool period_raw(const struct value *of, struct value *out)
{
	*out = value_of(&class_raw_period, value_view(of), of->object, of->index);
	return true;
}

static const struct member period_members[] = {
	{"from", DAY, .at = INPUT_AT(period_from)}, {"to", DAY, .at = INPUT_AT(period_to)},
	{"text", TEXT, .text = period_text},        {"week", TEXT, .text = period_week},
	{"raw", OBJECT, .object = period_raw},
};

static const struct value_class class_period = {
	.name = "period",
	.members = period_members,
	.count = MEMBER_COUNT(period_members),
};

/* ---- members of the report ---- */

bool view_period(const struct value *of, struct value *out)
{
	const struct ingest_counts *counts = value_view(of)->counts;

	*out = value_of(&class_period, value_view(of), counts, 0);
	return counts->period_from != TIME_UNKNOWN;
}

bool view_inputs(const struct value *of, struct value *out)
{
	*out = value_of(&class_inputs, value_view(of), value_view(of)->counts, 0);
	return true;
}
