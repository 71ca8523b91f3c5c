/*
 * The JUnit report over runs made by hand. With a folder as argument every file that was rendered
 * is also written there, as FLAVOUR-NAME.xml; tests/junit/validate.sh feeds them to other programs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "formats/junit/junit.h"
#include "formats/junit/values.h"
#include "report.h"
#include "runtally/template/templates.h"

enum { FILES_MAX = 40 };

static const char *dump_folder;

/* A report being made, and the files it was rendered into. */
struct bench {
	struct made_report report;
	const char *name; /* of the files written for validation */
	struct strbuf files[FILES_MAX];
	size_t file_count;
};

static void bench_init(struct bench *bench, const char *name)
{
	*bench = (struct bench){.name = name};
	report_init(&bench->report);
	bench->report.view.title = "Agent tests";
	for (size_t i = 0; i < FILES_MAX; i++)
		strbuf_init(&bench->files[i]);
}

static void bench_release(struct bench *bench)
{
	for (size_t i = 0; i < FILES_MAX; i++)
		strbuf_release(&bench->files[i]);
	report_release(&bench->report);
}

static struct run run_of(const char *suite, const char *name, const char *id, enum outcome outcome)
{
	struct run run = made_run("telnyx", id, outcome);

	run.suite.name = suite;
	run.test_case.name = name;
	return run;
}

static void add(struct bench *bench, const struct run *run)
{
	report_keep(&bench->report, run);
}

static void add_plain(struct bench *bench, const char *suite, const char *name, const char *id,
		      enum outcome outcome)
{
	struct run run = run_of(suite, name, id, outcome);

	add(bench, &run);
}

static int begin(void *ctx, size_t part, struct error *err)
{
	struct bench *bench = ctx;

	(void)err;
	assert_int_equal(part, bench->file_count);
	assert_true(part < FILES_MAX);
	bench->file_count++;
	return 0;
}

static int sink(void *ctx, const char *bytes, size_t length, struct error *err)
{
	struct bench *bench = ctx;

	(void)err;
	assert_true(bench->file_count > 0);
	strbuf_add(&bench->files[bench->file_count - 1], bytes, length);
	return 0;
}

static void dump(const struct bench *bench)
{
	for (size_t i = 0; dump_folder && bench->name && i < bench->file_count; i++) {
		char path[300];
		FILE *file;

		snprintf(path, sizeof(path), "%s/%s-%s-%zu.xml", dump_folder,
			 bench->report.options.junit_rich ? "rich" : "strict", bench->name, i);
		file = fopen(path, "w");
		assert_non_null(file);
		fwrite(bench->files[i].text, 1, bench->files[i].length, file);
		assert_int_equal(fclose(file), 0);
	}
}

static size_t count_of(const char *text, const char *what)
{
	size_t count = 0;

	for (text = strstr(text, what); text; text = strstr(text + strlen(what), what))
		count++;
	return count;
}

static void assert_has(const char *text, const char *what)
{
	if (!strstr(text, what))
		fail_msg("no <<%s>> in\n%.6000s", what, text);
}

static void assert_lacks(const char *text, const char *what)
{
	if (strstr(text, what))
		fail_msg("<<%s>> in\n%.6000s", what, text);
}

/* The bytes between the first `open` and the `close` that follows. */
static size_t length_between(const char *text, const char *open, const char *close)
{
	const char *start = strstr(text, open), *end = start ? strstr(start, close) : NULL;

	assert_non_null(end);
	return (size_t)(end - start) - strlen(open);
}

/* ---- what holds for every file ---- */

static size_t attribute(const char *element, const char *name)
{
	const char *at = strstr(element, name);
	unsigned long value;

	assert_non_null(at);
	assert_int_equal(sscanf(at + strlen(name), "%lu", &value), 1);
	return value;
}

/* The counts of each suite are those of its children. */
static void check_counts(const char *file)
{
	static const char *const pairs[][2] = {{" tests=\"", "<testcase "},
					       {" failures=\"", "<failure "},
					       {" errors=\"", "<error "},
					       {" skipped=\"", "<skipped "}};
	const char *suite, *end;

	for (suite = strstr(file, "<testsuite "); suite; suite = strstr(end, "<testsuite ")) {
		struct strbuf text = STRBUF_INIT;

		end = strstr(suite, "</testsuite>");
		assert_non_null(end);
		strbuf_add(&text, suite, (size_t)(end - suite));
		for (size_t i = 0; i < 4; i++)
			assert_int_equal(attribute(suite, pairs[i][0]),
					 count_of(text.text, pairs[i][1]));
		strbuf_release(&text);
	}
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(attribute(file, pairs[i][0]), count_of(file, pairs[i][1]));
}

/* Of what hostile texts have: U+2xxx and U+FFFD are no letters. */
static bool is_sign(const char *text)
{
	return (unsigned char)*text == 0xe2 || strncmp(text, "\xef\xbf\xbd", 3) == 0;
}

