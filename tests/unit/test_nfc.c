#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "runtally/base/nfc.h"
#include "runtally/base/utf8.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void check(const char *text, const char *wanted)
{
	struct strbuf out = STRBUF_INIT, again = STRBUF_INIT;

	nfc_add(&out, text, strlen(text));
	assert_string_equal(out.text, wanted);
	if (nfc_is_normal(text, strlen(text)))
		assert_string_equal(text, wanted);
	nfc_add(&again, out.text, out.length);
	assert_string_equal(again.text, wanted);
	strbuf_release(&out);
	strbuf_release(&again);
}

/* tests/e2e/identity.py compares with Python's tables; these are the kinds. */
static void known(void **state)
{
	static const struct {
		const char *text, *wanted;
	} cases[] = {
		{"", ""},
		{"plain", "plain"},
		{"\xC3\x9C", "\xC3\x9C"},
		{"U\xCC\x88"
		 "berfahrt",
		 "\xC3\x9C"
		 "berfahrt"},
		/* two marks in either order; one that comes before that of a composed letter */
		{"a\xCC\xA3\xCC\x82", "\xE1\xBA\xAD"},
		{"a\xCC\x82\xCC\xA3", "\xE1\xBA\xAD"},
		{"\xC3\xA2\xCC\xA3", "\xE1\xBA\xAD"},
		/* of the same class: the second is blocked */
		{"e\xCC\x81\xCC\x81", "\xC3\xA9\xCC\x81"},
		{"\xCC\x81"
		 "e",
		 "\xCC\x81"
		 "e"},
		/* Greek, Cyrillic, Hangul, kana, a sign that is another */
		{"\xCE\xB1\xCC\x81", "\xCE\xAC"},
		{"\xD0\xB8\xCC\x86", "\xD0\xB9"},
		{"\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB", "\xED\x95\x9C"},
		{"\xED\x95\x98\xE1\x86\xAB", "\xED\x95\x9C"},
		{"\xE3\x81\x8B\xE3\x82\x99", "\xE3\x81\x8C"},
		{"\xE2\x84\xAB", "\xC3\x85"},
		/* no UTF-8 */
		{"e\xCC", "e\xCC"},
		{"e\xFF\xCC\x81", "e\xFF\xCC\x81"},
		/* beyond the plane */
		{"\xF0\x9F\x98\x80\xCC\x81", "\xF0\x9F\x98\x80\xCC\x81"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		check(cases[i].text, cases[i].wanted);
}

static void quick(void **state)
{
	(void)state;
	assert_true(nfc_is_normal("Opening hours", 13));
	assert_true(nfc_is_normal("\xC3\x9C\xED\x95\x9C\xE4\xB8\xAD", 8));
	assert_false(nfc_is_normal("U\xCC\x88", 3));
	assert_false(nfc_is_normal("\xE2\x84\xAB", 3));
}

/* Marks without end take no longer than others. */
static void many_marks(void **state)
{
	enum { MARKS = 200000 };
	struct strbuf text = STRBUF_INIT, out = STRBUF_INIT;

	(void)state;
	for (int i = 0; i < MARKS; i++)
		strbuf_addstr(&text, i % 2 ? "\xCC\xA3" : "\xCC\x81");
	nfc_add(&out, text.text, text.length);
	assert_string_equal(out.text, text.text);
	strbuf_release(&text);
	strbuf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known),
		cmocka_unit_test(quick),
		cmocka_unit_test(many_marks),
	};

	return cmocka_run_group_tests_name("nfc", tests, NULL, NULL);
}
