#include "names.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"
#include "runtally/base/hash_table.h"
#include "runtally/base/sha256.h"

enum {
	NAME_BYTES_MIN = 40, /* room for a tag and an ordinal */
	TAG_MASK = 0xffffff,
	SUFFIX_SIZE = 32,
};

/*
 * Hashes of the keys in use. Two keys with one hash cost a suffix that was not needed, never a
 * key that is there twice, so the keys themselves need not be kept.
 */
struct taken {
	size_t *slots; /* 0: free */
	size_t capacity, count;
	struct strbuf name, key; /* the name that is tried, and its key */
};

static void taken_init(struct taken *taken)
{
	*taken = (struct taken){.name = STRBUF_INIT, .key = STRBUF_INIT};
}

static void taken_release(struct taken *taken)
{
	memory_free(taken->slots);
	strbuf_release(&taken->name);
	strbuf_release(&taken->key);
}

static size_t *find_slot(const struct taken *taken, size_t hash)
{
	size_t i = hash ^ (hash >> 15);

	for (;; i++) {
		size_t *slot = &taken->slots[i & (taken->capacity - 1)];

		if (!*slot || *slot == hash)
			return slot;
	}
}

static void taken_grow(struct taken *taken)
{
	size_t *old = taken->slots, capacity = taken->capacity;

	taken->capacity = capacity ? capacity * 2 : 64;
	taken->slots = memory_alloc(taken->capacity * sizeof(*taken->slots));
	memset(taken->slots, 0, taken->capacity * sizeof(*taken->slots));
	for (size_t i = 0; i < capacity; i++)
		if (old[i])
			*find_slot(taken, old[i]) = old[i];
	memory_free(old);
}

/* Whether the text was free; it is taken now. */
static bool claim(struct taken *taken, const struct strbuf *text)
{
	size_t hash = hash_bytes(text->text, text->length);
	size_t *slot;

	if (taken->count >= taken->capacity / 2)
		taken_grow(taken);
	if (!hash)
		hash = 1;
	slot = find_slot(taken, hash);
	if (*slot)
		return false;
	*slot = hash;
	taken->count++;
	return true;
}

