#include "runtally/join.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void joins_init(struct joins *joins)
{
	*joins = (struct joins){.count = 0};
}

void joins_release(struct joins *joins)
{
	memory_free(joins->items);
	joins_init(joins);
}

static const char *copy_of(struct arena *arena, const char *text, text_filter *filter, void *ctx)
{
	if (!text)
		return NULL;
	return arena_strdup(arena, filter ? filter(ctx, text) : text);
}

static void make_room(struct joins *joins, size_t count)
{
	joins->items = array_reserve(joins->items, &joins->capacity, joins->count + count,
				     sizeof(*joins->items));
}

struct definition *joins_add(struct joins *joins, struct arena *arena,
			     const struct definition *definition, text_filter *filter, void *ctx)
{
	struct definition *copy = arena_alloc(arena, sizeof(*copy));

	*copy = *definition;
	copy->source = copy_of(arena, copy->source, NULL, NULL);
	for (size_t i = 0; i < DEFINITION_LABELS; i++) {
		const char **label = definition_label(copy, i);

		*label = copy_of(arena, *label, filter, ctx);
	}
	make_room(joins, 1);
	joins->items[joins->count++] = copy;
	return copy;
}

void joins_append(struct joins *joins, struct joins *from)
{
	make_room(joins, from->count);
	if (from->count)
		memcpy(joins->items + joins->count, from->items,
		       from->count * sizeof(*from->items));
	joins->count += from->count;
	joins_release(from);
}

/* What is known of each (kind, source, id), merged of all that define it. */
struct index {
	struct definition *slots; /* id NULL: free */
	size_t capacity, count;
};

static size_t hash_key(enum definition_kind kind, const char *source, const char *id)
{
	return (size_t)(hash_bytes(source, strlen(source)) * 31 + hash_bytes(id, strlen(id)) * 7) +
	       kind;
}

static struct definition *slot_of(const struct index *index, enum definition_kind kind,
				  const char *source, const char *id)
{
	size_t at = hash_key(kind, source, id) & (index->capacity - 1);

	for (;; at = (at + 1) & (index->capacity - 1)) {
		struct definition *slot = &index->slots[at];

		if (!slot->id || (slot->kind == kind && strcmp(slot->id, id) == 0 &&
				  strcmp(slot->source, source) == 0))
			return slot;
	}
}

static void index_grow(struct index *index)
{
	struct index larger = {.capacity = index->capacity ? index->capacity * 2 : 256,
			       .count = index->count};

	larger.slots = memory_alloc(larger.capacity * sizeof(*larger.slots));
	memset(larger.slots, 0, larger.capacity * sizeof(*larger.slots));
	for (size_t i = 0; i < index->capacity; i++)
		if (index->slots[i].id)
			*slot_of(&larger, index->slots[i].kind, index->slots[i].source,
				 index->slots[i].id) = index->slots[i];
	memory_free(index->slots);
	*index = larger;
}

static const struct definition *look_up(const struct index *index, enum definition_kind kind,
					const char *source, const char *id)
{
	const struct definition *slot;

	if (!id || !index->capacity)
		return NULL;
	slot = slot_of(index, kind, source, id);
	return slot->id ? slot : NULL;
}

static void take(const char **member, const char *told, bool replace)
{
	if (told && (replace || !*member))
		*member = told;
}

static bool same_label(const struct label *a, const struct label *b)
{
	if (a->id && b->id)
		return strcmp(a->id, b->id) == 0;
	return a->name && b->name && strcmp(a->name, b->name) == 0;
}

/* A suite's id and name belong together: a name must not stand beside another's id. */
static void take_label(struct label *member, struct label told, bool replace)
{
	if (same_label(member, &told)) {
		take(&member->id, told.id, false);
		take(&member->name, told.name, replace);
	} else if ((told.id || told.name) && (replace || (!member->id && !member->name))) {
		*member = told;
	}
}

/* `replace`: what is told now wins over what is known; else it only fills gaps. */
static void index_add(struct index *index, const struct definition *told, bool replace)
{
	struct definition *slot;

	if (!told->id)
		return;
	if (index->count * 4 >= index->capacity * 3)
		index_grow(index);
	slot = slot_of(index, told->kind, told->source, told->id);
	if (!slot->id) {
		*slot = *told;
		index->count++;
		return;
	}
	take(&slot->name, told->name, replace);
	take_label(&slot->suite, told->suite, replace);
	take_label(&slot->agent, told->agent, replace);
	if (told->runs_expected >= 0 && (replace || slot->runs_expected < 0))
		slot->runs_expected = told->runs_expected;
}

/* A suite's or agent's name that stands beside its id in what is about something else. */
static void index_add_label(struct index *index, enum definition_kind kind, const char *source,
			    struct label label)
{
	const struct definition told = {
		.kind = kind,
		.source = source,
		.id = label.id,
		.name = label.name,
		.runs_expected = -1,
	};

	if (label.id && label.name)
		index_add(index, &told, false);
}

/* What one run says of its suite and case helps another that carries ids alone; which agent it ran
   on is its own. */
