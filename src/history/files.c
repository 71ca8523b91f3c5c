#include "files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtally/base/path.h"
#include "runtally/base/sha256.h"
#include "runtally/base/thread_pool.h"
#include "runtally/base/times.h"
#include "runtally/history/forget.h"
#include "runtally/input/source.h"

/* ---- which there are ---- */

/* Whether the text has this form: `0` stands for any digit. */
static bool has_form(const char *text, const char *form)
{
	for (; *form; text++, form++)
		if (*form == '0' ? *text < '0' || *text > '9' : *text != *form)
			return false;
	return true;
}

/* What a history has at each depth: years, months in them, files in those. */
enum depth { YEARS, MONTHS, FILES };

static bool is_ours(const char *name, enum depth depth)
{
	if (depth == YEARS)
		return has_form(name, "0000") && !name[4];
	if (depth == MONTHS)
		return has_form(name, "00") && !name[2];
	if (is_archive_name(name))
		return has_form(name, "000000-");
	return has_form(name, "00000000T000000Z-") && is_export_name(name);
}

bool history_is_call(const char *name)
{
	return !is_archive_name(name) && is_ours(name, FILES);
}

/* A name that vanished is no longer there: another call compacts. */
static void add_file(struct history_files *files, const char *path)
{
	struct stat info;

	if (stat(path, &info) || !S_ISREG(info.st_mode))
		return;
	files->items = array_reserve(files->items, &files->capacity, files->count + 1,
				     sizeof(*files->items));
	files->items[files->count++] = (struct history_file){
		.path = path,
		.archive = is_archive_name(path),
		.device = info.st_dev,
		.inode = info.st_ino,
		.size = (uint64_t)info.st_size,
	};
}

/* A folder that is missing has nothing; below the first, what is no folder just has such a name. */
static int list_names(struct history_files *files, const char *folder, enum depth depth,
		      struct error *err)
{
	DIR *stream = opendir(folder);
	const struct dirent *entry;
	int failed = 0;

	if (!stream && (errno == ENOENT || (errno == ENOTDIR && depth != YEARS)))
		return 0;
	if (!stream)
		return error_set(err, "%s: cannot open: %s", folder, strerror(errno));
	while (!failed && (entry = path_next(stream))) {
		const char *path;

		if (!is_ours(entry->d_name, depth))
			continue;
		path = path_join(&files->arena, folder, entry->d_name);
		if (depth == FILES)
			add_file(files, path);
		else
			failed = list_names(files, path, depth + 1, err);
	}
	if (!failed && errno)
		failed = error_set(err, "%s: cannot read: %s", folder, strerror(errno));
	closedir(stream);
	return failed;
}

static int compare_files(const void *a, const void *b)
{
	const struct history_file *one = a, *other = b;

	return strcmp(one->path, other->path);
}

/* `2026/11` of `history/2026/11/NAME` */
static const char *month_of(struct history_files *files, const char *path)
{
	const char *month = path_parent(&files->arena, path);

	return month + strlen(month) - (MONTH_TEXT_SIZE - 1);
}

int history_list_below(struct history_files *files, const char *folder, const char *below,
		       struct error *err)
{
	int failed;

	*files = (struct history_files){.count = 0};
	arena_init(&files->arena, 0);
	failed = list_names(files, path_join(&files->arena, folder, below), FILES, err);
	if (files->count)
		qsort(files->items, files->count, sizeof(*files->items), compare_files);
	return failed;
}

int history_list(struct history_files *files, const char *folder, struct error *err)
{
	int failed;

	*files = (struct history_files){.count = 0};
	arena_init(&files->arena, 0);
	failed = list_names(files, folder, YEARS, err);
	for (size_t i = 0; i < files->count; i++)
		files->items[i].month = month_of(files, files->items[i].path);
	files->of_months = files->count;
	if (!failed)
		failed = list_names(files, path_join(&files->arena, folder, HISTORY_DEFINITIONS),
				    FILES, err);
	/* the names of months begin with digits: they come first */
	if (files->count)
		qsort(files->items, files->count, sizeof(*files->items), compare_files);
	return failed;
}

/* By the name of a file when it was written; of an archive, when its month began. */
static int64_t named_moment(const struct history_file *file)
{
	const char *name = path_name(file->path);
	char text[TIME_TEXT_SIZE];
	int64_t ms;

	if (file->archive)
		snprintf(text, sizeof(text), "%.4s-%.2s-01", name, name + 4);
	else
		snprintf(text, sizeof(text), "%.4s-%.2s-%.5s:%.2s:%.3s", name, name + 4, name + 6,
			 name + 11, name + 13);
	return time_or_date_parse(text, &ms) ? ms : TIME_UNKNOWN;
}

