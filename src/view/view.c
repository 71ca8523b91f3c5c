#include "runtally/view/view.h"

#include <assert.h>
#include <string.h>

#include "details.h"
#include "runtally/analysis/analysis.h"
#include "runtally/base/arena.h"
#include "runtally/base/format_number.h"
#include "runtally/base/times.h"

const struct render_options default_render_options = {
	.junit_name_bytes = 200,
	.junit_message_chars = 300,
	.junit_failure_bytes = 8 * 1024,
	.junit_passed_output_bytes = 900,
	.junit_failed_output_bytes = 16 * 1024,
	.junit_file_bytes = 25 * 1000 * 1000,
	.html_bytes = 9500 * 1000,
	.site_bytes = 60 * 1000 * 1000,
	.site_files = 5000,
	.markdown_bytes = 65000,
	.mail_bytes = 80000,
	.date = TIME_UNKNOWN,
};

/*
 * A value's members: context is the view, object what the class's functions expect, index its
 * position in a list. detail is the class of an object, or the member of a text, flag or list.
 */

static const struct value_ops object_ops, text_ops, flag_ops, list_ops;

struct value value_of(const struct value_class *class, const struct view *view, const void *object,
		      size_t index)
{
	return (struct value){
		.ops = &object_ops,
		.context = view,
		.object = object,
		.detail = class,
		.index = index,
	};
}

const struct view *value_view(const struct value *value)
{
	return value->context;
}

const void *value_field(const struct value *of)
{
	const struct member *member = of->detail;
	const size_t mask = ((size_t)1 << VIEW_PART_SHIFT) - 1;
	const void *base = of->object;

	if (member->at > mask)
		base = view_part(of, (enum view_part)(member->at >> VIEW_PART_SHIFT));
	return (const char *)base + (member->at & mask);
}

static const struct member *find_member(const struct value_class *class, const char *name,
					size_t length)
{
	for (; class; class = class->base)
		for (size_t i = 0; i < class->count; i++) {
			const struct member *member = &class->members[i];

			if (strlen(member->name) == length &&
			    memcmp(member->name, name, length) == 0)
				return member;
		}
	return NULL;
}

static bool nothing_here(const struct value *of)
{
	(void)of;
	return false;
}

/* A member that is there but has no value: look-ups must stop at it, not climb further. */
static const struct member nothing = {"", MEMBER_FLAG, {.flag = nothing_here}, 0};

static struct value leaf(const struct value *of, const struct value_ops *ops,
			 const struct member *member)
{
	struct value value = *of;

	value.ops = ops;
	value.detail = member;
	return value;
}

static bool is_first(const struct value *of)
{
	return of->index == 0;
}

static void position(const struct value *of, struct strbuf *out)
{
	format_digits(out, of->index + 1, 0);
}

/* What every object knows of itself; not printed. */
static const struct member element_members[] = {
	{"first", MEMBER_FLAG, {.flag = is_first}, 0},
	{"number", MEMBER_TEXT, {.text = position}, 0},
};

static const struct value_class element_class = {
	.members = element_members,
	.count = MEMBER_COUNT(element_members),
};

/* The class's own member of that name, or what every object has; NULL: none. */
static const struct member *look_up(const struct value_class *class, struct value_name *name)
{
	const struct member *member;

	for (size_t i = 0; i < NAME_MEMOS; i++)
		if (name->memos[i].kind == class)
			return name->memos[i].found;
	member = find_member(class, name->text, name->length);
	if (!member)
		member = find_member(&element_class, name->text, name->length);
	name->memos[name->memo_next++ % NAME_MEMOS] = (struct value_memo){class, member};
	return member;
}

static void make_member(const struct value *value, const struct member *member, struct value *out)
{
	struct value of;

	switch (member->kind) {
	case MEMBER_TEXT:
	case MEMBER_MARKUP:
		*out = leaf(value, &text_ops, member);
		break;
	case MEMBER_FLAG:
		*out = leaf(value, &flag_ops, member);
		break;
	case MEMBER_LIST:
		*out = leaf(value, &list_ops, member);
		break;
	case MEMBER_OBJECT:
		of = leaf(value, NULL, member);
		if (!member->object(&of, out))
			*out = leaf(value, &flag_ops, &nothing);
	}
}

static bool object_member(const struct value *value, struct value_name *name, struct value *out)
{
	const struct member *member = look_up(value->detail, name);

	if (member)
		make_member(value, member, out);
	return member != NULL;
}

static enum value_kind object_kind(const struct value *value)
{
	(void)value;
	return VALUE_OBJECT;
}

static const struct value_ops object_ops = {.kind = object_kind, .member = object_member};

static bool has_text_at(const struct value *of)
{
	const char *text = *(const char *const *)value_field(of);

	return text && *text;
}

static void text_text(const struct value *value, struct strbuf *out)
{
	const struct member *member = value->detail;

	member->text(value, out);
}

static enum value_kind text_kind(const struct value *value)
{
	const struct member *member = value->detail;
	struct strbuf text = STRBUF_INIT;
	bool empty;

	if (member->text == view_text_at)
		return has_text_at(value) ? VALUE_TEXT : VALUE_FALSE;
	text_text(value, &text);
	empty = text.length == 0;
	strbuf_release(&text);
	return empty ? VALUE_FALSE : VALUE_TEXT;
}

static bool text_is_markup(const struct value *value)
{
	const struct member *member = value->detail;

	return member->kind == MEMBER_MARKUP;
}

static const struct value_ops text_ops = {
	.kind = text_kind,
	.text = text_text,
	.is_markup = text_is_markup,
};

static enum value_kind flag_kind(const struct value *value)
{
	const struct member *member = value->detail;