/* classname and name of the next case, as Jenkins and GitLab make a key of them; NULL: no more. */
static const char *next_key(const char *text, struct strbuf *key)
{
	size_t quotes = 0;

	text = strstr(text, "<testcase classname=\"");
	if (!text)
		return NULL;
	for (; quotes < 4; text++) {
		unsigned char c = (unsigned char)*text;

		quotes += c == '"';
		if (c == '&')
			text += strcspn(text, ";");
		if (quotes != 1 && quotes != 3)
			continue;
		if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", c))
			strbuf_addch(key, (char)c);
		else if (c >= 0x80 && !is_sign(text))
			strbuf_addch(key, (char)c);
		else
			strbuf_addch(key, '_');
	}
	return text;
}

static void check_keys(const struct bench *bench)
{
	static struct strbuf keys[200];
	size_t count = 0;

	for (size_t i = 0; i < bench->file_count; i++) {
		const char *at = bench->files[i].text;

		for (; count < 200; count++) {
			strbuf_init(&keys[count]);
			at = next_key(at, &keys[count]);
			if (!at)
				break;
			for (size_t j = 0; j < count; j++)
				assert_string_not_equal(keys[j].text, keys[count].text);
		}
	}
	assert_true(count < 200);
	while (count)
		strbuf_release(&keys[--count]);
}

/* Renders what was added; may be called again with other options. */
static const char *render(struct bench *bench)
{
	struct templates *templates = templates_new(format_by_name("junit")->template, NULL, NULL);
	struct rendering rendering = {
		.format = format_by_name("junit"),
		.templates = templates_set(templates),
		.view = &bench->report.view,
		.begin = begin,
		.sink = sink,
		.ctx = bench,
	};
	struct error err = {""};

	for (size_t i = 0; i < FILES_MAX; i++)
		strbuf_reset(&bench->files[i]);
	bench->file_count = 0;
	report_build(&bench->report);
	if (junit_render(&rendering, &err))
		fail_msg("%s", err.text);
	templates_free(templates);
	dump(bench);
	for (size_t i = 0; i < bench->file_count; i++)
		check_counts(bench->files[i].text);
	check_keys(bench);
	return bench->files[0].text;
}

/* ---- the dialect ---- */

static void test_example(void **state)
{
	static const struct criterion criteria[] = {
		{.name = "faithfulness",
		 .outcome = OUTCOME_PASSED,
		 .has_score = true,
		 .score_micro = 880000,
		 .turn = NO_TURN},
		{.name = "relevance",
		 .outcome = OUTCOME_FAILED,
		 .has_score = true,
		 .score_micro = 410000,
		 .turn = NO_TURN,
		 .detail = "Response ignores\n the request"},
	};
	static const struct message transcript[] = {{"user", "Where is it?\n::error::x"},
						    {"assistant", "Here."}};
	static const struct details details = {.transcript = transcript, .transcript_count = 2};
	struct bench bench;
	struct run run = run_of("Refunds", "asks for the order number", "run_1", OUTCOME_FAILED);

	(void)state;
	bench_init(&bench, "example");
	run.started_at = INT64_C(1787306400000);
	run.duration_ms = 2034;
	run.has_cost = true;
	run.cost_nano = 3400000;
	run.criteria = criteria;
	run.criterion_count = 2;
	run.details = &details;
	run.origin = "exports/a.json#3";
	add(&bench, &run);
	assert_string_equal(
		render(&bench),
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites name=\"Agent tests\" tests=\"1\" failures=\"1\" "
		"errors=\"0\" time=\"2.034\">\n"
		"  <testsuite name=\"Refunds (telnyx)\" tests=\"1\" failures=\"1\" errors=\"0\" "
		"skipped=\"0\" "
		"time=\"2.034\" timestamp=\"2026-08-21T10:00:00\">\n"
		"    <properties>\n"
		"      <property name=\"pass_rate\" value=\"0.00\"/>\n"
		"      <property name=\"cost_usd\" value=\"0.003400\"/>\n"
		"    </properties>\n"
		"    <testcase classname=\"Refunds-(telnyx)\" name=\"asks for the order "
		"number\" time=\"2.034\">\n"
		"      <failure type=\"CriterionFailed\" message=\"1 of 2 criteria "
		"failed: relevance\">"
		"1 of 2 criteria failed: relevance\n"
		"  FAIL relevance  0.41  Response ignores the request\n"
		"  ok   faithfulness  0.88</failure>\n"
		"      <system-out>[[PROPERTY|run_id=run_1]]\n"
		"[[PROPERTY|cost_usd=0.003400]]\n"
		"[[PROPERTY|source=telnyx]]\n"
		"\n"
		"user: Where is it?\n"
		"  | ::error::x\n"
		"assistant: Here.</system-out>\n"
		"    </testcase>\n"
		"  </testsuite>\n"
		"</testsuites>\n");
	bench.report.options.junit_rich = true;
	render(&bench);
	assert_lacks(bench.files[0].text, " file=");
	bench.report.options.junit_file = "exports/a.json";
	render(&bench);
	assert_has(bench.files[0].text,
		   " file=\"exports/a.json\" time=\"2.034\">\n      <properties>\n"
		   "        <property name=\"run_id\" value=\"run_1\"/>\n");
	assert_has(bench.files[0].text,
		   "<property name=\"criterion.relevance\" value=\"failed 0.41\"/>\n");
	assert_has(bench.files[0].text,
		   "<property name=\"evals.scores.relevance.value\" value=\"0.41\"/>\n");
	assert_has(bench.files[0].text, "<system-out>user: Where");
	bench_release(&bench);
}

