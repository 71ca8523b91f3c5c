/*
 * SigmaMind: GET /v1/test-runs/{jobId}.
 *
 *   { "batchId": "...", "agent": {"name", "agentId", "status"},
 *     "testCase": {"testCaseId", "label", "agent", "llmModel", "userPrompt", "attempt": 5,
 *                  "successCriteria"},
 *     "jobId": "...", "createdDate": T, "completedDate": T, "isSuccessful": true,
 *     "remarks": "...", "conversation": [{"role", "content"}] }
 *
 * The first version of the API has no label and no conversation and spells isSuccesful [D].
 * Definitions: the batch {batchId, agent, testCases[], totalAttempts}, and a test case as it
 * stands in a run.
 *
 * [D] documented, [I] decided here:
 * - The verdict is the boolean, in either spelling. Both, and differing: the one of the newer
 *   documents counts, and a warning says so [I].
 * - No verdict: pending without a completedDate, else unknown [I]. A verdict of the wrong type
 *   makes the run unknown, whatever the other spelling says.
 * - A case without label is named by the first words of its userPrompt; without both it keeps its
 *   id alone, so that a definition may still name it [I].
 * - `attempt` says how often the case is to be repeated and is no index [D]: it is not read.
 * - There are no suites: the suite stays empty and runs are grouped by agent. Agent ids come with
 *   and without the prefix `agent_` for the same agent [D]; the prefix is dropped [I].
 * - batchId is the execution. There is no score, cost, token count or latency.
 */
#include <string.h>

#include "adapter_input.h"

enum { NAME_BYTES = 80 };

static bool is_run(const struct json_value *record)
{
	bool verdict = record_has(record, "isSuccessful") || record_has(record, "isSuccesful");

	if (record_has(record, "jobId"))
		return verdict || record_has(record, "batchId") || record_has(record, "testCase");
	return verdict && (record_has(record, "batchId") || record_has(record, "testCase"));
}

static bool is_batch(const struct json_value *record)
{
	return record_has(record, "batchId") &&
	       (record_has(record, "totalAttempts") || record_has(record, "testCases"));
}

static enum record_kind claims(const struct json_value *record)
{
	if (is_run(record))
		return RECORD_RUN;
	if (is_batch(record) || record_has(record, "testCaseId"))
		return RECORD_DEFINITION;
	return RECORD_NOT_MINE;
}

static enum outcome outcome_of(const struct field *record)
{
	bool now = false, then = false;
	bool has_now = field_bool(record, "isSuccessful", &now);
	bool has_then = field_bool(record, "isSuccesful", &then);

	if (has_now != field_has(record, "isSuccessful") ||
	    has_then != field_has(record, "isSuccesful"))
		return OUTCOME_UNKNOWN;
	if (has_now && has_then && now != then)
		field_remark(record, "isSuccessful", SEVERITY_WARNING,
			     "differs from isSuccesful, the older spelling: the newer one counts");
	if (has_now || has_then)
		return (has_now ? now : then) ? OUTCOME_PASSED : OUTCOME_FAILED;
	return field_has(record, "completedDate") ? OUTCOME_UNKNOWN : OUTCOME_PENDING;
}

static const char *reason_of(const struct run *run, const struct field *record,
			     struct adapter_input *input)
{
	const char *remarks = adapter_text(record, "remarks");

	if (run->outcome == OUTCOME_FAILED)
		return adapter_reason(
			input, (const char *[]){remarks, "the success criteria were not met"}, 2);
	return run->outcome == OUTCOME_UNKNOWN ? "no clear verdict is told" : NULL;
}

static struct label read_agent(const struct field *owner)
{
	static const char prefix[] = "agent_";
	struct field agent = field_object(owner, "agent");
	const char *id = field_id(&agent, "agentId");

	if (id && strncmp(id, prefix, sizeof(prefix) - 1) == 0 && id[sizeof(prefix) - 1])
		id += sizeof(prefix) - 1;
	return (struct label){.id = id, .name = adapter_text(&agent, "name")};
}

static struct label read_case(const struct field *test_case, struct adapter_input *input)
{
	struct label label = {.id = field_id(test_case, "testCaseId"),
			      .name = adapter_text(test_case, "label")};

