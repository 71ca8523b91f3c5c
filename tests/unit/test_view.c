#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>

#include "report.h"
#include "runtally/analysis/breakdown.h"
#include "runtally/analysis/failure_groups.h"
#include "runtally/analysis/reliability.h"
#include "runtally/analysis/series.h"
#include "runtally/base/times.h"
#include "steps.h"

#define DOLLAR INT64_C(1000000000)

static void world_init(struct made_report *world)
{
	report_init(world);
	world->notes.limit = 3;
	world->view.details = DETAILS_FAILED;
	world->view.matrix = &world->matrix;
}

static int64_t at(const char *text)
{
	int64_t ms = 0;

	assert_true(time_parse(text, &ms));
	return ms;
}

static void add_failed_run(struct made_report *world)
{
	static const uint32_t latencies[] = {850, 2400};
	static const struct criterion criteria[] = {
		{.name = "tone",
		 .outcome = OUTCOME_FAILED,
		 .has_score = true,
		 .score_micro = 126000,
		 .detail = "rude",
		 .turn = 1},
		{.name = "facts", .outcome = OUTCOME_PASSED, .turn = 0},
		{.name = "tone", .outcome = OUTCOME_FAILED, .turn = NO_TURN},
	};
	static const struct message input = {"user", "hello"}, output = {"assistant", "go away"};
	static const struct turn turns[] = {
		{.input = &input, .input_count = 1, .outcome = OUTCOME_PASSED},
		{.output = &output,
		 .output_count = 1,
		 .outcome = OUTCOME_FAILED,
		 .expected = "greets",
		 .has_latency = true,
		 .latency_ms = 2400,
		 .has_cost = true,
		 .cost_nano = DOLLAR / 100,
		 .has_tokens = true,
		 .tokens_input = 1234,
		 .tokens_output = 5,
		 .trace_id = "trace"},
	};
	static const struct message said[] = {
		{"user", "one"}, {NULL, "two"}, {"tool call", "find(7)"}, {"developer", "be kind"}};
	static const struct passage passage = {"Log", "line"};
	static const struct details details = {.passages = &passage,
					       .passage_count = 1,
					       .turns = turns,
					       .turn_count = 2,
					       .transcript = said,
					       .transcript_count = 4};
	struct run run = made_run("playgent", "p1", OUTCOME_FAILED);

	run.agent = (struct label){"a1", "Bot"};
	run.test_case = (struct label){"c1", "greets"};
	run.model = "model";
	run.status = "completed";
	run.execution_id = "batch";
	run.origin = "a.json#3";
	run.has_cost = run.has_tokens = true;
	run.cost_nano = DOLLAR * 3 / 2;
	run.tokens_input = 1500000;
	run.tokens_output = 12;
	run.latency_ms = latencies;
	run.latency_count = 2;
	run.criteria = criteria;
	run.criterion_count = 3;
	run.details = &details;
	report_keep(world, &run);
}

static void add_kapso_runs(struct made_report *world)
{
	static const enum outcome outcomes[] = {OUTCOME_PASSED, OUTCOME_ERROR, OUTCOME_PASSED};
	static const char *const ids[] = {"k1", "k2", "k3"};

	for (size_t i = 0; i < 3; i++) {
		struct run run = made_run("kapso", ids[i], outcomes[i]);

		run.suite = (struct label){"s1", "Smoke"};
		run.test_case.name = "asks";
		run.created_at = at("2026-11-20T09:59:00Z");
		run.started_at = at("2026-11-20T10:00:00Z") + (int64_t)i * DAY_MS;
		run.ended_at = run.started_at + 64000;
		run.reason = outcomes[i] == OUTCOME_ERROR ? "no line" : NULL;
		run.has_score = outcomes[i] == OUTCOME_PASSED;
		run.score_micro = 875000;
		run_derive_duration(&run);
		report_keep(world, &run);
	}
}

static void fill(struct made_report *world)
{
	struct run pending = made_run("telnyx", "t1", OUTCOME_PENDING);

	add_failed_run(world);
	add_kapso_runs(world);
	pending.status = "running";
	report_keep(world, &pending);
	notes_add(&world->notes, &(struct note){.severity = SEVERITY_ERROR,
						.file = "a.json",
						.record = 3,
						.path = "turns[0]",
						.text = "not an object"});
	for (int i = 0; i < 1200; i++)
		notes_add(&world->notes,
			  &(struct note){.file = "b.json", .record = 7, .text = "odd"});
	notes_add(&world->notes, &(struct note){.text = "of all"});
	notes_add(&world->notes, &(struct note){.text = "too many"});
	world->gate = (struct gate){"--max-cost 1", "at most $1", "$1.50", false};
	world->gates = (struct gates){.items = &world->gate, .count = 1, .missed = 1};
	world->counts = (struct ingest_counts){
		.files = 2,
		.documents = 3,
		.bytes = 1500000,
		.records = 1234,
		.runs = 5,
		.duplicates = 1,
		.definitions = 0,
		.rejected = 4321,
		.filtered = 9,
		.without_time = 2,
		.redactions = {1, 0, 0, 0, 2, 0},
		.period_from = at("2026-11-20T10:00:00Z"),
		.period_to = at("2026-11-22T10:01:04Z"),
	};
	world->view.link = "https://example.com/r";
	world->view.style_hash = "aGFzaA==";
}

static void make_full(struct made_report *world)
{
	world_init(world);
	fill(world);
	report_build(world);
}

static void make_empty(struct made_report *world)
{
	world_init(world);
	report_build(world);
}

/* ---- asking ---- */

static bool element(const struct value *list, size_t index, struct value *out)
{
	struct value_cursor cursor = {.index = 0};

	do {
		if (!list->ops->next(list, &cursor, out))
			return false;
	} while (index--);
	return true;
}

static bool member_of(const struct value *value, const char *text, size_t length, struct value *out)
{
	struct value_name name = {.text = text, .length = length};

	return value->ops->member && value->ops->member(value, &name, out);
}

/* Follows `suites.1.cases.0.name`; a number is an element. */
static void follow(struct value *value, const char *path)
{
	while (*path) {
		size_t length = strcspn(path, ".");
		struct value next = {.ops = NULL};

		if (path[0] >= '0' && path[0] <= '9')
			assert_true(element(value, (size_t)atol(path), &next));
		else if (!member_of(value, path, length, &next))
			fail_msg("there is no %s", path);
		*value = next;
		path += length + (path[length] == '.');
	}
}

/* A list gives its length as `#3`. */
static void value_text(const struct value *value, struct strbuf *out)
{
	struct value_cursor cursor = {.index = 0};
	struct value found;
	size_t count = 0;

	if (value->ops->kind(value) != VALUE_LIST) {
		if (value->ops->text)
			value->ops->text(value, out);
		return;
	}
	while (value->ops->next(value, &cursor, &found))
		count++;
	strbuf_addf(out, "#%zu", count);
}

struct expectation {
	const char *path, *text;
};

static void check_all(const struct view *view, const struct expectation *wanted, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct strbuf text = STRBUF_INIT;
		struct value value = view_root(view);

		follow(&value, wanted[i].path);
		value_text(&value, &text);
		if (strcmp(text.text, wanted[i].text) != 0)
			fail_msg("%s is %s, not %s", wanted[i].path, text.text, wanted[i].text);
		strbuf_release(&text);
	}
}

#define CHECK(view, wanted) check_all(view, wanted, sizeof(wanted) / sizeof((wanted)[0]))

