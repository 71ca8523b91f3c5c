#include "members.h"

#include "runtally/analysis/stats.h"
#include "runtally/base/format_number.h"

#define NOT_KNOWN "n/a"

/* Every group begins with its tally (tally.h). */
static const struct tally *tally_of(const struct value *of)
{
	return of->object;
}

/* ---- counts ---- */

static int64_t judged(const struct value *of)
{
	return (int64_t)tally_judged(tally_of(of));
}

static int64_t unfinished(const struct value *of)
{
	return (int64_t)tally_unfinished(tally_of(of));
}

static bool has_unfinished(const struct value *of)
{
	return unfinished(of) > 0;
}

static bool all_passed(const struct value *of)
{
	const struct tally *tally = tally_of(of);

	return tally->runs && tally->outcomes[OUTCOME_PASSED] == tally->runs;
}

/* ---- the rate ---- */

enum { RATE_FAIR_MICRO = 800000, RATE_ALL_MICRO = 1000000 };

enum interval_point { POINT_LOW, POINT_RATE, POINT_HIGH };

/* The pass rate or an end of its interval, in millionths, where a run is judged. */
static int32_t rate_micro(const struct tally *tally, enum interval_point point)
{
	const uint64_t passed = tally->outcomes[OUTCOME_PASSED], of = tally_judged(tally);
	int32_t low, high;

	if (point == POINT_RATE)
		return ratio_micro(passed, of);
	wilson_interval(passed, of, &low, &high);
	return point == POINT_HIGH ? high : low;
}

static int64_t pass_rate(const struct value *of)
{
	return judged(of) ? tally_rate(tally_of(of)) : FIGURE_UNKNOWN;
}

/* `at` is the point. */
static int64_t interval_point(const struct value *of)
{
	if (!judged(of))
		return FIGURE_UNKNOWN;
	return rate_micro(tally_of(of), (enum interval_point)value_member(of)->at);
}

void view_add_rate(const struct tally *tally, struct strbuf *out)
{
	if (tally_judged(tally))
		format_percent(out, tally_rate(tally));
	else
		strbuf_addstr(out, NOT_KNOWN);
}

static void fraction_text(const struct value *of, struct strbuf *out)
{
	format_count(out, tally_of(of)->outcomes[OUTCOME_PASSED]);
	strbuf_addch(out, '/');
	format_count(out, tally_judged(tally_of(of)));
}

/* One decimal of a percent: 93.3; 100.0 and 0.0 only when exact. */
static void add_tenths(struct strbuf *out, int32_t micro)
{
	int32_t tenths = (micro + 500) / 1000;

	if (tenths == 1000 && micro < RATE_ALL_MICRO)
		tenths = 999;
	if (tenths == 0 && micro > 0)
		tenths = 1;
	format_digits(out, (uint64_t)tenths / 10, 0);
	strbuf_addch(out, '.');
	format_digits(out, (uint64_t)tenths % 10, 0);
}

void view_add_interval(const struct tally *tally, struct strbuf *out)
{
	if (!tally_judged(tally)) {
		strbuf_addstr(out, NOT_KNOWN);
		return;
	}
	add_tenths(out, rate_micro(tally, POINT_LOW));
	strbuf_addstr(out, "–");
	add_tenths(out, rate_micro(tally, POINT_HIGH));
	strbuf_addstr(out, " %");
}

static void interval_text(const struct value *of, struct strbuf *out)
{
	view_add_interval(tally_of(of), out);
}

enum level { GOOD, FAIR, POOR };

/* `at` is the level. */
static bool is_level(const struct value *of)
{
	const struct tally *tally = tally_of(of);
	enum level level = FAIR;

	if (!tally_judged(tally))
		return false;
	if (tally->outcomes[OUTCOME_PASSED] == tally_judged(tally))
		level = GOOD;
	else if (rate_micro(tally, POINT_RATE) < RATE_FAIR_MICRO)
		level = POOR;
	return level == value_member(of)->at;
}

