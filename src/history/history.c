#include "runtally/history/history.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "runtally/base/path.h"
#include "runtally/ingest/dedupe.h"

/* ---- reading ---- */

/* How often another call may compact what is being read. */
enum { ATTEMPTS = 10 };

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

static void complain(const char *folder, const struct error *err, struct notes *notes)
{
	notes_add(notes, &(struct note){
				 .severity = SEVERITY_ERROR,
				 .file = "history",
				 .opened = folder,
				 .text = err->text,
			 });
}

static void note_differing(uint64_t count, struct notes *notes)
{
	char text[120];

	if (!count)
		return;
	snprintf(text, sizeof(text),
		 "history: %llu older cop%s of runs that changed since: the later counts",
		 (unsigned long long)count, count == 1 ? "y" : "ies");
	notes_add(notes, &(struct note){.severity = SEVERITY_WARNING, .text = text});
}

/* False: something was compacted meanwhile. */
static bool read_once(const char *folder, const struct ingest_options *options, struct runs *runs,
		      struct ingest_counts *counts, struct notes *notes)
{
	struct history_files files, after;
	struct error err;
	bool unmoved = true;

	if (history_list(&files, folder, &err)) {
		complain(folder, &err, notes);
	} else if (files.count) {
		history_check(&files, options->jobs);
		history_ingest(&files, 0, files.count, options, runs, counts, notes);
		unmoved = history_list(&after, folder, &err) == 0 && is_unmoved(&files, &after);
		history_files_release(&after);
	}
	history_files_release(&files);
	return unmoved;
}

/* Also of what is not there yet, but what holds it is. */
static bool resolve(const char *path, struct strbuf *out)
{
	char real[PATH_MAX];
	struct arena arena;
	bool found = realpath(path, real) != NULL;

	if (!found) {
		arena_init(&arena, 0);
		found = realpath(path_parent(&arena, path), real) != NULL;
		arena_release(&arena);
		strbuf_addf(out, "%s/%s", found ? real : "", path_name(path));
	} else {
		strbuf_addstr(out, real);
	}
	return found;
}

bool history_lies_in(const char *folder, const char *input)
{
	struct strbuf inner = STRBUF_INIT;
	char outer[PATH_MAX];
	bool lies = realpath(input, outer) && resolve(folder, &inner);
	size_t length = lies ? strlen(outer) : 0;

	lies = lies && strncmp(inner.text, outer, length) == 0 &&
	       (!inner.text[length] || inner.text[length] == '/') &&
	       !strstr(inner.text + length, "/.");
	strbuf_release(&inner);
	return lies;
}

void history_read(const char *folder, const struct ingest_options *options, struct runs *runs,
		  struct ingest_counts *counts, struct notes *notes)
{
	struct spool *spool = runs->spool;
	bool done = false;

	for (int i = 0; i < ATTEMPTS && !done; i++) {
		struct notes found;

		if (i) {
			runs_release(runs);
			runs_init(runs, spool);
		}
		*counts = (struct ingest_counts){.period_from = TIME_UNKNOWN,
						 .period_to = TIME_UNKNOWN};
		notes_init(&found, notes->limit);
		done = read_once(folder, options, runs, counts, &found);
		note_differing(counts->differing, &found);
		if (done || i == ATTEMPTS - 1)
			notes_append(notes, &found, 0);
		notes_release(&found);
	}
}

/* ---- what is new ---- */

static void stamp(struct run *run, const struct run *copy, int64_t now)
{
	if (run_tells_time(run))
		return;
	if (run->seen_at == TIME_UNKNOWN)
		run->seen_at = now;
	if (copy && copy->seen_at != TIME_UNKNOWN && copy->seen_at < run->seen_at)
		run->seen_at = copy->seen_at;
}

static void note_redacted(uint64_t count, struct notes *notes)
{
	char text[160];

	if (!count)
		return;
	snprintf(text, sizeof(text),
		 "history: %llu run%s not added: what is redacted is part of %s id%s",
		 (unsigned long long)count, count == 1 ? "" : "s", count == 1 ? "its" : "their",
		 count == 1 ? "" : "s");
	notes_add(notes, &(struct note){.severity = SEVERITY_WARNING, .text = text});
}

struct run **history_news(const struct runs *inputs, const struct runs *past, int64_t now,
			  size_t *count, struct notes *notes)
{
	struct run **copies = dedupe_copies(inputs->items, inputs->count, past->items, past->count);
	uint64_t redacted = 0;

	*count = 0;
	for (size_t i = 0; i < inputs->count; i++) {
		struct run *run = inputs->items[i];
		const struct run *copy = copies[i];

		if (run->identity != run_identity(run)) {
			redacted++;
			continue;
		}
		stamp(run, copy, now);
		if (!copy || dedupe_adds(run, copy))
			copies[(*count)++] = run;
	}
	note_redacted(redacted, notes);
	return copies;
}
