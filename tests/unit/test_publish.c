#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdbool.h>
#include <zip.h>

#include "cli/publish.h"
#include "report.h"
#include "runtally/base/sha256.h"

struct world {
	struct folder folder;
	struct made_report report;
	struct options options;
	struct template_choice choices[2];
};

enum { RUNS = 40 };

static int setup(void **state)
{
	static const char *const team[] = {"team@example.com"};
	static struct world world;

	world = (struct world){
		.options = {.render = default_render_options, .templates = world.choices},
	};
	world.options.render.mail_from = "ci@example.com";
	world.options.render.mail_to = team;
	world.options.render.mail_to_count = 1;
	folder_init(&world.folder);
	report_init(&world.report);
	world.report.counts.period_to = INT64_C(1790000000000);
	world.report.view.render = &world.options.render;
	for (int i = 0; i < RUNS; i++) {
		char id[16], suite[16];
		struct run run = made_run("telnyx", id, OUTCOME_FAILED);

		snprintf(id, sizeof(id), "r%d", i);
		snprintf(suite, sizeof(suite), "suite %02d", i);
		run.suite.name = suite;
		run.origin = "a.json";
		run.reason = "because";
		report_keep(&world.report, &run);
	}
	report_build(&world.report);
	*state = &world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	report_release(&world->report);
	folder_release(&world->folder);
	return 0;
}

static int publish_as(struct world *world, const char *format, const char *path, struct error *err)
{
	const struct target target = {format_by_name(format), path};

	return publish(&world->options, &target, &world->report.view, err);
}

static void publish_well(struct world *world, const char *format, const char *path)
{
	struct error err;

	if (publish_as(world, format, path, &err))
		fail_msg("%s: %s", format, err.text);
	assert_null(world->report.view.style_hash);
}

static void every_format(void **state)
{
	struct world *world = *state;
	size_t count = 0;

	for (size_t i = 0; formats[i]; i++, count++) {
		const char *path = folder_file(&world->folder, formats[i]->name);
		struct strbuf text = STRBUF_INIT;

		publish_well(world, formats[i]->name, path);
		if (formats[i]->folder)
			path = folder_file(&world->folder, "site/index.html");
		assert_true(file_read(path, &text));
		assert_true(text.length > 100);
		strbuf_release(&text);
	}
	assert_int_equal(folder_count(world->folder.path), count);
}

/* Numbered parts stand beside the report, with the number before the name's ending. */
static void names_of_parts(void **state)
{
	static const struct {
		const char *path, *second;
	} cases[] = {
		{"report.xml", "report-2.xml"},           {"report", "report-2"},
		{"two.dots.xml", "two.dots-2.xml"},       {"a.b/report", "a.b/report-2"},
		{"a.b/report.xml", "a.b/report-2.xml"},   {"a.b/.report", "a.b/.report-2"},
		{"a.b/.report.xml", "a.b/.report-2.xml"}, {"ends.", "ends-2."},
	};
	struct world *world = *state;

	/* four files of the 40 runs */
	folder_make(&world->folder, "a.b");
	world->options.render.junit_file_bytes = 6000;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *second = folder_file(&world->folder, cases[i].second);
		struct strbuf text = STRBUF_INIT;

		publish_well(world, "junit", folder_file(&world->folder, cases[i].path));
		assert_int_equal(access(folder_file(&world->folder, cases[i].path), F_OK), 0);
		if (!file_read(second, &text))
			fail_msg("there is no %s", cases[i].second);
		assert_ptr_equal(strstr(text.text, "<?xml"), text.text);
		assert_true(text.length <= 6000);
		strbuf_release(&text);
		assert_int_equal(unlink(second), 0);
	}
}

static void write_files(struct folder *folder, const char *const *names, size_t count,
			const char *text)
{
	for (size_t i = 0; i < count; i++)
		folder_write(folder, names[i], text);
}

static void check_text(const char *path, const char *expected)
{
	struct strbuf text = STRBUF_INIT;

	if (!file_read(path, &text))
		fail_msg("there is no %s", path);
	assert_string_equal(text.text, expected);
	strbuf_release(&text);
}

