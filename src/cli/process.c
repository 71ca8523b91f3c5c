#include "runtally/cli/process.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "runtally/base/arena.h"
#include "runtally/base/folder.h"
#include "runtally/base/hash_table.h"
#include "runtally/base/output.h"

int larger(int status, int other)
{
	return status > other ? status : other;
}

static void remove_temps(void)
{
	output_remove_temps();
	folder_remove_temp();
}

static void end_by_signal(int number)
{
	remove_temps();
	_exit(128 + number);
}

static void end_out_of_memory(void)
{
	static const char text[] = "runtally: out of memory\n";

	remove_temps();
	if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
		_exit(EXIT_OUTPUT);
	_exit(EXIT_OUTPUT);
}

/* A closed standard file would lend its number to a report, and messages would land in that. */
static void open_standard_files(void)
{
	int fd = open("/dev/null", O_RDWR);

	while (fd >= 0 && fd <= STDERR_FILENO)
		fd = open("/dev/null", O_RDWR);
	if (fd >= 0)
		close(fd);
}

static void set_handlers(void)
{
	struct sigaction end = {.sa_handler = end_by_signal};
	struct sigaction ignore = {.sa_handler = SIG_IGN};

	memory_exhausted = end_out_of_memory;
	sigaction(SIGINT, &end, NULL);
	sigaction(SIGTERM, &end, NULL);
	sigaction(SIGHUP, &end, NULL);
	sigaction(SIGQUIT, &end, NULL);
	/* what they would end for is told by write, too */
	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGXFSZ, &ignore, NULL);
}

int64_t process_clock_ms(void)
{
	struct timespec now = {.tv_sec = 0};

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/*
 * libzip takes the times of entries for local ones. Without TZ, the C library looks at
 * /etc/localtime for each of them, under one lock for all threads: as long as all else that opening
 * an archive takes.
 */
static void set_time_zone(void)
{
	setenv("TZ", "UTC0", 1);
}

/* Exports may come from strangers, who must not know where their names fall. */
static void set_hash_seed(void)
{
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	uint64_t seed = 0;

	if (fd < 0 || read(fd, &seed, sizeof(seed)) != sizeof(seed))
		seed = (uint64_t)process_clock_ms();
	if (fd >= 0)
		close(fd);
	hash_seed(seed);
}

void process_init(void)
{
	open_standard_files();
	set_handlers();
	set_hash_seed();
	set_time_zone();
}

const char *process_temporary_folder(void)
{
	const char *folder = getenv("TMPDIR");

	return folder && folder[0] ? folder : "/tmp";
}
