#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "definitions.h"
#include "forgotten.h"
#include "runtally/base/output.h"
#include "runtally/base/path.h"
#include "runtally/base/sha256.h"
#include "runtally/base/strbuf.h"
#include "runtally/base/times.h"
#include "runtally/formats/format.h"

/* Runs of one entry: damage to an archive costs an entry, and threads read one each. */
enum { ENTRY_RUNS = 5000 };

/* The files of one month, first..end, and the runs and calls in them that stay. */
struct month {
	const char *folder, *name; /* `2026/11` */
	struct history_files *files;
	size_t first, end;
	struct runs runs;
	struct key_checks keys; /* what their files tell */
	struct forgotten *forgotten;
};

/* ---- order: what is alike lies together, which packs well ---- */

static int compare_texts(const char *a, const char *b)
{
	if (a == b || !a || !b)
		return (a && a != b) - (b && a != b);
	return strcmp(a, b);
}

static int compare_labels(const struct label *a, const struct label *b)
{
	int order = compare_texts(a->id, b->id);

	return order ? order : compare_texts(a->name, b->name);
}

static int compare_runs(const void *a, const void *b)
{
	const struct run *one = *(struct run *const *)a, *other = *(struct run *const *)b;
	int64_t when = run_counted_at(one), other_when = run_counted_at(other);
	int order = compare_texts(one->source, other->source);

	if (!order)
		order = compare_labels(&one->suite, &other->suite);
	if (!order)
		order = compare_labels(&one->agent, &other->agent);
	if (!order)
		order = compare_labels(&one->test_case, &other->test_case);
	if (!order)
		order = (when > other_when) - (when < other_when);
	return order ? order : compare_texts(one->run_id, other->run_id);
}

/* ---- the archive ---- */

static int add_entry(struct bundle *bundle, const struct month *month, size_t first,
		     struct sha256 *hash, struct error *err)
{
	size_t rest = month->runs.count - first, count = rest < ENTRY_RUNS ? rest : ENTRY_RUNS;
	struct strbuf text = STRBUF_INIT;
	const struct history_part part = {
		.sink = sink_to_text,
		.sink_ctx = &text,
		.month = month->name,
		.key_check = month->keys.first,
	};
	uint8_t digest[SHA256_SIZE];
	char name[40];
	int failed = history_write(&part, month->runs.items + first, count, digest, err);

	snprintf(name, sizeof(name), "runs-%06zu.ndjson", first / ENTRY_RUNS + 1);
	if (!failed) {
		bundle_add(bundle, name, text.text, text.length);
		sha256_add(hash, digest, sizeof(digest));
	}
	strbuf_release(&text);
	return failed;
}

/* What files told of calls, a first line each, which older versions pass over. */
static void add_calls(struct bundle *bundle, const struct runs *runs, struct sha256 *hash)
{
	struct strbuf text = STRBUF_INIT;

	for (size_t i = 0; i < runs->call_count; i++)
		history_header(&text, &runs->calls[i], "", "");
	if (text.length) {
		bundle_add(bundle, "calls.ndjson", text.text, text.length);
		sha256_add(hash, text.text, text.length);
	}
	strbuf_release(&text);
}

/* All runs of the month, and the calls that matter. */
static int pack(const struct month *month, struct strbuf *path, struct error *err)
{
	struct bundle *bundle = bundle_new();
	struct sha256 hash;

	sha256_init(&hash);
	for (size_t i = 0; i < month->runs.count; i += ENTRY_RUNS)
		if (add_entry(bundle, month, i, &hash, err)) {
			bundle_free(bundle);
			return -1;
		}
	add_calls(bundle, &month->runs, &hash);
	return history_put_archive(month->folder, month->name, bundle, &hash, path, err);
}

/* ---- one month ---- */

/* What is in the archive now; the folders, where nothing is left. */
static int remove_files(const struct month *month, const char *archive, struct error *err)
{
	struct strbuf path = STRBUF_INIT;
	int failed = 0;

	for (size_t i = month->first; i < month->end && !failed; i++) {
		const struct history_file *file = &month->files->items[i];

		if (!file->refused && strcmp(file->path, archive) != 0 && unlink(file->path) != 0 &&
		    errno != ENOENT)
			failed = error_set(err, "%s: cannot remove: %s", file->path,
					   strerror(errno));
	}
	strbuf_addf(&path, "%s/%s", month->folder, month->name);
	if (!failed && rmdir(path.text) == 0) {
		strbuf_truncate(&path, path.length - strlen("/00"));
		rmdir(path.text);
	}
	strbuf_release(&path);
	return failed;
}

