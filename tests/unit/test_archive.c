#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <zip.h>

#include "input/archive.h"
#include "runtally/base/strbuf.h"

#define LENGTH(table) (sizeof(table) / sizeof(*(table)))

enum { KIB = 1024, MIB = 1024 * 1024 };

/* One entry of an archive that a test makes. */
struct maker {
	const char *name, *text;
	size_t zeros; /* instead of text */
	bool deflate, encrypt;
	zip_uint32_t mode; /* of Unix; 0: not told */
};

static char folder[] = "/tmp/runtally-archive-XXXXXX";
static char path[64];

static int make_folder(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/test.zip", folder);
	return 0;
}

static int remove_folder(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder);
}

static void add_entry(zip_t *zip, const struct maker *maker)
{
	size_t length = maker->zeros ? maker->zeros : strlen(maker->text);
	void *bytes = length ? calloc(1, length) : NULL;
	zip_source_t *source;
	zip_int64_t index;

	if (length && !maker->zeros)
		memcpy(bytes, maker->text, length);
	source = zip_source_buffer(zip, bytes, length, 1);
	index = zip_file_add(zip, maker->name, source, ZIP_FL_ENC_UTF_8);
	assert_true(index >= 0);
	zip_file_set_mtime(zip, (zip_uint64_t)index, 1000000000, 0);
	zip_set_file_compression(zip, (zip_uint64_t)index,
				 maker->deflate ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0);
	if (maker->encrypt)
		zip_file_set_encryption(zip, (zip_uint64_t)index, ZIP_EM_AES_256, "word");
	if (maker->mode)
		zip_file_set_external_attributes(zip, (zip_uint64_t)index, 0, ZIP_OPSYS_UNIX,
						 maker->mode << 16);
}

static void make(const struct maker *makers, size_t count)
{
	zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, NULL);

	assert_non_null(zip);
	for (size_t i = 0; i < count; i++)
		add_entry(zip, &makers[i]);
	assert_int_equal(zip_close(zip), 0);
}

static void load(struct strbuf *bytes)
{
	FILE *file = fopen(path, "rb");
	int byte;

	assert_non_null(file);
	while ((byte = getc(file)) != EOF)
		strbuf_addch(bytes, (char)byte);
	fclose(file);
}

static void store(const char *bytes, size_t length)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

/* Replaces every occurrence (or the first alone) of `from` in the file by `to`, of equal length. */
static void patch(const char *from, const char *to, size_t length, bool all)
{
	struct strbuf bytes = STRBUF_INIT;
	size_t patched = 0;

	load(&bytes);
	for (size_t i = 0; i + length <= bytes.length && (all || !patched); i++)
		if (memcmp(bytes.text + i, from, length) == 0) {
			memcpy(bytes.text + i, to, length);
			patched++;
		}
	assert_true(patched > 0);
	store(bytes.text, bytes.length);
	strbuf_release(&bytes);
}

/* In the local and the central header of each entry, whatever else libzip writes into them. */
static void patch_methods(char method)
{
	struct strbuf bytes = STRBUF_INIT;
	size_t patched = 0;

	load(&bytes);
	for (size_t i = 0; i + 12 <= bytes.length; i++) {
		bool local = memcmp(bytes.text + i, "PK\3\4", 4) == 0;

		if (!local && memcmp(bytes.text + i, "PK\1\2", 4) != 0)
			continue;
		bytes.text[i + (local ? 8 : 10)] = method;
		patched++;
	}
	assert_true(patched > 1);
	store(bytes.text, bytes.length);
	strbuf_release(&bytes);
}

/* Where `*` is expected stands what libzip says, in other words in each of its versions. */
static void hide_words(struct strbuf *text, const char *shown)
{
	const char *star = strchr(shown, '*');
	size_t at = star ? (size_t)(star - shown) : 0, length;

	if (!star || text->length < at)
		return;
	length = strcspn(text->text + at, "\n");
	assert_true(length > 0);
	text->text[at] = '*';
	memmove(text->text + at + 1, text->text + at + length,
		strlen(text->text + at + length) + 1);
	strbuf_truncate(text, text->length - length + 1);
}

/* All entries as lines: `NAME=TEXT`, `NAME! ERROR` when refused, `NAME~ ERROR` when it breaks. */
static void show_entry(const struct archive *archive, struct archive_reader *reader, size_t index,
		       struct strbuf *out)
{
	static char buffer[64 * KIB];
	struct strbuf text = STRBUF_INIT;
	const char *name = archive_entries(archive)[index].name;
	struct error err;
	int64_t got;

