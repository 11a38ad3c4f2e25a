/* SPDX-License-Identifier: Apache-2.0 */
/* descriptors.c - says that the broker has no file descriptor left */
#include "broker/descriptors.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
	LOOK_MS = 1000,
	NEEDED = 4	/* to let one client in: its socket, and files that are read meanwhile */
};

static bool have_run_out(void)
{
	int fd[NEEDED], got = 0, error;

	while (got < NEEDED && (fd[got] = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0)) >= 0)
		got++;
	error = errno;
	for (int i = 0; i < got; i++)
		close(fd[i]);
	return got < NEEDED && error == EMFILE;
}

static void say(bool out)
{
	struct rlimit limit = { 0 };

	(void)getrlimit(RLIMIT_NOFILE, &limit);
	if (out)
		mosquitto_log_printf(
		    MOSQ_LOG_ERR,
		    "gr-broker: the %llu file descriptors are used up: further connections are "
		    "closed, whatever reason Mosquitto names; raise LimitNOFILE of the broker's "
		    "unit",
		    (unsigned long long)limit.rlim_cur);
	else
		mosquitto_log_printf(
		    MOSQ_LOG_NOTICE,
		    "gr-broker: there are file descriptors for connections again");
}

void descriptors_look(struct broker *broker, int64_t now)
{
	bool out;

	if (now < broker->descriptors_at)
		return;
	broker->descriptors_at = now + LOOK_MS;
	out = have_run_out();
	if (out != broker->no_descriptors)
		say(out);
	broker->no_descriptors = out;
}
