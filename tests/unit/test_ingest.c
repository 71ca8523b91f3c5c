#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <zip.h>

#include "fixture.h"
#include "runtally/base/times.h"
#include "runtally/ingest/ingest.h"
#include "runtally/ingest/join.h"

extern const struct adapter adapter_telnyx;

struct world {
	struct folder folder;
	struct ingest_options options;
	struct spool spool;
	struct runs runs;
	struct arena loaded;
	struct notes notes;
	struct ingest_counts counts;
};

static int setup(void **state)
{
	static struct world world;

	folder_init(&world.folder);
	world.options = (struct ingest_options){
		.rules = {.pass_score_micro = 800000},
		.limits = default_limits,
		.details = DETAILS_ALL,
		.redact = true,
		.transcripts = true,
	};
	arena_init(&world.loaded, 0);
	spool_init(&world.spool, 0, "/tmp");
	runs_init(&world.runs, &world.spool);
	notes_init(&world.notes, 100);
	*state = &world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	notes_release(&world->notes);
	runs_release(&world->runs);
	spool_release(&world->spool);
	arena_release(&world->loaded);
	folder_release(&world->folder);
	return 0;
}

/* Reads the whole folder, anew. */
static void read_folder(struct world *world)
{
	const char *input = world->folder.path;
	const struct ingest_counts *counts = &world->counts;
	struct runs *set = &world->runs;

	notes_release(&world->notes);
	runs_release(&world->runs);
	runs_init(&world->runs, &world->spool);
	notes_init(&world->notes, 100);
	ingest(&input, 1, &world->options, &world->runs, &world->counts, &world->notes);
	join(&set, 1);
	assert_int_equal(counts->records, counts->runs + counts->duplicates + counts->definitions +
						  counts->rejected);
	assert_int_equal(world->runs.count, counts->runs);
}

/* With its details. */
static struct run loaded_run(struct world *world, size_t index)
{
	return run_load(world->runs.items[index], &world->spool, &world->loaded);
}

static const char *origin_of(struct world *world, size_t index)
{
	struct strbuf text = STRBUF_INIT;
	const char *origin;

	run_origin(world->runs.items[index], &text);
	origin = arena_strdup(&world->loaded, text.text);
	strbuf_release(&text);
	return origin;
}

/* The runs as `id outcome` words, in the order of the inputs. */
static void check_runs(const struct world *world, const char *expected)
{
	struct strbuf text = STRBUF_INIT;

	for (size_t i = 0; i < world->runs.count; i++)
		strbuf_addf(&text, "%s%s %s", i ? ", " : "", world->runs.items[i]->run_id,
			    outcome_name(world->runs.items[i]->outcome));
	assert_string_equal(text.text, expected);
	strbuf_release(&text);
}

/* The notes as `E place: path: text xN` lines. */
static void check_notes(const struct world *world, const char *expected)
{
	struct strbuf text = STRBUF_INIT;

	for (size_t i = 0; i < world->notes.count; i++) {
		const struct note *note = &world->notes.items[i];

		strbuf_addstr(&text, note->severity == SEVERITY_ERROR ? "E " : "W ");
		strbuf_addstr(&text, note->file ? "" : ": ");
		note_add_text(note, &text);
		if (note->count > 1)
			strbuf_addf(&text, " x%llu", (unsigned long long)note->count);
		strbuf_addch(&text, '\n');
	}
	assert_string_equal(text.text, expected);
	strbuf_release(&text);
}

static void put(struct world *world, const char *name, const char *text)
{
	folder_write(&world->folder, name, text);
}

#define TELNYX(id, status) "{\"run_id\":\"" id "\",\"test_id\":\"t\",\"status\":\"" status "\"}"

static void nothing(void **state)
{
	struct world *world = *state;

	read_folder(world);
	assert_int_equal(world->counts.records, 0);
	assert_int_equal(world->notes.errors, 1); /* a folder without exports */
}

