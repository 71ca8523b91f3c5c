#include "failure_group.h"

#include <stddef.h>
#include <string.h>

#include "anchor.h"
#include "runtally/analysis/failure_groups.h"
#include "runtally/analysis/stats.h"
#include "runtally/base/format_number.h"
#include "runtally/base/times.h"
#include "runtally/view/plan.h"
#include "runtally/view/site.h"

static const struct failure_group *of_value(const struct value *of)
{
	return of->object;
}

static void title_text(const struct value *of, struct strbuf *out)
{
	failure_group_title(of_value(of), out);
}

static void anchor_text(const struct value *of, struct strbuf *out)
{
	anchor_failure_group(out, of_value(of));
}

/* Its index is that among all failure groups. */
static void href_text(const struct value *of, struct strbuf *out)
{
	view_failure_group_href(value_view(of), of->index, out);
}

static void cause_text(const struct value *of, struct strbuf *out)
{
	strbuf_addstr(out, cause_name(of_value(of)->cause));
}

static bool is_criterion(const struct value *of)
{
	return of_value(of)->cause == CAUSE_CRITERION;
}

static uint64_t failed_of(const struct value *of)
{
	return of_value(of)->runs - of_value(of)->errors;
}

static void failed_text(const struct value *of, struct strbuf *out)
{
	format_count(out, failed_of(of));
}

static bool has_failed(const struct value *of)
{
	return failed_of(of) > 0;
}

static void failed_digits(const struct value *of, struct strbuf *out)
{
	format_digits(out, failed_of(of), 0);
}

/* `at` is the offset of a count: whether it is one. */
static bool is_one(const struct value *of)
{
	return *(const uint64_t *)value_field(of) == 1;
}

static uint64_t failures_of(const struct value *of)
{
	return tally_failures(&value_view(of)->results->totals);
}

static void share_text(const struct value *of, struct strbuf *out)
{
	format_percent(out, ratio_micro(of_value(of)->runs, failures_of(of)));
}

static void raw_share(const struct value *of, struct strbuf *out)
{
	uint64_t hundredths = (uint64_t)ratio_micro(of_value(of)->runs, failures_of(of)) / 100;

	format_digits(out, hundredths / 100, 0);
	strbuf_addch(out, '.');
	format_digits(out, hundredths % 100, 2);
}

/* Whether what the latest run says of itself is more than the title. */
static bool headline_differs(const struct value *of)
{
	struct strbuf title = STRBUF_INIT, headline = STRBUF_INIT;
	bool differs;

	failure_group_title(of_value(of), &title);
	run_headline(of_value(of)->latest, &headline);
	differs = headline.length && strcmp(title.text, headline.text) != 0;
	strbuf_release(&title);
	strbuf_release(&headline);
	return differs;
}

static bool latest_run(const struct value *of, struct value *out)
{
	*out = value_of(&class_run, value_view(of), of_value(of)->latest, 0);
	return true;
}

/* ---- its runs ---- */

static size_t runs_listed(const struct value *of)
{
	size_t most = value_view(of)->site ? SITE_FAILURE_GROUP_RUNS : PAGE_FAILURE_GROUP_RUNS;

	return of_value(of)->runs < most ? (size_t)of_value(of)->runs : most;
}

static bool next_run(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	const struct failure_groups *failure_groups = value_view(of)->failure_groups;

	if (cursor->index >= runs_listed(of))
		return false;
	*out = value_of(&class_run, value_view(of),
			failure_groups->members[of_value(of)->first_run + cursor->index],
			cursor->index);
	cursor->index++;
	return true;
}

static uint64_t hidden_runs(const struct value *of)
{
	return of_value(of)->runs - runs_listed(of);
}

static void hidden_runs_text(const struct value *of, struct strbuf *out)
{
	format_count(out, hidden_runs(of));
}

static bool has_hidden_runs(const struct value *of)
{
	return hidden_runs(of) > 0;
}

/* Whether the site has a page about it. */
static bool has_page(const struct value *of)
{
	const struct view *view = value_view(of);

	return view->site &&
	       (size_t)(of_value(of) - view->failure_groups->items) < view->site->failure_groups;
}

#define FAILURE_GROUP_AT(member) offsetof(struct failure_group, member)

static const struct member raw_failure_group_members[] = {
	{"runs", DIGITS, .at = FAILURE_GROUP_AT(runs)},
	{"share", TEXT, .text = raw_share},
	{"failed", TEXT, .text = failed_digits},
	{"errors", DIGITS, .at = FAILURE_GROUP_AT(errors)},
	{"cases", DIGITS, .at = FAILURE_GROUP_AT(cases)},
	{"suites", DIGITS, .at = FAILURE_GROUP_AT(suites)},
	{"first_at", TIME, .at = FAILURE_GROUP_AT(first_at)},
	{"last_at", TIME, .at = FAILURE_GROUP_AT(last_at)},
};

static const struct value_class class_raw_failure_group = {
	.name = "raw family",
	.members = raw_failure_group_members,
	.count = MEMBER_COUNT(raw_failure_group_members),
};

static bool raw_object(const struct value *of, struct value *out)
{
	*out = value_of(&class_raw_failure_group, value_view(of), of->object, of->index);
	return true;
}