	if (archive_begin(reader, index, &err)) {
		strbuf_addf(out, "%s! %s\n", name, err.text);
		return;
	}
	while ((got = archive_read(reader, buffer, sizeof(buffer), &err)) > 0)
		strbuf_add(&text, buffer, (size_t)got);
	if (got < 0)
		strbuf_addf(out, "%s~ %s\n", name, err.text);
	else if (text.length > 100)
		strbuf_addf(out, "%s=%zu\n", name, text.length);
	else
		strbuf_addf(out, "%s=%s\n", name, text.text);
	strbuf_release(&text);
}

static void check(const struct limits *limits, const char *shown)
{
	struct strbuf out = STRBUF_INIT;
	struct error err;
	struct archive *archive = archive_open(path, limits, &err);
	struct archive_reader *reader;

	if (!archive) {
		strbuf_addf(&out, "! %s", err.text);
	} else {
		reader = archive_reader_new(archive, &err);
		assert_non_null(reader);
		for (size_t i = 0; i < archive_count(archive); i++)
			show_entry(archive, reader, i, &out);
		archive_reader_free(reader);
		archive_close(archive);
	}
	hide_words(&out, shown);
	assert_string_equal(out.text, shown);
	strbuf_release(&out);
}

static void test_entries(void **state)
{
	static const struct maker makers[] = {
		{.name = "b.json", .text = "{\"b\":1}", .deflate = true},
		{.name = "sub/a.jsonl", .text = "1\n2\n"},
		{.name = "A.NDJSON", .text = ""},
		{.name = "./sub//./c.json", .text = "c"},
		{.name = "/abs.json", .text = "d"},
		{.name = "../../up.json", .text = "e", .mode = 0100644},
		{.name = "x/../y/z.json", .text = "f"},
		{.name = "sub/", .text = ""},
		{.name = "read.me", .text = "no"},
		{.name = "json", .text = "no"},
		{.name = ".json", .text = "no"},
		{.name = ".hidden.json", .text = "no"},
		{.name = "__MACOSX/sub/._a.json", .text = "no"},
		{.name = "sub/.git/a.json", .text = "no"},
	};

	(void)state;
	make(makers, LENGTH(makers));
	check(&default_limits, "A.NDJSON=\nabs.json=d\nb.json={\"b\":1}\nsub/a.jsonl=1\n2\n\n"
			       "sub/c.json=c\nup.json=e\ny/z.json=f\n");
}

static void test_refused_entries(void **state)
{
	static const struct maker makers[] = {
		{.name = "a.json", .text = "{}"},
		{.name = "device.json", .text = "x", .mode = 0020644},
		{.name = "folder.json", .text = "x", .mode = 0040755},
		{.name = "inner.zip", .text = "PK"},
		{.name = "link.json", .text = "/etc/passwd", .mode = 0120777},
		{.name = "secret.json", .text = "{}", .encrypt = true},
	};

	(void)state;
	make(makers, LENGTH(makers));
	check(&default_limits, "a.json={}\n"
			       "device.json! refused: not a regular file\n"
			       "folder.json! refused: not a regular file\n"
			       "inner.zip! refused: an archive inside an archive\n"
			       "link.json! refused: not a regular file\n"
			       "secret.json! refused: encrypted\n");
}

static void test_unsupported_method(void **state)
{
	static const struct maker maker = {.name = "a.json", .text = "{\"some\":\"text\"}"};

	(void)state;
	make(&maker, 1);
	patch_methods(6); /* "imploded" */
	check(&default_limits, "a.json! refused: compression method 6 is not supported\n");
}

/* A wrong checksum shows at the end, after the bytes. */
static void test_bad_checksum(void **state)
{
	static const struct maker makers[] = {
		{.name = "a.json", .text = "{\"text\":\"right\"}"},
		{.name = "b.json", .text = "{}"},
	};

	(void)state;
	make(makers, LENGTH(makers));
	patch("right", "wrong", 5, false);
	check(&default_limits, "a.json~ cannot read: *\nb.json={}\n");
}

static void test_broken_data(void **state)
{
	static const struct maker maker = {.name = "a.json", .zeros = 4 * KIB, .deflate = true};
	struct strbuf bytes = STRBUF_INIT;

	(void)state;
	make(&maker, 1);
	load(&bytes);
	/* behind the local header (30 bytes) and the name: a block of the reserved type */
	bytes.text[36] = '\7';
	store(bytes.text, bytes.length);
	strbuf_release(&bytes);
	check(&default_limits, "a.json~ cannot read: *\n");
}

