#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtally/base/strbuf.h"
#include "runtally/view/brand.h"
#include "runtally/view/view.h"

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

/* ---- base64 ---- */

/* RFC 4648, section 10 */
static void test_base64(void **state)
{
	static const struct {
		const char *text, *wanted;
	} cases[] = {
		{"", ""},
		{"f", "Zg=="},
		{"fo", "Zm8="},
		{"foo", "Zm9v"},
		{"foob", "Zm9vYg=="},
		{"fooba", "Zm9vYmE="},
		{"foobar", "Zm9vYmFy"},
		{"\xfb\xff\xbf", "+/+/"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf out = STRBUF_INIT;

		strbuf_add_base64(&out, cases[i].text, strlen(cases[i].text));
		assert_string_equal(out.text, cases[i].wanted);
		strbuf_release(&out);
	}
}

/* ---- accent ---- */

/* What is legible already stays; the others were worked out with the formulas of WCAG 2.2. */
static void test_accent(void **state)
{
	static const struct {
		const char *text;
		struct accent wanted;
	} cases[] = {
		{"#000", {0x000000, 0x000000, 0x8d8d8d}},
		{"#ffffff", {0xffffff, 0x6e6e6e, 0xffffff}},
		{"#ffe600", {0xffe600, 0x7b6f00, 0xffe600}},
		{"#FFE600", {0xffe600, 0x7b6f00, 0xffe600}},
		{"#808080", {0x808080, 0x6e6e6e, 0x8d8d8d}},
		{"#00f", {0x0000ff, 0x0000ff, 0x7e7eff}},
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct accent accent;

		assert_true(accent_parse(cases[i].text, &accent));
		assert_int_equal(accent.color, cases[i].wanted.color);
		assert_int_equal(accent.light, cases[i].wanted.light);
		assert_int_equal(accent.dark, cases[i].wanted.dark);
	}
}

static void test_no_accent(void **state)
{
	static const char *const texts[] = {
		"",         "#",          "#f",      "#ff",           "#ffff",    "#fffff",
		"#fffffff", "#ggg",       "#12345g", "ffe600",        "#ffe600;", " #ffe600",
		"red",      "rgb(1,2,3)", "#-12",    "#\xC3\xA4\xC3",
	};
	struct accent accent;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++)
		assert_false(accent_parse(texts[i], &accent));
}

/* ---- logo ---- */

#define SVG "<svg xmlns=\"http://www.w3.org/2000/svg\"/>"

static char place[] = "/tmp/runtally-logo-XXXXXX";

static int make_place(void **state)
{
	int fd = mkstemp(place);

	(void)state;
	return fd < 0 || close(fd) != 0;
}

static int remove_place(void **state)
{
	(void)state;
	return unlink(place) != 0;
}

