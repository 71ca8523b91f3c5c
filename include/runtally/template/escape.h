/*
 * escape: bytes → bytes that are safe in one output format (safety.md, junit.md).
 *
 * An escaper takes any bytes (broken UTF-8, NUL, controls) and appends text that its format reads
 * as plain text. One escaper a format; a template has no way around it for untrusted values.
 * Bad UTF-8 becomes U+FFFD, one per bad sequence (as in the Unicode standard, table 3-8).
 */
#ifndef RUNTALLY_TEMPLATE_ESCAPE_H
#define RUNTALLY_TEMPLATE_ESCAPE_H

#include <stddef.h>

#include "runtally/base/strbuf.h"
#include "runtally/base/utf8.h" /* utf8_cut, utf8_columns: for whoever lays text out */

/*
 * `line_start` is the first byte of the output line that the text lands in, 0 at the start of a
 * line. Only Markdown looks at it: a row of a table begins with `|` and wants pipes escaped.
 */
typedef void escape_fn(struct strbuf *out, const char *text, size_t length, char line_start);

/* & < > " '; controls made visible; safe in text and in quoted attributes. */
escape_fn escape_html;
/* junit.md "Characters"; tab and newline as references: safe in text and attributes. */
escape_fn escape_xml;
/* A code span that holds the text, on one line; a mere number as it is. */
escape_fn escape_markdown;
/* The inside of a JSON string, ASCII controls and U+2028/9 escaped. */
escape_fn escape_json;
/* A whole cell with its quotes; formulas disarmed. */
escape_fn escape_csv;
/* Printable, 1,000 bytes at most; markers that CI systems obey are broken up. */
escape_fn escape_terminal;
/*
 * Of a mail's HTML, and of its text and subject, on one line: 300 bytes at most, an ellipsis behind
 * what is cut.
 */
escape_fn escape_mail_html;
escape_fn escape_mail_text;

/* Blocks: our own code lays them out, so templates print them raw. */

/* XML element content: as escape_xml, but newlines stay. */
void escape_xml_text(struct strbuf *out, const char *text, size_t length);
/*
 * The text as these two show it, but not escaped yet, on one line: white space of any kind is one
 * space, none at the ends; controls are visible, markers broken up. So names can be compared and
 * cut as readers see them.
 */
void escape_xml_line(struct strbuf *out, const char *text, size_t length);
/*
 * A Markdown fence around the text, longer than any run of backticks inside, each line of the text
 * prefixed by two spaces, so that none starts at column 0 (GitLab obeys `/close` there).
 */
void escape_markdown_fence(struct strbuf *out, const char *text, size_t length);

#endif
