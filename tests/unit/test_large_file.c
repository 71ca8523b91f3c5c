#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fixture.h"
#include "ingest/large_file.h"
#include "runtally/adapters/adapters.h"

/*
 * Random exports, most of them a list or lines of runs with all that can go wrong in between, read
 * in one go and in segments: both must bring the same batch.
 */

enum { EXPORTS = 300, CONTEXTS = 3 };

struct bytes {
	const char *text;
	size_t length;
	size_t fails_at;     /* reads behind it fail */
	atomic_size_t *read; /* how many bytes were read in all; NULL: nobody asks */
};

static int64_t read_bytes_at(const struct blob *blob, void *buffer, size_t size, uint64_t offset,
			     struct error *err)
{
	const struct bytes *bytes = blob->state;
	size_t left = offset < bytes->length ? bytes->length - (size_t)offset : 0;

	if (offset + size > bytes->fails_at)
		return error_set(err, "cannot read: it is a test");
	if (size > left)
		size = left;
	memcpy(buffer, bytes->text + offset, size);
	if (bytes->read)
		atomic_fetch_add(bytes->read, size);
	return (int64_t)size;
}

struct stream {
	struct blob blob;
	size_t at;
};

static int64_t read_stream(struct blob *blob, void *buffer, size_t size, struct error *err)
{
	struct stream *stream = (struct stream *)blob;
	int64_t got = read_bytes_at(blob, buffer, size, stream->at, err);

	stream->at += got > 0 ? (size_t)got : 0;
	return got;
}

/* ---- exports ---- */

static uint32_t pick(uint32_t *seed, uint32_t count)
{
	return next_random(seed) % count;
}

static void add_run(struct strbuf *out, uint32_t *seed)
{
	static const char *const verdicts[] = {"true", "false", "null", "\"perhaps\""};

	strbuf_addf(out, "{\"jobId\":\"r%u\",", pick(seed, 5000));
	strbuf_addstr(out, pick(seed, 2) ? "\"status\":\"completed\","
					 : "\n  \"status\":\"completed\",");
	strbuf_addf(out, "\"isSuccessful\":%s,\"batchId\":\"%s\",", verdicts[pick(seed, 4)],
		    pick(seed, 9) ? "a case" : "call +49 30 1234567");
	if (!pick(seed, 3))
		strbuf_addstr(out, "\"list\":[{\"jobId\":\"inner\",\"isSuccessful\":true},\n"
				   "{\"jobId\":\"}{\",\"isSuccessful\":true}],");
	for (uint32_t i = pick(seed, 30); i > 0; i--)
		strbuf_addch(out, ' ');
	strbuf_addf(out, "\"score\":%u.5}", pick(seed, 2));
}

static void add_item(struct strbuf *out, uint32_t *seed)
{
	switch (pick(seed, 24)) {
	case 0:
		strbuf_addstr(out, "{\"jobId\":\"broken\",\"isSuccessful\":tru}");
		break;
	case 1:
		strbuf_addstr(out, "{\"jobId\":\"k\\u0065y\",\"isSuccessf\\u0075l\":true}");
		break;
	case 2:
		strbuf_addstr(out, "{\"stranger\":[1,{\"jobId\":2}]}");
		break;
	case 3:
		strbuf_addstr(out, "17");
		break;
	case 4:
		strbuf_addstr(out, "{\"test_id\":\"t\",\"run_id\":\"x\",\"status\":\"passed\","
				   "\"detail_status\":[]}");
		break;
	default:
		add_run(out, seed);
	}
}

static void add_items(struct strbuf *out, uint32_t *seed, const char *const *separators,
		      uint32_t count)
{
	for (uint32_t i = pick(seed, 40); i > 0; i--) {
		add_item(out, seed);
		if (i > 1)
			strbuf_addstr(out, separators[pick(seed, count)]);
	}
}

static void add_export(struct strbuf *out, uint32_t *seed)
{
	static const char *const commas[] = {",", ",", ", ", ",\n", "\n,  ", ",,", " "};
	static const char *const ends[] = {"\n", "\n", "\r\n", "\n \n", "", ","};
	/* now and then without the last ones, which break the list or the line */
	uint32_t broken = pick(seed, 3) ? 2 : 0;

	switch (pick(seed, 4)) {
	case 0:
		strbuf_addch(out, '[');
		add_items(out, seed, commas, 5 + broken);
		strbuf_addch(out, ']');
		break;
	case 1:
		strbuf_addstr(out, "{\"meta\":{\"page_number\":1,\"total_pages\":3},\"data\":[");
		add_items(out, seed, commas, 5 + broken);
		strbuf_addstr(out, "],\n\"more\":true}");
		break;
	case 2:
		strbuf_addstr(out, "{\"runs\":[");
		add_items(out, seed, commas, 5);
		strbuf_addstr(out, "],\"cases\":[");
		add_items(out, seed, commas, 5);
		strbuf_addstr(out, pick(seed, 4) ? "]}" : "]");
		break;
	default:
		add_items(out, seed, ends, 4 + broken);
	}
}

