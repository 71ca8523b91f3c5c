#include "members.h"
#include "runtally/analysis/stats.h"
#include "runtally/base/format_number.h"

#define NOT_KNOWN "n/a"

static const struct difference *difference_of(const struct value *of)
{
	return of->object;
}

/* ---- the rate ---- */

/* Millionths in a tenth of a point; less than half of it would be shown as 0.0. */
enum { TENTH = 1000, LEAST_SHOWN = TENTH / 2 };

static void add_sign(struct strbuf *out, bool negative)
{
	strbuf_addstr(out, negative ? "−" : "+");
}

void change_add_size(struct strbuf *out, int32_t micro)
{
	uint64_t size = micro < 0 ? (uint64_t) - (int64_t)micro : (uint64_t)micro;

	if (size && size < LEAST_SHOWN) {
		strbuf_addstr(out, "0.");
		format_digits(out, size, 4);
		return;
	}
	size = (size + LEAST_SHOWN) / TENTH;
	format_digits(out, size / 10, 0);
	strbuf_addch(out, '.');
	format_digits(out, size % 10, 0);
}

static void change_text(const struct value *of, struct strbuf *out)
{
	strbuf_addstr(out, change_name(difference_of(of)->change));
}

static bool is_known(const struct value *of)
{
	return difference_of(of)->change != CHANGE_UNKNOWN;
}

/* Millionths; `at` is their offset. */
static int64_t micro_at(const struct value *of)
{
	const char *difference = of->object;

	return is_known(of) ? *(const int32_t *)(difference + value_member(of)->at)
			    : FIGURE_UNKNOWN;
}

static bool is_up(const struct value *of)
{
	return difference_of(of)->points > 0;
}

static bool is_down(const struct value *of)
{
	return difference_of(of)->points < 0;
}

static void show_points(struct strbuf *out, int64_t micro)
{
	if (micro)
		add_sign(out, micro < 0);
	change_add_size(out, (int32_t)micro);
}

static void interval_text(const struct value *of, struct strbuf *out)
{
	if (!is_known(of)) {
		strbuf_addstr(out, NOT_KNOWN);
		return;
	}
	show_points(out, difference_of(of)->low);
	strbuf_addstr(out, " to ");
	show_points(out, difference_of(of)->high);
	strbuf_addstr(out, " points");
}

void change_add_probability(struct strbuf *out, const char *name, int32_t micro)
{
	int32_t thousandths = (micro + 500) / 1000;

	strbuf_addstr(out, name);
	if (micro < 1000) {
		strbuf_addstr(out, " < 0.001");
	} else if (micro == 1000000) {
		strbuf_addstr(out, " = 1");
	} else if (thousandths == 1000) {
		strbuf_addstr(out, " > 0.999");
	} else if (thousandths == 50 && micro != 50000) {
		strbuf_addstr(out, " = 0.");
		format_digits(out, (uint64_t)micro, 6);
	} else {
		strbuf_addstr(out, " = 0.");
		format_digits(out, (uint64_t)thousandths, 3);
	}
}

static void show_p(struct strbuf *out, int64_t micro)
{
	change_add_probability(out, "p", (int32_t)micro);
}

static void show_q(struct strbuf *out, int64_t micro)
{
	change_add_probability(out, "q", (int32_t)micro);
}

static int64_t needed_runs(const struct value *of)
{
	return is_known(of) ? (int64_t)difference_of(of)->runs_needed : FIGURE_UNKNOWN;
}

/* ---- what it took ---- */

enum side_figure {
	FIGURE_COST,
	FIGURE_COST_MEAN,
	FIGURE_COST_PER_PASS,
	FIGURE_LATENCY,
	FIGURE_DURATION,
	FIGURE_TOKENS
};

