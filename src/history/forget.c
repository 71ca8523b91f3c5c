#include "runtally/history/forget.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "forgotten.h"
#include "runtally/base/path.h"
#include "runtally/ingest/labels.h"
#include "runtally/input/source.h"
#include "runtally/json/json.h"

/* How often other calls may put back what was taken out. */
enum { SWEEPS = 5 };

/* One call of history_forget. */
struct forgetting {
	const char *folder;
	const struct forget_request *request;
	const struct ingest_options *options;
	struct forget_result *result;
	struct notes *notes;
	struct labels *labels;
	struct forgotten *forgotten;
	struct arena record; /* of one line */
};

/* ---- lines ---- */

/* A run record, with the labels that whoever reads the history knows it by. */
static bool read_run(struct forgetting *f, const char *line, size_t length,
		     struct forgotten_run *run)
{
	const struct json_value *json;
	const char *schema, *environment;

	arena_reset(&f->record);
	json = json_value_of_line(line, length, &f->record);
	schema = json_value_text(json_value_get(json, "schema"));
	run->source = json_value_text(json_value_get(json, "source"));
	run->run_id = json_value_text(json_value_get(json, "run_id"));
	environment = json_value_text(json_value_get(json, "environment"));
	if (!schema || strncmp(schema, "runtally.run/", strlen("runtally.run/")) != 0 ||
	    !run->source || !run->run_id)
		return false;
	run->source = arena_strdup(&f->record, labels_clean(f->labels, run->source, LABEL_NAME));
	run->run_id = arena_strdup(&f->record, labels_clean(f->labels, run->run_id, LABEL_ID));
	run->environment = arena_strdup(
		&f->record, environment ? labels_clean(f->labels, environment, LABEL_NAME) : "");
	return true;
}

static bool begins_with(const char *line, size_t length, const char *beginning)
{
	return length >= strlen(beginning) && memcmp(line, beginning, strlen(beginning)) == 0;
}

/* What is left of the bytes of a file or of an archive's entry. */
struct rest {
	struct strbuf text;
	uint64_t removed;
	uint8_t digest[SHA256_SIZE]; /* of what stands before the footer */
};

/* Of what stands before it; false: it was not whole, and shall not seem so. */
static bool footer_fits(const char *line, size_t length, uint64_t lines, struct sha256 *before)
{
	char wanted[HISTORY_FOOTER_SIZE];
	uint8_t digest[SHA256_SIZE];

	sha256_finish(before, digest);
	history_footer(wanted, lines - 1, digest);
	return length == strlen(wanted) && memcmp(line, wanted, length) == 0;
}

/* The next of the bytes, with its end, where it has one. */
struct line {
	const char *text;
	size_t length;
};

/* From none (NULL) to the first; false: there are no more. */
static bool next_line(struct line *line, const struct strbuf *bytes)
{
	const char *end = bytes->text + bytes->length, *newline;

	line->text = line->text ? line->text + line->length : bytes->text;
	newline = memchr(line->text, '\n', (size_t)(end - line->text));
	line->length = (size_t)((newline ? newline + 1 : end) - line->text);
	return line->length > 0;
}

/* One within, of what somebody put together, is a line as any other. */
static bool is_footer(const struct line *line, const struct strbuf *bytes)
{
	return line->text + line->length == bytes->text + bytes->length &&
	       begins_with(line->text, line->length, "{\"schema\":\"" HISTORY_END_SCHEMA "\"");
}

