#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "runtally/template/escape.h"

#define COUNT(array)   (sizeof(array) / sizeof(*(array)))
#define BAD            "\xEF\xBF\xBD"
#define BYTES(literal) literal, sizeof(literal) - 1

struct text_case {
	const char *text;
	size_t length;
	const char *wanted;
};

static void xml_text(struct strbuf *out, const char *text, size_t length, char line_start)
{
	(void)line_start;
	escape_xml_text(out, text, length);
}

static void xml_line(struct strbuf *out, const char *text, size_t length, char line_start)
{
	(void)line_start;
	escape_xml_line(out, text, length);
}

static void markdown_fence(struct strbuf *out, const char *text, size_t length, char line_start)
{
	(void)line_start;
	escape_markdown_fence(out, text, length);
}

static void check_cases(escape_fn *escape, const struct text_case *cases, size_t count, char start)
{
	for (size_t i = 0; i < count; i++) {
		struct strbuf out = STRBUF_INIT;

		escape(&out, cases[i].text, cases[i].length, start);
		assert_string_equal(out.text, cases[i].wanted);
		assert_int_equal(out.length, strlen(cases[i].wanted));
		strbuf_release(&out);
	}
}

/* One U+FFFD a maximal subpart, from table 3-8 of the Unicode standard and its kin. */
static const struct text_case broken[] = {
	{BYTES("a\xF1\x80\x80\xE1\x80\xC2"
	       "b\x80"
	       "c\x80\xBF"
	       "d"),
	 "a" BAD BAD BAD "b" BAD "c" BAD BAD "d"},
	{BYTES("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82"
	       "A"),
	 BAD BAD BAD BAD BAD BAD BAD BAD "A"},
	{BYTES("\xED\xA0\x80\xED\xBF\xBF\xED\xAF"
	       "A"),
	 BAD BAD BAD BAD BAD BAD BAD BAD "A"},
	{BYTES("\xF4\x91\x92\x93\xFF"
	       "A\x80\xBF"
	       "B"),
	 BAD BAD BAD BAD BAD "A" BAD BAD "B"},
	{BYTES("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF"
	       "A"),
	 BAD BAD BAD BAD "A"},
	{BYTES("a\xE2\x82"), "a" BAD},
	{BYTES("a\xF0"), "a" BAD},
	{BYTES("\xF5\x80\x80\x80"), BAD BAD BAD BAD},
	{BYTES("\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\xF4\x8F\xBF\xBD"),
	 "\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\xF4\x8F\xBF\xBD"},
};

static void test_broken_utf8(void **state)
{
	(void)state;
	check_cases(escape_html, broken, COUNT(broken), 0);
	check_cases(escape_xml, broken, COUNT(broken), 0);
	check_cases(xml_text, broken, COUNT(broken), 0);
	check_cases(xml_line, broken, COUNT(broken), 0);
	check_cases(escape_json, broken, COUNT(broken), 0);
	for (size_t i = 0; i < COUNT(broken); i++) {
		struct strbuf out = STRBUF_INIT, wanted = STRBUF_INIT;

		strbuf_addf(&wanted, "`%s`\"%s\"```\n  %s\n```\n", broken[i].wanted,
			    broken[i].wanted, broken[i].wanted);
		escape_markdown(&out, broken[i].text, broken[i].length, 0);
		escape_csv(&out, broken[i].text, broken[i].length, 0);
		escape_markdown_fence(&out, broken[i].text, broken[i].length);
		assert_string_equal(out.text, wanted.text);
		strbuf_release(&out);
		strbuf_release(&wanted);
	}
}

/* What every byte must come out as, between two letters: text after it, or NULL for itself. */
struct byte_rule {
	escape_fn *escape;
	const char *before, *after;
	const char *tab, *newline, *carriage_return, *c0;
	const char *bad;
	const char *special, *replaced[8];
};

