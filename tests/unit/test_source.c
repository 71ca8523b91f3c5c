#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include "fixture.h"
#include "runtally/input/source.h"

#define LENGTH(table) (sizeof(table) / sizeof(*(table)))

/* realpath() may write so many bytes. */
enum { PATH_SIZE = PATH_MAX, ARGUMENTS_MOST = 4 };

static char top[PATH_SIZE];   /* the folder that each test has for itself, without links */
static char above[PATH_SIZE]; /* the folder around it */
static char home[PATH_SIZE];

static int make_top(void **state)
{
	char name[] = "/tmp/runtally-source-XXXXXX";

	(void)state;
	if (!getcwd(home, sizeof(home)) || !mkdtemp(name) || !realpath(name, above) ||
	    chdir(above) || mkdir("here", 0777) || !realpath("here", top))
		return -1;
	return chdir(top);
}

static int remove_top(void **state)
{
	int failed = chdir(home);

	(void)state;
	remove_tree(above);
	return failed;
}

/* A path that ends in `/` is a folder. */
static void make(const char *path, const char *text)
{
	char part[PATH_SIZE];
	FILE *file;

	for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
		assert_true(slash - path < PATH_SIZE);
		memcpy(part, path, (size_t)(slash - path));
		part[slash - path] = '\0';
		mkdir(part, 0777);
	}
	if (path[strlen(path) - 1] == '/')
		return;
	file = fopen(path, "wb");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static void make_zip(const char *path, const char *const *names)
{
	zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, NULL);

	assert_non_null(zip);
	for (; *names; names++)
		assert_true(zip_file_add(zip, *names, zip_source_buffer(zip, *names, 1, 0), 0) >=
			    0);
	assert_int_equal(zip_close(zip), 0);
}

static void show_blob(const struct input *input, struct blob *blob, struct strbuf *out)
{
	struct error err;
	char buffer[3];
	int64_t got;

	strbuf_addf(out, "%s (%s) [%s]=", input->label, input->opened, input->folder);
	while ((got = blob->read(blob, buffer, sizeof(buffer), &err)) > 0)
		strbuf_add(out, buffer, (size_t)got);
	if (got < 0)
		strbuf_addf(out, "! %s", err.text);
	strbuf_addch(out, '\n');
}

/* Without what libzip says, in other words in each of its versions. */
static int length_of_ours(const char *text)
{
	static const char opening[] = "cannot open as a ZIP archive:";
	bool libzip = strncmp(text, opening, strlen(opening)) == 0;

	return (int)(libzip ? strlen(opening) : strlen(text));
}

static void show_notes(const struct notes *notes, struct strbuf *out)
{
	for (size_t i = 0; i < notes->count; i++) {
		assert_int_equal(notes->items[i].severity, SEVERITY_ERROR);
		assert_int_equal(notes->items[i].record, 0);
		strbuf_addf(out, "! %s (%s): %.*s\n", notes->items[i].file, notes->items[i].opened,
			    length_of_ours(notes->items[i].text), notes->items[i].text);
	}
}

/* An input as `LABEL (OPENED) [FOLDER]=TEXT`, or as `~ LABEL (OPENED): ERROR`. */
static void show_input(const struct sources *sources, struct reader *reader, size_t index,
		       struct strbuf *out)
{
	const struct input *input = sources_input(sources, index);
	struct error err;
	struct blob blob;

	if (reader_begin(reader, index, &blob, &err) == 0)
		show_blob(input, &blob, out);
	else
		strbuf_addf(out, "~ %s (%s): %s\n", input->label, input->opened, err.text);
}

/*
 * What there is, as lines: inputs (show_input), notes as `! LABEL (OPENED): TEXT`, then the number
 * of files.
 */
static void show(const char *const *arguments, size_t count, const struct limits *limits,
		 struct strbuf *out)
{
	struct notes notes;
	struct sources *sources;
	struct reader *reader;

