#include "runtally/template/mustache.h"

#include <string.h>

#include "mustache_parse.h"
#include "runtally/base/arena.h"

/*
 * The limits hold the C stack below a megabyte. Levels are sections and blocks, over all the
 * partials that are open.
 */
enum { PARTIAL_LIMIT = 200, LEVEL_LIMIT = 1000, FLUSH_SIZE = 32 * 1024 };

struct template_set {
	template_loader *load;
	void *ctx;
	struct arena arena;
	struct template *templates;
};

/* The context stack, innermost first; lives on the C stack. */
struct context {
	struct value value;
	const struct context *up;
};

/* The parents that are open, which hold arguments, innermost first; likewise. */
struct open_parent {
	const struct template *template;
	const struct template_node *tag;
	const struct open_parent *up; /* of the template that the parent tag stands in */
};

/* What the nodes of a template are rendered with. */
struct scope {
	const struct template *template;
	const struct context *top;
	const struct open_parent *parents;
};

struct renderer {
	struct template_set *set;
	escape_fn *escape;
	render_sink *sink;
	void *sink_ctx;
	struct error *err;
	struct strbuf out;  /* what was not sunk yet */
	struct strbuf text; /* of one value, not escaped */
	uint64_t sunk;
	unsigned partials, levels;

	/*
	 * Template lines get indent.text from indent_from on, but not at the place unindented_at.
	 */
	struct strbuf indent;
	size_t indent_from;
	uint64_t unindented_at;

	/* Of the output line that `out` ends in, as far as the first `scanned` bytes tell. */
	size_t scanned;
	bool in_line;
	char line_first;
};

struct template_set *template_set_new(template_loader *load, void *ctx)
{
	struct template_set *set = memory_alloc(sizeof(*set));

	*set = (struct template_set){.load = load, .ctx = ctx};
	arena_init(&set->arena, 0);
	return set;
}

void template_set_free(struct template_set *set)
{
	if (!set)
		return;
	arena_release(&set->arena);
	memory_free(set);
}

/* *found is NULL where there is no such template. `from` and `place` (or NULL) ask for it. */
static int set_find(struct template_set *set, const char *name, const struct template *from,
		    const char *place, struct template **found, struct error *err)
{
	struct template_source source = {.text = NULL};
	struct template *template = set->templates;

	while (template && strcmp(template->name, name) != 0)
		template = template->next;
	*found = template;
	if (template)
		return 0;
	if (set->load(set->ctx, name, &source, err) < 0)
		return from ? template_error_prefix(from, place, err) : -1;
	if (!source.text)
		return 0;
	template = arena_zalloc(&set->arena, sizeof(*template));
	template->name = arena_strdup(&set->arena, name);
	template->file = arena_strdup(&set->arena, source.file ? source.file : name);
	template->source = (struct slice){source.text, source.length};
	if (template_parse(template, &set->arena, err) < 0)
		return -1;
	template->next = set->templates;
	*found = set->templates = template;
	return 0;
}

static uint64_t position(const struct renderer *r)
{
	return r->sunk + r->out.length;
}

/* Brings in_line and line_first up to date; every byte is looked at once at most. */
static void scan_line(struct renderer *r)
{
	const char *text = r->out.text;
	size_t at = r->out.length;

	while (at > r->scanned && text[at - 1] != '\n')
		at--;
	if (at > r->scanned || !r->in_line) {
		r->in_line = at < r->out.length;
		r->line_first = r->in_line ? text[at] : 0;
	}
	r->scanned = r->out.length;
}

static int flush(struct renderer *r)
{
	int result;

	scan_line(r);
	result = r->sink(r->sink_ctx, r->out.text, r->out.length, r->err);
	r->sunk += r->out.length;
	r->scanned = 0;
	strbuf_reset(&r->out);
	return result;
}

static void put_indent(struct renderer *r)
{
	if (position(r) != r->unindented_at)
		strbuf_add(&r->out, r->indent.text + r->indent_from,
			   r->indent.length - r->indent_from);
}

static void put_text(struct renderer *r, const struct template_node *node)
{
	const char *at = node->text.text, *end = at + node->text.length;
	bool line_start = node->line_start;

	if (r->indent.length == r->indent_from) {
		strbuf_add(&r->out, at, node->text.length);
		return;
	}
	do {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		const char *next = newline ? newline + 1 : end;

		if (line_start)
			put_indent(r);
		strbuf_add(&r->out, at, (size_t)(next - at));
		line_start = true;
		at = next;
	} while (at < end);
}

static bool member(const struct value *value, struct value_name *name, struct value *out)
{
	return value->ops && value->ops->member && value->ops->member(value, name, out);
}

