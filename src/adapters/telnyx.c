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

static enum outcome outcome_of(const struct field *owner, const char **status)
{
	static const struct status_word words[] = {
		{"passed", OUTCOME_PASSED},    {"failed", OUTCOME_FAILED},
		{"error", OUTCOME_ERROR},      {"pending", OUTCOME_PENDING},
		{"starting", OUTCOME_PENDING}, {"running", OUTCOME_PENDING},
		{"timeout", OUTCOME_ERROR},    {"completed", OUTCOME_UNKNOWN},
		{NULL, OUTCOME_UNKNOWN},
	};

	return adapter_status(owner, "status", words, status);
}

static void read_criteria(struct run *run, const struct field *record, struct adapter_input *input)
{
	struct field list = field_list(record, "detail_status");
	struct criterion *criteria =
		arena_zalloc(input->scratch, field_count(&list) * sizeof(*criteria));

	for (size_t i = 0; i < field_count(&list); i++) {
		struct field item = field_item_object(&list, i);
		const char *name = adapter_text(&item, "name");

		if (!item.json)
			continue;
		criteria[run->criterion_count++] = (struct criterion){
			.name = name ? name : "unnamed",
			.outcome = outcome_of(&item, NULL),
			.turn = NO_TURN,
		};
	}
	run->criteria = criteria;
}

static const char *reason_of(const struct run *run, const char *logs, struct adapter_input *input)
{
	const char *texts[] = {adapter_failures(input, run), logs, NULL};

	switch (run->outcome) {
	case OUTCOME_ERROR:
		texts[2] = "the test could not be carried out";
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

static void read_details(struct run *run, const char *logs, struct adapter_input *input)
{
	struct details *details = arena_zalloc(input->scratch, sizeof(*details));

	adapter_passage(input, details, "Log", logs);
	run->details = details;
}

static int read_run(struct run *run, const struct field *record, struct adapter_input *input,
		    struct error *err)
{
	const char *logs;

	run->run_id = field_id(record, "run_id");
	if (!run->run_id)
		return error_set(err, "the run has no run_id");
	run->test_case.id = field_id(record, "test_id");
	run->execution_id = field_id(record, "test_suite_run_id");
	field_time(record, "created_at", &run->created_at);
	field_time(record, "completed_at", &run->ended_at);
	field_time(record, "updated_at", &run->updated_at);
	run->outcome = outcome_of(record, &run->status);
	read_criteria(run, record, input);
	adapter_check_passed(run, record, "criterion");
	logs = input->want_logs ? adapter_text(record, "logs") : NULL;
	run->reason = reason_of(run, logs, input);
	if (input->want_details)
		read_details(run, logs, input);
	return 0;
}

static int read_definition(const struct field *record, struct adapter_input *input,
			   struct error *err)
{
	const char *id = field_id(record, "test_id");

	if (!id)
		return error_set(err, "the test has no test_id");
	adapter_define(input, &(struct definition){
				      .kind = DEFINES_CASE,
				      .id = id,
				      .name = adapter_text(record, "name"),
				      .suite = {.name = adapter_text(record, "test_suite")},
				      .runs_expected = -1,
			      });
	return 0;
}

static const char *const wanted[] = {
	"run_id",     "test_id",       "status", "test_suite_run_id", "created_at", "completed_at",
	"updated_at", "detail_status", NULL,
};

const struct adapter adapter_telnyx = {
	.name = "telnyx",
	.summary = "Telnyx assistant test runs and assistant tests",
	.claims = claims,
	.wanted = wanted,
	.read_run = read_run,
	.read_definition = read_definition,
	.name_list = "data",
};