static void counts_add_up(void **state)
{
	struct world *world = *state;
	static const char text[] = TELNYX("a", "passed") "\n" TELNYX("b", "failed") "\n" TELNYX(
		"a",
		"passed") "\n{\"test_id\":\"t\",\"name\":\"Test\"}\n{\"error\":\"no\"}\n{\"x\":1}\n"
			  "{\"test_id\":\"t\",\"status\":\"passed\"}\n{\"run_id\" 1}\n" TELNYX(
				  "c", "error");

	put(world, "a.ndjson", text);
	read_folder(world);
	check_runs(world, "a passed, b failed, c error");
	assert_int_equal(world->counts.files, 1);
	assert_int_equal(world->counts.records, 9);
	assert_int_equal(world->counts.runs, 3);
	assert_int_equal(world->counts.duplicates, 1);
	assert_int_equal(world->counts.definitions, 1);
	assert_int_equal(world->counts.rejected, 4);
	assert_int_equal(world->counts.bytes, sizeof(text) - 1);
	assert_string_equal(world->runs.items[0]->test_case.name, "Test");
	assert_string_equal(origin_of(world, 0), "a.ndjson#1");
	assert_string_equal(origin_of(world, 2), "a.ndjson#9");
}

static void origins_of_single_records(void **state)
{
	struct world *world = *state;

	put(world, "a.json", TELNYX("a", "passed"));
	put(world, "b.json", "[" TELNYX("b", "passed") "]");
	put(world, "c.json", "[{\"error\":\"x\"}," TELNYX("c", "passed") "]");
	read_folder(world);
	assert_string_equal(origin_of(world, 0), "a.json");
	assert_string_equal(origin_of(world, 1), "b.json");
	assert_string_equal(origin_of(world, 2), "c.json#2");
	check_notes(world, "E c.json#1: an error body instead of runs: x\n");
}

/* ---- duplicates ---- */

static void duplicates(void **state)
{
	/* two copies, in this order, and the outcome that stays */
	static const struct {
		const char *first, *second, *expected;
	} cases[] = {
		{"\"status\":\"passed\"", "\"status\":\"failed\"", "r passed"},
		{"\"status\":\"pending\",\"updated_at\":\"2026-01-01T00:00:00Z\"",
		 "\"status\":\"passed\",\"updated_at\":\"2026-01-01T00:00:01Z\"", "r passed"},
		{"\"status\":\"passed\",\"updated_at\":\"2026-01-01T00:00:01Z\"",
		 "\"status\":\"pending\",\"updated_at\":\"2026-01-01T00:00:00Z\"", "r passed"},
		/* the later update wins over the richer copy */
		{"\"status\":\"failed\",\"updated_at\":\"2026-01-01T00:00:00Z\","
		 "\"detail_status\":[{\"name\":\"a\",\"status\":\"failed\"},"
		 "{\"name\":\"b\",\"status\":\"failed\"}]",
		 "\"status\":\"passed\",\"updated_at\":\"2026-01-01T00:00:00.001Z\"", "r passed"},
		/* of equal age, told or not: the richer */
		{"\"status\":\"running\"",
		 "\"status\":\"passed\",\"completed_at\":\"2026-01-01T00:00:00Z\"", "r passed"},
		/* what was said counts, too */
		{"\"status\":\"passed\",\"completed_at\":\"2026-01-01T00:00:00Z\"",
		 "\"status\":\"failed\",\"logs\":\"said\"", "r failed"},
		/* a copy that tells no update is older than one that does, however rich */
		{"\"status\":\"failed\",\"updated_at\":\"2026-01-01T00:00:09Z\"",
		 "\"status\":\"passed\",\"completed_at\":\"2026-01-01T00:00:00Z\"", "r failed"},
		{"\"status\":\"running\",\"updated_at\":\"2026-01-01T00:00:09Z\"",
		 "\"status\":\"passed\",\"completed_at\":\"2026-01-01T00:00:00Z\","
		 "\"updated_at\":\"2026-01-01T00:00:09Z\"",
		 "r passed"},
	};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[1024];

		snprintf(text, sizeof(text),
			 "[{\"run_id\":\"r\",\"test_id\":\"t\",%s},"
			 "{\"run_id\":\"r\",\"test_id\":\"t\",%s}]",
			 cases[i].first, cases[i].second);
		put(world, "a.json", text);
		read_folder(world);
		check_runs(world, cases[i].expected);
		assert_int_equal(world->counts.duplicates, 1);
	}
}

