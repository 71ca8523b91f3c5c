#include "mustache_parse.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { NAME_SHOWN = 100 }; /* bytes of a name in an error */

struct parser {
	struct template *template;
	struct arena *arena;
	struct error *err;
	struct slice open, close; /* delimiters */
	const char *at, *end;     /* what is still to be read */
	struct template_node *nodes;
	size_t count, capacity;
	size_t stack[TAG_NESTING_LIMIT]; /* indices of the open nodes */
	size_t depth;
};

struct tag {
	char sigil; /* 0: a variable */
	struct slice content;
	const char *start, *end;
	const char *line; /* where its line begins; NULL: more than white space stands before it */
	const char *next; /* where the next line begins; NULL: more than white space follows */
};

static void locate(const struct template *template, const char *place, size_t *line, size_t *column)
{
	*line = *column = 1;
	for (const char *at = template->source.text; at < place; at++) {
		if (*at == '\n') {
			++*line;
			*column = 1;
		} else if (((unsigned char)*at & 0xc0) != 0x80) {
			++*column;
		}
	}
}

int template_error_prefix(const struct template *template, const char *place, struct error *err)
{
	size_t line, column;

	locate(template, place, &line, &column);
	return error_prefix(err, "%s:%zu:%zu", template->file, line, column);
}

int template_error(const struct template *template, const char *place, struct error *err,
		   const char *format, ...)
{
	char text[sizeof(err->text)];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	error_set(err, "%s", text);
	return template_error_prefix(template, place, err);
}

static int shown(struct slice name)
{
	return name.length < NAME_SHOWN ? (int)name.length : NAME_SHOWN;
}

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

static bool is_space(char byte)
{
	return is_blank(byte) || (byte >= '\n' && byte <= '\r');
}

static struct slice trimmed(const char *from, const char *to)
{
	while (from < to && is_space(*from))
		from++;
	while (from < to && is_space(to[-1]))
		to--;
	return (struct slice){from, (size_t)(to - from)};
}

static bool same(struct slice a, struct slice b)
{
	return a.length == b.length && memcmp(a.text, b.text, a.length) == 0;
}

static const char *find(const char *from, const char *end, struct slice needle)
{
	while ((size_t)(end - from) >= needle.length) {
		from = memchr(from, needle.text[0], (size_t)(end - from) - needle.length + 1);
		if (!from || memcmp(from, needle.text, needle.length) == 0)
			return from;
		from++;
	}
	return NULL;
}

static bool begins_line(const struct parser *parser, const char *at)
{
	return at == parser->template->source.text || at[-1] == '\n';
}

static const char *line_before(const struct parser *parser, const char *start)
{
	while (start > parser->at && is_blank(start[-1]))
		start--;
	return begins_line(parser, start) ? start : NULL;
}

static const char *line_after(const struct parser *parser, const char *end)
{
	while (end < parser->end && is_blank(*end))
		end++;
	if (end < parser->end && *end == '\r' && parser->end - end > 1 && end[1] == '\n')
		return end + 2;
	if (end < parser->end && *end == '\n')
		return end + 1;
	return end == parser->end ? end : NULL;
}

static struct template_node *enclosing(const struct parser *parser)
{
	return parser->depth ? &parser->nodes[parser->stack[parser->depth - 1]] : NULL;
}

static bool in_parent(const struct parser *parser)
{
	return parser->depth && enclosing(parser)->kind == NODE_PARENT;
}

static struct template_node *push(struct parser *parser, enum node_kind kind, struct slice text)
{
	struct template_node *node;

	parser->nodes = array_reserve(parser->nodes, &parser->capacity, parser->count + 1,
				      sizeof(*parser->nodes));
	node = &parser->nodes[parser->count++];
	*node = (struct template_node){.kind = kind, .text = text, .end = parser->count};
	return node;
}

static void add_text(struct parser *parser, const char *from, const char *to, bool even_empty)
{
	if (from == to && !even_empty)
		return;
	push(parser, NODE_TEXT, (struct slice){from, (size_t)(to - from)})->line_start =
		begins_line(parser, from);
}

static bool alone(const struct tag *tag)
{
	return tag->line && tag->next;
}

/*
 * Adds the text before the tag and goes behind the tag; a tag that stands alone takes its whole
 * line along. A line that a tag begins gets an empty text, which is where it is indented.
 */
static void pass(struct parser *parser, const struct tag *tag, bool with_line)
{
	const char *to = with_line ? tag->line : tag->start;

	add_text(parser, parser->at, to, false);
	if (!with_line && tag->line == tag->start)
		add_text(parser, to, to, true);
	parser->at = with_line ? tag->next : tag->end;
}

static struct slice indent_of(const struct tag *tag)
{
	if (!tag->line)
		return (struct slice){"", 0};
	return (struct slice){tag->line, (size_t)(tag->start - tag->line)};
}

