#include "runtally/analysis/results.h"

#include <stdlib.h>
#include <string.h>

#include "results_sort.h"
#include "runtally/base/arena.h"
#include "runtally/base/hash_table.h"
#include "runtally/model/mark.h"

/* Of runs in order of time, the last name that one tells; else the id. */
static const char *case_name(struct run *const *runs, size_t count)
{
	for (size_t i = count; i > 0; i--)
		if (case_key(runs[i - 1]).name)
			return case_key(runs[i - 1]).name;
	return runs[0]->test_case.id;
}

/*
 * The last outcome is that of the latest run. Where none tells its time, it is known only if all
 * agree.
 */
static void find_last(struct case_group *group, struct run *const *runs, size_t count)
{
	const struct run *last = runs[count - 1];

	group->last_at = run_when(last);
	group->last_outcome = last->outcome;
	if (group->last_at == TIME_UNKNOWN && group->tally.outcomes[last->outcome] < count)
		group->last_outcome = OUTCOME_COUNT;
}

static enum case_state state_of(const struct run *run)
{
	return run_is_failure(run) ? CASE_FAILS : CASE_PASSES;
}

/* Runs are in order of time, those without one, which have no order, first. */
static void find_streak(struct case_group *group, struct run *const *runs, size_t count)
{
	bool timed = false;
	uint64_t judged = tally_judged(&group->tally), failures = tally_failures(&group->tally);

	for (size_t i = 0; i < count; i++)
		timed = timed || (runs[i]->outcome < OUTCOME_PENDING && run_tells_time(runs[i]));
	group->state = judged ? CASE_MIXED : CASE_UNJUDGED;
	group->since_at = TIME_UNKNOWN;
	if (!judged || (!timed && failures && failures < judged))
		return;
	for (size_t i = count; i > 0; i--) {
		const struct run *run = runs[i - 1];
		enum case_state state = state_of(run);

		if (run->outcome >= OUTCOME_PENDING)
			continue;
		if ((group->streak && group->state != state) || (timed && !run_tells_time(run)))
			return;
		group->state = state;
		group->streak++;
		group->since_at = run_when(run);
	}
}

static void build_case(struct case_group *group, struct run *const *runs, size_t count,
		       struct sample *scratch)
{
	tally_runs(&group->tally, runs, count, scratch);
	group->id = case_key(runs[0]).id;
	group->name = case_name(runs, count);
	group->run_count = count;
	group->flaky =
		group->tally.outcomes[OUTCOME_PASSED] > 0 && tally_failures(&group->tally) > 0;
	find_last(group, runs, count);
	find_streak(group, runs, count);
}

/* The suite's name as its latest run tells it; cases follow each other, so all runs are asked. */
static const char *suite_name(struct run *const *runs, size_t count, enum suite_by by)
{
	const char *name = NULL;
	int64_t at = TIME_UNKNOWN;

	for (size_t i = 0; i < count; i++) {
		const char *told = suite_key(runs[i], by).name;

		if (told && (!name || run_named_at(runs[i]) > at)) {
			name = told;
			at = run_named_at(runs[i]);
		}
	}
	return name ? name : key_text(suite_key(runs[0], by));
}

/* A suite that is an agent has the agent's id, if all its runs give the same one. */
static const char *suite_id(struct run *const *runs, size_t count, enum suite_by by)
{
	struct group_key key = suite_key(runs[0], by);

	if (key.id || by == SUITE_BY_SOURCE || by == SUITE_BY_FOLDER ||
	    (by == SUITE_BY_SUITE && runs[0]->suite.name))
		return key.id;
	for (size_t i = 1; i < count; i++)
		if (compare_text(runs[i]->agent.id, runs[0]->agent.id) != 0)
			return NULL;
	return runs[0]->agent.id;
}

struct builder {
	struct results *results;
	enum suite_by by;
	struct placed *placed; /* the runs, as long as they stand in that order */
	struct sample scratch;
};

