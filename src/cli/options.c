#include "runtally/cli/options.h"

#include <string.h>

#include "options_table.h"
#include "runtally/base/parse_number.h"
#include "runtally/base/times.h"

/* 9999-12-31T23:59:59Z: the last second that times.h can write. */
#define EPOCH_MAX INT64_C(253402300799)

void options_take_key(struct options *options, const char *secret)
{
	struct mark_key *key;

	if (!secret || !*secret || options->ingest.key)
		return;
	key = arena_alloc(&options->arena, sizeof(*key));
	mark_key_init(key, secret, strlen(secret));
	options->ingest.key = key;
}

static int set_now(struct options *options, int64_t now, const char *epoch, struct error *err)
{
	int64_t seconds;

	options->now = options->render.now = options->ingest.now = now;
	if (!epoch || !epoch[0])
		return 0;
	if (!parse_decimal(epoch, 0, EPOCH_MAX, &seconds) || strchr(epoch, '.'))
		return error_set(err,
				 "SOURCE_DATE_EPOCH: \"%s\" is not a number of seconds since "
				 "1970",
				 epoch);
	options->now = options->render.now = options->render.date = seconds * 1000;
	options->ingest.now = options->now;
	return 0;
}

static int apply(struct options *options, const struct setting *setting, struct error *err)
{
	if (option_apply(options, setting->row, setting->value, err) == 0)
		return 0;
	if (setting->by_letter)
		return error_prefix(err, "-%c", setting->row->letter);
	return error_prefix(err, "--%s", setting->row->name);
}

/* --config itself has to be known before the others are applied. */
static int apply_config(struct options *options, const struct arguments *arguments,
			struct error *err)
{
	const struct option_row *config = option_by_name("config", strlen("config"));

	for (size_t i = 0; i < arguments->setting_count; i++)
		if (arguments->settings[i].row == config &&
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

/* Which week or month it is now, in the zone. */
static void find_by_now(struct options *options)
{
	const int64_t today = time_local_days(options->now);
	struct asked_bound *week = &options->bounds[BOUND_WEEK];
	struct asked_bound *month = &options->bounds[BOUND_MONTH];

	if (week->by != BY_DATE)
		options_set_week(week, week_monday(today) - (week->by == BY_NOW_LAST ? 7 : 0));
	if (month->by != BY_DATE)
		options_set_month(month, month->by == BY_NOW_LAST
						 ? today - civil_from_days(today).day
						 : today);
}

/* The zone may come behind the days that begin in it. */
static int set_zone(const struct options *options, struct error *err)
{
	time_zone_set(options->zone_ms);
	if (!options->zone || time_zone_set_name(options->zone, err) == 0)
		return 0;
	return error_prefix(err, "--tz");
}

static int64_t moment_of(int64_t bound, bool in_days)
{
	return in_days && bound != TIME_UNKNOWN ? time_of_local_day(time_days(bound)) : bound;
}

/* What all that was asked for has in common. */
static int choose_period(struct options *options, struct error *err)
{
	struct period *period = &options->choice.period;

	find_by_now(options);
	for (size_t i = 0; i < BOUNDS; i++) {
		const struct asked_bound *bound = &options->bounds[i];
		int64_t since = moment_of(bound->period.since, bound->since_in_days);
		int64_t until = moment_of(bound->period.until, bound->until_in_days);

		if (since != TIME_UNKNOWN && since > period->since)
			period->since = since;
		if (until != TIME_UNKNOWN &&
		    (period->until == TIME_UNKNOWN || until < period->until))
			period->until = until;
	}
	if (period->until != TIME_UNKNOWN && period->since >= period->until)
		return error_set(err, "the period is empty: --since, --until, --last, --week and "
				      "--month have nothing in common");
	if (options->choice.compare == COMPARE_PERIOD) {
		struct period *compared = &options->choice.compare_period;

		compared->since = moment_of(compared->since, true);
		compared->until = moment_of(compared->until, true);
	}
	return 0;
}

static int check_history(const struct options *options, struct error *err)
{
	const char *name = options->forget_count   ? "forget"
			   : options->compact      ? "compact"
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
	for (size_t i = 0; i < options->target_count; i++)
		if (!format_is_possible(options->targets[i].format, &options->render))
			return error_set(err, "\"%s\": a mail needs --mail-from and --mail-to",
					 options->targets[i].path);
	if (check_history(options, err) != 0 || check_compare(options, err) != 0)
		return -1;
	if (!options->input_count && !options->print_templates &&
	    (!options->history ||
	     (options->history_only && !options->compact && !options->forget_count)))
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
	if (set_zone(options, err) != 0 || choose_period(options, err) != 0 ||
	    check_together(options, err) != 0)
		return ACTION_BAD_USAGE;
	options_ask(options);
	return ACTION_RUN;
}