static bool is_there(struct world *world, const char *name)
{
	struct stat status;

	return lstat(folder_file(&world->folder, name), &status) == 0;
}

/* When the third part cannot be written, the old first and second stay, too. */
static void all_parts_or_none(void **state)
{
	static const char *const old[] = {"report.xml", "report-2.xml", "report-4.xml"};
	struct world *world = *state;
	struct error err;

	world->options.render.junit_file_bytes = 6000;
	write_files(&world->folder, old, 3, "<?xml?><testsuites old");
	folder_make(&world->folder, "report-3.xml");
	assert_int_equal(
		publish_as(world, "junit", folder_file(&world->folder, "report.xml"), &err), -1);
	assert_non_null(strstr(err.text, "report-3.xml: is a folder"));
	for (size_t i = 0; i < 3; i++)
		check_text(folder_file(&world->folder, old[i]), "<?xml?><testsuites old");
	assert_int_equal(folder_count(world->folder.path), 4);
}

/* What an earlier, longer report left behind goes, up to what is missing or not ours. */
static void old_parts_go(void **state)
{
	static const char ours[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
				   "<testsuites name=\"Title\" tests=\"1\"";
	struct world *world = *state;
	struct strbuf late = STRBUF_INIT, last = STRBUF_INIT;
	static const char *const foreign[] = {
		"",
		"<?xml",
		"<?xml ?>",
		"<?xml ?><testsuite name=\"a\">",
		"<?xml ?><html>",
		"<?xml ?><testsuites name=\"pytest tests\" tests=\"1\">",
		"<?xml ?><testsuites tests=\"1\">",
		"<testsuites name=\"a\">",
		" <?xml ?><testsuites name=\"a\">",
		"<?xmlx <testsuites name=\"a\">",
		NULL, /* `late` */
	};

	strbuf_addf(&late, "<?xml ?>%*s<testsuites name=\"Title\" tests=\"", 169, "");
	strbuf_addf(&last, "<?xml ?>%*s<testsuites name=\"Title\" tests=\"", 168, "");
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++) {
		const char *text = foreign[i] ? foreign[i] : late.text;

		folder_write(&world->folder, "r-2.xml", ours);
		folder_write(&world->folder, "r-3.xml", last.text);
		folder_write(&world->folder, "r-4.xml", text);
		folder_write(&world->folder, "r-5.xml", ours);
		publish_well(world, "junit", folder_file(&world->folder, "r.xml"));
		assert_false(is_there(world, "r-2.xml"));
		assert_false(is_there(world, "r-3.xml"));
		if (!is_there(world, "r-4.xml"))
			fail_msg("gone: %s", text);
		assert_true(is_there(world, "r-5.xml"));
	}
	strbuf_release(&late);
	strbuf_release(&last);
}

static void old_parts_after_new_ones(void **state)
{
	struct world *world = *state;
	const char *path = folder_file(&world->folder, "report.xml");

	world->options.render.junit_file_bytes = 6000;
	publish_well(world, "junit", path);
	assert_true(is_there(world, "report-4.xml"));
	world->options.render.junit_file_bytes = 16500;
	publish_well(world, "junit", path);
	assert_int_equal(folder_count(world->folder.path), 3);
	assert_false(is_there(world, "report-4.xml"));
	world->options.render.junit_file_bytes = 25000000;
	publish_well(world, "junit", path);
	assert_int_equal(folder_count(world->folder.path), 1);
}

