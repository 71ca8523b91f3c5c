/*
 * brand: the picture of --logo and the colour of --accent.
 */
#ifndef RUNTALLY_VIEW_BRAND_H
#define RUNTALLY_VIEW_BRAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/base/arena.h"
#include "runtally/base/error.h"
#include "runtally/base/strbuf.h"

/* ---- the logo ---- */

/*
 * Known by its content, never by its name. A site has it as a file, a single page as a data: URI.
 */
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

/* ---- the accent ---- */

/*
 * On light and on dark pages the colour is darkened or lightened, no more than it needs for a
 * contrast of 4.5 : 1 (WCAG 2.2, 1.4.3) with each background of templates/html/style.css that
 * holds links.
 */
/* The backgrounds of links that differ least from text: --sunk of style.css. */
enum { ACCENT_LIGHT_GROUND = 0xf1f1ee, ACCENT_DARK_GROUND = 0x22272d };

/* 0xrrggbb: as it was given, as text on light pages, as text on dark ones. */
struct accent {
	uint32_t color, light, dark;
};

/* Of `#rgb` or `#rrggbb`; false: it is neither. */
bool accent_parse(const char *text, struct accent *accent);

#endif
