/*
 * Playgent: GET /v1/runs/{run_id}.
 *
 *   { "run_id": "...", "status": "completed", "success": false,
 *     "test_case": {"id", "name"}, "agent": {"id", "name"},
 *     "turns": [{ "turn_index": 0, "input": [{"role", "content"}], "output": [...],
 *                 "expected_behavior": "...", "success": true,
 *                 "evaluation": {"overall_pass": true,
 *                                "scorer_outputs": {"NAME": {"score": 0.9, "reasoning"}}},
 *                 "metrics": {"latency_ms", "tokens": {"input", "output"}, "cost_usd"},
 *                 "trace_id": "..." }],
 *     "summary": {"turns_passed", "turns_failed", "avg_latency_ms", "total_cost_usd"} }
 *
 * Definition: a test case {id, name, agent_id, type, turns[{input{text}}]}, which has turns too
 * but no run_id. Acknowledgement: {"run_id", "status", "test_case_count"}.
 *
 * [D] documented, [I] decided here:
 * - `status` is the state of the job, `success` the verdict [D]: completed and true passed,
 *   completed and false failed, completed and nothing unknown; `failed` is an error [I]; queued and
 *   running are pending, and their success and counts mean nothing yet; money spent is spent [I].
 * - The turns may be abbreviated: the vendor's example counts 3 and shows 1 [D]. They are complete
 *   when there are turns_passed + turns_failed of them, or when the summary does not count [I].
 *   Latencies are those of complete turns, else the average alone; tokens need complete turns that
 *   all tell them; the cost is the summary's, else the sum of complete turns that all tell theirs.
 * - Counts that contradict the complete turns, and a success that contradicts a turn, are remarked;
 *   the status and success stand [I].
 * - A turn failed when its success or its overall_pass is false [I].
 * - A criterion is one scorer of one turn. A run tells no pass and no threshold of a scorer [D]:
 *   its own `pass` or `passed` wins; else it passed in a turn that passed, and in one that failed
 *   it failed iff its score is below rules->pass_score_micro [I].
 * - A failed turn none of whose scorers failed becomes a criterion of its own, `turn 2`, with the
 *   expected behaviour as detail [I].
 * - There are no times, no suite, no score of the run.
 */
#include <inttypes.h>

#include "adapter_input.h"

enum { TURNS_MOST = 1000000 };

/* Half of a hundredth of a cent: the last digit of the costs that turns tell. */
#define COST_SLACK_NANO INT64_C(50000)

/* Where a turn is read from. */
struct turn_fields {
	struct field turn, evaluation, outputs;
};

/* The turns that are objects, beside what was read of them. */
struct turns {
	const struct turn_fields *fields;
	struct turn *items;
	size_t count;
	bool complete;
};

struct summary {
	bool has_passed, has_failed, has_latency, has_cost;
	int64_t passed, failed, latency_ms, cost_nano;
};

static bool is_run(const struct json_value *record)
{
	bool has_turns = record_has(record, "turns"), has_summary = record_has(record, "summary");

	if (record_has(record, "test_id") || record_has(record, "schema") ||
	    record_has(record, "test_case_count"))
		return false;
	if (record_has(record, "run_id"))
		return has_turns || has_summary || record_has(record, "test_case");
	return has_turns && has_summary;
}

static enum record_kind claims(const struct json_value *record)
{
	if (is_run(record))
		return RECORD_RUN;
	if (record_has(record, "run_id"))
		return record_has(record, "test_case_count") ? RECORD_ACKNOWLEDGEMENT
							     : RECORD_NOT_MINE;
	if (record_has(record, "turns") && record_has(record, "name"))
		return RECORD_DEFINITION;
	return RECORD_NOT_MINE;
}

static enum outcome outcome_of(const struct field *record, const char **status)
{
	/* Of the job; a completed one still has its success to show. */
	static const struct status_word words[] = {
		{"completed", OUTCOME_PASSED}, {"failed", OUTCOME_ERROR},
		{"queued", OUTCOME_PENDING},   {"running", OUTCOME_PENDING},
		{NULL, OUTCOME_UNKNOWN},
	};
	enum outcome outcome = adapter_status(record, "status", words, status);
	bool success;

	if (outcome != OUTCOME_PASSED)
		return outcome;
	if (field_bool(record, "success", &success))
		return success ? OUTCOME_PASSED : OUTCOME_FAILED;
	if (!field_has(record, "success"))
		field_remark(record, "success", SEVERITY_WARNING,
			     "is missing: the outcome is unknown");
	return OUTCOME_UNKNOWN;
}

static struct summary read_summary(const struct field *record)
{
	struct field from = field_object(record, "summary");
	struct summary summary = {.has_passed = false};

