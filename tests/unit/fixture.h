/*
 * fixture: what several unit tests need: runs made of a few words, scratch folders and files.
 */
#ifndef RUNTALLY_TESTS_FIXTURE_H
#define RUNTALLY_TESTS_FIXTURE_H

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtally/base/strbuf.h"
#include "runtally/model/run.h"

static inline struct run made_run(const char *source, const char *id, enum outcome outcome)
{
	struct run run;

	run_init(&run);
	run.source = source;
	run.run_id = id;
	run.outcome = outcome;
	return run;
}

/* `+` passed, `-` failed, `!` error, `?` unknown; all else is pending: `~`. */
static inline enum outcome marked_outcome(char mark)
{
	static const char marks[OUTCOME_COUNT + 1] = {
		[OUTCOME_PASSED] = '+',  [OUTCOME_FAILED] = '-',  [OUTCOME_ERROR] = '!',
		[OUTCOME_PENDING] = '~', [OUTCOME_UNKNOWN] = '?',
	};
	const char *found = strchr(marks, mark);

	return found ? (enum outcome)(found - marks) : OUTCOME_PENDING;
}

/* An escaper that escapes nothing. */
static inline void escape_none(struct strbuf *out, const char *text, size_t length, char line_start)
{
	(void)line_start;
	strbuf_add(out, text, length);
}

/* A generator of its own, so that a failing property fails everywhere alike. */
static inline uint32_t next_random(uint32_t *state)
{
	*state = *state * UINT32_C(1664525) + UINT32_C(1013904223);
	return *state >> 8;
}

struct folder {
	char path[64];
	struct arena arena;
};

static inline void folder_init(struct folder *folder)
{
	arena_init(&folder->arena, 0);
	snprintf(folder->path, sizeof(folder->path), "/tmp/runtally-unit-XXXXXX");
	if (!mkdtemp(folder->path))
		abort();
}

static inline const char *folder_file(struct folder *folder, const char *name)
{
	return arena_printf(&folder->arena, "%s/%s", folder->path, name);
}

static inline const char *folder_make(struct folder *folder, const char *name)
{
	const char *path = folder_file(folder, name);

	if (mkdir(path, 0777))
		abort();
	return path;
}

static inline const char *folder_write_bytes(struct folder *folder, const char *name,
					     const char *bytes, size_t length)
{
	const char *path = folder_file(folder, name);
	FILE *file = fopen(path, "wb");

	if (!file || fwrite(bytes, 1, length, file) != length || fclose(file))
		abort();
	return path;
}

static inline const char *folder_write(struct folder *folder, const char *name, const char *text)
{
	return folder_write_bytes(folder, name, text, strlen(text));
}

/* Appends the file's bytes; false: it cannot be opened. */
static inline int file_read(const char *path, struct strbuf *out)
{
	FILE *file = fopen(path, "rb");
	char buffer[4096];
	size_t got;

	if (!file)
		return 0;
	while ((got = fread(buffer, 1, sizeof(buffer), file)) > 0)
		strbuf_add(out, buffer, got);
	fclose(file);
	return 1;
}

/* How many names the folder holds. */
static inline size_t folder_count(const char *path)
{
	DIR *dir = opendir(path);
	size_t count = 0;

	if (!dir)
		abort();
	for (const struct dirent *entry; (entry = readdir(dir));)
		count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	closedir(dir);
	return count;
}

static inline void remove_tree(const char *path)
{
	DIR *dir;
	struct strbuf inner = STRBUF_INIT;
	struct stat status;

	if (lstat(path, &status))
		return;
	if (!S_ISDIR(status.st_mode)) {
		unlink(path);
		return;
	}
	chmod(path, 0700);
	dir = opendir(path);
	for (const struct dirent *entry; dir && (entry = readdir(dir));) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		strbuf_reset(&inner);
		strbuf_addf(&inner, "%s/%s", path, entry->d_name);
		remove_tree(inner.text);
	}
	if (dir)
		closedir(dir);
	strbuf_release(&inner);
	rmdir(path);
}

static inline void folder_release(struct folder *folder)
{
	remove_tree(folder->path);
	arena_release(&folder->arena);
}

/* Of tests whose state is a folder. */
static inline int folder_setup(void **state)
{
	static struct folder folder;

	folder_init(&folder);
	*state = &folder;
	return 0;
}

static inline int folder_teardown(void **state)
{
	folder_release(*state);
	return 0;
}

#endif
