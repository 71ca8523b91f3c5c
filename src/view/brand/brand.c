#include "runtally/view/brand.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../members.h"
#include "runtally/base/strbuf.h"
#include "svg.h"

/* ---- the accent ---- */

enum { WHITE = 0xffffff, BLACK = 0, STEPS = 255 };

#define LEAST_CONTRAST 4.5

static uint32_t channel(uint32_t color, int shift)
{
	return color >> shift & 0xff;
}

/* https://www.w3.org/TR/WCAG22/#dfn-relative-luminance */
static double linear(uint32_t value)
{
	double share = value / 255.0;

	return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4);
}

static double luminance(uint32_t color)
{
	return 0.2126 * linear(channel(color, 16)) + 0.7152 * linear(channel(color, 8)) +
	       0.0722 * linear(channel(color, 0));
}

static double contrast(uint32_t color, uint32_t ground)
{
	double a = luminance(color) + 0.05, b = luminance(ground) + 0.05;

	return a > b ? a / b : b / a;
}

static uint32_t mixed(uint32_t color, uint32_t other, uint32_t step)
{
	uint32_t result = 0;

	for (int shift = 16; shift >= 0; shift -= 8) {
		uint32_t sum =
			channel(color, shift) * (STEPS - step) + channel(other, shift) * step;

		result |= (sum + STEPS / 2) / STEPS << shift;
	}
	return result;
}

/* Ends with `end` itself, which has contrast enough. */
static uint32_t legible(uint32_t color, uint32_t end, uint32_t ground)
{
	uint32_t step = 0;

	while (step < STEPS && contrast(mixed(color, end, step), ground) < LEAST_CONTRAST)
		step++;
	return mixed(color, end, step);
}

static bool parse_color(const char *text, uint32_t *color)
{
	static const char digits[] = "0123456789abcdef";
	size_t length = strlen(text);

	if (text[0] != '#' || (length != 4 && length != 7))
		return false;
	*color = 0;
	for (const char *at = text + 1; *at; at++) {
		char lower = *at >= 'A' && *at <= 'F' ? (char)(*at + ('a' - 'A')) : *at;
		const char *digit = strchr(digits, lower);

		if (!digit)
			return false;
		*color = *color << 4 | (uint32_t)(digit - digits);
		if (length == 4)
			*color = *color << 4 | (uint32_t)(digit - digits);
	}
	return true;
}

bool accent_parse(const char *text, struct accent *accent)
{
	if (!parse_color(text, &accent->color))
		return false;
	accent->light = legible(accent->color, BLACK, ACCENT_LIGHT_GROUND);
	accent->dark = legible(accent->color, WHITE, ACCENT_DARK_GROUND);
	return true;
}

/* ---- the logo ---- */

typedef bool logo_check(const char *bytes, size_t length);

static bool begins_with(const char *bytes, size_t length, const char *text)
{
	return length >= strlen(text) && memcmp(bytes, text, strlen(text)) == 0;
}

/* The signature and the head of its first chunk. */
static bool is_png(const char *bytes, size_t length)
{
	static const char head[] = "\x89PNG\r\n\x1A\n\0\0\0\rIHDR";

	return length >= sizeof(head) - 1 && memcmp(bytes, head, sizeof(head) - 1) == 0;
}

static bool is_jpeg(const char *bytes, size_t length)
{
	return begins_with(bytes, length, "\xFF\xD8\xFF");
}

static bool is_gif(const char *bytes, size_t length)
{
	return begins_with(bytes, length, "GIF87a") || begins_with(bytes, length, "GIF89a");
}

static bool is_webp(const char *bytes, size_t length)
{
	return length >= 12 && memcmp(bytes, "RIFF", 4) == 0 && memcmp(bytes + 8, "WEBP", 4) == 0;
}

