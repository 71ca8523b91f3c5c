#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>

#include "fixture.h"
#include "runtally/base/spool.h"

enum { CHUNK = 64 * 1024, ADDED = 120, THREADS = 4, SMALL = 30000 };

/* Bytes that tell their seed at every place. */
static char *pattern(uint32_t seed, size_t length)
{
	char *bytes = memory_alloc(length);

	for (size_t i = 0; i < length; i++)
		bytes[i] = (char)(next_random(&seed) >> 8);
	return bytes;
}

static uint64_t add(struct spool *spool, uint32_t seed, size_t length)
{
	char *bytes = pattern(seed, length);
	uint64_t place = spool_add(spool, bytes, length);

	memory_free(bytes);
	assert_true(place > 0);
	return place;
}

static void check(struct spool *spool, uint64_t place, uint32_t seed, size_t length)
{
	struct arena arena;
	char *expected = pattern(seed, length);
	char *bytes;
	size_t got;

	arena_init(&arena, 0);
	bytes = spool_read(spool, place, &arena, &got);
	assert_non_null(bytes);
	assert_int_equal(got, length);
	assert_memory_equal(bytes, expected, length);
	arena_release(&arena);
	memory_free(expected);
}

static size_t chunks_in_memory(const struct spool *spool)
{
	size_t found = 0;

	for (size_t i = 0; i < spool->count; i++)
		found += spool->chunks[i] != NULL;
	return found;
}

/* Lengths about the size of a chunk, and the length before them, which may be cut, too. */
static size_t length_of(size_t index)
{
	static const size_t lengths[] = {
		0,     1,         7,         100,       CHUNK - 9,    CHUNK - 8,
		CHUNK, CHUNK + 1, CHUNK - 4, CHUNK / 3, 3 * CHUNK + 5};

	return lengths[index % (sizeof(lengths) / sizeof(lengths[0]))];
}

static void fill(struct spool *spool, uint64_t places[ADDED])
{
	for (size_t i = 0; i < ADDED; i++)
		places[i] = add(spool, (uint32_t)i, length_of(i));
}

/* In an order that is not that of adding. */
static void check_all(struct spool *spool, const uint64_t places[ADDED])
{
	for (size_t i = 0; i < ADDED; i++) {
		size_t at = i * 7 % ADDED;

		check(spool, places[at], (uint32_t)at, length_of(at));
	}
	assert_false(spool->failed);
}

static void gives_back(void **state)
{
	/* what stays in memory; at most one chunk more, the one being filled, does */
	static const size_t memory[] = {0, 1, CHUNK - 1, CHUNK, 5 * CHUNK, SPOOL_MEMORY};
	struct folder folder;

	(void)state;
	folder_init(&folder);
	for (size_t i = 0; i < sizeof(memory) / sizeof(memory[0]); i++) {
		uint64_t places[ADDED];
		struct spool spool;

		spool_init(&spool, memory[i], folder.path);
		fill(&spool, places);
		if (memory[i] < spool.length)
			assert_int_equal(chunks_in_memory(&spool), memory[i] / CHUNK + 1);
		assert_int_equal(spool.fd >= 0, memory[i] < spool.length);
		assert_int_equal(folder_count(folder.path), 0);
		check_all(&spool, places);
		spool_release(&spool);
	}
	folder_release(&folder);
}

