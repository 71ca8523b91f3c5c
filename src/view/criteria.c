#include "criteria.h"

#include <stddef.h>

#include "runtally/analysis/breakdown.h"
#include "runtally/base/format_number.h"

static bool has_one_case(const struct value *of)
{
	const struct criterion_group *group = of->object;

	return group->cases == 1;
}

#define GROUP_AT(member) offsetof(struct criterion_group, member)

static const struct member criterion_members[] = {
	{"name", TEXT, .at = GROUP_AT(name)},         {"source", TEXT, .at = GROUP_AT(source)},
	{"is_kind", FLAG, .at = GROUP_AT(is_kind)},   {"case_count", COUNT, .at = GROUP_AT(cases)},
	{"has_one_case", FLAG, .flag = has_one_case},
};

const struct value_class class_criterion_group = {
	.name = "criterion",
	.members = criterion_members,
	.count = MEMBER_COUNT(criterion_members),
	.base = &class_tally,
};

/* ---- members of the report ---- */

static size_t count_of(const struct value *of)
{
	const struct criteria *criteria = value_view(of)->criteria;

	return criteria ? criteria->count : 0;
}

static size_t hidden_of(const struct value *of)
{
	size_t listed = view_window(value_view(of), LIST_CRITERIA).listed;

	return count_of(of) > listed ? count_of(of) - listed : 0;
}

bool view_worst_criteria(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	struct view_window window = view_window(value_view(of), LIST_CRITERIA);
	size_t at = window.first + cursor->index;

	if (cursor->index >= window.count || at >= count_of(of))
		return false;
	*out = value_of(&class_criterion_group, value_view(of),
			&value_view(of)->criteria->items[at], at);
	cursor->index++;
	return true;
}

void view_criterion_count(const struct value *of, struct strbuf *out)
{
	format_count(out, count_of(of));
}

bool view_has_criteria(const struct value *of)
{
	return count_of(of) > 0;
}

void view_hidden_criteria(const struct value *of, struct strbuf *out)
{
	format_count(out, hidden_of(of));
}

bool view_has_hidden_criteria(const struct value *of)
{
	return hidden_of(of) > 0;
}

bool view_has_kinds(const struct value *of)
{
	const struct criteria *criteria = value_view(of)->criteria;

	return criteria && criteria->has_kinds;
}
