#include "runtally/cli/findings.h"

#include "runtally/formats/format.h"

/* A user's templates may show what they like. */
unsigned needs_of(const struct options *options)
{
	bool own = options->templates_folder || options->template_count;
	unsigned needs = own ? NEED_ALL : 0;

	if (!options->target_count)
		needs |= format_by_name("text")->needs;
	for (size_t i = 0; i < options->target_count; i++)
		needs |= options->targets[i].format->needs;
	return needs;
}

/* With a history, the report's own runs stand out among those before. */
static void build_series(struct series *series, const struct results *results,
			 const struct selection *selection)
{
	const struct run_list *runs = selection->has_past ? &selection->all : &selection->now;

	series_build(series, runs->items, runs->count);
	if (selection->has_past)
		series_mark(series, results->totals.first_at, results->totals.last_at);
}

/* A run knows its case in the report that was built last: in that of now. */
static void build_reports(struct findings *found, enum suite_by by)
{
	const struct run_list *now = &found->selection.now, *before = &found->selection.before;

	if (found->selection.compares)
		results_build(&found->before, before->items, before->count, by);
	results_build(&found->results, now->items, now->count, by);
	if (found->selection.compares)
		comparison_build(&found->comparison, &found->results, &found->before);
}

static void build_figures(struct findings *found, enum suite_by by)
{
	const struct run_list *all = &found->selection.all;
	const struct results *results = &found->results;

	if (found->needs & NEED_FAILURE_GROUPS)
		failure_groups_build(&found->failure_groups, results);
	if (found->needs & NEED_SERIES)
		build_series(&found->series, results, &found->selection);
	if (found->needs & NEED_TREND) {
		series_latest(&found->days, all->items, all->count, SERIES_DAY, TREND_DAYS);
		series_latest(&found->weeks, all->items, all->count, SERIES_WEEK, TREND_WEEKS);
	}
	if (found->needs & NEED_BREAKDOWNS) {
		criteria_build(&found->criteria, results);
		breakdown_build(&found->models, results, &by_model);
		breakdown_build(&found->agents, results, &by_agent);
	}
	if (found->needs & NEED_RELIABILITY)
		reliability_build(&found->reliability, all->items, all->count, by, results);
}

void findings_make(struct findings *found, const struct supply *supply,
		   const struct options *options, struct ingest_counts *counts, struct notes *notes)
{
	found->needs = needs_of(options);
	selection_make(&found->selection, supply, &options->choice, counts, notes);
	build_reports(found, options->suite_by);
	gates_judge(&found->gates, &options->gates, &found->results,
		    found->selection.compares ? &found->comparison : NULL);
	build_figures(found, options->suite_by);
}

static void release_figures(struct findings *found)
{
	if (found->needs & NEED_FAILURE_GROUPS)
		failure_groups_release(&found->failure_groups);
	if (found->needs & NEED_SERIES)
		series_release(&found->series);
	if (found->needs & NEED_TREND) {
		series_release(&found->days);
		series_release(&found->weeks);
	}
	if (found->needs & NEED_BREAKDOWNS) {
		criteria_release(&found->criteria);
		breakdown_release(&found->models);
		breakdown_release(&found->agents);
	}
	if (found->needs & NEED_RELIABILITY)
		reliability_release(&found->reliability);
}

void findings_release(struct findings *found)
{
	release_figures(found);
	gates_release(&found->gates);
	if (found->selection.compares) {
		comparison_release(&found->comparison);
		results_release(&found->before);
	}
	results_release(&found->results);
	selection_release(&found->selection);
}

static void show_comparison(const struct findings *found, const struct options *options,
			    struct view *view)
{
	bool with_baseline =
		options->choice.compare == COMPARE_DEFAULT && options->baseline_count > 0;

	if (!found->selection.compares)
		return;
	view->comparison = &found->comparison;
	view->compared_period = with_baseline ? NULL : &found->selection.before_period;
	view->compared_previous = !with_baseline && options->choice.compare != COMPARE_PERIOD;
}

void findings_show(const struct findings *found, const struct options *options, struct view *view)
{
	unsigned needs = found->needs;

	view->results = &found->results;
	view->gates = &found->gates;
	show_comparison(found, options, view);
	view->failure_groups = needs & NEED_FAILURE_GROUPS ? &found->failure_groups : NULL;
	view->series = needs & NEED_SERIES ? &found->series : NULL;
	view->days = needs & NEED_TREND ? &found->days : NULL;
	view->weeks = needs & NEED_TREND ? &found->weeks : NULL;
	view->criteria = needs & NEED_BREAKDOWNS ? &found->criteria : NULL;
	view->models = needs & NEED_BREAKDOWNS ? &found->models : NULL;
	view->agents = needs & NEED_BREAKDOWNS ? &found->agents : NULL;
	view->reliability = needs & NEED_RELIABILITY ? &found->reliability : NULL;
}
