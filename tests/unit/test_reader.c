#define _XOPEN_SOURCE 700 /* nftw */

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
#include <ftw.h>
#include <pthread.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include "fixture.h"
#include "runtally/input/source.h"

enum { PATH_SIZE = 512, BUFFER_SIZE = 1000, FILES = 60, ENTRIES = 300, THREADS_MOST = 8 };

static char top[] = "/tmp/runtally-reader-XXXXXX";
static char home[PATH_SIZE];

static int make_top(void **state)
{
	(void)state;
	memcpy(strrchr(top, '-') + 1, "XXXXXX", 6);
	return !getcwd(home, sizeof(home)) || !mkdtemp(top) || chdir(top) ? -1 : 0;
}

static int remove_top(void **state)
{
	int failed = chdir(home);

	(void)state;
	remove_tree(top);
	return failed;
}

static void make(const char *path, const char *bytes, size_t size)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, size, file), size);
	assert_int_equal(fclose(file), 0);
}

/* Bytes that are not alike in any two of the numbers, nor in their length. */
static void fill(struct strbuf *bytes, size_t number)
{
	strbuf_reset(bytes);
	for (size_t i = 0; i < 20 + number * number % 997; i++)
		strbuf_addf(bytes, "%zu:%zu ", number, i);
}

/* Entries lie in another order than that of their names. */
static void make_zip(const char *path, size_t count)
{
	zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, NULL);
	struct strbuf bytes = STRBUF_INIT;
	char name[32];

	assert_non_null(zip);
	for (size_t i = 0; i < count; i++) {
		size_t number = i * 7 % count;
		void *copy;

		fill(&bytes, number);
		copy = malloc(bytes.length);
		memcpy(copy, bytes.text, bytes.length);
		snprintf(name, sizeof(name), "%03zu.json", number);
		assert_true(zip_file_add(zip, name, zip_source_buffer(zip, copy, bytes.length, 1),
					 0) >= 0);
		if (i % 2)
			zip_set_file_compression(zip, i, ZIP_CM_STORE, 0);
	}
	assert_int_equal(zip_close(zip), 0);
	strbuf_release(&bytes);
}

static void make_all(void)
{
	struct strbuf bytes = STRBUF_INIT;
	char name[32];

	assert_int_equal(mkdir("in", 0777), 0);
	assert_int_equal(mkdir("in/sub", 0777), 0);
	for (size_t i = 0; i < FILES; i++) {
		snprintf(name, sizeof(name), i % 3 ? "in/%zu.json" : "in/sub/%zu.json", i);
		fill(&bytes, i);
		make(name, bytes.text, bytes.length);
	}
	make_zip("in/a.zip", ENTRIES);
	make_zip("in/sub/b.zip", ENTRIES / 3);
	strbuf_release(&bytes);
}

static struct sources *open_all(struct notes *notes, const struct limits *limits)
{
	static const char *const arguments[] = {"in"};

	notes_init(notes, 100);
	return sources_open(arguments, 1, limits, notes);
}

static void close_all(struct sources *sources, struct notes *notes)
{
	assert_int_equal(notes->count, 0);
	sources_close(sources, NULL);
	notes_release(notes);
}

/* Out of memory, so that reading it means to wait (where the file system has a disk at all). */
static int forget(const char *path, const struct stat *info, int type, struct FTW *ftw)
{
	int fd = type == FTW_F ? open(path, O_RDONLY) : -1;

	(void)info;
	(void)ftw;
	if (fd >= 0) {
		fsync(fd);
		posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
		close(fd);
	}
	return 0;
}

