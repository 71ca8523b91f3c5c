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

struct sigmamind_run {
	struct run run;
	enum flag now, then;
	bool has_end;
};

/* Drops the prefix that is there or not for the same agent. */
static void read_agent_id(void *into, const struct field *value, const struct field_row *row,
			  struct adapter_input *input)
{
	static const char prefix[] = "agent_";
	const char **id = into;

	(void)row, (void)input;
	*id = field_id(value, NULL);
	if (*id && strncmp(*id, prefix, sizeof(prefix) - 1) == 0 && (*id)[sizeof(prefix) - 1])
		*id += sizeof(prefix) - 1;
}

/* In the place of a name. */
static void read_prompt(void *into, const struct field *value, const struct field_row *row,
			struct adapter_input *input)
{
	const char **name = into;

	(void)row;
	if (!*name)
		*name = field_line(input->scratch, field_name(value, NULL), NAME_BYTES);
}

static const struct field_row agent_fields[] = {
	{"agentId", FIELD_CODE, AT_OF(label, id), .read = read_agent_id},
	{"name", FIELD_NAME, AT_OF(label, name)},
	{0},
};

static const struct field_row case_fields[] = {
	{"testCaseId", FIELD_ID, AT_OF(label, id)},
	{"label", FIELD_NAME, AT_OF(label, name)},
	{"userPrompt", FIELD_CODE, AT_OF(label, name), .read = read_prompt},
	{0},
};

#define AT(member)   AT_OF(sigmamind_run, member)
#define ALSO(member) ALSO_OF(sigmamind_run, member)

static const struct field_row fields[] = {
	{"testCase", .type = FIELD_SHAPE},
	{"jobId", FIELD_KEY, AT(run.run_id)},
	{"batchId", FIELD_ID, AT(run.execution_id)},
	{"testCase", FIELD_LABEL, AT(run.test_case), .rows = case_fields},
	{"agent", FIELD_LABEL, AT(run.agent), .rows = agent_fields},
	{"agent", FIELD_LABEL, IN("testCase"), AT(run.agent), .rows = agent_fields},
	{"llmModel", FIELD_NAME, IN("testCase"), AT(run.model)},
	{"createdDate", FIELD_TIME, AT(run.created_at)},
	{"completedDate", FIELD_TIME, AT(run.ended_at), ALSO(has_end)},
	{"isSuccessful", FIELD_FLAG, AT(now)},
	{"isSuccesful", FIELD_FLAG, AT(then)},
	{0},
};

static enum outcome outcome_of(const struct sigmamind_run *it, const struct field *record)
{
	const enum flag flag = it->now != FLAG_ABSENT ? it->now : it->then;

	if (it->now == FLAG_ODD || it->then == FLAG_ODD)
		return OUTCOME_UNKNOWN;
	if (flag == FLAG_ABSENT)
		return it->has_end ? OUTCOME_UNKNOWN : OUTCOME_PENDING;
	if (it->then != FLAG_ABSENT && it->then != flag)
		field_remark(record, "isSuccessful", SEVERITY_WARNING,
			     "differs from isSuccesful, the older spelling: the newer one counts");
	return flag == FLAG_TRUE ? OUTCOME_PASSED : OUTCOME_FAILED;
}

static const char *reason_of(const struct run *run, const struct field *record,
			     struct adapter_input *input)
{
	const char *remarks = field_name(record, "remarks");

	if (run->outcome == OUTCOME_FAILED)
		return adapter_reason(
			input, (const char *[]){remarks, "the success criteria were not met"}, 2);
	return run->outcome == OUTCOME_UNKNOWN ? "no clear verdict is told" : NULL;
}

static void read_details(struct run *run, const struct field *record, struct adapter_input *input)
{
	struct details *details = adapter_details(input, run);
	struct field test_case = field_object(record, "testCase");
	struct field conversation = field_any(record, "conversation");

	adapter_passage(input, details, "Remarks", field_name(record, "remarks"));
	adapter_passage(input, details, "Success criteria",
			field_name(&test_case, "successCriteria"));
	adapter_passage(input, details, "Prompt", field_name(&test_case, "userPrompt"));
	details->transcript_count =
		adapter_messages(input, &conversation, "unknown", &details->transcript);
}

static int read_run(struct run *run, const struct field *record, struct adapter_input *input,
		    struct error *err)
{
	struct sigmamind_run it = {.run = *run};

	if (fields_read(record, fields, &it, input, err) < 0)
		return -1;
	*run = it.run;
	run->outcome = outcome_of(&it, record);
	run->reason = reason_of(run, record, input);
	if (input->want_details)
		read_details(run, record, input);
	return 0;
}

static struct label read_agent(const struct field *owner, struct adapter_input *input)
{
	struct field agent = field_object(owner, "agent");
	struct label label = {0};

	fields_read(&agent, agent_fields, &label, input, NULL);
	return label;
}

static void define_agent(struct label agent, struct adapter_input *input)
{
	if (agent.id && agent.name)
		adapter_define(input, DEFINES_AGENT, agent, no_label, no_label);
}

static void define_case(const struct field *test_case, struct adapter_input *input)
{
	struct label label = {0}, agent;

	fields_read(test_case, case_fields, &label, input, NULL);
	agent = read_agent(test_case, input);
	if (!label.id)
		return;
	adapter_define(input, DEFINES_CASE, label, no_label, agent);
	define_agent(agent, input);
}

static void define_batch(const struct field *record, const char *id, struct adapter_input *input)
{
	struct field cases = field_list(record, "testCases");
	struct label agent = read_agent(record, input);
	int64_t total = -1;

	field_whole(record, "totalAttempts", INT32_MAX, &total);
	adapter_define(input, DEFINES_EXECUTION, (struct label){.id = id}, no_label, agent)
		->runs_expected = total;
	define_agent(agent, input);
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

const struct adapter adapter_sigmamind = {
	.name = "sigmamind",
	.summary = "SigmaMind test runs, batches and test cases",
	.claims = claims,
	.fields = fields,
	.read_run = read_run,
	.read_definition = read_definition,
};