/* What becomes of a file with these bytes, and `fill` more. */
static int read_as(struct logo *logo, struct arena *arena, const char *bytes, size_t length,
		   size_t fill, struct error *err)
{
	FILE *file = fopen(place, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	while (fill--)
		assert_int_equal(fputc(' ', file), ' ');
	assert_int_equal(fclose(file), 0);
	return logo_read(logo, place, arena, err);
}

#define BYTES(text) text, sizeof(text) - 1

static void test_kinds(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
		const char *file;
	} cases[] = {
		{BYTES("\x89PNG\r\n\x1A\n\0\0\0\rIHDR"), "runtally-logo.png"},
		{BYTES("\xFF\xD8\xFF\xE0\0\x10JFIF"), "runtally-logo.jpg"},
		{BYTES("GIF89a\1\0"), "runtally-logo.gif"},
		{BYTES("GIF87a\1\0"), "runtally-logo.gif"},
		{BYTES("RIFF\x1A\0\0\0WEBPVP8L"), "runtally-logo.webp"},
		{BYTES(SVG), "runtally-logo.svg"},
		{BYTES("\xEF\xBB\xBF<?xml version=\"1.0\"?>\n<!-- <svg> -->\n" SVG),
		 "runtally-logo.svg"},
		{BYTES("<!DOCTYPE svg PUBLIC \"-//W3C//DTD SVG 1.1//EN\" \"x\">" SVG),
		 "runtally-logo.svg"},
		{BYTES("<!DOCTYPE svg [ <!ENTITY a \"b\"> ] >\n" SVG), "runtally-logo.svg"},
		{BYTES("<!DOCTYPE svg SYSTEM \"a[b\" [<!-- it's ] > --><!ENTITY a \"]>\">]>" SVG),
		 "runtally-logo.svg"},
		{BYTES("<!DOCTYPE svg [<!ENTITY ns \"http://www.w3.org/2000/svg\">]>"
		       "<svg xmlns=\"&ns;\"/>"),
		 "runtally-logo.svg"},
		{BYTES("<s:svg xmlns:s=\"http://www.w3.org/2000/svg\"/>"), "runtally-logo.svg"},
	};
	struct arena arena;

	(void)state;
	arena_init(&arena, 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct strbuf name = STRBUF_INIT;
		struct logo logo;
		struct error err;

		if (read_as(&logo, &arena, cases[i].bytes, cases[i].length, 0, &err))
			fail_msg("%s", err.text);
		assert_int_equal(logo.length, cases[i].length);
		assert_memory_equal(logo.bytes, cases[i].bytes, cases[i].length);
		logo_file(&logo, &name);
		assert_string_equal(name.text, cases[i].file);
		assert_true(logo_has_file(name.text));
		strbuf_release(&name);
	}
	assert_false(logo_has_file("logo.html"));
	arena_release(&arena);
}

static void test_not_a_picture(void **state)
{
	static const struct {
		const char *bytes;
		size_t length;
	} cases[] = {
		{BYTES("")},
		{BYTES("\x89PNG\r\n")},
		{BYTES("\x89PNG\r\n\x1A\n\0\0\0\rIDAT")},
		{BYTES("RIFF\x1A\0\0\0WAVEfmt ")},
		{BYTES("<html><svg xmlns=\"http://www.w3.org/2000/svg\"/></html>")},
		{BYTES("<svg/>")},
		{BYTES("<svgx xmlns=\"http://www.w3.org/2000/svg\"/>")},
		{BYTES("<svg")},
		{BYTES("<!-- " SVG)},
		{BYTES("<?xml " SVG)},
		{BYTES("<!DOCTYPE svg [ " SVG)},
		{BYTES("\0" SVG)},
		{BYTES("BM\x46\0\0\0")},
	};
	struct arena arena;

	(void)state;
	arena_init(&arena, 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct logo logo;
		struct error err;

		assert_int_equal(read_as(&logo, &arena, cases[i].bytes, cases[i].length, 0, &err),
				 -1);
		assert_non_null(strstr(err.text, "is no PNG, JPEG, GIF, WebP or SVG picture"));
	}
	arena_release(&arena);
}

#define IN_SVG(text) "<svg xmlns=\"http://www.w3.org/2000/svg\" " text "</svg>"
#define WITH_ENTITY(name, value, text)                                                             \
	"<!DOCTYPE svg [<!ENTITY " name " \"" value "\">]>" IN_SVG(text)

/* What drawing programs write. */
static void test_harmless_svg(void **state)
{
	static const char *const cases[] = {
		IN_SVG("xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox='0 0 9 9'>"
		       "<defs><g id=\"a\"/></defs><use xlink:href=\"#a\"/>"
		       "<image href=\"data:image/png;base64,AAAA\"/>"),
		IN_SVG("><!-- <script> --><style type=\"text/css\"><![CDATA[ .a > b{fill:url(#g)} "
		       "]]>"
		       "</style><path class=\"a\" d=\"M0 0\" style=\"fill:url( '#g' )\"/>"),
		IN_SVG("xmlns:i=\"x\" i:file=\"C:\\logo.svg\" i:onload=\"x\">"
		       "<metadata><i:x i:resource=\"http://purl.org\"/></metadata>"
		       "<path fill=\"url(&quot;#g&quot;)\"/><text>R&amp;D &#8211; on=\"x\"</text>"),
		WITH_ENTITY("ns_x", "http://ns.adobe.com/X/", "xmlns:x=\"&ns_x;\"><x:x/>"),
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?><?xpacket begin='x'?>" IN_SVG(">"),
	};
	struct arena arena;

	(void)state;
	arena_init(&arena, 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct logo logo;
		struct error err;

		if (read_as(&logo, &arena, cases[i], strlen(cases[i]), 0, &err))
			fail_msg("%s: %s", cases[i], err.text);
	}
	arena_release(&arena);
}