/* All lines but those of forgotten runs, as they are, and a footer that fits them. */
static void filter(struct forgetting *f, const struct strbuf *bytes, struct rest *rest)
{
	struct line line = {.text = NULL};
	struct sha256 before, after;
	struct forgotten_run run;
	uint64_t lines = 0;
	char footer[HISTORY_FOOTER_SIZE];

	sha256_init(&before);
	sha256_init(&after);
	while (next_line(&line, bytes) && !is_footer(&line, bytes)) {
		struct forgotten_run *found;

		lines++;
		sha256_add(&before, line.text, line.length);
		found = read_run(f, line.text, line.length, &run)
				? forgotten_find(f->forgotten, run.source, run.run_id,
						 run.environment)
				: NULL;
		if (found) {
			rest->removed++;
			found->found = true;
			continue;
		}
		strbuf_add(&rest->text, line.text, line.length);
		sha256_add(&after, line.text, line.length);
	}
	sha256_finish(&after, rest->digest);
	if (line.length && lines && footer_fits(line.text, line.length, lines, &before)) {
		history_footer(footer, lines - rest->removed - 1, rest->digest);
		strbuf_addstr(&rest->text, footer);
	}
}

/* ---- files ---- */

static int read_blob(struct reader *reader, size_t index, struct strbuf *bytes, struct error *err)
{
	char buffer[64 * 1024];
	struct blob blob;
	int64_t got;

	strbuf_reset(bytes);
	if (reader_begin(reader, index, &blob, err))
		return -1;
	while ((got = blob.read(&blob, buffer, sizeof(buffer), err)) > 0)
		strbuf_add(bytes, buffer, (size_t)got);
	return got < 0 ? -1 : 0;
}

/* Does something with each blob of a file: its bytes, or those of an archive's entries. */
typedef void blob_fn(struct forgetting *f, const char *name, const struct strbuf *bytes, void *ctx);

static int each_blob(struct forgetting *f, const char *path, blob_fn *use, void *ctx,
		     struct error *err)
{
	struct strbuf bytes = STRBUF_INIT;
	struct sources *sources;
	struct reader *reader;
	struct notes found;
	int failed = 0;

	notes_init(&found, 1);
	sources = sources_open(&path, 1, &f->options->limits, &found);
	reader = reader_new(sources);
	for (size_t i = 0; i < sources_count(sources) && !failed; i++) {
		const char *label = sources_input(sources, i)->label, *mark = strrchr(label, '!');

		failed = read_blob(reader, i, &bytes, err);
		if (!failed)
			use(f, mark ? mark + 1 : label, &bytes, ctx);
	}
	if (!failed && found.count)
		failed = error_set(err, "%s", found.items[0].text);
	reader_free(reader);
	sources_close(sources, NULL);
	notes_release(&found);
	strbuf_release(&bytes);
	return failed;
}

/* The file as it will be. */
struct rewriting {
	struct bundle *bundle; /* NULL: it is no archive */
	struct sha256 hash;    /* of the digests */
	struct rest rest;      /* of the only blob there is, if it is none */
	uint64_t removed;
};

static void rewrite_blob(struct forgetting *f, const char *name, const struct strbuf *bytes,
			 void *ctx)
{
	struct rewriting *made = ctx;
	struct rest *rest = &made->rest;

	strbuf_reset(&rest->text);
	rest->removed = 0;
	filter(f, bytes, rest);
	made->removed += rest->removed;
	sha256_add(&made->hash, rest->digest, sizeof(rest->digest));
	if (made->bundle)
		bundle_add(made->bundle, name, rest->text.text, rest->text.length);
}

/* `20261118T000000Z` of the name */
static char *moment_of(const char *path, struct arena *arena)
{
	const char *name = path_name(path);

	return arena_strndup(arena, name, strcspn(name, "-"));
}

/* A call's file is named by the digest in its footer; without one, it is by that all the same. */
static int put_file(struct forgetting *f, const struct history_file *file,
		    const struct rewriting *made, struct strbuf *path, struct error *err)
{
	struct output *output = history_open(f->folder, file->month, err);
	const struct strbuf *text = &made->rest.text;
	char hex[SHA256_HEX_SIZE];

	if (!output)
		return -1;
	if (output_write(output, text->text, text->length, err)) {
		output_abort(output);
		return -1;
	}
	sha256_hex(made->rest.digest, hex);
	strbuf_addf(path, "%s/%s/%s-%.*s.ndjson", f->folder, file->month,
		    moment_of(file->path, &f->record), HISTORY_HASH_DIGITS, hex);
	if (strcmp(path->text, file->path) != 0)
		return history_commit(output, path->text, err);
	output_rename(output, path->text); /* somebody has put lines into it */
	return output_commit(output, err);
}