static int open_fds(void)
{
	int count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

/* All of it, or the error behind it. */
static void read_all(struct reader *reader, size_t index, struct strbuf *out)
{
	char buffer[BUFFER_SIZE];
	struct error err;
	struct blob blob;
	int64_t got;

	if (reader_begin(reader, index, &blob, &err)) {
		strbuf_addf(out, "! %s", err.text);
		return;
	}
	while ((got = blob.read(&blob, buffer, sizeof(buffer), &err)) > 0)
		strbuf_add(out, buffer, (size_t)got);
	if (got < 0)
		strbuf_addf(out, "~ %s", err.text);
}

/* ---- threads ---- */

struct job_of_thread {
	const struct sources *sources;
	size_t thread, threads;
	struct strbuf *texts; /* of each input */
};

/* Blocks of seven inputs in turn, so that every thread comes to files and both archives. */
static void *read_part(void *data)
{
	const struct job_of_thread *input = data;
	const size_t count = sources_count(input->sources);
	struct reader *reader = reader_new(input->sources);

	for (size_t first = input->thread * 7; first < count; first += input->threads * 7) {
		size_t end = first + 7 < count ? first + 7 : count;

		reader_expect(reader, first, end);
		for (size_t i = first; i < end; i++)
			read_all(reader, i, &input->texts[i]);
	}
	reader_free(reader);
	return NULL;
}

static void read_in_threads(size_t threads, struct strbuf *out, const struct limits *limits)
{
	struct notes notes;
	struct sources *sources = open_all(&notes, limits);
	const size_t count = sources_count(sources);
	struct strbuf *texts = calloc(count, sizeof(*texts));
	struct job_of_thread readings[THREADS_MOST];
	pthread_t ids[THREADS_MOST];

	nftw("in", forget, 16, FTW_PHYS);
	for (size_t i = 0; i < count; i++)
		texts[i] = (struct strbuf)STRBUF_INIT;
	for (size_t i = 0; i < threads; i++) {
		readings[i] = (struct job_of_thread){sources, i, threads, texts};
		assert_int_equal(pthread_create(&ids[i], NULL, read_part, &readings[i]), 0);
	}
	for (size_t i = 0; i < threads; i++)
		assert_int_equal(pthread_join(ids[i], NULL), 0);
	for (size_t i = 0; i < count; i++) {
		strbuf_addf(out, "%s=%s\n", sources_input(sources, i)->label, texts[i].text);
		strbuf_release(&texts[i]);
	}
	free(texts);
	close_all(sources, &notes);
}

static void check_threads(const struct limits *limits, struct strbuf *one)
{
	struct strbuf many = STRBUF_INIT;
	const int fds = open_fds();

	read_in_threads(1, one, limits);
	for (size_t threads = 2; threads <= THREADS_MOST; threads *= 2) {
		strbuf_reset(&many);
		read_in_threads(threads, &many, limits);
		assert_string_equal(many.text, one->text);
	}
	assert_int_equal(open_fds(), fds);
	strbuf_release(&many);
}

static void test_threads(void **state)
{
	struct strbuf shown = STRBUF_INIT, bytes = STRBUF_INIT, line = STRBUF_INIT;

	(void)state;
	make_all();
	check_threads(&default_limits, &shown);
	for (size_t i = 0; i < ENTRIES; i++) {
		fill(&bytes, i);
		strbuf_reset(&line);
		strbuf_addf(&line, "a.zip!%03zu.json=%s\n", i, bytes.text);
		assert_non_null(strstr(shown.text, line.text));
	}
	strbuf_release(&shown);
	strbuf_release(&bytes);
	strbuf_release(&line);
}

/* What is beyond the limit of an archive does not depend on who comes first. */
static void test_limit_in_threads(void **state)
{
	struct limits limits = default_limits;
	struct strbuf shown = STRBUF_INIT;

	(void)state;
	limits.zip_total_bytes = 100000;
	make_all();
	check_threads(&limits, &shown);
	assert_null(strstr(shown.text, "a.zip!000.json=!"));
	assert_non_null(strstr(shown.text, "a.zip!299.json=! refused: the archive inflates to "
					   "more than 100000 bytes\n"));
	strbuf_release(&shown);
}

/* ---- one reader ---- */

static void check_input(const struct sources *sources, struct reader *reader, size_t index)
{
	const struct input *input = sources_input(sources, index);
	struct strbuf text = STRBUF_INIT, bytes = STRBUF_INIT;
	const char *name = strrchr(input->label, strchr(input->label, '!') ? '!' : '/');

	read_all(reader, index, &text);
	fill(&bytes, (size_t)strtoul(name ? name + 1 : input->label, NULL, 10));
	assert_string_equal(text.text, bytes.text);
	assert_int_equal(text.length, input->size);
	strbuf_release(&text);
	strbuf_release(&bytes);
}

/* Backwards, with gaps, and each twice: what was opened ahead or read before is no matter. */
static void test_any_order(void **state)
{
	const int fds = open_fds();
	struct notes notes;
	struct sources *sources;
	struct reader *reader;
	size_t count;

	(void)state;
	make_all();
	sources = open_all(&notes, &default_limits);
	reader = reader_new(sources);
	count = sources_count(sources);
	for (size_t i = count; i-- > 0;) {
		reader_expect(reader, i, count);
		check_input(sources, reader, i);
		check_input(sources, reader, i);
	}
	nftw("in", forget, 16, FTW_PHYS);
	reader_expect(reader, 0, count);
	for (size_t i = 0; i < count; i += i % 5 + 1)
		check_input(sources, reader, i);
	nftw("in", forget, 16, FTW_PHYS);
	reader_expect(reader, 0, count);
	check_input(sources, reader, 0);
	check_input(sources, reader, 1);
	reader_free(reader);
	close_all(sources, &notes);
	assert_int_equal(open_fds(), fds);
}

static void test_read_at(void **state)
{
	static const char text[] = "0123456789";
	struct notes notes;
	struct sources *sources;
	struct reader *reader;
	struct error err;
	struct blob blob;
	char buffer[4];

	(void)state;
	assert_int_equal(mkdir("in", 0777), 0);
	make("in/a.json", text, 10);
	make_zip("in/b.zip", 1);
	sources = open_all(&notes, &default_limits);
	reader = reader_new(sources);
	assert_int_equal(reader_begin(reader, 0, &blob, &err), 0);
	assert_int_equal(blob.size, 10);
	assert_int_equal(blob.read(&blob, buffer, 2, &err), 2);
	assert_int_equal(blob.read_at(&blob, buffer, 4, 5, &err), 4);
	assert_memory_equal(buffer, "5678", 4);
	assert_int_equal(blob.read_at(&blob, buffer, 4, 9, &err), 1);
	assert_int_equal(blob.read_at(&blob, buffer, 4, 10, &err), 0);
	assert_int_equal(blob.read(&blob, buffer, 2, &err), 2);
	assert_memory_equal(buffer, "23", 2);
	assert_int_equal(reader_begin(reader, 1, &blob, &err), 0);
	assert_null(blob.read_at);
	assert_int_equal(blob.size, sources_input(sources, 1)->size);
	reader_free(reader);
	close_all(sources, &notes);
}

static void test_pipe(void **state)
{
	char path[PATH_SIZE], buffer[10];
	const char *arguments[] = {path};
	struct notes notes;
	struct sources *sources;
	struct reader *reader;
	struct error err;
	struct blob blob;
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "piped", 5), 5);
	close(ends[1]);
	snprintf(path, sizeof(path), "/dev/fd/%d", ends[0]);
	notes_init(&notes, 10);
	sources = sources_open(arguments, 1, &default_limits, &notes);
	reader = reader_new(sources);
	reader_expect(reader, 0, 1);
	assert_int_equal(reader_begin(reader, 0, &blob, &err), 0);
	assert_null(blob.read_at);
	assert_int_equal(blob.size, 0);
	assert_int_equal(sources_input(sources, 0)->size, 0);
	assert_int_equal(blob.read(&blob, buffer, 2, &err), 2);
	assert_int_equal(blob.read(&blob, buffer, 10, &err), 3);
	assert_int_equal(blob.read(&blob, buffer, 10, &err), 0);
	reader_free(reader);
	close_all(sources, &notes);
	close(ends[0]);
}