/* ---- batches ---- */

struct world {
	struct ingest_options options;
	struct input_names names;
	struct progress progress;
	struct wanted *wanted;
	struct worker workers[CONTEXTS + 1];
	struct thread_pool *thread_pool;
	size_t own_runs; /* of the last batch: read by the caller's worker, not by the pool's */
};

static void setup(struct world *world, size_t notes_limit)
{
	void *contexts[CONTEXTS];

	*world = (struct world){
		.names = {"in.json", "./in.json", {.label = "in.json", .folder = "here"}},
		.options =
			{
				.rules = {.pass_score_micro = 800000},
				.limits = default_limits,
				.redact = true,
			},
	};
	pthread_mutex_init(&world->progress.lock, NULL);
	world->wanted = wanted_new();
	adapters_want(world->wanted);
	for (size_t i = 0; i <= CONTEXTS; i++) {
		worker_init(&world->workers[i], &world->options, world->wanted, notes_limit,
			    &world->progress, NULL);
		if (i < CONTEXTS)
			contexts[i] = &world->workers[i];
	}
	world->thread_pool = thread_pool_new(contexts, CONTEXTS);
}

static void teardown(struct world *world)
{
	thread_pool_free(world->thread_pool);
	for (size_t i = 0; i <= CONTEXTS; i++)
		worker_release(&world->workers[i]);
	wanted_free(world->wanted);
	pthread_mutex_destroy(&world->progress.lock);
}

static void add_notes(struct strbuf *out, const struct notes *notes)
{
	for (size_t i = 0; i < notes->count; i++) {
		const struct note *note = &notes->items[i];

		strbuf_addf(out, "%d %s#%zu %s: %s *%llu\n", note->severity, note->file,
			    note->record, note->path ? note->path : "", note->text,
			    (unsigned long long)note->count);
	}
	strbuf_addf(out, "%llu errors, %llu warnings, %llu dropped\n",
		    (unsigned long long)notes->errors, (unsigned long long)notes->warnings,
		    (unsigned long long)notes->dropped);
}

static void describe(struct strbuf *out, struct batch *batch)
{
	strbuf_reset(out);
	for (size_t i = 0; i < batch->run_count; i++) {
		const struct run *run = batch->runs[i];

		run_origin(run, out);
		strbuf_addf(out, " %s %s\n", run->run_id, outcome_name(run->outcome));
	}
	add_notes(out, &batch->notes);
	for (size_t i = 0; i < REDACT_KINDS; i++)
		strbuf_addf(out, "%llu redacted, ",
			    (unsigned long long)batch->counts.redactions[i]);
	strbuf_addf(out, "%llu documents, %llu bytes, %llu records, %llu rejected, %zu pages",
		    (unsigned long long)batch->counts.documents,
		    (unsigned long long)batch->counts.bytes,
		    (unsigned long long)batch->counts.records,
		    (unsigned long long)batch->counts.rejected, batch->page_count);
	for (size_t i = 0; i < batch->page_count; i++)
		strbuf_addf(out, ", %zu listed by %s", batch->pages[i].listed,
			    batch->pages[i].owner ? batch->pages[i].owner->name : "nobody");
	batch_release(batch);
}

static void read_in_one_go(struct world *world, struct bytes *bytes, struct strbuf *out)
{
	struct worker *in = &world->workers[CONTEXTS];
	struct stream stream = {.blob = {.read = read_stream, .state = bytes}};
	struct batch batch;

	worker_begin(in, &world->names);
	worker_read(in, &stream.blob);
	collector_hand_over(&in->collector, &batch);
	describe(out, &batch);
}

static void read_in_segments(struct world *world, struct bytes *bytes, uint64_t size,
			     struct strbuf *out)
{
	const struct blob blob = {.read_at = read_bytes_at, .state = bytes};
	struct worker *in = &world->workers[CONTEXTS];
	struct batch batch;

	worker_begin(in, &world->names);
	large_file_read(in, &blob, world->thread_pool, size);
	collector_hand_over(&in->collector, &batch);
	world->own_runs = 0;
	for (size_t i = 0; i < batch.run_count; i++)
		world->own_runs += batch.runs[i]->input == &world->names.of_runs;
	describe(out, &batch);
}

