#include "runtally/analysis/select.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

static bool has_verdict(const struct run *run)
{
	return run->outcome < OUTCOME_PENDING;
}

static size_t richness(const struct run *run)
{
	size_t points = run->criterion_count + run->latency_count;

	points += !!run->suite.id + !!run->suite.name + !!run->test_case.id + !!run->test_case.name;
	points += !!run->agent.id + !!run->agent.name + !!run->model + !!run->reason;
	points += run->has_score + run->has_cost + run->has_tokens + has_verdict(run);
	points += (run->ended_at != TIME_UNKNOWN) + (run->started_at != TIME_UNKNOWN);
	return points + run->part_count;
}

/* How the two copies came, of which the candidate is the later in the list. */
enum copies {
	COPIES_OF_INPUTS, /* which was written later is not known */
	COPIES_LATER,     /* the candidate was written later */
	COPIES_EARLIER,   /* the candidate was written earlier */
};

/* Whether they disagree on how the run ended, and neither tells that it is the later update. */
static bool contradict(const struct run *a, const struct run *b)
{
	return a->updated_at == b->updated_at && has_verdict(a) && has_verdict(b) &&
	       a->outcome != b->outcome;
}

/*
 * vendors.md: the later update, else the richer; else the earlier in the order of inputs. A copy
 * that tells no update is older than one that does. Where it is known which was written later, that
 * decides between verdicts before richness does: a new verdict may come with fewer words.
 */
static bool is_better(const struct run *candidate, const struct run *held, enum copies copies)
{
	size_t points = richness(candidate), held_points = richness(held);

	if (candidate->updated_at != held->updated_at)
		return candidate->updated_at > held->updated_at;
	if (points == held_points || (copies != COPIES_OF_INPUTS && contradict(candidate, held)))
		return copies == COPIES_LATER;
	return points > held_points;
}

static void fill_label(struct label *label, const struct label *other)
{
	if (!label->id && !label->name) {
		*label = *other;
	} else if (!label->name && label->id && other->id && strcmp(label->id, other->id) == 0) {
		label->name = other->name;
	}
}

static bool lacks_criteria(const struct run *kept, const struct run *copy)
{
	return !kept->criterion_count && copy->criterion_count && kept->outcome == copy->outcome;
}

static void fill_labels(struct run *kept, const struct run *copy)
{
	fill_label(&kept->suite, &copy->suite);
	fill_label(&kept->test_case, &copy->test_case);
	fill_label(&kept->agent, &copy->agent);
	if (!kept->execution_id)
		kept->execution_id = copy->execution_id;
	if (kept->seen_at == TIME_UNKNOWN ||
	    (copy->seen_at != TIME_UNKNOWN && copy->seen_at < kept->seen_at))
		kept->seen_at = copy->seen_at;
}

/* The dropped copy may come from a list that names what the kept one does not. */
static void fill_from_copy(struct runs *runs, struct run *kept, const struct run *copy)
{
	fill_labels(kept, copy);
	if (lacks_criteria(kept, copy))
		runs_take_criteria(runs, kept, copy);
}

/* ---- what a run record says ---- */

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_label(const struct label *a, const struct label *b)
{
	return same_text(a->id, b->id) && same_text(a->name, b->name);
}

static bool same_criteria(const struct run *a, const struct run *b)
{
	if (a->criterion_count != b->criterion_count)
		return false;
	for (size_t i = 0; i < a->criterion_count; i++) {
		const struct criterion *one = &a->criteria[i], *other = &b->criteria[i];

		if (one->outcome != other->outcome || one->has_score != other->has_score ||
		    (one->has_score && one->score_micro != other->score_micro) ||
		    !same_text(one->name, other->name))
			return false;
	}
	return true;
}

static bool same_numbers(const struct run *a, const struct run *b)
{
	return a->has_score == b->has_score &&
	       (!a->has_score || a->score_micro == b->score_micro) && a->has_cost == b->has_cost &&
	       (!a->has_cost || a->cost_nano == b->cost_nano) && a->has_tokens == b->has_tokens &&
	       (!a->has_tokens ||
		(a->tokens_input == b->tokens_input && a->tokens_output == b->tokens_output)) &&
	       a->latency_count == b->latency_count &&
	       (!a->latency_count || memcmp(a->latency_ms, b->latency_ms,
					    a->latency_count * sizeof(*a->latency_ms)) == 0);
}

/* The time of an update alone tells nothing that a report shows, but decides which copy stays. */
static bool same_times(const struct run *a, const struct run *b)
{
	return a->created_at == b->created_at && a->started_at == b->started_at &&
	       a->ended_at == b->ended_at && a->updated_at == b->updated_at &&
	       a->duration_ms == b->duration_ms && (run_tells_time(a) || a->seen_at == b->seen_at);
}

