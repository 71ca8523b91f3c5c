/*
 * run: one run of one test case, the same whatever API it came from; and the set of all runs.
 *
 * The run set owns an arena; runs and their strings live and die with it. An adapter fills a
 * `struct run` whose strings are borrowed from the record; runs_keep copies what is to stay. There
 * may be millions of kept runs, so struct run is small, and details of kept runs are in a spool
 * until run_load fetches them.
 * Unknown is not zero: NULL, TIME_UNKNOWN, or a has_ flag says that a source does not tell.
 */
#ifndef RUNTALLY_MODEL_RUN_H
#define RUNTALLY_MODEL_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/base/arena.h"
#include "runtally/base/hash_table.h"
#include "runtally/base/spool.h"
#include "runtally/base/strbuf.h"

/* How a run ended. Also the outcome of one criterion. */
enum outcome {
	OUTCOME_PASSED,
	OUTCOME_FAILED,
	OUTCOME_ERROR,   /* the run could not be carried out or judged */
	OUTCOME_PENDING, /* not finished */
	OUTCOME_UNKNOWN, /* the source does not tell, or not in words we know */
	OUTCOME_COUNT
} __attribute__((packed)); /* one byte */

/* "passed", "failed", "error", "pending", "unknown" */
const char *outcome_name(enum outcome outcome);
/* The outcome of that name; OUTCOME_COUNT where there is none. */
enum outcome outcome_by_name(const char *name);

/* What a run that failed or ended in error is put down to. */
enum cause {
	CAUSE_NONE, /* nothing: it did neither, or its other members tell (run_cause) */
	CAUSE_CRITERION,
	CAUSE_UNJUDGED, /* criteria that could not be judged, and no other reason */
	CAUSE_REASON,
	CAUSE_STATUS,
	CAUSE_UNTOLD,
	CAUSE_COUNT
} __attribute__((packed)); /* one byte */

/* "criterion", "unjudged", "reason", "status", "untold"; "" of CAUSE_NONE */
const char *cause_name(enum cause cause);
/* CAUSE_NONE where there is none of that name. */
enum cause cause_by_name(const char *name);

#define TIME_UNKNOWN INT64_MIN

/* An id and a name; each may be NULL. */
struct label {
	const char *id, *name;
};

enum { NO_TURN = -1, SCORE_ONE = 1000000 };

struct criterion {
	const char *name;
	const char *detail;  /* why, any length; NULL: not told, or the run is a kept one */
	int32_t score_micro; /* millionths of 1 */
	enum outcome outcome;
	bool has_score : 1;
	signed int turn : 23; /* index into details->turns (adapters read fewer), or NO_TURN */
};

/*
 * One message of a conversation. `role` as the source says it: user, assistant, tool, ...; more
 * about it may follow a colon: `tool: find_order`. A call of a tool is a message, too.
 */
struct message {
	const char *role, *content;
};

#define ROLE_TOOL_CALL "tool call"

enum message_kind {
	MESSAGE_SPOKEN, /* by the agent, or by whom the source does not tell */
	MESSAGE_USER,
	MESSAGE_TOOL,   /* a call of a tool, or what it gave */
	MESSAGE_SYSTEM, /* what the agent was told to do */
	MESSAGE_KINDS
};

/* By its role; NULL: not told. */
enum message_kind message_kind(const char *role);

/* One exchange of a run: what came in, what went out, how it was judged, what it took. */
struct turn {
	const struct message *input, *output;
	size_t input_count, output_count;
	const char *expected; /* what should have happened; NULL: not told */
	enum outcome outcome;
	bool has_latency, has_cost, has_tokens;
	int64_t latency_ms, cost_nano, tokens_input, tokens_output;
	const char *trace_id;
};

/* A labelled text of any length: "Rubric", "Feedback", "Error", "Log", "Analysis". */
struct passage {
	const char *label, *text;
};

/* What only a reader of this one run wants to see. */
struct details {
	const struct passage *passages;
	size_t passage_count;
	const struct turn *turns;
	size_t turn_count;
	const struct message *transcript; /* the whole conversation, where there are no turns */
	size_t transcript_count;
};

/* What all runs of one input have in common; lives as long as they do. */
struct run_input {
	const char *label;  /* `exports/a.json` */
	const char *folder; /* for --suite-by folder */
	uint64_t before;    /* records that come before its first: of a part of a file */
};

struct run {
	const char *source; /* an adapter's name, or what a run record says */
	const char *run_id;
	struct label suite, test_case, agent;
	const char *execution_id; /* of the batch or suite run it belongs to */
	const char *environment;  /* `staging`: what the user calls the place it was run in; NULL */
	const char *model;
	const char *status; /* the source's own word, or NULL */
	const char *reason; /* one line: why it did not pass; NULL: none given */
	const char *origin; /* what the record itself tells of its place, or NULL; see run_origin */
	const struct run_input *input;

	int64_t created_at, started_at, ended_at, updated_at; /* ms since 1970 UTC, TIME_UNKNOWN */
	/* Of a run that tells no time: when it first came into a history, and by what it is counted
	   where that is another time: it is dated by the first report of its verdict. */
	int64_t seen_at, dated_at;
	int64_t exported_at; /* the day (its first moment, UTC) of the export that it comes from */
	int64_t duration_ms; /* -1: unknown */
	int64_t cost_nano;   /* billionths of a US dollar */
	int64_t tokens_input, tokens_output;
	uint64_t identity; /* run_identity of the labels that it is kept with */

	const uint32_t *latency_ms; /* one a turn, or the average alone */
	const struct criterion *criteria;
	const struct details *details; /* NULL: not told, or the run is a kept one */
	uint64_t details_place;        /* of a kept one: in the spool; 0: nothing was kept */

