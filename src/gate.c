#include "runtally/gate.h"

#include <inttypes.h>
#include <string.h>

#include "runtally/numbers.h"

const char *const fail_on_words[] = {"failed", "errors", "unfinished", "flaky", "no-runs", NULL};

unsigned fail_on_by_name(const char *word)
{
	for (unsigned i = 0; fail_on_words[i]; i++)
		if (strcmp(word, fail_on_words[i]) == 0)
			return 1u << i;
	return 0;
}

/* part / whole in millionths, rounded down: what falls short by the least never looks enough. */
static int32_t share_micro(uint64_t part, uint64_t whole)
{
	/* 2^44 runs are more than any memory holds; up to there the product fits. */
	return (int32_t)(part * 1000000 / whole);
}

/* How many decimals of a per cent `micro` has; at most 4. */
static unsigned percent_decimals(int32_t micro)
{
	unsigned decimals = 4;

	for (; decimals && micro % 10 == 0; decimals--)
		micro /= 10;
	return decimals;
}

/* Millionths as a per cent with `decimals`, rounded down. */
static void add_percent(struct strbuf *out, int32_t micro, unsigned decimals)
{
	int32_t unit = 10000, fraction;

	strbuf_addf(out, "%" PRId32, micro / unit);
	for (fraction = micro % unit; decimals; decimals--) {
		if (unit == 10000)
			strbuf_addch(out, '.');
		unit /= 10;
		strbuf_addch(out, (char)('0' + fraction / unit));
		fraction %= unit;
	}
}

static const char *take_text(struct strbuf *text, struct arena *arena)
{
	const char *copy = arena_strndup(arena, text->text, text->length);

	strbuf_reset(text);
	return copy;
}

static void add_gate(struct gates *gates, const struct gate *gate)
{
	gates->items[gates->count++] = *gate;
	gates->missed += !gate->met;
}

/*
 * Rounded half up, as the rate stands elsewhere in the report; but down where that would make it
 * look as if it were enough, or all.
 */
static int32_t shown_rate(int32_t micro, unsigned decimals, int32_t wanted_micro)
{
	int32_t unit = 10000, rounded;

	for (; decimals; decimals--)
		unit /= 10;
	rounded = (micro + unit / 2) / unit * unit;
	return rounded >= 1000000 || (micro < wanted_micro && rounded >= wanted_micro) ? micro
										       : rounded;
}

/* With as many decimals as wanted has, at least one; `< 0.1` of what is more than nothing. */
static void add_shown_rate(struct strbuf *out, uint64_t passed, uint64_t judged,
			   int32_t wanted_micro)
{
	unsigned decimals = percent_decimals(wanted_micro);
	int32_t shown, unit = 10000;

	decimals += !decimals;
	for (unsigned i = 0; i < decimals; i++)
		unit /= 10;
	shown = shown_rate(share_micro(passed, judged), decimals, wanted_micro);
	if (passed && shown < unit)
		strbuf_addstr(out, "< ");
	add_percent(out, passed && shown < unit ? unit : shown, decimals);
}

/* It looks smaller than wanted exactly when it is. */
static void add_found_rate(struct strbuf *out, const struct tally *tally, int32_t wanted_micro)
{
	uint64_t judged = tally_judged(tally), passed = tally->outcomes[OUTCOME_PASSED];

	if (!judged) {
		strbuf_addstr(out, "no run has a verdict");
		return;
	}
	if (passed == judged)
		strbuf_addstr(out, "100");
	else
		add_shown_rate(out, passed, judged, wanted_micro);
	strbuf_addf(out, " %% (%" PRIu64 " of %" PRIu64 ")", passed, judged);
}

static void judge_rate(struct gates *gates, int32_t wanted_micro, struct report *report)
{
	const struct tally *tally = &report->totals;
	uint64_t judged = tally_judged(tally);
	struct strbuf text = STRBUF_INIT;
	struct gate gate;

	strbuf_addstr(&text, "--min-pass-rate ");
	add_percent(&text, wanted_micro, percent_decimals(wanted_micro));
	gate.name = take_text(&text, &report->arena);
	strbuf_addstr(&text, "at least ");
	add_percent(&text, wanted_micro, percent_decimals(wanted_micro));
	strbuf_addstr(&text, " %");
	gate.wanted = take_text(&text, &report->arena);
	add_found_rate(&text, tally, wanted_micro);
	gate.found = take_text(&text, &report->arena);
	gate.met = judged && share_micro(tally->outcomes[OUTCOME_PASSED], judged) >= wanted_micro;
	add_gate(gates, &gate);
	strbuf_release(&text);
}

