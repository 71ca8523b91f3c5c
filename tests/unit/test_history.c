#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"
#include "runtally/base/sha256.h"
#include "runtally/base/times.h"
#include "runtally/history/history.h"

static int64_t ms_of(const char *text)
{
	int64_t ms;

	assert_true(time_or_date_parse(text, &ms));
	return ms;
}

struct world {
	struct folder folder;
	const char *history;
	struct ingest_options options;
	struct ingest_counts counts;
	struct spool spool;
	struct runs inputs, past;
	uint64_t changed;
	struct notes notes;
	struct error err;
};

static int setup(void **state)
{
	static struct world world;

	world.options = (struct ingest_options){.limits = default_limits, .redact = true};
	folder_init(&world.folder);
	world.history = folder_file(&world.folder, "history");
	spool_init(&world.spool, 0, "/tmp");
	runs_init(&world.inputs, &world.spool);
	runs_init(&world.past, &world.spool);
	notes_init(&world.notes, 20);
	*state = &world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	notes_release(&world->notes);
	runs_release(&world->past);
	runs_release(&world->inputs);
	spool_release(&world->spool);
	folder_release(&world->folder);
	return 0;
}

/* A Telnyx run of its own time, ended at `at` (NULL: no time is told). */
static struct run *add(struct world *world, const char *id, enum outcome outcome, const char *at)
{
	struct run run = made_run("telnyx", id, outcome);

	run.ended_at = at ? ms_of(at) : TIME_UNKNOWN;
	run.test_case.name = "Opening hours";
	run.identity = run_identity(&run);
	return runs_keep(&world->inputs, &run, false, NULL, NULL, NULL);
}

static void read_past(struct world *world)
{
	runs_release(&world->past);
	runs_init(&world->past, &world->spool);
	assert_int_equal(history_read(world->history, &world->options, &world->past, &world->counts,
				      &world->notes, &world->err),
			 0);
}

/* Adds what is new at that time; returns how much that is. `until`: of the period; NULL: none. */
static size_t add_asked(struct world *world, const char *now, const char *until)
{
	struct call call;
	struct run **runs;
	size_t count;

	call_init(&call);
	call.written_at = ms_of(now);
	call.title = "Title \"1\"";
	read_past(world);
	runs = history_find_news(&world->inputs, &world->past, call.written_at,
				 until ? ms_of(until) : TIME_UNKNOWN, &count, &world->changed);
	if (history_add(world->history,
			&(struct history_news){.call = &call, .runs = runs, .count = count},
			&world->err))
		fail_msg("%s", world->err.text);
	memory_free(runs);
	return count;
}

static size_t add_news(struct world *world, const char *now)
{
	return add_asked(world, now, NULL);
}

static void check_past(struct world *world, const char *wanted)
{
	struct strbuf text = STRBUF_INIT;

	read_past(world);
	for (size_t i = 0; i < world->past.count; i++)
		strbuf_addf(&text, "%s%s:%s", i ? " " : "", world->past.items[i]->run_id,
			    outcome_name(world->past.items[i]->outcome));
	assert_string_equal(text.text, wanted);
	strbuf_release(&text);
}

static void check_notes(const struct world *world, size_t count, const char *last)
{
	for (size_t i = count; i < world->notes.count; i++)
		fail_msg("unexpected: %s", world->notes.items[i].text);
	assert_int_equal(world->notes.count, count);
	if (count)
		assert_string_equal(world->notes.items[count - 1].text, last);
}

static void no_folder_is_empty(void **state)
{
	struct world *world = *state;

	check_past(world, "");
	check_notes(world, 0, NULL);
	assert_int_equal(add_news(world, "2026-11-20"), 0);
	assert_int_not_equal(access(world->history, F_OK), 0);
}

