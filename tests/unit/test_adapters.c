/*
 * The cases are in tests/unit/records/NAME.cases: a title after `== `, perhaps a line `with
 * WORD...` (details, scale=N, pass=MILLIONTHS), a JSON text, a line `--`, and what must be read of
 * it, as show_record writes it. Besides, every case is shown to every adapter, and is read again
 * with each of its members broken.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/adapter_input.h"
#include "runtally/adapters/adapters.h"
#include "runtally/base/arena.h"
#include "runtally/base/strbuf.h"
#include "runtally/base/times.h"
#include "runtally/json/json.h"
#include "runtally/model/run.h"

static struct arena arena;
static struct remarks remarks;
static struct verdict_rules rules;
static struct adapter_input input;

static bool details_hidden; /* those of criteria, which nobody keeps of a run that did not fail */

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, 0);
	json_use_arena(&arena);
	remarks = (struct remarks){.arena = &arena};
	rules = (struct verdict_rules){.pass_score_micro = 800000};
	input = (struct adapter_input){.rules = &rules, .scratch = &arena};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	json_use_arena(NULL);
	remarks_release(&remarks);
	adapter_input_release(&input);
	arena_release(&arena);
	return 0;
}

static void forget(void)
{
	remarks_release(&remarks);
	adapter_input_release(&input);
	input.want_details = false;
	input.want_logs = true;
	rules = (struct verdict_rules){.pass_score_micro = 800000};
}

/* Newlines as \n, so that every fact stays on its line. */
static void show_text(struct strbuf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\n')
			strbuf_addstr(out, "\\n");
		else
			strbuf_addch(out, *text);
	}
	strbuf_addch(out, '\n');
}

static void show(struct strbuf *out, const char *key, const char *text)
{
	if (!text)
		return;
	strbuf_addf(out, "%s: ", key);
	show_text(out, text);
}

static void show_label(struct strbuf *out, const char *key, const struct label *label)
{
	if (!label->id && !label->name)
		return;
	strbuf_addf(out, "%s: %s / %s\n", key, label->id ? label->id : "-",
		    label->name ? label->name : "-");
}

static void show_time(struct strbuf *out, const char *key, int64_t ms)
{
	char text[TIME_TEXT_SIZE];

	if (ms == TIME_UNKNOWN)
		return;
	time_text(ms, text);
	show(out, key, text);
}

static void show_criteria(struct strbuf *out, const struct run *run)
{
	for (size_t i = 0; i < run->criterion_count; i++) {
		const struct criterion *item = &run->criteria[i];

		strbuf_addf(out, "criterion: %s, %s", item->name, outcome_name(item->outcome));
		if (item->has_score)
			strbuf_addf(out, ", score %" PRId32, item->score_micro);
		if (item->turn != NO_TURN)
			strbuf_addf(out, ", turn %d", item->turn);
		if (item->detail && !details_hidden)
			strbuf_addf(out, ", %s", item->detail);
		strbuf_addch(out, '\n');
	}
}

static void show_messages(struct strbuf *out, const char *key, const struct message *messages,
			  size_t count)
{
	for (size_t i = 0; i < count; i++) {
		strbuf_addf(out, "%s %s: ", key, messages[i].role);
		show_text(out, messages[i].content);
	}
}

static void show_turn(struct strbuf *out, const struct turn *turn)
{
	strbuf_addf(out, "turn: %s", outcome_name(turn->outcome));
	if (turn->has_latency)
		strbuf_addf(out, ", %" PRId64 " ms", turn->latency_ms);
	if (turn->has_cost)
		strbuf_addf(out, ", cost %" PRId64, turn->cost_nano);
	if (turn->has_tokens)
		strbuf_addf(out, ", tokens %" PRId64 " %" PRId64, turn->tokens_input,
			    turn->tokens_output);
	if (turn->trace_id)
		strbuf_addf(out, ", trace %s", turn->trace_id);
	if (turn->expected)
		strbuf_addf(out, ", %s", turn->expected);
	strbuf_addch(out, '\n');
	show_messages(out, " input", turn->input, turn->input_count);
	show_messages(out, " output", turn->output, turn->output_count);
}

