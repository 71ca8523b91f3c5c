#include "runtally/paging.h"

#include <stdio.h>

void pages_release(struct pages *pages)
{
	memory_free(pages->items);
	*pages = (struct pages){.count = 0};
}

static int64_t whole_number(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_integer(value) && json_integer_value(value) >= 0 ? json_integer_value(value)
									: -1;
}

static int64_t first_number(const json_t *object, const char *const *keys)
{
	int64_t found = -1;

	for (; *keys && found < 0; keys++)
		found = whole_number(object, *keys);
	return found;
}

/* Telnyx: meta.page_number; Kapso's generic style: meta.page or meta.current_page. All from 1. */
static void read_meta(struct page *page, const json_t *meta)
{
	static const char *const numbers[] = {"page_number", "current_page", "page", NULL};
	static const char *const results[] = {"total_results", "total_count", NULL};
	int64_t number = first_number(meta, numbers);

	page->page = number > 0 ? number - 1 : -1;
	page->total_pages = whole_number(meta, "total_pages");
	page->total_results = first_number(meta, results);
}

/* SigmaMind: members of the envelope itself, from 0. */
static void read_envelope(struct page *page, const json_t *rest)
{
	page->page = whole_number(rest, "page");
	page->total_pages = whole_number(rest, "totalPages");
	page->total_results = whole_number(rest, "totalCount");
	page->has_next = json_is_true(json_object_get(rest, "hasNext"));
}

void pages_add(struct pages *pages, const json_t *rest, const struct page *page)
{
	struct page read = *page;
	const json_t *meta = json_object_get(rest, "meta");

	if (json_is_object(meta))
		read_meta(&read, meta);
	else
		read_envelope(&read, rest);
	pages->items = array_reserve(pages->items, &pages->capacity, pages->count + 1,
				     sizeof(*pages->items));
	pages->items[pages->count++] = read;
}

static bool same_set(const struct page *a, const struct page *b)
{
	return a->owner == b->owner && a->total_pages == b->total_pages &&
	       a->total_results == b->total_results;
}

static size_t times_seen(const struct pages *pages, const struct page *set, int64_t number)
{
	size_t seen = 0;

	for (size_t i = 0; i < pages->count; i++)
		seen += same_set(&pages->items[i], set) && pages->items[i].page == number;
	return seen;
}

static void warn(struct notes *notes, const struct page *page, const char *text)
{
	const struct note note = {
		.severity = SEVERITY_WARNING,
		.file = page->file,
		.opened = page->opened,
		.text = text,
	};

	notes_add(notes, &note);
}

/*
 * Several lists may look like one set (as many pages and results each): then every page must be
 * there as often as this one.
 */
static void check_pages(const struct pages *pages, const struct page *page, struct notes *notes)
{
	size_t own = times_seen(pages, page, page->page);
	int64_t missing = 0;
	char text[160];

	for (int64_t number = 0; number < page->total_pages && number < 10000; number++)
		missing += times_seen(pages, page, number) < own;
	if (!missing)
		return;
	snprintf(text, sizeof(text),
		 "page %lld of %lld: this export may be cut short (%lld of its pages %s not among "
		 "the inputs)",
		 (long long)page->page + 1, (long long)page->total_pages, (long long)missing,
		 missing == 1 ? "is" : "are");
	warn(notes, page, text);
}

static void check_cap(const struct page *page, struct notes *notes)
{
	char text[128];

	if (!page->owner || !page->owner->silent_caps)
		return;
	for (const size_t *cap = page->owner->silent_caps; *cap; cap++) {
		if (page->listed != *cap)
			continue;
		snprintf(text, sizeof(text),
			 "a list of exactly %zu, where %s cuts silently: this export may be cut "
			 "short",
			 *cap, page->owner->name);
		warn(notes, page, text);
	}
}

void pages_check(const struct pages *pages, struct notes *notes)
{
	for (size_t i = 0; i < pages->count; i++) {
		const struct page *page = &pages->items[i];

		if (page->page >= 0 && page->total_pages > 1)
			check_pages(pages, page, notes);
		else if (page->has_next)
			warn(notes, page,
			     "more pages follow this one: this export may be cut short");
		check_cap(page, notes);
	}
}