static void texts_of_report(void **state)
{
	static const struct expectation wanted[] = {
		{"title", "Title"},
		{"link", "https://example.com/r"},
		{"version", RUNTALLY_VERSION},
		{"style_hash", "aGFzaA=="},
		{"has_runs", "true"},
		{"pass_score", "0.8"},
		{"suite_count", "3"},
		{"case_count", "3"},
		{"flaky_count", "1"},
		{"has_flaky", "true"},
		{"flaky", "#1"},
		{"flaky.0.name", "asks"},
		{"failure_count", "2"},
		{"has_failures", "true"},
		{"failures", "#2"},
		{"failures.0.run_id", "k2"},
		{"failures.1.run_id", "p1"},
		{"failures.1.number", "2"},
		{"failures.0.first", "true"},
		{"failures.1.first", "false"},
		{"failing_count", "2"},
		{"failing_cases", "#2"},
		{"failing_cases.0.name", "greets"},
		{"failing_cases.0.fails_now", "true"},
		{"failing_cases.0.passes_again", "false"},
		{"failing_cases.0.streak", "1"},
		{"failing_cases.0.since", ""},
		{"failing_cases.1.name", "asks"},
		{"failing_cases.1.passes_again", "true"},
		{"failing_now_count", "1"},
		{"has_failing_now", "true"},
		{"passing_again_count", "1"},
		{"has_unordered", "false"},
		{"costly_cases", "#0"},
		{"has_costly_cases", "false"},
		{"slow_cases", "#0"},
		{"has_slow_cases", "false"},
		{"families", "#0"},
		{"has_families", "false"},
		{"has_series", "false"},
		{"series_unit", ""},
		{"series_chart", ""},
		{"series_has_own", "false"},
		{"trend", "false"},
		{"failures.0.family", ""},
		{"failures.0.case_is_listed", "true"},
		{"shown_runs", "#2"},
		{"runs", "#5"},
		{"cases", "#3"},
		{"sources", "#3"},
		{"sources.0.source", "kapso"},
		{"sources.0.runs", "3"},
		{"suites", "#3"},
		{"worst_suites", "#3"},
		{"worst_suites.0.title", "Bot"},
		{"worst_suites.1.title", "Smoke"},
		{"worst_suites.2.title", "(no suite)"},
		{"gates", "#1"},
		{"has_gates", "true"},
		{"gates_met", "false"},
		{"gates.0.name", "--max-cost 1"},
		{"gates.0.wanted", "at most $1"},
		{"gates.0.found", "$1.50"},
		{"gates.0.met", "false"},
		{"notes", "#3"},
		{"has_notes", "true"},
		{"note_count", "4"},
		{"error_count", "1"},
		{"warning_count", "1,202"},
		{"hidden_notes", "1"},
		{"has_hidden_notes", "true"},
		{"hidden_suites", "0"},
		{"has_hidden_suites", "false"},
		{"notes.0.severity", "error"},
		{"notes.0.is_error", "true"},
		{"notes.0.place", "a.json#3"},
		{"notes.0.path", "turns[0]"},
		{"notes.0.message", "a.json#3: turns[0]: not an object"},
		{"notes.0.repeated", "false"},
		{"notes.1.severity", "warning"},
		{"notes.1.count", "1,200"},
		{"notes.1.raw.count", "1200"},
		{"notes.1.path", ""},
		{"notes.1.repeated", "true"},
		{"notes.1.message", "b.json#7: odd (in 1,200 records)"},
		{"notes.2.place", ""},
		{"notes.2.message", "of all"},
		{"shows_failed", "true"},
		{"shows_all", "false"},
		{"shows_none", "false"},
		{"period.from", "2026-11-20"},
		{"period.to", "2026-11-22"},
		{"period.text", "2026-11-20 to 2026-11-22"},
		{"period.week", "2026-W47"},
		{"period.raw.from", "2026-11-20T10:00:00.000Z"},
		{"period.raw.to", "2026-11-22T10:01:04.000Z"},
		{"inputs.files", "2"},
		{"inputs.documents", "3"},
		{"inputs.records", "1,234"},
		{"inputs.runs", "5"},
		{"inputs.definitions", "0"},
		{"inputs.duplicates", "1"},
		{"inputs.has_duplicates", "true"},
		{"inputs.rejected", "4,321"},
		{"inputs.has_rejected", "true"},
		{"inputs.bytes", "1.5 MB"},
		{"inputs.filtered", "9"},
		{"inputs.without_time", "2"},
		{"inputs.redactions", "3"},
		{"inputs.has_redactions", "true"},
		{"inputs.raw.records", "1234"},
		{"inputs.raw.rejected", "4321"},
		{"inputs.raw.bytes", "1500000"},
		{"inputs.raw.redactions", "3"},
		{"colored.red", ""},
	};
	struct made_report world;

	(void)state;
	make_full(&world);
	CHECK(&world.view, wanted);
	report_release(&world);
}

/* Passed, in error, passed. */
#define SPARKLINE_OF_THREE                                                                         \
	"<svg class=\"strip\" width=\"14\" height=\"20\" viewBox=\"0 0 14 20\""                    \
	" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"Latest runs, oldest first: "      \
	"1 passed, 1 error, 1 passed\"><path class=\"passed\" d=\"M0 5h4M10 5h4\"/>"               \
	"<path class=\"error\" d=\"M5.75 11.25v7.5h2.5v-7.5z\"/></svg>"

static void texts_of_groups(void **state)
{
	static const struct expectation wanted[] = {
		{"totals.runs", "5"},
		{"totals.passed", "2"},
		{"totals.failed", "1"},
		{"totals.errors", "1"},
		{"totals.pending", "1"},
		{"totals.unknown", "0"},
		{"totals.judged", "4"},
		{"totals.unfinished", "1"},
		{"totals.has_unfinished", "true"},
		{"totals.all_passed", "false"},
		{"totals.pass_rate", "50.0 %"},
		{"totals.fraction", "2/4"},
		{"totals.interval", "15.0–85.0 %"},
		{"totals.is_poor", "true"},
		{"totals.is_fair", "false"},
		{"totals.is_good", "false"},
		{"totals.cost", "≥ $1.50"},
		{"totals.cost_partial", "true"},
		{"totals.cost_coverage", "1 of 5 runs tell"},
		{"totals.cost_mean", "$1.50"},
		{"totals.cost_per_pass", "n/a"},
		{"totals.tokens_input", "1,500,000"},
		{"totals.latency_mean", "1.6 s"},
		{"totals.latency_p50", "850 ms"},
		{"totals.latency_p95", "2.4 s"},
		{"totals.latency_max", "2.4 s"},
		{"totals.latency_known", "2"},
		{"totals.duration_mean", "1 m 04 s"},
		{"totals.duration_known", "3"},
		{"totals.score_mean", "0.88"},
		{"totals.first_at", "2026-11-20 10:01"},
		{"totals.last_at", "2026-11-22 10:01"},
		{"totals.raw.pass_rate", "0.500000"},
		{"totals.raw.cost.total", "1.5"},
		{"totals.raw.cost.known", "1"},
		{"totals.raw.cost.mean", "1.5"},
		{"totals.raw.cost.per_pass", ""},
		{"totals.raw.tokens.input", "1500000"},
		{"totals.raw.latency.mean", "1625"},
		{"totals.raw.duration.p95", "64000"},
		{"totals.raw.score.mean", "0.875000"},
		{"totals.bar.passed", "40.00"},
		{"totals.bar.failed", "20.00"},
		{"totals.bar.errors", "20.00"},
		{"totals.bar.unfinished", "20.00"},
		{"totals.bar.passed_end", "40.00"},
		{"totals.bar.errors_end", "80.00"},
		{"totals.bar.rate", "50.00"},
		{"suites.0.title", "Smoke"},
		{"suites.0.id", "s1"},
		{"suites.0.source", "kapso"},
		{"suites.0.cost", "n/a"},
		{"suites.0.has_cost", "false"},
		{"suites.0.case_count", "1"},
		{"suites.0.flaky_count", "1"},
		{"suites.0.failure_count", "1"},
		{"suites.0.failures", "#1"},
		{"suites.0.failing_cases", "#1"},
		{"suites.0.has_failing_cases", "true"},
		{"suites.0.strip", "#3"},
		{"suites.0.strip_chart", SPARKLINE_OF_THREE},
		{"suites.0.strip.2.run_id", "k3"},
		{"suites.0.runs", "#3"},
		{"suites.0.score_mean", "0.88"},
		{"suites.0.pass_rate", "66.7 %"},
		{"suites.0.raw.pass_rate", "0.666667"},
		{"suites.0.raw.cost", "false"},
		{"suites.0.cases.0.id", ""},
		{"suites.0.cases.0.name", "asks"},
		{"suites.0.cases.0.suite", "Smoke"},
		{"suites.0.cases.0.source", "kapso"},
		{"suites.0.cases.0.flaky", "true"},
		{"suites.0.cases.0.last_outcome", "passed"},
		{"suites.0.cases.0.last_at", "2026-11-22 10:01"},
		{"suites.0.cases.0.raw.last_at", "2026-11-22T10:01:04.000Z"},
		{"suites.0.cases.0.raw.runs", "3"},
		{"suites.0.cases.0.runs", "#3"},
		{"suites.0.cases.0.run_count", "3"},
		{"suites.0.cases.0.strip", "#3"},
		{"suites.0.cases.0.strip_chart", SPARKLINE_OF_THREE},
		{"suites.0.cases.0.failure_count", "1"},
		{"suites.0.cases.0.last_failure.run_id", "k2"},
		{"suites.1.title", "(no suite)"},
		{"suites.1.pass_rate", "n/a"},
		{"suites.1.interval", "n/a"},
		{"suites.1.has_pass_rate", "false"},
		{"suites.1.is_good", "false"},
		{"suites.1.is_poor", "false"},
		{"suites.1.bar.rate", ""},
		{"suites.1.bar.unfinished", "100.00"},
		{"suites.1.strip", "#0"},
		{"suites.1.strip_chart", ""},
		{"suites.1.last_at", ""},
		{"suites.1.cases.0.last_at", ""},
		{"suites.1.cases.0.last_failure", "false"},
		{"suites.1.cases.0.strip", "#0"},
		{"suites.1.cases.0.strip_chart", ""},
		{"suites.1.raw.pass_rate", ""},
		{"suites.1.raw.latency", "false"},
		{"suites.2.title", "Bot"},
		{"suites.2.cost", "$1.50"},
		{"suites.2.cost_partial", "false"},
		{"suites.2.pass_rate", "0 %"},
	};
	struct made_report world;

	(void)state;
	make_full(&world);
	CHECK(&world.view, wanted);
	report_release(&world);
}

