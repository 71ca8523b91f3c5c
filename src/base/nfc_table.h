/*
 * nfc table: what Unicode 14 says of canonical decomposition and composition in the Basic
 * Multilingual Plane, but for CJK compatibility ideographs. Made from the Unicode Character
 * Database; tests/e2e/identity.py holds it to what Python has.
 */
#ifndef RUNTALLY_BASE_NFC_TABLE_H
#define RUNTALLY_BASE_NFC_TABLE_H

#include <stddef.h>
#include <stdint.h>

/* A code point and the one or two (else 0) that it decomposes to; by code point. */
struct decomposition {
	uint16_t whole, first, second;
};

/* Code points of a combining class that is not 0; by code point. */
struct class_range {
	uint16_t first, last;
	uint8_t class;
};

extern const struct decomposition decompositions[];
extern const size_t decomposition_count;
/* Those that two code points compose to, by these two. */
extern const uint16_t composites[];
extern const size_t composite_count;
extern const struct class_range class_ranges[];
extern const size_t class_range_count;

#endif
