/*
 * accent: the colour of --accent, and what of it is legible as text.
 *
 * On light and on dark pages the colour is darkened or lightened, no more than it needs for a
 * contrast of 4.5 : 1 (WCAG 2.2, 1.4.3) with each background of templates/html/style.css that
 * holds links.
 */
#ifndef RUNTALLY_VIEW_ACCENT_H
#define RUNTALLY_VIEW_ACCENT_H

#include <stdbool.h>
#include <stdint.h>

/* The backgrounds of links that differ least from text: --sunk of style.css. */
enum { ACCENT_LIGHT_GROUND = 0xf1f1ee, ACCENT_DARK_GROUND = 0x22272d };

/* 0xrrggbb: as it was given, as text on light pages, as text on dark ones. */
struct accent {
	uint32_t color, light, dark;
};

/* Of `#rgb` or `#rrggbb`; false: it is neither. */
bool accent_parse(const char *text, struct accent *accent);

#endif
