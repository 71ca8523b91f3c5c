#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "runtally/base/arena.h"
#include "runtally/base/error.h"
#include "runtally/base/hash_table.h"
#include "runtally/base/strbuf.h"
#include "runtally/model/note.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void test_error(void **state)
{
	struct error err;

	(void)state;
	assert_int_equal(error_set(&err, "not a %s", "number"), -1);
	assert_string_equal(err.text, "not a number");
	assert_int_equal(error_prefix(&err, "turns[%d]", 0), -1);
	assert_int_equal(error_prefix(&err, "a.json#3"), -1);
	assert_string_equal(err.text, "a.json#3: turns[0]: not a number");
	error_set(&err, "%s", "");
	assert_string_equal(err.text, "");
}

/* 1023 characters fit; one more, or a prefix, ends the text in dots. */
static void test_error_cut(void **state)
{
	struct error err;
	char text[1100];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[1023] = '\0';
	error_set(&err, "%s", text);
	assert_string_equal(err.text, text);
	error_prefix(&err, "p");
	assert_int_equal(strlen(err.text), 1023);
	assert_memory_equal(err.text, "p: xxx", 6);
	assert_string_equal(err.text + 1019, "x...");
	text[1023] = 'x';
	text[1024] = '\0';
	error_set(&err, "%s", text);
	assert_int_equal(strlen(err.text), 1023);
	assert_string_equal(err.text + 1019, "x...");
	error_prefix(&err, "%s", text); /* a prefix that is too long alone */
	assert_int_equal(strlen(err.text), 1023);
	assert_string_equal(err.text + 1019, "x...");
}

static void test_strbuf(void **state)
{
	struct strbuf buf = STRBUF_INIT;

	(void)state;
	assert_string_equal(buf.text, "");
	strbuf_truncate(&buf, 0);
	strbuf_reset(&buf);
	strbuf_add(&buf, NULL, 0);
	strbuf_addstr(&buf, "");
	strbuf_pad(&buf, 'x', 0);
	assert_int_equal(buf.capacity, 0);
	strbuf_addstr(&buf, "ab");
	strbuf_addch(&buf, 'c');
	strbuf_pad(&buf, '-', 3);
	strbuf_addf(&buf, "%d%s", 7, "z");
	strbuf_add(&buf, "\0n", 2);
	assert_int_equal(buf.length, 10);
	assert_memory_equal(buf.text, "abc---7z\0n", 11);
	strbuf_truncate(&buf, 3);
	assert_string_equal(buf.text, "abc");
	strbuf_reset(&buf);
	assert_string_equal(buf.text, "");
	assert_true(buf.capacity > 0);
	strbuf_release(&buf);
	assert_string_equal(buf.text, "");
	strbuf_release(&buf);
}

static void test_strbuf_grows(void **state)
{
	struct strbuf buf = STRBUF_INIT;
	size_t moves = 0, capacity = 0;

	(void)state;
	for (size_t i = 0; i < 100000; i++) {
		strbuf_addch(&buf, (char)('a' + i % 26));
		moves += buf.capacity != capacity;
		capacity = buf.capacity;
		assert_int_equal(buf.text[buf.length], '\0');
	}
	assert_true(moves < 20);
	for (size_t i = 0; i < buf.length; i++)
		assert_int_equal(buf.text[i], 'a' + i % 26);
	strbuf_reserve(&buf, 1000000);
	capacity = buf.capacity;
	strbuf_pad(&buf, 'x', 1000000);
	assert_int_equal(buf.capacity, capacity);
	strbuf_release(&buf);
}

static jmp_buf exhausted;

static void on_exhausted(void)
{
	longjmp(exhausted, 1);
}

/* What cannot be had ends in memory_exhausted, also where the size itself overflows. */
static void test_exhausted(void **state)
{
	static struct strbuf buf;
	static struct arena arena;
	static size_t capacity;
	static volatile int caught;

	(void)state;
	memory_exhausted = on_exhausted;
	strbuf_init(&buf);
	strbuf_addstr(&buf, "abc");
	arena_init(&arena, 0);
	caught = 0;
	if (!setjmp(exhausted))
		strbuf_reserve(&buf, SIZE_MAX - 2);
	else
		caught |= 1;
	if (!setjmp(exhausted))
		arena_alloc(&arena, SIZE_MAX - 3);
	else
		caught |= 2;
	if (!setjmp(exhausted))
		array_reserve(NULL, &capacity, SIZE_MAX / 8, 16);
	else
		caught |= 4;
	assert_int_equal(caught, 7);
	assert_string_equal(buf.text, "abc");
	strbuf_release(&buf);
	arena_release(&arena);
}