/* Of one side; negative where it is not known. */
static int64_t figure_of_side(const struct tally *side, enum side_figure figure)
{
	int64_t tokens = side ? (int64_t)side->tokens_known : 0;

	if (!side)
		return -1;
	switch (figure) {
	case FIGURE_COST:
		return side->cost_known == side->runs && side->runs ? side->cost_nano : -1;
	case FIGURE_COST_MEAN:
		if (!side->cost_known)
			return -1;
		return divide_rounded(side->cost_nano, (int64_t)side->cost_known);
	case FIGURE_COST_PER_PASS:
		return tally_cost_per_pass(side);
	case FIGURE_LATENCY:
		return side->latency.known ? side->latency.p95 : -1;
	case FIGURE_DURATION:
		return side->duration.known ? side->duration.p95 : -1;
	case FIGURE_TOKENS:
		break;
	}
	if (!tokens)
		return -1;
	return divide_rounded(side->tokens_input, tokens) +
	       divide_rounded(side->tokens_output, tokens);
}

/* More than this is not a change but another thing; it fits what shows it. */
#define RATIO_MOST 1e3

/*
 * By how much the figure that `at` names is above what it was before, as a share of that, to
 * tenths of a per cent rounded half up, in millionths: 120000 is 12 per cent more.
 */
static int64_t relative(const struct value *of)
{
	const struct difference *difference = difference_of(of);
	enum side_figure figure = (enum side_figure)value_member(of)->at;
	int64_t now = figure_of_side(difference->now, figure);
	int64_t before = figure_of_side(difference->before, figure);
	double ratio = before > 0 ? (double)now / (double)before : 1;

	if (now < 0 || before < 0 || (!before && now))
		return FIGURE_UNKNOWN;
	ratio = (ratio < RATIO_MOST ? ratio : RATIO_MOST) * 1000;
	ratio = ratio + 0.5;
	return ((int64_t)ratio - 1000) * 1000;
}

/* `+12 %`, `−3.4 %`, `0 %`; a decimal below ten per cent. */
static void show_relative(struct strbuf *out, int64_t micro)
{
	uint64_t tenths = (uint64_t)(micro < 0 ? -micro : micro) / 1000;

	if (tenths)
		add_sign(out, micro < 0);
	if (tenths && tenths < 100) {
		format_digits(out, tenths / 10, 0);
		strbuf_addch(out, '.');
		format_digits(out, tenths % 10, 0);
	} else {
		format_count(out, (tenths + 5) / 10);
	}
	strbuf_addstr(out, " %");
}

#define AT(member) .at = offsetof(struct difference, member)
#define RELATIVE(name, figure)                                                                     \
	{                                                                                          \
		name, MICRO, .number = relative, .at = (figure), .show = show_relative,            \
			     .absent = NOT_KNOWN, .has = "has_" name, .raw = name                  \
	}

static const struct member difference_members[] = {
	{"change", TEXT, .text = change_text},
	{"is_worse", IS, AT(change), .mask = 1U << CHANGE_WORSE},
	{"is_better", IS, AT(change), .mask = 1U << CHANGE_BETTER},
	{"is_none", IS, AT(change), .mask = 1U << CHANGE_NONE},
	{"is_few", IS, AT(change), .mask = 1U << CHANGE_FEW},
	{"is_unknown", IS, AT(change), .mask = 1U << CHANGE_UNKNOWN},
	{"is_known", FLAG, .flag = is_known},
	{"is_up", FLAG, .flag = is_up},
	{"is_down", FLAG, .flag = is_down},
	{"points", MICRO, .number = micro_at, AT(points), .show = show_points, .absent = NOT_KNOWN,
	 .raw = "points"},
	{.raw = "low", .kind = MICRO, .number = micro_at, AT(low)},
	{.raw = "high", .kind = MICRO, .number = micro_at, AT(high)},
	{"interval", TEXT, .text = interval_text},
	{"p", MICRO, .number = micro_at, AT(p), .show = show_p, .raw = "p"},
	{"q", MICRO, .number = micro_at, AT(q), .show = show_q, .raw = "q"},
	{"runs_needed", COUNT, .number = needed_runs, .raw = "runs_needed"},
	{"now", POINTER, AT(now), .is = CLASS_TALLY},
	{"before", POINTER, AT(before), .is = CLASS_TALLY},
	RELATIVE("cost_change", FIGURE_COST),
	RELATIVE("cost_mean_change", FIGURE_COST_MEAN),
	RELATIVE("cost_per_pass_change", FIGURE_COST_PER_PASS),
	RELATIVE("latency_p95_change", FIGURE_LATENCY),
	RELATIVE("duration_p95_change", FIGURE_DURATION),
	RELATIVE("tokens_change", FIGURE_TOKENS),
	{"raw", .kind = RAW},
};