static void show_details(struct strbuf *out, const struct details *details)
{
	for (size_t i = 0; i < details->passage_count; i++) {
		strbuf_addf(out, "passage %s: ", details->passages[i].label);
		show_text(out, details->passages[i].text);
	}
	for (size_t i = 0; i < details->turn_count; i++)
		show_turn(out, &details->turns[i]);
	show_messages(out, "message", details->transcript, details->transcript_count);
}

static void show_numbers(struct strbuf *out, const struct run *run)
{
	if (run->has_score)
		strbuf_addf(out, "score: %" PRId32 "\n", run->score_micro);
	if (run->has_cost)
		strbuf_addf(out, "cost: %" PRId64 "\n", run->cost_nano);
	if (run->has_tokens)
		strbuf_addf(out, "tokens: %" PRId64 " %" PRId64 "\n", run->tokens_input,
			    run->tokens_output);
	if (run->latency_count)
		strbuf_addstr(out, "latency:");
	for (size_t i = 0; i < run->latency_count; i++)
		strbuf_addf(out, " %" PRIu32 "%s", run->latency_ms[i],
			    i + 1 == run->latency_count ? "\n" : "");
	show_time(out, "created", run->created_at);
	show_time(out, "started", run->started_at);
	show_time(out, "ended", run->ended_at);
	show_time(out, "updated", run->updated_at);
	show_time(out, "seen", run->seen_at);
	if (run->duration_ms >= 0)
		strbuf_addf(out, "duration: %" PRId64 "\n", run->duration_ms);
}

static void show_run(struct strbuf *out, const struct run *run, const char *owner)
{
	strbuf_addf(out, "%s %s\n", outcome_name(run->outcome), run->run_id);
	if (strcmp(run->source, owner) != 0)
		show(out, "source", run->source);
	show(out, "status", run->status);
	show_label(out, "suite", &run->suite);
	show(out, "execution", run->execution_id);
	show_label(out, "case", &run->test_case);
	show_label(out, "agent", &run->agent);
	show(out, "model", run->model);
	show_numbers(out, run);
	show_criteria(out, run);
	show(out, "reason", run->reason);
	if (run->cause != CAUSE_NONE)
		show(out, "cause", cause_name(run->cause));
	show(out, "origin", run->origin);
	if (run->details)
		show_details(out, run->details);
}

static void show_definition(struct strbuf *out, const struct definition *item)
{
	static const char *const kinds[] = {"suite", "case", "agent", "execution"};

	strbuf_addf(out, "defines %s: %s / %s", kinds[item->kind], item->id,
		    item->name ? item->name : "-");
	if (item->suite.id || item->suite.name)
		strbuf_addf(out, ", suite %s / %s", item->suite.id ? item->suite.id : "-",
			    item->suite.name ? item->suite.name : "-");
	if (item->agent.id || item->agent.name)
		strbuf_addf(out, ", agent %s / %s", item->agent.id ? item->agent.id : "-",
			    item->agent.name ? item->agent.name : "-");
	if (item->runs_expected >= 0)
		strbuf_addf(out, ", %" PRId64 " runs", item->runs_expected);
	strbuf_addch(out, '\n');
}

static void show_remarks(struct strbuf *out)
{
	for (size_t i = 0; i < remarks.count; i++)
		strbuf_addf(out, "%s at %s: %s\n",
			    remarks.items[i].severity == SEVERITY_ERROR ? "error" : "warning",
			    remarks.items[i].path, remarks.items[i].text);
}

static enum outcome read_as(const struct adapter *owner, const struct json_value *json,
			    struct strbuf *out)
{
	struct field root = field_root(json, &remarks);
	struct run run;
	struct error err;

	run_init(&run);
	run.source = owner->name;
	if (adapter_read_run(owner, &run, &root, &input, &err) < 0) {
		strbuf_addf(out, "rejected: %s\n", err.text);
		run.outcome = OUTCOME_COUNT;
	} else {
		show_run(out, &run, owner->name);
	}
	show_remarks(out);
	return run.outcome;
}

