#include "runtally/base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zip.h>

#include "runtally/base/arena.h"
#include "runtally/base/path.h"
#include "runtally/base/strbuf.h"
#include "runtally/base/times.h"

/* A report of many parts is one file each until all are written. */
enum { BUFFER_SIZE = 128 * 1024, PENDING_MAX = 4096, ATTEMPTS_MAX = 2 * PENDING_MAX };

struct output {
	int fd;     /* -1: finished */
	char *path; /* where it shall be; for messages */
	char *temp; /* where it is until then; NULL: written directly, or in place */
	bool file;  /* not written directly */
	struct strbuf buffer;
};

/* Temps to remove when a signal ends the program; read by its handler. */
static char *volatile pending[PENDING_MAX];

/* The place that holds `temp`, or a free one for NULL; NULL: there is none. */
static char *volatile *pending_place(const char *temp)
{
	for (size_t i = 0; i < PENDING_MAX; i++)
		if (pending[i] == temp)
			return &pending[i];
	return NULL;
}

static void pending_clear(const char *temp)
{
	char *volatile *place = pending_place(temp);

	if (place)
		*place = NULL;
}

void output_remove_temps(void)
{
	for (size_t i = 0; i < PENDING_MAX; i++)
		if (pending[i])
			unlink(pending[i]);
}

static struct output *output_new(int fd, const char *path)
{
	struct output *output = memory_alloc(sizeof(*output));

	*output = (struct output){.fd = fd, .path = memory_strdup(path), .buffer = STRBUF_INIT};
	return output;
}

static void output_free(struct output *output)
{
	strbuf_release(&output->buffer);
	memory_free(output->temp);
	memory_free(output->path);
	memory_free(output);
}

/*
 * Makes a temp beside `place`; -1: errno tells. `first` spares trying names that are taken. A
 * report that is replaced keeps its permissions: the temp is made with no more than those; a file
 * system that knows none refuses fchmod, which takes nothing from anybody.
 */
static int create_temp(const char *place, size_t first, char **temp)
{
	struct stat old;
	const bool replaces = stat(place, &old) == 0;
	const mode_t mode = replaces ? old.st_mode & 0777 : 0666;
	int fd = -1;

	for (size_t i = first; fd < 0 && i < first + ATTEMPTS_MAX; i++) {
		memory_free(*temp);
		*temp = path_temp(place, i);
		fd = open(*temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
		if (fd < 0 && errno != EEXIST)
			break;
	}
	if (fd >= 0 && replaces)
		fchmod(fd, mode);
	return fd;
}

static struct output *open_temp(const char *path, struct error *err)
{
	struct strbuf place = STRBUF_INIT;
	char *volatile *registered = pending_place(NULL);
	struct output *output = NULL;
	char *temp = NULL;
	int fd = -1;

	if (!registered) {
		error_set(err, "%s: cannot write: more than %d files at once", path, PENDING_MAX);
		return NULL;
	}
	if (path_follow(path, &place))
		fd = create_temp(place.text, (size_t)(registered - pending), &temp);
	if (fd >= 0) {
		*registered = temp;
		output = output_new(fd, place.text);
		output->temp = temp;
		output->file = true;
	} else {
		error_set(err, "%s: cannot write: %s", path, strerror(errno));
		memory_free(temp);
	}
	strbuf_release(&place);
	return output;
}

struct output *output_open(const char *path, struct error *err)
{
	struct stat status;
	int fd;

	if (strcmp(path, "-") == 0)
		return output_new(STDOUT_FILENO, "standard output");
	if (stat(path, &status) != 0 || S_ISREG(status.st_mode))
		return open_temp(path, err);
	if (S_ISDIR(status.st_mode)) {
		error_set(err, "%s: is a folder", path);
		return NULL;
	}
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd >= 0)
		return output_new(fd, path);
	error_set(err, "%s: cannot write: %s", path, strerror(errno));
	return NULL;
}

static int cannot_write(const struct output *output, struct error *err)
{
	return error_set(err, "%s: cannot write: %s", output->path, strerror(errno));
}

int write_all(int fd, const char *bytes, size_t length)
{
	while (length) {
		ssize_t wrote = write(fd, bytes, length);

		if (wrote < 0 && errno != EINTR)
			return -1;
		if (wrote > 0) {
			bytes += wrote;
			length -= (size_t)wrote;
		}
	}
	return 0;
}

