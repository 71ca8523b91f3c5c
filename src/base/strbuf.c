#include "runtally/base/strbuf.h"

#include <assert.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "runtally/base/arena.h"

char strbuf_empty[1];

void strbuf_init(struct strbuf *buf)
{
	*buf = (struct strbuf)STRBUF_INIT;
}

void strbuf_release(struct strbuf *buf)
{
	if (buf->capacity)
		memory_free(buf->text);
	strbuf_init(buf);
}

void strbuf_truncate(struct strbuf *buf, size_t length)
{
	assert(length <= buf->length);
	buf->length = length;
	if (buf->capacity)
		buf->text[length] = '\0';
}

void strbuf_reset(struct strbuf *buf)
{
	strbuf_truncate(buf, 0);
}

void strbuf_reserve(struct strbuf *buf, size_t extra)
{
	size_t need = buf->length + extra + 1;

	if (need <= buf->length)
		memory_exhausted();
	if (need <= buf->capacity)
		return;
	buf->text = array_reserve(buf->capacity ? buf->text : NULL, &buf->capacity, need, 1);
	buf->text[buf->length] = '\0';
}

void strbuf_add(struct strbuf *buf, const char *bytes, size_t length)
{
	if (!length)
		return;
	strbuf_reserve(buf, length);
	memcpy(buf->text + buf->length, bytes, length);
	buf->length += length;
	buf->text[buf->length] = '\0';
}

void strbuf_addstr(struct strbuf *buf, const char *text)
{
	strbuf_add(buf, text, strlen(text));
}

void strbuf_addch(struct strbuf *buf, char byte)
{
	strbuf_add(buf, &byte, 1);
}

void strbuf_pad(struct strbuf *buf, char byte, size_t count)
{
	if (!count)
		return;
	strbuf_reserve(buf, count);
	memset(buf->text + buf->length, byte, count);
	buf->length += count;
	buf->text[buf->length] = '\0';
}

void strbuf_addf(struct strbuf *buf, const char *format, ...)
{
	va_list args, again;
	size_t room = buf->capacity - buf->length;
	int length;

	va_start(args, format);
	va_copy(again, args);
	length = vsnprintf(buf->capacity ? buf->text + buf->length : NULL, room, format, args);
	if ((size_t)length >= room) {
		strbuf_reserve(buf, (size_t)length);
		vsnprintf(buf->text + buf->length, (size_t)length + 1, format, again);
	}
	buf->length += (size_t)length;
	va_end(again);
	va_end(args);
}

void strbuf_add_base64(struct strbuf *buf, const void *bytes, size_t length)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const uint8_t *at = bytes;

	strbuf_reserve(buf, length / 3 * 4 + 4);
	for (; length; at += 3) {
		size_t count = length < 3 ? length : 3;
		uint32_t group = (uint32_t)at[0] << 16 | (uint32_t)(count > 1 ? at[1] : 0) << 8 |
				 (count > 2 ? at[2] : 0);

		for (size_t i = 0; i < 4; i++)
			strbuf_addch(buf, i > count ? '=' : digits[group >> (18 - 6 * i) & 63]);
		length -= count;
	}
}
