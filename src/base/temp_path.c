#include "runtally/base/temp_path.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "runtally/base/arena.h"

enum { LINKS_MAX = 40 };

char *temp_path_copy(const char *text)
{
	size_t size = strlen(text) + 1;

	return memcpy(memory_alloc(size), text, size);
}

/* Replaces a link's path by what it points to. 0: it was none, 1, -1: errno tells. */
static int follow(struct strbuf *path)
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

bool temp_path_resolve(const char *path, struct strbuf *place)
{
	int followed = 1;

	strbuf_addstr(place, path);
	for (int i = 0; i < LINKS_MAX && followed > 0; i++)
		followed = follow(place);
	if (followed > 0)
		errno = ELOOP;
	return !followed;
}

char *temp_path_new(const char *place, size_t attempt)
{
	struct strbuf temp = STRBUF_INIT;
	const char *slash = strrchr(place, '/');

	strbuf_add(&temp, place, slash ? (size_t)(slash - place) + 1 : 0);
	strbuf_addf(&temp, ".runtally-%ld-%zu.tmp", (long)getpid(), attempt);
	return temp.text;
}

void sync_folder(const char *path)
{
	char *copy = temp_path_copy(path);
	int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
	memory_free(copy);
}
