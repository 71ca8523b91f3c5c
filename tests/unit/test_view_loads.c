#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report.h"

enum { RUNS = 4, TURNS = 2, INPUTS = 3, OUTPUTS = 2, LONG = 100 * 1000 };

/* Every text says where it stands: `r1t0i2` is the third input of the first turn of run 1. */
static void keep_run(struct made_report *world, int run_index)
{
	static const struct message said = {"user", "said"};
	struct message inputs[TURNS][INPUTS], outputs[TURNS][OUTPUTS];
	struct criterion criteria[TURNS];
	struct turn turns[TURNS];
	struct run run;
	struct arena arena;
	struct passage passage;
	struct details details = {
		.turns = turns,
		.turn_count = TURNS,
		.passages = &passage,
		.passage_count = 1,
		.transcript = &said,
		.transcript_count = 1,
	};

	arena_init(&arena, 0);
	run = made_run("kapso", arena_printf(&arena, "r%d", run_index), OUTCOME_FAILED);
	passage = (struct passage){"Log", arena_printf(&arena, "r%dp", run_index)};
	for (int t = 0; t < TURNS; t++) {
		for (int i = 0; i < INPUTS; i++)
			inputs[t][i] = (struct message){
				"user", arena_printf(&arena, "r%dt%di%d", run_index, t, i)};
		for (int o = 0; o < OUTPUTS; o++)
			outputs[t][o] = (struct message){
				"assistant", arena_printf(&arena, "r%dt%do%d", run_index, t, o)};
		turns[t] = (struct turn){
			.input = inputs[t],
			.input_count = INPUTS,
			.output = outputs[t],
			.output_count = OUTPUTS,
			.expected = arena_printf(&arena, "r%dt%de", run_index, t),
		};
		criteria[t] = (struct criterion){
			.name = "name",
			.detail = arena_printf(&arena, "r%dt%dc", run_index, t),
			.turn = t,
		};
	}
	run.details = &details;
	run.criteria = criteria;
	run.criterion_count = TURNS;
	report_keep(world, &run);
	arena_release(&arena);
}

static struct strbuf rendered;

static int setup(void **state)
{
	static struct made_report world;

	strbuf_init(&rendered);
	report_init(&world);
	for (int r = 0; r < RUNS; r++)
		keep_run(&world, r);
	report_build(&world);
	*state = &world;
	return 0;
}

static int teardown(void **state)
{
	report_release(*state);
	strbuf_release(&rendered);
	return 0;
}

static void render(const struct made_report *world, const char *template)
{
	struct error err = {""};

	if (render_text(&world->view, template, &rendered, &err))
		fail_msg("%s", err.text);
}

/* What a template shows that walks the turns of all runs inside the turns of each run. */
static void add_inner(struct strbuf *out)
{
	for (int at = 0; at < RUNS * TURNS * OUTPUTS; at++) {
		int r = at / OUTPUTS / TURNS, t = at / OUTPUTS % TURNS, o = at % OUTPUTS;

		strbuf_addf(out, "(r%dt%do%d", r, t, o);
		for (int p = 0; p < RUNS; p++)
			strbuf_addf(out, "....r%dp", p);
		strbuf_addf(out, "%d:r%dt%do%d)", o + 1, r, t, o);
	}
}

static void add_turn(struct strbuf *out, int r, int t)
{
	for (int i = 0; i < INPUTS; i++) {
		strbuf_addf(out, "[%s%d:r%dt%di%d", i ? "" : "first ", i + 1, r, t, i);
		add_inner(out);
		strbuf_addf(out, "r%dt%di%d]", r, t, i);
	}
	strbuf_addf(out, "r%dt%de:r%dt%dc;", r, t, r, t);
}

/* Whatever is loaded meanwhile, each value still says what it said. ASan sees what it reads. */
static void survives_any_template(void **state)
{
	static const char template[] =
		"{{#runs}}{{#turns}}{{#input}}[{{#first}}first {{/first}}{{number}}:{{content}}"
		"{{#runs}}{{#turns}}{{#output}}({{content}}"
		"{{#runs}}{{#passages}}{{#text}}"
		"{{#runs}}{{#transcript}}.{{/transcript}}{{/runs}}"
		"{{.}}{{/text}}{{/passages}}{{/runs}}"
		"{{number}}:{{content}}){{/output}}{{/turns}}{{/runs}}"
		"{{content}}]{{/input}}{{expected}}:{{#criteria}}{{detail}}{{/criteria}};"
		"{{/turns}}{{/runs}}";
	struct made_report *world = *state;
	struct strbuf expected = STRBUF_INIT;

	for (int r = 0; r < RUNS; r++)
		for (int t = 0; t < TURNS; t++)
			add_turn(&expected, r, t);
	render(world, template);
	assert_string_equal(rendered.text, expected.text);
	strbuf_release(&expected);
}

