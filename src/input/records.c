#include "runtally/input/records.h"

#include <string.h>

#include "runtally/input/envelope.h"
#include "runtally/input/scanner.h"
#include "runtally/json/json.h"
#include "runtally/json/pick.h"

enum {
	BUFFER_SIZE = 128 * 1024,
	KEY_CACHE_FROM = 8, /* records: fewer do not make up for it */
	GO_ON = -1,         /* instead of an event: nothing to hand out yet */
};

const struct envelope general_envelopes[] = {
	{"data", .list = true, .object = true},
	{"runs", .list = true},
	{"cases", .list = true},
	{"suites", .list = true},
	{"run", .object = true},
	{0},
};

/* Where the text of an object goes on behind a list that was cut out of it. */
struct seam {
	size_t at;
	size_t line, column;
};

/* What may come next in the innermost list. */
enum expectation { FIRST_OR_END, VALUE, COMMA_OR_END };

struct records {
	struct scanner in;
	struct arena arena; /* of the value that was handed out last */
	bool begun, told_failure, ended;
	const char **lists; /* names; and a NULL behind the last */
	size_t name_count, name_capacity;

	/* Where the next value stands: arrays around an object around a list, each optional. */
	size_t arrays;
	bool in_object, in_list;
	enum expectation expect;
	struct piece object, element;
	const char *list;   /* the list that is being walked, or was last */
	size_t listed;      /* elements of it */
	size_t last_listed; /* number of its last record */
	struct seam *seams; /* of the object */
	size_t seam_count, seam_capacity;

	uint64_t documents, count;

	const struct wanted *wanted; /* NULL: records come whole */
	size_t picked;               /* records, of all blobs */
	struct cache *cache;         /* NULL: too few of them yet */
	struct pick pick;
	size_t line, column; /* where the picked record begins */

	uint64_t stop_at;
	bool within; /* a part is read, of values nested as at `began` */
	struct records_place began;
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

/* The same for what is wrong right here. */
static int bad_here(struct records *r, struct record *out, struct error *err, const char *what)
{
	error_set(err, "line %zu, column %zu: %s", r->in.line, scanner_column(&r->in), what);
	return bad(r, out);
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
		return bad_here(r, out, err, "ends inside a list");
	}
	if (!r->documents && !r->count)
		return refuse_blob(r, err, "is empty");
	r->ended = true;
	return RECORDS_END;
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
	if (!scanner_seek_alike(&r->in, piece)) {
		abandon_lists(r);
		if (r->in.before)
			error_set(err, "%s; the rest (%llu bytes) was not read", what.text,
				  (unsigned long long)(scanner_offset(&r->in) - from));
		return bad(r, out);
	}
	if (!r->in.before)
		r->in.before = before;
	if (!piece->begins_line && r->in.before != ',')
		abandon_lists(r);
	r->expect = VALUE;
	if (r->in.line > line + 1)
		error_set(err, "%s; reading goes on at line %zu", what.text, r->in.line);
	return bad(r, out);
}

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

/* The value of a piece, by the way that judges; NULL and an error that names line and column. */
static const struct json_value *parse_piece(struct records *r, const struct piece *piece,
					    struct error *err)
{
	const struct json_value *value = NULL;

	if (piece->overlong)
		error_set(err, "longer than %llu bytes", (unsigned long long)r->in.text_most);
	/* lists in lists are walked down to a depth; what is below comes as a piece */
	else if (piece->too_deep || (r->arrays == SCANNER_DEPTH_MOST && piece->text.text[0] == '['))
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
	out->value = parse_piece(r, piece, err);
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

/* ---- the fast way ---- */

static enum picked pick_window(struct records *r)
{
	const struct picking how = {
		.wanted = r->wanted,
		.lists = r->in_list ? NULL : r->lists,
		.arena = &r->arena,
		.cache = r->cache,
	};
	enum picked result = PICKED_MORE;

	do {
		size_t length;
		const char *text = scanner_window(&r->in, &length);

		arena_reset(&r->arena);
		result = json_pick(text, length, &how, &r->pick);
	} while (result == PICKED_MORE && scanner_read_on(&r->in));
	return result;
}

/*
 * Takes the object that comes next if the fast way takes it, and passes it. False: it is for the
 * way that judges, from its first byte on.
 */
static bool pick(struct records *r, struct record *out)
{
	if (r->wanted && !r->cache && r->picked >= KEY_CACHE_FROM)
		r->cache = key_cache_new();
	if (!r->wanted || pick_window(r) != PICKED || r->pick.length > r->in.text_most) {
		arena_reset(&r->arena);
		return false;
	}
	r->line = r->in.line;
	r->column = scanner_column(&r->in);
	out->value = &r->pick.value;
	out->picked = !wanted_is_everything(r->wanted);
	r->picked++;
	out->number = (size_t)++r->count;
	out->offset = scanner_offset(&r->in);
	out->length = r->pick.length;
	out->list = r->in_list ? r->list : NULL;
	scanner_pass(&r->in, r->pick.length, r->pick.newlines);
	r->expect = COMMA_OR_END;
	return true;
}

/* The window stands until the next record is read, and the text ends where it was passed. */
const struct json_value *records_whole(struct records *r, const struct record *record,
				       struct error *err)
{
	const struct picking how = {.wanted = &wanted_everything, .arena = &r->arena};
	const size_t length = (size_t)record->length;
	const char *text = r->in.buffer + r->in.at - length;
	const struct json_value *value;

