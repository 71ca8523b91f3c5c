#include <stddef.h>

#include "change.h"
#include "compare.h"
#include "runtally/base/format_number.h"

static const struct comparison *comparison_of(const struct value *of)
{
	return value_view(of)->comparison;
}

static size_t rows_of(const struct value *of)
{
	const struct view *view = value_view(of);

	return view->site && view->rows > SITE_COMPARED_ROWS ? SITE_COMPARED_ROWS : view->rows;
}

/* ---- suites ---- */

/* The first elements from `first` on of those that are worse or better. */
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
	format_count(out, suites_at(of));
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
	format_count(out, beyond(of, suites_at(of)));
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

/* Those that had no run before; the cursor counts all. */
static bool next_new_suite(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	const struct comparison *comparison = comparison_of(of);
	size_t found = (size_t)(uintptr_t)cursor->position;

	while (cursor->index < comparison->suite_count && found < rows_of(of)) {
		const struct suite_change *suite = &comparison->suites[cursor->index++];

		if (suite->before)
			continue;
		*out = value_of(&class_suite_change, value_view(of), suite, found);
		cursor->position = (const void *)(uintptr_t)(found + 1);
		return true;
	}
	return false;
}

static uint64_t new_suites(const struct value *of)
{
	const struct comparison *comparison = comparison_of(of);
	uint64_t count = 0;

	for (size_t i = 0; i < comparison->suite_count; i++)
		count += !comparison->suites[i].before;
	return count;
}

static void new_suites_count(const struct value *of, struct strbuf *out)
{
	format_count(out, new_suites(of));
}

static bool has_new_suites(const struct value *of)
{
	return new_suites(of) > 0;
}

static void new_suites_hidden(const struct value *of, struct strbuf *out)
{
	format_count(out, beyond(of, new_suites(of)));
}

static bool has_hidden_new_suites(const struct value *of)
{
	return beyond(of, new_suites(of)) > 0;
}

/* ---- cases ---- */

/* Those that are clearly worse or better, which `at` says. */
static bool next_changed_case(const struct value *of, struct value_cursor *cursor,
			      struct value *out)
{
	const struct comparison *comparison = comparison_of(of);
	const uint64_t *changed = comparison->cases_changed;
	const struct member *member = of->detail;
	size_t at = cursor->index;
	size_t first = member->at == CHANGE_WORSE ? 0 : (size_t)changed[CHANGE_WORSE];

	if (at >= changed[member->at] || at >= rows_of(of))
		return false;
	*out = value_of(&class_case_diff, value_view(of), comparison->changed_cases[first + at],
			at);
	cursor->index++;
	return true;
}

static uint64_t clear_at(const struct value *of)
{
	const struct member *member = of->detail;

	return comparison_of(of)->cases_changed[member->at];
}

static void clear_count(const struct value *of, struct strbuf *out)
{
	format_count(out, clear_at(of));
}

static bool clear_any(const struct value *of)
{
	return clear_at(of) > 0;
}

static void clear_hidden(const struct value *of, struct strbuf *out)
{
	format_count(out, beyond(of, clear_at(of)));
}

static bool clear_any_hidden(const struct value *of)
{
	return beyond(of, clear_at(of)) > 0;
}

static bool has_changed_cases(const struct value *of)
{
	const uint64_t *changed = comparison_of(of)->cases_changed;

	return changed[CHANGE_WORSE] || changed[CHANGE_BETTER];
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
	format_count(out, cases_at(of));
}

static bool cases_any(const struct value *of)
{
	return cases_at(of) > 0;
}

static void cases_hidden(const struct value *of, struct strbuf *out)
{
	format_count(out, beyond(of, cases_at(of)));
}

static bool cases_any_hidden(const struct value *of)
{
	return beyond(of, cases_at(of)) > 0;
}

/* ---- cases that fail, without a state before that says whether they did ---- */