static void define_as(const struct adapter *owner, const struct json_value *json,
		      struct strbuf *out)
{
	struct field root = field_root(json, &remarks);
	struct error err;

	if (owner->read_definition(&root, &input, &err) < 0)
		strbuf_addf(out, "rejected: %s\n", err.text);
	for (size_t i = 0; i < input.definition_count; i++)
		show_definition(out, &input.definitions[i]);
	show_remarks(out);
}

/* OUTCOME_COUNT: it was not a run that can be counted. */
static enum outcome show_value(struct strbuf *out, const struct json_value *json)
{
	static const char *const kinds[] = {"nobody", "run", "definition", "acknowledgement",
					    "refusal"};
	const struct adapter *owner;
	enum record_kind kind = adapter_pick(json, &owner);

	strbuf_addf(out, "%s%s%s\n", owner ? owner->name : "", owner ? " " : "", kinds[kind]);
	if (kind == RECORD_RUN)
		return read_as(owner, json, out);
	if (kind == RECORD_DEFINITION)
		define_as(owner, json, out);
	else if (kind == RECORD_REFUSAL)
		show(out, "words", refusal_text(json, &arena));
	return OUTCOME_COUNT;
}

static enum outcome show_record(struct strbuf *out, const json_t *value)
{
	return show_value(out, json_value_of_jansson(value, &arena));
}

struct sample {
	const char *file, *title, *options, *json, *expected;
};

struct samples {
	struct sample items[400];
	size_t count;
};

static void take_options(const char *options)
{
	const char *scale = strstr(options, "scale="), *pass = strstr(options, "pass=");

	input.want_details = strstr(options, "details") != NULL;
	input.want_logs = strstr(options, "no logs") == NULL;
	if (scale)
		rules.score_scale = (int)strtol(scale + strlen("scale="), NULL, 10);
	if (pass)
		rules.pass_score_micro = (int32_t)strtol(pass + strlen("pass="), NULL, 10);
}

static char *read_whole(const char *file)
{
	char path[200];
	size_t length;
	char *text = arena_alloc(&arena, 200000);
	FILE *in;

	snprintf(path, sizeof(path), "tests/unit/records/%s.cases", file);
	in = fopen(path, "rb");
	if (!in)
		fail_msg("%s: run this from the top of the checkout", path);
	length = fread(text, 1, 199999, in);
	assert_true(length < 199999);
	fclose(in);
	text[length] = '\0';
	return text;
}

/* Ends the line at `text` and returns the next one. */
static char *end_line(char *text)
{
	text = strchr(text, '\n');
	assert_non_null(text);
	*text = '\0';
	return text + 1;
}

static void load_file(struct samples *samples, const char *file)
{
	static const char mark[] = "\n== ";
	char *at = strstr(read_whole(file), mark);

	while (at) {
		struct sample *sample = &samples->items[samples->count++];
		char *body;

		assert_true(samples->count < sizeof(samples->items) / sizeof(*sample));
		*sample = (struct sample){.file = file, .options = "", .title = at + strlen(mark)};
		body = end_line(at + strlen(mark));
		at = strstr(body, mark);
		if (at)
			at[1] = '\0';
		if (strncmp(body, "with ", 5) == 0) {
			sample->options = body;
			body = end_line(body);
		}
		sample->json = body;
		body = strstr(body, "\n--\n");
		assert_non_null(body);
		*body = '\0';
		sample->expected = body + strlen("\n--\n");
	}
}

static const struct samples *load(void)
{
	static struct samples samples;

	samples.count = 0;
	for (size_t i = 0; adapters[i]; i++) {
		size_t before = samples.count;

		load_file(&samples, adapters[i]->name);
		assert_true(samples.count > before);
	}
	load_file(&samples, "others");
	return &samples;
}

