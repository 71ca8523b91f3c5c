#include "runtally/analysis/criteria.h"
#include "runtally/base/hash_table.h"

#include <stdlib.h>
#include <string.h>

void criteria_init(struct criteria *criteria, bool by_kind)
{
	*criteria = (struct criteria){.by_kind = by_kind, .key = STRBUF_INIT};
	arena_init(&criteria->arena, 0);
	intern_init(&criteria->kinds, &criteria->arena);
}

void criteria_release(struct criteria *criteria)
{
	memory_free(criteria->items);
	numbering_release(&criteria->roster);
	intern_release(&criteria->kinds);
	arena_release(&criteria->arena);
	strbuf_release(&criteria->key);
}

void criteria_clear(struct criteria *criteria)
{
	criteria->count = 0;
	numbering_clear(&criteria->roster);
}

/* The length of `phrase_expected` in `phrase_expected: "9 AM"`; 0: the name is none of a kind. */
static size_t kind_length(const char *name)
{
	const char *rest = strstr(name, ": \"");
	size_t quoted = rest ? strlen(rest + 2) : 0;

	return quoted > 1 && rest[1 + quoted] == '"' ? (size_t)(rest - name) : 0;
}

/* What the criterion is counted under. */
static const char *name_of(struct criteria *criteria, const char *name, bool *is_kind)
{
	size_t length = criteria->by_kind ? kind_length(name) : 0;

	*is_kind = length > 0;
	if (!length)
		return name;
	strbuf_reset(&criteria->key);
	strbuf_add(&criteria->key, name, length);
	strbuf_addstr(&criteria->key, ": \"…\"");
	return intern(&criteria->kinds, criteria->key.text);
}

static struct criterion_group *group_of(struct criteria *criteria, const char *source,
					const char *name)
{
	bool is_kind;
	const char *key = name_of(criteria, name, &is_kind);
	size_t number = numbering_of(&criteria->roster, source, key);

	if (number < criteria->count)
		return &criteria->items[number];
	criteria->items = array_reserve(criteria->items, &criteria->capacity, number + 1,
					sizeof(*criteria->items));
	criteria->count = number + 1;
	criteria->has_kinds = criteria->has_kinds || is_kind;
	criteria->items[number] = (struct criterion_group){
		.source = source, .name = key, .is_kind = is_kind, .last_case = SIZE_MAX};
	tally_init(&criteria->items[number].tally);
	return &criteria->items[number];
}

static void count(struct criterion_group *group, const struct criterion *criterion,
		  size_t case_index)
{
	struct tally *tally = &group->tally;

	tally->runs++;
	tally->outcomes[criterion->outcome]++;
	if (criterion->has_score) {
		tally->score_known++;
		tally->score_micro += criterion->score_micro;
	}
	if (criterion->outcome >= OUTCOME_PENDING)
		return;
	group->cases += group->last_case != case_index;
	group->last_case = case_index;
}

void criteria_add(struct criteria *criteria, const struct run *run)
{
	for (size_t i = 0; i < run->criterion_count; i++)
		if (run->criteria[i].name)
			count(group_of(criteria, run->source, run->criteria[i].name),
			      &run->criteria[i], run->case_index);
}

static int compare_groups(const void *left, const void *right)
{
	const struct criterion_group *a = left, *b = right;
	int order = tally_compare(&a->tally, &b->tally);

	if (!order)
		order = strcmp(a->name, b->name);
	return order ? order : strcmp(a->source, b->source);
}

void criteria_build(struct criteria *criteria, const struct results *results)
{
	criteria_init(criteria, true);
	for (size_t i = 0; i < results->run_count; i++)
		criteria_add(criteria, results->runs[i]);
	if (criteria->count)
		qsort(criteria->items, criteria->count, sizeof(*criteria->items), compare_groups);
}