static const struct member failure_group_members[] = {
	{"title", TEXT, .text = title_text},
	{"anchor", TEXT, .text = anchor_text},
	{"href", TEXT, .text = href_text},
	{"source", TEXT, .at = FAILURE_GROUP_AT(source)},
	{"cause", TEXT, .text = cause_text},
	{"is_criterion", FLAG, .flag = is_criterion},
	{"run_count", COUNT, .at = FAILURE_GROUP_AT(runs)},
	{"share", TEXT, .text = share_text},
	{"is_single", FLAG, .flag = is_one, .at = FAILURE_GROUP_AT(runs)},
	{"failed", TEXT, .text = failed_text},
	{"has_failed", FLAG, .flag = has_failed},
	{"errors", COUNT, .at = FAILURE_GROUP_AT(errors)},
	{"has_errors", ANY, .at = FAILURE_GROUP_AT(errors)},
	{"case_count", COUNT, .at = FAILURE_GROUP_AT(cases)},
	{"has_one_case", FLAG, .flag = is_one, .at = FAILURE_GROUP_AT(cases)},
	{"suite_count", COUNT, .at = FAILURE_GROUP_AT(suites)},
	{"has_one_suite", FLAG, .flag = is_one, .at = FAILURE_GROUP_AT(suites)},
	{"first_at", MINUTE, .at = FAILURE_GROUP_AT(first_at)},
	{"last_at", MINUTE, .at = FAILURE_GROUP_AT(last_at)},
	{"headline_differs", FLAG, .flag = headline_differs},
	{"latest", OBJECT, .object = latest_run},
	{"has_page", FLAG, .flag = has_page},
	{"runs", LIST, .next = next_run},
	{"hidden_runs", TEXT, .text = hidden_runs_text},
	{"has_hidden_runs", FLAG, .flag = has_hidden_runs},
	{"raw", OBJECT, .object = raw_object},
};

static const struct value_class class_failure_group = {
	.name = "family",
	.members = failure_group_members,
	.count = MEMBER_COUNT(failure_group_members),
};

bool view_failure_group(const struct view *view, const struct failure_group *failure_group,
			struct value *out)
{
	*out = value_of(&class_failure_group, view, failure_group,
			(size_t)(failure_group - view->failure_groups->items));
	return true;
}

/* ---- members of the report ---- */

static size_t count_of(const struct value *of)
{
	const struct failure_groups *failure_groups = value_view(of)->failure_groups;

	return failure_groups ? failure_groups->count : 0;
}

static size_t listed_of(const struct value *of)
{
	size_t listed = view_window(value_view(of), LIST_FAILURE_GROUPS).listed;

	return count_of(of) < listed ? count_of(of) : listed;
}

bool view_failure_groups(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	struct view_window window = view_window(value_view(of), LIST_FAILURE_GROUPS);
	size_t at = window.first + cursor->index;

	if (cursor->index >= window.count || at >= count_of(of))
		return false;
	*out = value_of(&class_failure_group, value_view(of),
			&value_view(of)->failure_groups->items[at], at);
	cursor->index++;
	return true;
}

/* Those of all parts. */
bool view_listed_failure_groups(const struct value *of, struct value_cursor *cursor,
				struct value *out)
{
	if (cursor->index >= listed_of(of))
		return false;
	*out = value_of(&class_failure_group, value_view(of),
			&value_view(of)->failure_groups->items[cursor->index], cursor->index);
	cursor->index++;
	return true;
}

void view_failure_group_count(const struct value *of, struct strbuf *out)
{
	format_count(out, count_of(of));
}

bool view_has_failure_groups(const struct value *of)
{
	return count_of(of) > 0;
}

void view_hidden_failure_groups(const struct value *of, struct strbuf *out)
{
	format_count(out, count_of(of) - listed_of(of));
}

bool view_has_hidden_failure_groups(const struct value *of)
{
	return count_of(of) > listed_of(of);
}

/* ---- members of a run ---- */

static bool is_listed(const struct value *of, const struct failure_group *failure_group)
{
	return (size_t)(failure_group - value_view(of)->failure_groups->items) < listed_of(of);
}

/* NULL: it did not fail. */
static const struct failure_group *failure_group_of_run(const struct value *of)
{
	const struct failure_groups *failure_groups = value_view(of)->failure_groups;

	return failure_groups ? failure_group_of(failure_groups, of->object) : NULL;
}

void view_run_failure_group(const struct value *of, struct strbuf *out)
{
	const struct failure_group *failure_group = failure_group_of_run(of);

	if (failure_group)
		failure_group_title(failure_group, out);
}

void view_run_failure_group_anchor(const struct value *of, struct strbuf *out)
{
	const struct failure_group *failure_group = failure_group_of_run(of);

	if (failure_group)
		anchor_failure_group(out, failure_group);
}

void view_run_failure_group_href(const struct value *of, struct strbuf *out)
{
	const struct failure_group *failure_group = failure_group_of_run(of);

	if (failure_group && is_listed(of, failure_group))
		view_failure_group_href(
			value_view(of),
			(size_t)(failure_group - value_view(of)->failure_groups->items), out);
}

void view_run_failure_group_runs(const struct value *of, struct strbuf *out)
{
	const struct failure_group *failure_group = failure_group_of_run(of);

	if (failure_group)
		format_count(out, failure_group->runs);
}

bool view_run_failure_group_shared(const struct value *of)
{
	const struct failure_group *failure_group = failure_group_of_run(of);

	return failure_group && failure_group->runs > 1 && is_listed(of, failure_group);
}
