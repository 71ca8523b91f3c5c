#include "names.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtally/base/hash_table.h"
#include "runtally/base/sha256.h"
#include "runtally/base/utf8.h"
#include "runtally/model/mark.h"
#include "runtally/template/escape.h"

enum {
	NAME_BYTES_MIN = 40, /* room for a tag and an ordinal */
	TAG_MASK = 0xffffff,
	SUFFIX_SIZE = 32,
	LOOK_BYTES = 256,
};

static const char ellipsis[] = "\xE2\x80\xA6";

/* Of a long text only so much is looked at as the line can hold, white space and all. */
void junit_add_line(struct strbuf *out, const char *text, size_t limit)
{
	size_t start = out->length, mark = sizeof(ellipsis) - 1, length = strlen(text);
	size_t seen = utf8_cut(text, length, 4 * limit + LOOK_BYTES), room;

	escape_xml_line(out, text, seen);
	marks_shorten(out, start);
	if (seen == length && out->length - start <= limit)
		return;
	room = limit > mark ? limit - mark : 0;
	strbuf_truncate(out, start + utf8_cut(out->text + start, out->length - start, room));
	strbuf_addstr(out, ellipsis);
}

void junit_add_named(struct strbuf *out, const char *text, size_t limit)
{
	size_t start = out->length;

	junit_add_line(out, text ? text : "", limit);
	if (out->length == start)
		strbuf_addstr(out, "(unnamed)");
}

/* ---- keys in use ---- */

/*
 * Only hashes of them are kept: two keys with one hash cost a suffix that was not needed, never a
 * key that is there twice.
 */
struct taken {
	struct hash_table table;
	uint64_t *hashes;
	size_t capacity;
};

static void taken_release(struct taken *taken)
{
	hash_table_release(&taken->table);
	memory_free(taken->hashes);
}

/* Whether the text was free; it is taken now. */
static bool claim(struct taken *taken, const struct strbuf *text)
{
	uint64_t hash = hash_bytes(text->text, text->length);
	size_t count = taken->table.count, walk;

	for (size_t at = hash_first(&taken->table, hash, &walk); at != HASH_NONE;
	     at = hash_next(&taken->table, hash, &walk))
		if (taken->hashes[at] == hash)
			return false;
	taken->hashes =
		array_reserve(taken->hashes, &taken->capacity, count + 1, sizeof(*taken->hashes));
	taken->hashes[count] = hash;
	hash_add(&taken->table, hash, count);
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

	strbuf_addstr(key, text);
	for (size_t at = length; at < key->length; at++) {
		unsigned char c = (unsigned char)key->text[at];

		if ((c & 0xc0) != 0x80)
			key->text[length++] = is_plain(c) ? (char)c : '_';
	}
	strbuf_truncate(key, length);
}

/* ---- names ---- */

/* What is at work while names are given. */
struct naming {
	struct junit_names *names;
	struct taken suites, classes, cases;
	struct strbuf name, key; /* the name that is tried, and its key */
};

