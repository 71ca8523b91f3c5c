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
	NAME_BYTES_MIN = 100, /* room for what follows the text */
	SUFFIX_SIZE = 64,     /* source and id, a tag, an ordinal */
	ID_BYTES = 12,
	HASH_BYTES = 4,
	TAG_MASK = 0xffffff,
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

/* Of any script; of the marks beside letters the blocks that names are likely to have. */
static bool is_letter(uint32_t c)
{
	static const uint32_t others[][2] = {
		{0x80, 0xa9},     {0xab, 0xb4},     {0xb6, 0xb9},       {0xbb, 0xbf},
		{0xd7, 0xd7},     {0xf7, 0xf7},     {0x2000, 0x206f},   {0x2190, 0x2bff},
		{0x3000, 0x3004}, {0x3008, 0x3020}, {0xe000, 0xf8ff},   {0xff00, 0xff0f},
		{0xff1a, 0xff20}, {0xfff0, 0xffff}, {0x1f000, 0x1faff},
	};

	if (c < 0x80)
		return is_plain((unsigned char)c);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (c >= others[i][0] && c <= others[i][1])
			return false;
	return true;
}

/* The text with each code point that is no letter, digit or _ made a _. */
static void add_key(struct strbuf *key, const char *text)
{
	for (size_t left = strlen(text); left;) {
		struct code_point next = utf8_read(text, left);

		if (!next.bad && is_letter(next.value))
			strbuf_add(key, text, next.length);
		else
			strbuf_addch(key, '_');
		text += next.length;
		left -= next.length;
	}
}

/* ---- names ---- */

/* What is at work while names are given. */
struct naming {
	struct junit_names *names;
	struct taken suites, classes, cases;
	struct strbuf name, key; /* the name that is tried, and its key */
};

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

static void add_hash(struct strbuf *out, const char *text)
{
	uint8_t digest[SHA256_SIZE];

	sha256(text, strlen(text), digest);
	for (int i = 0; i < HASH_BYTES; i++)
		strbuf_addf(out, "%02x", digest[i]);
}

/* Ids that are short and of letters, digits, - and _ stand as they are, others as a hash. */
static void add_id(struct strbuf *out, const char *id)
{
	size_t length = 0;

	while (is_plain((unsigned char)id[length]) || id[length] == '-')
		length++;
	if (length && length <= ID_BYTES && !id[length])
		strbuf_add(out, id, length);
	else
		add_hash(out, id);
}

/* Whether no other text becomes the same name or key: words of letters, a space between them. */
static bool is_its_key(const struct junit_names *names, const char *text)
{
	size_t length = strlen(text);
	bool space = true;

	if (!length || length > names->limit - SUFFIX_SIZE || text[length - 1] == ' ')
		return false;
	while (length) {
		struct code_point next = utf8_read(text, length);

		if (next.bad || (next.value == ' ' && space) || next.value == '_' ||
		    (next.value != ' ' && !is_letter(next.value)))
			return false;
		space = next.value == ' ';
		text += next.length;
		length -= next.length;
	}
	return true;
}

/* What tells the case from others of its name, if anything must. */
static void add_own(const struct junit_names *names, const struct case_group *group,
		    struct strbuf *out)
{
	bool has_id = group->id && strcmp(group->id, group->name) != 0;

	if (!has_id && is_its_key(names, group->name))
		return;
	strbuf_addstr(out, " [");
	if (has_id)
		add_id(out, group->id);
	else
		add_hash(out, group->name);
	strbuf_addch(out, ']');
}

static void add_with(const struct junit_names *names, const char *text, const char *suffix,
		     struct strbuf *out)
{
	junit_add_named(out, text, names->limit - strlen(suffix));
	strbuf_addstr(out, suffix);
}

/* With the digits of the tag, if it is not 0, and the ordinal, if it is not the first one. */
static void add_name(const struct junit_names *names, const struct case_group *group, uint32_t tag,
		     uint32_t ordinal, struct strbuf *out)
{
	struct strbuf suffix = STRBUF_INIT;

	add_own(names, group, &suffix);
	if (tag)
		strbuf_addf(&suffix, " [%06x]", (unsigned)tag);
	if (ordinal > 1)
		strbuf_addf(&suffix, " [%u]", (unsigned)ordinal);
	add_with(names, group->name, suffix.text, out);
	strbuf_release(&suffix);
}