	notes_init(&notes, 100);
	sources = sources_open(arguments, count, limits, &notes);
	reader = reader_new(sources);
	for (size_t i = 0; i < sources_count(sources); i++)
		show_input(sources, reader, i, out);
	show_notes(&notes, out);
	strbuf_addf(out, "%zu", sources_files(sources));
	reader_free(reader);
	sources_close(sources, NULL);
	notes_release(&notes);
}

static void check(const char *const *arguments, size_t count, const char *shown)
{
	struct strbuf out = STRBUF_INIT;

	show(arguments, count, &default_limits, &out);
	assert_string_equal(out.text, shown);
	strbuf_release(&out);
}

/* The same whatever the order of the arguments. */
static void check_both_ways(const char *const *arguments, size_t count, const char *shown)
{
	const char *reversed[ARGUMENTS_MOST];

	for (size_t i = 0; i < count; i++)
		reversed[i] = arguments[count - 1 - i];
	check(arguments, count, shown);
	check(reversed, count, shown);
}

#define CHECK(shown, ...)                                                                          \
	check_both_ways((const char *const[]){__VA_ARGS__},                                        \
			LENGTH(((const char *const[]){__VA_ARGS__})), shown)

static void test_folder(void **state)
{
	(void)state;
	make("exports/b.json", "b");
	make("exports/a.jsonl", "a");
	make("exports/B.JSON", "B");
	make("exports/sub/deep/c.ndjson", "c");
	make("exports/sub.json/d.json", "d");
	make("exports/sub/read.me", "no");
	make("exports/json", "no");
	make("exports/.hidden.json", "no");
	make("exports/.git/a.json", "no");
	make("exports/empty/", "");
	CHECK("B.JSON (exports/B.JSON) [exports]=B\n"
	      "a.jsonl (exports/a.jsonl) [exports]=a\n"
	      "b.json (exports/b.json) [exports]=b\n"
	      "sub.json/d.json (exports/sub.json/d.json) [sub.json]=d\n"
	      "sub/deep/c.ndjson (exports/sub/deep/c.ndjson) [sub/deep]=c\n5",
	      "exports");
}

/* By whole labels, not folder by folder: - . / in this order. */
static void test_order(void **state)
{
	(void)state;
	make("exports/a/b.json", "1");
	make("exports/a.json", "2");
	make("exports/a-b.json", "3");
	make("exports/a/b-c.json", "4");
	make("exports/a/b/c.json", "5");
	make("exports/ab.json", "6");
	make("exports/\xC3\xA4.json", "7");
	CHECK("a-b.json (exports/a-b.json) [exports]=3\n"
	      "a.json (exports/a.json) [exports]=2\n"
	      "a/b-c.json (exports/a/b-c.json) [a]=4\n"
	      "a/b.json (exports/a/b.json) [a]=1\n"
	      "a/b/c.json (exports/a/b/c.json) [a/b]=5\n"
	      "ab.json (exports/ab.json) [exports]=6\n"
	      "\xC3\xA4.json (exports/\xC3\xA4.json) [exports]=7\n7",
	      "exports");
}

