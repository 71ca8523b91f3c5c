#include <string.h>

#include "mustache_parse.h"

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

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

void template_reindent(struct arena *arena, struct template_node *nodes, size_t count)
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
