#include "tally.h"

#include <stddef.h>

#include "runtally/analysis/stats.h"
#include "runtally/base/format_number.h"

static const char not_known[] = "n/a";

/* Every group begins with its tally (tally.h). */
static const struct tally *tally_of(const struct value *of)
{
	return of->object;
}

/* ---- counts ---- */

static uint64_t count_at(const struct value *of)
{
	return *(const uint64_t *)value_field(of);
}

static void judged_text(const struct value *of, struct strbuf *out)
{
	format_count(out, tally_judged(tally_of(of)));
}

static void unfinished_text(const struct value *of, struct strbuf *out)
{
	format_count(out, tally_unfinished(tally_of(of)));
}

static bool unfinished_flag(const struct value *of)
{
	return tally_unfinished(tally_of(of)) > 0;
}

static bool all_passed(const struct value *of)
{
	const struct tally *tally = tally_of(of);

	return tally->runs && tally->outcomes[OUTCOME_PASSED] == tally->runs;
}

/* ---- the rate ---- */

enum { RATE_FAIR_MICRO = 800000, RATE_ALL_MICRO = 1000000 };

static bool has_rate(const struct value *of)
{
	return tally_judged(tally_of(of)) > 0;
}

int32_t view_rate_micro(const struct tally *tally, enum interval_point point)
{
	const uint64_t passed = tally->outcomes[OUTCOME_PASSED], judged = tally_judged(tally);
	int32_t low, high;

	if (point == POINT_RATE)
		return ratio_micro(passed, judged);
	wilson_interval(passed, judged, &low, &high);
	return point == POINT_HIGH ? high : low;
}

void view_add_rate(const struct tally *tally, struct strbuf *out)
{
	if (tally_judged(tally))
		format_percent(out, tally_rate(tally));
	else
		strbuf_addstr(out, not_known);
}

static void rate_text(const struct value *of, struct strbuf *out)
{
	view_add_rate(tally_of(of), out);
}

static void fraction_text(const struct value *of, struct strbuf *out)
{
	format_count(out, tally_of(of)->outcomes[OUTCOME_PASSED]);
	strbuf_addch(out, '/');
	judged_text(of, out);
}

/* One decimal of a percent: 93.3; 100.0 and 0.0 only when exact. */
static void add_tenths(struct strbuf *out, int32_t micro)
{
	int32_t tenths = (micro + 500) / 1000;

	if (tenths == 1000 && micro < RATE_ALL_MICRO)
		tenths = 999;
	if (tenths == 0 && micro > 0)
		tenths = 1;

	strbuf_addf(out, "%d.%d", tenths / 10, tenths % 10);
}

void view_add_interval(const struct tally *tally, struct strbuf *out)
{
	if (!tally_judged(tally)) {
		strbuf_addstr(out, not_known);
		return;
	}
	add_tenths(out, view_rate_micro(tally, POINT_LOW));
	strbuf_addstr(out, "–");
	add_tenths(out, view_rate_micro(tally, POINT_HIGH));
	strbuf_addstr(out, " %");
}

static void interval_text(const struct value *of, struct strbuf *out)
{
	view_add_interval(tally_of(of), out);
}

static bool is_good(const struct value *of)
{
	const struct tally *tally = tally_of(of);

	return has_rate(of) && tally->outcomes[OUTCOME_PASSED] == tally_judged(tally);
}

static bool is_poor(const struct value *of)
{
	return has_rate(of) && view_rate_micro(tally_of(of), POINT_RATE) < RATE_FAIR_MICRO;
}

static bool is_fair(const struct value *of)
{
	return has_rate(of) && !is_good(of) && !is_poor(of);
}

/* ---- money, tokens, score ---- */

static bool cost_partial(const struct value *of)
{
	return tally_cost_is_least(tally_of(of));
}

