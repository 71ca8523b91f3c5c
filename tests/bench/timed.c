/*
 * Runs a command and writes to descriptor 3: its exit status, CPU time and wall time in
 * microseconds, and its peak memory in KB. A child begins with the memory of the one that forks it,
 * and the kernel counts that in its peak; hence a small program instead of the large interpreter.
 *
 *   timed COMMAND [ARGUMENT]...
 */
#include <sys/resource.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

static int64_t now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static int64_t us_of(const struct timeval *time)
{
	return (int64_t)time->tv_sec * 1000000 + time->tv_usec;
}

static void run(char **command)
{
	close(3);
	execvp(command[0], command);
	perror(command[0]);
	_exit(127);
}

int main(int argc, char **argv)
{
	int64_t start = now_us(), wall;
	struct rusage usage;
	int status;
	pid_t child;

	if (argc < 2)
		return 2;
	child = fork();
	if (child == 0)
		run(argv + 1);
	/* The only child: what children used is what it used, and wait4() is no POSIX. */
	if (child < 0 || waitpid(child, &status, 0) != child || getrusage(RUSAGE_CHILDREN, &usage))
		return 1;
	wall = now_us() - start;
	return dprintf(3, "%d %" PRId64 " %" PRId64 " %ld\n",
		       WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
		       us_of(&usage.ru_utime) + us_of(&usage.ru_stime), wall, usage.ru_maxrss) < 0;
}
