#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtally/accent.h"
#include "runtally/base64.h"
#include "runtally/logo.h"

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

		base64_add(&out, cases[i].text, strlen(cases[i].text));
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
	assert_string_equal(err.text, "\"/\": Is a directory");
	arena_release(&arena);
}

static void test_data_uri(void **state)
{
	struct strbuf out = STRBUF_INIT;
	struct logo logo;
	struct arena arena;
	struct error err;

	(void)state;
	arena_init(&arena, 0);
	assert_int_equal(read_as(&logo, &arena, BYTES("GIF89a"), 0, &err), 0);
	logo_data_uri(&logo, &out);
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
		cmocka_unit_test(grounds),     cmocka_unit_test(test_base64),
		cmocka_unit_test(test_accent), cmocka_unit_test(test_no_accent),
		cmocka_unit_test(test_kinds),  cmocka_unit_test(test_not_a_picture),
		cmocka_unit_test(test_size),   cmocka_unit_test(test_data_uri),
	};

	return cmocka_run_group_tests_name("brand", tests, make_place, remove_place);
}