	/* A record is well below 4 GB, and no file has so many. */
	uint32_t latency_count, criterion_count;
	uint32_t part_count; /* of its details, kept or not: tells which copy is richer */
	uint32_t record;     /* in its input, from 1; 0: not told, or the only one there */
	uint32_t case_index; /* into results.cases; set by results_build */
	int32_t score_micro; /* millionths of 1 */
	enum cause cause;    /* where the source tells more than the other members: run_cause */
	enum outcome outcome;
	bool has_score, has_cost, has_tokens;
	bool judged_by_score; /* it passed iff its score reaches the pass score */
};

/* 31.7 years: a longer duration is no measurement but an unset clock. */
#define DURATION_MOST_MS INT64_C(1000000000000)

/* A run of which nothing is known. */
void run_init(struct run *run);

/* Whether it was judged: passed, failed or ended in error. */
bool run_has_verdict(const struct run *run);
/* Whether it counts as a failure in reports: failed, or ended in error. */
bool run_is_failure(const struct run *run);
/*
 * Of a failure what it is put down to: the first criterion that failed, of a failed run or where
 * run->cause says so; else that criteria could not be judged, where it says that; else its reason;
 * else its status. *text is that criterion's name, the reason or
 * the status, else "".
 */
enum cause run_cause(const struct run *run, const char **text);
/* How many of its criteria have that outcome. */
uint32_t run_count_criteria(const struct run *run, enum outcome outcome);
/* The names of its criteria of that outcome, each once; returns how many, `most` at most. */
size_t run_criterion_names(const struct run *run, enum outcome outcome, const char **names,
			   size_t most);
/*
 * Appends "2 of 3 criteria failed: a, b": of those that failed, or where none did, of those in
 * error. Each name comes once, `most` (8 at most) of them; `more` stands for the others. False:
 * there are neither, and nothing is appended.
 */
bool run_add_failures(const struct run *run, size_t most, const char *more, struct strbuf *out);

/* When it began: the started time, else the created time, else TIME_UNKNOWN. */
int64_t run_begin(const struct run *run);
/* Whether a mark is in any of its labels (mark.h). */
bool run_bears_marks(const struct run *run);
/* The hash of its source, run id and environment: by which it is told from other runs. */
uint64_t run_identity(const struct run *run);
/* Whether the source tells when it ended or began. */
bool run_tells_time(const struct run *run);
/* When it happened: the end, else the begin. Orders of runs are by this alone. */
int64_t run_when(const struct run *run);
/*
 * By what it is counted, in a period and by day: when it happened; of a run that tells no time,
 * dated_at, else seen_at, which say nothing about its place among others.
 */
int64_t run_counted_at(const struct run *run);
/*
 * When its names were those it has: when it happened, else the day of its export, else when it was
 * first seen.
 */
int64_t run_named_at(const struct run *run);
/* Over its turns, in ms, rounded half up; -1: it tells no latency. */
int64_t run_mean_latency(const struct run *run);
/*
 * Sets duration_ms from begin and end where it is not known yet; an end before the begin gives
 * none.
 */
void run_derive_duration(struct run *run);

/* Appends the place of the record: `exports/a.json#3`, or what the record itself tells. */
void run_origin(const struct run *run, struct strbuf *out);
/* The order of these texts, byte by byte. */
int run_compare_origins(const struct run *a, const struct run *b);
/* NULL: not known. */
const char *run_folder(const struct run *run);

/*
 * A function that gives the text to keep instead of `text` (redaction); what it returns must live
 * until its next call. `ctx` is the caller's.
 */
typedef const char *text_filter(void *ctx, const char *text);

/*
 * The same of what runs are grouped, joined and told apart by. What it gives depends on nothing but
 * the label: it is what the thing is known by from then on (mark.h).
 */
enum label_kind {
	LABEL_NAME,
	LABEL_ID,
	LABEL_OTHER, /* by which nothing is known: a role, a place */
	LABEL_KINDS
};
typedef const char *label_filter(void *ctx, const char *label, enum label_kind kind);

enum { NAMES_KNOWN = 2048 };

struct definition;
struct call;

/* The run set. `items` may be sorted by whoever holds it; the runs themselves do not move. */
struct runs {
	struct run **items;
	size_t count, capacity;
	/* What their inputs define (definition.h), in the order of these; join gives it to runs. */
	struct definition **definitions;
	size_t definition_count;
	struct arena arena;
	struct interner names;
	/* Some of the names, by a hash, that filters leave as they are: most runs share theirs. */
	const char *known[LABEL_KINDS][NAMES_KNOWN];
	struct spool *spool;
	struct call *calls; /* of a history, that wrote them (call.h), as far as they matter */
	size_t call_count;
	struct criteria_pool {
		struct shared_criteria *items;
		size_t count, capacity;
		struct hash_table table;
		struct criterion *scratch; /* of the run being kept */
		size_t scratch_capacity;
	} criteria; /* of lists that many runs share */
};

/* The spool, which sets may share, must outlive what is read of the runs; NULL: no details. */
void runs_init(struct runs *runs, struct spool *spool);
void runs_release(struct runs *runs);

/*
 * Adds a deep copy of *run, its texts passed through `filter`, its labels through `of_labels`
 * (NULL: as they are). run->input is kept as it is. Details and the details of criteria go to the
 * spool, and only with `with_details`. Returns the copy, which has the identity of its labels.
 */
struct run *runs_keep(struct runs *runs, const struct run *run, bool with_details,
		      text_filter *filter, label_filter *of_labels, void *ctx);

/*
 * *run as it was before it was kept: with its details, if any, and those of its criteria. They live
 * in the arena.
 */
struct run run_load(const struct run *run, struct spool *spool, struct arena *arena);

#endif
