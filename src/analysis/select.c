#include "runtally/analysis/select.h"

#include <inttypes.h>
#include <string.h>

#include "calls.h"
#include "renames.h"
#include "results_sort.h"
#include "runtally/analysis/tally.h"
#include "runtally/base/times.h"
#include "runtally/ingest/dedupe.h"

enum { WEEK_MS = 7 * 24 * 3600 * 1000 };

struct selector {
	struct run_sets *sets;
	const struct select_options *options;
	enum suite_by by;
	struct run_list united; /* see unite() */
	struct ingest_counts *counts;
	struct notes *notes;
};

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

static void list_init(struct run_list *list, size_t room)
{
	*list = (struct run_list){.items = memory_alloc(room * sizeof(*list->items))};
}

static void list_add(struct run_list *list, struct run *run)
{
	list->items[list->count++] = run;
}

/* ---- suites and sources ---- */

static bool matches(const char *const *globs, size_t count, const char *text)
{
	for (size_t i = 0; i < count; i++)
		if (label_matches(globs[i], text))
			return true;
	return false;
}

/* Whether it is of such a suite of the report. One that is an agent has the agent's id. */
static bool is_of_suites(const struct selector *selector, const struct run *run)
{
	const struct select_options *options = selector->options;
	struct group_key suite = suite_key(run, selector->by);
	const char *id = suite_is_agent(run, selector->by) ? run->agent.id : suite.id;

	return matches(options->suites, options->suite_count, suite.name) ||
	       matches(options->suites, options->suite_count, id);
}

static bool is_wanted(const struct selector *selector, const struct run *run)
{
	const struct select_options *options = selector->options;
	bool of_source = !options->source_count;

	for (size_t i = 0; i < options->source_count && !of_source; i++)
		of_source = strcmp(options->sources[i], run->source) == 0;
	return of_source && (!options->suite_count || is_of_suites(selector, run));
}

/* Counts what is not of the environment asked for. */
static bool is_elsewhere(struct selector *selector, const struct run *run)
{
	const char *asked = selector->options->environment;

	if (!asked || same_text(asked, run->environment))
		return false;
	selector->counts->other_environments++;
	return true;
}

/* ---- runs that tell no time ---- */

/* Whether --undated leaves it out of a report on a period. */
static bool is_excluded(const struct selector *selector, const struct run *run)
{
	const struct select_options *options = selector->options;

	return options->undated == UNDATED_EXCLUDE && !period_is_open(&options->period) &&
	       !run_tells_time(run);
}

/* Of one that is wanted otherwise. */
static void count_undated(struct ingest_counts *counts, const struct period *period,
			  const struct run *run, bool is_now)
{
	int64_t at = run_counted_at(run);

	if (period_is_open(period) || run_tells_time(run))
		return;
	if (!is_now) {
		counts->undated += at == TIME_UNKNOWN || period_holds(period, at);
		return;
	}
	counts->without_time++;
	counts->dated += at != TIME_UNKNOWN;
	counts->any_time += at == TIME_UNKNOWN;
}

static void note_undated(const struct selector *selector)
{
	uint64_t any = selector->counts->any_time, left = selector->counts->undated;

	if (any)
		notes_addf(selector->notes, SEVERITY_WARNING,
			   "%" PRIu64 " run%s without a time: counted, but may be of any time", any,
			   any == 1 ? "" : "s");
	if (left && selector->options->undated != UNDATED_EXCLUDE)
		notes_addf(selector->notes, SEVERITY_WARNING,
			   "%" PRIu64 " run%s without a time: left out, for nothing says whether "
			   "they are of the period; --undated include counts them",
			   left, left == 1 ? "" : "s");
}

/* ---- now ---- */