static void test_array(void **state)
{
	size_t capacity = 0, before;
	int *items = array_reserve(NULL, &capacity, 1, sizeof(*items));

	(void)state;
	assert_true(capacity >= 1);
	items[0] = 42;
	before = capacity;
	items = array_reserve(items, &capacity, before, sizeof(*items));
	assert_int_equal(capacity, before);
	items = array_reserve(items, &capacity, before + 1, sizeof(*items));
	assert_true(capacity > before);
	items = array_reserve(items, &capacity, 1000, sizeof(*items));
	assert_true(capacity >= 1000);
	items[999] = 1;
	assert_int_equal(items[0], 42);
	memory_free(items);
}

static void test_arena(void **state)
{
	static const size_t sizes[] = {0, 1, 15, 16, 17, 1000, 65535, 65536, 65537, 1000000, 3};
	struct arena arena;
	char *texts[COUNT(sizes)];

	(void)state;
	arena_init(&arena, 0);
	for (int round = 0; round < 3; round++) {
		for (size_t i = 0; i < COUNT(sizes); i++) {
			texts[i] = arena_alloc(&arena, sizes[i]);
			assert_int_equal((uintptr_t)texts[i] % _Alignof(int64_t), 0);
			assert_int_equal((uintptr_t)texts[i] % _Alignof(void *), 0);
			memset(texts[i], 'a' + (int)i, sizes[i]);
		}
		for (size_t i = 0; i < COUNT(sizes); i++)
			for (size_t j = 0; j < sizes[i]; j++)
				assert_int_equal(texts[i][j], 'a' + (int)i);
		arena_reset(&arena);
		assert_int_equal(arena.used, 0);
	}
	texts[0] = arena_zalloc(&arena, 100);
	for (int i = 0; i < 100; i++)
		assert_int_equal(texts[0][i], 0);
	assert_string_equal(arena_strdup(&arena, "abc"), "abc");
	assert_string_equal(arena_strndup(&arena, "abc", 2), "ab");
	assert_string_equal(arena_strndup(&arena, "", 0), "");
	assert_string_equal(arena_printf(&arena, "%s-%d", "x", 5), "x-5");
	arena_release(&arena);
	assert_string_equal(arena_strdup(&arena, "again"), "again");
	arena_release(&arena);
}

/* Texts leave no holes, and what is aligned stands apart from them. */
static void test_arena_texts(void **state)
{
	enum { ROUNDS = 3000 };
	static uint64_t *numbers[ROUNDS];
	static char *texts[ROUNDS];
	struct arena arena;

	(void)state;
	arena_init(&arena, 0);
	for (size_t i = 0; i < ROUNDS; i++) {
		numbers[i] = arena_alloc(&arena, sizeof(uint64_t));
		*numbers[i] = i;
		texts[i] = arena_printf(&arena, "%zu", i);
		assert_int_equal((uintptr_t)numbers[i] % _Alignof(uint64_t), 0);
	}
	/* eight bytes a number, the digits, a NUL each */
	assert_int_equal(arena.used, ROUNDS * 9 + 10 + 90 * 2 + 900 * 3 + 2000 * 4);
	for (size_t i = 0; i < ROUNDS; i++) {
		assert_int_equal(*numbers[i], i);
		assert_int_equal((size_t)strtol(texts[i], NULL, 10), i);
	}
	arena_reset(&arena);
	assert_int_equal(arena.used, 0);
	texts[0] = arena_strndup(&arena, "abcd", 3);
	assert_ptr_equal(arena_strdup(&arena, "x"), texts[0] - 2);
	assert_string_equal(texts[0], "abc");
	arena_reset(&arena);
	assert_ptr_equal(arena_strdup(&arena, "abc"), texts[0]);
	arena_release(&arena);
}

static void test_budget(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, 64);
	assert_null(arena_try_alloc(&arena, 65));
	assert_non_null(arena_try_alloc(&arena, 64));
	assert_null(arena_try_alloc(&arena, 1));
	assert_non_null(arena_alloc(&arena, 1000));
	assert_null(arena_try_alloc(&arena, SIZE_MAX));
	arena_reset(&arena);
	assert_non_null(arena_try_alloc(&arena, 32));
	assert_non_null(arena_try_alloc(&arena, 32));
	assert_null(arena_try_alloc(&arena, 1));
	arena_release(&arena);
	arena_init(&arena, 0);
	assert_non_null(arena_try_alloc(&arena, 1000000));
	arena_release(&arena);
}

