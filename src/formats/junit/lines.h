/*
 * junit_lines: long untrusted text → one line, marked lines, or a piece of at most so many bytes.
 * A cut ends between code points and is told in the text.
 */
#ifndef RUNTALLY_FORMATS_JUNIT_LINES_H
#define RUNTALLY_FORMATS_JUNIT_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "runtally/base/strbuf.h"

/* Appends the text as one line without outer space, controls made visible as in escape_xml. */
void junit_add_flat(struct strbuf *out, const char *text);
/* The same in at most `limit` bytes; a cut ends in "…". */
void junit_add_line(struct strbuf *out, const char *text, size_t limit);
/* The same, or "(unnamed)" where nothing is left; the text may be NULL. */
void junit_add_named(struct strbuf *out, const char *text, size_t limit);
/* Cuts what stands after `start` to `limit` code points, "…" among them. */
void junit_cut_characters(struct strbuf *out, size_t start, size_t limit);
/*
 * Appends every line of the text, ended by \n: `first` before the first one, `next` before the
 * others.
 */
void junit_add_lines(struct strbuf *out, const char *text, const char *first, const char *next);
/*
 * Who says the lines that follow: a role or label, or `otherwise` where the text does not begin
 * with a letter: `::error::` at the beginning of a line is a command to some CI systems.
 */
void junit_add_speaker(struct strbuf *out, const char *text, const char *otherwise);
/* A text that is not to take more than so many bytes before and after escaping. */
struct junit_piece {
	const struct strbuf *text;
	/* Bytes of the same text that were written already: the cut mark counts them. */
	size_t before;
	size_t limit, escaped;
	bool tail; /* the middle is cut out, not the end */
};

/* Appends the piece as XML text; nothing where the limits leave less than is worth showing. */
void junit_add_piece(struct strbuf *out, const struct junit_piece *piece);

#endif
