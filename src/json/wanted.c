#include "wanted.h"

#include <assert.h>
#include <string.h>

#include "runtally/base/arena.h"
#include "text.h"

const struct wanted wanted_everything = {.whole = true};

bool wanted_is_everything(const struct wanted *wanted)
{
	return wanted->whole;
}

struct wanted *wanted_new(void)
{
	struct wanted *wanted = memory_alloc(sizeof(*wanted));

	*wanted = (struct wanted){.whole = false};
	return wanted;
}

void wanted_free(struct wanted *wanted)
{
	if (!wanted)
		return;
	for (size_t i = 0; i < wanted->count; i++)
		wanted_free(wanted->members[i].field);
	memory_free(wanted->members);
	memory_free(wanted->slots);
	wanted_free(wanted->items);
	wanted_free(wanted->any);
	memory_free(wanted);
}

static struct wanted *merge(struct wanted *into, const struct wanted *from);

static struct wanted *merged(struct wanted *into, const struct wanted *from)
{
	if (!from)
		return into;
	return merge(into ? into : wanted_new(), from);
}

static void add_slot(struct wanted *wanted, size_t index)
{
	size_t slot = wanted_slot(wanted, wanted->members[index].hash);

	while (wanted->slots[slot])
		slot = (slot + 1) & wanted_last_slot(wanted);
	wanted->slots[slot] = (unsigned char)(index + 1);
}

static void make_slots(struct wanted *wanted)
{
	unsigned bits = 3;

	while ((size_t)1 << bits <= 4 * wanted->count)
		bits++;
	wanted->shift = 64 - bits;
	wanted->slots = memory_resize(wanted->slots, (size_t)1 << bits);
	memset(wanted->slots, 0, (size_t)1 << bits);
	for (size_t i = 0; i < wanted->count; i++)
		add_slot(wanted, i);
}

/* What `*` wants of every member, a member of its own name wants too. */
static struct wanted_member *member_of(struct wanted *wanted, const char *name, size_t length)
{
	struct wanted_member member = {.length = length};
	const struct wanted_member *found;

	assert(length && length <= WANTED_NAME_BYTES);
	memcpy(member.name, name, length);
	member.hash = text_hash(member.name, length);
	found = wanted_find(wanted, name, length, member.hash);
	if (found)
		return &wanted->members[found - wanted->members];
	member.field = merged(wanted_new(), wanted->any);
	assert(wanted->count < WANTED_MEMBERS_MOST);
	wanted->members = array_reserve(wanted->members, &wanted->capacity, wanted->count + 1,
					sizeof(*wanted->members));
	wanted->members[wanted->count++] = member;
	if (wanted->count == 1 || 2 * wanted->count > wanted_last_slot(wanted))
		make_slots(wanted);
	else
		add_slot(wanted, wanted->count - 1);
	return &wanted->members[wanted->count - 1];
}

/* Adds a copy of what `from` wants. */
static struct wanted *merge(struct wanted *into, const struct wanted *from)
{
	into->whole |= from->whole;
	into->items = merged(into->items, from->items);
	into->any = merged(into->any, from->any);
	for (size_t i = 0; i < into->count; i++)
		merged(into->members[i].field, from->any);
	for (size_t i = 0; i < from->count; i++) {
		const struct wanted_member *member = &from->members[i];

		merge(member_of(into, member->name, member->length)->field, member->field);
	}
	return into;
}

/* The path alone. Each step but the first begins with `.` or `[`. */
static struct wanted *chain_of(const char *path)
{
	struct wanted *chain = wanted_new(), *rest;
	size_t length;

	if (!*path) {
		chain->whole = true;
	} else if (strncmp(path, "[]", 2) == 0) {
		chain->items = chain_of(path + 2);
	} else if (strcmp(path, "?") != 0) {
		path += *path == '.';
		length = strcspn(path, ".[?");
		rest = chain_of(path + length);
		if (length == 1 && *path == '*') {
			chain->any = rest;
		} else {
			merge(member_of(chain, path, length)->field, rest);
			wanted_free(rest);
		}
	}
	return chain;
}

void wanted_add(struct wanted *wanted, const char *path)
{
	struct wanted *chain = chain_of(path);

	merge(wanted, chain);
	wanted_free(chain);
}
