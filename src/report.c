#include "runtally/report.h"

#include <stdlib.h>
#include <string.h>

#include "runtally/adapter.h"

static const char no_suite[] = "(no suite)";
static const char no_case[] = "(no case)";

/* What a run is grouped by: its id where it has one, else its name. */
struct group_key {
	const char *id, *name;
};

static const char *key_text(struct group_key key)
{
	return key.id ? key.id : key.name;
}

/* Agents are grouped by name, for their ids come in two spellings (vendors.md, SigmaMind). */
static struct group_key agent_key(const struct run *run)
{
	if (run->agent.name)
		return (struct group_key){NULL, run->agent.name};
	if (run->agent.id)
		return (struct group_key){run->agent.id, NULL};
	return (struct group_key){NULL, no_suite};
}

static struct group_key suite_key(const struct run *run, enum suite_by by)
{
	switch (by) {
	case SUITE_BY_SOURCE:
		return (struct group_key){NULL, run->source};
	case SUITE_BY_FOLDER:
		return (struct group_key){NULL, run->folder ? run->folder : no_suite};
	case SUITE_BY_AGENT:
		return agent_key(run);
	case SUITE_BY_SUITE:
		break;
	}
	if (run->suite.id || run->suite.name)
		return (struct group_key){run->suite.id, run->suite.name};
	return agent_key(run);
}

static struct group_key case_key(const struct run *run)
{
	if (run->test_case.id || run->test_case.name)
		return (struct group_key){run->test_case.id, run->test_case.name};
	return (struct group_key){NULL, no_case};
}

/* A run and its place in the order; keys are compared many times, so they are made once. */
struct placed {
	struct run *run;
	const char *suite, *test_case;
	size_t rank;
};

static int compare_text(const char *a, const char *b)
{
	if (a == b)
		return 0;
	if (!a || !b)
		return a ? 1 : -1;
	return strcmp(a, b);
}