static int flush(struct output *output, struct error *err)
{
	int failed = write_all(output->fd, output->buffer.text, output->buffer.length);

	strbuf_reset(&output->buffer);
	return failed ? cannot_write(output, err) : 0;
}

int output_write(void *ctx, const char *bytes, size_t length, struct error *err)
{
	struct output *output = ctx;

	if (output->buffer.length + length > BUFFER_SIZE && flush(output, err))
		return -1;
	if (length > BUFFER_SIZE)
		return write_all(output->fd, bytes, length) ? cannot_write(output, err) : 0;
	strbuf_add(&output->buffer, bytes, length);
	return 0;
}

void output_rename(struct output *output, const char *path)
{
	memory_free(output->path);
	output->path = memory_strdup(path);
}

int output_finish(struct output *output, struct error *err)
{
	int fd = output->fd, failed = flush(output, err);

	if (failed || fd < 0 || (!output->file && fd <= STDERR_FILENO))
		return failed;
	if (output->file && fsync(fd) && errno != EINVAL && errno != EROFS)
		return cannot_write(output, err);
	output->fd = -1;
	return close(fd) ? cannot_write(output, err) : 0;
}

static int put_in_place(struct output *output, struct error *err)
{
	if (!output->temp)
		return 0;
	if (rename(output->temp, output->path))
		return error_set(err, "%s: cannot put it in place: %s", output->path,
				 strerror(errno));
	pending_clear(output->temp);
	memory_free(output->temp);
	output->temp = NULL;
	return 0;
}

/* A signal waits until all of them are in place. */
static int put_all_in_place(struct output *const *outputs, size_t count, struct error *err)
{
	sigset_t all, before;
	int failed = 0;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	for (size_t i = 0; i < count && !failed; i++)
		failed = put_in_place(outputs[i], err);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return failed;
}

int outputs_commit(struct output *const *outputs, size_t count, struct error *err)
{
	int failed = 0;

	for (size_t i = 0; i < count && !failed; i++)
		failed = output_finish(outputs[i], err);
	if (!failed)
		failed = put_all_in_place(outputs, count, err);
	for (size_t i = 0; i < count; i++) {
		if (!failed && outputs[i]->file)
			path_sync(outputs[i]->path);
		output_abort(outputs[i]);
	}
	return failed;
}

int output_commit(struct output *output, struct error *err)
{
	return outputs_commit(&output, 1, err);
}

void output_abort(struct output *output)
{
	if (output->fd > STDERR_FILENO)
		close(output->fd);
	if (output->temp) {
		unlink(output->temp);
		pending_clear(output->temp);
	}
	output_free(output);
}

/* ---- what earlier reports left behind ---- */

/* Whether the text is XML that has `mark` in the MARK_WITHIN bytes after its declaration. */
static bool is_marked(const char *text, const char *mark)
{
	enum { MARK_WITHIN = 200 };
	const char *end = strncmp(text, "<?xml ", 6) == 0 ? strstr(text, "?>") : NULL;
	const char *found = end ? strstr(end, mark) : NULL;

	return found && (size_t)(found - end) + strlen(mark) <= 2 + MARK_WITHIN;
}

/* Whether the file, so long, ends in that text. */
static bool ends_in(int fd, off_t length, const char *mark)
{
	char end[128];
	size_t marked = strlen(mark);

	return marked <= sizeof(end) && length >= (off_t)marked &&
	       pread(fd, end, marked, length - (off_t)marked) == (ssize_t)marked &&
	       memcmp(end, mark, marked) == 0;
}

static bool is_old_report(const char *path, const char *beginning, const char *end)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat status;
	char text[512];
	ssize_t got = -1;
	bool is_ours = false;

	if (fd < 0)
		return false;
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
		got = pread(fd, text, sizeof(text) - 1, 0);
		is_ours = ends_in(fd, status.st_size, end);
	}
	close(fd);
	text[got > 0 ? got : 0] = '\0';
	return is_ours || is_marked(text, beginning);
}

int output_remove_old(const char *path, const char *beginning, const char *end, struct error *err)
{
	if (!is_old_report(path, beginning, end))
		return 0;
	if (unlink(path))
		return error_set(err, "%s: cannot remove what an earlier report left behind: %s",
				 path, strerror(errno));
	return 1;
}

/* ---- bundles ---- */

struct bundle_entry {
	char *name, *bytes;
	size_t length;
};

enum { LEVEL_DEFAULT = 0, LEVEL_BEST = 9 };

struct bundle {
	struct bundle_entry *entries;
	size_t count, capacity;
	zip_uint32_t level; /* of deflate */
};

