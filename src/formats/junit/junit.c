#include "junit.h"

#include "../budget.h"
#include "runtally/base/arena.h"
#include "values.h"

enum {
	LEVEL_COUNT = 5,
	/* counts and times of a suite or file that were 0 when it was measured */
	NUMBERS_BYTES = 256,
	RUN_ID_BYTES = 256,                /* the run's id is the last thing that goes */
	KEPT_BYTES_MAX = 32 * 1024 * 1024, /* larger files are rendered once more, not kept */
};

/* A report and how it is put into files. */
struct junit_files {
	const struct rendering *rendering;
	uint64_t limit; /* bytes of a file */
	struct junit junit;
	struct junit_slice *slices;
	size_t count, capacity;
	size_t least; /* level, of those that are tried */

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
	struct junit_counts *counts = &slice->counts;
	const struct junit_verdict verdict = junit_verdict(names, number);

	counts->tests++;
	counts->failures += verdict.outcome == OUTCOME_FAILED;
	counts->errors += verdict.outcome == OUTCOME_ERROR;
	counts->skipped += !verdict.judged;
	counts->time_ms = junit_add_time(counts->time_ms, verdict.time_ms);
	if (verdict.started_at == TIME_UNKNOWN || slice->continues)
		return;
	if (slice->started_at == TIME_UNKNOWN || verdict.started_at < slice->started_at)
		slice->started_at = verdict.started_at;
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

/* ---- one file ---- */

/* 0: all system-out. */
static void set_level(struct junit_files *files, size_t level)
{
	static const uint32_t shrunk[LEVEL_COUNT] = {UINT32_MAX, UINT32_MAX, 4096, 1024,
						     RUN_ID_BYTES};
	const struct render_options *options = files->junit.view->render;
	uint32_t failed = options->junit_failed_output_bytes;

	junit_set_level(&files->junit,
			(struct junit_level){
				.passed = level ? 0 : options->junit_passed_output_bytes,
				.failed = failed < shrunk[level] ? failed : shrunk[level],
			});
}

/* Of levels up to files->least, the least of which is amount 0. */
static int try_level(void *ctx, size_t amount, struct budget *budget, struct error *err)
{
	struct junit_files *files = ctx;

	set_level(files, files->least - amount);
	return render_part(files, files->slices, files->count, budget_sink, budget, err);
}

/*
 * Finds how much system-out one file has room for. Most reports that are too large fit without what
 * passing cases say, so that is tried by itself. budget->over: even without any it is too much.
 */
static int find_level(struct junit_files *files, struct budget *budget, struct error *err)
{
	files->least = 1;
	if (budget_fit(budget, 1, try_level, files, err) < 0)
		return -1;
	if (budget->over) {
		files->least = LEVEL_COUNT - 1;
		if (budget_fit(budget, LEVEL_COUNT - 3, try_level, files, err) < 0)
			return -1;
	}
	set_level(files, files->least - (budget->over ? 0 : budget->amount));
	return 0;
}

/* ---- several files ---- */

/* *bytes of a file of one slice, or of none; more than `limit` where they are over it. */
static int measure(const struct junit_files *files, const struct junit_slice *slice, uint64_t limit,
		   uint64_t *bytes, struct error *err)
{
	struct budget budget;
	int failed;

	budget_init(&budget, limit, false);
	failed = render_part(files, slice, slice != NULL, budget_sink, &budget, err);
	*bytes = budget.over ? UINT64_MAX : budget.taken;
	budget_release(&budget);
	return budget.over ? 0 : failed;
}

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
	uint64_t room = files->limit > used ? files->limit - used : 0, most = UINT64_MAX;

	extend_slice(&next, *step);
	if (next.counts.tests > 1)
		most = files->around + room;
	if (measure(files, &next, most, &bytes, err) < 0)
		return -1;
	if (bytes > most) {
		*step = (size_t)next.counts.tests / 2;
		return 0;
	}
	bytes -= files->around;
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
	size_t step = SIZE_MAX;
	uint64_t bytes;

	if (measure(files, &first, UINT64_MAX, &bytes, err) < 0 ||
	    measure(files, &further, UINT64_MAX, &files->around, err) < 0)
		return -1;
	files->suite_bytes = files->around - files->frame + 2 * NUMBERS_BYTES;
	files->slice_bytes = bytes - files->frame + 2 * NUMBERS_BYTES;
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

	files->count = 0;
	/* What marks a part. */
	files->limit -= files->limit < PART_MARK_MAX ? files->limit : PART_MARK_MAX;
	if (measure(files, NULL, UINT64_MAX, &files->frame, err) < 0)
		return -1;
	files->used = files->frame;
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

/* One file. */
static void take_all(struct junit_files *files)
{
	const struct results *results = files->junit.view->results;

	for (size_t i = 0; i < results->suite_count; i++) {
		const struct suite_group *suite = &results->suites[i];
		struct junit_slice slice = new_slice(&files->junit, suite, suite->first_run);

		extend_slice(&slice, SIZE_MAX);
		add_slice(files, &slice);
	}
	if (!results->run_count)
		add_setup(files);
}

static int write_files(const struct junit_files *files, struct error *err)
{
	const struct rendering *rendering = files->rendering;
	size_t part = 0, end;

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

static int fit_and_write(struct junit_files *files, struct budget *budget, struct error *err)
{
	take_all(files);
	if (find_level(files, budget, err) < 0)
		return -1;
	if (!budget->over && budget->keeps)
		return budget_write(budget, files->rendering, err);
	if (budget->over && files->junit.view->results->run_count && pack_all(files, err) < 0)
		return -1;
	return write_files(files, err);
}

int junit_render(const struct rendering *rendering, struct error *err)
{
	const struct view *view = rendering->view;
	struct junit_files files = {
		.rendering = rendering,
		.limit = view->render->junit_file_bytes,
	};
	struct budget budget;
	int failed;

	junit_init(&files.junit, view);
	budget_init(&budget, files.limit, files.limit <= KEPT_BYTES_MAX);
	failed = fit_and_write(&files, &budget, err);
	budget_release(&budget);
	junit_release(&files.junit);
	memory_free(files.slices);
	return failed;
}
