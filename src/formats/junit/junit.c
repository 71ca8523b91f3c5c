#include "junit.h"

#include <string.h>

#include "runtally/base/arena.h"
#include "values.h"

enum {
	LEVEL_COUNT = 5,
	/* counts and times of a suite or file that were 0 when it was measured */
	NUMBERS_BYTES = 256,
	KEPT_BYTES_MAX = 32 * 1024 * 1024, /* larger reports are rendered once more, not kept */
};

/* A report and how it is put into files. */
struct junit_files {
	const struct rendering *rendering;
	uint64_t limit; /* bytes of a file */
	struct junit junit;
	struct junit_slice *slices;
	size_t count, capacity;
	struct strbuf whole; /* the report as it was measured, where it is one file */

	uint64_t frame;  /* bytes of a file without suites */
	uint64_t used;   /* of the last file, without the open slice */
	uint64_t around; /* of a file with the suite being packed continued, but no test case */
	uint64_t suite_bytes; /* of that suite alone */
	uint64_t slice_bytes; /* of the open slice, the last one */
};

/* ---- slices ---- */

/* One without test cases yet, to begin at this run. */
static struct junit_slice new_slice(struct junit *junit, const struct suite_group *suite,
				    size_t first)
{
	return (struct junit_slice){
		.junit = junit,
		.suite = suite,
		.title = suite ? junit->names.suites[suite - junit->view->results->suites]
			       : junit_setup_suite,
		.first = first,
		.end = first,
		.started_at = TIME_UNKNOWN,
	};
}

/* What goes on where another slice of the suite ends. */
static struct junit_slice continued(const struct junit_slice *slice)
{
	struct junit_slice next = new_slice(slice->junit, slice->suite, slice->end);

	next.continues = true;
	return next;
}

static struct junit_slice *add_slice(struct junit_files *files, const struct junit_slice *slice)
{
	files->slices = array_reserve(files->slices, &files->capacity, files->count + 1,
				      sizeof(*files->slices));
	files->slices[files->count] = *slice;
	return &files->slices[files->count++];
}

static size_t suite_end(const struct junit_slice *slice)
{
	return slice->suite->first_run + slice->suite->run_count;
}

/*
 * Jenkins takes two suites with the same name and time for the same one and drops the second: so
 * only the first slice of a suite tells its time.
 */
static void count_case(struct junit_slice *slice, size_t number)
{
	const struct junit_names *names = &slice->junit->names;
	const struct run *first = names->results->runs[number];
	struct junit_counts *counts = &slice->counts;
	int64_t time_ms, start = run_begin(first);
	const struct run *decides = junit_deciding_run(names, number, &time_ms);

	counts->tests++;
	counts->failures += decides->outcome == OUTCOME_FAILED;
	counts->errors += decides->outcome == OUTCOME_ERROR;
	counts->skipped += !junit_is_judged(decides);
	counts->time_ms = junit_add_time(counts->time_ms, time_ms);
	if (start == TIME_UNKNOWN)
		start = run_when(first);
	if (start == TIME_UNKNOWN || slice->continues)
		return;
	if (slice->started_at == TIME_UNKNOWN || start < slice->started_at)
		slice->started_at = start;
}

/* Takes at most `most` more test cases of its suite into the slice. */
static void extend_slice(struct junit_slice *slice, size_t most)
{
	const uint32_t *ordinals = slice->junit->names.ordinals;

	for (; slice->end < suite_end(slice); slice->end++) {
		if (!ordinals[slice->end])
			continue;
		if (!most--)
			return;
		count_case(slice, slice->end);
	}
}

/* ---- measuring ---- */

struct counter {
	uint64_t bytes, limit;
	struct strbuf *kept; /* where the bytes go; NULL: they are only counted */
};

static int count_bytes(void *ctx, const char *bytes, size_t length, struct error *err)
{
	struct counter *counter = ctx;

	counter->bytes += length;
	if (counter->bytes > counter->limit)
		return error_set(err, "over the limit");
	if (counter->kept && counter->bytes <= KEPT_BYTES_MAX)
		strbuf_add(counter->kept, bytes, length);
	else if (counter->kept)
		strbuf_release(counter->kept);
	return 0;
}