/* The name begins the hash of all before the last line, which holds it. */
static void writes_what_the_header_says(void **state)
{
	static const char lines[] =
		"{\"schema\":\"runtally.history/1\",\"written_at\":\"2026-11-20T10:00:00.000Z\","
		"\"title\":\"Title \\\"1\\\"\",\"counted\":{\"from\":\"2026-11-19T00:00:00.000Z\","
		"\"to\":\"2026-11-19T00:00:00.000Z\"}}\n"
		"{\"schema\":\"runtally.run/1\",\"source\":\"telnyx\",\"run_id\":\"a\","
		"\"case\":{\"name\":\"Opening hours\"},\"outcome\":\"passed\","
		"\"ended_at\":\"2026-11-19T00:00:00.000Z\"}\n";
	struct world *world = *state;
	struct strbuf text = STRBUF_INIT, path = STRBUF_INIT;
	uint8_t digest[SHA256_SIZE];
	char hex[SHA256_HEX_SIZE], end[200];

	add(world, "a", OUTCOME_PASSED, "2026-11-19");
	assert_int_equal(add_news(world, "2026-11-20T10:00:00Z"), 1);
	sha256(lines, strlen(lines), digest);
	sha256_hex(digest, hex);
	snprintf(end, sizeof(end),
		 "{\"schema\":\"runtally.history.end/1\",\"runs\":1,\"sha256\":\"%s\"}\n", hex);
	strbuf_addf(&path, "%s/2026/11/20261120T100000Z-%.16s.ndjson", world->history, hex);
	assert_true(file_read(path.text, &text));
	assert_memory_equal(text.text, lines, strlen(lines));
	assert_string_equal(text.text + strlen(lines), end);
	strbuf_release(&path);
	strbuf_release(&text);
}

static void adds_only_what_is_new(void **state)
{
	struct world *world = *state;
	struct run *changed = add(world, "a", OUTCOME_PENDING, NULL);

	add(world, "b", OUTCOME_FAILED, "2026-11-19");
	assert_int_equal(add_news(world, "2026-11-20"), 2);
	assert_int_equal(add_news(world, "2026-11-21"), 0);
	changed->outcome = OUTCOME_PASSED;
	changed->ended_at = ms_of("2026-11-20");
	assert_int_equal(add_news(world, "2026-11-22"), 1);
	assert_int_equal(add_news(world, "2026-11-23"), 0);
	check_past(world, "a:passed b:failed");
	assert_int_equal(world->past.items[0]->ended_at, ms_of("2026-11-20"));
}

/* A copy that lacks names brings nothing new. */
static void names_are_kept(void **state)
{
	struct world *world = *state;
	struct run *run = add(world, "a", OUTCOME_PASSED, "2026-11-19");

	run->suite = (struct label){"s", "Suite"};
	assert_int_equal(add_news(world, "2026-11-20"), 1);
	run->suite.name = NULL;
	assert_int_equal(add_news(world, "2026-11-21"), 0);
	run->agent.name = "Bot";
	assert_int_equal(add_news(world, "2026-11-22"), 1);
	check_past(world, "a:passed");
	assert_string_equal(world->past.items[0]->suite.name, "Suite");
	assert_string_equal(world->past.items[0]->agent.name, "Bot");
}

/* Neither is updated, and they tell as much. */
static void the_later_written_wins(void **state)
{
	struct world *world = *state;
	struct run *run = add(world, "a", OUTCOME_PASSED, "2026-11-19");

	assert_int_equal(add_news(world, "2026-10-20"), 1);
	run->outcome = OUTCOME_FAILED;
	assert_int_equal(add_news(world, "2026-11-20"), 1);
	check_past(world, "a:failed");
	assert_int_equal(world->changed, 1);
	check_notes(world, 0, NULL);
	assert_int_equal(add_news(world, "2026-11-21"), 0);
	assert_int_equal(world->changed, 0);
}

/* A new verdict that comes with fewer words is the new one all the same. */
static void the_later_verdict_wins(void **state)
{
	struct world *world = *state;
	struct run *run = add(world, "a", OUTCOME_FAILED, "2026-11-19");

	run->model = run->reason = "poor";
	assert_int_equal(add_news(world, "2026-10-20"), 1);
	run->model = run->reason = NULL;
	assert_int_equal(add_news(world, "2026-10-21"), 0);
	run->outcome = OUTCOME_PASSED;
	assert_int_equal(add_news(world, "2026-11-20"), 1);
	check_past(world, "a:passed");
	/* words that are missing are no verdict */
	run->outcome = OUTCOME_PENDING;
	assert_int_equal(add_news(world, "2026-11-21"), 0);
	check_past(world, "a:passed");
}