static json_t *parse(const struct sample *sample)
{
	struct error err;
	json_t *json = json_parse(sample->json, strlen(sample->json), 1, 1, &err);

	if (!json)
		fail_msg("%s, %s: %s", sample->file, sample->title, err.text);
	return json;
}

/* Blank lines at the end separate cases. */
static size_t text_length(const char *text)
{
	size_t length = strlen(text);

	while (length > 1 && text[length - 1] == '\n' && text[length - 2] == '\n')
		length--;
	return length;
}

static void test_samples(void **state)
{
	const struct samples *samples = load();
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < samples->count; i++) {
		const struct sample *sample = &samples->items[i];
		struct strbuf out = STRBUF_INIT;
		size_t length = text_length(sample->expected);

		forget();
		take_options(sample->options);
		show_record(&out, parse(sample));
		if (out.length != length || memcmp(out.text, sample->expected, length) != 0) {
			print_error("%s, %s:\n%s--- instead of\n%s", sample->file, sample->title,
				    out.text, sample->expected);
			wrong++;
		}
		strbuf_release(&out);
	}
	assert_int_equal(wrong, 0);
}

static size_t claims(const json_t *value)
{
	const struct json_value *json = json_value_of_jansson(value, &arena);
	size_t count = 0;

	for (size_t i = 0; adapters[i]; i++)
		count += adapters[i]->claims(json) != RECORD_NOT_MINE;
	return count;
}

static void test_every_sample_is_claimed_once(void **state)
{
	const struct samples *samples = load();

	(void)state;
	for (size_t i = 0; i < samples->count; i++) {
		const struct sample *sample = &samples->items[i];
		const json_t *json = parse(sample);
		const struct adapter *owner;

		adapter_pick(json_value_of_jansson(json, &arena), &owner);
		if (claims(json) != (owner ? 1 : 0))
			fail_msg("%s, %s: claimed by %zu", sample->file, sample->title,
				 claims(json));
		if (strcmp(sample->file, "others") == 0)
			assert_int_equal(claims(json), 0);
		else
			assert_string_equal(owner->name, sample->file);
	}
}

/* No error, or a verdict that is not told in this of its two places. */
static bool may_let_pass(const char *key, const char *value)
{
	static const char *const optional[] = {"error", "execution_completed", "isSuccessful",
					       "isSuccesful"};

	if (strcmp(key, "error") == 0 && (strcmp(value, "[]") == 0 || strcmp(value, "{}") == 0))
		return true;
	for (size_t i = 0; i < sizeof(optional) / sizeof(optional[0]); i++)
		if (strcmp(key, optional[i]) == 0 && strcmp(value, "null") == 0)
			return true;
	return false;
}

/* A value of each type in the place of a member changes neither who claims nor makes a run pass. */
static void break_member(const struct sample *sample, const char *key)
{
	static const char *const values[] = {"null", "5", "\"x\"", "[]", "{}", "[5]", "{\"a\":5}"};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		json_t *json = parse(sample);
		struct strbuf before = STRBUF_INIT, after = STRBUF_INIT;
		enum outcome was, now;
		size_t owners = claims(json);
		struct error err;

		forget();
		take_options("with details");
		was = show_record(&before, json);
		forget();
		take_options("with details");
		json_object_set(json, key, json_parse(values[i], strlen(values[i]), 1, 1, &err));
		now = show_record(&after, json);
		if (strcmp(key, "schema") != 0 && strcmp(key, "test_cases") != 0)
			assert_int_equal(claims(json), owners);
		if (now == OUTCOME_PASSED && was != now && was != OUTCOME_COUNT &&
		    !may_let_pass(key, values[i]))
			fail_msg("%s, %s: passes when %s is %s", sample->file, sample->title, key,
				 values[i]);
		strbuf_release(&before);
		strbuf_release(&after);
	}
}

