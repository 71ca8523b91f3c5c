#include <string.h>

#include "options_table.h"
#include "runtally/base/parse_number.h"
#include "runtally/base/strbuf.h"
#include "runtally/base/times.h"

/* The whole dollars of --max-cost at most. */
#define COST_MAX INT64_C(1000000000)

/* Below INT64_MAX, so that what adds one to a limit stays in range. */
#define SIZE_LIMIT_MAX ((uint64_t)1 << 62)

const struct limit_row limit_rows[] = {
	{"record-bytes", "text of one record", OPTION_MEMBER(ingest.limits.record_bytes),
	 SIZE_LIMIT_MAX},
	{"record-memory", "memory for one record", OPTION_MEMBER(ingest.limits.record_memory),
	 SIZE_LIMIT_MAX},
	{"zip-entries", "entries of an archive", OPTION_MEMBER(ingest.limits.zip_entries),
	 SIZE_LIMIT_MAX},
	{"zip-entry-bytes", "one entry, inflated", OPTION_MEMBER(ingest.limits.zip_entry_bytes),
	 SIZE_LIMIT_MAX},
	{"zip-total-bytes", "one archive, inflated", OPTION_MEMBER(ingest.limits.zip_total_bytes),
	 SIZE_LIMIT_MAX},
	{"zip-ratio", "inflated : compressed", OPTION_MEMBER(ingest.limits.zip_ratio), 1000000},
	{"folder-depth", "levels of folders", OPTION_MEMBER(ingest.limits.folder_depth), 1000},
	{"label-bytes", "an id or a name", OPTION_MEMBER(ingest.limits.label_bytes), UINT32_MAX},
	{"notes", "different notes kept", OPTION_MEMBER(notes_limit), 1000000000},
	{"junit-name-bytes", "name of a case", OPTION_MEMBER(render.junit_name_bytes), UINT32_MAX},
	{"junit-message-chars", "message of a failure", OPTION_MEMBER(render.junit_message_chars),
	 UINT32_MAX},
	{"junit-failure-bytes", "text of a failure", OPTION_MEMBER(render.junit_failure_bytes),
	 UINT32_MAX},
	{"junit-passed-output-bytes", "output of a passed case",
	 OPTION_MEMBER(render.junit_passed_output_bytes), UINT32_MAX},
	{"junit-failed-output-bytes", "output of a failed case",
	 OPTION_MEMBER(render.junit_failed_output_bytes), UINT32_MAX},
	{"junit-file-bytes", "one JUnit file; more are numbered",
	 OPTION_MEMBER(render.junit_file_bytes), SIZE_LIMIT_MAX},
	{"junit-job-bytes", "all JUnit files; more are noted",
	 OPTION_MEMBER(render.junit_job_bytes), SIZE_LIMIT_MAX},
	{"html-bytes", "an HTML page", OPTION_MEMBER(render.html_bytes), SIZE_LIMIT_MAX},
	{"site-bytes", "a site, all its files", OPTION_MEMBER(render.site_bytes), SIZE_LIMIT_MAX},
	{"site-files", "files of a site", OPTION_MEMBER(render.site_files), 1000000},
	{"markdown-bytes", "a Markdown report", OPTION_MEMBER(render.markdown_bytes),
	 SIZE_LIMIT_MAX},
	{"mail-bytes", "the HTML of a mail", OPTION_MEMBER(render.mail_bytes), SIZE_LIMIT_MAX},
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

void limit_text(struct strbuf *out, uint64_t value)
{
	static const char letters[] = {'\0', 'K', 'M', 'G'};
	size_t power = 0;

	while (value && value % 1024 == 0 && power + 1 < sizeof(letters)) {
		value /= 1024;
		power++;
	}
	strbuf_addf(out, "%llu", (unsigned long long)value);
	if (power)
		strbuf_addch(out, letters[power]);
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
	option_store(options, row->offset, row->size, size);
	return 0;
}

/* ---- gates ---- */

static int parse_percent(const char *value, int32_t *micro, struct error *err)
{
	int64_t found;

	if (!parse_decimal(value, 4, SCORE_ONE, &found))
		return error_set(err,
				 "\"%s\" is not a percentage from 0 to 100 (at most 4 decimals)",
				 value);
	*micro = (int32_t)found;
	return 0;
}

int set_min_pass_rate(struct options *options, const char *value, struct error *err)
{
	return parse_percent(value, &options->gates.whole.min_pass_rate_micro, err);
}

int set_junit_pass_rate(struct options *options, const char *value, struct error *err)
{
	return parse_percent(value, &options->render.junit_pass_rate_micro, err);
}

static int parse_money(const char *value, int64_t *nano, struct error *err)
{
	const int64_t dollar = 1000000000;

	if (parse_decimal(value, 9, COST_MAX * dollar, nano))
		return 0;
	return error_set(err,
			 "\"%s\" is not a number of US dollars from 0 to %lld (at most 9 "
			 "decimals)",
			 value, (long long)COST_MAX);
}

int set_max_cost(struct options *options, const char *value, struct error *err)
{
	return parse_money(value, &options->gates.whole.max_cost_nano, err);
}

int set_max_cost_per_pass(struct options *options, const char *value, struct error *err)
{
	return parse_money(value, &options->gates.whole.max_cost_per_pass_nano, err);
}

int set_max_p95_latency(struct options *options, const char *value, struct error *err)
{
	if (parse_duration_ms(value, DAY_MS, &options->gates.whole.max_p95_latency_ms))
		return 0;
	return error_set(err,
			 "\"%s\" is no time from 0 to a day, in milliseconds or seconds (2500, "
			 "800ms, 2.5s)",
			 value);
}

/*
 * Adds up over several calls: a gate that a second --fail-on silently dropped would be no gate.
 * `none` drops those before it, also of the config file.
 */
int set_fail_on(struct options *options, const char *value, struct error *err)
{
	while (value) {
		const char *comma = strchr(value, ',');
		size_t length = comma ? (size_t)(comma - value) : strlen(value);
		const char *word = arena_strndup(&options->arena, value, length);
		size_t index = 0;

		if (strcmp(word, "none") == 0)
			options->gates.whole.fail_on = 0;
		else if (words_choose(word, fail_on_words, &index, err))
			return -1;
		else
			options->gates.whole.fail_on |= 1U << index;
		value = comma ? comma + 1 : NULL;
	}
	return 0;
}
