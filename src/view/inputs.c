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

static void bytes_text(const struct value *of, struct strbuf *out)
{
	format_bytes(out, *(const uint64_t *)value_field(of));
}

#define INPUT_AT(member) offsetof(struct ingest_counts, member)

static const struct member raw_inputs_members[] = {
	{"files", MEMBER_TEXT, {.text = view_digits_at}, INPUT_AT(files)},
	{"documents", MEMBER_TEXT, {.text = view_digits_at}, INPUT_AT(documents)},
	{"records", MEMBER_TEXT, {.text = view_digits_at}, INPUT_AT(records)},
	{"runs", MEMBER_TEXT, {.text = view_digits_at}, INPUT_AT(runs)},
	{"definitions", MEMBER_TEXT, {.text = view_digits_at}, INPUT_AT(definitions)},
	{"duplicates", MEMBER_TEXT, {.text = view_digits_at}, INPUT_AT(duplicates)},
	{"rejected", MEMBER_TEXT, {.text = view_digits_at}, INPUT_AT(rejected)},
	{"bytes", MEMBER_TEXT, {.text = view_digits_at}, INPUT_AT(bytes)},
	{"filtered", MEMBER_TEXT, {.text = view_digits_at}, INPUT_AT(filtered)},
	{"in_history", MEMBER_TEXT, {.text = view_digits_at}, INPUT_AT(in_history)},
	{"without_time", MEMBER_TEXT, {.text = view_digits_at}, INPUT_AT(without_time)},
	{"redactions", MEMBER_TEXT, {.text = redactions_digits}, 0},
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
	{"files", MEMBER_TEXT, {.text = view_count_at}, INPUT_AT(files)},
	{"documents", MEMBER_TEXT, {.text = view_count_at}, INPUT_AT(documents)},
	{"records", MEMBER_TEXT, {.text = view_count_at}, INPUT_AT(records)},
	{"runs", MEMBER_TEXT, {.text = view_count_at}, INPUT_AT(runs)},
	{"definitions", MEMBER_TEXT, {.text = view_count_at}, INPUT_AT(definitions)},
	{"duplicates", MEMBER_TEXT, {.text = view_count_at}, INPUT_AT(duplicates)},
	{"has_duplicates", MEMBER_FLAG, {.flag = view_any_at}, INPUT_AT(duplicates)},
	{"rejected", MEMBER_TEXT, {.text = view_count_at}, INPUT_AT(rejected)},
	{"has_rejected", MEMBER_FLAG, {.flag = view_any_at}, INPUT_AT(rejected)},
	{"bytes", MEMBER_TEXT, {.text = bytes_text}, INPUT_AT(bytes)},
	{"filtered", MEMBER_TEXT, {.text = view_count_at}, INPUT_AT(filtered)},
	{"has_filtered", MEMBER_FLAG, {.flag = view_any_at}, INPUT_AT(filtered)},
	{"in_history", MEMBER_TEXT, {.text = view_count_at}, INPUT_AT(in_history)},
	{"has_in_history", MEMBER_FLAG, {.flag = view_any_at}, INPUT_AT(in_history)},
	{"without_time", MEMBER_TEXT, {.text = view_count_at}, INPUT_AT(without_time)},
	{"has_without_time", MEMBER_FLAG, {.flag = view_any_at}, INPUT_AT(without_time)},
	{"redactions", MEMBER_TEXT, {.text = redactions_text}, 0},
	{"has_redactions", MEMBER_FLAG, {.flag = has_redactions}, 0},
	{"raw", MEMBER_OBJECT, {.object = inputs_raw}, 0},
};

static const struct value_class class_inputs = {
	.name = "inputs",
	.members = inputs_members,
	.count = MEMBER_COUNT(inputs_members),
};

/* ---- period ---- */

static void date_at(const struct value *of, struct strbuf *out)
{
	char text[DATE_TEXT_SIZE];

	time_local_date_text(*(const int64_t *)value_field(of), text);
	strbuf_addstr(out, text);
}

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
	{"from", MEMBER_TEXT, {.text = view_time_at}, INPUT_AT(period_from)},
	{"to", MEMBER_TEXT, {.text = view_time_at}, INPUT_AT(period_to)},
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
	{"from", MEMBER_TEXT, {.text = date_at}, INPUT_AT(period_from)},
	{"to", MEMBER_TEXT, {.text = date_at}, INPUT_AT(period_to)},
	{"text", MEMBER_TEXT, {.text = period_text}, 0},
	{"week", MEMBER_TEXT, {.text = period_week}, 0},
	{"raw", MEMBER_OBJECT, {.object = period_raw}, 0},
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
