#include "runtally/json_pick.h"

#include <stdlib.h>
#include <string.h>

#include "json_store.h"
#include "json_text.h"
#include "json_wanted.h"

enum {
	DEPTH_MOST = 2048,  /* jansson's own */
	KEYS_MOST = 4096,   /* of all objects that are open at a time */
	KEYS_COMPARED = 48, /* of one object one by one; if there are more: sorted at its end */
};

struct picker {
	struct text_end end;
	struct store store;
	const char *const *lists;
	size_t newlines;
	size_t depth;
	size_t key_count;
	uint64_t keys[KEYS_MOST]; /* hashes */
};

/* An object that is being read. */
struct members {
	const struct wanted *wanted; /* NULL: nothing */
	struct datum_member *made;
	size_t count;
	size_t first_key;
	uint64_t filter; /* key_bit of each key so far */
};

struct key {
	const char *text;
	size_t length;
	uint64_t hash;
};

static const char *read_object(struct picker *p, const char *at, const struct wanted *wanted,
			       struct datum *value);
static const char *read_list(struct picker *p, const char *at, const struct wanted *wanted,
			     struct datum *value);

static inline const char *skip_blanks(struct picker *p, const char *at)
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

static inline uint64_t key_bit(uint64_t hash)
{
	return UINT64_C(1) << (hash >> 58);
}