static void texts_of_runs(void **state)
{
	static const struct expectation wanted[] = {
		{"runs.0.source", "kapso"},
		{"runs.0.run_id", "k1"},
		{"runs.0.outcome", "passed"},
		{"runs.0.is_passed", "true"},
		{"runs.0.is_failure", "false"},
		{"runs.0.suite", "Smoke"},
		{"runs.0.suite_id", "s1"},
		{"runs.0.suite_name", "Smoke"},
		{"runs.0.case", "asks"},
		{"runs.0.case_id", ""},
		{"runs.0.case_name", "asks"},
		{"runs.0.agent", ""},
		{"runs.0.headline", ""},
		{"runs.0.score", "0.88"},
		{"runs.0.has_cost", "false"},
		{"runs.0.cost", ""},
		{"runs.0.duration", "1 m 04 s"},
		{"runs.0.has_latency", "false"},
		{"runs.0.latency", ""},
		{"runs.0.when", "2026-11-20 10:01:04"},
		{"runs.0.created", "2026-11-20 09:59:00"},
		{"runs.0.started", "2026-11-20 10:00:00"},
		{"runs.0.criteria", "#0"},
		{"runs.0.is_shown", "false"},
		{"runs.0.turns", "#0"},
		{"runs.0.passages", "#0"},
		{"runs.0.evidence", ""},
		{"runs.0.raw.score", "0.875000"},
		{"runs.0.raw.duration_ms", "64000"},
		{"runs.0.raw.ended_at", "2026-11-20T10:01:04.000Z"},
		{"runs.0.raw.cost", ""},
		{"runs.1.is_error", "true"},
		{"runs.1.is_failure", "true"},
		{"runs.1.is_shown", "true"},
		{"runs.1.headline", "no line"},
		{"runs.1.evidence", "```\n  no line\n```\n"},
		{"runs.3.source", "telnyx"},
		{"runs.3.is_pending", "true"},
		{"runs.3.suite", "(no suite)"},
		{"runs.3.suite_name", ""},
		{"runs.3.headline", "status: running"},
		{"runs.3.when", ""},
		{"runs.3.has_duration", "false"},
		{"runs.3.raw.started_at", ""},
		{"runs.4.run_id", "p1"},
		{"runs.4.suite", "Bot"},
		{"runs.4.agent", "Bot"},
		{"runs.4.agent_id", "a1"},
		{"runs.4.model", "model"},
		{"runs.4.status", "completed"},
		{"runs.4.origin", "a.json#3"},
		{"runs.4.execution_id", "batch"},
		{"runs.4.headline", "2 of 3 criteria failed: tone"},
		{"runs.4.cost", "$1.50"},
		{"runs.4.tokens_input", "1,500,000"},
		{"runs.4.latency", "1.6 s"},
		{"runs.4.raw.cost", "1.5"},
		{"runs.4.raw.tokens_output", "12"},
		{"runs.4.raw.latency_ms", "#2"},
		{"runs.4.raw.latency_ms.1.value", "2400"},
		{"runs.4.has_criteria", "true"},
		{"runs.4.criteria.0.name", "tone"},
		{"runs.4.summary_criteria", "#2"},
		{"runs.4.criteria.0.score", "0.13"},
		{"runs.4.criteria.0.raw.score", "0.126000"},
		{"runs.4.criteria.0.detail", "rude"},
		{"runs.4.criteria.0.turn", "2"},
		{"runs.4.criteria.0.is_failed", "true"},
		{"runs.4.criteria.1.has_score", "false"},
		{"runs.4.criteria.1.score", ""},
		{"runs.4.criteria.2.has_turn", "false"},
		{"runs.4.criteria.2.turn", ""},
		{"runs.4.has_turns", "true"},
		{"runs.4.turns.0.number", "1"},
		{"runs.4.turns.0.input.0.role", "user"},
		{"runs.4.turns.0.input.0.is_user", "true"},
		{"runs.4.turns.0.input.0.content", "hello"},
		{"runs.4.turns.0.output", "#0"},
		{"runs.4.turns.0.latency", ""},
		{"runs.4.turns.0.cost", ""},
		{"runs.4.turns.0.tokens_input", ""},
		{"runs.4.turns.0.criteria", "#1"},
		{"runs.4.turns.0.criteria.0.name", "facts"},
		{"runs.4.turns.1.expected", "greets"},
		{"runs.4.turns.1.latency", "2.4 s"},
		{"runs.4.turns.1.cost", "$0.01"},
		{"runs.4.turns.1.tokens_input", "1,234"},
		{"runs.4.turns.1.trace_id", "trace"},
		{"runs.4.turns.1.criteria", "#1"},
		{"runs.4.turns.1.has_criteria", "true"},
		{"runs.4.turns.1.output.0.is_user", "false"},
		{"runs.4.passages.0.label", "Log"},
		{"runs.4.passages.0.text", "line"},
		{"runs.4.has_transcript", "true"},
		{"runs.4.transcript.1.role", ""},
		{"runs.4.transcript.1.content", "two"},
		{"runs.4.transcript.1.is_tool", "false"},
		{"runs.4.transcript.2.is_tool", "true"},
		{"runs.4.transcript.2.is_system", "false"},
		{"runs.4.transcript.3.is_tool", "false"},
		{"runs.4.transcript.3.is_system", "true"},
		{"runs.4.evidence", "```\n  FAIL tone  0.13  rude\n  FAIL tone\n```\n"},
	};
	struct made_report world;

	(void)state;
	make_full(&world);
	CHECK(&world.view, wanted);
	report_release(&world);
}

