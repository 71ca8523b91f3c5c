/* Baseline: the whole array as a tree of jansson's, then a walk over it. load_file FILE */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "tally.h"

static struct text text_of(const json_t *owner, const char *key)
{
	const json_t *value = json_object_get(owner, key);

	return (struct text){json_string_value(value), json_string_length(value)};
}

static void read_times(struct extract *run, const json_t *record, const char *start,
		       const char *end)
{
	run->started = text_of(record, start);
	run->ended = text_of(record, end);
}

static void read_kapso(struct extract *run, const json_t *record)
{
	const json_t *test_case = json_object_get(record, "test_case");
	const json_t *score = json_object_get(record, "score");
	const json_t *error = json_object_get(record, "error");

	run->source = SOURCE_KAPSO;
	run->id = text_of(record, "id");
	run->test_case = text_of(test_case, "id");
	run->suite = text_of(test_case, "test_suite_id");
	run->completed = json_is_true(json_object_get(record, "execution_completed"));
	run->broken = error && !json_is_null(error);
	run->has_score = json_is_number(score);
	run->score = json_number_value(score);
	read_times(run, record, "started_at", "ended_at");
}

static void read_magpipe(struct extract *run, const json_t *record)
{
	run->source = SOURCE_MAGPIPE;
	run->id = text_of(record, "id");
	run->test_case = text_of(record, "test_case_id");
	run->suite = text_of(json_object_get(record, "test_cases"), "suite_id");
	run->status = text_of(record, "status");
	read_times(run, record, "started_at", "completed_at");
}

static void read_telnyx(struct extract *run, const json_t *record)
{
	run->source = SOURCE_TELNYX;
	run->id = text_of(record, "run_id");
	run->test_case = text_of(record, "test_id");
	run->status = text_of(record, "status");
	read_times(run, record, "created_at", "completed_at");
}

static void read_sigmamind(struct extract *run, const json_t *record)
{
	run->source = SOURCE_SIGMAMIND;
	run->id = text_of(record, "jobId");
	run->test_case = text_of(json_object_get(record, "testCase"), "testCaseId");
	run->suite = text_of(json_object_get(record, "agent"), "name");
	run->success = json_is_true(json_object_get(record, "isSuccessful"));
	read_times(run, record, "createdDate", "completedDate");
}

static uint64_t count_of(const json_t *owner, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(owner, key));
}

static void read_turns(struct extract *run, const json_t *turns)
{
	size_t index;
	const json_t *turn;

	json_array_foreach(turns, index, turn)
	{
		const json_t *metrics = json_object_get(turn, "metrics");
		const json_t *tokens = json_object_get(metrics, "tokens");

		run->latency_count++;
		run->latency_ms += count_of(metrics, "latency_ms");
		run->tokens_input += count_of(tokens, "input");
		run->tokens_output += count_of(tokens, "output");
	}
}

static void read_playgent(struct extract *run, const json_t *record)
{
	const json_t *cost = json_object_get(json_object_get(record, "summary"), "total_cost_usd");

	run->source = SOURCE_PLAYGENT;
	run->id = text_of(record, "run_id");
	run->test_case = text_of(json_object_get(record, "test_case"), "id");
	run->suite = text_of(json_object_get(record, "agent"), "name");
	run->status = text_of(record, "status");
	run->success = json_is_true(json_object_get(record, "success"));
	run->has_cost = json_is_number(cost);
	run->cost_usd = json_number_value(cost);
	read_turns(run, json_object_get(record, "turns"));
}

static void read_record(const json_t *record)
{
	struct extract run = {.latency_count = 0};

	if (json_object_get(record, "data"))
		read_kapso(&run, json_object_get(record, "data"));
	else if (json_object_get(record, "run"))
		read_magpipe(&run, json_object_get(record, "run"));
	else if (json_object_get(record, "test_id"))
		read_telnyx(&run, record);
	else if (json_object_get(record, "jobId"))
		read_sigmamind(&run, record);
	else
		read_playgent(&run, record);
	tally_add(&run);
}

int main(int argc, char **argv)
{
	json_error_t error;
	json_t *root = argc == 2 ? json_load_file(argv[1], 0, &error) : NULL, *record;
	size_t index;

	if (!root) {
		fprintf(stderr, "load_file: cannot read the one FILE that it takes\n");
		return 1;
	}
	json_array_foreach(root, index, record) read_record(record);
	tally_print();
	json_decref(root);
	return 0;
}