static void cost_text(const struct value *of, struct strbuf *out)
{
	const struct tally *tally = tally_of(of);

	if (!tally->cost_known) {
		strbuf_addstr(out, not_known);
		return;
	}
	if (cost_partial(of))
		strbuf_addstr(out, "≥ ");
	format_money(out, tally->cost_nano);
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

/* What is made of the sum is too little where that is. */
static void add_quotient(const struct value *of, int64_t nano, struct strbuf *out)
{
	if (tally_of(of)->cost_over)
		strbuf_addstr(out, "≥ ");
	format_money(out, nano);
}

static void cost_mean(const struct value *of, struct strbuf *out)
{
	const struct tally *tally = tally_of(of);

	if (tally->cost_known)
		add_quotient(of, divide_rounded(tally->cost_nano, (int64_t)tally->cost_known), out);
	else
		strbuf_addstr(out, not_known);
}

static void cost_per_pass(const struct value *of, struct strbuf *out)
{
	int64_t nano = tally_cost_per_pass(tally_of(of));

	if (nano >= 0)
		add_quotient(of, nano, out);
	else
		strbuf_addstr(out, not_known);
}

static void tokens_text(const struct value *of, struct strbuf *out)
{
	if (tally_of(of)->tokens_known)
		format_count(out, count_at(of));
	else
		strbuf_addstr(out, not_known);
}

int32_t view_score_micro(const struct tally *tally)
{
	return (int32_t)divide_rounded(tally->score_micro, (int64_t)tally->score_known);
}

static void score_mean(const struct value *of, struct strbuf *out)
{
	int32_t hundredths;

	if (!tally_of(of)->score_known) {
		strbuf_addstr(out, not_known);
		return;
	}
	hundredths = (view_score_micro(tally_of(of)) + 5000) / 10000;
	strbuf_addf(out, "%d.%02d", hundredths / 100, hundredths % 100);
}

/* ---- latency and duration: `at` is the offset of the spread ---- */

static void spread_text(const struct value *of, struct strbuf *out, int64_t ms)
{
	const struct spread *spread = value_field(of);

	if (spread->known)
		format_duration(out, ms);
	else
		strbuf_addstr(out, not_known);
}

static const struct spread *spread_of(const struct value *of)
{
	return value_field(of);
}

static void spread_mean(const struct value *of, struct strbuf *out)
{
	spread_text(of, out, spread_of(of)->mean);
}

static void spread_p50(const struct value *of, struct strbuf *out)
{
	spread_text(of, out, spread_of(of)->p50);
}

static void spread_p95(const struct value *of, struct strbuf *out)
{
	spread_text(of, out, spread_of(of)->p95);
}

static void spread_max(const struct value *of, struct strbuf *out)
{
	spread_text(of, out, spread_of(of)->max);
}

/* ---- the bar: running sums of shares, so that rounding leaves no gap ---- */

static void add_hundredths(struct strbuf *out, uint64_t hundredths)
{
	format_digits(out, hundredths / 100, 0);
	strbuf_addch(out, '.');
	format_digits(out, hundredths % 100, 2);
}

/* Of the first `upto` outcomes, in hundredths of a percent of all runs. */
static uint64_t share_until(const struct tally *tally, unsigned upto)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < upto; i++)
		sum += tally->outcomes[i];
	return tally->runs ? (uint64_t)ratio_micro(sum, tally->runs) / 100 : 0;
}

static unsigned bar_outcome(const struct value *of)
{
	const struct member *member = of->detail;

	return (unsigned)member->at;
}

static void bar_share(const struct value *of, struct strbuf *out)
{
	unsigned outcome = bar_outcome(of);

	add_hundredths(out,
		       share_until(tally_of(of), outcome + 1) - share_until(tally_of(of), outcome));
}

static void bar_end(const struct value *of, struct strbuf *out)
{
	add_hundredths(out, share_until(tally_of(of), bar_outcome(of) + 1));
}

