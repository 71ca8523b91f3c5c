/*
 * view: tally + runs → what templates see: ready-made strings, booleans, lists.
 *
 * Every kind of object is a table of members (struct value_class). A member's text is made when a
 * template asks for it, straight into the output, so a list of a million runs costs nothing that
 * is not printed. templates/README.md documents the members for authors; a test holds it to
 * the tables, and `-o view=PATH` prints all values.
 */
#ifndef RUNTALLY_VIEW_VIEW_H
#define RUNTALLY_VIEW_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/analysis/gate.h"
#include "runtally/analysis/results.h"
#include "runtally/ingest/ingest.h"
#include "runtally/model/note.h"
#include "runtally/template/mustache.h"
#include "runtally/view/loads.h"
#include "runtally/view/render.h"

struct view_plan;
struct analysis;
struct period;
struct failure_groups;
struct criteria;
struct breakdown;
struct series;
struct comparison;
struct period;
struct reliability;
struct view_site;
struct logo;
struct accent;
struct view_matrix;

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
	const struct period *asked; /* the period that was asked for; NULL: none */
	const struct notes *notes;
	const struct gates *gates;
	const struct render_options *render;
	const char *title;
	const char *link;            /* NULL: not published */
	const struct logo *logo;     /* NULL: none */
	const struct accent *accent; /* NULL: the colours are ours */
	enum detail_choice details;
	int32_t pass_score_micro;
	bool color;                   /* text summary: on a terminal */
	size_t rows;                  /* of each list that a size budget cuts; SIZE_MAX: all */
	const struct view_plan *plan; /* what stands on a page that is cut; NULL: all */
	const struct view_site
		*site;          /* the page of a site that is made; NULL: the report is one page */
	const char *style_hash; /* base64 of the style's SHA-256; html only */
};

enum member_kind { MEMBER_TEXT, MEMBER_MARKUP, MEMBER_FLAG, MEMBER_OBJECT, MEMBER_LIST };

/*
 * Functions of members get the value of the object that the member belongs to, with of->context
 * (the view), of->object, of->index (position in its list), and the member itself in of->detail.
 */
typedef void member_text(const struct value *of, struct strbuf *out);
typedef bool member_flag(const struct value *of);
/* Makes *out with value_of; false: nothing there. */
typedef bool member_object(const struct value *of, struct value *out);
typedef bool member_next(const struct value *of, struct value_cursor *cursor, struct value *out);

struct member {
	const char *name;
	enum member_kind kind;
	union {
		member_text *text; /* an empty text is falsey */
		member_flag *flag;
		member_object *object;
		member_next *next;
	};
	size_t at; /* for functions that serve several members: an offset, or VIEW_AT() */
};

/*
 * What an offset counts from. A part of a run's details is named by the run, which is of->object,
 * and its of->index there, and loaded when it is asked for: pointers to it are good until another
 * run is loaded.
 */
enum view_part { PART_OBJECT, PART_CRITERION, PART_TURN, PART_MESSAGE, PART_PASSAGE };
enum { VIEW_PART_SHIFT = 16 };
#define VIEW_AT(part, offset) ((size_t)(part) << VIEW_PART_SHIFT | (offset))

struct value_class {
	const char *name;
	const struct member *members;
	size_t count;
	const struct value_class
		*base; /* members looked up when not found here; same object; or NULL */
};

#define MEMBER_COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* A value of class `class`: `object` is what the class's functions expect in of->object. */
struct value value_of(const struct value_class *class, const struct view *view, const void *object,
		      size_t index);
const struct view *value_view(const struct value *value);
/* What `of`'s member lies at: the member's `at`, from of->object or the part that it names. */
const void *value_field(const struct value *of);

/* Functions for members of common types: of->object plus the member's `at` is ... */
member_text view_text_at;   /* a const char *, NULL: empty */
member_flag view_flag_at;   /* a bool */
member_text view_size_at;   /* a size_t, for people */
member_text view_count_at;  /* a uint64_t, for people */
member_text view_digits_at; /* a uint64_t, for programs */
member_flag view_any_at;    /* a uint64_t: whether it is above 0 */
member_text view_time_at;   /* ms since 1970, for programs (RFC 3339); empty for TIME_UNKNOWN */
member_text view_minute_at; /* the same for people, to the minute */

/* `2026-10-01 12:30`, or with the seconds; of a time that is known. */
enum moment_precision { MINUTES = 5, SECONDS = 8 };
void view_moment(struct strbuf *out, int64_t ms, enum moment_precision precision);

/* Lets the view show all that was made. */
void view_show(struct view *view, const struct analysis *analysis);
struct value view_root(const struct view *view);

/* Of a report of one page: the first view->rows of it. */
struct view_window view_window(const struct view *view, enum view_list list);
/* The index after its last element, SIZE_MAX where it has none. */
size_t view_window_end(const struct view_window *window);

/*
 * Classes that other report writers build on; their objects are struct run, struct case_group ...
 */
extern const struct value_class class_tally, class_raw_tally, class_run, class_case, class_suite,
	class_report;

/* Whether the report shows this run's details: --details, and the plan where there is one. */
bool run_is_shown(const struct view *view, const struct run *run);
/* The run with its details; good until this is asked for another run. */
const struct run *view_load(const struct view *view, const struct run *run);
/* "1 of 3 criteria failed: relevance", else the reason, else the raw status; may append nothing. */
void run_headline(const struct run *run, struct strbuf *out);

/* Prints all values below `root` as JSON, lists cut after `list_limit` elements (0: not cut). */
int view_print(const struct value *root, size_t list_limit, render_sink *sink, void *ctx,
	       struct error *err);

#endif
