#include "runtally/model/note.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void notes_init(struct notes *notes, size_t limit)
{
	*notes = (struct notes){.limit = limit};
	arena_init(&notes->arena, 0);
	arena_init(&notes->scratch, 0);
}

void notes_release(struct notes *notes)
{
	memory_free(notes->items);
	hash_table_release(&notes->table);
	arena_release(&notes->arena);
	arena_release(&notes->scratch);
	*notes = (struct notes){.limit = 0};
}

static uint64_t note_hash(const struct note *note)
{
	return hash_pair(hash_pair(hash_text(note->file), hash_text(note->path)),
			 hash_text(note->text));
}

static int same_note(const struct note *a, const struct note *b)
{
	return a->severity == b->severity && same_text(a->file, b->file) &&
	       same_text(a->path, b->path) && same_text(a->text, b->text) &&
	       a->incomplete == b->incomplete;
}

static const char *filtered(struct notes *notes, const char *text)
{
	if (text && notes->filter)
		return arena_strdup(&notes->scratch, notes->filter(notes->filter_ctx, text));
	return text;
}

static const char *copy_of(struct notes *notes, const char *text)
{
	return text ? arena_strdup(&notes->arena, text) : NULL;
}

static void append(struct notes *notes, const struct note *note)
{
	notes->items = array_reserve(notes->items, &notes->capacity, notes->count + 1,
				     sizeof(*notes->items));
	notes->items[notes->count++] = (struct note){
		.severity = note->severity,
		.file = copy_of(notes, note->file),
		.opened = copy_of(notes, note->opened),
		.record = note->record,
		.path = copy_of(notes, note->path),
		.text = copy_of(notes, note->text),
		.count = note->count,
		.incomplete = note->incomplete,
	};
}

static void count_in(struct notes *notes, const struct note *note)
{
	const uint64_t hash = note_hash(note);
	size_t walk;

	*(note->severity == SEVERITY_ERROR ? &notes->errors : &notes->warnings) += note->count;
	notes->incomplete += note->incomplete ? note->count : 0;
	for (size_t at = hash_first(&notes->table, hash, &walk); at != HASH_NONE;
	     at = hash_next(&notes->table, hash, &walk))
		if (same_note(&notes->items[at], note)) {
			notes->items[at].count += note->count;
			return;
		}
	if (notes->count >= notes->limit) {
		notes->dropped += note->count;
		return;
	}
	hash_add(&notes->table, hash, notes->count);
	append(notes, note);
}

void notes_add(struct notes *notes, const struct note *note)
{
	struct note kept = *note;

	arena_reset(&notes->scratch);
	kept.file = filtered(notes, note->file);
	kept.opened = filtered(notes, note->opened);
	kept.path = filtered(notes, note->path);
	kept.text = filtered(notes, note->text);
	kept.count = 1;
	kept.incomplete = note->incomplete || note->severity == SEVERITY_ERROR;
	count_in(notes, &kept);
}

static void add_printed(struct notes *notes, struct note note, const char *format, va_list values)
	__attribute__((format(printf, 3, 0)));

static void add_printed(struct notes *notes, struct note note, const char *format, va_list values)
{
	va_list measured;
	size_t size;
	char *text;

	va_copy(measured, values);
	size = (size_t)vsnprintf(NULL, 0, format, measured) + 1;
	va_end(measured);
	note.text = text = memory_alloc(size);
	vsnprintf(text, size, format, values);
	notes_add(notes, &note);
	memory_free(text);
}

void notes_addf(struct notes *notes, enum severity severity, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	add_printed(notes, (struct note){.severity = severity}, format, values);
	va_end(values);
}

void notes_add_gap(struct notes *notes, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	add_printed(notes, (struct note){.severity = SEVERITY_WARNING, .incomplete = true}, format,
		    values);
	va_end(values);
}

/* What was dropped there is dropped here, too: it came behind `limit` others. */
void notes_append(struct notes *notes, const struct notes *from, size_t base)
{
	const uint64_t errors = notes->errors, warnings = notes->warnings;
	const uint64_t incomplete = notes->incomplete;

	for (size_t i = 0; i < from->count; i++) {
		struct note note = from->items[i];

		note.record += note.record ? base : 0;
		count_in(notes, &note);
	}
	notes->dropped += from->dropped;
	notes->errors = errors + from->errors;
	notes->warnings = warnings + from->warnings;
	notes->incomplete = incomplete + from->incomplete;
}

void note_add_place(const struct note *note, struct strbuf *out)
{
	if (note->file)
		strbuf_addstr(out, note->file);
	if (note->file && note->record)
		strbuf_addf(out, "#%zu", note->record);
}

void note_add_text(const struct note *note, struct strbuf *out)
{
	note_add_place(note, out);
	if (note->file)
		strbuf_addstr(out, ": ");
	if (note->path)
		strbuf_addf(out, "%s: ", note->path);
	strbuf_addstr(out, note->text);
}
