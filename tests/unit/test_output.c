#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <time.h>
#include <zip.h>

#include "fixture.h"
#include "runtally/base/output.h"

static struct output *open_file(const char *path)
{
	struct error err;
	struct output *output = output_open(path, &err);

	if (!output)
		fail_msg("%s", err.text);
	return output;
}

static void write_text(struct output *output, const char *text)
{
	struct error err;

	assert_int_equal(output_write(output, text, strlen(text), &err), 0);
}

static void commit(struct output *output)
{
	struct error err;

	assert_int_equal(output_commit(output, &err), 0);
}

static void check_file(const char *path, const char *expected)
{
	struct strbuf text = STRBUF_INIT;

	assert_true(file_read(path, &text));
	assert_int_equal(text.length, strlen(expected));
	assert_string_equal(text.text, expected);
	strbuf_release(&text);
}

static void committed(void **state)
{
	struct folder *folder = *state;
	const char *path = folder_file(folder, "r.txt");
	struct output *output = open_file(path);

	write_text(output, "one ");
	write_text(output, "");
	write_text(output, "two");
	assert_int_equal(access(path, F_OK), -1); /* not before it is whole */
	commit(output);
	check_file(path, "one two");
	assert_int_equal(folder_count(folder->path), 1);
}

static void old_report_stays_until_commit(void **state)
{
	struct folder *folder = *state;
	const char *path = folder_write(folder, "r.txt", "old");
	struct output *output = open_file(path);

	write_text(output, "new");
	check_file(path, "old");
	output_abort(output);
	check_file(path, "old");
	assert_int_equal(folder_count(folder->path), 1);
	output = open_file(path);
	write_text(output, "new");
	commit(output);
	check_file(path, "new");
	assert_int_equal(folder_count(folder->path), 1);
}

static void empty_file(void **state)
{
	struct folder *folder = *state;
	const char *path = folder_file(folder, "r.txt");

	commit(open_file(path));
	check_file(path, "");
}

/* Around the size of the buffer, and bytes that are no text. */
static void large_files(void **state)
{
	static const size_t pieces[] = {1, 4095, 131071, 131072, 131073, 400000};
	struct folder *folder = *state;
	struct strbuf found = STRBUF_INIT;
	const char *path = folder_file(folder, "r.bin");
	struct error err;

	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++) {
		struct output *output = open_file(path);
		char *bytes = memory_alloc(pieces[i]);
		size_t total = 0;

		for (size_t b = 0; b < pieces[i]; b++)
			bytes[b] = (char)(b * 31 >> 3);
		for (; total < 300000; total += pieces[i])
			assert_int_equal(output_write(output, bytes, pieces[i], &err), 0);
		commit(output);
		strbuf_reset(&found);
		assert_true(file_read(path, &found));
		assert_int_equal(found.length, total);
		for (size_t at = 0; at < total; at += pieces[i])
			assert_memory_equal(found.text + at, bytes, pieces[i]);
		memory_free(bytes);
	}
	strbuf_release(&found);
}

static void refused(void **state)
{
	static const char *const names[] = {"missing/r.txt", "folder", "file/r.txt", "folder/", ""};
	struct folder *folder = *state;
	struct error err;

	folder_make(folder, "folder");
	folder_write(folder, "file", "");
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *path = names[i][0] ? folder_file(folder, names[i]) : "/proc/none/x";

		assert_null(output_open(path, &err));
		assert_ptr_equal(strstr(err.text, path), err.text);
	}
	assert_null(output_open(folder_file(folder, "folder"), &err));
	assert_non_null(strstr(err.text, ": is a folder"));
	assert_int_equal(folder_count(folder->path), 2);
	assert_int_equal(folder_count(folder_file(folder, "folder")), 0);
}

/* Whatever is no regular file is written as it is: a temp beside /dev/full would be nonsense. */
static void full_device(void **state)
{
	struct error err;
	struct output *output;
	char *large = memory_alloc(300000);

	(void)state;
	memset(large, 'x', 300000);
	output = open_file("/dev/full");
	write_text(output, "small");
	assert_int_equal(output_commit(output, &err), -1);
	assert_string_equal(err.text, "/dev/full: cannot write: No space left on device");
	output = open_file("/dev/full");
	assert_int_equal(output_write(output, large, 300000, &err), -1);
	assert_string_equal(err.text, "/dev/full: cannot write: No space left on device");
	output_abort(output);
	output = open_file("/dev/null");
	assert_int_equal(output_write(output, large, 300000, &err), 0);
	commit(output);
	assert_int_equal(access("/dev/null", W_OK), 0);
	memory_free(large);
}

