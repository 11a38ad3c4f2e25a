/* SPDX-License-Identifier: Apache-2.0 */
/* beside.c - starts the command, and keeps the list of those that wait for it */
#include "beside.h"
#include "complain.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static _Noreturn void become(const char *command)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execl("/bin/sh", "sh", "-c", command, (char *)NULL);
	_exit(127);
}

enum status beside_start(struct beside *beside, pid_t met)
{
	pid_t pid = fork();

	if (pid < 0) {
		complain("%s: %s", beside->command, strerror(errno));
		return GR_FAIL;
	}
	if (pid == 0)
		become(beside->command);
	beside->pid = pid;
	beside->held[0] = met;
	beside->count = 1;
	return GR_OK;
}

bool beside_hold(struct beside *beside, pid_t pid)
{
	if (beside->pid == 0 || beside->count == BESIDE_MAX)
		return false;
	beside->held[beside->count++] = pid;
	return true;
}
