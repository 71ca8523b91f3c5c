/*
 * nfc: Unicode's Normalization Form C (UAX 15): one spelling of `é`, which is one code point or an
 * `e` with a mark, as file systems and keyboards differ. Of Unicode 14: the Basic Multilingual
 * Plane (Latin, Greek, Cyrillic, Hangul, kana, the scripts of India ...), but for CJK
 * compatibility ideographs. Other code points, more than 64 marks in a row, and what is no UTF-8
 * stay as they are.
 */
#ifndef RUNTALLY_BASE_NFC_H
#define RUNTALLY_BASE_NFC_H

#include <stdbool.h>
#include <stddef.h>

#include "runtally/base/strbuf.h"

/* False: nfc_add may append something else. Quick, where no marks and vowel signs are in it. */
bool nfc_is_normal(const char *text, size_t length);
void nfc_add(struct strbuf *out, const char *text, size_t length);

#endif
