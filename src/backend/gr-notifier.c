/* SPDX-License-Identifier: Apache-2.0 */
/* gr-notifier: runs the channels of gr-backendd's notifications, as a user of its own */
#include "arg.h"
#include "base/notifier_protocol.h"
#include "complain.h"
#include "gr-notifier/delivery.h"
#include "registry/home.h"
#include "secret.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { DELIVERIES = 32 };	/* at one time: twice as many as a daemon has channels */

static const struct arg_option options[] = {
	{ 'H', "home", "DIR",
	"the directory of notify.d (default $GR_NOTIFY_HOME, /var/lib/gr-notify or the backend's "
	  "folder)" },
	{ 'i', "stdin", NULL,
	  "serve the socket that is standard input; gr-backendd starts it so" },
	{ 0 }
};
static const struct arg_spec spec = {
	"gr-notifier", "[-H DIR] [-i]",
	"Run the channels of gr-backendd's notifications, as a user of its own.", options
};

/* A process for each delivery: one that hangs is nobody else's concern. False: told to end. */
static bool take(int listener, int *running, const char *channels)
{
	int fd = accept(listener, NULL, NULL);
	pid_t pid = fd < 0 ? -1 : fork();

	if (pid == 0) {
		delivery_serve(fd, channels);
		_exit(0);
	}
	*running += pid > 0;
	if (fd >= 0)
		close(fd);
	return true;
}

static bool heed_signals(int signals, int *running)
{
	struct signalfd_siginfo info;
	bool go_on = true;

	while (read(signals, &info, sizeof info) == sizeof info)
		go_on &= info.ssi_signo == SIGCHLD;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		--*running;
	return go_on;
}

static bool turn(int signals, int listener, int *running, const char *channels)
{
	struct pollfd fds[] = { { .fd = signals, .events = POLLIN },
				{ .fd = *running < DELIVERIES ? listener : -1,
				  .events = POLLIN } };

	if (poll(fds, 2, -1) < 0)
		return errno == EINTR;
	if (fds[0].revents && !heed_signals(signals, running))
		return false;
	return fds[1].revents ? take(listener, running, channels) : true;
}

static enum status serve(const struct home *home)
{
	int listener = -1, running = 0, signals;
	enum status st;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	st = signals < 0 ? GR_FAIL
			 : helper_process_listen(&listener, &notifier_kind, home->notifier);
	if (st == GR_OK) {
		puts("ready");
		fflush(stdout);
		while (turn(signals, listener, &running, home->channels))
			;
		close(listener);
	}
	if (signals >= 0)
		close(signals);
	return st;
}

int main(int argc, char *argv[])
{
	const char *dir = NULL;
	bool one = false;
	struct home home;
	enum status st;
	int ch;

	secret_guard();
	umask(077);
	while ((ch = arg_next(&spec, argc, argv)) != -1)
		if (ch == 'H')
			dir = optarg;
		else
			one = true;
	if (argc != optind)
		arg_usage(&spec);
	st = home_find_notifier(&home, dir);
	if (st == GR_OK)
		st = home_settle(home.notifier);
	if (st != GR_OK)
		return st;
	if (!one)
		return serve(&home);
	signal(SIGINT, SIG_IGN);	/* it ends with whoever started it, not before */
	signal(SIGTERM, SIG_IGN);
	delivery_serve(STDIN_FILENO, home.channels);
	return GR_OK;
}