const struct value_class class_difference = CLASS("difference", difference_members);

/* ---- suites ---- */

static const struct suite_change *suite_of(const struct value *of)
{
	return of->object;
}

/* As it is now, else as it was. */
static const void *known_suite(const struct value *of)
{
	return suite_of(of)->now ? suite_of(of)->now : suite_of(of)->before;
}

static void suite_href(const struct value *of, struct strbuf *out)
{
	if (suite_of(of)->now)
		view_suite_href(value_view(of), suite_of(of)->now, out);
}

#define OF_SUITE(member) .from = known_suite, .at = offsetof(struct suite_group, member)

static const struct member suite_members[] = {
	{"source", TEXT, OF_SUITE(source)},
	{"id", TEXT, OF_SUITE(id)},
	{"name", TEXT, OF_SUITE(name)},
	{"title", TEXT, OF_SUITE(title)},
	{"anchor", TEXT, .text = text_suite_anchor, .from = known_suite},
	{"href", TEXT, .text = suite_href},
	{"is_new", UNSET, .at = offsetof(struct suite_change, before)},
	{"is_gone", UNSET, .at = offsetof(struct suite_change, now)},
	{"now", POINTER, .at = offsetof(struct suite_change, now), .in_place = true,
	 .is = CLASS_SUITE},
};

const struct value_class class_suite_change =
	CLASS_BASED("comparison of a suite", suite_members, &class_difference);

/* ---- cases ---- */

static const struct case_diff *case_of(const struct value *of)
{
	return of->object;
}

static const void *known_case(const struct value *of)
{
	return case_of(of)->now ? case_of(of)->now : case_of(of)->before;
}

static const void *case_suite(const struct value *of)
{
	const struct comparison *comparison = value_view(of)->comparison;
	const struct results *results = case_of(of)->now ? comparison->now : comparison->before;
	const struct case_group *group = known_case(of);

	return &results->suites[group->suite];
}

static void case_anchor(const struct value *of, struct strbuf *out)
{
	anchor_case(out, case_suite(of), known_case(of));
}

static void case_href(const struct value *of, struct strbuf *out)
{
	if (case_of(of)->now)
		view_case_href(value_view(of), case_suite(of), case_of(of)->now, out);
}

static void case_state(const struct value *of, struct strbuf *out)
{
	strbuf_addstr(out, case_change_name(case_of(of)->change));
}

#define OF_CASE(member)       .from = known_case, .at = offsetof(struct case_group, member)
#define OF_CASE_SUITE(member) .from = case_suite, .at = offsetof(struct suite_group, member)
#define CASE_AT(member)       .at = offsetof(struct case_diff, member)

static const struct member case_members[] = {
	{"source", TEXT, OF_CASE_SUITE(source)},
	{"id", TEXT, OF_CASE(id)},
	{"name", TEXT, OF_CASE(name)},
	{"suite", TEXT, OF_CASE_SUITE(title)},
	{"suite_id", TEXT, OF_CASE_SUITE(id)},
	{"suite_name", TEXT, OF_CASE_SUITE(name)},
	{"anchor", TEXT, .text = case_anchor},
	{"href", TEXT, .text = case_href},
	{"state", TEXT, .text = case_state},
	{"is_newly_failing", IS, CASE_AT(change), .mask = 1U << CASE_NEWLY_FAILING},
	{"is_fixed", IS, CASE_AT(change), .mask = 1U << CASE_FIXED},
	{"is_still_failing", IS, CASE_AT(change), .mask = 1U << CASE_STILL_FAILING},
	{"is_still_passing", IS, CASE_AT(change), .mask = 1U << CASE_STILL_PASSING},
	{"is_new", IS, CASE_AT(change), .mask = 1U << CASE_NEW},
	{"is_gone", IS, CASE_AT(change), .mask = 1U << CASE_GONE},
	{"now", POINTER, CASE_AT(now), .in_place = true, .is = CLASS_CASE},
};

const struct value_class class_case_change =
	CLASS_BASED("comparison of a case", case_members, &class_difference);
