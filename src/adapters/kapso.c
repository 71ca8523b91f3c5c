/*
 * Kapso: GET /test_runs/{id}, unwrapped from its `data`.
 *
 *   { "id": "...", "thread_id": "...", "started_at": T, "ended_at": T, "score": 0.85,
 *     "feedback": "markdown of the judge", "execution_completed": true, "error": null,
 *     "conversation": [{"role", "content"}], "full_history": [...], "created_at": T,
 *     "updated_at": T, "test_case": {"id", "name", "script", "rubric", "test_suite_id"} }
 *
 * Beside it the runner itself writes test_case_id, test_case_name and token_usage{model,
 * input_tokens, output_tokens}. Definitions: TestSuite {id, name, agent_id, test_cases[]} and
 * TestCase {id, name, script, rubric, test_suite_id}.
 *
 * [D] documented, [S] read from the vendor's source, [I] decided here:
 * - There is no status and no verdict [D]: passed iff the score reaches rules->pass_score_micro.
 * - `error` with anything in it is an error and wins over the score: after an exception the judge
 *   still scores what there is of the conversation [S]. `{}` and null are none [D]. So does
 *   execution_completed == false.
 * - ended_at and score both null and nothing completed: pending [I]; a run that was created without
 *   run_now may well say execution_completed false, so pending is looked at first.
 * - The judge's own failure hides as a score of 0 with a feedback that begins "Evaluation failed"
 *   [S]: an error, and the reason says so [I].
 * - Scores are 0..1 [S], though an example shows 9.5 [D]: above 1 they are read as 0..10, above 10
 *   as 0..100, with a warning, unless rules->score_scale fixes the scale. A score outside of its
 *   scale is none. The 0 of a judge that failed is no score either [I].
 * - An end without a score is unknown, and so is an execution_completed that is no boolean: what
 *   cannot be read never lets a run pass [I].
 * - The feedback is markdown with a checklist of U+2705, U+274C and U+26A0 [S]. What it marks as
 *   not met is why a run failed, else all of the feedback is [I]. The marks are no criteria:
 *   their words are the judge's own in each run.
 * - The conversation is what the two sides said; full_history adds tool calls, their results and
 *   the system prompt. Both are lists, though documented as objects [S]. The transcript is
 *   full_history where it has any of these and no fewer messages of the user: else a page could
 *   hide that the agent did what the judge says it did not. Where it reaches less far, and where
 *   it adds nothing, it is the conversation, unless that is empty [I].
 */
#include <string.h>

#include "adapter_input.h"
#include "runtally/base/utf8.h"

static bool is_run(const struct json_value *record)
{
	if (record_has(record, "execution_completed"))
		return true;
	if (record_has(record, "thread_id"))
		return record_has(record, "score") || record_has(record, "feedback") ||
		       record_has(record, "full_history") || record_has(record, "test_case");
	return record_has(record, "score") && record_has(record, "feedback") &&
	       (record_has(record, "test_case") || record_has(record, "test_case_id") ||
		record_has(record, "conversation"));
}

static bool is_case(const struct json_value *record)
{
	/* A Telnyx test has a rubric too. */
	if (record_has(record, "test_id"))
		return false;
	if (record_has(record, "test_suite_id"))
		return record_has(record, "rubric") || record_has(record, "script") ||
		       record_has(record, "name");
	return record_has(record, "name") && record_has(record, "rubric");
}

/* Suites of an agent's list may come without their cases: then no member may be a stranger. */
static bool is_bare_suite(const struct json_value *record)
{
	static const char *const known[] = {"id",       "name",       "description",
					    "agent_id", "created_at", "updated_at"};
	size_t count = 0;

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		count += record_has(record, known[i]);
	return count == json_value_size(record) && record_has(record, "agent_id") &&
	       record_has(record, "name");
}

