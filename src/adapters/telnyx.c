/*
 * Telnyx: GET /ai/assistants/tests/{test_id}/runs/{run_id}, and the items of its lists.
 *
 *   { "run_id": "...", "test_id": "...", "status": "failed", "triggered_by": "cron",
 *     "created_at": T, "completed_at": T, "updated_at": T, "logs": "...",
 *     "test_suite_run_id": "...", "detail_status": [{"name": "...", "status": "passed"}] }
 *
 * Definition: the AssistantTest {test_id, name, rubric[], test_suite}, which alone knows the name
 * of the test and of its suite.
 *
 * [D] documented, [I] decided here:
 * - `status` is the test's own verdict: passed, failed, error; pending, starting and running are
 *   not finished [D]. Required, but missing in the vendor's own example: then unknown, never
 *   passed [I]. A filter's description adds `timeout` and `completed`, which the enum lacks:
 *   timeout is an error, completed alone says nothing: unknown [I].
 * - detail_status holds one criterion each, in the same words [D]. A failed criterion in a passed
 *   run is a contradiction that is remarked; the status stands [I].
 * - test_suite_run_id names one execution of a suite, not the suite [D].
 * - created_at includes the wait in the queue, there is no start [D]. An end before it is left as
 *   it is: it gives no duration.
 * - Logs are one text of unknown form [D]: the reason of last resort.
 */
#include "adapter_input.h"

static bool is_definition(const struct json_value *record)
{
	return record_has(record, "name") || record_has(record, "rubric") ||
	       record_has(record, "test_suite") || record_has(record, "instructions") ||
	       record_has(record, "telnyx_conversation_channel");
}

static enum record_kind claims(const struct json_value *record)
{
	if (!record_has(record, "test_id"))
		return RECORD_NOT_MINE;
	/* A run that lost its run_id is still no definition: it is to be rejected by name. */
	if (record_has(record, "run_id") || record_has(record, "status") ||
	    record_has(record, "triggered_by"))
		return RECORD_RUN;
	return is_definition(record) ? RECORD_DEFINITION : RECORD_NOT_MINE;
}

static const struct status_word words[] = {
	{"passed", OUTCOME_PASSED},   {"failed", OUTCOME_FAILED},     {"error", OUTCOME_ERROR},
	{"pending", OUTCOME_PENDING}, {"starting", OUTCOME_PENDING},  {"running", OUTCOME_PENDING},
	{"timeout", OUTCOME_ERROR},   {"completed", OUTCOME_UNKNOWN}, {NULL, OUTCOME_UNKNOWN},
};

static const struct field_row criterion_fields[] = {
	{"name", FIELD_NAME, AT_OF(told_criterion, name)},
	{"status", FIELD_STATUS, AT_OF(told_criterion, outcome), .words = words},
	{0},
};

#define AT(member)   AT_OF(run, member)
#define ALSO(member) ALSO_OF(run, member)

static const struct field_row fields[] = {
	{"run_id", FIELD_KEY, AT(run_id)},
	{"test_id", FIELD_ID, AT(test_case.id)},
	{"test_suite_run_id", FIELD_ID, AT(execution_id)},
	{"created_at", FIELD_TIME, AT(created_at)},
	{"completed_at", FIELD_TIME, AT(ended_at)},
	{"updated_at", FIELD_TIME, AT(updated_at)},
	{"status", FIELD_STATUS, AT(outcome), ALSO(status), .words = words},
	{"detail_status", FIELD_LIST, .read = adapter_criteria, .rows = criterion_fields,
	 .each = "[]"},
	{0},
};

static const char *reason_of(struct run *run, const char *logs, struct adapter_input *input)
{
	enum cause cause = CAUSE_NONE;
	const char *texts[] = {adapter_failures(input, run, &cause), logs, NULL};

	switch (run->outcome) {
	case OUTCOME_ERROR:
		texts[2] = "the test could not be carried out";
		run->cause = cause;
		break;
	case OUTCOME_FAILED:
		break;
	case OUTCOME_UNKNOWN:
		return adapter_no_verdict(input, run->status);
	default:
		return NULL;
	}
	return adapter_reason(input, texts, 3);
}

static int read_run(struct run *run, const struct field *record, struct adapter_input *input,
		    struct error *err)
{
	const char *logs;

	if (fields_read(record, fields, run, input, err) < 0)
		return -1;
	adapter_check_passed(run, record, "criterion");
	logs = input->want_logs ? field_name(record, "logs") : NULL;
	run->reason = reason_of(run, logs, input);
	if (input->want_details)
		adapter_passage(input, adapter_details(input, run), "Log", logs);
	return 0;
}

static int read_definition(const struct field *record, struct adapter_input *input,
			   struct error *err)
{
	struct label label = {.id = field_id(record, "test_id")}, suite = no_label;

	if (!label.id)
		return error_set(err, "the test has no test_id");
	/* In statements of their own: compilers evaluate arguments in orders of theirs. */
	label.name = field_name(record, "name");
	suite.name = field_name(record, "test_suite");
	adapter_define(input, DEFINES_CASE, label, suite, no_label);
	return 0;
}

const struct adapter adapter_telnyx = {
	.name = "telnyx",
	.summary = "Telnyx assistant test runs and assistant tests",
	.claims = claims,
	.fields = fields,
	.read_run = read_run,
	.read_definition = read_definition,
	.name_list = "data",
};