static void append_cases(struct builder *builder, struct suite_group *suite)
{
	struct results *results = builder->results;
	const struct placed *placed = builder->placed + suite->first_run;
	struct run **runs = results->runs + suite->first_run;

	for (size_t first = 0, end; first < suite->run_count; first = end) {
		struct case_group *group = &results->cases[results->case_count];

		for (end = first + 1;
		     end < suite->run_count && same_case(&placed[first], &placed[end]);)
			end++;
		*group = (struct case_group){.first_run = suite->first_run + first};
		build_case(group, runs + first, end - first, &builder->scratch);
		results->case_count++;
		suite->case_count++;
		suite->flaky_cases += group->flaky;
		suite->failing_cases += tally_failures(&group->tally) > 0;
		tally_merge(&suite->tally, &group->tally);
	}
}

/* The same suite in two environments is two. */
static const char *suite_group_key(struct builder *builder, const struct run *run)
{
	const char *key = key_text(suite_key(run, builder->by));

	return run->environment
		       ? arena_printf(&builder->results->arena, "%s\n%s", key, run->environment)
		       : key;
}

static void append_suite(struct builder *builder, size_t first, size_t end)
{
	struct results *results = builder->results;
	struct suite_group *suite = &results->suites[results->suite_count++];

	*suite = (struct suite_group){
		.source = results->runs[first]->source,
		.key = suite_group_key(builder, results->runs[first]),
		.environment = results->runs[first]->environment,
		.first_run = first,
		.run_count = end - first,
		.first_case = results->case_count,
	};
	tally_init(&suite->tally);
	append_cases(builder, suite);
	tally_spreads(&suite->tally, results->runs + first, end - first, &builder->scratch);
	suite->name = suite_name(results->runs + first, end - first, builder->by);
	suite->id = suite_id(results->runs + first, end - first, builder->by);
	suite->title = marks_shown(&results->arena, suite->name);
	results->flaky_cases += suite->flaky_cases;
	results->failing_cases += suite->failing_cases;
}

static void build_groups(struct builder *builder)
{
	struct results *results = builder->results;

	for (size_t first = 0, end; first < results->run_count; first = end) {
		for (end = first + 1; end < results->run_count &&
				      same_suite(&builder->placed[first], &builder->placed[end]);)
			end++;
		append_suite(builder, first, end);
	}
}

static int compare_named(const char *name_a, const char *id_a, size_t first_a, const char *name_b,
			 const char *id_b, size_t first_b)
{
	int order = compare_text(name_a, name_b);

	if (!order)
		order = compare_text(id_a, id_b);
	return order ? order : (first_a > first_b) - (first_a < first_b);
}

static int compare_cases(const void *left, const void *right)
{
	const struct case_group *a = left, *b = right;

	return compare_named(a->name, a->id, a->first_run, b->name, b->id, b->first_run);
}

static int compare_suites(const void *left, const void *right)
{
	const struct suite_group *a = left, *b = right;

	return compare_named(a->name, a->id, a->first_run, b->name, b->id, b->first_run);
}

/* Suites of one source stand together already, and sources in their order. */
static void order_suites(struct results *results)
{
	struct suite_group *suites = results->suites;

	for (size_t first = 0, end; first < results->suite_count; first = end) {
		for (end = first + 1; end < results->suite_count &&
				      !strcmp(suites[first].source, suites[end].source);)
			end++;
		qsort(suites + first, end - first, sizeof(*suites), compare_suites);
	}
}

/* Groups were found in the order of their keys; results are in the order of their names. */
static void order_groups(struct results *results)
{
	struct case_group *cases;
	struct run **runs;
	size_t case_at = 0, run_at = 0;
	uint64_t failing = 0;

	if (!results->run_count)
		return;
	cases = memory_alloc(results->case_count * sizeof(*cases));
	runs = memory_alloc(results->run_count * sizeof(*runs));
	order_suites(results);
	for (size_t s = 0; s < results->suite_count; s++) {
		struct suite_group *suite = &results->suites[s];
		struct case_group *own = results->cases + suite->first_case;

		qsort(own, suite->case_count, sizeof(*own), compare_cases);
		suite->first_case = case_at;
		suite->first_run = run_at;
		suite->failing_before = failing;
		failing += suite->failing_cases;
		for (size_t c = 0; c < suite->case_count; c++) {
			struct case_group *group = &cases[case_at++];

			*group = own[c];
			memcpy(runs + run_at, results->runs + group->first_run,
			       group->run_count * sizeof(*runs));
			group->first_run = run_at;
			group->suite = s;
			for (size_t r = 0; r < group->run_count; r++)
				runs[run_at + r]->case_index = case_at - 1;
			run_at += group->run_count;
		}
	}
	memcpy(results->cases, cases, results->case_count * sizeof(*cases));
	memcpy(results->runs, runs, results->run_count * sizeof(*runs));
	memory_free(cases);
	memory_free(runs);
}

