#include "runtally/junit.h"

#include <string.h>

#include "runtally/arena.h"
#include "runtally/junit_view.h"

enum {
	LEVEL_COUNT = 5,
	SUITE_BYTES = 1024, /* at most, without its cases and names */
	NUMBERS_BYTES =
		256,    /* counts and times of a suite or file that were 0 when it was measured */
	GROWTH_MAX = 6, /* a byte's longest escape, &quot; */
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
	uint64_t slice_bytes; /* of the open slice, the last one */
};

static struct junit_slice new_slice(const struct packing *packing, size_t suite)
{
	return (struct junit_slice){
		.suite = &packing->junit->view.report->suites[suite],
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

/* ---- measuring ---- */

struct counter {
	uint64_t bytes, limit;
};

static int count_bytes(void *ctx, const char *bytes, size_t length, struct error *err)
{
	struct counter *counter = ctx;

	(void)bytes;
	counter->bytes += length;
	return counter->bytes > counter->limit ? error_set(err, "over the limit") : 0;
}

static int render_part(const struct packing *packing, const struct junit_part *part,
		       render_sink *sink, void *ctx, struct error *err)
{
	const struct rendering *rendering = packing->rendering;

	return mustache_render(rendering->templates, rendering->format->template,
			       junit_root(packing->junit, part), rendering->format->escape, sink,
			       ctx, err);
}

/* Sets *fits; stops as soon as it does not. */
static int try_part(const struct packing *packing, const struct junit_part *part, uint64_t limit,
		    bool *fits, struct error *err)
{
	struct counter counter = {.limit = limit};
	int result = render_part(packing, part, count_bytes, &counter, err);

	*fits = counter.bytes <= limit;
	return *fits ? result : 0;
}

static int measure_part(const struct packing *packing, const struct junit_part *part,
			uint64_t *bytes, struct error *err)
{
	struct counter counter = {.limit = UINT64_MAX};
	int result = render_part(packing, part, count_bytes, &counter, err);

	*bytes = counter.bytes;
	return result;
}

/* Bytes that the report cannot exceed, without looking at a text. */
static uint64_t upper_bound(const struct view *view)
{
	const struct report *report = view->report;
	const struct render_options *options = view->render;
	uint64_t name = (uint64_t)options->junit_name_bytes * GROWTH_MAX;
	uint64_t passed = report->totals.outcomes[OUTCOME_PASSED];
	uint64_t of_passed =
		2 * name + SUITE_BYTES + (uint64_t)options->junit_passed_output_bytes * GROWTH_MAX;

	if (options->junit_rich)
		of_passed = JUNIT_CASE_BYTES;
	return name + SUITE_BYTES + report->suite_count * (name + SUITE_BYTES) +
	       passed * of_passed + (report->totals.runs - passed) * JUNIT_CASE_BYTES;
}

/* ---- one file ---- */

static void add_suite(struct packing *packing, size_t suite)
{
	const struct junit_names *names = &packing->junit->names;
	struct junit_slice *slice = add_slice(packing, suite);
	struct junit_unit unit;

	if (!junit_unit_first(names, suite, &unit))
		return;
	slice->first = unit;
	do {
		junit_slice_add(slice, names, unit.run);
	} while (junit_unit_next(names, &unit));
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

/* Finds how much system-out one file has room for. *fits is false where even none is too much. */
static int find_level(struct packing *packing, const struct junit_part *part, bool *fits,
		      struct error *err)
{
	const struct view *view = &packing->junit->view;
	uint64_t limit = view->render->junit_file_bytes;
	struct junit_level levels[LEVEL_COUNT];

	fill_levels(view->render, levels);
	junit_set_level(packing->junit, levels[0]);
	*fits = upper_bound(view) <= limit;
	for (size_t i = 0; i < LEVEL_COUNT && !*fits; i++) {
		junit_set_level(packing->junit, levels[i]);
		if (try_part(packing, part, limit, fits, err) < 0)
			return -1;
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

static int measure_suite(const struct packing *packing, size_t suite, uint64_t *bytes,
			 struct error *err)
{
	const struct junit_slice slice = new_slice(packing, suite);
	const struct junit_part part = {&slice, 1};

	return measure_part(packing, &part, bytes, err);
}

/* Bytes of one test case: those of a file that holds it alone, without `around`. */
static int measure_unit(const struct packing *packing, size_t suite, const struct junit_unit *unit,
			uint64_t around, uint64_t *bytes, struct error *err)
{
	struct junit_slice slice = new_slice(packing, suite);
	const struct junit_part part = {&slice, 1};
	int result;

	slice.first = *unit;
	slice.continues = true;
	junit_slice_add(&slice, &packing->junit->names, unit->run);
	result = measure_part(packing, &part, bytes, err);
	*bytes -= result < 0 ? 0 : around;
	return result;
}

/* Makes room for a test case of so many bytes: takes the open slice to a new file, or splits it. */
static void make_room(struct packing *packing, size_t suite, const struct junit_unit *unit,
		      uint64_t suite_bytes, uint64_t bytes)
{
	uint64_t limit = packing->junit->view.render->junit_file_bytes;
	uint64_t slice_bytes = packing->slice_bytes;
	struct junit_slice *slice;

	if (packing->used + slice_bytes + bytes <= limit)
		return;
	if (packing->starts[packing->file_count - 1] < packing->count - 1)
		begin_file(packing, packing->count - 1);
	if (packing->used + slice_bytes + bytes <= limit ||
	    !packing->slices[packing->count - 1].tests)
		return;
	slice = add_slice(packing, suite);
	slice->first = *unit;
	slice->continues = true;
	begin_file(packing, packing->count - 1);
	packing->slice_bytes = suite_bytes;
}

static int pack_suite(struct packing *packing, size_t suite, struct error *err)
{
	const struct junit_names *names = &packing->junit->names;
	uint64_t around, suite_bytes, bytes;
	struct junit_unit unit;
	bool more = junit_unit_first(names, suite, &unit);

	if (measure_suite(packing, suite, &around, err) < 0)
		return -1;
	suite_bytes = around - packing->frame + 2 * NUMBERS_BYTES;
	packing->slice_bytes = suite_bytes;
	add_slice(packing, suite)->first = unit;
	for (; more; more = junit_unit_next(names, &unit)) {
		if (measure_unit(packing, suite, &unit, around, &bytes, err) < 0)
			return -1;
		make_room(packing, suite, &unit, suite_bytes, bytes);
		junit_slice_add(&packing->slices[packing->count - 1], names, unit.run);
		packing->slice_bytes += bytes;
	}
	packing->used += packing->slice_bytes;
	return 0;
}

static int pack_all(struct packing *packing, struct error *err)
{
	const struct junit_part empty = {.count = 0};

	packing->count = 0;
	packing->file_count = 0;
	if (measure_part(packing, &empty, &packing->frame, err) < 0)
		return -1;
	begin_file(packing, 0);
	for (size_t i = 0; i < packing->junit->view.report->suite_count; i++)
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
	for (size_t i = 0; i < view->report->suite_count; i++)
		add_suite(packing, i);
	if (!view->report->run_count)
		*add_slice(packing, 0) = junit_setup_slice(view);
	whole = (struct junit_part){packing->slices, packing->count};
	if (find_level(packing, &whole, &fits, err) < 0)
		return -1;
	return fits || !view->report->run_count ? 0 : pack_all(packing, err);
}

static int write_files(const struct packing *packing, struct error *err)
{
	const struct rendering *rendering = packing->rendering;

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
	struct packing packing = {.rendering = rendering, .junit = &junit};
	int result;

	junit_init(&junit, rendering->view);
	result = pack(&packing, err);
	if (!result)
		result = write_files(&packing, err);
	memory_free(packing.slices);
	memory_free(packing.starts);
	junit_release(&junit);
	return result;
}
