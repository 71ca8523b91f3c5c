/*
 * Magpipe: GET /functions/v1/test-runs, the items of `runs` and the content of `run`.
 *
 *   { "id": "...", "test_case_id": "...", "status": "failed", "started_at": T,
 *     "completed_at": T, "assertions": [{"name", "passed": false, "detail"}],
 *     "error_message": null, "ai_analysis": "...", "call_record_id": "...",
 *     "ai_proposed_fixes": [{"title", "description", "file", "action"}],
 *     "logs": {"signalwire": [{"duration_seconds": 45}], "render": [{"level", "message",
 *              "timestamp"}]},
 *     "test_cases": {"id", "name", "agent_id", "suite_id", "test_suites": {"name"}} }
 *
 * Each of the four queries leaves out other members, test_case_id among them. Definitions: a test
 * case {id, suite_id, name, agent_id, caller_mode, ...} and a suite {id, name, test_cases:
 * [{"count"}]}. Acknowledgement: {"run_id", "status" or "success", "message" or "call_sid"}.
 *
 * [D] documented, [S] read from the vendor's source, [I] decided here:
 * - `status` is the test's own verdict: passed, failed, error; pending and running are not
 *   finished [S]. Absent or another word: unknown.
 * - Assertions are the criteria, whatever their names: the server writes one per phrase, with the
 *   phrase in the name [S]. A failed one in a passed run is remarked; the status stands [I].
 * - Trouble with the line shows as `failed` with call_connected or agent_joined false [S]: the
 *   outcome stays failed, the reason says that the call did not come about [I].
 * - completed_at is the time of the evaluation, so the duration is longer than the call, whose
 *   length stands in the logs of the single-run shape alone [S].
 * - credits_charged is not money that we could convert: the cost stays unknown [I].
 * - Lists end silently at 50 and at 200 [S].
 */
#include "adapter_input.h"

#include <string.h>

#include "runtally/base/strbuf.h"

static bool has_any(const struct json_value *record, const char *const *keys)
{
	for (; *keys; keys++)
		if (record_has(record, *keys))
			return true;
	return false;
}

static bool is_run(const struct json_value *record)
{
	static const char *const sure[] = {"assertions",     "ai_analysis",     "ai_proposed_fixes",
					   "call_record_id", "caller_call_sid", NULL};
	static const char *const likely[] = {"test_case_id", "test_cases", "error_message", NULL};

	if (record_has(record, "run_id"))
		return false;
	if (has_any(record, sure))
		return record_has(record, "id") || record_has(record, "status");
	return record_has(record, "id") && record_has(record, "status") && has_any(record, likely);
}

static bool is_acknowledgement(const struct json_value *record)
{
	/* What runs and acknowledgements of the others, and our own run records, have. */
	static const char *const foreign[] = {"test_id", "test_case", "test_case_count", "turns",
					      "summary", "agent",     "schema",          NULL};
	static const char *const told[] = {"message", "call_sid", "call_record_id", NULL};

	if (!record_has(record, "run_id") || has_any(record, foreign))
		return false;
	if (!record_has(record, "status"))
		return record_has(record, "success");
	return has_any(record, told);
}

static bool is_suite(const struct json_value *record)
{
	const struct json_value *list = json_value_get(record, "test_cases");
	const struct json_value *first = json_value_item(list, 0);

	if (!list || !record_has(record, "name") || record_has(record, "status"))
		return false;
	if (!first)
		return !record_has(record, "agent_id");
	return record_has(first, "count") || record_has(first, "suite_id");
}

static bool is_case(const struct json_value *record)
{
	static const char *const sure[] = {"caller_mode",        "caller_script",
					   "expected_phrases",   "prohibited_phrases",
					   "expected_functions", NULL};

	return record_has(record, "name") &&
	       (record_has(record, "suite_id") || has_any(record, sure));
}

/* {"suite": {...}} and {"case": {...}}: what is inside may have no member that tells. */
static bool wraps(const struct json_value *record, const char *key)
{
	return json_value_size(record) == 1 && record_has(record, key);
}

