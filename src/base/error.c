#include "runtally/base/error.h"

#include <stdio.h>
#include <string.h>

static void mark_cut(struct error *err, int length)
{
	if (length >= (int)sizeof(err->text))
		memcpy(err->text + sizeof(err->text) - 4, "...", 4);
}

int error_set(struct error *err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	mark_cut(err, vsnprintf(err->text, sizeof(err->text), format, args));
	va_end(args);
	return -1;
}

int error_prefix(struct error *err, const char *format, ...)
{
	struct error rest = *err;
	char prefix[sizeof(err->text)];
	va_list args;

	va_start(args, format);
	vsnprintf(prefix, sizeof(prefix), format, args);
	va_end(args);
	return error_set(err, "%s: %s", prefix, rest.text);
}