/* Magpipe's suites have test_cases as well; theirs count, or point back by suite_id. */
static bool is_suite(const struct json_value *record)
{
	const struct json_value *first = json_value_item(json_value_get(record, "test_cases"), 0);

	if (!record_has(record, "name") || record_has(record, "status"))
		return false;
	if (!record_has(record, "test_cases"))
		return is_bare_suite(record);
	if (record_has(first, "count") || record_has(first, "suite_id"))
		return false;
	return record_has(record, "agent_id") || is_case(first);
}

static enum record_kind claims(const struct json_value *record)
{
	if (is_run(record))
		return RECORD_RUN;
	if (is_suite(record) || is_case(record))
		return RECORD_DEFINITION;
	return RECORD_NOT_MINE;
}

/* 1, 10 or 100; 0 where the score fits none. */
static int scale_of(const struct field *record, const struct verdict_rules *rules, int64_t micro)
{
	int scale = micro <= SCORE_ONE ? 1 : micro <= INT64_C(10) * SCORE_ONE ? 10 : 100;

	if (rules->score_scale)
		scale = rules->score_scale;
	if (micro < 0 || micro > INT64_C(1) * scale * SCORE_ONE) {
		field_remark(record, "score", SEVERITY_ERROR, "is not within 0 to %d", scale);
		return 0;
	}
	if (!rules->score_scale && scale > 1)
		field_remark(record, "score", SEVERITY_WARNING,
			     "is above %d and was read on a scale of 0 to %d", scale / 10, scale);
	return scale;
}

static void read_score(struct run *run, const struct field *record,
		       const struct adapter_input *input)
{
	int64_t micro;
	int scale;

	if (!field_micro(record, "score", &micro))
		return;
	scale = scale_of(record, input->rules, micro);
	if (!scale)
		return;
	run->has_score = true;
	run->score_micro = (int32_t)((micro + scale / 2) / scale);
}

/* The words of `error`; NULL where there is none. */
static const char *error_text(const struct field *record, struct adapter_input *input)
{
	struct field error = field_any(record, "error");
	const char *type, *message;

	if (!error.json || json_value_is(error.json, JSON_VALUE_FALSE) ||
	    (json_value_is(error.json, JSON_VALUE_LIST) && !field_count(&error)))
		return NULL;
	if (json_value_is(error.json, JSON_VALUE_STRING))
		return adapter_text(record, "error");
	error = field_object(record, "error");
	if (!error.json)
		return "the run ended in an error";
	if (!json_value_size(error.json))
		return NULL;
	type = adapter_text(&error, "type");
	message = adapter_text(&error, "message");
	if (type && message)
		return arena_printf(input->scratch, "%s: %s", type, message);
	return message ? message : type ? type : "the run ended in an error";
}

static bool judge_failed(const struct run *run, const char *feedback)
{
	static const char words[] = "Evaluation failed";

	return (!run->has_score || run->score_micro == 0) && feedback &&
	       strncmp(feedback, words, sizeof(words) - 1) == 0;
}

static enum outcome outcome_of(const struct run *run, const struct field *record, const char *error,
			       const char *feedback, const struct verdict_rules *rules)
{
	bool completed = false, told = field_bool(record, "execution_completed", &completed);

	if (error)
		return OUTCOME_ERROR;
	if (!field_has(record, "ended_at") && !field_has(record, "score") && !completed)
		return OUTCOME_PENDING;
	if ((told && !completed) || judge_failed(run, feedback))
		return OUTCOME_ERROR;
	if (!run->has_score || (!told && field_has(record, "execution_completed")))
		return OUTCOME_UNKNOWN;
	return run->score_micro >= rules->pass_score_micro ? OUTCOME_PASSED : OUTCOME_FAILED;
}

enum { POINTS_MOST = 8, POINT_BYTES = 300 };

/* Behind the mark of a list: `-`, `*`, `+`, `1.`, `2)`. */
static const char *skip_list_mark(const char *line)
{
	size_t digits;

	line += strspn(line, " \t-*+");
	digits = strspn(line, "0123456789");
	if (digits && (line[digits] == '.' || line[digits] == ')'))
		line += digits + 1;
	return line + strspn(line, " \t");
}

