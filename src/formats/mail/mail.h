/*
 * mail: the report as a MIME message: its HTML, its text, and the message of both (mime.h).
 *
 * The HTML is a format like others that are cut to a size (--limit mail-bytes=N), for Gmail clips
 * what is over 102 KB.
 */
#ifndef RUNTALLY_FORMATS_MAIL_MAIL_H
#define RUNTALLY_FORMATS_MAIL_MAIL_H

#include "runtally/base/error.h"
#include "runtally/formats/format.h"

/* Columns of the text, but for addresses of the web. */
enum { MAIL_COLUMNS = 72 };

/* Of the formats' rows. */
int mail_text_render(const struct rendering *rendering, struct error *err);
/*
 * The template gives the subject, on one line; the bodies are rendered already. The date is
 * SOURCE_DATE_EPOCH where it is set, else that of the latest run, else now.
 */
int mail_render(const struct rendering *rendering, struct error *err);

/*
 * Breaks lines that are too long at their blanks. What follows begins under the line's own text,
 * past its indent and `- `. Words that fit no line are broken, but for addresses of the web.
 */
void mail_wrap(struct strbuf *out, const char *text, size_t length);

#endif
