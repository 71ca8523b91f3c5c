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

/* A turn beside what is kept of it. */
struct playgent_turn {
	struct turn turn;
	struct field from, outputs;
	enum flag success;
};

struct playgent_run {
	struct run run;
	bool has_passed, has_failed, has_latency; /* told by the summary */
	int64_t passed, failed, latency_ms;
	struct playgent_turn *turns; /* those that are objects */
	size_t turn_count;
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

/* Of the job; a completed one still has its success to show. */
static const struct status_word words[] = {
	{"completed", OUTCOME_PASSED}, {"failed", OUTCOME_ERROR}, {"queued", OUTCOME_PENDING},
	{"running", OUTCOME_PENDING},  {NULL, OUTCOME_UNKNOWN},
};

static void read_success(void *into, const struct field *success, const struct field_row *row,
			 struct adapter_input *input)
{
	enum outcome *outcome = into;
	enum flag flag;

	(void)row, (void)input;
	if (*outcome != OUTCOME_PASSED)
		return;
	flag = field_flag(success, NULL);
	if (flag == FLAG_ABSENT)
		field_remark(success, NULL, SEVERITY_WARNING, "is missing: the outcome is unknown");
	*outcome = flag == FLAG_TRUE    ? OUTCOME_PASSED
		   : flag == FLAG_FALSE ? OUTCOME_FAILED
					: OUTCOME_UNKNOWN;
}

/* Of a turn whose success is read: that and this make its outcome. */
static void read_overall_pass(void *into, const struct field *value, const struct field_row *row,
			      struct adapter_input *input)
{
	struct playgent_turn *it = into;
	const enum flag overall = field_flag(value, NULL);
	const bool one_failed = it->success == FLAG_FALSE || overall == FLAG_FALSE;
	const bool one_passed = it->success == FLAG_TRUE || overall == FLAG_TRUE;

	(void)row, (void)input;
	if (one_failed && one_passed)
		field_remark(&it->from, "success", SEVERITY_WARNING,
			     "differs from evaluation.overall_pass: taken as failed");
	it->turn.outcome = one_failed   ? OUTCOME_FAILED
			   : one_passed ? OUTCOME_PASSED
					: OUTCOME_UNKNOWN;
}

static void read_turns(void *into, const struct field *value, const struct field_row *row,
		       struct adapter_input *input)
{
	struct playgent_run *run = into;
	struct field *list = arena_alloc(input->scratch, sizeof(*list));

