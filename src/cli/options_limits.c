#include <string.h>

#include "options_table.h"
#include "runtally/base/parse_number.h"
#include "runtally/base/strbuf.h"

/* Below INT64_MAX, so that what adds one to a limit stays in range. */
#define SIZE_LIMIT_MAX ((uint64_t)1 << 62)

#define MEMBER(member)                                                                             \
	.offset = offsetof(struct options, member), .size = sizeof(((struct options *)0)->member)

const struct limit_row limit_rows[] = {
	{.name = "record-bytes",
	 .help = "text of one record",
	 MEMBER(ingest.limits.record_bytes),
	 .max = SIZE_LIMIT_MAX},
	{.name = "record-memory",
	 .help = "memory for one record",
	 MEMBER(ingest.limits.record_memory),
	 .max = SIZE_LIMIT_MAX},
	{.name = "zip-entries",
	 .help = "entries of an archive",
	 MEMBER(ingest.limits.zip_entries),
	 .max = SIZE_LIMIT_MAX},
	{.name = "zip-entry-bytes",
	 .help = "one entry, inflated",
	 MEMBER(ingest.limits.zip_entry_bytes),
	 .max = SIZE_LIMIT_MAX},
	{.name = "zip-total-bytes",
	 .help = "one archive, inflated",
	 MEMBER(ingest.limits.zip_total_bytes),
	 .max = SIZE_LIMIT_MAX},
	{.name = "zip-ratio",
	 .help = "inflated : compressed",
	 MEMBER(ingest.limits.zip_ratio),
	 .max = 1000000},
	{.name = "folder-depth",
	 .help = "levels of folders",
	 MEMBER(ingest.limits.folder_depth),
	 .max = 1000},
	{.name = "label-bytes",
	 .help = "an id or a name",
	 MEMBER(ingest.limits.label_bytes),
	 .max = UINT32_MAX},
	{.name = "notes", .help = "different notes kept", MEMBER(notes_limit), .max = 1000000000},
	{.name = "junit-name-bytes",
	 .help = "name of a case",
	 MEMBER(render.junit_name_bytes),
	 .max = UINT32_MAX},
	{.name = "junit-message-chars",
	 .help = "message of a failure",
	 MEMBER(render.junit_message_chars),
	 .max = UINT32_MAX},
	{.name = "junit-failure-bytes",
	 .help = "text of a failure",
	 MEMBER(render.junit_failure_bytes),
	 .max = UINT32_MAX},
	{.name = "junit-passed-output-bytes",
	 .help = "output of a passed case",
	 MEMBER(render.junit_passed_output_bytes),
	 .max = UINT32_MAX},
	{.name = "junit-failed-output-bytes",
	 .help = "output of a failed case",
	 MEMBER(render.junit_failed_output_bytes),
	 .max = UINT32_MAX},
	{.name = "junit-file-bytes",
	 .help = "one JUnit file; more are numbered",
	 MEMBER(render.junit_file_bytes),
	 .max = SIZE_LIMIT_MAX},
	{.name = "html-bytes",
	 .help = "an HTML page",
	 MEMBER(render.html_bytes),
	 .max = SIZE_LIMIT_MAX},
	{.name = "site-bytes",
	 .help = "a site, all its files",
	 MEMBER(render.site_bytes),
	 .max = SIZE_LIMIT_MAX},
	{.name = "site-files",
	 .help = "files of a site",
	 MEMBER(render.site_files),
	 .max = 1000000},
	{.name = "markdown-bytes",
	 .help = "a Markdown report",
	 MEMBER(render.markdown_bytes),
	 .max = SIZE_LIMIT_MAX},
	{.name = "mail-bytes",
	 .help = "the HTML of a mail",
	 MEMBER(render.mail_bytes),
	 .max = SIZE_LIMIT_MAX},
	{.name = NULL},
};

/* The member's address is that of a uint32_t, a uint64_t or a size_t: memcpy suits all. */
uint64_t limit_value(const struct limit_row *row, const struct options *options)
{
	const char *member = (const char *)options + row->offset;
	uint32_t narrow;
	uint64_t wide;

	if (row->size == sizeof(narrow)) {
		memcpy(&narrow, member, sizeof(narrow));
		return narrow;
	}
	memcpy(&wide, member, sizeof(wide));
	return wide;
}

static void limit_store(const struct limit_row *row, struct options *options, uint64_t value)
{
	char *member = (char *)options + row->offset;
	uint32_t narrow = (uint32_t)value;

	if (row->size == sizeof(narrow))
		memcpy(member, &narrow, sizeof(narrow));
	else
		memcpy(member, &value, sizeof(value));
}

static const struct limit_row *limit_by_name(const char *name, size_t length)
{
	for (const struct limit_row *row = limit_rows; row->name; row++)
		if (strlen(row->name) == length && memcmp(row->name, name, length) == 0)
			return row;
	return NULL;
}

static int unknown_limit(const char *value, struct error *err)
{
	struct strbuf list = STRBUF_INIT;

	for (const struct limit_row *row = limit_rows; row->name; row++)
		words_add(&list, row->name);
	return words_refuse(err, "unknown limit", value, &list);
}

int set_limit(struct options *options, const char *value, struct error *err)
{
	const char *equals = strchr(value, '=');
	const struct limit_row *row;
	uint64_t size;

	if (!equals)
		return error_set(err, "\"%s\" is not NAME=SIZE", value);
	row = limit_by_name(value, (size_t)(equals - value));
	if (!row)
		return unknown_limit(value, err);
	if (!parse_size(equals + 1, 1, row->max, &size))
		return error_set(err, "%s: \"%s\" is not a size from 1 to %llu (900, 64K, 2M, 1G)",
				 row->name, equals + 1, (unsigned long long)row->max);
	limit_store(row, options, size);
	return 0;
}
