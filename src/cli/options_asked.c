#include "options_table.h"

#include <string.h>

#include "runtally/base/times.h"

static const char *week_of(struct options *options)
{
	const struct period *week = &options->bounds[BOUND_WEEK].period;
	char text[WEEK_TEXT_SIZE];

	if (week->since == TIME_UNKNOWN)
		return NULL;
	week_text(time_days(week->since), text);
	return arena_strdup(&options->arena, text);
}

static const char *month_of(struct options *options)
{
	const struct period *month = &options->bounds[BOUND_MONTH].period;
	char text[DATE_TEXT_SIZE];

	if (month->since == TIME_UNKNOWN)
		return NULL;
	date_text(month->since, text);
	return arena_strndup(&options->arena, text, strlen("2026-11"));
}

static const char *zone_of(struct options *options)
{
	struct strbuf text = STRBUF_INIT;
	const char *zone = options->zone;

	if (!zone) {
		time_zone_text(options->now, options->now, &text);
		zone = arena_strdup(&options->arena, text.text);
	}
	strbuf_release(&text);
	return zone;
}

static bool any_gate(const struct gate_options *gates)
{
	return gates->min_pass_rate_micro >= 0 || gates->max_cost_nano >= 0 ||
	       gates->max_cost_per_pass_nano >= 0 || gates->max_p95_latency_ms >= 0 ||
	       gates->fail_on;
}

/* Gates of the whole stand in front, where there are any. */
static void ask_gates(struct options *options)
{
	const struct gate_demands *demands = &options->gates;
	struct suite_gates *gates =
		arena_alloc(&options->arena, (demands->suite_count + 1) * sizeof(*gates));
	size_t count = 0;

	if (any_gate(&demands->whole))
		gates[count++] = (struct suite_gates){.options = demands->whole};
	for (size_t i = 0; i < demands->suite_count; i++)
		gates[count++] = demands->suites[i];
	options->asked.gates = gates;
	options->asked.gate_count = count;
}

static const char *word_of(const char *option, size_t index)
{
	return option_by_name(option, strlen(option))->words[index];
}

static const char *scale_of(struct options *options)
{
	const int scale = options->ingest.rules.score_scale;

	return scale ? arena_printf(&options->arena, "%d", scale) : "auto";
}

void options_ask(struct options *options)
{
	const struct select_options *choice = &options->choice;

	options->asked = (struct asked){
		.period = choice->period,
		.since = options->bounds[BOUND_SINCE].text,
		.until = options->bounds[BOUND_UNTIL].text,
		.last = options->bounds[BOUND_LAST].text,
		.week = week_of(options),
		.month = month_of(options),
		.tz = zone_of(options),
		.suites = choice->suites,
		.suite_count = choice->suite_count,
		.sources = choice->sources,
		.source_count = choice->source_count,
		.suite_by = word_of("suite-by", options->suite_by),
		.pass_score_micro = options->ingest.rules.pass_score_micro,
		.score_scale = scale_of(options),
		.history = options->history != NULL,
		.baselines = options->baseline_count,
		.compare = options->compare,
	};
	ask_gates(options);
}
