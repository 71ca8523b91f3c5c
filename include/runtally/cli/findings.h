/*
 * findings: the runs that were read → all that reports tell of them. What no report shows is not
 * computed.
 */
#ifndef RUNTALLY_CLI_FINDINGS_H
#define RUNTALLY_CLI_FINDINGS_H

#include "runtally/analysis/breakdown.h"
#include "runtally/analysis/compare.h"
#include "runtally/analysis/criteria.h"
#include "runtally/analysis/failure_groups.h"
#include "runtally/analysis/gate.h"
#include "runtally/analysis/needs.h"
#include "runtally/analysis/reliability.h"
#include "runtally/analysis/results.h"
#include "runtally/analysis/select.h"
#include "runtally/analysis/series.h"
#include "runtally/cli/options.h"
#include "runtally/view/view.h"

/* What the reports that were asked for show (enum need). */
unsigned needs_of(const struct options *options);

struct findings {
	struct selection selection;
	struct results before, results;
	struct comparison comparison;
	struct gates gates;
	unsigned needs; /* enum need */
	struct failure_groups failure_groups;
	struct series series, days, weeks;
	struct criteria criteria;
	struct breakdown models, agents;
	struct reliability reliability;
};

/* The runs, which are borrowed, are sorted. Counts and notes get what the selection tells. */
void findings_make(struct findings *found, const struct supply *supply,
		   const struct options *options, struct ingest_counts *counts,
		   struct notes *notes);
void findings_release(struct findings *found);

/* Lets the view show all of it. */
void findings_show(const struct findings *found, const struct options *options, struct view *view);

#endif
