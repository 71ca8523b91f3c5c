#include "runtally/view/values.h"

#include <string.h>

#include "fields.h"
#include "runtally/model/mark.h"
#include "runtally/view/view.h"

/*
 * A value's members: context is the view, object what the class's functions expect, index its
 * position in a list. detail is the class of an object, whichever of its two faces that shows, or
 * the member of anything else; of a group of raw forms, its first member.
 */

static const struct value_ops object_ops, raw_ops, group_ops;

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

/* ---- figures ---- */

static enum value_kind figure_kind(const struct value *of)
{
	const struct member *member = of->detail;

	return member->absent || figure_of(of) != FIGURE_UNKNOWN ? VALUE_TEXT : VALUE_FALSE;
}

static enum value_kind raw_figure_kind(const struct value *of)
{
	return figure_of(of) != FIGURE_UNKNOWN ? VALUE_TEXT : VALUE_FALSE;
}

static const struct value_ops figure_ops = {.kind = figure_kind, .text = figure_text};
static const struct value_ops raw_figure_ops = {.kind = raw_figure_kind, .text = figure_raw_text};

/* ---- texts ---- */

static const char *text_field(const struct value *of)
{
	const char *const *field = value_field(of);

	return field && *field ? *field : "";
}

static void text_text(const struct value *of, struct strbuf *out)
{
	const struct member *member = of->detail;
	size_t start = out->length;

	if (member->text)
		member->text(of, out);
	else
		strbuf_addstr(out, text_field(of));
	if (!value_view(of)->whole_marks)
		marks_shorten(out, start);
}

static enum value_kind text_kind(const struct value *of)
{
	const struct member *member = of->detail;
	struct strbuf text = STRBUF_INIT;
	bool empty;

	if (!member->text)
		return *text_field(of) ? VALUE_TEXT : VALUE_FALSE;
	member->text(of, &text);
	empty = text.length == 0;
	strbuf_release(&text);
	return empty ? VALUE_FALSE : VALUE_TEXT;
}

static bool text_is_markup(const struct value *of)
{
	const struct member *member = of->detail;

	return member->kind == MARKUP;
}

static const struct value_ops text_ops = {
	.kind = text_kind,
	.text = text_text,
	.is_markup = text_is_markup,
};

/* ---- flags ---- */

static bool flag_of(const struct value *of)
{
	const struct member *member = of->detail;
	const void *field;

	if (member->flag)
		return member->flag(of);
	field = value_field(of);
	if (!field)
		return false;
	if (member->kind == SET || member->kind == UNSET)
		return (*(const void *const *)field != NULL) == (member->kind == SET);
	if (member->kind == ANY)
		return *(const uint64_t *)field > 0;
	if (member->kind == ONE)
		return *(const uint64_t *)field == 1;
	if (member->kind == IS)
		return member->mask >> *(const unsigned *)field & 1;
	if (member->kind == IS_OUTCOME)
		return member->mask >> *(const enum outcome *)field & 1;
	return *(const bool *)field;
}

static enum value_kind flag_kind(const struct value *of)
{
	return flag_of(of) ? VALUE_TEXT : VALUE_FALSE;
}

static void add_flag(struct strbuf *out, bool flag)
{
	strbuf_addstr(out, flag ? "true" : "false");
}

static void flag_text(const struct value *of, struct strbuf *out)
{
	add_flag(out, flag_of(of));
}

static const struct value_ops flag_ops = {.kind = flag_kind, .text = flag_text};

/* ---- lists ---- */

static const struct value_class *class_named(const struct value *of)
{
	const struct member *member = of->detail;

	return member->class ? member->class : value_view(of)->classes[member->is];
}

struct value value_made(const struct value *of, const void *object, size_t index)
{
	return value_of(class_named(of), value_view(of), object, index);
}

