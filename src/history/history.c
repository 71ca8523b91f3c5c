#include "runtally/history/history.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "definitions.h"
#include "runtally/analysis/tally.h"
#include "runtally/base/output.h"
#include "runtally/base/path.h"
#include "runtally/base/sha256.h"
#include "runtally/base/strbuf.h"
#include "runtally/base/times.h"
#include "runtally/formats/format.h"
#include "runtally/ingest/dedupe.h"
#include "runtally/template/templates.h"
#include "runtally/view/view.h"

/* ---- reading ---- */

/* How often another call may compact what is being read. */
enum { READ_ATTEMPTS = 10 };

static bool is_same(const struct history_file *a, const struct history_file *b)
{
	return strcmp(a->path, b->path) == 0 && a->device == b->device && a->inode == b->inode &&
	       a->size == b->size;
}

/*
 * Whether all that was listed is still there, and no archive came: then nothing was compacted
 * meanwhile. New files of other calls are left to the next one.
 */
static bool is_unmoved(const struct history_files *before, const struct history_files *after)
{
	size_t at = 0;

	for (size_t i = 0; i < after->count; i++) {
		if (at < before->count && is_same(&before->items[at], &after->items[i]))
			at++;
		else if (after->items[i].archive)
			return false;
	}
	return at == before->count;
}

static bool same_labels(const struct run *a, const struct run *b)
{
	return a->suite.id == b->suite.id && a->suite.name == b->suite.name &&
	       a->test_case.id == b->test_case.id && a->test_case.name == b->test_case.name &&
	       a->agent.id == b->agent.id && a->agent.name == b->agent.name &&
	       a->execution_id == b->execution_id;
}

/* False: something was compacted meanwhile. */
static bool read_once(const char *folder, const struct ingest_options *options, struct runs *runs,
		      struct ingest_counts *counts, struct notes *notes)
{
	struct history_files files, after;
	struct error err;
	bool unmoved = true;

	if (history_list(&files, folder, &err)) {
		notes_add(notes, &(struct note){
					 .severity = SEVERITY_ERROR,
					 .file = "history",
					 .opened = folder,
					 .text = err.text,
				 });
	} else if (files.count) {
		history_check(&files, options->jobs);
		history_ingest(&files, 0, files.count, options, runs, counts, notes);
		unmoved = history_list(&after, folder, &err) == 0 && is_unmoved(&files, &after);
		history_files_release(&after);
	}
	history_files_release(&files);
	return unmoved;
}

bool history_lies_in(const char *folder, const char *input)
{
	struct strbuf inner = STRBUF_INIT;
	char outer[PATH_MAX], real[PATH_MAX];
	struct arena arena;
	size_t length;
	bool lies;

	arena_init(&arena, 0);
	if (realpath(folder, real))
		strbuf_addstr(&inner, real);
	else if (realpath(path_parent(&arena, folder), real)) /* it is not there yet */
		strbuf_addf(&inner, "%s/%s", real, path_name(folder));
	length = realpath(input, outer) ? strlen(outer) : 0;
	lies = length && inner.length && strncmp(inner.text, outer, length) == 0 &&
	       (!inner.text[length] || inner.text[length] == '/') &&
	       !strstr(inner.text + length, "/.");
	strbuf_release(&inner);
	arena_release(&arena);
	return lies;
}

/*
 * Labels by which runs of the history cannot be matched with those of today: redacted by numbers,
 * as all were before there were marks, or by marks where nothing is redacted now. Most runs share
 * the very texts of the one before.
 */
