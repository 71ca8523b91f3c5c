#include "runtally/view/logo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtally/base/base64.h"
#include "svg.h"

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

void logo_data_uri(const struct logo *logo, struct strbuf *out)
{
	strbuf_addf(out, "data:%s;base64,", logo->kind->type);
	base64_add(out, logo->bytes, logo->length);
}
