/*
 * Baseline: every file of a folder of folders is read, and nothing is done with it.
 *
 *   read_loop FOLDER
 */
/* d_type is no POSIX. */
#define _DEFAULT_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static uint64_t files, bytes;
static char *buffer;
static size_t capacity;

static void fail(const char *name)
{
	perror(name);
	exit(1);
}

static void read_file(int folder, const char *name)
{
	int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	struct stat status;

	if (fd < 0 || fstat(fd, &status))
		fail(name);
	if ((size_t)status.st_size > capacity) {
		capacity = (size_t)status.st_size * 2;
		buffer = realloc(buffer, capacity);
	}
	if (!buffer || read(fd, buffer, (size_t)status.st_size) != status.st_size)
		fail(name);
	close(fd);
	files++;
	bytes += (uint64_t)status.st_size;
}

static void read_folder(int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	if (!folder)
		fail(name);
	while ((entry = readdir(folder))) {
		if (entry->d_name[0] == '.')
			continue;
		if (entry->d_type == DT_DIR)
			read_folder(fd, entry->d_name);
		else
			read_file(fd, entry->d_name);
	}
	closedir(folder);
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: read_loop FOLDER\n");
		return 2;
	}
	read_folder(AT_FDCWD, argv[1]);
	printf("%" PRIu64 " files, %" PRIu64 " bytes\n", files, bytes);
	free(buffer);
	return 0;
}