static void file_is_private(void **state)
{
	uint64_t places[ADDED];
	struct folder folder;
	struct spool spool;
	struct stat status;

	(void)state;
	folder_init(&folder);
	spool_init(&spool, 0, folder.path);
	fill(&spool, places);
	assert_int_equal(fstat(spool.fd, &status), 0);
	assert_int_equal(status.st_mode & 0777, 0600);
	assert_int_equal(status.st_nlink, 0);
	assert_int_equal(fcntl(spool.fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	spool_release(&spool);
	folder_release(&folder);
}

static void does_without_a_file(void **state)
{
	static const char *const folders[] = {NULL, "/nonexistent/folder", "/proc"};

	(void)state;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		uint64_t places[ADDED];
		struct spool spool;

		spool_init(&spool, CHUNK, folders[i]);
		fill(&spool, places);
		assert_true(spool.no_file);
		assert_int_equal(chunks_in_memory(&spool), spool.count);
		check_all(&spool, places);
		spool_release(&spool);
	}
}

/* A disk that takes twenty chunks and a half. */
static void goes_on_in_memory(void **state)
{
	struct rlimit before, limit;
	uint64_t places[ADDED];
	struct folder folder;
	struct spool spool;

	(void)state;
	folder_init(&folder);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	limit = before;
	limit.rlim_cur = 20 * CHUNK + CHUNK / 2;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	spool_init(&spool, 4 * CHUNK, folder.path);
	fill(&spool, places);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_true(spool.no_file);
	assert_int_equal(spool.count - chunks_in_memory(&spool), 16);
	check_all(&spool, places);
	spool_release(&spool);
	folder_release(&folder);
}

static void tells_what_is_lost(void **state)
{
	uint64_t places[ADDED];
	struct folder folder;
	struct arena arena;
	struct spool spool;
	size_t length;

	(void)state;
	folder_init(&folder);
	arena_init(&arena, 0);
	spool_init(&spool, 0, folder.path);
	fill(&spool, places);
	assert_int_equal(ftruncate(spool.fd, CHUNK), 0);
	check(&spool, places[2], 2, length_of(2));
	assert_false(spool.failed);
	assert_null(spool_read(&spool, places[ADDED / 2], &arena, &length));
	assert_true(spool.failed);
	spool_release(&spool);
	arena_release(&arena);
	folder_release(&folder);
}

/* ---- several threads ---- */

struct adder {
	struct spool *spool;
	uint32_t first;
	uint64_t places[ADDED];
};

static void *add_many(void *ctx)
{
	struct adder *adder = ctx;

	for (uint32_t i = 0; i < ADDED; i++) {
		char *bytes = pattern(adder->first + i, length_of(i));

		adder->places[i] = spool_add(adder->spool, bytes, length_of(i));
		memory_free(bytes);
	}
	return NULL;
}

static void takes_from_threads(void **state)
{
	static struct adder adders[THREADS];
	pthread_t threads[THREADS];
	struct folder folder;
	struct spool spool;

	(void)state;
	folder_init(&folder);
	spool_init(&spool, 3 * CHUNK, folder.path);
	for (uint32_t i = 0; i < THREADS; i++) {
		adders[i] = (struct adder){.spool = &spool, .first = i * ADDED};
		assert_int_equal(pthread_create(&threads[i], NULL, add_many, &adders[i]), 0);
	}
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(chunks_in_memory(&spool), 4);
	for (uint32_t i = 0; i < THREADS; i++)
		for (uint32_t j = 0; j < ADDED; j++)
			check(&spool, adders[i].places[j], i * ADDED + j, length_of(j));
	spool_release(&spool);
	folder_release(&folder);
}

static void *add_small(void *ctx)
{
	struct adder *adder = ctx;

	for (uint32_t i = 0; i < SMALL; i++) {
		const uint32_t numbers[] = {adder->first, i};
		uint64_t place = spool_add(adder->spool, (const char *)numbers, sizeof(numbers));

		if (i % 1000 == 0)
			adder->places[i / 1000] = place;
	}
	return NULL;
}

/* So small that two threads are at it almost all the time. */
static void takes_small_ones_from_threads(void **state)
{
	static struct adder adders[THREADS];
	pthread_t threads[THREADS];
	struct spool spool;
	struct arena arena;

	(void)state;
	arena_init(&arena, 0);
	spool_init(&spool, 3 * CHUNK, "/tmp");
	for (uint32_t i = 0; i < THREADS; i++) {
		adders[i] = (struct adder){.spool = &spool, .first = i};
		assert_int_equal(pthread_create(&threads[i], NULL, add_small, &adders[i]), 0);
	}
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(spool.length, (uint64_t)THREADS * SMALL * (8 + sizeof(size_t)));
	for (uint32_t i = 0; i < THREADS; i++)
		for (uint32_t j = 0; j < SMALL / 1000; j++) {
			const uint32_t expected[] = {i, j * 1000};
			size_t length;
			char *bytes = spool_read(&spool, adders[i].places[j], &arena, &length);

			assert_non_null(bytes);
			assert_int_equal(length, sizeof(expected));
			assert_memory_equal(bytes, expected, sizeof(expected));
		}
	arena_release(&arena);
	spool_release(&spool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_back),
		cmocka_unit_test(file_is_private),
		cmocka_unit_test(does_without_a_file),
		cmocka_unit_test(goes_on_in_memory),
		cmocka_unit_test(tells_what_is_lost),
		cmocka_unit_test(takes_from_threads),
		cmocka_unit_test(takes_small_ones_from_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
