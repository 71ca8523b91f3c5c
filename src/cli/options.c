#include "runtally/cli/options.h"

#include <string.h>

#include "options_table.h"
#include "runtally/base/parse_number.h"
#include "runtally/base/times.h"

enum { NOTES_LIMIT = 1000 };

/* 9999-12-31T23:59:59Z: the last second that times.h can write. */
#define EPOCH_MAX INT64_C(253402300799)

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
	 .set = set_details},
	{.name = "junit-flavor",
	 .argument = "FLAVOR",
	 .group = GROUP_REPORTS,
	 .help = "strict (default), or rich: with properties on cases",
	 .set = set_junit_flavor},
	{.name = "reruns",
	 .group = GROUP_REPORTS,
	 .help = "JUnit: repeats of a case in one execution are one case",
	 .set = set_reruns},
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
	 .set = set_print_templates},

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
	 .argument = "N(d|w)",
	 .group = GROUP_INPUT,
	 .help = "runs of the last N days or weeks",
	 .set = set_last},
	{.name = "week",
	 .argument = "YEAR-Wnn",
	 .group = GROUP_INPUT,
	 .help = "runs of this week (ISO 8601, 2026-W47: from Monday on)",
	 .set = set_week},
	{.name = "tz",
	 .argument = "OFFSET",
	 .group = GROUP_INPUT,
	 .help = "where days and weeks begin: UTC (default) or an offset from it, +02:00",
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
	{.name = "strict",
	 .group = GROUP_INPUT,
	 .help = "write no report when some input is bad",
	 .set = set_strict},

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
	 .set = set_history},
	{.name = "history-only",
	 .group = GROUP_COMPARISON,
	 .help = "add the runs to the history and write no report",
	 .set = set_history_only},
	{.name = "shard",
	 .argument = "I/N",
	 .group = GROUP_COMPARISON,
	 .help = "note in the history that these runs are one of N parts",
	 .set = set_shard},
	{.name = "compact",
	 .group = GROUP_COMPARISON,
	 .help = "roll up the past months of the history; needs no input",
	 .set = set_compact},
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
	 .set = set_suite_by},

	{.name = "limit",
	 .argument = "NAME=SIZE",
	 .group = GROUP_LIMITS,
	 .repeatable = true,
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
	 .help = "miss a gate on any of these: failed, errors, unfinished, flaky, no-runs, "
		 "regressions (a pass rate is clearly worse than before)",
	 .set = set_fail_on},

	{.name = "no-redact",
	 .group = GROUP_PRIVACY,
	 .help = "keep secrets and personal data in texts",
	 .set = set_no_redact},
	{.name = "no-transcripts",
	 .group = GROUP_PRIVACY,
	 .help = "leave conversations, turn texts and logs out",
	 .set = set_no_transcripts},

	{.name = "config",
	 .argument = "FILE",
	 .group = GROUP_OTHER,
	 .arguments_only = true,
	 .help = "read options from this JSON file (default: " CONFIG_DEFAULT " in the working "
		 "folder, where there is one)",
	 .set = set_config},
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
	 .set = set_progress},
	{.name = "quiet",
	 .letter = 'q',
	 .group = GROUP_OTHER,
	 .help = "errors only on standard error",
	 .set = set_quiet},
	{.name = "verbose",
	 .letter = 'v',
	 .group = GROUP_OTHER,
	 .help = "say more on standard error",
	 .set = set_verbose},
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

const struct option_row *option_by_name(const char *name)
{
	for (const struct option_row *row = option_rows; row->name; row++)
		if (strcmp(row->name, name) == 0)
			return row;
	return NULL;
}

const char *options_long_name(size_t index)
{
	return index < sizeof(option_rows) / sizeof(*option_rows) ? option_rows[index].name : NULL;
}

void options_init(struct options *options)
{
	*options = (struct options){
		.title = "Agent test runs",
		.ingest =
			{
				.rules = {.pass_score_micro = 800000},
				.limits = default_limits,
				.redact = true,
				.transcripts = true,
			},
		.choice = {.period = {TIME_UNKNOWN, TIME_UNKNOWN},
			   .last_until = TIME_UNKNOWN,
			   .compare_period = {TIME_UNKNOWN, TIME_UNKNOWN}},
		.gates = {.whole = no_gates},
		.render = default_render_options,
		.notes_limit = NOTES_LIMIT,
	};
	arena_init(&options->arena, 0);
}

void options_release(struct options *options)
{
	arena_release(&options->arena);
}

