#define _XOPEN_SOURCE 700 /* realpath */

#include "runtally/base/path.h"

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