static bool list_next(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	const struct member *member = of->detail;
	struct value_list list;
	const void *item;
	size_t index;

	if (member->next)
		return member->next(of, cursor, out);
	list_of(of, &list);
	if (!list_step(of, &list, cursor, &item, &index))
		return false;
	*out = value_made(of, item, index);
	return true;
}

/* Whether there is any, in the list before it is cut. */
static bool list_any(const struct value *of)
{
	const struct member *member = of->detail;
	struct value_cursor cursor = {.index = 0};
	struct value_list list;
	struct value first;
	const void *item;
	size_t index;

	if (member->next)
		return member->next(of, &cursor, &first);
	list_of(of, &list);
	list.cut = false;
	list.first = 0;
	return list_step(of, &list, &cursor, &item, &index);
}

static enum value_kind list_kind(const struct value *of)
{
	(void)of;
	return VALUE_LIST;
}

static const struct value_ops list_ops = {.kind = list_kind, .next = list_next};

/* ---- objects ---- */

/* The same object, seen otherwise, keeps its index. */
static bool make_object(const struct value *of, struct value *out)
{
	const struct member *member = of->detail;
	const void *object;
	bool other;

	if (member->object)
		return member->object(of, out);
	object = value_field(of);
	if (object && member->kind == POINTER)
		object = *(const void *const *)object;
	other = member->from || member->via || member->kind == POINTER;
	*out = value_made(of, object, other && !member->in_place ? 0 : of->index);
	return object != NULL;
}

static bool truth_of(const struct value *of)
{
	const struct member *member = of->detail;
	struct value object;

	switch (member->kind) {
	case TEXT:
	case MARKUP:
		return text_kind(of) != VALUE_FALSE;
	case FLAG:
	case ANY:
	case ONE:
	case SET:
	case UNSET:
	case IS:
	case IS_OUTCOME:
		return flag_of(of);
	case LIST:
		return list_any(of);
	case OBJECT:
	case POINTER:
		return make_object(of, &object);
	case RAW:
	case MEMBERS:
		return true;
	case COUNT:
	case SIZE:
	case DIGITS:
	case BYTES:
		/* FIGURE_UNKNOWN is below 0. */
		return figure_of(of) > (member->known ? FIGURE_UNKNOWN : 0);
	default:
		return figure_of(of) != FIGURE_UNKNOWN;
	}
}

static enum value_kind truth_kind(const struct value *of)
{
	return truth_of(of) ? VALUE_TEXT : VALUE_FALSE;
}

static void truth_text(const struct value *of, struct strbuf *out)
{
	add_flag(out, truth_of(of));
}

static const struct value_ops truth_ops = {.kind = truth_kind, .text = truth_text};

/* ---- members by name ---- */

/* What of a member a name stands for. */
enum face { FACE_PLAIN, FACE_TRUTH, FACE_RAW, FACE_GROUP };

/* Of a name that a template asks for; it may hold a NUL. */
static bool begins_with(const char *text, const char *name, size_t length)
{
	return text && strnlen(text, length) == length && memcmp(text, name, length) == 0;
}

static bool is_called(const char *called, const char *name, size_t length)
{
	return begins_with(called, name, length) && !called[length];
}

static const struct member *find_plain(const struct value_class *class, const char *name,
				       size_t length, enum face *face)
{
	for (; class; class = class->base)
		for (size_t i = 0; i < class->count; i++) {
			const struct member *member = &class->members[i];

			if (member->kind == MEMBERS)
				member = find_plain(member->class, name, length, face);
			else if (is_called(member->name, name, length))
				*face = FACE_PLAIN;
			else if (is_called(member->has, name, length))
				*face = FACE_TRUTH;
			else
				continue;
			if (member)
				return member;
		}
	return NULL;
}