static int set_now(struct options *options, int64_t now, const char *epoch, struct error *err)
{
	int64_t seconds;

	options->now = options->render.now = now;
	if (!epoch || !epoch[0])
		return 0;
	if (!parse_decimal(epoch, 0, EPOCH_MAX, &seconds) || strchr(epoch, '.'))
		return error_set(err,
				 "SOURCE_DATE_EPOCH: \"%s\" is not a number of seconds since "
				 "1970",
				 epoch);
	options->now = options->render.now = options->render.date = seconds * 1000;
	return 0;
}

static int apply(struct options *options, const struct setting *setting, struct error *err)
{
	if (setting->row->set(options, setting->value, err) == 0)
		return 0;
	if (setting->by_letter)
		return error_prefix(err, "-%c", setting->row->letter);
	return error_prefix(err, "--%s", setting->row->name);
}

/* --config itself has to be known before the others are applied. */
static int apply_config(struct options *options, const struct arguments *arguments,
			struct error *err)
{
	for (size_t i = 0; i < arguments->setting_count; i++)
		if (arguments->settings[i].row->set == set_config &&
		    apply(options, &arguments->settings[i], err) != 0)
			return -1;
	return config_read(options, options->config ? options->config : CONFIG_DEFAULT,
			   options->config != NULL, arguments, err);
}

static int apply_arguments(struct options *options, const struct arguments *arguments,
			   struct error *err)
{
	for (size_t i = 0; i < arguments->setting_count; i++)
		if (apply(options, &arguments->settings[i], err) != 0)
			return -1;
	for (size_t i = 0; i < arguments->input_count; i++)
		options_add_input(options, arguments->inputs[i]);
	return 0;
}

/* Days begin in the zone, which may be told behind them. */
static void shift_days(struct options *options)
{
	struct select_options *choice = &options->choice;

	if (options->since_is_day)
		choice->period.since -= options->zone_ms;
	if (options->until_is_day)
		choice->period.until -= options->zone_ms;
	if (choice->compare == COMPARE_PERIOD) {
		choice->compare_period.since -= options->zone_ms;
		choice->compare_period.until -= options->zone_ms;
	}
}

static int check_history(const struct options *options, struct error *err)
{
	const char *name = options->compact        ? "compact"
			   : options->history_only ? "history-only"
			   : options->shards       ? "shard"
						   : NULL;

	if (options->history && options->suite_by == SUITE_BY_FOLDER)
		return error_set(err, "--suite-by: a --history does not know folders");
	if (options->history || !name)
		return 0;
	return error_set(err, "--%s: needs a --history", name);
}

/* Both are periods of the history. */
static int check_compare(const struct options *options, struct error *err)
{
	enum compare_with with = options->choice.compare;

	if (with != COMPARE_PREVIOUS && with != COMPARE_PERIOD)
		return 0;
	if (!options->history)
		return error_set(err, "--compare: a period to compare with needs a --history");
	if (options->baseline_count)
		return error_set(err, "--compare: compare with a period or with a --baseline, not "
				      "both");
	return 0;
}

/* What no option can know alone. */
static int check_together(const struct options *options, struct error *err)
{
	const struct period *period = &options->choice.period;

	if (period->since != TIME_UNKNOWN && period->until != TIME_UNKNOWN &&
	    period->since >= period->until)
		return error_set(err, "the period ends (--until) before it begins (--since, "
				      "--last)");
	for (size_t i = 0; i < options->target_count; i++)
		if (!format_is_possible(options->targets[i].format, &options->render))
			return error_set(err, "\"%s\": a mail needs --mail-from and --mail-to",
					 options->targets[i].path);
	if (check_history(options, err) != 0 || check_compare(options, err) != 0)
		return -1;
	if (!options->input_count && !options->print_templates &&
	    (!options->history || (options->history_only && !options->compact)))
		return error_set(err, "no input; see runtally --help");
	return 0;
}

enum options_action options_parse(struct options *options, int argc, char *const *argv, int64_t now,
				  const char *epoch, struct error *err)
{
	struct arguments arguments = {.settings = NULL};
	enum options_action action;

	options_init(options);
	action = arguments_read(&arguments, &options->arena, argc, argv, err);
	if (action != ACTION_RUN)
		return action;
	if (set_now(options, now, epoch, err) != 0 || apply_config(options, &arguments, err) != 0 ||
	    apply_arguments(options, &arguments, err) != 0)
		return ACTION_BAD_USAGE;
	shift_days(options);
	if (check_together(options, err) != 0)
		return ACTION_BAD_USAGE;
	time_zone_set(options->zone_ms);
	return ACTION_RUN;
}