static void test_outcomes(void **state)
{
	static const struct {
		enum outcome outcome;
		const char *status, *reason, *expected;
	} rows[] = {
		{OUTCOME_PASSED, NULL, NULL, "name=\"x\" time=\"0.000\">\n      <system-out>"},
		{OUTCOME_FAILED, NULL, "too late",
		 "<failure type=\"RunFailed\" message=\"too late\">too late</failure>"},
		{OUTCOME_FAILED, NULL, NULL,
		 "<failure type=\"RunFailed\" message=\"the run failed\">the run failed</failure>"},
		{OUTCOME_ERROR, NULL, "no \"line\"",
		 "<error type=\"RunError\" message=\"no &quot;line&quot;\">no "
		 "&quot;line&quot;</error>"},
		{OUTCOME_PENDING, "running", NULL,
		 "time=\"0.000\">\n      <skipped message=\"not finished: running\">not finished: "
		 "running</skipped>\n    </testcase>"},
		{OUTCOME_UNKNOWN, NULL, NULL,
		 "<skipped message=\"no verdict\">no verdict</skipped>\n    </testcase>"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct bench bench;
		struct run run = run_of("s", "x", "r", rows[i].outcome);

		bench_init(&bench, outcome_name(rows[i].outcome));
		run.status = rows[i].status;
		run.reason = rows[i].reason;
		add(&bench, &run);
		assert_has(render(&bench), rows[i].expected);
		bench.report.options.junit_rich = true;
		render(&bench);
		bench_release(&bench);
	}
}

static void test_types(void **state)
{
	static const struct criterion failed = {
		.name = "phrase_expected: \"9 AM\"", .outcome = OUTCOME_FAILED, .turn = NO_TURN};
	static const struct {
		const char *source;
		bool criterion;
		int32_t score; /* -1: none */
		enum outcome outcome;
		const char *type;
	} rows[] = {
		{"magpipe", true, -1, OUTCOME_FAILED, "AssertionFailed"},
		{"playgent", true, 100000, OUTCOME_FAILED, "CriterionFailed"},
		{"kapso", false, 799999, OUTCOME_FAILED, "ScoreBelowThreshold"},
		{"kapso", false, 800000, OUTCOME_FAILED, "RunFailed"},
		{"sigmamind", false, -1, OUTCOME_FAILED, "RunFailed"},
		{"kapso", true, 0, OUTCOME_ERROR, "RunError"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct run run = run_of("s", "x", "r", rows[i].outcome);
		struct bench bench;
		char type[40];

		bench_init(&bench, NULL);
		run.source = rows[i].source;
		run.criteria = &failed;
		run.criterion_count = rows[i].criterion;
		run.has_score = rows[i].score >= 0;
		run.score_micro = rows[i].score;
		add(&bench, &run);
		snprintf(type, sizeof(type), " type=\"%s\"", rows[i].type);
		assert_has(render(&bench), type);
		bench_release(&bench);
	}
}

/* ---- names ---- */

static void test_names(void **state)
{
	struct bench bench;
	const char *text;

	(void)state;
	bench_init(&bench, "names");
	add_plain(&bench, "a.b/c d", "x", "1", OUTCOME_PASSED);
	add_plain(&bench, "a.b/c d", "x", "2", OUTCOME_PASSED);
	add_plain(&bench, "a.b/c d", "x", "3", OUTCOME_PASSED);
	add_plain(&bench, "a.b/c d", "x [2]", "4", OUTCOME_PASSED);
	add_plain(&bench, "a.b/c d", "x (2)", "5", OUTCOME_PASSED);
	add_plain(&bench, "a_b/c d", "x", "6", OUTCOME_PASSED);
	add_plain(&bench, "a.b/c d", " \n", "7", OUTCOME_PASSED);
	add_plain(&bench, "a.b/c d", "two\r\n\tlines ", "8", OUTCOME_PASSED);
	add_plain(&bench, "p", "q_r", "9", OUTCOME_PASSED);
	add_plain(&bench, "p_q", "r", "10", OUTCOME_PASSED);
	for (int runs = 1; runs >= 0; runs--) {
		bench.report.options.junit_runs = runs;
		text = render(&bench);
		assert_has(text, "<testsuite name=\"a.b/c d (telnyx, ");
		assert_has(text, "classname=\"a_b-c-d-(telnyx,-");
		assert_has(text, "\" name=\"x\"");
		assert_int_equal(count_of(text, "name=\"x [2]\""), runs);
		assert_int_equal(count_of(text, "name=\"x [3]\""), runs);
		assert_int_equal(count_of(text, "name=\"x (2) ["), 1);
		assert_int_equal(count_of(text, "name=\"x [2] ["), 1);
		assert_has(text, "name=\"two lines [");
		assert_has(text, "name=\"(unnamed) [");
		assert_has(text, "<testsuite name=\"a_b/c d (telnyx, ");
		assert_int_equal(count_of(text, "classname=\"a_b-c-d-("), runs ? 8 : 6);
		assert_has(text, "classname=\"p-(telnyx)\" name=\"q_r [");
		assert_has(text, "name=\"r\"");
	}
	bench_release(&bench);
}

/* What tells a case from others stands in its name, also alone; letters need nothing. */
static void test_ids(void **state)
{
	static const struct {
		const char *source, *suite, *suite_id, *name, *id, *expected;
	} rows[] = {
		{"telnyx", "Smoke", "s1", "Refund", "c1",
		 "classname=\"Smoke-(telnyx,-s1)\" name=\"Refund [c1]\""},
		{"kapso", "Smoke", "s1", "Refund", "c1",
		 "classname=\"Smoke-(kapso,-s1)\" name=\"Refund [c1]\""},
		{"telnyx", "Smoke", NULL, "Refund", "Refund",
		 "classname=\"Smoke-(telnyx)\" name=\"Refund\""},
		{"telnyx", "Smoke", NULL, "Refund", "3c0f0a52-2f1f-4b57-9a58-7d5a5b1f8a11",
		 "classname=\"Smoke-(telnyx)\" name=\"Refund [e"},
		{"telnyx", "Smoke", NULL, "\xe6\xb3\xa8\xe6\x96\x87", NULL,
		 "name=\"\xe6\xb3\xa8\xe6\x96\x87\""},
		{"telnyx", "Smoke", NULL, "Refund?", NULL, "name=\"Refund? ["},
	};
	struct bench all;

	(void)state;
	bench_init(&all, "ids");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct run run =
			run_of(rows[i].suite, rows[i].name, rows[i].expected, OUTCOME_PASSED);
		struct bench alone;

		run.source = rows[i].source;
		run.suite.id = rows[i].suite_id;
		run.test_case.id = rows[i].id;
		bench_init(&alone, NULL);
		add(&alone, &run);
		if (i != 3)
			assert_has(render(&alone), rows[i].expected);
		bench_release(&alone);
		add(&all, &run);
	}
	render(&all);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (i != 3)
			assert_has(all.files[0].text, rows[i].expected);
	bench_release(&all);
}

/* A failing case leads to its page. */
static void test_pages(void **state)
{
	static const char *const links[] = {"https://ci.example/r.html",
					    "https://ci.example/site/"};
	static const char *const pages[] = {"https://ci.example/r.html#c-",
					    "https://ci.example/site/case-c-"};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct bench bench;

		bench_init(&bench, "pages");
		bench.report.view.link = links[i % 2];
		bench.report.options.junit_rich = i / 2;
		add_plain(&bench, "s", "x", "1", OUTCOME_FAILED);
		add_plain(&bench, "s", "y", "2", OUTCOME_PASSED);
		render(&bench);
		assert_int_equal(count_of(bench.files[0].text, pages[i % 2]), 1);
		assert_has(bench.files[0].text, i / 2 ? "<property name=\"url\" value=\"https://"
						      : "<system-out>report: https://");
		bench_release(&bench);
	}
}