/* `at` is the state: new, or not known. */
static bool is_failing(const struct value *of, const struct case_diff *diff)
{
	const struct member *member = of->detail;

	return (size_t)diff->change == member->at && diff->now &&
	       (diff->now->state == CASE_FAILS || diff->now->state == CASE_MIXED);
}

static bool next_failing(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	const struct comparison *comparison = comparison_of(of);
	size_t found = (size_t)(uintptr_t)cursor->position;

	while (cursor->index < comparison->case_count && found < rows_of(of)) {
		const struct case_diff *diff = &comparison->cases[cursor->index++];

		if (!is_failing(of, diff))
			continue;
		*out = value_of(&class_case_diff, value_view(of), diff, found);
		cursor->position = (const void *)(uintptr_t)(found + 1);
		return true;
	}
	return false;
}

static uint64_t failing_at(const struct value *of)
{
	const struct comparison *comparison = comparison_of(of);
	uint64_t count = 0;

	for (size_t i = 0; i < comparison->case_count; i++)
		count += is_failing(of, &comparison->cases[i]);
	return count;
}

static void failing_count(const struct value *of, struct strbuf *out)
{
	format_count(out, failing_at(of));
}

static bool failing_any(const struct value *of)
{
	return failing_at(of) > 0;
}

static void failing_hidden(const struct value *of, struct strbuf *out)
{
	format_count(out, beyond(of, failing_at(of)));
}

static bool failing_any_hidden(const struct value *of)
{
	return beyond(of, failing_at(of)) > 0;
}

/* ---- members of the whole ---- */

