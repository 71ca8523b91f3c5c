/*
 * block: 16 bytes at a time, on the machines that have instructions for it. What a comparison
 * finds stands in the highest bit of each byte; a mask collects these, BLOCK_LANE bits for each,
 * the first byte in the lowest.
 *
 * RUNTALLY_JSON_PLAIN, and any other machine: JSON_HAS_BLOCKS is not defined.
 */
#ifndef RUNTALLY_JSON_BLOCK_H
#define RUNTALLY_JSON_BLOCK_H

#include <stdint.h>

#if defined(RUNTALLY_JSON_PLAIN)
#elif defined(__SSE2__)
#include <emmintrin.h>
#define JSON_HAS_BLOCKS 1
#define BLOCK_VECTOR    __m128i
enum { BLOCK_LANE = 1 };
#elif defined(__aarch64__) && defined(__ARM_NEON)
#include <arm_neon.h>
#define JSON_HAS_BLOCKS 1
#define BLOCK_VECTOR    uint8x16_t
enum { BLOCK_LANE = 4 };
#endif

#ifdef JSON_HAS_BLOCKS

enum { BLOCK_BYTES = 16 };

struct block {
	BLOCK_VECTOR v;
};

#ifdef __SSE2__

static inline struct block block_load(const char *bytes)
{
	return (struct block){_mm_loadu_si128((const __m128i *)(const void *)bytes)};
}

/* Each byte the same. */
static inline struct block block_of(unsigned char byte)
{
	return (struct block){_mm_set1_epi8((char)byte)};
}

static inline uint64_t block_mask(struct block b)
{
	return (uint64_t)(uint32_t)_mm_movemask_epi8(b.v);
}

static inline struct block block_equal(struct block b, unsigned char byte)
{
	return (struct block){_mm_cmpeq_epi8(b.v, block_of(byte).v)};
}

/* For `byte` from 0x80 on. */
static inline struct block block_at_least(struct block b, unsigned char byte)
{
	return (struct block){_mm_subs_epu8(b.v, block_of((unsigned char)(byte - 0x80)).v)};
}

/* Bytes from 0x80 on count as negative. */
static inline struct block block_signed_below(struct block b, signed char byte)
{
	return (struct block){_mm_subs_epi8(b.v, block_of((unsigned char)byte).v)};
}

#else

static inline struct block block_load(const char *bytes)
{
	return (struct block){vld1q_u8((const uint8_t *)bytes)};
}

static inline struct block block_of(unsigned char byte)
{
	return (struct block){vdupq_n_u8(byte)};
}

static inline uint64_t block_mask(struct block b)
{
	uint8x16_t full = vreinterpretq_u8_s8(vshrq_n_s8(vreinterpretq_s8_u8(b.v), 7));
	uint8x8_t narrow = vshrn_n_u16(vreinterpretq_u16_u8(full), 4);

	return vget_lane_u64(vreinterpret_u64_u8(narrow), 0);
}

static inline struct block block_equal(struct block b, unsigned char byte)
{
	return (struct block){vceqq_u8(b.v, vdupq_n_u8(byte))};
}

static inline struct block block_at_least(struct block b, unsigned char byte)
{
	return (struct block){vcgeq_u8(b.v, vdupq_n_u8(byte))};
}

static inline struct block block_signed_below(struct block b, signed char byte)
{
	return (struct block){vcltq_s8(vreinterpretq_s8_u8(b.v), vdupq_n_s8(byte))};
}

#endif

/* Compilers have these for the vectors of all machines. */
static inline struct block block_flip(struct block b, unsigned char bits)
{
	return (struct block){b.v ^ block_of(bits).v};
}

static inline struct block block_or(struct block a, struct block b)
{
	return (struct block){a.v | b.v};
}

static inline struct block block_and(struct block a, struct block b)
{
	return (struct block){a.v & b.v};
}

static inline struct block block_xor(struct block a, struct block b)
{
	return (struct block){a.v ^ b.v};
}

/* What is in `a` and not in `b`. */
static inline struct block block_and_not(struct block a, struct block b)
{
	return (struct block){a.v & ~b.v};
}

#define BLOCK_ALL (UINT64_MAX >> (64 - BLOCK_BYTES * BLOCK_LANE))

/*
 * In a string: the quote, the backslash, control characters, and all that is not ASCII. With the
 * second bit flipped the quote stands beside the control characters, below all others.
 */
static inline struct block block_unusual(struct block b)
{
	return block_or(block_signed_below(block_flip(b, 0x02), 0x21), block_equal(b, '\\'));
}

/* Index of the first byte that the mask, which is not 0, tells of. */
static inline unsigned block_first(uint64_t mask)
{
	return (unsigned)__builtin_ctzll(mask) / BLOCK_LANE;
}

#endif

#endif