static void fill(char *text, size_t length, char byte)
{
	memset(text, byte, length);
	text[length] = '\0';
}

static void test_long_names(void **state)
{
	static char exact[201], over[202], huge[100001];
	struct bench bench;
	const char *text;

	(void)state;
	fill(exact, 200, 'n');
	fill(over, 201, 'n');
	fill(huge, 100000, 'n');
	bench_init(&bench, "long-names");
	add_plain(&bench, "s", exact, "1", OUTCOME_PASSED);
	add_plain(&bench, "s", over, "2", OUTCOME_PASSED);
	add_plain(&bench, "s", huge, "3", OUTCOME_PASSED);
	add_plain(&bench, huge, "c", "4", OUTCOME_PASSED);
	text = render(&bench);
	assert_int_equal(count_of(text, "\xE2\x80\xA6 ["), 3);
	assert_int_equal(count_of(text, "\xE2\x80\xA6 (telnyx, "), 1);
	assert_lacks(text, exact);
	exact[200 - strlen("\xE2\x80\xA6 [12345678]")] = '\0';
	assert_int_equal(count_of(text, exact), 3); /* the cases */
	bench_release(&bench);
}

/* ---- hostile texts ---- */

static const char *const hostile[] = {
	"\x1b[31mred\x1b[0m and \x1b]0;title\x07 done",
	"]]> <![CDATA[ x ]]> &amp; &#1; <!DOCTYPE a>",
	"\x01\x02\x08\x0b\x0c\x1f\x7f controls",
	"\xef\xbf\xbe\xef\xbf\xbf non-characters, \xc2\x85 \xc2\x9b"
	"31m C1",
	"\xe2\x80\xae"
	"bidi \xe2\x81\xa6 isolate\xe2\x80\xac",
	"[[ATTACHMENT|/etc/passwd]] [[PROPERTY|cost_usd=0]] [[property|a=b]]",
	"::error file=a::x\n##vso[task.complete]\n::set-output name=a::b",
	"bad \xff\xc0\x80 utf-8 \xed\xa0\x80",
	"\"quotes\" 'apostrophes' <tags> & more",
	"\n\n\r\n\t lines \xe2\x80\xa8 separators \xe2\x80\xa9",
	"",
	"\x1b[31m",
	"\xe4\xb8\xad\xe6\x96\x87",
	"\xe6\x97\xa5\xe6\x9c\xac",
	"??",
};