static bool says_the_same(const struct run *a, const struct run *b)
{
	return a->outcome == b->outcome && same_times(a, b) && same_numbers(a, b) &&
	       same_label(&a->suite, &b->suite) && same_label(&a->test_case, &b->test_case) &&
	       same_label(&a->agent, &b->agent) && same_text(a->execution_id, b->execution_id) &&
	       same_text(a->model, b->model) && same_text(a->status, b->status) &&
	       same_text(a->reason, b->reason) && same_criteria(a, b);
}

bool select_adds(const struct run *run, const struct run *copy)
{
	bool later = is_better(run, copy, COPIES_LATER);
	struct run merged = later ? *run : *copy;
	const struct run *other = later ? copy : run;

	fill_labels(&merged, other);
	if (lacks_criteria(&merged, other)) {
		merged.criteria = other->criteria;
		merged.criterion_count = other->criterion_count;
	}
	return !says_the_same(&merged, copy);
}

static bool same_run(const struct run *a, const struct run *b)
{
	return a->identity == b->identity && strcmp(a->source, b->source) == 0 &&
	       strcmp(a->run_id, b->run_id) == 0;
}

/* Of the run with that identity in items; HASH_NONE: none. */
static size_t place_of(const struct hash_table *table, struct run *const *items,
		       const struct run *run)
{
	size_t walk, at = hash_first(table, run->identity, &walk);

	while (at != HASH_NONE && !same_run(items[at], run))
		at = hash_next(table, run->identity, &walk);
	return at;
}

static void add_runs(struct hash_table *table, struct run *const *items, size_t count)
{
	hash_table_reserve(table, count);
	for (size_t i = 0; i < count; i++)
		hash_add(table, items[i]->identity, i);
}

/* How copies are made one. */
struct merging {
	struct runs *owner; /* of criteria that one takes from another */
	enum copies copies;
	uint64_t differing, contradicting;
};

static void merge(struct merging *merging, struct run **held, struct run *run)
{
	merging->differing += !says_the_same(*held, run);
	merging->contradicting += contradict(*held, run);
	if (is_better(run, *held, merging->copies)) {
		fill_from_copy(merging->owner, run, *held);
		*held = run;
	} else {
		fill_from_copy(merging->owner, *held, run);
	}
}

static size_t keep_distinct(struct run **items, size_t count, struct merging *merging)
{
	struct hash_table table = {.count = 0};
	size_t kept = 0;

	hash_table_reserve(&table, count);
	for (size_t i = 0; i < count; i++) {
		size_t at = place_of(&table, items, items[i]);

		if (at != HASH_NONE) {
			merge(merging, &items[at], items[i]);
			continue;
		}
		hash_add(&table, items[i]->identity, kept);
		items[kept++] = items[i];
	}
	hash_table_release(&table);
	return kept;
}

uint64_t select_distinct(struct runs *runs, bool later_wins, uint64_t *differing)
{
	struct merging merging = {.owner = runs,
				  .copies = later_wins ? COPIES_LATER : COPIES_OF_INPUTS};
	size_t count = runs->count;

	runs->count = keep_distinct(runs->items, count, &merging);
	*differing = merging.differing;
	return count - runs->count;
}

struct run **select_copies(const struct runs *runs, const struct runs *others)
{
	struct run **copies = memory_alloc(runs->count * sizeof(struct run *));
	struct hash_table table = {.count = 0};

	add_runs(&table, others->items, others->count);
	for (size_t i = 0; i < runs->count; i++) {
		size_t at = place_of(&table, others->items, runs->items[i]);

		copies[i] = at == HASH_NONE ? NULL : others->items[at];
	}
	hash_table_release(&table);
	return copies;
}

/* ---- periods ---- */

enum { WEEK_MS = 7 * 24 * 3600 * 1000 };

static bool period_is_open(const struct period *period)
{
	return period->since == TIME_UNKNOWN && period->until == TIME_UNKNOWN;
}

/* A time that is known. */
static bool period_holds(const struct period *period, int64_t when)
{
	return (period->since == TIME_UNKNOWN || when >= period->since) &&
	       (period->until == TIME_UNKNOWN || when < period->until);
}

/* ---- suites and sources ---- */

static bool matches(const char *const *globs, size_t count, const char *text)
{
	for (size_t i = 0; text && i < count; i++)
		if (fnmatch(globs[i], text, 0) == 0)
			return true;
	return false;
}

