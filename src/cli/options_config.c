#include "options_table.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "runtally/base/strbuf.h"
#include "runtally/json/json.h"

/* jansson takes up to 76 times the text. */
enum { CONFIG_MEMORY = 128 * CONFIG_BYTES_MAX, CHUNK = 16 * 1024 };

/* The digits of DBL_MAX, a point, and decimals. */
enum { NUMBER_TEXT_SIZE = 310 + 1 + 20 + 1 };

static int read_stream(FILE *stream, struct strbuf *text, struct error *err)
{
	size_t got;

	do {
		strbuf_reserve(text, CHUNK);
		got = fread(text->text + text->length, 1, CHUNK, stream);
		text->length += got;
		text->text[text->length] = '\0';
		if (text->length > CONFIG_BYTES_MAX)
			return error_set(err, "larger than 1 MiB");
	} while (got);
	if (ferror(stream))
		return error_set(err, "%s", strerror(errno));
	return 0;
}

/* 1: read, 0: there is none and that is no error, -1 */
static int read_file(const char *path, bool required, struct strbuf *text, struct error *err)
{
	FILE *stream = fopen(path, "rb");
	int result;

	if (!stream && errno == ENOENT && !required)
		return 0;
	if (!stream)
		return error_set(err, "%s", strerror(errno));
	result = read_stream(stream, text, err);
	fclose(stream);
	return result == 0 ? 1 : -1;
}

/*
 * A number as the setters read it. 15 significant digits give back what was written, as long as
 * it had no more; the setters know no exponents.
 */
static const char *number_text(const json_t *number, char text[NUMBER_TEXT_SIZE])
{
	if (json_is_integer(number)) {
		snprintf(text, NUMBER_TEXT_SIZE, "%lld", (long long)json_integer_value(number));
		return text;
	}
	snprintf(text, NUMBER_TEXT_SIZE, "%.15g", json_real_value(number));
	if (strchr(text, 'e'))
		snprintf(text, NUMBER_TEXT_SIZE, "%.19f", json_real_value(number));
	return text;
}

static int wrong_type(const struct option_row *row, struct error *err)
{
	if (!row->argument)
		return error_set(err, "must be true or false");
	if (row->repeatable)
		return error_set(err, "must be a string or a list of strings");
	if (row->numeric)
		return error_set(err, "must be a number");
	return error_set(err, "must be a string");
}

/* With options NULL it only looks at the type. */
static int apply_value(struct options *options, const struct option_row *row, const json_t *value,
		       struct error *err)
{
	char number[NUMBER_TEXT_SIZE];
	const char *text = NULL;

	if (row->argument && json_is_string(value))
		text = json_string_value(value);
	else if (row->numeric && json_is_number(value))
		text = number_text(value, number);
	else if (row->argument || !json_is_boolean(value))
		return wrong_type(row, err);
	if (!options || json_is_false(value))
		return 0;
	return option_apply(options, row, text, err);
}

static int apply_values(struct options *options, const struct option_row *row, const json_t *value,
			struct error *err)
{
	if (!row->repeatable || !json_is_array(value))
		return apply_value(options, row, value, err);
	for (size_t i = 0; i < json_array_size(value); i++)
		if (apply_value(options, row, json_array_get(value, i), err) != 0)
			return -1;
	return 0;
}

static int add_input(struct options *options, const char *value, struct error *err)
{
	(void)err;
	options_add_input(options, value);
	return 0;
}

static const struct option_row inputs_row = {
	.name = "inputs",
	.argument = "INPUT",
	.repeatable = true,
	.set = add_input,
};

/* ---- gates of suites ---- */

/* A member of one of them: `suite`, or a gate as the command line has it. */
static int apply_gate(struct options *options, const char *key, const json_t *value,
		      const char **glob, struct error *err)
{
	const struct option_row *row = option_by_name(key, strlen(key));

	if (strcmp(key, "suite") == 0) {
		if (!json_is_string(value) || !*json_string_value(value))
			return error_set(err, "must be a string that is not empty");
		*glob = json_string_value(value);
		return 0;
	}
	if (!row || row->group != GROUP_GATES)
		return error_set(err, "unknown key");
	return apply_values(options, row, value, err);
}

/* The setters write where gates of the whole are: what stands there is put aside. */
static int apply_suite_gates(struct options *options, const json_t *object, struct error *err)
{
	const struct gate_options whole = options->gates.whole;
	struct gate_options own;
	const char *glob = NULL, *key;
	json_t *value;

	if (!json_is_object(object))
		return error_set(err, "must be an object");
	options->gates.whole = no_gates;
	json_object_foreach((json_t *)object, key, value)
	{
		if (apply_gate(options, key, value, &glob, err) != 0)
			return error_prefix(err, "%s", key);
	}
	own = options->gates.whole;
	options->gates.whole = whole;
	if (!glob)
		return error_set(err, "suite: is missing");
	if (json_object_size(object) < 2)
		return error_set(err, "has no gate");
	options_add_suite_gates(options, glob, &own);
	return 0;
}

static int apply_gates(struct options *options, const json_t *list, struct error *err)
{
	if (!json_is_array(list))
		return error_set(err, "must be a list of objects");
	for (size_t i = 0; i < json_array_size(list); i++)
		if (apply_suite_gates(options, json_array_get(list, i), err) != 0)
			return error_prefix(err, "%zu", i + 1);
	return 0;
}

/* By the same option, or by a --baseline: what the file compares with is not meant then. */
static bool is_overruled(const struct arguments *arguments, const struct option_row *row)
{
	if (row == &inputs_row)
		return arguments->input_count > 0;
	return (!row->adds_up && arguments_have(arguments, row)) ||
	       (strcmp(row->name, "compare") == 0 &&
		arguments_have(arguments, option_by_name("baseline", strlen("baseline"))));
}

static int apply_key(struct options *options, const char *key, const json_t *value,
		     const struct arguments *arguments, struct error *err)
{
	const struct option_row *row = option_by_name(key, strlen(key));

	if (strcmp(key, "gates") == 0)
		return apply_gates(options, value, err);
	if (strcmp(key, inputs_row.name) == 0)
		row = &inputs_row;
	if (!row)
		return error_set(err, "unknown key");
	if (row->arguments_only)
		return error_set(err, "belongs on the command line");
	return apply_values(is_overruled(arguments, row) ? NULL : options, row, value, err);
}

static int apply_document(struct options *options, const struct strbuf *text,
			  const struct arguments *arguments, struct error *err)
{
	json_t *document = json_parse(text->text, text->length, 1, 1, err);
	const char *key;
	json_t *value;

	if (!document)
		return -1;
	if (!json_is_object(document))
		return error_set(err, "not a JSON object");
	json_object_foreach(document, key, value)
	{
		if (apply_key(options, key, value, arguments, err) != 0)
			return error_prefix(err, "%s", key);
	}
	return 0;
}

int config_read(struct options *options, const char *path, bool required,
		const struct arguments *arguments, struct error *err)
{
	struct strbuf text = STRBUF_INIT;
	struct arena memory, *before;
	int result = read_file(path, required, &text, err);

	if (result == 1) {
		arena_init(&memory, CONFIG_MEMORY);
		before = json_use_arena(&memory);
		result = apply_document(options, &text, arguments, err);
		json_use_arena(before);
		arena_release(&memory);
	}
	strbuf_release(&text);
	return result < 0 ? error_prefix(err, "%s", path) : 0;
}
