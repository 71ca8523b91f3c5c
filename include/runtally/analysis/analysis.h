/*
 * analysis: the runs that were read → all that reports say of them.
 */
#ifndef RUNTALLY_ANALYSIS_ANALYSIS_H
#define RUNTALLY_ANALYSIS_ANALYSIS_H

#include "runtally/analysis/breakdown.h"
#include "runtally/analysis/compare.h"
#include "runtally/analysis/failure_groups.h"
#include "runtally/analysis/gate.h"
#include "runtally/analysis/reliability.h"
#include "runtally/analysis/results.h"
#include "runtally/analysis/select.h"
#include "runtally/analysis/series.h"

/*
 * What reports show of that which takes time or memory: what none needs is not computed. A set of
 * them is an unsigned.
 */
enum need {
	NEED_DETAILS = 1 << 0,        /* details of runs (--details) */
	NEED_FAILURE_GROUPS = 1 << 1, /* failures by their cause */
	NEED_SERIES = 1 << 2,         /* the runs over time */
	NEED_TREND = 1 << 3,          /* the same by day and by week */
	NEED_RELIABILITY = 1 << 4,    /* how likely several tries all pass */
	NEED_BREAKDOWNS = 1 << 5,     /* criteria, and runs by model and agent */
	NEED_ALL = (1 << 6) - 1,
};

/* What is asked of the runs; borrowed. */
struct analysis_request {
	unsigned needs; /* enum need */
	enum suite_by by;
	const struct select_options *select;
	const struct gate_demands *gates;
};

struct analysis {
	struct selection selection;
	struct results before, results; /* before: where the selection compares */
	struct comparison comparison;   /* likewise */
	struct gates gates;
	/* The rest is empty where it is not needed. */
	unsigned needs; /* enum need */
	struct failure_groups failure_groups;
	struct series series, days, weeks;
	struct criteria criteria;
	struct breakdown models, agents;
	struct reliability reliability;
};

/* The runs, which are borrowed, are sorted. Counts and notes get what the selection tells. */
void analysis_make(struct analysis *analysis, struct run_sets *sets,
		   const struct analysis_request *request, struct ingest_counts *counts,
		   struct notes *notes);
void analysis_release(struct analysis *analysis);

#endif