static void pipes(void **state)
{
	struct folder *folder = *state;
	const char *path = folder_file(folder, "fifo");
	struct output *output;
	char buffer[8];
	int fd;

	assert_int_equal(mkfifo(path, 0600), 0);
	fd = open(path, O_RDONLY | O_NONBLOCK);
	assert_true(fd >= 0);
	output = open_file(path);
	write_text(output, "piped");
	commit(output);
	assert_int_equal(read(fd, buffer, sizeof(buffer)), 5);
	close(fd);
	assert_int_equal(folder_count(folder->path), 1);
}

static void links(void **state)
{
	struct folder *folder = *state;
	const char *link_path = folder_file(folder, "link.txt"), *file;
	struct output *output;
	struct stat status;

	folder_make(folder, "elsewhere");
	file = folder_write(folder, "elsewhere/real.txt", "old");
	assert_int_equal(symlink("elsewhere/real.txt", link_path), 0);
	output = open_file(link_path);
	write_text(output, "new");
	commit(output);
	assert_int_equal(lstat(link_path, &status), 0);
	assert_true(S_ISLNK(status.st_mode));
	check_file(file, "new");
	check_file(link_path, "new");
	assert_int_equal(folder_count(folder->path), 2);
	assert_int_equal(folder_count(folder_file(folder, "elsewhere")), 1);
}

/* A link to what is not there yet: it appears there, and the link stays one. */
static void dangling_links(void **state)
{
	static const struct {
		const char *target, *file; /* file NULL: refused */
	} cases[] = {{"made.txt", "made.txt"},           {"inner/made.txt", "inner/made.txt"},
		     {"./inner/../a.txt", "a.txt"},      {"second", "inner/third.txt"},
		     {"missing/made.txt", NULL},         {"link.txt", NULL},
		     {"inner/missing/made.txt", NULL},   {"made/", NULL},
		     {"inner/back/made.txt", "made.txt"}};
	struct folder *folder = *state;
	const char *link_path = folder_file(folder, "link.txt");
	struct error err;
	struct stat status;

	folder_make(folder, "inner");
	assert_int_equal(symlink("..", folder_file(folder, "inner/back")), 0);
	assert_int_equal(symlink("inner/first", folder_file(folder, "second")), 0);
	assert_int_equal(symlink("third.txt", folder_file(folder, "inner/first")), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(symlink(cases[i].target, link_path), 0);
		if (cases[i].file) {
			struct output *output = open_file(link_path);

			write_text(output, "new");
			commit(output);
			check_file(folder_file(folder, cases[i].file), "new");
			assert_int_equal(unlink(folder_file(folder, cases[i].file)), 0);
		} else {
			assert_null(output_open(link_path, &err));
			assert_non_null(strstr(err.text, "link.txt: cannot write: "));
		}
		assert_int_equal(lstat(link_path, &status), 0);
		assert_true(S_ISLNK(status.st_mode));
		assert_int_equal(unlink(link_path), 0);
		assert_int_equal(folder_count(folder->path), 2);
		assert_int_equal(folder_count(folder_file(folder, "inner")), 2);
	}
}

/* An absolute one; and the folder of the link is not that of the file. */
static void dangling_absolute_link(void **state)
{
	struct folder *folder = *state;
	const char *link_path = folder_file(folder, "link.txt");
	const char *file = folder_file(folder, "inner/made.txt");

	folder_make(folder, "inner");
	assert_int_equal(symlink(file, link_path), 0);
	commit(open_file(link_path));
	check_file(file, "");
}

static void permissions(void **state)
{
	static const struct {
		mode_t mask, expected;
	} cases[] = {{0022, 0644}, {0077, 0600}, {0, 0666}, {0002, 0664}};
	struct folder *folder = *state;
	const char *path = folder_file(folder, "r.txt");
	mode_t before = umask(0);
	struct stat status;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		umask(cases[i].mask);
		commit(open_file(path));
		assert_int_equal(stat(path, &status), 0);
		assert_int_equal(status.st_mode & 0777, cases[i].expected);
		assert_int_equal(unlink(path), 0);
	}
	umask(before);
}

