/* Folders that can be opened but not read to their end, as on a disk or a server that fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtally/base/folder.h"
#include "runtally/history/history.h"
#include "runtally/input/source.h"

static const char said[] = "cannot read: Input/output error";

static char path[] = "/tmp/runtally-unreadable-XXXXXX";

/* In place of the C library's. */
struct dirent *readdir(DIR *stream)
{
	(void)stream;
	errno = EIO;
	return NULL;
}

static int setup(void **state)
{
	(void)state;
	return mkdtemp(path) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	return rmdir(path);
}

static void check_holds(const char *text)
{
	if (!strstr(text, said))
		fail_msg("no %s in %s", said, text);
}

static void as_input(void **state)
{
	const char *const inputs[] = {path};
	struct notes notes;

	(void)state;
	notes_init(&notes, 20);
	sources_close(sources_open(inputs, 1, &default_limits, &notes), NULL);
	assert_int_equal(notes.errors, 1);
	check_holds(notes.items[0].text);
	notes_release(&notes);
}

static void as_history(void **state)
{
	const struct ingest_options options = {.limits = default_limits};
	struct ingest_counts counts;
	struct notes notes;
	struct error err;
	struct runs runs;

	(void)state;
	notes_init(&notes, 20);
	runs_init(&runs, NULL);
	assert_int_equal(history_read(path, &options, &runs, &counts, &notes, &err), 0);
	assert_int_equal(notes.errors, 1);
	check_holds(notes.items[0].text);
	runs_release(&runs);
	notes_release(&notes);
}

static bool has_file(const char *name)
{
	(void)name;
	return true;
}

/* Who knows what is in there: it is not replaced. */
static void as_earlier_report(void **state)
{
	const struct folder_kind kind = {
		.file = "index.html", .mark = "x", .is_its_file = has_file};
	struct error err;

	(void)state;
	assert_null(folder_open(path, &kind, &err));
	check_holds(err.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_input),
		cmocka_unit_test(as_history),
		cmocka_unit_test(as_earlier_report),
	};

	return cmocka_run_group_tests_name("unreadable", tests, setup, teardown);
}