/* What a line says behind the cross of a checklist; NULL: it is not marked so. */
static const char *crossed_point(const char *line)
{
	static const char cross[] = "\xe2\x9d\x8c";

	line = skip_list_mark(line);
	if (strncmp(line, cross, sizeof(cross) - 1) != 0)
		return NULL;
	line += sizeof(cross) - 1;
	return line + strspn(line, " \t:");
}

/* Without the asterisks of bold type. */
static void add_point(struct strbuf *out, const char *point, size_t length)
{
	strbuf_addstr(out, out->length ? "; " : "not met: ");
	for (size_t i = 0; i < length; i++) {
		if (i + 1 < length && point[i] == '*' && point[i + 1] == '*')
			i++;
		else
			strbuf_addch(out, point[i]);
	}
}

/* The points that the judge marked as not met, on one line; NULL: there is none. */
static const char *unmet_points(const char *feedback, struct adapter_input *input)
{
	struct strbuf points = STRBUF_INIT;
	const char *text = NULL;
	size_t count = 0;

	for (const char *line = feedback; line && *line; line += strspn(line, "\r\n")) {
		const char *point = crossed_point(line);
		size_t length = point ? strcspn(point, "\r\n") : 0;

		if (length && count++ < POINTS_MOST)
			add_point(&points, point, utf8_cut(point, length, POINT_BYTES));
		line += strcspn(line, "\r\n");
	}
	if (count > POINTS_MOST)
		strbuf_addf(&points, "; and %zu more", count - POINTS_MOST);
	if (count)
		text = arena_strndup(input->scratch, points.text, points.length);
	strbuf_release(&points);
	return text;
}

static const char *reason_of(const struct run *run, const char *error, const char *feedback,
			     struct adapter_input *input)
{
	const char *texts[] = {error, feedback, NULL};
	const char *points;

	switch (run->outcome) {
	case OUTCOME_PASSED:
	case OUTCOME_PENDING:
		return NULL;
	case OUTCOME_UNKNOWN:
		return run->has_score ? "execution_completed cannot be read" : "no score is told";
	case OUTCOME_ERROR:
		texts[2] = "the run was not completed";
		break;
	default:
		points = unmet_points(feedback, input);
		texts[1] = points ? points : feedback;
		texts[2] = "the score is below the pass score";
		break;
	}
	if (judge_failed(run, feedback))
		texts[1] = arena_printf(input->scratch, "the judge failed: %s", feedback);
	return adapter_reason(input, texts, 3);
}

static void read_usage(struct run *run, const struct field *record)
{
	struct field usage = field_object(record, "token_usage");

	run->model = adapter_text(&usage, "model");
	run->has_tokens = adapter_tokens(&usage, "input_tokens", "output_tokens",
					 &run->tokens_input, &run->tokens_output);
}

struct talk {
	const struct message *messages;
	size_t count, of[MESSAGE_KINDS];
};

static struct talk read_talk(const struct field *record, const char *key,
			     struct adapter_input *input)
{
	struct field value = field_any(record, key);
	struct talk talk = {.count = 0};

	talk.count = adapter_messages(input, &value, "unknown", &talk.messages);
	for (size_t i = 0; i < talk.count; i++)
		talk.of[message_kind(talk.messages[i].role)]++;
	return talk;
}

static void read_transcript(struct details *details, const struct field *record,
			    struct adapter_input *input)
{
	struct talk talk = read_talk(record, "conversation", input);
	struct talk history = read_talk(record, "full_history", input);
	bool has_tools = history.of[MESSAGE_TOOL] > talk.of[MESSAGE_TOOL];
	bool has_more = has_tools || history.of[MESSAGE_SYSTEM] > talk.of[MESSAGE_SYSTEM];
	bool is_shorter = history.of[MESSAGE_USER] < talk.of[MESSAGE_USER];

	if (has_tools && is_shorter)
		field_remark(record, "full_history", SEVERITY_WARNING,
			     "reaches less far than the conversation, which is shown without its "
			     "tool calls");
	if (!talk.count || (has_more && !is_shorter))
		talk = history;
	details->transcript = talk.messages;
	details->transcript_count = talk.count;
}

