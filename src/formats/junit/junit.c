#include "junit.h"

#include <string.h>

#include "runtally/base/arena.h"
#include "view.h"

enum {
	LEVEL_COUNT = 5,
	SUITE_BYTES = 1536, /* at most, without its cases and names */
	NUMBERS_BYTES =
		256,    /* counts and times of a suite or file that were 0 when it was measured */
	GROWTH_MAX = 6, /* a byte's longest escape, &quot; */
	KEPT_BYTES_MAX = 32 * 1024 * 1024, /* larger reports are rendered once more, not kept */
};

/* Where slices of suites are put into files. */
struct packing {
	const struct rendering *rendering;
	struct junit *junit;
	struct junit_slice *slices;
	size_t count, capacity;
	size_t *starts; /* by file: its first slice */
	size_t file_count, file_capacity;
	uint64_t frame;       /* bytes of a file without suites */
	uint64_t used;        /* bytes of the last file, without the open slice */
	uint64_t around;      /* of a file with the suite being packed, but no test case */
	uint64_t suite_bytes; /* of that suite, without test cases */
	uint64_t slice_bytes; /* of the open slice, the last one */
	struct strbuf whole;  /* the report as it was measured, where it is one file */
};

static struct junit_slice new_slice(const struct packing *packing, size_t suite)
{
	return (struct junit_slice){
		.suite = &packing->junit->view.results->suites[suite],
		.started_at = TIME_UNKNOWN,
	};
}

static struct junit_slice *add_slice(struct packing *packing, size_t suite)
{
	struct junit_slice *slice;

	packing->slices = array_reserve(packing->slices, &packing->capacity, packing->count + 1,
					sizeof(*packing->slices));
	slice = &packing->slices[packing->count++];
	*slice = new_slice(packing, suite);
	return slice;
}

/* Puts at most `most` test cases into a slice, and moves *unit on; false: there are no more. */
static bool fill_slice(const struct packing *packing, struct junit_slice *slice,
		       struct junit_unit *unit, size_t most)
{
	const struct junit_names *names = &packing->junit->names;
	bool more = true;

	for (size_t i = 0; i < most && more; i++) {
		junit_slice_add(slice, names, unit->run);
		more = junit_unit_next(names, unit);
	}
	return more;
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
	if (counter->kept)
		strbuf_add(counter->kept, bytes, length);
	return 0;
}

static int render_part(const struct packing *packing, const struct junit_part *part,
		       render_sink *sink, void *ctx, struct error *err)
{
	const struct rendering *rendering = packing->rendering;

	return mustache_render(rendering->templates, rendering->format->template,
			       junit_root(packing->junit, part), rendering->format->escape, sink,
			       ctx, err);
}

/* Bytes of a file; stops as soon as they are more than `limit`. */
static int measure_part(const struct packing *packing, const struct junit_part *part,
			uint64_t limit, uint64_t *bytes, struct error *err)
{
	struct counter counter = {.limit = limit};
	int result = render_part(packing, part, count_bytes, &counter, err);

	*bytes = counter.bytes;
	return counter.bytes > limit ? 0 : result;
}

/* Bytes that the report cannot exceed, without looking at a text. */
static uint64_t upper_bound(const struct view *view)
{
	const struct results *results = view->results;
	const struct render_options *options = view->render;
	uint64_t name = (uint64_t)options->junit_name_bytes * GROWTH_MAX;
	uint64_t passed = results->totals.outcomes[OUTCOME_PASSED];
	uint64_t of_passed =
		2 * name + SUITE_BYTES + (uint64_t)options->junit_passed_output_bytes * GROWTH_MAX;

	if (options->junit_rich)
		of_passed = JUNIT_CASE_BYTES;
	return name + SUITE_BYTES + results->suite_count * (name + SUITE_BYTES) +
	       passed * of_passed + (results->totals.runs - passed) * JUNIT_CASE_BYTES;
}

/* ---- one file ---- */

