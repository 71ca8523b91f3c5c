/*
 * needs: what reports show of that which takes time or memory. What none needs is not computed.
 */
#ifndef RUNTALLY_ANALYSIS_NEEDS_H
#define RUNTALLY_ANALYSIS_NEEDS_H

/* A set of them is an unsigned. */
enum need {
	NEED_DETAILS = 1 << 0,        /* details of runs (--details) */
	NEED_FAILURE_GROUPS = 1 << 1, /* failures by their cause */
	NEED_SERIES = 1 << 2,         /* the runs over time */
	NEED_TREND = 1 << 3,          /* the same by day and by week */
	NEED_RELIABILITY = 1 << 4,    /* how likely several tries all pass */
	NEED_BREAKDOWNS = 1 << 5,     /* criteria, and runs by model and agent */
	NEED_ALL = (1 << 6) - 1,
};

#endif
