#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/budget.h"
#include "report.h"
#include "runtally/template/templates.h"

/* All runs failed. */
struct sizes {
	size_t suites, cases, runs; /* cases of a suite, runs of a case */
	size_t notes;
};

struct world {
	struct made_report report;
	const char *template;
	struct format format; /* its escaper is changed, so that tests can count bytes */
	struct strbuf out;
	size_t begun;
};

static void world_init(struct world *world, const struct sizes *sizes, const char *template)
{
	*world = (struct world){
		.template = template,
		.format = *format_by_name("markdown"),
		.out = STRBUF_INIT,
	};
	world->format.escape = escape_none;
	report_init(&world->report);
	for (size_t i = 0; i < sizes->suites * sizes->cases * sizes->runs; i++) {
		char suite[32], name[32], id[32];
		struct run run = made_run("kapso", id, OUTCOME_FAILED);

		snprintf(id, sizeof(id), "r%zu", i);
		snprintf(name, sizeof(name), "case %03zu", i / sizes->runs);
		snprintf(suite, sizeof(suite), "suite %03zu", i / sizes->runs / sizes->cases);
		run.suite.name = suite;
		run.test_case.name = name;
		report_keep(&world->report, &run);
	}
	for (size_t i = 0; i < sizes->notes; i++) {
		char text[32];

		snprintf(text, sizeof(text), "note %zu", i);
		notes_add(&world->report.notes, &(struct note){.text = text});
	}
	report_build(&world->report);
}

static void world_release(struct world *world)
{
	report_release(&world->report);
	strbuf_release(&world->out);
}

static int begin(void *ctx, size_t part, struct error *err)
{
	struct world *world = ctx;

	(void)err;
	assert_int_equal(part, 0);
	world->begun++;
	return 0;
}

static int collect(void *ctx, const char *bytes, size_t length, struct error *err)
{
	struct world *world = ctx;

	(void)err;
	assert_int_equal(world->begun, 1);
	strbuf_add(&world->out, bytes, length);
	return 0;
}

static int render(struct world *world, uint64_t budget, struct error *err)
{
	struct template_set *set = templates_of(world->template);
	const struct rendering rendering = {
		.format = &world->format,
		.templates = set,
		.view = &world->report.view,
		.begin = begin,
		.sink = collect,
		.ctx = world,
	};
	int failed;

	world->report.options.markdown_bytes = budget;
	world->begun = 0;
	strbuf_reset(&world->out);
	failed = budget_cut_rows(&rendering, err);
	template_set_free(set);
	return failed;
}

static size_t render_size(struct world *world, uint64_t budget)
{
	struct error err;

	if (render(world, budget, &err))
		fail_msg("%s", err.text);
	assert_int_equal(world->begun, 1);
	return world->out.length;
}

/* A row of six bytes a suite, and what is left out. */
static const char rows[] = "{{#worst_suites}}row..\n{{/worst_suites}}{{hidden_suites}}";

/* Of 12 suites as many as fit: 6 bytes a row, and the number of hidden ones. */
static void as_many_as_fit(void **state)
{
	static const struct {
		uint64_t budget;
		size_t shown;
	} cases[] = {
		{UINT64_MAX, 12},
		{65000, 12},
		{73, 12},
		{72, 11},
		{67, 11},
		{66, 10},
		{61, 10},
		{60, 9},
		{8, 1},
		{7, 0},
		{2, 0},
		/* over the budget even without rows: as small as can be */
		{1, 0},
		{0, 0},
	};
	struct world world;

	(void)state;
	world_init(&world, &(struct sizes){12, 1, 1, 12}, rows);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct strbuf expected = STRBUF_INIT;

		for (size_t r = 0; r < cases[i].shown; r++)
			strbuf_addstr(&expected, "row..\n");
		strbuf_addf(&expected, "%zu", 12 - cases[i].shown);
		render_size(&world, cases[i].budget);
		assert_string_equal(world.out.text, expected.text);
		strbuf_release(&expected);
	}
	world_release(&world);
}