/* `cost` finds the first member of the group `cost.`. */
static const struct member *find_raw(const struct value_class *class, const char *name,
				     size_t length, enum face *face)
{
	for (; class; class = class->base)
		for (size_t i = 0; i < class->count; i++) {
			const char *raw = class->members[i].raw;

			if (!begins_with(raw, name, length) || (raw[length] && raw[length] != '.'))
				continue;
			*face = raw[length] ? FACE_GROUP : FACE_RAW;
			return &class->members[i];
		}
	return NULL;
}

/* The bytes of `cost.` in `cost.total`; 0: the name is in no group. */
static size_t group_length(const char *raw)
{
	const char *dot = strchr(raw, '.');

	return dot ? (size_t)(dot - raw) + 1 : 0;
}

/* The next of the same group from `member` on; NULL: none. The RAW member ends the table. */
static const struct member *next_in_group(const struct member *member, const char *group,
					  size_t length)
{
	while (member->kind != RAW && (!member->raw || strncmp(member->raw, group, length) != 0))
		member++;
	return member->kind == RAW ? NULL : member;
}

static const struct member *find_in_group(const struct member *first, const char *name,
					  size_t length, enum face *face)
{
	const size_t group = group_length(first->raw);
	const struct member *member = first;

	*face = FACE_RAW;
	while (member && !is_called(member->raw + group, name, length))
		member = next_in_group(member + 1, first->raw, group);
	return member;
}

static bool is_first(const struct value *of)
{
	return of->index == 0;
}

static int64_t position(const struct value *of)
{
	return (int64_t)of->index + 1;
}

/* What every object knows of itself; not printed. */
static const struct member element_members[] = {
	{"first", FLAG, .flag = is_first},
	{"number", DIGITS, .number = position},
};

static const struct value_class element_class = CLASS("element", element_members);

static bool nothing_here(const struct value *of)
{
	(void)of;
	return false;
}

/* A member that is there but has no value: look-ups must stop at it, not climb further. */
static const struct member nothing = {"", FLAG, .flag = nothing_here};

/* Of what is neither an object nor made of others. */
static const struct value_ops *const leaf_ops[MEMBERS + 1] = {
	[TEXT] = &text_ops,      [MARKUP] = &text_ops,  [FLAG] = &flag_ops,
	[ANY] = &flag_ops,       [ONE] = &flag_ops,     [SET] = &flag_ops,
	[UNSET] = &flag_ops,     [IS] = &flag_ops,      [IS_OUTCOME] = &flag_ops,
	[COUNT] = &figure_ops,   [SIZE] = &figure_ops,  [DIGITS] = &figure_ops,
	[BYTES] = &figure_ops,   [MONEY] = &figure_ops, [DURATION] = &figure_ops,
	[PERCENT] = &figure_ops, [SHARE] = &figure_ops, [SCORE] = &figure_ops,
	[MICRO] = &figure_ops,   [TIME] = &figure_ops,  [SECOND] = &figure_ops,
	[MINUTE] = &figure_ops,  [DAY] = &figure_ops,   [OUTCOME] = &figure_ops,
	[LIST] = &list_ops,
};

static bool make_other(const struct member *member, enum face face, struct value *out)
{
	const struct value of = *out;

	if (face == FACE_GROUP) {
		out->ops = &group_ops;
		return truth_of(&of);
	}
	if (member->kind != RAW)
		return make_object(&of, out);
	out->ops = &raw_ops;
	return true;
}

static void make_member(const struct value *object, const struct member *member, enum face face,
			struct value *out)
{
	*out = *object;
	if (face == FACE_TRUTH)
		out->ops = &truth_ops;
	else if (face == FACE_RAW && leaf_ops[member->kind] == &figure_ops)
		out->ops = &raw_figure_ops;
	else
		out->ops = face == FACE_GROUP ? NULL : leaf_ops[member->kind];
	/* Raw forms are of the object's class. */
	if (member->kind != RAW)
		out->detail = member;
	if (!out->ops && !make_other(member, face, out)) {
		*out = *object;
		out->ops = &flag_ops;
		out->detail = &nothing;
	}
}

