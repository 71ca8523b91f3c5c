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

struct kapso_run {
	struct run run;
	const char *error, *feedback;
	enum flag completed;
	bool has_end, has_any_score; /* also one that cannot be read */
};

/* 1, 10 or 100; 0 where the score fits none. */
static int scale_of(const struct field *score, const struct verdict_rules *rules, int64_t micro)
{
	int scale = micro <= SCORE_ONE ? 1 : micro <= INT64_C(10) * SCORE_ONE ? 10 : 100;

	if (rules->score_scale)
		scale = rules->score_scale;
	if (micro < 0 || micro > INT64_C(1) * scale * SCORE_ONE) {
		field_remark(score, NULL, SEVERITY_ERROR, "is not within 0 to %d", scale);
		return 0;
	}
	if (!rules->score_scale && scale > 1)
		field_remark(score, NULL, SEVERITY_WARNING,
			     "is above %d and was read on a scale of 0 to %d", scale / 10, scale);
	return scale;
}

static void read_score(void *into, const struct field *score, const struct field_row *row,
		       struct adapter_input *input)
{
	struct kapso_run *it = into;
	int64_t micro;
	int scale = field_micro(score, NULL, &micro) ? scale_of(score, input->rules, micro) : 0;

	(void)row;
	it->has_any_score = score->json != NULL;
	it->run.has_score = scale > 0;
	if (scale)
		it->run.score_micro = (int32_t)((micro + scale / 2) / scale);
}

/* The words of `error`; NULL where there is none. */
static void read_error(void *into, const struct field *error, const struct field_row *row,
		       struct adapter_input *input)
{
	const char **text = into, *type, *message;

	(void)row;
	if (!error->json || json_value_is(error->json, JSON_VALUE_FALSE) ||
	    (json_value_is(error->json, JSON_VALUE_LIST) && !field_count(error)))
		return;
	if (json_value_is(error->json, JSON_VALUE_STRING)) {
		*text = field_name(error, NULL);
		return;
	}
	if (!json_value_is(error->json, JSON_VALUE_OBJECT)) {
		field_remark_type(error, NULL, error->json, "an object");
		*text = "the run ended in an error";
		return;
	}
	if (!json_value_size(error->json))
		return;
	type = field_name(error, "type");
	message = field_name(error, "message");
	if (type && message)
		*text = arena_printf(input->scratch, "%s: %s", type, message);
	else
		*text = message ? message : type ? type : "the run ended in an error";
}

#define AT(member)   AT_OF(kapso_run, member)
#define ALSO(member) ALSO_OF(kapso_run, member)

static const struct field_row fields[] = {
	{"id", FIELD_KEY, AT(run.run_id)},
	{"test_case", FIELD_LABEL, AT(run.test_case)},
	{"test_suite_id", FIELD_ID, IN("test_case"), AT(run.suite.id)},
	{"test_case_id", FIELD_ID, AT(run.test_case.id)},
	{"test_case_name", FIELD_NAME, AT(run.test_case.name)},
	{"created_at", FIELD_TIME, AT(run.created_at)},
	{"started_at", FIELD_TIME, AT(run.started_at)},
	{"ended_at", FIELD_TIME, AT(run.ended_at), ALSO(has_end)},
	{"updated_at", FIELD_TIME, AT(run.updated_at)},
	{"score", FIELD_CODE, .read = read_score},
	{"model", FIELD_NAME, IN("token_usage"), AT(run.model)},
	{"input_tokens", FIELD_TOKENS, IN("token_usage"), AT(run.tokens_input),
	 ALSO(run.has_tokens), .partner = "output_tokens"},
	{"error", FIELD_CODE, AT(error), .read = read_error},
	{"feedback", FIELD_NAME, AT(feedback)},
	{"execution_completed", FIELD_FLAG, AT(completed)},
	{0},
};

static bool judge_failed(const struct kapso_run *it)
{
	static const char words[] = "Evaluation failed";

	return (!it->run.has_score || it->run.score_micro == 0) && it->feedback &&
	       strncmp(it->feedback, words, sizeof(words) - 1) == 0;
}