static void the_later_update_wins(void **state)
{
	struct world *world = *state;
	struct run *run = add(world, "a", OUTCOME_PASSED, "2026-11-19");

	run->updated_at = ms_of("2026-11-19T12:00:00Z");
	assert_int_equal(add_news(world, "2026-11-20"), 1);
	run->outcome = OUTCOME_FAILED;
	run->updated_at = ms_of("2026-11-19T11:00:00Z");
	assert_int_equal(add_news(world, "2026-11-21"), 0);
	check_past(world, "a:passed");
}

static void first_seen(void **state)
{
	struct world *world = *state;
	struct run *run = add(world, "a", OUTCOME_PASSED, NULL);

	assert_int_equal(add_news(world, "2026-11-20"), 1);
	assert_int_equal(run->seen_at, ms_of("2026-11-20"));
	run->seen_at = TIME_UNKNOWN;
	assert_int_equal(add_news(world, "2026-11-21"), 0);
	assert_int_equal(run->seen_at, ms_of("2026-11-20"));
	run->outcome = OUTCOME_FAILED;
	run->seen_at = TIME_UNKNOWN;
	assert_int_equal(add_news(world, "2026-11-22"), 1);
	check_past(world, "a:failed");
	assert_int_equal(run_counted_at(world->past.items[0]), ms_of("2026-11-20"));
}

/* By the period that is asked for when it comes in, however often it comes again. */
static void dated_once(void **state)
{
	static const struct {
		const char *until; /* NULL: no period is asked for */
		const char *dated; /* NULL: when it was seen */
	} cases[] = {
		{NULL, NULL},
		{"2026-11-16", "2026-11-15T23:59:59.999Z"},
		{"2026-11-16T06:30:00Z", "2026-11-16T06:29:59.999Z"},
		{"2026-11-16T06:30:00.001Z", NULL}, /* that is to come */
		{"2026-11-23", NULL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct world *world = *state;
		const struct run *past;
		struct run *run;
		char id[8];

		snprintf(id, sizeof(id), "%zu", i);
		run = add(world, id, OUTCOME_FAILED, NULL);
		assert_int_equal(add_asked(world, "2026-11-16T06:30:00Z", cases[i].until), 1);
		for (int again = 0; again < 2; again++) {
			run->seen_at = run->dated_at = TIME_UNKNOWN;
			run->outcome = OUTCOME_PASSED;
			assert_int_equal(add_asked(world, "2026-11-23T06:30:00Z", "2026-11-23"),
					 !again);
			read_past(world);
			for (size_t j = 0; strcmp((past = world->past.items[j])->run_id, id); j++)
				;
			assert_int_equal(past->seen_at, ms_of("2026-11-16T06:30:00Z"));
			assert_int_equal(past->dated_at,
					 cases[i].dated ? ms_of(cases[i].dated) : TIME_UNKNOWN);
		}
	}
}

/* By the call that brings its verdict, whatever comes before and after. */
static void dated_with_its_verdict(void **state)
{
	static const struct {
		enum outcome outcomes[3]; /* Monday's call on the week before, and the next ones */
		const char *until[3];     /* NULL: no period is asked for */
		const char *dated;        /* NULL: when it was seen */
	} cases[] = {
		{{OUTCOME_PENDING, OUTCOME_PASSED, OUTCOME_PASSED},
		 {"2026-11-16", "2026-11-23", "2026-11-30"},
		 "2026-11-22T23:59:59.999Z"},
		{{OUTCOME_UNKNOWN, OUTCOME_PENDING, OUTCOME_ERROR},
		 {"2026-11-16", "2026-11-23", "2026-11-30"},
		 "2026-11-29T23:59:59.999Z"},
		{{OUTCOME_PENDING, OUTCOME_UNKNOWN, OUTCOME_PENDING},
		 {"2026-11-16", "2026-11-23", "2026-11-30"},
		 "2026-11-15T23:59:59.999Z"},
		{{OUTCOME_PENDING, OUTCOME_PASSED, OUTCOME_PENDING},
		 {NULL},
		 "2026-11-23T06:30:00Z"},
		{{OUTCOME_PASSED, OUTCOME_PENDING, OUTCOME_FAILED}, {NULL}, NULL},
	};
	static const char *const now[] = {"2026-11-16T06:30:00Z", "2026-11-23T06:30:00Z",
					  "2026-11-30T06:30:00Z"};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct world *world = *state;
		const struct run *past;
		struct run *run;
		char id[8];

		snprintf(id, sizeof(id), "%zu", i);
		run = add(world, id, OUTCOME_PENDING, NULL);
		for (size_t call = 0; call < 3; call++) {
			run->seen_at = run->dated_at = TIME_UNKNOWN;
			run->outcome = cases[i].outcomes[call];
			add_asked(world, now[call], cases[i].until[call]);
		}
		read_past(world);
		for (size_t j = 0; strcmp((past = world->past.items[j])->run_id, id); j++)
			;
		assert_int_equal(past->seen_at, ms_of(now[0]));
		assert_int_equal(past->dated_at,
				 cases[i].dated ? ms_of(cases[i].dated) : TIME_UNKNOWN);
	}
}

