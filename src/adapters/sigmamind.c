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

static bool is_run(const struct datum *record)
{
	bool verdict = record_has(record, "isSuccessful") || record_has(record, "isSuccesful");

	if (record_has(record, "jobId"))
		return verdict || record_has(record, "batchId") || record_has(record, "testCase");
	return verdict && (record_has(record, "batchId") || record_has(record, "testCase"));
}

static bool is_batch(const struct datum *record)
{
	return record_has(record, "batchId") &&
	       (record_has(record, "totalAttempts") || record_has(record, "testCases"));
}

static enum record_kind claims(const struct datum *record)
{
	if (is_run(record))
		return RECORD_RUN;
	if (is_batch(record) || record_has(record, "testCaseId"))
		return RECORD_DEFINITION;
	return RECORD_NOT_MINE;
}

static enum outcome outcome_of(const struct node *record)
{
	bool now = false, then = false;
	bool has_now = node_bool(record, "isSuccessful", &now);
	bool has_then = node_bool(record, "isSuccesful", &then);

	if (has_now != node_has(record, "isSuccessful") ||
	    has_then != node_has(record, "isSuccesful"))
		return OUTCOME_UNKNOWN;
	if (has_now && has_then && now != then)
		node_remark(record, "isSuccessful", SEVERITY_WARNING,
			    "differs from isSuccesful, the older spelling: the newer one counts");
	if (has_now || has_then)
		return (has_now ? now : then) ? OUTCOME_PASSED : OUTCOME_FAILED;
	return node_has(record, "completedDate") ? OUTCOME_UNKNOWN : OUTCOME_PENDING;
}

static const char *reason_of(const struct run *run, const struct node *record,
			     struct reading *reading)
{
	const char *remarks = reading_text(record, "remarks");

	if (run->outcome == OUTCOME_FAILED)
		return reading_reason(
			reading, (const char *[]){remarks, "the success criteria were not met"}, 2);
	return run->outcome == OUTCOME_UNKNOWN ? "no clear verdict is told" : NULL;
}

static struct label read_agent(const struct node *owner)
{
	static const char prefix[] = "agent_";
	struct node agent = node_object(owner, "agent");
	const char *id = node_id(&agent, "agentId");

	if (id && strncmp(id, prefix, sizeof(prefix) - 1) == 0 && id[sizeof(prefix) - 1])
		id += sizeof(prefix) - 1;
	return (struct label){.id = id, .name = reading_text(&agent, "name")};
}

static struct label read_case(const struct node *test_case, struct reading *reading)
{
	struct label label = {.id = node_id(test_case, "testCaseId"),
			      .name = reading_text(test_case, "label")};

	if (!label.name)
		label.name =
			reading_line(reading, reading_text(test_case, "userPrompt"), NAME_BYTES);
	return label;
}

static void read_details(struct run *run, const struct node *record, const struct node *test_case,
			 struct reading *reading)
{
	struct details *details = arena_zalloc(reading->scratch, sizeof(*details));
	struct node conversation = node_any(record, "conversation");

	reading_passage(reading, details, "Remarks", reading_text(record, "remarks"));
	reading_passage(reading, details, "Success criteria",
			reading_text(test_case, "successCriteria"));
	reading_passage(reading, details, "Prompt", reading_text(test_case, "userPrompt"));
	details->transcript_count =
		reading_messages(reading, &conversation, "unknown", &details->transcript);
	run->details = details;
}

static int read_run(struct run *run, const struct node *record, struct reading *reading,
		    struct error *err)
{
	struct node test_case = node_object(record, "testCase");

	run->run_id = node_id(record, "jobId");
	if (!run->run_id)
		return error_set(err, "the run has no jobId");
	run->execution_id = node_id(record, "batchId");
	run->test_case = read_case(&test_case, reading);
	run->agent = read_agent(record);
	if (!run->agent.id && !run->agent.name)
		run->agent = read_agent(&test_case);
	run->model = reading_text(&test_case, "llmModel");
	node_time(record, "createdDate", &run->created_at);
	node_time(record, "completedDate", &run->ended_at);
	run->outcome = outcome_of(record);
	run->reason = reason_of(run, record, reading);
	if (reading->want_details)
		read_details(run, record, &test_case, reading);
	return 0;
}

static void define_agent(const struct label *agent, struct reading *reading)
{
	if (!agent->id || !agent->name)
		return;
	reading_define(reading, &(struct definition){.kind = DEFINES_AGENT,
						     .source = adapter_sigmamind.name,
						     .id = agent->id,
						     .name = agent->name,
						     .runs_expected = -1});
}

static void define_case(const struct node *test_case, struct reading *reading)
{
	struct label label = read_case(test_case, reading), agent = read_agent(test_case);

	if (!label.id)
		return;
	reading_define(reading, &(struct definition){.kind = DEFINES_CASE,
						     .source = adapter_sigmamind.name,
						     .id = label.id,
						     .name = label.name,
						     .agent = agent,
						     .runs_expected = -1});
	define_agent(&agent, reading);
}

static void define_batch(const struct node *record, const char *id, struct reading *reading)
{
	struct node cases = node_list(record, "testCases");
	struct label agent = read_agent(record);
	int64_t total = -1;

	node_integer(record, "totalAttempts", 0, INT32_MAX, &total);
	reading_define(reading, &(struct definition){.kind = DEFINES_EXECUTION,
						     .source = adapter_sigmamind.name,
						     .id = id,
						     .agent = agent,
						     .runs_expected = total});
	define_agent(&agent, reading);
	for (size_t i = 0; i < node_count(&cases); i++) {
		struct node test_case = node_item_object(&cases, i);

		define_case(&test_case, reading);
	}
}

static int read_definition(const struct node *record, struct reading *reading, struct error *err)
{
	const char *batch = node_id(record, "batchId");

	if (is_batch(record->json)) {
		if (!batch)
			return error_set(err, "the batch has no batchId");
		define_batch(record, batch, reading);
		return 0;
	}
	if (!node_id(record, "testCaseId"))
		return error_set(err, "the test case has no testCaseId");
	define_case(record, reading);
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
