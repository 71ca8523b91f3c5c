#include "runtally/select.h"

#include <fnmatch.h>
#include <string.h>

static size_t richness(const struct run *run)
{
	size_t points = run->criterion_count + run->latency_count;

	points += !!run->suite.id + !!run->suite.name + !!run->test_case.id + !!run->test_case.name;
	points += !!run->agent.id + !!run->agent.name + !!run->model + !!run->reason;
	points +=
		run->has_score + run->has_cost + run->has_tokens + (run->outcome < OUTCOME_PENDING);
	points += (run->ended_at != TIME_UNKNOWN) + (run->started_at != TIME_UNKNOWN);
	return points + run->part_count;
}

/*
 * vendors.md: the later update, else the richer; else the earlier in the order of inputs. A copy
 * that tells no update is older than one that does: so it is an order of all copies, and which of
 * three stays does not depend on how they come.
 */
static bool is_better(const struct run *candidate, const struct run *held)
{
	if (candidate->updated_at != held->updated_at)
		return candidate->updated_at > held->updated_at;
	return richness(candidate) > richness(held);
}

static void fill_label(struct label *label, const struct label *other)
{
	if (!label->id && !label->name) {
		*label = *other;
	} else if (!label->name && label->id && other->id && strcmp(label->id, other->id) == 0) {
		label->name = other->name;
	}
}

/* The dropped copy may come from a list that names what the kept one does not. */
static void fill_from_copy(struct runs *runs, struct run *kept, const struct run *copy)
{
	fill_label(&kept->suite, &copy->suite);
	fill_label(&kept->test_case, &copy->test_case);
	fill_label(&kept->agent, &copy->agent);
	if (!kept->execution_id)
		kept->execution_id = copy->execution_id;
	if (!kept->criterion_count && copy->criterion_count && kept->outcome == copy->outcome)
		runs_take_criteria(runs, kept, copy);
}

static bool same_run(const struct run *a, const struct run *b)
{
	return a->identity == b->identity && strcmp(a->source, b->source) == 0 &&
	       strcmp(a->run_id, b->run_id) == 0;
}

/* Table slots hold positions in items, plus one. */
uint64_t select_distinct(struct runs *runs)
{
	uint64_t dropped = 0;
	size_t capacity = 64, kept = 0;
	size_t *slots;

	while (capacity < runs->count * 2)
		capacity *= 2;
	slots = memory_alloc(capacity * sizeof(*slots));
	memset(slots, 0, capacity * sizeof(*slots));
	for (size_t i = 0; i < runs->count; i++) {
		struct run *run = runs->items[i];
		size_t at = (size_t)(run->identity ^ run->identity >> 32) & (capacity - 1);

		while (slots[at] && !same_run(runs->items[slots[at] - 1], run))
			at = (at + 1) & (capacity - 1);
		if (!slots[at]) {
			runs->items[kept++] = run;
			slots[at] = kept;
			continue;
		}
		dropped++;
		if (is_better(run, runs->items[slots[at] - 1])) {
			fill_from_copy(runs, run, runs->items[slots[at] - 1]);
			runs->items[slots[at] - 1] = run;
		} else {
			fill_from_copy(runs, runs->items[slots[at] - 1], run);
		}
	}
	runs->count = kept;
	memory_free(slots);
	return dropped;
}

static bool in_period(const struct ingest_options *options, const struct run *run,
		      struct ingest_counts *counts)
{
	int64_t when = run_when(run);

	if (options->since == TIME_UNKNOWN && options->until == TIME_UNKNOWN)
		return true;
	if (when == TIME_UNKNOWN) {
		counts->without_time++;
		return true;
	}
	return (options->since == TIME_UNKNOWN || when >= options->since) &&
	       (options->until == TIME_UNKNOWN || when < options->until);
}

static bool matches(const char *const *globs, size_t count, const char *text)
{
	for (size_t i = 0; text && i < count; i++)
		if (fnmatch(globs[i], text, 0) == 0)
			return true;
	return false;
}

static bool in_suites(const struct ingest_options *options, const struct run *run)
{
	const struct label *suite = &run->suite;

	if (!options->suite_count)
		return true;
	if (!suite->id && !suite->name)
		suite = &run->agent;
	return matches(options->suites, options->suite_count, suite->name) ||
	       matches(options->suites, options->suite_count, suite->id);
}

static bool in_sources(const struct ingest_options *options, const struct run *run)
{
	for (size_t i = 0; i < options->source_count; i++)
		if (strcmp(options->sources[i], run->source) == 0)
			return true;
	return !options->source_count;
}

void select_wanted(struct runs *runs, const struct ingest_options *options,
		   struct ingest_counts *counts)
{
	size_t kept = 0;

	for (size_t i = 0; i < runs->count; i++) {
		struct run *run = runs->items[i];

		if (in_sources(options, run) && in_suites(options, run) &&
		    in_period(options, run, counts))
			runs->items[kept++] = run;
	}
	counts->filtered = runs->count - kept;
	runs->count = kept;
}