/* Labels do not tell where on a machine the data lies, or how it was named. */
static void test_ways_to_name_a_folder(void **state)
{
	static const char *const ways[][2] = {
		/* working folder, argument; %s is the test's own folder */
		{".", "exports"},
		{".", "exports/"},
		{".", "./exports//"},
		{"exports", "."},
		{"exports", "./"},
		{"exports", "../exports"},
		{"exports/sub", ".."},
		{"exports", "sub/.."},
		{".", "other/../exports"},
		{"other", "../exports/"},
		{".", "%s/exports"},
		{".", "%s/./exports/"},
		{".", "%s/other/../exports"},
	};

	(void)state;
	make("exports/sub/a.json", "a");
	make("exports/b.json", "b");
	make("other/", "");
	for (size_t i = 0; i < LENGTH(ways); i++) {
		char argument[2 * PATH_SIZE], shown[8 * PATH_SIZE];
		const char *list[] = {argument};
		const char *slash;

		assert_int_equal(chdir(ways[i][0]), 0);
		if (strncmp(ways[i][1], "%s", 2) == 0)
			snprintf(argument, sizeof(argument), "%s%s", top, ways[i][1] + 2);
		else
			snprintf(argument, sizeof(argument), "%s", ways[i][1]);
		slash = argument[strlen(argument) - 1] == '/' ? "" : "/";
		snprintf(shown, sizeof(shown),
			 "b.json (%s%sb.json) [exports]=b\nsub/a.json (%s%ssub/a.json) [sub]=a\n2",
			 argument, slash, argument, slash);
		check(list, 1, shown);
		assert_int_equal(chdir(top), 0);
	}
}

static void test_files(void **state)
{
	(void)state;
	make("exports/b.json", "b");
	make("exports/data.txt", "t");
	make("c.json", "c");
	make(".hidden", "h");
	CHECK("b.json (exports/b.json) [exports]=b\ndata.txt (exports/data.txt) [exports]=t\n2",
	      "exports/b.json", "exports/data.txt");
	assert_int_equal(chdir("exports"), 0);
	CHECK(".hidden (../.hidden) [here]=h\nc.json (../c.json) [here]=c\n2", "../c.json",
	      "../.hidden");
	assert_int_equal(chdir(top), 0);
}

static void test_clashes(void **state)
{
	(void)state;
	make("jan/a.json", "1");
	make("feb/a.json", "2");
	make("feb/b.json", "3");
	CHECK("b.json (feb/b.json) [feb]=3\nfeb/a.json (feb/a.json) [feb]=2\n"
	      "jan/a.json (jan/a.json) [jan]=1\n3",
	      "jan", "feb");
	CHECK("feb/a.json (feb/a.json) [feb]=2\njan/a.json (jan/a.json) [jan]=1\n2", "jan/a.json",
	      "feb/a.json");
	/* a label that a clash made may clash with another */
	make("more/jan/a.json", "4");
	CHECK("feb/a.json (feb/a.json) [feb]=2\nhere/jan/a.json (jan/a.json) [here/jan]=1\n"
	      "more/jan/a.json (more/jan/a.json) [more/jan]=4\n3",
	      "jan", "feb/a.json", "more");
}

static void test_deep_clashes(void **state)
{
	(void)state;
	make("x/jan/e/a.json", "1");
	make("y/jan/e/a.json", "2");
	make("x/feb/e/a.json", "3");
	CHECK("feb/e/a.json (x/feb/e/a.json) [feb/e]=3\n"
	      "x/jan/e/a.json (x/jan/e/a.json) [x/jan/e]=1\n"
	      "y/jan/e/a.json (y/jan/e/a.json) [y/jan/e]=2\n3",
	      "x/jan/e", "y/jan/e", "x/feb/e");
	/* from elsewhere the labels are the same */
	assert_int_equal(chdir("x/jan/e"), 0);
	CHECK("feb/e/a.json (../../feb/e/a.json) [feb/e]=3\n"
	      "x/jan/e/a.json (./a.json) [x/jan/e]=1\n"
	      "y/jan/e/a.json (../../../y/jan/e/a.json) [y/jan/e]=2\n3",
	      ".", "../../../y/jan/e", "../../feb/e");
	assert_int_equal(chdir(top), 0);
}

/* A file is read once, under the label that says most. */
static void test_copies(void **state)
{
	(void)state;
	make("exports/sub/a.json", "a");
	make("exports/b.json", "b");
	assert_int_equal(symlink("b.json", "exports/latest.json"), 0);
	assert_int_equal(link("exports/sub/a.json", "exports/c.json"), 0);
	CHECK("latest.json (exports/latest.json) [exports]=b\n"
	      "sub/a.json (exports/sub/a.json) [sub]=a\n2",
	      "exports", "exports/sub", "exports/b.json", "exports/sub/a.json");
	CHECK("b.json (exports/b.json) [exports]=b\n1", "exports/b.json", "./exports/b.json",
	      "exports/b.json");
}

