#include "runtally/input/records.h"

#include <string.h>

#include "records_state.h"
#include "runtally/json/key_cache.h"

enum {
	BUFFER_SIZE = 128 * 1024,
	GO_ON = -1, /* instead of an event: nothing to hand out yet */
};

static bool is_inside(const struct records *r)
{
	return r->arrays > 0 || r->in_list;
}

static int skip_blanks(struct records *r)
{
	int byte = scanner_peek(&r->in);

	while (is_blank(byte) || (byte == RECORD_SEPARATOR && !is_inside(r))) {
		scanner_step(&r->in);
		byte = scanner_peek(&r->in);
	}
	return byte;
}

/* ---- trouble ---- */

static int bad(struct records *r, struct record *out)
{
	out->value = NULL;
	out->number = (size_t)++r->count;
	return RECORDS_BAD;
}

static void complain(const struct records *r, struct error *err, const char *what)
{
	error_set(err, "line %zu, column %zu: %s", r->in.line, scanner_column(&r->in), what);
}

static int refuse_blob(struct records *r, struct error *err, const char *what)
{
	error_set(err, "%s", what);
	r->ended = true;
	return RECORDS_BAD;
}

static void abandon_lists(struct records *r)
{
	r->in.capture = NULL;
	r->in_object = r->in_list = false;
	r->arrays = 0;
}

/* The input ended within a value. After a failed read that alone is told, by at_end. */
static int cut_off(struct records *r, struct record *out, struct error *err)
{
	abandon_lists(r);
	if (r->in.failed)
		return GO_ON;
	error_set(err, "line %zu, column %zu: ends inside record %zu", r->in.line,
		  scanner_column(&r->in), (size_t)r->count + 1);
	return bad(r, out);
}

static int at_end(struct records *r, struct record *out, struct error *err)
{
	if (r->in.failed && !r->told_failure) {
		r->told_failure = true;
		return refuse_blob(r, err, r->in.failure.text);
	}
	if (is_inside(r)) {
		abandon_lists(r);
		complain(r, err, "ends inside a list");
		return bad(r, out);
	}
	if (!r->documents && !r->count)
		return refuse_blob(r, err, "is empty");
	r->ended = true;
	return RECORDS_END;
}

static int lose_rest(struct records *r, uint64_t from, struct record *out, struct error *err)
{
	const struct error what = *err;

	abandon_lists(r);
	if (r->in.before)
		error_set(err, "%s; the rest (%llu bytes) was not read", what.text,
			  (unsigned long long)(scanner_offset(&r->in) - from));
	return bad(r, out);
}

/*
 * The end of the piece cannot be told: goes to where another one like it begins. That is in the
 * same list if the piece began its line, or if a comma stands before; else it is a new document,
 * as in a file of one envelope a line.
 */
static int recover(struct records *r, const struct piece *piece, struct record *out,
		   struct error *err)
{
	const struct error what = *err;
	const uint64_t from = scanner_offset(&r->in);
	const size_t line = r->in.line;
	const char before = r->in.before;

	r->in.capture = NULL;
	if (piece == &r->object)
		r->in_object = false;
	r->in.before = 0;
	if (!scanner_seek_alike(&r->in, piece))
		return lose_rest(r, from, out, err);
	if (!r->in.before)
		r->in.before = before;
	if (!piece->begins_line && r->in.before != ',')
		abandon_lists(r);
	r->expect = VALUE;
	if (r->in.line > line + 1)
		error_set(err, "%s; reading goes on at line %zu", what.text, r->in.line);
	return bad(r, out);
}

/* ---- what is handed out ---- */

static int hand_out(struct records *r, const struct piece *piece, struct record *out,
		    struct error *err)
{
	piece_end(&r->in);
	r->expect = COMMA_OR_END;
	out->offset = piece->offset;
	out->length = scanner_offset(&r->in) - piece->offset;
	if (piece == &r->object)
		r->in_object = false;
	out->value = records_parse(r, piece, err);
	if (!out->value)
		return bad(r, out);
	if (piece == &r->object && r->seam_count) {
		out->number = r->last_listed;
		out->listed = r->listed;
		out->list = r->list;
		return RECORDS_REST;
	}
	out->number = (size_t)++r->count;
	out->list = r->in_list ? r->list : NULL;
	return RECORDS_RECORD;
}

/* ---- values ---- */

/* In the object's own text the list stays, but empty, so that duplicate members still show. */
static int begin_list(struct records *r)
{
	scanner_step(&r->in);
	piece_end(&r->in);
	piece_add(&r->in, &r->object, ']');
	r->in_list = true;
	r->expect = FIRST_OR_END;
	r->list = r->in.key;
	r->in.key = NULL;
	r->listed = 0;
	return GO_ON;
}