static void test_broken_members(void **state)
{
	const struct samples *samples = load();
	size_t broken = 0;

	(void)state;
	for (size_t i = 0; i < samples->count; i++) {
		const struct sample *sample = &samples->items[i];
		const char *key;
		json_t *value, *whole;

		if (strcmp(sample->file, "others") == 0)
			continue;
		whole = parse(sample);
		json_object_foreach(whole, key, value)
		{
			break_member(sample, key);
			broken++;
		}
	}
	assert_true(broken > 500);
}

/* The record as it comes with what the adapters want of it alone; NULL: it is no object. */
static const struct json_value *pick_record(const json_t *value, const struct wanted *wanted)
{
	const struct picking how = {.wanted = wanted, .arena = &arena};
	struct pick *pick = arena_alloc(&arena, sizeof(*pick));
	char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
	size_t length = strlen(text);
	char *padded = arena_zalloc(&arena, length + JSON_PICK_PADDING);

	memcpy(padded, text, length);
	return json_pick(padded, length, &how, pick) == PICKED ? &pick->value : NULL;
}

static void compare_picked(const struct sample *sample, const json_t *value, const char *path,
			   const struct wanted *wanted)
{
	const struct json_value *picked = pick_record(value, wanted);
	struct strbuf whole = STRBUF_INIT, part = STRBUF_INIT;
	enum outcome outcome, other;

	if (!picked)
		return;
	details_hidden = true;
	forget();
	outcome = show_record(&whole, value);
	forget();
	other = show_value(&part, picked);
	/* A run that failed or that cannot be counted is read again as a whole. */
	if (outcome == OUTCOME_FAILED || outcome == OUTCOME_ERROR || outcome == OUTCOME_COUNT)
		assert_int_equal(other, outcome);
	else if (strcmp(whole.text, part.text) != 0)
		fail_msg("%s, %s, with %s changed:\n%s--- picked\n%s", sample->file, sample->title,
			 path, whole.text, part.text);
	details_hidden = false;
	strbuf_release(&whole);
	strbuf_release(&part);
}

/* Every member and item below `value`, dropped and with a value of each type in its place. */
static void compare_changed(const struct sample *sample, json_t *record, json_t *value,
			    const struct wanted *wanted)
{
	static const char *const values[] = {"null", "true", "5", "0.5", "\"x\"", "[]", "{}"};
	const size_t size = json_is_array(value) ? json_array_size(value) : json_object_size(value);
	const char **keys = arena_alloc(&arena, (size + 1) * sizeof(*keys));
	const char *key;
	size_t count = 0;
	json_t *inner;
	struct error err;

	json_object_foreach(value, key, inner) keys[count++] = key;
	for (size_t i = 0; i < size; i++) {
		key = json_is_array(value) ? "an item" : keys[i];
		inner = json_is_array(value) ? json_array_get(value, i)
					     : json_object_get(value, key);
		for (size_t v = 0; v < sizeof(values) / sizeof(*values); v++) {
			json_t *other = json_parse(values[v], strlen(values[v]), 1, 1, &err);

			if (json_is_array(value))
				json_array_set(value, i, other);
			else
				json_object_set(value, key, other);
			compare_picked(sample, record, key, wanted);
		}
		if (json_is_array(value))
			json_array_set(value, i, inner);
		else
			json_object_set(value, key, inner);
		compare_changed(sample, record, inner, wanted);
	}
}

static void test_picked_is_whole(void **state)
{
	struct wanted *wanted = wanted_new();
	const struct samples *samples = load();

	(void)state;
	adapters_want(wanted);
	for (size_t i = 0; i < samples->count; i++) {
		json_t *record = parse(&samples->items[i]);

		compare_picked(&samples->items[i], record, "nothing", wanted);
		compare_changed(&samples->items[i], record, record, wanted);
	}
	wanted_free(wanted);
}

static void test_left_out_members(void **state)
{
	const struct samples *samples = load();

	(void)state;
	for (size_t i = 0; i < samples->count; i++) {
		const struct sample *sample = &samples->items[i];
		const char *key;
		json_t *value, *whole;

		if (strcmp(sample->file, "others") == 0)
			continue;
		whole = parse(sample);
		json_object_foreach(whole, key, value)
		{
			json_t *json = parse(sample);
			struct strbuf out = STRBUF_INIT;

			forget();
			json_object_del(json, key);
			show_record(&out, json);
			if (claims(json) > 1)
				fail_msg("%s, %s without %s: claimed by %zu", sample->file,
					 sample->title, key, claims(json));
			strbuf_release(&out);
		}
	}
}