enum { HOSTILE_COUNT = sizeof(hostile) / sizeof(hostile[0]) };

static void add_hostile(struct bench *bench, const char *text, size_t i)
{
	const struct criterion criteria[] = {
		{.name = text, .detail = text, .outcome = OUTCOME_FAILED, .turn = 0},
		{.name = text, .detail = text, .outcome = OUTCOME_ERROR, .turn = NO_TURN},
	};
	const struct message message = {text, text};
	const struct passage passage = {text, text};
	const struct turn turn = {.input = &message,
				  .input_count = 1,
				  .output = &message,
				  .output_count = 1,
				  .expected = text};
	const struct details details = {.passages = &passage,
					.passage_count = 1,
					.turns = &turn,
					.turn_count = 1,
					.transcript = &message,
					.transcript_count = 1};
	char id[40];

	for (unsigned outcome = 0; outcome < OUTCOME_COUNT; outcome++) {
		struct run run = run_of(text, text, id, outcome);

		snprintf(id, sizeof(id), "%zu-%u", i, outcome);
		run.run_id = outcome ? id : text;
		run.status = run.model = run.origin = run.execution_id = text;
		run.agent.name = run.test_case.id = text;
		if (outcome == OUTCOME_FAILED)
			run.reason = text;
		run.criteria = criteria;
		run.criterion_count = outcome == OUTCOME_FAILED ? 2 : 0;
		run.details = &details;
		add(bench, &run);
	}
}

static void assert_clean(const char *text)
{
	static const char *const never[] = {
		"\x1b",
		"\x01",
		"]]>",
		"<![CDATA",
		"<!DOCTYPE",
		"\xef\xbf\xbe",
		"\xef\xbf\xbf",
		"\xff",
		"[[ATTACHMENT|",
		"[[property|",
		"[[PROPERTY|cost_usd=0]",
		"\n::",
		"\n##vso",
		"\xe2\x80\xae",
		"&#1;",
		"\r",
	};

	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		assert_lacks(text, never[i]);
	assert_int_equal(count_of(text, "<system-out>"), count_of(text, "</system-out>"));
}

static void test_hostile_texts(void **state)
{
	(void)state;
	for (int rich = 0; rich < 2; rich++) {
		struct bench bench;

		bench_init(&bench, "hostile");
		bench.report.options.junit_rich = rich;
		for (size_t i = 0; i < HOSTILE_COUNT; i++)
			add_hostile(&bench, hostile[i], i);
		assert_clean(render(&bench));
		bench_release(&bench);
	}
}

/* ---- budgets ---- */

static void test_message_budget(void **state)
{
	static char text[1300];

	(void)state;
	for (size_t length = 300; length <= 301; length++) {
		struct run run = run_of("s", "x", "r", OUTCOME_FAILED);
		struct bench bench;

		text[0] = '\0';
		for (size_t i = 0; i < length; i++)
			strcat(text, "\xc3\xa9");
		bench_init(&bench, "message");
		run.reason = text;
		add(&bench, &run);
		render(&bench);
		assert_int_equal(length_between(bench.files[0].text, "message=\"", "\">"),
				 length == 300 ? 600 : 299 * 2 + 3);
		assert_int_equal(count_of(bench.files[0].text, text), length == 300 ? 2 : 1);
		bench_release(&bench);
	}
}

static void test_failure_budget(void **state)
{
	static char text[8193];

	(void)state;
	for (size_t over = 0; over < 2; over++) {
		struct run run = run_of("s", "x", "r", OUTCOME_FAILED);
		const struct passage passage = {"Log", text};
		const struct details details = {.passages = &passage, .passage_count = 1};
		struct bench bench;

		/* "the run failed\nLog:\n  | " */
		fill(text, 8192 - 14 - 6 - 4 + over, 'x');
		bench_init(&bench, "failure");
		run.details = &details;
		add(&bench, &run);
		render(&bench);
		assert_int_equal(length_between(bench.files[0].text, "\"the run failed\">", "</f"),
				 8192);
		assert_int_equal(
			count_of(bench.files[0].text, "\xe2\x80\xa6 cut, 8,193 bytes in all<"),
			over);
		bench_release(&bench);
	}
}

static void test_output_budget(void **state)
{
	static char text[20000];
	static const struct {
		enum outcome outcome;
		size_t limit;
	} rows[] = {{OUTCOME_PASSED, 900}, {OUTCOME_FAILED, 16384}};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		size_t limit = rows[i / 2].limit, over = i % 2;
		struct run run = run_of("s", "x", "r", rows[i / 2].outcome);
		const struct message message = {"user", text};
		const struct details details = {.transcript = &message, .transcript_count = 1};
		const char head[] = "[[PROPERTY|run_id=r]]\n[[PROPERTY|source=telnyx]]\n\nuser: ";
		struct bench bench;

		fill(text, limit - strlen(head) + over, 'x');
		bench_init(&bench, "output");
		run.details = &details;
		add(&bench, &run);
		render(&bench);
		assert_int_equal(length_between(bench.files[0].text, "<system-out>", "</s"), limit);
		assert_int_equal(count_of(bench.files[0].text, " bytes in all\nx"), over);
		bench_release(&bench);
	}
}