static enum record_kind claims(const struct json_value *record)
{
	if (is_run(record))
		return RECORD_RUN;
	if (is_acknowledgement(record))
		return RECORD_ACKNOWLEDGEMENT;
	if (is_suite(record) || is_case(record) || wraps(record, "suite") || wraps(record, "case"))
		return RECORD_DEFINITION;
	return RECORD_NOT_MINE;
}

static const struct status_word words[] = {
	{"passed", OUTCOME_PASSED},   {"failed", OUTCOME_FAILED},   {"error", OUTCOME_ERROR},
	{"pending", OUTCOME_PENDING}, {"running", OUTCOME_PENDING}, {NULL, OUTCOME_UNKNOWN},
};

static const struct field_row criterion_fields[] = {
	{"name", FIELD_NAME, AT_OF(told_criterion, name)},
	{"passed", FIELD_VERDICT, AT_OF(told_criterion, outcome)},
	{"detail", FIELD_NAME, AT_OF(told_criterion, detail), .only_type = true},
	{0},
};

static const char criterion[] = "assertion";

#define AT(member)   AT_OF(run, member)
#define ALSO(member) ALSO_OF(run, member)

static const struct field_row fields[] = {
	{"id", FIELD_KEY, AT(run_id)},
	{"test_suites", FIELD_SHAPE, IN("test_cases")},
	{"test_cases", FIELD_LABEL, AT(test_case)},
	{"test_case_id", FIELD_ID, AT(test_case.id)},
	{"suite_id", FIELD_ID, IN("test_cases"), AT(suite.id)},
	{"name", FIELD_NAME, IN("test_cases", "test_suites"), AT(suite.name)},
	{"agent_id", FIELD_ID, IN("test_cases"), AT(agent.id)},
	{"created_at", FIELD_TIME, AT(created_at)},
	{"started_at", FIELD_TIME, AT(started_at)},
	{"completed_at", FIELD_TIME, AT(ended_at)},
	{"updated_at", FIELD_TIME, AT(updated_at)},
	{"status", FIELD_STATUS, AT(outcome), ALSO(status), .words = words},
	{"assertions", FIELD_LIST, .read = adapter_criteria, .rows = criterion_fields,
	 .each = "[]"},
	{0},
};

/* The assertion that says why there was no call; NULL: there was one. */
static const struct criterion *missed_call(const struct run *run)
{
	for (size_t i = 0; i < run->criterion_count; i++) {
		const struct criterion *item = &run->criteria[i];

		if (item->outcome == OUTCOME_FAILED && (strcmp(item->name, "call_connected") == 0 ||
							strcmp(item->name, "agent_joined") == 0))
			return item;
	}
	return NULL;
}

static const char *call_text(const struct run *run, struct adapter_input *input)
{
	const struct criterion *missed = missed_call(run);

	if (!missed)
		return NULL;
	return arena_printf(input->scratch, "the call did not come about: %s%s%s", missed->name,
			    missed->detail ? ": " : "", missed->detail ? missed->detail : "");
}

static const char *reason_of(struct run *run, const struct field *record,
			     struct adapter_input *input)
{
	enum cause cause = CAUSE_NONE;
	const char *texts[] = {
		field_name(record, "error_message"),
		call_text(run, input),
		adapter_failures(input, run, &cause),
		field_name(record, "ai_analysis"),
		run->outcome == OUTCOME_ERROR ? "the call could not be placed" : NULL,
	};

	if (run->outcome == OUTCOME_UNKNOWN)
		return adapter_no_verdict(input, run->status);
	if (run->outcome != OUTCOME_FAILED && run->outcome != OUTCOME_ERROR)
		return NULL;
	if (run->outcome == OUTCOME_ERROR && !texts[0] && !texts[1])
		run->cause = cause;
	return adapter_reason(input, texts, sizeof(texts) / sizeof(texts[0]));
}

