#include "runtally/template/escape.h"
#include "runtally/view/values.h"

enum { PRINT_DEPTH = 12 };

struct printer {
	struct strbuf out;
	size_t list_limit;
	render_sink *sink;
	void *ctx;
	struct error *err;
	int result;
	struct value path[PRINT_DEPTH]; /* being printed, so that no kind nests in itself */
	size_t depth;
	bool comma; /* the object that is open has a member */
};

static void print_value(struct printer *printer, const struct value *value);

static void print_break(struct printer *printer)
{
	strbuf_addch(&printer->out, '\n');
	strbuf_pad(&printer->out, ' ', printer->depth * 2);
}

static void print_text(struct printer *printer, const struct value *value)
{
	struct strbuf text = STRBUF_INIT;

	value->ops->text(value, &text);
	strbuf_addch(&printer->out, '"');
	escape_json(&printer->out, text.text, text.length, 0);
	strbuf_addch(&printer->out, '"');
	strbuf_release(&text);
}

static void print_list(struct printer *printer, const struct value *list)
{
	struct value_cursor cursor = {.index = 0};
	struct value element;
	/* Lists in lists show one element: the first of each kind has been seen by then. */
	size_t limit = printer->list_limit && printer->depth > 2 ? 1 : printer->list_limit,
	       count = 0;

	strbuf_addch(&printer->out, '[');
	printer->depth++;
	while ((!limit || count < limit) && list->ops->next(list, &cursor, &element)) {
		if (count++)
			strbuf_addch(&printer->out, ',');
		print_break(printer);
		print_value(printer, &element);
	}
	printer->depth--;
	strbuf_addch(&printer->out, ']');
}

static void flush(struct printer *printer)
{
	if (!printer->result && printer->out.length)
		printer->result = printer->sink(printer->ctx, printer->out.text,
						printer->out.length, printer->err);
	strbuf_reset(&printer->out);
}

static void print_member(void *ctx, const struct value *object, const char *name, size_t length)
{
	struct value_name asked = {.text = name, .length = length};
	struct printer *printer = ctx;
	struct value value;

	object->ops->member(object, &asked, &value);
	if (printer->comma)
		strbuf_addch(&printer->out, ',');
	print_break(printer);
	strbuf_addf(&printer->out, "\"%.*s\": ", (int)length, name);
	print_value(printer, &value);
	printer->comma = true;
}

/* Whether an object of the same class that shows the same face is being printed. */
static bool is_open(const struct printer *printer, const struct value *object)
{
	for (size_t i = 0; i < printer->depth && i < PRINT_DEPTH; i++)
		if (printer->path[i].detail == object->detail &&
		    printer->path[i].ops == object->ops)
			return true;
	return printer->depth >= PRINT_DEPTH;
}

static void print_object(struct printer *printer, const struct value *object)
{
	if (is_open(printer, object)) {
		strbuf_addstr(&printer->out, "\"...\"");
		return;
	}
	printer->path[printer->depth++] = *object;
	printer->comma = false;
	strbuf_addch(&printer->out, '{');
	value_names(object, print_member, printer);
	printer->path[--printer->depth] = (struct value){.ops = NULL};
	strbuf_addch(&printer->out, '}');
	flush(printer);
}

static void print_value(struct printer *printer, const struct value *value)
{
	if (value->ops->member)
		print_object(printer, value);
	else if (value->ops->next)
		print_list(printer, value);
	else if (value_is_flag(value))
		value->ops->text(value, &printer->out);
	else
		print_text(printer, value);
}

int view_print(const struct value *root, size_t list_limit, render_sink *sink, void *ctx,
	       struct error *err)
{
	struct printer printer = {
		.out = STRBUF_INIT,
		.list_limit = list_limit,
		.sink = sink,
		.ctx = ctx,
		.err = err,
	};

	print_value(&printer, root);
	strbuf_addch(&printer.out, '\n');
	flush(&printer);
	strbuf_release(&printer.out);
	return printer.result;
}