/* Other lists count as well: the longest one decides how many rows are tried. */
static void every_list(void **state)
{
	static const struct {
		struct sizes sizes;
		const char *template;
	} cases[] = {
		{{12, 1, 1, 1}, rows},
		{{1, 1, 1, 12}, "{{#notes}}row..\n{{/notes}}{{hidden_notes}}"},
		{{1, 1, 12, 1}, "{{#failures}}row..\n{{/failures}}{{hidden_failures}}"},
		{{1, 12, 1, 1}, "{{#failing_cases}}row..\n{{/failing_cases}}{{hidden_cases}}"},
	};
	struct world world;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		world_init(&world, &cases[i].sizes, cases[i].template);
		assert_int_equal(render_size(&world, 73), 73);
		assert_int_equal(render_size(&world, 72), 67);
		assert_int_equal(render_size(&world, 66), 61);
		world_release(&world);
	}
}

static const char *real_text(void)
{
	const struct builtin_template *builtin = builtin_templates;

	while (strcmp(builtin->name, "markdown/report.mustache") != 0)
		builtin++;
	return builtin->text;
}

/* The built-in template keeps every budget that it can keep, and uses what there is of it. */
static void real_template(void **state)
{
	struct world world;
	size_t full, least, last = 0;

	(void)state;
	world_init(&world, &(struct sizes){20, 1, 1, 20}, real_text());
	world.format.escape = escape_markdown;
	full = render_size(&world, UINT64_MAX);
	least = render_size(&world, 0);
	assert_true(least < full);
	for (size_t budget = least; budget <= full; budget += 7) {
		size_t size = render_size(&world, budget);

		assert_true(size <= budget);
		assert_true(size >= last);
		last = size;
	}
	assert_int_equal(render_size(&world, full), full);
	assert_true(render_size(&world, full - 1) < full);
	world_release(&world);
}

static void no_runs(void **state)
{
	struct world world;

	(void)state;
	world_init(&world, &(struct sizes){0, 1, 1, 0}, "{{^has_runs}}none{{/has_runs}}");
	render_size(&world, 100);
	assert_string_equal(world.out.text, "none");
	render_size(&world, 3);
	assert_string_equal(world.out.text, "none");
	world_release(&world);
}

static int cannot_begin(void *ctx, size_t part, struct error *err)
{
	(void)ctx;
	(void)part;
	return error_set(err, "no place");
}

static int cannot_write(void *ctx, const char *bytes, size_t length, struct error *err)
{
	(void)ctx;
	(void)bytes;
	(void)length;
	return error_set(err, "full");
}

static void errors(void **state)
{
	struct rendering rendering = {
		.format = format_by_name("markdown"), .begin = begin, .sink = cannot_write};
	struct world world;
	struct error err;

	(void)state;
	world_init(&world, &(struct sizes){3, 1, 1, 3}, "{{#worst_suites}}");
	assert_int_equal(render(&world, 100, &err), -1);
	assert_int_equal(world.begun, 0); /* nothing is begun that cannot be rendered */
	assert_non_null(strstr(err.text, "worst_suites"));
	world.template = rows;
	rendering.templates = templates_of(world.template);
	rendering.view = &world.report.view;
	rendering.ctx = &world;
	assert_int_equal(budget_cut_rows(&rendering, &err), -1);
	assert_string_equal(err.text, "full");
	rendering.begin = cannot_begin;
	assert_int_equal(budget_cut_rows(&rendering, &err), -1);
	assert_string_equal(err.text, "no place");
	template_set_free(rendering.templates);
	world_release(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_many_as_fit), cmocka_unit_test(every_list),
		cmocka_unit_test(real_template),  cmocka_unit_test(no_runs),
		cmocka_unit_test(errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