static void test_dangerous_svg(void **state)
{
	static const struct {
		const char *text, *wanted;
	} cases[] = {
		{IN_SVG("><script>alert(1)</script>"), "a script"},
		{IN_SVG("><g/><s:script xmlns:s='http://www.w3.org/2000/svg'/>"), "a script"},
		{SVG "<script/>", "a script"},
		{IN_SVG("onload=\"alert(1)\">"), "an event handler"},
		{IN_SVG("><g\nOnClick = 'x'/>"), "an event handler"},
		{IN_SVG("><foreignObject/>"), "a foreignObject"},
		{IN_SVG("xmlns:h=\"http://www.w3.org/1999/xhtml\">"), "HTML"},
		{IN_SVG("><image href=\"https://example.com/x.png\"/>"), "a reference"},
		{IN_SVG("><a x:href=\" javascript:alert(1)\"/>"), "a reference"},
		{IN_SVG("><a href=\"&#106;avascript:alert(1)\"/>"), "a reference"},
		{IN_SVG("><image href=\"data:text/html,x\"/>"), "a reference"},
		{IN_SVG("xml:base=\"https://example.com/\">"), "a reference"},
		{"<?xml-stylesheet href=\"x.xsl\"?>" SVG, "a style sheet"},
		{IN_SVG("><style>@import 'https://example.com/x'</style>"), "loads something"},
		{IN_SVG("><style>@im<!-- -->port 'x'</style>"), "loads something"},
		{IN_SVG("><style><g></g>@import 'x'</style>"), "loads something"},
		{IN_SVG("><style>a{b:u<![CDATA[rl(x)]]>}</style>"), "refers to something"},
		{IN_SVG("><style>@im&#112;ort 'x'</style>"), "an escape"},
		{IN_SVG("><style>a{b:\\75rl(x)}</style>"), "an escape"},
		{IN_SVG("><g fill=\"URL(//example.com/x#a)\"/>"), "refers to something"},
		{IN_SVG("><set attributeName=\"xlink:href\" to=\"javascript:alert(1)\"/>"),
		 "an animation"},
		{WITH_ENTITY("x", "&#60;script>", ">&x;"), "a declaration"},
		{WITH_ENTITY("x", "1999/xhtml", "xmlns:h='http://www.w3.org/&x;'>"),
		 "a declaration"},
		{WITH_ENTITY("x", "tml", "xmlns:h='http://www.w3.org/1999/xh&x;'>"), "an escape"},
		{"<!DOCTYPE svg [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>" SVG, "a declaration"},
		{"<!DOCTYPE svg [<!ATTLIST svg onload CDATA \"alert(1)\">]>" SVG, "a declaration"},
		{"<?xml version='1.0' encoding='HZ-GB-2312'?>" SVG, "an unusual encoding"},
		{IN_SVG("><g a=x/>"), "no well-formed XML"},
		{IN_SVG("><!-- "), "no well-formed XML"},
		{IN_SVG("><style>"), "no well-formed XML"},
	};
	struct arena arena;

	(void)state;
	arena_init(&arena, 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *text = cases[i].text;
		struct logo logo;
		struct error err;

		if (!read_as(&logo, &arena, text, strlen(text), 0, &err))
			fail_msg("%s", text);
		if (!strstr(err.text, cases[i].wanted) || !strstr(err.text, "\": holds "))
			fail_msg("%s: %s", text, err.text);
	}
	arena_release(&arena);
}