/* Equal ids of two sources are two runs; of two files of one source, one. */
static void identity(void **state)
{
	struct world *world = *state;

	put(world, "a.json", TELNYX("same", "passed"));
	put(world, "b.json", "{\"id\":\"same\",\"status\":\"failed\",\"assertions\":[]}");
	put(world, "c.json", TELNYX("same", "passed"));
	read_folder(world);
	check_runs(world, "same passed, same failed");
	assert_int_equal(world->counts.duplicates, 1);
}

/* What the dropped copy alone tells of names is not lost; criteria are of another attempt. */
static void copies_name_each_other(void **state)
{
	struct world *world = *state;

	put(world, "a.ndjson",
	    "{\"schema\":\"runtally.run/"
	    "1\",\"source\":\"x\",\"run_id\":\"1\",\"outcome\":\"failed\","
	    "\"suite\":{\"id\":\"s\",\"name\":\"Suite\"},\"case\":{\"id\":\"c\"},"
	    "\"execution_id\":\"e\",\"updated_at\":\"2026-01-01T00:00:00Z\","
	    "\"criteria\":[{\"name\":\"tone\",\"outcome\":\"failed\"}]}\n"
	    "{\"schema\":\"runtally.run/"
	    "1\",\"source\":\"x\",\"run_id\":\"1\",\"outcome\":\"failed\","
	    "\"suite\":{\"id\":\"s\"},\"case\":{\"id\":\"d\"},\"agent\":{\"name\":\"Bot\"},"
	    "\"updated_at\":\"2026-01-02T00:00:00Z\"}\n");
	read_folder(world);
	assert_int_equal(world->runs.count, 1);
	assert_string_equal(world->runs.items[0]->suite.name, "Suite");
	assert_string_equal(world->runs.items[0]->test_case.id, "d");
	assert_null(world->runs.items[0]->test_case.name);
	assert_string_equal(world->runs.items[0]->agent.name, "Bot");
	assert_string_equal(world->runs.items[0]->execution_id, "e");
	assert_int_equal(world->runs.items[0]->criterion_count, 0);
}

static void many_duplicates(void **state)
{
	enum { RUNS = 700 };
	struct world *world = *state;
	struct strbuf text = STRBUF_INIT;

	for (int pass = 0; pass < 2; pass++)
		for (int i = 0; i < RUNS; i++)
			strbuf_addf(
				&text,
				"{\"run_id\":\"r%d\",\"test_id\":\"t\",\"status\":\"passed\"}\n",
				pass ? RUNS - 1 - i : i);
	put(world, "a.ndjson", text.text);
	read_folder(world);
	assert_int_equal(world->counts.runs, RUNS);
	assert_int_equal(world->counts.duplicates, RUNS);
	for (int i = 0; i < RUNS; i++) {
		char id[16];

		snprintf(id, sizeof(id), "r%d", i);
		assert_string_equal(world->runs.items[i]->run_id, id);
	}
	strbuf_release(&text);
}

/* ---- what is no run ---- */

static void strangers(void **state)
{
	static const struct {
		const char *text, *note;
	} cases[] = {
		{"{\"a\":1,\"b\":2}",
		 "E a.json#1: is no API's record: an object with \"a\", \"b\"\n"},
		{"{}", "E a.json#1: is no API's record: an empty object\n"},
		{"[7]", "E a.json#1: is no API's record: not an object\n"},
		{"{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1}",
		 "E a.json#1: is no API's record: an object with \"a\", \"b\", \"c\", "
		 "\"d\", \"e\", \"f\", ...\n"},
		{"{\"error\":{\"code\":\"E1\",\"message\":\"bad key\"}}",
		 "E a.json#1: an error body instead of runs: E1: bad key\n"},
		{"{\"run_id\":\"1\",\"status\":\"queued\",\"test_case_count\":3}",
		 "W a.json#1: playgent: only says that a run was created: no result in it\n"},
		{"{\"schema\":\"runtally.report/1\",\"totals\":{}}",
		 "W a.json#1: a report of runtally itself: no export\n"},
		{"{\"test_id\":\"t\",\"status\":\"passed\"}",
		 "E a.json#1: telnyx: the run has no run_id\n"},
	};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		put(world, "a.json", cases[i].text);
		read_folder(world);
		assert_int_equal(world->counts.rejected, 1);
		check_runs(world, "");
		check_notes(world, cases[i].note);
	}
}