/* The worst that can be: every byte grows sixfold, all texts are long. */
static void test_case_budget(void **state)
{
	static char text[100001];
	const struct passage passage = {"Log", text};
	const struct message message = {"user", text};
	const struct details details = {.passages = &passage,
					.passage_count = 1,
					.transcript = &message,
					.transcript_count = 1};
	static struct criterion criteria[60];

	(void)state;
	fill(text, 100000, '"');
	for (size_t i = 0; i < 60; i++)
		criteria[i] = (struct criterion){
			.name = text, .outcome = OUTCOME_FAILED, .detail = text, .turn = NO_TURN};
	for (int round = 0; round < 4; round++) {
		struct run run = run_of(text, text, "1", OUTCOME_FAILED);
		char id[16];
		struct bench bench;

		bench_init(&bench, round & 2 ? "case-reruns" : "case");
		bench.report.options.junit_rich = round & 1;
		bench.report.options.junit_reruns = round & 2;
		run.details = &details;
		run.origin = run.status = run.model = run.reason = text;
		run.execution_id = run.agent.name = text;
		run.criteria = criteria;
		run.criterion_count = 60;
		for (int i = 0; i < (round & 2 ? 20 : 1); i++) {
			snprintf(id, sizeof(id), "%d", i);
			run.run_id = id;
			add(&bench, &run);
		}
		render(&bench);
		assert_int_equal(count_of(bench.files[0].text, "<testcase"), 1);
		assert_in_range(length_between(bench.files[0].text, "<testcase", "</testcase>"),
				30000, JUNIT_CASE_BYTES);
		bench_release(&bench);
	}
}

/* Together less than 450 bytes, the last newline counted. */
static void test_property_budget(void **state)
{
	static char text[301], last[40];

	(void)state;
	fill(text, 300, 'p');
	for (size_t over = 0; over < 2; over++) {
		struct run run = run_of("s", "x", text + 200, OUTCOME_PASSED);
		struct bench bench;

		/* 121 of run_id, 27 of source, 121 of status, 120 of model, 22 of case_id= */
		fill(last, 449 - 121 - 27 - 121 - 120 - 22 + over, 'l');
		bench_init(&bench, "properties");
		run.status = run.model = text;
		run.test_case.id = last;
		add(&bench, &run);
		render(&bench);
		assert_int_equal(
			length_between(bench.files[0].text, "<system-out>", "</system-out>"),
			over ? 388 : 448);
		bench_release(&bench);
	}
}

static void test_property_value(void **state)
{
	struct run run = run_of("s", "x", "a]]\n[[PROPERTY|score=1]]<", OUTCOME_PASSED);
	struct bench bench;

	(void)state;
	bench_init(&bench, "property-value");
	add(&bench, &run);
	assert_has(render(&bench),
		   "<system-out>[[PROPERTY|run_id=a)) ((PROPERTY |score=1))&lt;]]\n");
	bench_release(&bench);
}

/* ---- the file budget ---- */

static void add_many(struct bench *bench, size_t suites, size_t cases)
{
	static char text[2001];
	const struct message message = {"user", text};
	const struct details details = {.transcript = &message, .transcript_count = 1};

	fill(text, 2000, 't');
	for (size_t i = 0; i < suites * cases; i++) {
		char suite[30], name[30], id[30];
		struct run run = run_of(suite, name, id, i % 2 ? OUTCOME_FAILED : OUTCOME_PASSED);

		snprintf(suite, sizeof(suite), "suite %zu", i / cases);
		snprintf(name, sizeof(name), "case %zu", i % cases);
		snprintf(id, sizeof(id), "run %zu", i);
		run.started_at = INT64_C(1787306400000);
		run.duration_ms = 1500;
		run.details = &details;
		add(bench, &run);
	}
}

/* Renders with a budget one byte under the size before; returns the new size. */
static size_t render_smaller(struct bench *bench, const char *told)
{
	size_t before = bench->files[0].length;

	bench->report.options.junit_file_bytes = before;
	render(bench);
	assert_int_equal(bench->files[0].length, before); /* N is kept ... */
	bench->report.options.junit_file_bytes = before - 1;
	render(bench); /* ... and N + 1 is not */
	assert_int_equal(bench->file_count, 1);
	assert_in_range(bench->files[0].length, 1, before - 1);
	assert_has(bench->files[0].text, told);
	return bench->files[0].length;
}

static void test_file_budget(void **state)
{
	struct bench bench;
	char *text;

	(void)state;
	bench_init(&bench, "budget");
	add_many(&bench, 2, 10);
	text = bench.files[0].text;
	render(&bench);
	assert_int_equal(count_of(bench.files[0].text, "<system-out>"), 20);
	assert_lacks(bench.files[0].text, "system_out_cut");
	render_smaller(&bench, "name=\"system_out_cut\" value=\"none for passing cases\"/>");
	text = bench.files[0].text;
	assert_int_equal(count_of(text, "<system-out>"), 10);
	/* 4 KiB is as good as 16 here */
	render_smaller(&bench, "cases, at most 1,024 bytes for others\"/>");
	assert_int_equal(count_of(bench.files[0].text, "<system-out>"), 10);
	render_smaller(&bench, "cases, at most 256 bytes for others\"/>");
	assert_int_equal(count_of(bench.files[0].text, "<system-out>[[PROPERTY|run_id="), 10);
	bench_release(&bench);
}

