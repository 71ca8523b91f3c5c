/*
 * spelling: one way to write a name. Where there is no id, names tell things apart, and two that
 * look the same must be the same: white space of any kind, and any amount of it, is one space, and
 * none at the ends; letters with marks are one code point where there is one (nfc.h).
 */
#ifndef RUNTALLY_INGEST_SPELLING_H
#define RUNTALLY_INGEST_SPELLING_H

#include "runtally/base/strbuf.h"

/*
 * The name itself, where it is written so or is nothing but white space; else it is written anew
 * into the buffer.
 */
const char *spelled(const char *name, struct strbuf *buffer);

#endif
