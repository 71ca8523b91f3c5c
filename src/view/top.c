#include "top.h"

#include "runtally/analysis/stats.h"

enum { TOP_CASES = 5 };

/* What cases are ranked by; -1: none of the case's runs tells. */
typedef int64_t case_measure(const struct tally *tally);

static int64_t mean_cost(const struct tally *tally)
{
	if (!tally->cost_known)
		return -1;
	return divide_rounded(tally->cost_nano, (int64_t)tally->cost_known);
}

static int64_t long_duration(const struct tally *tally)
{
	return tally->duration.known ? tally->duration.p95 : -1;
}

/* The case that comes after `last` in rank, of equal ones the first of the report; NULL: none. */
static const struct case_group *next_in_rank(const struct results *results,
					     const struct case_group *last, case_measure *measure)
{
	const struct case_group *next = NULL;

	for (size_t i = 0; i < results->case_count; i++) {
		const struct case_group *group = &results->cases[i];
		int64_t value = measure(&group->tally);
		int64_t limit = last ? measure(&last->tally) : INT64_MAX;

		if (value < 0 || value > limit || (last && value == limit && group <= last))
			continue;
		if (!next || value > measure(&next->tally))
			next = group;
	}
	return next;
}

/* One alone is no more than any other. */
static bool has_two(const struct value *of, case_measure *measure)
{
	const struct results *results = value_view(of)->results;
	size_t telling = 0;

	for (size_t i = 0; i < results->case_count && telling < 2; i++)
		telling += measure(&results->cases[i].tally) >= 0;
	return telling == 2;
}

static bool next_top(const struct value *of, struct value_cursor *cursor, case_measure *measure,
		     struct value *out)
{
	const struct case_group *group;

	if (cursor->index >= TOP_CASES || !has_two(of, measure))
		return false;
	group = next_in_rank(value_view(of)->results, cursor->position, measure);
	if (!group)
		return false;
	*out = value_of(&class_case, value_view(of), group, cursor->index++);
	cursor->position = group;
	return true;
}

bool view_costly_cases(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	return next_top(of, cursor, mean_cost, out);
}

bool view_slow_cases(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	return next_top(of, cursor, long_duration, out);
}

bool view_has_costly(const struct value *of)
{
	return has_two(of, mean_cost);
}

bool view_has_slow(const struct value *of)
{
	return has_two(of, long_duration);
}