/* What is redacted of its id bears a mark, which is the same in every call. */
static void redacted_ids_come_in(void **state)
{
	struct world *world = *state;

	add(world, "[phone 00112233445566aa]", OUTCOME_PASSED, NULL);
	assert_int_equal(add_news(world, "2026-11-20"), 1);
	assert_int_equal(add_news(world, "2026-11-21"), 0);
	check_past(world, "[phone 00112233445566aa]:passed");
}

/* ---- what is not whole ---- */

static const char *only_file(struct world *world)
{
	struct strbuf path = STRBUF_INIT;
	const char *found = NULL;
	DIR *dir;

	strbuf_addf(&path, "%s/2026/11", world->history);
	dir = opendir(path.text);
	assert_non_null(dir);
	for (const struct dirent *entry; (entry = readdir(dir));)
		if (entry->d_name[0] != '.')
			found = arena_printf(&world->folder.arena, "%s/%s", path.text,
					     entry->d_name);
	closedir(dir);
	strbuf_release(&path);
	assert_non_null(found);
	return found;
}

static void rewrite(const char *path, const char *bytes, size_t length)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

static void two_runs(struct world *world, struct strbuf *text)
{
	add(world, "a", OUTCOME_PASSED, "2026-11-19");
	add(world, "b", OUTCOME_FAILED, "2026-11-19");
	assert_int_equal(add_news(world, "2026-11-20"), 2);
	assert_true(file_read(only_file(world), text));
}

/* At every byte: whole records count, and there is one note. */
static void cut_off_anywhere(void **state)
{
	struct world *world = *state;
	struct strbuf text = STRBUF_INIT;
	const char *path;
	size_t lines = 0;

	two_runs(world, &text);
	path = only_file(world);
	for (size_t length = 0; length < text.length; length++) {
		lines += length && text.text[length - 1] == '\n';
		rewrite(path, text.text, length);
		notes_release(&world->notes);
		notes_init(&world->notes, 20);
		read_past(world);
		/* a line that lacks its end of line is a record all the same */
		if (text.text[length] == '\n')
			assert_in_range(world->past.count, lines ? lines - 1 : 0, lines);
		else
			assert_int_equal(world->past.count, lines < 1   ? 0
							    : lines > 3 ? 2
									: lines - 1);
		assert_int_equal(world->notes.count, 1);
		assert_int_equal(world->notes.errors, 1);
	}
	assert_int_equal(lines, 3);
	rewrite(path, text.text, text.length);
	notes_release(&world->notes);
	notes_init(&world->notes, 20);
	check_past(world, "a:passed b:failed");
	check_notes(world, 0, NULL);
	strbuf_release(&text);
}

/* Every bit of it: no change goes unseen. */
static void flipped_bits(void **state)
{
	struct world *world = *state;
	struct strbuf text = STRBUF_INIT;
	const char *path;

	two_runs(world, &text);
	path = only_file(world);
	for (size_t at = 0; at < text.length; at++) {
		text.text[at] ^= (char)(1 << at % 8);
		rewrite(path, text.text, text.length);
		text.text[at] ^= (char)(1 << at % 8);
		notes_release(&world->notes);
		notes_init(&world->notes, 20);
		read_past(world);
		if (world->notes.errors != 1)
			fail_msg("the change at byte %zu: %u errors", at,
				 (unsigned)world->notes.errors);
		assert_true(world->past.count <= 2);
	}
	strbuf_release(&text);
}

