/*
 * base64: RFC 4648, section 4, with padding; for what HTML carries inside.
 */
#ifndef RUNTALLY_BASE_BASE64_H
#define RUNTALLY_BASE_BASE64_H

#include <stddef.h>

#include "runtally/base/strbuf.h"

/* Appends the bytes. */
void base64_add(struct strbuf *out, const void *bytes, size_t length);

#endif