/* What came in or went after the file was listed. */
static void test_changed_files(void **state)
{
	struct strbuf text = STRBUF_INIT;
	struct notes notes;
	struct sources *sources;
	struct reader *reader;

	(void)state;
	assert_int_equal(mkdir("in", 0777), 0);
	make("in/a.json", "a", 1);
	make("in/b.json", "b", 1);
	make("in/c.json", "c", 1);
	sources = open_all(&notes, &default_limits);
	reader = reader_new(sources);
	make("in/a.json", "longer", 6);
	assert_int_equal(remove("in/b.json"), 0);
	for (size_t i = 0; i < 3; i++)
		read_all(reader, i, &text);
	assert_string_equal(text.text, "longer! cannot open: No such file or directoryc");
	reader_free(reader);
	close_all(sources, &notes);
	strbuf_release(&text);
}

/* ---- a great many files ---- */

/* More than are asked for their sizes: a copy is found by what the folder tells. */
static void test_many_files(void **state)
{
	enum { MANY = 5000 };
	struct strbuf text = STRBUF_INIT;
	struct notes notes;
	struct sources *sources;
	struct reader *reader;
	char name[32], label[32];

	(void)state;
	assert_int_equal(mkdir("in", 0777), 0);
	assert_int_equal(mkdir("in/sub", 0777), 0);
	for (int i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "in/sub/%04d.json", i * 7 % MANY);
		make(name, name + 7, 4);
	}
	assert_int_equal(link("in/sub/0007.json", "in/z.json"), 0);
	assert_int_equal(symlink("sub/0008.json", "in/y.json"), 0);
	sources = open_all(&notes, &default_limits);
	assert_int_equal(sources_count(sources), MANY);
	reader = reader_new(sources);
	reader_expect(reader, 0, MANY);
	for (size_t i = 0; i < MANY; i++) {
		snprintf(label, sizeof(label), "sub/%04zu.json", i);
		assert_string_equal(sources_input(sources, i)->label, label);
		assert_string_equal(sources_input(sources, i)->folder, "sub");
		strbuf_reset(&text);
		read_all(reader, i, &text);
		label[8] = '\0';
		assert_string_equal(text.text, label + 4);
	}
	reader_free(reader);
	close_all(sources, &notes);
	strbuf_release(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, make_top, remove_top)
		TEST(test_threads),    TEST(test_limit_in_threads),
		TEST(test_any_order),  TEST(test_read_at),
		TEST(test_pipe),       TEST(test_changed_files),
		TEST(test_many_files),
	};

	/* as main does; ThreadSanitizer does not see the C library's lock on the zone */
	setenv("TZ", "UTC0", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
