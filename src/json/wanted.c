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
	hash_table_release(&wanted->table);
	wanted_free(wanted->items);
	wanted_free(wanted->any);
	memory_free(wanted);
}

/* Adds what `from` wants; `into` may be NULL for nothing yet. Returns it. */
static struct wanted *merge(struct wanted *into, const struct wanted *from);

/* What `*` wants of every member, a member of its own name wants too. */
static struct wanted *member_of(struct wanted *wanted, const char *name, size_t length)
{
	struct wanted_member member = {.length = length};
	const struct wanted_member *found;

	assert(length && length <= WANTED_NAME_BYTES);
	memcpy(member.name, name, length);
	member.hash = text_hash(member.name, length);
	found = wanted_find(wanted, member.name, length, member.hash);
	if (found)
		return found->field;
	member.field = merge(wanted_new(), wanted->any);
	wanted->members = array_reserve(wanted->members, &wanted->capacity, wanted->count + 1,
					sizeof(*wanted->members));
	hash_add(&wanted->table, member.hash, wanted->count);
	wanted->members[wanted->count++] = member;
	return member.field;
}

static struct wanted *merge(struct wanted *into, const struct wanted *from)
{
	if (!from)
		return into;
	if (!into)
		into = wanted_new();
	into->whole |= from->whole;
	into->items = merge(into->items, from->items);
	into->any = merge(into->any, from->any);
	for (size_t i = 0; i < into->count; i++)
		merge(into->members[i].field, from->any);
	for (size_t i = 0; i < from->count; i++) {
		const struct wanted_member *member = &from->members[i];

		merge(member_of(into, member->name, member->length), member->field);
	}
	return into;
}

/* Each step of a path but the first begins with `.` or `[`. */
void wanted_add(struct wanted *wanted, const char *path)
{
	const char *name = path + (*path == '.');
	const size_t length = strcspn(name, ".[?");

	if (!*path) {
		wanted->whole = true;
	} else if (strncmp(path, "[]", 2) == 0) {
		wanted->items = wanted->items ? wanted->items : wanted_new();
		wanted_add(wanted->items, path + 2);
	} else if (length == 1 && *name == '*') {
		wanted->any = wanted->any ? wanted->any : wanted_new();
		wanted_add(wanted->any, name + 1);
		for (size_t i = 0; i < wanted->count; i++)
			wanted_add(wanted->members[i].field, name + 1);
	} else if (strcmp(path, "?") != 0) {
		wanted_add(member_of(wanted, name, length), name + length);
	}
}
