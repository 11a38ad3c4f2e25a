/* SPDX-License-Identifier: Apache-2.0 */
/* delivery.c - one notification and the program of its channel */
#define _GNU_SOURCE	/* memfd_create */
#include "gr-notifier/delivery.h"
#include "base/notifier_protocol.h"
#include "base/spawn.h"
#include "base/wire.h"
#include "clock.h"
#include "complain.h"
#include "str.h"
#include "trusted_path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct delivery {
	char name[NOTIFIER_NAME], program[PATH_MAX];
	/* as they stand in the program's environment */
	char home[PATH_MAX + 16], socket[PATH_MAX + 32], path[PATH_MAX];
	const unsigned char *json;
	size_t len;
	int64_t patience_ms;
	pid_t pid;		/* leads a process group */
};

static bool read_variable(char *to, size_t size, const char *name, struct wire *wire)
{
	char value[PATH_MAX];

	wire_text(value, sizeof value, wire);
	return !wire->bad && str_format(to, size, "%s=%s", name, value);
}

static bool read_question(struct delivery *d, struct wire *wire)
{
	bool ok;

	wire_text(d->name, sizeof d->name, wire);
	d->json = wire_bytes(&d->len, wire);
	ok = read_variable(d->home, sizeof d->home, "GR_HOME", wire);
	ok &= read_variable(d->socket, sizeof d->socket, "GR_BROKER_SOCKET", wire);
	d->patience_ms = wire_number(wire);
	return ok && wire_is_done(wire) && str_is_name(d->name, NOTIFIER_NAME - 1, "_-") &&
	    d->patience_ms > 0;
}

/*
 * NULL, or why it is not run. Who could change the program, or put another one in its place, would
 * be us. A link leads to it if that is as safe; the program is called by the link's name, beside
 * which its settings lie.
 */
static const char *find_program(struct delivery *d, const char *channels,
				char why[static COMPLAIN_MAX])
{
	char real[PATH_MAX];
	struct stat info;
	enum status st;

	if (!str_format(d->program, sizeof d->program, "%s/%s", channels, d->name))
		return "the path is too long";
	complain_capture(why, COMPLAIN_MAX);
	st = trusted_path_check(real, &info, d->program, "its program");
	complain_capture(NULL, 0);
	if (st == GR_NO)
		return "there is no such program any more";
	if (st != GR_OK)
		return why;
	return S_ISREG(info.st_mode) ? NULL : "it is no program";
}

/* A file in memory: a program that does not read cannot hold us up, as it could with a pipe. */
static int open_input(const struct delivery *d)
{
	int fd = memfd_create("notification", MFD_CLOEXEC);

	if (fd >= 0 && write(fd, d->json, d->len) == (ssize_t)d->len &&
	    lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

static void find_path(struct delivery *d)
{
	const char *path = getenv("PATH");

	if (!path || !str_format(d->path, sizeof d->path, "PATH=%s", path))
		str_copy(d->path, sizeof d->path,
			 "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin");
}

/* In a clean environment. */
static int spawn(struct delivery *d, int input)
{
	char *const argv[] = { d->program, NULL };
	char *const env[] = { d->path, d->home, d->socket, (char *)"LC_ALL=C.UTF-8", NULL };

	return spawn_start(&d->pid,
			   &(struct spawn){ .path = d->program,
					    .argv = argv,
					    .env = env,
					    .input = input,
					    .apart = true });
}

static const char *start(struct delivery *d, const char *channels, char why[static COMPLAIN_MAX])
{
	const char *refused = find_program(d, channels, why);
	int input, error;

	if (refused)
		return refused;
	find_path(d);
	input = open_input(d);
	error = input < 0 ? errno : spawn(d, input);
	if (input >= 0)
		close(input);
	return error ? strerror(error) : NULL;
}

static bool has_ended(const struct delivery *d)
{
	siginfo_t info = { 0 };

	return waitid(P_PID, (id_t)d->pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
	    info.si_pid == d->pid;
}

/*
 * Until the program has ended, its time is over, or nobody waits for it. True: it has ended by
 * itself.
 */
static bool wait_for_end(const struct delivery *d, int fd, int signals)
{
	int64_t until = clock_boot_ms() + d->patience_ms, left;
	struct pollfd fds[] = { { .fd = signals, .events = POLLIN },
				{ .fd = fd, .events = POLLIN } };
	struct signalfd_siginfo info;

	for (;;) {
		if (has_ended(d))
			return true;
		left = until - clock_boot_ms();
		if (left <= 0 || fds[1].revents)
			return false;
		if (poll(fds, 2, left > INT_MAX ? INT_MAX : (int)left) > 0 && fds[0].revents)
			(void)!read(signals, &info, sizeof info);
	}
}

static void put_end(struct wire *wire, enum notifier_end end, int number, const char *text)
{
	wire_clear(wire);
	wire_put_byte(wire, (unsigned char)end);
	wire_put_number(wire, number);
	wire_put_text(wire, text);
}

/*
 * The whole group goes, while nobody else can have its number: what the program left running goes
 * with it.
 */
static void run(struct delivery *d, int fd, int signals, struct wire *answer)
{
	bool by_itself = wait_for_end(d, fd, signals);
	int status = 0;

	kill(-d->pid, SIGKILL);
	while (waitpid(d->pid, &status, 0) < 0 && errno == EINTR)
		;
	if (!by_itself)
		put_end(answer, NOTIFIER_LATE, 0, "");
	else if (WIFEXITED(status))
		put_end(answer, NOTIFIER_EXITED, WEXITSTATUS(status), "");
	else
		put_end(answer, NOTIFIER_KILLED, WTERMSIG(status), "");
}

static int children_open(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

void delivery_serve(int fd, const char *channels)
{
	struct wire *wire = malloc(sizeof *wire);
	int signals = children_open();
	char why[COMPLAIN_MAX] = "";
	struct delivery d = { 0 };
	const char *failed;

	if (wire && signals >= 0 && wire_receive(wire, fd)) {
		failed = read_question(&d, wire) ? start(&d, channels, why)
						 : "the question is none";
		if (failed)
			put_end(wire, NOTIFIER_FAILED, 0, failed);
		else
			run(&d, fd, signals, wire);
		(void)wire_send(wire, fd);
	}
	if (signals >= 0)
		close(signals);
	free(wire);
}
