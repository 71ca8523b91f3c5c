#include "runtally/analysis/breakdown.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runtally/base/arena.h"
#include "runtally/base/hash_table.h"

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

/* The number of the runs that do not tell. */
static const uint32_t untold = UINT32_MAX;

struct division {
	const struct results *results;
	const struct breakdown_key *key;
	struct numbering roster;
	uint32_t *numbers; /* by run: the group's number, or untold */
	size_t untold;     /* runs */
	bool in_suites;    /* whether the runs of a suite tell several */
};

static uint32_t number_of(struct division *division, const struct run *run)
{
	const char *name = division->key->of(run);

	if (!name)
		return untold;
	return (uint32_t)numbering_of(&division->roster,
				      division->key->by_source ? run->source : "", name);
}

static void number_suite(struct division *division, const struct suite_group *suite)
{
	uint32_t first = untold;

	for (size_t i = suite->first_run; i < suite->first_run + suite->run_count; i++) {
		uint32_t number = number_of(division, division->results->runs[i]);

		division->numbers[i] = number;
		if (number == untold) {
			division->untold++;
			continue;
		}
		if (first == untold)
			first = number;
		division->in_suites = division->in_suites || number != first;
	}
}

/* ---- groups ---- */

/* Where each group's runs begin, those that do not tell as the last one; one more for the end. */
static size_t *find_starts(const struct division *division)
{
	size_t count = division->roster.count;
	size_t *starts = memory_alloc((count + 2) * sizeof(*starts));

	memset(starts, 0, (count + 2) * sizeof(*starts));
	for (size_t i = 0; i < division->results->run_count; i++)
		if (division->numbers[i] != untold)
			starts[division->numbers[i] + 1]++;
	for (size_t i = 1; i <= count; i++)
		starts[i] += starts[i - 1];
	starts[count + 1] = division->results->run_count;
	return starts;
}

/* Runs by group. */
static struct run **sort_runs(const struct division *division, const size_t *starts)
{
	size_t count = division->roster.count;
	struct run **runs = memory_alloc(division->results->run_count * sizeof(struct run *));
	size_t *next = memory_alloc((count + 1) * sizeof(*next));

	memcpy(next, starts, (count + 1) * sizeof(*next));
	for (size_t i = 0; i < division->results->run_count; i++) {
		uint32_t number = division->numbers[i];

		runs[next[number == untold ? count : number]++] = division->results->runs[i];
	}
	memory_free(next);
	return runs;
}

static void count_runs(struct breakdown_group *group, struct run *const *runs, size_t count,
		       struct sample *scratch)
{
	tally_init(&group->tally);
	for (size_t i = 0; i < count; i++)
		tally_add(&group->tally, runs[i]);
	tally_spreads(&group->tally, runs, count, scratch);
}

static int compare_groups(const void *left, const void *right)
{
	const struct breakdown_group *a = left, *b = right;
	int order = tally_compare(&a->tally, &b->tally);

	if (!order)
		order = strcmp(a->name, b->name);
	return order || !a->source ? order : strcmp(a->source, b->source);
}

static void make_groups(struct breakdown *breakdown, const struct division *division)
{
	size_t *starts = find_starts(division);
	struct run **runs = sort_runs(division, starts);
	struct sample scratch = {.count = 0};

	breakdown->told = division->roster.count;
	breakdown->count = breakdown->told + (division->untold > 0);
	breakdown->groups = memory_alloc(breakdown->count * sizeof(*breakdown->groups));
	for (size_t i = 0; i < breakdown->count; i++) {
		struct breakdown_group *group = &breakdown->groups[i];

		*group = (struct breakdown_group){.name = NULL};
		if (i < breakdown->told) {
			group->name = division->roster.entries[i].name;
			if (division->key->by_source)
				group->source = division->roster.entries[i].source;
		}
		count_runs(group, runs + starts[i], starts[i + 1] - starts[i], &scratch);
	}
	qsort(breakdown->groups, breakdown->told, sizeof(*breakdown->groups), compare_groups);
	sample_release(&scratch);
	memory_free(runs);
	memory_free(starts);
}

void breakdown_build(struct breakdown *breakdown, const struct results *results,
		     const struct breakdown_key *key)
{
	struct division division = {.results = results, .key = key};

	*breakdown = (struct breakdown){.count = 0};
	division.numbers = memory_alloc(results->run_count * sizeof(*division.numbers));
	for (size_t i = 0; i < results->suite_count; i++)
		number_suite(&division, &results->suites[i]);
	if (division.roster.count > 1 && (division.in_suites || !key->in_suites))
		make_groups(breakdown, &division);
	numbering_release(&division.roster);
	memory_free(division.numbers);
}

void breakdown_release(struct breakdown *breakdown)
{
	memory_free(breakdown->groups);
}