static void unknown_schema(void **state)
{
	struct world *world = *state;
	struct strbuf text = STRBUF_INIT;

	two_runs(world, &text);
	memcpy(strstr(text.text, "history/1"), "history/2", 9);
	rewrite(only_file(world), text.text, text.length);
	check_past(world, "");
	check_notes(world, 1,
		    "is not read: the schema runtally.history/2 is not known to this version");
	assert_int_equal(world->notes.errors, 1);
	strbuf_release(&text);
}

/* Names of another form are none of a history's. */
static void other_names(void **state)
{
	struct world *world = *state;
	struct strbuf text = STRBUF_INIT;
	const char *path;

	two_runs(world, &text);
	path = only_file(world);
	folder_write(&world->folder, "history/notes.json", "{");
	folder_write(&world->folder, "history/2026/x.ndjson", "{");
	folder_write(&world->folder, "history/2026/11/.runtally-1-0.tmp", "{");
	folder_write(&world->folder, "history/2026/11/.20261120T000000Z-0.ndjson", "{");
	folder_write(&world->folder, "history/2026/11/README.md", "{");
	folder_make(&world->folder, "history/12345");
	folder_make(&world->folder, "history/2026/1a");
	assert_int_equal(access(path, F_OK), 0);
	check_past(world, "a:passed b:failed");
	check_notes(world, 0, NULL);
	strbuf_release(&text);
}

/* ---- compacting ---- */

static void compact(struct world *world, const char *now, uint64_t age, uint64_t bytes)
{
	const struct history_caps caps = {ms_of(now), age, bytes};

	if (history_compact(world->history, &caps, &world->options, &world->notes, &world->err))
		fail_msg("%s", world->err.text);
}

static size_t files_in(struct world *world, const char *month)
{
	struct strbuf path = STRBUF_INIT;
	size_t count;

	strbuf_addf(&path, "%s/%s", world->history, month);
	count = access(path.text, F_OK) ? 0 : folder_count(path.text);
	strbuf_release(&path);
	return count;
}

static void rolls_up_past_months(void **state)
{
	struct world *world = *state;
	const char *before;

	add(world, "c", OUTCOME_PASSED, "2026-10-01");
	add_news(world, "2026-10-02");
	add(world, "b", OUTCOME_FAILED, NULL);
	add_news(world, "2026-11-19");
	add(world, "a", OUTCOME_PASSED, "2026-11-19");
	add_news(world, "2026-11-20");
	compact(world, "2026-11-30", 0, 0);
	assert_int_equal(files_in(world, "2026/10"), 1);
	assert_int_equal(files_in(world, "2026/11"), 2);
	check_past(world, "c:passed b:failed a:passed");
	compact(world, "2026-12-01", 0, 0);
	assert_int_equal(files_in(world, "2026/11"), 1);
	before = only_file(world);
	assert_string_equal(before + strlen(before) - 4, ".zip");
	check_past(world, "c:passed a:passed b:failed");
	assert_int_equal(world->past.items[2]->seen_at, ms_of("2026-11-19"));
	compact(world, "2026-12-02", 0, 0);
	assert_string_equal(only_file(world), before);
	check_notes(world, 0, NULL);
}

static void late_files_are_rolled_up_too(void **state)
{
	struct world *world = *state;

	add(world, "a", OUTCOME_PASSED, "2026-11-19");
	add_news(world, "2026-11-20");
	compact(world, "2026-12-01", 0, 0);
	add(world, "b", OUTCOME_PASSED, "2026-11-19");
	add_news(world, "2026-11-21");
	assert_int_equal(files_in(world, "2026/11"), 2);
	compact(world, "2026-12-01", 0, 0);
	assert_int_equal(files_in(world, "2026/11"), 1);
	check_past(world, "a:passed b:passed");
	check_notes(world, 0, NULL);
}

