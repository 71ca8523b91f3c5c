#include "members.h"
#include "runtally/analysis/select.h"
#include "runtally/base/format_number.h"

/* Rows of its lists on a page of a site; elsewhere view->rows. */
enum { SITE_COMPARED_ROWS = 200 };

static const struct comparison *comparison_of(const struct value *of)
{
	return value_view(of)->comparison;
}

/* ---- with what ---- */

static bool is_baseline(const struct value *of)
{
	return !value_view(of)->compared_period;
}

static bool is_told(const struct period *period)
{
	return period->since != TIME_UNKNOWN && period->until != TIME_UNKNOWN;
}

/* The last millisecond of a period is before its end. */
static void against_text(const struct value *of, struct strbuf *out)
{
	const struct period *period = value_view(of)->compared_period;

	if (!period)
		strbuf_addstr(out, "the baseline");
	else if (is_told(period))
		view_add_days(period->since, period->until - 1, out);
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

static int64_t from_time(const struct value *of)
{
	const struct period *period = value_view(of)->compared_period;

	return period ? period->since : comparison_of(of)->before->totals.first_at;
}

static int64_t to_time(const struct value *of)
{
	const struct period *period = value_view(of)->compared_period;

	return period ? period->until : comparison_of(of)->before->totals.last_at;
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

#define AT(member) .at = offsetof(struct comparison, member)

static const struct member pairs_members[] = {
	{"text", TEXT, .text = pairs_text}, {"probability", TEXT, .text = pairs_probability},
	{"cases", DIGITS, AT(pairs)},       {"broken", DIGITS, AT(broken)},
	{"fixed", DIGITS, AT(fixed)},       {"p", MICRO, AT(pairs_p)},
};

static const struct value_class class_pairs = CLASS("pairs", pairs_members);

/* ---- lists of what changed ---- */

/* `at` of a list and of what is counted of it: this, and a change or what became of cases. */
enum {
	SUITES_THAT = 1 << 8, /* have that enum change; CHANGES: any clear one */
	NEW_SUITES = 2 << 8,  /* had no run before */
	CASES_THAT = 3 << 8,  /* have that enum change, a clear one */
	CASES_OF = 4 << 8,    /* have that enum case_change */
	FAILING_OF = 5 << 8,  /* the same, and fail now or do in no known order */
	WHICH_MASK = 0xFF
};

static size_t which_of(const struct value *of)
{
	return value_member(of)->at & WHICH_MASK;
}

static bool is_new(const struct value *of, const void *item, size_t index)
{
	const struct suite_change *suite = item;

	(void)of;
	(void)index;
	return !suite->before;
}

static bool is_of(const struct value *of, const void *item, size_t index)
{
	const struct case_diff *diff = item;

	(void)index;
	return (size_t)diff->change == which_of(of);
}

/* Without a state before that says whether they failed then. */
static bool is_failing_of(const struct value *of, const void *item, size_t index)
{
	const struct case_diff *diff = item;

	return is_of(of, item, index) && diff->now &&
	       (diff->now->state == CASE_FAILS || diff->now->state == CASE_MIXED);
}

/* Is not just passing as before. */
static bool is_notable(const struct value *of, const void *item, size_t index)
{
	const struct case_diff *diff = item;

	(void)of;
	(void)index;
	return (diff->change != CASE_STILL_PASSING && diff->change != CASE_OTHER) ||
	       diff->rate.change == CHANGE_WORSE || diff->rate.change == CHANGE_BETTER;
}

static int64_t count_changes(const struct value *of)
{
	const struct comparison *comparison = comparison_of(of);
	const uint64_t *suites = comparison->suites_changed;
	size_t which = which_of(of);
	int64_t count = 0;

	switch (value_member(of)->at - which) {
	case SUITES_THAT:
		return (int64_t)(which == CHANGES ? suites[CHANGE_WORSE] + suites[CHANGE_BETTER]
						  : suites[which]);
	case NEW_SUITES:
		for (size_t i = 0; i < comparison->suite_count; i++)
			count += !comparison->suites[i].before;
		return count;
	case CASES_THAT:
		return (int64_t)comparison->cases_changed[which];
	case CASES_OF:
		return (int64_t)comparison->counts[which];
	default:
		for (size_t i = 0; i < comparison->case_count; i++)
			count += is_failing_of(of, &comparison->cases[i], i);
		return count;
	}
}

static size_t rows_of(const struct value *of)
{
	const struct view *view = value_view(of);

	return view->site && view->rows > SITE_COMPARED_ROWS ? SITE_COMPARED_ROWS : view->rows;
}

static void list_changes(const struct value *of, struct value_list *list)
{
	const struct comparison *comparison = comparison_of(of);
	size_t which = which_of(of), group = value_member(of)->at - which;
	uint64_t count = UINT64_MAX;

	/* Lists are asked for each element anew: what takes a look at all is not counted. */
	if (group != NEW_SUITES && group != FAILING_OF)
		count = (uint64_t)count_changes(of);
	/* Those that are worse stand before those that are better. */
	if (group == SUITES_THAT) {
		list->items =
			comparison->changed_suites +
			(which == CHANGE_BETTER ? comparison->suites_changed[CHANGE_WORSE] : 0);
	} else if (group == CASES_THAT) {
		list->items =
			comparison->changed_cases +
			(which == CHANGE_BETTER ? comparison->cases_changed[CHANGE_WORSE] : 0);
	} else if (group == NEW_SUITES) {
		value_items(list, comparison->suites, comparison->suite_count,
			    sizeof(*comparison->suites));
		list->keeps = is_new;
	} else {
		value_items(list, comparison->cases, comparison->case_count,
			    sizeof(*comparison->cases));
		list->keeps = group == CASES_OF ? is_of : is_failing_of;
	}
	if (!list->keeps) {
		list->count = (size_t)count;
		list->pointers = true;
	}
	/* When all are found, the rest is not looked through. */
	list->cut = true;
	list->most = count < rows_of(of) ? (size_t)count : rows_of(of);
}

static int64_t count_hidden(const struct value *of)
{
	uint64_t count = (uint64_t)count_changes(of), rows = rows_of(of);

	return count > rows ? (int64_t)(count - rows) : 0;
}

static bool has_changed_cases(const struct value *of)
{
	const uint64_t *changed = comparison_of(of)->cases_changed;

	return changed[CHANGE_WORSE] || changed[CHANGE_BETTER];
}

#define SUITES(which)    LIST, .list = list_changes, .at = (which), .is = CLASS_SUITE_CHANGE
#define CASES(which)     LIST, .list = list_changes, .at = (which), .is = CLASS_CASE_CHANGE
#define COUNT_OF(which)  COUNT, .number = count_changes, .at = (which)
#define HIDDEN_OF(which) COUNT, .number = count_hidden, .at = (which)
/* A list, how many there are, and how many of them are not listed. */
#define CUT(name, of, which)                                                                       \
	{name, of(which)}, {name "_count", COUNT_OF(which), .has = "has_" name},                   \
	{                                                                                          \
		"hidden_" name, HIDDEN_OF(which), .has = "has_hidden_" name                        \
	}

/* The object begins with the difference of totals. */
static const struct member comparison_members[] = {
	{"headline", TEXT, .text = headline_text},
	{"against", TEXT, .text = against_text},
	{"is_baseline", FLAG, .flag = is_baseline},
	{"from", TIME, .number = from_time},
	{"to", TIME, .number = to_time},
	{"pairs", OBJECT, .class = &class_pairs},
	{"worse_suites", SUITES(SUITES_THAT | CHANGE_WORSE)},
	{"worse_suites_count", COUNT_OF(SUITES_THAT | CHANGE_WORSE), .has = "has_worse_suites"},
	{"better_suites", SUITES(SUITES_THAT | CHANGE_BETTER)},
	{"better_suites_count", COUNT_OF(SUITES_THAT | CHANGE_BETTER), .has = "has_better_suites"},
	CUT("changed_suites", SUITES, SUITES_THAT | CHANGES),
	CUT("new_suites", SUITES, NEW_SUITES),
	CUT("worse_cases", CASES, CASES_THAT | CHANGE_WORSE),
	CUT("better_cases", CASES, CASES_THAT | CHANGE_BETTER),
	{"has_changed_cases", FLAG, .flag = has_changed_cases},
	CUT("newly_failing", CASES, CASES_OF | CASE_NEWLY_FAILING),
	CUT("fixed", CASES, CASES_OF | CASE_FIXED),
	CUT("still_failing", CASES, CASES_OF | CASE_STILL_FAILING),
	{"still_passing_count", COUNT_OF(CASES_OF | CASE_STILL_PASSING)},
	CUT("new_cases", CASES, CASES_OF | CASE_NEW),
	CUT("gone_cases", CASES, CASES_OF | CASE_GONE),
	CUT("failing_new", CASES, FAILING_OF | CASE_NEW),
	CUT("failing_unknown", CASES, FAILING_OF | CASE_OTHER),
	{"all_suites", LIST, ITEMS(struct comparison, suites, suite_count),
	 .is = CLASS_SUITE_CHANGE},
	{"notable_cases", LIST, ITEMS(struct comparison, cases, case_count), .keeps = is_notable,
	 .is = CLASS_CASE_CHANGE},
};

const struct value_class class_comparison =
	CLASS_BASED("comparison", comparison_members, &class_difference);
