#include "options_table.h"

#include <string.h>

#include "runtally/base/strbuf.h"

enum { NOTES_LIMIT = 1000 };

static const char *const details_words[] = {
	[DETAILS_FAILED] = "failed",
	[DETAILS_ALL] = "all",
	[DETAILS_NONE] = "none",
	NULL,
};

static const char *const junit_cases_words[] = {"case", "run", NULL};
static const char *const flavor_words[] = {"strict", "rich", NULL};

static const char *const suite_words[] = {
	[SUITE_BY_SUITE] = "suite",   [SUITE_BY_AGENT] = "agent",   [SUITE_BY_SOURCE] = "source",
	[SUITE_BY_FOLDER] = "folder", [SUITE_BY_FOLDER + 1] = NULL,
};

static const char *const undated_words[] = {
	[UNDATED_DATED] = "dated",
	[UNDATED_INCLUDE] = "include",
	[UNDATED_EXCLUDE] = "exclude",
	NULL,
};

static const char *const progress_words[] = {
	[PROGRESS_AUTO] = "auto",
	[PROGRESS_ON] = "on",
	[PROGRESS_OFF] = "off",
	NULL,
};

const struct option_row option_rows[] = {
	{.name = "output",
	 .letter = 'o',
	 .argument = "[FORMAT=]PATH",
	 .group = GROUP_REPORTS,
	 .repeatable = true,
	 .help = "write a report; the format follows from the name's ending, FORMAT=- writes to "
		 "standard output. Without it: text on standard output",
	 .set = set_output},
	{.name = "title",
	 .argument = "TEXT",
	 .group = GROUP_REPORTS,
	 .help = "heading of the reports (default: Agent test runs)",
	 .set = set_title},
	{.name = "link",
	 .argument = "URL",
	 .group = GROUP_REPORTS,
	 .help = "where the full report is published (http or https)",
	 .set = set_link},
	{.name = "logo",
	 .argument = "FILE",
	 .group = GROUP_REPORTS,
	 .help = "show this picture beside the heading of HTML reports (PNG, JPEG, GIF, WebP or "
		 "SVG, 256 KiB at most)",
	 .set = set_logo},
	{.name = "accent",
	 .argument = "COLOR",
	 .group = GROUP_REPORTS,
	 .help = "color of links and curves in HTML reports, as #rgb or #rrggbb",
	 .set = set_accent},
	{.name = "details",
	 .argument = "WHICH",
	 .group = GROUP_REPORTS,
	 .help = "runs that show turns, criteria and transcript: failed (default), all, none",
	 OPTION_MEMBER(ingest.details),
	 .words = details_words},
	{.name = "junit-flavor",
	 .argument = "FLAVOR",
	 .group = GROUP_REPORTS,
	 .help = "strict (default), or rich: with properties on cases",
	 OPTION_MEMBER(render.junit_rich),
	 .words = flavor_words},
	{.name = "junit-cases",
	 .argument = "WHICH",
	 .group = GROUP_REPORTS,
	 .help = "what a JUnit testcase is: a case with all its runs (default), or a run",
	 OPTION_MEMBER(render.junit_runs),
	 .words = junit_cases_words},
	{.name = "junit-pass-rate",
	 .argument = "PERCENT",
	 .group = GROUP_REPORTS,
	 .numeric = true,
	 .help = "JUnit: a case passes when so many of its judged runs did (default: 100)",
	 .set = set_junit_pass_rate},
	{.name = "junit-file",
	 .argument = "NAME",
	 .group = GROUP_REPORTS,
	 .help = "rich JUnit: the file of all cases (default: none)",
	 OPTION_MEMBER(render.junit_file)},
	{.name = "reruns",
	 .group = GROUP_REPORTS,
	 .help = "JUnit: the runs of a case in one execution are one testcase",
	 OPTION_MEMBER(render.junit_reruns),
	 .flag = true},
	{.name = "template",
	 .argument = "FORMAT=FILE",
	 .group = GROUP_REPORTS,
	 .repeatable = true,
	 .help = "use this root template for a format",
	 .set = set_template},
	{.name = "templates",
	 .argument = "FOLDER",
	 .group = GROUP_REPORTS,
	 .help = "look for templates here before the built-in ones",
	 .set = set_templates},
	{.name = "mail-from",
	 .argument = "ADDRESS",
	 .group = GROUP_REPORTS,
	 .help = "sender of the mail (.eml): an address alone, team@example.com",
	 .set = set_mail_from},
	{.name = "mail-to",
	 .argument = "ADDRESS",
	 .group = GROUP_REPORTS,
	 .repeatable = true,
	 .help = "who the mail is for; may be repeated",
	 .set = set_mail_to},
	{.name = "print-templates",
	 .argument = "FOLDER",
	 .group = GROUP_REPORTS,
	 .arguments_only = true,
	 .help = "write the built-in templates to this folder",
	 OPTION_MEMBER(print_templates)},

	{.name = "from",
	 .argument = "SOURCE",
	 .group = GROUP_INPUT,
	 .help = "read every input as this source, instead of looking at it",
	 .set = set_from},
	{.name = "since",
	 .argument = "TIME",
	 .group = GROUP_INPUT,
	 .help = "runs from this RFC 3339 time or date (UTC) on",
	 .set = set_since},
	{.name = "until",
	 .argument = "TIME",
	 .group = GROUP_INPUT,
	 .help = "runs before this time, or up to the end of this date (UTC)",
	 .set = set_until},
	{.name = "last",
	 .argument = "N(h|d|w)",
	 .group = GROUP_INPUT,
	 .help = "runs of the last N hours, days or weeks",
	 .set = set_last},
	{.name = "week",
	 .argument = "YEAR-Wnn",
	 .group = GROUP_INPUT,
	 .help = "runs of this week (ISO 8601, 2026-W47: from Monday on), or last, this",
	 .set = set_week},
	{.name = "month",
	 .argument = "YEAR-MM",
	 .group = GROUP_INPUT,
	 .help = "runs of this month (2026-11), or last, this",
	 .set = set_month},
	{.name = "undated",
	 .argument = "WHAT",
	 .group = GROUP_INPUT,
	 .help = "runs without a time, in a report on a period: dated (default: those that a "
		 "history dates), include (those without a date, too), exclude",
	 OPTION_MEMBER(choice.undated),
	 .words = undated_words},
	{.name = "tz",
	 .argument = "ZONE",
	 .group = GROUP_INPUT,
	 .help = "where days and weeks begin: UTC (default), an offset from it (+02:00), or a "
		 "name (Europe/Berlin)",
	 .set = set_tz},
	{.name = "suite",
	 .argument = "GLOB",
	 .group = GROUP_INPUT,
	 .repeatable = true,
	 .help = "only suites whose name or id matches",
	 .set = set_suite},
	{.name = "source",
	 .argument = "NAME",
	 .group = GROUP_INPUT,
	 .repeatable = true,
	 .help = "only runs of this source",
	 .set = set_source},
	{.name = "environment",
	 .argument = "LABEL",
	 .group = GROUP_INPUT,
	 .help = "where the runs were made (staging), of those that do not tell: a run of another "
		 "one is another run, and those of the history are left out",
	 .set = set_environment},
	{.name = "exported",
	 .argument = "DATE",
	 .group = GROUP_INPUT,
	 .help = "the inputs were exported on this day (UTC); without it a folder YYYY-MM-DD "
		 "around them tells it",
	 .set = set_exported},
	{.name = "strict",
	 .group = GROUP_INPUT,
	 .help = "write no report when some input is bad",
	 OPTION_MEMBER(strict),
	 .flag = true},

	{.name = "baseline",
	 .argument = "INPUT",
	 .group = GROUP_COMPARISON,
	 .repeatable = true,
	 .help = "compare with the runs of this input",
	 .set = set_baseline},
	{.name = "history",
	 .argument = "FOLDER",
	 .group = GROUP_COMPARISON,
	 .help = "read earlier runs from this folder, and add these to it",
	 OPTION_MEMBER(history)},
	{.name = "history-only",
	 .group = GROUP_COMPARISON,
	 .help = "add the runs to the history and write no report",
	 OPTION_MEMBER(history_only),
	 .flag = true},
	{.name = "shard",
	 .argument = "I/N",
	 .group = GROUP_COMPARISON,
	 .help = "note in the history that these runs are one of N parts",
	 .set = set_shard},
	{.name = "compact",
	 .group = GROUP_COMPARISON,
	 .help = "roll up the past months of the history; needs no input",
	 OPTION_MEMBER(compact),
	 .flag = true},
	{.name = "forget",
	 .argument = "RUN",
	 .group = GROUP_COMPARISON,
	 .repeatable = true,
	 .arguments_only = true,
	 .help = "take a run (SOURCE:RUN-ID), or all of a call (its file's name), out of the "
		 "history for good; needs no input",
	 .set = set_forget},
	{.name = "history-age",
	 .argument = "N(d|w)",
	 .group = GROUP_COMPARISON,
	 .help = "with --compact: drop runs older than N days or weeks",
	 .set = set_history_age},
	{.name = "history-size",
	 .argument = "SIZE",
	 .group = GROUP_COMPARISON,
	 .help = "with --compact: drop the oldest months until all takes at most SIZE bytes "
		 "(900K, 64M, 2G)",
	 .set = set_history_size},
	{.name = "compare",
	 .argument = "WITH",
	 .group = GROUP_COMPARISON,
	 .help = "compare with this period of the history: previous (default where there is a "
		 "history), FROM..TO (dates), none",
	 .set = set_compare},

	{.name = "pass-score",
	 .argument = "SCORE",
	 .group = GROUP_VERDICTS,
	 .numeric = true,
	 .help = "least score, 0 to 1, that passes where a source only scores (default: 0.8)",
	 .set = set_pass_score},
	{.name = "score-scale",
	 .argument = "SCALE",
	 .group = GROUP_VERDICTS,
	 .numeric = true,
	 .help = "what such scores are out of: auto (default), 1, 10, 100",
	 .set = set_score_scale},
	{.name = "suite-by",
	 .argument = "WHAT",
	 .group = GROUP_VERDICTS,
	 .help = "what a suite is: suite (default), agent, source, folder",
	 OPTION_MEMBER(suite_by),
	 .words = suite_words},

	{.name = "limit",
	 .argument = "NAME=SIZE",
	 .group = GROUP_LIMITS,
	 .repeatable = true,
	 .adds_up = true,
	 .help = "change a limit; SIZE may end in K, M or G (1024 each)",
	 .set = set_limit},

	{.name = "min-pass-rate",
	 .argument = "PCT",
	 .group = GROUP_GATES,
	 .numeric = true,
	 .help = "demand a pass rate of at least PCT per cent",
	 .set = set_min_pass_rate},
	{.name = "max-cost",
	 .argument = "USD",
	 .group = GROUP_GATES,
	 .numeric = true,
	 .help = "demand a total cost of at most USD dollars",
	 .set = set_max_cost},
	{.name = "max-cost-per-pass",
	 .argument = "USD",
	 .group = GROUP_GATES,
	 .numeric = true,
	 .help = "demand that a passed run costs at most USD dollars, failed ones counted in",
	 .set = set_max_cost_per_pass},
	{.name = "max-p95-latency",
	 .argument = "TIME",
	 .group = GROUP_GATES,
	 .numeric = true,
	 .help = "demand that 95 % of turns take at most this time: 2500 (ms), 800ms, 2.5s",
	 .set = set_max_p95_latency},
	{.name = "fail-on",
	 .argument = "WORD,...",
	 .group = GROUP_GATES,
	 .repeatable = true,
	 .adds_up = true,
	 .help = "miss a gate on any of these: failed, errors, unfinished, flaky, no-runs, "
		 "regressions (a pass rate is clearly worse than before), incomplete (something "
		 "may be missing from the figures); none: none of those before",
	 .set = set_fail_on},

	{.name = "no-redact",
	 .group = GROUP_PRIVACY,
	 .help = "keep secrets and personal data in texts",
	 OPTION_MEMBER(ingest.redact),
	 .flag = false},
	{.name = "identity-key",
	 .argument = "FILE",
	 .group = GROUP_PRIVACY,
	 .help = "a secret that keys the marks in redacted ids and names; also "
		 "$RUNTALLY_IDENTITY_KEY",
	 .set = set_identity_key},
	{.name = "no-transcripts",
	 .group = GROUP_PRIVACY,
	 .help = "leave conversations, turn texts and logs out",
	 OPTION_MEMBER(ingest.transcripts),
	 .flag = false},

	{.name = "config",
	 .argument = "FILE",
	 .group = GROUP_OTHER,
	 .arguments_only = true,
	 .help = "read options from this JSON file (default: " CONFIG_DEFAULT " in the working "
		 "folder, where there is one)",
	 OPTION_MEMBER(config)},
	{.name = "jobs",
	 .argument = "N",
	 .group = GROUP_OTHER,
	 .numeric = true,
	 .help = "read with N threads (default: as many as there are processors)",
	 .set = set_jobs},
	{.name = "progress",
	 .argument = "WHEN",
	 .group = GROUP_OTHER,
	 .help = "progress on standard error: auto (default: on a terminal), on, off",
	 OPTION_MEMBER(progress),
	 .words = progress_words},
	{.name = "quiet",
	 .letter = 'q',
	 .group = GROUP_OTHER,
	 .help = "errors only on standard error",
	 OPTION_MEMBER(verbosity),
	 .flag = -1},
	{.name = "verbose",
	 .letter = 'v',
	 .group = GROUP_OTHER,
	 .help = "say more on standard error",
	 OPTION_MEMBER(verbosity),
	 .flag = 1},
	{.name = "list-formats",
	 .group = GROUP_OTHER,
	 .arguments_only = true,
	 .action = ACTION_LIST_FORMATS,
	 .help = "list the output formats and exit"},
	{.name = "list-sources",
	 .group = GROUP_OTHER,
	 .arguments_only = true,
	 .action = ACTION_LIST_SOURCES,
	 .help = "list the sources that can be read and exit"},
	{.name = "help",
	 .letter = 'h',
	 .group = GROUP_OTHER,
	 .arguments_only = true,
	 .action = ACTION_HELP,
	 .help = "show this help and exit"},
	{.name = "version",
	 .group = GROUP_OTHER,
	 .arguments_only = true,
	 .action = ACTION_VERSION,
	 .help = "show the version and exit"},
	{.name = NULL},
};