/* Links, folders, other formats' files, and what else this very command writes. */
static void old_parts_that_stay(void **state)
{
	static const char ours[] = "<?xml ?><testsuites name=\"Title\" tests=\"1\">";
	struct world *world = *state;
	const struct target targets[] = {
		{format_by_name("junit"), folder_write(&world->folder, "d-3.xml", ours)},
		{format_by_name("junit"), folder_file(&world->folder, "d.xml")},
	};

	folder_write(&world->folder, "a-3.xml", ours);
	assert_int_equal(symlink("a-3.xml", folder_file(&world->folder, "a-2.xml")), 0);
	publish_well(world, "junit", folder_file(&world->folder, "a.xml"));
	assert_true(is_there(world, "a-2.xml") && is_there(world, "a-3.xml"));
	folder_make(&world->folder, "b-2.xml");
	publish_well(world, "junit", folder_file(&world->folder, "b.xml"));
	assert_true(is_there(world, "b-2.xml"));
	folder_write(&world->folder, "c-2.xml", ours);
	publish_well(world, "json", folder_file(&world->folder, "c.xml"));
	publish_well(world, "bundle", folder_file(&world->folder, "c.xml"));
	assert_true(is_there(world, "c-2.xml"));
	folder_write(&world->folder, "d-2.xml", ours);
	world->options.targets = (struct target *)targets;
	world->options.target_count = 2;
	publish_well(world, "junit", targets[1].path);
	assert_true(!is_there(world, "d-2.xml") && is_there(world, "d-3.xml"));
}

static void parts_need_a_path(void **state)
{
	struct world *world = *state;
	struct error err;
	int saved, null = open("/dev/null", O_WRONLY);

	world->options.render.junit_file_bytes = 6000;
	fflush(stdout);
	saved = dup(STDOUT_FILENO);
	dup2(null, STDOUT_FILENO);
	assert_int_equal(publish_as(world, "junit", "-", &err), -1);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	close(null);
	assert_non_null(strstr(err.text, "standard output: the report is over its size budget"));
}

static void standard_output(void **state)
{
	struct world *world = *state;
	const char *path = folder_file(&world->folder, "stdout");
	int saved, fd = open(path, O_WRONLY | O_CREAT, 0600);
	struct strbuf text = STRBUF_INIT;
	struct error err;
	int failed;

	fflush(stdout);
	saved = dup(STDOUT_FILENO);
	dup2(fd, STDOUT_FILENO);
	failed = publish_as(world, "json", "-", &err);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	close(fd);
	assert_int_equal(failed, 0);
	assert_true(file_read(path, &text));
	assert_int_equal(text.text[0], '{');
	strbuf_release(&text);
}

/* ---- templates ---- */

static void check_report(struct world *world, const char *format, const char *expected)
{
	const char *path = folder_file(&world->folder, "out");
	struct strbuf text = STRBUF_INIT;

	publish_well(world, format, path);
	assert_true(file_read(path, &text));
	assert_string_equal(text.text, expected);
	strbuf_release(&text);
}

static void templates_of_the_user(void **state)
{
	struct world *world = *state;

	folder_make(&world->folder, "t");
	folder_make(&world->folder, "t/csv");
	folder_write(&world->folder, "t/csv/report.mustache", "folder {{suite_count}}");
	world->options.templates_folder = folder_file(&world->folder, "t");
	check_report(world, "csv", "folder \"40\"");
	/* the last --template of a format counts, and only for that format */
	world->choices[0] = (struct template_choice){
		format_by_name("csv"), folder_write(&world->folder, "one", "one {{>two}}")};
	world->choices[1] = (struct template_choice){
		format_by_name("html"), folder_write(&world->folder, "two", "{{title}}")};
	world->options.template_count = 2;
	folder_write(&world->folder, "t/csv/two.mustache", "two");
	check_report(world, "csv", "one two");
	check_report(world, "html", "Title");
	world->choices[1] = (struct template_choice){
		format_by_name("csv"), folder_write(&world->folder, "three", "three")};
	check_report(world, "csv", "three");
}

/* The page's policy names the style that the page has, also the user's own. */
static void hash_of_the_style(void **state)
{
	static const char style[] = "body { color: teal }";
	struct world *world = *state;
	struct strbuf hash = STRBUF_INIT;

	sha256_base64(&hash, style, strlen(style));
	folder_make(&world->folder, "t");
	folder_make(&world->folder, "t/html");
	folder_write(&world->folder, "t/html/report.mustache", "{{&style_hash}}");
	folder_write(&world->folder, "t/html/style.css", style);
	world->options.templates_folder = folder_file(&world->folder, "t");
	check_report(world, "html", hash.text);
	strbuf_release(&hash);
}

