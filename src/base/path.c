#define _XOPEN_SOURCE 700 /* realpath */

#include "runtally/base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

bool path_has_ending(const char *path, const char *ending)
{
	size_t length = strlen(path), size = strlen(ending);

	return length > size && strcasecmp(path + length - size, ending) == 0;
}

const char *path_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

const char *path_parent(struct arena *arena, const char *path)
{
	const char *name = path_name(path);

	return name > path ? arena_strndup(arena, path, (size_t)(name - path) - 1) : "";
}

const char *path_root_name(const char *path)
{
	return *path ? path_name(path) : "/";
}

const char *path_join(struct arena *arena, const char *folder, const char *name)
{
	size_t length = strlen(folder), size = strlen(name) + 1;
	char *path = arena_alloc(arena, length + 1 + size);

	memcpy(path, folder, length);
	if (length && folder[length - 1] != '/')
		path[length++] = '/';
	memcpy(path + length, name, size);
	return path;
}

/* `a//./b/` → `a/b`; a leading `/` stays. */
static const char *tidy(struct arena *arena, const char *path)
{
	char *text = arena_alloc(arena, strlen(path) + 2), *end = text;

	while (*path) {
		size_t size = strcspn(path, "/");

		if (size && !(size == 1 && *path == '.')) {
			*end++ = '/';
			memcpy(end, path, size);
			end += size;
		}
		path += size + (path[size] == '/');
	}
	*end = '\0';
	return text;
}

static bool climbs(const char *path)
{
	for (; path; path = strchr(path, '/')) {
		path += *path == '/';
		if (strncmp(path, "..", 2) == 0 && (path[2] == '/' || !path[2]))
			return true;
	}
	return false;
}

const char *path_absolute(struct arena *arena, const char *path)
{
	const char *name = path_name(path);
	char buffer[PATH_MAX];

	if (climbs(name) && realpath(path, buffer))
		return tidy(arena, buffer);
	if (name > path && climbs(path))
		return tidy(arena,
			    path_join(arena, path_absolute(arena, path_parent(arena, path)), name));
	if (path[0] != '/' && getcwd(buffer, sizeof(buffer)))
		path = path_join(arena, buffer, path);
	return tidy(arena, path);
}

/* ---- where files are made ---- */

/* Replaces a link's path by what it points to. 0: it was none, 1, -1: errno tells. */
static int follow_once(struct strbuf *path)
{
	char target[PATH_MAX];
	ssize_t length = readlink(path->text, target, sizeof(target) - 1);
	const char *slash;

	if (length < 0)
		return errno == ENOENT || errno == EINVAL ? 0 : -1;
	target[length] = '\0';
	slash = strrchr(path->text, '/');
	strbuf_truncate(path, slash && target[0] != '/' ? (size_t)(slash - path->text) + 1 : 0);
	strbuf_add(path, target, (size_t)length);
	return 1;
}

bool path_follow(const char *path, struct strbuf *place)
{
	enum { LINKS_MAX = 40 };
	int followed = 1;

	strbuf_addstr(place, path);
	for (int i = 0; i < LINKS_MAX && followed > 0; i++)
		followed = follow_once(place);
	if (followed > 0)
		errno = ELOOP;
	return !followed;
}

const struct dirent *path_next(DIR *folder)
{
	errno = 0;
	return readdir(folder);
}

char *path_temp(const char *place, size_t attempt)
{
	struct strbuf temp = STRBUF_INIT;
	const char *slash = strrchr(place, '/');

	strbuf_add(&temp, place, slash ? (size_t)(slash - place) + 1 : 0);
	strbuf_addf(&temp, ".runtally-%ld-%zu.tmp", (long)getpid(), attempt);
	return temp.text;
}

void path_sync(const char *path)
{
	char *copy = memory_strdup(path);
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	memory_free(copy);
}