static void test_links(void **state)
{
	(void)state;
	make("exports/a.json", "a");
	make("elsewhere/b.json", "b");
	assert_int_equal(symlink("../elsewhere", "exports/linked"), 0);
	assert_int_equal(symlink("../exports", "exports/loop.json"), 0);
	assert_int_equal(symlink("../elsewhere/b.json", "exports/b.json"), 0);
	assert_int_equal(symlink("nowhere", "exports/gone.json"), 0);
	assert_int_equal(symlink("exports", "latest"), 0);
	CHECK("a.json (exports/a.json) [exports]=a\nb.json (exports/b.json) [exports]=b\n"
	      "! gone.json (exports/gone.json): cannot open: No such file or directory\n2",
	      "exports");
	/* an argument may be a link, and is known by its own name */
	CHECK("a.json (latest/a.json) [latest]=a\nb.json (latest/b.json) [latest]=b\n"
	      "! gone.json (latest/gone.json): cannot open: No such file or directory\n2",
	      "latest");
}

static void test_trouble(void **state)
{
	(void)state;
	make("empty/read.me", "no");
	make("good.json", "g");
	CHECK("! empty (empty): no *.json, *.jsonl, *.ndjson or *.zip in this folder\n0", "empty");
	CHECK("good.json (good.json) [here]=g\n"
	      "! gone.json (gone.json): cannot open: No such file or directory\n1",
	      "good.json", "gone.json");
	CHECK("! x.json (good.json/x.json): cannot open: Not a directory\n0", "good.json/x.json");
	CHECK("! - (-): the name of an input is empty\n0", "");
	check(NULL, 0, "0");
}

static void test_unreadable(void **state)
{
	bool root = geteuid() == 0;

	(void)state;
	make("exports/a.json", "a");
	make("exports/shut/b.json", "b");
	make("exports/c.json", "c");
	assert_int_equal(chmod("exports/shut", 0), 0);
	assert_int_equal(chmod("exports/c.json", 0), 0);
	/* nothing is shut to root */
	if (root) {
		assert_int_equal(chmod(above, 0755), 0);
		assert_int_equal(seteuid(65534), 0);
	}
	CHECK("a.json (exports/a.json) [exports]=a\n"
	      "~ c.json (exports/c.json): cannot open: Permission denied\n"
	      "! shut (exports/shut): cannot open: Permission denied\n2",
	      "exports");
	if (root)
		assert_int_equal(seteuid(0), 0);
	assert_int_equal(chmod("exports/shut", 0700), 0);
}

static void test_depth(void **state)
{
	static const char *const arguments[] = {"exports"};
	struct limits limits = default_limits;
	struct strbuf out = STRBUF_INIT;

	(void)state;
	make("exports/1/2/a.json", "a");
	limits.folder_depth = 2;
	show(arguments, 1, &limits, &out);
	assert_string_equal(out.text, "1/2/a.json (exports/1/2/a.json) [1/2]=a\n1");
	strbuf_reset(&out);
	limits.folder_depth = 1;
	show(arguments, 1, &limits, &out);
	assert_string_equal(out.text, "! 1/2 (exports/1/2): not read: more than 1 folders inside "
				      "one another\n0");
	strbuf_release(&out);
}