static void check(struct world *world, struct bytes *bytes)
{
	static const uint64_t sizes[] = {1, 100, 700, 3000};
	struct strbuf whole = STRBUF_INIT, parts = STRBUF_INIT;

	read_in_one_go(world, bytes, &whole);
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		read_in_segments(world, bytes, sizes[i], &parts);
		if (strcmp(whole.text, parts.text) != 0)
			print_message("segments of %llu: <%.*s>\n", (unsigned long long)sizes[i],
				      (int)bytes->length, bytes->text);
		assert_string_equal(whole.text, parts.text);
	}
	strbuf_release(&whole);
	strbuf_release(&parts);
}

static void check_exports(size_t notes_limit, uint32_t seed)
{
	struct strbuf text = STRBUF_INIT;
	struct world world;

	setup(&world, notes_limit);
	for (size_t i = 0; i < EXPORTS; i++) {
		struct bytes bytes = {.fails_at = SIZE_MAX};

		strbuf_reset(&text);
		add_export(&text, &seed);
		bytes.text = text.text;
		bytes.length = text.length;
		check(&world, &bytes);
	}
	strbuf_release(&text);
	teardown(&world);
}

static void test_segments_bring_what_one_go_brings(void **state)
{
	(void)state;
	check_exports(1000, 1);
	check_exports(3, 2);
}

/* What was read before is void, whoever had read it. */
static void test_failed_reads_void_all(void **state)
{
	struct strbuf text = STRBUF_INIT, out = STRBUF_INIT;
	struct world world;
	uint32_t seed = 7;
	struct bytes bytes;

	(void)state;
	setup(&world, 1000);
	strbuf_addch(&text, '[');
	for (size_t i = 0; i < 3000; i++) {
		add_run(&text, &seed);
		strbuf_addch(&text, ',');
	}
	bytes = (struct bytes){text.text, text.length, 300000, NULL};
	assert_true(text.length > 300000);
	read_in_segments(&world, &bytes, 20000, &out);
	assert_non_null(strstr(out.text, "cannot read: it is a test"));
	assert_non_null(strstr(out.text, "0 records, 0 rejected"));
	assert_null(strstr(out.text, " passed "));
	strbuf_release(&text);
	strbuf_release(&out);
	teardown(&world);
}

/* A list of runs alike is read by the pool: the caller's own worker reads next to nothing. */
static void test_the_pool_reads_a_plain_list(void **state)
{
	struct strbuf text = STRBUF_INIT, out = STRBUF_INIT;
	struct world world;
	struct bytes bytes;

	(void)state;
	setup(&world, 1000);
	strbuf_addch(&text, '[');
	for (size_t i = 0; i < 2000; i++) {
		strbuf_addf(&text, "%s{\"jobId\":\"r%zu\",\"isSuccessful\":true,", i ? "," : "", i);
		strbuf_addstr(&text, "\"conversation\":[{\"role\":\"user\"},{\"role\":\"bot\"}]}");
	}
	strbuf_addch(&text, ']');
	bytes = (struct bytes){text.text, text.length, SIZE_MAX, NULL};
	read_in_segments(&world, &bytes, 20000, &out);
	assert_in_range(world.own_runs, 1, 40);
	strbuf_release(&text);
	strbuf_release(&out);
	teardown(&world);
}

/* What only seems to begin a record, over and over: each try reads on to the end of its text. */
static void test_tries_in_vain_are_bounded(void **state)
{
	struct strbuf text = STRBUF_INIT, out = STRBUF_INIT;
	atomic_size_t read = 0;
	struct world world;
	struct bytes bytes;

	(void)state;
	setup(&world, 1000);
	strbuf_addch(&text, '[');
	for (size_t i = 0; i < 2000; i++)
		strbuf_addf(&text, "{\"jobId\":\"r%zu\",\"isSuccessful\":true},", i);
	for (size_t i = 0; i < 40000; i++)
		strbuf_addstr(&text, "{\"jobId\":\",");
	bytes = (struct bytes){text.text, text.length, SIZE_MAX, &read};
	read_in_segments(&world, &bytes, 20000, &out);
	assert_in_range(read, text.length, 20 * text.length);
	strbuf_release(&text);
	strbuf_release(&out);
	teardown(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_segments_bring_what_one_go_brings),
		cmocka_unit_test(test_failed_reads_void_all),
		cmocka_unit_test(test_the_pool_reads_a_plain_list),
		cmocka_unit_test(test_tries_in_vain_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
