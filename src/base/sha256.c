#include "runtally/base/sha256.h"

#include <string.h>

#include "runtally/base/strbuf.h"

enum { BLOCK = SHA256_BLOCK };

/* FIPS 180-4, 4.2.2: fractions of the cube roots of the first 64 primes */
static const uint32_t round_constants[64] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
	0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
	0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
	0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
	0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
	0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
	0xc67178f2,
};

static uint32_t rotate(uint32_t word, unsigned bits)
{
	return word >> bits | word << (32 - bits);
}

static void expand(const uint8_t *block, uint32_t words[64])
{
	for (int t = 0; t < 16; t++, block += 4)
		words[t] = (uint32_t)block[0] << 24 | (uint32_t)block[1] << 16 |
			   (uint32_t)block[2] << 8 | block[3];
	for (int t = 16; t < 64; t++) {
		uint32_t a = words[t - 15], b = words[t - 2];

		words[t] = (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10) + words[t - 7] +
			   (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) + words[t - 16];
	}
}

/* FIPS 180-4, 6.2.2; v[] are its a to h, of which round `t` takes a at -t, b one behind, ... */
static void run_round(uint32_t v[8], int t, uint32_t word)
{
	uint32_t a = v[-t & 7], b = v[(1 - t) & 7], c = v[(2 - t) & 7];
	uint32_t e = v[(4 - t) & 7], f = v[(5 - t) & 7], g = v[(6 - t) & 7];
	uint32_t big1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
	uint32_t first = v[(7 - t) & 7] + big1 + ((e & f) ^ (~e & g)) + word;
	uint32_t big0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);

	v[(3 - t) & 7] += first;
	v[(7 - t) & 7] = first + big0 + ((a & b) ^ (a & c) ^ (b & c));
}

/* Eight rounds at a time: which of v[] is which is then known when this is compiled. */
static void compress(uint32_t state[8], const uint8_t *block)
{
	uint32_t words[64], v[8];

	expand(block, words);
	memcpy(v, state, sizeof(v));
	for (int t = 0; t < 64; t += 8) {
		run_round(v, 0, round_constants[t] + words[t]);
		run_round(v, 1, round_constants[t + 1] + words[t + 1]);
		run_round(v, 2, round_constants[t + 2] + words[t + 2]);
		run_round(v, 3, round_constants[t + 3] + words[t + 3]);
		run_round(v, 4, round_constants[t + 4] + words[t + 4]);
		run_round(v, 5, round_constants[t + 5] + words[t + 5]);
		run_round(v, 6, round_constants[t + 6] + words[t + 6]);
		run_round(v, 7, round_constants[t + 7] + words[t + 7]);
	}
	for (int i = 0; i < 8; i++)
		state[i] += v[i];
}

/* The rest of the message, a 1 bit, zeros, and the length in bits: one block or two. */
static void compress_tail(uint32_t state[8], const uint8_t *rest, size_t length, uint64_t bits)
{
	uint8_t tail[2 * BLOCK] = {0};
	size_t size = length < BLOCK - 8 ? BLOCK : 2 * BLOCK;

	if (length)
		memcpy(tail, rest, length);
	tail[length] = 0x80;
	for (int i = 0; i < 8; i++)
		tail[size - 1 - (size_t)i] = (uint8_t)(bits >> 8 * i);
	for (size_t at = 0; at < size; at += BLOCK)
		compress(state, tail + at);
}

void sha256_init(struct sha256 *hash)
{
	static const uint32_t initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
					    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

	memcpy(hash->state, initial, sizeof(initial));
	hash->length = 0;
}

void sha256_add(struct sha256 *hash, const void *bytes, size_t length)
{
	const uint8_t *at = bytes;
	size_t waiting = (size_t)(hash->length % BLOCK);

	hash->length += length;
	if (waiting && waiting + length >= BLOCK) {
		memcpy(hash->block + waiting, at, BLOCK - waiting);
		compress(hash->state, hash->block);
		at += BLOCK - waiting;
		length -= BLOCK - waiting;
		waiting = 0;
	}
	for (; length >= BLOCK; at += BLOCK, length -= BLOCK)
		compress(hash->state, at);
	if (length)
		memcpy(hash->block + waiting, at, length);
}

void sha256_finish(struct sha256 *hash, uint8_t digest[SHA256_SIZE])
{
	compress_tail(hash->state, hash->block, (size_t)(hash->length % BLOCK), hash->length * 8);
	for (int i = 0; i < SHA256_SIZE; i++)
		digest[i] = (uint8_t)(hash->state[i / 4] >> (24 - i % 4 * 8));
}

void sha256(const void *bytes, size_t length, uint8_t digest[SHA256_SIZE])
{
	struct sha256 hash;

	sha256_init(&hash);
	sha256_add(&hash, bytes, length);
	sha256_finish(&hash, digest);
}

void sha256_hex(const uint8_t digest[SHA256_SIZE], char hex[SHA256_HEX_SIZE])
{
	static const char digits[] = "0123456789abcdef";

	for (int i = 0; i < SHA256_SIZE; i++) {
		hex[2 * i] = digits[digest[i] >> 4];
		hex[2 * i + 1] = digits[digest[i] & 15];
	}
	hex[SHA256_HEX_SIZE - 1] = '\0';
}

void hmac_key_init(struct hmac_key *key, const void *secret, size_t length)
{
	uint8_t block[BLOCK] = {0};

	if (length > BLOCK)
		sha256(secret, length, block);
	else if (length)
		memcpy(block, secret, length);
	for (int i = 0; i < BLOCK; i++)
		block[i] ^= 0x36;
	sha256_init(&key->inner);
	sha256_add(&key->inner, block, BLOCK);
	for (int i = 0; i < BLOCK; i++)
		block[i] ^= 0x36 ^ 0x5c;
	sha256_init(&key->outer);
	sha256_add(&key->outer, block, BLOCK);
}

void hmac_finish(struct sha256 *message, const struct hmac_key *key, uint8_t digest[SHA256_SIZE])
{
	struct sha256 outer = key->outer;

	sha256_finish(message, digest);
	sha256_add(&outer, digest, SHA256_SIZE);
	sha256_finish(&outer, digest);
}

void sha256_base64(struct strbuf *out, const void *bytes, size_t length)
{
	uint8_t digest[SHA256_SIZE];

	sha256(bytes, length, digest);
	strbuf_add_base64(out, digest, SHA256_SIZE);
}
