#include "runtally/analysis/gate.h"

#include <inttypes.h>
#include <string.h>

#include "results_sort.h"
#include "runtally/base/format_number.h"

const char *const fail_on_words[] = {"failed",  "errors",      "unfinished", "flaky",
				     "no-runs", "regressions", NULL};

const struct gate_options no_gates = {
	.min_pass_rate_micro = -1,
	.max_cost_nano = -1,
	.max_cost_per_pass_nano = -1,
	.max_p95_latency_ms = -1,
};

/* What is judged: all, or a suite of it. */
struct subject {
	struct gates *gates;
	struct arena *arena;
	const char *suite; /* its title; NULL: the whole */
	const struct tally *tally;
	uint64_t flaky_cases;
	const struct comparison *comparison; /* NULL: there is none */
	const struct difference *rate;       /* likewise */
	uint64_t worse_suites, worse_cases;
	bool is_new; /* a suite that had no run before */
};

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

/* Of the last of so many decimals of a per cent, in millionths. */
static int32_t decimal_unit(unsigned decimals)
{
	int32_t unit = 10000;

	for (; decimals; decimals--)
		unit /= 10;
	return unit;
}

/* Millionths as a per cent with `decimals`, rounded down. */
static void add_percent(struct strbuf *out, int32_t micro, unsigned decimals)
{
	strbuf_addf(out, "%" PRId32, micro / 10000);
	if (decimals)
		strbuf_addf(out, ".%0*" PRId32, (int)decimals,
			    micro % 10000 / decimal_unit(decimals));
}

static const char *take_text(struct strbuf *text, struct arena *arena)
{
	const char *copy = arena_strndup(arena, text->text, text->length);

	strbuf_reset(text);
	return copy;
}

static void add_gate(struct gates *gates, const struct gate *gate)
{
	gates->items = array_reserve(gates->items, &gates->capacity, gates->count + 1,
				     sizeof(*gates->items));
	gates->items[gates->count++] = *gate;
	gates->missed += !gate->met;
}

/* `--max-cost `, `Booking: max-cost ` */
static void begin_name(struct strbuf *out, const struct subject *subject, const char *option)
{
	if (subject->suite)
		strbuf_addf(out, "%s: %s ", subject->suite, option);
	else
		strbuf_addf(out, "--%s ", option);
}

/*
 * With as many decimals as wanted has, at least one; `< 0.1` of what is more than nothing. Rounded
 * half up, as the rate stands elsewhere in reports; but down where that would make it look as if it
 * were enough, or all.
 */
static void add_shown_rate(struct strbuf *out, uint64_t passed, uint64_t judged,
			   int32_t wanted_micro)
{
	unsigned decimals = percent_decimals(wanted_micro);
	int32_t micro = share_micro(passed, judged), unit, shown;

	decimals += !decimals;
	unit = decimal_unit(decimals);
	shown = (micro + unit / 2) / unit * unit;
	if (shown >= 1000000 || (micro < wanted_micro && shown >= wanted_micro))
		shown = micro;
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

static void judge_rate(const struct subject *subject, int32_t wanted_micro, struct strbuf *text)
{
	const struct tally *tally = subject->tally;
	uint64_t judged = tally_judged(tally);
	struct gate gate;

	begin_name(text, subject, "min-pass-rate");
	add_percent(text, wanted_micro, percent_decimals(wanted_micro));
	gate.name = take_text(text, subject->arena);
	strbuf_addstr(text, "at least ");
	add_percent(text, wanted_micro, percent_decimals(wanted_micro));
	strbuf_addstr(text, " %");
	gate.wanted = take_text(text, subject->arena);
	add_found_rate(text, tally, wanted_micro);
	gate.found = take_text(text, subject->arena);
	gate.met = judged && share_micro(tally->outcomes[OUTCOME_PASSED], judged) >= wanted_micro;
	add_gate(subject->gates, &gate);
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
		format_nano(out, nano);
	} else {
		format_money(out, nano);
	}
}