/* The value that the node names; ops == NULL: none. */
static struct value resolve(const struct scope *scope, const struct template_node *node)
{
	const struct context *context = scope->top;
	struct value value = context->value, next;

	if (!node->path_count)
		return value;
	while (context && !member(&context->value, &node->path[0], &value))
		context = context->up;
	if (!context)
		return (struct value){.ops = NULL};
	for (size_t i = 1; i < node->path_count; i++) {
		if (!member(&value, &node->path[i], &next))
			return (struct value){.ops = NULL};
		value = next;
	}
	return value;
}

static void put_value(struct renderer *r, const struct scope *scope,
		      const struct template_node *node)
{
	struct value value = resolve(scope, node);

	if (!value.ops || !value.ops->text)
		return;
	if (node->raw && value.ops->is_markup && value.ops->is_markup(&value)) {
		value.ops->text(&value, &r->out);
		return;
	}
	strbuf_reset(&r->text);
	value.ops->text(&value, &r->text);
	scan_line(r);
	r->escape(&r->out, r->text.text, r->text.length, r->line_first);
}

static int render_nodes(struct renderer *r, const struct scope *scope, size_t first, size_t end);

/* Renders what lies inside the node of scope->template. */
static int render_inside(struct renderer *r, const struct scope *scope,
			 const struct template_node *node)
{
	size_t first = (size_t)(node - scope->template->nodes) + 1;
	int result;

	if (r->levels == LEVEL_LIMIT)
		return template_error(scope->template, node->place, r->err,
				      "sections nested deeper than %d levels", LEVEL_LIMIT);
	r->levels++;
	result = render_nodes(r, scope, first, node->end);
	r->levels--;
	return result;
}

static int render_with(struct renderer *r, const struct scope *scope,
		       const struct template_node *node, const struct value *value)
{
	struct context top = {.value = *value, .up = scope->top};
	struct scope inner = *scope;

	inner.top = &top;
	return render_inside(r, &inner, node);
}

static enum value_kind kind_of(const struct value *value)
{
	enum value_kind kind = value->ops ? value->ops->kind(value) : VALUE_FALSE;

	return kind == VALUE_LIST && !value->ops->next ? VALUE_FALSE : kind;
}

static int render_section(struct renderer *r, const struct scope *scope,
			  const struct template_node *node)
{
	struct value value = resolve(scope, node), element;
	struct value_cursor cursor = {.index = 0};
	enum value_kind kind = kind_of(&value);

	if (kind == VALUE_FALSE)
		return 0;
	if (kind != VALUE_LIST)
		return render_with(r, scope, node, &value);
	while (value.ops->next(&value, &cursor, &element))
		if (render_with(r, scope, node, &element) < 0)
			return -1;
	return 0;
}

static int render_inverted(struct renderer *r, const struct scope *scope,
			   const struct template_node *node)
{
	struct value value = resolve(scope, node), element;
	struct value_cursor cursor = {.index = 0};
	enum value_kind kind = kind_of(&value);

	if (kind == VALUE_LIST && !value.ops->next(&value, &cursor, &element))
		kind = VALUE_FALSE;
	return kind == VALUE_FALSE ? render_inside(r, scope, node) : 0;
}

/* A name that is empty or has a NUL in it names nothing. */
static int find_dynamic(struct renderer *r, const struct scope *scope,
			const struct template_node *node, struct template **found)
{
	struct value value = resolve(scope, node);

	*found = NULL;
	if (!value.ops || !value.ops->text)
		return 0;
	strbuf_reset(&r->text);
	value.ops->text(&value, &r->text);
	if (!r->text.length || strlen(r->text.text) != r->text.length)
		return 0;
	return set_find(r->set, r->text.text, scope->template, node->place, found, r->err);
}

static int find_target(struct renderer *r, const struct scope *scope, struct template_node *node,
		       struct template **found)
{
	if (node->dynamic)
		return find_dynamic(r, scope, node, found);
	if (!node->resolved && set_find(r->set, node->text.text, scope->template, node->place,
					&node->target, r->err) < 0)
		return -1;
	node->resolved = true;
	*found = node->target;
	return 0;
}