/* ---- money, score ---- */

static bool cost_partial(const struct value *of)
{
	return tally_cost_is_least(tally_of(of));
}

/* What is made of the sum is too little where that is. */
static bool cost_over(const struct value *of)
{
	return tally_of(of)->cost_over;
}

static void cost_coverage(const struct value *of, struct strbuf *out)
{
	const struct tally *tally = tally_of(of);

	format_count(out, tally->cost_known);
	strbuf_addstr(out, " of ");
	format_count(out, tally->runs);
	strbuf_addstr(out, tally->runs == 1 ? " run tells" : " runs tell");
	if (tally->cost_over)
		strbuf_addstr(out, ", more than can be counted");
}

static int64_t cost_mean(const struct value *of)
{
	return divide_rounded(tally_of(of)->cost_nano, (int64_t)tally_of(of)->cost_known);
}

static int64_t cost_per_pass(const struct value *of)
{
	return tally_cost_per_pass(tally_of(of));
}

static int64_t score_mean(const struct value *of)
{
	return divide_rounded(tally_of(of)->score_micro, (int64_t)tally_of(of)->score_known);
}

/* ---- the bar: running sums of shares, so that rounding leaves no gap ---- */

/* Of the first `upto` outcomes, in hundredths of a percent of all runs. */
static int64_t share_until(const struct tally *tally, unsigned upto)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < upto; i++)
		sum += tally->outcomes[i];
	return tally->runs ? ratio_micro(sum, tally->runs) / 100 : 0;
}

/* `at` is the outcome. */
static int64_t bar_end(const struct value *of)
{
	return share_until(tally_of(of), (unsigned)value_member(of)->at + 1);
}

static int64_t bar_share(const struct value *of)
{
	return bar_end(of) - share_until(tally_of(of), (unsigned)value_member(of)->at);
}

static int64_t bar_unfinished(const struct value *of)
{
	return tally_of(of)->runs ? 10000 - share_until(tally_of(of), OUTCOME_PENDING) : 0;
}

static int64_t bar_interval(const struct value *of)
{
	return judged(of) ? interval_point(of) / 100 : FIGURE_UNKNOWN;
}

static const struct member bar_members[] = {
	{"passed", SHARE, .number = bar_share, .at = OUTCOME_PASSED},
	{"failed", SHARE, .number = bar_share, .at = OUTCOME_FAILED},
	{"errors", SHARE, .number = bar_share, .at = OUTCOME_ERROR},
	{"unfinished", SHARE, .number = bar_unfinished},
	{"passed_end", SHARE, .number = bar_end, .at = OUTCOME_PASSED},
	{"failed_end", SHARE, .number = bar_end, .at = OUTCOME_FAILED},
	{"errors_end", SHARE, .number = bar_end, .at = OUTCOME_ERROR},
	{"low", SHARE, .number = bar_interval, .at = POINT_LOW},
	{"rate", SHARE, .number = bar_interval, .at = POINT_RATE},
	{"high", SHARE, .number = bar_interval, .at = POINT_HIGH},
};

static const struct value_class class_bar = CLASS("bar", bar_members);

/* ---- the tally ---- */

#define AT(member) .at = offsetof(struct tally, member)
/* Runs, or turns, that tell. */
#define TOLD(member) .known = KNOWN_COUNT | offsetof(struct tally, member), .absent = NOT_KNOWN

/* Of a struct spread: what runs, or turns, take. */
#define SPREAD(name, of)                                                                           \
	{.raw = name ".known", .kind = DIGITS, AT(of.known)},                                      \
		{name "_mean", DURATION, AT(of.mean), TOLD(of.known), .raw = name ".mean"},        \
		{name "_p50", DURATION, AT(of.p50), TOLD(of.known), .raw = name ".p50"},           \
		{name "_p95", DURATION, AT(of.p95), TOLD(of.known), .raw = name ".p95"},           \
		{name "_max",    DURATION,           AT(of.max),                                   \
		 TOLD(of.known), .has = "has_" name, .raw = name ".max"},                          \
	{                                                                                          \
		name "_known", COUNT, AT(of.known)                                                 \
	}