static int render_part(const struct junit_files *files, const struct junit_slice *slices,
		       size_t count, render_sink *sink, void *ctx, struct error *err)
{
	const struct rendering *rendering = files->rendering;
	struct junit_part part = {.slices = slices, .count = count};

	for (size_t i = 0; i < count; i++) {
		part.counts.tests += slices[i].counts.tests;
		part.counts.failures += slices[i].counts.failures;
		part.counts.errors += slices[i].counts.errors;
		part.counts.time_ms = junit_add_time(part.counts.time_ms, slices[i].counts.time_ms);
	}
	return mustache_render(rendering->templates, rendering->format->template,
			       junit_root(files->junit.view, &part), rendering->format->escape,
			       sink, ctx, err);
}

/* Bytes of a file; stops as soon as they are more than counter->limit. */
static int measure(const struct junit_files *files, const struct junit_slice *slices, size_t count,
		   struct counter *counter, struct error *err)
{
	int result = render_part(files, slices, count, count_bytes, counter, err);

	return counter->bytes > counter->limit ? 0 : result;
}

/* ---- one file ---- */

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static struct junit_level level_of(const struct render_options *options, size_t level)
{
	static const size_t shrunk[LEVEL_COUNT] = {SIZE_MAX, SIZE_MAX, 4096, 1024, 0};

	return (struct junit_level){
		.passed = level ? 0 : options->junit_passed_output_bytes,
		.failed = smaller(options->junit_failed_output_bytes, shrunk[level]),
	};
}

/*
 * Finds how much system-out one file has room for: the first level that fits. *fits is false where
 * even the last is too much, which is asked before those in between, so that large reports are not
 * measured in vain. Most reports that are too large fit without what passing cases say. What was
 * measured is kept, so that it need not be rendered again.
 */
static int find_level(struct junit_files *files, bool *fits, struct error *err)
{
	/* At HOPELESS the search ends where the level does not fit, elsewhere where it does. */
	enum { HOPELESS = 2 };
	static const size_t asked[] = {0, 1, LEVEL_COUNT - 1, 2, 3, LEVEL_COUNT - 1};

	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		struct counter counter = {.limit = files->limit, .kept = &files->whole};

		junit_set_level(&files->junit, level_of(files->junit.view->render, asked[i]));
		strbuf_reset(&files->whole);
		if (measure(files, files->slices, files->count, &counter, err) < 0)
			return -1;
		*fits = counter.bytes <= counter.limit;
		if (*fits != (i == HOPELESS))
			return 0;
	}
	return 0;
}

/* ---- several files ---- */

/* Makes room for a test case of so many bytes: takes the open slice to a new file, or splits it. */
static struct junit_slice *make_room(struct junit_files *files, struct junit_slice *open,
				     uint64_t bytes)
{
	struct junit_slice next = continued(open);

	if (!open->begins_file)
		files->used = files->frame;
	open->begins_file = true;
	if (files->used + files->slice_bytes + bytes <= files->limit || !open->counts.tests)
		return open;
	next.begins_file = true;
	files->used = files->frame;
	files->slice_bytes = files->suite_bytes;
	return add_slice(files, &next);
}

/*
 * Takes the next *step test cases into the open slice, if they fit or there is one; else fewer next
 * time.
 */
static int pack_some(struct junit_files *files, size_t *step, struct error *err)
{
	struct junit_slice *open = &files->slices[files->count - 1], next = continued(open);
	uint64_t used = files->used + files->slice_bytes, bytes;
	uint64_t room = files->limit > used ? files->limit - used : 0;
	struct counter counter = {.limit = UINT64_MAX};

	extend_slice(&next, *step);
	if (next.counts.tests > 1)
		counter.limit = files->around + room;
	if (measure(files, &next, 1, &counter, err) < 0)
		return -1;
	bytes = counter.bytes - files->around;
	if (bytes > room && next.counts.tests > 1) {
		*step = (size_t)next.counts.tests / 2;
		return 0;
	}
	if (bytes > room)
		open = make_room(files, open, bytes);
	extend_slice(open, *step);
	files->slice_bytes += bytes;
	*step = (size_t)next.counts.tests * 2;
	return 0;
}