	if (!label.name)
		label.name = adapter_line(input, adapter_text(test_case, "userPrompt"), NAME_BYTES);
	return label;
}

static void read_details(struct run *run, const struct field *record, const struct field *test_case,
			 struct adapter_input *input)
{
	struct details *details = arena_zalloc(input->scratch, sizeof(*details));
	struct field conversation = field_any(record, "conversation");

	adapter_passage(input, details, "Remarks", adapter_text(record, "remarks"));
	adapter_passage(input, details, "Success criteria",
			adapter_text(test_case, "successCriteria"));
	adapter_passage(input, details, "Prompt", adapter_text(test_case, "userPrompt"));
	details->transcript_count =
		adapter_messages(input, &conversation, "unknown", &details->transcript);
	run->details = details;
}

static int read_run(struct run *run, const struct field *record, struct adapter_input *input,
		    struct error *err)
{
	struct field test_case = field_object(record, "testCase");

	run->run_id = field_id(record, "jobId");
	if (!run->run_id)
		return error_set(err, "the run has no jobId");
	run->execution_id = field_id(record, "batchId");
	run->test_case = read_case(&test_case, input);
	run->agent = read_agent(record);
	if (!run->agent.id && !run->agent.name)
		run->agent = read_agent(&test_case);
	run->model = adapter_text(&test_case, "llmModel");
	field_time(record, "createdDate", &run->created_at);
	field_time(record, "completedDate", &run->ended_at);
	run->outcome = outcome_of(record);
	run->reason = reason_of(run, record, input);
	if (input->want_details)
		read_details(run, record, &test_case, input);
	return 0;
}

static void define_agent(const struct label *agent, struct adapter_input *input)
{
	if (!agent->id || !agent->name)
		return;
	adapter_define(input, &(struct definition){.kind = DEFINES_AGENT,
						   .id = agent->id,
						   .name = agent->name,
						   .runs_expected = -1});
}

static void define_case(const struct field *test_case, struct adapter_input *input)
{
	struct label label = read_case(test_case, input), agent = read_agent(test_case);

	if (!label.id)
		return;
	adapter_define(input, &(struct definition){.kind = DEFINES_CASE,
						   .id = label.id,
						   .name = label.name,
						   .agent = agent,
						   .runs_expected = -1});
	define_agent(&agent, input);
}

static void define_batch(const struct field *record, const char *id, struct adapter_input *input)
{
	struct field cases = field_list(record, "testCases");
	struct label agent = read_agent(record);
	int64_t total = -1;

	field_integer(record, "totalAttempts", 0, INT32_MAX, &total);
	adapter_define(input, &(struct definition){.kind = DEFINES_EXECUTION,
						   .id = id,
						   .agent = agent,
						   .runs_expected = total});
	define_agent(&agent, input);
	for (size_t i = 0; i < field_count(&cases); i++) {
		struct field test_case = field_item_object(&cases, i);

		define_case(&test_case, input);
	}
}

static int read_definition(const struct field *record, struct adapter_input *input,
			   struct error *err)
{
	const char *batch = field_id(record, "batchId");

	if (is_batch(record->json)) {
		if (!batch)
			return error_set(err, "the batch has no batchId");
		define_batch(record, batch, input);
		return 0;
	}
	if (!field_id(record, "testCaseId"))
		return error_set(err, "the test case has no testCaseId");
	define_case(record, input);
	return 0;
}

static const char *const wanted[] = {
	"jobId",
	"batchId",
	"createdDate",
	"completedDate",
	"isSuccessful",
	"isSuccesful",
	"agent.agentId",
	"agent.name",
	"testCase.testCaseId",
	"testCase.label",
	"testCase.userPrompt",
	"testCase.llmModel",
	"testCase.agent.agentId",
	"testCase.agent.name",
	NULL,
};

const struct adapter adapter_sigmamind = {
	.name = "sigmamind",
	.summary = "SigmaMind test runs, batches and test cases",
	.claims = claims,
	.wanted = wanted,
	.read_run = read_run,
	.read_definition = read_definition,
};