static void drop_old(struct month *month, const struct history_caps *caps)
{
	struct runs *runs = &month->runs;
	int64_t oldest = caps->now - (int64_t)caps->max_age_days * DAY_MS;
	size_t kept = 0;

	if (!caps->max_age_days)
		return;
	for (size_t i = 0; i < runs->count; i++)
		if (run_counted_at(runs->items[i]) == TIME_UNKNOWN ||
		    run_counted_at(runs->items[i]) >= oldest)
			runs->items[kept++] = runs->items[i];
	runs->count = kept;
	kept = 0;
	for (size_t i = 0; i < runs->call_count; i++)
		if (runs->calls[i].written_at >= oldest)
			runs->calls[kept++] = runs->calls[i];
	runs->call_count = kept;
}

static int roll_up(const struct month *month, struct error *err)
{
	struct strbuf path = STRBUF_INIT;
	int failed = 0;

	if (month->runs.count || month->runs.call_count) {
		if (month->runs.count)
			qsort(month->runs.items, month->runs.count, sizeof(*month->runs.items),
			      compare_runs);
		failed = pack(month, &path, err);
	}
	if (!failed)
		failed = remove_files(month, path.text, err);
	strbuf_release(&path);
	return failed;
}

/* Another call compacts it. */
static bool has_vanished(const struct month *month)
{
	for (size_t i = month->first; i < month->end; i++)
		if (access(month->files->items[i].path, F_OK))
			return true;
	return false;
}

static void leave_month(const struct month *month, const struct notes *found, struct notes *notes)
{
	size_t at = 0;

	for (size_t i = month->first; i < month->end; i++)
		month->files->items[i].refused = true;
	while (at + 1 < found->count && found->items[at].severity != SEVERITY_ERROR)
		at++;
	notes_addf(notes, SEVERITY_ERROR,
		   "history: %s stays as it is, for it cannot be read: %s%s%s", month->name,
		   at < found->count ? found->items[at].file : "", at < found->count ? ": " : "",
		   at < found->count ? found->items[at].text : "");
}

static int compact_month(struct month *month, const struct history_caps *caps,
			 const struct ingest_options *options, struct notes *notes,
			 struct error *err)
{
	struct ingest_counts counts;
	struct notes found;
	int failed = 0;

	notes_init(&found, notes->limit);
	runs_init(&month->runs, NULL);
	history_ingest(month->files, month->first, month->end, options, &month->runs, &counts,
		       &found);
	month->keys = counts.keys;
	forgotten_drop(month->forgotten, &month->runs);
	if (!found.errors) {
		drop_old(month, caps);
		failed = roll_up(month, err);
	} else if (!has_vanished(month)) {
		leave_month(month, &found, notes);
	}
	runs_release(&month->runs);
	notes_release(&found);
	return failed;
}

/* ---- all of them ---- */

/* The file stays where it is, for whoever wants to repair it, or has the version for it. */
static void leave_troubled(struct history_files *files, struct notes *notes)
{
	for (size_t i = 0; i < files->count; i++) {
		struct history_file *file = &files->items[i];

		if (!file->trouble)
			continue;
		notes_addf(notes, SEVERITY_ERROR, "history: %s/%s is %s: it is not compacted",
			   file->month, path_name(file->path),
			   file->refused ? "of a schema that this version does not know"
					 : "not whole");
		file->trouble = NULL;
		file->refused = true;
	}
}

/* Goes on to the next month, from none to the first; false: there are no more. */
static bool next_month(struct month *month)
{
	const struct history_files *files = month->files;

	month->first = month->end;
	if (month->first == files->of_months)
		return false;
	month->name = files->items[month->first].month;
	while (month->end < files->of_months &&
	       strcmp(files->items[month->end].month, month->name) == 0)
		month->end++;
	return true;
}