	*list = *value;
	run->turns = arena_zalloc(input->scratch, field_count(list) * sizeof(*run->turns));
	for (size_t i = 0; i < field_count(list); i++) {
		struct playgent_turn *it = &run->turns[run->turn_count];

		it->from = field_item_object(list, i);
		if (!it->from.json)
			continue;
		fields_read(&it->from, row->rows, it, input, NULL);
		run->turn_count++;
	}
}

static const struct field_row scorer_fields[] = {
	{"reasoning", FIELD_NAME, AT_OF(told_criterion, detail), .only_type = true},
	{"score", FIELD_SCORE, AT_OF(told_criterion, score_micro),
	 ALSO_OF(told_criterion, has_score)},
	{"pass", FIELD_VERDICT, AT_OF(told_criterion, outcome)},
	{"passed", FIELD_VERDICT, AT_OF(told_criterion, outcome)},
	{0},
};

#define TURN(member)      AT_OF(playgent_turn, member)
#define TURN_ALSO(member) ALSO_OF(playgent_turn, member)

static const struct field_row turn_fields[] = {
	{"scorer_outputs", FIELD_OBJECT, IN("evaluation"), TURN(outputs), .rows = scorer_fields,
	 .each = ".*"},
	{"tokens", FIELD_SHAPE, IN("metrics")},
	{"turn_index", .type = FIELD_NEEDED}, /* where a criterion is named by it */
	{"expected_behavior", FIELD_NAME, TURN(turn.expected), .only_type = true},
	{"success", FIELD_FLAG, TURN(success)},
	{"overall_pass", FIELD_CODE, IN("evaluation"), .read = read_overall_pass},
	{"trace_id", FIELD_ID, TURN(turn.trace_id), .only_type = true},
	{"input", FIELD_TOKENS, IN("metrics", "tokens"), TURN(turn.tokens_input),
	 TURN_ALSO(turn.has_tokens), .partner = "output"},
	{"latency_ms", FIELD_MS, IN("metrics"), TURN(turn.latency_ms), TURN_ALSO(turn.has_latency)},
	{"cost_usd", FIELD_MONEY, IN("metrics"), TURN(turn.cost_nano), TURN_ALSO(turn.has_cost)},
	{0},
};

#define AT(member)   AT_OF(playgent_run, member)
#define ALSO(member) ALSO_OF(playgent_run, member)

static const struct field_row fields[] = {
	{"test_case", .type = FIELD_SHAPE},
	{"agent", .type = FIELD_SHAPE},
	{"turns_passed", FIELD_WHOLE, IN("summary"), AT(passed), ALSO(has_passed),
	 .most = TURNS_MOST},
	{"turns_failed", FIELD_WHOLE, IN("summary"), AT(failed), ALSO(has_failed),
	 .most = TURNS_MOST},
	{"avg_latency_ms", FIELD_MS, IN("summary"), AT(latency_ms), ALSO(has_latency)},
	{"total_cost_usd", FIELD_MONEY, IN("summary"), AT(run.cost_nano), ALSO(run.has_cost)},
	{"turns", FIELD_LIST, .read = read_turns, .rows = turn_fields, .each = "[]"},
	{"run_id", FIELD_KEY, AT(run.run_id)},
	{"test_case", FIELD_LABEL, AT(run.test_case)},
	{"agent", FIELD_LABEL, AT(run.agent)},
	{"status", FIELD_STATUS, AT(run.outcome), ALSO(run.status), .words = words},
	{"success", FIELD_CODE, AT(run.outcome), .read = read_success},
	{0},
};

/* Whether the turns that are there are all that there were. */
static bool is_complete(const struct playgent_run *it)
{
	return !it->has_passed || !it->has_failed ||
	       (int64_t)it->turn_count == it->passed + it->failed;
}

static struct criterion read_scorer(const struct field *output, size_t position, enum outcome turn,
				    struct adapter_input *input)
{
	struct criterion criterion = adapter_criterion(output, scorer_fields, input);

	criterion.name = output->key;
	criterion.turn = (int)position;
	if (criterion.outcome != OUTCOME_UNKNOWN)
		return criterion;
	if (turn != OUTCOME_FAILED)
		criterion.outcome = turn;
	else if (criterion.has_score)
		criterion.outcome = criterion.score_micro < input->rules->pass_score_micro
					    ? OUTCOME_FAILED
					    : OUTCOME_PASSED;
	return criterion;
}

static struct criterion turn_criterion(const struct playgent_turn *turn, size_t position,
				       struct adapter_input *input)
{
	int64_t index = (int64_t)position;

