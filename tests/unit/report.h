/*
 * report: a report made by hand: runs that are kept, their results, and the view of them.
 */
#ifndef RUNTALLY_TESTS_REPORT_H
#define RUNTALLY_TESTS_REPORT_H

#include "fixture.h"
#include "runtally/analysis/results.h"
#include "runtally/base/spool.h"
#include "runtally/formats/format.h"
#include "runtally/view/view.h"

/* All that a view borrows; it must stay where it is. */
struct made_report {
	struct spool spool;
	struct view_loads loads;
	struct view_matrix matrix;
	struct runs runs;
	struct results results;
	struct ingest_counts counts;
	struct notes notes;
	struct gate gate; /* for tests with one */
	struct gates gates;
	struct render_options options;
	struct view view; /* of all above but the matrix; with all details and rows */
};

static inline void report_init(struct made_report *report)
{
	*report = (struct made_report){
		.counts = {.period_from = TIME_UNKNOWN, .period_to = TIME_UNKNOWN},
		.options = default_render_options,
		.view = {.classes = view_classes,
			 .title = "Title",
			 .details = DETAILS_ALL,
			 .pass_score_micro = 800000,
			 .rows = SIZE_MAX},
	};
	spool_init(&report->spool, 0, "/tmp");
	view_loads_init(&report->loads, &report->spool);
	runs_init(&report->runs, &report->spool);
	notes_init(&report->notes, 1000);
	report->view.results = &report->results;
	report->view.loads = &report->loads;
	report->view.counts = &report->counts;
	report->view.notes = &report->notes;
	report->view.gates = &report->gates;
	report->view.render = &report->options;
}

static inline void report_keep(struct made_report *report, const struct run *run)
{
	runs_keep(&report->runs, run, true, NULL, NULL, NULL);
}

/* Groups what was kept; may be called again. */
static inline void report_build(struct made_report *report)
{
	results_release(&report->results);
	results_build(&report->results, report->runs.items, report->runs.count, SUITE_BY_SUITE);
}

static inline void report_release(struct made_report *report)
{
	results_release(&report->results);
	notes_release(&report->notes);
	runs_release(&report->runs);
	view_loads_release(&report->loads);
	spool_release(&report->spool);
}

static inline int load_text(void *text, const char *name, struct template_source *source,
			    struct error *err)
{
	(void)name;
	(void)err;
	*source = (struct template_source){text, text ? strlen(text) : 0, "test"};
	return 0;
}

/* Templates of which each is this text; NULL: there is none. */
static inline struct template_set *templates_of(const char *text)
{
	return template_set_new(load_text, (void *)(uintptr_t)text);
}

/* Replaces *out by what the template shows of the view, not escaped. */
static inline int render_text(const struct view *view, const char *template, struct strbuf *out,
			      struct error *err)
{
	struct template_set *set = template_set_new(load_text, (void *)(uintptr_t) template);
	int failed;

	strbuf_reset(out);
	failed = mustache_render(set, "root", view_root(view), escape_none, sink_to_text, out, err);
	template_set_free(set);
	return failed;
}

#endif