/* With the digits of the tag, if it is not 0, and the ordinal, if it is not the first one. */
static void add_name(const struct junit_names *names, const char *text, uint32_t tag,
		     uint32_t ordinal, struct strbuf *out)
{
	char suffix[SUFFIX_SIZE] = "";
	int length = 0;

	if (tag)
		length = snprintf(suffix, sizeof(suffix), " [%06x]", (unsigned)tag);
	if (ordinal > 1)
		snprintf(suffix + length, sizeof(suffix) - (size_t)length, " [%u]",
			 (unsigned)ordinal);
	junit_add_named(out, text, names->limit - strlen(suffix));
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

static void name_suite(struct naming *naming, size_t suite)
{
	struct junit_names *names = naming->names;
	const char *title = names->results->suites[suite].title;
	struct strbuf *name = &naming->name;
	uint32_t tag = 0, next = tag_of(title);

	for (;; tag = next, next = tag_after(next)) {
		strbuf_reset(name);
		add_name(names, title, tag, 1, name);
		if (claim(&naming->suites, name))
			break;
	}
	names->suites[suite] = arena_strndup(&names->arena, name->text, name->length);
}

/* Jenkins takes what stands before the last dot for a package, and / for a step of its address. */
static void name_class(struct naming *naming, size_t suite)
{
	struct junit_names *names = naming->names;
	uint32_t tag = tag_of(names->results->suites[suite].title);
	struct strbuf *class = &naming->name, *key = &naming->key;
	size_t length;

	strbuf_reset(class);
	for (const char *c = names->suites[suite]; *c; c++)
		strbuf_addch(class, *c == '.' ? '_' : *c == '/' || *c == ' ' ? '-' : *c);
	length = class->length;
	for (;; tag = tag_after(tag)) {
		strbuf_reset(key);
		add_key(key, class->text);
		if (claim(&naming->classes, key))
			break;
		strbuf_truncate(class, length);
		strbuf_addf(class, "-%06x", (unsigned)tag);
	}
	names->classes[suite] = arena_strndup(&names->arena, class->text, class->length);
}

/* Whether the name was free, under the key classname_name. */
static bool claim_case(struct naming *naming, const struct case_group *group, uint32_t tag,
		       uint32_t ordinal)
{
	strbuf_reset(&naming->name);
	strbuf_reset(&naming->key);
	add_name(naming->names, group->name, tag, ordinal, &naming->name);
	add_key(&naming->key, naming->names->classes[group->suite]);
	strbuf_addch(&naming->key, '_');
	add_key(&naming->key, naming->name.text);
	return claim(&naming->cases, &naming->key);
}

static void name_case(struct naming *naming, size_t index)
{
	struct junit_names *names = naming->names;
	const struct case_group *group = &names->results->cases[index];
	uint32_t ordinal = 0, tag = 0, next = tag_of(group->id ? group->id : group->name);

	for (size_t i = 0; i < group->run_count; i++) {
		uint32_t *of_run = &names->ordinals[group->first_run + i];

		if (names->retries && !*of_run)
			continue;
		ordinal++;
		while (!claim_case(naming, group, tag, ordinal)) {
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
	struct naming naming = {.names = names, .name = STRBUF_INIT, .key = STRBUF_INIT};

	for (size_t i = 0; i < results->suite_count; i++) {
		name_suite(&naming, i);
		name_class(&naming, i);
	}
	for (size_t i = 0; i < results->case_count; i++) {
		if (names->retries)
			link_retries(names, &results->cases[i]);
		name_case(&naming, i);
	}
	taken_release(&naming.suites);
	taken_release(&naming.classes);
	taken_release(&naming.cases);
	strbuf_release(&naming.name);
	strbuf_release(&naming.key);
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

void junit_case_name(const struct junit_names *names, size_t test_case, struct strbuf *out)
{
	size_t index = names->results->runs[test_case]->case_index;

	add_name(names, names->results->cases[index].name, names->tags[index],
		 names->ordinals[test_case], out);
}

/* ---- tries ---- */

bool junit_next_retry(const struct junit_names *names, size_t *run)
{
	if (!names->retries || !names->retries[*run])
		return false;
	*run = names->retries[*run];
	return true;
}

const struct run *junit_deciding_run(const struct junit_names *names, size_t test_case,
				     int64_t *time_ms)
{
	const struct run *decides = names->results->runs[test_case];
	size_t at = test_case;

	*time_ms = 0;
	do {
		const struct run *run = names->results->runs[at];

		if (junit_is_judged(run))
			decides = run;
		*time_ms = junit_add_time(*time_ms, run->duration_ms);
	} while (junit_next_retry(names, &at));
	return decides;
}

bool junit_is_judged(const struct run *run)
{
	return run->outcome != OUTCOME_PENDING && run->outcome != OUTCOME_UNKNOWN;
}

int64_t junit_add_time(int64_t sum, int64_t ms)
{
	if (ms < 0)
		return sum;
	return ms > INT64_MAX - sum ? INT64_MAX : sum + ms;
}
