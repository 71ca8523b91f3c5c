#include <stddef.h>

#include "runtally/analysis/stats.h"
#include "runtally/base/format_number.h"
#include "tally.h"

static const struct tally *tally_of(const struct value *of)
{
	return of->object;
}

/* `at` is an enum interval_point. */
static void raw_rate(const struct value *of, struct strbuf *out)
{
	const struct member *member = of->detail;

	if (tally_judged(tally_of(of)))
		format_micro(out, view_rate_micro(tally_of(of), (enum interval_point)member->at));
}

static void raw_cost_total(const struct value *of, struct strbuf *out)
{
	format_nano(out, tally_of(of)->cost_nano);
}

static void raw_cost_mean(const struct value *of, struct strbuf *out)
{
	const struct tally *tally = tally_of(of);

	format_nano(out, divide_rounded(tally->cost_nano, (int64_t)tally->cost_known));
}

static void raw_cost_per_pass(const struct value *of, struct strbuf *out)
{
	if (tally_cost_per_pass(tally_of(of)) >= 0)
		format_nano(out, tally_cost_per_pass(tally_of(of)));
}

static const struct member raw_cost_members[] = {
	{"total", MEMBER_TEXT, {.text = raw_cost_total}, 0},
	{"known", MEMBER_TEXT, {.text = view_digits_at}, offsetof(struct tally, cost_known)},
	{"mean", MEMBER_TEXT, {.text = raw_cost_mean}, 0},
	{"per_pass", MEMBER_TEXT, {.text = raw_cost_per_pass}, 0},
};

static const struct member raw_tokens_members[] = {
	{"input", MEMBER_TEXT, {.text = view_digits_at}, offsetof(struct tally, tokens_input)},
	{"output", MEMBER_TEXT, {.text = view_digits_at}, offsetof(struct tally, tokens_output)},
	{"known", MEMBER_TEXT, {.text = view_digits_at}, offsetof(struct tally, tokens_known)},
};

static const struct member raw_spread_members[] = {
	{"known", MEMBER_TEXT, {.text = view_digits_at}, offsetof(struct spread, known)},
	{"mean", MEMBER_TEXT, {.text = view_digits_at}, offsetof(struct spread, mean)},
	{"p50", MEMBER_TEXT, {.text = view_digits_at}, offsetof(struct spread, p50)},
	{"p95", MEMBER_TEXT, {.text = view_digits_at}, offsetof(struct spread, p95)},
	{"max", MEMBER_TEXT, {.text = view_digits_at}, offsetof(struct spread, max)},
};

static void raw_score_mean(const struct value *of, struct strbuf *out)
{
	format_micro(out, view_score_micro(tally_of(of)));
}

static const struct member raw_score_members[] = {
	{"known", MEMBER_TEXT, {.text = view_digits_at}, offsetof(struct tally, score_known)},
	{"mean", MEMBER_TEXT, {.text = raw_score_mean}, 0},
};

static const struct value_class class_raw_cost = {
	.name = "raw cost",
	.members = raw_cost_members,
	.count = MEMBER_COUNT(raw_cost_members),
};
static const struct value_class class_raw_tokens = {
	.name = "raw tokens",
	.members = raw_tokens_members,
	.count = MEMBER_COUNT(raw_tokens_members),
};
static const struct value_class class_raw_spread = {
	.name = "raw spread",
	.members = raw_spread_members,
	.count = MEMBER_COUNT(raw_spread_members),
};
static const struct value_class class_raw_score = {
	.name = "raw score",
	.members = raw_score_members,
	.count = MEMBER_COUNT(raw_score_members),
};

/* A class of one part of the tally; false where `known` runs tell nothing of it. */
static bool part(const struct value *of, struct value *out, const struct value_class *class,
		 const void *object, uint64_t known)
{
	*out = value_of(class, value_view(of), object, of->index);
	return known > 0;
}

static bool raw_cost(const struct value *of, struct value *out)
{
	return part(of, out, &class_raw_cost, of->object, tally_of(of)->cost_known);
}

static bool raw_tokens(const struct value *of, struct value *out)
{
	return part(of, out, &class_raw_tokens, of->object, tally_of(of)->tokens_known);
}

static bool raw_score(const struct value *of, struct value *out)
{
	return part(of, out, &class_raw_score, of->object, tally_of(of)->score_known);
}

static bool raw_spread(const struct value *of, struct value *out)
{
	return part(of, out, &class_raw_spread, value_field(of),
		    ((const struct spread *)value_field(of))->known);
}

static const struct member raw_members[] = {
	{"runs", MEMBER_TEXT, {.text = view_digits_at}, offsetof(struct tally, runs)},
	{"passed", MEMBER_TEXT, {.text = view_digits_at}, OUTCOME_AT(OUTCOME_PASSED)},
	{"failed", MEMBER_TEXT, {.text = view_digits_at}, OUTCOME_AT(OUTCOME_FAILED)},
	{"errors", MEMBER_TEXT, {.text = view_digits_at}, OUTCOME_AT(OUTCOME_ERROR)},
	{"pending", MEMBER_TEXT, {.text = view_digits_at}, OUTCOME_AT(OUTCOME_PENDING)},
	{"unknown", MEMBER_TEXT, {.text = view_digits_at}, OUTCOME_AT(OUTCOME_UNKNOWN)},
	{"pass_rate", MEMBER_TEXT, {.text = raw_rate}, POINT_RATE},
	{"pass_rate_low", MEMBER_TEXT, {.text = raw_rate}, POINT_LOW},
	{"pass_rate_high", MEMBER_TEXT, {.text = raw_rate}, POINT_HIGH},
	{"cost", MEMBER_OBJECT, {.object = raw_cost}, 0},
	{"tokens", MEMBER_OBJECT, {.object = raw_tokens}, 0},
	{"latency", MEMBER_OBJECT, {.object = raw_spread}, offsetof(struct tally, latency)},
	{"duration", MEMBER_OBJECT, {.object = raw_spread}, offsetof(struct tally, duration)},
	{"score", MEMBER_OBJECT, {.object = raw_score}, 0},
};

const struct value_class class_raw_tally = {
	.name = "raw tally",
	.members = raw_members,
	.count = MEMBER_COUNT(raw_members),
};