/* The text summary's lists have thirty rows; whatever is written next has its own number. */
static void rows_of_formats(void **state)
{
	struct world *world = *state;

	folder_make(&world->folder, "t");
	folder_make(&world->folder, "t/text");
	folder_make(&world->folder, "t/csv");
	folder_write(&world->folder, "t/text/report.mustache", "{{hidden_suites}}");
	folder_write(&world->folder, "t/csv/report.mustache", "{{hidden_suites}}");
	world->options.templates_folder = folder_file(&world->folder, "t");
	check_report(world, "text", "10");
	check_report(world, "csv", "\"0\"");
	check_report(world, "text", "10");
}

/* ---- failures ---- */

static void nothing_stays(void **state)
{
	static const struct {
		const char *format, *path, *template, *words;
	} cases[] = {
		{"csv", "none/r.csv", NULL, "none/r.csv: cannot write: "},
		{"bundle", "none/r.zip", NULL, "none/r.zip: cannot write: "},
		{"csv", "r.csv", "{{#runs}}", "runs"},
		{"csv", "r.csv", "{{title}}{{#title}}", "title"},
		{"csv", "taken", NULL, "taken: is a folder"},
	};
	struct world *world = *state;
	struct error err;

	folder_make(&world->folder, "taken");
	folder_write(&world->folder, "t", "");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		world->options.template_count = cases[i].template != NULL;
		if (cases[i].template)
			world->choices[0] = (struct template_choice){
				format_by_name("csv"),
				folder_write(&world->folder, "t", cases[i].template)};
		assert_int_equal(publish_as(world, cases[i].format,
					    folder_file(&world->folder, cases[i].path), &err),
				 -1);
		if (!strstr(err.text, cases[i].words))
			fail_msg("%s: no %s", err.text, cases[i].words);
		assert_int_equal(folder_count(world->folder.path), 2);
	}
}

/* A bundle of which one report cannot be made is none at all, and the old one stays. */
static void whole_bundles_only(void **state)
{
	struct world *world = *state;
	const char *path = folder_write(&world->folder, "r.zip", "old");
	struct strbuf text = STRBUF_INIT;
	struct error err;

	world->choices[0] = (struct template_choice){
		format_by_name("csv"), folder_write(&world->folder, "t", "{{#runs}}")};
	world->options.template_count = 1;
	assert_int_equal(publish_as(world, "bundle", path, &err), -1);
	assert_true(file_read(path, &text));
	assert_string_equal(text.text, "old");
	assert_int_equal(folder_count(world->folder.path), 2);
	strbuf_release(&text);
}

static void full_disk(void **state)
{
	struct world *world = *state;
	struct error err;

	for (size_t i = 0; formats[i]; i++) {
		assert_int_equal(publish_as(world, formats[i]->name, "/dev/full", &err), -1);
		if (formats[i]->folder)
			assert_string_equal(err.text, "/dev/full: is no folder");
		else
			assert_string_equal(err.text,
					    "/dev/full: cannot write: No space left on device");
	}
}

/* ---- bundles ---- */

/* All but the pages of the site, of which there are many. */
static void check_names(const char *path, const char *expected)
{
	zip_t *zip = zip_open(path, ZIP_RDONLY | ZIP_CHECKCONS, NULL);
	struct strbuf names = STRBUF_INIT;

	assert_non_null(zip);
	for (zip_int64_t i = 0; i < zip_get_num_entries(zip, 0); i++)
		if (strncmp(zip_get_name(zip, (zip_uint64_t)i, 0), "site/", 5) != 0)
			strbuf_addf(&names, "%s%s", i ? " " : "",
				    zip_get_name(zip, (zip_uint64_t)i, 0));
	assert_string_equal(names.text, expected);
	strbuf_release(&names);
	zip_discard(zip);
}

/* Each entry is the file that the format alone would give. */
static void check_entries(struct world *world, const char *path)
{
	zip_t *zip = zip_open(path, ZIP_RDONLY, NULL);

	for (size_t i = 0; formats[i]; i++) {
		const char *name, *alone = folder_file(&world->folder, "alone");
		struct strbuf text = STRBUF_INIT;
		char *bytes;
		zip_file_t *file;

		if (formats[i]->bundle || formats[i]->folder || !formats[i]->extension)
			continue;
		publish_well(world, formats[i]->name, alone);
		assert_true(file_read(alone, &text));
		name = arena_printf(&world->folder.arena, "report%s", formats[i]->extension);
		file = zip_fopen(zip, name, 0);
		assert_non_null(file);
		bytes = memory_alloc(text.length + 1);
		assert_int_equal(zip_fread(file, bytes, text.length + 1), text.length);
		assert_memory_equal(bytes, text.text, text.length);
		zip_fclose(file);
		memory_free(bytes);
		strbuf_release(&text);
	}
	zip_discard(zip);
}