static bool in_suites(const struct choice *choice, const struct run *run)
{
	const struct label *suite = &run->suite;

	if (!choice->suite_count)
		return true;
	if (!suite->id && !suite->name)
		suite = &run->agent;
	return matches(choice->suites, choice->suite_count, suite->name) ||
	       matches(choice->suites, choice->suite_count, suite->id);
}

static bool in_sources(const struct choice *choice, const struct run *run)
{
	for (size_t i = 0; i < choice->source_count; i++)
		if (strcmp(choice->sources[i], run->source) == 0)
			return true;
	return !choice->source_count;
}

static bool is_wanted(const struct choice *choice, const struct run *run)
{
	return in_sources(choice, run) && in_suites(choice, run);
}

/* ---- lists ---- */

static void list_init(struct run_list *list, size_t room)
{
	*list = (struct run_list){.items = memory_alloc(room * sizeof(*list->items))};
}

static void list_add(struct run_list *list, struct run *run)
{
	list->items[list->count++] = run;
}

static void note_contradicting(uint64_t count, struct notes *notes)
{
	char text[160];

	if (!count)
		return;
	snprintf(text, sizeof(text),
		 "history: %llu run%s had another verdict, and no update is told: %s of the inputs "
		 "count%s",
		 (unsigned long long)count, count == 1 ? "" : "s", count == 1 ? "that" : "those",
		 count == 1 ? "s" : "");
	notes_add(notes, &(struct note){.severity = SEVERITY_WARNING, .text = text});
}

/* All runs of inputs and history, each once; those of the inputs, as many as there are, first. */
static void unite(struct run_list *list, const struct supply *supply, struct notes *notes)
{
	size_t inputs = supply->inputs->count, past = supply->past ? supply->past->count : 0;
	struct merging merging = {.owner = supply->inputs, .copies = COPIES_EARLIER};

	list_init(list, inputs + past);
	if (inputs)
		memcpy(list->items, supply->inputs->items, inputs * sizeof(*list->items));
	if (past)
		memcpy(list->items + inputs, supply->past->items, past * sizeof(*list->items));
	list->count = past ? keep_distinct(list->items, inputs + past, &merging) : inputs;
	note_contradicting(merging.contradicting, notes);
}

/* ---- now ---- */

/* Whether it tells no time, and no earlier call saw it. */
static bool is_undated(const struct supply *supply, const struct run *run)
{
	return run_when(run) == TIME_UNKNOWN ||
	       (!run_tells_time(run) && supply->has_past && run->seen_at == supply->now);
}

static bool is_now(const struct supply *supply, const struct choice *choice, size_t at,
		   struct run *run, struct ingest_counts *counts)
{
	bool is_input = at < supply->inputs->count;

	if (period_is_open(&choice->period))
		return is_input || !supply->has_inputs;
	if (!is_undated(supply, run) || (!is_input && run_when(run) != TIME_UNKNOWN))
		return period_holds(&choice->period, run_when(run));
	if (run->seen_at != TIME_UNKNOWN && !period_holds(&choice->period, run->seen_at))
		run->seen_at = TIME_UNKNOWN;
	counts->without_time += is_input;
	return is_input;
}

static void choose_now(struct selection *selection, const struct supply *supply,
		       const struct choice *choice, const struct run_list *united,
		       struct ingest_counts *counts)
{
	int64_t until = choice->period.until;

	list_init(&selection->now, united->count);
	list_init(&selection->all, united->count);
	for (size_t i = 0; i < united->count; i++) {
		struct run *run = united->items[i];
		bool wanted = is_wanted(choice, run);
		bool now = wanted && is_now(supply, choice, i, run, counts);

		if (now)
			list_add(&selection->now, run);
		if (now || (wanted && run_when(run) != TIME_UNKNOWN &&
			    (until == TIME_UNKNOWN || run_when(run) < until)))
			list_add(&selection->all, run);
		counts->filtered += !now && i < supply->inputs->count;
		counts->in_history += !now && i >= supply->inputs->count;
	}
}

static void find_period(const struct run_list *list, struct ingest_counts *counts)
{
	counts->period_from = counts->period_to = TIME_UNKNOWN;
	for (size_t i = 0; i < list->count; i++) {
		int64_t from = run_begin(list->items[i]), to = run_when(list->items[i]);

		if (to == TIME_UNKNOWN)
			continue;
		if (from == TIME_UNKNOWN || from > to)
			from = to;
		if (counts->period_from == TIME_UNKNOWN || from < counts->period_from)
			counts->period_from = from;
		if (counts->period_to == TIME_UNKNOWN || to > counts->period_to)
			counts->period_to = to;
	}
}

