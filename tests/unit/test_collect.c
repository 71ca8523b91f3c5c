#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"
#include "ingest/collect.h"

static const struct input_names names = {
	.file = "in.json", .opened = "./in.json", .of_runs = {.label = "in.json"}};

static void begin(struct collector *collector, struct ingest_options *options)
{
	*options = (struct ingest_options){.limits = default_limits, .redact = true};
	options->limits.label_bytes = 40;
	collector_init(collector, options, 100, NULL);
	collector->names = &names;
}

static void definitions_are_copies(void **state)
{
	char id[] = "id", name[] = "name", suite[] = "suite", agent[] = "agent";
	struct definition given = {.kind = DEFINES_CASE,
				   .source = "kapso",
				   .id = id,
				   .name = name,
				   .suite = {NULL, suite},
				   .agent = {agent, NULL},
				   .runs_expected = -1};
	struct ingest_options options;
	struct collector collector;
	const struct definition *kept;
	struct batch batch;

	(void)state;
	begin(&collector, &options);
	collector_begin_record(&collector);
	collector_add_definition(&collector, &given, 1);
	id[0] = name[0] = suite[0] = agent[0] = '!';
	collector_begin_record(&collector);
	collector_hand_over(&collector, &batch);
	assert_int_equal(collector.batch.definition_count, 0);
	assert_int_equal(batch.definition_count, 1);
	kept = batch.definitions[0];
	assert_int_equal(kept->kind, DEFINES_CASE);
	assert_string_equal(kept->source, "kapso");
	assert_string_equal(kept->id, "id");
	assert_string_equal(kept->name, "name");
	assert_null(kept->suite.id);
	assert_string_equal(kept->suite.name, "suite");
	assert_string_equal(kept->agent.id, "agent");
	assert_null(kept->agent.name);
	batch_release(&batch);
	collector_release(&collector);
}

/* A long label is cut, and redacted before that; no mark is cut in two. */
static void labels_of_definitions(void **state)
{
	struct definition secret = {
		.kind = DEFINES_SUITE, .source = "kapso", .id = "s", .name = "of a@b.de"};
	struct definition many = {.kind = DEFINES_SUITE,
				  .source = "kapso",
				  .id = "t",
				  .name = "a name that is long and a@b.de"
					  " to be cut, too"};
	struct ingest_options options;
	struct collector collector;
	struct batch batch;

	(void)state;
	begin(&collector, &options);
	collector_add_definition(&collector, &secret, 1);
	collector_add_definition(&collector, &many, 2);
	collector_hand_over(&collector, &batch);
	assert_string_equal(batch.definitions[0]->name, "of [email b38d9df17c7c3113]");
	assert_memory_equal(batch.definitions[1]->name, "a name that is long and \xE2\x80\xA6", 27);
	assert_int_equal(strlen(batch.definitions[1]->name), 35);
	assert_int_equal(batch.counts.redactions[REDACT_EMAIL], 2);
	assert_int_equal(batch.notes.count, 1);
	assert_string_equal(batch.notes.items[0].path, "name");
	assert_string_equal(batch.notes.items[0].text, "longer than 40 bytes: cut");
	batch_release(&batch);
	collector_release(&collector);
}

/* What is void is as if it had not been read; its notes stay. */
static void going_back(void **state)
{
	struct run run = made_run("kapso", "r", OUTCOME_PASSED);
	struct ingest_options options;
	struct collector collector;
	struct batch_mark mark;
	struct batch batch;

	(void)state;
	begin(&collector, &options);
	collector_add_run(&collector, &run, 1);
	mark = collector_mark(&collector);
	run.reason = "called +15551234567";
	run.test_case.name = "of a@b.de";
	collector_add_run(&collector, &run, 2);
	collector_note(&collector, SEVERITY_ERROR, 2, NULL, "cannot read");
	collector_go_back(&collector, &mark);
	collector_hand_over(&collector, &batch);
	assert_int_equal(batch.run_count, 1);
	assert_int_equal(batch.counts.redactions[REDACT_PHONE], 0);
	assert_int_equal(batch.notes.count, 1);
	batch_release(&batch);
	collector_release(&collector);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(definitions_are_copies),
		cmocka_unit_test(labels_of_definitions),
		cmocka_unit_test(going_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
