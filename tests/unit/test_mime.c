#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "runtally/formats/mime.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))
#define X10          "xxxxxxxxxx"
#define X60          X10 X10 X10 X10 X10 X10
#define X75          X60 X10 "xxxxx"

/* ---- addresses ---- */

static int takes(const char *address)
{
	struct error err;

	return address_check(address, &err) == 0;
}

static void test_addresses(void **state)
{
	static const char *const good[] = {
		"team@example.com",
		"root@localhost",
		"first.last+agent-tests@mail-1.example.co.uk",
		"!#$%&'*+-/?=^_`{|}~@example.com",
		X60 "xxxx@example.com",
	};
	static const char *const bad[] = {
		"",
		"@",
		"team",
		"team@",
		"@example.com",
		".team@example.com",
		"=?utf-8?q?team?=@example.com",
		"team.@example.com",
		"a..b@example.com",
		"team@example..com",
		"team@.example.com",
		"team@example.com.",
		"team@exa_mple.com",
		"team@@example.com",
		"Team <team@example.com>",
		"<team@example.com>",
		"\"team\"@example.com",
		"team(it)@example.com",
		"team@[127.0.0.1]",
		"a@example.com,b@example.com",
		"a@example.com b@example.com",
		" team@example.com",
		"team@example.com ",
		"team@example.com\n",
		"team@example.com\r\nBcc: all@example.com",
		"team\r\n@example.com",
		"t\xC3\xA9"
		"am@example.com",
		"team@ex\xC3\xA4mple.com",
		"team@example.com\x7f",
		X60 "xxxxx@example.com",
		"team@" X60 "xxxx.com",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(good); i++)
		assert_true(takes(good[i]));
	for (size_t i = 0; i < COUNT(bad); i++)
		assert_false(takes(bad[i]));
}