static const char *log_text(const struct field *record, struct adapter_input *input)
{
	static const char *const members[] = {"timestamp", "level", "message"};
	struct field logs = field_object(record, "logs"), lines = field_list(&logs, "render");
	struct strbuf text = STRBUF_INIT;
	const char *copy;

	for (size_t i = 0; i < field_count(&lines); i++) {
		struct field line = field_item_object(&lines, i);
		const char *space = i ? "\n" : "";

		for (size_t m = 0; m < sizeof(members) / sizeof(members[0]); m++) {
			const char *part = field_name(&line, members[m]);

			if (!part)
				continue;
			strbuf_addstr(&text, space);
			strbuf_addstr(&text, part);
			space = " ";
		}
	}
	copy = arena_strndup(input->scratch, text.text, text.length);
	strbuf_release(&text);
	return copy;
}

static const char *fixes_text(const struct field *record, struct adapter_input *input)
{
	static const char *const members[] = {"title", "description", "file", "action"};
	static const char *const before[] = {"", ": ", "\n  file: ", "\n  action: "};
	struct field fixes = field_list(record, "ai_proposed_fixes");
	struct strbuf text = STRBUF_INIT;
	const char *copy;

	for (size_t i = 0; i < field_count(&fixes); i++) {
		struct field fix = field_item_object(&fixes, i);

		strbuf_addf(&text, "%s%zu. ", i ? "\n" : "", i + 1);
		for (size_t m = 0; m < sizeof(members) / sizeof(members[0]); m++) {
			const char *part = field_name(&fix, members[m]);

			if (part)
				strbuf_addf(&text, "%s%s", before[m], part);
		}
	}
	copy = arena_strndup(input->scratch, text.text, text.length);
	strbuf_release(&text);
	return copy;
}

static void read_details(struct run *run, const struct field *record, struct adapter_input *input)
{
	struct details *details = adapter_details(input, run);

	adapter_passage(input, details, "Error", field_name(record, "error_message"));
	adapter_passage(input, details, "Analysis", field_name(record, "ai_analysis"));
	adapter_passage(input, details, "Proposed fixes", fixes_text(record, input));
	if (input->want_logs)
		adapter_passage(input, details, "Log", log_text(record, input));
}

static int read_run(struct run *run, const struct field *record, struct adapter_input *input,
		    struct error *err)
{
	if (fields_read(record, fields, run, input, err) < 0)
		return -1;
	adapter_check_passed(run, record, criterion);
	run->reason = reason_of(run, record, input);
	if (input->want_details)
		read_details(run, record, input);
	return 0;
}

static void define_case(const struct field *test_case, struct label suite,
			struct adapter_input *input)
{
	struct label label = adapter_label(test_case);

	/* `[{"count": 5}]` stands where cases could stand. */
	if (label.id)
		adapter_define(input, DEFINES_CASE, label, suite,
			       (struct label){.id = field_id(test_case, "agent_id")});
}

static void define_suite(const struct field *record, struct label suite,
			 struct adapter_input *input)
{
	struct field cases = field_list(record, "test_cases");

	adapter_define(input, DEFINES_SUITE, suite, no_label,
		       (struct label){.id = field_id(record, "agent_id")});
	for (size_t i = 0; i < field_count(&cases); i++) {
		struct field test_case = field_item_object(&cases, i);

		define_case(&test_case, suite, input);
	}
}

static int read_definition(const struct field *record, struct adapter_input *input,
			   struct error *err)
{
	const bool of_suite = wraps(record->json, "suite");
	const bool of_case = wraps(record->json, "case");
	struct field inner = field_object(record, of_suite ? "suite" : "case");
	const struct field *from = of_suite || of_case ? &inner : record;
	struct field suites = field_object(from, "test_suites");
	struct label label = adapter_label(from);
	struct label suite = {.id = field_id(from, "suite_id"),
			      .name = field_name(&suites, "name")};

	if (!label.id)
		return error_set(err, "the definition has no id");
	if (of_suite || (!of_case && is_suite(from->json)))
		define_suite(from, label, input);
	else
		define_case(from, suite, input);
	return 0;
}

static const size_t silent_caps[] = {50, 200, 0};

const struct adapter adapter_magpipe = {
	.name = "magpipe",
	.summary = "Magpipe test runs, test suites and test cases",
	.claims = claims,
	.criterion = criterion,
	.fields = fields,
	.read_run = read_run,
	.read_definition = read_definition,
	.silent_caps = silent_caps,
};
