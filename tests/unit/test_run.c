#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"
#include "runtally/run.h"

static void outcomes(void **state)
{
	static const char *const names[] = {"passed", "failed", "error", "pending", "unknown"};
	static const char *const strangers[] = {"", "Passed", "pass", "passedx", "errors"};

	(void)state;
	for (unsigned i = 0; i < OUTCOME_COUNT; i++) {
		assert_string_equal(outcome_name((enum outcome)i), names[i]);
		assert_int_equal(outcome_by_name(names[i]), i);
	}
	for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++)
		assert_int_equal(outcome_by_name(strangers[i]), OUTCOME_COUNT);
}

static void nothing_known(void **state)
{
	struct run run;

	(void)state;
	memset(&run, 0x5a, sizeof(run));
	run_init(&run);
	assert_int_equal(run.outcome, OUTCOME_UNKNOWN);
	assert_int_equal(run.duration_ms, -1);
	assert_int_equal(run.updated_at, TIME_UNKNOWN);
	assert_int_equal(run_begin(&run), TIME_UNKNOWN);
	assert_int_equal(run_when(&run), TIME_UNKNOWN);
	assert_null(run.source);
	assert_null(run.reason);
	assert_null(run.details);
	assert_false(run.has_score || run.has_cost || run.has_tokens);
}

#define NONE TIME_UNKNOWN

static void times(void **state)
{
	static const struct {
		int64_t created, started, ended, known; /* duration told, or -1 */
		int64_t begin, when, duration;
	} cases[] = {
		{NONE, NONE, NONE, -1, NONE, NONE, -1},
		{10, NONE, NONE, -1, 10, 10, -1},
		{10, 20, NONE, -1, 20, 20, -1},
		{10, 20, 50, -1, 20, 50, 30},
		{10, NONE, 50, -1, 10, 50, 40},
		{NONE, NONE, 50, -1, NONE, 50, -1},
		{10, 20, 20, -1, 20, 20, 0},
		{10, 20, 19, -1, 20, 19, -1}, /* an end before the start gives no duration */
		{10, 20, 50, 7, 20, 50, 7},   /* what is told stands */
		{10, 20, 50, 0, 20, 50, 0},
		{-50, -40, -10, -1, -40, -10, 30},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct run run = made_run("kapso", "1", OUTCOME_PASSED);

		run.created_at = cases[i].created;
		run.started_at = cases[i].started;
		run.ended_at = cases[i].ended;
		run.duration_ms = cases[i].known;
		run_derive_duration(&run);
		assert_int_equal(run_begin(&run), cases[i].begin);
		assert_int_equal(run_when(&run), cases[i].when);
		assert_int_equal(run.duration_ms, cases[i].duration);
	}
}

/* ---- keeping ---- */

/* A run with something in every member; all strings are on the heap, so that copies show. */
struct full {
	struct arena arena;
	struct run run;
};

static const char *text(struct full *full, const char *words)
{
	return arena_strdup(&full->arena, words);
}

static struct message *messages(struct full *full, const char *role, const char *content)
{
	struct message *made = arena_alloc(&full->arena, sizeof(*made));

	*made = (struct message){text(full, role), text(full, content)};
	return made;
}

static void fill_details(struct full *full)
{
	struct details *details = arena_zalloc(&full->arena, sizeof(*details));
	struct turn *turn = arena_zalloc(&full->arena, sizeof(*turn));
	struct passage *passage = arena_alloc(&full->arena, sizeof(*passage));

	*turn = (struct turn){
		.input = messages(full, "user", "in"),
		.input_count = 1,
		.output = messages(full, "assistant", "out"),
		.output_count = 1,
		.expected = text(full, "expected"),
		.trace_id = text(full, "trace"),
		.outcome = OUTCOME_FAILED,
		.has_latency = true,
		.latency_ms = 5,
	};
	*passage = (struct passage){text(full, "Log"), text(full, "log")};
	*details = (struct details){
		.turns = turn,
		.turn_count = 1,
		.passages = passage,
		.passage_count = 1,
		.transcript = messages(full, "tool", "said"),
		.transcript_count = 1,
	};
	full->run.details = details;
}

static void full_init(struct full *full)
{
	struct criterion *criterion;
	uint32_t *latencies;

	arena_init(&full->arena, 0);
	full->run = made_run(text(full, "playgent"), text(full, "id"), OUTCOME_FAILED);
	full->run.suite = (struct label){text(full, "suite-id"), text(full, "suite")};
	full->run.test_case = (struct label){text(full, "case-id"), text(full, "case")};
	full->run.agent = (struct label){text(full, "agent-id"), text(full, "agent")};
	full->run.execution_id = text(full, "execution");
	full->run.model = text(full, "model");
	full->run.status = text(full, "status");
	full->run.reason = text(full, "reason");
	full->run.origin = text(full, "origin");
	full->run.folder = text(full, "folder");
	full->run.has_cost = true;
	full->run.cost_nano = 77;
	full->run.identity = 99;
	latencies = arena_alloc(&full->arena, 2 * sizeof(*latencies));
	latencies[0] = 3;
	latencies[1] = UINT32_MAX;
	full->run.latency_ms = latencies;
	full->run.latency_count = 2;
	criterion = arena_alloc(&full->arena, sizeof(*criterion));
	*criterion = (struct criterion){
		.name = text(full, "criterion"), .detail = text(full, "detail"), .turn = NO_TURN};
	full->run.criteria = criterion;
	full->run.criterion_count = 1;
	fill_details(full);
}