/* What a suite takes is measured twice: its first slice says more than those that continue it. */
static int pack_suite(struct junit_files *files, const struct suite_group *suite, struct error *err)
{
	struct junit_slice first = new_slice(&files->junit, suite, suite->first_run);
	const struct junit_slice further = continued(&first);
	struct counter of_first = {.limit = UINT64_MAX}, of_further = of_first;
	size_t step = SIZE_MAX;

	if (measure(files, &first, 1, &of_first, err) < 0 ||
	    measure(files, &further, 1, &of_further, err) < 0)
		return -1;
	files->around = of_further.bytes;
	files->suite_bytes = of_further.bytes - files->frame + 2 * NUMBERS_BYTES;
	files->slice_bytes = of_first.bytes - files->frame + 2 * NUMBERS_BYTES;
	first.begins_file = !files->count;
	add_slice(files, &first);
	while (files->slices[files->count - 1].end < suite_end(&first))
		if (pack_some(files, &step, err) < 0)
			return -1;
	files->used += files->slice_bytes;
	return 0;
}

static int pack_all(struct junit_files *files, struct error *err)
{
	const struct results *results = files->junit.view->results;
	struct counter counter = {.limit = UINT64_MAX};

	files->count = 0;
	if (measure(files, NULL, 0, &counter, err) < 0)
		return -1;
	files->frame = files->used = counter.bytes;
	for (size_t i = 0; i < results->suite_count; i++)
		if (pack_suite(files, &results->suites[i], err) < 0)
			return -1;
	return 0;
}

/* The slice of a report without runs. */
static void add_setup(struct junit_files *files)
{
	bool error = files->junit.view->notes->errors > 0;
	struct junit_slice slice = new_slice(&files->junit, NULL, 0);

	slice.end = 1;
	slice.counts = (struct junit_counts){.tests = 1, .errors = error, .skipped = !error};
	add_slice(files, &slice);
}

/* Decides how many files there are, and what is in each. */
static int pack(struct junit_files *files, struct error *err)
{
	const struct results *results = files->junit.view->results;
	bool fits;

	for (size_t i = 0; i < results->suite_count; i++) {
		const struct suite_group *suite = &results->suites[i];
		struct junit_slice slice = new_slice(&files->junit, suite, suite->first_run);

		extend_slice(&slice, SIZE_MAX);
		add_slice(files, &slice);
	}
	if (!results->run_count)
		add_setup(files);
	if (find_level(files, &fits, err) < 0)
		return -1;
	if (fits)
		return 0;
	strbuf_release(&files->whole);
	return results->run_count ? pack_all(files, err) : 0;
}

static int write_files(const struct junit_files *files, struct error *err)
{
	const struct rendering *rendering = files->rendering;
	size_t part = 0, end;

	if (files->whole.length) {
		if (rendering->begin(rendering->ctx, 0, err) < 0)
			return -1;
		return rendering->sink(rendering->ctx, files->whole.text, files->whole.length, err);
	}
	for (size_t first = 0; first < files->count; first = end) {
		for (end = first + 1; end < files->count && !files->slices[end].begins_file;)
			end++;
		if (rendering->begin(rendering->ctx, part++, err) < 0 ||
		    render_part(files, &files->slices[first], end - first, rendering->sink,
				rendering->ctx, err) < 0)
			return -1;
	}
	return 0;
}

int junit_render(const struct rendering *rendering, struct error *err)
{
	const struct view *view = rendering->view;
	struct junit_files files = {
		.rendering = rendering,
		.limit = view->render->junit_file_bytes,
		.whole = STRBUF_INIT,
	};
	int result;

	junit_init(&files.junit, view);
	result = pack(&files, err);
	if (!result)
		result = write_files(&files, err);
	junit_release(&files.junit);
	strbuf_release(&files.whole);
	memory_free(files.slices);
	return result;
}