static int read_tag(struct parser *parser, const char *start, struct tag *tag)
{
	static const char sigils[] = "#^/>&!={$<";
	const char *from = start + parser->open.length;
	const char *close = from;
	char last = 0; /* what stands right before the closing delimiter */

	*tag = (struct tag){.start = start};
	if (from < parser->end && memchr(sigils, *from, sizeof(sigils) - 1))
		tag->sigil = *from++;
	if (tag->sigil == '{' || tag->sigil == '=')
		last = tag->sigil == '{' ? '}' : '=';
	for (close = from;; close++) {
		close = find(close, parser->end, parser->close);
		if (!close)
			return template_error(parser->template, start, parser->err,
					      "tag is never closed by \"%s%.*s\"",
					      last ? (char[]){last, 0} : "", shown(parser->close),
					      parser->close.text);
		if (!last || (close > from && close[-1] == last))
			break;
	}
	tag->content = trimmed(from, last ? close - 1 : close);
	tag->end = close + parser->close.length;
	tag->line = line_before(parser, start);
	tag->next = line_after(parser, tag->end);
	return 0;
}

static int check_name(struct parser *parser, const struct tag *tag, struct slice name)
{
	if (!name.length)
		return template_error(parser->template, tag->start, parser->err,
				      "tag without a name");
	for (size_t i = 0; i < name.length; i++)
		if (is_space(name.text[i]) || !name.text[i])
			return template_error(parser->template, tag->start, parser->err,
					      "white space in the name \"%.*s\"", shown(name),
					      name.text);
	return 0;
}

static void split_name(struct parser *parser, struct template_node *node)
{
	const char *part = node->text.text, *end = part + node->text.length;
	struct value_name *path;
	size_t parts = 1;

	if (node->text.length == 1 && *part == '.')
		return;
	for (const char *at = part; at < end; at++)
		parts += *at == '.';
	path = arena_zalloc(parser->arena, parts * sizeof(*path));
	node->path = path;
	node->path_count = parts;
	for (; parts; parts--, path++) {
		const char *dot = memchr(part, '.', (size_t)(end - part));

		path->text = part;
		path->length = (size_t)((dot ? dot : end) - part);
		part = dot ? dot + 1 : end;
	}
}

/* Whether the name is dynamic; if so, its asterisk is taken off. */
static bool take_star(struct slice *name)
{
	if (!name->length || *name->text != '*')
		return false;
	*name = trimmed(name->text + 1, name->text + name->length);
	return true;
}

/* NULL and an error where the name is bad. The node is good until the next push. */
static struct template_node *push_named(struct parser *parser, enum node_kind kind,
					const struct tag *tag)
{
	struct slice name = tag->content;
	bool dynamic = (kind == NODE_PARTIAL || kind == NODE_PARENT) && take_star(&name);
	struct template_node *node;

	if (check_name(parser, tag, name) < 0)
		return NULL;
	name.text = arena_strndup(parser->arena, name.text, name.length);
	node = push(parser, kind, name);
	node->dynamic = dynamic;
	node->place = tag->start;
	if (dynamic || kind == NODE_VALUE || kind == NODE_SECTION || kind == NODE_INVERTED)
		split_name(parser, node);
	return node;
}

static int add_value(struct parser *parser, const struct tag *tag)
{
	struct template_node *node;

	pass(parser, tag, false);
	node = push_named(parser, NODE_VALUE, tag);
	if (!node)
		return -1;
	node->raw = tag->sigil != 0;
	return 0;
}

static int add_partial(struct parser *parser, const struct tag *tag)
{
	struct template_node *node;

	pass(parser, tag, alone(tag));
	node = push_named(parser, NODE_PARTIAL, tag);
	if (!node)
		return -1;
	node->line_start = alone(tag);
	node->indent = indent_of(tag);
	return 0;
}

static int push_open(struct parser *parser, enum node_kind kind, const struct tag *tag,
		     bool line_start)
{
	struct template_node *node;
	bool argument = kind == NODE_BLOCK && in_parent(parser);

	if (parser->depth == TAG_NESTING_LIMIT)
		return template_error(parser->template, tag->start, parser->err,
				      "tags nested deeper than %d levels", TAG_NESTING_LIMIT);
	node = push_named(parser, kind, tag);
	if (!node)
		return -1;
	node->line_start = line_start;
	node->argument = argument;
	node->indent = indent_of(tag);
	parser->stack[parser->depth++] = parser->count - 1;
	return 0;
}

static int open_section(struct parser *parser, const struct tag *tag)
{
	pass(parser, tag, alone(tag));
	return push_open(parser, tag->sigil == '^' ? NODE_INVERTED : NODE_SECTION, tag, alone(tag));
}

/* An argument's content begins on the next line if nothing else stands on this one. */
static int open_block(struct parser *parser, const struct tag *tag)
{
	if (!in_parent(parser)) {
		pass(parser, tag, alone(tag));
		return push_open(parser, NODE_BLOCK, tag, alone(tag));
	}
	parser->at = tag->next ? tag->next : tag->end;
	return push_open(parser, NODE_BLOCK, tag, tag->next != NULL);
}

/* Whether it stands alone is known when it is closed. */
static int open_parent(struct parser *parser, const struct tag *tag)
{
	pass(parser, tag, false);
	return push_open(parser, NODE_PARENT, tag, tag->line != NULL);
}