/* All runs of inputs and history, each once; those of the inputs, as many as there are, first. */
static void unite(struct selector *selector)
{
	const struct runs *inputs = &selector->sets->inputs, *history = &selector->sets->history;
	struct run_list *united = &selector->united;
	struct dedupe_counts counts = {.dropped = 0};
	uint64_t others;

	list_init(united, inputs->count + history->count);
	for (size_t i = 0; i < inputs->count; i++)
		list_add(united, inputs->items[i]);
	if (!history->count)
		return;
	for (size_t i = 0; i < history->count; i++)
		if (!is_elsewhere(selector, history->items[i]))
			list_add(united, history->items[i]);
	united->count = dedupe(united->items, united->count, DEDUPE_LATER_FIRST, &counts);
	others = counts.contradicting;
	if (others)
		notes_addf(selector->notes, SEVERITY_WARNING,
			   "history: %" PRIu64 " run%s had another verdict, and no update time or "
			   "export day says which is the later: %s of the inputs count%s",
			   others, others == 1 ? "" : "s", others == 1 ? "that" : "those",
			   others == 1 ? "s" : "");
}

static bool is_now(const struct selector *selector, const struct run *run, bool is_input)
{
	const struct select_options *options = selector->options;
	int64_t at = run_counted_at(run);

	if (period_is_open(&options->period))
		return is_input || !selector->sets->has_inputs;
	if (is_excluded(selector, run))
		return false;
	return at == TIME_UNKNOWN ? options->undated == UNDATED_INCLUDE
				  : period_holds(&options->period, at);
}

/* Whether it has its place in trends, which end where the period does. */
static bool is_up_to(const struct selector *selector, const struct run *run, int64_t until)
{
	int64_t at = run_counted_at(run);

	return at != TIME_UNKNOWN && (until == TIME_UNKNOWN || at < until) &&
	       !is_excluded(selector, run);
}

static void choose_now(struct selection *selection, const struct selector *selector)
{
	const struct run_list *united = &selector->united;
	int64_t until = selector->options->period.until;
	struct ingest_counts *counts = selector->counts;

	list_init(&selection->now, united->count);
	list_init(&selection->all, united->count);
	for (size_t i = 0; i < united->count; i++) {
		struct run *run = united->items[i];
		bool is_input = i < selector->sets->inputs.count;
		bool wanted = is_wanted(selector, run);
		bool now = wanted && is_now(selector, run, is_input);

		if (now)
			list_add(&selection->now, run);
		if (now || (wanted && is_up_to(selector, run, until)))
			list_add(&selection->all, run);
		if (wanted)
			count_undated(counts, &selector->options->period, run, now);
		counts->filtered += !now && is_input;
		counts->from_history += now && !is_input;
		counts->in_history += !now && !is_input;
	}
	note_undated(selector);
}

static void find_period(const struct run_list *list, struct ingest_counts *counts)
{
	counts->period_from = counts->period_to = TIME_UNKNOWN;
	for (size_t i = 0; i < list->count; i++) {
		int64_t from = run_begin(list->items[i]), to = run_counted_at(list->items[i]);

		if (from == TIME_UNKNOWN || from > to)
			from = to;
		widen_time(&counts->period_from, &counts->period_to, from, to);
	}
}

/* ---- before ---- */

/* Whole days of the zone are as many days before, though the clocks may change among them. */
static int64_t begin_before(int64_t since, int64_t until)
{
	const int64_t first = time_local_days(since), end = time_local_days(until);

	if (time_of_local_day(first) == since && time_of_local_day(end) == until)
		return time_of_local_day(first - (end - first));
	return since - (until - since);
}

/*
 * As long as the period that was asked for, up to its begin. Where none was, the week before the
 * runs, or as long as they took.
 */
static struct period previous_period(const struct select_options *options,
				     const struct ingest_counts *counts)
{
	struct period now = options->period;
	int64_t length;

	if (now.since == TIME_UNKNOWN)
		now.since = counts->period_from;
	if (now.until == TIME_UNKNOWN)
		now.until = counts->period_to;
	if (now.since == TIME_UNKNOWN || now.until == TIME_UNKNOWN)
		return (struct period){TIME_UNKNOWN, TIME_UNKNOWN};
	length = now.until - now.since;
	if (options->period.since == TIME_UNKNOWN && length < WEEK_MS)
		length = WEEK_MS;
	return (struct period){begin_before(now.since, now.since + length), now.since};
}

