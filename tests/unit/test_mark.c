#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"
#include "runtally/model/mark.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void check_mark(const struct mark_key *key, const char *kind, const char *secret,
		       const char *wanted)
{
	struct strbuf out = STRBUF_INIT;

	mark_add(&out, key, kind, secret, strlen(secret));
	assert_string_equal(out.text, wanted);
	strbuf_release(&out);
}

/* By Python's hmac: stored histories depend on them. */
static void digits(void **state)
{
	struct mark_key all, own, same;

	(void)state;
	mark_key_init(&all, NULL, 0);
	check_mark(&all, "email", "ann@example.com", "bcc45b4a8f092044");
	check_mark(&all, "phone", "ann@example.com", "4bf4ebdbcb0bab34");
	assert_string_equal(all.check, "40de1c7e00b8487c");
	assert_false(all.is_own);
	mark_key_init(&own, "secret", 6);
	mark_key_init(&same, "secret", 6);
	check_mark(&own, "email", "ann@example.com", "162716397c215750");
	assert_true(own.is_own);
	assert_string_equal(own.check, same.check);
	assert_string_not_equal(own.check, all.check);
}

static const struct {
	const char *text, *shown;
	bool has;
} texts[] = {
	{"", "", false},
	{"[", "[", false},
	{"of [email 0123456789abcdef]", "of [email 01234]", true},
	{"[email 0123456789abcdef][card fedcba9876543210] x", "[email 01234][card fedcb] x", true},
	{"[[phone 0123456789abcdef]]", "[[phone 01234]]", true},
	{"[email 1]", "[email 1]", false},
	{"[email 01234]", "[email 01234]", false},
	{"[email 0123456789abcdef", "[email 0123456789abcdef", false},
	{"[email 0123456789abcdeF]", "[email 0123456789abcdeF]", false},
	{"[email 0123456789abcde]", "[email 0123456789abcde]", false},
	{"[email 0123456789abcdef0]", "[email 0123456789abcdef0]", false},
	{"[ 0123456789abcdef]", "[ 0123456789abcdef]", false},
	{"[E-mail 0123456789abcdef]", "[E-mail 0123456789abcdef]", false},
};

static void shown(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, 0);
	for (size_t i = 0; i < COUNT(texts); i++) {
		struct strbuf out = STRBUF_INIT;
		const char *own = marks_shown(&arena, texts[i].text);

		strbuf_addstr(&out, "[email 0123456789abcdef]");
		strbuf_addstr(&out, texts[i].text);
		marks_shorten(&out, 24);
		assert_memory_equal(out.text, "[email 0123456789abcdef]", 24);
		assert_string_equal(out.text + 24, texts[i].shown);
		assert_int_equal(out.length, 24 + strlen(texts[i].shown));
		assert_int_equal(marks_are_in(texts[i].text), texts[i].has);
		assert_string_equal(own, texts[i].shown);
		assert_int_equal(own == texts[i].text, !texts[i].has);
		strbuf_release(&out);
	}
	arena_release(&arena);
}

static void cut(void **state)
{
	const char *text = "of [email 0123456789abcdef] x";

	(void)state;
	for (size_t limit = 0; limit < 40; limit++) {
		size_t whole = limit < strlen(text) ? limit : strlen(text);

		assert_int_equal(marks_cut(text, limit), limit > 3 && limit < 27 ? 3 : whole);
	}
	assert_int_equal(marks_cut("", 5), 0);
	assert_int_equal(marks_cut("[email 1]", 4), 4);
}

/* A transcript may be full of them. */
static void many(void **state)
{
	enum { MARKS = 200000 };
	struct strbuf out = STRBUF_INIT;

	(void)state;
	for (int i = 0; i < MARKS; i++)
		strbuf_addstr(&out, "[jwt 0123456789abcdef],");
	marks_shorten(&out, 0);
	assert_int_equal(out.length, MARKS * strlen("[jwt 01234],"));
	for (int i = 0; i < MARKS; i++)
		assert_memory_equal(out.text + (size_t)i * 12, "[jwt 01234],", 12);
	strbuf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digits),
		cmocka_unit_test(shown),
		cmocka_unit_test(cut),
		cmocka_unit_test(many),
	};

	return cmocka_run_group_tests_name("mark", tests, NULL, NULL);
}
