#include "compare.h"

#include <stddef.h>

#include "change.h"
#include "runtally/analysis/select.h"
#include "runtally/base/format_number.h"
#include "runtally/base/times.h"
#include "tally.h"

static const struct comparison *comparison_of(const struct value *of)
{
	return value_view(of)->comparison;
}

/* ---- with what ---- */

static bool is_baseline(const struct value *of)
{
	return !value_view(of)->compared_period;
}

static void add_day(struct strbuf *out, int64_t ms)
{
	char text[DATE_TEXT_SIZE];

	time_local_date_text(ms, text);
	strbuf_addstr(out, text);
}

static bool is_told(const struct period *period)
{
	return period->since != TIME_UNKNOWN && period->until != TIME_UNKNOWN;
}

/* The last millisecond of a period is before its end. */
static void add_days(struct strbuf *out, const struct period *period)
{
	add_day(out, period->since);
	if (time_local_days(period->since) == time_local_days(period->until - 1))
		return;
	strbuf_addstr(out, " to ");
	add_day(out, period->until - 1);
}

static void against_text(const struct value *of, struct strbuf *out)
{
	const struct period *period = value_view(of)->compared_period;

	if (!period)
		strbuf_addstr(out, "the baseline");
	else if (is_told(period))
		add_days(out, period);
	else
		strbuf_addstr(out, "the period before");
}

/* `the period before (2026-11-09 to 2026-11-15)` */
static void add_counterpart(const struct value *of, struct strbuf *out)
{
	const struct view *view = value_view(of);
	bool dated = view->compared_previous && is_told(view->compared_period);

	if (dated)
		strbuf_addstr(out, "the period before (");
	against_text(of, out);
	if (dated)
		strbuf_addch(out, ')');
}

static void from_time(const struct value *of, struct strbuf *out)
{
	const struct period *period = value_view(of)->compared_period;
	int64_t from = period ? period->since : comparison_of(of)->before->totals.first_at;
	char text[TIME_TEXT_SIZE];

	if (from == TIME_UNKNOWN)
		return;
	time_text(from, text);
	strbuf_addstr(out, text);
}

static void to_time(const struct value *of, struct strbuf *out)
{
	const struct period *period = value_view(of)->compared_period;
	int64_t to = period ? period->until : comparison_of(of)->before->totals.last_at;
	char text[TIME_TEXT_SIZE];

	if (to == TIME_UNKNOWN)
		return;
	time_text(to, text);
	strbuf_addstr(out, text);
}

/* ---- the headline ---- */

static void add_movement(const struct value *of, struct strbuf *out)
{
	int32_t points = comparison_of(of)->total.points;

	if (!points) {
		strbuf_addstr(out, ", the same as in ");
	} else {
		strbuf_addstr(out, points < 0 ? ", down " : ", up ");
		change_add_size(out, points);
		strbuf_addstr(out, " points on ");
	}
	add_counterpart(of, out);
}

static void add_verdict(const struct difference *total, struct strbuf *out)
{
	strbuf_addf(out, ": %s", change_name(total->change));
	if (total->change != CHANGE_FEW)
		return;
	strbuf_addstr(out, " to tell (a change of 5 points takes about ");
	format_count(out, total->runs_needed);
	strbuf_addstr(out, " runs on each side)");
}

/* Where one side has no verdict. */
static void add_nothing(const struct value *of, struct strbuf *out)
{
	const struct comparison *comparison = comparison_of(of);

	strbuf_addstr(out, "; ");
	add_counterpart(of, out);
	if (!comparison->before->run_count)
		strbuf_addstr(out, " has no runs to compare with");
	else if (!tally_judged(&comparison->before->totals))
		strbuf_addstr(out, " has no verdicts to compare with");
	else {
		strbuf_addstr(out, " had ");
		view_add_rate(&comparison->before->totals, out);
	}
}

static void headline_text(const struct value *of, struct strbuf *out)
{
	const struct comparison *comparison = comparison_of(of);
	const struct tally *now = &comparison->now->totals;

	strbuf_addstr(out, "Pass rate ");
	view_add_rate(now, out);
	if (tally_judged(now)) {
		strbuf_addstr(out, " (");
		view_add_interval(now, out);
		strbuf_addch(out, ')');
	}
	if (comparison->total.change == CHANGE_UNKNOWN) {
		add_nothing(of, out);
		return;
	}
	add_movement(of, out);
	add_verdict(&comparison->total, out);
}

/* ---- pairs ---- */

#define COMPARISON_AT(member) offsetof(struct comparison, member)

static void raw_pairs_p(const struct value *of, struct strbuf *out)
{
	format_micro(out, comparison_of(of)->pairs_p);
}

/* Empty where no case has a state in both. */
static void pairs_text(const struct value *of, struct strbuf *out)
{
	const struct comparison *comparison = comparison_of(of);

	if (!comparison->pairs)
		return;
	strbuf_addstr(out, "Of ");
	format_count(out, comparison->pairs);
	strbuf_addf(out, " case%s with a known state in both, ", comparison->pairs == 1 ? "" : "s");
	format_count(out, comparison->broken);
	strbuf_addstr(out, " broke and ");
	format_count(out, comparison->fixed);
	strbuf_addstr(out, comparison->fixed == 1 ? " was repaired (" : " were repaired (");
	change_add_probability(out, "McNemar p", comparison->pairs_p);
	strbuf_addch(out, ')');
}

static void pairs_probability(const struct value *of, struct strbuf *out)
{
	change_add_probability(out, "p", comparison_of(of)->pairs_p);
}

static const struct member pairs_members[] = {
	{"text", TEXT, .text = pairs_text},
	{"probability", TEXT, .text = pairs_probability},
	{"cases", DIGITS, .at = COMPARISON_AT(pairs)},
	{"broken", DIGITS, .at = COMPARISON_AT(broken)},
	{"fixed", DIGITS, .at = COMPARISON_AT(fixed)},
	{"p", TEXT, .text = raw_pairs_p},
};

static const struct value_class class_pairs = {
	.name = "pairs",
	.members = pairs_members,
	.count = MEMBER_COUNT(pairs_members),
};

static bool pairs_object(const struct value *of, struct value *out)
{
	*out = value_of(&class_pairs, value_view(of), of->object, 0);
	return true;
}

/* ---- the whole: its object begins with the difference of totals ---- */

static const struct member comparison_members[] = {
	{"headline", TEXT, .text = headline_text},
	{"against", TEXT, .text = against_text},
	{"is_baseline", FLAG, .flag = is_baseline},
	{"from", TEXT, .text = from_time},
	{"to", TEXT, .text = to_time},
	{"pairs", OBJECT, .object = pairs_object},
};

static const struct value_class class_comparison = {
	.name = "comparison",
	.members = comparison_members,
	.count = MEMBER_COUNT(comparison_members),
	.base = &class_comparison_lists,
};

bool view_comparison(const struct value *of, struct value *out)
{
	const struct comparison *comparison = comparison_of(of);

	*out = value_of(&class_comparison, value_view(of), comparison, 0);
	return comparison != NULL;
}