/* One matrix and one row are kept: asked for in turns, each is still its own suite's. */
static void matrices(void **state)
{
	static const struct expectation wanted[] = {
		{"suites.0.matrix.unit", "day"},
		{"suites.0.matrix.by_execution", "false"},
		{"suites.0.matrix.columns", "#3"},
		{"suites.0.matrix.column_count", "3"},
		{"suites.0.matrix.columns.1.date", "11-21"},
		{"suites.0.matrix.columns.1.label", "2026-11-21"},
		{"suites.0.matrix.columns.1.clock", ""},
		{"suites.0.matrix.columns.1.began", ""},
		{"suites.0.matrix.columns.1.fraction", "0/1"},
		{"suites.0.matrix.in_order", "true"},
		{"suites.0.matrix.has_hidden_columns", "false"},
		{"suites.0.matrix.has_outside", "false"},
		{"suites.0.matrix.tells_cost", "false"},
		{"suites.0.cases.0.cells", "#3"},
		{"suites.0.cases.0.cells.1.run.run_id", "k2"},
		{"suites.1.matrix", "false"},
		{"suites.1.cases.0.cells", "#0"},
		{"suites.2.matrix.unit", "execution"},
		{"suites.2.matrix.by_execution", "true"},
		{"suites.2.matrix.columns", "#2"},
		{"suites.2.matrix.columns.0.date", "batch"},
		{"suites.2.matrix.columns.0.clock", ""},
		{"suites.2.matrix.columns.0.cost", "$1.50"},
		{"suites.2.matrix.columns.1.date", "11-30"},
		{"suites.2.matrix.columns.1.clock", "23:59"},
		{"suites.2.matrix.columns.1.began", "2026-11-30 23:59:58"},
		{"suites.2.matrix.columns.1.execution_id", "later"},
		{"suites.2.matrix.in_order", "false"},
		{"suites.2.matrix.outside", "1"},
		{"suites.2.matrix.tells_cost", "true"},
		{"suites.2.cases.0.name", "asks"},
		{"suites.2.cases.0.cells.0.has_runs", "false"},
		{"suites.2.cases.0.cells.1.fraction", "1/2"},
		{"suites.2.cases.0.cells.1.run", "false"},
		{"suites.2.cases.1.cells.0.run.run_id", "p1"},
		{"suites.2.cases.1.cells.1.has_runs", "false"},
		{"suites.0.cases.0.cells.2.run.run_id", "k3"},
	};
	struct made_report world;

	(void)state;
	world_init(&world);
	fill(&world);
	for (int i = 0; i < 3; i++) {
		static const char *const ids[] = {"p2", "p3", "p4"};
		struct run run = made_run("playgent", ids[i], i ? OUTCOME_PASSED : OUTCOME_FAILED);

		run.agent = (struct label){"a1", "Bot"};
		run.test_case.name = "asks";
		run.execution_id = i < 2 ? "later" : NULL;
		run.started_at = at("2026-11-30T23:59:59Z") - i * 1000;
		report_keep(&world, &run);
	}
	report_build(&world);
	CHECK(&world.view, wanted);
	world.view.matrix = NULL;
	CHECK(&world.view, ((const struct expectation[]){{"suites.0.matrix", "false"},
							 {"suites.0.cases.0.cells", "#0"}}));
	report_release(&world);
}

/* Runs of one case: so many in each of some days, the last of which ends in error. */
static void add_days(struct made_report *world, const char *name, int days, int each)
{
	static char ids[256][4];
	static int made;

	for (int i = 0; i < days * each; i++) {
		struct run run = made_run("kapso", ids[made % 256],
					  i + 1 < days * each ? OUTCOME_PASSED : OUTCOME_ERROR);

		snprintf(ids[made % 256], sizeof(ids[0]), "%03x", (unsigned)made % 256);
		made++;
		run.suite.name = "Over time";
		run.test_case.name = name;
		run.ended_at = at("2026-11-02T10:00:00Z") + i / each * DAY_MS + i % each * 1000;
		run.has_score = i < 2;
		report_keep(world, &run);
	}
}

static void check_chart(const struct view *view, const char *path, const char *part)
{
	struct strbuf text = STRBUF_INIT;
	struct value value = view_root(view);

	follow(&value, path);
	value_text(&value, &text);
	if (!strstr(text.text, part))
		fail_msg("%s holds no %s: %s", path, part, text.text);
	assert_true(value.ops->is_markup(&value));
	strbuf_release(&text);
}

static void over_time(void **state)
{
	static const struct expectation wanted[] = {
		/* 2 runs of one day */
		{"suites.0.cases.0.name", "a"},
		{"suites.0.cases.0.over_time.has_run_charts", "true"},
		{"suites.0.cases.0.over_time.has_duration_chart", "false"},
		{"suites.0.cases.0.over_time.duration_chart", ""},
		{"suites.0.cases.0.over_time.has_score_chart", "true"},
		{"suites.0.cases.0.over_time.drawn_runs", "2"},
		{"suites.0.cases.0.over_time.has_earlier_runs", "false"},
		{"suites.0.cases.0.over_time.has_untimed_runs", "false"},
		{"suites.0.cases.0.over_time.has_rate_chart", "false"},
		{"suites.0.cases.0.over_time.rate_unit", ""},
		/* 3 days of 5 runs: by day */
		{"suites.0.cases.1.name", "b"},
		{"suites.0.cases.1.over_time.has_rate_chart", "true"},
		{"suites.0.cases.1.over_time.rate_unit", "day"},
		{"suites.0.cases.1.over_time.rate_has_few", "true"},
		/* 14 days, two whole weeks, of one run */
		{"suites.0.cases.2.over_time.rate_unit", "week"},
		/* 12 runs of one day */
		{"suites.0.cases.3.over_time.has_rate_chart", "false"},
		/* the two with a score are not among the latest 100; 2 days of 60 runs */
		{"suites.0.cases.4.name", "e"},
		{"suites.0.cases.4.over_time.has_run_charts", "false"},
		{"suites.0.cases.4.over_time.drawn_runs", "100"},
		{"suites.0.cases.4.over_time.earlier_runs", "20"},
		{"suites.0.cases.4.over_time.rate_has_few", "false"},
		/* no times */
		{"suites.1.cases.0.over_time", "false"},
	};
	struct made_report world;

	(void)state;
	world_init(&world);
	add_days(&world, "a", 1, 2);
	add_days(&world, "b", 3, 5);
	add_days(&world, "c", 14, 1);
	add_days(&world, "d", 1, 12);
	add_days(&world, "e", 2, 60);
	for (int i = 0; i < 12; i++) {
		struct run run = made_run("telnyx", i % 2 ? "u1" : "u2", OUTCOME_PASSED);

		run.duration_ms = 5;
		report_keep(&world, &run);
	}
	report_build(&world);
	CHECK(&world.view, wanted);
	check_chart(&world.view, "suites.0.cases.0.over_time.score_chart", "Score of 2 runs");
	check_chart(&world.view, "suites.0.cases.1.over_time.rate_chart", "Pass rate by day");
	check_chart(&world.view, "suites.0.cases.2.over_time.rate_chart", "Pass rate by week");
	report_release(&world);
}

static void failure_groups_and_series(void **state)
{
	static const struct expectation wanted[] = {
		{"families", "#2"},
		{"family_count", "2"},
		{"has_families", "true"},
		{"hidden_families", "0"},
		{"families.0.title", "no line"},
		{"families.0.cause", "reason"},
		{"families.0.headline_differs", "false"},
		{"families.0.failed", "0"},
		{"families.0.errors", "1"},
		{"families.0.first_at", "2026-11-21 10:01"},
		{"families.0.raw.first_at", "2026-11-21T10:01:04.000Z"},
		{"families.1.title", "tone"},
		{"families.1.is_criterion", "true"},
		{"families.1.source", "playgent"},
		{"families.1.run_count", "1"},
		{"families.1.is_single", "true"},
		{"families.1.share", "50.0 %"},
		{"families.1.raw.share", "50.00"},
		{"families.1.has_one_suite", "true"},
		{"families.1.last_at", ""},
		{"families.1.headline_differs", "true"},
		{"families.1.latest.run_id", "p1"},
		{"failures.0.family", "no line"},
		{"failures.0.family_runs", "1"},
		{"failures.0.family_is_shared", "false"},
		{"runs.0.family", ""},
		{"runs.0.family_anchor", ""},
		{"runs.0.family_href", ""},
		{"has_series", "true"},
		{"series", "#3"},
		{"series_unit", "day"},
		{"series_untimed", "2"},
		{"has_series_untimed", "true"},
		{"series_has_few", "true"},
		{"series_has_cost", "true"},
		{"series_cost_partial", "false"},
		{"series_has_latency", "false"},
		{"series.1.label", "2026-11-21"},
		{"series.1.raw.date", "2026-11-21"},
		{"series.1.has_runs", "true"},
		{"series.1.pass_rate", "0 %"},
		{"series.1.raw.errors", "1"},
		{"series.2.duration_max", "1 m 04 s"},
		{"series_has_own", "false"},
		{"zone", "UTC"},
		{"trend.days", "#2"},
		{"trend.days.0.label", "2026-11-21"},
		{"trend.days.0.raw.errors", "1"},
		{"trend.days.1.raw.date", "2026-11-22"},
		{"trend.weeks", "#1"},
		{"trend.weeks.0.label", "2026-W47"},
		{"trend.weeks.0.raw.date", "2026-11-16"},
		{"trend.weeks.0.raw.runs", "3"},
	};
	struct failure_groups failure_groups;
	struct series series, days, weeks;
	struct made_report world;

	(void)state;
	make_full(&world);
	failure_groups_build(&failure_groups, &world.results);
	world.results.runs[0]->has_cost = true;
	series_build(&series, world.results.runs, world.results.run_count);
	world.view.failure_groups = &failure_groups;
	series_latest(&days, world.results.runs, world.results.run_count, SERIES_DAY, 2);
	series_latest(&weeks, world.results.runs, world.results.run_count, SERIES_WEEK, 1);
	world.view.series = &series;
	world.view.days = &days;
	world.view.weeks = &weeks;
	CHECK(&world.view, wanted);
	series_release(&days);
	series_release(&weeks);
	series_mark(&series, series.points[1].day * DAY_MS, series.points[1].day * DAY_MS);
	CHECK(&world.view, ((const struct expectation[]){{"series_has_own", "true"}}));
	world.view.rows = 1;
	CHECK(&world.view, ((const struct expectation[]){{"families", "#1"},
							 {"hidden_families", "1"},
							 {"has_hidden_families", "true"}}));
	series_release(&series);
	series_build(&series, world.results.runs, 1);
	CHECK(&world.view, ((const struct expectation[]){{"has_series", "false"},
							 {"series", "#0"},
							 {"series_unit", ""},
							 {"series_chart", ""}}));
	series_release(&series);
	failure_groups_release(&failure_groups);
	report_release(&world);
}

