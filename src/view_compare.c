#include "runtally/view_compare.h"

#include <stddef.h>

#include "runtally/numbers.h"
#include "runtally/select.h"
#include "runtally/times.h"
#include "runtally/view_change.h"
#include "runtally/view_tally.h"

static const struct comparison *comparison_of(const struct value *of)
{
	return value_view(of)->comparison;
}

/* ---- lists of the whole ---- */

static size_t rows_of(const struct value *of)
{
	const struct view *view = value_view(of);

	return view->site && view->rows > SITE_COMPARED_ROWS ? SITE_COMPARED_ROWS : view->rows;
}

/* The first `most` elements from `first` on of those that are worse or better. */
static bool next_changed(const struct value *of, size_t first, uint64_t count,
			 struct value_cursor *cursor, struct value *out)
{
	size_t at = cursor->index;

	if (at >= count || at >= rows_of(of))
		return false;
	*out = value_of(&class_suite_change, value_view(of),
			comparison_of(of)->changed_suites[first + at], at);
	cursor->index++;
	return true;
}

static bool next_worse(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	return next_changed(of, 0, comparison_of(of)->suites_changed[CHANGE_WORSE], cursor, out);
}

static bool next_better(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	const uint64_t *changed = comparison_of(of)->suites_changed;

	return next_changed(of, (size_t)changed[CHANGE_WORSE], changed[CHANGE_BETTER], cursor, out);
}

static uint64_t changed_suites(const struct value *of)
{
	const uint64_t *changed = comparison_of(of)->suites_changed;

	return changed[CHANGE_WORSE] + changed[CHANGE_BETTER];
}

static bool next_worse_or_better(const struct value *of, struct value_cursor *cursor,
				 struct value *out)
{
	return next_changed(of, 0, changed_suites(of), cursor, out);
}

/* `at` is the change; CHANGES: any clear one. */
static uint64_t suites_at(const struct value *of)
{
	const struct member *member = of->detail;

	return member->at == CHANGES ? changed_suites(of)
				     : comparison_of(of)->suites_changed[member->at];
}

static void suites_count(const struct value *of, struct strbuf *out)
{
	number_count(out, suites_at(of));
}

static bool suites_any(const struct value *of)
{
	return suites_at(of) > 0;
}

static uint64_t beyond(const struct value *of, uint64_t count)
{
	size_t rows = rows_of(of);

	return count > rows ? count - rows : 0;
}

static void suites_hidden(const struct value *of, struct strbuf *out)
{
	number_count(out, beyond(of, suites_at(of)));
}

static bool suites_any_hidden(const struct value *of)
{
	return beyond(of, suites_at(of)) > 0;
}

/* All, in the order of the report, then those that are gone. */
static bool next_suite(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	if (cursor->index >= comparison_of(of)->suite_count)
		return false;
	*out = value_of(&class_suite_change, value_view(of),
			&comparison_of(of)->suites[cursor->index], cursor->index);
	cursor->index++;
	return true;
}

/* Cases in the state that `at` names; the cursor counts all. */
static bool next_case(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	const struct comparison *comparison = comparison_of(of);
	const struct member *member = of->detail;
	size_t found = (size_t)(uintptr_t)cursor->position;

	while (cursor->index < comparison->case_count && found < comparison->counts[member->at] &&
	       found < rows_of(of)) {
		const struct case_diff *diff = &comparison->cases[cursor->index++];

		if ((size_t)diff->change != member->at)
			continue;
		*out = value_of(&class_case_diff, value_view(of), diff, found);
		cursor->position = (const void *)(uintptr_t)(found + 1);
		return true;
	}
	return false;
}

/* Those that are not just passing as before. */
static bool next_notable(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	const struct comparison *comparison = comparison_of(of);
	size_t found = (size_t)(uintptr_t)cursor->position;

	while (cursor->index < comparison->case_count) {
		const struct case_diff *diff = &comparison->cases[cursor->index++];

		if ((diff->change == CASE_STILL_PASSING || diff->change == CASE_OTHER) &&
		    diff->rate.change != CHANGE_WORSE && diff->rate.change != CHANGE_BETTER)
			continue;
		*out = value_of(&class_case_diff, value_view(of), diff, found);
		cursor->position = (const void *)(uintptr_t)(found + 1);
		return true;
	}
	return false;
}

static uint64_t cases_at(const struct value *of)
{
	const struct member *member = of->detail;

	return comparison_of(of)->counts[member->at];
}

static void cases_count(const struct value *of, struct strbuf *out)
{
	number_count(out, cases_at(of));
}

static bool cases_any(const struct value *of)
{
	return cases_at(of) > 0;
}

static void cases_hidden(const struct value *of, struct strbuf *out)
{
	number_count(out, beyond(of, cases_at(of)));
}

static bool cases_any_hidden(const struct value *of)
{
	return beyond(of, cases_at(of)) > 0;
}

/* ---- with what ---- */

static bool is_baseline(const struct value *of)
{
	return !value_view(of)->compared_period;
}

static void add_day(struct strbuf *out, int64_t ms)
{
	char text[DATE_TEXT_SIZE];

	date_text(time_local_days(ms) * DAY_MS, text);
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
	number_count(out, total->runs_needed);
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
	number_micro(out, comparison_of(of)->pairs_p);
}