static void index_add_run(struct index *index, const struct run *run)
{
	const struct definition test_case = {
		.kind = DEFINES_CASE,
		.source = run->source,
		.id = run->test_case.id,
		.name = run->test_case.name,
		.suite = run->suite,
		.runs_expected = -1,
	};

	index_add_label(index, DEFINES_SUITE, run->source, run->suite);
	index_add_label(index, DEFINES_AGENT, run->source, run->agent);
	if (test_case.name || test_case.suite.id || test_case.suite.name)
		index_add(index, &test_case, false);
}

/* A run and its place among the inputs. */
struct dated {
	const struct run *run;
	size_t position;
};

static int compare_dated(const void *left, const void *right)
{
	const struct dated *a = left, *b = right;
	int64_t when_a = run_when(a->run), when_b = run_when(b->run);

	if (when_a != when_b)
		return when_a > when_b ? -1 : 1;
	return (a->position > b->position) - (a->position < b->position);
}

/* The latest first: what it says of a name that has changed since is what stands. */
static void index_add_runs(struct index *index, const struct runs *runs)
{
	struct dated *dated = memory_alloc(runs->count * sizeof(*dated));

	for (size_t i = 0; i < runs->count; i++)
		dated[i] = (struct dated){runs->items[i], i};
	if (runs->count)
		qsort(dated, runs->count, sizeof(*dated), compare_dated);
	for (size_t i = 0; i < runs->count; i++)
		index_add_run(index, dated[i].run);
	memory_free(dated);
}

static void index_add_definitions(struct index *index, const struct joins *joins)
{
	for (size_t i = 0; i < joins->count; i++)
		index_add(index, joins->items[i], true);
	for (size_t i = joins->count; i > 0; i--) {
		const struct definition *told = joins->items[i - 1];

		index_add_label(index, DEFINES_SUITE, told->source, told->suite);
		index_add_label(index, DEFINES_AGENT, told->source, told->agent);
	}
}

static const char *kept(struct runs *runs, const char *text)
{
	return intern(&runs->names, text);
}

/* A run's own suite stands; one that carries none has its case's. */
static void fill_run(struct runs *runs, struct run *run, const struct index *index)
{
	const struct definition *found;

	found = look_up(index, DEFINES_CASE, run->source, run->test_case.id);
	if (found) {
		take(&run->test_case.name, kept(runs, found->name), true);
		if (!run->suite.id && !run->suite.name)
			run->suite = (struct label){kept(runs, found->suite.id),
						    kept(runs, found->suite.name)};
		if (!run->agent.id && !run->agent.name)
			run->agent = (struct label){kept(runs, found->agent.id),
						    kept(runs, found->agent.name)};
	}
	found = look_up(index, DEFINES_SUITE, run->source, run->suite.id);
	if (found) {
		take(&run->suite.name, kept(runs, found->name), true);
		if (!run->agent.id && !run->agent.name)
			run->agent = (struct label){kept(runs, found->agent.id),
						    kept(runs, found->agent.name)};
	}
	found = look_up(index, DEFINES_AGENT, run->source, run->agent.id);
	if (found)
		take(&run->agent.name, kept(runs, found->name), true);
}

static void count_execution(struct index *index, const struct run *run)
{
	struct definition *slot;

	if (!run->execution_id || !index->capacity)
		return;
	slot = slot_of(index, DEFINES_EXECUTION, run->source, run->execution_id);
	if (slot->id)
		slot->runs_seen++;
}

static int compare_definitions(const void *left, const void *right)
{
	const struct definition *a = left, *b = right;
	int order = strcmp(a->source, b->source);

	return order ? order : strcmp(a->id, b->id);
}

/* A batch of which no run is here was not asked for: an API lists all batches of an agent. */
static bool lacks_runs(const struct definition *slot)
{
	return slot->id && slot->kind == DEFINES_EXECUTION && slot->runs_seen > 0 &&
	       slot->runs_expected > slot->runs_seen;
}

static void note_missing(struct index *index, struct notes *notes)
{
	size_t count = 0;

	for (size_t i = 0; i < index->capacity; i++) {
		if (lacks_runs(&index->slots[i]))
			index->slots[count++] = index->slots[i];
	}
	if (count)
		qsort(index->slots, count, sizeof(*index->slots), compare_definitions);
	for (size_t i = 0; i < count; i++) {
		const struct definition *batch = &index->slots[i];
		char text[256];
		const struct note note = {.severity = SEVERITY_WARNING, .text = text};

		snprintf(text, sizeof(text),
			 "%s: batch %.100s: %" PRId64 " of its %" PRId64
			 " runs are not among the inputs",
			 batch->source, batch->id, batch->runs_expected - batch->runs_seen,
			 batch->runs_expected);
		notes_add(notes, &note);
	}
}

void joins_apply(struct joins *joins, struct runs *runs, struct notes *notes)
{
	struct index index = {.count = 0};

	index_add_definitions(&index, joins);
	index_add_runs(&index, runs);
	for (size_t i = 0; i < runs->count; i++)
		fill_run(runs, runs->items[i], &index);
	for (size_t i = 0; i < runs->count; i++)
		count_execution(&index, runs->items[i]);
	note_missing(&index, notes);
	memory_free(index.slots);
}
