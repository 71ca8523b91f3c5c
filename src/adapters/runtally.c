/*
 * Our own run records: one line of `.ndjson` output, the tool's history and its units of work.
 *
 *   { "schema": "runtally.run/1", "source": "...", "run_id": "...",
 *     "suite": {"id", "name"}, "execution_id": "...", "case": {"id", "name"},
 *     "agent": {"id", "name"}, "model": "...", "outcome": "failed", "status": "completed",
 *     "cause": "criterion", "judged_by": "score", "score": 0.88, "created_at": T,
 *     "started_at": T, "ended_at": T, "updated_at": T, "seen_at": T, "dated_at": T,
 *     "exported_at": T, "environment": "...", "duration_ms": 45000, "latency_ms": [1240],
 *     "cost_usd": 0.0034, "tokens": {"input": 156, "output": 89},
 *     "criteria": [{"name", "outcome", "score"}], "reason": "...", "origin": "exports/a.json#3" }
 *
 * - `source` is what the run came from and is kept, so that its runs mix with freshly read ones; it
 *   may be a name that no adapter has.
 * - The outcome stands as it was decided when the record was written, but where it came from the
 *   score (`judged_by`): then it is that of today's pass score (adapters.c).
 * - Another version of the schema is an error that names it: a newer program wrote it, and
 *   guessing what changed could make runs pass.
 * - Unknown members are passed over: later versions of the same schema only add members.
 * - The first and the last line of a file of a history (history.h) are no runs, and no strangers.
 *   Its definitions name things of any source:
 *
 *   { "schema": "runtally.definition/1", "source": "...", "kind": "case", "id": "...",
 *     "name": "...", "suite": {"id", "name"}, "agent": {"id", "name"} }
 */
#include <inttypes.h>
#include <string.h>

#include "adapter_input.h"

static bool begins_with(const char *text, const char *beginning)
{
	return strncmp(text, beginning, strlen(beginning)) == 0;
}

/* Of a version that is not known, read_run says so. */
static enum record_kind claims(const struct json_value *record)
{
	const char *schema = json_value_text(json_value_get(record, "schema"));

	if (!schema)
		return RECORD_NOT_MINE;
	if (strcmp(schema, "runtally.history/1") == 0 ||
	    strcmp(schema, "runtally.history.end/1") == 0)
		return RECORD_FRAME;
	if (begins_with(schema, "runtally.definition/"))
		return RECORD_DEFINITION;
	if (begins_with(schema, "runtally.run/") || begins_with(schema, "runtally.history"))
		return RECORD_RUN;
	return RECORD_NOT_MINE;
}

static void read_latencies(void *into, const struct field *list, const struct field_row *row,
			   struct adapter_input *input)
{
	struct run *run = into;
	uint32_t *latencies = arena_alloc(input->scratch, field_count(list) * sizeof(*latencies));

	(void)row;
	for (size_t i = 0; i < field_count(list); i++) {
		struct field item = field_item(list, i);
		int64_t ms;

		if (field_ms(&item, NULL, &ms))
			latencies[run->latency_count++] = (uint32_t)ms;
	}
	run->latency_ms = latencies;
}

static void read_cause(void *into, const struct field *value, const struct field_row *row,
		       struct adapter_input *input)
{
	const char *name = field_text(value, NULL);

	(void)row, (void)input;
	*(enum cause *)into = name ? cause_by_name(name) : CAUSE_NONE;
}

static void read_judged_by(void *into, const struct field *value, const struct field_row *row,
			   struct adapter_input *input)
{
	const char *by = field_text(value, NULL);

	(void)row, (void)input;
	*(bool *)into = by && strcmp(by, "score") == 0;
}

static const struct field_row criterion_fields[] = {
	{"name", FIELD_NAME, AT_OF(told_criterion, name)},
	{"outcome", FIELD_STATUS, AT_OF(told_criterion, outcome)},
	{"score", FIELD_SCORE, AT_OF(told_criterion, score_micro),
	 ALSO_OF(told_criterion, has_score)},
	{0},
};

#define AT(member)   AT_OF(run, member)
#define ALSO(member) ALSO_OF(run, member)

