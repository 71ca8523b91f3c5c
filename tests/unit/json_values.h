/*
 * json_values: template values made of JSON, for tests and the runner of the specification.
 *
 * null, false and the empty string are false, arrays are lists, all else is as one expects. Reals
 * print as the shortest of 15 or 17 digits that reads back as the same number. All text counts as
 * markup, so that {{{x}}} prints it raw.
 */
#ifndef RUNTALLY_TESTS_JSON_VALUES_H
#define RUNTALLY_TESTS_JSON_VALUES_H

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "runtally/template/mustache.h"

/* Borrows the JSON. NULL gives "nothing". */
static struct value value_of_json(const json_t *json);

static enum value_kind json_kind(const struct value *value)
{
	const json_t *json = value->object;

	switch (json_typeof(json)) {
	case JSON_NULL:
	case JSON_FALSE:
		return VALUE_FALSE;
	case JSON_STRING:
		return json_string_length(json) ? VALUE_TEXT : VALUE_FALSE;
	case JSON_OBJECT:
		return VALUE_OBJECT;
	case JSON_ARRAY:
		return VALUE_LIST;
	default:
		return VALUE_TEXT;
	}
}

static bool json_member(const struct value *value, struct value_name *name, struct value *out)
{
	struct strbuf key = STRBUF_INIT;

	strbuf_add(&key, name->text, name->length);
	*out = value_of_json(json_object_get(value->object, key.text));
	strbuf_release(&key);
	return out->ops != NULL;
}

static bool json_next(const struct value *value, struct value_cursor *cursor, struct value *out)
{
	*out = value_of_json(json_array_get(value->object, cursor->index++));
	return out->ops != NULL;
}

static void add_real(struct strbuf *out, double real)
{
	char text[32];

	snprintf(text, sizeof(text), "%.15g", real);
	if (strtod(text, NULL) != real)
		snprintf(text, sizeof(text), "%.17g", real);
	strbuf_addstr(out, text);
}

static void json_text(const struct value *value, struct strbuf *out)
{
	const json_t *json = value->object;

	switch (json_typeof(json)) {
	case JSON_STRING:
		strbuf_add(out, json_string_value(json), json_string_length(json));
		break;
	case JSON_INTEGER:
		strbuf_addf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(json));
		break;
	case JSON_REAL:
		add_real(out, json_real_value(json));
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		strbuf_addstr(out, json_is_true(json) ? "true" : "false");
		break;
	default:
		break;
	}
}

static bool json_is_markup(const struct value *value)
{
	(void)value;
	return true;
}

static const struct value_ops json_ops = {
	.kind = json_kind,
	.member = json_member,
	.next = json_next,
	.text = json_text,
	.is_markup = json_is_markup,
};

static struct value value_of_json(const json_t *json)
{
	return (struct value){.ops = json ? &json_ops : NULL, .object = json};
}

#endif