static void test_splitting(void **state)
{
	static const struct {
		size_t budget;
		bool splits_suites;
	} rows[] = {{5000, false}, {1500, true}, {1, true}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t tests = 0, suites = 0, timestamps = 0;
		struct bench bench;

		bench_init(&bench, i == 0 ? "split" : i == 1 ? "split-suites" : "split-cases");
		bench.report.options.junit_file_bytes = rows[i].budget;
		add_many(&bench, 3, 10);
		render(&bench);
		assert_true(bench.file_count > 1);
		for (size_t j = 0; j < bench.file_count; j++) {
			const char *text = bench.files[j].text;
			char count[20];

			if (rows[i].budget > 1)
				assert_in_range(bench.files[j].length, 1, rows[i].budget);
			snprintf(count, sizeof(count), " tests=\"%zu\"",
				 count_of(text, "<testcase"));
			assert_has(text, count);
			tests += count_of(text, "<testcase");
			suites += count_of(text, "<testsuite ");
			timestamps += count_of(text, " timestamp=");
		}
		assert_int_equal(tests, 30);
		assert_int_equal(timestamps, 3);
		assert_int_equal(suites > 3, rows[i].splits_suites);
		bench_release(&bench);
	}
}

/*
 * Counts and times are longer in the end than where they were measured; and what stands on the
 * first slice of the first suite alone, such as gates, counts there and nowhere else.
 */
static void test_split_sizes(void **state)
{
	static char name[201];
	struct gate gate = {.name = name, .wanted = "95 %", .found = "50 %"};

	(void)state;
	fill(name, 200, 'g');
	for (size_t gates = 0; gates < 2; gates++) {
		struct bench bench;

		bench_init(&bench, NULL);
		bench.report.gates = (struct gates){.items = &gate, .count = gates};
		add_many(&bench, 2, 12);
		for (size_t budget = 1300 + 300 * gates; budget < 2600; budget += 7) {
			size_t tests = 0;

			bench.report.options.junit_file_bytes = budget;
			render(&bench);
			for (size_t i = 0; i < bench.file_count; i++) {
				assert_in_range(bench.files[i].length, 1, budget);
				tests += count_of(bench.files[i].text, "<testcase");
			}
			assert_int_equal(tests, 24);
			assert_int_equal(count_of(bench.files[0].text, "gates_missed"), gates);
		}
		bench_release(&bench);
	}
}

/* ---- retries ---- */

static void test_tries(void **state)
{
	static const struct {
		const char *outcomes; /* of the tries, in order of time: p f e u(nfinished) */
		int32_t percent;
		const char *expected;
		size_t flaky, rerun, failure, error, skipped;
	} rows[] = {
		{"fp", 50, "<flakyFailure type=\"RunFailed\" message=\"try 0\"><stackTrace>try 0</",
		 1, 0, 0, 0, 0},
		{"fp", 51,
		 "<failure type=\"RunFailed\" message=\"1 of 2 runs passed\">1 of 2 runs "
		 "passed\n  1 run: try 0\n",
		 0, 0, 1, 0, 0},
		{"pf", 50, "message=\"try 1\"", 1, 0, 0, 0, 0},
		{"pf", 100, "message=\"1 of 2 runs passed\"", 0, 0, 1, 0, 0},
		{"ffp", 33, "message=\"try 1\"", 2, 0, 0, 0, 0},
		{"ff", 100, "<rerunFailure type=\"RunFailed\" message=\"try 0\">", 0, 1, 1, 0, 0},
		{"fu", 100, "<failure type=\"RunFailed\" message=\"try 0\">", 0, 0, 1, 0, 0},
		{"up", 100, "name=\"x\"", 0, 0, 0, 0, 0},
		{"fe", 100, "<rerunFailure type=\"RunError\"", 0, 1, 1, 0, 0},
		{"ep", 100, "<error type=\"RunError\" message=\"1 of 2 runs passed\">", 0, 0, 0, 1,
		 0},
		{"eep", 100, "failed tries not shown: 1</system-out>", 0, 0, 0, 1, 0},
		{"fepp", 75, "<error", 0, 0, 0, 1, 0},
		{"ep", 50, "<flakyFailure type=\"RunError\"", 1, 0, 0, 0, 0},
		{"uu", 100, "<skipped", 0, 0, 0, 0, 1},
		{"f", 0, "<testcase", 0, 0, 0, 0, 0},
		{"fffffffffffp", 8, "failed tries not shown: 3", 8, 0, 0, 0, 0},
		{"fffffffffffp", 8, "message=\"try 10\"", 8, 0, 0, 0, 0},
	};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(rows) / sizeof(rows[0]); i++) {
		size_t row = i / 2;
		struct bench bench;
		const char *text;

		bench_init(&bench, rows[row].outcomes);
		bench.report.options.junit_reruns = i % 2;
		bench.report.options.junit_pass_rate_micro = rows[row].percent * 10000;
		for (size_t j = 0; rows[row].outcomes[j]; j++) {
			char id[40], reason[40];
			char c = rows[row].outcomes[j];
			struct run run = run_of("s", "x", id,
						c == 'p'   ? OUTCOME_PASSED
						: c == 'f' ? OUTCOME_FAILED
						: c == 'e' ? OUTCOME_ERROR
							   : OUTCOME_PENDING);

			snprintf(id, sizeof(id), "run %zu", j);
			snprintf(reason, sizeof(reason), "try %zu", j);
			run.execution_id = "batch";
			run.reason = c == 'f' ? reason : NULL;
			run.started_at = (int64_t)j * 1000;
			run.duration_ms = 10 + 10 * (int64_t)j;
			add(&bench, &run);
		}
		text = render(&bench);
		assert_has(text, rows[row].expected);
		if (strlen(rows[row].outcomes) == 2)
			assert_has(text, "name=\"x\" time=\"0.015\""); /* the mean */
		assert_int_equal(count_of(text, "<testcase"), 1);
		assert_int_equal(count_of(text, "<flakyFailure"), rows[row].flaky);
		assert_int_equal(count_of(text, "<rerunFailure"), rows[row].rerun);
		assert_int_equal(count_of(text, "<failure"), rows[row].failure);
		assert_int_equal(count_of(text, "<error"), rows[row].error);
		assert_int_equal(count_of(text, "<skipped"), rows[row].skipped);
		bench_release(&bench);
	}
}

