#include "runtally/ingest/join.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "runtally/base/hash_table.h"

/* ---- what is defined ---- */

/* What is known of each (kind, source, id), merged of all that define it. */
struct index {
	struct definition *items;
	size_t count, capacity;
	struct hash_table table;
};

static uint64_t hash_of(enum definition_kind kind, const char *source, const char *id)
{
	return hash_pair(hash_pair(hash_text(source), hash_text(id)), kind);
}

/* NULL: nothing is known of it. */
static struct definition *look_up(const struct index *index, enum definition_kind kind,
				  const char *source, const char *id)
{
	const uint64_t hash = id ? hash_of(kind, source, id) : 0;
	size_t walk, at = id ? hash_first(&index->table, hash, &walk) : HASH_NONE;

	for (; at != HASH_NONE; at = hash_next(&index->table, hash, &walk)) {
		struct definition *item = &index->items[at];

		if (item->kind == kind && strcmp(item->id, id) == 0 &&
		    strcmp(item->source, source) == 0)
			return item;
	}
	return NULL;
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
static void merge(struct definition *known, const struct definition *told, bool replace)
{
	take(&known->name, told->name, replace);
	take_label(&known->suite, told->suite, replace);
	take_label(&known->agent, told->agent, replace);
	if (told->runs_expected >= 0 && (replace || known->runs_expected < 0))
		known->runs_expected = told->runs_expected;
}

static void index_add(struct index *index, const struct definition *told, bool replace)
{
	struct definition *known = look_up(index, told->kind, told->source, told->id);

	if (known)
		merge(known, told, replace);
	if (known || !told->id)
		return;
	hash_add(&index->table, hash_of(told->kind, told->source, told->id), index->count);
	index->items = array_reserve(index->items, &index->capacity, index->count + 1,
				     sizeof(*index->items));
	index->items[index->count++] = *told;
}

/* The later in the list that tells a member wins. */
static void index_add_definitions(struct index *index, const struct runs *runs)
{
	for (size_t i = 0; i < runs->definition_count; i++)
		index_add(index, runs->definitions[i], true);
}

static void index_release(struct index *index)
{
	memory_free(index->items);
	hash_table_release(&index->table);
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

/* The latest first. */
static void index_add_labels(struct index *index, const struct runs *runs)
{
	for (size_t i = runs->definition_count; i > 0; i--) {
		const struct definition *told = runs->definitions[i - 1];

		index_add_label(index, DEFINES_SUITE, told->source, told->suite);
		index_add_label(index, DEFINES_AGENT, told->source, told->agent);
	}
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
	const struct run *latest;
	size_t position; /* of that run among all */
};

struct sketches {
	struct sketch *items;
	size_t count, capacity;
	struct hash_table table;
	uint32_t *of_runs; /* the position of each run's own, set after set */
};

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

static size_t position_of(struct sketches *sketches, const struct outline *outline)
{
	const uint64_t hash = hash_outline(outline);
	size_t walk, at = hash_first(&sketches->table, hash, &walk);

	while (at != HASH_NONE && !same_outline(&sketches->items[at].told, outline))
		at = hash_next(&sketches->table, hash, &walk);
	if (at != HASH_NONE)
		return at;
	hash_add(&sketches->table, hash, sketches->count);
	sketches->items = array_reserve(sketches->items, &sketches->capacity, sketches->count + 1,
					sizeof(*sketches->items));
	sketches->items[sketches->count] = (struct sketch){.told = *outline};
	return sketches->count++;
}

/* By when it is called what it is; one of which that is not known comes after all that is kept. */
static int64_t named_at(const struct run *run)
{
	int64_t when = run_named_at(run);

	return when == TIME_UNKNOWN ? INT64_MAX : when;
}

static void sketch_runs(struct sketches *sketches, const struct runs *runs, size_t first)
{
	for (size_t i = 0; i < runs->count; i++) {
		const struct run *run = runs->items[i];
		const struct outline outline = {run->source, run->test_case, run->suite,
						run->agent};
		size_t at = position_of(sketches, &outline);
		struct sketch *sketch = &sketches->items[at];

		sketches->of_runs[first + i] = (uint32_t)at;
		if (!sketch->latest || named_at(run) > named_at(sketch->latest)) {
			sketch->latest = run;
			sketch->position = first + i;
		}
	}
}

/* The latest first; of equal ones the earlier in the inputs. */
static int compare_sketches(const void *left, const void *right)
{
	const struct sketch *a = *(const struct sketch *const *)left;
	const struct sketch *b = *(const struct sketch *const *)right;
	int64_t when_a = named_at(a->latest), when_b = named_at(b->latest);

	if (when_a != when_b)
		return when_a > when_b ? -1 : 1;
	return (a->position > b->position) - (a->position < b->position);
}

/* The latest first: what it says of a name that has changed since is what stands. */
static void index_add_sketches(struct index *index, const struct sketches *sketches)
{
	const struct sketch **sorted = memory_alloc(sketches->count * sizeof(*sorted));

	for (size_t i = 0; i < sketches->count; i++)
		sorted[i] = &sketches->items[i];
	if (sketches->count)
		qsort(sorted, sketches->count, sizeof(*sorted), compare_sketches);
	for (size_t i = 0; i < sketches->count; i++)
		index_add_run(index, sorted[i]->latest);
	memory_free(sorted);
}

/* What comes with a case or a suite fills what is empty. */
static void fill_label(struct label *label, const struct label *found)
{
	if (!label->id && !label->name)
		*label = *found;
}

/* A run's own suite stands; one that carries none has its case's. */
static void fill_outline(struct outline *outline, const struct index *index)
{
	const char *source = outline->source;
	const struct definition *found;

	found = look_up(index, DEFINES_CASE, source, outline->test_case.id);
	if (found) {
		take(&outline->test_case.name, found->name, true);
		fill_label(&outline->suite, &found->suite);
		fill_label(&outline->agent, &found->agent);
	}
	found = look_up(index, DEFINES_SUITE, source, outline->suite.id);
	if (found) {
		take(&outline->suite.name, found->name, true);
		fill_label(&outline->agent, &found->agent);
	}
	found = look_up(index, DEFINES_AGENT, source, outline->agent.id);
	if (found)
		take(&outline->agent.name, found->name, true);
}

static void fill_outlines(struct sketches *sketches, const struct index *index)
{
	for (size_t i = 0; i < sketches->count; i++) {
		sketches->items[i].full = sketches->items[i].told;
		fill_outline(&sketches->items[i].full, index);
	}
}

static void fill_runs(struct runs *runs, const struct sketches *sketches, size_t first)
{
	for (size_t i = 0; i < runs->count; i++) {
		const struct outline *full = &sketches->items[sketches->of_runs[first + i]].full;
		struct run *run = runs->items[i];

		run->test_case = full->test_case;
		run->suite = full->suite;
		run->agent = full->agent;
	}
}

/* ---- executions ---- */

static int compare_definitions(const void *left, const void *right)
{
	const struct definition *a = left, *b = right;
	int order = strcmp(a->source, b->source);

	return order ? order : strcmp(a->id, b->id);
}

/* A batch of which no run is here was not asked for: an API lists all batches of an agent. */
static bool lacks_runs(const struct definition *definition)
{
	return definition->kind == DEFINES_EXECUTION && definition->runs_seen > 0 &&
	       definition->runs_expected > definition->runs_seen;
}

/* Moves what lacks runs to the front of the index, which is of no use any more then. */
static void note_missing(struct index *index, struct notes *notes)
{
	size_t count = 0;

	for (size_t i = 0; i < index->count; i++)
		if (lacks_runs(&index->items[i]))
			index->items[count++] = index->items[i];
	if (count)
		qsort(index->items, count, sizeof(*index->items), compare_definitions);
	for (size_t i = 0; i < count; i++) {
		const struct definition *batch = &index->items[i];

		notes_add_gap(notes,
			      "%s: batch %.100s: %" PRId64 " of its %" PRId64
			      " runs are not among the inputs",
			      batch->source, batch->id, batch->runs_expected - batch->runs_seen,
			      batch->runs_expected);
	}
}

void executions_check(const struct runs *runs, struct notes *notes)
{
	struct index index = {.count = 0};

	for (size_t i = 0; i < runs->definition_count; i++)
		if (runs->definitions[i]->kind == DEFINES_EXECUTION)
			index_add(&index, runs->definitions[i], true);
	for (size_t i = 0; index.count && i < runs->count; i++) {
		const struct run *run = runs->items[i];
		struct definition *execution =
			look_up(&index, DEFINES_EXECUTION, run->source, run->execution_id);

		if (execution)
			execution->runs_seen++;
	}
	note_missing(&index, notes);
	index_release(&index);
}

/* ---- names ---- */

/* The last set comes first: of equally late runs it decides. */
void join(struct runs *const *sets, size_t count)
{
	struct sketches sketches = {.count = 0};
	struct index index = {.count = 0};
	size_t runs = 0, first = 0;

	for (size_t i = 0; i < count; i++) {
		index_add_definitions(&index, sets[i]);
		runs += sets[i]->count;
	}
	sketches.of_runs = memory_alloc(runs * sizeof(*sketches.of_runs));
	for (size_t i = count; i > 0; first += sets[--i]->count)
		sketch_runs(&sketches, sets[i - 1], first);
	for (size_t i = count; i > 0; i--)
		index_add_labels(&index, sets[i - 1]);
	index_add_sketches(&index, &sketches);
	fill_outlines(&sketches, &index);
	first = 0;
	for (size_t i = count; i > 0; first += sets[--i]->count)
		fill_runs(sets[i - 1], &sketches, first);
	memory_free(sketches.of_runs);
	memory_free(sketches.items);
	hash_table_release(&sketches.table);
	index_release(&index);
}

/* ---- what is new ---- */

static bool same_texts_of(const struct label *a, const struct label *b)
{
	return same_text(a->id, b->id) && same_text(a->name, b->name);
}

/* Whether it names anything otherwise than what is known. */
static bool adds(const struct definition *told, const struct definition *known)
{
	struct definition merged = *known;

	merge(&merged, told, true);
	return !same_text(merged.name, known->name) ||
	       !same_texts_of(&merged.suite, &known->suite) ||
	       !same_texts_of(&merged.agent, &known->agent);
}

/* Of no execution, whose names nobody sees, and of no bare id. */
static bool names(const struct definition *definition)
{
	return definition->kind != DEFINES_EXECUTION &&
	       (definition->name || definition->suite.id || definition->suite.name ||
		definition->agent.id || definition->agent.name);
}

static int compare_told(const void *left, const void *right)
{
	const struct definition *a = left, *b = right;

	return a->kind != b->kind ? (int)a->kind - (int)b->kind : compare_definitions(a, b);
}

struct definition *definitions_news(const struct runs *told, const struct runs *past, size_t *count)
{
	struct index news = {.count = 0}, known = {.count = 0};
	size_t kept = 0;

	index_add_definitions(&news, told);
	if (past)
		index_add_definitions(&known, past);
	for (size_t i = 0; i < news.count; i++) {
		const struct definition *item = &news.items[i];
		const struct definition *same = look_up(&known, item->kind, item->source, item->id);

		if (names(item) && (!same || adds(item, same)))
			news.items[kept++] = *item;
	}
	if (kept)
		qsort(news.items, kept, sizeof(*news.items), compare_told);
	hash_table_release(&news.table);
	index_release(&known);
	*count = kept;
	return news.items;
}
