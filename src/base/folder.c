/*
 * For syncfs: a sync of each of thousands of files takes minutes where one takes a second; and for
 * statx, which alone tells a folder that is mounted from the file system that it is in itself.
 */
#define _GNU_SOURCE
#include "runtally/base/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtally/base/arena.h"
#include "runtally/base/output.h"
#include "runtally/base/path.h"
#include "runtally/base/strbuf.h"

enum { ATTEMPTS_MAX = 1000, MARK_WITHIN = 4096 };

struct folder {
	char *path; /* where it shall be */
	char *temp; /* where it is until then */
	int fd;     /* of temp */
	const struct folder_kind *kind;
	bool replaces; /* an earlier report stands at path */
	/* Files in temp; the last one's text is not written yet. A signal's handler reads them. */
	char **names;
	size_t capacity;
	volatile size_t count;
	struct strbuf text;
};

/* The open one, for a signal that ends the program. */
static struct folder *volatile current;

static int cannot_write(const struct folder *folder, const char *name, struct error *err)
{
	return error_set(err, "%s%s%s: cannot write: %s", folder->path, name ? "/" : "",
			 name ? name : "", strerror(errno));
}

/* ---- what stands at its place ---- */

/* Whether the file, no link, has the text near its beginning. */
static bool is_marked(int fd, const struct folder_kind *kind)
{
	char text[MARK_WITHIN + 1];
	int file = openat(fd, kind->file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	ssize_t got;

	if (file < 0)
		return false;
	got = read(file, text, MARK_WITHIN);
	close(file);
	text[got > 0 ? got : 0] = '\0';
	return strstr(text, kind->mark) != NULL;
}

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* All names must be such as an earlier report would have. */
static int check_entries(struct folder *folder, DIR *entries, struct error *err)
{
	const struct folder_kind *kind = folder->kind;
	const struct dirent *entry;
	struct stat status;
	bool empty = true;

	while ((entry = path_next(entries))) {
		if (is_dots(entry->d_name))
			continue;
		empty = false;
		if (kind->is_its_file(entry->d_name) &&
		    fstatat(dirfd(entries), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(status.st_mode))
			continue;
		return error_set(err,
				 "%s: holds %s, which is no file of this kind of report: nothing "
				 "is replaced; name a folder that is new, empty or such a report",
				 folder->path, entry->d_name);
	}
	if (errno)
		return error_set(err, "%s: cannot read: %s", folder->path, strerror(errno));
	if (!empty && !is_marked(dirfd(entries), kind))
		return error_set(err,
				 "%s: has no %s of an earlier report: nothing is replaced; name "
				 "a folder that is new, empty or such a report",
				 folder->path, kind->file);
	folder->replaces = !empty;
	return 0;
}

static bool is_mounted(const char *path)
{
	struct statx status;

	return statx(AT_FDCWD, path, 0, 0, &status) == 0 &&
	       (status.stx_attributes_mask & STATX_ATTR_MOUNT_ROOT) &&
	       (status.stx_attributes & STATX_ATTR_MOUNT_ROOT);
}

/* In a folder like /tmp, only the owner of one or the other may rename it. */
static bool is_held(const struct stat *status, const struct stat *parent)
{
	uid_t user = geteuid();

	return (parent->st_mode & S_ISVTX) && user && user != status->st_uid &&
	       user != parent->st_uid;
}

/* It is renamed only when all is written: what will not work then is told before. */
static int check_is_movable(const struct folder *folder, struct error *err)
{
	struct strbuf above = STRBUF_INIT;
	struct stat status, parent;
	bool known, mounted;

	strbuf_addf(&above, "%s/..", folder->path);
	known = stat(folder->path, &status) == 0 && stat(above.text, &parent) == 0;
	strbuf_release(&above);
	mounted = (known && status.st_dev != parent.st_dev) || is_mounted(folder->path);
	if (mounted)
		return error_set(err,
				 "%s: is a mount point, which cannot be replaced: name a folder "
				 "in it, such as %s/site",
				 folder->path, folder->path);
	if (known && is_held(&status, &parent))
		return error_set(err,
				 "%s: belongs to another user, who alone can replace it: name "
				 "another folder",
				 folder->path);
	return 0;
}

static int check_place(struct folder *folder, struct error *err)
{
	DIR *entries = opendir(folder->path);
	int failed;

	if (!entries && errno == ENOENT)
		return 0;
	if (!entries && errno == ENOTDIR)
		return error_set(err, "%s: is no folder", folder->path);
	if (!entries)
		return error_set(err, "%s: cannot read: %s", folder->path, strerror(errno));
	failed = check_entries(folder, entries, err);
	closedir(entries);
	return failed ? failed : check_is_movable(folder, err);
}

/* ---- writing ---- */

static void block_signals(sigset_t *before)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, before);
}

