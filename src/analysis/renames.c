#include "renames.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "runtally/base/hash_table.h"
#include "runtally/base/utf8.h"

#define NONE UINT32_MAX

enum { NAMES_MOST = 16, NAME_BYTES = 100 };

/* A name under which a thing was seen, and from when to when. */
struct use {
	const char *name;
	int64_t first, last;
	uint32_t next; /* of the same thing; NONE */
};

/* What is known by a source and an id, and its names. */
struct things {
	struct numbering ids;
	uint32_t *heads; /* by number */
	size_t head_capacity;
	struct use *uses;
	size_t use_count, use_capacity;
};

static void things_release(struct things *things)
{
	numbering_release(&things->ids);
	memory_free(things->heads);
	memory_free(things->uses);
}

static void add_use(struct things *things, const struct run *run, const char *id, const char *name)
{
	size_t known = things->ids.count, at = numbering_of(&things->ids, run->source, id);
	int64_t when = run_named_at(run);
	uint32_t *place;

	things->heads = array_reserve(things->heads, &things->head_capacity, at + 1,
				      sizeof(*things->heads));
	if (at == known)
		things->heads[at] = NONE;
	place = &things->heads[at];
	while (*place != NONE && strcmp(things->uses[*place].name, name) != 0)
		place = &things->uses[*place].next;
	if (*place != NONE) {
		struct use *use = &things->uses[*place];

		use->first = when < use->first ? when : use->first;
		use->last = when > use->last ? when : use->last;
		return;
	}
	*place = (uint32_t)things->use_count;
	things->uses = array_reserve(things->uses, &things->use_capacity, things->use_count + 1,
				     sizeof(*things->uses));
	things->uses[things->use_count++] =
		(struct use){.name = name, .first = when, .last = when, .next = NONE};
}

/* The number of a thing that is known; NONE: it is not. */
static uint32_t head_of(struct things *things, const char *source, const char *id)
{
	size_t known = things->ids.count, at = numbering_of(&things->ids, source, id);

	if (at < known)
		return things->heads[at];
	things->heads = array_reserve(things->heads, &things->head_capacity, at + 1,
				      sizeof(*things->heads));
	things->heads[at] = NONE;
	return NONE;
}

/* The name that was seen last; of equally late ones the first. */
static const char *latest_name(const struct things *things, uint32_t head)
{
	const struct use *latest = NULL;

	for (uint32_t at = head; at != NONE; at = things->uses[at].next)
		if (!latest || things->uses[at].last > latest->last)
			latest = &things->uses[at];
	return latest ? latest->name : NULL;
}

static bool overlap(const struct use *a, const struct use *b)
{
	return a->first == TIME_UNKNOWN || b->first == TIME_UNKNOWN ||
	       (a->first <= b->last && b->first <= a->last);
}

/* The last of names that followed one another; NULL: two of them were in use at the same time. */
static const char *last_of_names(const struct things *things, uint32_t head)
{
	size_t count = 0;

	for (uint32_t at = head; at != NONE; at = things->uses[at].next) {
		if (++count > NAMES_MOST)
			return NULL;
		for (uint32_t other = head; other != at; other = things->uses[other].next)
			if (overlap(&things->uses[at], &things->uses[other]))
				return NULL;
	}
	return latest_name(things, head);
}

/* ---- runs ---- */

/* A case with an id in a suite without one. */
static bool has_nameless_suite(const struct run *run)
{
	return !run->suite.id && run->suite.name && run->test_case.id;
}

static bool has_agent(const struct run *run)
{
	return run->agent.id && run->agent.name;
}

static void call(struct renames *renames, struct run *run, const char **name, const char *now,
		 bool is_suite)
{
	if (!now || *name == now)
		return;
	if (is_suite && strcmp(*name, now) != 0) {
		renames->items = array_reserve(renames->items, &renames->capacity,
					       renames->count + 1, sizeof(*renames->items));
		renames->items[renames->count++] = (struct renamed){run, *name};
	}
	*name = now;
}

/* Runs that follow one another are of the same thing more often than not. */
static void find_uses(struct things *cases, struct things *agents, struct run *const *runs,
		      size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct run *run = runs[i];

		if (has_nameless_suite(run))
			add_use(cases, run, run->test_case.id, run->suite.name);
		if (has_agent(run))
			add_use(agents, run, run->agent.id, run->agent.name);
	}
}

