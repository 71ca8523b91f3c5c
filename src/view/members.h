/*
 * members: what files of this room lend to each other's tables. By value_of's rule, each class says
 * what its objects are.
 */
#ifndef RUNTALLY_VIEW_MEMBERS_H
#define RUNTALLY_VIEW_MEMBERS_H

#include "runtally/analysis/compare.h"
#include "runtally/analysis/failure_groups.h"
#include "runtally/view/view.h"

/* ---- classes ---- */

extern const struct value_class class_tally; /* of whatever begins with a struct tally */
/*
 * Parts of a run: the object is the run as it was kept, the index that of its criterion, turn or
 * passage, or of a message among all of its messages. Pointers to them are good only until the
 * details of another run are loaded, so they are asked for anew each time.
 */
extern const struct value_class class_criterion, class_turn, class_message, class_passage;
extern const struct value_class class_run;        /* struct run */
extern const struct value_class class_case;       /* struct case_group */
extern const struct value_class class_suite;      /* struct suite_group */
extern const struct value_class class_source;     /* struct source_group */
extern const struct value_class class_matrix;     /* struct matrix */
extern const struct value_class class_cell;       /* struct matrix_cell */
extern const struct value_class class_over_time;  /* struct case_group */
extern const struct value_class class_case_tries; /* struct tries; the index counts tries */
extern const struct value_class class_difference; /* whatever begins with a struct difference */
extern const struct value_class class_suite_change, class_case_change;
extern const struct value_class class_comparison; /* struct comparison */
extern const struct value_class
	class_failure_group; /* struct failure_group; the index is its own */
extern const struct value_class class_criterion_group;
extern const struct value_class class_asked; /* struct asked */

/* Parts of the report's table: of their members, the object is the view. */
extern const struct value_class report_failure_groups, report_breakdowns, report_series,
	report_tops, report_site, report_brand, report_table;

/* ---- links (link.c) ---- */

/*
 * Ids within and into reports, the same from one report to the next: `s-…`, `c-…`, `r-…`, `f-…`
 * and 16 hexadecimal digits, a hash of what names the thing, so that no text of the input gets into
 * a URL.
 */
void anchor_case(struct strbuf *out, const struct suite_group *suite,
		 const struct case_group *group);
void anchor_run(struct strbuf *out, const struct run *run);
void anchor_failure_group(struct strbuf *out, const struct failure_group *group);

/* Links: within the single page, or to another page of a site. */
void view_suite_href(const struct view *view, const struct suite_group *suite, struct strbuf *out);
void view_case_href(const struct view *view, const struct suite_group *suite,
		    const struct case_group *group, struct strbuf *out);
/* For members that lie where there is a suite, or a case, of the report: its id, a link to it. */
member_text text_suite_anchor, text_suite_href, text_case_anchor, text_case_href;

/* Links to a part of a list: to its page, of the first part to its place there. */
void view_part_href(const struct view *view, enum view_list list, size_t part, struct strbuf *out);

/* Of so many of a list, those that no part of it shows. */
int64_t view_hidden(const struct value *of, enum view_list which, uint64_t count);

/* ---- runs, cases and their figures ---- */

/* For `keeps` of lists: runs that failed or ended in error, runs whose details are shown. */
bool view_keeps_failure(const struct value *of, const void *item, size_t index);
bool view_keeps_shown(const struct value *of, const void *item, size_t index);

/* Of a run's parts, `count` of them, from that index on. */
void view_parts_of_run(const struct value *of, size_t first, size_t count, struct value_list *list);
/* Of the run that `of` is or is a part of; NULL: none, or they cannot be read back (main tells). */
member_from view_details;

/* Members of whatever has an enum outcome at the place given (.at, .from). */
#define OUTCOME_MEMBERS(...)                                                                       \
	{"outcome", OUTCOME, __VA_ARGS__},                                                         \
		{"is_passed", IS_OUTCOME, __VA_ARGS__, .mask = 1U << OUTCOME_PASSED},              \
		{"is_failed", IS_OUTCOME, __VA_ARGS__, .mask = 1U << OUTCOME_FAILED},              \
		{"is_error", IS_OUTCOME, __VA_ARGS__, .mask = 1U << OUTCOME_ERROR},                \
		{"is_pending", IS_OUTCOME, __VA_ARGS__, .mask = 1U << OUTCOME_PENDING},            \
		{"is_unknown", IS_OUTCOME, __VA_ARGS__, .mask = 1U << OUTCOME_UNKNOWN},            \
	{                                                                                          \
		"is_failure", IS_OUTCOME, __VA_ARGS__,                                             \
			.mask = 1U << OUTCOME_FAILED | 1U << OUTCOME_ERROR                         \
	}

/* As for people: `93.3 %`, `79.8–92.9 %`; `n/a` where no run is judged. */
void view_add_rate(const struct tally *tally, struct strbuf *out);
void view_add_interval(const struct tally *tally, struct strbuf *out);

/*
 * Points of a hundred, of millionths, without their sign: `3.0`; with four decimals where it would
 * be taken for none.
 */
void change_add_size(struct strbuf *out, int32_t micro);
/*
 * `p = 0.012`, `p < 0.001`, `p = 1`; with a decimal more next to 5 %, which it is on one side of.
 */
void change_add_probability(struct strbuf *out, const char *name, int32_t micro);

/* What a point of a series may be or have. */
enum point_trait { POINT_FEW, POINT_COST, POINT_COST_PARTIAL, POINT_LATENCY };
bool view_any_point(const struct series *series, enum point_trait trait);

/* `2026-10-01 12:30`, or with the seconds; of a time that is known. */
enum moment_precision { MINUTES = 5, SECONDS = 8 };
void view_moment(struct strbuf *out, int64_t ms, enum moment_precision precision);

/* The days, of the zone, of two times that are known: `2026-10-26 to 2026-11-15`, or just one. */
void view_add_days(int64_t first, int64_t last, struct strbuf *out);

/* Of a case: itself, NULL where there is nothing to draw. */
member_from view_case_over_time;
/* Of a case: its rates of 1, 2, ... tries, where it has two verdicts. */
member_list view_case_tries;
member_flag view_case_has_tries;
/* Of a suite: its matrix; NULL: it has none, or the page no room for it. */
member_from view_suite_matrix;
/* Of a case: one for each column of its suite's matrix. */
member_list view_case_cells;

#endif