static void build_sources(struct builder *builder)
{
	struct results *results = builder->results;

	for (size_t first = 0, end; first < results->suite_count; first = end) {
		struct source_group *group = &results->sources[results->source_count++];
		size_t from = results->suites[first].first_run, runs = 0;

		group->source = results->suites[first].source;
		tally_init(&group->tally);
		for (end = first; end < results->suite_count &&
				  strcmp(results->suites[end].source, group->source) == 0;
		     end++) {
			tally_merge(&group->tally, &results->suites[end].tally);
			runs += results->suites[end].run_count;
		}
		tally_spreads(&group->tally, results->runs + from, runs, &builder->scratch);
		tally_merge(&results->totals, &group->tally);
	}
	tally_spreads(&results->totals, results->runs, results->run_count, &builder->scratch);
}

/* Of each suite, whether its title is another one's, too; returns how many there are. */
static size_t mark_shared(const struct results *results, bool *shared)
{
	size_t count = results->suite_count, found = 0;
	size_t *numbers = memory_alloc(count * sizeof(*numbers));
	size_t *uses = memory_alloc(count * sizeof(*uses));
	struct numbering titles = {.count = 0};

	for (size_t i = 0; i < count; i++) {
		uses[i] = 0;
		numbers[i] = numbering_of(&titles, "", results->suites[i].title);
		uses[numbers[i]]++;
	}
	for (size_t i = 0; i < count; i++) {
		shared[i] = uses[numbers[i]] > 1;
		found += shared[i];
	}
	numbering_release(&titles);
	memory_free(numbers);
	memory_free(uses);
	return found;
}

static bool differ_in_environment(const struct results *results)
{
	for (size_t i = 1; i < results->suite_count; i++)
		if (!same_text(results->suites[0].environment, results->suites[i].environment))
			return true;
	return false;
}

/* The name, with the environment where there are several. */
static const char *short_title(struct results *results, const struct suite_group *suite)
{
	const char *name = marks_shown(&results->arena, suite->name);

	if (!suite->environment || results->environment)
		return name;
	return arena_printf(&results->arena, "%s (%s)", name,
			    marks_shown(&results->arena, suite->environment));
}

/* First the source is added, then the id, then a number: until all titles differ. */
static const char *longer_title(struct results *results, const struct suite_group *suite,
				unsigned round, size_t position)
{
	const char *name = short_title(results, suite);

	if (round == 0)
		return arena_printf(&results->arena, "%s (%s)", name, suite->source);
	if (round == 1 && suite->id)
		return arena_printf(&results->arena, "%s (%s, %s)", name, suite->source,
				    marks_shown(&results->arena, suite->id));
	return arena_printf(&results->arena, "%s [%zu]", suite->title, position + 1);
}

static void make_titles_unique(struct results *results)
{
	bool *shared = memory_alloc(results->suite_count * sizeof(*shared));

	if (results->suite_count && !differ_in_environment(results))
		results->environment = results->suites[0].environment;
	else
		for (size_t i = 0; i < results->suite_count; i++)
			results->suites[i].title = short_title(results, &results->suites[i]);
	for (unsigned round = 0; mark_shared(results, shared); round++)
		for (size_t i = 0; i < results->suite_count; i++)
			if (shared[i])
				results->suites[i].title =
					longer_title(results, &results->suites[i], round, i);
	memory_free(shared);
}

/* How many groups the sorted runs make, so that no more room is taken than they need. */
static void make_room(struct results *results, const struct placed *placed)
{
	size_t suites = 0, cases = 0;

	for (size_t i = 0; i < results->run_count; i++) {
		suites += !i || !same_suite(&placed[i - 1], &placed[i]);
		cases += !i || !same_case(&placed[i - 1], &placed[i]);
	}
	results->sources = arena_alloc(&results->arena, suites * sizeof(*results->sources));
	results->suites = arena_alloc(&results->arena, suites * sizeof(*results->suites));
	results->cases = arena_alloc(&results->arena, cases * sizeof(*results->cases));
}

