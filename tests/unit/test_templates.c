#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"
#include "runtally/formats/format.h"
#include "runtally/template/templates.h"

static int collect(void *ctx, const char *bytes, size_t length, struct error *err)
{
	(void)err;
	strbuf_add(ctx, bytes, length);
	return 0;
}

static int render(struct templates *templates, const char *name, struct strbuf *out,
		  struct error *err)
{
	return mustache_render(templates_set(templates), name, (struct value){.ops = NULL},
			       escape_html, collect, out, err);
}

/* What stands in `name`, which holds no tags; NULL: there is none. */
static void check_text(struct templates *templates, const char *name, const char *expected)
{
	struct strbuf out = STRBUF_INIT;
	struct error err;

	if (render(templates, name, &out, &err)) {
		assert_null(expected);
		assert_non_null(strstr(err.text, "there is no template \""));
	} else {
		assert_non_null(expected);
		assert_string_equal(out.text, expected);
	}
	strbuf_release(&out);
}

static void builtin_ones(void **state)
{
	(void)state;
	assert_non_null(builtin_templates[0].name);
	for (const struct builtin_template *b = builtin_templates; b->name; b++) {
		assert_true(!b[1].name || strcmp(b->name, b[1].name) < 0);
		assert_int_equal(strlen(b->text), b->length);
	}
	for (size_t i = 0; formats[i]; i++) {
		struct templates *templates;
		struct strbuf out = STRBUF_INIT;
		struct error err;

		if (!formats[i]->template)
			continue;
		templates = templates_new(formats[i]->template, NULL, NULL);
		assert_int_equal(render(templates, formats[i]->template, &out, &err), 0);
		if (formats[i]->style) {
			strbuf_reset(&out);
			assert_int_equal(render(templates, formats[i]->style, &out, &err), 0);
			assert_int_not_equal(out.length, 0);
		}
		strbuf_release(&out);
		templates_free(templates);
	}
	templates_free(NULL);
}

/* A file of the user's for the root; else the folder's; else the built-in ones. */
static void which_wins(void **state)
{
	struct folder *folder = *state;
	const char *file = folder_write(folder, "mine.txt", "from the file");
	const struct builtin_template *style = builtin_templates;
	struct templates *templates;

	while (strcmp(style->name, "html/style.css") != 0)
		style++;
	folder_make(folder, "html");
	folder_write(folder, "html/report.mustache", "from the folder");
	folder_write(folder, "html/extra.mustache", "more");
	folder_write(folder, "html/empty.mustache", "");
	folder_make(folder, "csv");
	folder_write(folder, "csv/other.mustache", "not of this format");

	templates = templates_new("html/report", folder->path, NULL);
	check_text(templates, "html/report", "from the folder");
	check_text(templates, "extra", "more");
	check_text(templates, "empty", "");
	check_text(templates, "style.css", style->text);
	check_text(templates, "other", NULL);
	check_text(templates, "nowhere", NULL);
	templates_free(templates);

	templates = templates_new("html/report", folder->path, file);
	check_text(templates, "html/report", "from the file");
	check_text(templates, "extra", "more");
	/* the file stands for the root alone, whatever a partial is called */
	check_text(templates, "report", "from the folder");
	templates_free(templates);

	templates = templates_new("html/report", NULL, file);
	check_text(templates, "html/report", "from the file");
	check_text(templates, "style.css", style->text);
	check_text(templates, "extra", NULL);
	templates_free(templates);
}

/* With dynamic names, names come from the input: none leads out of the format's folder. */
static void names_that_lead_elsewhere(void **state)
{
	static const char *const names[] = {
		"../secret",    "../csv/other", "/etc/passwd", "a/b",      "html/extra",
		"csv/report",   ".hidden",      "..",          ".",        "",
		"extra\n",      "ex tra",       "extra%2f",    "\xc3\xa4", "a\\b",
		"sub/../extra",
	};
	struct folder *folder = *state;
	struct templates *templates;

	folder_make(folder, "html");
	folder_make(folder, "html/a");
	folder_make(folder, "html/html");
	folder_make(folder, "html/sub");
	folder_make(folder, "csv");
	folder_write(folder, "secret.mustache", "secret");
	folder_write(folder, "csv/other.mustache", "other");
	folder_write(folder, "html/a/b.mustache", "b");
	folder_write(folder, "html/html/extra.mustache", "inner");
	folder_write(folder, "html/extra.mustache", "extra");
	folder_write(folder, "html/.hidden", "hidden");
	folder_write(folder, "html/\xc3\xa4.mustache", "umlaut");
	templates = templates_new("html/report", folder->path, NULL);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		check_text(templates, names[i], NULL);
	check_text(templates, "extra", "extra");
	templates_free(templates);
}

