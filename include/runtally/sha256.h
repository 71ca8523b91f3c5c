/*
 * sha256: FIPS 180-4, for Content-Security-Policy hashes. Neither jansson nor libzip has one to
 * lend.
 */
#ifndef RUNTALLY_SHA256_H
#define RUNTALLY_SHA256_H

#include <stddef.h>
#include <stdint.h>

#include "runtally/strbuf.h"

enum { SHA256_SIZE = 32 };

void sha256(const void *bytes, size_t length, uint8_t digest[SHA256_SIZE]);
/* Appends the digest in base64, as a CSP source wants it. */
void sha256_base64(struct strbuf *out, const void *bytes, size_t length);

#endif