static void bundles(void **state)
{
	struct world *world = *state;
	const char *path = folder_file(&world->folder, "r.zip");

	publish_well(world, "bundle", path);
	check_names(path, "report.html report.md report.xml report.json report.ndjson report.csv "
			  "report.txt report.eml");
	check_entries(world, path);
	/* no mail without someone who gets it */
	world->options.render.mail_to_count = 0;
	world->options.render.junit_file_bytes = 16500;
	publish_well(world, "bundle", path);
	check_names(path, "report.html report.md report.xml report-2.xml report-3.xml report.json "
			  "report.ndjson report.csv report.txt");
}

static void bundle_again(void **state)
{
	struct world *world = *state;
	struct strbuf first = STRBUF_INIT, second = STRBUF_INIT;

	publish_well(world, "bundle", folder_file(&world->folder, "1.zip"));
	publish_well(world, "bundle", folder_file(&world->folder, "2.zip"));
	assert_true(file_read(folder_file(&world->folder, "1.zip"), &first));
	assert_true(file_read(folder_file(&world->folder, "2.zip"), &second));
	assert_int_equal(first.length, second.length);
	assert_memory_equal(first.text, second.text, first.length);
	/* the time of the entries is that of the latest run; without one there is none */
	world->report.counts.period_to = TIME_UNKNOWN;
	publish_well(world, "bundle", folder_file(&world->folder, "2.zip"));
	strbuf_reset(&second);
	assert_true(file_read(folder_file(&world->folder, "2.zip"), &second));
	assert_int_equal(second.text[12] | second.text[13] << 8, 1 << 5 | 1);
	strbuf_release(&first);
	strbuf_release(&second);
}

/* ---- the table of formats ---- */

static void formats_by_name(void **state)
{
	static const struct {
		const char *name, *found;
	} names[] = {
		{"html", "html"},  {"md", "markdown"},    {"markdown", "markdown"},
		{"xml", "junit"},  {"ndjson", "records"}, {"txt", "text"},
		{"zip", "bundle"}, {"view", "view"},      {".md", NULL},
		{"", NULL},        {"HTML", NULL},        {"htm", NULL},
	};
	static const struct {
		const char *path, *found;
	} paths[] = {
		{"a.html", "html"},       {"a.b/c.MD", "markdown"},
		{"r.junit.xml", "junit"}, {"r.json", "json"},
		{"r.ndjson", "records"},  {"r.csv", "csv"},
		{"r.txt", "text"},        {"r.zip", "bundle"},
		{".html", NULL},          {"html", NULL},
		{"a.html/", "site"},      {"/", NULL},
		{"a.html.gz", NULL},      {"", NULL},
		{"a.view", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct format *found = format_by_name(names[i].name);

		assert_int_equal(found != NULL, names[i].found != NULL);
		if (found)
			assert_string_equal(found->name, names[i].found);
	}
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		const struct format *found = format_by_path(paths[i].path);

		assert_int_equal(found != NULL, paths[i].found != NULL);
		if (found)
			assert_string_equal(found->name, paths[i].found);
	}
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_format),
		TEST(names_of_parts),
		TEST(all_parts_or_none),
		TEST(old_parts_go),
		TEST(old_parts_after_new_ones),
		TEST(old_parts_that_stay),
		TEST(parts_need_a_path),
		TEST(standard_output),
		TEST(templates_of_the_user),
		TEST(hash_of_the_style),
		TEST(rows_of_formats),
		TEST(nothing_stays),
		TEST(whole_bundles_only),
		TEST(full_disk),
		TEST(bundles),
		TEST(bundle_again),
		cmocka_unit_test(formats_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
