#include "change.h"

#include <inttypes.h>
#include <stddef.h>

#include "runtally/analysis/stats.h"
#include "runtally/base/format_number.h"

static const char not_known[] = "n/a";

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

void change_add_points(struct strbuf *out, int32_t micro)
{
	if (micro)
		add_sign(out, micro < 0);
	change_add_size(out, micro);
}

static bool is_known(const struct value *of)
{
	return difference_of(of)->change != CHANGE_UNKNOWN;
}

static void change_text(const struct value *of, struct strbuf *out)
{
	strbuf_addstr(out, change_name(difference_of(of)->change));
}

/* `at` is the change that this flag stands for. */
static bool change_flag(const struct value *of)
{
	const struct member *member = of->detail;

	return (size_t)difference_of(of)->change == member->at;
}

static void points_text(const struct value *of, struct strbuf *out)
{
	if (is_known(of))
		change_add_points(out, difference_of(of)->points);
	else
		strbuf_addstr(out, not_known);
}

static bool is_up(const struct value *of)
{
	return difference_of(of)->points > 0;
}

static bool is_down(const struct value *of)
{
	return difference_of(of)->points < 0;
}

static void interval_text(const struct value *of, struct strbuf *out)
{
	if (!is_known(of)) {
		strbuf_addstr(out, not_known);
		return;
	}
	change_add_points(out, difference_of(of)->low);
	strbuf_addstr(out, " to ");
	change_add_points(out, difference_of(of)->high);
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

static void p_text(const struct value *of, struct strbuf *out)
{
	if (is_known(of))
		change_add_probability(out, "p", difference_of(of)->p);
}

static void q_text(const struct value *of, struct strbuf *out)
{
	if (is_known(of))
		change_add_probability(out, "q", difference_of(of)->q);
}

static void runs_needed_text(const struct value *of, struct strbuf *out)
{
	if (is_known(of))
		format_count(out, difference_of(of)->runs_needed);
}

static bool side(const struct value *of, const struct tally *tally, struct value *out)
{
	*out = value_of(&class_tally, value_view(of), tally, 0);
	return tally != NULL;
}

static bool now_object(const struct value *of, struct value *out)
{
	return side(of, difference_of(of)->now, out);
}

static bool before_object(const struct value *of, struct value *out)
{
	return side(of, difference_of(of)->before, out);
}

/* ---- what it took ---- */

/* Of one side; negative where it is not known. */
typedef int64_t figure(const struct tally *tally);

static int64_t cost_figure(const struct tally *tally)
{
	return tally->cost_known && tally->cost_known == tally->runs ? tally->cost_nano : -1;
}

static int64_t cost_mean_figure(const struct tally *tally)
{
	if (!tally->cost_known)
		return -1;
	return divide_rounded(tally->cost_nano, (int64_t)tally->cost_known);
}

static int64_t latency_figure(const struct tally *tally)
{
	return tally->latency.known ? tally->latency.p95 : -1;
}

static int64_t duration_figure(const struct tally *tally)
{
	return tally->duration.known ? tally->duration.p95 : -1;
}

static int64_t tokens_figure(const struct tally *tally)
{
	int64_t known = (int64_t)tally->tokens_known;

	if (!known)
		return -1;
	return divide_rounded(tally->tokens_input, known) +
	       divide_rounded(tally->tokens_output, known);
}

enum {
	FIGURE_COST,
	FIGURE_COST_MEAN,
	FIGURE_COST_PER_PASS,
	FIGURE_LATENCY,
	FIGURE_DURATION,
	FIGURE_TOKENS
};

static figure *const figures[] = {
	[FIGURE_COST] = cost_figure,
	[FIGURE_COST_MEAN] = cost_mean_figure,
	[FIGURE_COST_PER_PASS] = tally_cost_per_pass,
	[FIGURE_LATENCY] = latency_figure,
	[FIGURE_DURATION] = duration_figure,
	[FIGURE_TOKENS] = tokens_figure,
};

/* The figure that `at` names, as a share of what it was before; false: not known. */
static bool ratio_of(const struct value *of, double *ratio)
{
	const struct difference *difference = difference_of(of);
	const struct member *member = of->detail;
	figure *tell = figures[member->at];
	int64_t now = difference->now ? tell(difference->now) : -1;
	int64_t before = difference->before ? tell(difference->before) : -1;

	if (now < 0 || before < 0 || (!before && now))
		return false;
	*ratio = before ? (double)now / (double)before : 1;
	return true;
}

/* More than this is not a change but another thing; it fits what shows it. */
#define RATIO_MOST 1e3

static bool has_change(const struct value *of)
{
	double ratio;

	return ratio_of(of, &ratio);
}

/* In tenths of a per cent, rounded half up. */
static int64_t tenths_of(double ratio)
{
	double tenths = ratio * 1000;

	tenths = tenths + 0.5;
	return (int64_t)tenths - 1000;
}

/* `+12 %`, `−3.4 %`, `0 %`; a decimal below ten per cent. */
static void relative_text(const struct value *of, struct strbuf *out)
{
	double ratio;
	int64_t tenths;
	uint64_t size;

	if (!ratio_of(of, &ratio)) {
		strbuf_addstr(out, not_known);
		return;
	}
	tenths = tenths_of(ratio < RATIO_MOST ? ratio : RATIO_MOST);
	size = tenths < 0 ? (uint64_t)-tenths : (uint64_t)tenths;
	if (size)
		add_sign(out, tenths < 0);
	if (size && size < 100) {
		format_digits(out, size / 10, 0);
		strbuf_addch(out, '.');
		format_digits(out, size % 10, 0);
	} else {
		format_count(out, (size + 5) / 10);
	}
	strbuf_addstr(out, " %");
}

/* ---- for programs ---- */

static void raw_micro(const struct value *of, struct strbuf *out)
{
	if (is_known(of))
		format_micro(out, *(const int32_t *)value_field(of));
}

static void raw_runs_needed(const struct value *of, struct strbuf *out)
{
	if (is_known(of))
		format_digits(out, difference_of(of)->runs_needed, 0);
}

/* As a share: 0.12 is 12 per cent more. */
static void raw_relative(const struct value *of, struct strbuf *out)
{
	double ratio;

	if (ratio_of(of, &ratio))
		format_micro(out,
			     (int32_t)(tenths_of(ratio < RATIO_MOST ? ratio : RATIO_MOST) * 1000));
}

#define DIFFERENCE_AT(member) offsetof(struct difference, member)

static const struct member raw_members[] = {
	{"points", TEXT, .text = raw_micro, .at = DIFFERENCE_AT(points)},
	{"low", TEXT, .text = raw_micro, .at = DIFFERENCE_AT(low)},
	{"high", TEXT, .text = raw_micro, .at = DIFFERENCE_AT(high)},
	{"p", TEXT, .text = raw_micro, .at = DIFFERENCE_AT(p)},
	{"q", TEXT, .text = raw_micro, .at = DIFFERENCE_AT(q)},
	{"runs_needed", TEXT, .text = raw_runs_needed},
	{"cost_change", TEXT, .text = raw_relative, .at = FIGURE_COST},
	{"cost_mean_change", TEXT, .text = raw_relative, .at = FIGURE_COST_MEAN},
	{"cost_per_pass_change", TEXT, .text = raw_relative, .at = FIGURE_COST_PER_PASS},
	{"latency_p95_change", TEXT, .text = raw_relative, .at = FIGURE_LATENCY},
	{"duration_p95_change", TEXT, .text = raw_relative, .at = FIGURE_DURATION},
	{"tokens_change", TEXT, .text = raw_relative, .at = FIGURE_TOKENS},
};

static const struct value_class class_raw_difference = {
	.name = "raw difference",
	.members = raw_members,
	.count = MEMBER_COUNT(raw_members),
};

static bool raw_object(const struct value *of, struct value *out)
{
	*out = value_of(&class_raw_difference, value_view(of), of->object, of->index);
	return true;
}

static const struct member difference_members[] = {
	{"change", TEXT, .text = change_text},
	{"is_worse", FLAG, .flag = change_flag, .at = CHANGE_WORSE},
	{"is_better", FLAG, .flag = change_flag, .at = CHANGE_BETTER},
	{"is_none", FLAG, .flag = change_flag, .at = CHANGE_NONE},
	{"is_few", FLAG, .flag = change_flag, .at = CHANGE_FEW},
	{"is_unknown", FLAG, .flag = change_flag, .at = CHANGE_UNKNOWN},
	{"is_known", FLAG, .flag = is_known},
	{"is_up", FLAG, .flag = is_up},
	{"is_down", FLAG, .flag = is_down},
	{"points", TEXT, .text = points_text},
	{"interval", TEXT, .text = interval_text},
	{"p", TEXT, .text = p_text},
	{"q", TEXT, .text = q_text},
	{"runs_needed", TEXT, .text = runs_needed_text},
	{"now", OBJECT, .object = now_object},
	{"before", OBJECT, .object = before_object},
	{"cost_change", TEXT, .text = relative_text, .at = FIGURE_COST},
	{"has_cost_change", FLAG, .flag = has_change, .at = FIGURE_COST},
	{"cost_mean_change", TEXT, .text = relative_text, .at = FIGURE_COST_MEAN},
	{"has_cost_mean_change", FLAG, .flag = has_change, .at = FIGURE_COST_MEAN},
	{"cost_per_pass_change", TEXT, .text = relative_text, .at = FIGURE_COST_PER_PASS},
	{"has_cost_per_pass_change", FLAG, .flag = has_change, .at = FIGURE_COST_PER_PASS},
	{"latency_p95_change", TEXT, .text = relative_text, .at = FIGURE_LATENCY},
	{"has_latency_p95_change", FLAG, .flag = has_change, .at = FIGURE_LATENCY},
	{"duration_p95_change", TEXT, .text = relative_text, .at = FIGURE_DURATION},
	{"has_duration_p95_change", FLAG, .flag = has_change, .at = FIGURE_DURATION},
	{"tokens_change", TEXT, .text = relative_text, .at = FIGURE_TOKENS},
	{"has_tokens_change", FLAG, .flag = has_change, .at = FIGURE_TOKENS},
	{"raw", OBJECT, .object = raw_object},
};

const struct value_class class_difference = {
	.name = "difference",
	.members = difference_members,
	.count = MEMBER_COUNT(difference_members),
};