static void reliability_of_all(void **state)
{
	static const struct expectation wanted[] = {
		{"reliability.window", "2026-11-02 to 2026-11-03"},
		{"reliability.is_wider", "false"},
		{"reliability.pass_hat", "#4"},
		{"reliability.pass_hat.0.k", "1"},
		{"reliability.pass_hat.0.cases", "6"},
		{"reliability.pass_hat.0.is_shown", "false"},
		{"reliability.pass_hat.1.cases", "5"},
		{"reliability.pass_hat.1.is_shown", "true"},
		{"reliability.pass_hat.1.single", "55.0 %"},
		{"reliability.pass_hat.1.rate", "10.0 %"},
		{"reliability.pass_hat.1.rate_end", "10.00"},
		{"reliability.pass_hat.1.raw.rate", "0.100000"},
		{"reliability.pass_hat.1.raw.single", "0.550000"},
		{"reliability.pass_hat.1.raw.cases", "5"},
		{"reliability.pass_hat.3.rate", "0 %"},
		{"reliability.pass_hat.3.is_shown", "false"},
		{"reliability.example.k", "2"},
		{"reliability.example.rate", "10.0 %"},
		{"reliability.solid", "0"},
		{"reliability.shaky", "1"},
		{"reliability.dead", "0"},
		{"reliability.too_few", "5"},
		{"reliability.flaky", "5"},
		{"reliability.raw.from", "2026-11-02T10:00:00.000Z"},
		{"reliability.raw.to", "2026-11-03T10:00:01.000Z"},
		{"reliability.raw.flaky", "5"},
		{"cases.0.raw.has_pass_hat", "true"},
		{"cases.0.raw.pass_hat", "#4"},
		{"cases.0.raw.pass_hat.0.value", "0.750000"},
		{"cases.0.raw.pass_hat.1.value", "0.500000"},
		{"cases.0.raw.pass_hat.3.value", "0.000000"},
		{"cases.5.raw.has_pass_hat", "false"},
		{"cases.5.raw.pass_hat", "#0"},
	};
	static const char *const halves[] = {"b", "c", "d", "e"};
	struct reliability reliability;
	struct made_report world;

	(void)state;
	world_init(&world);
	add_days(&world, "a", 2, 2);
	for (size_t i = 0; i < 4; i++)
		add_days(&world, halves[i], 1, 2);
	add_days(&world, "f", 1, 1);
	report_build(&world);
	CHECK(&world.view, ((const struct expectation[]){{"reliability", "false"},
							 {"cases.0.raw.pass_hat", "#0"}}));
	reliability_build(&reliability, world.runs.items, world.runs.count, &world.results);
	world.view.reliability = &reliability;
	CHECK(&world.view, wanted);
	reliability_release(&reliability);
	report_release(&world);
}

static void criteria_of_all(void **state)
{
	static const struct expectation wanted[] = {
		{"worst_criteria", "#2"},
		{"criterion_count", "2"},
		{"has_worst_criteria", "true"},
		{"has_criterion_kinds", "false"},
		{"has_hidden_criteria", "false"},
		{"worst_criteria.0.name", "tone"},
		{"worst_criteria.0.source", "playgent"},
		{"worst_criteria.0.pass_rate", "0 %"},
		{"worst_criteria.0.fraction", "0/2"},
		{"worst_criteria.0.failed", "2"},
		{"worst_criteria.0.score_mean", "0.13"},
		{"worst_criteria.0.is_kind", "false"},
		{"worst_criteria.0.case_count", "1"},
		{"worst_criteria.0.has_one_case", "true"},
		{"worst_criteria.1.name", "facts"},
		{"worst_criteria.1.has_score", "false"},
	};
	struct criteria criteria;
	struct made_report world;

	(void)state;
	make_full(&world);
	CHECK(&world.view, ((const struct expectation[]){{"worst_criteria", "#0"},
							 {"has_worst_criteria", "false"},
							 {"has_criterion_kinds", "false"},
							 {"hidden_criteria", "0"}}));
	criteria_build(&criteria, &world.results);
	world.view.criteria = &criteria;
	CHECK(&world.view, wanted);
	world.view.rows = 1;
	CHECK(&world.view, ((const struct expectation[]){{"worst_criteria", "#1"},
							 {"hidden_criteria", "1"},
							 {"has_hidden_criteria", "true"}}));
	criteria_release(&criteria);
	report_release(&world);
}

/* Runs of as many models and agents; the first run of each passed. */
static void add_told(struct made_report *world, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct run run = made_run("kapso", arena_printf(&world->runs.arena, "r%zu", i),
					  i ? OUTCOME_PASSED : OUTCOME_FAILED);

		run.suite.name = "suite";
		run.model = arena_printf(&world->runs.arena, "model %02zu", i);
		run.agent.name = arena_printf(&world->runs.arena, "agent %02zu", i);
		run.has_cost = true;
		run.cost_nano = DOLLAR / 4;
		report_keep(world, &run);
	}
}

static void breakdowns(void **state)
{
	static const struct expectation wanted[] = {
		{"by_model.is_by_agent", "false"},
		{"by_model.group_count", "23"},
		{"by_model.groups", "#21"},
		{"by_model.hidden_groups", "3"},
		{"by_model.has_hidden_groups", "true"},
		{"by_model.groups.0.name", "model 00"},
		{"by_model.groups.0.source", ""},
		{"by_model.groups.0.pass_rate", "0 %"},
		{"by_model.groups.0.cost_per_pass", "n/a"},
		{"by_model.groups.0.has_cost_per_pass", "false"},
		{"by_model.groups.1.name", "model 01"},
		{"by_model.groups.1.cost_per_pass", "$0.25"},
		{"by_model.groups.1.has_cost_per_pass", "true"},
		{"by_model.groups.19.name", "model 19"},
		{"by_model.groups.20.name", ""},
		{"by_model.groups.20.runs", "1"},
		{"by_model.groups.20.number", "21"},
		{"by_agent.is_by_agent", "true"},
		{"by_agent.groups.0.name", "agent 00"},
		{"by_agent.groups.0.source", "kapso"},
	};
	struct breakdown models, agents;
	struct run other = made_run("telnyx", "t1", OUTCOME_PASSED);
	struct made_report world;

	(void)state;
	world_init(&world);
	add_told(&world, 23);
	report_keep(&world, &other);
	report_build(&world);
	CHECK(&world.view,
	      ((const struct expectation[]){{"by_model", "false"}, {"by_agent", "false"}}));
	breakdown_build(&models, &world.results, &by_model);
	breakdown_build(&agents, &world.results, &by_agent);
	world.view.models = &models;
	world.view.agents = &agents;
	CHECK(&world.view, wanted);
	breakdown_release(&models);
	breakdown_release(&agents);
	report_release(&world);
}

static void add_priced(struct made_report *world, const char *name, int64_t cost, int64_t duration)
{
	struct run run = made_run("kapso", arena_strdup(&world->runs.arena, name), OUTCOME_PASSED);

	run.test_case.name = name;
	run.has_cost = cost >= 0;
	run.cost_nano = cost;
	run.duration_ms = duration;
	report_keep(world, &run);
}