static void note_old_labels(const struct runs *runs, bool redact, struct notes *notes)
{
	const struct run *last = NULL;
	uint64_t numbered = 0, marked = 0;
	bool is_numbered = false;

	for (size_t i = 0; i < runs->count; i++) {
		const struct run *run = runs->items[i];
		const char *const labels[] = {
			run->suite.id, run->suite.name, run->test_case.id, run->test_case.name,
			run->agent.id, run->agent.name, run->execution_id};

		if (!last || !same_labels(run, last)) {
			is_numbered = false;
			for (size_t n = 0; n < sizeof(labels) / sizeof(*labels); n++)
				is_numbered =
					is_numbered || (labels[n] && redact_is_numbered(labels[n]));
		}
		last = run;
		numbered += is_numbered;
		marked += !redact && run_bears_marks(run);
	}
	if (numbered)
		notes_addf(notes, SEVERITY_WARNING,
			   "history: %" PRIu64 " run%s with ids or names that an earlier version "
			   "redacted to numbers ([email 1]): not matched with later runs",
			   numbered, numbered == 1 ? "" : "s");
	if (marked)
		notes_addf(notes, SEVERITY_WARNING,
			   "history: %" PRIu64 " run%s with redacted ids or names: not matched "
			   "with runs that are read with --no-redact",
			   marked, marked == 1 ? "" : "s");
}

static int check_key(const struct mark_key *own, const struct key_checks *checks, struct error *err)
{
	struct mark_key key;

	mark_key_init(&key, NULL, 0);
	if (own)
		key = *own;
	if (!checks->differ && (!*checks->first || strcmp(checks->first, key.check) == 0))
		return 0;
	if (key.is_own && !checks->differ) {
		mark_key_init(&key, NULL, 0);
		if (strcmp(checks->first, key.check) == 0)
			return error_set(err, "holds ids or names that were redacted without an "
					      "identity key: leave --identity-key and "
					      "RUNTALLY_IDENTITY_KEY out, or begin a new history");
	}
	return error_set(err, "was written with another identity key: give that one "
			      "(--identity-key or RUNTALLY_IDENTITY_KEY)");
}

int history_read(const char *folder, const struct ingest_options *options, struct runs *runs,
		 struct ingest_counts *counts, struct notes *notes, struct error *err)
{
	struct spool *spool = runs->spool;
	bool done = false;

	for (int i = 0; i < READ_ATTEMPTS && !done; i++) {
		struct notes found;

		if (i) {
			runs_release(runs);
			runs_init(runs, spool);
		}
		*counts = (struct ingest_counts){.period_from = TIME_UNKNOWN,
						 .period_to = TIME_UNKNOWN};
		notes_init(&found, notes->limit);
		done = read_once(folder, options, runs, counts, &found);
		if (done || i == READ_ATTEMPTS - 1)
			notes_append(notes, &found, 0);
		notes_release(&found);
	}
	note_old_labels(runs, options->redact, notes);
	return check_key(options->key, &counts->keys, err);
}

/* ---- what is new ---- */

/* One that was not judged when it got its date gets another with its verdict. */
static bool has_its_date(const struct run *run, const struct run *copy)
{
	return copy && run_counted_at(copy) != TIME_UNKNOWN &&
	       (run_tells_time(copy) || run_has_verdict(copy) || !run_has_verdict(run));
}

static void stamp(struct run *run, const struct run *copy, int64_t now, int64_t until)
{
	if (run_tells_time(run))
		return;
	if (has_its_date(run, copy)) {
		run->seen_at = copy->seen_at;
		run->dated_at = run_tells_time(copy) ? run_when(copy) : copy->dated_at;
		return;
	}
	if (run_counted_at(run) == TIME_UNKNOWN)
		run->dated_at = until != TIME_UNKNOWN && until <= now ? until - 1 : now;
	if (run->seen_at == TIME_UNKNOWN)
		run->seen_at = copy && copy->seen_at != TIME_UNKNOWN ? copy->seen_at : now;
	if (run->dated_at == run->seen_at)
		run->dated_at = TIME_UNKNOWN;
}

struct run **history_find_news(const struct runs *inputs, const struct runs *past, int64_t now,
			       int64_t until, size_t *count, uint64_t *changed)
{
	struct run **copies = dedupe_copies(inputs->items, inputs->count, past->items, past->count);

	*count = *changed = 0;
	for (size_t i = 0; i < inputs->count; i++) {
		struct run *run = inputs->items[i];
		const struct run *copy = copies[i];

		*changed += copy && dedupe_changes(run, copy);
		stamp(run, copy, now, until);
		if (!copy || dedupe_adds(run, copy))
			copies[(*count)++] = run;
	}
	return copies;
}