static void unblock_signals(const sigset_t *before)
{
	int reason = errno;

	sigprocmask(SIG_SETMASK, before, NULL);
	errno = reason;
}

/* A signal finds the folder from its first moment on. */
static int make_temp(struct folder *folder, struct error *err)
{
	sigset_t before;
	struct stat old;
	int failed = -1;

	block_signals(&before);
	errno = EEXIST;
	for (size_t i = 0; failed && errno == EEXIST && i < ATTEMPTS_MAX; i++) {
		memory_free(folder->temp);
		folder->temp = path_temp(folder->path, i);
		failed = mkdir(folder->temp, 0777);
	}
	if (!failed)
		current = folder;
	unblock_signals(&before);
	if (failed)
		return cannot_write(folder, NULL, err);
	if (stat(folder->path, &old) == 0)
		chmod(folder->temp, old.st_mode & 0777);
	folder->fd = open(folder->temp, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return folder->fd < 0 ? cannot_write(folder, NULL, err) : 0;
}

static void folder_free(struct folder *folder)
{
	if (folder->fd >= 0)
		close(folder->fd);
	for (size_t i = 0; i < folder->count; i++)
		memory_free(folder->names[i]);
	memory_free(folder->names);
	memory_free(folder->temp);
	memory_free(folder->path);
	strbuf_release(&folder->text);
	memory_free(folder);
}

/* `.` and `..` are named by what they are in, for something is to stand beside them. */
static bool resolve(const char *path, struct strbuf *place)
{
	char real[PATH_MAX];

	if (!path_follow(path, place))
		return false;
	if (!is_dots(path_name(place->text)))
		return true;
	if (!realpath(place->text, real))
		return false;
	strbuf_reset(place);
	strbuf_addstr(place, real);
	return true;
}

struct folder *folder_open(const char *path, const struct folder_kind *kind, struct error *err)
{
	struct strbuf bare = STRBUF_INIT, place = STRBUF_INIT;
	struct folder *folder = memory_alloc(sizeof(*folder));

	*folder = (struct folder){.kind = kind, .fd = -1, .text = STRBUF_INIT};
	strbuf_addstr(&bare, path);
	while (bare.length > 1 && bare.text[bare.length - 1] == '/')
		strbuf_truncate(&bare, bare.length - 1);
	if (!resolve(bare.text, &place)) {
		error_set(err, "%s: cannot write: %s", path, strerror(errno));
		folder_free(folder);
		folder = NULL;
	} else {
		folder->path = memory_strdup(place.text);
		if (check_place(folder, err) || make_temp(folder, err)) {
			folder_abort(folder);
			folder = NULL;
		}
	}
	strbuf_release(&bare);
	strbuf_release(&place);
	return folder;
}

/* The array must not move while a signal's handler may read it. */
static void add_name(struct folder *folder, const char *name)
{
	sigset_t before;

	block_signals(&before);
	folder->names = array_reserve(folder->names, &folder->capacity, folder->count + 1,
				      sizeof(*folder->names));
	folder->names[folder->count] = memory_strdup(name);
	folder->count++;
	unblock_signals(&before);
}

/* Writes the last file. */
static int finish_file(struct folder *folder, struct error *err)
{
	const char *name;
	int fd, failed;

	if (!folder->count)
		return 0;
	name = folder->names[folder->count - 1];
	fd = openat(folder->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0)
		return cannot_write(folder, name, err);
	failed = write_all(fd, folder->text.text, folder->text.length);
	if (failed)
		cannot_write(folder, name, err);
	if (close(fd) && !failed)
		failed = cannot_write(folder, name, err);
	strbuf_reset(&folder->text);
	return failed;
}

int folder_begin(void *ctx, const char *name, struct error *err)
{
	struct folder *folder = ctx;

	if (finish_file(folder, err))
		return -1;
	add_name(folder, name);
	return 0;
}

int folder_write(void *ctx, const char *bytes, size_t length, struct error *err)
{
	struct folder *folder = ctx;

	(void)err;
	strbuf_add(&folder->text, bytes, length);
	return 0;
}

/* ---- its end ---- */

/* Removes what an earlier report left, by then under the name `old`. */
static int remove_old(const struct folder *folder, const char *old, struct error *err)
{
	DIR *entries = opendir(old);
	const struct dirent *entry;

	while (entries && (entry = readdir(entries)))
		if (!is_dots(entry->d_name) && folder->kind->is_its_file(entry->d_name))
			unlinkat(dirfd(entries), entry->d_name, 0);
	if (entries)
		closedir(entries);
	if (rmdir(old))
		return error_set(err, "%s: cannot remove the report that was replaced: %s", old,
				 strerror(errno));
	return 0;
}

/* An earlier report makes room and comes back where the new one cannot take its place. */
static int swap(struct folder *folder, const char *old)
{
	if (folder->replaces && rename(folder->path, old))
		return -1;
	if (rename(folder->temp, folder->path) == 0)
		return 0;
	if (folder->replaces) {
		int reason = errno;

		rename(old, folder->path);
		errno = reason;
	}
	return -1;
}

/* Where the program stands in the folder, relative paths are of the new one from then on. */
static int swap_and_enter(struct folder *folder, const char *old)
{
	struct stat here, there;
	bool inside = stat(".", &here) == 0 && stat(folder->path, &there) == 0 &&
		      here.st_dev == there.st_dev && here.st_ino == there.st_ino;
	int failed = swap(folder, old);

	if (!failed && inside && chdir(folder->path))
		return 0; /* it is in place all the same */
	return failed;
}

/* A name for the earlier report that nothing has. */
static char *free_name(const struct folder *folder)
{
	struct stat status;
	char *name = NULL;
	size_t attempt = 0;

	do {
		memory_free(name);
		name = path_temp(folder->path, attempt++);
	} while (lstat(name, &status) == 0);
	return name;
}

/* A signal waits until the folder is in place and no other one stands beside it. */
static int put_in_place(struct folder *folder, struct error *err)
{
	char *old = free_name(folder);
	sigset_t before;
	int failed;

	block_signals(&before);
	failed = swap_and_enter(folder, old);
	if (failed) {
		error_set(err, "%s: cannot put it in place: %s", folder->path, strerror(errno));
	} else {
		current = NULL;
		path_sync(folder->path);
		if (folder->replaces)
			failed = remove_old(folder, old, err);
	}
	unblock_signals(&before);
	memory_free(old);
	return failed;
}

int folder_commit(struct folder *folder, struct error *err)
{
	int failed = finish_file(folder, err);

	if (!failed && syncfs(folder->fd) && errno != ENOSYS)
		failed = cannot_write(folder, NULL, err);
	if (!failed)
		failed = put_in_place(folder, err);
	folder_abort(folder);
	return failed;
}

void folder_abort(struct folder *folder)
{
	folder_remove_temp();
	current = NULL;
	folder_free(folder);
}

void folder_remove_temp(void)
{
	struct folder *folder = current;

	if (!folder)
		return;
	for (size_t i = 0; i < folder->count; i++)
		unlinkat(folder->fd, folder->names[i], 0);
	rmdir(folder->temp);
}