static void end_list(struct records *r)
{
	r->in_list = false;
	r->last_listed = r->listed ? (size_t)r->count : 0;
	piece_go_on(&r->in, &r->object);
	r->in.depth = 1;
	r->in.open[0] = '{';
	r->seams = array_reserve(r->seams, &r->seam_capacity, r->seam_count + 1, sizeof(*r->seams));
	r->seams[r->seam_count++] = (struct seam){
		.at = r->object.text.length,
		.line = r->in.line,
		.column = scanner_column(&r->in),
	};
}

static int take(struct records *r, enum scanned scanned, struct piece *piece, struct record *out,
		struct error *err)
{
	switch (scanned) {
	case SCANNED_UP_TO_LIST:
		return begin_list(r);
	case SCANNED_BROKEN:
		return recover(r, piece, out, err);
	case SCANNED_CUT:
		return cut_off(r, out, err);
	default:
		return hand_out(r, piece, out, err);
	}
}

static int go_on_in_object(struct records *r, struct record *out, struct error *err)
{
	return take(r, scan_brackets(&r->in, &r->object, err), &r->object, out, err);
}

static int take_object(struct records *r, struct record *out, struct error *err)
{
	r->in_object = true;
	r->seam_count = 0;
	r->object.watched = true;
	return take(r, scan_bracket(&r->in, &r->object, err), &r->object, out, err);
}

static void skip_text(struct records *r)
{
	scanner_skip_until(&r->in, is_inside(r) ? "\n[]{},\"" : "\n[{");
}

static int take_scalar(struct records *r, struct record *out, struct error *err)
{
	int event = take(r, scan_scalar(&r->in, &r->element, err), &r->element, out, err);

	if (event == RECORDS_BAD && !is_inside(r))
		skip_text(r);
	return event;
}

static int take_array(struct records *r)
{
	scanner_step(&r->in);
	r->arrays++;
	r->expect = FIRST_OR_END;
	return GO_ON;
}

static int take_value(struct records *r, int byte, struct record *out, struct error *err)
{
	if (scanner_offset(&r->in) >= r->stop_at)
		return RECORDS_SEAM;
	if (!is_inside(r))
		r->documents++;
	if (byte == '[' && !r->in_list && r->arrays < SCANNER_DEPTH_MOST)
		return take_array(r);
	r->listed += r->in_list;
	if (byte == '{' && records_pick(r, out))
		return RECORDS_RECORD;
	if (byte == '{' && !r->in_list)
		return take_object(r, out, err);
	if (byte != '{' && byte != '[')
		return take_scalar(r, out, err);
	return take(r, scan_bracket(&r->in, &r->element, err), &r->element, out, err);
}

/* ---- what stands between values ---- */

static int take_garbage(struct records *r, struct record *out, struct error *err)
{
	complain(r, err, "text that is not JSON");
	scanner_step(&r->in);
	skip_text(r);
	r->expect = COMMA_OR_END;
	return bad(r, out);
}

static int take_comma(struct records *r, struct record *out, struct error *err)
{
	bool right = is_inside(r) && r->expect == COMMA_OR_END;

	if (!right)
		complain(r, err,
			 is_inside(r) ? "a comma with nothing before it"
				      : "a comma outside of any list");
	r->expect = VALUE;
	scanner_step(&r->in);
	return right ? GO_ON : bad(r, out);
}

static int take_end_of_list(struct records *r, struct record *out, struct error *err)
{
	bool right = is_inside(r) && r->expect != VALUE;

	if (!right)
		complain(r, err,
			 is_inside(r) ? "nothing between the last comma and `]`"
				      : "`]` outside of any list");
	scanner_step(&r->in);
	if (r->in_list)
		end_list(r);
	else if (r->arrays > 0)
		r->arrays--;
	r->expect = COMMA_OR_END;
	return right ? GO_ON : bad(r, out);
}

/* In a list this is most likely the end of the object around it. */
static int take_stray_brace(struct records *r, struct record *out, struct error *err)
{
	complain(r, err, r->in_list ? "`}` where `]` should be" : "`}` outside of any object");
	scanner_step(&r->in);
	if (r->in_list) {
		r->in_list = r->in_object = false;
		r->expect = COMMA_OR_END;
	}
	return bad(r, out);
}

static int miss_comma(struct records *r, struct record *out, struct error *err)
{
	complain(r, err, "a comma is missing before this");
	r->expect = VALUE;
	return bad(r, out);
}