static void test_table(void **state)
{
	static const char *const names[] = {"kapso",   "sigmamind", "telnyx",
					    "magpipe", "playgent",  "runtally"};

	(void)state;
	for (size_t i = 0; i < 6; i++) {
		assert_string_equal(adapters[i]->name, names[i]);
		assert_true(adapter_by_name(names[i]) == adapters[i]);
		assert_int_equal(adapter_rank(names[i]), i);
		assert_true(adapters[i]->summary && *adapters[i]->summary);
	}
	assert_null(adapters[6]);
	assert_null(adapter_by_name("Kapso"));
	assert_null(adapter_by_name(""));
	assert_int_equal(adapter_rank("coval"), 6);
	assert_null(adapter_by_name("telnyx")->silent_caps);
	assert_int_equal(adapter_by_name("magpipe")->silent_caps[0], 50);
	assert_int_equal(adapter_by_name("magpipe")->silent_caps[1], 200);
	assert_int_equal(adapter_by_name("magpipe")->silent_caps[2], 0);
}

static void test_lines(void **state)
{
	static const struct {
		const char *text;
		size_t limit;
		const char *line;
	} cases[] = {
		{NULL, 10, NULL},
		{"", 10, NULL},
		{" \t\r\n\v\f", 10, NULL},
		{"a", 10, "a"},
		{"  a \n\n b\x7F\tc  ", 10, "a b c"},
		{"1234567890", 10, "1234567890"},
		{"1234567890   ", 10, "1234567890"},
		{"12345678901", 10, "1234567..."},
		{"123456 8901", 10, "123456..."},
		{"123456\xC3\xA4\xC3\xA4xx", 10, "123456..."},
		{"12345\xC3\xA4\xC3\xA4xx", 10, "12345\xC3\xA4..."},
		{"1234\xF0\x9F\x98\x80xxxx", 10, "1234..."},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *line = field_line(&arena, cases[i].text, cases[i].limit);

		if (!cases[i].line)
			assert_null(line);
		else
			assert_string_equal(line, cases[i].line);
	}
}

static void test_failures_list_names_once(void **state)
{
	static const char *const names[] = {"a", "b", "a", "c", "d", "e", "f", "g", "h", "i", "j"};
	struct criterion criteria[11];
	enum cause cause;
	struct run run;

	(void)state;
	run_init(&run);
	assert_null(adapter_failures(&input, &run, &cause));
	for (size_t i = 0; i < 11; i++)
		criteria[i] =
			(struct criterion){.name = names[i], .outcome = OUTCOME_FAILED, .turn = -1};
	run.criteria = criteria;
	run.criterion_count = 1;
	assert_string_equal(adapter_failures(&input, &run, &cause), "1 of 1 criterion failed: a");
	run.criterion_count = 4;
	assert_string_equal(adapter_failures(&input, &run, &cause),
			    "4 of 4 criteria failed: a, b, c");
	run.criterion_count = 11;
	assert_string_equal(adapter_failures(&input, &run, &cause),
			    "11 of 11 criteria failed: a, b, c, d, e, f, g, h, ...");
	assert_int_equal(cause, CAUSE_CRITERION);
	for (size_t i = 0; i < 11; i++)
		criteria[i].outcome = i == 1 ? OUTCOME_ERROR : OUTCOME_PASSED;
	assert_string_equal(adapter_failures(&input, &run, &cause), "1 of 11 criteria in error: b");
	assert_int_equal(cause, CAUSE_UNJUDGED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_samples, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_every_sample_is_claimed_once, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_broken_members, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_left_out_members, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_picked_is_whole, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_table, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_lines, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_failures_list_names_once, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