static const char *shout(void *ctx, const char *words)
{
	static char buffer[64];

	++*(size_t *)ctx;
	snprintf(buffer, sizeof(buffer), "<%s>", words);
	return buffer;
}

static void check_label(const struct label *label, const char *id, const char *name)
{
	assert_string_equal(label->id, id);
	assert_string_equal(label->name, name);
}

static void check_details(const struct run *kept)
{
	const struct turn *turn = &kept->details->turns[0];

	assert_string_equal(turn->input[0].role, "<user>");
	assert_string_equal(turn->input[0].content, "<in>");
	assert_string_equal(turn->output[0].role, "<assistant>");
	assert_string_equal(turn->output[0].content, "<out>");
	assert_string_equal(turn->expected, "<expected>");
	assert_string_equal(turn->trace_id, "<trace>");
	assert_int_equal(turn->latency_ms, 5);
	assert_ptr_equal(turn->run, kept);
	assert_string_equal(kept->details->passages[0].label, "<Log>");
	assert_string_equal(kept->details->passages[0].text, "<log>");
	assert_string_equal(kept->details->transcript[0].role, "<tool>");
	assert_string_equal(kept->details->transcript[0].content, "<said>");
}

/* Every string passes the filter, and nothing of the record is needed any more. */
static void keeps_filtered_copies(void **state)
{
	struct full full;
	struct runs runs;
	struct run *kept;
	size_t filtered = 0;

	(void)state;
	full_init(&full);
	runs_init(&runs);
	kept = runs_keep(&runs, &full.run, true, shout, &filtered, &filtered);
	arena_release(&full.arena);
	assert_int_equal(runs.count, 1);
	assert_ptr_equal(runs.items[0], kept);
	assert_string_equal(kept->source, "<playgent>");
	assert_string_equal(kept->run_id, "<id>");
	check_label(&kept->suite, "<suite-id>", "<suite>");
	check_label(&kept->test_case, "<case-id>", "<case>");
	check_label(&kept->agent, "<agent-id>", "<agent>");
	assert_string_equal(kept->execution_id, "<execution>");
	assert_string_equal(kept->model, "<model>");
	assert_string_equal(kept->status, "<status>");
	assert_string_equal(kept->reason, "<reason>");
	assert_string_equal(kept->origin, "<origin>");
	assert_string_equal(kept->folder, "<folder>");
	assert_string_equal(kept->criteria[0].name, "<criterion>");
	assert_string_equal(kept->criteria[0].detail, "<detail>");
	assert_int_equal(kept->latency_ms[1], UINT32_MAX);
	assert_int_equal(kept->cost_nano, 77);
	assert_int_equal(kept->identity, 99);
	check_details(kept);
	/*
	 * 14 of the run, 2 of the criterion, 6 of the turn, 2 of the passage, 2 of the transcript
	 */
	assert_int_equal(filtered, 26);
	runs_release(&runs);
}

static void keeps_no_details_unasked(void **state)
{
	struct full full;
	struct runs runs;
	struct run *kept;
	size_t filtered = 0;

	(void)state;
	full_init(&full);
	runs_init(&runs);
	kept = runs_keep(&runs, &full.run, false, shout, &filtered, &filtered);
	assert_null(kept->details);
	assert_string_equal(kept->criteria[0].name, "<criterion>");
	assert_null(kept->criteria[0].detail);
	assert_string_equal(kept->reason, "<reason>");
	assert_int_equal(filtered, 15);
	arena_release(&full.arena);
	runs_release(&runs);
}

static void keeps_what_is_missing_missing(void **state)
{
	struct run run = made_run("kapso", "1", OUTCOME_PENDING);
	struct runs runs;
	struct run *kept;

	(void)state;
	runs_init(&runs);
	kept = runs_keep(&runs, &run, true, NULL, NULL, NULL);
	assert_null(kept->suite.id);
	assert_null(kept->suite.name);
	assert_null(kept->reason);
	assert_null(kept->details);
	assert_null(kept->criteria);
	assert_null(kept->latency_ms);
	assert_string_equal(kept->run_id, "1");
	assert_ptr_not_equal(kept->run_id, run.run_id);
	runs_release(&runs);
}

/* A million runs of a hundred cases hold a hundred names; and runs do not move. */
static void shares_names(void **state)
{
	enum { RUNS = 500 };
	struct runs runs;
	struct run *first = NULL;

	(void)state;
	runs_init(&runs);
	for (int i = 0; i < RUNS; i++) {
		char name[16] = "case";
		struct run run = made_run("kapso", "1", OUTCOME_PASSED), *kept;

		run.test_case.name = name;
		kept = runs_keep(&runs, &run, false, NULL, NULL, NULL);
		first = first ? first : kept;
		assert_ptr_equal(kept->test_case.name, first->test_case.name);
		assert_ptr_equal(runs.items[0], first);
	}
	assert_int_equal(runs.count, RUNS);
	runs_release(&runs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outcomes),
		cmocka_unit_test(nothing_known),
		cmocka_unit_test(times),
		cmocka_unit_test(keeps_filtered_copies),
		cmocka_unit_test(keeps_no_details_unasked),
		cmocka_unit_test(keeps_what_is_missing_missing),
		cmocka_unit_test(shares_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
