#include "runtally/analysis/select.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "runtally/ingest/dedupe.h"

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
	struct dedupe_counts counts = {.dropped = 0};

	list_init(list, inputs + past);
	if (inputs)
		memcpy(list->items, supply->inputs->items, inputs * sizeof(*list->items));
	if (past)
		memcpy(list->items + inputs, supply->past->items, past * sizeof(*list->items));
	list->count = inputs;
	if (past)
		list->count = dedupe(list->items, inputs + past, DEDUPE_LATER_FIRST, supply->inputs,
				     &counts);
	note_contradicting(counts.contradicting, notes);
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
	const struct runs *baseline = supply->baseline;
	struct run **copies = dedupe_copies(baseline->items, baseline->count, selection->now.items,
					    selection->now.count);
	uint64_t in_both = 0;

	list_init(&selection->before, baseline->count);
	for (size_t i = 0; i < baseline->count; i++) {
		if (!is_wanted(choice, baseline->items[i]))
			continue;
		if (copies[i])
			in_both++;
		else
			list_add(&selection->before, baseline->items[i]);
	}
	memory_free(copies);
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