	summary.has_passed = field_integer(&from, "turns_passed", 0, TURNS_MOST, &summary.passed);
	summary.has_failed = field_integer(&from, "turns_failed", 0, TURNS_MOST, &summary.failed);
	summary.has_latency = field_ms(&from, "avg_latency_ms", &summary.latency_ms);
	summary.has_cost = field_money(&from, "total_cost_usd", &summary.cost_nano);
	return summary;
}

static enum outcome outcome_of_turn(const struct field *turn, const struct field *evaluation)
{
	bool success = false, overall = false;
	bool has_success = field_bool(turn, "success", &success);
	bool has_overall = field_bool(evaluation, "overall_pass", &overall);

	if (has_success && has_overall && success != overall)
		field_remark(turn, "success", SEVERITY_WARNING,
			     "differs from evaluation.overall_pass: taken as failed");
	if ((has_success && !success) || (has_overall && !overall))
		return OUTCOME_FAILED;
	return has_success || has_overall ? OUTCOME_PASSED : OUTCOME_UNKNOWN;
}

static struct turn read_turn(const struct turn_fields *fields)
{
	const struct field *from = &fields->turn;
	struct field metrics = field_object(from, "metrics");
	struct field tokens = field_object(&metrics, "tokens");
	struct turn turn = {
		.expected = adapter_text(from, "expected_behavior"),
		.trace_id = field_id(from, "trace_id"),
		.outcome = outcome_of_turn(from, &fields->evaluation),
	};

	turn.has_tokens =
		adapter_tokens(&tokens, "input", "output", &turn.tokens_input, &turn.tokens_output);
	turn.has_latency = field_ms(&metrics, "latency_ms", &turn.latency_ms);
	turn.has_cost = field_money(&metrics, "cost_usd", &turn.cost_nano);
	return turn;
}

static struct turns read_turns(const struct field *record, const struct summary *summary,
			       struct adapter_input *input)
{
	struct field *list = arena_alloc(input->scratch, sizeof(*list));
	struct turns turns = {.count = 0};
	struct turn_fields *fields;

	*list = field_list(record, "turns");
	fields = arena_alloc(input->scratch, field_count(list) * sizeof(*fields));
	turns.fields = fields;
	turns.items = arena_zalloc(input->scratch, field_count(list) * sizeof(*turns.items));
	for (size_t i = 0; i < field_count(list); i++) {
		fields->turn = field_item_object(list, i);
		if (!fields->turn.json)
			continue;
		fields->evaluation = field_object(&fields->turn, "evaluation");
		fields->outputs = field_object(&fields->evaluation, "scorer_outputs");
		turns.items[turns.count++] = read_turn(fields++);
	}
	turns.complete = !summary->has_passed || !summary->has_failed ||
			 (int64_t)turns.count == summary->passed + summary->failed;
	return turns;
}

static enum outcome outcome_of_scorer(const struct field *output, const struct criterion *criterion,
				      enum outcome turn, const struct verdict_rules *rules)
{
	bool pass;

	if (field_bool(output, "pass", &pass) || field_bool(output, "passed", &pass))
		return pass ? OUTCOME_PASSED : OUTCOME_FAILED;
	if (turn != OUTCOME_FAILED)
		return turn;
	if (!criterion->has_score)
		return OUTCOME_UNKNOWN;
	return criterion->score_micro < rules->pass_score_micro ? OUTCOME_FAILED : OUTCOME_PASSED;
}

static struct criterion read_scorer(const struct field *output, enum outcome turn,
				    const struct verdict_rules *rules)
{
	struct criterion criterion = {.name = output->key,
				      .detail = adapter_text(output, "reasoning")};

	criterion.has_score = adapter_score(output, "score", &criterion.score_micro);
	criterion.outcome = outcome_of_scorer(output, &criterion, turn, rules);
	return criterion;
}

static struct criterion turn_criterion(const struct field *item, const struct turn *turn,
				       size_t position, struct adapter_input *input)
{
	int64_t index = (int64_t)position;

	field_integer(item, "turn_index", 0, TURNS_MOST, &index);
	return (struct criterion){
		.name = arena_printf(input->scratch, "turn %" PRId64, index + 1),
		.detail = turn->expected,
		.outcome = OUTCOME_FAILED,
		.turn = (int)position,
	};
}

static size_t read_turn_criteria(struct criterion *criteria, const struct turn_fields *fields,
				 const struct turn *turn, size_t position,
				 struct adapter_input *input)
{
	bool blamed = turn->outcome != OUTCOME_FAILED;
	size_t count = 0;

	for (size_t i = 0; i < field_size(&fields->outputs); i++) {
		struct field output = field_member_object(&fields->outputs, i);

		criteria[count] = read_scorer(&output, turn->outcome, input->rules);
		criteria[count].turn = (int)position;
		blamed = blamed || criteria[count].outcome == OUTCOME_FAILED;
		count++;
	}
	if (!blamed)
		criteria[count++] = turn_criterion(&fields->turn, turn, position, input);
	return count;
}