/* `{"data": ["Suite A", "Suite B"]}` names suites, and costs no exit status. */
static void lists_of_names(void **state)
{
	struct world *world = *state;

	put(world, "a.json", "{\"data\":[\"Suite A\",\"Suite B\"]}");
	read_folder(world);
	assert_int_equal(world->counts.definitions, 2);
	check_notes(world, "W a.json#1: a text in a list: taken as the name of a suite x2\n");
	put(world, "a.json", "[\"Suite A\"]");
	read_folder(world);
	assert_int_equal(world->counts.rejected, 1);
}

static void errors_beside_lists(void **state)
{
	struct world *world = *state;

	put(world, "a.json", "{\"runs\":[],\"error\":\"half of it\"}");
	read_folder(world);
	check_notes(world, "E a.json: an error beside the list: half of it\n");
	put(world, "a.json",
	    "{\"data\":[" TELNYX("a",
				 "passed") "],\"meta\":{\"page_number\":1,\"total_pages\":2}}");
	read_folder(world);
	check_runs(world, "a passed");
	check_notes(world, "W a.json: page 1 of 2: this export may be cut short (1 of its pages is "
			   "not among the inputs)\n");
}

static void wrappers(void **state)
{
	static const struct {
		const char *text, *runs;
		uint64_t definitions;
	} cases[] = {
		{"{\"data\":" TELNYX("a", "passed") "}", "a passed", 0},
		{"{\"run\":{\"id\":\"m\",\"status\":\"failed\",\"assertions\":[]}}", "m failed", 0},
		{"{\"data\":{\"run\":{\"id\":\"m\",\"status\":\"failed\",\"assertions\":[]}}}",
		 "m failed", 0},
		{"{\"data\":{\"data\":{\"data\":" TELNYX("a", "passed") "}}}", "a passed", 0},
		{"{\"case\":{\"id\":\"c\",\"name\":\"Case\",\"suite_id\":\"s\"}}", "", 1},
		{"{\"data\":" TELNYX("a", "passed") ",\"error\":null}", "a passed", 0},
	};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		put(world, "a.json", cases[i].text);
		read_folder(world);
		check_runs(world, cases[i].runs);
		assert_int_equal(world->counts.definitions, cases[i].definitions);
		check_notes(world, "");
	}
	/* deeper than anybody wraps */
	put(world, "a.json",
	    "{\"data\":{\"data\":{\"data\":{\"data\":" TELNYX("a", "passed") "}}}}");
	read_folder(world);
	assert_int_equal(world->counts.rejected, 1);
}

static void forced_source(void **state)
{
	static const struct {
		const char *text, *runs, *notes;
	} cases[] = {
		{TELNYX("a", "passed"), "a passed", ""},
		/* two members are enough when the source is told */
		{"{\"run_id\":\"a\",\"status\":\"failed\"}", "a failed", ""},
		{"{\"data\":{\"run_id\":\"a\",\"status\":\"failed\"}}", "a failed", ""},
		{"{\"test_id\":\"t\",\"name\":\"Test\"}", "", ""},
		{"{\"error\":\"no\"}", "", "E a.json#1: an error body instead of runs: no\n"},
		{"{\"x\":1}", "", "E a.json#1: telnyx: the run has no run_id\n"},
		{"[1]", "", "E a.json#1: is no telnyx record: not an object\n"},
		/* what was written into the folder before is still no export */
		{"{\"schema\":\"runtally.report/1\",\"totals\":{}}", "",
		 "W a.json#1: a report of runtally itself: no export\n"},
	};
	struct world *world = *state;

	world->options.from = &adapter_telnyx;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		put(world, "a.json", cases[i].text);
		read_folder(world);
		check_runs(world, cases[i].runs);
		check_notes(world, cases[i].notes);
		if (world->runs.count)
			assert_string_equal(world->runs.items[0]->source, "telnyx");
	}
}

/* ---- archives ---- */

struct entry {
	const char *name, *text;
};

