/*
 * Writes runs to measure with: the same arguments give the same runs on every machine.
 *
 *   generate [--seed N] [--cases N] [--small] --runs N|--bytes N array|ndjson|files|zip PATH
 *
 * --bytes writes so many runs that their texts reach N bytes. Prints how many runs and bytes of
 * JSON it wrote, envelopes apart.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include "exports.h"

enum { FOLDER_FILES = 1000, BUFFER_BYTES = 1 << 20, NAME_BYTES = 64 };

struct plan {
	struct export_rules rules;
	uint64_t runs, bytes;
	const char *shape, *path;
};

static void fail(const char *what)
{
	fprintf(stderr, "generate: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* ---- one file ---- */

static void flush(FILE *file, struct strbuf *text, const char *path)
{
	if (fwrite(text->text, 1, text->length, file) != text->length)
		fail(path);
	strbuf_reset(text);
}

static void write_one(struct plan *plan, const char *first, const char *between, const char *last)
{
	FILE *file = fopen(plan->path, "wb");
	struct strbuf text = STRBUF_INIT;

	if (!file)
		fail(plan->path);
	strbuf_addstr(&text, first);
	for (uint64_t i = 0; i < plan->runs; i++) {
		strbuf_addstr(&text, i ? between : "");
		export_run(&text, &plan->rules, i);
		if (text.length >= BUFFER_BYTES)
			flush(file, &text, plan->path);
	}
	strbuf_addstr(&text, last);
	flush(file, &text, plan->path);
	if (fclose(file))
		fail(plan->path);
	strbuf_release(&text);
}

static void write_array(struct plan *plan)
{
	write_one(plan, "[", ",", "]\n");
}

static void write_ndjson(struct plan *plan)
{
	write_one(plan, "", "\n", "\n");
}

/* ---- a file a run ---- */

static void entry_name(char *name, uint64_t number)
{
	snprintf(name, NAME_BYTES, "%04" PRIu64 "/run-%07" PRIu64 ".json", number / FOLDER_FILES,
		 number);
}

static void write_file(int folder, const char *name, const struct strbuf *text)
{
	int fd = openat(folder, name, O_WRONLY | O_CREAT | O_TRUNC, 0666);

	if (fd < 0 || write(fd, text->text, text->length) != (ssize_t)text->length || close(fd))
		fail(name);
}

static void write_files(struct plan *plan)
{
	struct strbuf text = STRBUF_INIT;
	char name[NAME_BYTES];
	int folder;

	if (mkdir(plan->path, 0777) && errno != EEXIST)
		fail(plan->path);
	folder = open(plan->path, O_RDONLY | O_DIRECTORY);
	if (folder < 0)
		fail(plan->path);
	for (uint64_t i = 0; i < plan->runs; i++) {
		entry_name(name, i);
		if (i % FOLDER_FILES == 0) {
			*strchr(name, '/') = '\0';
			if (mkdirat(folder, name, 0777) && errno != EEXIST)
				fail(name);
			entry_name(name, i);
		}
		strbuf_reset(&text);
		export_run(&text, &plan->rules, i);
		write_file(folder, name, &text);
	}
	close(folder);
	strbuf_release(&text);
}

/* ---- a ZIP of them ---- */

/* An entry that is written only when libzip asks for it, so that no archive is held in memory. */
struct entry {
	const struct export_rules *rules;
	uint64_t number;
	struct strbuf text;
	size_t given;
};

static void entry_open(struct entry *entry)
{
	strbuf_init(&entry->text);
	export_run(&entry->text, entry->rules, entry->number);
	entry->given = 0;
}

static zip_int64_t entry_read(struct entry *entry, void *data, zip_uint64_t size)
{
	size_t left = entry->text.length - entry->given;

	if (left > size)
		left = (size_t)size;
	memcpy(data, entry->text.text + entry->given, left);
	entry->given += left;
	return (zip_int64_t)left;
}

static zip_int64_t entry_source(void *state, void *data, zip_uint64_t size,
				zip_source_cmd_t command)
{
	struct entry *entry = state;

	switch (command) {
	case ZIP_SOURCE_OPEN:
		entry_open(entry);
		return 0;
	case ZIP_SOURCE_READ:
		return entry_read(entry, data, size);
	case ZIP_SOURCE_CLOSE:
		strbuf_release(&entry->text);
		return 0;
	case ZIP_SOURCE_STAT:
		zip_stat_init(data);
		return sizeof(zip_stat_t);
	case ZIP_SOURCE_SUPPORTS:
		return zip_source_make_command_bitmap(ZIP_SOURCE_OPEN, ZIP_SOURCE_READ,
						      ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT,
						      ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, -1);
	default:
		return 0;
	}
}

