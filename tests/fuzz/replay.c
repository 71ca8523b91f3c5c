/*
 * main() for a fuzz target without libFuzzer: each file that is named, and each in a folder that is
 * named, goes through the target once. A crash is the failure; a file that cannot be read is one.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "runtally/base/arena.h"
#include "runtally/base/strbuf.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static unsigned passed, failed;

static int read_all(const char *path, struct strbuf *bytes)
{
	FILE *file = fopen(path, "rb");
	char buffer[65536];
	size_t got;
	int bad;

	if (!file)
		return -1;
	while ((got = fread(buffer, 1, sizeof(buffer), file)) > 0)
		strbuf_add(bytes, buffer, got);
	bad = ferror(file);
	fclose(file);
	return bad ? -1 : 0;
}

/* A copy of the exact size, so that a read behind its end shows under a sanitizer or valgrind. */
static void run_on(const struct strbuf *bytes)
{
	uint8_t *copy = memory_alloc(bytes->length);

	if (bytes->length)
		memcpy(copy, bytes->text, bytes->length);
	LLVMFuzzerTestOneInput(copy, bytes->length);
	memory_free(copy);
}

static void replay_file(const char *path)
{
	struct strbuf bytes = STRBUF_INIT;

	if (read_all(path, &bytes) == 0) {
		run_on(&bytes);
		passed++;
	} else {
		fprintf(stderr, "%s: cannot be read\n", path);
		failed++;
	}
	strbuf_release(&bytes);
}

static void replay_folder(const char *path)
{
	struct dirent **entries;
	int count = scandir(path, &entries, NULL, alphasort);

	if (count < 0) {
		fprintf(stderr, "%s: cannot be read\n", path);
		failed++;
		return;
	}
	for (int i = 0; i < count; i++) {
		struct strbuf file = STRBUF_INIT;

		strbuf_addf(&file, "%s/%s", path, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.')
			replay_file(file.text);
		strbuf_release(&file);
		free(entries[i]);
	}
	free(entries);
}

int main(int argc, char **argv)
{
	struct stat info;

	for (int i = 1; i < argc; i++) {
		if (stat(argv[i], &info) == 0 && S_ISDIR(info.st_mode))
			replay_folder(argv[i]);
		else
			replay_file(argv[i]);
	}
	printf("%u passed, %u failed\n", passed, failed);
	return failed || !passed;
}