static void test_duplicate_names(void **state)
{
	static const struct maker makers[] = {
		{.name = "a/one.json", .text = "{}"},
		{.name = "a/two.json", .text = "{}"},
	};

	(void)state;
	make(makers, LENGTH(makers));
	patch("a/two.json", "a/one.json", 10, true);
	check(&default_limits, "! refused: two entries have the same name");
	/* equal only after they are cleaned */
	make(makers, LENGTH(makers));
	patch("a/one.json", "./abc.json", 10, true);
	patch("a/two.json", "//abc.json", 10, true);
	check(&default_limits, "! refused: two entries are named abc.json");
}

static void test_no_archives(void **state)
{
	static const struct maker maker = {.name = "a.json", .text = "{\"some\":\"text\"}"};
	struct strbuf bytes = STRBUF_INIT;

	(void)state;
	store("{}", 2);
	check(&default_limits, "! cannot open as a ZIP archive: *");
	store("", 0);
	check(&default_limits, "! cannot open as a ZIP archive: *");
	make(&maker, 1);
	load(&bytes);
	store(bytes.text, bytes.length - 30);
	check(&default_limits, "! cannot open as a ZIP archive: *");
	/* local and central header disagree on the name */
	store(bytes.text, bytes.length);
	patch("a.json", "b.json", 6, false);
	check(&default_limits, "! cannot open as a ZIP archive: *");
	strbuf_release(&bytes);
	unlink(path);
	check(&default_limits, "! cannot open: No such file or directory");
	store("PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22);
	check(&default_limits, "");
}

/*
 * Entry b lies within the data of entry a, which is the local header and the data of b: made of an
 * archive of both by cutting out the second copy of b. Sizes of headers: local 30, central 46, end
 * 22, each and the name.
 */
static void test_overlap(void **state)
{
	enum { B = 36 + 1000, A = 36 + B, CENTRAL = 52, B_OFFSET = 42, END_OFFSET = 16 };
	static const struct maker b = {.name = "b.json", .zeros = 1000};
	struct strbuf first = STRBUF_INIT, both = STRBUF_INIT;
	zip_t *zip;

	(void)state;
	make(&b, 1);
	load(&first);
	unlink(path);
	zip = zip_open(path, ZIP_CREATE, NULL);
	assert_non_null(zip);
	assert_int_equal(zip_file_add(zip, "a.json", zip_source_buffer(zip, first.text, B, 0), 0),
			 0);
	zip_set_file_compression(zip, 0, ZIP_CM_STORE, 0);
	add_entry(zip, &b);
	assert_int_equal(zip_close(zip), 0);
	load(&both);
	memmove(both.text + A, both.text + A + B, both.length - A - B);
	strbuf_truncate(&both, both.length - B);
	memcpy(both.text + A + CENTRAL + B_OFFSET, "\x24\0\0\0", 4);
	both.text[both.length - 22 + END_OFFSET] = (char)(A & 0xFF);
	both.text[both.length - 22 + END_OFFSET + 1] = (char)(A >> 8);
	store(both.text, both.length);
	check(&default_limits, "! refused: its entries overlap (their compressed sizes add up to "
			       "more than the file)");
	strbuf_release(&first);
	strbuf_release(&both);
}

static void test_entry_limit(void **state)
{
	static const struct maker makers[] = {
		{.name = "a.json", .text = "1"},
		{.name = "b.txt", .text = "2"},
		{.name = "c.json", .text = "3"},
	};
	struct limits limits = default_limits;

	(void)state;
	make(makers, LENGTH(makers));
	limits.zip_entries = 3;
	check(&limits, "a.json=1\nc.json=3\n");
	limits.zip_entries = 2;
	check(&limits, "! refused: has more than 2 entries");
}

static void test_byte_limits(void **state)
{
	static const struct maker makers[] = {
		{.name = "a.json", .zeros = 1000, .deflate = true},
		{.name = "b.json", .zeros = 1001, .deflate = true},
		{.name = "c.json", .zeros = 500},
	};
	struct limits limits = default_limits;

	(void)state;
	make(makers, LENGTH(makers));
	limits.zip_entry_bytes = 1000;
	check(&limits, "a.json=1000\nb.json! refused: inflates to more than 1000 bytes\n"
		       "c.json=500\n");
	limits = default_limits;
	limits.zip_total_bytes = 2501;
	check(&limits, "a.json=1000\nb.json=1001\nc.json=500\n");
	limits.zip_total_bytes = 2500;
	check(&limits, "a.json=1000\nb.json=1001\n"
		       "c.json! refused: the archive inflates to more than 2500 bytes\n");
}

static uint64_t compressed_size(const char *name)
{
	zip_t *zip = zip_open(path, ZIP_RDONLY, NULL);
	zip_stat_t stat;

	assert_non_null(zip);
	assert_int_equal(zip_stat(zip, name, 0, &stat), 0);
	zip_discard(zip);
	return stat.comp_size;
}

static void test_ratio(void **state)
{
	static const struct maker makers[] = {
		{.name = "bomb.json", .zeros = 4 * MIB, .deflate = true},
		{.name = "small.json", .zeros = MIB, .deflate = true},
	};
	static const char fine[] = "bomb.json=4194304\nsmall.json=1048576\n";
	struct limits limits = default_limits;
	char refused[200];
	uint64_t size;

	(void)state;
	make(makers, LENGTH(makers));
	check(&limits, fine);
	size = compressed_size("bomb.json");
	limits.zip_ratio = (4 * MIB + size - 1) / size;
	check(&limits, fine);
	limits.zip_ratio--;
	snprintf(refused, sizeof(refused),
		 "bomb.json! refused: inflates to more than %llu times its size\n"
		 "small.json=1048576\n",
		 (unsigned long long)limits.zip_ratio);
	check(&limits, refused);
	/* a mebibyte is harmless whatever its ratio */
	limits.zip_ratio = 1;
	check(&limits, "bomb.json! refused: inflates to more than 1 times its size\n"
		       "small.json=1048576\n");
}

/* Headers that claim another size than there is: the archive's word is what the limits held. */
static void test_false_size(void **state)
{
	static const struct maker makers[] = {
		{.name = "a.json", .zeros = 4 * MIB, .deflate = true},
		{.name = "b.json", .text = "{}"},
	};
	struct limits limits = default_limits;

	(void)state;
	make(makers, LENGTH(makers));
	limits.zip_entry_bytes = 4 * MIB;
	check(&limits, "a.json=4194304\nb.json={}\n");
	patch("\0\0\x40\0\6\0", "\x0A\0\0\0\6\0", 6, true);
	check(&limits, "a.json~ cannot read: inflates to more than the 10 bytes that the archive "
		       "declares\nb.json={}\n");
	make(makers, LENGTH(makers));
	patch("\0\0\x40\0\6\0", "\1\0\x40\0\6\0", 6, true);
	check(&default_limits, "a.json~ cannot read: inflates to 4194304 bytes where the archive "
			       "declares 4194305\nb.json={}\n");
	check(&limits, "a.json! refused: inflates to more than 4194304 bytes\nb.json={}\n");
}

/* Handles beyond the first open the file again, and must find the same one. */
static void test_readers(void **state)
{
	static const struct maker makers[] = {
		{.name = "a.json", .text = "{}"},
		{.name = "b.json", .text = "[]"},
	};
	struct strbuf out = STRBUF_INIT;
	struct archive_reader *one, *other;
	struct archive *archive;
	struct error err;

	(void)state;
	make(makers, LENGTH(makers));
	archive = archive_open(path, &default_limits, &err);
	assert_non_null(archive);
	one = archive_reader_new(archive, &err);
	other = archive_reader_new(archive, &err);
	assert_non_null(one);
	assert_non_null(other);
	assert_int_equal(archive_begin(one, 0, &err), 0);
	show_entry(archive, other, 1, &out);
	show_entry(archive, other, 0, &out);
	show_entry(archive, one, 1, &out);
	assert_string_equal(out.text, "b.json=[]\na.json={}\nb.json=[]\n");
	make(makers, 1);
	assert_null(archive_reader_new(archive, &err));
	assert_string_equal(err.text, "cannot open: the archive was changed while it was read");
	unlink(path);
	assert_null(archive_reader_new(archive, &err));
	assert_string_equal(err.text, "cannot open: No such file or directory");
	archive_reader_free(one);
	archive_reader_free(other);
	archive_close(archive);
	strbuf_release(&out);
}

/* The handle of the checks is given back: the next reader opens its own. */
static void test_rest(void **state)
{
	static const struct maker maker = {.name = "a.json", .text = "{}"};
	struct archive_reader *reader;
	struct archive *archive;
	struct error err;

	(void)state;
	make(&maker, 1);
	archive = archive_open(path, &default_limits, &err);
	assert_non_null(archive);
	unlink(path);
	archive_rest(archive);
	archive_rest(archive);
	reader = archive_reader_new(archive, &err);
	assert_null(reader);
	archive_close(archive);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_refused_entries),
		cmocka_unit_test(test_unsupported_method),
		cmocka_unit_test(test_bad_checksum),
		cmocka_unit_test(test_broken_data),
		cmocka_unit_test(test_duplicate_names),
		cmocka_unit_test(test_no_archives),
		cmocka_unit_test(test_overlap),
		cmocka_unit_test(test_entry_limit),
		cmocka_unit_test(test_byte_limits),
		cmocka_unit_test(test_ratio),
		cmocka_unit_test(test_false_size),
		cmocka_unit_test(test_readers),
		cmocka_unit_test(test_rest),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
