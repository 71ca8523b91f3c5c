#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"
#include "runtally/model/details.h"

enum { ROUNDS = 300, MOST = 6 };

/* Texts of any length, some NULL, some empty. */
static const char *some_text(uint32_t *seed, struct arena *arena)
{
	static const size_t lengths[] = {0, 1, 5, 126, 127, 128, 16382, 16383, 16384};
	uint32_t choice = next_random(seed) % 12;
	size_t length = choice < 9 ? lengths[choice] : next_random(seed) % 300;
	char *text = arena_alloc(arena, length + 1);

	if (choice == 11)
		return NULL;
	for (size_t i = 0; i < length; i++)
		text[i] = (char)(1 + next_random(seed) % 255);
	text[length] = '\0';
	return text;
}

static const struct message *some_messages(uint32_t *seed, struct arena *arena, size_t *count)
{
	struct message *messages = arena_alloc(arena, MOST * sizeof(*messages));

	*count = next_random(seed) % MOST;
	for (size_t i = 0; i < *count; i++)
		messages[i] = (struct message){some_text(seed, arena), some_text(seed, arena)};
	return messages;
}

static int64_t some_number(uint32_t *seed)
{
	static const int64_t numbers[] = {0, 1, 127, 128, 16383, 16384, INT64_MAX, -1, INT64_MIN};

	return numbers[next_random(seed) % (sizeof(numbers) / sizeof(numbers[0]))];
}

static struct turn some_turn(uint32_t *seed, struct arena *arena)
{
	struct turn turn = {
		.expected = some_text(seed, arena),
		.trace_id = some_text(seed, arena),
		.outcome = (enum outcome)(next_random(seed) % OUTCOME_COUNT),
		.has_latency = next_random(seed) % 2,
		.has_cost = next_random(seed) % 2,
		.has_tokens = next_random(seed) % 2,
		.latency_ms = some_number(seed),
		.cost_nano = some_number(seed),
		.tokens_input = some_number(seed),
		.tokens_output = some_number(seed),
	};

	turn.input = some_messages(seed, arena, &turn.input_count);
	turn.output = some_messages(seed, arena, &turn.output_count);
	return turn;
}

static struct details some_details(uint32_t *seed, struct arena *arena)
{
	struct passage *passages = arena_alloc(arena, MOST * sizeof(*passages));
	struct turn *turns = arena_alloc(arena, MOST * sizeof(*turns));
	struct details details = {
		.passages = passages,
		.passage_count = next_random(seed) % MOST,
		.turns = turns,
		.turn_count = next_random(seed) % MOST,
	};

	for (size_t i = 0; i < details.passage_count; i++)
		passages[i] = (struct passage){some_text(seed, arena), some_text(seed, arena)};
	for (size_t i = 0; i < details.turn_count; i++)
		turns[i] = some_turn(seed, arena);
	details.transcript = some_messages(seed, arena, &details.transcript_count);
	return details;
}

static struct run some_run(uint32_t *seed, struct arena *arena)
{
	struct criterion *criteria = arena_zalloc(arena, MOST * sizeof(*criteria));
	struct run run = made_run("kapso", "1", OUTCOME_FAILED);

	run.criteria = criteria;
	run.criterion_count = next_random(seed) % MOST;
	for (size_t i = 0; i < run.criterion_count; i++)
		criteria[i] = (struct criterion){
			.name = "name", .detail = some_text(seed, arena), .turn = (int)i};
	return run;
}

/* ---- comparing ---- */

static void check_text(const char *found, const char *expected)
{
	assert_int_equal(found == NULL, expected == NULL);
	if (found)
		assert_string_equal(found, expected);
}

/* Also that they follow those before, in the one array of all messages. */
static const struct message *check_messages(const struct message *found, size_t count,
					    const struct message *expected, size_t expected_count,
					    const struct message *next)
{
	assert_int_equal(count, expected_count);
	assert_ptr_equal(found, next);
	for (size_t i = 0; i < count; i++) {
		check_text(found[i].role, expected[i].role);
		check_text(found[i].content, expected[i].content);
	}
	return next + count;
}

