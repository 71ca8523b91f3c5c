#include "runtally/model/call.h"

#include <stdlib.h>
#include <string.h>

#include "runtally/base/times.h"
#include "runtally/base/utf8.h"

void call_init(struct call *call)
{
	*call = (struct call){
		.file = "",
		.title = "",
		.environment = "",
		.written_at = TIME_UNKNOWN,
		.since = TIME_UNKNOWN,
		.until = TIME_UNKNOWN,
		.from = TIME_UNKNOWN,
		.to = TIME_UNKNOWN,
	};
}

bool call_matters(const struct call *call)
{
	return call->gaps || call->shards;
}

static const char *text_of(const struct note *note, struct arena *arena)
{
	struct strbuf text = STRBUF_INIT;
	const char *kept;
	size_t length;

	note_add_text(note, &text);
	length = utf8_cut(text.text, text.length, CALL_NOTE_TEXT);
	kept = arena_printf(arena, "%.*s%s", (int)length, text.text,
			    length < text.length ? "…" : "");
	strbuf_release(&text);
	return kept;
}

void call_take_notes(struct call *call, const struct notes *notes, struct arena *arena)
{
	const char **texts = arena_alloc(arena, CALL_NOTES * sizeof(*texts));

	call->errors = notes->errors;
	call->gaps = call->shards ? notes->errors : notes->incomplete;
	call->notes = texts;
	for (size_t i = 0; i < notes->count && call->note_count < CALL_NOTES; i++)
		if (notes->items[i].severity == SEVERITY_ERROR ||
		    (notes->items[i].incomplete && !call->shards))
			texts[call->note_count++] = text_of(&notes->items[i], arena);
}

struct call call_copy(const struct call *from, const char *(*filter)(void *ctx, const char *text),
		      void *ctx, struct arena *arena)
{
	const char **notes = arena_alloc(arena, from->note_count * sizeof(*notes));
	struct call copy = *from;
	const char **const texts[] = {&copy.title, &copy.environment};

	copy.file = arena_strdup(arena, from->file);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		*texts[i] = arena_strdup(arena, filter ? filter(ctx, *texts[i]) : *texts[i]);
	for (size_t i = 0; i < from->note_count; i++)
		notes[i] =
			arena_strdup(arena, filter ? filter(ctx, from->notes[i]) : from->notes[i]);
	copy.notes = notes;
	return copy;
}

static int compare_calls(const void *a, const void *b)
{
	const struct call *one = a, *other = b;

	if (one->written_at != other->written_at)
		return one->written_at < other->written_at ? -1 : 1;
	return strcmp(one->file, other->file);
}

size_t calls_sort(struct call *calls, size_t count)
{
	size_t kept = 0;

	if (count)
		qsort(calls, count, sizeof(*calls), compare_calls);
	for (size_t i = 0; i < count; i++)
		if (!kept || compare_calls(&calls[kept - 1], &calls[i]))
			calls[kept++] = calls[i];
	return kept;
}
