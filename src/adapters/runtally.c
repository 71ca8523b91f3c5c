/*
 * Our own run records: one line of `.ndjson` output, the tool's history and its units of work.
 *
 *   { "schema": "runtally.run/1", "source": "playgent", "run_id": "...",
 *     "suite": {"id", "name"}, "execution_id": "...", "case": {"id", "name"},
 *     "agent": {"id", "name"}, "model": "...", "outcome": "failed", "status": "completed",
 *     "score": 0.88, "created_at": T, "started_at": T, "ended_at": T, "updated_at": T,
 *     "seen_at": T, "duration_ms": 45000, "latency_ms": [1240], "cost_usd": 0.0034,
 *     "tokens": {"input": 156, "output": 89}, "criteria": [{"name", "outcome", "score"}],
 *     "reason": "...", "origin": "exports/a.json#3" }
 *
 * - `source` is what the run came from and is kept, so that its runs mix with freshly read ones; it
 *   may be a name that no adapter has.
 * - The outcome stands as it was decided when the record was written: pass score and scale of
 *   today do not change it.
 * - Another version of the schema is an error that names it: a newer program wrote it, and
 *   guessing what changed could make runs pass.
 * - Unknown members are passed over: later versions of the same schema only add members.
 * - The first and the last line of a file of a history (history.h) are no runs, and no strangers.
 */
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
	if (begins_with(schema, "runtally.run/") || begins_with(schema, "runtally.history"))
		return RECORD_RUN;
	return RECORD_NOT_MINE;
}

static enum outcome outcome_of(const struct field *owner)
{
	static const struct status_word words[] = {
		{"passed", OUTCOME_PASSED},   {"failed", OUTCOME_FAILED}, {"error", OUTCOME_ERROR},
		{"pending", OUTCOME_PENDING}, {NULL, OUTCOME_UNKNOWN},
	};
	const char *text = field_text(owner, "outcome");

	if (text && strcmp(text, outcome_name(OUTCOME_UNKNOWN)) == 0)
		return OUTCOME_UNKNOWN;
	return adapter_status(owner, "outcome", words, NULL);
}

static struct label read_label(const struct field *record, const char *key)
{
	struct field from = field_object(record, key);

	return adapter_label(&from);
}

static void read_criteria(struct run *run, const struct field *record, struct adapter_input *input)
{
	struct field list = field_list(record, "criteria");
	struct criterion *criteria =
		arena_zalloc(input->scratch, field_count(&list) * sizeof(*criteria));

	for (size_t i = 0; i < field_count(&list); i++) {
		struct field item = field_item_object(&list, i);
		struct criterion *criterion = &criteria[run->criterion_count];
		const char *name = adapter_text(&item, "name");

		if (!item.json)
			continue;
		criterion->name = name ? name : "unnamed";
		criterion->outcome = outcome_of(&item);
		criterion->has_score = adapter_score(&item, "score", &criterion->score_micro);
		criterion->turn = NO_TURN;
		run->criterion_count++;
	}
	run->criteria = criteria;
}

static void read_latencies(struct run *run, const struct field *record, struct adapter_input *input)
{
	struct field list = field_list(record, "latency_ms");
	uint32_t *latencies = arena_alloc(input->scratch, field_count(&list) * sizeof(*latencies));

	for (size_t i = 0; i < field_count(&list); i++) {
		struct field item = field_item(&list, i);
		int64_t ms;

		if (field_ms(&item, NULL, &ms))
			latencies[run->latency_count++] = (uint32_t)ms;
	}
	run->latency_ms = latencies;
}

static void read_numbers(struct run *run, const struct field *record)
{
	struct field tokens = field_object(record, "tokens");

	field_time(record, "created_at", &run->created_at);
	field_time(record, "started_at", &run->started_at);
	field_time(record, "ended_at", &run->ended_at);
	field_time(record, "updated_at", &run->updated_at);
	field_time(record, "seen_at", &run->seen_at);
	field_integer(record, "duration_ms", 0, DURATION_MOST_MS, &run->duration_ms);
	run->has_score = adapter_score(record, "score", &run->score_micro);
	run->has_cost = field_money(record, "cost_usd", &run->cost_nano);
	run->has_tokens =
		adapter_tokens(&tokens, "input", "output", &run->tokens_input, &run->tokens_output);
}

static int read_run(struct run *run, const struct field *record, struct adapter_input *input,
		    struct error *err)
{
	const char *schema = field_text(record, "schema");
	const char *source = field_id(record, "source");

	if (!schema || strcmp(schema, "runtally.run/1") != 0)
		return error_set(err, "the schema %.40s is not known to this version",
				 schema ? schema : "(none)");
	run->run_id = field_id(record, "run_id");
	if (!run->run_id || !source)
		return error_set(err, "the run has no %s", source ? "run_id" : "source");
	run->source = source;
	run->suite = read_label(record, "suite");
	run->test_case = read_label(record, "case");
	run->agent = read_label(record, "agent");
	run->execution_id = field_id(record, "execution_id");
	run->model = adapter_text(record, "model");
	run->outcome = outcome_of(record);
	run->status = field_text(record, "status");
	run->reason = adapter_line(input, field_text(record, "reason"), REASON_BYTES);
	run->origin = adapter_text(record, "origin");
	read_numbers(run, record);
	read_criteria(run, record, input);
	read_latencies(run, record, input);
	return 0;
}

static const char *const wanted[] = {
	"schema",     "source",   "run_id",     "suite",   "execution_id", "case",
	"agent",      "model",    "outcome",    "status",  "score",        "created_at",
	"started_at", "ended_at", "updated_at", "seen_at", "duration_ms",  "latency_ms",
	"cost_usd",   "tokens",   "criteria",   "reason",  "origin",       NULL,
};

const struct adapter adapter_runtally = {
	.name = "runtally",
	.summary = "Run records that runtally wrote itself (.ndjson)",
	.claims = claims,
	.wanted = wanted,
	.read_run = read_run,
};