	field_whole(&turn->from, "turn_index", TURNS_MOST, &index);
	return (struct criterion){
		.name = arena_printf(input->scratch, "turn %" PRId64, index + 1),
		.detail = turn->turn.expected,
		.outcome = OUTCOME_FAILED,
		.turn = (int)position,
	};
}

static void read_criteria(struct playgent_run *it, struct adapter_input *input)
{
	size_t most = it->turn_count, count = 0;
	struct criterion *criteria;

	for (size_t i = 0; i < it->turn_count; i++)
		most += field_size(&it->turns[i].outputs);
	criteria = arena_zalloc(input->scratch, most * sizeof(*criteria));
	for (size_t i = 0; i < it->turn_count; i++) {
		const struct playgent_turn *turn = &it->turns[i];
		bool blamed = turn->turn.outcome != OUTCOME_FAILED;

		for (size_t o = 0; o < field_size(&turn->outputs); o++) {
			struct field output = field_member_object(&turn->outputs, o);

			criteria[count] = read_scorer(&output, i, turn->turn.outcome, input);
			blamed = blamed || criteria[count].outcome == OUTCOME_FAILED;
			count++;
		}
		if (!blamed)
			criteria[count++] = turn_criterion(turn, i, input);
	}
	it->run.criteria = criteria;
	it->run.criterion_count = (uint32_t)count;
}

static void read_latencies(struct playgent_run *it, struct adapter_input *input)
{
	uint32_t *list = arena_alloc(input->scratch, (it->turn_count + 1) * sizeof(*list));
	uint32_t count = 0;

	for (size_t i = 0; is_complete(it) && i < it->turn_count; i++)
		if (it->turns[i].turn.has_latency)
			list[count++] = (uint32_t)it->turns[i].turn.latency_ms;
	if (!count && it->has_latency)
		list[count++] = (uint32_t)it->latency_ms;
	it->run.latency_ms = list;
	it->run.latency_count = count;
}

static void sum_tokens(struct playgent_run *it)
{
	int64_t input = 0, output = 0;

	for (size_t i = 0; i < it->turn_count; i++) {
		if (!it->turns[i].turn.has_tokens)
			return;
		input += it->turns[i].turn.tokens_input;
		output += it->turns[i].turn.tokens_output;
	}
	it->run.has_tokens = is_complete(it) && it->turn_count > 0;
	it->run.tokens_input = it->run.has_tokens ? input : 0;
	it->run.tokens_output = it->run.has_tokens ? output : 0;
}

static void sum_costs(struct playgent_run *it, const struct field *record)
{
	struct field summary = field_object(record, "summary");
	int64_t sum = 0;

	for (size_t i = 0; i < it->turn_count; i++) {
		if (!it->turns[i].turn.has_cost)
			return;
		sum += it->turns[i].turn.cost_nano;
	}
	if (!is_complete(it) || !it->turn_count)
		return;
	/* Retries may cost more than the turns that are shown, but never less. */
	if (it->run.has_cost && sum > it->run.cost_nano + COST_SLACK_NANO * (int64_t)it->turn_count)
		field_remark(&summary, "total_cost_usd", SEVERITY_WARNING,
			     "is less than the costs of the turns");
	if (!it->run.has_cost)
		it->run.cost_nano = sum;
	it->run.has_cost = true;
}

static size_t turns_with(const struct playgent_run *it, enum outcome outcome)
{
	size_t count = 0;

	for (size_t i = 0; i < it->turn_count; i++)
		count += it->turns[i].turn.outcome == outcome;
	return count;
}

static void check_counts(const struct playgent_run *it, const struct field *record)
{
	struct field summary = field_object(record, "summary");

	if (!it->has_passed || !it->has_failed)
		return;
	if ((int64_t)it->turn_count > it->passed + it->failed)
		field_remark(&summary, NULL, SEVERITY_WARNING, "counts fewer turns than there are");
	else if (is_complete(it) && !turns_with(it, OUTCOME_UNKNOWN) &&
		 (int64_t)turns_with(it, OUTCOME_FAILED) != it->failed)
		field_remark(&summary, "turns_failed", SEVERITY_WARNING,
			     "differs from the turns that failed");
}

static void check_success(const struct playgent_run *it, const struct field *record)
{
	bool failed = turns_with(it, OUTCOME_FAILED) || (it->has_failed && it->failed);
	bool all_passed = is_complete(it) && it->turn_count &&
			  turns_with(it, OUTCOME_PASSED) == it->turn_count;

	if (it->run.outcome == OUTCOME_PASSED && failed)
		field_remark(record, "success", SEVERITY_WARNING, "is true, but a turn failed");
	if (it->run.outcome == OUTCOME_FAILED && all_passed && !failed)
		field_remark(record, "success", SEVERITY_WARNING, "is false, but no turn failed");
}

/* Not documented, but whoever adds the member means it. */
static const char *error_text(const struct field *record)
{
	struct field error = field_any(record, "error");

	if (json_value_is(error.json, JSON_VALUE_STRING))
		return field_name(record, "error");
	return json_value_is(error.json, JSON_VALUE_OBJECT) ? field_name(&error, "message") : NULL;
}

static const char *failure_text(const struct playgent_run *it, struct adapter_input *input)
{
	int64_t failed = (int64_t)turns_with(it, OUTCOME_FAILED), all = (int64_t)it->turn_count;

	if (it->has_passed && it->has_failed && it->failed > failed) {
		failed = it->failed;
		all = it->passed + it->failed;
	}
	if (!failed)
		return "the run did not succeed; no turn tells why";
	return arena_printf(input->scratch, "%" PRId64 " of %" PRId64 " turns failed", failed, all);
}

static const char *reason_of(const struct playgent_run *it, const struct field *record,
			     struct adapter_input *input)
{
	const char *texts[2];
	enum cause cause;

