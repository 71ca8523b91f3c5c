#include "runtally/base/base64.h"

#include <stdint.h>

void base64_add(struct strbuf *out, const void *bytes, size_t length)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const uint8_t *at = bytes;

	strbuf_reserve(out, length / 3 * 4 + 4);
	for (; length; at += 3) {
		size_t count = length < 3 ? length : 3;
		uint32_t group = (uint32_t)at[0] << 16 | (uint32_t)(count > 1 ? at[1] : 0) << 8 |
				 (count > 2 ? at[2] : 0);

		for (size_t i = 0; i < 4; i++)
			strbuf_addch(out, i > count ? '=' : digits[group >> (18 - 6 * i) & 63]);
		length -= count;
	}
}