const struct option_row *option_by_name(const char *name, size_t length)
{
	for (const struct option_row *row = option_rows; row->name; row++)
		if (strlen(row->name) == length && memcmp(row->name, name, length) == 0)
			return row;
	return NULL;
}

void options_init(struct options *options)
{
	*options = (struct options){
		.title = "Agent test runs",
		.ingest =
			{
				.rules = {.pass_score_micro = 800000},
				.limits = default_limits,
				.dated_folders = true,
				.redact = true,
				.transcripts = true,
			},
		.choice = {.period = {TIME_UNKNOWN, TIME_UNKNOWN},
			   .compare_period = {TIME_UNKNOWN, TIME_UNKNOWN}},
		.gates = {.whole = no_gates},
		.render = default_render_options,
		.notes_limit = NOTES_LIMIT,
	};
	arena_init(&options->arena, 0);
	for (size_t i = 0; i < BOUNDS; i++)
		options->bounds[i].period = options->choice.period;
}

void options_release(struct options *options)
{
	arena_release(&options->arena);
}

/* ---- --help ---- */

/* Help texts begin at HELP_COLUMN; an option too wide for that has its text on the next line. */
enum { HELP_COLUMN = 30, HELP_WIDTH = 79, LIMIT_COLUMN = 34, LIMIT_HELP_COLUMN = 44 };

