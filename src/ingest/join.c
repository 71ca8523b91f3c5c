#include "join.h"

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

/* ---- outlines ---- */

/* What a run says of itself here. Few of many runs differ in it, and most share the very texts. */
struct outline {
	const char *source;
	struct label test_case, suite, agent;
};

/* An outline, the latest run that has it, and what it comes to with all that is known. */
struct sketch {
	struct outline told, full;
	const struct run *latest; /* NULL: a free slot */
	size_t position;          /* of that run among the inputs */
};

struct sketches {
	struct sketch *slots;
	size_t capacity, count;
};

static struct outline outline_of(const struct run *run)
{
	return (struct outline){run->source, run->test_case, run->suite, run->agent};
}

static bool same_texts(const struct label *a, const struct label *b)
{
	return a->id == b->id && a->name == b->name;
}

/* By the texts' places: equal ones that lie elsewhere only cost a slot more. */
static bool same_outline(const struct outline *a, const struct outline *b)
{
	return a->source == b->source && same_texts(&a->test_case, &b->test_case) &&
	       same_texts(&a->suite, &b->suite) && same_texts(&a->agent, &b->agent);
}

static size_t hash_outline(const struct outline *outline)
{
	const char *const texts[] = {
		outline->test_case.id, outline->test_case.name, outline->suite.id,
		outline->suite.name,   outline->agent.id,       outline->agent.name,
	};
	uint64_t hash = (uintptr_t)outline->source;

	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		hash = (hash ^ (uintptr_t)texts[i]) * UINT64_C(0x9e3779b97f4a7c15);
	return (size_t)(hash ^ hash >> 32);
}

static struct sketch *sketch_of(const struct sketches *sketches, const struct outline *outline)
{
	size_t at = hash_outline(outline) & (sketches->capacity - 1);

	while (sketches->slots[at].latest && !same_outline(&sketches->slots[at].told, outline))
		at = (at + 1) & (sketches->capacity - 1);
	return &sketches->slots[at];
}

static void sketches_grow(struct sketches *sketches)
{
	struct sketches larger = {.capacity = sketches->capacity ? sketches->capacity * 2 : 256,
				  .count = sketches->count};

	larger.slots = memory_alloc(larger.capacity * sizeof(*larger.slots));
	memset(larger.slots, 0, larger.capacity * sizeof(*larger.slots));
	for (size_t i = 0; i < sketches->capacity; i++)
		if (sketches->slots[i].latest)
			*sketch_of(&larger, &sketches->slots[i].told) = sketches->slots[i];
	memory_free(sketches->slots);
	*sketches = larger;
}

/* In the order of the inputs. */
static void sketch_run(struct sketches *sketches, const struct run *run, size_t position)
{
	const struct outline outline = outline_of(run);
	struct sketch *sketch;

	if (sketches->count * 2 >= sketches->capacity)
		sketches_grow(sketches);
	sketch = sketch_of(sketches, &outline);
	if (!sketch->latest)
		sketches->count++;
	else if (run_when(run) <= run_when(sketch->latest))
		return;
	*sketch = (struct sketch){.told = outline, .latest = run, .position = position};
}

/* The latest first; of equal ones the earlier in the inputs. */
static int compare_sketches(const void *left, const void *right)
{
	const struct sketch *a = *(const struct sketch *const *)left;
	const struct sketch *b = *(const struct sketch *const *)right;
	int64_t when_a = run_when(a->latest), when_b = run_when(b->latest);

	if (when_a != when_b)
		return when_a > when_b ? -1 : 1;
	return (a->position > b->position) - (a->position < b->position);
}

/* The latest first: what it says of a name that has changed since is what stands. */
static void index_add_sketches(struct index *index, const struct sketches *sketches)
{
	const struct sketch **sorted = memory_alloc(sketches->count * sizeof(*sorted));
	size_t count = 0;

	for (size_t i = 0; i < sketches->capacity; i++)
		if (sketches->slots[i].latest)
			sorted[count++] = &sketches->slots[i];
	if (count)
		qsort(sorted, count, sizeof(*sorted), compare_sketches);
	for (size_t i = 0; i < count; i++)
		index_add_run(index, sorted[i]->latest);
	memory_free(sorted);
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

/* What comes with a case or a suite fills what is empty. */
static void fill_label(struct runs *runs, struct label *label, const struct label *found)
{
	if (!label->id && !label->name)
		*label = (struct label){kept(runs, found->id), kept(runs, found->name)};
}

/* A run's own suite stands; one that carries none has its case's. */
static void fill_outline(struct runs *runs, struct outline *outline, const struct index *index)
{
	const struct definition *found;

	found = look_up(index, DEFINES_CASE, outline->source, outline->test_case.id);
	if (found) {
		take(&outline->test_case.name, kept(runs, found->name), true);
		fill_label(runs, &outline->suite, &found->suite);
		fill_label(runs, &outline->agent, &found->agent);
	}
	found = look_up(index, DEFINES_SUITE, outline->source, outline->suite.id);
	if (found) {
		take(&outline->suite.name, kept(runs, found->name), true);
		fill_label(runs, &outline->agent, &found->agent);
	}
	found = look_up(index, DEFINES_AGENT, outline->source, outline->agent.id);
	if (found)
		take(&outline->agent.name, kept(runs, found->name), true);
}

static void fill_sketches(struct runs *runs, struct sketches *sketches, const struct index *index)
{
	for (size_t i = 0; i < sketches->capacity; i++) {
		struct sketch *sketch = &sketches->slots[i];

		if (!sketch->latest)
			continue;
		sketch->full = sketch->told;
		fill_outline(runs, &sketch->full, index);
	}
}

static void fill_run(struct run *run, const struct sketches *sketches)
{
	const struct outline outline = outline_of(run);
	const struct outline *full = &sketch_of(sketches, &outline)->full;

	run->test_case = full->test_case;
	run->suite = full->suite;
	run->agent = full->agent;
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

static void count_executions(struct index *index, const struct joins *joins,
			     const struct runs *runs)
{
	bool any = false;

	for (size_t i = 0; i < joins->count; i++)
		any = any || joins->items[i]->kind == DEFINES_EXECUTION;
	for (size_t i = 0; any && i < runs->count; i++)
		count_execution(index, runs->items[i]);
}

void joins_apply(struct joins *joins, struct runs *runs, struct notes *notes)
{
	struct sketches sketches = {.count = 0};
	struct index index = {.count = 0};

	for (size_t i = 0; i < runs->count; i++)
		sketch_run(&sketches, runs->items[i], i);
	index_add_definitions(&index, joins);
	index_add_sketches(&index, &sketches);
	fill_sketches(runs, &sketches, &index);
	for (size_t i = 0; i < runs->count; i++)
		fill_run(runs->items[i], &sketches);
	count_executions(&index, joins, runs);
	note_missing(&index, notes);
	memory_free(sketches.slots);
	memory_free(index.slots);
}