	return member->flag(value) ? VALUE_TEXT : VALUE_FALSE;
}

static void flag_text(const struct value *value, struct strbuf *out)
{
	const struct member *member = value->detail;

	strbuf_addstr(out, member->flag(value) ? "true" : "false");
}

static const struct value_ops flag_ops = {.kind = flag_kind, .text = flag_text};

static enum value_kind list_kind(const struct value *value)
{
	(void)value;
	return VALUE_LIST;
}

static bool list_next(const struct value *value, struct value_cursor *cursor, struct value *out)
{
	const struct member *member = value->detail;

	return member->next(value, cursor, out);
}

static const struct value_ops list_ops = {.kind = list_kind, .next = list_next};

/* ---- functions for members of common types ---- */

void view_text_at(const struct value *of, struct strbuf *out)
{
	const char *text = *(const char *const *)value_field(of);

	if (text)
		strbuf_addstr(out, text);
}

bool view_flag_at(const struct value *of)
{
	return *(const bool *)value_field(of);
}

void view_size_at(const struct value *of, struct strbuf *out)
{
	format_count(out, *(const size_t *)value_field(of));
}

void view_count_at(const struct value *of, struct strbuf *out)
{
	format_count(out, *(const uint64_t *)value_field(of));
}

void view_digits_at(const struct value *of, struct strbuf *out)
{
	format_digits(out, *(const uint64_t *)value_field(of), 0);
}

void view_moment(struct strbuf *out, int64_t ms, enum moment_precision precision)
{
	char text[TIME_TEXT_SIZE];

	time_text(ms, text);
	text[10] = ' ';
	strbuf_add(out, text, 11 + (size_t)precision);
}

void view_time_at(const struct value *of, struct strbuf *out)
{
	int64_t ms = *(const int64_t *)value_field(of);
	char text[TIME_TEXT_SIZE];

	if (ms == TIME_UNKNOWN)
		return;
	time_text(ms, text);
	strbuf_addstr(out, text);
}

void view_minute_at(const struct value *of, struct strbuf *out)
{
	int64_t ms = *(const int64_t *)value_field(of);

	if (ms != TIME_UNKNOWN)
		view_moment(out, ms, MINUTES);
}

bool view_any_at(const struct value *of)
{
	return *(const uint64_t *)value_field(of) > 0;
}

/* ---- printing all values ---- */

enum { PRINT_DEPTH = 12 };

struct printer {
	struct strbuf out;
	size_t list_limit;
	render_sink *sink;
	void *ctx;
	struct error *err;
	int result;
	const struct value_class
		*path[PRINT_DEPTH]; /* classes being printed, so that none nests in itself */
	size_t depth;
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

	text_text(value, &text);
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
	while ((!limit || count < limit) && list_next(list, &cursor, &element)) {
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

static void print_class(struct printer *printer, const struct value *object,
			const struct value_class *class, bool *any)
{
	for (size_t i = 0; i < class->count; i++) {
		const char *name = class->members[i].name;
		struct value member;

		/* One that a class has of its own hides its base's. */
		if (find_member(object->detail, name, strlen(name)) != &class->members[i] ||
		    find_member(&element_class, name, strlen(name)))
			continue;
		make_member(object, &class->members[i], &member);
		if (*any)
			strbuf_addch(&printer->out, ',');
		*any = true;
		print_break(printer);
		strbuf_addf(&printer->out, "\"%s\": ", name);
		print_value(printer, &member);
	}
	if (class->base)
		print_class(printer, object, class->base, any);
	flush(printer);
}

static bool is_open(const struct printer *printer, const struct value_class *class)
{
	for (size_t i = 0; i < printer->depth && i < PRINT_DEPTH; i++)
		if (printer->path[i] == class)
			return true;
	return printer->depth >= PRINT_DEPTH;
}

static void print_object(struct printer *printer, const struct value *object)
{
	bool any = false;

	if (is_open(printer, object->detail)) {
		strbuf_addstr(&printer->out, "\"...\"");
		return;
	}
	printer->path[printer->depth++] = object->detail;
	strbuf_addch(&printer->out, '{');
	print_class(printer, object, object->detail, &any);
	printer->path[--printer->depth] = NULL;
	strbuf_addch(&printer->out, '}');
}

static void print_value(struct printer *printer, const struct value *value)
{
	if (value->ops == &object_ops)
		print_object(printer, value);
	else if (value->ops == &list_ops)
		print_list(printer, value);
	else if (value->ops == &text_ops)
		print_text(printer, value);
	else
		flag_text(value, &printer->out);
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

void view_show(struct view *view, const struct analysis *analysis)
{
	const struct selection *selection = &analysis->selection;
	unsigned needs = analysis->needs;

	view->results = &analysis->results;
	view->gates = &analysis->gates;
	if (selection->compared != COMPARE_NONE)
		view->comparison = &analysis->comparison;
	if (view->comparison && selection->compared != COMPARE_BASELINE)
		view->compared_period = &selection->before_period;
	view->compared_previous = selection->compared == COMPARE_PREVIOUS;
	view->failure_groups = needs & NEED_FAILURE_GROUPS ? &analysis->failure_groups : NULL;
	view->series = needs & NEED_SERIES ? &analysis->series : NULL;
	view->days = needs & NEED_TREND ? &analysis->days : NULL;
	view->weeks = needs & NEED_TREND ? &analysis->weeks : NULL;
	view->criteria = needs & NEED_BREAKDOWNS ? &analysis->criteria : NULL;
	view->models = needs & NEED_BREAKDOWNS ? &analysis->models : NULL;
	view->agents = needs & NEED_BREAKDOWNS ? &analysis->agents : NULL;
	view->reliability = needs & NEED_RELIABILITY ? &analysis->reliability : NULL;
}
