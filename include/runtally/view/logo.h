/*
 * logo: the picture of --logo, known by its content, never by its name. A site has it as a file, a
 * single page as a data: URI.
 */
#ifndef RUNTALLY_VIEW_LOGO_H
#define RUNTALLY_VIEW_LOGO_H

#include <stdbool.h>
#include <stddef.h>

#include "runtally/base/arena.h"
#include "runtally/base/error.h"
#include "runtally/base/strbuf.h"

enum { LOGO_BYTES_MAX = 256 * 1024 };

struct logo_kind;

/* The bytes belong to the arena that it was read with. */
struct logo {
	const char *bytes;
	size_t length;
	const struct logo_kind *kind;
};

/*
 * PNG, JPEG, GIF, WebP or SVG; -1 and an error: it cannot be read, is no regular file, is something
 * else, too large, or an SVG that may run or load something.
 */
int logo_read(struct logo *logo, const char *path, struct arena *arena, struct error *err);

/* Appends the name of its file in a site: `runtally-logo.png`, `.jpg`, `.gif`, `.webp`, `.svg`. */
void logo_file(const struct logo *logo, struct strbuf *out);
/* Whether a logo of any kind has that name. */
bool logo_has_file(const char *name);
/* Appends it as a data: URI. */
void logo_data_uri(const struct logo *logo, struct strbuf *out);

#endif