static void add_suite(struct packing *packing, size_t suite)
{
	struct junit_unit unit;

	if (!junit_unit_first(&packing->junit->names, suite, &unit))
		return;
	add_slice(packing, suite)->first = unit;
	fill_slice(packing, &packing->slices[packing->count - 1], &unit, SIZE_MAX);
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static void fill_levels(const struct render_options *options, struct junit_level *levels)
{
	static const size_t shrunk[LEVEL_COUNT] = {SIZE_MAX, SIZE_MAX, 4096, 1024, 0};

	for (size_t i = 0; i < LEVEL_COUNT; i++)
		levels[i] = (struct junit_level){
			.passed = i ? 0 : options->junit_passed_output_bytes,
			.failed = smaller(options->junit_failed_output_bytes, shrunk[i]),
		};
}

/* Keeps what it measures, so that it need not be rendered again. */
static int try_level(struct packing *packing, const struct junit_part *part,
		     struct junit_level level, bool *fits, struct error *err)
{
	uint64_t limit = packing->junit->view.render->junit_file_bytes;
	struct counter counter = {
		.limit = limit,
		.kept = limit <= KEPT_BYTES_MAX ? &packing->whole : NULL,
	};
	int result;

	junit_set_level(packing->junit, level);
	strbuf_reset(&packing->whole);
	result = render_part(packing, part, count_bytes, &counter, err);
	*fits = counter.bytes <= limit;
	return *fits ? result : 0;
}

/*
 * Finds how much system-out one file has room for: the first level that fits. *fits is false where
 * even the last is too much, which is asked before those in between, so that large reports are not
 * measured in vain. Most reports that are too large fit without what passing cases say.
 */
static int find_level(struct packing *packing, const struct junit_part *part, bool *fits,
		      struct error *err)
{
	const struct view *view = &packing->junit->view;
	struct junit_level levels[LEVEL_COUNT];
	/* At HOPELESS the search ends where the level does not fit, elsewhere where it does. */
	enum { HOPELESS = 2 };
	static const size_t asked[] = {0, 1, LEVEL_COUNT - 1, 2, 3, LEVEL_COUNT - 1};

	fill_levels(view->render, levels);
	junit_set_level(packing->junit, levels[0]);
	*fits = upper_bound(view) <= view->render->junit_file_bytes;
	if (*fits)
		return 0;
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		if (try_level(packing, part, levels[asked[i]], fits, err) < 0)
			return -1;
		if (*fits != (i == HOPELESS))
			return 0;
	}
	return 0;
}

/* ---- several files ---- */

static void begin_file(struct packing *packing, size_t first_slice)
{
	packing->starts = array_reserve(packing->starts, &packing->file_capacity,
					packing->file_count + 1, sizeof(*packing->starts));
	packing->starts[packing->file_count++] = first_slice;
	packing->used = packing->frame;
}

/* Begins a slice of test cases whose suite has others in earlier files. */
static struct junit_slice continued_slice(const struct packing *packing, size_t suite,
					  const struct junit_unit *first)
{
	struct junit_slice slice = new_slice(packing, suite);

	slice.first = *first;
	slice.continues = true;
	return slice;
}

/* Makes room for a test case of so many bytes: takes the open slice to a new file, or splits it. */
static void make_room(struct packing *packing, const struct junit_unit *unit, uint64_t bytes)
{
	uint64_t limit = packing->junit->view.render->junit_file_bytes;
	size_t suite = packing->junit->view.results->cases[unit->test_case].suite;

	if (packing->starts[packing->file_count - 1] < packing->count - 1)
		begin_file(packing, packing->count - 1);
	if (packing->used + packing->slice_bytes + bytes <= limit ||
	    !packing->slices[packing->count - 1].tests)
		return;
	*add_slice(packing, suite) = continued_slice(packing, suite, unit);
	begin_file(packing, packing->count - 1);
	packing->slice_bytes = packing->suite_bytes;
}

/* A suite being packed: as many test cases at once as fit. */
struct walk {
	struct junit_unit unit;
	size_t step;
	bool more;
};

/*
 * Takes the next test cases into the open slice, if they fit or there is one; else fewer next time.
 */