static void read_details(struct run *run, const struct field *record, const char *error,
			 const char *feedback, struct adapter_input *input)
{
	struct details *details = arena_zalloc(input->scratch, sizeof(*details));
	struct field test_case = field_object(record, "test_case");

	adapter_passage(input, details, "Error", error);
	adapter_passage(input, details, "Feedback", feedback);
	adapter_passage(input, details, "Script", adapter_text(&test_case, "script"));
	adapter_passage(input, details, "Rubric", adapter_text(&test_case, "rubric"));
	read_transcript(details, record, input);
	run->details = details;
}

static void read_labels(struct run *run, const struct field *record)
{
	struct field test_case = field_object(record, "test_case");

	run->test_case = adapter_label(&test_case);
	run->suite.id = field_id(&test_case, "test_suite_id");
	if (!run->test_case.id)
		run->test_case.id = field_id(record, "test_case_id");
	if (!run->test_case.name)
		run->test_case.name = adapter_text(record, "test_case_name");
}

static int read_run(struct run *run, const struct field *record, struct adapter_input *input,
		    struct error *err)
{
	const char *error, *feedback;

	run->run_id = field_id(record, "id");
	if (!run->run_id)
		return error_set(err, "the run has no id");
	read_labels(run, record);
	field_time(record, "created_at", &run->created_at);
	field_time(record, "started_at", &run->started_at);
	field_time(record, "ended_at", &run->ended_at);
	field_time(record, "updated_at", &run->updated_at);
	read_score(run, record, input);
	read_usage(run, record);
	error = error_text(record, input);
	feedback = adapter_text(record, "feedback");
	run->outcome = outcome_of(run, record, error, feedback, input->rules);
	run->reason = reason_of(run, error, feedback, input);
	if (judge_failed(run, feedback))
		run->has_score = false;
	if (input->want_details)
		read_details(run, record, error, feedback, input);
	return 0;
}

static void define_case(const struct field *test_case, const struct label *suite,
			const struct label *agent, struct adapter_input *input)
{
	struct label label = adapter_label(test_case);

	if (!label.id)
		return;
	adapter_define(input, &(struct definition){.kind = DEFINES_CASE,
						   .id = label.id,
						   .name = label.name,
						   .suite = *suite,
						   .agent = *agent,
						   .runs_expected = -1});
}

static void define_suite(const struct field *record, const struct label *suite,
			 struct adapter_input *input)
{
	struct label agent = {.id = field_id(record, "agent_id")};
	struct field cases = field_list(record, "test_cases");

	adapter_define(input, &(struct definition){.kind = DEFINES_SUITE,
						   .id = suite->id,
						   .name = suite->name,
						   .agent = agent,
						   .runs_expected = -1});
	for (size_t i = 0; i < field_count(&cases); i++) {
		struct field test_case = field_item_object(&cases, i);

		define_case(&test_case, suite, &agent, input);
	}
}

static int read_definition(const struct field *record, struct adapter_input *input,
			   struct error *err)
{
	struct label label = adapter_label(record);
	struct label suite = {.id = field_id(record, "test_suite_id")}, agent = {.id = NULL};

	if (!label.id)
		return error_set(err, "the definition has no id");
	if (is_suite(record->json))
		define_suite(record, &label, input);
	else
		define_case(record, &suite, &agent, input);
	return 0;
}

static const char *const wanted[] = {
	"id",           "started_at",     "ended_at",       "created_at",
	"updated_at",   "score",          "feedback",       "execution_completed",
	"error",        "test_case.id",   "test_case.name", "test_case.test_suite_id",
	"test_case_id", "test_case_name", "token_usage",    NULL,
};

static const struct envelope envelopes[] = {{"agent_test_run", .object = true}, {NULL}};

const struct adapter adapter_kapso = {
	.name = "kapso",
	.summary = "Kapso agent test runs, test suites and test cases",
	.claims = claims,
	.wanted = wanted,
	.read_run = read_run,
	.read_definition = read_definition,
	.envelopes = envelopes,
};
