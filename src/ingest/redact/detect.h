/*
 * detect: where in a text a secret or something personal stands. redact.c asks each detector at the
 * bytes it cares about and goes on behind what is found.
 *
 * tokens.c knows what has a form of its own; values.c and personal.c may ask it. Detectors look at
 * a bounded number of bytes, or at bytes that then belong to the match, so that scanning is linear;
 * all look through scan_byte, which counts. None looks before `floor`: a second scan, which finds a
 * placeholder there, has to come to the same.
 */
#ifndef RUNTALLY_INGEST_REDACT_DETECT_H
#define RUNTALLY_INGEST_REDACT_DETECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/ingest/redact.h"

struct scan {
	const char *text; /* ends in a NUL at `length` */
	size_t length, at;
	size_t floor;         /* end of the last match or placeholder, 0 before the first */
	bool after_phone;     /* a phone number ends at the floor */
	size_t fresh;         /* a word may begin here, whatever stands before it */
	size_t no_jwt_before; /* scanned in vain */
	size_t no_card_from, no_card_to; /* no card number begins in between */
	bool no_numbers;                 /* no words that begin with a digit are looked at */
	uint64_t steps;                  /* bytes looked at */
};

struct match {
	size_t start, end;
	enum redaction_kind kind;
};

/* Each tells whether something is found at scan->at; a match may begin before it. */
typedef bool detect_fn(struct scan *scan, struct match *match);

detect_fn detect_pem;    /* at `-` */
detect_fn detect_token;  /* at the first letter of a word: known prefixes, JWTs */
detect_fn detect_bearer; /* at the first letter of a word: `Bearer x`, `Basic x` */
detect_fn detect_value;  /* at `:` and `=`: `Authorization: x`, `password=x` */
detect_fn detect_bot;    /* at the first digit of a word: Telegram's tokens */
detect_fn detect_card;   /* at the first digit of a word */
detect_fn detect_phone;  /* at `+` in any spelling, `(`, and the first digit of a word */
detect_fn detect_email;  /* at `@` and `%` */

/*
 * Cheap questions at the first byte of a word. False: none of the detectors that care about such a
 * word finds anything.
 */
bool may_begin_secret(struct scan *scan); /* at a letter */
bool may_begin_number(struct scan *scan); /* at a digit */

/* Length of the placeholder at `at`, 0: there is none. Its kind goes into *kind. */
size_t placeholder_length(struct scan *scan, size_t at, enum redaction_kind *kind);
/* Length of the JSON Web Token at `at`, 0: there is none. */
size_t jwt_length(struct scan *scan, size_t at);

/* The byte at `at`, NUL behind the end. */
static inline char scan_byte(struct scan *scan, size_t at)
{
	scan->steps++;
	return at < scan->length ? scan->text[at] : '\0';
}

static inline bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

static inline char lower(char byte)
{
	return byte >= 'A' && byte <= 'Z' ? (char)(byte + 32) : byte;
}

static inline bool is_letter(char byte)
{
	return lower(byte) >= 'a' && lower(byte) <= 'z';
}

static inline bool is_alnum(char byte)
{
	return is_letter(byte) || is_digit(byte);
}

/* Whether something begins at `at` that a mark before it joins to what stands before the mark. */
static inline bool scan_continues(struct scan *scan, size_t at)
{
	enum redaction_kind kind;

	return is_alnum(scan_byte(scan, at)) || placeholder_length(scan, at, &kind);
}

static inline bool is_hex(char byte)
{
	return is_digit(byte) || (lower(byte) >= 'a' && lower(byte) <= 'f');
}

/* Whether `word`, in lower case, stands at `at` in any case. */
static inline bool scan_has(struct scan *scan, size_t at, const char *word)
{
	while (*word && lower(scan_byte(scan, at)) == *word) {
		word++;
		at++;
	}
	return !*word;
}

#endif