static int replace(struct forgetting *f, const struct history_file *file, struct rewriting *made,
		   struct error *err)
{
	struct strbuf path = STRBUF_INIT;
	int failed;

	if (made->bundle)
		failed = history_put_archive(f->folder, file->month, made->bundle, &made->hash,
					     &path, err);
	else
		failed = put_file(f, file, made, &path, err);
	made->bundle = NULL;
	if (!failed && strcmp(path.text, file->path) != 0 && unlink(file->path) != 0 &&
	    errno != ENOENT)
		failed = error_set(err, "%s: cannot remove: %s", file->path, strerror(errno));
	strbuf_release(&path);
	f->result->files++;
	return failed;
}

static void note_left(struct forgetting *f, const struct history_file *file, const char *why)
{
	notes_add(f->notes, &(struct note){
				    .severity = SEVERITY_ERROR,
				    .file = path_name(file->path),
				    .opened = file->path,
				    .text = why,
			    });
}

/* Writes the file again if it holds what is forgotten. */
static int sweep_file(struct forgetting *f, const struct history_file *file, struct error *err)
{
	struct rewriting made = {.rest.text = STRBUF_INIT};
	struct error why;
	int failed = 0;

	if (file->archive)
		made.bundle = bundle_new();
	sha256_init(&made.hash);
	if (each_blob(f, file->path, rewrite_blob, &made, &why)) {
		if (access(file->path, F_OK) == 0)
			note_left(f, file, why.text);
	} else if (made.removed) {
		failed = replace(f, file, &made, err);
	}
	if (made.bundle)
		bundle_free(made.bundle);
	strbuf_release(&made.rest.text);
	return failed;
}

/* 1: something was written again; 0: nothing held what is forgotten; -1. */
static int sweep(struct forgetting *f, bool first, struct error *err)
{
	const uint64_t before = f->result->files;
	struct history_files files;
	int failed = history_list(&files, f->folder, err);

	if (!failed)
		history_check(&files, f->options->jobs);
	for (size_t i = 0; i < files.of_months && !failed; i++) {
		const struct history_file *file = &files.items[i];

		if (!file->refused)
			failed = sweep_file(f, file, err);
		else if (first)
			note_left(f, file, file->trouble);
	}
	history_files_release(&files);
	return failed ? -1 : f->result->files > before;
}

/* Until no other call puts anything back. */
static int sweep_all(struct forgetting *f, struct error *err)
{
	int swept = 1;

	for (int i = 0; i < SWEEPS && swept > 0; i++)
		swept = sweep(f, i == 0, err);
	return swept < 0 ? -1 : 0;
}

int forgotten_sweep(struct forgotten *forgotten, const char *folder,
		    const struct ingest_options *options, struct notes *notes, struct error *err)
{
	struct forget_result result = {.runs = 0};
	struct forgetting f = {
		.folder = folder,
		.options = options,
		.result = &result,
		.notes = notes,
		.labels = labels_new(options),
		.forgotten = forgotten,
	};
	int failed;

	arena_init(&f.record, 0);
	failed = forgotten->count ? sweep_all(&f, err) : 0;
	labels_free(f.labels);
	arena_release(&f.record);
	return failed;
}

/* ---- what is named ---- */

static void take_runs(struct forgetting *f, const char *name, const struct strbuf *bytes, void *ctx)
{
	struct line line = {.text = NULL};
	struct forgotten_run run;

	(void)name, (void)ctx;
	while (next_line(&line, bytes))
		if (read_run(f, line.text, line.length, &run))
			forgotten_add(f->forgotten, &run);
}