/* A report that is replaced keeps its permissions, whatever the mask is. */
static void permissions_stay(void **state)
{
	static const mode_t modes[] = {0600, 0644, 0666, 0640, 0444, 0777, 0400};
	struct folder *folder = *state;
	mode_t before = umask(027);
	struct stat status;

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		const char *path = folder_write(folder, "r.txt", "old");
		struct output *output;

		assert_int_equal(chmod(path, modes[i]), 0);
		output = open_file(path);
		write_text(output, "new");
		commit(output);
		check_file(path, "new");
		assert_int_equal(stat(path, &status), 0);
		assert_int_equal(status.st_mode & 07777, modes[i]);
		assert_int_equal(unlink(path), 0);
	}
	umask(before);
}

/* Two at once, also for one path: each is whole, and the last one stands. */
static void two_at_once(void **state)
{
	struct folder *folder = *state;
	const char *path = folder_file(folder, "r.txt");
	struct output *a = open_file(path), *b = open_file(path);
	struct output *c = open_file(folder_file(folder, "other.txt"));

	write_text(a, "a");
	write_text(b, "b");
	write_text(c, "c");
	write_text(a, "A");
	commit(b);
	check_file(path, "b");
	commit(a);
	check_file(path, "aA");
	commit(c);
	check_file(folder_file(folder, "other.txt"), "c");
	assert_int_equal(folder_count(folder->path), 2);
}

/* What another process left behind under the name of a temp is neither used nor removed. */
static void strangers_temp(void **state)
{
	struct folder *folder = *state;
	char name[64];
	struct output *output;

	snprintf(name, sizeof(name), ".runtally-%ld-0.tmp", (long)getpid());
	folder_write(folder, name, "theirs");
	output = open_file(folder_file(folder, "r.txt"));
	write_text(output, "ours");
	commit(output);
	check_file(folder_file(folder, "r.txt"), "ours");
	check_file(folder_file(folder, name), "theirs");
}

static void temps_removed_at_signals(void **state)
{
	struct folder *folder = *state;
	const char *kept = folder_file(folder, "kept.txt");
	struct output *done = open_file(kept), *open_one, *open_two;
	struct error err;

	write_text(done, "done");
	commit(done);
	open_one = open_file(folder_file(folder, "one.txt"));
	open_two = open_file(folder_file(folder, "two.txt"));
	assert_int_equal(folder_count(folder->path), 3);
	output_remove_temps();
	assert_int_equal(folder_count(folder->path), 1);
	check_file(kept, "done");
	/* one that lost its temp cannot be committed, and says so */
	write_text(open_one, "x");
	assert_int_equal(output_commit(open_one, &err), -1);
	assert_non_null(strstr(err.text, "one.txt: cannot put it in place"));
	output_abort(open_two);
	output_remove_temps();
	assert_int_equal(folder_count(folder->path), 1);
}

/* Several that belong together are put in place together, after all were written. */
static void several_together(void **state)
{
	static const char *const names[] = {"a", "b", "c"};
	struct folder *folder = *state;
	struct output *outputs[3];
	struct error err;

	for (size_t i = 0; i < 3; i++) {
		outputs[i] = open_file(folder_write(folder, names[i], "old"));
		write_text(outputs[i], names[i]);
		if (i < 2) /* the last one need not be */
			assert_int_equal(output_finish(outputs[i], &err), 0);
	}
	for (size_t i = 0; i < 3; i++)
		check_file(folder_file(folder, names[i]), "old");
	assert_int_equal(outputs_commit(outputs, 3, &err), 0);
	for (size_t i = 0; i < 3; i++)
		check_file(folder_file(folder, names[i]), names[i]);
	assert_int_equal(folder_count(folder->path), 3);
}

/* One that cannot be finished: none is put in place. */
static void several_or_none(void **state)
{
	struct folder *folder = *state;
	const char *path = folder_write(folder, "r.txt", "old");
	struct output *outputs[] = {open_file(path), open_file("/dev/full")};
	struct error err;

	write_text(outputs[0], "new");
	write_text(outputs[1], "new");
	assert_int_equal(outputs_commit(outputs, 2, &err), -1);
	assert_string_equal(err.text, "/dev/full: cannot write: No space left on device");
	check_file(path, "old");
	assert_int_equal(folder_count(folder->path), 1);
}