/* `nano` is negative where it is not known: `unknown` says so. */
static void judge_money(const struct subject *subject, const char *option, int64_t wanted,
			int64_t nano, const char *unknown, struct strbuf *text)
{
	const struct tally *tally = subject->tally;
	struct gate gate;

	begin_name(text, subject, option);
	format_nano(text, wanted);
	gate.name = take_text(text, subject->arena);
	strbuf_addstr(text, "at most $");
	format_nano(text, wanted);
	gate.wanted = take_text(text, subject->arena);
	if (nano < 0) {
		strbuf_addstr(text, unknown);
	} else {
		strbuf_addstr(text, tally->cost_over ? "more than " : "");
		add_found_money(text, nano, wanted);
		if (tally->cost_known < tally->runs) {
			strbuf_addstr(text, " known of ");
			format_percent(text, share_micro(tally->cost_known, tally->runs));
			strbuf_addstr(text, " of runs");
		}
	}
	gate.found = take_text(text, subject->arena);
	gate.met = nano >= 0 && !tally->cost_over && nano <= wanted;
	add_gate(subject->gates, &gate);
}

/* In whole milliseconds, so that what is too much looks it. */
static void judge_latency(const struct subject *subject, int64_t wanted, struct strbuf *text)
{
	const struct spread *latency = &subject->tally->latency;
	struct gate gate;

	begin_name(text, subject, "max-p95-latency");
	strbuf_addf(text, "%" PRId64, wanted);
	gate.name = take_text(text, subject->arena);
	strbuf_addstr(text, "at most ");
	format_count(text, (uint64_t)wanted);
	strbuf_addstr(text, " ms");
	gate.wanted = take_text(text, subject->arena);
	if (latency->known) {
		format_count(text, (uint64_t)latency->p95);
		strbuf_addstr(text, " ms");
	} else {
		strbuf_addstr(text, "no run tells its latency");
	}
	gate.found = take_text(text, subject->arena);
	gate.met = latency->known && latency->p95 <= wanted;
	add_gate(subject->gates, &gate);
}

static void add_number(struct strbuf *out, uint64_t count, const char *one, const char *many)
{
	format_count(out, count);
	strbuf_addf(out, " %s", count == 1 ? one : many);
}

static void judge_words(const struct subject *subject, unsigned fail_on, struct strbuf *text)
{
	const struct tally *tally = subject->tally;
	const struct {
		const char *wanted, *one, *many; /* of what is counted */
		uint64_t count;
	} words[] = {
		{"no failed run", "failed run", "failed runs", tally->outcomes[OUTCOME_FAILED]},
		{"no run that ended in error", "run that ended in error",
		 "runs that ended in error", tally->outcomes[OUTCOME_ERROR]},
		{"no run without a verdict", "run without a verdict", "runs without a verdict",
		 tally_unfinished(tally)},
		{"no flaky case", "flaky case", "flaky cases", subject->flaky_cases},
		{"at least one run", "run", "runs", tally->runs},
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++) {
		struct gate gate = {.wanted = words[i].wanted};

		if (!(fail_on & 1u << i))
			continue;
		begin_name(text, subject, "fail-on");
		strbuf_addstr(text, fail_on_words[i]);
		gate.name = take_text(text, subject->arena);
		if (words[i].count)
			add_number(text, words[i].count, words[i].one, words[i].many);
		else
			strbuf_addstr(text, "none");
		gate.found = take_text(text, subject->arena);
		gate.met = (words[i].count > 0) == (1u << i == FAIL_ON_NO_RUNS);
		add_gate(subject->gates, &gate);
	}
}

/* ---- regressions ---- */

/* Why nothing is known of them; NULL: it is. */
static const char *why_unknown(const struct subject *subject)
{
	const struct difference *rate = subject->rate;

	if (!subject->comparison)
		return "nothing to compare with: neither a baseline nor a history";
	if (rate->change != CHANGE_UNKNOWN || subject->is_new)
		return NULL;
	if (!tally_judged(subject->tally))
		return "no run has a verdict";
	if (!rate->before || !rate->before->runs)
		return "no runs to compare with";
	return "no run to compare with has a verdict";
}

/* `the total, 2 suites, 1 case` */
static void add_worse(struct strbuf *out, const struct subject *subject)
{
	const size_t start = out->length;

	if (subject->rate->change == CHANGE_WORSE)
		strbuf_addstr(out, subject->suite ? "the suite" : "the total");
	if (subject->worse_suites) {
		strbuf_addstr(out, out->length > start ? ", " : "");
		add_number(out, subject->worse_suites, "suite", "suites");
	}
	if (subject->worse_cases) {
		strbuf_addstr(out, out->length > start ? ", " : "");
		add_number(out, subject->worse_cases, "case", "cases");
	}
}

