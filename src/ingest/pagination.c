#include "pagination.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int64_t whole_number(const struct json_value *object, const char *key)
{
	const struct json_value *value = json_value_get(object, key);

	return json_value_is(value, JSON_VALUE_INTEGER) && value->integer >= 0 ? value->integer
									       : -1;
}

static int64_t first_number(const struct json_value *object, const char *const *keys)
{
	int64_t found = -1;

	for (; *keys && found < 0; keys++)
		found = whole_number(object, *keys);
	return found;
}

/* In a member `meta`, counted from 1, or in the envelope itself, from 0. */
void page_info_read(struct page_info *page, const struct json_value *rest)
{
	static const char *const numbers[] = {"page_number", "current_page", "page", NULL};
	static const char *const results[] = {"total_results", "total_count", NULL};
	const struct json_value *meta = json_value_get(rest, "meta");

	if (json_value_is(meta, JSON_VALUE_OBJECT)) {
		int64_t number = first_number(meta, numbers);

		page->page = number > 0 ? number - 1 : -1;
		page->total_pages = whole_number(meta, "total_pages");
		page->total_results = first_number(meta, results);
	} else {
		page->page = whole_number(rest, "page");
		page->total_pages = whole_number(rest, "totalPages");
		page->total_results = whole_number(rest, "totalCount");
		page->has_next = json_value_is(json_value_get(rest, "hasNext"), JSON_VALUE_TRUE);
	}
}

static int compare_numbers(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

static int compare_sets(const struct page_info *a, const struct page_info *b)
{
	int order = compare_numbers(a->total_pages, b->total_pages);

	if (!order)
		order = compare_numbers(a->total_results, b->total_results);
	return order ? order
		     : strcmp(a->owner ? a->owner->name : "", b->owner ? b->owner->name : "");
}

/* A page among those of its set, and what the set lacks. */
struct sheet {
	const struct page_info *page;
	int64_t missing;
};

static int compare_sheets(const void *left, const void *right)
{
	const struct sheet *a = left, *b = right;
	int order = compare_sets(a->page, b->page);

	return order ? order : compare_numbers(a->page->page, b->page->page);
}

static int compare_places(const void *left, const void *right)
{
	const struct sheet *a = left, *b = right;

	return (a->page > b->page) - (a->page < b->page);
}

static size_t same_number(const struct sheet *sheets, size_t count)
{
	size_t same = 1;

	while (same < count && sheets[same].page->page == sheets[0].page->page)
		same++;
	return same;
}

/*
 * Several lists may look like one set (as many pages and results each): then every page must be
 * there as often as this one. seen[n] is how many of the set's pages are there at least n times.
 */
static void find_missing(struct sheet *sheets, size_t count, int64_t *seen)
{
	int64_t total = sheets[0].page->total_pages;

	memset(seen, 0, (count + 1) * sizeof(*seen));
	for (size_t first = 0, times; first < count; first += times) {
		times = same_number(sheets + first, count - first);
		for (size_t n = 1; n <= times; n++)
			seen[n] += sheets[first].page->page < total;
	}
	for (size_t first = 0, times; first < count; first += times) {
		times = same_number(sheets + first, count - first);
		for (size_t i = 0; i < times; i++)
			sheets[first + i].missing = total - seen[times];
	}
}

static void warn(struct notes *notes, const struct page_info *page, const char *text)
{
	const struct note note = {
		.severity = SEVERITY_WARNING,
		.file = page->file,
		.opened = page->opened,
		.text = text,
		.incomplete = true,
	};

	notes_add(notes, &note);
}

static void warn_missing(struct notes *notes, const struct page_info *page, int64_t missing)
{
	char text[160];

	snprintf(text, sizeof(text),
		 "page %lld of %lld: this export may be cut short (%lld of its pages %s not among "
		 "the inputs)",
		 (long long)page->page + 1, (long long)page->total_pages, (long long)missing,
		 missing == 1 ? "is" : "are");
	warn(notes, page, text);
}

static bool is_numbered(const struct page_info *page)
{
	return page->page >= 0 && page->page < INT64_MAX && page->total_pages > 1;
}

/* What each numbered page's set lacks, in the order of the pages. */
static size_t sort_sheets(const struct page_info *pages, size_t page_count, struct sheet *sheets)
{
	int64_t *seen = memory_alloc((page_count + 1) * sizeof(*seen));
	size_t count = 0;

	for (size_t i = 0; i < page_count; i++)
		if (is_numbered(&pages[i]))
			sheets[count++].page = &pages[i];
	if (count)
		qsort(sheets, count, sizeof(*sheets), compare_sheets);
	for (size_t first = 0, end; first < count; first = end) {
		for (end = first + 1;
		     end < count && !compare_sets(sheets[first].page, sheets[end].page);)
			end++;
		find_missing(sheets + first, end - first, seen);
	}
	if (count)
		qsort(sheets, count, sizeof(*sheets), compare_places);
	memory_free(seen);
	return count;
}

static void check_cap(const struct page_info *page, struct notes *notes)
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

void pages_check(const struct page_info *pages, size_t page_count, struct notes *notes)
{
	struct sheet *sheets = memory_alloc(page_count * sizeof(*sheets));
	size_t count = sort_sheets(pages, page_count, sheets), at = 0;

	for (size_t i = 0; i < page_count; i++) {
		const struct page_info *page = &pages[i];

		if (at < count && sheets[at].page == page) {
			if (sheets[at].missing > 0)
				warn_missing(notes, page, sheets[at].missing);
			at++;
		} else if (page->has_next) {
			warn(notes, page,
			     "more pages follow this one: this export may be cut short");
		}
		check_cap(page, notes);
	}
	memory_free(sheets);
}