static void add_entry(zip_t *archive, struct entry *entry)
{
	/* 2026-10-29 in the form of MS-DOS, which knows no time zones. */
	static const zip_uint16_t dos_date = (2026 - 1980) << 9 | 10 << 5 | 29;
	zip_source_t *source = zip_source_function(archive, entry_source, entry);
	char name[NAME_BYTES];
	zip_int64_t index;

	entry_name(name, entry->number);
	index = source ? zip_file_add(archive, name, source, ZIP_FL_ENC_UTF_8) : -1;
	if (index < 0 || zip_file_set_dostime(archive, (zip_uint64_t)index, 0, dos_date, 0)) {
		fprintf(stderr, "generate: %s: %s\n", name, zip_strerror(archive));
		exit(1);
	}
}

static void write_zip(struct plan *plan)
{
	zip_t *archive = zip_open(plan->path, ZIP_CREATE | ZIP_TRUNCATE, NULL);
	struct entry *entries = calloc(plan->runs + 1, sizeof(*entries));

	if (!archive || !entries)
		fail(plan->path);
	for (uint64_t i = 0; i < plan->runs; i++) {
		entries[i] = (struct entry){.rules = &plan->rules, .number = i};
		add_entry(archive, &entries[i]);
	}
	if (zip_close(archive)) {
		fprintf(stderr, "generate: %s: %s\n", plan->path, zip_strerror(archive));
		exit(1);
	}
	free(entries);
}

/* ---- the plan ---- */

static const struct {
	const char *name;
	void (*write)(struct plan *plan);
} shapes[] = {
	{"array", write_array},
	{"ndjson", write_ndjson},
	{"files", write_files},
	{"zip", write_zip},
};

/* Sets whichever of runs and bytes was not asked for; a run is made twice, but none is kept. */
static void complete(struct plan *plan)
{
	struct strbuf text = STRBUF_INIT;
	uint64_t runs = 0, bytes = 0;

	while (plan->runs ? runs < plan->runs : bytes < plan->bytes) {
		strbuf_reset(&text);
		export_run(&text, &plan->rules, runs++);
		bytes += text.length;
	}
	plan->runs = runs;
	plan->bytes = bytes;
	strbuf_release(&text);
}

static void usage(void)
{
	fprintf(stderr, "usage: generate [--seed N] [--cases N] [--small] --runs N|--bytes N "
			"array|ndjson|files|zip PATH\n");
	exit(2);
}

static uint64_t number_of(const char *text)
{
	char *end;
	unsigned long long number = strtoull(text ? text : "", &end, 10);

	if (!text || *end || end == text)
		usage();
	return number;
}

static struct plan parse(char **arguments)
{
	struct plan plan = {.rules = {.seed = 1, .cases = 1000}};

	for (; *arguments && strncmp(*arguments, "--", 2) == 0; arguments++) {
		if (strcmp(*arguments, "--small") == 0)
			plan.rules.small = true;
		else if (strcmp(*arguments, "--seed") == 0)
			plan.rules.seed = number_of(*++arguments);
		else if (strcmp(*arguments, "--cases") == 0)
			plan.rules.cases = (unsigned)number_of(*++arguments);
		else if (strcmp(*arguments, "--runs") == 0)
			plan.runs = number_of(*++arguments);
		else if (strcmp(*arguments, "--bytes") == 0)
			plan.bytes = number_of(*++arguments);
		else
			usage();
	}
	if (!arguments[0] || !arguments[1] || arguments[2] || !plan.rules.cases ||
	    !plan.runs == !plan.bytes)
		usage();
	plan.shape = arguments[0];
	plan.path = arguments[1];
	return plan;
}

int main(int argc, char **argv)
{
	struct plan plan = parse(argv + (argc > 0));

	complete(&plan);
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		if (strcmp(plan.shape, shapes[i].name))
			continue;
		shapes[i].write(&plan);
		printf("%" PRIu64 " runs, %" PRIu64 " bytes\n", plan.runs, plan.bytes);
		return 0;
	}
	usage();
}