/* A pipe that nobody writes to: it is not waited for. */
static void test_pipe(void **state)
{
	char path[] = "/tmp/runtally-logo-XXXXXX/pipe";
	struct arena arena;
	struct logo logo;
	struct error err;

	(void)state;
	path[strlen(path) - 5] = '\0';
	assert_non_null(mkdtemp(path));
	path[strlen(path)] = '/';
	assert_int_equal(mkfifo(path, 0600), 0);
	arena_init(&arena, 0);
	assert_int_equal(logo_read(&logo, path, &arena, &err), -1);
	assert_non_null(strstr(err.text, "is no regular file"));
	arena_release(&arena);
	assert_int_equal(unlink(path), 0);
	path[strlen(path) - 5] = '\0';
	assert_int_equal(rmdir(path), 0);
}

static void test_size(void **state)
{
	const size_t room = LOGO_BYTES_MAX - strlen(SVG);
	struct logo logo;
	struct arena arena;
	struct error err;

	(void)state;
	arena_init(&arena, 0);
	assert_int_equal(read_as(&logo, &arena, BYTES(SVG), room, &err), 0);
	assert_int_equal(logo.length, LOGO_BYTES_MAX);
	assert_int_equal(read_as(&logo, &arena, BYTES(SVG), room + 1, &err), -1);
	assert_non_null(strstr(err.text, "is larger than 256 KiB"));
	assert_int_equal(logo_read(&logo, "/nowhere/logo.png", &arena, &err), -1);
	assert_string_equal(err.text, "\"/nowhere/logo.png\": No such file or directory");
	assert_int_equal(logo_read(&logo, "/", &arena, &err), -1);
	assert_string_equal(err.text, "\"/\" is no regular file");
	arena_release(&arena);
}

static void test_data_uri(void **state)
{
	struct value_name name = {.text = "logo", .length = 4};
	struct strbuf out = STRBUF_INIT;
	struct logo logo;
	const struct view view = {.logo = &logo};
	const struct value root = view_root(&view);
	struct value member;
	struct arena arena;
	struct error err;

	(void)state;
	arena_init(&arena, 0);
	assert_int_equal(read_as(&logo, &arena, BYTES("GIF89a"), 0, &err), 0);
	assert_true(root.ops->member(&root, &name, &member));
	member.ops->text(&member, &out);
	assert_string_equal(out.text, "data:image/gif;base64,R0lGODlh");
	strbuf_release(&out);
	arena_release(&arena);
}

/* What accents are made legible on is what the style sheet has. */
static void grounds(void **state)
{
	static const unsigned grounds_of[] = {ACCENT_LIGHT_GROUND, ACCENT_DARK_GROUND};
	char wanted[32];
	struct strbuf sheet = STRBUF_INIT;
	FILE *file = fopen("templates/html/style.css", "r");

	(void)state;
	if (!file)
		skip(); /* not in the project's folder */
	for (int byte; (byte = fgetc(file)) != EOF;)
		strbuf_addch(&sheet, (char)byte);
	fclose(file);
	for (size_t i = 0; i < 2; i++) {
		snprintf(wanted, sizeof(wanted), "--sunk: #%06x;", grounds_of[i]);
		assert_non_null(strstr(sheet.text, wanted));
	}
	strbuf_release(&sheet);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grounds),           cmocka_unit_test(test_base64),
		cmocka_unit_test(test_accent),       cmocka_unit_test(test_no_accent),
		cmocka_unit_test(test_kinds),        cmocka_unit_test(test_not_a_picture),
		cmocka_unit_test(test_harmless_svg), cmocka_unit_test(test_dangerous_svg),
		cmocka_unit_test(test_pipe),         cmocka_unit_test(test_size),
		cmocka_unit_test(test_data_uri),
	};

	return cmocka_run_group_tests_name("brand", tests, make_place, remove_place);
}