/* One for each scorer, and one for each turn. */
static size_t most_criteria(const struct turns *turns)
{
	size_t count = turns->count;

	for (size_t i = 0; i < turns->count; i++)
		count += field_size(&turns->fields[i].outputs);
	return count;
}

static void read_criteria(struct run *run, const struct turns *turns, struct adapter_input *input)
{
	struct criterion *criteria =
		arena_zalloc(input->scratch, most_criteria(turns) * sizeof(*criteria));

	for (size_t i = 0; i < turns->count; i++)
		run->criterion_count +=
			read_turn_criteria(criteria + run->criterion_count, &turns->fields[i],
					   &turns->items[i], i, input);
	run->criteria = criteria;
}

static void read_latencies(struct run *run, const struct turns *turns,
			   const struct summary *summary, struct adapter_input *input)
{
	uint32_t *list = arena_alloc(input->scratch, (turns->count + 1) * sizeof(*list));

	for (size_t i = 0; turns->complete && i < turns->count; i++)
		if (turns->items[i].has_latency)
			list[run->latency_count++] = (uint32_t)turns->items[i].latency_ms;
	if (!run->latency_count && summary->has_latency)
		list[run->latency_count++] = (uint32_t)summary->latency_ms;
	run->latency_ms = list;
}

static void read_tokens(struct run *run, const struct turns *turns)
{
	int64_t input = 0, output = 0;

	if (!turns->complete || !turns->count)
		return;
	for (size_t i = 0; i < turns->count; i++) {
		if (!turns->items[i].has_tokens)
			return;
		input += turns->items[i].tokens_input;
		output += turns->items[i].tokens_output;
	}
	run->has_tokens = true;
	run->tokens_input = input;
	run->tokens_output = output;
}

/* Whether all turns tell their cost. */
static bool sum_costs(const struct turns *turns, int64_t *sum)
{
	*sum = 0;
	for (size_t i = 0; i < turns->count; i++) {
		if (!turns->items[i].has_cost)
			return false;
		*sum += turns->items[i].cost_nano;
	}
	return turns->complete && turns->count > 0;
}

static void read_cost(struct run *run, const struct field *record, const struct turns *turns,
		      const struct summary *summary)
{
	struct field from = field_object(record, "summary");
	int64_t sum;
	bool known = sum_costs(turns, &sum);

	run->has_cost = summary->has_cost || known;
	run->cost_nano = summary->has_cost ? summary->cost_nano : run->has_cost ? sum : 0;
	/* Retries may cost more than the turns that are shown, but never less. */
	if (summary->has_cost && known &&
	    sum > summary->cost_nano + COST_SLACK_NANO * (int64_t)turns->count)
		field_remark(&from, "total_cost_usd", SEVERITY_WARNING,
			     "is less than the costs of the turns");
}

static size_t turns_with(const struct turns *turns, enum outcome outcome)
{
	size_t count = 0;

	for (size_t i = 0; i < turns->count; i++)
		count += turns->items[i].outcome == outcome;
	return count;
}

static void check_counts(const struct field *record, const struct turns *turns,
			 const struct summary *summary)
{
	struct field from = field_object(record, "summary");

	if (!summary->has_passed || !summary->has_failed)
		return;
	if ((int64_t)turns->count > summary->passed + summary->failed)
		field_remark(&from, NULL, SEVERITY_WARNING, "counts fewer turns than there are");
	else if (turns->complete && !turns_with(turns, OUTCOME_UNKNOWN) &&
		 (int64_t)turns_with(turns, OUTCOME_FAILED) != summary->failed)
		field_remark(&from, "turns_failed", SEVERITY_WARNING,
			     "differs from the turns that failed");
}

static void check_success(const struct run *run, const struct field *record,
			  const struct turns *turns, const struct summary *summary)
{
	bool failed = turns_with(turns, OUTCOME_FAILED) || (summary->has_failed && summary->failed);
	bool all_passed = turns->complete && turns->count &&
			  turns_with(turns, OUTCOME_PASSED) == turns->count;

	if (run->outcome == OUTCOME_PASSED && failed)
		field_remark(record, "success", SEVERITY_WARNING, "is true, but a turn failed");
	if (run->outcome == OUTCOME_FAILED && all_passed && !failed)
		field_remark(record, "success", SEVERITY_WARNING, "is false, but no turn failed");
}

/* Not documented, but whoever adds the member means it. */
static const char *error_text(const struct field *record)
{
	struct field error = field_any(record, "error");

	if (json_value_is(error.json, JSON_VALUE_STRING))
		return adapter_text(record, "error");
	return json_value_is(error.json, JSON_VALUE_OBJECT) ? adapter_text(&error, "message")
							    : NULL;
}

