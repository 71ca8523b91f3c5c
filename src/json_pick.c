#include "runtally/json_pick.h"

#include <stdlib.h>
#include <string.h>

#include "json_text.h"
#include "json_wanted.h"
#include "runtally/strbuf.h"

enum {
	DEPTH_MOST = 2048,  /* jansson's own */
	KEYS_MOST = 4096,   /* of all objects that are open at a time */
	KEYS_COMPARED = 48, /* of one object one by one; if there are more: sorted at its end */
};

struct picker {
	struct text_end end;
	const char *const *lists;
	size_t newlines;
	size_t depth;
	size_t key_count;
	uint64_t keys[KEYS_MOST]; /* hashes */
};

/* An object that is being read. */
struct members {
	const struct wanted *wanted; /* NULL: nothing */
	json_t *object;              /* NULL: none is made */
	size_t first_key;
	uint64_t filter; /* wanted_bit of each key so far */
};

struct key {
	const char *text;
	size_t length;
	uint64_t hash;
};

static const char *read_object(struct picker *p, const char *at, const struct wanted *wanted,
			       json_t **value);
static const char *read_list(struct picker *p, const char *at, const struct wanted *wanted,
			     json_t **value);

static const char *skip_blanks(struct picker *p, const char *at)
{
	return (unsigned char)*at > ' ' ? at : text_skip_blanks(at, &p->newlines);
}

/* ---- keys ---- */

static int compare_hashes(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return (a > b) - (a < b);
}

static bool is_listed(const uint64_t *hashes, size_t count, uint64_t hash)
{
	for (size_t i = 0; i < count; i++)
		if (hashes[i] == hash)
			return true;
	return false;
}

/* False: it is there already, as far as its hash tells, or there are too many. */
static bool add_key(struct picker *p, struct members *members, uint64_t hash)
{
	size_t count = p->key_count - members->first_key;

	if (p->key_count == KEYS_MOST)
		return false;
	if ((members->filter & wanted_bit(hash)) && count <= KEYS_COMPARED &&
	    is_listed(p->keys + members->first_key, count, hash))
		return false;
	members->filter |= wanted_bit(hash);
	p->keys[p->key_count++] = hash;
	return true;
}

/* At the end of the object. False: two keys are alike. */
static bool drop_keys(struct picker *p, const struct members *members)
{
	uint64_t *hashes = p->keys + members->first_key;
	size_t count = p->key_count - members->first_key;

	p->key_count = members->first_key;
	if (count <= KEYS_COMPARED)
		return true;
	qsort(hashes, count, sizeof(*hashes), compare_hashes);
	for (size_t i = 1; i < count; i++)
		if (hashes[i] == hashes[i - 1])
			return false;
	return true;
}

/* From its opening quote to behind the colon and the blanks after it. */
static const char *read_key(struct picker *p, const char *at, struct key *key)
{
	if (*at != '"')
		return text_stop(&p->end, at);
	key->text = at + 1;
	at = text_skip_key(key->text, &p->end);
	if (!at)
		return NULL;
	key->length = (size_t)(at - 1 - key->text);
	key->hash = text_hash(key->text, key->length);
	at = skip_blanks(p, at);
	return *at == ':' ? skip_blanks(p, at + 1) : text_stop(&p->end, at);
}

static bool is_among(const char *const *names, const struct key *key)
{
	for (; names && *names; names++)
		if (strlen(*names) == key->length && memcmp(*names, key->text, key->length) == 0)
			return true;
	return false;
}

/* ---- values ---- */

static bool wants_content(const struct wanted *wanted)
{
	return wanted->whole || wanted->items || wanted->any || wanted->count;
}

static const char *read_string(struct picker *p, const char *at, const struct wanted *wanted,
			       json_t **value)
{
	const char *from = at + 1;
	size_t length;
	bool escaped;

	at = text_skip_string(from, &p->end, &escaped);
	if (!at || !wanted)
		return at;
	length = wants_content(wanted) ? (size_t)(at - 1 - from) : 0;
	*value = text_string(from, length, escaped && length);
	return *value ? at : text_refuse(&p->end);
}

static inline const char *read_literal(struct picker *p, const char *at, const char *literal,
				       size_t length)
{
	if (memcmp(at, literal, length) == 0)
		return at + length;
	while (*at == *literal) {
		at++;
		literal++;
	}
	return text_stop(&p->end, at);
}

static const char *read_word(struct picker *p, const char *at, const struct wanted *wanted,
			     json_t **value)
{
	if (wanted)
		*value = *at == 't' ? json_true() : *at == 'f' ? json_false() : json_null();
	if (*at == 't')
		return read_literal(p, at, "true", 4);
	if (*at == 'f')
		return read_literal(p, at, "false", 5);
	return read_literal(p, at, "null", 4);
}