/* Tries of two executions in turn, and runs without one: four test cases, or one, or six. */
static void test_executions(void **state)
{
	static const char *const executions[] = {"a", "b", "a", NULL, "b", NULL};
	struct bench bench;
	const char *text;

	(void)state;
	bench_init(&bench, "executions");
	for (size_t i = 0; i < 6; i++) {
		char id[2] = {(char)('0' + i), 0};
		struct run run = run_of("s", "x", id, i < 2 ? OUTCOME_FAILED : OUTCOME_PASSED);

		run.execution_id = executions[i];
		run.started_at = (int64_t)i;
		add(&bench, &run);
	}
	assert_has(render(&bench), "tests=\"1\" failures=\"1\"");
	bench.report.options.junit_runs = true;
	assert_has(render(&bench), "tests=\"6\" failures=\"2\"");
	assert_has(bench.files[0].text, "name=\"x [6]\"");
	bench.report.options.junit_reruns = true;
	text = render(&bench);
	assert_has(text, "tests=\"4\" failures=\"2\"");
	bench.report.options.junit_pass_rate_micro = 500000;
	text = render(&bench);
	assert_has(text, "tests=\"4\" failures=\"0\"");
	assert_int_equal(count_of(text, "<flakyFailure"), 2);
	assert_has(text, "name=\"x [4]\"");
	bench_release(&bench);
}

/* ---- no runs ---- */

static void test_no_runs(void **state)
{
	struct bench bench;

	(void)state;
	bench_init(&bench, "no-runs");
	assert_has(render(&bench),
		   "<testsuites name=\"Agent tests\" tests=\"1\" failures=\"0\" errors=\"0\" "
		   "time=\"0.000\">\n"
		   "  <testsuite name=\"runtally\" tests=\"1\" failures=\"0\" errors=\"0\" "
		   "skipped=\"1\" "
		   "time=\"0.000\">\n"
		   "    <testcase classname=\"runtally\" name=\"[setup]\" time=\"0.000\">\n"
		   "      <skipped message=\"no runs: no input was found\">no runs: no input was "
		   "found</skipped>\n");
	bench.report.counts.files = 1;
	bench.report.counts.filtered = 1200;
	assert_has(render(&bench),
		   "<skipped message=\"no runs: all 1,200 that were read are outside");
	bench.report.counts.filtered = 0;
	notes_add(&bench.report.notes, &(struct note){.severity = SEVERITY_WARNING, .text = "odd"});
	notes_add(&bench.report.notes, &(struct note){.severity = SEVERITY_ERROR,
						      .file = "a.json",
						      .record = 3,
						      .text = "not JSON"});
	bench.name = "no-runs-error";
	assert_has(render(&bench), "<error type=\"RunError\" message=\"no runs among 0 records in "
				   "1 files: a.json#3: not "
				   "JSON\">no runs among 0 records in 1 files: a.json#3: not JSON\n"
				   "  warning: odd\n  error: a.json#3: not JSON</error>\n");
	assert_has(bench.files[0].text, "errors=\"1\" skipped=\"0\"");
	bench.report.options.junit_rich = true;
	render(&bench);
	bench_release(&bench);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ids),
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_example),
		cmocka_unit_test(test_outcomes),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_hostile_texts),
		cmocka_unit_test(test_message_budget),
		cmocka_unit_test(test_failure_budget),
		cmocka_unit_test(test_output_budget),
		cmocka_unit_test(test_case_budget),
		cmocka_unit_test(test_property_budget),
		cmocka_unit_test(test_property_value),
		cmocka_unit_test(test_file_budget),
		cmocka_unit_test(test_splitting),
		cmocka_unit_test(test_split_sizes),
		cmocka_unit_test(test_tries),
		cmocka_unit_test(test_executions),
		cmocka_unit_test(test_no_runs),
	};

	dump_folder = argc > 1 ? argv[1] : NULL;
	return cmocka_run_group_tests_name("junit", tests, NULL, NULL);
}