static int pack_some(struct packing *packing, size_t suite, struct walk *walk, struct error *err)
{
	uint64_t used = packing->used + packing->slice_bytes, bytes;
	uint64_t limit = packing->junit->view.render->junit_file_bytes;
	uint64_t room = limit > used ? limit - used : 0;
	struct junit_unit next = walk->unit;
	struct junit_slice slice = continued_slice(packing, suite, &walk->unit);
	const struct junit_part part = {&slice, 1};

	fill_slice(packing, &slice, &next, walk->step);
	if (measure_part(packing, &part, slice.tests > 1 ? packing->around + room : UINT64_MAX,
			 &bytes, err) < 0)
		return -1;
	bytes -= packing->around;
	if (bytes > room && slice.tests > 1) {
		walk->step = (size_t)slice.tests / 2;
		return 0;
	}
	if (bytes > room)
		make_room(packing, &walk->unit, bytes);
	walk->more =
		fill_slice(packing, &packing->slices[packing->count - 1], &walk->unit, walk->step);
	walk->step = (size_t)slice.tests * 2;
	packing->slice_bytes += bytes;
	return 0;
}

static int pack_suite(struct packing *packing, size_t suite, struct error *err)
{
	struct walk walk = {.step = SIZE_MAX};
	const struct junit_slice empty = new_slice(packing, suite);
	const struct junit_part part = {&empty, 1};

	if (measure_part(packing, &part, UINT64_MAX, &packing->around, err) < 0)
		return -1;
	packing->suite_bytes = packing->around - packing->frame + 2 * NUMBERS_BYTES;
	packing->slice_bytes = packing->suite_bytes;
	walk.more = junit_unit_first(&packing->junit->names, suite, &walk.unit);
	add_slice(packing, suite)->first = walk.unit;
	while (walk.more)
		if (pack_some(packing, suite, &walk, err) < 0)
			return -1;
	packing->used += packing->slice_bytes;
	return 0;
}

static int pack_all(struct packing *packing, struct error *err)
{
	const struct junit_part empty = {.count = 0};

	packing->count = 0;
	packing->file_count = 0;
	if (measure_part(packing, &empty, UINT64_MAX, &packing->frame, err) < 0)
		return -1;
	begin_file(packing, 0);
	for (size_t i = 0; i < packing->junit->view.results->suite_count; i++)
		if (pack_suite(packing, i, err) < 0)
			return -1;
	return 0;
}

/* Decides how many files there are, and what is in each. */
static int pack(struct packing *packing, struct error *err)
{
	const struct view *view = &packing->junit->view;
	struct junit_part whole;
	bool fits;

	begin_file(packing, 0);
	for (size_t i = 0; i < view->results->suite_count; i++)
		add_suite(packing, i);
	if (!view->results->run_count)
		*add_slice(packing, 0) = junit_setup_slice(view);
	whole = (struct junit_part){packing->slices, packing->count};
	if (find_level(packing, &whole, &fits, err) < 0)
		return -1;
	if (fits || !view->results->run_count)
		return 0;
	strbuf_release(&packing->whole);
	return pack_all(packing, err);
}

static int write_files(const struct packing *packing, struct error *err)
{
	const struct rendering *rendering = packing->rendering;

	if (packing->whole.length) {
		if (rendering->begin(rendering->ctx, 0, err) < 0)
			return -1;
		return rendering->sink(rendering->ctx, packing->whole.text, packing->whole.length,
				       err);
	}
	for (size_t i = 0; i < packing->file_count; i++) {
		size_t first = packing->starts[i];
		size_t end = i + 1 < packing->file_count ? packing->starts[i + 1] : packing->count;
		const struct junit_part part = {&packing->slices[first], end - first};

		if (rendering->begin(rendering->ctx, i, err) < 0 ||
		    render_part(packing, &part, rendering->sink, rendering->ctx, err) < 0)
			return -1;
	}
	return 0;
}

int junit_render(const struct rendering *rendering, struct error *err)
{
	struct junit junit;
	struct packing packing = {
		.rendering = rendering,
		.junit = &junit,
		.whole = STRBUF_INIT,
	};
	int result;

	junit_init(&junit, rendering->view);
	result = pack(&packing, err);
	if (!result)
		result = write_files(&packing, err);
	strbuf_release(&packing.whole);
	memory_free(packing.slices);
	memory_free(packing.starts);
	junit_release(&junit);
	return result;
}