/* `alone`: how its suite is called there, where it has one name alone; NULL: all of them are. */
static void rename_runs(struct renames *renames, struct things *cases, struct things *agents,
			struct things *alone, struct run *const *runs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct run *run = runs[i];
		bool is_suite = !run->suite.id && !run->suite.name;

		if (has_agent(run))
			call(renames, run, &run->agent.name,
			     latest_name(agents, head_of(agents, run->source, run->agent.id)),
			     is_suite);
		if (!has_nameless_suite(run))
			continue;
		if (alone) {
			uint32_t head = head_of(alone, run->source, run->test_case.id);

			if (head == NONE || alone->uses[head].next != NONE)
				continue;
		}
		call(renames, run, &run->suite.name,
		     last_of_names(cases, head_of(cases, run->source, run->test_case.id)), true);
	}
}

void renames_apply(struct renames *renames, const struct run_list *united,
		   const struct runs *baseline)
{
	struct things cases = {.use_count = 0}, agents = {.use_count = 0};
	struct things alone = {.use_count = 0};

	*renames = (struct renames){.count = 0};
	find_uses(&cases, &agents, united->items, united->count);
	find_uses(&alone, &agents, baseline->items, baseline->count);
	rename_runs(renames, &cases, &agents, NULL, united->items, united->count);
	rename_runs(renames, &cases, &agents, &alone, baseline->items, baseline->count);
	things_release(&cases);
	things_release(&agents);
	things_release(&alone);
}

void renames_release(struct renames *renames)
{
	memory_free(renames->items);
}

/* ---- notes ---- */

static int compare_runs(const void *left, const void *right)
{
	uintptr_t a = (uintptr_t)((const struct renamed *)left)->run;
	uintptr_t b = (uintptr_t)((const struct renamed *)right)->run;

	return (a > b) - (a < b);
}

/* Runs of one name that are counted under another. */
struct move {
	const char *from, *to;
	uint64_t runs;
};

struct moves {
	struct numbering names;
	struct move *items;
	size_t capacity;
};

static void count_moves(struct moves *moves, const struct renames *renames,
			const struct run_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct run *run = list->items[i];
		const struct renamed key = {.run = run}, *found;
		const char *to = run->suite.name ? run->suite.name : run->agent.name;
		size_t known = moves->names.count, at;

		found = bsearch(&key, renames->items, renames->count, sizeof(key), compare_runs);
		if (!found)
			continue;
		at = numbering_of(&moves->names, found->from, to);
		moves->items = array_reserve(moves->items, &moves->capacity, at + 1,
					     sizeof(*moves->items));
		if (at == known)
			moves->items[at] = (struct move){.from = found->from, .to = to};
		moves->items[at].runs++;
	}
}

static int compare_moves(const void *left, const void *right)
{
	const struct move *a = left, *b = right;
	int order = strcmp(a->from, b->from);

	return order ? order : strcmp(a->to, b->to);
}

static int shown_length(const char *name)
{
	return (int)utf8_cut(name, strlen(name), NAME_BYTES);
}

void renames_note(struct renames *renames, const struct selection *selection, struct notes *notes)
{
	struct moves moves = {.capacity = 0};

	if (!renames->count)
		return;
	qsort(renames->items, renames->count, sizeof(*renames->items), compare_runs);
	count_moves(&moves, renames, &selection->now);
	count_moves(&moves, renames, &selection->before);
	if (moves.names.count)
		qsort(moves.items, moves.names.count, sizeof(*moves.items), compare_moves);
	for (size_t i = 0; i < moves.names.count; i++) {
		const struct move *move = &moves.items[i];

		notes_addf(notes, SEVERITY_WARNING,
			   "suite \"%.*s\" is called \"%.*s\" now: %" PRIu64
			   " run%s of it %s counted there",
			   shown_length(move->from), move->from, shown_length(move->to), move->to,
			   move->runs, move->runs == 1 ? "" : "s", move->runs == 1 ? "is" : "are");
	}
	numbering_release(&moves.names);
	memory_free(moves.items);
}