/* From the opening to the closing tag it is like one partial: alone on its line, or not. */
static void close_parent(struct parser *parser, struct template_node *node, const struct tag *tag)
{
	node->line_start = node->line_start && tag->next;
	parser->at = node->line_start ? tag->next : tag->end;
	if (node->line_start) {
		struct template_node *before = node - 1; /* see pass() */

		before->text.length -= node->indent.length;
		if (!before->text.length)
			before->line_start = false;
	}
}

/* What follows an argument is ignored, so only what stands before its closing tag counts. */
static void close_block(struct parser *parser, const struct template_node *node,
			const struct tag *tag)
{
	if (!node->argument) {
		pass(parser, tag, alone(tag));
		return;
	}
	add_text(parser, parser->at, tag->line ? tag->line : tag->start, false);
	parser->at = tag->end;
}

static const char *kind_name(const struct template_node *node)
{
	static const char *const names[] = {
		[NODE_SECTION] = "section",
		[NODE_INVERTED] = "inverted section",
		[NODE_PARENT] = "parent",
		[NODE_BLOCK] = "block",
	};

	return names[node->kind];
}

static int check_close(struct parser *parser, const struct tag *tag)
{
	const struct template_node *node = enclosing(parser);
	struct slice name = tag->content;
	bool dynamic = node && node->dynamic && take_star(&name);

	if (!node)
		return template_error(parser->template, tag->start, parser->err,
				      "closing tag \"%.*s\" closes nothing", shown(name),
				      name.text);
	if (!same(name, node->text) || dynamic != node->dynamic)
		return template_error(parser->template, tag->start, parser->err,
				      "closing tag \"%.*s\" where %s \"%.*s\" is open", shown(name),
				      name.text, kind_name(node), shown(node->text),
				      node->text.text);
	return 0;
}

static int close_tag(struct parser *parser, const struct tag *tag)
{
	size_t index;

	if (check_close(parser, tag) < 0)
		return -1;
	index = parser->stack[parser->depth - 1];
	if (parser->nodes[index].kind == NODE_PARENT)
		close_parent(parser, &parser->nodes[index], tag);
	else if (parser->nodes[index].kind == NODE_BLOCK)
		close_block(parser, &parser->nodes[index], tag);
	else
		pass(parser, tag, alone(tag));
	parser->nodes[index].end = parser->count;
	parser->depth--;
	return 0;
}

static int set_delimiters(struct parser *parser, const struct tag *tag)
{
	const char *open = tag->content.text, *end = open + tag->content.length;
	const char *gap = open, *close;

	while (gap < end && !is_space(*gap))
		gap++;
	for (close = gap; close < end && is_space(*close);)
		close++;
	for (const char *at = open; at < end; at++)
		if (*at == '=' || (at >= close && is_space(*at)))
			close = end;
	if (close == end)
		return template_error(parser->template, tag->start, parser->err,
				      "bad delimiters \"%.*s\"", shown(tag->content), open);
	pass(parser, tag, alone(tag));
	parser->open = (struct slice){open, (size_t)(gap - open)};
	parser->close = (struct slice){close, (size_t)(end - close)};
	return 0;
}

static int add_tag(struct parser *parser, const struct tag *tag)
{
	switch (tag->sigil) {
	case '!':
		pass(parser, tag, alone(tag));
		return 0;
	case '=':
		return set_delimiters(parser, tag);
	case '#':
	case '^':
		return open_section(parser, tag);
	case '>':
		return add_partial(parser, tag);
	case '<':
		return open_parent(parser, tag);
	case '$':
		return open_block(parser, tag);
	case '/':
		return close_tag(parser, tag);
	default:
		return add_value(parser, tag);
	}
}

static int read_source(struct parser *parser)
{
	const char *start;
	struct tag tag;

	while ((start = find(parser->at, parser->end, parser->open)))
		if (read_tag(parser, start, &tag) < 0 || add_tag(parser, &tag) < 0)
			return -1;
	add_text(parser, parser->at, parser->end, false);
	if (parser->depth)
		return template_error(parser->template, enclosing(parser)->place, parser->err,
				      "%s \"%.*s\" is never closed", kind_name(enclosing(parser)),
				      shown(enclosing(parser)->text), enclosing(parser)->text.text);
	return 0;
}

int template_parse(struct template *template, struct arena *arena, struct error *err)
{
	struct parser parser = {
		.template = template,
		.arena = arena,
		.err = err,
		.open = {"{{", 2},
		.close = {"}}", 2},
		.at = template->source.text,
		.end = template->source.text + template->source.length,
	};
	int result = read_source(&parser);

	if (result == 0 && parser.count) {
		template->nodes = arena_alloc(arena, parser.count * sizeof(*template->nodes));
		memcpy(template->nodes, parser.nodes, parser.count * sizeof(*template->nodes));
		template->count = parser.count;
		template_reindent(arena, template->nodes, template->count);
	}
	memory_free(parser.nodes);
	return result;
}