static void note_without_time(const struct ingest_counts *counts, struct notes *notes)
{
	struct note made = {.severity = SEVERITY_WARNING};
	char text[160];

	if (!counts->without_time)
		return;
	snprintf(text, sizeof(text),
		 "%llu run%s without a time: kept, though a period was asked for",
		 (unsigned long long)counts->without_time, counts->without_time == 1 ? "" : "s");
	made.text = text;
	notes_add(notes, &made);
}

/* ---- before ---- */

/*
 * As long as the period that was asked for, up to its begin. Where none was, the week before the
 * runs, or as long as they took.
 */
static struct period previous_period(const struct choice *choice,
				     const struct ingest_counts *counts)
{
	struct period now = choice->period;
	int64_t length;

	if (now.since == TIME_UNKNOWN)
		now.since = counts->period_from;
	if (now.until == TIME_UNKNOWN)
		now.until = choice->last_until;
	if (now.until == TIME_UNKNOWN)
		now.until = counts->period_to;
	if (now.since == TIME_UNKNOWN || now.until == TIME_UNKNOWN)
		return (struct period){TIME_UNKNOWN, TIME_UNKNOWN};
	length = now.until - now.since;
	if (choice->period.since == TIME_UNKNOWN && length < WEEK_MS)
		length = WEEK_MS;
	return (struct period){now.since - length, now.since};
}

/* The runs of the history in that period; `now` is part of `united`, in its order. */
static void choose_before(struct selection *selection, const struct choice *choice,
			  const struct run_list *united)
{
	size_t now = 0;

	list_init(&selection->before, united->count);
	if (period_is_open(&selection->before_period))
		return;
	for (size_t i = 0; i < united->count; i++) {
		struct run *run = united->items[i];

		if (now < selection->now.count && selection->now.items[now] == run)
			now++;
		else if (is_wanted(choice, run) && run_when(run) != TIME_UNKNOWN &&
			 period_holds(&selection->before_period, run_when(run)))
			list_add(&selection->before, run);
	}
}

static void note_in_both(uint64_t count, struct notes *notes)
{
	char text[160];

	if (!count)
		return;
	snprintf(text, sizeof(text),
		 "%llu run%s of the baseline %s among the runs of the report, too: not compared "
		 "with",
		 (unsigned long long)count, count == 1 ? "" : "s", count == 1 ? "is" : "are");
	notes_add(notes, &(struct note){.severity = SEVERITY_WARNING, .text = text});
}

static void choose_baseline(struct selection *selection, const struct supply *supply,
			    const struct choice *choice, struct notes *notes)
{
	struct run_list *now = &selection->now;
	struct hash_table table = {.count = 0};
	uint64_t in_both = 0;

	list_init(&selection->before, supply->baseline->count);
	add_runs(&table, now->items, now->count);
	for (size_t i = 0; i < supply->baseline->count; i++) {
		struct run *run = supply->baseline->items[i];

		if (!is_wanted(choice, run))
			continue;
		if (place_of(&table, now->items, run) != HASH_NONE)
			in_both++;
		else
			list_add(&selection->before, run);
	}
	hash_table_release(&table);
	note_in_both(in_both, notes);
}

static void choose_compared(struct selection *selection, const struct supply *supply,
			    const struct choice *choice, const struct run_list *united,
			    const struct ingest_counts *counts, struct notes *notes)
{
	enum compare_with with = choice->compare;

	if (with == COMPARE_DEFAULT && !supply->has_baseline)
		with = supply->has_past ? COMPARE_PREVIOUS : COMPARE_NONE;
	if (with == COMPARE_NONE)
		return;
	selection->compares = true;
	if (with == COMPARE_DEFAULT) {
		choose_baseline(selection, supply, choice, notes);
		return;
	}
	selection->before_period =
		with == COMPARE_PERIOD ? choice->compare_period : previous_period(choice, counts);
	choose_before(selection, choice, united);
}

/* ---- all of it ---- */

void selection_make(struct selection *selection, const struct supply *supply,
		    const struct choice *choice, struct ingest_counts *counts, struct notes *notes)
{
	struct run_list united;

	*selection = (struct selection){.has_past = supply->has_past,
					.before_period = {TIME_UNKNOWN, TIME_UNKNOWN}};
	unite(&united, supply, notes);
	choose_now(selection, supply, choice, &united, counts);
	find_period(&selection->now, counts);
	note_without_time(counts, notes);
	choose_compared(selection, supply, choice, &united, counts, notes);
	memory_free(united.items);
}

void selection_release(struct selection *selection)
{
	memory_free(selection->now.items);
	memory_free(selection->before.items);
	memory_free(selection->all.items);
}