/* A name that no file can have is one that there is not; the report must not fail by it. */
static void endless_names(void **state)
{
	struct folder *folder = *state;
	struct templates *templates = templates_new("html/report", folder->path, NULL);
	char name[6000];

	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	check_text(templates, name, NULL);
	name[300] = '\0';
	check_text(templates, name, NULL);
	templates_free(templates);
}

static void check_refused(struct templates *templates, const char *name, const char *words)
{
	struct strbuf out = STRBUF_INIT;
	struct error err;

	assert_int_equal(render(templates, name, &out, &err), -1);
	assert_int_equal(out.length, 0);
	if (!strstr(err.text, words))
		fail_msg("%s: no %s", err.text, words);
	strbuf_release(&out);
	templates_free(templates);
}

static void unreadable(void **state)
{
	struct folder *folder = *state;
	const char *large = folder_file(folder, "large");

	folder_make(folder, "html");
	folder_make(folder, "html/report.mustache");
	check_refused(templates_new("html/report", folder->path, NULL), "html/report",
		      "html/report.mustache: cannot read: Is a directory");
	check_refused(templates_new("html/report", NULL, folder_file(folder, "none")),
		      "html/report", "none: cannot open: No such file or directory");
	check_refused(templates_new("html/report", NULL, folder->path), "html/report",
		      ": cannot read: Is a directory");
	folder_write(folder, "large", "x");
	assert_int_equal(truncate(large, 8 * 1024 * 1024 + 1), 0);
	check_refused(templates_new("html/report", NULL, large), "html/report",
		      "large: larger than 8 MiB");
	/* a loop of links can be opened by nobody, not even by root */
	assert_int_equal(symlink("loop.mustache", folder_file(folder, "html/loop.mustache")), 0);
	check_refused(templates_new("html/report", folder->path, NULL), "loop",
		      "loop.mustache: cannot open: ");
}

static void large_but_read(void **state)
{
	struct folder *folder = *state;
	const char *path = folder_write(folder, "large", "x");
	struct templates *templates = templates_new("html/report", NULL, path);
	struct strbuf out = STRBUF_INIT;
	struct error err;

	assert_int_equal(truncate(path, 8 * 1024 * 1024), 0);
	assert_int_equal(render(templates, "html/report", &out, &err), 0);
	assert_true(out.length >= 8 * 1024 * 1024);
	strbuf_release(&out);
	templates_free(templates);
}

/* The set that renders asks here. */
static void rendered(void **state)
{
	struct folder *folder = *state;
	struct strbuf out = STRBUF_INIT;
	struct templates *templates;
	struct error err;

	folder_make(folder, "html");
	folder_write(folder, "html/report.mustache", "[{{>part}}|{{>../part}}|{{>none}}]");
	folder_write(folder, "html/part.mustache", "part");
	folder_write(folder, "part.mustache", "outside");
	templates = templates_new("html/report", folder->path, NULL);
	assert_int_equal(render(templates, "html/report", &out, &err), 0);
	assert_string_equal(out.text, "[part||]");
	strbuf_release(&out);
	templates_free(templates);
}

static void printed(void **state)
{
	struct folder *folder = *state;
	const char *place = folder_file(folder, "t");
	struct strbuf text = STRBUF_INIT;
	struct error err;

	assert_int_equal(templates_print(place, &err), 0);
	for (const struct builtin_template *b = builtin_templates; b->name; b++) {
		char path[256];

		snprintf(path, sizeof(path), "t/%s", b->name);
		strbuf_reset(&text);
		assert_true(file_read(folder_file(folder, path), &text));
		assert_int_equal(text.length, b->length);
		assert_memory_equal(text.text, b->text, b->length);
	}
	/* into a folder that is there; but over nothing that is there */
	folder_write(folder, "t/html/report.mustache", "my own work");
	assert_int_equal(templates_print(place, &err), -1);
	assert_non_null(strstr(err.text, "is already there; nothing is overwritten"));
	strbuf_reset(&text);
	assert_true(file_read(folder_file(folder, "t/html/report.mustache"), &text));
	assert_string_equal(text.text, "my own work");
	strbuf_release(&text);
	assert_int_equal(templates_print(folder_file(folder, "no/where"), &err), -1);
	assert_non_null(strstr(err.text, "no/where: cannot make this folder"));
	folder_write(folder, "file", "");
	assert_int_equal(templates_print(folder_file(folder, "file"), &err), -1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, folder_setup, folder_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(builtin_ones),  TEST(which_wins), TEST(names_that_lead_elsewhere),
		TEST(endless_names), TEST(unreadable), TEST(large_but_read),
		TEST(rendered),      TEST(printed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