static void top_cases(void **state)
{
	static const struct expectation wanted[] = {
		{"costly_cases", "#5"},       {"costly_cases.0.name", "e"},
		{"costly_cases.1.name", "b"}, {"costly_cases.2.name", "c"},
		{"costly_cases.3.name", "a"}, {"costly_cases.4.name", "d"},
		{"has_costly_cases", "true"}, {"slow_cases", "#3"},
		{"slow_cases.0.name", "g"},   {"slow_cases.1.name", "d"},
		{"slow_cases.2.name", "h"},   {"has_slow_cases", "true"},
	};
	struct made_report world;

	(void)state;
	world_init(&world);
	add_priced(&world, "a", 10, -1);
	add_priced(&world, "b", 70, -1);
	add_priced(&world, "c", 70, -1);
	add_priced(&world, "d", 5, 9);
	add_priced(&world, "e", 80, -1);
	add_priced(&world, "f", 0, -1);
	/* 10 at the p95, 5 at the mean */
	add_priced(&world, "g", -1, 0);
	add_priced(&world, "g", -1, 10);
	add_priced(&world, "h", -1, 0);
	report_build(&world);
	CHECK(&world.view, wanted);
	report_release(&world);
}

static void texts_of_nothing(void **state)
{
	static const struct expectation wanted[] = {
		{"has_runs", "false"},
		{"link", ""},
		{"style_hash", ""},
		{"period", "false"},
		{"totals.runs", "0"},
		{"totals.pass_rate", "n/a"},
		{"totals.fraction", "0/0"},
		{"totals.interval", "n/a"},
		{"totals.all_passed", "false"},
		{"totals.is_good", "false"},
		{"totals.cost", "n/a"},
		{"totals.cost_mean", "n/a"},
		{"totals.cost_per_pass", "n/a"},
		{"totals.cost_coverage", "0 of 0 runs tell"},
		{"totals.tokens_input", "n/a"},
		{"totals.latency_p95", "n/a"},
		{"totals.score_mean", "n/a"},
		{"totals.first_at", ""},
		{"totals.bar.passed", "0.00"},
		{"totals.bar.unfinished", "0.00"},
		{"totals.bar.low", ""},
		{"totals.raw.runs", "0"},
		{"totals.raw.pass_rate_low", ""},
		{"totals.raw.cost", "false"},
		{"totals.raw.tokens", "false"},
		{"totals.raw.latency", "false"},
		{"totals.raw.score", "false"},
		{"sources", "#0"},
		{"suites", "#0"},
		{"worst_suites", "#0"},
		{"runs", "#0"},
		{"notes", "#0"},
		{"gates_met", "true"},
		{"note_count", "0"},
		{"table", ""},
		{"inputs.bytes", "0 B"},
	};
	struct made_report world;

	(void)state;
	make_empty(&world);
	CHECK(&world.view, wanted);
	report_release(&world);
}

/* ---- everything that there is ---- */

static void walk(const struct value *value, size_t depth, size_t *asked);

static bool any_of(const struct value *list)
{
	struct value_cursor cursor = {.index = 0};
	struct value out;

	return list->ops->next(list, &cursor, &out);
}

/* has_NAME of a list NAME says whether it has elements. */
static void check_has(const struct value *object, const char *flag, size_t length)
{
	const size_t has = strlen("has_");
	struct value list, told;

	assert_true(member_of(object, flag, length, &told));
	if (!member_of(object, flag + has, length - has, &list) ||
	    list.ops->kind(&list) != VALUE_LIST)
		return;
	if ((told.ops->kind(&told) == VALUE_TEXT) != any_of(&list))
		fail_msg("%.*s does not say what there is", (int)length, flag);
}

struct walked {
	size_t depth, *asked;
};

static void walk_member(void *ctx, const struct value *object, const char *name, size_t length)
{
	const struct walked *walked = ctx;
	struct value found;

	assert_true(member_of(object, name, length, &found));
	if (strncmp(name, "has_", 4) == 0)
		check_has(object, name, length);
	walk(&found, walked->depth + 1, walked->asked);
}

static void walk(const struct value *value, size_t depth, size_t *asked)
{
	struct strbuf text = STRBUF_INIT;
	struct value_cursor cursor = {.index = 0};
	struct value found;

	++*asked;
	assert_true(depth < 20);
	switch (value->ops->kind(value)) {
	case VALUE_OBJECT:
		value_names(value, walk_member, &(struct walked){depth, asked});
		break;
	case VALUE_LIST:
		while (value->ops->next(value, &cursor, &found))
			walk(&found, depth + 1, asked);
		assert_false(value->ops->next(value, &cursor, &found));
		break;
	case VALUE_FALSE:
		/* an empty text, or a flag that is not set */
		value->ops->text(value, &text);
		assert_true(text.length == 0 || strcmp(text.text, "false") == 0);
		break;
	case VALUE_TEXT:
		/* it is appended, whatever stands there */
		strbuf_addstr(&text, "0.00");
		value->ops->text(value, &text);
		assert_true(text.length > 4);
		assert_memory_equal(text.text, "0.00", 4);
		if (value->ops->is_markup)
			value->ops->is_markup(value);
	}
	strbuf_release(&text);
}

static void everything(void **state)
{
	static const size_t rows[] = {SIZE_MAX, 1};
	size_t asked = 0;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct made_report world;
		struct value root;

		make_full(&world);
		world.view.rows = SIZE_MAX;
		world.view.color = i;
		root = view_root(&world.view);
		walk(&root, 0, &asked);
		report_release(&world);
		make_empty(&world);
		world.view.rows = rows[i];
		root = view_root(&world.view);
		walk(&root, 0, &asked);
		report_release(&world);
	}
	assert_true(asked > 2000);
}

static void printed_as_json(void **state)
{
	(void)state;
	for (size_t limit = 0; limit < 4; limit++) {
		struct strbuf text = STRBUF_INIT;
		struct made_report world;
		struct error err;
		struct value root;
		json_t *json;

		if (limit == 3)
			make_empty(&world);
		else
			make_full(&world);
		root = view_root(&world.view);
		assert_int_equal(view_print(&root, limit, sink_to_text, &text, &err), 0);
		json = json_loadb(text.text, text.length, JSON_REJECT_DUPLICATES, NULL);
		assert_non_null(json);
		assert_string_equal(json_string_value(json_object_get(json, "title")), "Title");
		assert_int_equal(json_array_size(json_object_get(json, "runs")), limit == 3 ? 0
										 : limit == 0
											 ? 5
											 : limit);
		json_decref(json);
		strbuf_release(&text);
		report_release(&world);
	}
}

static int refuse(void *ctx, const char *bytes, size_t length, struct error *err)
{
	(void)bytes;
	(void)length;
	++*(int *)ctx;
	return error_set(err, "full");
}

static void printing_stops_at_errors(void **state)
{
	struct made_report world;
	struct value root;
	struct error err;
	int calls = 0;

	(void)state;
	make_full(&world);
	root = view_root(&world.view);
	assert_int_equal(view_print(&root, 0, refuse, &calls, &err), -1);
	assert_int_equal(calls, 1);
	assert_string_equal(err.text, "full");
	report_release(&world);
}

/* ---- look-ups ---- */

static void unknown_names(void **state)
{
	/* also such as begin or end like a member, and with a NUL in them */
	static const struct {
		const char *name;
		size_t length;
	} names[] = {
		{"", 0},
		{"titl", 4},
		{"titles", 6},
		{"Title", 5},
		{"nothing", 7},
		{"title\0and quite a lot more behind it, past the end of the name itself", 70},
		{"link\0and more than there is room for", 37},
	};
	struct made_report world;
	struct value root, found;

	(void)state;
	make_full(&world);
	root = view_root(&world.view);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_false(member_of(&root, names[i].name, names[i].length, &found));
	/* the name need not end */
	assert_true(member_of(&root, "titles", 5, &found));
	report_release(&world);
}

/* One name asked of more kinds of objects than it has memos, over and over. */
static void one_name_of_many_kinds(void **state)
{
	static const char *const paths[] = {"",       "totals",    "suites.0", "suites.0.cases.0",
					    "runs.0", "notes.0",   "gates.0",  "sources.0",
					    "inputs", "totals.raw"};
	struct value_name name = {.text = "runs", .length = 4};
	struct made_report world;

	(void)state;
	make_full(&world);
	for (int round = 0; round < 3; round++)
		for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
			struct value value = view_root(&world.view), found, expected;
			bool there, told;

			follow(&value, paths[i]);
			there = value.ops->member(&value, &name, &found);
			told = member_of(&value, "runs", 4, &expected);
			assert_int_equal(there, told);
			if (there)
				assert_ptr_equal(found.detail, expected.detail);
		}
	report_release(&world);
}