static const struct field_row fields[] = {
	{"schema", .type = FIELD_NEEDED},
	{"key_check", .type = FIELD_NEEDED}, /* of a frame */
	{"source", FIELD_KEY, AT(source)},
	{"run_id", FIELD_KEY, AT(run_id)},
	{"suite", FIELD_LABEL, AT(suite)},
	{"case", FIELD_LABEL, AT(test_case)},
	{"agent", FIELD_LABEL, AT(agent)},
	{"execution_id", FIELD_ID, AT(execution_id)},
	{"model", FIELD_NAME, AT(model)},
	{"outcome", FIELD_STATUS, AT(outcome)},
	{"status", FIELD_TEXT, AT(status)},
	{"cause", FIELD_CODE, AT(cause), .read = read_cause},
	{"judged_by", FIELD_CODE, AT(judged_by_score), .read = read_judged_by},
	{"reason", FIELD_TEXT, AT(reason)},
	{"origin", FIELD_NAME, AT(origin)},
	{"tokens", .type = FIELD_SHAPE},
	{"created_at", FIELD_TIME, AT(created_at)},
	{"started_at", FIELD_TIME, AT(started_at)},
	{"ended_at", FIELD_TIME, AT(ended_at)},
	{"updated_at", FIELD_TIME, AT(updated_at)},
	{"seen_at", FIELD_TIME, AT(seen_at)},
	{"dated_at", FIELD_TIME, AT(dated_at)},
	{"exported_at", FIELD_TIME, AT(exported_at)},
	{"environment", FIELD_NAME, AT(environment)},
	{"duration_ms", FIELD_WHOLE, AT(duration_ms), .most = DURATION_MOST_MS},
	{"score", FIELD_SCORE, AT(score_micro), ALSO(has_score)},
	{"cost_usd", FIELD_MONEY, AT(cost_nano), ALSO(has_cost)},
	{"input", FIELD_TOKENS, IN("tokens"), AT(tokens_input), ALSO(has_tokens),
	 .partner = "output"},
	{"criteria", FIELD_LIST, .read = adapter_criteria, .rows = criterion_fields, .each = "[]"},
	{"latency_ms", FIELD_LIST, .read = read_latencies},
	{0},
};

/* Records that do not have the member yet tell by their reason: it counts criteria. */
static enum cause cause_by_reason(const struct run *run, struct adapter_input *input)
{
	static const struct {
		enum outcome outcome;
		enum cause cause;
		const char *words;
	} counts[] = {
		{OUTCOME_FAILED, CAUSE_CRITERION, "failed"},
		{OUTCOME_ERROR, CAUSE_UNJUDGED, "in error"},
	};

	for (size_t i = 0; run->outcome == OUTCOME_ERROR && run->reason && i < 2; i++) {
		const uint32_t count = run_count_criteria(run, counts[i].outcome);
		const char *words =
			arena_printf(input->scratch, "%" PRIu32 " of %" PRIu32 " criteria %s",
				     count, run->criterion_count, counts[i].words);

		if (count && begins_with(run->reason, words))
			return counts[i].cause;
	}
	return CAUSE_NONE;
}

/*
 * Those wrote of an only criterion in the plural, too. Were that kept, a run that comes again would
 * seem to have changed, and every later call would say so.
 */
static const char *reason_of(const struct run *run, const struct field *record,
			     struct adapter_input *input)
{
	static const char plural[] = "1 of 1 criteria ";
	const char *reason = run->reason;

	if (reason && run->criterion_count == 1 && !field_has(record, "cause") &&
	    begins_with(reason, plural))
		reason = arena_printf(input->scratch, "1 of 1 criterion %s",
				      reason + strlen(plural));
	return field_line(input->scratch, reason, REASON_BYTES);
}

static int refuse(const char *schema, struct error *err)
{
	return error_set(err, "the schema %.40s is not known to this version",
			 schema ? schema : "(none)");
}

static int read_run(struct run *run, const struct field *record, struct adapter_input *input,
		    struct error *err)
{
	const char *schema = field_text(record, "schema");

	field_id(record, "source"); /* what is odd about it is remarked of any schema */
	if (!schema || strcmp(schema, "runtally.run/1") != 0)
		return refuse(schema, err);
	run->source = NULL;
	if (fields_read(record, fields, run, input, err) < 0)
		return -1;
	if (run->cause == CAUSE_NONE)
		run->cause = cause_by_reason(run, input);
	run->reason = reason_of(run, record, input);
	return 0;
}

/* The kinds that are kept, by their words; of others a later version may tell. */
static const struct {
	const char *word;
	enum definition_kind kind;
} kinds[] = {{"suite", DEFINES_SUITE}, {"case", DEFINES_CASE}, {"agent", DEFINES_AGENT}};

static struct label read_label(const struct field *record, const char *key)
{
	const struct field label = field_object(record, key);

	return adapter_label(&label);
}

static int read_definition(const struct field *record, struct adapter_input *input,
			   struct error *err)
{
	const char *schema = field_text(record, "schema");
	const char *source = field_id(record, "source"), *kind = field_name(record, "kind");
	struct label label = adapter_label(record);
	struct label suite = read_label(record, "suite");
	struct label agent = read_label(record, "agent");

	if (!schema || strcmp(schema, "runtally.definition/1") != 0)
		return refuse(schema, err);
	if (!source || !kind || !label.id)
		return error_set(err, "the definition has no %s",
				 !source ? "source"
				 : !kind ? "kind"
					 : "id");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strcmp(kind, kinds[i].word) == 0)
			adapter_define(input, kinds[i].kind, label, suite, agent)->source = source;
	return 0;
}

const struct adapter adapter_runtally = {
	.name = "runtally",
	.summary = "Run records that runtally wrote itself (.ndjson)",
	.claims = claims,
	.fields = fields,
	.read_run = read_run,
	.read_definition = read_definition,
};