static void put_zip(struct world *world, const char *name, const struct entry *entries,
		    size_t count)
{
	const char *path = folder_file(&world->folder, name);
	zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, NULL);

	assert_non_null(zip);
	for (size_t i = 0; i < count; i++) {
		zip_source_t *source =
			zip_source_buffer(zip, entries[i].text, strlen(entries[i].text), 0);
		zip_int64_t index = zip_file_add(zip, entries[i].name, source, 0);

		assert_true(index >= 0);
		/* stored, so that the test can find and break the bytes */
		zip_set_file_compression(zip, (zip_uint64_t)index, ZIP_CM_STORE, 0);
	}
	assert_int_equal(zip_close(zip), 0);
}

static void archives(void **state)
{
	static const struct entry entries[] = {
		{"b/one.json", TELNYX("b", "failed")},
		{"a.ndjson", TELNYX("a1", "passed") "\n" TELNYX("a2", "passed")},
		{"readme.txt", "nothing"},
	};
	struct world *world = *state;

	put_zip(world, "x.zip", entries, 3);
	read_folder(world);
	check_runs(world, "a1 passed, a2 passed, b failed");
	assert_int_equal(world->counts.files, 1);
	assert_string_equal(origin_of(world, 1), "x.zip!a.ndjson#2");
	assert_string_equal(origin_of(world, 2), "x.zip!b/one.json");
}

/* An entry whose checksum is wrong must leave nothing behind, however much of it was read. */
static void broken_entries_are_void(void **state)
{
	static const struct entry entries[] = {
		{"a.json", TELNYX("a", "passed")},
		{"b.ndjson",
		 TELNYX("b1", "passed") "\n{\"test_id\":\"t\",\"name\":\"Void\"}\n{\"x\":1}\n"
					"{\"data\":[" TELNYX(
						"b2", "failed") "],\"meta\":{\"page_number\":1,"
								"\"total_pages\":9}}\n"},
		{"c.json", TELNYX("c", "passed")},
	};
	struct world *world = *state;
	struct strbuf bytes = STRBUF_INIT;

	put_zip(world, "x.zip", entries, 3);
	assert_true(file_read(folder_file(&world->folder, "x.zip"), &bytes));
	for (size_t i = 0; i + 2 < bytes.length; i++)
		if (memcmp(bytes.text + i, "\"b2", 3) == 0)
			bytes.text[i + 2] = '3';
	folder_write_bytes(&world->folder, "x.zip", bytes.text, bytes.length);
	strbuf_release(&bytes);
	read_folder(world);
	check_runs(world, "a passed, c passed");
	assert_int_equal(world->counts.records, 2);
	assert_int_equal(world->counts.definitions, 0);
	assert_int_equal(world->counts.rejected, 0);
	assert_null(world->runs.items[0]->test_case.name);
	assert_true(world->notes.errors > 0);
	for (size_t i = 0; i < world->notes.count; i++)
		assert_null(strstr(world->notes.items[i].text, "page 1 of 9"));
}

/* ---- redaction and details ---- */

#define CONVERSATION                                                                               \
	"{\"run_id\":\"p\",\"status\":\"completed\",\"success\":false,"                            \
	"\"test_case\":{\"id\":\"x\",\"name\":\"call ann@example.com\"},"                          \
	"\"agent\":{\"id\":\"a\",\"name\":\"Bot of bob@example.org\"},"                            \
	"\"turns\":[{\"turn_index\":0,\"success\":false,\"expected_behavior\":\"greets\","         \
	"\"input\":[{\"role\":\"user\",\"content\":\"I am ann@example.com\"}],"                    \
	"\"output\":[{\"role\":\"assistant\",\"content\":\"no\"}],"                                \
	"\"evaluation\":{\"overall_pass\":false,\"scorer_outputs\":{\"tone\":{\"score\":0.1,"      \
	"\"reasoning\":\"rude to ann@example.com\"}}}}],"                                          \
	"\"summary\":{\"turns_passed\":0,\"turns_failed\":1}}"

static uint64_t sum_of_redactions(const struct world *world)
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < REDACT_KINDS; i++)
		sum += world->counts.redactions[i];
	return sum;
}