static void test_archives(void **state)
{
	static const char *const names[] = {"b.json", "a/x.jsonl", "read.me", "in.zip", NULL};
	static const char *const none[] = {"read.me", NULL};

	(void)state;
	make("exports/sub/", "");
	make("exports/a.json", "1");
	make("exports/z.json", "2");
	make_zip("exports/sub/data.zip", names);
	make_zip("exports/none.zip", none);
	make("exports/broken.ZIP", "{}");
	CHECK("a.json (exports/a.json) [exports]=1\n"
	      "sub/data.zip!a/x.jsonl (exports/sub/data.zip!a/x.jsonl) [a]=a\n"
	      "sub/data.zip!b.json (exports/sub/data.zip!b.json) [data]=b\n"
	      "~ sub/data.zip!in.zip (exports/sub/data.zip!in.zip): refused: an archive inside an "
	      "archive\n"
	      "z.json (exports/z.json) [exports]=2\n"
	      "! broken.ZIP (exports/broken.ZIP): cannot open as a ZIP archive:\n"
	      "! none.zip (exports/none.zip): no *.json, *.jsonl or *.ndjson in this archive\n5",
	      "exports");
}

/* An argument is an archive by what is in it, or by its ending. */
static void test_archive_arguments(void **state)
{
	static const char *const names[] = {"b.json", NULL};

	(void)state;
	make("exports/", "");
	make_zip("exports/download", names);
	make("exports/text.zip", "{}");
	make("exports/empty", "");
	make("exports/PK", "PK");
	CHECK("PK (exports/PK) [exports]=PK\n"
	      "download!b.json (exports/download!b.json) [download]=b\n"
	      "empty (exports/empty) [exports]=\n"
	      "! text.zip (exports/text.zip): cannot open as a ZIP archive:\n4",
	      "exports/download", "exports/text.zip", "exports/empty", "exports/PK");
	assert_int_equal(rename("exports/download", "exports/x.zip"), 0);
	CHECK("x.zip!b.json (exports/x.zip!b.json) [x]=b\n1", "exports/x.zip");
}

static void test_equal_archives(void **state)
{
	static const char *const names[] = {"b.json", NULL};

	(void)state;
	make("jan/", "");
	make("feb/", "");
	make_zip("jan/x.zip", names);
	make_zip("feb/x.zip", names);
	CHECK("feb/x.zip!b.json (feb/x.zip!b.json) [x]=b\njan/x.zip!b.json (jan/x.zip!b.json) "
	      "[x]=b\n2",
	      "jan", "feb");
}

static void test_standard_input(void **state)
{
	int before = dup(STDIN_FILENO), file;

	(void)state;
	make("a.json", "a");
	make("in", "input");
	file = open("in", O_RDONLY);
	assert_int_equal(dup2(file, STDIN_FILENO), STDIN_FILENO);
	close(file);
	check((const char *const[]){"-", "a.json", "-"}, 3,
	      "- (-) [-]=input\na.json (a.json) [here]=a\n2");
	/* it stays open: it is not ours */
	assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0);
	assert_int_equal(dup2(before, STDIN_FILENO), STDIN_FILENO);
	close(before);
}

static void test_pipe(void **state)
{
	char path[PATH_SIZE], shown[3 * PATH_SIZE];
	const char *arguments[] = {path};
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "PK\3\4 piped", 10), 10);
	close(ends[1]);
	snprintf(path, sizeof(path), "/dev/fd/%d", ends[0]);
	snprintf(shown, sizeof(shown), "%d (%s) [fd]=PK\3\4 piped\n1", ends[0], path);
	check(arguments, 1, shown);
	close(ends[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_top, remove_top)
		TEST(test_folder),
		TEST(test_ways_to_name_a_folder),
		TEST(test_order),
		TEST(test_files),
		TEST(test_clashes),
		TEST(test_deep_clashes),
		TEST(test_copies),
		TEST(test_links),
		TEST(test_trouble),
		TEST(test_unreadable),
		TEST(test_depth),
		TEST(test_archives),
		TEST(test_archive_arguments),
		TEST(test_equal_archives),
		TEST(test_standard_input),
		TEST(test_pipe),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
