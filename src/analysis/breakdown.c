#include "runtally/analysis/breakdown.h"

#include <stdlib.h>
#include <string.h>

static const char *model_of(const struct run *run)
{
	return run->model;
}

static const char *agent_of(const struct run *run)
{
	return run->agent.name ? run->agent.name : run->agent.id;
}

const struct breakdown_key by_model = {.of = model_of};
const struct breakdown_key by_agent = {.of = agent_of, .by_source = true, .in_suites = true};

/* Groups are in this order; `source` may be NULL in all of them. */
static int compare_named(const struct tally *a, const char *name_a, const char *source_a,
			 const struct tally *b, const char *name_b, const char *source_b)
{
	int order = tally_compare(a, b);

	if (!order)
		order = strcmp(name_a, name_b);
	return order || !source_a ? order : strcmp(source_a, source_b);
}

/* ---- by what runs tell of themselves ---- */

/*
 * Numbers the run's names as they come, NO_GROUP where it tells none. False: the runs tell too
 * little for a breakdown.
 */
static bool number_runs(const struct results *results, const struct breakdown_key *key,
			struct numbering *names, uint32_t *numbers)
{
	bool in_suites = false;

	for (size_t s = 0; s < results->suite_count; s++) {
		const struct suite_group *suite = &results->suites[s];
		uint32_t first = NO_GROUP;

		for (size_t i = suite->first_run; i < suite->first_run + suite->run_count; i++) {
			const struct run *run = results->runs[i];
			const char *name = key->of(run);

			numbers[i] = NO_GROUP;
			if (!name)
				continue;
			numbers[i] = (uint32_t)numbering_of(
				names, key->by_source ? run->source : "", name);
			if (first == NO_GROUP)
				first = numbers[i];
			in_suites = in_suites || numbers[i] != first;
		}
	}
	return names->count > 1 && (in_suites || !key->in_suites);
}

static int compare_groups(const void *left, const void *right)
{
	const struct breakdown_group *a = left, *b = right;

	return compare_named(&a->tally, a->name, a->source, &b->tally, b->name, b->source);
}

/* The runs that tell no name become a last group. */
static void make_groups(struct breakdown *breakdown, const struct results *results,
			const struct breakdown_key *key, const struct numbering *names,
			uint32_t *numbers)
{
	size_t told = names->count, *ends = memory_alloc((told + 1) * sizeof(*ends)), first = 0;
	struct sample scratch = {.count = 0};
	struct run **runs;

	for (size_t i = 0; i < results->run_count; i++)
		if (numbers[i] == NO_GROUP)
			numbers[i] = (uint32_t)told;
	runs = runs_by_group(results->runs, numbers, results->run_count, ends, told + 1);
	breakdown->told = told;
	breakdown->count = told + (ends[told] > ends[told - 1]);
	breakdown->groups = memory_alloc(breakdown->count * sizeof(*breakdown->groups));
	for (size_t i = 0; i < breakdown->count; first = ends[i++]) {
		struct breakdown_group *group = &breakdown->groups[i];

		*group = (struct breakdown_group){.name = NULL};
		if (i < told) {
			group->name = names->entries[i].name;
			group->source = key->by_source ? names->entries[i].source : NULL;
		}
		tally_runs(&group->tally, runs + first, ends[i] - first, &scratch);
	}
	qsort(breakdown->groups, told, sizeof(*breakdown->groups), compare_groups);
	sample_release(&scratch);
	memory_free(runs);
	memory_free(ends);
}

void breakdown_build(struct breakdown *breakdown, const struct results *results,
		     const struct breakdown_key *key)
{
	uint32_t *numbers = memory_alloc(results->run_count * sizeof(*numbers));
	struct numbering names = {.count = 0};

	*breakdown = (struct breakdown){.count = 0};
	if (number_runs(results, key, &names, numbers))
		make_groups(breakdown, results, key, &names, numbers);
	numbering_release(&names);
	memory_free(numbers);
}

void breakdown_release(struct breakdown *breakdown)
{
	memory_free(breakdown->groups);
}

/* ---- by criteria ---- */

void criteria_init(struct criteria *criteria, bool by_kind)
{
	*criteria = (struct criteria){.by_kind = by_kind, .key = STRBUF_INIT};
	arena_init(&criteria->arena, 0);
	intern_init(&criteria->kinds, &criteria->arena);
}

void criteria_release(struct criteria *criteria)
{
	memory_free(criteria->items);
	numbering_release(&criteria->numbers);
	intern_release(&criteria->kinds);
	arena_release(&criteria->arena);
	strbuf_release(&criteria->key);
}

void criteria_clear(struct criteria *criteria)
{
	criteria->count = 0;
	numbering_clear(&criteria->numbers);
}

/* What it is counted under: of a kind is `phrase_expected: "9 AM"`. */
static const char *name_of(struct criteria *criteria, const char *name, bool *is_kind)
{
	const char *rest = criteria->by_kind ? strstr(name, ": \"") : NULL;
	size_t quoted = rest ? strlen(rest + 2) : 0;

	*is_kind = quoted > 1 && rest > name && rest[1 + quoted] == '"';
	if (!*is_kind)
		return name;
	strbuf_reset(&criteria->key);
	strbuf_add(&criteria->key, name, (size_t)(rest - name));
	strbuf_addstr(&criteria->key, ": \"…\"");
	return intern(&criteria->kinds, criteria->key.text);
}

static struct criterion_group *group_of(struct criteria *criteria, const char *source,
					const char *name)
{
	bool is_kind;
	const char *key = name_of(criteria, name, &is_kind);
	size_t number = numbering_of(&criteria->numbers, source, key);

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

void criteria_add(struct criteria *criteria, const struct run *run)
{
	for (size_t i = 0; i < run->criterion_count; i++) {
		const struct criterion *criterion = &run->criteria[i];
		struct criterion_group *group;

		if (!criterion->name)
			continue;
		group = group_of(criteria, run->source, criterion->name);
		group->tally.runs++;
		group->tally.outcomes[criterion->outcome]++;
		if (criterion->has_score) {
			group->tally.score_known++;
			group->tally.score_micro += criterion->score_micro;
		}
		if (criterion->outcome >= OUTCOME_PENDING)
			continue;
		group->cases += group->last_case != run->case_index;
		group->last_case = run->case_index;
	}
}

static int compare_criteria(const void *left, const void *right)
{
	const struct criterion_group *a = left, *b = right;

	return compare_named(&a->tally, a->name, a->source, &b->tally, b->name, b->source);
}

void criteria_build(struct criteria *criteria, const struct results *results)
{
	criteria_init(criteria, true);
	for (size_t i = 0; i < results->run_count; i++)
		criteria_add(criteria, results->runs[i]);
	if (criteria->count)
		qsort(criteria->items, criteria->count, sizeof(*criteria->items), compare_criteria);
}