	if (!record->picked)
		return record->value;
	arena_reset(&r->arena);
	if (json_pick(text, r->in.end - r->in.at + length, &how, &r->pick) == PICKED)
		return &r->pick.value;
	/* the way that judges takes all that the fast way took: this is for want of memory */
	arena_reset(&r->arena);
	value = parse(r, text, length, r->line, r->column, err);
	if (!value && strncmp(err->text, "line ", 5) != 0)
		error_prefix(err, "line %zu, column %zu", r->line, r->column);
	return value;
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

static void skip_text(struct records *r)
{
	scanner_skip_until(&r->in, is_inside(r) ? "\n[]{},\"" : "\n[{");
}

static int take_value(struct records *r, int byte, struct record *out, struct error *err)
{
	const bool scalar = byte != '{' && byte != '[';
	struct piece *piece = &r->element;
	int event;

	if (scanner_offset(&r->in) >= r->stop_at)
		return RECORDS_SEAM;
	if (!is_inside(r))
		r->documents++;
	if (byte == '[' && !r->in_list && r->arrays < SCANNER_DEPTH_MOST) {
		scanner_step(&r->in);
		r->arrays++;
		r->expect = FIRST_OR_END;
		return GO_ON;
	}
	r->listed += r->in_list;
	if (byte == '{' && pick(r, out))
		return RECORDS_RECORD;
	if (byte == '{' && !r->in_list) {
		piece = &r->object;
		piece->watched = r->in_object = true;
		r->seam_count = 0;
	}
	event = take(r, scan_value(&r->in, piece, err), piece, out, err);
	if (event == RECORDS_BAD && scalar && !is_inside(r))
		skip_text(r);
	return event;
}

/* ---- what stands between values ---- */

static int take_comma(struct records *r, struct record *out, struct error *err)
{
	int event = GO_ON;

	if (!is_inside(r))
		event = bad_here(r, out, err, "a comma outside of any list");
	else if (r->expect != COMMA_OR_END)
		event = bad_here(r, out, err, "a comma with nothing before it");
	r->expect = VALUE;
	scanner_step(&r->in);
	return event;
}

static int take_end_of_list(struct records *r, struct record *out, struct error *err)
{
	int event = GO_ON;

	if (!is_inside(r))
		event = bad_here(r, out, err, "`]` outside of any list");
	else if (r->expect == VALUE)
		event = bad_here(r, out, err, "nothing between the last comma and `]`");
	scanner_step(&r->in);
	if (r->in_list)
		end_list(r);
	else if (r->arrays > 0)
		r->arrays--;
	r->expect = COMMA_OR_END;
	return event;
}

/* In a list this is most likely the end of the object around it. */
static int take_stray_brace(struct records *r, struct record *out, struct error *err)
{
	int event = bad_here(r, out, err,
			     r->in_list ? "`}` where `]` should be" : "`}` outside of any object");

	scanner_step(&r->in);
	if (r->in_list) {
		r->in_list = r->in_object = false;
		r->expect = COMMA_OR_END;
	}
	return event;
}

static int take_garbage(struct records *r, struct record *out, struct error *err)
{
	int event = bad_here(r, out, err, "text that is not JSON");

	scanner_step(&r->in);
	skip_text(r);
	r->expect = COMMA_OR_END;
	return event;
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
	if (is_inside(r) && r->expect == COMMA_OR_END) {
		r->expect = VALUE;
		return bad_here(r, out, err, "a comma is missing before this");
	}
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

/* ---- the calls ---- */

struct records *records_new(struct blob *blob, const struct limits *limits, size_t size)
{
	struct records *r = memory_alloc(sizeof(*r));
	uint64_t budget = limits->record_memory;

	memset(r, 0, sizeof(*r));
	scanner_init(&r->in, blob, limits->record_bytes, size ? size : BUFFER_SIZE);
	r->stop_at = UINT64_MAX;
	arena_init(&r->arena, budget < SIZE_MAX ? (size_t)budget : SIZE_MAX);
	strbuf_init(&r->object.text);
	strbuf_init(&r->element.text);
	for (const struct envelope *e = general_envelopes; e->name; e++)
		if (e->list)
			records_walk(r, e->name);
	return r;
}

void records_free(struct records *r)
{
	scanner_release(&r->in);
	strbuf_release(&r->object.text);
	strbuf_release(&r->element.text);
	arena_release(&r->arena);
	memory_free(r->seams);
	memory_free(r->lists);
	key_cache_free(r->cache);
	memory_free(r);
}

void records_walk(struct records *r, const char *name)
{
	for (size_t i = 0; i < r->name_count; i++)
		if (strcmp(r->lists[i], name) == 0)
			return;
	r->lists = array_reserve(r->lists, &r->name_capacity, r->name_count + 2, sizeof(*r->lists));
	r->lists[r->name_count++] = name;
	r->lists[r->name_count] = NULL;
	r->in.lists = r->lists;
}

void records_want(struct records *r, const struct wanted *wanted)
{
	r->wanted = wanted;
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
			event = take(r, scan_brackets(&r->in, &r->object, err), &r->object, out,
				     err);
		else
			event = next_in_list(r, out, err);
		if (r->within)
			event = within_part(r, event);
	}
	return event == GO_ON ? RECORDS_END : (enum record_event)event;
}

struct records_sums records_sums(const struct records *r)
{
	return (struct records_sums){
		.bytes = scanner_offset(&r->in),
		.documents = r->documents,
		.count = r->count,
		.failed = r->in.failed,
	};
}
