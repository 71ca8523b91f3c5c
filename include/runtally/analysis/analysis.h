/*
 * analysis: the runs that were read → all that reports say of them. What no report shows is not
 * computed.
 */
#ifndef RUNTALLY_ANALYSIS_ANALYSIS_H
#define RUNTALLY_ANALYSIS_ANALYSIS_H

#include "runtally/analysis/breakdown.h"
#include "runtally/analysis/compare.h"
#include "runtally/analysis/failure_groups.h"
#include "runtally/analysis/gate.h"
#include "runtally/analysis/needs.h"
#include "runtally/analysis/reliability.h"
#include "runtally/analysis/results.h"
#include "runtally/analysis/select.h"
#include "runtally/analysis/series.h"

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