static void redaction(void **state)
{
	struct world *world = *state;
	struct run run;

	folder_make(&world->folder, "carl@example.net");
	put(world, "carl@example.net/a.ndjson",
	    CONVERSATION "\n{\"error\":\"key of dora@example.com\"}");
	read_folder(world);
	run = loaded_run(world, 0);
	/* labels have marks, texts are numbered per run */
	assert_string_equal(run.test_case.name, "call [email bcc45b4a8f092044]");
	assert_string_equal(run.agent.name, "Bot of [email 14b87c06339fdf16]");
	assert_string_equal(run.details->turns[0].input[0].content, "I am [email 1]");
	assert_string_equal(run.criteria[0].detail, "rude to [email 1]");
	assert_null(strstr(origin_of(world, 0), "carl@"));
	assert_null(strstr(run_folder(&run), "carl@"));
	assert_true(sum_of_redactions(world) >= 4);
	assert_int_equal(world->notes.count, 1);
	assert_null(strstr(world->notes.items[0].text, "dora@"));
	assert_non_null(strstr(world->notes.items[0].text, "[email 1]"));
	assert_null(strstr(world->notes.items[0].file, "carl@"));
	assert_null(strstr(world->notes.items[0].opened, "carl@"));
	world->options.redact = false;
	read_folder(world);
	run = loaded_run(world, 0);
	assert_string_equal(run.test_case.name, "call ann@example.com");
	assert_string_equal(origin_of(world, 0), "carl@example.net/a.ndjson#1");
	assert_int_equal(sum_of_redactions(world), 0);
	assert_non_null(strstr(world->notes.items[0].text, "dora@example.com"));
}

/* Redaction must not make one case, suite or definition of two. */
static void redacted_labels_differ(void **state)
{
	struct world *world = *state;

	put(world, "a.ndjson",
	    "{\"run_id\":\"1\",\"test_id\":\"ann@example.com\",\"status\":\"passed\"}\n"
	    "{\"run_id\":\"2\",\"test_id\":\"bob@example.com\",\"status\":\"failed\"}\n"
	    "{\"test_id\":\"bob@example.com\",\"name\":\"Bob\",\"rubric\":[]}\n");
	read_folder(world);
	assert_string_not_equal(world->runs.items[0]->test_case.id,
				world->runs.items[1]->test_case.id);
	assert_null(world->runs.items[0]->test_case.name);
	assert_string_equal(world->runs.items[1]->test_case.name, "Bob");
}

/* Ids that look alike after redaction are still as many runs. */
static void redacted_ids_differ(void **state)
{
	enum { RUNS = 300 };
	struct world *world = *state;
	struct strbuf text = STRBUF_INIT;

	for (int i = 0; i < RUNS * 2; i++)
		strbuf_addf(&text,
			    "{\"run_id\":\"ann%d@example.com\",\"test_id\":\"t\","
			    "\"status\":\"passed\"}\n",
			    i % RUNS);
	put(world, "a.ndjson", text.text);
	read_folder(world);
	assert_string_not_equal(world->runs.items[0]->run_id, world->runs.items[1]->run_id);
	assert_int_equal(world->counts.runs, RUNS);
	assert_int_equal(world->counts.duplicates, RUNS);
	strbuf_release(&text);
}

static void without_transcripts(void **state)
{
	struct world *world = *state;
	struct run run;

	world->options.transcripts = false;
	put(world, "a.ndjson",
	    CONVERSATION
	    "\n{\"run_id\":\"t\",\"test_id\":\"t\",\"status\":\"failed\",\"logs\":\"said ann\"}\n"
	    "{\"data\":{\"id\":\"k\",\"thread_id\":\"th\",\"score\":0.1,\"feedback\":\"bad\","
	    "\"execution_completed\":true,\"ended_at\":\"2026-01-01T00:00:00Z\","
	    "\"conversation\":[{\"role\":\"user\",\"content\":\"hi\"}]}}\n");
	read_folder(world);
	assert_int_equal(world->runs.count, 3);
	run = loaded_run(world, 0);
	assert_int_equal(run.details->turn_count, 1);
	assert_int_equal(run.details->turns[0].input_count, 0);
	assert_int_equal(run.details->turns[0].output_count, 0);
	assert_int_equal(run.details->turns[0].outcome, OUTCOME_FAILED);
	assert_int_equal(run.criterion_count, 1);
	assert_non_null(run.criteria[0].detail);
	run = loaded_run(world, 1);
	assert_int_equal(run.details->passage_count, 0);
	assert_null(run.reason); /* logs are no reason then */
	run = loaded_run(world, 2);
	assert_int_equal(run.details->transcript_count, 0);
	assert_true(run.details->passage_count > 0);
}

