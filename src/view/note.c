#include "note.h"

#include <stddef.h>

#include "runtally/base/format_number.h"

static const struct note *note_of(const struct value *of)
{
	return of->object;
}

static bool note_is_error(const struct value *of)
{
	return note_of(of)->severity == SEVERITY_ERROR;
}

static void note_severity(const struct value *of, struct strbuf *out)
{
	strbuf_addstr(out, note_is_error(of) ? "error" : "warning");
}

static void add_place(const struct note *note, struct strbuf *out)
{
	if (note->file)
		strbuf_addstr(out, note->file);
	if (note->file && note->record)
		strbuf_addf(out, "#%zu", note->record);
}

static void note_place_text(const struct value *of, struct strbuf *out)
{
	add_place(note_of(of), out);
}

static bool note_repeated(const struct value *of)
{
	return note_of(of)->count > 1;
}

static void note_message(const struct value *of, struct strbuf *out)
{
	const struct note *note = note_of(of);

	add_place(note, out);
	if (note->file)
		strbuf_addstr(out, ": ");
	if (note->path)
		strbuf_addf(out, "%s: ", note->path);
	strbuf_addstr(out, note->text);
	if (note->count > 1) {
		strbuf_addstr(out, " (in ");
		format_count(out, note->count);
		strbuf_addstr(out, " records)");
	}
}

static const struct member raw_note_members[] = {
	{"count", DIGITS, .at = offsetof(struct note, count)},
};

static const struct value_class class_raw_note = {
	.name = "raw note",
	.members = raw_note_members,
	.count = MEMBER_COUNT(raw_note_members),
};

static bool note_raw(const struct value *of, struct value *out)
{
	*out = value_of(&class_raw_note, value_view(of), of->object, of->index);
	return true;
}

static const struct member note_members[] = {
	{"severity", TEXT, .text = note_severity},
	{"is_error", FLAG, .flag = note_is_error},
	{"place", TEXT, .text = note_place_text},
	{"path", TEXT, .at = offsetof(struct note, path)},
	{"text", TEXT, .at = offsetof(struct note, text)},
	{"count", COUNT, .at = offsetof(struct note, count)},
	{"repeated", FLAG, .flag = note_repeated},
	{"message", TEXT, .text = note_message},
	{"raw", OBJECT, .object = note_raw},
};

static const struct value_class class_note = {
	.name = "note",
	.members = note_members,
	.count = MEMBER_COUNT(note_members),
};

/* ---- members of the report ---- */

bool view_notes(const struct value *of, struct value_cursor *cursor, struct value *out)
{
	struct view_window window = view_window(value_view(of), LIST_NOTES);
	size_t at = window.first + cursor->index;

	if (cursor->index >= window.count || at >= value_view(of)->notes->count)
		return false;
	*out = value_of(&class_note, value_view(of), &value_view(of)->notes->items[at], at);
	cursor->index++;
	return true;
}

/* `at` is the offset of a count in struct notes. */
static uint64_t notes_field(const struct value *of)
{
	const struct member *member = of->detail;

	return *(const uint64_t *)((const char *)value_view(of)->notes + member->at);
}

void view_notes_text(const struct value *of, struct strbuf *out)
{
	format_count(out, notes_field(of));
}

void view_note_count(const struct value *of, struct strbuf *out)
{
	format_count(out, value_view(of)->notes->count + value_view(of)->notes->dropped);
}

void view_dropped_notes(const struct value *of, struct strbuf *out)
{
	strbuf_addf(out, "%llu", (unsigned long long)value_view(of)->notes->dropped);
}

bool view_has_notes(const struct value *of)
{
	return value_view(of)->notes->count > 0;
}

bool view_has_error_notes(const struct value *of)
{
	return value_view(of)->notes->errors > 0;
}
