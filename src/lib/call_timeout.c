/* SPDX-License-Identifier: Apache-2.0 */
/* call_timeout.c - a deadline for library calls that know none */
#define _GNU_SOURCE	/* program_invocation_short_name */
#include "call_timeout.h"
#include "clock.h"
#include "complain.h"
#include "str.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { GRACE_MS = 2000 };

/* Only what may stand in a signal handler: clock_gettime, strlen, write, _exit. */
static void on_tick(int number, siginfo_t *info, void *context)
{
	struct call_timeout *ticker = info->si_value.sival_ptr;
	int saved = errno;

	(void)number, (void)context;
	if (info->si_code != SI_TIMER)
		return;
	ticker->ticks++;
	if (clock_boot_ms() > ticker->end_ms &&
	    write(STDERR_FILENO, ticker->late, strlen(ticker->late)) >= 0)
		_exit(GR_FAIL);
	errno = saved;
}

static enum status start(struct call_timeout *ticker, int flags, int64_t interval_ms,
			 int64_t end_ms, const char *late)
{
	struct sigaction action = { .sa_sigaction = on_tick, .sa_flags = SA_SIGINFO | flags };
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL,
				  .sigev_signo = SIGALRM,
				  .sigev_value.sival_ptr = ticker };
	struct itimerspec when = { .it_interval = { interval_ms / 1000,
						    interval_ms % 1000 * 1000000 } };

	when.it_value = when.it_interval;
	ticker->end_ms = end_ms;
	ticker->ticks = 0;
	str_format(ticker->late, sizeof ticker->late, "%.60s: %.180s\n",
		   program_invocation_short_name, late);
	sigemptyset(&action.sa_mask);
	if (sigaction(SIGALRM, &action, &ticker->before) != 0) {
		complain("timer: %s", strerror(errno));
		return GR_FAIL;
	}
	if (timer_create(CLOCK_MONOTONIC, &event, &ticker->timer) != 0) {
		complain("timer: %s", strerror(errno));
		sigaction(SIGALRM, &ticker->before, NULL);
		return GR_FAIL;
	}
	if (timer_settime(ticker->timer, 0, &when, NULL) != 0) {
		complain("timer: %s", strerror(errno));
		call_timeout_stop(ticker);
		return GR_FAIL;
	}
	return GR_OK;
}

enum status call_timeout_start(struct call_timeout *ticker, int64_t interval_ms,
			       int64_t deadline_ms)
{
	return start(ticker, 0, interval_ms, deadline_ms + GRACE_MS,
		     "the name of the server was not resolved in time");
}

enum status call_timeout_limit(struct call_timeout *ticker, uint32_t seconds, const char *late)
{
	/* the first signal is past it */
	return start(ticker, SA_RESTART, INT64_C(1000) * seconds, clock_boot_ms(), late);
}

void call_timeout_stop(struct call_timeout *ticker)
{
	timer_delete(ticker->timer);
	sigaction(SIGALRM, &ticker->before, NULL);
}