static int compare_number(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int compare_source(size_t rank_a, const char *a, size_t rank_b, const char *b)
{
	int order = compare_number((int64_t)rank_a, (int64_t)rank_b);

	return order ? order : compare_text(a, b);
}

static int compare_placed(const void *left, const void *right)
{
	const struct placed *a = left, *b = right;
	int order = compare_source(a->rank, a->run->source, b->rank, b->run->source);

	if (!order)
		order = compare_text(a->suite, b->suite);
	if (!order)
		order = compare_text(a->test_case, b->test_case);
	if (!order)
		order = compare_number(run_when(a->run), run_when(b->run));
	if (!order)
		order = compare_text(a->run->run_id, b->run->run_id);
	return order ? order : compare_text(a->run->origin, b->run->origin);
}

static void sort_runs(struct runs *runs, enum suite_by by)
{
	struct placed *placed = memory_alloc(runs->count * sizeof(*placed));

	for (size_t i = 0; i < runs->count; i++) {
		struct run *run = runs->items[i];

		placed[i] = (struct placed){run, key_text(suite_key(run, by)),
					    key_text(case_key(run)), adapter_rank(run->source)};
	}
	if (runs->count)
		qsort(placed, runs->count, sizeof(*placed), compare_placed);
	for (size_t i = 0; i < runs->count; i++)
		runs->items[i] = placed[i].run;
	memory_free(placed);
}

static bool same_case(const struct run *a, const struct run *b)
{
	return compare_text(key_text(case_key(a)), key_text(case_key(b))) == 0;
}

static bool same_suite(const struct run *a, const struct run *b, enum suite_by by)
{
	return compare_text(a->source, b->source) == 0 &&
	       compare_text(key_text(suite_key(a, by)), key_text(suite_key(b, by))) == 0;
}

/* Of runs in order of time, the last name that one tells; else the id. */
static const char *case_name(struct run *const *runs, size_t count)
{
	for (size_t i = count; i > 0; i--)
		if (case_key(runs[i - 1]).name)
			return case_key(runs[i - 1]).name;
	return runs[0]->test_case.id;
}

/*
 * The last outcome is that of the latest run. Where no run tells its time there is no order:
 * then it is known only if all agree.
 */
static void find_last(struct case_group *group, struct run *const *runs, size_t count)
{
	const struct run *last = runs[count - 1];

	group->last_at = run_when(last);
	group->last_outcome = last->outcome;
	if (group->last_at != TIME_UNKNOWN)
		return;
	for (size_t i = 0; i < count; i++)
		if (runs[i]->outcome != last->outcome)
			group->last_outcome = OUTCOME_COUNT;
}

static void build_case(struct case_group *group, struct run *const *runs, size_t count,
		       struct sample *scratch)
{
	tally_init(&group->tally);
	for (size_t i = 0; i < count; i++)
		tally_add(&group->tally, runs[i]);
	tally_spreads(&group->tally, runs, count, scratch);
	group->id = case_key(runs[0]).id;
	group->name = case_name(runs, count);
	group->run_count = count;
	group->flaky =
		group->tally.outcomes[OUTCOME_PASSED] > 0 && tally_failures(&group->tally) > 0;
	find_last(group, runs, count);
}

/* The suite's name as its latest run tells it; cases follow each other, so all runs are asked. */
static const char *suite_name(struct run *const *runs, size_t count, enum suite_by by)
{
	const char *name = NULL;
	int64_t at = TIME_UNKNOWN;

	for (size_t i = 0; i < count; i++) {
		const char *told = suite_key(runs[i], by).name;

		if (told && (!name || run_when(runs[i]) > at)) {
			name = told;
			at = run_when(runs[i]);
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
	struct report *report;
	enum suite_by by;
	struct sample scratch;
};

static void append_cases(struct builder *builder, struct suite_group *suite)
{
	struct report *report = builder->report;
	struct run **runs = report->runs + suite->first_run;

	for (size_t first = 0, end; first < suite->run_count; first = end) {
		struct case_group *group = &report->cases[report->case_count];

		for (end = first + 1; end < suite->run_count && same_case(runs[first], runs[end]);)
			end++;
		*group = (struct case_group){.first_run = suite->first_run + first};
		build_case(group, runs + first, end - first, &builder->scratch);
		report->case_count++;
		suite->case_count++;
		suite->flaky_cases += group->flaky;
		suite->failing_cases += tally_failures(&group->tally) > 0;
		tally_merge(&suite->tally, &group->tally);
	}
}

static void append_suite(struct builder *builder, size_t first, size_t end)
{
	struct report *report = builder->report;
	struct suite_group *suite = &report->suites[report->suite_count++];

	*suite = (struct suite_group){
		.source = report->runs[first]->source,
		.first_run = first,
		.run_count = end - first,
		.first_case = report->case_count,
	};
	tally_init(&suite->tally);
	append_cases(builder, suite);
	tally_spreads(&suite->tally, report->runs + first, end - first, &builder->scratch);
	suite->name = suite_name(report->runs + first, end - first, builder->by);
	suite->id = suite_id(report->runs + first, end - first, builder->by);
	suite->title = suite->name;
	report->flaky_cases += suite->flaky_cases;
	report->failing_cases += suite->failing_cases;
}

static void build_groups(struct builder *builder)
{
	struct report *report = builder->report;

	for (size_t first = 0, end; first < report->run_count; first = end) {
		for (end = first + 1;
		     end < report->run_count &&
		     same_suite(report->runs[first], report->runs[end], builder->by);)
			end++;
		append_suite(builder, first, end);
	}
}

static int compare_cases(const void *left, const void *right)
{
	const struct case_group *a = left, *b = right;
	int order = compare_text(a->name, b->name);

	if (!order)
		order = compare_text(a->id, b->id);
	return order ? order : compare_number((int64_t)a->first_run, (int64_t)b->first_run);
}

static int compare_suites(const void *left, const void *right)
{
	const struct suite_group *a = left, *b = right;
	int order = compare_source(adapter_rank(a->source), a->source, adapter_rank(b->source),
				   b->source);

	if (!order)
		order = compare_text(a->name, b->name);
	if (!order)
		order = compare_text(a->id, b->id);
	return order ? order : compare_number((int64_t)a->first_run, (int64_t)b->first_run);
}

/* Groups were found in the order of their keys; reports want them in the order of their names. */
static void order_groups(struct report *report)
{
	struct case_group *cases;
	struct run **runs;
	size_t case_at = 0, run_at = 0;
	uint64_t failing = 0;

	if (!report->run_count)
		return;
	cases = memory_alloc(report->case_count * sizeof(*cases));
	runs = memory_alloc(report->run_count * sizeof(*runs));
	qsort(report->suites, report->suite_count, sizeof(*report->suites), compare_suites);
	for (size_t s = 0; s < report->suite_count; s++) {
		struct suite_group *suite = &report->suites[s];
		struct case_group *own = report->cases + suite->first_case;

		qsort(own, suite->case_count, sizeof(*own), compare_cases);
		suite->first_case = case_at;
		suite->first_run = run_at;
		suite->failing_before = failing;
		failing += suite->failing_cases;
		for (size_t c = 0; c < suite->case_count; c++) {
			struct case_group *group = &cases[case_at++];

			*group = own[c];
			memcpy(runs + run_at, report->runs + group->first_run,
			       group->run_count * sizeof(*runs));
			group->first_run = run_at;
			group->suite = s;
			for (size_t r = 0; r < group->run_count; r++)
				runs[run_at + r]->case_index = case_at - 1;
			run_at += group->run_count;
		}
	}
	memcpy(report->cases, cases, report->case_count * sizeof(*cases));
	memcpy(report->runs, runs, report->run_count * sizeof(*runs));
	memory_free(cases);
	memory_free(runs);
}

static void build_sources(struct builder *builder)
{
	struct report *report = builder->report;

	for (size_t first = 0, end; first < report->suite_count; first = end) {
		struct source_group *group = &report->sources[report->source_count++];
		size_t from = report->suites[first].first_run, runs = 0;

		group->source = report->suites[first].source;
		tally_init(&group->tally);
		for (end = first; end < report->suite_count &&
				  strcmp(report->suites[end].source, group->source) == 0;
		     end++) {
			tally_merge(&group->tally, &report->suites[end].tally);
			runs += report->suites[end].run_count;
		}
		tally_spreads(&group->tally, report->runs + from, runs, &builder->scratch);
		tally_merge(&report->totals, &group->tally);
	}
	tally_spreads(&report->totals, report->runs, report->run_count, &builder->scratch);
}

static int compare_titles(const void *left, const void *right)
{
	struct suite_group *const *a = left, *const *b = right;

	return strcmp((*a)->title, (*b)->title);
}

/* Sorts `order` by title; returns how many suites share theirs with a neighbour. */
static size_t mark_shared(struct suite_group **order, size_t count, bool *shared)
{
	size_t found = 0;

	qsort(order, count, sizeof(*order), compare_titles);
	for (size_t i = 0; i < count; i++) {
		shared[i] = (i > 0 && !strcmp(order[i]->title, order[i - 1]->title)) ||
			    (i + 1 < count && !strcmp(order[i]->title, order[i + 1]->title));
		found += shared[i];
	}
	return found;
}

/* First the source is added, then the id, then a number: until all titles differ. */
static const char *longer_title(struct report *report, const struct suite_group *suite,
				unsigned round, size_t position)
{
	if (round == 0)
		return arena_printf(&report->arena, "%s (%s)", suite->name, suite->source);
	if (round == 1 && suite->id)
		return arena_printf(&report->arena, "%s (%s, %s)", suite->name, suite->source,
				    suite->id);
	return arena_printf(&report->arena, "%s [%zu]", suite->title, position + 1);
}

static void make_titles_unique(struct report *report)
{
	struct suite_group **order = memory_alloc(report->suite_count * sizeof(*order));
	bool *shared = memory_alloc(report->suite_count * sizeof(*shared));

	for (size_t i = 0; i < report->suite_count; i++)
		order[i] = &report->suites[i];
	for (unsigned round = 0; mark_shared(order, report->suite_count, shared); round++)
		for (size_t i = 0; i < report->suite_count; i++)
			if (shared[i])
				order[i]->title = longer_title(report, order[i], round,
							       (size_t)(order[i] - report->suites));
	memory_free(order);
	memory_free(shared);
}

/* How many groups the sorted runs make, so that no more room is taken than they need. */
static void make_room(struct report *report, enum suite_by by)
{
	size_t suites = 0, cases = 0;

	for (size_t i = 0; i < report->run_count; i++) {
		bool begins = !i || !same_suite(report->runs[i - 1], report->runs[i], by);

		suites += begins;
		cases += begins || !same_case(report->runs[i - 1], report->runs[i]);
	}
	report->sources = arena_alloc(&report->arena, suites * sizeof(*report->sources));
	report->suites = arena_alloc(&report->arena, suites * sizeof(*report->suites));
	report->cases = arena_alloc(&report->arena, cases * sizeof(*report->cases));
}

static int compare_rates(const void *left, const void *right)
{
	const struct suite_group *a = *(struct suite_group *const *)left;
	const struct suite_group *b = *(struct suite_group *const *)right;
	uint64_t judged_a = tally_judged(&a->tally), judged_b = tally_judged(&b->tally);
	uint64_t cross_a = a->tally.outcomes[OUTCOME_PASSED] * judged_b;
	uint64_t cross_b = b->tally.outcomes[OUTCOME_PASSED] * judged_a;

	if (!judged_a != !judged_b)
		return judged_a ? -1 : 1;
	if (cross_a != cross_b)
		return cross_a < cross_b ? -1 : 1;
	if (judged_a != judged_b)
		return judged_a > judged_b ? -1 : 1;
	return (a > b) - (a < b);
}

static void rank_suites(struct report *report)
{
	report->worst = arena_alloc(&report->arena, report->suite_count * sizeof(*report->worst));
	for (size_t i = 0; i < report->suite_count; i++)
		report->worst[i] = &report->suites[i];
	qsort(report->worst, report->suite_count, sizeof(*report->worst), compare_rates);
}

/* Puts the run into the strip at its time; the earliest falls out at the front. */
static void strip_add(struct suite_group *suite, struct run *run)
{
	int64_t when = run_when(run);
	size_t at = suite->strip_count;

	while (at > 0 && run_when(suite->strip[at - 1]) > when)
		at--;
	if (suite->strip_count < STRIP_LENGTH) {
		memmove(suite->strip + at + 1, suite->strip + at,
			(suite->strip_count++ - at) * sizeof(*suite->strip));
		suite->strip[at] = run;
	} else if (at > 0) {
		memmove(suite->strip, suite->strip + 1, (at - 1) * sizeof(*suite->strip));
		suite->strip[at - 1] = run;
	}
}

static void build_strips(struct report *report)
{
	for (size_t s = 0; s < report->suite_count; s++) {
		struct suite_group *suite = &report->suites[s];
		size_t room = suite->run_count < STRIP_LENGTH ? suite->run_count : STRIP_LENGTH;

		suite->strip = arena_alloc(&report->arena, room * sizeof(*suite->strip));
		for (size_t i = 0; i < suite->run_count; i++)
			if (run_when(report->runs[suite->first_run + i]) != TIME_UNKNOWN)
				strip_add(suite, report->runs[suite->first_run + i]);
	}
}

void report_build(struct report *report, struct runs *runs, enum suite_by by)
{
	struct builder builder = {.report = report, .by = by};

	*report = (struct report){.run_count = runs->count};
	arena_init(&report->arena, 0);
	tally_init(&report->totals);
	sort_runs(runs, by);
	report->runs = runs->items;
	make_room(report, by);
	build_groups(&builder);
	order_groups(report);
	build_sources(&builder);
	make_titles_unique(report);
	rank_suites(report);
	build_strips(report);
	memory_free(builder.scratch.values);
}

void report_release(struct report *report)
{
	arena_release(&report->arena);
}
