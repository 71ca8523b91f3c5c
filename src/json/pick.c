#include "runtally/json/pick.h"

#include <string.h>

#include "skip.h"
#include "wanted.h"

/*
 * Where values go: chunks of an arena. Arrays grow at the front of a chunk and texts, which need no
 * alignment, at its back, so that an array whose items are texts grows where it is.
 */
enum { STORE_CHUNK_BYTES = 4096, STORE_FIRST_ITEMS = 4 };

struct store {
	struct arena *arena;
	char *front, *back; /* what lies between is free */
};

static inline size_t store_room(const struct store *store)
{
	return (size_t)(store->back - store->front);
}

/* Room for `size` bytes at least. False: the arena's budget does not suffice. */
static inline bool store_open_chunk(struct store *store, size_t size)
{
	size_t bytes = size > STORE_CHUNK_BYTES ? size : STORE_CHUNK_BYTES;
	char *chunk = arena_try_alloc(store->arena, bytes);

	if (!chunk)
		return false;
	store->front = chunk;
	store->back = chunk + bytes;
	return true;
}

/* Memory for a text. NULL: beyond the budget. */
static inline char *store_text(struct store *store, size_t size)
{
	if (store_room(store) < size && !store_open_chunk(store, size))
		return NULL;
	store->back -= size;
	return store->back;
}

/* An array of `count` items that is full, which is a power of two or 0, made twice as large. */
static inline void *store_grow(struct store *store, void *items, size_t count, size_t size)
{
	size_t old = count * size, more = count ? old : STORE_FIRST_ITEMS * size;
	char *grown = store->front;

	if (count && (char *)items + old == store->front && store_room(store) >= more) {
		store->front += more;
		return items;
	}
	if (store_room(store) < old + more) {
		if (!store_open_chunk(store, old + more))
			return NULL;
		grown = store->front;
	}
	store->front += old + more;
	if (count)
		memcpy(grown, items, old);
	return grown;
}

/* Whether an array of so many items, that store_grow made, is full. */
static inline bool store_is_full(size_t count)
{
	return count == 0 || (count >= STORE_FIRST_ITEMS && (count & (count - 1)) == 0);
}

struct picker {
	struct skip in;
	struct store store;
	const char *const *lists;
};

/* An object that is being read. */
struct members {
	const struct wanted *wanted;
	struct json_value_member *made;
	size_t count;
	uint32_t names;
	struct key_set keys;
};

/* Not inlined: read_value goes to them by a jump, and needs no frame of its own. */
static __attribute__((noinline)) const char *read_object(struct picker *p, const char *at,
							 const struct wanted *wanted,
							 struct json_value *value);
static __attribute__((noinline)) const char *
read_list(struct picker *p, const char *at, const struct wanted *wanted, struct json_value *value);
static __attribute__((noinline)) const char *read_string(struct picker *p, const char *at,
							 const struct wanted *wanted,
							 struct json_value *value);

/* A member of that name, whose value is a list, is not read here. */
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

static bool make_string(struct picker *p, const char *text, size_t length, bool plain,
			struct json_value *value)
{
	char *copy;

	*value = (struct json_value){.type = JSON_VALUE_STRING, .count = length};
	if (plain)
		return (value->text = keep_text(p, text, length));
	value->text = copy = store_text(&p->store, length + 1);
	if (!copy)
		return false;
	value->count = text_decode(text, length, copy);
	copy[value->count] = '\0';
	return true;
}

static const char *read_string(struct picker *p, const char *at, const struct wanted *wanted,
			       struct json_value *value)
{
	const char *from = at + 1;
	bool plain;

	at = text_skip_string(from, &p->in.end, &plain);
	if (!at)
		return NULL;
	if (!wants_content(wanted))
		*value = (struct json_value){.type = JSON_VALUE_STRING, .text = ""};
	else if (!make_string(p, from, (size_t)(at - 1 - from), plain, value))
		return text_refuse(&p->in.end);
	return at;
}

static const char *read_word(struct picker *p, const char *at, struct json_value *value)
{
	*value = (struct json_value){
		.type = *at == 't'   ? JSON_VALUE_TRUE
			: *at == 'f' ? JSON_VALUE_FALSE
				     : JSON_VALUE_NULL,
	};
	return skip_word(&p->in, at);
}

static const char *read_value(struct picker *p, const char *at, const struct wanted *wanted,
			      struct json_value *value)
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
		return read_word(p, at, value);
	default:
		return text_number(at, &p->in.end, value);
	}
}

/* ---- objects and lists ---- */

/* A new member, its value to be set. NULL: beyond the budget. */
static struct json_value *add_member(struct picker *p, struct members *members,
				     const struct key *key, const char *name)
{
	struct json_value_member *member;

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
	member->head = json_value_head(name);
	members->names |= json_value_bit(member->head);
	return &member->value;
}

/* What is wanted of the member; its name, if that is kept by what is wanted. */
static inline const struct wanted *wanted_of_member(const struct wanted *wanted,
						    const struct key *key,
						    struct key_cache_key *known, const char **name)
{
	const struct wanted_member *member;