/* No temp is made that a signal would leave behind. */
static void too_many(void **state)
{
	enum { MANY = 4096 };
	static struct output *outputs[MANY];
	struct folder *folder = *state;
	struct rlimit before, raised;
	struct error err;
	char name[16];

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	raised = before;
	raised.rlim_cur = raised.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &raised), 0);
	for (size_t i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "%zu", i);
		outputs[i] = open_file(folder_file(folder, name));
		/* slow, for it syncs each */
		if (raised.rlim_cur < MANY + 100)
			assert_int_equal(output_finish(outputs[i], &err), 0);
	}
	assert_null(output_open(folder_file(folder, "more"), &err));
	assert_non_null(strstr(err.text, "more: cannot write: more than 4096 files at once"));
	assert_int_equal(folder_count(folder->path), MANY);
	output_abort(outputs[0]);
	outputs[0] = open_file(folder_file(folder, "more"));
	output_remove_temps();
	assert_int_equal(folder_count(folder->path), 0);
	for (size_t i = 0; i < MANY; i++)
		output_abort(outputs[i]);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

/* The place may vanish while the report is made. */
static void folder_gone(void **state)
{
	struct folder *folder = *state;
	const char *inner = folder_make(folder, "inner");
	struct output *output = open_file(folder_file(folder, "inner/r.txt"));
	struct error err;

	write_text(output, "x");
	remove_tree(inner);
	assert_int_equal(output_commit(output, &err), -1);
	assert_non_null(strstr(err.text, "inner/r.txt: "));
	assert_int_equal(folder_count(folder->path), 0);
}

static void standard_output(void **state)
{
	struct folder *folder = *state;
	const char *path = folder_file(folder, "stdout");
	int saved, fd = open(path, O_WRONLY | O_CREAT, 0600);
	struct output *output;

	fflush(stdout);
	saved = dup(STDOUT_FILENO);
	assert_true(saved >= 0 && fd >= 0);
	assert_true(dup2(fd, STDOUT_FILENO) >= 0);
	output = output_open("-", &(struct error){.text = ""});
	output_write(output, "said", 4, &(struct error){.text = ""});
	output_commit(output, &(struct error){.text = ""});
	/* it stays open for the next report */
	output = output_open("-", &(struct error){.text = ""});
	output_write(output, " again", 6, &(struct error){.text = ""});
	output_commit(output, &(struct error){.text = ""});
	dup2(saved, STDOUT_FILENO);
	close(saved);
	close(fd);
	check_file(path, "said again");
}

/* ---- bundles ---- */

static const char html[] = "<html>some words, some words, some words, some words</html>";

static void write_bundle(const char *path, int64_t seconds)
{
	struct bundle *bundle = bundle_new();
	struct output *output = open_file(path);
	char bytes[] = "a\0b";
	struct error err;

	bundle_add(bundle, "report.html", html, strlen(html));
	bundle_add(bundle, "b.bin", bytes, 3);
	bytes[0] = 'X'; /* they were copied */
	bundle_add(bundle, "a/ä.txt", "", 0);
	assert_int_equal(bundle_commit(bundle, output, seconds, &err), 0);
	commit(output);
}

static void check_entry(zip_t *zip, zip_uint64_t index, const char *name, const char *bytes,
			size_t length)
{
	char found[256];
	zip_file_t *file;

	assert_string_equal(zip_get_name(zip, index, ZIP_FL_ENC_GUESS), name);
	file = zip_fopen_index(zip, index, 0);
	assert_non_null(file);
	assert_int_equal(zip_fread(file, found, sizeof(found)), length);
	assert_memory_equal(found, bytes, length);
	assert_int_equal(zip_fclose(file), 0);
}

static void bundle_contents(void **state)
{
	struct folder *folder = *state;
	const char *path = folder_file(folder, "r.zip");
	zip_t *zip;

	write_bundle(path, 1790000000);
	zip = zip_open(path, ZIP_RDONLY | ZIP_CHECKCONS, NULL);
	assert_non_null(zip);
	assert_int_equal(zip_get_num_entries(zip, 0), 3);
	check_entry(zip, 0, "report.html", html, strlen(html));
	check_entry(zip, 1, "b.bin", "a\0b", 3);
	check_entry(zip, 2, "a/ä.txt", "", 0);
	zip_discard(zip);
	assert_int_equal(folder_count(folder->path), 1);
}

