/*
 * sha256: FIPS 180-4, for Content-Security-Policy hashes and files of a history, and HMAC of it
 * (RFC 2104), for what is known by a keyed hash. Neither jansson nor libzip has one to lend.
 */
#ifndef RUNTALLY_BASE_SHA256_H
#define RUNTALLY_BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

#include "runtally/base/strbuf.h"

enum { SHA256_SIZE = 32, SHA256_BLOCK = 64, SHA256_HEX_SIZE = 2 * SHA256_SIZE + 1 };

/* Of bytes that come in pieces. */
struct sha256 {
	uint32_t state[8];
	uint64_t length;             /* bytes so far */
	uint8_t block[SHA256_BLOCK]; /* length % SHA256_BLOCK of them wait here */
};

void sha256_init(struct sha256 *hash);
void sha256_add(struct sha256 *hash, const void *bytes, size_t length);
void sha256_finish(struct sha256 *hash, uint8_t digest[SHA256_SIZE]);
/* In small hexadecimal digits, and a NUL. */
void sha256_hex(const uint8_t digest[SHA256_SIZE], char hex[SHA256_HEX_SIZE]);

void sha256(const void *bytes, size_t length, uint8_t digest[SHA256_SIZE]);
/* A secret of any length, ready for use. */
struct hmac_key {
	struct sha256 inner, outer;
};

void hmac_key_init(struct hmac_key *key, const void *secret, size_t length);
/* Ends what began as a copy of key->inner, to which the message was added. */
void hmac_finish(struct sha256 *message, const struct hmac_key *key, uint8_t digest[SHA256_SIZE]);

/* Appends the digest in base64, as a CSP source wants it. */
void sha256_base64(struct strbuf *out, const void *bytes, size_t length);

#endif
