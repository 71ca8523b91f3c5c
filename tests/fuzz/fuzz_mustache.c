/*
 * Any bytes as a template and, behind the first NUL, as the partial `p`. The lists below shadow
 * themselves in their elements, so that no nesting of sections multiplies the work.
 */
#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "../unit/json_values.h"
#include "runtally/base/arena.h"
#include "runtally/template/mustache.h"

enum { OUTPUT_LIMIT = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char json[] = "{\"a\": \"<x>\\n| y\", \"n\": 1.5, \"t\": true, \"f\": false,"
			   "\"p\": \"p\", \"o\": {\"a\": \"in\", \"b\": {\"c\": null}},"
			   "\"l\": [{\"a\": 1, \"l\": []}, {\"l\": [], \"o\": {}}]}";

struct input {
	struct template_source root, partial;
};

static int load(void *ctx, const char *name, struct template_source *source, struct error *err)
{
	const struct input *input = ctx;

	(void)err;
	if (strcmp(name, "root") == 0)
		*source = input->root;
	else if (strcmp(name, "p") == 0)
		*source = input->partial;
	return 0;
}

static void escape(struct strbuf *out, const char *text, size_t length, char line_start)
{
	if (line_start)
		strbuf_addch(out, line_start);
	strbuf_add(out, text, length);
}

static int count(void *ctx, const char *bytes, size_t length, struct error *err)
{
	size_t *total = ctx;

	(void)bytes;
	*total += length;
	return *total > OUTPUT_LIMIT ? error_set(err, "too much") : 0;
}

/* Copies of the exact size, so that reading past an end is seen. */
static struct template_source copy_of(const uint8_t *data, size_t size, const char *file)
{
	char *text = memory_alloc(size);

	if (size)
		memcpy(text, data, size);
	return (struct template_source){text, size, file};
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
	size_t length = nul ? (size_t)(nul - data) : size;
	struct input input = {
		.root = copy_of(data, length, "root"),
		.partial =
			copy_of(data + length + (nul != NULL), size - length - (nul != NULL), "p"),
	};
	struct template_set *set = template_set_new(load, &input);
	json_t *values = json_loads(json, 0, NULL);
	struct error err;
	size_t total = 0;

	mustache_render(set, "root", value_of_json(values), escape, count, &total, &err);
	json_decref(values);
	template_set_free(set);
	memory_free((char *)input.root.text);
	memory_free((char *)input.partial.text);
	return 0;
}