static const char *failure_text(const struct turns *turns, const struct summary *summary,
				struct adapter_input *input)
{
	int64_t failed = (int64_t)turns_with(turns, OUTCOME_FAILED), all = (int64_t)turns->count;

	if (summary->has_passed && summary->has_failed && summary->failed > failed) {
		failed = summary->failed;
		all = summary->passed + summary->failed;
	}
	if (!failed)
		return "the run did not succeed; no turn tells why";
	return arena_printf(input->scratch, "%" PRId64 " of %" PRId64 " turns failed", failed, all);
}

static const char *reason_of(const struct run *run, const struct field *record,
			     const struct turns *turns, const struct summary *summary,
			     struct adapter_input *input)
{
	switch (run->outcome) {
	case OUTCOME_FAILED:
		return adapter_reason(input,
				      (const char *[]){adapter_failures(input, run),
						       failure_text(turns, summary, input)},
				      2);
	case OUTCOME_ERROR:
		return adapter_reason(
			input,
			(const char *[]){error_text(record), "the run failed before its verdict"},
			2);
	case OUTCOME_UNKNOWN:
		return adapter_no_verdict(input, run->status);
	default:
		return NULL;
	}
}

static void read_details(struct run *run, const struct field *record, const struct turns *turns,
			 struct adapter_input *input)
{
	struct details *details = arena_zalloc(input->scratch, sizeof(*details));

	adapter_passage(input, details, "Error", error_text(record));
	for (size_t i = 0; i < turns->count; i++) {
		const struct field *from = &turns->fields[i].turn;
		struct field came_in = field_any(from, "input"),
			     went_out = field_any(from, "output");
		struct turn *turn = &turns->items[i];

		turn->input_count = adapter_messages(input, &came_in, "user", &turn->input);
		turn->output_count = adapter_messages(input, &went_out, "assistant", &turn->output);
	}
	details->turns = turns->items;
	details->turn_count = turns->count;
	run->details = details;
}

static int read_run(struct run *run, const struct field *record, struct adapter_input *input,
		    struct error *err)
{
	struct field test_case = field_object(record, "test_case"),
		     agent = field_object(record, "agent");
	struct summary summary = read_summary(record);
	struct turns turns = read_turns(record, &summary, input);

	run->run_id = field_id(record, "run_id");
	if (!run->run_id)
		return error_set(err, "the run has no run_id");
	run->test_case = adapter_label(&test_case);
	run->agent = adapter_label(&agent);
	run->outcome = outcome_of(record, &run->status);
	read_criteria(run, &turns, input);
	read_cost(run, record, &turns, &summary);
	if (run->outcome != OUTCOME_PENDING || turns.count) {
		read_latencies(run, &turns, &summary, input);
		read_tokens(run, &turns);
	}
	if (run->outcome != OUTCOME_PENDING) {
		check_counts(record, &turns, &summary);
		check_success(run, record, &turns, &summary);
	}
	run->reason = reason_of(run, record, &turns, &summary, input);
	if (input->want_details)
		read_details(run, record, &turns, input);
	return 0;
}

static int read_definition(const struct field *record, struct adapter_input *input,
			   struct error *err)
{
	struct label label = adapter_label(record);

	if (!label.id)
		return error_set(err, "the test case has no id");
	adapter_define(input, &(struct definition){
				      .kind = DEFINES_CASE,
				      .id = label.id,
				      .name = label.name,
				      .agent = {.id = field_id(record, "agent_id")},
				      .runs_expected = -1,
			      });
	return 0;
}

static const char *const wanted[] = {
	"run_id",
	"status",
	"success",
	"test_case.id",
	"test_case.name",
	"agent.id",
	"agent.name",
	"summary.turns_passed",
	"summary.turns_failed",
	"summary.avg_latency_ms",
	"summary.total_cost_usd",
	"error",
	"turns[].success",
	"turns[].metrics.latency_ms",
	"turns[].metrics.cost_usd",
	"turns[].metrics.tokens.input",
	"turns[].metrics.tokens.output",
	"turns[].expected_behavior?",
	"turns[].trace_id?",
	"turns[].evaluation.overall_pass",
	"turns[].evaluation.scorer_outputs.*.score",
	"turns[].evaluation.scorer_outputs.*.pass",
	"turns[].evaluation.scorer_outputs.*.passed",
	"turns[].evaluation.scorer_outputs.*.reasoning?",
	NULL,
};

const struct adapter adapter_playgent = {
	.name = "playgent",
	.summary = "Playgent runs and test cases",
	.claims = claims,
	.wanted = wanted,
	.read_run = read_run,
	.read_definition = read_definition,
};
