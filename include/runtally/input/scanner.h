/*
 * scanner: bytes → the text of one JSON value after another, with its place. It matches strings
 * and brackets and knows nothing of what is in them; json_parse judges the text.
 */
#ifndef RUNTALLY_INPUT_SCANNER_H
#define RUNTALLY_INPUT_SCANNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/base/error.h"
#include "runtally/base/strbuf.h"
#include "runtally/input/source.h"

enum {
	SCANNER_AT_END = -1,       /* instead of a byte */
	SCANNER_DEPTH_MOST = 2048, /* jansson's own */
	RECORD_SEPARATOR = 0x1E,   /* RFC 7464 puts it before each document */
};

/* The text of one value, as far as it was read. */
struct piece {
	struct strbuf text;
	uint64_t offset; /* byte in the blob where it begins */
	size_t line, column;
	bool begins_line; /* but for `indent` blanks */
	uint64_t indent;
	bool watched;  /* an object whose lists are to be walked */
	bool overlong; /* beyond text_most bytes: the text is no longer kept */
	bool too_deep;
};

struct scanner {
	struct blob *blob;
	uint64_t text_most; /* bytes that a piece may have */
	/* Members whose value, when a list, is walked; ended by NULL. The owner of this sets it. */
	const char *const *lists;

	char *buffer; /* of `capacity` bytes and JSON_PICK_PADDING more */
	size_t size, capacity, at, end;
	uint64_t base; /* offset in the blob of buffer[0] */
	bool input_ended, failed;
	bool will_fail;       /* reading ahead failed: it shows when the bytes before are used up */
	struct error failure; /* when failed */

	size_t line;
	uint64_t line_start;
	uint64_t first; /* offset of the line's first byte that is not blank, or UINT64_MAX */
	char before;    /* the last byte that is not blank */

	struct piece *capture; /* gets buffer[mark] up to buffer[at]; NULL: nobody does */
	size_t mark;

	char open[SCANNER_DEPTH_MOST]; /* the brackets of the piece that is being scanned */
	size_t depth;
	const char *key; /* one of `lists`: the watched object's member being read; or NULL */
};

/* Reads from `blob` (borrowed), `size` bytes at a time. */
void scanner_init(struct scanner *s, struct blob *blob, uint64_t text_most, size_t size);
void scanner_release(struct scanner *s);
/* Begins anew with another blob, and keeps the memory. */
void scanner_reset(struct scanner *s, struct blob *blob);

/*
 * Call it first: passes a UTF-8 byte-order mark. NULL, or what the blob is instead of JSON in UTF-8
 * as far as its first bytes tell ("is UTF-16, not UTF-8").
 */
const char *scanner_begin(struct scanner *s);

/* The next byte, not passed yet; SCANNER_AT_END where there is none (or the read failed). */
int scanner_peek(struct scanner *s);
/* Passes the byte that peek showed. */
void scanner_step(struct scanner *s);
/* Passes bytes up to one of `stops`, and peeks. */
int scanner_skip_until(struct scanner *s, const char *stops);

/* Where the scanner stands, and what it knows of the line there. */
struct scanner_place {
	uint64_t offset;
	size_t line;
	uint64_t line_start, first;
	char before;
};

struct scanner_place scanner_place(const struct scanner *s);
/*
 * Goes on at `to`, a place that another scanner came to that began here, at its line 1; the blob
 * must give the bytes from there on.
 */
void scanner_jump(struct scanner *s, const struct scanner_place *to);

uint64_t scanner_offset(const struct scanner *s);
size_t scanner_column(const struct scanner *s);
bool is_blank(int byte);

/*
 * What is read of the text, from the byte that peek shows on: s->buffer + s->at, s->end - s->at
 * bytes, with JSON_PICK_PADDING zero bytes behind. It stands until the next read.
 */
const char *scanner_window(struct scanner *s, size_t *length);
/*
 * Reads on behind the window, to twice its length or more. False: no more comes, or the window is
 * longer than text_most. Not while a piece is captured.
 */
bool scanner_read_on(struct scanner *s);
/* Passes `length` bytes of the window that end with a brace and hold `newlines`. */
void scanner_pass(struct scanner *s, size_t length, size_t newlines);

/* From here on, after a pause, what is passed is the piece's text again. */
void piece_go_on(struct scanner *s, struct piece *piece);
/* Up to here. */
void piece_end(struct scanner *s);
/* Adds what the blob does not have. */
void piece_add(const struct scanner *s, struct piece *piece, char byte);

enum scanned {
	SCANNED,            /* the piece is complete */
	SCANNED_UP_TO_LIST, /* in a watched object: the list s->key is next */
	SCANNED_BROKEN,     /* its end cannot be told (see the error) */
	SCANNED_CUT,        /* the input ended in it */
};

/* Begins a piece: the value whose first byte peek shows. */
enum scanned scan_value(struct scanner *s, struct piece *piece, struct error *err);
/* Goes on to the bracket that closes the piece, or to the next list. */
enum scanned scan_brackets(struct scanner *s, struct piece *piece, struct error *err);

/*
 * Goes to the next place where a piece like this one can begin: a bracket that begins a line, as
 * deeply indented as the piece if that began its line. False: there is none.
 */
bool scanner_seek_alike(struct scanner *s, const struct piece *piece);

#endif