static void judge_regressions(const struct subject *subject, struct strbuf *text)
{
	const char *unknown = why_unknown(subject);
	struct gate gate = {
		.wanted = "nothing clearly worse",
		.met = !unknown && subject->rate->change != CHANGE_WORSE &&
		       !subject->worse_suites && !subject->worse_cases,
	};

	begin_name(text, subject, "fail-on");
	strbuf_addstr(text, "regressions");
	gate.name = take_text(text, subject->arena);
	if (unknown)
		strbuf_addstr(text, unknown);
	else if (gate.met)
		strbuf_addstr(text, subject->is_new ? "nothing: it had no run before" : "nothing");
	else
		add_worse(text, subject);
	gate.found = take_text(text, subject->arena);
	add_gate(subject->gates, &gate);
}

/* ---- all of them ---- */

static void judge(const struct subject *subject, const struct gate_options *options)
{
	const struct tally *tally = subject->tally;
	struct strbuf text = STRBUF_INIT;

	if (options->min_pass_rate_micro >= 0)
		judge_rate(subject, options->min_pass_rate_micro, &text);
	if (options->max_cost_nano >= 0)
		judge_money(subject, "max-cost", options->max_cost_nano,
			    tally->cost_known ? tally->cost_nano : -1, "no run tells its cost",
			    &text);
	if (options->max_cost_per_pass_nano >= 0)
		judge_money(subject, "max-cost-per-pass", options->max_cost_per_pass_nano,
			    tally_cost_per_pass(tally), "no run that passed tells its cost", &text);
	if (options->max_p95_latency_ms >= 0)
		judge_latency(subject, options->max_p95_latency_ms, &text);
	judge_words(subject, options->fail_on, &text);
	if (options->fail_on & FAIL_ON_REGRESSIONS)
		judge_regressions(subject, &text);
	strbuf_release(&text);
}

static void judge_whole(struct gates *gates, const struct gate_options *options,
			struct results *results, const struct comparison *comparison)
{
	struct subject subject = {
		.gates = gates,
		.arena = &results->arena,
		.tally = &results->totals,
		.flaky_cases = results->flaky_cases,
		.comparison = comparison,
	};

	if (comparison) {
		subject.rate = &comparison->total;
		subject.worse_suites = comparison->suites_changed[CHANGE_WORSE];
		subject.worse_cases = comparison->cases_changed[CHANGE_WORSE];
	}
	judge(&subject, options);
}

static void judge_suite(struct gates *gates, const struct gate_options *options,
			struct results *results, const struct suite_group *suite,
			const struct comparison *comparison)
{
	struct subject subject = {
		.gates = gates,
		.arena = &results->arena,
		.suite = suite->title,
		.tally = &suite->tally,
		.flaky_cases = suite->flaky_cases,
		.comparison = comparison,
	};

	if (comparison) {
		const struct case_diff *cases = comparison->cases + suite->first_case;

		subject.rate = &comparison_of_suite(comparison, suite)->rate;
		for (size_t i = 0; i < suite->case_count; i++)
			subject.worse_cases += cases[i].rate.change == CHANGE_WORSE;
		subject.is_new = !subject.rate->before && comparison->before->run_count;
	}
	judge(&subject, options);
}

static void judge_suites(struct gates *gates, const struct suite_gates *demands,
			 struct results *results, const struct comparison *comparison)
{
	bool found = false;

	for (size_t i = 0; i < results->suite_count; i++) {
		const struct suite_group *suite = &results->suites[i];

		if (!label_matches(demands->suite, suite->name) &&
		    !label_matches(demands->suite, suite->id))
			continue;
		judge_suite(gates, &demands->options, results, suite, comparison);
		found = true;
	}
	if (!found)
		add_gate(gates, &(struct gate){
					.name = arena_printf(&results->arena, "gates of suite %s",
							     demands->suite),
					.wanted = "a suite whose name or id matches",
					.found = "none",
				});
}

void gates_judge(struct gates *gates, const struct gate_demands *demands, struct results *results,
		 const struct comparison *comparison)
{
	*gates = (struct gates){.count = 0};
	judge_whole(gates, &demands->whole, results, comparison);
	for (size_t i = 0; i < demands->suite_count; i++)
		judge_suites(gates, &demands->suites[i], results, comparison);
}

void gates_release(struct gates *gates)
{
	memory_free(gates->items);
}
