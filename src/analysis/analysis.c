#include "runtally/analysis/analysis.h"

/* A run knows its case in the results that were built last: in those of now. */
static void build_results(struct analysis *analysis, enum suite_by by)
{
	const struct run_list *now = &analysis->selection.now;
	const struct run_list *before = &analysis->selection.before;

	if (analysis->selection.compared == COMPARE_NONE) {
		results_build(&analysis->results, now->items, now->count, by);
		return;
	}
	results_build(&analysis->before, before->items, before->count, by);
	results_build(&analysis->results, now->items, now->count, by);
	comparison_build(&analysis->comparison, &analysis->results, &analysis->before);
	analysis->comparison.is_first =
		analysis->selection.compared == COMPARE_PREVIOUS && !before->count;
}

/* With a history, the report's own runs stand out among those before. */
static void build_series(struct analysis *analysis)
{
	const struct selection *selection = &analysis->selection;
	const struct run_list *runs = selection->has_history ? &selection->all : &selection->now;

	series_build(&analysis->series, runs->items, runs->count);
	if (selection->has_history)
		series_mark(&analysis->series, analysis->results.totals.first_at,
			    analysis->results.totals.last_at);
}

void analysis_make(struct analysis *analysis, struct run_sets *sets,
		   const struct analysis_request *request, struct ingest_counts *counts,
		   struct notes *notes)
{
	const struct results *results = &analysis->results;
	const struct run_list *all = &analysis->selection.all;
	unsigned needs = request->needs;

	*analysis = (struct analysis){.needs = needs};
	selection_make(&analysis->selection, sets, request->select, request->by, counts, notes);
	build_results(analysis, request->by);
	gates_judge(&analysis->gates, request->gates, &analysis->results,
		    analysis->selection.compared == COMPARE_NONE ? NULL : &analysis->comparison,
		    notes);
	if (needs & NEED_FAILURE_GROUPS)
		failure_groups_build(&analysis->failure_groups, results);
	if (needs & NEED_SERIES)
		build_series(analysis);
	if (needs & NEED_TREND) {
		series_latest(&analysis->days, all->items, all->count, SERIES_DAY, TREND_DAYS);
		series_latest(&analysis->weeks, all->items, all->count, SERIES_WEEK, TREND_WEEKS);
	}
	if (needs & NEED_BREAKDOWNS) {
		criteria_build(&analysis->criteria, results);
		breakdown_build(&analysis->models, results, &by_model);
		breakdown_build(&analysis->agents, results, &by_agent);
	}
	if (needs & NEED_RELIABILITY)
		reliability_build(&analysis->reliability, all->items, all->count, results);
}

void analysis_release(struct analysis *analysis)
{
	reliability_release(&analysis->reliability);
	breakdown_release(&analysis->agents);
	breakdown_release(&analysis->models);
	criteria_release(&analysis->criteria);
	series_release(&analysis->weeks);
	series_release(&analysis->days);
	series_release(&analysis->series);
	failure_groups_release(&analysis->failure_groups);
	gates_release(&analysis->gates);
	comparison_release(&analysis->comparison);
	results_release(&analysis->results);
	results_release(&analysis->before);
	selection_release(&analysis->selection);
}