static void check_rendered(const struct view *view, const char *template, const char *expected)
{
	struct strbuf out = STRBUF_INIT;
	struct error err;

	if (render_text(view, template, &out, &err))
		fail_msg("%s", err.text);
	assert_string_equal(out.text, expected);
	strbuf_release(&out);
}

/* What a case does not tell is not its suite's. */
static void no_values_of_others(void **state)
{
	static const struct expectation cases[] = {
		{"{{#suites}}{{id}}{{#cases}}[{{id}}]{{/cases}};{{/suites}}", "s1[];[];a1[c1];"},
		{"{{#suites}}{{#raw}}{{#cost}}{{total}}{{/cost}}{{^cost}}-{{/cost}}{{/raw}};"
		 "{{/suites}}",
		 "-;-;1.5;"},
		{"{{#suites}}{{#cases}}{{#last_failure}}{{run_id}}{{/last_failure}};{{/cases}}"
		 "{{/suites}}",
		 "k2;;p1;"},
		{"{{#runs}}{{case_id}}/{{agent_id}} {{/runs}}", "/ / / / c1/a1 "},
		{"{{#notes}}{{path}},{{/notes}}", "turns[0],,,"},
		{"{{#failures}}{{#criteria}}{{detail}}.{{/criteria}}{{/failures}}", "rude..."},
		/* but what it does not have at all, it may take from around it */
		{"{{#suites}}{{#cases}}{{title}} {{/cases}}{{/suites}}", "Smoke (no suite) Bot "},
	};
	struct made_report world;

	(void)state;
	make_full(&world);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_rendered(&world.view, cases[i].path, cases[i].text);
	report_release(&world);
}

/* ---- budgets ---- */

/* `cases` failing cases and as many flaky ones in each of `suites` suites. */
static void make_failing(struct made_report *world, size_t suites, size_t cases)
{
	world_init(world);
	for (size_t s = 0; s < suites; s++)
		for (size_t c = 0; c < cases; c++)
			for (size_t r = 0; r < 2; r++) {
				char suite[24], test_case[24];
				struct run run =
					made_run("kapso", "r", r ? OUTCOME_PASSED : OUTCOME_FAILED);

				snprintf(suite, sizeof(suite), "s%zu", s);
				snprintf(test_case, sizeof(test_case), "c%zu", c);
				run.suite.name = suite;
				run.test_case.name = test_case;
				report_keep(world, &run);
			}
	report_build(world);
}

static void row_budget(void **state)
{
	static const struct {
		size_t rows;
		const char *text;
	} cases[] = {
		{0, "0 of 3, 0 of 6, 0 of 6, 0 of 6: 0+2 0+2 0+2 "},
		{1, "1 of 3, 1 of 6, 1 of 6, 1 of 6: 1+1 0+2 0+2 "},
		{2, "2 of 3, 2 of 6, 2 of 6, 2 of 6: 2+0 0+2 0+2 "},
		{3, "3 of 3, 3 of 6, 3 of 6, 3 of 6: 2+0 1+1 0+2 "},
		{5, "3 of 3, 5 of 6, 5 of 6, 5 of 6: 2+0 2+0 1+1 "},
		{6, "3 of 3, 6 of 6, 6 of 6, 6 of 6: 2+0 2+0 2+0 "},
		{7, "3 of 3, 6 of 6, 6 of 6, 6 of 6: 2+0 2+0 2+0 "},
		{SIZE_MAX, "3 of 3, 6 of 6, 6 of 6, 6 of 6: 2+0 2+0 2+0 "},
	};
	static const char *const lists[] = {"worst_suites", "failing_cases", "failures", "flaky"};
	static const char *const hidden[] = {"hidden_suites", "hidden_cases", "hidden_failures",
					     "hidden_flaky"};
	struct made_report world;

	(void)state;
	make_failing(&world, 3, 2);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct strbuf text = STRBUF_INIT;

		world.view.rows = cases[i].rows;
		for (size_t l = 0; l < 4; l++) {
			struct value list = view_root(&world.view), rest = list;
			struct strbuf count = STRBUF_INIT, left = STRBUF_INIT;
			unsigned long shown;

			follow(&list, lists[l]);
			value_text(&list, &count);
			follow(&rest, hidden[l]);
			value_text(&rest, &left);
			shown = strtoul(count.text + 1, NULL, 10);
			strbuf_addf(&text, "%s%lu of %lu", l ? ", " : "", shown,
				    shown + strtoul(left.text, NULL, 10));
			strbuf_release(&count);
			strbuf_release(&left);
		}
		strbuf_addstr(&text, ": ");
		for (size_t s = 0; s < 3; s++) {
			struct value suite = view_root(&world.view), list, rest;
			char path[24];

			snprintf(path, sizeof(path), "suites.%zu", s);
			follow(&suite, path);
			list = rest = suite;
			follow(&list, "failing_cases");
			follow(&rest, "hidden_cases");
			value_text(&list, &text);
			strbuf_addch(&text, '+');
			value_text(&rest, &text);
			strbuf_addch(&text, ' ');
		}
		/* `#` only marks lists */
		for (char *mark; (mark = strchr(text.text, '#'));)
			memmove(mark, mark + 1, strlen(mark));
		assert_string_equal(text.text, cases[i].text);
		strbuf_release(&text);
	}
	report_release(&world);
}

/* ---- the rest ---- */