/* All runs of the file. */
static int take_call(struct forgetting *f, const char *name, struct error *err)
{
	struct history_files files;
	int failed = history_list(&files, f->folder, err);
	size_t at = 0;

	if (failed)
		return -1;
	while (at < files.of_months && strcmp(path_name(files.items[at].path), name) != 0)
		at++;
	if (at < files.of_months)
		failed = each_blob(f, files.items[at].path, take_runs, NULL, err);
	else
		failed = error_set(err,
				   "has no file %s: runs of a call that was rolled up are "
				   "forgotten by SOURCE:RUN-ID",
				   name);
	f->result->unknown = at == files.of_months;
	history_files_release(&files);
	return failed;
}

static void take_id(struct forgetting *f, const char *thing)
{
	const char *environment = f->request->environment, *colon = strchr(thing, ':');
	struct forgotten_run run;

	arena_reset(&f->record);
	run.source = arena_strndup(&f->record, thing, (size_t)(colon - thing));
	run.run_id = arena_strdup(&f->record, labels_clean(f->labels, colon + 1, LABEL_ID));
	run.environment =
		environment
			? arena_strdup(&f->record, labels_clean(f->labels, environment, LABEL_NAME))
			: NULL;
	forgotten_add(f->forgotten, &run);
}

static int take_things(struct forgetting *f, struct error *err)
{
	int failed = 0;

	if (access(f->folder, F_OK) != 0) {
		f->result->unknown = true;
		return error_set(err, "there is no such history");
	}
	for (size_t i = 0; i < f->request->count && !failed; i++)
		if (history_is_call(f->request->things[i]))
			failed = take_call(f, f->request->things[i], err);
		else
			take_id(f, f->request->things[i]);
	return failed;
}

/* ---- all of it ---- */

static int write_news(struct forgetting *f, size_t known, struct error *err)
{
	struct strbuf text = STRBUF_INIT, moment = STRBUF_INIT, path = STRBUF_INIT;
	int failed = 0;

	for (size_t i = known; i < f->forgotten->count; i++)
		forgotten_line(&f->forgotten->items[i], &text);
	history_moment(&moment, f->request->now);
	if (text.length)
		failed = history_put(f->folder, HISTORY_FORGOTTEN, moment.text, &text, &path, err);
	strbuf_release(&text);
	strbuf_release(&moment);
	strbuf_release(&path);
	return failed;
}

static void tell(struct forgetting *f, size_t known)
{
	for (size_t i = 0; i < f->forgotten->count; i++) {
		const struct forgotten_run *run = &f->forgotten->items[i];

		f->result->runs += run->found;
		if (!run->found && i >= known)
			notes_addf(f->notes, SEVERITY_WARNING,
				   "history: it has no run %.100s:%.200s; should that come, it "
				   "will be kept out",
				   run->source, run->run_id);
	}
}

int history_forget(const char *folder, const struct forget_request *request,
		   const struct ingest_options *options, struct forget_result *result,
		   struct notes *notes, struct error *err)
{
	struct forgotten forgotten;
	struct forgetting f = {
		.folder = folder,
		.request = request,
		.options = options,
		.result = result,
		.notes = notes,
		.labels = labels_new(options),
		.forgotten = &forgotten,
	};
	size_t known;
	int failed;

	*result = (struct forget_result){.runs = 0};
	arena_init(&f.record, 0);
	forgotten_read(&forgotten, folder, notes);
	known = forgotten.count;
	failed = take_things(&f, err);
	if (!failed)
		failed = write_news(&f, known, err);
	if (!failed)
		failed = sweep_all(&f, err);
	if (!failed)
		tell(&f, known);
	labels_free(f.labels);
	forgotten_release(&forgotten);
	arena_release(&f.record);
	return failed;
}
