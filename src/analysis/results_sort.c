#include "results_sort.h"

#include <assert.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "runtally/adapters/adapters.h"
#include "runtally/base/arena.h"
#include "runtally/base/hash_table.h"
#include "runtally/base/strbuf.h"
#include "runtally/model/mark.h"

static const char no_suite[] = "(no suite)";
static const char no_case[] = "(no case)";

/* Agents are grouped by name, for ids may come in two spellings. */
static struct group_key agent_key(const struct run *run)
{
	if (run->agent.name)
		return (struct group_key){NULL, run->agent.name};
	if (run->agent.id)
		return (struct group_key){run->agent.id, NULL};
	return (struct group_key){NULL, no_suite};
}

struct group_key suite_key(const struct run *run, enum suite_by by)
{
	switch (by) {
	case SUITE_BY_SOURCE:
		return (struct group_key){NULL, run->source};
	case SUITE_BY_FOLDER:
		return (struct group_key){NULL, run_folder(run) ? run_folder(run) : no_suite};
	case SUITE_BY_AGENT:
		return agent_key(run);
	case SUITE_BY_SUITE:
		break;
	}
	if (run->suite.id || run->suite.name)
		return (struct group_key){run->suite.id, run->suite.name};
	return agent_key(run);
}

bool suite_is_agent(const struct run *run, enum suite_by by)
{
	return by == SUITE_BY_AGENT || (by == SUITE_BY_SUITE && !run->suite.id && !run->suite.name);
}

struct group_key case_key(const struct run *run)
{
	if (run->test_case.id || run->test_case.name)
		return (struct group_key){run->test_case.id, run->test_case.name};
	return (struct group_key){NULL, no_case};
}

bool label_matches(const char *glob, const char *label)
{
	struct strbuf shown = STRBUF_INIT;
	bool matches;

	if (!label)
		return false;
	strbuf_addstr(&shown, label);
	marks_shorten(&shown, 0);
	matches = fnmatch(glob, shown.text, 0) == 0;
	strbuf_release(&shown);
	return matches;
}

int compare_text(const char *a, const char *b)
{
	if (a == b)
		return 0;
	if (!a || !b)
		return a ? 1 : -1;
	return strcmp(a, b);
}

/* ---- ranks of texts ---- */

/* Different pointers, numbered as they come. */
struct texts {
	const char **items; /* by number */
	size_t count, capacity;
	struct hash_table table;
};

static uint32_t number_text(struct texts *texts, const char *text)
{
	const uint64_t hash = (uint64_t)(uintptr_t)text * UINT64_C(0x9e3779b97f4a7c15);
	size_t walk;

	for (size_t at = hash_first(&texts->table, hash, &walk); at != HASH_NONE;
	     at = hash_next(&texts->table, hash, &walk))
		if (texts->items[at] == text)
			return (uint32_t)at;
	texts->items = array_reserve(texts->items, &texts->capacity, texts->count + 1,
				     sizeof(*texts->items));
	texts->items[texts->count] = text;
	hash_add(&texts->table, hash, texts->count);
	return (uint32_t)texts->count++;
}

/* A text to be ranked. The prefix is its first bytes as a number, which compares as they do. */
struct ranked {
	uint64_t prefix;
	const char *text;
	uint32_t number;
};

static uint64_t prefix_of(const char *text)
{
	uint64_t prefix = 0;

	for (int i = 0; i < 8; i++)
		prefix = prefix << 8 | (unsigned char)(*text ? *text++ : 0);
	return prefix;
}

static int compare_ranked(const void *left, const void *right)
{
	const struct ranked *a = left, *b = right;

	if (a->prefix != b->prefix)
		return a->prefix < b->prefix ? -1 : 1;
	return strcmp(a->text, b->text);
}

typedef int compare_fn(const void *left, const void *right);

/* By number: the rank of its text, where `compare` has them in order. Releases the texts. */
static uint32_t *rank_texts(struct texts *texts, compare_fn *compare)
{
	uint32_t *ranks = memory_alloc(texts->count * sizeof(*ranks)), rank = 0;
	struct ranked *order = memory_alloc(texts->count * sizeof(*order));

	for (size_t i = 0; i < texts->count; i++)
		order[i] =
			(struct ranked){prefix_of(texts->items[i]), texts->items[i], (uint32_t)i};
	qsort(order, texts->count, sizeof(*order), compare);
	for (size_t i = 0; i < texts->count; i++) {
		rank += i && strcmp(order[i - 1].text, order[i].text) != 0;
		ranks[order[i].number] = rank;
	}
	memory_free(order);
	memory_free(texts->items);
	hash_table_release(&texts->table);
	return ranks;
}

/* Adapters have an order of their own; what else a run record names comes behind them. */
static int compare_sources(const void *left, const void *right)
{
	const struct ranked *a = left, *b = right;
	size_t rank_a = adapter_rank(a->text), rank_b = adapter_rank(b->text);

	if (rank_a != rank_b)
		return rank_a < rank_b ? -1 : 1;
	return strcmp(a->text, b->text);
}

/* ---- the order of runs ---- */

static int compare_placed(const void *left, const void *right)
{
	const struct placed *a = left, *b = right;
	int order;

	if (a->suite != b->suite)
		return a->suite < b->suite ? -1 : 1;
	if (a->environment != b->environment)
		return a->environment < b->environment ? -1 : 1;
	if (a->test_case != b->test_case)
		return a->test_case < b->test_case ? -1 : 1;
	if (a->when != b->when)
		return a->when < b->when ? -1 : 1;
	order = compare_text(a->run->run_id, b->run->run_id);
	return order ? order : run_compare_origins(a->run, b->run);
}

struct placed *place_runs(struct run **runs, size_t count, enum suite_by by)
{
	struct placed *placed = memory_alloc(count * sizeof(*placed));
	struct texts sources = {.count = 0}, suites = {.count = 0}, cases = {.count = 0};
	struct texts environments = {.count = 0};
	uint32_t *source_ranks, *suite_ranks, *case_ranks, *environment_ranks;

	assert(count < UINT32_MAX);
	for (size_t i = 0; i < count; i++) {
		struct run *run = runs[i];
		uint64_t source = number_text(&sources, run->source);

		placed[i] = (struct placed){
			.run = run,
			.when = run_when(run),
			.suite = source << 32 | number_text(&suites, key_text(suite_key(run, by))),
			.test_case = number_text(&cases, key_text(case_key(run))),
			.environment = number_text(&environments,
						   run->environment ? run->environment : ""),
		};
	}
	source_ranks = rank_texts(&sources, compare_sources);
	suite_ranks = rank_texts(&suites, compare_ranked);
	case_ranks = rank_texts(&cases, compare_ranked);
	environment_ranks = rank_texts(&environments, compare_ranked);
	for (size_t i = 0; i < count; i++) {
		uint64_t source = source_ranks[placed[i].suite >> 32];

		placed[i].suite = source << 32 | suite_ranks[(uint32_t)placed[i].suite];
		placed[i].test_case = case_ranks[placed[i].test_case];
		placed[i].environment = environment_ranks[placed[i].environment];
	}
	memory_free(source_ranks);
	memory_free(suite_ranks);
	memory_free(case_ranks);
	memory_free(environment_ranks);
	qsort(placed, count, sizeof(*placed), compare_placed);
	for (size_t i = 0; i < count; i++)
		runs[i] = placed[i].run;
	return placed;
}
