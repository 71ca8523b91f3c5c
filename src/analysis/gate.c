#include "runtally/analysis/gate.h"

#include <inttypes.h>
#include <string.h>

#include "results_sort.h"
#include "runtally/base/format_number.h"

const char *const fail_on_words[] = {"failed",  "errors",      "unfinished", "flaky",
				     "no-runs", "regressions", "incomplete", NULL};

const struct gate_options no_gates = {
	.min_pass_rate_micro = -1,
	.max_cost_nano = -1,
	.max_cost_per_pass_nano = -1,
	.max_p95_latency_ms = -1,
};

/* Notes on what is missing that a gate names. */
enum { GAPS_SHOWN = 3 };

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
	const struct notes *notes;
	bool is_new;                /* a suite that had no run before */
	struct strbuf value, found; /* of the gate that is judged */
};

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

static void add_gate(struct gates *gates, const struct gate *gate)
{
	gates->items = array_reserve(gates->items, &gates->capacity, gates->count + 1,
				     sizeof(*gates->items));
	gates->items[gates->count++] = *gate;
	gates->missed += !gate->met;
}

/* `--max-cost 5`, `Booking: max-cost 5`. `value` may be subject->value; subject->found is taken. */
static void add_judged(struct subject *subject, const char *option, const char *value,
		       const char *wanted, bool met)
{
	add_gate(subject->gates,
		 &(struct gate){
			 .name = arena_printf(subject->arena, "%s%s%s %s",
					      subject->suite ? subject->suite : "",
					      subject->suite ? ": " : "--", option, value),
			 .wanted = wanted,
			 .found = arena_strndup(subject->arena, subject->found.text,
						subject->found.length),
			 .met = met,
		 });
	strbuf_reset(&subject->found);
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

/* What is found looks smaller than wanted exactly when it is. */
static void judge_rate(struct subject *subject, int32_t wanted_micro)
{
	const struct tally *tally = subject->tally;
	uint64_t judged = tally_judged(tally), passed = tally->outcomes[OUTCOME_PASSED];
	struct strbuf *found = &subject->found;

	strbuf_reset(&subject->value);
	add_percent(&subject->value, wanted_micro, percent_decimals(wanted_micro));
	if (!judged)
		strbuf_addstr(found, "no run has a verdict");
	else if (passed == judged)
		strbuf_addstr(found, "100");
	else
		add_shown_rate(found, passed, judged, wanted_micro);
	if (judged)
		strbuf_addf(found, " %% (%" PRIu64 " of %" PRIu64 ")", passed, judged);
	add_judged(subject, "min-pass-rate", subject->value.text,
		   arena_printf(subject->arena, "at least %s %%", subject->value.text),
		   judged && share_micro(passed, judged) >= wanted_micro);
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
static void judge_money(struct subject *subject, const char *option, int64_t wanted, int64_t nano,
			const char *unknown)
{
	const struct tally *tally = subject->tally;

	strbuf_reset(&subject->value);
	format_nano(&subject->value, wanted);
	if (nano < 0) {
		strbuf_addstr(&subject->found, unknown);
	} else {
		strbuf_addstr(&subject->found, tally->cost_over ? "more than " : "");
		add_found_money(&subject->found, nano, wanted);
		if (tally->cost_known < tally->runs) {
			strbuf_addstr(&subject->found, " known of ");
			format_percent(&subject->found,
				       share_micro(tally->cost_known, tally->runs));
			strbuf_addstr(&subject->found, " of runs");
		}
	}
	add_judged(subject, option, subject->value.text,
		   arena_printf(subject->arena, "at most $%s", subject->value.text),
		   nano >= 0 && !tally->cost_over && nano <= wanted);
}

/* In whole milliseconds, so that what is too much looks it. */
static void judge_latency(struct subject *subject, int64_t wanted)
{
	const struct spread *latency = &subject->tally->latency;
	const char *at_most;

	strbuf_reset(&subject->value);
	format_count(&subject->value, (uint64_t)wanted);
	at_most = arena_printf(subject->arena, "at most %s ms", subject->value.text);
	strbuf_reset(&subject->value);
	strbuf_addf(&subject->value, "%" PRId64, wanted);
	if (latency->known) {
		format_count(&subject->found, (uint64_t)latency->p95);
		strbuf_addstr(&subject->found, " ms");
	} else {
		strbuf_addstr(&subject->found, "no run tells its latency");
	}
	add_judged(subject, "max-p95-latency", subject->value.text, at_most,
		   latency->known && latency->p95 <= wanted);
}

static void add_number(struct strbuf *out, uint64_t count, const char *one, const char *many)
{
	format_count(out, count);
	strbuf_addf(out, " %s", count == 1 ? one : many);
}

static void judge_words(struct subject *subject, unsigned fail_on)
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
		if (!(fail_on & 1u << i))
			continue;
		if (words[i].count)
			add_number(&subject->found, words[i].count, words[i].one, words[i].many);
		else
			strbuf_addstr(&subject->found, "none");
		add_judged(subject, "fail-on", fail_on_words[i], words[i].wanted,
			   (words[i].count > 0) == (1u << i == FAIL_ON_NO_RUNS));
	}
}

