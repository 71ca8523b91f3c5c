/*
 * options: the option table; --help, parsing, the config file and the manual's check come from it.
 *
 * Nothing is printed here: options_parse says what main should do.
 */
#ifndef RUNTALLY_CLI_OPTIONS_H
#define RUNTALLY_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/analysis/gate.h"
#include "runtally/analysis/results.h"
#include "runtally/analysis/select.h"
#include "runtally/base/arena.h"
#include "runtally/base/error.h"
#include "runtally/formats/format.h"
#include "runtally/ingest/ingest.h"
#include "runtally/view/asked.h"
#include "runtally/view/brand.h"

/* One -o. */
struct target {
	const struct format *format;
	const char *path; /* "-": standard output */
};

/* One --template FORMAT=FILE. */
struct template_choice {
	const struct format *format;
	const char *file;
};

enum progress_choice { PROGRESS_AUTO, PROGRESS_ON, PROGRESS_OFF };

/* Owns its strings through `arena`. */
/* A week or month by its date; the one that now is in; the one before that. */
enum period_by { BY_DATE, BY_NOW_THIS, BY_NOW_LAST };

enum period_bound { BOUND_SINCE, BOUND_UNTIL, BOUND_LAST, BOUND_WEEK, BOUND_MONTH, BOUNDS };

struct options {
	struct arena arena;
	const char **inputs;
	size_t input_count;
	const char **baselines;
	size_t baseline_count;
	const char *history;    /* folder; NULL: none */
	bool history_only;      /* add to it, write no report */
	unsigned shard, shards; /* 0: not told */
	bool compact;
	const char **forgets; /* SOURCE:RUN-ID or the name of a file of the history */
	size_t forget_count;
	uint64_t history_age_days, history_bytes; /* 0: no cap */
	struct target *targets;
	size_t target_count;
	struct template_choice *templates;
	size_t template_count;
	const char *templates_folder; /* NULL: built-in ones */
	const char *print_templates;  /* folder to write them to; NULL: not asked for */
	const char *title, *link;     /* link NULL: not published */
	const struct logo *logo;      /* NULL: none */
	const struct accent *accent;  /* NULL: none */
	enum suite_by suite_by;
	struct ingest_options ingest;
	struct select_options choice;
	const char *zone; /* of calendars, by name; NULL: zone_ms */
	int64_t zone_ms;  /* ahead of UTC */
	/* What --since, --until, --last, --week, --month ask; choice.period: what they share. */
	struct asked_bound {
		struct period period;
		bool since_in_days, until_in_days; /* days of the zone, not moments */
		enum period_by by;
		const char *text; /* as it was given; NULL: it was not */
	} bounds[BOUNDS];
	const char *compare; /* as it was given; NULL: it was not */
	struct gate_demands gates;
	struct asked asked; /* all that reports tell of these */
	struct render_options render;
	size_t notes_limit; /* different notes that are kept; 1000 */
	bool strict;
	enum progress_choice progress;
	int verbosity;      /* -1: -q, 0, 1: -v */
	const char *config; /* NULL: runtally.json where there is one */
	int64_t now;        /* ms; SOURCE_DATE_EPOCH where set, else the clock */
};

/* What main should do after parsing. */
enum options_action {
	ACTION_RUN,
	ACTION_HELP,
	ACTION_VERSION,
	ACTION_LIST_FORMATS,
	ACTION_LIST_SOURCES,
	ACTION_BAD_USAGE, /* err is set */
};

/*
 * Reads the config file, then the arguments (which win). `now` is the clock in ms, for --last;
 * `epoch` is the text of SOURCE_DATE_EPOCH or NULL. The caller releases *options always.
 */
enum options_action options_parse(struct options *options, int argc, char *const *argv, int64_t now,
				  const char *epoch, struct error *err);
/* The secret of the environment (NULL: none), which gives way to --identity-key. */
void options_take_key(struct options *options, const char *secret);
void options_release(struct options *options);

/* The text of --help, made from the table. */
void options_help(struct strbuf *out);

#endif
