#include "runtally/view/breakdown.h"

#include <stddef.h>

#include "runtally/analysis/breakdown.h"
#include "runtally/base/format_number.h"

/* ---- its groups ---- */

static const struct member group_members[] = {
	{"name", TEXT, .at = offsetof(struct breakdown_group, name)},
	{"source", TEXT, .at = offsetof(struct breakdown_group, source)},
};

static const struct value_class class_breakdown_group = {
	.name = "group of a breakdown",
	.members = group_members,
	.count = MEMBER_COUNT(group_members),
	.base = &class_tally,
};

/* ---- the breakdown ---- */

static const struct breakdown *breakdown_of(const struct value *of)
{
	return of->object;
}

static size_t hidden_of(const struct value *of)
{
	size_t told = breakdown_of(of)->told;

	return told > BREAKDOWN_LISTED ? told - BREAKDOWN_LISTED : 0;
}

/* Those that are listed, and the runs that do not tell. */
static bool next_group(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	const struct breakdown *breakdown = breakdown_of(of);
	size_t at = cursor->index;

	if (at >= BREAKDOWN_LISTED && at < breakdown->told)
		at = breakdown->told;
	if (at >= breakdown->count)
		return false;
	*out = value_of(&class_breakdown_group, value_view(of), &breakdown->groups[at],
			cursor->index);
	cursor->index = at + 1;
	return true;
}

static bool is_by_agent(const struct value *of)
{
	return breakdown_of(of) == value_view(of)->agents;
}

static void told_text(const struct value *of, struct strbuf *out)
{
	format_count(out, breakdown_of(of)->told);
}

static void hidden_text(const struct value *of, struct strbuf *out)
{
	format_count(out, hidden_of(of));
}

static bool has_hidden(const struct value *of)
{
	return hidden_of(of) > 0;
}

static const struct member breakdown_members[] = {
	{"is_by_agent", FLAG, .flag = is_by_agent},
	{"groups", LIST, .next = next_group},
	{"group_count", TEXT, .text = told_text},
	{"hidden_groups", TEXT, .text = hidden_text},
	{"has_hidden_groups", FLAG, .flag = has_hidden},
};

static const struct value_class class_breakdown = {
	.name = "breakdown",
	.members = breakdown_members,
	.count = MEMBER_COUNT(breakdown_members),
};

static bool make(const struct value *of, const struct breakdown *breakdown, struct value *out)
{
	if (!breakdown || !breakdown->count)
		return false;
	*out = value_of(&class_breakdown, value_view(of), breakdown, 0);
	return true;
}

bool view_by_model(const struct value *of, struct value *out)
{
	return make(of, value_view(of)->models, out);
}

bool view_by_agent(const struct value *of, struct value *out)
{
	return make(of, value_view(of)->agents, out);
}