	if (wanted->whole)
		return wanted;
	if (known && known->owner == wanted) {
		member = known->member;
	} else {
		member = wanted_find(wanted, key->text, key->length, key->hash);
		if (known) {
			known->owner = wanted;
			known->member = member;
		}
	}
	if (!member)
		return wanted->any;
	*name = member->name;
	return member->field;
}

static inline const char *read_member(struct picker *p, const char *at, struct members *members)
{
	const struct wanted *wanted;
	struct json_value made, *value;
	const char *name = NULL;
	struct key key;

	at = skip_key(&p->in, at, &members->keys, &key);
	if (!at)
		return NULL;
	if (*at == '[' && p->in.depth == 1 && is_among(p->lists, &key))
		return text_refuse(&p->in.end);
	if (members->keys.known)
		name = members->keys.known->text + 1;
	wanted = wanted_of_member(members->wanted, &key, members->keys.known, &name);
	if (*at == '{' || *at == '[')
		p->in.inside = skip_inside(&p->in, &members->keys);
	if (!wanted)
		return skip_value(&p->in, at);
	at = read_value(p, at, wanted, &made);
	if (!at)
		return NULL;
	value = add_member(p, members, &key, name);
	if (!value)
		return text_refuse(&p->in.end);
	*value = made;
	return at;
}

static const char *read_members(struct picker *p, const char *at, struct members *members)
{
	if (p->in.depth == SKIP_DEPTH_MOST)
		return text_refuse(&p->in.end);
	for (;;) {
		at = read_member(p, at, members);
		if (!at)
			return NULL;
		at = skip_blanks(&p->in, at);
		if (*at != ',')
			break;
		at = skip_blanks(&p->in, at + 1);
	}
	return *at == '}' ? at : text_stop(&p->in.end, at);
}

static const char *read_object(struct picker *p, const char *at, const struct wanted *wanted,
			       struct json_value *value)
{
	struct members members = {
		.wanted = wanted,
		.keys = {.first = p->in.key_count, .known = p->in.inside},
	};

	*value = (struct json_value){.type = JSON_VALUE_OBJECT};
	if (p->in.depth && !wants_content(wanted))
		return skip_brackets(&p->in, at);
	p->in.depth++;
	at = skip_blanks(&p->in, at + 1);
	if (*at != '}')
		at = read_members(p, at, &members);
	if (!at)
		return NULL;
	if (!skip_drop_keys(&p->in, &members.keys))
		return text_refuse(&p->in.end);
	p->in.depth--;
	value->count = members.count;
	value->members = members.made;
	value->names = members.names;
	return at + 1;
}

/* NULL: beyond the budget. */
static struct json_value *add_item(struct picker *p, struct json_value *items, size_t count,
				   const struct json_value *value)
{
	if (store_is_full(count) && !(items = store_grow(&p->store, items, count, sizeof(*items))))
		return NULL;
	items[count] = *value;
	return items;
}

/* `wanted`: of each item. */
static const char *read_items(struct picker *p, const char *at, const struct wanted *wanted,
			      struct json_value *list)
{
	struct key_cache_key *inside = p->in.inside;
	struct json_value *items = NULL, value;

	if (p->in.depth == SKIP_DEPTH_MOST)
		return text_refuse(&p->in.end);
	for (;;) {
		p->in.inside = inside;
		at = read_value(p, at, wanted, &value);
		if (!at)
			return NULL;
		items = add_item(p, items, list->count++, &value);
		if (!items)
			return text_refuse(&p->in.end);
		at = skip_blanks(&p->in, at);
		if (*at != ',')
			break;
		at = skip_blanks(&p->in, at + 1);
	}
	list->items = items;
	return *at == ']' ? at : text_stop(&p->in.end, at);
}

static const char *read_list(struct picker *p, const char *at, const struct wanted *wanted,
			     struct json_value *value)
{
	const struct wanted *each = wanted->whole ? wanted : wanted->items;

	*value = (struct json_value){.type = JSON_VALUE_LIST};
	if (!each)
		return skip_brackets(&p->in, at);
	p->in.depth++;
	at = skip_blanks(&p->in, at + 1);
	if (*at != ']')
		at = read_items(p, at, each, value);
	if (!at)
		return NULL;
	p->in.depth--;
	return at + 1;
}

enum picked json_pick(const char *text, size_t length, const struct picking *how, struct pick *pick)
{
	struct picker p;
	const char *behind;

	p.in.end = (struct text_end){.at = text + length, .picked = PICKED};
	p.in.newlines = p.in.depth = p.in.key_count = 0;
	p.in.cache = how->cache;
	p.in.inside = how->cache ? &how->cache->start : NULL;
	p.store = (struct store){.arena = how->arena};
	p.store.front = p.store.back = (char *)p.in.hashes;
	p.lists = how->lists;
	behind = *text == '{' ? read_object(&p, text, how->wanted, &pick->value)
			      : text_stop(&p.in.end, text);
	if (!behind)
		return p.in.end.picked;
	pick->length = (size_t)(behind - text);
	pick->newlines = p.in.newlines;
	return PICKED;
}