/* The runs of the history in that period; `now` is part of `united`, in its order. */
static void choose_before(struct selection *selection, const struct selector *selector)
{
	const struct run_list *united = &selector->united;
	size_t now = 0;

	list_init(&selection->before, united->count);
	if (period_is_open(&selection->before_period))
		return;
	for (size_t i = 0; i < united->count; i++) {
		struct run *run = united->items[i];

		if (now < selection->now.count && selection->now.items[now] == run)
			now++;
		else if (is_wanted(selector, run) && !is_excluded(selector, run) &&
			 run_counted_at(run) != TIME_UNKNOWN &&
			 period_holds(&selection->before_period, run_counted_at(run)))
			list_add(&selection->before, run);
	}
}

static void choose_baseline(struct selection *selection, struct selector *selector)
{
	const struct runs *baseline = &selector->sets->baseline;
	struct run **copies = dedupe_copies(baseline->items, baseline->count, selection->now.items,
					    selection->now.count);
	const int64_t until = selector->options->period.until;
	size_t in_both = 0, later = 0;

	list_init(&selection->before, baseline->count);
	for (size_t i = 0; i < baseline->count; i++) {
		if (is_elsewhere(selector, baseline->items[i]) ||
		    !is_wanted(selector, baseline->items[i]) ||
		    is_excluded(selector, baseline->items[i]))
			continue;
		if (copies[i])
			in_both++;
		else if (until != TIME_UNKNOWN && run_counted_at(baseline->items[i]) >= until)
			later++;
		else
			list_add(&selection->before, baseline->items[i]);
	}
	memory_free(copies);
	if (in_both)
		notes_addf(selector->notes, SEVERITY_WARNING,
			   "%zu run%s of the baseline %s among the runs of the report, too: not "
			   "compared with",
			   in_both, in_both == 1 ? "" : "s", in_both == 1 ? "is" : "are");
	if (later)
		notes_addf(selector->notes, SEVERITY_WARNING,
			   "%zu run%s of the baseline ended after the period: not compared with",
			   later, later == 1 ? "" : "s");
}

static enum compare_with resolve_compared(const struct run_sets *sets, enum compare_with asked)
{
	if (asked != COMPARE_DEFAULT)
		return asked;
	if (sets->has_baseline)
		return COMPARE_BASELINE;
	return sets->has_history ? COMPARE_PREVIOUS : COMPARE_NONE;
}

void selection_make(struct selection *selection, struct run_sets *sets,
		    const struct select_options *options, enum suite_by by,
		    struct ingest_counts *counts, struct notes *notes)
{
	struct selector selector = {
		.sets = sets, .options = options, .by = by, .counts = counts, .notes = notes};
	struct renames renames;

	*selection = (struct selection){
		.has_history = sets->has_history,
		.compared = resolve_compared(sets, options->compare),
		.before_period = {TIME_UNKNOWN, TIME_UNKNOWN},
	};
	unite(&selector);
	renames_apply(&renames, &selector.united, &sets->baseline);
	choose_now(selection, &selector);
	find_period(&selection->now, counts);
	if (selection->compared == COMPARE_PERIOD)
		selection->before_period = options->compare_period;
	else if (selection->compared == COMPARE_PREVIOUS)
		selection->before_period = previous_period(options, counts);
	if (selection->compared == COMPARE_BASELINE)
		choose_baseline(selection, &selector);
	else if (selection->compared != COMPARE_NONE)
		choose_before(selection, &selector);
	renames_note(&renames, selection, notes);
	if (!period_is_open(&options->period) || !sets->has_inputs)
		calls_note(sets->history.calls, sets->history.call_count, &options->period,
			   sets->call, notes);
	renames_release(&renames);
	memory_free(selector.united.items);
}

void selection_release(struct selection *selection)
{
	memory_free(selection->now.items);
	memory_free(selection->before.items);
	memory_free(selection->all.items);
}
