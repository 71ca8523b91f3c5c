/*
 * redact: secrets and personal data → placeholders, before anything is kept (safety.md).
 *
 * Kinds: tokens with distinctive prefixes, PEM blocks, Authorization and api_key values, JWTs,
 * Luhn-valid card numbers, e-mail addresses, phone numbers. Equal texts of one run get the same
 * number (`[phone 1]` twice), different ones the next; in labels they get marks (mark.h). Scanning
 * is linear in the text's length, and text that was redacted before comes out as it is.
 */
#ifndef RUNTALLY_INGEST_REDACT_H
#define RUNTALLY_INGEST_REDACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/base/hash_table.h"
#include "runtally/base/strbuf.h"
#include "runtally/model/mark.h"

enum redaction_kind {
	REDACT_TOKEN,
	REDACT_KEY, /* PEM block */
	REDACT_JWT,
	REDACT_CARD,
	REDACT_EMAIL,
	REDACT_PHONE,
	REDACT_KINDS
};

/* "token", "key", "jwt", "card", "email", "phone": the word in the placeholder */
extern const char *const redaction_names[REDACT_KINDS];

struct redacted;

struct redactor {
	uint64_t counts[REDACT_KINDS]; /* placeholders put in, since init */
	uint64_t steps;                /* bytes looked at, since init: for the test of linearity */
	struct strbuf output;
	uint32_t numbers[REDACT_KINDS]; /* the last ones given in this run */
	struct strbuf texts;            /* what was redacted in this run */
	struct redacted *items;         /* where each different text is in there */
	size_t count, capacity;
	struct hash_table table; /* of them */
	bool is_for_labels;      /* which have marks; texts have numbers */
	struct mark_key key;     /* of marks */
};

void redactor_init(struct redactor *redactor);
/* One for labels. NULL: the marks are keyed by the constant. */
void redactor_init_for_labels(struct redactor *redactor, const struct mark_key *key);
void redactor_release(struct redactor *redactor);

/* Begins a new run: numbering starts again at 1. */
void redactor_next_run(struct redactor *redactor);

/*
 * `text` itself where nothing in it is secret, else the redacted text, which lives until the next
 * call or release. Its signature is that of text_filter (run.h): `redactor` is a struct redactor.
 */
const char *redact(void *redactor, const char *text);
/*
 * The same of an id. Where it is nothing but letters, digits, `-` and `_`, cards and phone numbers
 * are not looked for: one in fifty ids of 18 digits is a card number by its looks.
 */
const char *redact_id(struct redactor *redactor, const char *id);

/* Whether a label bears a number, as those that were redacted before there were marks. */
bool redact_is_numbered(const char *label);

#endif