/* The object's own member of that name, or what every object has; NULL: none. */
static const struct member *find(const struct value *object, const char *name, size_t length,
				 enum face *face)
{
	const struct member *found;

	if (object->ops == &object_ops)
		found = find_plain(object->detail, name, length, face);
	else if (object->ops == &raw_ops)
		found = find_raw(object->detail, name, length, face);
	else
		found = find_in_group(object->detail, name, length, face);
	return found ? found : find_plain(&element_class, name, length, face);
}

/*
 * In memos, what stands for an object's kind is its class, or another place in that for its raw
 * forms; or the first of a group. What was found is the member, so many bytes on as its face says.
 */
static bool member_by(const struct value *object, const void *kind, struct value_name *name,
		      struct value *out)
{
	const struct member *member;
	const char *found = NULL;
	enum face face = FACE_PLAIN;
	size_t i = 0;

	while (i < NAME_MEMOS && name->memos[i].kind != kind)
		i++;
	if (i < NAME_MEMOS) {
		found = name->memos[i].found;
		face = (enum face)((uintptr_t)found % _Alignof(struct member));
	} else {
		found = (const char *)find(object, name->text, name->length, &face);
		if (found)
			found += face;
		name->memos[name->memo_next++ % NAME_MEMOS] = (struct value_memo){kind, found};
	}
	if (!found)
		return false;
	member = (const struct member *)(const void *)(found - face);
	make_member(object, member, face, out);
	return true;
}

static bool object_member(const struct value *object, struct value_name *name, struct value *out)
{
	return member_by(object, object->detail, name, out);
}

static bool raw_member(const struct value *object, struct value_name *name, struct value *out)
{
	const struct value_class *class = object->detail;

	return member_by(object, &class->base, name, out);
}

static enum value_kind object_kind(const struct value *object)
{
	(void)object;
	return VALUE_OBJECT;
}

static const struct value_ops object_ops = {.kind = object_kind, .member = object_member};
static const struct value_ops raw_ops = {.kind = object_kind, .member = raw_member};
static const struct value_ops group_ops = {.kind = object_kind, .member = object_member};

/* A name of a member, unless it is that of one found before, or every object has one. */
static void tell_name(const struct value *object, const struct member *member, const char *name,
		      size_t length, value_name_fn *each, void *ctx)
{
	enum face face;

	if (length && find(object, name, length, &face) == member &&
	    !find_plain(&element_class, name, length, &face))
		each(ctx, object, name, length);
}

static size_t length_of(const char *name)
{
	return name ? strlen(name) : 0;
}

static void tell_names(const struct value *object, const struct value_class *class,
		       value_name_fn *each, void *ctx)
{
	for (size_t i = 0; i < class->count; i++) {
		const struct member *member = &class->members[i];
		const char *name = member->name, *has = member->has, *raw = member->raw;

		if (member->kind == MEMBERS)
			tell_names(object, member->class, each, ctx);
		if (object->ops == &raw_ops) {
			tell_name(object, member, raw, raw ? strcspn(raw, ".") : 0, each, ctx);
			continue;
		}
		tell_name(object, member, name, length_of(name), each, ctx);
		tell_name(object, member, has, length_of(has), each, ctx);
	}
	if (class->base)
		tell_names(object, class->base, each, ctx);
}

void value_names(const struct value *object, value_name_fn *each, void *ctx)
{
	const struct member *first = object->detail, *member = first;
	size_t group;

	if (object->ops != &group_ops) {
		tell_names(object, object->detail, each, ctx);
		return;
	}
	for (group = group_length(first->raw); member;
	     member = next_in_group(member + 1, first->raw, group))
		each(ctx, object, member->raw + group, strlen(member->raw + group));
}

bool value_is_flag(const struct value *value)
{
	return value->ops == &flag_ops || value->ops == &truth_ops;
}