/* RFC 5322, 3.2.3, spelt out once more. */
static void test_address_bytes(void **state)
{
	static const char atoms[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "!#$%&'*+-/=?^_`{|}~.";
	static const char labels[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "0123456789-.";

	(void)state;
	for (int byte = 1; byte < 256; byte++) {
		char local[] = "aXb@example.com", domain[] = "team@exXmple.com";

		*strchr(local, 'X') = (char)byte;
		*strchr(domain, 'X') = (char)byte;
		assert_int_equal(takes(local), strchr(atoms, byte) != NULL);
		assert_int_equal(takes(domain), strchr(labels, byte) != NULL);
	}
}

/* 254 bytes in all, RFC 5321, 4.5.3.1.3 as erratum 1690 has it. */
static void test_long_addresses(void **state)
{
	char address[256];

	(void)state;
	for (size_t length = 254; length < 256; length++) {
		memset(address, 'x', length);
		address[length] = '\0';
		address[60] = '@';
		for (size_t dot = 120; dot < length - 1; dot += 60)
			address[dot] = '.';
		assert_int_equal(takes(address), length == 254);
	}
}

/* ---- messages ---- */

static const char *const recipient[] = {"team@example.com"};

static void make_of(struct strbuf *out, struct mime_message message, const char *text,
		    size_t length)
{
	struct strbuf bodies[2] = {STRBUF_INIT, STRBUF_INIT};

	strbuf_add(&bodies[0], text, length);
	strbuf_addstr(&bodies[1], "<p>91 %</p>\n");
	message.text = &bodies[0];
	message.html = &bodies[1];
	mime_add(out, &message);
	strbuf_release(&bodies[0]);
	strbuf_release(&bodies[1]);
}

static void make(struct strbuf *out, const char *from, const char *const *to, size_t to_count,
		 const char *text)
{
	const struct mime_message message = {
		.from = from, .to = to, .to_count = to_count, .subject = "Agent tests"};

	make_of(out, message, text, strlen(text));
}

/* What stands behind `begin`, and before the `end` that follows it. */
static void keep_between(struct strbuf *out, const char *begin, const char *end)
{
	const char *from = strstr(out->text, begin), *to;

	assert_non_null(from);
	from += strlen(begin);
	to = strstr(from, end);
	assert_non_null(to);
	memmove(out->text, from, (size_t)(to - from));
	strbuf_truncate(out, (size_t)(to - from));
}

/* The header `Subject` of a message, its end of line among it. */
static void make_subject(struct strbuf *out, const char *subject)
{
	const struct mime_message message = {
		.from = "ci@example.com", .to = recipient, .to_count = 1, .subject = subject};

	make_of(out, message, "", 0);
	keep_between(out, "To: team@example.com\r\n", "Date: ");
}

/* What the value of the header `Date` is. */
static void make_date(struct strbuf *out, int64_t ms)
{
	const struct mime_message message = {.from = "ci@example.com",
					     .to = recipient,
					     .to_count = 1,
					     .subject = "",
					     .date = ms};

	make_of(out, message, "", 0);
	keep_between(out, "\r\nDate: ", "\r\n");
}

/* The text's body. */
static void make_quoted(struct strbuf *out, const char *text, size_t length)
{
	const struct mime_message message = {
		.from = "ci@example.com", .to = recipient, .to_count = 1, .subject = ""};

	make_of(out, message, text, length);
	keep_between(out, "quoted-printable\r\n\r\n", "\r\n--=_");
}

/* ---- headers ---- */

struct pair {
	const char *text, *wanted;
};

static void test_headers(void **state)
{
	static const struct pair cases[] = {
		{"Agent tests, 2026-W47: 91.0 % passed, worse",
		 "Subject: Agent tests, 2026-W47: 91.0 % passed, worse\r\n"},
		{"", "Subject:\r\n"},
		{"  a \t b \n", "Subject: a b\r\n"},
		{"a\r\nBcc: all@example.com", "Subject: a Bcc: all@example.com\r\n"},
		{"a\rb\nc\x01"
		 "d\x7f",
		 "Subject: a b c d\r\n"},
		/* 78 columns, 79 */
		{X60 " xxxxxxxx", "Subject: " X60 " xxxxxxxx\r\n"},
		{X60 " xxxxxxxxx", "Subject: " X60 "\r\n xxxxxxxxx\r\n"},
		{X75 "xx a", "Subject:\r\n " X75 "xx\r\n a\r\n"},
		{"\xC3\xA9", "Subject: =?UTF-8?B?w6k=?=\r\n"},
		{"=?utf-8?q?x?=", "Subject: =?UTF-8?B?PT91dGYtOD9xP3g/PQ==?=\r\n"},
		/* A word that fits no line, and a MIME message that is not divided between two. */
		{X75 "xxx",
		 "Subject: =?UTF-8?B?eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4?=\r\n"
		 " =?UTF-8?B?eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4?=\r\n"},
		{X10 X10 X10 "xxxxxxxx\xC3\xA9",
		 "Subject: =?UTF-8?B?eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg=?=\r\n "
		 "=?UTF-8?B?w6k=?=\r\n"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf out = STRBUF_INIT;

		make_subject(&out, cases[i].text);
		assert_string_equal(out.text, cases[i].wanted);
		strbuf_release(&out);
	}
}

/* Columns of the longest line. Every line must end in CR LF, which are nowhere else. */
static size_t longest_line(const struct strbuf *text)
{
	size_t longest = 0, column = 0;

	for (size_t i = 0; i < text->length; i++) {
		if (text->text[i] == '\r') {
			assert_int_equal(text->text[++i], '\n');
			column = 0;
			continue;
		}
		assert_int_not_equal(text->text[i], '\n');
		if (++column > longest)
			longest = column;
	}
	return longest;
}

/* Whatever the byte, and wherever: one header, short lines, ASCII. */
static void test_header_bytes(void **state)
{
	(void)state;
	for (int byte = 1; byte < 256; byte++) {
		for (size_t at = 0; at < 200; at += 7) {
			struct strbuf out = STRBUF_INIT;
			char text[201];

			memset(text, at % 2 ? 'y' : ' ', sizeof(text));
			text[0] = 'x';
			text[at] = (char)byte;
			text[200] = '\0';
			make_subject(&out, text);
			assert_in_range(longest_line(&out), 8, 78);
			for (size_t i = 0; i < out.length; i++)
				assert_in_range((unsigned char)out.text[i], 1, 0x7e);
			for (const char *end = out.text; (end = strstr(end, "\r\n")); end += 2)
				assert_true(end[2] == ' ' || !end[2]);
			strbuf_release(&out);
		}
	}
}

static void test_dates(void **state)
{
	static const struct {
		int64_t ms;
		const char *wanted;
	} cases[] = {
		{0, "Thu, 01 Jan 1970 00:00:00 +0000"},
		{INT64_C(1794787200000), "Mon, 16 Nov 2026 00:00:00 +0000"},
		{INT64_C(1794787199999), "Sun, 15 Nov 2026 23:59:59 +0000"},
		{INT64_C(951782400000), "Tue, 29 Feb 2000 00:00:00 +0000"},
		{-1, "Wed, 31 Dec 1969 23:59:59 +0000"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf out = STRBUF_INIT;

		make_date(&out, cases[i].ms);
		assert_string_equal(out.text, cases[i].wanted);
		strbuf_release(&out);
	}
}

/* ---- bodies ---- */

static void test_quoted(void **state)
{
	static const struct pair cases[] = {
		{"", ""},
		{"a\nb", "a\r\nb"},
		{"a\r\nb\n", "a\r\nb\r\n"},
		{"a\rb", "a=0Db"},
		{"1 + 1 = 2", "1 + 1 =3D 2"},
		{"\xC3\xA9", "=C3=A9"},
		{"a \nb\t\r\nc ", "a=20\r\nb=09\r\nc=20"},
		{".\n..\na.", "=2E\r\n=2E.\r\na."},
		{"From me\nFrom\n From me", "=46rom me\r\nFrom\r\n From me"},
		{X75 "x", X75 "x"},
		{X75 "x\n", X75 "x\r\n"},
		{X75 "xx", X75 "=\r\nxx"},
		{X60 X10 "xx\xC3\xA9", X60 X10 "xx=C3=\r\n=A9"},
		{X60 X10 "x\xC3\xA9", X60 X10 "x=C3=\r\n=A9"},
		{X60 X10 "\xC3\xA9", X60 X10 "=C3=A9"},
		/* A line that breaks before a dot begins with it. */
		{X75 "..", X75 "=\r\n=2E."},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf out = STRBUF_INIT;

		make_quoted(&out, cases[i].text, strlen(cases[i].text));
		assert_string_equal(out.text, cases[i].wanted);
		strbuf_release(&out);
	}
}

static int hex_digit(char digit)
{
	assert_non_null(strchr("0123456789ABCDEF", digit));
	return digit <= '9' ? digit - '0' : digit - 'A' + 10;
}

/* Back again, as RFC 2045 says. */
static void decode(const struct strbuf *quoted, struct strbuf *out)
{
	for (size_t i = 0; i < quoted->length; i++) {
		const char *at = quoted->text + i;

		if (*at != '=') {
			strbuf_addch(out, *at);
			continue;
		}
		if (at[1] != '\r')
			strbuf_addch(out, (char)(hex_digit(at[1]) * 16 + hex_digit(at[2])));
		i += 2;
	}
}

/* Every byte at every column comes back, from lines that are short and end in no blank. */
static void test_quoted_bytes(void **state)
{
	(void)state;
	for (int byte = 0; byte < 256; byte++) {
		for (size_t at = 0; at < 90; at++) {
			struct strbuf out = STRBUF_INIT, back = STRBUF_INIT;
			char text[90];

			memset(text, 'x', sizeof(text));
			text[at] = (char)byte;
			make_quoted(&out, text, sizeof(text));
			assert_in_range(longest_line(&out), 1, 76);
			assert_null(strstr(out.text, " \r\n"));
			decode(&out, &back);
			if (byte == '\n') {
				assert_int_equal(back.length, sizeof(text) + 1);
			} else {
				assert_int_equal(back.length, sizeof(text));
				assert_memory_equal(back.text, text, sizeof(text));
			}
			strbuf_release(&out);
			strbuf_release(&back);
		}
	}
}

/* ---- the whole ---- */

static void test_message(void **state)
{
	static const char *const to[] = {"team@example.com"};
	struct strbuf out = STRBUF_INIT;

	(void)state;
	make(&out, "ci@example.com", to, 1, "91 %\n");
	assert_string_equal(out.text, "From: ci@example.com\r\n"
				      "To: team@example.com\r\n"
				      "Subject: Agent tests\r\n"
				      "Date: Thu, 01 Jan 1970 00:00:00 +0000\r\n"
				      "MIME-Version: 1.0\r\n"
				      "Auto-Submitted: auto-generated\r\n"
				      "X-Auto-Response-Suppress: All\r\n"
				      "List-Id: <runtally.example.com>\r\n"
				      "Message-ID: <529e7fa13f86d0f00ace1f56@example.com>\r\n"
				      "Content-Type: multipart/alternative;\r\n"
				      " boundary=\"=_529e7fa13f86d0f00ace1f56\"\r\n"
				      "\r\n"
				      "--=_529e7fa13f86d0f00ace1f56\r\n"
				      "Content-Type: text/plain; charset=UTF-8\r\n"
				      "Content-Transfer-Encoding: quoted-printable\r\n"
				      "\r\n"
				      "91 %\r\n"
				      "\r\n"
				      "--=_529e7fa13f86d0f00ace1f56\r\n"
				      "Content-Type: text/html; charset=UTF-8\r\n"
				      "Content-Transfer-Encoding: quoted-printable\r\n"
				      "\r\n"
				      "<p>91 %</p>\r\n"
				      "\r\n"
				      "--=_529e7fa13f86d0f00ace1f56--\r\n");
	strbuf_release(&out);
}

/* The same content is the same message; any other content has another id. */
static void test_ids(void **state)
{
	static const char *const to[] = {"team@example.com", "boss@example.com"};
	struct strbuf first = STRBUF_INIT, again = STRBUF_INIT, other = STRBUF_INIT;

	(void)state;
	make(&first, "ci@example.com", to, 1, "91 %\n");
	make(&again, "ci@example.com", to, 1, "91 %\n");
	assert_string_equal(first.text, again.text);
	make(&other, "ci@example.com", to, 2, "91 %\n");
	assert_null(strstr(other.text, strstr(first.text, "\r\n--=_")));
	strbuf_reset(&other);
	make(&other, "ci@example.com", to, 1, "92 %\n");
	assert_null(strstr(other.text, strstr(first.text, "--=_")));
	strbuf_release(&first);
	strbuf_release(&again);
	strbuf_release(&other);
}

/* Many recipients are folded; domains of any length leave the headers short. */
static void test_long_headers(void **state)
{
	static const char *const domains[] = {
		"x.com",
		X10 X10 X10 "." X10 ".example.com",
		X60 ".com",
		X60 ".x" X60,
	};
	static const char *const to[] = {"a@example.com", "bb@example.com", "ccc@example.com",
					 "dddd@example.com", "eeeee@example.com"};

	(void)state;
	for (size_t i = 0; i < COUNT(domains); i++) {
		struct strbuf out = STRBUF_INIT;
		char from[200];

		snprintf(from, sizeof(from), "ci@%s", domains[i]);
		make(&out, from, to, COUNT(to), "");
		assert_non_null(strstr(out.text, " ccc@example.com, dddd@example.com,\r\n "
						 "eeeee@example.com\r\n"));
		if (strlen(from) < 78)
			assert_in_range(longest_line(&out), 1, 78);
		assert_non_null(strstr(out.text, "Message-ID: <"));
		strbuf_release(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),      cmocka_unit_test(test_address_bytes),
		cmocka_unit_test(test_long_addresses), cmocka_unit_test(test_headers),
		cmocka_unit_test(test_header_bytes),   cmocka_unit_test(test_dates),
		cmocka_unit_test(test_quoted),         cmocka_unit_test(test_quoted_bytes),
		cmocka_unit_test(test_message),        cmocka_unit_test(test_ids),
		cmocka_unit_test(test_long_headers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
