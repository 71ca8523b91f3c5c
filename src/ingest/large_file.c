#include "large_file.h"

#include <string.h>

#include "runtally/adapters/adapters.h"
#include "runtally/input/scanner.h"

enum {
	AHEAD = 32, /* segments that wait or are read at a time */
	GUESS_BYTES =
		16 * 1024, /* a segment's beginning is looked for in so many bytes at a time */
	KEY_BYTES = 64,
	TRY_BYTES = 8 * 1024,
	TRIES_MOST = 8,  /* times its own size that a segment reads in vain */
	MISSES_MOST = 4, /* segments in a row that did not fit: the rest is read without */
	STARTS_MOST = 16,
};

/* A blob from some byte on, up to another. */
struct blob_range {
	struct blob blob;
	const struct blob *whole;
	uint64_t at, end;
	bool sparing; /* as long as nothing tells that a record begins there */
};

static int64_t read_range(struct blob *blob, void *buffer, size_t size, struct error *err)
{
	struct blob_range *range = blob->state;
	int64_t got;

	if (range->sparing && size > TRY_BYTES)
		size = TRY_BYTES;
	if (size > range->end - range->at)
		size = (size_t)(range->end - range->at);
	got = range->whole->read_at(range->whole, buffer, size, range->at, err);
	if (got > 0)
		range->at += (uint64_t)got;
	return got;
}

static void range_begin(struct blob_range *range, const struct blob *whole, uint64_t at,
			uint64_t end)
{
	*range = (struct blob_range){.whole = whole, .at = at, .end = end};
	range->blob = (struct blob){.read = read_range, .state = range};
}

/* What all segments of one list, or of lines, have in common. */
struct stretch {
	const struct blob *blob;
	const struct input_names *names;
	struct records_place nesting;
	/* A record's text up to its first colon, and the byte that stands before a record. */
	char key[KEY_BYTES];
	size_t key_length;
	char before;
};

struct segment {
	struct job job; /* first: run_segment gets a pointer to it */
	const struct stretch *stretch;
	uint64_t from, to; /* records that begin in here */
	uint64_t begin;    /* where its first record was found; UINT64_MAX: nowhere */
	struct records_place end;
	size_t count;
	uint64_t tried;            /* bytes read in vain */
	struct input_names *names; /* its own: of_runs.before is set when it is known */
	const struct adapter *list_owner;
	struct batch batch;
};

/* ---- a segment, in whatever thread ---- */

static bool is_beginning(const struct stretch *stretch, const char *text, size_t at)
{
	if (memcmp(text + at, stretch->key, stretch->key_length) != 0)
		return false;
	while (at > 0 && is_blank(text[at - 1]) && text[at - 1] != stretch->before)
		at--;
	return at > 0 && text[at - 1] == stretch->before;
}

/* The next place in `text` where a record may begin; `length` where there is none. */
static size_t find_beginning(const struct stretch *stretch, const char *text, size_t at,
			     size_t length)
{
	for (; at + stretch->key_length <= length; at++) {
		const char *brace = memchr(text + at, '{', length - at);

		if (!brace)
			return length;
		at = (size_t)(brace - text);
		if (at + stretch->key_length <= length && is_beginning(stretch, text, at))
			return at;
	}
	return length;
}

static bool is_known(const struct worker *worker, const struct record *record)
{
	enum record_kind kind = recognise(record->value, worker->collector.options->from).kind;

	return kind == RECORD_RUN || kind == RECORD_DEFINITION;
}

/*
 * Reads records from `begin` on; false: the first one is none that an adapter knows, or ends a
 * segment's length behind this one.
 */
static bool read_from(struct segment *segment, struct worker *worker, uint64_t begin)
{
	const struct stretch *stretch = segment->stretch;
	struct records *records = worker->records;
	struct record record;
	struct blob_range range;
	struct error err;

	range_begin(&range, stretch->blob, begin, 2 * segment->to - segment->from);
	range.sparing = true;
	records_reset_within(records, &range.blob, &stretch->nesting, begin);
	records_stop_at(records, segment->to);
	while (records_next(records, &record, &err) == RECORDS_RECORD) {
		if (!segment->count && !is_known(worker, &record))
			break;
		if (!worker_take_apart(worker, &record))
			break;
		range.sparing = false;
		segment->count++;
		segment->end = records_place(records);
	}
	segment->tried += segment->count ? 0 : range.at - begin;
	return segment->count > 0;
}

/* A file can hold any number of what seems to be a record and is not. */
static bool gives_up(const struct segment *segment)
{
	return segment->tried > TRIES_MOST * (segment->to - segment->from);
}

/* Looks through the window that begins at `at`. */
static bool begin_in(struct segment *segment, struct worker *worker, const char *text,
		     size_t length, uint64_t at)
{
	size_t found = find_beginning(segment->stretch, text, 0, length);

	for (; found < length && at + found < segment->to && !gives_up(segment);
	     found = find_beginning(segment->stretch, text, found + 1, length)) {
		if (!read_from(segment, worker, at + found))
			continue;
		segment->begin = at + found;
		return true;
	}
	return false;
}

static void run_segment(struct job *job, void *context)
{
	struct segment *segment = (struct segment *)job;
	struct worker *worker = context;
	const struct blob *blob = segment->stretch->blob;
	char *text = memory_alloc(GUESS_BYTES);
	struct error err;
	uint64_t at = segment->from;

	segment->names = arena_alloc(&worker->collector.runs.arena, sizeof(*segment->names));
	*segment->names = *segment->stretch->names;
	worker_begin(worker, segment->names);
	while (at < segment->to) {
		int64_t got = blob->read_at(blob, text, GUESS_BYTES, at, &err);

		if (got <= KEY_BYTES || begin_in(segment, worker, text, (size_t)got, at) ||
		    gives_up(segment))
			break;
		at += (uint64_t)got - KEY_BYTES;
	}
	segment->list_owner = worker->list_owner;
	collector_hand_over(&worker->collector, &segment->batch);
	memory_free(text);
}