/* Details that went missing while the template was in the middle of them. */
static void survives_a_lost_file(void **state)
{
	struct made_report *world = *state;

	/* runs 0 and 1 are loaded, and give way to others soon */
	for (size_t r = RUNS; r > 0; r--) {
		const struct run *run = view_load(&world->view, world->runs.items[r - 1]);

		assert_int_equal(run->details->turn_count, TURNS);
	}
	while (world->spool.count)
		memory_free(world->spool.chunks[--world->spool.count]);
	memory_free(world->spool.chunks);
	world->spool.chunks = memory_alloc(sizeof(*world->spool.chunks));
	world->spool.chunks[0] = NULL;
	render(world, "{{#runs}}{{run_id}}{{#turns}}{{#input}}{{content}}{{number}}{{#runs}}"
		      "{{#has_turns}}+{{/has_turns}}{{/runs}}{{content}}{{/input}}"
		      "{{#output}}{{content}}{{/output}}{{expected}}{{#latency}}{{/latency}}"
		      "{{#criteria}}{{detail}}{{/criteria}}{{/turns}}{{/runs}}");
	assert_true(world->spool.failed);
	assert_non_null(strstr(rendered.text, "r0r0t0i01+"));
	assert_non_null(strstr(rendered.text, "r1r2r3"));
}

/* A run that is asked for twice in a row is fetched once, and so are two in turn. */
static void holds_two_runs(void **state)
{
	struct made_report *world = *state;
	struct run **runs = world->runs.items;
	const struct run *first = view_load(&world->view, runs[0]);
	const struct details *details = first->details;
	const struct run *second = view_load(&world->view, runs[1]);

	assert_ptr_not_equal(first, second);
	for (int i = 0; i < 3; i++) {
		assert_ptr_equal(view_load(&world->view, runs[0]), first);
		assert_ptr_equal(view_load(&world->view, runs[1]), second);
		assert_ptr_equal(first->details, details);
	}
	/* the one asked for last stays, the other gives way */
	assert_ptr_equal(view_load(&world->view, runs[2]), first);
	assert_string_equal(first->run_id, "r2");
	assert_string_equal(second->run_id, "r1");
}

static void needs_no_load_without_details(void **state)
{
	struct made_report *world = *state;
	struct run run = made_run("kapso", "1", OUTCOME_PASSED);

	assert_ptr_equal(view_load(&world->view, &run), &run);
	world->view.loads = NULL;
	assert_ptr_equal(view_load(&world->view, world->runs.items[0]), world->runs.items[0]);
	render(world, "{{#runs}}{{#turns}}x{{/turns}}{{#criteria}}{{name}}{{detail}}{{/criteria}}"
		      "{{#transcript}}x{{/transcript}}{{#passages}}x{{/passages}}{{/runs}}");
	assert_string_equal(rendered.text, "namenamenamenamenamenamenamename");
}

/* Messages know their place in their own way; what is printed of all values stays the same. */
static void prints_no_places(void **state)
{
	struct made_report *world = *state;
	const struct value root = view_root(&world->view);
	struct error err = {""};

	strbuf_reset(&rendered);
	assert_int_equal(view_print(&root, 0, sink_to_text, &rendered, &err), 0);
	assert_non_null(strstr(rendered.text, "\"content\": \"r3t1o1\""));
	assert_null(strstr(rendered.text, "\"first\""));
	assert_null(strstr(rendered.text, "\"number\""));
}

static size_t blocks_used(const struct view_loads *loads)
{
	return loads->items[0].arena.used + loads->items[1].arena.used;
}

/* However many runs are shown, memory is that of two of them. */
static void memory_is_bounded(void **state)
{
	struct made_report *world = *state;
	char *text = memory_alloc(LONG + 1);
	const struct message message = {"user", text};
	const struct details details = {.transcript = &message, .transcript_count = 1};
	struct run run = made_run("kapso", "long", OUTCOME_FAILED);

	memset(text, 'x', LONG);
	text[LONG] = '\0';
	run.details = &details;
	for (int i = 0; i < 50; i++) {
		const struct run *kept = runs_keep(&world->runs, &run, true, NULL, NULL, NULL);

		assert_string_equal(view_load(&world->view, kept)->details->transcript[0].content,
				    text);
		assert_true(blocks_used(&world->loads) < 3 * LONG);
	}
	memory_free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(survives_any_template), TEST(survives_a_lost_file),
		TEST(holds_two_runs),        TEST(needs_no_load_without_details),
		TEST(memory_is_bounded),     TEST(prints_no_places),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