static const struct member tally_members[] = {
	{"runs", COUNT, AT(runs), .raw = "runs"},
	{"run_count", COUNT, AT(runs)},
	{"passed", COUNT, AT(outcomes[OUTCOME_PASSED]), .raw = "passed"},
	{"failed", COUNT, AT(outcomes[OUTCOME_FAILED]), .raw = "failed"},
	{"errors", COUNT, AT(outcomes[OUTCOME_ERROR]), .raw = "errors"},
	{"pending", COUNT, AT(outcomes[OUTCOME_PENDING]), .raw = "pending"},
	{"unknown", COUNT, AT(outcomes[OUTCOME_UNKNOWN]), .raw = "unknown"},
	{"judged", COUNT, .number = judged},
	{"unfinished", COUNT, .number = unfinished},
	{"has_passed", ANY, AT(outcomes[OUTCOME_PASSED])},
	{"has_failed", ANY, AT(outcomes[OUTCOME_FAILED])},
	{"has_errors", ANY, AT(outcomes[OUTCOME_ERROR])},
	{"has_pending", ANY, AT(outcomes[OUTCOME_PENDING])},
	{"has_unknown", ANY, AT(outcomes[OUTCOME_UNKNOWN])},
	{"has_unfinished", FLAG, .flag = has_unfinished},
	{"all_passed", FLAG, .flag = all_passed},
	{"pass_rate", PERCENT, .number = pass_rate, .absent = NOT_KNOWN, .has = "has_pass_rate"},
	{.raw = "pass_rate", .kind = MICRO, .number = interval_point, .at = POINT_RATE},
	{.raw = "pass_rate_low", .kind = MICRO, .number = interval_point, .at = POINT_LOW},
	{.raw = "pass_rate_high", .kind = MICRO, .number = interval_point, .at = POINT_HIGH},
	{"fraction", TEXT, .text = fraction_text},
	{"interval", TEXT, .text = interval_text},
	{"is_good", FLAG, .flag = is_level, .at = GOOD},
	{"is_fair", FLAG, .flag = is_level, .at = FAIR},
	{"is_poor", FLAG, .flag = is_level, .at = POOR},
	{"cost", MONEY, AT(cost_nano), TOLD(cost_known), .least = cost_partial, .has = "has_cost",
	 .raw = "cost.total"},
	{.raw = "cost.known", .kind = DIGITS, AT(cost_known)},
	{"cost_partial", FLAG, .flag = cost_partial},
	{"cost_coverage", TEXT, .text = cost_coverage},
	{"cost_mean", MONEY, .number = cost_mean, TOLD(cost_known), .least = cost_over,
	 .raw = "cost.mean"},
	{"cost_per_pass", MONEY, .number = cost_per_pass, TOLD(cost_known_passed),
	 .least = cost_over, .has = "has_cost_per_pass", .raw = "cost.per_pass"},
	{"tokens_input", COUNT, AT(tokens_input), TOLD(tokens_known), .raw = "tokens.input"},
	{"tokens_output", COUNT, AT(tokens_output), TOLD(tokens_known), .has = "has_tokens",
	 .raw = "tokens.output"},
	{.raw = "tokens.known", .kind = DIGITS, AT(tokens_known)},
	SPREAD("latency", latency),
	SPREAD("duration", duration),
	{.raw = "score.known", .kind = DIGITS, AT(score_known)},
	{"score_mean", SCORE, .number = score_mean, TOLD(score_known), .has = "has_score",
	 .raw = "score.mean"},
	{"first_at", MINUTE, AT(first_at)},
	{"last_at", MINUTE, AT(last_at)},
	{"bar", OBJECT, .class = &class_bar},
	{"raw", .kind = RAW},
};

const struct value_class class_tally = CLASS("tally", tally_members);
