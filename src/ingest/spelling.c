#include "spelling.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "runtally/base/nfc.h"
#include "runtally/base/utf8.h"

/* Unicode's property White_Space. */
static bool is_space(uint32_t value)
{
	return value == ' ' || (value >= 0x9 && value <= 0xd) || value == 0x85 || value == 0xa0 ||
	       value == 0x1680 || (value >= 0x2000 && value <= 0x200a) || value == 0x2028 ||
	       value == 0x2029 || value == 0x202f || value == 0x205f || value == 0x3000;
}

static struct code_point read_point(const char *text, size_t length)
{
	if ((unsigned char)*text < 0x80)
		return (struct code_point){.value = (unsigned char)*text, .length = 1};
	return utf8_read(text, length);
}

/* Whether each space is a plain one between two other characters. */
static bool has_plain_spaces(const char *name, size_t length)
{
	bool at_space = true;

	for (size_t at = 0; at < length;) {
		struct code_point point = read_point(name + at, length - at);
		bool space = is_space(point.value);

		if (space && (at_space || point.value != ' '))
			return false;
		at_space = space;
		at += point.length;
	}
	return !at_space;
}

static void add_with_plain_spaces(struct strbuf *out, const char *name, size_t length)
{
	size_t start = out->length;
	bool at_space = false;

	for (size_t at = 0; at < length;) {
		struct code_point point = read_point(name + at, length - at);

		if (is_space(point.value)) {
			at_space = true;
		} else {
			if (at_space && out->length > start)
				strbuf_addch(out, ' ');
			strbuf_add(out, name + at, point.length);
			at_space = false;
		}
		at += point.length;
	}
}

/* In form C some white space becomes another kind, so spaces come second. */
const char *spelled(const char *name, struct strbuf *buffer)
{
	size_t length = strlen(name), start = 0;
	const char *composed = name;

	strbuf_reset(buffer);
	if (!nfc_is_normal(name, length)) {
		nfc_add(buffer, name, length);
		composed = buffer->text;
		start = length = buffer->length;
	}
	if (!has_plain_spaces(composed, length)) {
		strbuf_reserve(buffer, length);
		add_with_plain_spaces(buffer, start ? buffer->text : name, length);
		composed = buffer->text + start;
	}
	return !*composed || strcmp(composed, name) == 0 ? name : composed;
}