static int next_in_list(struct records *r, struct record *out, struct error *err)
{
	int byte = skip_blanks(r);

	switch (byte) {
	case SCANNER_AT_END:
		return at_end(r, out, err);
	case ',':
		return take_comma(r, out, err);
	case ']':
		return take_end_of_list(r, out, err);
	case '}':
		return take_stray_brace(r, out, err);
	default:
		break;
	}
	if (byte == 0 || !strchr("{[\"-0123456789tfn", byte))
		return take_garbage(r, out, err);
	if (is_inside(r) && r->expect == COMMA_OR_END)
		return miss_comma(r, out, err);
	return take_value(r, byte, out, err);
}

static int begin(struct records *r, struct error *err)
{
	const char *foreign = scanner_begin(&r->in);

	r->begun = true;
	if (foreign)
		return refuse_blob(r, err, foreign);
	if (skip_blanks(r) == '<')
		return refuse_blob(r, err, "is HTML or XML, not JSON (an error page?)");
	return GO_ON;
}

struct records *records_new_sized(struct blob *blob, const struct limits *limits, size_t size)
{
	struct records *r = memory_alloc(sizeof(*r));
	uint64_t budget = limits->record_memory;

	memset(r, 0, sizeof(*r));
	scanner_init(&r->in, blob, limits->record_bytes, size);
	r->stop_at = UINT64_MAX;
	arena_init(&r->arena, budget < SIZE_MAX ? (size_t)budget : SIZE_MAX);
	strbuf_init(&r->object.text);
	strbuf_init(&r->element.text);
	return r;
}

struct records *records_new(struct blob *blob, const struct limits *limits)
{
	return records_new_sized(blob, limits, BUFFER_SIZE);
}

void records_free(struct records *r)
{
	scanner_release(&r->in);
	strbuf_release(&r->object.text);
	strbuf_release(&r->element.text);
	arena_release(&r->arena);
	memory_free(r->seams);
	key_cache_free(r->cache);
	memory_free(r);
}

/* ---- parts ---- */

struct records_place records_place(const struct records *r)
{
	return (struct records_place){
		.at = scanner_place(&r->in),
		.arrays = r->arrays,
		.in_list = r->in_list,
		.list = r->list,
	};
}

bool records_nested_alike(const struct records_place *a, const struct records_place *b)
{
	return a->arrays == b->arrays && a->in_list == b->in_list &&
	       (!a->in_list || a->list == b->list);
}

void records_reset(struct records *r, struct blob *blob)
{
	scanner_reset(&r->in, blob);
	arena_reset(&r->arena);
	r->begun = r->told_failure = r->ended = false;
	r->arrays = 0;
	r->in_object = r->in_list = false;
	r->list = NULL;
	r->listed = r->last_listed = r->seam_count = 0;
	r->documents = r->count = 0;
	r->stop_at = UINT64_MAX;
	r->within = false;
}

void records_reset_within(struct records *r, struct blob *blob, const struct records_place *alike,
			  uint64_t offset)
{
	records_reset(r, blob);
	r->begun = r->within = true;
	r->began = *alike;
	r->arrays = alike->arrays;
	r->in_list = r->in_object = alike->in_list;
	r->list = alike->list;
	r->expect = VALUE;
	r->in.base = offset;
}

void records_stop_at(struct records *r, uint64_t offset)
{
	r->stop_at = offset;
}

void records_jump(struct records *r, const struct records_place *to, size_t count)
{
	scanner_jump(&r->in, &to->at);
	r->count += count;
	r->listed += r->in_list ? count : 0;
	r->documents += is_inside(r) ? 0 : count;
	r->expect = COMMA_OR_END;
}

/* In a part all that is no record of its nesting is for whoever reads the whole. */
static int within_part(const struct records *r, int event)
{
	const struct records_place here = records_place(r);

	if (event == RECORDS_RECORD || event == GO_ON)
		return records_nested_alike(&here, &r->began) ? event : RECORDS_SEAM;
	return RECORDS_SEAM;
}

enum record_event records_next(struct records *r, struct record *out, struct error *err)
{
	int event = GO_ON;

	*out = (struct record){.value = NULL};
	arena_reset(&r->arena);
	while (event == GO_ON && !r->ended) {
		if (!r->begun)
			event = begin(r, err);
		else if (r->in_object && !r->in_list)
			event = go_on_in_object(r, out, err);
		else
			event = next_in_list(r, out, err);
		if (r->within)
			event = within_part(r, event);
	}
	return event == GO_ON ? RECORDS_END : (enum record_event)event;
}

uint64_t records_bytes(const struct records *r)
{
	return scanner_offset(&r->in);
}

uint64_t records_documents(const struct records *r)
{
	return r->documents;
}

uint64_t records_count(const struct records *r)
{
	return r->count;
}

bool records_blob_failed(const struct records *r)
{
	return r->in.failed;
}