static void bar_unfinished(const struct value *of, struct strbuf *out)
{
	const struct tally *tally = tally_of(of);

	add_hundredths(out, tally->runs ? 10000 - share_until(tally, OUTCOME_PENDING) : 0);
}

static void bar_interval(const struct value *of, struct strbuf *out)
{
	const struct member *member = of->detail;
	const enum interval_point point = (enum interval_point)member->at;

	if (has_rate(of))
		add_hundredths(out, (uint64_t)view_rate_micro(tally_of(of), point) / 100);
}

static const struct member bar_members[] = {
	{"passed", MEMBER_TEXT, {.text = bar_share}, OUTCOME_PASSED},
	{"failed", MEMBER_TEXT, {.text = bar_share}, OUTCOME_FAILED},
	{"errors", MEMBER_TEXT, {.text = bar_share}, OUTCOME_ERROR},
	{"unfinished", MEMBER_TEXT, {.text = bar_unfinished}, 0},
	{"passed_end", MEMBER_TEXT, {.text = bar_end}, OUTCOME_PASSED},
	{"failed_end", MEMBER_TEXT, {.text = bar_end}, OUTCOME_FAILED},
	{"errors_end", MEMBER_TEXT, {.text = bar_end}, OUTCOME_ERROR},
	{"low", MEMBER_TEXT, {.text = bar_interval}, POINT_LOW},
	{"rate", MEMBER_TEXT, {.text = bar_interval}, POINT_RATE},
	{"high", MEMBER_TEXT, {.text = bar_interval}, POINT_HIGH},
};

static const struct value_class class_bar = {
	.name = "bar",
	.members = bar_members,
	.count = MEMBER_COUNT(bar_members),
};

static bool bar_object(const struct value *of, struct value *out)
{
	*out = value_of(&class_bar, value_view(of), of->object, of->index);
	return true;
}

static bool raw_object(const struct value *of, struct value *out)
{
	*out = value_of(&class_raw_tally, value_view(of), of->object, of->index);
	return true;
}

