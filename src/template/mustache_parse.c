#include "mustache_parse.h"

#include <stdarg.h>
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

int template_error_prefix(const struct template *template, const char *place, struct error *err)
{
	size_t line = 1, column = 1;

	for (const char *at = template->source.text; at < place; at++) {
		if (*at == '\n') {
			line++;
			column = 1;
		} else if (((unsigned char)*at & 0xc0) != 0x80) {
			column++;
		}
	}
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

static int read_tag(struct parser *parser, const char *start, struct tag *tag)
{
	static const char sigils[] = "#^/>&!={$<";
	const char *from = start + parser->open.length;
	const char *close = from, *line = start;
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
	while (line > parser->at && is_blank(line[-1]))
		line--;
	tag->line = begins_line(parser, line) ? line : NULL;
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

/*
 * A value, a partial, or what a closing tag ends: for that, the node stays open. line_start: see
 * template_node.
 */
static int add_node(struct parser *parser, enum node_kind kind, const struct tag *tag,
		    bool line_start)
{
	bool opens = kind != NODE_VALUE && kind != NODE_PARTIAL;
	bool argument = kind == NODE_BLOCK && in_parent(parser);
	const char *line = tag->line ? tag->line : tag->start;
	struct template_node *node;

	if (opens && parser->depth == TAG_NESTING_LIMIT)
		return template_error(parser->template, tag->start, parser->err,
				      "tags nested deeper than %d levels", TAG_NESTING_LIMIT);
	node = push_named(parser, kind, tag);
	if (!node)
		return -1;
	node->raw = kind == NODE_VALUE && tag->sigil;
	node->argument = argument;
	node->line_start = line_start;
	node->indent = (struct slice){line, (size_t)(tag->start - line)};
	if (opens)
		parser->stack[parser->depth++] = parser->count - 1;
	return 0;
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
	if (name.length != node->text.length ||
	    memcmp(name.text, node->text.text, name.length) != 0 || dynamic != node->dynamic)
		return template_error(parser->template, tag->start, parser->err,
				      "closing tag \"%.*s\" where %s \"%.*s\" is open", shown(name),
				      name.text, kind_name(node), shown(node->text),
				      node->text.text);
	return 0;
}

static int close_tag(struct parser *parser, const struct tag *tag)
{
	struct template_node *node;
	size_t index;

	if (check_close(parser, tag) < 0)
		return -1;
	index = parser->stack[--parser->depth];
	node = &parser->nodes[index];
	if (node->kind == NODE_PARENT) {
		close_parent(parser, node, tag);
	} else if (node->argument) {
		/* What follows an argument is ignored: only what stands before the tag counts. */
		add_text(parser, parser->at, tag->line ? tag->line : tag->start, false);
		parser->at = tag->end;
	} else {
		pass(parser, tag, alone(tag));
	}
	parser->nodes[index].end = parser->count;
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

/* Whether a parent stands alone on its lines is known when it is closed. */
static int add_tag(struct parser *parser, const struct tag *tag)
{
	/* These take their line along where they stand alone on it. */
	const bool with_line = tag->sigil && strchr("!#^>$", tag->sigil) && alone(tag);

	if (tag->sigil == '=')
		return set_delimiters(parser, tag);
	if (tag->sigil == '/')
		return close_tag(parser, tag);
	/* An argument's content begins on the next line if nothing else stands on this one. */
	if (tag->sigil == '$' && in_parent(parser)) {
		parser->at = tag->next ? tag->next : tag->end;
		return add_node(parser, NODE_BLOCK, tag, tag->next != NULL);
	}
	pass(parser, tag, with_line);
	switch (tag->sigil) {
	case '!':
		return 0;
	case '#':
		return add_node(parser, NODE_SECTION, tag, with_line);
	case '^':
		return add_node(parser, NODE_INVERTED, tag, with_line);
	case '>':
		return add_node(parser, NODE_PARTIAL, tag, with_line);
	case '$':
		return add_node(parser, NODE_BLOCK, tag, with_line);
	case '<':
		return add_node(parser, NODE_PARENT, tag, tag->line != NULL);
	default:
		return add_node(parser, NODE_VALUE, tag, false);
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

/* ---- indentation of blocks and their arguments ---- */

static size_t blanks(const char *from, const char *end)
{
	const char *at = from;

	while (at < end && is_blank(*at))
		at++;
	return (size_t)(at - from);
}

/* The longest white space that all lines so far begin with; text == NULL: no line so far. */
static void narrow(struct slice *common, const char *from, size_t length)
{
	size_t i = 0;

	if (!common->text) {
		*common = (struct slice){from, length};
		return;
	}
	while (i < length && i < common->length && from[i] == common->text[i])
		i++;
	common->length = i;
}

static void narrow_to_text(struct slice *common, const struct template_node *node)
{
	const char *at = node->text.text, *end = at + node->text.length;

	for (bool line_start = node->line_start;; line_start = true) {
		size_t length = blanks(at, end);
		const char *rest = at + length;
		bool empty = rest < end && (*rest == '\n' ||
					    (*rest == '\r' && rest + 1 < end && rest[1] == '\n'));

		if (line_start && !empty)
			narrow(common, at, length);
		at = memchr(rest, '\n', (size_t)(end - rest));
		if (!at || ++at == end)
			return;
	}
}

/* The white space that all lines of the nodes inside have in common; blank lines do not count. */
static struct slice common_indent(const struct template_node *nodes, size_t index)
{
	struct slice common = {NULL, 0};

	for (size_t i = index + 1; i < nodes[index].end;
	     i = nodes[i].kind == NODE_PARENT ? nodes[i].end : i + 1) {
		if (nodes[i].kind == NODE_TEXT)
			narrow_to_text(&common, &nodes[i]);
		else if (nodes[i].line_start)
			narrow(&common, nodes[i].indent.text, nodes[i].indent.length);
	}
	return common;
}

static size_t shared(const char *from, const char *end, struct slice indent)
{
	size_t i = 0;

	while (from + i < end && i < indent.length && from[i] == indent.text[i])
		i++;
	return i;
}

static struct slice without_indent(struct arena *arena, const struct template_node *node,
				   struct slice indent)
{
	const char *at = node->text.text, *end = at + node->text.length;
	char *text = arena_alloc(arena, node->text.length + 1);
	size_t length = 0;

	for (bool line_start = node->line_start; at < end; line_start = true) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *next = newline ? newline + 1 : end;

		if (line_start)
			at += shared(at, next, indent);
		memcpy(text + length, at, (size_t)(next - at));
		length += (size_t)(next - at);
		at = next;
	}
	return (struct slice){text, length};
}

static void remove_indent(struct arena *arena, struct template_node *nodes, size_t index,
			  struct slice indent)
{
	for (size_t i = index + 1; i < nodes[index].end; i++) {
		struct slice *own = &nodes[i].indent;
		size_t cut;

		if (nodes[i].kind == NODE_TEXT) {
			nodes[i].text = without_indent(arena, &nodes[i], indent);
		} else if (own->length) {
			cut = shared(own->text, own->text + own->length, indent);
			*own = (struct slice){own->text + cut, own->length - cut};
		}
	}
}

/*
 * An argument loses the indentation of the place where it is written. A block on lines of its own
 * gives its arguments the indentation of its default content. Outer blocks come first, so what
 * lies in them is measured as it will be. Changed texts live in the arena.
 */
static void reindent(struct arena *arena, struct template_node *nodes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct slice common;

		if (nodes[i].kind != NODE_BLOCK || !nodes[i].line_start)
			continue;
		common = common_indent(nodes, i);
		if (nodes[i].argument && common.length)
			remove_indent(arena, nodes, i, common);
		else if (!nodes[i].argument && common.text)
			nodes[i].indent = common;
	}
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
		reindent(arena, template->nodes, template->count);
	}
	memory_free(parser.nodes);
	return result;
}