int64_t history_next_moment(const char *folder, int64_t now)
{
	struct history_files files;
	struct error err;
	int64_t moment = now;

	if (history_list(&files, folder, &err) != 0)
		files.count = 0;
	for (size_t i = 0; i < files.count; i++) {
		int64_t named = named_moment(&files.items[i]);

		if (named != TIME_UNKNOWN && !files.items[i].archive)
			named += SECOND_MS;
		if (named > moment)
			moment = named;
	}
	history_files_release(&files);
	return moment;
}

void history_files_release(struct history_files *files)
{
	memory_free(files->items);
	arena_release(&files->arena);
}

/* ---- whether they are whole ---- */

enum { FOOTER_MOST = 512, READ_BYTES = 128 * 1024, SCHEMA_MOST = 60 };

/* One file, looked at by one thread. */
struct check {
	struct job job; /* first: run_check gets a pointer to it */
	struct history_file *file;
	char schema[SCHEMA_MOST]; /* one that is not known */
	const char *trouble;
};

/* What the bytes say. */
struct look {
	int fd;
	uint64_t end;   /* where the footer begins */
	uint64_t lines; /* before it */
	char footer[FOOTER_MOST + 1], buffer[READ_BYTES];
	struct sha256 hash;
};

static bool read_at(const struct look *look, void *buffer, size_t size, uint64_t offset)
{
	size_t done = 0;

	while (done < size) {
		ssize_t got =
			pread(look->fd, (char *)buffer + done, size - done, (off_t)(offset + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		done += (size_t)got;
	}
	return true;
}

/* The last line, if it is a whole one. */
static bool find_footer(struct look *look, uint64_t size)
{
	size_t length = size < FOOTER_MOST ? (size_t)size : FOOTER_MOST;
	char tail[FOOTER_MOST];
	size_t at = length - 1;

	if (!length || !read_at(look, tail, length, size - length) || tail[at] != '\n')
		return false;
	while (at > 0 && tail[at - 1] != '\n')
		at--;
	memcpy(look->footer, tail + at, length - at);
	look->footer[length - at] = '\0';
	look->end = size - (length - at);
	return at > 0 && strncmp(look->footer, "{\"schema\":\"" HISTORY_END_SCHEMA "\"",
				 strlen("{\"schema\":\"" HISTORY_END_SCHEMA "\"")) == 0;
}

/* Reads all before the footer. */
static bool hash_bytes_before(struct look *look)
{
	sha256_init(&look->hash);
	for (uint64_t at = 0; at < look->end;) {
		size_t size = look->end - at < READ_BYTES ? (size_t)(look->end - at) : READ_BYTES;
		const char *line = look->buffer, *end = look->buffer + size;

		if (!read_at(look, look->buffer, size, at))
			return false;
		sha256_add(&look->hash, look->buffer, size);
		at += size;
		for (; (line = memchr(line, '\n', (size_t)(end - line))); line++)
			look->lines++;
	}
	return true;
}

/* What follows `name` in the footer; "" where it has none such. */
static const char *footer_member(const struct look *look, const char *name)
{
	const char *found = strstr(look->footer, name);

	return found ? found + strlen(name) : "";
}

static bool footer_fits(struct look *look)
{
	uint8_t digest[SHA256_SIZE];
	char hex[SHA256_HEX_SIZE];

	sha256_finish(&look->hash, digest);
	sha256_hex(digest, hex);
	return strncmp(footer_member(look, "\"sha256\":\""), hex, SHA256_HEX_SIZE - 1) == 0 &&
	       strtoull(footer_member(look, "\"runs\":"), NULL, 10) + 1 == look->lines;
}

/* The schema that the first line tells; false: none of a history. */
static bool find_schema(const struct look *look, uint64_t size, char schema[SCHEMA_MOST])
{
	static const char begin[] = "{\"schema\":\"";
	char head[sizeof(begin) + SCHEMA_MOST];
	size_t length = size < sizeof(head) - 1 ? (size_t)size : sizeof(head) - 1;
	size_t end;

	if (!read_at(look, head, length, 0))
		return false;
	head[length] = '\0';
	if (strncmp(head, begin, sizeof(begin) - 1) != 0)
		return false;
	end = strcspn(head + sizeof(begin) - 1, "\"");
	if (end >= SCHEMA_MOST)
		end = SCHEMA_MOST - 1;
	memcpy(schema, head + sizeof(begin) - 1, end);
	schema[end] = '\0';
	return strncmp(schema, "runtally.history/", strlen("runtally.history/")) == 0;
}

static void look_at(struct check *check, struct look *look)
{
	uint64_t size = check->file->size;

	if (!find_schema(look, size, check->schema)) {
		check->trouble = "does not begin as a file of a history does";
	} else if (strcmp(check->schema, HISTORY_SCHEMA) != 0) {
		check->file->refused = true;
	} else if (!find_footer(look, size)) {
		check->trouble = "is cut off: its last line is missing";
	} else if (!hash_bytes_before(look) || !footer_fits(look)) {
		check->trouble = "is not as it was written: its checksum does not fit";
	}
}

static void run_check(struct job *job, void *context)
{
	struct check *check = (struct check *)job;
	struct look *look = context;

	look->lines = 0;
	look->fd = open(check->file->path, O_RDONLY | O_CLOEXEC);
	if (look->fd < 0)
		return; /* whoever reads it will say so */
	look_at(check, look);
	close(look->fd);
}

static void take_check(struct history_files *files, const struct check *check)
{
	struct history_file *file = check->file;

	if (file->refused)
		file->trouble = arena_printf(&files->arena,
					     "is not read: the schema %s is not known to this "
					     "version",
					     check->schema);
	else if (check->trouble)
		file->trouble =
			arena_printf(&files->arena, "%s; its whole records count", check->trouble);
}

void history_check(struct history_files *files, size_t jobs)
{
	size_t contexts = jobs ? jobs : thread_pool_processors();
	struct check *checks = memory_alloc(files->of_months * sizeof(*checks));
	struct look *looks = memory_alloc(contexts * sizeof(*looks));
	void *of_thread_pool[JOBS_MOST];
	struct thread_pool *thread_pool;

	for (size_t i = 0; i < contexts; i++)
		of_thread_pool[i] = &looks[i];
	thread_pool = thread_pool_new(of_thread_pool, contexts);
	for (size_t i = 0; i < files->of_months; i++) {
		checks[i] = (struct check){.job = {.run = run_check}, .file = &files->items[i]};
		if (!files->items[i].archive)
			thread_pool_add(thread_pool, &checks[i].job);
	}
	for (size_t i = 0; i < files->of_months; i++) {
		if (files->items[i].archive)
			continue;
		thread_pool_finish(thread_pool, &checks[i].job);
		take_check(files, &checks[i]);
	}
	thread_pool_free(thread_pool);
	memory_free(looks);
	memory_free(checks);
}

/* ---- their runs ---- */

/* What reading says of records in a file that is not whole is in the note on the file. */
static void drop_errors_of(struct notes *notes, const char *path)
{
	size_t kept = 0;

	for (size_t i = 0; i < notes->count; i++) {
		const struct note *note = &notes->items[i];

		if (note->severity == SEVERITY_ERROR && note->opened &&
		    strcmp(note->opened, path) == 0)
			notes->errors -= note->count;
		else
			notes->items[kept++] = *note;
	}
	notes->count = kept;
}

static void note_trouble(const struct history_file *file, struct notes *notes)
{
	notes_add(notes, &(struct note){
				 .severity = SEVERITY_ERROR,
				 .file = path_name(file->path),
				 .opened = file->path,
				 .text = file->trouble,
			 });
}

void history_ingest(const struct history_files *files, size_t first, size_t end,
		    const struct ingest_options *options, struct runs *runs,
		    struct ingest_counts *counts, struct notes *notes)
{
	const char **paths = memory_alloc((end - first) * sizeof(*paths));
	struct ingest_options own = *options;
	struct notes found;
	size_t count = 0;

	own.from = NULL;
	own.environment = NULL; /* they had theirs when they were written */
	own.details = DETAILS_NONE;
	own.later_wins = true;
	own.exported_at = 0; /* records know it themselves */
	own.dated_folders = false;
	own.now = 0;                         /* what was odd about times was told when they came */
	own.limits.label_bytes = UINT32_MAX; /* they were cut when they were written */
	notes_init(&found, notes->limit);
	for (size_t i = first; i < end; i++)
		if (!files->items[i].refused)
			paths[count++] = files->items[i].path;
	ingest(paths, count, &own, runs, counts, &found);
	for (size_t i = first; i < end; i++)
		if (files->items[i].trouble)
			drop_errors_of(&found, files->items[i].path);
	notes_append(notes, &found, 0);
	for (size_t i = first; i < end; i++)
		if (files->items[i].trouble)
			note_trouble(&files->items[i], notes);
	notes_release(&found);
	memory_free(paths);
}

/* ---- new ones ---- */

/* How often another call may remove the folder of a month. */
enum { OPEN_ATTEMPTS = 5 };

void history_month(int64_t ms, char month[MONTH_TEXT_SIZE])
{
	char text[TIME_TEXT_SIZE];

	time_text(ms, text);
	memcpy(month, text, MONTH_TEXT_SIZE - 1);
	month[4] = '/';
	month[MONTH_TEXT_SIZE - 1] = '\0';
}

static int make_folder(const char *path, struct error *err)
{
	if (mkdir(path, 0777) == 0)
		path_sync(path);
	else if (errno != EEXIST)
		return error_set(err, "%s: cannot make the folder: %s", path, strerror(errno));
	return 0;
}

/* `FOLDER/BELOW`, as far as it is missing; lasting. */
static int make_below(const char *folder, const char *below, struct error *err)
{
	struct arena arena;
	char *path;
	int failed = 0;

	arena_init(&arena, 0);
	path = arena_printf(&arena, "%s/%s", folder, below);
	for (char *slash = path + 1; !failed && (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		failed = make_folder(path, err);
		*slash = '/';
	}
	if (!failed)
		failed = make_folder(path, err);
	arena_release(&arena);
	return failed;
}

struct output *history_open(const char *folder, const char *below, struct error *err)
{
	struct strbuf path = STRBUF_INIT;
	struct output *output = NULL;
	bool made = true;

	strbuf_addf(&path, "%s/%s/runs.ndjson", folder, below);
	for (int i = 0; i < OPEN_ATTEMPTS && made && !output; i++) {
		made = make_below(folder, below, err) == 0;
		if (made)
			output = output_open(path.text, err);
	}
	strbuf_release(&path);
	return output;
}

void history_moment(struct strbuf *out, int64_t ms)
{
	char text[TIME_TEXT_SIZE];

	time_text(ms, text);
	for (const char *at = text; *at && *at != '.'; at++)
		if (*at != '-' && *at != ':')
			strbuf_addch(out, *at);
	strbuf_addch(out, 'Z');
}

int history_commit(struct output *output, const char *path, struct error *err)
{
	if (access(path, F_OK) == 0) {
		output_abort(output);
		return 0;
	}
	output_rename(output, path);
	return output_commit(output, err);
}

int history_put(const char *folder, const char *below, const char *moment,
		const struct strbuf *text, struct strbuf *path, struct error *err)
{
	struct output *output = history_open(folder, below, err);
	uint8_t digest[SHA256_SIZE];
	char hex[SHA256_HEX_SIZE];

	if (!output)
		return -1;
	if (output_write(output, text->text, text->length, err)) {
		output_abort(output);
		return -1;
	}
	sha256(text->text, text->length, digest);
	sha256_hex(digest, hex);
	strbuf_addf(path, "%s/%s/%s-%.*s.ndjson", folder, below, moment, HISTORY_HASH_DIGITS, hex);
	return history_commit(output, path->text, err);
}

/* When the month began. */
static int64_t month_seconds(const char *month)
{
	char first[DATE_TEXT_SIZE];
	int64_t ms = 0;

	snprintf(first, sizeof(first), "%.4s-%.2s-01", month, month + 5);
	return time_or_date_parse(first, &ms) ? ms / 1000 : 0;
}

int history_put_archive(const char *folder, const char *month, struct bundle *bundle,
			struct sha256 *hash, struct strbuf *path, struct error *err)
{
	struct output *output;
	uint8_t digest[SHA256_SIZE];
	char hex[SHA256_HEX_SIZE];

	sha256_finish(hash, digest);
	sha256_hex(digest, hex);
	strbuf_addf(path, "%s/%s/%.4s%s-%.*s.zip", folder, month, month, month + 5,
		    HISTORY_HASH_DIGITS, hex);
	output = access(path->text, F_OK) ? history_open(folder, month, err) : NULL;
	if (!output) {
		bundle_free(bundle);
		return access(path->text, F_OK) ? -1 : 0;
	}
	bundle_pack_tightly(bundle);
	if (bundle_commit(bundle, output, month_seconds(month), err)) {
		output_abort(output);
		return -1;
	}
	return history_commit(output, path->text, err);
}
