/*
 * mustache_json: template values made of JSON, for tests and the runner of the specification.
 *
 * null, false and the empty string are false, arrays are lists, all else is as one expects. Reals
 * print as the shortest of 15 or 17 digits that reads back as the same number. All text counts as
 * markup, so that {{{x}}} prints it raw: never make values of untrusted JSON this way.
 */
#ifndef RUNTALLY_TEMPLATE_MUSTACHE_JSON_H
#define RUNTALLY_TEMPLATE_MUSTACHE_JSON_H

#include <jansson.h>

#include "runtally/template/mustache.h"

/* Borrows the JSON. NULL gives "nothing". */
struct value value_of_json(const json_t *json);

#endif