static int compare_rates(const void *left, const void *right)
{
	const struct suite_group *a = *(struct suite_group *const *)left;
	const struct suite_group *b = *(struct suite_group *const *)right;
	int order = tally_compare(&a->tally, &b->tally);

	return order ? order : (a > b) - (a < b);
}

static void rank_suites(struct results *results)
{
	results->worst =
		arena_alloc(&results->arena, results->suite_count * sizeof(*results->worst));
	for (size_t i = 0; i < results->suite_count; i++)
		results->worst[i] = &results->suites[i];
	qsort(results->worst, results->suite_count, sizeof(*results->worst), compare_rates);
}

static int compare_failing(const void *left, const void *right)
{
	static const int ranks[] = {
		[CASE_FAILS] = 0, [CASE_MIXED] = 1, [CASE_PASSES] = 2, [CASE_UNJUDGED] = 3};
	const struct case_group *a = *(struct case_group *const *)left;
	const struct case_group *b = *(struct case_group *const *)right;

	if (a->state != b->state)
		return ranks[a->state] - ranks[b->state];
	if (a->state == CASE_FAILS && a->streak != b->streak)
		return a->streak > b->streak ? -1 : 1;
	if (a->since_at != b->since_at)
		return a->since_at > b->since_at ? -1 : 1;
	return (a > b) - (a < b);
}

static void rank_failing(struct results *results)
{
	size_t count = 0;

	results->failing = arena_alloc(&results->arena,
				       (size_t)results->failing_cases * sizeof(*results->failing));
	for (size_t i = 0; i < results->case_count; i++)
		if (tally_failures(&results->cases[i].tally))
			results->failing[count++] = &results->cases[i];
	qsort(results->failing, count, sizeof(*results->failing), compare_failing);
}

/* Puts the run in at its time; the earliest falls out at the front. */
static void sparkline_add(struct suite_group *suite, struct run *run)
{
	int64_t when = run_when(run);
	size_t at = suite->sparkline_count;

	if (at == SPARKLINE_LENGTH && run_when(suite->sparkline[0]) > when)
		return;
	while (at > 0 && run_when(suite->sparkline[at - 1]) > when)
		at--;
	if (suite->sparkline_count < SPARKLINE_LENGTH) {
		memmove(suite->sparkline + at + 1, suite->sparkline + at,
			(suite->sparkline_count++ - at) * sizeof(*suite->sparkline));
		suite->sparkline[at] = run;
	} else if (at > 0) {
		memmove(suite->sparkline, suite->sparkline + 1,
			(at - 1) * sizeof(*suite->sparkline));
		suite->sparkline[at - 1] = run;
	}
}

static void build_sparklines(struct results *results)
{
	for (size_t s = 0; s < results->suite_count; s++) {
		struct suite_group *suite = &results->suites[s];
		size_t room =
			suite->run_count < SPARKLINE_LENGTH ? suite->run_count : SPARKLINE_LENGTH;

		suite->sparkline = arena_alloc(&results->arena, room * sizeof(*suite->sparkline));
		for (size_t i = 0; i < suite->run_count; i++)
			if (run_when(results->runs[suite->first_run + i]) != TIME_UNKNOWN)
				sparkline_add(suite, results->runs[suite->first_run + i]);
	}
}

void results_build(struct results *results, struct run **runs, size_t count, enum suite_by by)
{
	struct builder builder = {
		.results = results, .by = by, .placed = place_runs(runs, count, by)};

	*results = (struct results){.run_count = count, .by = by};
	arena_init(&results->arena, 0);
	tally_init(&results->totals);
	results->runs = runs;
	make_room(results, builder.placed);
	build_groups(&builder);
	memory_free(builder.placed);
	order_groups(results);
	build_sources(&builder);
	make_titles_unique(results);
	rank_suites(results);
	rank_failing(results);
	build_sparklines(results);
	sample_release(&builder.scratch);
}

void results_release(struct results *results)
{
	arena_release(&results->arena);
}
