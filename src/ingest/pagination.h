/*
 * pagination: lists that may be cut short: page 1 of 3 without the others, or a list exactly as
 * long as the API's silent cap (adapter.h).
 */
#ifndef RUNTALLY_INGEST_PAGINATION_H
#define RUNTALLY_INGEST_PAGINATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtally/adapters/adapter.h"
#include "runtally/model/note.h"

/* One list of an envelope. Strings are borrowed and must outlive the check. */
struct page_info {
	const struct adapter *owner; /* of its records; NULL: no record was recognised */
	const char *file, *opened;
	int64_t page, total_pages, total_results; /* page counts from 0; -1: not told */
	size_t listed;
	bool has_next; /* said in so many words, without a number of pages */
};

/*
 * Reads the paging members of an envelope's rest (of any style that an API has); `page` comes
 * with owner, file, opened and listed set.
 */
void page_info_read(struct page_info *page, const struct json_value *rest);

/* Adds a note (warning) for each set of pages that lacks some, and each list on a silent cap. */
void pages_check(const struct page_info *pages, size_t page_count, struct notes *notes);

#endif