/* ---- regressions ---- */

/* Why nothing is known of them; NULL: it is. */
static const char *why_unknown(struct subject *subject)
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
static void add_worse(struct strbuf *out, struct subject *subject)
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

/* Of the first period that a history knows nothing can be worse. */
static void judge_regressions(struct subject *subject)
{
	const char *unknown = why_unknown(subject);
	bool is_first = subject->comparison && subject->comparison->is_first;
	bool met = is_first || (!unknown && subject->rate->change != CHANGE_WORSE &&
				!subject->worse_suites && !subject->worse_cases);

	if (is_first)
		strbuf_addstr(&subject->found,
			      "nothing to compare with: no runs in the period before");
	else if (unknown)
		strbuf_addstr(&subject->found, unknown);
	else if (met)
		strbuf_addstr(&subject->found,
			      subject->is_new ? "nothing: it had no run before" : "nothing");
	else
		add_worse(&subject->found, subject);
	add_judged(subject, "fail-on", "regressions", "nothing clearly worse", met);
}

/* ---- what is missing ---- */

/* `2: page 1 of 3: ...; 1 more` */
static void add_gaps(struct strbuf *out, const struct notes *notes)
{
	uint64_t others = notes->incomplete;
	unsigned shown = 0;

	for (size_t i = 0; i < notes->count && shown < GAPS_SHOWN; i++) {
		if (!notes->items[i].incomplete)
			continue;
		strbuf_addstr(out, shown++ ? "; " : "");
		note_add_text(&notes->items[i], out);
		others -= notes->items[i].count;
	}
	if (others && shown)
		strbuf_addstr(out, "; ");
	if (others)
		add_number(out, others, shown ? "more note" : "note",
			   shown ? "more notes" : "notes");
}

static void judge_gaps(struct subject *subject)
{
	const struct notes *notes = subject->notes;

	if (notes->incomplete)
		add_gaps(&subject->found, notes);
	else
		strbuf_addstr(&subject->found, "nothing");
	add_judged(subject, "fail-on", "incomplete", "nothing missing from the figures",
		   !notes->incomplete);
}

/* ---- all of them ---- */

static void judge(struct subject *subject, const struct gate_options *options)
{
	const struct tally *tally = subject->tally;

	subject->value = subject->found = (struct strbuf)STRBUF_INIT;
	if (options->min_pass_rate_micro >= 0)
		judge_rate(subject, options->min_pass_rate_micro);
	if (options->max_cost_nano >= 0)
		judge_money(subject, "max-cost", options->max_cost_nano,
			    tally->cost_known ? tally->cost_nano : -1, "no run tells its cost");
	if (options->max_cost_per_pass_nano >= 0)
		judge_money(subject, "max-cost-per-pass", options->max_cost_per_pass_nano,
			    tally_cost_per_pass(tally), "no run that passed tells its cost");
	if (options->max_p95_latency_ms >= 0)
		judge_latency(subject, options->max_p95_latency_ms);
	judge_words(subject, options->fail_on);
	if (options->fail_on & FAIL_ON_REGRESSIONS)
		judge_regressions(subject);
	if (options->fail_on & FAIL_ON_INCOMPLETE)
		judge_gaps(subject);
	strbuf_release(&subject->value);
	strbuf_release(&subject->found);
}

static void judge_whole(struct gates *gates, const struct gate_options *options,
			struct results *results, const struct comparison *comparison,
			const struct notes *notes)
{
	struct subject subject = {
		.gates = gates,
		.notes = notes,
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
			const struct comparison *comparison, const struct notes *notes)
{
	struct subject subject = {
		.gates = gates,
		.notes = notes,
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
			 struct results *results, const struct comparison *comparison,
			 const struct notes *notes)
{
	bool found = false;

	for (size_t i = 0; i < results->suite_count; i++) {
		const struct suite_group *suite = &results->suites[i];

		if (!label_matches(demands->suite, suite->name) &&
		    !label_matches(demands->suite, suite->id))
			continue;
		judge_suite(gates, &demands->options, results, suite, comparison, notes);
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
		 const struct comparison *comparison, const struct notes *notes)
{
	*gates = (struct gates){.count = 0};
	judge_whole(gates, &demands->whole, results, comparison, notes);
	for (size_t i = 0; i < demands->suite_count; i++)
		judge_suites(gates, &demands->suites[i], results, comparison, notes);
}

void gates_release(struct gates *gates)
{
	memory_free(gates->items);
}