/* ---- the whole ---- */

struct leader {
	struct worker *worker;
	struct thread_pool *thread_pool;
	struct records *records;
	struct blob_range range;
	struct stretch stretch;
	uint64_t segment_bytes;
	struct segment segments[AHEAD];
	bool begun;
	uint64_t first; /* where the first segment begins */
	size_t next;    /* number of the segment that comes next */
	size_t misses, starts;
};

static struct segment *next_segment(struct leader *leader)
{
	return &leader->segments[leader->next % AHEAD];
}

static void add_segment(struct leader *leader, size_t number)
{
	struct segment *segment = &leader->segments[number % AHEAD];
	uint64_t from = leader->first + number * leader->segment_bytes;

	*segment = (struct segment){
		.job = {.run = run_segment},
		.stretch = &leader->stretch,
		.from = from,
		.to = from + leader->segment_bytes,
		.begin = UINT64_MAX,
	};
	thread_pool_add(leader->thread_pool, &segment->job);
}

static void stop(struct leader *leader)
{
	for (size_t i = 0; leader->begun && i < AHEAD; i++) {
		thread_pool_cancel(leader->thread_pool, &leader->segments[i].job);
		if (leader->segments[i].job.state == JOB_DONE)
			batch_release(&leader->segments[i].batch);
	}
	leader->begun = false;
	records_stop_at(leader->records, UINT64_MAX);
}

/* How records of this stretch begin: `{"id":` behind a comma or at the beginning of a line. */
static bool learn_key(struct leader *leader, const struct record *record)
{
	struct stretch *stretch = &leader->stretch;
	const struct blob *blob = stretch->blob;
	bool is_line = !stretch->nesting.in_list && !stretch->nesting.arrays;
	const char *colon;
	struct error err;
	int64_t got = blob->read_at(blob, stretch->key, KEY_BYTES, record->offset, &err);

	if (got <= 0 || stretch->key[0] != '{')
		return false;
	stretch->before = is_line ? '\n' : ',';
	stretch->key_length = 1;
	colon = memchr(stretch->key, ':', (size_t)got);
	if (!is_line && colon)
		stretch->key_length = (size_t)(colon - stretch->key);
	return is_line || colon;
}

/* Behind a record: what follows is likely to be more of its kind. */
static void start(struct leader *leader, const struct record *record)
{
	leader->stretch.nesting = records_place(leader->records);
	if (!learn_key(leader, record))
		return;
	leader->starts++;
	leader->begun = true;
	leader->misses = leader->next = 0;
	leader->first = leader->stretch.nesting.at.offset;
	for (size_t i = 0; i < AHEAD; i++)
		add_segment(leader, i);
	records_stop_at(leader->records, leader->first);
}

static bool fits(const struct segment *segment, const struct records_place *here)
{
	return segment->begin == here->at.offset && !segment->batch.notes.dropped &&
	       records_nested_alike(&segment->stretch->nesting, here);
}

static void take_over(struct leader *leader, struct segment *segment)
{
	uint64_t before = records_sums(leader->records).count;

	segment->names->of_runs.before = before;
	batch_append(&leader->worker->collector.batch, &segment->batch, (size_t)before);
	if (segment->list_owner)
		leader->worker->list_owner = segment->list_owner;
	leader->range.at = segment->end.at.offset;
	records_jump(leader->records, &segment->end, segment->count);
	leader->misses = 0;
}

static void leave_segment(struct leader *leader)
{
	struct segment *segment = next_segment(leader);

	batch_release(&segment->batch);
	add_segment(leader, leader->next + AHEAD);
	leader->next++;
	records_stop_at(leader->records, next_segment(leader)->from);
}

/* At a value that the next segment, or one behind it, may have begun with. */
static void come_to_seam(struct leader *leader)
{
	const struct records_place here = records_place(leader->records);
	struct segment *segment = next_segment(leader);

	thread_pool_finish(leader->thread_pool, &segment->job);
	if (segment->count && segment->begin > here.at.offset && here.at.offset < segment->to &&
	    records_nested_alike(&segment->stretch->nesting, &here)) {
		records_stop_at(leader->records, segment->begin);
		return;
	}
	if (fits(segment, &here))
		take_over(leader, segment);
	else
		leader->misses++;
	if (leader->misses > MISSES_MOST || !records_nested_alike(&leader->stretch.nesting, &here))
		stop(leader);
	else
		leave_segment(leader);
}

void large_file_read(struct worker *worker, const struct blob *blob,
		     struct thread_pool *thread_pool, uint64_t segment_bytes)
{
	struct leader *leader = memory_alloc(sizeof(*leader));
	const struct batch_mark mark = collector_mark(&worker->collector);
	enum record_event event;
	struct record record;
	struct error err;

	*leader = (struct leader){
		.worker = worker,
		.records = worker->records,
		.thread_pool = thread_pool,
		.segment_bytes = segment_bytes,
		.stretch = {.blob = blob, .names = worker->collector.names},
	};
	range_begin(&leader->range, blob, 0, UINT64_MAX);
	records_reset(leader->records, &leader->range.blob);
	while ((event = records_next(leader->records, &record, &err)) != RECORDS_END) {
		if (event == RECORDS_SEAM) {
			come_to_seam(leader);
			continue;
		}
		worker_take(worker, event, &record, &err);
		if (!leader->begun && event == RECORDS_RECORD && leader->starts < STARTS_MOST)
			start(leader, &record);
	}
	stop(leader);
	worker_end(worker, &mark);
	memory_free(leader);
}
