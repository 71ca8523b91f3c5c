#include "runtally/analysis/breakdown.h"

#include "members.h"
#include "runtally/analysis/stats.h"

/* ---- criteria ---- */

#define AT(member) .at = offsetof(struct criterion_group, member)

static const struct member criterion_members[] = {
	{"name", TEXT, AT(name)},         {"source", TEXT, AT(source)},
	{"is_kind", FLAG, AT(is_kind)},   {"case_count", COUNT, AT(cases)},
	{"has_one_case", ONE, AT(cases)},
};

const struct value_class class_criterion_group =
	CLASS_BASED("criterion", criterion_members, &class_tally);

static int64_t hidden_criteria(const struct value *of)
{
	const struct criteria *criteria = value_view(of)->criteria;

	return criteria ? view_hidden(of, LIST_CRITERIA, criteria->count) : 0;
}

/* ---- by model, by agent ---- */

#define GROUP_AT(member) .at = offsetof(struct breakdown_group, member)

static const struct member group_members[] = {
	{"name", TEXT, GROUP_AT(name)},
	{"source", TEXT, GROUP_AT(source)},
};

static const struct value_class class_breakdown_group =
	CLASS_BASED("group of a breakdown", group_members, &class_tally);

/* Those that are listed, and the runs that do not tell. */
static bool keeps_group(const struct value *of, const void *item, size_t index)
{
	const struct breakdown *breakdown = of->object;

	(void)item;
	return index < BREAKDOWN_LISTED || index >= breakdown->told;
}

static bool is_by_agent(const struct value *of)
{
	return of->object == value_view(of)->agents;
}

static int64_t hidden_groups(const struct value *of)
{
	const struct breakdown *breakdown = of->object;

	return breakdown->told > BREAKDOWN_LISTED ? (int64_t)breakdown->told - BREAKDOWN_LISTED : 0;
}

static const struct member breakdown_members[] = {
	{"is_by_agent", FLAG, .flag = is_by_agent},
	{"groups", LIST, ITEMS(struct breakdown, groups, count), .keeps = keeps_group,
	 .class = &class_breakdown_group},
	{"group_count", SIZE, .at = offsetof(struct breakdown, told)},
	{"hidden_groups", COUNT, .number = hidden_groups, .has = "has_hidden_groups"},
};

static const struct value_class class_breakdown = CLASS("breakdown", breakdown_members);

/* Of the report; `at` is where the view has it. */
static bool any_breakdown(const struct value *of, struct value *out)
{
	const struct breakdown *const *breakdown = value_field(of);

	*out = value_made(of, *breakdown, 0);
	return *breakdown && (*breakdown)->count;
}

static const struct member report_members[] = {
	{"worst_criteria", LIST, VIA(struct view, criteria), ITEMS(struct criteria, items, count),
	 .cut = 1 + LIST_CRITERIA, .class = &class_criterion_group},
	{"criterion_count", SIZE, VIA(struct view, criteria),
	 .at = offsetof(struct criteria, count), .absent = "0", .has = "has_worst_criteria"},
	{"has_criterion_kinds", FLAG, VIA(struct view, criteria),
	 .at = offsetof(struct criteria, has_kinds)},
	{"hidden_criteria", COUNT, .number = hidden_criteria, .has = "has_hidden_criteria"},
	{"by_model", OBJECT, .object = any_breakdown, .at = offsetof(struct view, models),
	 .class = &class_breakdown},
	{"by_agent", OBJECT, .object = any_breakdown, .at = offsetof(struct view, agents),
	 .class = &class_breakdown},
};

const struct value_class report_breakdowns = CLASS("breakdowns of the report", report_members);

/* ---- the costliest and the slowest cases ---- */

enum { TOP_CASES = 5 };

/* What cases are ranked by: `at` of the list. */
enum case_measure { MEASURE_MEAN_COST, MEASURE_LONG_DURATION };

/* -1: none of the case's runs tells. */
static int64_t measure_of(const struct case_group *group, enum case_measure measure)
{
	const struct tally *tally = &group->tally;

	if (measure == MEASURE_LONG_DURATION)
		return tally->duration.known ? tally->duration.p95 : -1;
	if (!tally->cost_known)
		return -1;
	return divide_rounded(tally->cost_nano, (int64_t)tally->cost_known);
}

/* The case that comes after `last` in rank, of equal ones the first of the report; NULL: none. */
static const struct case_group *next_in_rank(const struct results *results,
					     const struct case_group *last,
					     enum case_measure measure)
{
	const struct case_group *next = NULL;

	for (size_t i = 0; i < results->case_count; i++) {
		const struct case_group *group = &results->cases[i];
		int64_t value = measure_of(group, measure);
		int64_t limit = last ? measure_of(last, measure) : INT64_MAX;

		if (value < 0 || value > limit || (last && value == limit && group <= last))
			continue;
		if (!next || value > measure_of(next, measure))
			next = group;
	}
	return next;
}

/* One alone is no more than any other. */
static bool has_two(const struct results *results, enum case_measure measure)
{
	size_t telling = 0;

	for (size_t i = 0; i < results->case_count && telling < 2; i++)
		telling += measure_of(&results->cases[i], measure) >= 0;
	return telling == 2;
}

static bool next_top(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	const struct results *results = value_view(of)->results;
	enum case_measure measure = (enum case_measure)value_member(of)->at;
	const struct case_group *group;

	if (cursor->index >= TOP_CASES || !has_two(results, measure))
		return false;
	group = next_in_rank(results, cursor->position, measure);
	if (!group)
		return false;
	*out = value_made(of, group, cursor->index++);
	cursor->position = group;
	return true;
}

static const struct member top_members[] = {
	{"costly_cases", LIST, .next = next_top, .at = MEASURE_MEAN_COST, .is = CLASS_CASE,
	 .has = "has_costly_cases"},
	{"slow_cases", LIST, .next = next_top, .at = MEASURE_LONG_DURATION, .is = CLASS_CASE,
	 .has = "has_slow_cases"},
};

const struct value_class report_tops = CLASS("top cases of the report", top_members);
