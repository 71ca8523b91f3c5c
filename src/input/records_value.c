#include <string.h>

#include "records_state.h"
#include "runtally/json/json.h"
#include "runtally/json/key_cache.h"
#include "runtally/json/pick.h"

enum { KEY_CACHE_FROM = 8 }; /* records: fewer do not make up for it */

/* ---- from text to value ---- */

static const struct json_value *parse(struct records *r, const char *text, size_t length,
				      size_t line, size_t column, struct error *err)
{
	struct arena *before = json_use_arena(&r->arena);
	const struct json_value *value = json_read(text, length, line, column, err);

	json_use_arena(before);
	return value;
}

/* Makes what follows a list look like the beginning of an object. */
static void open_stretch(struct strbuf *text)
{
	size_t start = 0, next;

	while (is_blank(text->text[start]))
		start++;
	next = start + 1;
	while (text->text[start] == ',' && is_blank(text->text[next]))
		next++;
	if (text->text[start] == '}')
		strbuf_addch(text, '}');
	if (text->text[start] == '}' || (text->text[start] == ',' && text->text[next] != '}'))
		text->text[start] = '{';
}

/* One stretch of the object's text between two lists, made an object by itself. */
static bool stretch_is_right(struct records *r, size_t index, struct error *err)
{
	const struct strbuf *whole = &r->object.text;
	struct seam from = {.line = r->object.line, .column = r->object.column};
	size_t to = index < r->seam_count ? r->seams[index].at : whole->length;
	struct strbuf text = STRBUF_INIT;
	bool right;

	if (index > 0)
		from = r->seams[index - 1];
	strbuf_add(&text, whole->text + from.at, to - from.at);
	if (index > 0)
		open_stretch(&text);
	if (index < r->seam_count)
		strbuf_addch(&text, '}');
	arena_reset(&r->arena);
	right = parse(r, text.text, text.length, from.line, from.column, err) != NULL;
	strbuf_release(&text);
	return right;
}

/* Finds where in the blob the fault is: json_parse counted without the lists. */
static void locate_fault(struct records *r, struct error *err)
{
	const struct error whole = *err;
	const char *what = strstr(whole.text, ": ");

	for (size_t i = 0; i <= r->seam_count; i++)
		if (!stretch_is_right(r, i, err))
			return;
	error_set(err, "line %zu, column %zu%s", r->object.line, r->object.column,
		  what ? what : "");
}

/* Lists in lists are walked down to a depth; what is below comes as a piece. */
static bool is_too_deep_a_list(const struct records *r, const struct piece *piece)
{
	return r->arrays == SCANNER_DEPTH_MOST && piece->text.text[0] == '[';
}

const struct json_value *records_parse(struct records *r, const struct piece *piece,
				       struct error *err)
{
	const struct json_value *value = NULL;

	if (piece->overlong)
		error_set(err, "longer than %llu bytes", (unsigned long long)r->in.text_most);
	else if (piece->too_deep || is_too_deep_a_list(r, piece))
		error_set(err, "deeper than %d levels", SCANNER_DEPTH_MOST);
	else
		value = parse(r, piece->text.text, piece->text.length, piece->line, piece->column,
			      err);
	if (value)
		return value;
	if (strncmp(err->text, "line ", 5) != 0)
		error_prefix(err, "line %zu, column %zu", piece->line, piece->column);
	else if (piece == &r->object && r->seam_count)
		locate_fault(r, err);
	return NULL;
}

/* ---- the fast way ---- */

static enum picked pick_window(struct records *r, struct pick *pick)
{
	const struct picking how = {
		.wanted = r->wanted,
		.lists = r->in_list ? NULL : scanner_lists,
		.arena = &r->arena,
		.cache = r->cache,
	};
	enum picked result = PICKED_MORE;

	do {
		size_t length;
		const char *text = scanner_window(&r->in, &length);

		arena_reset(&r->arena);
		result = json_pick(text, length, &how, pick);
	} while (result == PICKED_MORE && scanner_read_on(&r->in));
	return result;
}

bool records_pick(struct records *r, struct record *out)
{
	struct pick *pick = &r->pick;

	if (r->wanted && !r->cache && r->picked >= KEY_CACHE_FROM)
		r->cache = key_cache_new();
	if (!r->wanted || pick_window(r, pick) != PICKED || pick->length > r->in.text_most) {
		arena_reset(&r->arena);
		return false;
	}
	r->line = r->in.line;
	r->column = scanner_column(&r->in);
	out->value = &pick->value;
	out->picked = !wanted_is_everything(r->wanted);
	r->picked++;
	out->number = (size_t)++r->count;
	out->offset = scanner_offset(&r->in);
	out->length = pick->length;
	out->list = r->in_list ? r->list : NULL;
	scanner_pass(&r->in, pick->length, pick->newlines);
	r->expect = COMMA_OR_END;
	return true;
}

/* By the way that judges; where the fast way refuses it is for want of memory. */
static const struct json_value *parse_whole(struct records *r, const char *text, size_t length,
					    struct error *err)
{
	const struct json_value *value;

	arena_reset(&r->arena);
	value = parse(r, text, length, r->line, r->column, err);
	if (!value && strncmp(err->text, "line ", 5) != 0)
		error_prefix(err, "line %zu, column %zu", r->line, r->column);
	return value;
}

/* The window stands until the next record is read, and the text ends where it was passed. */
const struct json_value *records_whole(struct records *r, const struct record *record,
				       struct error *err)
{
	const struct picking how = {.wanted = &wanted_everything, .arena = &r->arena};
	const size_t length = (size_t)record->length;
	const char *text = r->in.buffer + r->in.at - length;

	if (!record->picked)
		return record->value;
	arena_reset(&r->arena);
	if (json_pick(text, r->in.end - r->in.at + length, &how, &r->pick) == PICKED)
		return &r->pick.value;
	return parse_whole(r, text, length, err);
}

void records_want(struct records *r, const struct wanted *wanted)
{
	r->wanted = wanted;
}