static const struct member pairs_members[] = {
	{"cases", MEMBER_TEXT, {.text = view_digits_at}, COMPARISON_AT(pairs)},
	{"broken", MEMBER_TEXT, {.text = view_digits_at}, COMPARISON_AT(broken)},
	{"fixed", MEMBER_TEXT, {.text = view_digits_at}, COMPARISON_AT(fixed)},
	{"p", MEMBER_TEXT, {.text = raw_pairs_p}, 0},
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
	{"headline", MEMBER_TEXT, {.text = headline_text}, 0},
	{"against", MEMBER_TEXT, {.text = against_text}, 0},
	{"is_baseline", MEMBER_FLAG, {.flag = is_baseline}, 0},
	{"from", MEMBER_TEXT, {.text = from_time}, 0},
	{"to", MEMBER_TEXT, {.text = to_time}, 0},
	{"pairs", MEMBER_OBJECT, {.object = pairs_object}, 0},
	{"worse_suites", MEMBER_LIST, {.next = next_worse}, 0},
	{"worse_suites_count", MEMBER_TEXT, {.text = suites_count}, CHANGE_WORSE},
	{"has_worse_suites", MEMBER_FLAG, {.flag = suites_any}, CHANGE_WORSE},
	{"better_suites", MEMBER_LIST, {.next = next_better}, 0},
	{"better_suites_count", MEMBER_TEXT, {.text = suites_count}, CHANGE_BETTER},
	{"has_better_suites", MEMBER_FLAG, {.flag = suites_any}, CHANGE_BETTER},
	{"changed_suites", MEMBER_LIST, {.next = next_worse_or_better}, 0},
	{"changed_suites_count", MEMBER_TEXT, {.text = suites_count}, CHANGES},
	{"has_changed_suites", MEMBER_FLAG, {.flag = suites_any}, CHANGES},
	{"hidden_changed_suites", MEMBER_TEXT, {.text = suites_hidden}, CHANGES},
	{"has_hidden_changed_suites", MEMBER_FLAG, {.flag = suites_any_hidden}, CHANGES},
	{"newly_failing", MEMBER_LIST, {.next = next_case}, CASE_NEWLY_FAILING},
	{"newly_failing_count", MEMBER_TEXT, {.text = cases_count}, CASE_NEWLY_FAILING},
	{"has_newly_failing", MEMBER_FLAG, {.flag = cases_any}, CASE_NEWLY_FAILING},
	{"hidden_newly_failing", MEMBER_TEXT, {.text = cases_hidden}, CASE_NEWLY_FAILING},
	{"has_hidden_newly_failing", MEMBER_FLAG, {.flag = cases_any_hidden}, CASE_NEWLY_FAILING},
	{"fixed", MEMBER_LIST, {.next = next_case}, CASE_FIXED},
	{"fixed_count", MEMBER_TEXT, {.text = cases_count}, CASE_FIXED},
	{"has_fixed", MEMBER_FLAG, {.flag = cases_any}, CASE_FIXED},
	{"hidden_fixed", MEMBER_TEXT, {.text = cases_hidden}, CASE_FIXED},
	{"has_hidden_fixed", MEMBER_FLAG, {.flag = cases_any_hidden}, CASE_FIXED},
	{"still_failing", MEMBER_LIST, {.next = next_case}, CASE_STILL_FAILING},
	{"still_failing_count", MEMBER_TEXT, {.text = cases_count}, CASE_STILL_FAILING},
	{"has_still_failing", MEMBER_FLAG, {.flag = cases_any}, CASE_STILL_FAILING},
	{"hidden_still_failing", MEMBER_TEXT, {.text = cases_hidden}, CASE_STILL_FAILING},
	{"has_hidden_still_failing", MEMBER_FLAG, {.flag = cases_any_hidden}, CASE_STILL_FAILING},
	{"still_passing_count", MEMBER_TEXT, {.text = cases_count}, CASE_STILL_PASSING},
	{"new_cases", MEMBER_LIST, {.next = next_case}, CASE_NEW},
	{"new_cases_count", MEMBER_TEXT, {.text = cases_count}, CASE_NEW},
	{"has_new_cases", MEMBER_FLAG, {.flag = cases_any}, CASE_NEW},
	{"hidden_new_cases", MEMBER_TEXT, {.text = cases_hidden}, CASE_NEW},
	{"has_hidden_new_cases", MEMBER_FLAG, {.flag = cases_any_hidden}, CASE_NEW},
	{"gone_cases", MEMBER_LIST, {.next = next_case}, CASE_GONE},
	{"gone_cases_count", MEMBER_TEXT, {.text = cases_count}, CASE_GONE},
	{"has_gone_cases", MEMBER_FLAG, {.flag = cases_any}, CASE_GONE},
	{"hidden_gone_cases", MEMBER_TEXT, {.text = cases_hidden}, CASE_GONE},
	{"has_hidden_gone_cases", MEMBER_FLAG, {.flag = cases_any_hidden}, CASE_GONE},
	{"all_suites", MEMBER_LIST, {.next = next_suite}, 0},
	{"notable_cases", MEMBER_LIST, {.next = next_notable}, 0},
};

static const struct value_class class_comparison = {
	.name = "comparison",
	.members = comparison_members,
	.count = MEMBER_COUNT(comparison_members),
	.base = &class_difference,
};

bool view_comparison(const struct value *of, struct value *out)
{
	const struct comparison *comparison = comparison_of(of);

	*out = value_of(&class_comparison, value_view(of), comparison, 0);
	return comparison != NULL;
}