/*
 * The short form is off by half a cent at most: exact where that could make it look to be on the
 * other side of what was wanted.
 */
static void add_found_money(struct strbuf *out, int64_t nano, int64_t wanted)
{
	const int64_t cent = 10000000;

	if (nano - cent < wanted && nano > wanted - cent) {
		strbuf_addch(out, '$');
		number_nano(out, nano);
	} else {
		number_money(out, nano);
	}
}

static void add_found_cost(struct strbuf *out, const struct tally *tally, int64_t wanted)
{
	if (!tally->cost_known) {
		strbuf_addstr(out, "no run tells its cost");
		return;
	}
	if (tally->cost_over)
		strbuf_addstr(out, "more than ");
	add_found_money(out, tally->cost_nano, wanted);
	if (tally->cost_known < tally->runs) {
		strbuf_addstr(out, " known of ");
		number_percent(out, share_micro(tally->cost_known, tally->runs));
		strbuf_addstr(out, " of runs");
	}
}

static void judge_cost(struct gates *gates, int64_t wanted, struct report *report)
{
	const struct tally *tally = &report->totals;
	struct strbuf text = STRBUF_INIT;
	struct gate gate;

	strbuf_addstr(&text, "--max-cost ");
	number_nano(&text, wanted);
	gate.name = take_text(&text, &report->arena);
	strbuf_addstr(&text, "at most $");
	number_nano(&text, wanted);
	gate.wanted = take_text(&text, &report->arena);
	add_found_cost(&text, tally, wanted);
	gate.found = take_text(&text, &report->arena);
	gate.met = tally->cost_known && !tally->cost_over && tally->cost_nano <= wanted;
	add_gate(gates, &gate);
	strbuf_release(&text);
}

/* What one word of --fail-on is about. */
struct complaint {
	const char *name, *wanted;
	const char *one, *many; /* of what is counted */
	uint64_t count;
};

static const char *count_text(const struct complaint *complaint, struct arena *arena)
{
	struct strbuf text = STRBUF_INIT;
	const char *copy;

	if (!complaint->count) {
		strbuf_addstr(&text, "none");
	} else {
		number_count(&text, complaint->count);
		strbuf_addf(&text, " %s", complaint->count == 1 ? complaint->one : complaint->many);
	}
	copy = take_text(&text, arena);
	strbuf_release(&text);
	return copy;
}

static void judge_words(struct gates *gates, unsigned fail_on, struct report *report)
{
	const struct tally *tally = &report->totals;
	const struct complaint complaints[] = {
		{"--fail-on failed", "no failed run", "failed run", "failed runs",
		 tally->outcomes[OUTCOME_FAILED]},
		{"--fail-on errors", "no run that ended in error", "run that ended in error",
		 "runs that ended in error", tally->outcomes[OUTCOME_ERROR]},
		{"--fail-on unfinished", "no run without a verdict", "run without a verdict",
		 "runs without a verdict", tally_unfinished(tally)},
		{"--fail-on flaky", "no flaky case", "flaky case", "flaky cases",
		 report->flaky_cases},
		{"--fail-on no-runs", "at least one run", "run", "runs", tally->runs},
	};

	for (size_t i = 0; i < sizeof(complaints) / sizeof(*complaints); i++) {
		bool counts_good = 1u << i == FAIL_ON_NO_RUNS;

		if (!(fail_on & 1u << i))
			continue;
		add_gate(gates, &(struct gate){
					.name = complaints[i].name,
					.wanted = complaints[i].wanted,
					.found = count_text(&complaints[i], &report->arena),
					.met = (complaints[i].count > 0) == counts_good,
				});
	}
}

void gates_judge(struct gates *gates, const struct gate_options *options, struct report *report)
{
	*gates = (struct gates){.count = 0};
	if (options->min_pass_rate_micro >= 0)
		judge_rate(gates, options->min_pass_rate_micro, report);
	if (options->max_cost_nano >= 0)
		judge_cost(gates, options->max_cost_nano, report);
	judge_words(gates, options->fail_on, report);
}