static const struct logo_kind {
	const char *file, *type;
	logo_check *check;
} kinds[] = {
	{"runtally-logo.png", "image/png", is_png},
	{"runtally-logo.jpg", "image/jpeg", is_jpeg},
	{"runtally-logo.gif", "image/gif", is_gif},
	{"runtally-logo.webp", "image/webp", is_webp},
	{"runtally-logo.svg", "image/svg+xml", svg_is},
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

/* NULL and an error, also for a pipe, which may never end. */
static FILE *open_file(const char *path, struct error *err)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	struct stat status;
	FILE *stream = NULL;

	if (fd < 0 || fstat(fd, &status))
		error_set(err, "\"%s\": %s", path, strerror(errno));
	else if (!S_ISREG(status.st_mode))
		error_set(err, "\"%s\" is no regular file", path);
	else if (!(stream = fdopen(fd, "rb")))
		error_set(err, "\"%s\": %s", path, strerror(errno));
	if (fd >= 0 && !stream)
		close(fd);
	return stream;
}

/* One byte more than there may be tells that there are too many; a NUL follows the bytes. */
static int read_bytes(struct logo *logo, const char *path, struct arena *arena, struct error *err)
{
	FILE *stream = open_file(path, err);
	char *bytes;
	int failed = 0;

	if (!stream)
		return -1;
	bytes = arena_alloc(arena, LOGO_BYTES_MAX + 2);
	logo->length = fread(bytes, 1, LOGO_BYTES_MAX + 1, stream);
	bytes[logo->length] = '\0';
	logo->bytes = bytes;
	if (ferror(stream))
		failed = error_set(err, "\"%s\": %s", path, strerror(errno));
	fclose(stream);
	return failed;
}

static int check_svg(const struct logo *logo, const char *path, struct error *err)
{
	if (svg_check(logo->bytes, err)) {
		error_prefix(err, "\"%s\"", path);
		return -1;
	}
	return 0;
}

int logo_read(struct logo *logo, const char *path, struct arena *arena, struct error *err)
{
	if (read_bytes(logo, path, arena, err))
		return -1;
	if (logo->length > LOGO_BYTES_MAX)
		return error_set(err, "\"%s\" is larger than 256 KiB", path);
	for (size_t i = 0; i < KINDS; i++) {
		logo->kind = &kinds[i];
		if (logo->kind->check(logo->bytes, logo->length))
			return logo->kind->check == svg_is ? check_svg(logo, path, err) : 0;
	}
	return error_set(err, "\"%s\" is no PNG, JPEG, GIF, WebP or SVG picture", path);
}

void logo_file(const struct logo *logo, struct strbuf *out)
{
	strbuf_addstr(out, logo->kind->file);
}

bool logo_has_file(const char *name)
{
	for (size_t i = 0; i < KINDS; i++)
		if (strcmp(kinds[i].file, name) == 0)
			return true;
	return false;
}

/* ---- members of the report ---- */

static void logo_text(const struct value *of, struct strbuf *out)
{
	const struct view *view = value_view(of);

	if (view->logo && view->site) {
		logo_file(view->logo, out);
	} else if (view->logo) {
		strbuf_addf(out, "data:%s;base64,", view->logo->kind->type);
		strbuf_add_base64(out, view->logo->bytes, view->logo->length);
	}
}

static void color_text(const struct value *of, struct strbuf *out)
{
	strbuf_addf(out, "#%06x", (unsigned)*(const uint32_t *)value_field(of));
}

#define AT(member) .text = color_text, .at = offsetof(struct accent, member)

static const struct member accent_members[] = {
	{"color", TEXT, AT(color)},
	{"light", TEXT, AT(light)},
	{"dark", TEXT, AT(dark)},
};

static const struct value_class class_accent = CLASS("accent", accent_members);

static const struct member report_members[] = {
	{"has_logo", SET, .at = offsetof(struct view, logo)},
	{"logo", TEXT, .text = logo_text},
	{"accent", POINTER, .at = offsetof(struct view, accent), .class = &class_accent},
};

const struct value_class report_brand = CLASS("brand of the report", report_members);
