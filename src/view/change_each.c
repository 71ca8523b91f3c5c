#include <stddef.h>

#include "anchor.h"
#include "change.h"
#include "compare.h"
#include "runtally/view/site.h"

static const struct comparison *comparison_of(const struct value *of)
{
	return value_view(of)->comparison;
}

/* ---- suites ---- */

static const struct suite_change *suite_of(const struct value *of)
{
	return of->object;
}

/* As it is now, else as it was. */
static const struct suite_group *known_suite(const struct value *of)
{
	return suite_of(of)->now ? suite_of(of)->now : suite_of(of)->before;
}

/* `at` is the text's offset in the suite. */
static void suite_text(const struct value *of, struct strbuf *out)
{
	const struct member *member = of->detail;
	const char *suite = (const char *)known_suite(of);
	const char *text = *(const char *const *)(suite + member->at);

	if (text)
		strbuf_addstr(out, text);
}

static void suite_anchor(const struct value *of, struct strbuf *out)
{
	anchor_suite(out, known_suite(of));
}

static void suite_href(const struct value *of, struct strbuf *out)
{
	if (suite_of(of)->now)
		view_suite_href(value_view(of), suite_of(of)->now, out);
}

static bool suite_is_new(const struct value *of)
{
	return !suite_of(of)->before;
}

static bool suite_is_gone(const struct value *of)
{
	return !suite_of(of)->now;
}

static bool suite_now(const struct value *of, struct value *out)
{
	*out = value_of(&class_suite, value_view(of), suite_of(of)->now, of->index);
	return suite_of(of)->now != NULL;
}

#define SUITE_AT(member) offsetof(struct suite_group, member)

static const struct member suite_members[] = {
	{"source", TEXT, .text = suite_text, .at = SUITE_AT(source)},
	{"id", TEXT, .text = suite_text, .at = SUITE_AT(id)},
	{"name", TEXT, .text = suite_text, .at = SUITE_AT(name)},
	{"title", TEXT, .text = suite_text, .at = SUITE_AT(title)},
	{"anchor", TEXT, .text = suite_anchor},
	{"href", TEXT, .text = suite_href},
	{"is_new", FLAG, .flag = suite_is_new},
	{"is_gone", FLAG, .flag = suite_is_gone},
	{"now", OBJECT, .object = suite_now},
};

const struct value_class class_suite_change = {
	.name = "comparison of a suite",
	.members = suite_members,
	.count = MEMBER_COUNT(suite_members),
	.base = &class_difference,
};

bool view_suite_comparison(const struct value *of, struct value *out)
{
	const struct comparison *comparison = comparison_of(of);

	if (!comparison)
		return false;
	*out = value_of(&class_suite_change, value_view(of),
			comparison_of_suite(comparison, of->object), of->index);
	return true;
}

/* ---- cases ---- */

static const struct case_diff *case_of(const struct value *of)
{
	return of->object;
}

static const struct case_group *known_case(const struct value *of)
{
	return case_of(of)->now ? case_of(of)->now : case_of(of)->before;
}

static const struct suite_group *suite_of_case(const struct value *of)
{
	const struct comparison *comparison = comparison_of(of);
	const struct results *results = case_of(of)->now ? comparison->now : comparison->before;

	return &results->suites[known_case(of)->suite];
}

static void case_source(const struct value *of, struct strbuf *out)
{
	strbuf_addstr(out, suite_of_case(of)->source);
}

static void case_id(const struct value *of, struct strbuf *out)
{
	if (known_case(of)->id)
		strbuf_addstr(out, known_case(of)->id);
}

static void case_name(const struct value *of, struct strbuf *out)
{
	strbuf_addstr(out, known_case(of)->name);
}

static void case_suite(const struct value *of, struct strbuf *out)
{
	strbuf_addstr(out, suite_of_case(of)->title);
}

static void case_suite_id(const struct value *of, struct strbuf *out)
{
	if (suite_of_case(of)->id)
		strbuf_addstr(out, suite_of_case(of)->id);
}

static void case_suite_name(const struct value *of, struct strbuf *out)
{
	strbuf_addstr(out, suite_of_case(of)->name);
}

static void case_anchor(const struct value *of, struct strbuf *out)
{
	anchor_case(out, suite_of_case(of), known_case(of));
}

static void case_href(const struct value *of, struct strbuf *out)
{
	if (case_of(of)->now)
		view_case_href(value_view(of), suite_of_case(of), case_of(of)->now, out);
}

static void case_state(const struct value *of, struct strbuf *out)
{
	strbuf_addstr(out, case_change_name(case_of(of)->change));
}

/* `at` is the state that this flag stands for. */
static bool case_flag(const struct value *of)
{
	const struct member *member = of->detail;

	return (size_t)case_of(of)->change == member->at;
}

static bool case_now(const struct value *of, struct value *out)
{
	*out = value_of(&class_case, value_view(of), case_of(of)->now, of->index);
	return case_of(of)->now != NULL;
}

static const struct member case_members[] = {
	{"source", TEXT, .text = case_source},
	{"id", TEXT, .text = case_id},
	{"name", TEXT, .text = case_name},
	{"suite", TEXT, .text = case_suite},
	{"suite_id", TEXT, .text = case_suite_id},
	{"suite_name", TEXT, .text = case_suite_name},
	{"anchor", TEXT, .text = case_anchor},
	{"href", TEXT, .text = case_href},
	{"state", TEXT, .text = case_state},
	{"is_newly_failing", FLAG, .flag = case_flag, .at = CASE_NEWLY_FAILING},
	{"is_fixed", FLAG, .flag = case_flag, .at = CASE_FIXED},
	{"is_still_failing", FLAG, .flag = case_flag, .at = CASE_STILL_FAILING},
	{"is_still_passing", FLAG, .flag = case_flag, .at = CASE_STILL_PASSING},
	{"is_new", FLAG, .flag = case_flag, .at = CASE_NEW},
	{"is_gone", FLAG, .flag = case_flag, .at = CASE_GONE},
	{"now", OBJECT, .object = case_now},
};

const struct value_class class_case_diff = {
	.name = "comparison of a case",
	.members = case_members,
	.count = MEMBER_COUNT(case_members),
	.base = &class_difference,
};

bool view_case_comparison(const struct value *of, struct value *out)
{
	const struct comparison *comparison = comparison_of(of);

	if (!comparison)
		return false;
	*out = value_of(&class_case_diff, value_view(of),
			comparison_of_case(comparison, of->object), of->index);
	return true;
}