struct bundle *bundle_new(void)
{
	struct bundle *bundle = memory_alloc(sizeof(*bundle));

	*bundle = (struct bundle){.count = 0};
	return bundle;
}

void bundle_pack_tightly(struct bundle *bundle)
{
	bundle->level = LEVEL_BEST;
}

void bundle_free(struct bundle *bundle)
{
	for (size_t i = 0; i < bundle->count; i++) {
		memory_free(bundle->entries[i].name);
		memory_free(bundle->entries[i].bytes);
	}
	memory_free(bundle->entries);
	memory_free(bundle);
}

void bundle_add(struct bundle *bundle, const char *name, const char *bytes, size_t length)
{
	struct bundle_entry *entry;

	bundle->entries = array_reserve(bundle->entries, &bundle->capacity, bundle->count + 1,
					sizeof(*bundle->entries));
	entry = &bundle->entries[bundle->count++];
	*entry = (struct bundle_entry){memory_strdup(name), memory_alloc(length), length};
	memcpy(entry->bytes, bytes, length);
}

/* DOS times have no zone; libzip would take the machine's, so they are made here, in UTC. */
static void dos_time(int64_t seconds, zip_uint16_t *time, zip_uint16_t *date)
{
	const int64_t days = time_days(seconds * 1000), clock = seconds - days * (DAY_MS / 1000);
	const struct civil day = civil_from_days(days);

	if (day.year < 1980 || day.year > 2107) {
		*time = 0;
		*date = 1 << 5 | 1;
		return;
	}
	*date = (zip_uint16_t)((day.year - 1980) << 9 | day.month << 5 | day.day);
	*time = (zip_uint16_t)(clock / 3600 << 11 | clock / 60 % 60 << 5 | clock % 60 / 2);
}

static int add_entry(zip_t *zip, const struct bundle_entry *entry, zip_uint32_t level,
		     int64_t seconds)
{
	zip_source_t *source = zip_source_buffer(zip, entry->bytes, entry->length, 0);
	zip_uint16_t time, date;
	zip_int64_t index;

	if (!source)
		return -1;
	index = zip_file_add(zip, entry->name, source, ZIP_FL_ENC_UTF_8);
	if (index < 0) {
		zip_source_free(source);
		return -1;
	}
	if (zip_set_file_compression(zip, (zip_uint64_t)index, ZIP_CM_DEFAULT, level))
		return -1;
	dos_time(seconds, &time, &date);
	return zip_file_set_dostime(zip, (zip_uint64_t)index, time, date, 0);
}

static int cannot_zip(const struct output *output, const char *why, struct error *err)
{
	return error_set(err, "%s: cannot make the ZIP%s%s", output->path, why ? ": " : "",
			 why ? why : "");
}

static int copy_archive(zip_source_t *source, struct output *output, struct error *err)
{
	char buffer[16384];
	zip_int64_t got = 0;
	int failed = 0;

	if (zip_source_open(source))
		return cannot_zip(output, NULL, err);
	while (!failed && (got = zip_source_read(source, buffer, sizeof(buffer))) > 0)
		failed = output_write(output, buffer, (size_t)got, err);
	zip_source_close(source);
	return got < 0 ? cannot_zip(output, NULL, err) : failed;
}

static int bundle_write(struct bundle *bundle, struct output *output, int64_t seconds,
			zip_source_t *source, struct error *err)
{
	zip_error_t trouble;
	zip_t *zip;
	int failed = 0;

	zip_error_init(&trouble);
	zip = zip_open_from_source(source, ZIP_TRUNCATE, &trouble);
	if (!zip) {
		cannot_zip(output, zip_error_strerror(&trouble), err);
		zip_error_fini(&trouble);
		return -1;
	}
	zip_source_keep(source);
	for (size_t i = 0; !failed && i < bundle->count; i++)
		failed = add_entry(zip, &bundle->entries[i], bundle->level, seconds);
	if (failed || zip_close(zip)) {
		cannot_zip(output, zip_strerror(zip), err);
		zip_discard(zip);
		return -1;
	}
	return copy_archive(source, output, err);
}

int bundle_commit(struct bundle *bundle, struct output *output, int64_t seconds, struct error *err)
{
	zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, NULL);
	int failed = -1;

	if (!source)
		memory_exhausted();
	else
		failed = bundle_write(bundle, output, seconds, source, err);
	zip_source_free(source);
	bundle_free(bundle);
	return failed;
}
