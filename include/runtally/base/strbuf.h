/*
 * strbuf: a string that grows. Who declares one releases it.
 *
 * `text` is always terminated by a NUL that `length` does not count; it may hold NULs itself.
 * No append can fail (see arena.h). Pointers into `text` end with the next append.
 */
#ifndef RUNTALLY_BASE_STRBUF_H
#define RUNTALLY_BASE_STRBUF_H

#include <stddef.h>

struct strbuf {
	char *text;
	size_t length;
	size_t capacity; /* 0: text points to a shared empty string */
};

extern char strbuf_empty[];
#define STRBUF_INIT                                                                                \
	{                                                                                          \
		.text = strbuf_empty                                                               \
	}

void strbuf_init(struct strbuf *buf);
void strbuf_release(struct strbuf *buf);
/* Empties, keeps the memory. */
void strbuf_reset(struct strbuf *buf);
/* Makes room for `extra` more bytes. */
void strbuf_reserve(struct strbuf *buf, size_t extra);
/* Cuts to `length`, which must not be more than there is. */
void strbuf_truncate(struct strbuf *buf, size_t length);
void strbuf_add(struct strbuf *buf, const char *bytes, size_t length);
void strbuf_addstr(struct strbuf *buf, const char *text);
void strbuf_addch(struct strbuf *buf, char byte);
/* `count` times the same byte. */
void strbuf_pad(struct strbuf *buf, char byte, size_t count);
/* RFC 4648, section 4, with padding. */
void strbuf_add_base64(struct strbuf *buf, const void *bytes, size_t length);
void strbuf_addf(struct strbuf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
