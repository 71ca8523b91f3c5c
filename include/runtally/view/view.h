/*
 * view: results → what templates see: ready-made strings, booleans, lists (values.h).
 */
#ifndef RUNTALLY_VIEW_VIEW_H
#define RUNTALLY_VIEW_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/analysis/gate.h"
#include "runtally/analysis/results.h"
#include "runtally/analysis/series.h"
#include "runtally/base/arena.h"
#include "runtally/base/spool.h"
#include "runtally/ingest/ingest.h"
#include "runtally/model/note.h"
#include "runtally/template/mustache.h"
#include "runtally/view/asked.h"
#include "runtally/view/render.h"
#include "runtally/view/values.h"

struct analysis;

/* Long lists that a size budget cuts, or a site shows in parts. */
enum view_list {
	LIST_SUITES,   /* worst_suites */
	LIST_FAILURES, /* runs */
	LIST_FAILING,  /* cases */
	LIST_FLAKY,
	LIST_FAILURE_GROUPS,
	LIST_CRITERIA, /* worst_criteria */
	LIST_NOTES,
	LIST_CASES, /* of a suite */
	LIST_RUNS,  /* of a case, the latest first */
	LIST_COUNT
};

/* Which of a list's elements are shown here, and how many are in all its parts together. */
struct view_window {
	size_t first, count;
	size_t listed;
	size_t part, parts;   /* this one, from 0 on, of so many */
	size_t opening, rest; /* how many are in the first part, in each further one */
};

/* So many models or agents are listed at most, besides the runs that do not tell. */
enum { BREAKDOWN_LISTED = 20 };

/*
 * Details of runs are fetched when they are asked for. Memory is bounded by the two runs asked for
 * last. So nothing may hold on to what is loaded: values that templates see name a run and an
 * index, and ask anew each time (details.c).
 */
struct view_loads {
	struct spool *spool;
	/* Two, for templates that put the details of two runs side by side. */
	struct view_load {
		const struct run *of; /* NULL: none */
		struct run run;
		struct arena arena;
	} items[2];
	unsigned newest;
};

/* Of runs that were kept with this spool. */
void view_loads_init(struct view_loads *loads, struct spool *spool);
void view_loads_release(struct view_loads *loads);

/*
 * The matrix of one suite and the row of one case: pages ask suite by suite and row by row. All
 * zero at first.
 */
struct view_matrix {
	struct matrix matrix;
	const struct suite_group *suite; /* whose matrix it is; NULL: none was asked for */
	struct matrix_cell cells[MATRIX_MOST];
	const struct case_group *row; /* whose cells they are, in the suite's matrix */
};

/* What a report is made of. All borrowed; lives as long as the rendering. */
struct view {
	const struct results *results;
	const struct failure_groups *failure_groups; /* of its failures; NULL: none are told */
	const struct criteria *criteria;             /* of its runs; likewise */
	const struct breakdown *models, *agents;
	const struct series *series;
	const struct comparison *comparison;   /* with other runs; NULL: there is none */
	const struct period *compared_period;  /* of those runs; NULL: they are a baseline */
	bool compared_previous;                /* it is the one before that of the report */
	const struct series *days, *weeks;     /* the trend; NULL: not told */
	const struct reliability *reliability; /* likewise */
	struct view_loads *loads;              /* of its runs' details; NULL: none are shown */
	struct view_matrix *matrix; /* of its suites, one at a time; NULL: none is shown */
	const struct ingest_counts *counts;
	const struct asked *asked; /* NULL: it is not told */
	const struct notes *notes;
	const struct gates *gates;
	const struct render_options *render;
	const char *title;
	const char *link;            /* NULL: not published */
	const struct logo *logo;     /* NULL: none */
	const struct accent *accent; /* NULL: the colours are ours */
	enum detail_choice details;
	int32_t pass_score_micro;
	bool color;       /* text summary: on a terminal */
	bool whole_marks; /* in labels (mark.h): for what is read again, not for people */
	size_t rows;      /* of each list that a size budget cuts; SIZE_MAX: all */
	const struct view_plan *plan; /* what stands on a page that is cut; NULL: all */
	const struct view_site
		*site;          /* the page of a site that is made; NULL: the report is one page */
	const char *style_hash; /* base64 of the style's SHA-256; html only */
	const struct value_class *const *classes; /* view_classes */
};

/* By enum class_id. */
extern const struct value_class *const view_classes[CLASSES];

/* Lets the view show all that was made. */
void view_show(struct view *view, const struct analysis *analysis);
struct value view_root(const struct view *view);

/* Of a report of one page: the first view->rows of it. */
struct view_window view_window(const struct view *view, enum view_list list);

/* Appends where the published report (view->link, not NULL) tells of the case. */
void view_case_url(const struct view *view, const struct case_group *group, struct strbuf *out);
/* Whether the report shows this run's details: --details, and the plan where there is one. */
bool run_is_shown(const struct view *view, const struct run *run);
/* The run with its details; good until this is asked for another run. */
const struct run *view_load(const struct view *view, const struct run *run);
/* "1 of 3 criteria failed: relevance", else the reason, else the raw status; may append nothing. */
void run_headline(const struct run *run, struct strbuf *out);

#endif