static void which_details(void **state)
{
	static const struct {
		enum detail_choice choice;
		const char *status;
		bool kept;
	} cases[] = {
		{DETAILS_ALL, "passed", true},      {DETAILS_ALL, "failed", true},
		{DETAILS_ALL, "running", true},     {DETAILS_FAILED, "passed", false},
		{DETAILS_FAILED, "failed", true},   {DETAILS_FAILED, "error", true},
		{DETAILS_FAILED, "running", false}, {DETAILS_NONE, "failed", false},
		{DETAILS_NONE, "passed", false},
	};
	struct world *world = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[256];

		snprintf(text, sizeof(text),
			 "{\"run_id\":\"t\",\"test_id\":\"t\",\"status\":\"%s\",\"logs\":\"log\"}",
			 cases[i].status);
		put(world, "a.json", text);
		world->options.details = cases[i].choice;
		read_folder(world);
		assert_int_equal(loaded_run(world, 0).details != NULL, cases[i].kept);
	}
}

/* ---- the rest ---- */

static void derived_members(void **state)
{
	struct world *world = *state;

	folder_make(&world->folder, "sub");
	put(world, "sub/a.json",
	    "{\"run_id\":\"a\",\"test_id\":\"t\",\"status\":\"passed\","
	    "\"created_at\":\"2026-01-01T00:00:00Z\",\"completed_at\":\"2026-01-01T00:00:02Z\"}");
	read_folder(world);
	assert_int_equal(world->runs.items[0]->duration_ms, 2000);
	assert_string_equal(run_folder(world->runs.items[0]), "sub");
}

/* The same flaw of many records of one file is one note. */
static void remarks_become_notes(void **state)
{
	struct world *world = *state;

	put(world, "a.ndjson",
	    TELNYX("a", "odd") "\n" TELNYX("b", "odd") "\n" TELNYX("c", "passed"));
	read_folder(world);
	check_runs(world, "a unknown, b unknown, c passed");
	assert_int_equal(world->notes.count, 1);
	assert_string_equal(world->notes.items[0].path, "status");
	assert_int_equal(world->notes.items[0].record, 1);
	assert_int_equal(world->notes.items[0].count, 2);
}

static void told(void *ctx, uint64_t records, uint64_t bytes)
{
	uint64_t *last = ctx;

	assert_true(records >= last[0] && bytes >= last[1]);
	last[0] = records;
	last[1] = bytes;
}

static void progress(void **state)
{
	struct world *world = *state;
	struct strbuf text = STRBUF_INIT;
	uint64_t last[2] = {0, 0};

	for (int i = 0; i < 3000; i++)
		strbuf_addf(&text, "{\"run_id\":\"r%d\",\"test_id\":\"t\",\"status\":\"passed\"}\n",
			    i);
	put(world, "a.ndjson", text.text);
	world->options.progress = told;
	world->options.progress_ctx = last;
	read_folder(world);
	assert_int_equal(last[0], 2048);
	strbuf_release(&text);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing),
		TEST(counts_add_up),
		TEST(origins_of_single_records),
		TEST(duplicates),
		TEST(identity),
		TEST(copies_name_each_other),
		TEST(many_duplicates),
		TEST(strangers),
		TEST(lists_of_names),
		TEST(errors_beside_lists),
		TEST(wrappers),
		TEST(forced_source),
		TEST(archives),
		TEST(broken_entries_are_void),
		TEST(redaction),
		TEST(redacted_ids_differ),
		TEST(redacted_labels_differ),
		TEST(without_transcripts),
		TEST(which_details),
		TEST(derived_members),
		TEST(remarks_become_notes),
		TEST(progress),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