static inline const char *read_value(struct picker *p, const char *at, const struct wanted *wanted,
				     json_t **value)
{
	if (p->depth == DEPTH_MOST)
		return text_refuse(&p->end);
	switch (*at) {
	case '"':
		return read_string(p, at, wanted, value);
	case '{':
		return read_object(p, at, wanted, value);
	case '[':
		return read_list(p, at, wanted, value);
	case 't':
	case 'f':
	case 'n':
		return read_word(p, at, wanted, value);
	default:
		return text_number(at, &p->end, wanted ? value : NULL);
	}
}

/* ---- objects and lists ---- */

static const struct wanted *wanted_of_member(const struct members *members, const struct key *key)
{
	const struct wanted *wanted = members->wanted;
	const struct wanted_member *member;

	if (!wanted || wanted->whole)
		return wanted;
	member = wanted_find(wanted, key->text, key->length, key->hash);
	return member ? member->node : wanted->any;
}

#if JANSSON_VERSION_HEX >= 0x020E00 && !defined(RUNTALLY_JSON_PLAIN)

static bool set_member(json_t *object, const struct key *key, json_t *value)
{
	return json_object_setn_new_nocheck(object, key->text, key->length, value) == 0;
}

#else

/* jansson before 2.14 takes only names that end with a NUL. */
static bool set_member(json_t *object, const struct key *key, json_t *value)
{
	struct strbuf name = STRBUF_INIT;
	int status;

	strbuf_add(&name, key->text, key->length);
	status = json_object_set_new_nocheck(object, name.text, value);
	strbuf_release(&name);
	return status == 0;
}

#endif

static const char *read_member(struct picker *p, const char *at, struct members *members)
{
	json_t *value = NULL;
	struct key key;

	at = read_key(p, at, &key);
	if (!at)
		return NULL;
	if (!add_key(p, members, key.hash))
		return text_refuse(&p->end);
	if (*at == '[' && p->depth == 1 && is_among(p->lists, &key))
		return text_refuse(&p->end);
	at = read_value(p, at, wanted_of_member(members, &key), &value);
	if (at && value && !set_member(members->object, &key, value))
		return text_refuse(&p->end);
	return at;
}

static const char *read_members(struct picker *p, const char *at, struct members *members)
{
	for (;;) {
		at = read_member(p, at, members);
		if (!at)
			return NULL;
		at = skip_blanks(p, at);
		if (*at != ',')
			break;
		at = skip_blanks(p, at + 1);
	}
	return *at == '}' ? at : text_stop(&p->end, at);
}

static const char *read_object(struct picker *p, const char *at, const struct wanted *wanted,
			       json_t **value)
{
	struct members members = {.wanted = wanted, .first_key = p->key_count};

	if (wanted && !(members.object = json_object()))
		return text_refuse(&p->end);
	p->depth++;
	at = skip_blanks(p, at + 1);
	if (*at != '}')
		at = read_members(p, at, &members);
	if (!at)
		return NULL;
	if (!drop_keys(p, &members))
		return text_refuse(&p->end);
	p->depth--;
	*value = members.object;
	return at + 1;
}

static const char *read_items(struct picker *p, const char *at, const struct wanted *wanted,
			      json_t *list)
{
	for (;;) {
		json_t *value = NULL;

		at = read_value(p, at, wanted, &value);
		if (!at)
			return NULL;
		if (value && json_array_append_new(list, value) != 0)
			return text_refuse(&p->end);
		at = skip_blanks(p, at);
		if (*at != ',')
			break;
		at = skip_blanks(p, at + 1);
	}
	return *at == ']' ? at : text_stop(&p->end, at);
}

static const char *read_list(struct picker *p, const char *at, const struct wanted *wanted,
			     json_t **value)
{
	if (wanted && !(*value = json_array()))
		return text_refuse(&p->end);
	if (wanted && !wanted->whole)
		wanted = wanted->items;
	p->depth++;
	at = skip_blanks(p, at + 1);
	if (*at != ']')
		at = read_items(p, at, wanted, *value);
	if (!at)
		return NULL;
	p->depth--;
	return at + 1;
}

enum picked json_pick(const char *text, size_t length, const struct wanted *wanted,
		      const char *const *lists, struct pick *pick)
{
	struct picker p;
	const char *behind;

	p.end = (struct text_end){.at = text + length, .picked = PICKED};
	p.lists = lists;
	p.newlines = p.depth = p.key_count = 0;
	pick->value = NULL;
	behind = *text == '{' ? read_object(&p, text, wanted, &pick->value)
			      : text_stop(&p.end, text);
	if (!behind)
		return p.end.picked;
	pick->length = (size_t)(behind - text);
	pick->newlines = p.newlines;
	return PICKED;
}