static void test_intern(void **state)
{
	static const char *kept[1000];
	struct arena arena;
	struct interner pool;
	char text[32];

	(void)state;
	arena_init(&arena, 0);
	intern_init(&pool, &arena);
	assert_null(intern(&pool, NULL));
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 1000; i++) {
			const char *copy;

			snprintf(text, sizeof(text), "name %d", i);
			copy = intern(&pool, text);
			assert_string_equal(copy, text);
			assert_true(copy != text);
			if (round)
				assert_ptr_equal(copy, kept[i]);
			kept[i] = copy;
		}
	assert_int_equal(pool.count, 1000);
	assert_string_equal(intern(&pool, ""), "");
	intern_release(&pool);
	assert_string_equal(kept[7], "name 7");
	arena_release(&arena);
}

/* Of FNV-1a's published test values, folded: `h ^ h >> 32`. */
/* Two texts that FNV-1a gives one hash differ with a seed, and alike ones spread. */
static void test_hash(void **state)
{
	static const char a[] = "8yn0iYCKYHlIj4-BwPqk", b[] = "GReLUrM4wMqfg9yzV3KQ";
	bool seen[64] = {false};
	int places = 0;

	(void)state;
	assert_true(hash_bytes(a, 20) == hash_bytes(b, 20));
	assert_true(hash_bytes("a", 1) == hash_bytes("ab", 1));
	assert_true(hash_bytes("a", 1) != hash_bytes("b", 1));
	hash_seed(UINT64_C(0x123456789abcdef));
	assert_true(hash_bytes(a, 20) != hash_bytes(b, 20));
	assert_true(hash_bytes(a, 20) == hash_bytes(a, 20));
	/* 64 texts that differ in high bits alone spread over the low ones */
	for (int i = 0; i < 64; i++) {
		char text[2] = {(char)(i << 2), 'x'};

		places += !seen[hash_bytes(text, 2) & 63];
		seen[hash_bytes(text, 2) & 63] = true;
	}
	assert_true(places > 24);
	hash_seed(0);
}

static const struct note some_note = {
	.severity = SEVERITY_ERROR,
	.file = "a.json",
	.opened = "./a.json",
	.record = 3,
	.path = "turns[0]",
	.text = "not a number",
};

static void test_notes(void **state)
{
	struct note other;
	struct notes notes;
	char text[] = "changed later";

	(void)state;
	notes_init(&notes, 100);
	notes_add(&notes, &some_note);
	other = some_note;
	other.record = 4; /* the same flaw in another record */
	notes_add(&notes, &other);
	assert_int_equal(notes.count, 1);
	assert_int_equal(notes.items[0].count, 2);
	assert_int_equal(notes.items[0].record, 3);
	other.severity = SEVERITY_WARNING;
	notes_add(&notes, &other);
	other.path = NULL;
	notes_add(&notes, &other);
	other.file = "b.json";
	notes_add(&notes, &other);
	other.text = text;
	notes_add(&notes, &other);
	text[0] = 'C';
	notes_add(&notes, &other);
	assert_int_equal(notes.count, 6);
	assert_string_equal(notes.items[4].text, "changed later");
	assert_string_equal(notes.items[5].text, "Changed later");
	assert_string_equal(notes.items[0].opened, "./a.json");
	assert_null(notes.items[2].path);
	assert_int_equal(notes.errors, 2);
	assert_int_equal(notes.warnings, 5);
	assert_int_equal(notes.incomplete, 2); /* every error */
	assert_int_equal(notes.dropped, 0);
	notes_add_gap(&notes, "%d page", 1);
	notes_add_gap(&notes, "%d page", 1);
	assert_int_equal(notes.incomplete, 4);
	assert_int_equal(notes.warnings, 7);
	assert_true(notes.items[6].incomplete);
	assert_int_equal(notes.items[6].count, 2);
	notes_release(&notes);
}