static const struct member list_members[] = {
	{"worse_suites", LIST, .next = next_worse},
	{"worse_suites_count", TEXT, .text = suites_count, .at = CHANGE_WORSE},
	{"has_worse_suites", FLAG, .flag = suites_any, .at = CHANGE_WORSE},
	{"better_suites", LIST, .next = next_better},
	{"better_suites_count", TEXT, .text = suites_count, .at = CHANGE_BETTER},
	{"has_better_suites", FLAG, .flag = suites_any, .at = CHANGE_BETTER},
	{"changed_suites", LIST, .next = next_worse_or_better},
	{"changed_suites_count", TEXT, .text = suites_count, .at = CHANGES},
	{"has_changed_suites", FLAG, .flag = suites_any, .at = CHANGES},
	{"hidden_changed_suites", TEXT, .text = suites_hidden, .at = CHANGES},
	{"has_hidden_changed_suites", FLAG, .flag = suites_any_hidden, .at = CHANGES},
	{"new_suites", LIST, .next = next_new_suite},
	{"new_suites_count", TEXT, .text = new_suites_count},
	{"has_new_suites", FLAG, .flag = has_new_suites},
	{"hidden_new_suites", TEXT, .text = new_suites_hidden},
	{"has_hidden_new_suites", FLAG, .flag = has_hidden_new_suites},
	{"worse_cases", LIST, .next = next_changed_case, .at = CHANGE_WORSE},
	{"worse_cases_count", TEXT, .text = clear_count, .at = CHANGE_WORSE},
	{"has_worse_cases", FLAG, .flag = clear_any, .at = CHANGE_WORSE},
	{"hidden_worse_cases", TEXT, .text = clear_hidden, .at = CHANGE_WORSE},
	{"has_hidden_worse_cases", FLAG, .flag = clear_any_hidden, .at = CHANGE_WORSE},
	{"better_cases", LIST, .next = next_changed_case, .at = CHANGE_BETTER},
	{"better_cases_count", TEXT, .text = clear_count, .at = CHANGE_BETTER},
	{"has_better_cases", FLAG, .flag = clear_any, .at = CHANGE_BETTER},
	{"hidden_better_cases", TEXT, .text = clear_hidden, .at = CHANGE_BETTER},
	{"has_hidden_better_cases", FLAG, .flag = clear_any_hidden, .at = CHANGE_BETTER},
	{"has_changed_cases", FLAG, .flag = has_changed_cases},
	{"newly_failing", LIST, .next = next_case, .at = CASE_NEWLY_FAILING},
	{"newly_failing_count", TEXT, .text = cases_count, .at = CASE_NEWLY_FAILING},
	{"has_newly_failing", FLAG, .flag = cases_any, .at = CASE_NEWLY_FAILING},
	{"hidden_newly_failing", TEXT, .text = cases_hidden, .at = CASE_NEWLY_FAILING},
	{"has_hidden_newly_failing", FLAG, .flag = cases_any_hidden, .at = CASE_NEWLY_FAILING},
	{"fixed", LIST, .next = next_case, .at = CASE_FIXED},
	{"fixed_count", TEXT, .text = cases_count, .at = CASE_FIXED},
	{"has_fixed", FLAG, .flag = cases_any, .at = CASE_FIXED},
	{"hidden_fixed", TEXT, .text = cases_hidden, .at = CASE_FIXED},
	{"has_hidden_fixed", FLAG, .flag = cases_any_hidden, .at = CASE_FIXED},
	{"still_failing", LIST, .next = next_case, .at = CASE_STILL_FAILING},
	{"still_failing_count", TEXT, .text = cases_count, .at = CASE_STILL_FAILING},
	{"has_still_failing", FLAG, .flag = cases_any, .at = CASE_STILL_FAILING},
	{"hidden_still_failing", TEXT, .text = cases_hidden, .at = CASE_STILL_FAILING},
	{"has_hidden_still_failing", FLAG, .flag = cases_any_hidden, .at = CASE_STILL_FAILING},
	{"still_passing_count", TEXT, .text = cases_count, .at = CASE_STILL_PASSING},
	{"new_cases", LIST, .next = next_case, .at = CASE_NEW},
	{"new_cases_count", TEXT, .text = cases_count, .at = CASE_NEW},
	{"has_new_cases", FLAG, .flag = cases_any, .at = CASE_NEW},
	{"hidden_new_cases", TEXT, .text = cases_hidden, .at = CASE_NEW},
	{"has_hidden_new_cases", FLAG, .flag = cases_any_hidden, .at = CASE_NEW},
	{"gone_cases", LIST, .next = next_case, .at = CASE_GONE},
	{"gone_cases_count", TEXT, .text = cases_count, .at = CASE_GONE},
	{"has_gone_cases", FLAG, .flag = cases_any, .at = CASE_GONE},
	{"hidden_gone_cases", TEXT, .text = cases_hidden, .at = CASE_GONE},
	{"has_hidden_gone_cases", FLAG, .flag = cases_any_hidden, .at = CASE_GONE},
	{"failing_new", LIST, .next = next_failing, .at = CASE_NEW},
	{"failing_new_count", TEXT, .text = failing_count, .at = CASE_NEW},
	{"has_failing_new", FLAG, .flag = failing_any, .at = CASE_NEW},
	{"hidden_failing_new", TEXT, .text = failing_hidden, .at = CASE_NEW},
	{"has_hidden_failing_new", FLAG, .flag = failing_any_hidden, .at = CASE_NEW},
	{"failing_unknown", LIST, .next = next_failing, .at = CASE_OTHER},
	{"failing_unknown_count", TEXT, .text = failing_count, .at = CASE_OTHER},
	{"has_failing_unknown", FLAG, .flag = failing_any, .at = CASE_OTHER},
	{"hidden_failing_unknown", TEXT, .text = failing_hidden, .at = CASE_OTHER},
	{"has_hidden_failing_unknown", FLAG, .flag = failing_any_hidden, .at = CASE_OTHER},
	{"all_suites", LIST, .next = next_suite},
	{"notable_cases", LIST, .next = next_notable},
};

const struct value_class class_comparison_lists = {
	.name = "lists of a comparison",
	.members = list_members,
	.count = MEMBER_COUNT(list_members),
	.base = &class_difference,
};