static const struct byte_rule byte_rules[] = {
	{escape_html,
	 "",
	 "",
	 "\t",
	 "\n",
	 "\n",
	 "symbol",
	 BAD,
	 "&<>\"'",
	 {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"}},
	{escape_xml,
	 "",
	 "",
	 "&#9;",
	 "&#10;",
	 "&#10;",
	 "symbol",
	 BAD,
	 "&<>\"'\x1B",
	 {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;", NULL}},
	{xml_text,
	 "",
	 "",
	 "\t",
	 "\n",
	 "\n",
	 "symbol",
	 BAD,
	 "&<>\"'\x1B",
	 {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;", NULL}},
	{escape_markdown, "`", "`", " ", " ", " ", "symbol", BAD, "`", {NULL}},
	{markdown_fence, "```\n  ", "\n```\n", "\t", "\n  ", "\n  ", "symbol", BAD, "", {NULL}},
	{escape_json,
	 "",
	 "",
	 "\\t",
	 "\\n",
	 "\\r",
	 "\\u%04x",
	 BAD,
	 "\"\\<\b\f",
	 {"\\\"", "\\\\", "\\u003c", "\\b", "\\f"}},
	{escape_csv, "\"", "\"", "\t", "\n", "\n", "symbol", BAD, "\"", {"\"\""}},
	{escape_terminal, "", "", "\\t", "\\n", "\\r", "\\x%02x", "\\x%02x", "", {NULL}},
	{escape_mail_html,
	 "",
	 "",
	 "\t",
	 "\n",
	 "\n",
	 "symbol",
	 BAD,
	 "&<>\"'",
	 {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"}},
	{escape_mail_text, "", "", " ", " ", " ", "symbol", BAD, "\x1B", {NULL}},
};

static void add_wanted_byte(struct strbuf *wanted, const struct byte_rule *rule, unsigned byte)
{
	char text[16];

	if (byte == '\t' || byte == '\n' || byte == '\r') {
		strbuf_addstr(wanted, byte == '\t'   ? rule->tab
				      : byte == '\n' ? rule->newline
						     : rule->carriage_return);
	} else if (byte >= 0x80) {
		strbuf_addstr(wanted, rule->bad[0] == '\\' ? "\\x" : rule->bad);
		if (rule->bad[0] == '\\')
			strbuf_addf(wanted, "%02x", byte);
	} else if (byte >= 0x20 && byte != 0x7F) {
		strbuf_addch(wanted, (char)byte);
	} else if (!strcmp(rule->c0, "symbol")) {
		snprintf(text, sizeof(text), "\xE2\x90%c", byte == 0x7F ? 0xA1 : 0x80 + byte);
		strbuf_addstr(wanted, text);
	} else {
		strbuf_addf(wanted, rule->c0[1] == 'u' ? "\\u%04x" : "\\x%02x", byte);
	}
}

static void check_byte(const struct byte_rule *rule, unsigned byte)
{
	struct strbuf out = STRBUF_INIT, wanted = STRBUF_INIT;
	const char *special = byte ? strchr(rule->special, (int)byte) : NULL;
	char text[3] = {'a', (char)byte, 'z'};

	rule->escape(&out, text, 3, 0);
	strbuf_addf(&wanted, "%sa", rule->before);
	if (special && rule->replaced[special - rule->special])
		strbuf_addstr(&wanted, rule->replaced[special - rule->special]);
	else if (!special)
		add_wanted_byte(&wanted, rule, byte);
	strbuf_addf(&wanted, "z%s", rule->after);
	if (byte == 0x1B && special) /* ESC z is a control sequence */
		strbuf_truncate(&wanted, wanted.length - 1);
	if (byte == '`' && special) {
		strbuf_reset(&wanted);
		strbuf_addstr(&wanted, "``a`z``");
	}
	assert_string_equal(out.text, wanted.text);
	strbuf_release(&out);
	strbuf_release(&wanted);
}

static void test_all_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(byte_rules); i++)
		for (unsigned byte = 0; byte < 256; byte++)
			check_byte(&byte_rules[i], byte);
}

static void test_html(void **state)
{
	static const struct text_case cases[] = {
		{BYTES(""), ""},
		{BYTES("</script><!--"), "&lt;/script&gt;&lt;!--"},
		{BYTES("\" onload='x'"), "&quot; onload=&#39;x&#39;"},
		{BYTES("a\r\nb\rc\nd\r\r\n"), "a\nb\nc\nd\n\n"},
		{BYTES("a\xE2\x80\xAE"
		       "b\xE2\x81\xA6"
		       "c\xE2\x80\xA8"),
		 "a[U+202E]b[U+2066]c\xE2\x80\xA8"},
		{BYTES("\xC2\x9B"
		       "31m\xC2\x85\xC2\xA0"),
		 "[U+009B]31m[U+0085]\xC2\xA0"},
		/* what would make two names look alike; but what joins emoji and Persian stays */
		{BYTES("a\xE2\x80\x8B\xE2\x81\xA0\xE2\x81\xA4\xEF\xBB\xBF\xC2\xAD\xCD\x8F"),
		 "a[U+200B][U+2060][U+2064][U+FEFF][U+00AD][U+034F]"},
		{BYTES("\xE2\x80\x8C\xE2\x80\x8D\xCD\x8E\xCD\x90"),
		 "\xE2\x80\x8C\xE2\x80\x8D\xCD\x8E\xCD\x90"},
		{BYTES("\xEF\xBF\xBE\xEF\xBF\xBF"), BAD BAD},
		{BYTES("nul \0 end"), "nul \xE2\x90\x80 end"},
	};

	(void)state;
	check_cases(escape_html, cases, COUNT(cases), 0);
}

static void test_xml(void **state)
{
	static const struct text_case cases[] = {
		{BYTES("a]]>b"), "a]]&gt;b"},
		{BYTES("a\r\nb\tc\rd"), "a&#10;b&#9;c&#10;d"},
		{BYTES("\xEF\xBF\xBE\xEF\xBF\xBF\x7F\xC2\x85"), BAD BAD "\xE2\x90\xA1[U+0085]"},
		{BYTES("\xE2\x80\xAE"), "[U+202E]"},
		/* CSI: 7-bit and C1, parameters and intermediates, cut */
		{BYTES("a\x1B[31mb\x1B[0m"), "ab"},
		{BYTES("a\xC2\x9B"
		       "1;31mb\x1B[?25lc\x1B[1 qd"),
		 "abcd"},
		{BYTES("a\x1B[31"), "a"},
		{BYTES("a\x1B[31\nb"), "a&#10;b"},
		{BYTES("a\x1B[\xC3\xA4"), "a\xC3\xA4"},
		/* OSC and the other strings: BEL, ST, C1 ST, unterminated */
		{BYTES("a\x1B]0;title\x07"
		       "b"),
		 "ab"},
		{BYTES("a\x1B]8;;http://x\x1B\\b\x1B]8;;\x1B\\c"), "abc"},
		{BYTES("a\xC2\x9D"
		       "0;t\xC2\x9C"
		       "b"),
		 "ab"},
		{BYTES("a\x1BPq#0\x1B\\b\x1B_x\x1B\\c\x1B^x\x1B\\d\x1BXx\x1B\\e"), "abcde"},
		{BYTES("a\x1B]0;never ended"), "a"},
		{BYTES("a\x1B]0;never ended\nb"), "a&#10;b"},
		{BYTES("a\x1B]0;x\x1B[1mb"), "ab"},
		/* the short ones, and what is none */
		{BYTES("a\x1B"
		       "cb\x1B(Bc\x1B\\d"),
		 "abcd"},
		{BYTES("a\x1B"), "a\xE2\x90\x9B"},
		{BYTES("a\x1B\nb"), "a\xE2\x90\x9B&#10;b"},
		{BYTES("a\x1B\x1B[0m[31mb"), "a\xE2\x90\x9B[31mb"},
		{BYTES("\xC2"), BAD},
		/* markers */
		{BYTES("[[ATTACHMENT|/etc/passwd]]"), "[[ATTACHMENT |/etc/passwd]]"},
		{BYTES("[[property|k=v]]"), "[[property |k=v]]"},
		{BYTES("[[[PrOpErTy||"), "[[[PrOpErTy ||"},
		{BYTES("[[ATT\x1B[0mACHMENT|x]]"), "[[ATTACHMENT |x]]"},
		{BYTES("[[ATT\x1B]0;x\x07"
		       "ACHMENT\xC2\x9Bm|x]]"),
		 "[[ATTACHMENT |x]]"},
		{BYTES("[[1,2]|[3]] a|b"), "[[1,2]|[3]] a|b"},
	};
	static const struct text_case text_cases[] = {
		{BYTES("a\r\nb\tc\rd\n"), "a\nb\tc\nd\n"},
		{BYTES("[[ATTACHMENT|\x1B[1mx]]>"), "[[ATTACHMENT |x]]&gt;"},
	};
	static const struct text_case lines[] = {
		{BYTES("two words"), "two words"},
		{BYTES(" \r\n\tout\n \r er \xE2\x80\xA8\xE2\x80\xA9"), "out er"},
		{BYTES("a \x1B[31m b\x1B[0m "), "a b"},
		{BYTES("a&<>\"'&amp;b"), "a&<>\"'&amp;b"},
		{BYTES("\v\f\x7F\xE2\x80\xAE"), "\xE2\x90\x8B\xE2\x90\x8C\xE2\x90\xA1[U+202E]"},
		{BYTES("[[ATT\x1B[0mACHMENT|x]]"), "[[ATTACHMENT |x]]"},
		{BYTES("[[PROPERTY \n |x]]"), "[[PROPERTY |x]]"},
		{BYTES(" \n"), ""},
		{BYTES(""), ""},
	};

	(void)state;
	check_cases(escape_xml, cases, COUNT(cases), 0);
	check_cases(xml_text, text_cases, COUNT(text_cases), 0);
	check_cases(xml_line, lines, COUNT(lines), 0);
}

static void test_markdown(void **state)
{
	static const struct text_case cases[] = {
		{BYTES(""), ""},
		{BYTES("@team #12"), "`@team #12`"},
		{BYTES("a`b"), "``a`b``"},
		{BYTES("a``b`"), "``` a``b` ```"},
		{BYTES("`"), "`` ` ``"},
		{BYTES("```"), "```` ``` ````"},
		{BYTES(" a"), "`  a `"},
		{BYTES("a "), "` a  `"},
		{BYTES(" "), "`   `"},
		{BYTES("\n"), "`   `"},
		{BYTES("a\nb\r\nc\rd\te"), "`a b c d e`"},
		{BYTES("/close"), "`/close`"},
		{BYTES("x\n/close"), "`x /close`"},
		{BYTES("a|b\\|c"), "`a|b\\|c`"},
		{BYTES("a\\"), "`a\\`"},
		{BYTES("\xE2\x80\xAE\xE2\x80\xA8"
		       "a"),
		 "`[U+202E][U+2028]a`"},
	};
	static const struct text_case cells[] = {
		{BYTES("a|b"), "`a\\|b`"},          {BYTES("a\\|b"), "`a\\ \\|b`"},
		{BYTES("a\\\\|b"), "`a\\\\ \\|b`"}, {BYTES("||"), "`\\|\\|`"},
		{BYTES("|`|"), "``\\|`\\|``"},
	};

	(void)state;
	static const struct text_case figures[] = {
		{BYTES("84.1 %"), "84.1 %"},
		{BYTES("713/848"), "713/848"},
		{BYTES("≥ $7.97"), "≥ \\$7.97"},
		{BYTES("< 0.1 %"), "&lt; 0.1 %"},
		{BYTES("81.5–86.4 %"), "81.5–86.4 %"},
		{BYTES("132 of 865 runs tell"), "132 of 865 runs tell"},
		{BYTES("1 m 04 s"), "1 m 04 s"},
		{BYTES("2026-11-15 14:03:22"), "2026-11-15 14:03:22"},
		{BYTES("n/a"), "n/a"},
		{BYTES("+4.6 points"), "+4.6 points"},
		{BYTES("−5.6 to −0.4 points"), "−5.6 to −0.4 points"},
		{BYTES("p = 0.012"), "p = 0.012"},
		{BYTES("q < 0.001"), "q &lt; 0.001"},
		{BYTES("+12 %"), "+12 %"},
		/* no figures: anything that somebody could mean otherwise */
		{BYTES("- 1"), "`- 1`"},
		{BYTES("+ 1"), "`+ 1`"},
		{BYTES("= ="), "`= =`"},
		{BYTES(":100:"), "`:100:`"},
		{BYTES("#12"), "`#12`"},
		{BYTES("@1"), "`@1`"},
		{BYTES("1 fixes 2"), "`1 fixes 2`"},
		{BYTES("1*2*3"), "`1*2*3`"},
		{BYTES("1\n2"), "`1 2`"},
		{BYTES("1\0002"), "`1␀2`"},
		{BYTES("of runs"), "`of runs`"},
		{BYTES("1234567890123456789012345678901234567890 1"),
		 "`1234567890123456789012345678901234567890 1`"},
	};

	check_cases(escape_markdown, figures, COUNT(figures), 'x');
	check_cases(escape_markdown, cases, COUNT(cases), 0);
	check_cases(escape_markdown, cells, COUNT(cells), '|');
}

static void test_markdown_fence(void **state)
{
	static const struct text_case cases[] = {
		{BYTES(""), ""},
		{BYTES("a"), "```\n  a\n```\n"},
		{BYTES("a\n"), "```\n  a\n```\n"},
		{BYTES("a\r\n\r\nb\rc"), "```\n  a\n  \n  b\n  c\n```\n"},
		{BYTES("/close\n/merge"), "```\n  /close\n  /merge\n```\n"},
		{BYTES("```\nx"), "````\n  ```\n  x\n````\n"},
		{BYTES("~~~\n````x"), "`````\n  ~~~\n  ````x\n`````\n"},
		{BYTES("a\x1B[1m\x0B\xE2\x80\xA9/close"),
		 "```\n  a\xE2\x90\x9B[1m\xE2\x90\x8B[U+2029]/close\n```\n"},
	};

	(void)state;
	check_cases(markdown_fence, cases, COUNT(cases), 0);
}

static size_t longest_run(const char *text, size_t length)
{
	size_t longest = 0, run = 0;

	for (size_t i = 0; i < length; i++) {
		run = text[i] == '`' ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	return longest;
}

/* cmark gives up on runs over 80, and on fences over 255: long runs are broken up at 31. */
static void test_long_backticks(void **state)
{
	(void)state;
	for (size_t run = 29; run <= 300; run++) {
		struct strbuf text = STRBUF_INIT, span = STRBUF_INIT, fence = STRBUF_INIT;
		size_t ticks = run < 31 ? run + 1 : 32;

		strbuf_addch(&text, 'a');
		strbuf_pad(&text, '`', run);
		strbuf_addch(&text, 'b');
		escape_markdown(&span, text.text, text.length, 0);
		escape_markdown_fence(&fence, text.text, text.length);
		assert_int_equal(strspn(span.text, "`"), ticks);
		assert_int_equal(strspn(fence.text, "`"), ticks);
		assert_int_equal(longest_run(span.text + ticks, span.length - 2 * ticks),
				 ticks - 1);
		assert_int_equal(longest_run(fence.text + ticks, fence.length - 2 * ticks - 1),
				 ticks - 1);
		strbuf_release(&text);
		strbuf_release(&span);
		strbuf_release(&fence);
	}
}

static void test_json(void **state)
{
	static const struct text_case cases[] = {
		{BYTES("a\"b\\c/d"), "a\\\"b\\\\c/d"},
		{BYTES("\b\f\n\r\t\0\x1F\x7F"), "\\b\\f\\n\\r\\t\\u0000\\u001f\\u007f"},
		{BYTES("\xC2\x80\xC2\x9F\xC2\xA0"), "\\u0080\\u009f\xC2\xA0"},
		{BYTES("\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAE"), "\\u2028\\u2029\\u202e"},
		{BYTES("</script><!--"), "\\u003c/script>\\u003c!--"},
		{BYTES("\xEF\xBF\xBF"), "\xEF\xBF\xBF"},
	};

	(void)state;
	check_cases(escape_json, cases, COUNT(cases), 0);
}

static void test_csv(void **state)
{
	static const struct text_case cases[] = {
		{BYTES(""), "\"\""},
		{BYTES("a,b"), "\"a,b\""},
		{BYTES("say \"x\""), "\"say \"\"x\"\"\""},
		{BYTES("=1+1"), "\"'=1+1\""},
		{BYTES("+x"), "\"'+x\""},
		{BYTES("-x"), "\"'-x\""},
		{BYTES("@x"), "\"'@x\""},
		{BYTES("\tx"), "\"'\tx\""},
		{BYTES("\rx"), "\"'\nx\""},
		{BYTES("  =x"), "\"'  =x\""},
		{BYTES("\n=x"), "\"'\n=x\""},
		{BYTES("\xEF\xBC\x9D"
		       "1"),
		 "\"'\xEF\xBC\x9D"
		 "1\""},
		{BYTES("\xEF\xBC\x8B"), "\"'\xEF\xBC\x8B\""},
		{BYTES("\xEF\xBC\x8D"), "\"'\xEF\xBC\x8D\""},
		{BYTES("\xEF\xBC\xA0"), "\"'\xEF\xBC\xA0\""},
		{BYTES("\xEF\xBC\xA1"), "\"\xEF\xBC\xA1\""},
		{BYTES("-0.5"), "\"-0.5\""},
		{BYTES("-12"), "\"-12\""},
		{BYTES("12.50"), "\"12.50\""},
		{BYTES("-1.2.3"), "\"'-1.2.3\""},
		{BYTES("-1."), "\"'-1.\""},
		{BYTES("-"), "\"'-\""},
		{BYTES("-1+cmd|' /C calc'!A0"), "\"'-1+cmd|' /C calc'!A0\""},
		{BYTES("a=1"), "\"a=1\""},
		{BYTES("a\r\nb"), "\"a\nb\""},
		{BYTES("\0=1"), "\"\xE2\x90\x80=1\""},
		{BYTES("   "), "\"   \""},
	};

	(void)state;
	check_cases(escape_csv, cases, COUNT(cases), 0);
}

static void test_terminal_cut(void **state)
{
	char text[1003];
	struct strbuf out = STRBUF_INIT;

	(void)state;
	memset(text, 'x', sizeof(text));
	escape_terminal(&out, text, 1000, 0);
	assert_int_equal(out.length, 1000);
	strbuf_reset(&out);
	escape_terminal(&out, text, 1001, 0);
	assert_string_equal(out.text + 1000, "... (1001 bytes in all)");
	strbuf_reset(&out);
	memcpy(text + 998, "\xE2\x82\xAC", 3);
	escape_terminal(&out, text, 1001, 0);
	assert_string_equal(out.text + 998, "... (1001 bytes in all)");
	strbuf_release(&out);
}

static void test_mail_cut(void **state)
{
	static escape_fn *const escapes[] = {escape_mail_html, escape_mail_text};
	char text[303];
	struct strbuf out = STRBUF_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT(escapes); i++) {
		memset(text, 'x', sizeof(text));
		strbuf_reset(&out);
		escapes[i](&out, text, 300, 0);
		assert_int_equal(out.length, 300);
		strbuf_reset(&out);
		escapes[i](&out, text, 301, 0);
		assert_string_equal(out.text + 300, "\xE2\x80\xA6");
		strbuf_reset(&out);
		memcpy(text + 298, "\xE2\x82\xAC", 3);
		escapes[i](&out, text, 301, 0);
		assert_string_equal(out.text + 298, "\xE2\x80\xA6");
	}
	strbuf_release(&out);
}

/* One line, in the order in which it was written. */
static void test_mail_text(void **state)
{
	static const struct text_case cases[] = {
		{BYTES("a\r\nBcc: b"), "a Bcc: b"},
		{BYTES("a\xE2\x80\xA8"
		       "b\xE2\x80\xA9"
		       "c"),
		 "a[U+2028]b[U+2029]c"},
		{BYTES("a\xE2\x80\xAE"
		       "b"),
		 "a[U+202E]b"},
		{BYTES("\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D <b> & 'c'"),
		 "\xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D <b> & 'c'"},
		{BYTES("\x1B[31mred\x1B[0m"), "red"},
	};

	(void)state;
	check_cases(escape_mail_text, cases, COUNT(cases), 0);
}

static void test_terminal(void **state)
{
	static const struct text_case cases[] = {
		{BYTES("a\nb\tc\rd\0"), "a\\nb\\tc\\rd\\x00"},
		{BYTES("\x1B[31m\x7F\xC2\x9B"), "\\x1b[31m\\x7f\\u{009b}"},
		{BYTES("\xFF\xE2\x82z\xED\xA0\x80"), "\\xff\\xe2\\x82z\\xed\\xa0\\x80"},
		{BYTES("\xE2\x80\xAE\xE2\x80\x8B\xE2\x80\xA8\xEF\xBB\xBF"),
		 "\\u{202e}\\u{200b}\\u{2028}\\u{feff}"},
		{BYTES("\xF3\xA0\x81\x81"), "\\u{e0041}"},
		{BYTES("\xCD\x8F"), "\\u{034f}"},
		{BYTES("\xC3\xA4 \xE4\xB8\xAD"), "\xC3\xA4 \xE4\xB8\xAD"},
		{BYTES("::error::x"), ":\\x3aerror:\\x3ax"},
		{BYTES(":::: a:b"), ":\\x3a:\\x3a a:b"},
		{BYTES("##[error]"), "##\\x5berror]"},
		{BYTES("##vso[task]"), "##vso\\x5btask]"},
		{BYTES("##TeamCity[x]"), "##TeamCity\\x5bx]"},
		{BYTES("###vso[x]"), "###vso\\x5bx]"},
		{BYTES("## a[0] #b[1]"), "## a[0] #b[1]"},
	};

	(void)state;
	check_cases(escape_terminal, cases, COUNT(cases), 0);
}

/* A marker must not come about where one text ends and the next begins in the same buffer. */
static void test_seams(void **state)
{
	struct strbuf out = STRBUF_INIT;

	(void)state;
	escape_terminal(&out, BYTES(":"), 0);
	escape_terminal(&out, BYTES(":a ##v"), 0);
	escape_terminal(&out, BYTES("so[x"), 0);
	assert_string_equal(out.text, ":\\x3aa ##vso\\x5bx");
	strbuf_reset(&out);
	escape_xml(&out, BYTES("[[ATTACH"), 0);
	escape_xml(&out, BYTES("MENT|x"), 0);
	assert_string_equal(out.text, "[[ATTACHMENT |x");
	strbuf_release(&out);
}

/* Characters at the ends of the ranges that are copied without being read one by one. */
static const char *const letters[] = {
	"\xC3\x80",     "\xD7\xBF",     "\xD8\x9B",         "\xD8\x9D",         "\xDF\xBF",
	"\xE3\x80\x80", "\xEC\xBF\xBF", "\xF0\x90\x80\x80", "\xF0\x9F\x91\x8D", "\xF0\xBF\xBF\xBF",
};

static escape_fn *const in_place[] = {escape_html, escape_xml, xml_text, escape_json,
				      escape_terminal};

static void test_letters(void **state)
{
	struct strbuf out = STRBUF_INIT;

	(void)state;
	for (size_t e = 0; e < COUNT(in_place); e++)
		for (size_t i = 0; i < COUNT(letters); i++) {
			strbuf_reset(&out);
			in_place[e](&out, letters[i], strlen(letters[i]), 0);
			assert_string_equal(out.text, letters[i]);
		}
	strbuf_reset(&out);
	escape_terminal(&out, BYTES("\xD8\x9C"), 0);
	assert_string_equal(out.text, "\\u{061c}");
	strbuf_release(&out);
}

/* The same without their last byte: at the end of the text, and before a letter. */
static void test_letters_cut(void **state)
{
	struct strbuf out = STRBUF_INIT, text = STRBUF_INIT;

	(void)state;
	for (size_t e = 0; e + 1 < COUNT(in_place); e++)
		for (size_t i = 0; i < COUNT(letters); i++) {
			if (in_place[e] == escape_terminal)
				continue;
			strbuf_reset(&out);
			strbuf_reset(&text);
			strbuf_add(&text, letters[i], strlen(letters[i]) - 1);
			in_place[e](&out, text.text, text.length, 0);
			assert_string_equal(out.text, BAD);
			strbuf_addch(&text, 'a');
			in_place[e](&out, text.text, text.length, 0);
			assert_string_equal(out.text, BAD BAD "a");
		}
	strbuf_release(&text);
	strbuf_release(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_broken_utf8),
		cmocka_unit_test(test_all_bytes),
		cmocka_unit_test(test_html),
		cmocka_unit_test(test_xml),
		cmocka_unit_test(test_markdown),
		cmocka_unit_test(test_markdown_fence),
		cmocka_unit_test(test_long_backticks),
		cmocka_unit_test(test_json),
		cmocka_unit_test(test_csv),
		cmocka_unit_test(test_mail_cut),
		cmocka_unit_test(test_mail_text),
		cmocka_unit_test(test_terminal),
		cmocka_unit_test(test_terminal_cut),
		cmocka_unit_test(test_seams),
		cmocka_unit_test(test_letters),
		cmocka_unit_test(test_letters_cut),
	};

	return cmocka_run_group_tests_name("escape", tests, NULL, NULL);
}
