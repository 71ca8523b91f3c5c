#include "reliability.h"

#include <stddef.h>
#include <string.h>

#include "runtally/analysis/reliability.h"
#include "runtally/analysis/stats.h"
#include "runtally/base/format_number.h"
#include "runtally/base/times.h"

/* ---- of so many tries: of->index + 1 ---- */

static int32_t micro_of(const struct value *of)
{
	return *(const int32_t *)value_field(of);
}

static void tries_text(const struct value *of, struct strbuf *out)
{
	format_count(out, of->index + 1);
}

static void rate_text(const struct value *of, struct strbuf *out)
{
	format_percent(out, micro_of(of));
}

/* In percent with two decimals, for drawing. */
static void rate_share(const struct value *of, struct strbuf *out)
{
	uint64_t hundredths = (uint64_t)micro_of(of) / 100;

	format_digits(out, hundredths / 100, 0);
	strbuf_addch(out, '.');
	format_digits(out, hundredths % 100, 2);
}

static void rate_raw(const struct value *of, struct strbuf *out)
{
	format_micro(out, micro_of(of));
}

/* For people, every other one; of a single try, the others tell. */
static bool is_shown(const struct value *of)
{
	const struct pass_hat *hat = of->object;

	return of->index % 2 && hat->cases >= TRIED_FEW;
}

static const struct member raw_pass_hat_members[] = {
	{"rate", TEXT, .text = rate_raw, .at = offsetof(struct pass_hat, rate)},
	{"single", TEXT, .text = rate_raw, .at = offsetof(struct pass_hat, single)},
	{"cases", DIGITS, .at = offsetof(struct pass_hat, cases)},
};

static const struct value_class class_raw_pass_hat = {
	.name = "raw pass^k",
	.members = raw_pass_hat_members,
	.count = MEMBER_COUNT(raw_pass_hat_members),
};

static bool pass_hat_raw(const struct value *of, struct value *out)
{
	*out = value_of(&class_raw_pass_hat, value_view(of), of->object, of->index);
	return true;
}

static const struct member pass_hat_members[] = {
	{"k", TEXT, .text = tries_text},
	{"cases", COUNT, .at = offsetof(struct pass_hat, cases)},
	{"is_shown", FLAG, .flag = is_shown},
	{"rate", TEXT, .text = rate_text, .at = offsetof(struct pass_hat, rate)},
	{"single", TEXT, .text = rate_text, .at = offsetof(struct pass_hat, single)},
	{"rate_end", TEXT, .text = rate_share, .at = offsetof(struct pass_hat, rate)},
	{"raw", OBJECT, .object = pass_hat_raw},
};

static const struct value_class class_pass_hat = {
	.name = "pass^k",
	.members = pass_hat_members,
	.count = MEMBER_COUNT(pass_hat_members),
};

/* ---- reliability ---- */

static const struct reliability *reliability_of(const struct value *of)
{
	return of->object;
}

static void window_text(const struct value *of, struct strbuf *out)
{
	char from[DATE_TEXT_SIZE], to[DATE_TEXT_SIZE];

	if (reliability_of(of)->first_at == TIME_UNKNOWN)
		return;
	time_local_date_text(reliability_of(of)->first_at, from);
	time_local_date_text(reliability_of(of)->last_at, to);
	strbuf_addstr(out, from);
	if (strcmp(from, to) != 0)
		strbuf_addf(out, " to %s", to);
}

/* Those that have a case. */
static bool next_pass_hat(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	const struct pass_hat *hats = reliability_of(of)->pass_hat;

	if (cursor->index >= TRIES_MOST || !hats[cursor->index].cases)
		return false;
	*out = value_of(&class_pass_hat, value_view(of), &hats[cursor->index], cursor->index);
	cursor->index++;
	return true;
}

static bool example(const struct value *of, struct value *out)
{
	const struct reliability *reliability = reliability_of(of);
	unsigned k = reliability_example(reliability);

	if (!k)
		return false;
	*out = value_of(&class_pass_hat, value_view(of), &reliability->pass_hat[k - 1], k - 1);
	return true;
}

#define AT(member) offsetof(struct reliability, member)

static const struct member raw_members[] = {
	{"from", TIME, .at = AT(first_at)}, {"to", TIME, .at = AT(last_at)},
	{"solid", DIGITS, .at = AT(solid)}, {"shaky", DIGITS, .at = AT(shaky)},
	{"dead", DIGITS, .at = AT(dead)},   {"too_few", DIGITS, .at = AT(few)},
	{"flaky", DIGITS, .at = AT(flaky)},
};

static const struct value_class class_raw_reliability = {
	.name = "raw reliability",
	.members = raw_members,
	.count = MEMBER_COUNT(raw_members),
};

static bool raw_object(const struct value *of, struct value *out)
{
	*out = value_of(&class_raw_reliability, value_view(of), of->object, of->index);
	return true;
}

static const struct member reliability_members[] = {
	{"window", TEXT, .text = window_text},     {"is_wider", FLAG, .at = AT(is_wider)},
	{"pass_hat", LIST, .next = next_pass_hat}, {"example", OBJECT, .object = example},
	{"solid", COUNT, .at = AT(solid)},         {"shaky", COUNT, .at = AT(shaky)},
	{"dead", COUNT, .at = AT(dead)},           {"too_few", COUNT, .at = AT(few)},
	{"flaky", COUNT, .at = AT(flaky)},         {"raw", OBJECT, .object = raw_object},
};

static const struct value_class class_reliability = {
	.name = "reliability",
	.members = reliability_members,
	.count = MEMBER_COUNT(reliability_members),
};

bool view_reliability(const struct value *of, struct value *out)
{
	*out = value_of(&class_reliability, value_view(of), value_view(of)->reliability, 0);
	return value_view(of)->reliability != NULL;
}

/* ---- of a case ---- */

/* NULL: it has not two verdicts. */
static const struct tries *tries_of(const struct value *of)
{
	const struct view *view = value_view(of);
	const struct case_group *group = of->object;
	const struct tries *tries;

	if (!view->reliability)
		return NULL;
	tries = &view->reliability->cases[group - view->results->cases];
	return tries->judged > 1 ? tries : NULL;
}

static void case_rate(const struct value *of, struct strbuf *out)
{
	const struct tries *tries = of->object;

	format_micro(out, pass_hat_k(tries->judged, tries->passed, (unsigned)of->index + 1));
}

static const struct member case_rate_members[] = {
	{"value", TEXT, .text = case_rate},
};

static const struct value_class class_case_rate = {
	.name = "pass^k of a case",
	.members = case_rate_members,
	.count = MEMBER_COUNT(case_rate_members),
};

bool view_case_has_pass_hat(const struct value *of)
{
	return tries_of(of) != NULL;
}

bool view_case_pass_hat(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	const struct tries *tries = tries_of(of);

	if (!tries || cursor->index >= TRIES_MOST || cursor->index >= tries->judged)
		return false;
	*out = value_of(&class_case_rate, value_view(of), tries, cursor->index);
	cursor->index++;
	return true;
}
