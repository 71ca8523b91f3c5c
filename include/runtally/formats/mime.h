/*
 * mime: a mail as bytes: RFC 5322 headers and a multipart/alternative of two bodies (RFC 2045,
 * 2046, 2047). Knows nothing of reports.
 *
 * Lines end in CR LF. Headers take at most 78 columns a line, but for an address that is longer by
 * itself; bodies are quoted-printable and take 76. Message-ID and boundary are a hash of all the
 * rest, so that equal contents are equal messages.
 */
#ifndef RUNTALLY_FORMATS_MIME_H
#define RUNTALLY_FORMATS_MIME_H

#include <stddef.h>
#include <stdint.h>

#include "runtally/base/error.h"
#include "runtally/base/strbuf.h"

struct mime_message {
	const char *from; /* addresses that address_check takes */
	const char *const *to;
	size_t to_count;
	const char *subject;
	int64_t date; /* ms since 1970 */
	const struct strbuf *text, *html;
};

/*
 * A bare address (`team@example.com`): dot-atoms of ASCII, 254 bytes at most. All else is refused,
 * not repaired: names beside it, quotes, comments, lists, control characters, letters beyond ASCII.
 */
int address_check(const char *address, struct error *err);

void mime_add(struct strbuf *out, const struct mime_message *message);

#endif