static bool is_plain(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

/* The text with each code point that is no letter, digit or _ made a _. */
static void add_key(struct strbuf *key, const char *text)
{
	size_t length = key->length;

	strbuf_add(key, text, strlen(text));
	for (size_t at = length; at < key->length; at++) {
		unsigned char c = (unsigned char)key->text[at];

		if ((c & 0xc0) != 0x80)
			key->text[length++] = is_plain(c) ? (char)c : '_';
	}
	strbuf_truncate(key, length);
}

/* `suffix` must be shorter than the limit. */
static void add_name(struct strbuf *out, const char *text, size_t limit, const char *suffix)
{
	junit_add_named(out, text, limit - strlen(suffix));
	strbuf_addstr(out, suffix);
}

/* The same in each report, as hashes for tables are not. Never 0. */
static uint32_t tag_of(const char *text)
{
	uint8_t digest[SHA256_SIZE];
	uint32_t tag;

	sha256(text, strlen(text), digest);
	tag = ((uint32_t)digest[0] << 16 | (uint32_t)digest[1] << 8 | digest[2]) & TAG_MASK;
	return tag ? tag : 1;
}

static uint32_t tag_after(uint32_t tag)
{
	return tag == TAG_MASK ? 1 : tag + 1;
}

static void name_suite(struct junit_names *names, size_t suite, struct taken *taken)
{
	const char *title = names->results->suites[suite].title;
	struct strbuf *name = &taken->name;
	char suffix[SUFFIX_SIZE] = "";
	uint32_t tag = tag_of(title);

	strbuf_reset(name);
	add_name(name, title, names->limit, "");
	while (!claim(taken, name)) {
		snprintf(suffix, sizeof(suffix), " [%06x]", (unsigned)tag);
		tag = tag_after(tag);
		strbuf_reset(name);
		add_name(name, title, names->limit, suffix);
	}
	names->suites[suite] = arena_strndup(&names->arena, name->text, name->length);
}

/* Jenkins takes what stands before the last dot for a package, and / for a step of its address. */
static void add_class(struct strbuf *out, const char *name)
{
	for (; *name; name++)
		strbuf_addch(out, *name == '.' ? '_' : *name == '/' || *name == ' ' ? '-' : *name);
}

static void name_class(struct junit_names *names, size_t suite, struct taken *taken)
{
	const char *title = names->results->suites[suite].title;
	struct strbuf *class = &taken->name, *key = &taken->key;
	uint32_t tag = tag_of(title);
	size_t length;

	strbuf_reset(class);
	add_class(class, names->suites[suite]);
	length = class->length;
	for (;;) {
		strbuf_reset(key);
		add_key(key, class->text);
		if (claim(taken, key))
			break;
		strbuf_truncate(class, length);
		strbuf_addf(class, "-%06x", (unsigned)tag);
		tag = tag_after(tag);
	}
	names->classes[suite] = arena_strndup(&names->arena, class->text, class->length);
}

static void add_unit_name(const struct junit_names *names, const struct case_group *group,
			  uint32_t tag, uint32_t ordinal, struct strbuf *out)
{
	char suffix[SUFFIX_SIZE] = "";
	int length = 0;

	if (tag)
		length = snprintf(suffix, sizeof(suffix), " [%06x]", (unsigned)tag);
	if (ordinal > 1)
		snprintf(suffix + length, sizeof(suffix) - (size_t)length, " [%u]",
			 (unsigned)ordinal);
	add_name(out, group->name, names->limit, suffix);
}

/* Whether the name was free, under the key classname_name. */
static bool claim_unit(const struct junit_names *names, const struct case_group *group,
		       uint32_t tag, uint32_t ordinal, struct taken *taken)
{
	strbuf_reset(&taken->name);
	strbuf_reset(&taken->key);
	add_unit_name(names, group, tag, ordinal, &taken->name);
	add_key(&taken->key, names->classes[group->suite]);
	strbuf_addch(&taken->key, '_');
	add_key(&taken->key, taken->name.text);
	return claim(taken, &taken->key);
}

static void name_case(struct junit_names *names, size_t index, struct taken *taken)
{
	const struct case_group *group = &names->results->cases[index];
	uint32_t ordinal = 0, tag = 0, next = tag_of(group->id ? group->id : group->name);

	for (size_t i = 0; i < group->run_count; i++) {
		uint32_t *of_run = &names->ordinals[group->first_run + i];

		if (names->retries && !*of_run)
			continue;
		ordinal++;
		while (!claim_unit(names, group, tag, ordinal, taken)) {
			if (ordinal > 1) {
				ordinal++;
				continue;
			}
			tag = next;
			next = tag_after(next);
		}
		*of_run = ordinal;
	}
	names->tags[index] = tag;
}

static int compare_execution(const void *left, const void *right)
{
	const struct run *const *a = *(const struct run *const *const *)left;
	const struct run *const *b = *(const struct run *const *const *)right;
	int order = strcmp((*a)->execution_id, (*b)->execution_id);

	return order ? order : (a > b) - (a < b);
}

/* Sorts the runs of a case by execution, to find each one's next retry. */
static void link_retries(struct junit_names *names, const struct case_group *group)
{
	struct run **runs = names->results->runs + group->first_run;
	struct run ***order = memory_alloc(group->run_count * sizeof(*order));
	size_t count = 0;

	for (size_t i = 0; i < group->run_count; i++) {
		names->ordinals[group->first_run + i] = 1;
		if (runs[i]->execution_id)
			order[count++] = &runs[i];
	}
	qsort(order, count, sizeof(*order), compare_execution);
	for (size_t i = 1; i < count; i++) {
		size_t before = (size_t)(order[i - 1] - names->results->runs);
		size_t after = (size_t)(order[i] - names->results->runs);

		if (strcmp((*order[i - 1])->execution_id, (*order[i])->execution_id) != 0)
			continue;
		names->retries[before] = (uint32_t)after;
		names->ordinals[after] = 0;
	}
	memory_free(order);
}

static void name_all(struct junit_names *names)
{
	const struct results *results = names->results;
	struct taken suites, classes, cases;

	taken_init(&suites);
	taken_init(&classes);
	taken_init(&cases);
	for (size_t i = 0; i < results->suite_count; i++) {
		name_suite(names, i, &suites);
		name_class(names, i, &classes);
	}
	for (size_t i = 0; i < results->case_count; i++) {
		if (names->retries)
			link_retries(names, &results->cases[i]);
		name_case(names, i, &cases);
	}
	taken_release(&suites);
	taken_release(&classes);
	taken_release(&cases);
}

void junit_names_init(struct junit_names *names, const struct results *results,
		      const struct render_options *options)
{
	size_t limit = options->junit_name_bytes;

	assert(results->run_count < UINT32_MAX);
	*names = (struct junit_names){
		.results = results,
		.limit = limit < NAME_BYTES_MIN ? NAME_BYTES_MIN : limit,
	};
	arena_init(&names->arena, 0);
	names->suites = arena_zalloc(&names->arena, results->suite_count * sizeof(char *));
	names->classes = arena_zalloc(&names->arena, results->suite_count * sizeof(char *));
	names->tags = arena_zalloc(&names->arena, results->case_count * sizeof(uint32_t));
	names->ordinals = arena_zalloc(&names->arena, results->run_count * sizeof(uint32_t));
	if (options->junit_reruns)
		names->retries = arena_zalloc(&names->arena, results->run_count * sizeof(uint32_t));
	name_all(names);
}

void junit_names_release(struct junit_names *names)
{
	arena_release(&names->arena);
}

bool junit_unit_first(const struct junit_names *names, size_t suite, struct junit_unit *unit)
{
	const struct suite_group *group = &names->results->suites[suite];

	if (!group->case_count)
		return false;
	unit->test_case = group->first_case;
	unit->run = names->results->cases[group->first_case].first_run;
	return true;
}

bool junit_unit_next(const struct junit_names *names, struct junit_unit *unit)
{
	const struct results *results = names->results;
	const struct case_group *group = &results->cases[unit->test_case];
	const struct suite_group *suite = &results->suites[group->suite];

	for (unit->run++; unit->run < group->first_run + group->run_count; unit->run++)
		if (names->ordinals[unit->run])
			return true;
	if (++unit->test_case == suite->first_case + suite->case_count)
		return false;
	unit->run = results->cases[unit->test_case].first_run;
	return true;
}

bool junit_retry_next(const struct junit_names *names, size_t *run)
{
	if (!names->retries || !names->retries[*run])
		return false;
	*run = names->retries[*run];
	return true;
}

void junit_unit_name(const struct junit_names *names, const struct junit_unit *unit,
		     struct strbuf *out)
{
	add_unit_name(names, &names->results->cases[unit->test_case], names->tags[unit->test_case],
		      names->ordinals[unit->run], out);
}

bool junit_is_judged(const struct run *run)
{
	return run->outcome != OUTCOME_PENDING && run->outcome != OUTCOME_UNKNOWN;
}

const struct run *junit_deciding_run(const struct junit_names *names, size_t run)
{
	const struct run *decides = names->results->runs[run];

	while (junit_retry_next(names, &run)) {
		const struct run *next = names->results->runs[run];

		if (junit_is_judged(next))
			decides = next;
	}
	return decides;
}

int64_t junit_add_time(int64_t sum, int64_t ms)
{
	if (ms < 0)
		return sum;
	return ms > INT64_MAX - sum ? INT64_MAX : sum + ms;
}

int64_t junit_unit_time(const struct junit_names *names, size_t run)
{
	int64_t sum = 0;

	do {
		sum = junit_add_time(sum, names->results->runs[run]->duration_ms);
	} while (junit_retry_next(names, &run));
	return sum;
}