/* Its name, its source, and what tells it from others of that name in that source. */
static void add_suite(const struct junit_names *names, const struct suite_group *suite,
		      uint32_t tag, struct strbuf *out)
{
	bool has_id = suite->id && strcmp(suite->id, suite->name) != 0;
	struct strbuf suffix = STRBUF_INIT;

	if (!suite->source || strcmp(suite->source, suite->name) != 0) {
		strbuf_addstr(&suffix, " (");
		add_id(&suffix, suite->source ? suite->source : "");
		if (has_id || !is_its_key(names, suite->name))
			strbuf_addstr(&suffix, ", ");
		if (has_id)
			add_id(&suffix, suite->id);
		else if (!is_its_key(names, suite->name))
			add_hash(&suffix, suite->name);
		strbuf_addch(&suffix, ')');
	}
	if (suite->environment) {
		strbuf_addstr(&suffix, " (");
		add_id(&suffix, suite->environment);
		strbuf_addch(&suffix, ')');
	}
	if (tag)
		strbuf_addf(&suffix, " [%06x]", (unsigned)tag);
	add_with(names, suite->name, suffix.text, out);
	strbuf_release(&suffix);
}

/*
 * Tags are the last resort, for two of one name and hash: what they add depends on which other
 * cases are there.
 */
static void name_suite(struct naming *naming, size_t suite)
{
	struct junit_names *names = naming->names;
	const struct suite_group *group = &names->results->suites[suite];
	struct strbuf *name = &naming->name;
	uint32_t tag = 0, next = tag_of(group->key ? group->key : group->name);

	for (;; tag = next, next = tag_after(next)) {
		strbuf_reset(name);
		add_suite(names, group, tag, name);
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
	add_name(naming->names, group, tag, ordinal, &naming->name);
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

/* All runs of a case are its tries. */
static void link_all(struct junit_names *names, const struct case_group *group)
{
	size_t end = group->first_run + group->run_count;

	names->ordinals[group->first_run] = 1;
	for (size_t i = group->first_run + 1; i < end; i++)
		names->retries[i - 1] = (uint32_t)i;
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
		if (names->by_execution)
			link_retries(names, &results->cases[i]);
		else if (names->retries)
			link_all(names, &results->cases[i]);
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
		.pass_rate_micro = options->junit_pass_rate_micro,
		.by_execution = options->junit_reruns,
	};
	arena_init(&names->arena, 0);
	names->suites = arena_zalloc(&names->arena, results->suite_count * sizeof(char *));
	names->classes = arena_zalloc(&names->arena, results->suite_count * sizeof(char *));
	names->tags = arena_zalloc(&names->arena, results->case_count * sizeof(uint32_t));
	names->ordinals = arena_zalloc(&names->arena, results->run_count * sizeof(uint32_t));
	if (options->junit_reruns || !options->junit_runs)
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

	add_name(names, &names->results->cases[index], names->tags[index],
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

/* Of two tries that say the same the later one is shown. */
static void count_try(struct junit_verdict *verdict, const struct run *run,
		      const struct run *newest[OUTCOME_COUNT], uint64_t *timed)
{
	int64_t start = run_begin(run);

	if (start == TIME_UNKNOWN)
		start = run_when(run);
	if (start != TIME_UNKNOWN &&
	    (verdict->started_at == TIME_UNKNOWN || start < verdict->started_at))
		verdict->started_at = start;
	newest[run->outcome] = run;
	verdict->tries++;
	verdict->counts[run->outcome]++;
	verdict->judged += junit_is_judged(run);
	verdict->time_ms = junit_add_time(verdict->time_ms, run->duration_ms);
	*timed += run->duration_ms >= 0;
}

static bool meets(const struct junit_names *names, uint64_t count, uint64_t judged)
{
	return count * SCORE_ONE >= judged * (uint64_t)names->pass_rate_micro;
}

struct junit_verdict junit_verdict(const struct junit_names *names, size_t test_case)
{
	struct junit_verdict verdict = {.started_at = TIME_UNKNOWN};
	const struct run *newest[OUTCOME_COUNT] = {NULL};
	size_t at = test_case;
	uint64_t timed = 0;

	do {
		verdict.shown = names->results->runs[at];
		count_try(&verdict, verdict.shown, newest, &timed);
	} while (junit_next_retry(names, &at));
	if (timed)
		verdict.time_ms = verdict.time_ms / (int64_t)timed +
				  (verdict.time_ms % (int64_t)timed * 2 >= (int64_t)timed);
	verdict.outcome = verdict.shown->outcome;
	if (!verdict.judged)
		return verdict;
	verdict.outcome = OUTCOME_FAILED;
	if (meets(names, verdict.counts[OUTCOME_PASSED], verdict.judged))
		verdict.outcome = OUTCOME_PASSED;
	else if (meets(names, verdict.judged - verdict.counts[OUTCOME_FAILED], verdict.judged))
		verdict.outcome = OUTCOME_ERROR;
	if (newest[verdict.outcome])
		verdict.shown = newest[verdict.outcome];
	else /* a share of 0 % is met by any */
		verdict.shown =
			newest[OUTCOME_FAILED] ? newest[OUTCOME_FAILED] : newest[OUTCOME_ERROR];
	return verdict;
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