/* False: it is there already, as far as its hash tells, or there are too many. */
static inline bool add_key(struct picker *p, struct members *members, uint64_t hash)
{
	size_t count = p->key_count - members->first_key;

	if (p->key_count == KEYS_MOST)
		return false;
	if ((members->filter & key_bit(hash)) && count <= KEYS_COMPARED &&
	    is_listed(p->keys + members->first_key, count, hash))
		return false;
	members->filter |= key_bit(hash);
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
static inline const char *read_key(struct picker *p, const char *at, struct key *key)
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

/* NULL: beyond the budget. */
static const char *keep_text(struct picker *p, const char *text, size_t length)
{
	char *copy = store_text(&p->store, length + 1);

	if (!copy)
		return NULL;
	memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

static bool make_string(struct picker *p, const char *text, size_t length, bool escaped,
			struct datum *value)
{
	char *copy;

	*value = (struct datum){.type = DATUM_STRING, .count = length};
	if (!escaped)
		return (value->text = keep_text(p, text, length));
	value->text = copy = store_text(&p->store, length + 1);
	if (!copy)
		return false;
	value->count = text_decode(text, length, copy);
	copy[value->count] = '\0';
	return true;
}

static inline const char *read_string(struct picker *p, const char *at, const struct wanted *wanted,
				      struct datum *value)
{
	const char *from = at + 1;
	bool escaped;

	at = text_skip_string(from, &p->end, &escaped);
	if (!at || !wanted)
		return at;
	if (!wants_content(wanted))
		*value = (struct datum){.type = DATUM_STRING, .text = ""};
	else if (!make_string(p, from, (size_t)(at - 1 - from), escaped, value))
		return text_refuse(&p->end);
	return at;
}

static const char *stop_in_literal(struct picker *p, const char *at, const char *literal)
{
	while (*at == *literal) {
		at++;
		literal++;
	}
	return text_stop(&p->end, at);
}

static inline const char *read_word(struct picker *p, const char *at, const struct wanted *wanted,
				    struct datum *value)
{
	static const struct {
		char text[6];
		unsigned char length, type;
	} words[] = {{"null", 4, DATUM_NULL}, {"true", 4, DATUM_TRUE}, {"false", 5, DATUM_FALSE}};
	unsigned index = *at == 't' ? 1 : *at == 'f' ? 2 : 0;

	if (memcmp(at, words[index].text, 4) != 0 || (index == 2 && at[4] != 'e'))
		return stop_in_literal(p, at, words[index].text);
	if (wanted)
		*value = (struct datum){.type = words[index].type};
	return at + words[index].length;
}

static inline const char *read_value(struct picker *p, const char *at, const struct wanted *wanted,
				     struct datum *value)
{
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

/* A new member, its value to be set. NULL: beyond the budget. */
static struct datum *add_member(struct picker *p, struct members *members, const struct key *key,
				const char *name)
{
	struct datum_member *member;

	if (!name && !(name = keep_text(p, key->text, key->length)))
		return NULL;
	if (store_is_full(members->count)) {
		member = store_grow(&p->store, members->made, members->count, sizeof(*member));
		if (!member)
			return NULL;
		members->made = member;
	}
	member = &members->made[members->count++];
	member->name = name;
	member->length = key->length;
	return &member->value;
}

/* What is wanted of the member; its name, if that is kept by what is wanted. */
static inline const struct wanted *wanted_of_member(const struct wanted *wanted,
						    const struct key *key, const char **name)
{
	const struct wanted_member *member;

	if (wanted->whole)
		return wanted;
	member = wanted_find(wanted, key->text, key->length, key->hash);
	if (!member)
		return wanted->any;
	*name = member->name;
	return member->node;
}

static inline const char *read_member(struct picker *p, const char *at, struct members *members)
{
	const struct wanted *wanted = NULL;
	struct datum made, *value;
	const char *name = NULL;
	struct key key;

	at = read_key(p, at, &key);
	if (!at)
		return NULL;
	if (!add_key(p, members, key.hash))
		return text_refuse(&p->end);
	if (*at == '[' && p->depth == 1 && is_among(p->lists, &key))
		return text_refuse(&p->end);
	if (members->wanted)
		wanted = wanted_of_member(members->wanted, &key, &name);
	at = read_value(p, at, wanted, &made);
	if (!at || !wanted)
		return at;
	value = add_member(p, members, &key, name);
	if (!value)
		return text_refuse(&p->end);
	*value = made;
	return at;
}

static const char *read_members(struct picker *p, const char *at, struct members *members)
{
	if (p->depth == DEPTH_MOST)
		return text_refuse(&p->end);
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
			       struct datum *value)
{
	struct members members = {.first_key = p->key_count};

	if (wanted && wants_content(wanted))
		members.wanted = wanted;
	p->depth++;
	at = skip_blanks(p, at + 1);
	if (*at != '}')
		at = read_members(p, at, &members);
	if (!at)
		return NULL;
	if (!drop_keys(p, &members))
		return text_refuse(&p->end);
	p->depth--;
	if (wanted)
		*value = (struct datum){
			.type = DATUM_OBJECT,
			.count = members.count,
			.members = members.made,
		};
	return at + 1;
}

/* A list that is being read. */
struct items {
	const struct wanted *wanted; /* of each item; NULL: nothing */
	struct datum *made;
	size_t count;
};

static bool add_item(struct picker *p, struct items *items, const struct datum *value)
{
	struct datum *grown;

	if (store_is_full(items->count)) {
		grown = store_grow(&p->store, items->made, items->count, sizeof(*grown));
		if (!grown)
			return false;
		items->made = grown;
	}
	items->made[items->count++] = *value;
	return true;
}

static const char *read_items(struct picker *p, const char *at, struct items *items)
{
	struct datum value;

	if (p->depth == DEPTH_MOST)
		return text_refuse(&p->end);
	for (;;) {
		at = read_value(p, at, items->wanted, &value);
		if (!at)
			return NULL;
		if (items->wanted && !add_item(p, items, &value))
			return text_refuse(&p->end);
		at = skip_blanks(p, at);
		if (*at != ',')
			break;
		at = skip_blanks(p, at + 1);
	}
	return *at == ']' ? at : text_stop(&p->end, at);
}

static const char *read_list(struct picker *p, const char *at, const struct wanted *wanted,
			     struct datum *value)
{
	struct items items = {.count = 0};

	if (wanted)
		items.wanted = wanted->whole ? wanted : wanted->items;
	p->depth++;
	at = skip_blanks(p, at + 1);
	if (*at != ']')
		at = read_items(p, at, &items);
	if (!at)
		return NULL;
	p->depth--;
	if (wanted)
		*value = (struct datum){
			.type = DATUM_LIST,
			.count = items.count,
			.items = items.made,
		};
	return at + 1;
}

enum picked json_pick(const char *text, size_t length, const struct picking *how, struct pick *pick)
{
	struct picker p;
	const char *behind;

	p.end = (struct text_end){.at = text + length, .picked = PICKED};
	p.store = (struct store){.arena = how->arena};
	p.store.front = p.store.back = (char *)p.keys;
	p.lists = how->lists;
	p.newlines = p.depth = p.key_count = 0;
	behind = *text == '{' ? read_object(&p, text, how->wanted, &pick->value)
			      : text_stop(&p.end, text);
	if (!behind)
		return p.end.picked;
	pick->length = (size_t)(behind - text);
	pick->newlines = p.newlines;
	return PICKED;
}