/* The bytes depend on the entries and the time alone, not on zone, clock or mask. */
static void bundle_bytes(void **state)
{
	static const char *const zones[] = {"UTC", "Pacific/Kiritimati", "America/St_Johns", "UTC"};
	struct folder *folder = *state;
	struct strbuf first = STRBUF_INIT, next = STRBUF_INIT;
	mode_t before = umask(077);

	for (size_t i = 0; i < 4; i++) {
		setenv("TZ", zones[i], 1);
		tzset();
		umask(i % 2 ? 077 : 022);
		write_bundle(folder_file(folder, "r.zip"), 1790000001);
		strbuf_reset(&next);
		assert_true(file_read(folder_file(folder, "r.zip"), i ? &next : &first));
		if (i) {
			assert_int_equal(next.length, first.length);
			assert_memory_equal(next.text, first.text, first.length);
		}
	}
	umask(before);
	unsetenv("TZ");
	tzset();
	write_bundle(folder_file(folder, "r.zip"), 1790000003);
	strbuf_reset(&next);
	assert_true(file_read(folder_file(folder, "r.zip"), &next));
	assert_true(next.length != first.length || memcmp(next.text, first.text, first.length));
	strbuf_release(&first);
	strbuf_release(&next);
}

/* Offsets 10 and 12 of a local header: time and date as DOS counts them. */
static void bundle_times(void **state)
{
	static const struct {
		int64_t seconds;
		unsigned time, date;
	} cases[] = {
		/* 2026-11-20T10:30:58Z */
		{1795170658, 10 << 11 | 30 << 5 | 29, 46 << 9 | 11 << 5 | 20},
		{315532800, 0, 0 << 9 | 1 << 5 | 1}, /* 1980-01-01 */
		{315532799, 0, 0 << 9 | 1 << 5 | 1}, /* before DOS began */
		{0, 0, 1 << 5 | 1},
		{-1, 0, 1 << 5 | 1},
		{INT64_C(4354819198), 23 << 11 | 59 << 5 | 29, 127 << 9 | 12 << 5 | 31},
		{INT64_C(4354819200), 0, 1 << 5 | 1}, /* 2108 */
	};
	struct folder *folder = *state;
	struct strbuf bytes = STRBUF_INIT;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const unsigned char *header;

		write_bundle(folder_file(folder, "r.zip"), cases[i].seconds);
		strbuf_reset(&bytes);
		assert_true(file_read(folder_file(folder, "r.zip"), &bytes));
		header = (const unsigned char *)bytes.text;
		assert_int_equal(header[10] | header[11] << 8, cases[i].time);
		assert_int_equal(header[12] | header[13] << 8, cases[i].date);
	}
	strbuf_release(&bytes);
}

static void bundle_refused(void **state)
{
	struct folder *folder = *state;
	struct bundle *bundle = bundle_new();
	struct output *output = open_file(folder_file(folder, "r.zip"));
	struct error err;

	/* names that a ZIP cannot hold twice */
	bundle_add(bundle, "same", "a", 1);
	bundle_add(bundle, "same", "b", 1);
	assert_int_equal(bundle_commit(bundle, output, 0, &err), -1);
	assert_non_null(strstr(err.text, "r.zip: cannot make the ZIP"));
	output_abort(output);
	assert_int_equal(folder_count(folder->path), 0);
	output = open_file("/dev/full");
	bundle = bundle_new();
	bundle_add(bundle, "a", "a", 1);
	if (bundle_commit(bundle, output, 0, &err) == 0)
		assert_int_equal(output_commit(output, &err), -1);
	else
		output_abort(output);
	assert_string_equal(err.text, "/dev/full: cannot write: No space left on device");
	bundle_free(bundle_new());
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, folder_setup, folder_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(committed),
		TEST(old_report_stays_until_commit),
		TEST(empty_file),
		TEST(large_files),
		TEST(refused),
		TEST(full_device),
		TEST(pipes),
		TEST(links),
		TEST(dangling_links),
		TEST(dangling_absolute_link),
		TEST(permissions),
		TEST(permissions_stay),
		TEST(two_at_once),
		TEST(strangers_temp),
		TEST(temps_removed_at_signals),
		TEST(several_together),
		TEST(several_or_none),
		TEST(too_many),
		TEST(folder_gone),
		TEST(standard_output),
		TEST(bundle_contents),
		TEST(bundle_bytes),
		TEST(bundle_times),
		TEST(bundle_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
