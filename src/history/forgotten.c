#include "forgotten.h"

#include <stdio.h>
#include <string.h>

#include "files.h"
#include "runtally/base/path.h"
#include "runtally/base/sha256.h"
#include "runtally/json/json.h"

#define FORGET_SCHEMA "runtally.forget/1"

/* ---- which there are ---- */

static uint64_t hash_of(const char *source, const char *run_id)
{
	return hash_pair(hash_text(source), hash_text(run_id));
}

static bool is_in(const struct forgotten_run *entry, const char *environment)
{
	return !entry->environment || strcmp(entry->environment, environment) == 0;
}

struct forgotten_run *forgotten_find(const struct forgotten *forgotten, const char *source,
				     const char *run_id, const char *environment)
{
	const uint64_t hash = hash_of(source, run_id);
	size_t walk, at = hash_first(&forgotten->table, hash, &walk);

	for (; at != HASH_NONE; at = hash_next(&forgotten->table, hash, &walk)) {
		struct forgotten_run *entry = &forgotten->items[at];

		if (strcmp(entry->source, source) == 0 && strcmp(entry->run_id, run_id) == 0 &&
		    is_in(entry, environment ? environment : ""))
			return entry;
	}
	return NULL;
}

static bool is_known(const struct forgotten *forgotten, const struct forgotten_run *run)
{
	const uint64_t hash = hash_of(run->source, run->run_id);
	size_t walk, at = hash_first(&forgotten->table, hash, &walk);

	for (; at != HASH_NONE; at = hash_next(&forgotten->table, hash, &walk)) {
		const struct forgotten_run *entry = &forgotten->items[at];

		if (strcmp(entry->source, run->source) == 0 &&
		    strcmp(entry->run_id, run->run_id) == 0 &&
		    (!entry->environment || same_text(entry->environment, run->environment)))
			return true;
	}
	return false;
}

bool forgotten_add(struct forgotten *forgotten, const struct forgotten_run *run)
{
	struct arena *arena = &forgotten->arena;

	if (is_known(forgotten, run))
		return false;
	forgotten->items = array_reserve(forgotten->items, &forgotten->capacity,
					 forgotten->count + 1, sizeof(*forgotten->items));
	hash_add(&forgotten->table, hash_of(run->source, run->run_id), forgotten->count);
	forgotten->items[forgotten->count++] = (struct forgotten_run){
		.source = arena_strdup(arena, run->source),
		.run_id = arena_strdup(arena, run->run_id),
		.environment = run->environment ? arena_strdup(arena, run->environment) : NULL,
	};
	return true;
}

void forgotten_release(struct forgotten *forgotten)
{
	memory_free(forgotten->items);
	hash_table_release(&forgotten->table);
	arena_release(&forgotten->arena);
}

size_t forgotten_drop(struct forgotten *forgotten, struct runs *runs)
{
	size_t kept = 0, dropped;

	for (size_t i = 0; forgotten->count && i < runs->count; i++) {
		struct run *run = runs->items[i];

		if (!forgotten_find(forgotten, run->source, run->run_id, run->environment))
			runs->items[kept++] = run;
	}
	dropped = forgotten->count ? runs->count - kept : 0;
	runs->count -= dropped;
	return dropped;
}

/* ---- in files ---- */

void forgotten_line(const struct forgotten_run *run, struct strbuf *out)
{
	strbuf_addstr(out, "{\"schema\":\"" FORGET_SCHEMA "\"");
	history_text(out, "source", run->source);
	history_text(out, "run_id", run->run_id);
	history_text(out, "environment", run->environment);
	strbuf_addstr(out, "}\n");
}

static bool read_line(struct forgotten *forgotten, const char *line, size_t length,
		      struct arena *arena)
{
	const struct json_value *json = json_value_of_line(line, length, arena);
	struct forgotten_run run;

	run = (struct forgotten_run){
		.source = json_value_text(json_value_get(json, "source")),
		.run_id = json_value_text(json_value_get(json, "run_id")),
		.environment = json_value_text(json_value_get(json, "environment")),
	};
	if (!run.source || !run.run_id ||
	    !same_text(json_value_text(json_value_get(json, "schema")), FORGET_SCHEMA))
		return false;
	forgotten_add(forgotten, &run);
	return true;
}

/* Whether the name tells what is in it. */
static bool is_whole(const char *path, const struct strbuf *text)
{
	const char *dash = strchr(path_name(path), '-');
	uint8_t digest[SHA256_SIZE];
	char hex[SHA256_HEX_SIZE];

	sha256(text->text, text->length, digest);
	sha256_hex(digest, hex);
	return strncmp(dash + 1, hex, HISTORY_HASH_DIGITS) == 0;
}

static bool read_bytes(const char *path, struct strbuf *out)
{
	FILE *file = fopen(path, "rbe");
	char bytes[16 * 1024];
	size_t length;
	bool failed = !file;

	while (file && (length = fread(bytes, 1, sizeof(bytes), file)) > 0)
		strbuf_add(out, bytes, length);
	if (file) {
		failed = ferror(file) != 0;
		fclose(file);
	}
	return !failed;
}

static void read_file(struct forgotten *forgotten, const char *path, struct notes *notes)
{
	struct strbuf text = STRBUF_INIT;
	struct arena arena;
	bool whole = read_bytes(path, &text) && is_whole(path, &text);

	arena_init(&arena, 0);
	for (const char *line = text.text, *end; (end = strchr(line, '\n')); line = end + 1)
		whole = read_line(forgotten, line, (size_t)(end - line), &arena) && whole;
	arena_release(&arena);
	if (!whole)
		notes_add(notes, &(struct note){
					 .severity = SEVERITY_ERROR,
					 .file = path_name(path),
					 .opened = path,
					 .text = "is not as it was written: what of it can be read "
						 "is kept out of the history",
				 });
	strbuf_release(&text);
}

void forgotten_read(struct forgotten *forgotten, const char *folder, struct notes *notes)
{
	struct history_files files;
	struct error err;

	*forgotten = (struct forgotten){.count = 0};
	arena_init(&forgotten->arena, 0);
	if (history_list_below(&files, folder, HISTORY_FORGOTTEN, &err))
		notes_add(notes, &(struct note){
					 .severity = SEVERITY_ERROR,
					 .file = "history",
					 .opened = folder,
					 .text = err.text,
				 });
	for (size_t i = 0; i < files.count; i++)
		read_file(forgotten, files.items[i].path, notes);
	history_files_release(&files);
}
