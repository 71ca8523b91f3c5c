/*
 * mustache_parse: template text → a flat array of nodes. Private to the template engine.
 */
#ifndef RUNTALLY_TEMPLATE_MUSTACHE_PARSE_H
#define RUNTALLY_TEMPLATE_MUSTACHE_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#include "runtally/base/arena.h"
#include "runtally/base/error.h"
#include "runtally/template/mustache.h"

struct slice {
	const char *text;
	size_t length;
};

enum node_kind {
	NODE_TEXT,
	NODE_VALUE,
	NODE_SECTION,
	NODE_INVERTED,
	NODE_PARTIAL,
	NODE_PARENT, /* its children: arguments, and what is to be ignored */
	NODE_BLOCK,
};

/* Tags nested deeper in one file are refused. */
enum { TAG_NESTING_LIMIT = 200 };

struct template;

/* Nodes stand in the order of the file, children right behind what holds them. */
struct template_node {
	enum node_kind kind;
	/*
	 * Text: its first byte begins a line. Partial, parent: stands alone, so that its lines are
	 * indented. Block: its content begins a line of its own. Section: stands alone.
	 */
	bool line_start;
	bool raw;                /* {{{x}}} or {{&x}} */
	bool dynamic;            /* {{>*x}} or {{<*x}} */
	bool argument;           /* a block right inside a parent */
	bool resolved;           /* partial, parent: `target` was looked for */
	size_t end;              /* index behind the last node inside */
	struct slice text;       /* literal text, or the name (ended by a NUL too) */
	struct value_name *path; /* the name split at its dots; "." has none */
	size_t path_count;
	struct slice indent; /* white space before a tag that begins its line; of a block: what the
				lines of an argument get */
	const char *place;   /* of the tag in the source, for errors */
	struct template *target;
};

struct template
{
	struct template *next;
	const char *name, *file;
	struct slice source;
	struct template_node *nodes;
	size_t count;
};

/* Fills nodes and count; they live in the arena, literal text is borrowed from the source. */
int template_parse(struct template *template, struct arena *arena, struct error *err);

/* Both return -1, and name file, line and column (in characters) of `place` in the source. */
int template_error(const struct template *template, const char *place, struct error *err,
		   const char *format, ...) __attribute__((format(printf, 4, 5)));
int template_error_prefix(const struct template *template, const char *place, struct error *err);

#endif