static const char *const group_names[GROUP_COUNT] = {
	[GROUP_REPORTS] = "Reports",
	[GROUP_INPUT] = "Input",
	[GROUP_COMPARISON] = "Comparison",
	[GROUP_VERDICTS] = "Verdicts and suites",
	[GROUP_LIMITS] = "Limits",
	[GROUP_GATES] = "Gates (exit status 1 when one is missed)",
	[GROUP_PRIVACY] = "Privacy",
	[GROUP_OTHER] = "Other",
};

/* Pads the line, which is `used` columns long, to `column`; at least one space. */
static void pad_to(struct strbuf *out, size_t used, size_t column)
{
	strbuf_pad(out, ' ', used < column ? column - used : 1);
}

/* Adds words between HELP_COLUMN and HELP_WIDTH; the line stands at HELP_COLUMN. */
static void add_wrapped(struct strbuf *out, const char *text)
{
	size_t at = HELP_COLUMN;

	while (*text) {
		size_t length = strcspn(text, " ");

		if (at > HELP_COLUMN && at + 1 + length > HELP_WIDTH) {
			strbuf_addch(out, '\n');
			strbuf_pad(out, ' ', HELP_COLUMN);
			at = HELP_COLUMN;
		} else if (at > HELP_COLUMN) {
			strbuf_addch(out, ' ');
			at++;
		}
		strbuf_add(out, text, length);
		at += length;
		text += length + (text[length] == ' ');
	}
	strbuf_addch(out, '\n');
}

