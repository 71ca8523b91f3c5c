#include "runtally/logo.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "runtally/base64.h"

typedef bool logo_check(const char *bytes, size_t length);

static bool begins_with(const char *bytes, size_t length, const char *text)
{
	return length >= strlen(text) && memcmp(bytes, text, strlen(text)) == 0;
}

static bool is_png(const char *bytes, size_t length)
{
	return begins_with(bytes, length, "\x89PNG\r\n\x1A\n");
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

/* After the next `end`; NULL where there is none. The text has no NUL before its end. */
static const char *after(const char *text, const char *end)
{
	const char *found = strstr(text, end);

	return found ? found + strlen(end) : NULL;
}

/* A DOCTYPE may declare entities between brackets, and hold either in quotes. */
static const char *after_doctype(const char *text)
{
	bool inside = false;

	for (; *text; text++) {
		if (strncmp(text, "<!--", 4) == 0) {
			text = strstr(text, "-->");
			if (!text)
				return NULL;
		} else if (*text == '"' || *text == '\'') {
			text = strchr(text + 1, *text);
			if (!text)
				return NULL;
		} else if (*text == '[' || *text == ']') {
			inside = *text == '[';
		} else if (*text == '>' && !inside) {
			return text + 1;
		}
	}
	return NULL;
}

/* What comes before the first element: declarations, comments, white space; NULL: no XML. */
static const char *root_element(const char *text)
{
	static const char mark[] = "\xEF\xBB\xBF";

	if (strncmp(text, mark, strlen(mark)) == 0)
		text += strlen(mark);
	while (text) {
		text += strspn(text, " \t\r\n");
		if (strncmp(text, "<?", 2) == 0)
			text = after(text, "?>");
		else if (strncmp(text, "<!--", 4) == 0)
			text = after(text, "-->");
		else if (strncmp(text, "<!DOCTYPE", 9) == 0)
			text = after_doctype(text);
		else
			break;
	}
	return text;
}

/* `<svg` or, with a prefix, `<svg:svg`. */
static bool begins_svg(const char *root)
{
	const char *name = root + 1, *colon;

	if (*root != '<')
		return false;
	colon = name + strcspn(name, ": \t\r\n>/");
	if (*colon == ':')
		name = colon + 1;
	return strncmp(name, "svg", 3) == 0 && name[3] && strchr(" \t\r\n>/", name[3]);
}

/* Browsers draw none that does not name its namespace, if only in an entity. */
static bool is_svg(const char *bytes, size_t length)
{
	const char *root = strlen(bytes) == length ? root_element(bytes) : NULL;

	return root && begins_svg(root) && strstr(bytes, "http://www.w3.org/2000/svg");
}

static const struct logo_kind {
	const char *file, *type;
	logo_check *check;
} kinds[] = {
	{"runtally-logo.png", "image/png", is_png},
	{"runtally-logo.jpg", "image/jpeg", is_jpeg},
	{"runtally-logo.gif", "image/gif", is_gif},
	{"runtally-logo.webp", "image/webp", is_webp},
	{"runtally-logo.svg", "image/svg+xml", is_svg},
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

/* One byte more than there may be tells that there are too many; a NUL follows the bytes. */
static int read_bytes(struct logo *logo, const char *path, struct arena *arena, struct error *err)
{
	FILE *stream = fopen(path, "rb");
	char *bytes;
	int failed = 0;

	if (!stream)
		return error_set(err, "\"%s\": %s", path, strerror(errno));
	bytes = arena_alloc(arena, LOGO_BYTES_MAX + 2);
	logo->length = fread(bytes, 1, LOGO_BYTES_MAX + 1, stream);
	bytes[logo->length] = '\0';
	logo->bytes = bytes;
	if (ferror(stream))
		failed = error_set(err, "\"%s\": %s", path, strerror(errno));
	fclose(stream);
	return failed;
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
			return 0;
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

void logo_data_uri(const struct logo *logo, struct strbuf *out)
{
	strbuf_addf(out, "data:%s;base64,", logo->kind->type);
	base64_add(out, logo->bytes, logo->length);
}