static const struct message *check_turn(const struct turn *found, const struct turn *expected,
					const struct message *next)
{
	next = check_messages(found->input, found->input_count, expected->input,
			      expected->input_count, next);
	next = check_messages(found->output, found->output_count, expected->output,
			      expected->output_count, next);
	check_text(found->expected, expected->expected);
	check_text(found->trace_id, expected->trace_id);
	assert_int_equal(found->outcome, expected->outcome);
	assert_int_equal(found->has_latency, expected->has_latency);
	assert_int_equal(found->has_cost, expected->has_cost);
	assert_int_equal(found->has_tokens, expected->has_tokens);
	assert_int_equal(found->latency_ms, expected->latency_ms);
	assert_int_equal(found->cost_nano, expected->cost_nano);
	assert_int_equal(found->tokens_input, expected->tokens_input);
	assert_int_equal(found->tokens_output, expected->tokens_output);
	return next;
}

static void check_details(const struct details *found, const struct details *expected)
{
	const struct message *next = details_messages(found);

	assert_int_equal(details_parts(found), details_parts(expected));
	assert_int_equal(found->passage_count, expected->passage_count);
	for (size_t i = 0; i < found->passage_count; i++) {
		check_text(found->passages[i].label, expected->passages[i].label);
		check_text(found->passages[i].text, expected->passages[i].text);
	}
	assert_int_equal(found->turn_count, expected->turn_count);
	for (size_t i = 0; i < found->turn_count; i++)
		next = check_turn(&found->turns[i], &expected->turns[i], next);
	check_messages(found->transcript, found->transcript_count, expected->transcript,
		       expected->transcript_count, next);
}

/* Writes, forgets and reads the run; ASan sees whether a byte outside was read. */
static void check_round_trip(const struct run *run)
{
	struct criterion bare[MOST];
	struct strbuf out = STRBUF_INIT;
	struct run found = *run;
	struct arena arena;
	char *bytes;

	arena_init(&arena, 0);
	for (size_t i = 0; i < run->criterion_count; i++) {
		details_add_criterion(&out, run->criteria[i].detail);
		bare[i] = run->criteria[i];
		bare[i].detail = NULL;
	}
	details_write(&out, run->details, NULL, NULL);
	bytes = memory_alloc(out.length);
	memcpy(bytes, out.text, out.length);
	found.details = NULL;
	found.criteria = bare;
	details_read(&found, bytes, out.length, &arena);
	for (size_t i = 0; i < run->criterion_count; i++) {
		check_text(found.criteria[i].detail, run->criteria[i].detail);
		assert_int_equal(found.criteria[i].turn, run->criteria[i].turn);
		assert_null(bare[i].detail);
	}
	assert_int_equal(found.details == NULL, run->details == NULL);
	if (run->details)
		check_details(found.details, run->details);
	memory_free(bytes);
	strbuf_release(&out);
	arena_release(&arena);
}

static void comes_back(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (int i = 0; i < ROUNDS; i++) {
		struct arena arena;
		struct details details;
		struct run run;

		arena_init(&arena, 0);
		run = some_run(&seed, &arena);
		details = some_details(&seed, &arena);
		check_round_trip(&run);
		run.details = &details;
		check_round_trip(&run);
		arena_release(&arena);
	}
}

static void nothing_comes_back(void **state)
{
	static const struct details empty = {.turn_count = 0};
	struct run run = made_run("kapso", "1", OUTCOME_FAILED);

	(void)state;
	check_round_trip(&run);
	run.details = &empty;
	check_round_trip(&run);
}

static void huge_texts_come_back(void **state)
{
	enum { LENGTH = 40 * 1000 * 1000 };
	char *text = memory_alloc(LENGTH + 1);
	const struct message message = {"user", text};
	const struct details details = {.transcript = &message, .transcript_count = 1};
	struct run run = made_run("kapso", "1", OUTCOME_FAILED);

	(void)state;
	memset(text, 'x', LENGTH);
	text[LENGTH] = '\0';
	run.details = &details;
	check_round_trip(&run);
	memory_free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_back),
		cmocka_unit_test(nothing_comes_back),
		cmocka_unit_test(huge_texts_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