/* A partial or parent: alone on its line it adds to the indentation, in a line it has none. */
static int render_partial(struct renderer *r, const struct scope *scope, struct template_node *node)
{
	struct open_parent parent = {scope->template, node, scope->parents};
	struct scope inner = {.top = scope->top, .parents = scope->parents};
	size_t indent_length = r->indent.length, indent_from = r->indent_from;
	struct template *template;
	int result;

	if (r->partials == PARTIAL_LIMIT)
		return template_error(scope->template, node->place, r->err,
				      "partials nested deeper than %d levels", PARTIAL_LIMIT);
	if (find_target(r, scope, node, &template) < 0)
		return -1;
	if (!template)
		return 0;
	inner.template = template;
	if (node->kind == NODE_PARENT)
		inner.parents = &parent;
	if (node->line_start)
		strbuf_add(&r->indent, node->indent.text, node->indent.length);
	else
		r->indent_from = indent_length;
	r->partials++;
	result = render_nodes(r, &inner, 0, template->count);
	r->partials--;
	r->indent_from = indent_from;
	strbuf_truncate(&r->indent, indent_length);
	return result;
}

static const struct template_node *argument_of(const struct open_parent *parent,
					       const struct slice *name)
{
	const struct template_node *nodes = parent->template->nodes;
	size_t i = (size_t)(parent->tag - nodes) + 1;

	for (; i < parent->tag->end; i = nodes[i].end)
		if (nodes[i].kind == NODE_BLOCK && nodes[i].text.length == name->length &&
		    memcmp(nodes[i].text.text, name->text, name->length) == 0)
			return &nodes[i];
	return NULL;
}

/* The outermost parent has the last word. */
static const struct template_node *find_argument(const struct open_parent **parents,
						 const struct slice *name)
{
	const struct template_node *found = NULL, *node;

	for (const struct open_parent *at = *parents; at; at = at->up) {
		node = argument_of(at, name);
		if (node) {
			found = node;
			*parents = at;
		}
	}
	return found;
}

/*
 * The argument sees the values where the block stands, but its own blocks are those of the file
 * that it is written in. Its first line is indented where the block begins a line, else not.
 */
static int render_block(struct renderer *r, const struct scope *scope,
			const struct template_node *block)
{
	const struct open_parent *from = scope->parents;
	const struct template_node *argument = find_argument(&from, &block->text);
	struct scope inner = {.top = scope->top};
	size_t indent_length = r->indent.length;
	int result;

	if (!argument)
		return render_inside(r, scope, block);
	inner.template = from->template;
	inner.parents = from->up;
	strbuf_add(&r->indent, block->indent.text, block->indent.length);
	if (argument->line_start && !block->line_start)
		r->unindented_at = position(r);
	else if (block->line_start && !argument->line_start &&
		 argument->end > (size_t)(argument - from->template->nodes) + 1)
		put_indent(r);
	result = render_inside(r, &inner, argument);
	strbuf_truncate(&r->indent, indent_length);
	return result;
}

static int render_node(struct renderer *r, const struct scope *scope, struct template_node *node)
{
	switch (node->kind) {
	case NODE_TEXT:
		put_text(r, node);
		return 0;
	case NODE_VALUE:
		put_value(r, scope, node);
		return 0;
	case NODE_SECTION:
		return render_section(r, scope, node);
	case NODE_INVERTED:
		return render_inverted(r, scope, node);
	case NODE_PARTIAL:
	case NODE_PARENT:
		return render_partial(r, scope, node);
	case NODE_BLOCK:
		return render_block(r, scope, node);
	}
	return 0;
}

static int render_nodes(struct renderer *r, const struct scope *scope, size_t first, size_t end)
{
	struct template_node *nodes = scope->template->nodes;

	for (size_t i = first; i < end; i = nodes[i].end) {
		if (render_node(r, scope, &nodes[i]) < 0)
			return -1;
		if (r->out.length >= FLUSH_SIZE && flush(r) < 0)
			return -1;
	}
	return 0;
}

static int render_root(struct renderer *r, const char *name, struct value root)
{
	struct context top = {.value = root};
	struct scope scope = {.top = &top};
	struct template *template;

	if (set_find(r->set, name, NULL, NULL, &template, r->err) < 0)
		return -1;
	if (!template)
		return error_set(r->err, "there is no template \"%s\"", name);
	scope.template = template;
	if (render_nodes(r, &scope, 0, template->count) < 0)
		return -1;
	return r->out.length ? flush(r) : 0;
}

int mustache_render(struct template_set *set, const char *name, struct value root,
		    escape_fn *escape, render_sink *sink, void *sink_ctx, struct error *err)
{
	struct renderer r = {
		.set = set,
		.escape = escape,
		.sink = sink,
		.sink_ctx = sink_ctx,
		.err = err,
		.out = STRBUF_INIT,
		.text = STRBUF_INIT,
		.indent = STRBUF_INIT,
		.unindented_at = UINT64_MAX,
	};
	int result = render_root(&r, name, root);

	strbuf_release(&r.out);
	strbuf_release(&r.text);
	strbuf_release(&r.indent);
	return result;
}