static void add_option(struct strbuf *out, const struct option_row *row)
{
	size_t start = out->length;

	if (row->letter)
		strbuf_addf(out, "  -%c, --%s", row->letter, row->name);
	else
		strbuf_addf(out, "      --%s", row->name);
	if (row->argument)
		strbuf_addf(out, " %s", row->argument);
	if (out->length - start >= HELP_COLUMN) {
		strbuf_addch(out, '\n');
		start = out->length;
	}
	pad_to(out, out->length - start, HELP_COLUMN);
	add_wrapped(out, row->help);
}

static void add_limits(struct strbuf *out)
{
	struct options options;

	options_init(&options);
	strbuf_addstr(out, "      Names of limits and their defaults:\n");
	for (const struct limit_row *row = limit_rows; row->name; row++) {
		size_t start = out->length;

		strbuf_addf(out, "        %s", row->name);
		pad_to(out, out->length - start, LIMIT_COLUMN);
		limit_text(out, limit_value(row, &options));
		pad_to(out, out->length - start, LIMIT_HELP_COLUMN);
		strbuf_addstr(out, row->help);
		strbuf_addch(out, '\n');
	}
	options_release(&options);
}

void options_help(struct strbuf *out)
{
	strbuf_addstr(out, "Usage: runtally [OPTION]... INPUT...\n"
			   "One report for all your agent test runs.\n\n"
			   "INPUT is a file, a folder, a ZIP archive, or - for standard input.\n");
	for (size_t group = 0; group < GROUP_COUNT; group++) {
		strbuf_addf(out, "\n%s:\n", group_names[group]);
		for (const struct option_row *row = option_rows; row->name; row++)
			if (row->group == group)
				add_option(out, row);
		if (group == GROUP_LIMITS)
			add_limits(out);
	}
	strbuf_addstr(out, "\nExit status: 0 reports written and gates met, 1 a gate missed, "
			   "2 usage,\n3 some input bad, 4 a report could not be written. "
			   "See runtally(1).\n");
}