static enum outcome outcome_of(const struct kapso_run *it, const struct verdict_rules *rules)
{
	if (it->error)
		return OUTCOME_ERROR;
	if (!it->has_end && !it->has_any_score && it->completed != FLAG_TRUE)
		return OUTCOME_PENDING;
	if (it->completed == FLAG_FALSE || judge_failed(it))
		return OUTCOME_ERROR;
	if (!it->run.has_score || it->completed == FLAG_ODD)
		return OUTCOME_UNKNOWN;
	return it->run.score_micro >= rules->pass_score_micro ? OUTCOME_PASSED : OUTCOME_FAILED;
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

static const char *reason_of(const struct kapso_run *it, struct adapter_input *input)
{
	const char *texts[] = {it->error, it->feedback, NULL};
	const char *points;

	switch (it->run.outcome) {
	case OUTCOME_PASSED:
	case OUTCOME_PENDING:
		return NULL;
	case OUTCOME_UNKNOWN:
		return it->run.has_score ? "execution_completed cannot be read"
					 : "no score is told";
	case OUTCOME_ERROR:
		texts[2] = "the run was not completed";
		break;
	default:
		points = unmet_points(it->feedback, input);
		texts[1] = points ? points : it->feedback;
		texts[2] = SCORE_TOO_LOW;
		break;
	}
	if (judge_failed(it))
		texts[1] = arena_printf(input->scratch, "the judge failed: %s", it->feedback);
	return adapter_reason(input, texts, 3);
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

static void read_details(struct kapso_run *it, const struct field *record,
			 struct adapter_input *input)
{
	struct details *details = adapter_details(input, &it->run);
	struct field test_case = field_object(record, "test_case");

	adapter_passage(input, details, "Error", it->error);
	adapter_passage(input, details, "Feedback", it->feedback);
	adapter_passage(input, details, "Script", field_name(&test_case, "script"));
	adapter_passage(input, details, "Rubric", field_name(&test_case, "rubric"));
	read_transcript(details, record, input);
}

static int read_run(struct run *run, const struct field *record, struct adapter_input *input,
		    struct error *err)
{
	struct kapso_run it = {.run = *run};

	if (fields_read(record, fields, &it, input, err) < 0)
		return -1;
	it.run.outcome = outcome_of(&it, input->rules);
	it.run.reason = reason_of(&it, input);
	if (judge_failed(&it))
		it.run.has_score = false;
	if (input->want_details)
		read_details(&it, record, input);
	*run = it.run;
	return 0;
}

static void define_case(const struct field *test_case, struct label suite, struct label agent,
			struct adapter_input *input)
{
	struct label label = adapter_label(test_case);

	if (label.id)
		adapter_define(input, DEFINES_CASE, label, suite, agent);
}

static int read_definition(const struct field *record, struct adapter_input *input,
			   struct error *err)
{
	struct label label = adapter_label(record);
	struct label suite = {.id = field_id(record, "test_suite_id")}, agent = {.id = NULL};
	struct field cases;

	if (!label.id)
		return error_set(err, "the definition has no id");
	if (!is_suite(record->json)) {
		define_case(record, suite, agent, input);
		return 0;
	}
	agent.id = field_id(record, "agent_id");
	cases = field_list(record, "test_cases");
	adapter_define(input, DEFINES_SUITE, label, no_label, agent);
	for (size_t i = 0; i < field_count(&cases); i++) {
		struct field test_case = field_item_object(&cases, i);

		define_case(&test_case, label, agent, input);
	}
	return 0;
}

static const struct envelope envelopes[] = {{"agent_test_run", .object = true}, {0}};

const struct adapter adapter_kapso = {
	.name = "kapso",
	.summary = "Kapso agent test runs, test suites and test cases",
	.claims = claims,
	.fields = fields,
	.read_run = read_run,
	.read_definition = read_definition,
	.envelopes = envelopes,
	.only_scores = true,
};