/* N notes are kept, N + 1 are not; those that are kept still count up. */
static void test_notes_limit(void **state)
{
	struct notes notes;
	char text[32];

	(void)state;
	notes_init(&notes, 500);
	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 501; i++) {
			struct note note = some_note;

			snprintf(text, sizeof(text), "text %d", i);
			note.text = text;
			notes_add(&notes, &note);
		}
	assert_int_equal(notes.count, 500);
	assert_int_equal(notes.dropped, 2);
	assert_int_equal(notes.errors, 1002);
	for (int i = 0; i < 500; i++) {
		snprintf(text, sizeof(text), "text %d", i);
		assert_string_equal(notes.items[i].text, text);
		assert_int_equal(notes.items[i].count, 2);
	}
	notes_release(&notes);
	notes_init(&notes, 0);
	notes_add(&notes, &some_note);
	assert_int_equal(notes.count, 0);
	assert_int_equal(notes.dropped, 1);
	notes_release(&notes);
}

/* As if all had been added to one list, but for what one of them dropped. */
static void test_notes_append(void **state)
{
	struct note other = some_note;
	struct notes notes, more;

	(void)state;
	notes_init(&notes, 2);
	notes_init(&more, 2);
	notes_add(&notes, &some_note);
	notes_add(&more, &some_note);
	notes_add(&more, &some_note);
	other.text = "another";
	other.severity = SEVERITY_WARNING;
	notes_add(&more, &other);
	other.text = "one too many";
	notes_add(&more, &other);
	notes_append(&notes, &more, 40);
	assert_int_equal(notes.count, 2);
	assert_int_equal(notes.items[0].count, 3);
	assert_int_equal(notes.items[0].record, 3);
	assert_string_equal(notes.items[1].text, "another");
	assert_int_equal(notes.items[1].record, 43);
	assert_int_equal(notes.errors, 3);
	assert_int_equal(notes.warnings, 2);
	assert_int_equal(notes.dropped, 1);
	notes_append(&notes, &more, 0);
	assert_int_equal(notes.items[0].count, 5);
	assert_int_equal(notes.dropped, 2);
	assert_int_equal(notes.warnings, 4);
	notes_release(&notes);
	notes_release(&more);
}

/* Returns the same buffer each time, as redact does. */
static const char *shout(void *ctx, const char *text)
{
	struct strbuf *buf = ctx;

	strbuf_reset(buf);
	strbuf_addf(buf, "%s!", text);
	return buf->text;
}

static void test_notes_filter(void **state)
{
	struct strbuf buf = STRBUF_INIT;
	struct notes notes;

	(void)state;
	notes_init(&notes, 10);
	notes.filter = shout;
	notes.filter_ctx = &buf;
	notes_add(&notes, &some_note);
	notes_add(&notes, &some_note);
	assert_int_equal(notes.count, 1);
	assert_string_equal(notes.items[0].file, "a.json!");
	assert_string_equal(notes.items[0].opened, "./a.json!");
	assert_string_equal(notes.items[0].path, "turns[0]!");
	assert_string_equal(notes.items[0].text, "not a number!");
	notes_release(&notes);
	strbuf_release(&buf);
}

static void check_note(const struct note *note, const char *place, const char *text)
{
	struct strbuf out = STRBUF_INIT;

	note_add_place(note, &out);
	assert_string_equal(out.text, place);
	strbuf_reset(&out);
	note_add_text(note, &out);
	assert_string_equal(out.text, text);
	strbuf_release(&out);
}

static void test_note_text(void **state)
{
	struct note note = some_note;

	(void)state;
	check_note(&note, "a.json#3", "a.json#3: turns[0]: not a number");
	note.record = 0;
	check_note(&note, "a.json", "a.json: turns[0]: not a number");
	note.path = NULL;
	check_note(&note, "a.json", "a.json: not a number");
	note.file = NULL;
	check_note(&note, "", "not a number");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_error),        cmocka_unit_test(test_error_cut),
		cmocka_unit_test(test_strbuf),       cmocka_unit_test(test_strbuf_grows),
		cmocka_unit_test(test_exhausted),    cmocka_unit_test(test_array),
		cmocka_unit_test(test_arena),        cmocka_unit_test(test_arena_texts),
		cmocka_unit_test(test_budget),       cmocka_unit_test(test_intern),
		cmocka_unit_test(test_hash),         cmocka_unit_test(test_notes),
		cmocka_unit_test(test_notes_limit),  cmocka_unit_test(test_notes_append),
		cmocka_unit_test(test_notes_filter), cmocka_unit_test(test_note_text),
	};

	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