static void headlines(void **state)
{
	static const struct criterion failed[] = {
		{.name = "a", .outcome = OUTCOME_FAILED}, {.name = "b", .outcome = OUTCOME_FAILED},
		{.name = "a", .outcome = OUTCOME_FAILED}, {.name = NULL, .outcome = OUTCOME_FAILED},
		{.name = "c", .outcome = OUTCOME_FAILED}, {.name = "d", .outcome = OUTCOME_FAILED},
		{.name = "e", .outcome = OUTCOME_PASSED},
	};
	static const struct {
		enum outcome outcome;
		size_t first, count;
		const char *reason, *status, *expected;
	} cases[] = {
		{OUTCOME_PASSED, 0, 0, NULL, "passed", ""},
		{OUTCOME_PASSED, 0, 0, "fine", NULL, "fine"},
		{OUTCOME_FAILED, 0, 0, NULL, NULL, ""},
		{OUTCOME_FAILED, 0, 0, NULL, "failed", "status: failed"},
		{OUTCOME_FAILED, 0, 0, "why", "failed", "why"},
		{OUTCOME_FAILED, 0, 1, "why", "failed", "1 of 1 criterion failed: a"},
		{OUTCOME_FAILED, 5, 2, "why", "failed", "1 of 2 criteria failed: d"},
		{OUTCOME_FAILED, 6, 1, "why", "failed", "why"},
		{OUTCOME_FAILED, 0, 7, NULL, NULL, "6 of 7 criteria failed: a, b, c"},
		{OUTCOME_FAILED, 3, 1, NULL, NULL, "1 of 1 criterion failed"},
		{OUTCOME_ERROR, 0, 1, "line", NULL, "line"},
		{OUTCOME_UNKNOWN, 0, 0, NULL, "odd", "status: odd"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct run run = made_run("kapso", "1", cases[i].outcome);
		struct strbuf text = STRBUF_INIT;

		run.criteria = failed + cases[i].first;
		run.criterion_count = cases[i].count;
		run.reason = cases[i].reason;
		run.status = cases[i].status;
		run_headline(&run, &text);
		assert_string_equal(text.text, cases[i].expected);
		strbuf_release(&text);
	}
}

/* The shown part of a criterion's detail is cut between characters, and nameless ones have none. */
static void evidence(void **state)
{
	struct criterion criteria[2] = {
		{.outcome = OUTCOME_ERROR, .turn = NO_TURN},
		{.name = "long", .outcome = OUTCOME_FAILED, .turn = NO_TURN},
	};
	struct run run = made_run("kapso", "1", OUTCOME_FAILED);
	char detail[1002], expected[600];
	struct strbuf text = STRBUF_INIT;
	struct made_report world;
	struct value value;

	(void)state;
	detail[0] = 'x';
	for (size_t i = 0; i < 500; i++)
		memcpy(detail + 1 + i * 2, "\xc3\xa4", 3);
	criteria[1].detail = detail;
	run.criteria = criteria;
	run.criterion_count = 2;
	world_init(&world);
	report_keep(&world, &run);
	report_build(&world);
	value = view_root(&world.view);
	follow(&value, "runs.0.evidence");
	assert_true(value.ops->is_markup(&value));
	value_text(&value, &text);
	snprintf(expected, sizeof(expected),
		 "```\n  ERROR\n  FAIL long  %.299s... (1001 bytes in all)\n```\n", detail);
	assert_string_equal(text.text, expected);
	strbuf_release(&text);
	report_release(&world);
}

/* What did not pass stands first, what passed at a turn stands there alone. */
static void summary_of_criteria(void **state)
{
	static const struct criterion criteria[] = {
		{.name = "whole", .outcome = OUTCOME_PASSED, .turn = NO_TURN},
		{.name = "turn", .outcome = OUTCOME_PASSED, .turn = 0},
		{.name = "missed", .outcome = OUTCOME_FAILED, .turn = NO_TURN},
		{.name = "waits", .outcome = OUTCOME_PENDING, .turn = 0},
		{.name = "broken", .outcome = OUTCOME_ERROR, .turn = 1},
	};
	struct run run = made_run("kapso", "1", OUTCOME_FAILED);
	struct made_report world;

	(void)state;
	run.criteria = criteria;
	run.criterion_count = 5;
	world_init(&world);
	report_keep(&world, &run);
	run = made_run("kapso", "2", OUTCOME_FAILED);
	run.criteria = criteria + 1;
	run.criterion_count = 1;
	report_keep(&world, &run);
	report_build(&world);
	check_rendered(&world.view,
		       "{{#runs}}{{#has_summary_criteria}}"
		       "{{#summary_criteria}}{{name}} {{/summary_criteria}}"
		       "{{/has_summary_criteria}}{{passed_at_turns}};{{/runs}}",
		       "missed broken whole waits 1;1;");
	report_release(&world);
}

static void shown_runs(void **state)
{
	static const struct {
		enum detail_choice details;
		enum outcome outcome;
		bool shown;
	} cases[] = {
		{DETAILS_ALL, OUTCOME_PASSED, true},     {DETAILS_ALL, OUTCOME_PENDING, true},
		{DETAILS_FAILED, OUTCOME_PASSED, false}, {DETAILS_FAILED, OUTCOME_FAILED, true},
		{DETAILS_FAILED, OUTCOME_ERROR, true},   {DETAILS_FAILED, OUTCOME_UNKNOWN, false},
		{DETAILS_NONE, OUTCOME_FAILED, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct run run = made_run("kapso", "1", cases[i].outcome);
		struct view view = {.details = cases[i].details};

		assert_int_equal(run_is_shown(&view, &run), cases[i].shown);
	}
}

/* Links of one report lead into the next: anchors are made of what names a thing alone. */
static void anchors(void **state)
{
	static const char *const paths[] = {"runs.4.anchor",           "runs.4.suite_anchor",
					    "runs.4.case_anchor",      "suites.2.anchor",
					    "suites.2.cases.0.anchor", "suites.0.anchor",
					    "runs.0.anchor",           "suites.0.cases.0.anchor"};
	struct strbuf texts[2][8];

	(void)state;
	for (size_t pass = 0; pass < 2; pass++) {
		struct made_report world;

		world_init(&world);
		if (pass) {
			/* a later run, after which the suite of that id has another name */
			struct run run = made_run("kapso", "k9", OUTCOME_PASSED);

			run.suite = (struct label){"s1", "Renamed"};
			run.test_case.name = "asks";
			run.ended_at = at("2026-12-01T00:00:00Z");
			report_keep(&world, &run);
		}
		fill(&world);
		report_build(&world);
		for (size_t i = 0; i < 8; i++) {
			struct value value = view_root(&world.view);
			char path[64];

			snprintf(path, sizeof(path), "%s", paths[i]);
			if (pass && strncmp(path, "runs.4", 6) == 0)
				path[5]++;
			follow(&value, path);
			strbuf_init(&texts[pass][i]);
			value_text(&value, &texts[pass][i]);
			assert_int_equal(texts[pass][i].length, 18);
			assert_int_equal(strspn(texts[pass][i].text + 2, "0123456789abcdef"), 16);
		}
		report_release(&world);
	}
	for (size_t i = 0; i < 8; i++)
		assert_string_equal(texts[0][i].text, texts[1][i].text);
	assert_string_equal(texts[0][1].text, texts[0][3].text);
	assert_string_equal(texts[0][2].text, texts[0][4].text);
	assert_string_not_equal(texts[0][3].text, texts[0][5].text);
	for (size_t i = 0; i < 16; i++)
		strbuf_release(&texts[i / 8][i % 8]);
}

static void table(void **state)
{
	struct made_report world;
	struct strbuf text = STRBUF_INIT;
	struct value value;

	(void)state;
	make_full(&world);
	value = view_root(&world.view);
	follow(&value, "table");
	value_text(&value, &text);
	assert_string_equal(
		text.text,
		"suite       source    pass rate  passed  95 % interval  open   cost    p95\n"
		"Bot         playgent        0 %     0/1     0.0–79.3 %     0  $1.50  2.4 s\n"
		"Smoke       kapso        66.7 %     2/3    20.8–93.9 %     0    n/a    n/a\n"
		"(no suite)  telnyx          n/a     0/0            n/a     1    n/a    n/a");
	world.view.rows = 1;
	strbuf_reset(&text);
	value_text(&value, &text);
	assert_null(strstr(text.text, "Smoke"));
	world.view.rows = 0;
	strbuf_reset(&text);
	value_text(&value, &text);
	assert_string_equal(text.text, "");
	strbuf_release(&text);
	report_release(&world);
}

/* Names are cut to 44 columns, wide characters count two, and each is looked at a few times. */
static void table_names(void **state)
{
	enum { LONG = 400000 };
	static const struct {
		const char *unit, *tail;
		size_t units, shown;
	} cases[] = {
		{"a", "", 44, 44},
		{"a", "…", 45, 43},
		{"\xe6\xbc\xa2", "", 22, 22},
		{"\xe6\xbc\xa2", "…", 23, 21},
		{"a", "…", LONG, 43},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct run run = made_run("kapso", "1", OUTCOME_PASSED);
		struct strbuf name = STRBUF_INIT, text = STRBUF_INIT;
		struct made_report world;
		struct value value;
		uint64_t begun = steps;
		const char *row;

		for (size_t u = 0; u < cases[i].units; u++)
			strbuf_addstr(&name, cases[i].unit);
		run.suite.name = name.text;
		world_init(&world);
		report_keep(&world, &run);
		report_build(&world);
		value = view_root(&world.view);
		follow(&value, "table");
		value_text(&value, &text);
		row = strchr(text.text, '\n') + 1;
		strbuf_truncate(&name, cases[i].shown * strlen(cases[i].unit));
		strbuf_addstr(&name, cases[i].tail);
		assert_memory_equal(row, name.text, name.length);
		assert_memory_equal(row + name.length, "  ", 2);
		assert_in_range(steps - begun, 1, LONG);
		strbuf_release(&name);
		strbuf_release(&text);
		report_release(&world);
	}
}

static void colors(void **state)
{
	struct made_report world;

	(void)state;
	make_full(&world);
	check_rendered(&world.view, "{{#colored}}{{&red}}x{{&off}}{{/colored}}", "x");
	world.view.color = true;
	check_rendered(&world.view, "{{#colored}}{{&red}}x{{&off}}{{/colored}}",
		       "\033[31mx\033[0m");
	report_release(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_of_report),
		cmocka_unit_test(texts_of_groups),
		cmocka_unit_test(texts_of_runs),
		cmocka_unit_test(matrices),
		cmocka_unit_test(over_time),
		cmocka_unit_test(failure_groups_and_series),
		cmocka_unit_test(reliability_of_all),
		cmocka_unit_test(criteria_of_all),
		cmocka_unit_test(breakdowns),
		cmocka_unit_test(top_cases),
		cmocka_unit_test(texts_of_nothing),
		cmocka_unit_test(everything),
		cmocka_unit_test(printed_as_json),
		cmocka_unit_test(printing_stops_at_errors),
		cmocka_unit_test(unknown_names),
		cmocka_unit_test(one_name_of_many_kinds),
		cmocka_unit_test(no_values_of_others),
		cmocka_unit_test(row_budget),
		cmocka_unit_test(headlines),
		cmocka_unit_test(evidence),
		cmocka_unit_test(summary_of_criteria),
		cmocka_unit_test(shown_runs),
		cmocka_unit_test(anchors),
		cmocka_unit_test(table),
		cmocka_unit_test(table_names),
		cmocka_unit_test(colors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