/* Whether there is more than one archive to it, or runs may be too old. */
static bool is_due(const struct month *month, const struct history_caps *caps)
{
	size_t archives = 0, others = 0;

	for (size_t i = month->first; i < month->end; i++) {
		const struct history_file *file = &month->files->items[i];

		archives += file->archive;
		others += !file->archive && !file->refused;
	}
	return others || archives > 1 || (archives && caps->max_age_days);
}

/* What may go of the month. */
static uint64_t spare_bytes(const struct month *month)
{
	uint64_t bytes = 0;

	for (size_t i = month->first; i < month->end; i++)
		if (!month->files->items[i].refused)
			bytes += month->files->items[i].size;
	return bytes;
}

static int drop_months(struct history_files *files, const char *folder,
		       const struct history_caps *caps, struct notes *notes, struct error *err)
{
	struct month month = {.folder = folder, .files = files};
	char now[MONTH_TEXT_SIZE];
	uint64_t bytes = 0;
	int failed = 0;

	history_month(caps->now, now);
	for (size_t i = 0; i < files->count; i++)
		bytes += files->items[i].size;
	while (bytes > caps->max_bytes && !failed && next_month(&month)) {
		uint64_t spare = spare_bytes(&month);

		if (strcmp(month.name, now) == 0 || !spare)
			continue;
		failed = remove_files(&month, "", err);
		notes_addf(notes, SEVERITY_WARNING,
			   "history: %s is dropped: all takes more than %" PRIu64 " bytes",
			   month.name, caps->max_bytes);
		bytes -= spare;
	}
	return failed;
}

/* What was left alone when months were rolled up is left alone now, too. */
static void keep_left(struct history_files *files, const struct history_files *before)
{
	size_t at = 0;

	for (size_t i = 0; i < files->count; i++) {
		struct history_file *file = &files->items[i];

		while (at < before->count && strcmp(before->items[at].path, file->path) < 0)
			at++;
		if (at < before->count && strcmp(before->items[at].path, file->path) == 0)
			file->refused = before->items[at].refused;
	}
}

/* What months hold that are not rolled up now; what cannot be read is told already. */
static int finish_forgetting(struct forgotten *forgotten, const char *folder,
			     const struct ingest_options *options, struct error *err)
{
	struct notes told;
	int failed;

	notes_init(&told, 1);
	failed = forgotten_sweep(forgotten, folder, options, &told, err);
	notes_release(&told);
	return failed;
}

static int make_room(const struct history_files *before, const char *folder,
		     const struct history_caps *caps, struct notes *notes, struct error *err)
{
	struct history_files files;
	int failed = history_list(&files, folder, err);

	if (!failed) {
		keep_left(&files, before);
		failed = drop_months(&files, folder, caps, notes, err);
	}
	history_files_release(&files);
	return failed;
}

int history_compact(const char *folder, const struct history_caps *caps,
		    const struct ingest_options *options, struct notes *notes, struct error *err)
{
	struct ingest_options as_they_are = *options;
	struct history_files files;
	struct forgotten forgotten;
	struct month month = {.folder = folder, .files = &files, .forgotten = &forgotten};
	char now[MONTH_TEXT_SIZE];
	int failed;

	as_they_are.redact = false;
	as_they_are.rules.pass_score_micro = PASS_SCORE_STORED;
	as_they_are.progress = NULL;
	history_month(caps->now, now);
	forgotten_read(&forgotten, folder, notes);
	failed = history_list(&files, folder, err);
	if (!failed) {
		history_check(&files, options->jobs);
		leave_troubled(&files, notes);
	}
	while (!failed && next_month(&month))
		if (strcmp(month.name, now) != 0 && is_due(&month, caps))
			failed = compact_month(&month, caps, &as_they_are, notes, err);
	if (!failed && files.count - files.of_months > 1)
		failed = definitions_roll_up(&files, folder, &as_they_are, notes, err);
	if (!failed)
		failed = finish_forgetting(&forgotten, folder, options, err);
	if (!failed && caps->max_bytes)
		failed = make_room(&files, folder, caps, notes, err);
	forgotten_release(&forgotten);
	history_files_release(&files);
	return failed;
}