static const struct member tally_members[] = {
	{"runs", MEMBER_TEXT, {.text = view_count_at}, offsetof(struct tally, runs)},
	{"run_count", MEMBER_TEXT, {.text = view_count_at}, offsetof(struct tally, runs)},
	{"passed", MEMBER_TEXT, {.text = view_count_at}, OUTCOME_AT(OUTCOME_PASSED)},
	{"failed", MEMBER_TEXT, {.text = view_count_at}, OUTCOME_AT(OUTCOME_FAILED)},
	{"errors", MEMBER_TEXT, {.text = view_count_at}, OUTCOME_AT(OUTCOME_ERROR)},
	{"pending", MEMBER_TEXT, {.text = view_count_at}, OUTCOME_AT(OUTCOME_PENDING)},
	{"unknown", MEMBER_TEXT, {.text = view_count_at}, OUTCOME_AT(OUTCOME_UNKNOWN)},
	{"judged", MEMBER_TEXT, {.text = judged_text}, 0},
	{"unfinished", MEMBER_TEXT, {.text = unfinished_text}, 0},
	{"has_passed", MEMBER_FLAG, {.flag = view_any_at}, OUTCOME_AT(OUTCOME_PASSED)},
	{"has_failed", MEMBER_FLAG, {.flag = view_any_at}, OUTCOME_AT(OUTCOME_FAILED)},
	{"has_errors", MEMBER_FLAG, {.flag = view_any_at}, OUTCOME_AT(OUTCOME_ERROR)},
	{"has_pending", MEMBER_FLAG, {.flag = view_any_at}, OUTCOME_AT(OUTCOME_PENDING)},
	{"has_unknown", MEMBER_FLAG, {.flag = view_any_at}, OUTCOME_AT(OUTCOME_UNKNOWN)},
	{"has_unfinished", MEMBER_FLAG, {.flag = unfinished_flag}, 0},
	{"all_passed", MEMBER_FLAG, {.flag = all_passed}, 0},
	{"pass_rate", MEMBER_TEXT, {.text = rate_text}, 0},
	{"has_pass_rate", MEMBER_FLAG, {.flag = has_rate}, 0},
	{"fraction", MEMBER_TEXT, {.text = fraction_text}, 0},
	{"interval", MEMBER_TEXT, {.text = interval_text}, 0},
	{"is_good", MEMBER_FLAG, {.flag = is_good}, 0},
	{"is_fair", MEMBER_FLAG, {.flag = is_fair}, 0},
	{"is_poor", MEMBER_FLAG, {.flag = is_poor}, 0},
	{"cost", MEMBER_TEXT, {.text = cost_text}, 0},
	{"has_cost", MEMBER_FLAG, {.flag = view_any_at}, offsetof(struct tally, cost_known)},
	{"cost_partial", MEMBER_FLAG, {.flag = cost_partial}, 0},
	{"cost_coverage", MEMBER_TEXT, {.text = cost_coverage}, 0},
	{"cost_mean", MEMBER_TEXT, {.text = cost_mean}, 0},
	{"cost_per_pass", MEMBER_TEXT, {.text = cost_per_pass}, 0},
	{"has_cost_per_pass",
	 MEMBER_FLAG,
	 {.flag = view_any_at},
	 offsetof(struct tally, cost_known_passed)},
	{"tokens_input", MEMBER_TEXT, {.text = tokens_text}, offsetof(struct tally, tokens_input)},
	{"tokens_output",
	 MEMBER_TEXT,
	 {.text = tokens_text},
	 offsetof(struct tally, tokens_output)},
	{"has_tokens", MEMBER_FLAG, {.flag = view_any_at}, offsetof(struct tally, tokens_known)},
	{"latency_mean", MEMBER_TEXT, {.text = spread_mean}, offsetof(struct tally, latency)},
	{"latency_p50", MEMBER_TEXT, {.text = spread_p50}, offsetof(struct tally, latency)},
	{"latency_p95", MEMBER_TEXT, {.text = spread_p95}, offsetof(struct tally, latency)},
	{"latency_max", MEMBER_TEXT, {.text = spread_max}, offsetof(struct tally, latency)},
	{"has_latency", MEMBER_FLAG, {.flag = view_any_at}, offsetof(struct tally, latency.known)},
	{"latency_known",
	 MEMBER_TEXT,
	 {.text = view_count_at},
	 offsetof(struct tally, latency.known)},
	{"duration_mean", MEMBER_TEXT, {.text = spread_mean}, offsetof(struct tally, duration)},
	{"duration_p50", MEMBER_TEXT, {.text = spread_p50}, offsetof(struct tally, duration)},
	{"duration_p95", MEMBER_TEXT, {.text = spread_p95}, offsetof(struct tally, duration)},
	{"duration_max", MEMBER_TEXT, {.text = spread_max}, offsetof(struct tally, duration)},
	{"has_duration",
	 MEMBER_FLAG,
	 {.flag = view_any_at},
	 offsetof(struct tally, duration.known)},
	{"duration_known",
	 MEMBER_TEXT,
	 {.text = view_count_at},
	 offsetof(struct tally, duration.known)},
	{"score_mean", MEMBER_TEXT, {.text = score_mean}, 0},
	{"has_score", MEMBER_FLAG, {.flag = view_any_at}, offsetof(struct tally, score_known)},
	{"first_at", MEMBER_TEXT, {.text = view_minute_at}, offsetof(struct tally, first_at)},
	{"last_at", MEMBER_TEXT, {.text = view_minute_at}, offsetof(struct tally, last_at)},
	{"bar", MEMBER_OBJECT, {.object = bar_object}, 0},
	{"raw", MEMBER_OBJECT, {.object = raw_object}, 0},
};

const struct value_class class_tally = {
	.name = "tally",
	.members = tally_members,
	.count = MEMBER_COUNT(tally_members),
};