/* ---- what a file holds ---- */

/* Bytes on their way through the hash. */
struct hashing {
	const struct history_part *part;
	struct sha256 hash;
};

static int write_hashed(void *ctx, const char *bytes, size_t length, struct error *err)
{
	struct hashing *hashing = ctx;

	sha256_add(&hashing->hash, bytes, length);
	return hashing->part->sink(hashing->part->sink_ctx, bytes, length, err);
}

/* With the templates of our own: what users write into theirs is for reports. */
static int write_runs(struct hashing *hashing, struct run *const *runs, size_t count,
		      struct error *err)
{
	const struct format *format = format_of_records();
	const struct results results = {.runs = (struct run **)runs, .run_count = count};
	const struct view view = {.classes = view_classes,
				  .results = &results,
				  .rows = SIZE_MAX,
				  .whole_marks = true,
				  .details = DETAILS_NONE};
	struct templates *templates = templates_new(format->template, NULL, NULL);
	int failed = mustache_render(templates_set(templates), format->template, view_root(&view),
				     format->escape, write_hashed, hashing, err);

	templates_free(templates);
	return failed;
}

static int write_header(struct hashing *hashing, struct error *err)
{
	const struct history_part *part = hashing->part;
	struct strbuf line = STRBUF_INIT;
	int failed;

	history_header(&line, part->call, part->month, part->key_check);
	failed = write_hashed(hashing, line.text, line.length, err);
	strbuf_release(&line);
	return failed;
}

static int write_footer(struct hashing *hashing, size_t count, uint8_t *digest, struct error *err)
{
	char line[HISTORY_FOOTER_SIZE];

	sha256_finish(&hashing->hash, digest);
	history_footer(line, count, digest);
	return hashing->part->sink(hashing->part->sink_ctx, line, strlen(line), err);
}

int history_write(const struct history_part *part, struct run *const *runs, size_t count,
		  uint8_t *digest, struct error *err)
{
	struct hashing hashing = {.part = part};

	sha256_init(&hashing.hash);
	if (write_header(&hashing, err) || write_runs(&hashing, runs, count, err))
		return -1;
	return write_footer(&hashing, count, digest, err);
}

/* ---- a new file ---- */

static bool any_bears_marks(struct run *const *runs, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (run_bears_marks(runs[i]))
			return true;
	return false;
}

/* The call with the times by which its runs are counted. */
static struct call with_times(const struct call *call, const struct history_news *news)
{
	struct call told = *call;

	told.from = told.to = TIME_UNKNOWN;
	for (size_t i = 0; i < news->count; i++)
		widen_time(&told.from, &told.to, run_counted_at(news->runs[i]),
			   run_counted_at(news->runs[i]));
	return told;
}

int history_add(const char *folder, const struct history_news *news, struct error *err)
{
	const struct call call = with_times(news->call, news);
	struct history_part part = {.sink = output_write, .call = &call};
	struct mark_key key;
	struct strbuf path = STRBUF_INIT;
	uint8_t digest[SHA256_SIZE];
	char month[MONTH_TEXT_SIZE], hex[SHA256_HEX_SIZE];
	struct output *output;
	int64_t moment;
	int failed;

	mark_key_init(&key, NULL, 0);
	if (news->key)
		key = *news->key;
	moment = history_next_moment(folder, call.written_at);
	if (definitions_add(folder, moment, &key, news, err))
		return -1;
	if (!news->count && !call_matters(&call))
		return 0;
	part.key_check = key.is_own || any_bears_marks(news->runs, news->count) ? key.check : "";
	history_month(moment, month);
	output = history_open(folder, month, err);
	if (!output)
		return -1;
	part.sink_ctx = output;
	if (history_write(&part, news->runs, news->count, digest, err)) {
		output_abort(output);
		return -1;
	}
	sha256_hex(digest, hex);
	strbuf_addf(&path, "%s/%s/", folder, month);
	history_moment(&path, moment);
	strbuf_addf(&path, "-%.*s.ndjson", HISTORY_HASH_DIGITS, hex);
	failed = history_commit(output, path.text, err);
	strbuf_release(&path);
	return failed;
}
