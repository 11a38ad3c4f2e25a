/* SPDX-License-Identifier: Apache-2.0 */
/* broker_version.c - which release of Mosquitto has loaded the plugin */
#include "broker/broker_version.h"
#include "clock.h"
#include "str.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define FIT "use Mosquitto 2.0.11 or later, or 2.1"

enum { ANSWER_MS = 20000 };	/* a program that answers later hangs */

extern char **environ;

/* Runs "program -h" with its output on descriptor out. An errno value. */
static int start(pid_t *pid, char *program, int out)
{
	char help[] = "-h", *argv[] = { program, help, NULL };
	posix_spawn_file_actions_t files;
	int rc = posix_spawn_file_actions_init(&files);

	if (rc != 0)
		return rc;
	rc = posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (rc == 0)
		rc = posix_spawn_file_actions_adddup2(&files, out, STDOUT_FILENO);
	if (rc == 0)
		rc = posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null",
						      O_WRONLY, 0);
	if (rc == 0)
		rc = posix_spawn(pid, program, &files, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	return rc;
}

/* Reads to the end of the first line, of the file or of the room, whichever comes first. */
static void read_line(char *line, size_t size, int fd)
{
	int64_t until = clock_boot_ms() + ANSWER_MS;
	size_t len = 0;

	while (len + 1 < size && !memchr(line, '\n', len)) {
		struct pollfd ready = { .fd = fd, .events = POLLIN };
		int64_t left = until - clock_boot_ms();
		int rc = left > 0 ? poll(&ready, 1, (int)left) : 0;
		ssize_t n;

		if (rc < 0 && errno == EINTR)
			continue;
		n = rc > 0 ? read(fd, line + len, size - 1 - len) : 0;
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	line[len] = '\0';
}

/*
 * The first line that the program writes to standard output when it is asked for help. An errno
 * value.
 */
static int ask(char *line, size_t size, char *program)
{
	int ends[2], rc;
	pid_t pid;

	if (pipe(ends) != 0)
		return errno;
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);
	fcntl(ends[1], F_SETFD, FD_CLOEXEC);
	rc = start(&pid, program, ends[1]);
	close(ends[1]);
	if (rc == 0) {
		read_line(line, size, ends[0]);
		kill(pid, SIGKILL);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	close(ends[0]);
	return rc;
}

static bool is_known(const struct broker_version *r)
{
	return r->major == 2 && (r->minor == 1 || (r->minor == 0 && r->patch >= 11));
}

bool broker_version_find(struct broker_version *version, char why[static BROKER_VERSION_WHY_MAX])
{
	char program[PATH_MAX], line[128];
	ssize_t n = readlink("/proc/self/exe", program, sizeof program - 1);
	int rc;

	if (n < 0) {
		str_format(why, BROKER_VERSION_WHY_MAX,
			   "/proc/self/exe: %s: the broker's version cannot be known without it",
			   strerror(errno));
		return false;
	}
	program[n] = '\0';
	if ((rc = ask(line, sizeof line, program)) != 0) {
		str_format(why, BROKER_VERSION_WHY_MAX,
			   "%.200s -h: %s: the broker's version cannot be known without it",
			   program, strerror(rc));
		return false;
	}
	if (sscanf(line, "mosquitto version %d.%d.%d", &version->major, &version->minor,
		   &version->patch) != 3) {
		str_format(why, BROKER_VERSION_WHY_MAX,
			   "%.200s -h does not say which version of Mosquitto this is: " FIT,
			   program);
		return false;
	}
	if (!is_known(version)) {
		str_format(why, BROKER_VERSION_WHY_MAX,
			   "Mosquitto %d.%d.%d is not known to this plugin: " FIT
			   ", or a newer gr",
			   version->major, version->minor, version->patch);
		return false;
	}
	return true;
}

bool broker_version_frees_replaced(const struct broker_version *version)
{
	return version->minor > 0 || version->patch >= 15;
}

bool broker_version_has_offline(const struct broker_version *version)
{
	return version->minor > 0;
}

bool broker_version_reloads_on_success(const struct broker_version *version)
{
	return version->minor > 0;
}