static void caps_by_age(void **state)
{
	struct world *world = *state;

	add(world, "old", OUTCOME_PASSED, "2026-09-01");
	add(world, "new", OUTCOME_PASSED, "2026-10-01");
	add_news(world, "2026-10-02");
	compact(world, "2026-11-01", 31, 0);
	check_past(world, "new:passed");
	compact(world, "2026-11-02", 31, 0);
	check_past(world, "");
	assert_int_equal(files_in(world, "2026/10"), 0);
	assert_int_equal(folder_count(world->history), 0);
	check_notes(world, 0, NULL);
}

static void caps_by_size(void **state)
{
	struct world *world = *state;

	add(world, "1", OUTCOME_PASSED, "2026-09-01");
	add_news(world, "2026-09-02");
	add(world, "2", OUTCOME_PASSED, "2026-10-01");
	add_news(world, "2026-10-02");
	add(world, "3", OUTCOME_PASSED, "2026-11-01");
	add_news(world, "2026-11-02");
	compact(world, "2026-11-03", 0, 100000);
	check_past(world, "1:passed 2:passed 3:passed");
	compact(world, "2026-11-03", 0, 1000);
	check_past(world, "2:passed 3:passed");
	check_notes(world, 1, "history: 2026/09 is dropped: all takes more than 1000 bytes");
	/* the month of the call stays, whatever it takes */
	compact(world, "2026-11-03", 0, 1);
	check_past(world, "3:passed");
}

static void damaged_files_stay(void **state)
{
	struct world *world = *state;
	struct strbuf text = STRBUF_INIT;
	const char *path;

	two_runs(world, &text);
	path = only_file(world);
	rewrite(path, text.text, text.length - 10);
	compact(world, "2026-12-01", 0, 0);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(files_in(world, "2026/11"), 1);
	assert_int_equal(world->notes.errors, 1);
	strbuf_release(&text);
}

static void cannot_be_written(void **state)
{
	struct world *world = *state;
	struct history_news news = {.count = 1};
	struct call call;
	const char *file = folder_write(&world->folder, "file", "");
	struct strbuf wanted = STRBUF_INIT;

	add(world, "a", OUTCOME_PASSED, NULL);
	call_init(&call);
	call.written_at = ms_of("2026-11-20");
	news.call = &call;
	news.runs = world->inputs.items;
	assert_int_equal(history_add(file, &news, &world->err), -1);
	strbuf_addf(&wanted, "%s/2026: cannot make the folder: Not a directory", file);
	assert_string_equal(world->err.text, wanted.text);
	strbuf_release(&wanted);
	assert_int_equal(history_read(file, &world->options, &world->past, &world->counts,
				      &world->notes, &world->err),
			 0);
	assert_int_equal(world->notes.errors, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(no_folder_is_empty, setup, teardown),
		cmocka_unit_test_setup_teardown(writes_what_the_header_says, setup, teardown),
		cmocka_unit_test_setup_teardown(adds_only_what_is_new, setup, teardown),
		cmocka_unit_test_setup_teardown(names_are_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(the_later_written_wins, setup, teardown),
		cmocka_unit_test_setup_teardown(the_later_verdict_wins, setup, teardown),
		cmocka_unit_test_setup_teardown(the_later_update_wins, setup, teardown),
		cmocka_unit_test_setup_teardown(first_seen, setup, teardown),
		cmocka_unit_test_setup_teardown(dated_once, setup, teardown),
		cmocka_unit_test_setup_teardown(dated_with_its_verdict, setup, teardown),
		cmocka_unit_test_setup_teardown(redacted_ids_come_in, setup, teardown),
		cmocka_unit_test_setup_teardown(cut_off_anywhere, setup, teardown),
		cmocka_unit_test_setup_teardown(flipped_bits, setup, teardown),
		cmocka_unit_test_setup_teardown(unknown_schema, setup, teardown),
		cmocka_unit_test_setup_teardown(other_names, setup, teardown),
		cmocka_unit_test_setup_teardown(rolls_up_past_months, setup, teardown),
		cmocka_unit_test_setup_teardown(late_files_are_rolled_up_too, setup, teardown),
		cmocka_unit_test_setup_teardown(caps_by_age, setup, teardown),
		cmocka_unit_test_setup_teardown(caps_by_size, setup, teardown),
		cmocka_unit_test_setup_teardown(damaged_files_stay, setup, teardown),
		cmocka_unit_test_setup_teardown(cannot_be_written, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