	switch (it->run.outcome) {
	case OUTCOME_FAILED:
		texts[0] = adapter_failures(input, &it->run, &cause);
		texts[1] = failure_text(it, input);
		return adapter_reason(input, texts, 2);
	case OUTCOME_ERROR:
		texts[0] = error_text(record);
		texts[1] = "the run failed before its verdict";
		return adapter_reason(input, texts, 2);
	case OUTCOME_UNKNOWN:
		return adapter_no_verdict(input, it->run.status);
	default:
		return NULL;
	}
}

static void read_details(struct playgent_run *it, const struct field *record,
			 struct adapter_input *input)
{
	struct details *details = adapter_details(input, &it->run);
	struct turn *turns = arena_alloc(input->scratch, it->turn_count * sizeof(*turns));

	adapter_passage(input, details, "Error", error_text(record));
	for (size_t i = 0; i < it->turn_count; i++) {
		const struct field *from = &it->turns[i].from;
		struct field came_in = field_any(from, "input"),
			     went_out = field_any(from, "output");

		turns[i] = it->turns[i].turn;
		turns[i].input_count = adapter_messages(input, &came_in, "user", &turns[i].input);
		turns[i].output_count =
			adapter_messages(input, &went_out, "assistant", &turns[i].output);
	}
	details->turns = turns;
	details->turn_count = it->turn_count;
}

static int read_run(struct run *run, const struct field *record, struct adapter_input *input,
		    struct error *err)
{
	struct playgent_run it = {.run = *run};

	if (fields_read(record, fields, &it, input, err) < 0)
		return -1;
	read_criteria(&it, input);
	sum_costs(&it, record);
	if (it.run.outcome != OUTCOME_PENDING || it.turn_count) {
		read_latencies(&it, input);
		sum_tokens(&it);
	}
	if (it.run.outcome != OUTCOME_PENDING) {
		check_counts(&it, record);
		check_success(&it, record);
	}
	it.run.reason = reason_of(&it, record, input);
	if (input->want_details)
		read_details(&it, record, input);
	*run = it.run;
	return 0;
}

static int read_definition(const struct field *record, struct adapter_input *input,
			   struct error *err)
{
	struct label label = adapter_label(record);

	if (!label.id)
		return error_set(err, "the test case has no id");
	adapter_define(input, DEFINES_CASE, label, no_label,
		       (struct label){.id = field_id(record, "agent_id")});
	return 0;
}

const struct adapter adapter_playgent = {
	.name = "playgent",
	.summary = "Playgent runs and test cases",
	.claims = claims,
	.fields = fields,
	.read_run = read_run,
	.read_definition = read_definition,
};
