#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/publish.h"
#include "formats/mail/mail.h"
#include "report.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define X10          "xxxxxxxxxx"
#define X70          X10 X10 X10 X10 X10 X10 X10

/* ---- the text's lines ---- */

static void test_wrap(void **state)
{
	static const struct {
		const char *text, *wanted;
	} cases[] = {
		{"", ""},
		{"\n", "\n"},
		{"a\n\nb", "a\n\nb"},
		{"  - a  b\n", "  - a  b\n"},
		{X70 " x\n", X70 " x\n"},
		{X70 " xx\n", X70 "\nxx\n"},
		{X70 "   xx yy\n", X70 "\nxx yy\n"},
		{"  - " X10 " " X70 "\n",
		 "  - " X10 "\n    " X10 X10 X10 X10 X10 X10 "xxxxxxxx\n    xx\n"},
		{"    " X70 "\n", "    " X10 X10 X10 X10 X10 X10 "xxxxxxxx\n    xx\n"},
		{X70 "xxx", X70 "xx\nx"},
		/* Addresses of the web stay whole, and hold only their own line. */
		{"See: https://" X70 " or not\n", "See:\nhttps://" X70 "\nor not\n"},
		{"http://" X70, "http://" X70},
		{"http:" X70, "http:" X10 X10 X10 X10 X10 X10 "xxxxxxx\nxxx"},
		/* Columns, not bytes: 36 wide letters fill a line. */
		{"\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5"
		 "\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5"
		 "\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5"
		 "\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5"
		 "\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5"
		 "\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5x",
		 "\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5"
		 "\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5"
		 "\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5"
		 "\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5"
		 "\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5"
		 "\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\xE6\x97\xA5\nx"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf out = STRBUF_INIT;

		mail_wrap(&out, cases[i].text, strlen(cases[i].text));
		assert_string_equal(out.text, cases[i].wanted);
		strbuf_release(&out);
	}
}

/* No letter is lost, whatever the line, and none is too long. */
static void test_wrap_loses_nothing(void **state)
{
	uint32_t random = 7;

	(void)state;
	for (size_t round = 0; round < 2000; round++) {
		struct strbuf text = STRBUF_INIT, out = STRBUF_INIT;
		size_t length = next_random(&random) % 300, at = 0, column = 0;

		for (size_t i = 0; i < length; i++)
			strbuf_addch(&text, "aaaaaaaa-.  \n"[next_random(&random) % 13]);
		mail_wrap(&out, text.text, text.length);
		for (size_t i = 0; i < out.length; i++) {
			column = out.text[i] == '\n' ? 0 : column + 1;
			assert_in_range(column, 0, MAIL_COLUMNS);
			if (strchr(" \n", out.text[i]))
				continue;
			while (strchr(" \n", text.text[at]))
				at++;
			assert_int_equal(out.text[i], text.text[at++]);
		}
		assert_int_equal(strspn(text.text + at, " \n"), text.length - at);
		strbuf_release(&text);
		strbuf_release(&out);
	}
}

/* ---- the HTML's size ---- */

struct world {
	struct made_report report;
	struct options options;
	struct folder folder;
};

/* Suites with names of so many bytes, a failed run in each. */
static void world_init(struct world *world, size_t suites, size_t name_bytes)
{
	char name[1001], id[32];

	*world = (struct world){.options = {.render = default_render_options}};
	folder_init(&world->folder);
	report_init(&world->report);
	world->report.view.render = &world->options.render;
	for (size_t i = 0; i < suites; i++) {
		struct run run = made_run("kapso", id, OUTCOME_FAILED);

		snprintf(id, sizeof(id), "r%zu", i);
		memset(name, '&', name_bytes);
		name[name_bytes] = '\0';
		snprintf(name, sizeof(name), "%03zu", i);
		name[3] = '&';
		run.suite.name = run.test_case.name = name;
		report_keep(&world->report, &run);
	}
	report_build(&world->report);
}

static void world_release(struct world *world)
{
	report_release(&world->report);
	folder_release(&world->folder);
}

static void render(struct world *world, const char *format, struct strbuf *out)
{
	const struct target target = {format_by_name(format),
				      folder_file(&world->folder, "report")};
	struct error err;

	assert_int_equal(publish(&world->options, &target, &world->report.view, &err), 0);
	strbuf_reset(out);
	assert_true(file_read(target.path, out));
}

static size_t count_of(const struct strbuf *text, const char *word)
{
	size_t count = 0;

	for (const char *at = text->text; (at = strstr(at, word)); at++)
		count++;
	return count;
}

static void test_budget(void **state)
{
	struct world world;
	struct strbuf out = STRBUF_INIT;
	size_t most;

	(void)state;
	world_init(&world, 500, 1000);
	render(&world, "mail-html", &out);
	assert_in_range(out.length, 1000, world.options.render.mail_bytes);
	assert_non_null(strstr(out.text, "more of 500"));
	most = count_of(&out, "\xE2\x80\xA6");

	/* As many rows again where it just fits, fewer where it is over by one. */
	world.options.render.mail_bytes = out.length;
	render(&world, "mail-html", &out);
	assert_int_equal(count_of(&out, "\xE2\x80\xA6"), most);
	world.options.render.mail_bytes = out.length - 1;
	render(&world, "mail-html", &out);
	assert_in_range(out.length, 1000, world.options.render.mail_bytes);
	assert_in_range(count_of(&out, "\xE2\x80\xA6"), 1, most - 1);

	/* Without any rows it is all that there is to say. */
	world.options.render.mail_bytes = 1;
	render(&world, "mail-html", &out);
	assert_int_equal(count_of(&out, "\xE2\x80\xA6"), 0);
	assert_non_null(strstr(out.text, "and 500 more of 500"));
	strbuf_release(&out);
	world_release(&world);
}

/* ---- the date ---- */

static void check_date(struct world *world, const char *wanted)
{
	struct strbuf out = STRBUF_INIT;

	render(world, "mail", &out);
	assert_non_null(strstr(out.text, wanted));
	strbuf_release(&out);
}

/* SOURCE_DATE_EPOCH, else the latest run's, else now. */
static void test_date(void **state)
{
	static const char *const to[] = {"team@example.com"};
	struct world world;

	(void)state;
	world_init(&world, 1, 10);
	world.options.render.mail_from = "ci@example.com";
	world.options.render.mail_to = to;
	world.options.render.mail_to_count = 1;
	world.options.render.now = INT64_C(1794787200000);
	check_date(&world, "\r\nDate: Mon, 16 Nov 2026 00:00:00 +0000\r\n");
	world.report.counts.period_from = 0;
	world.report.counts.period_to = INT64_C(1794700800000);
	check_date(&world, "\r\nDate: Sun, 15 Nov 2026 00:00:00 +0000\r\n");
	world.options.render.date = 0;
	check_date(&world, "\r\nDate: Thu, 01 Jan 1970 00:00:00 +0000\r\n");
	world_release(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_wrap_loses_nothing),
		cmocka_unit_test(test_budget),
		cmocka_unit_test(test_date),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
