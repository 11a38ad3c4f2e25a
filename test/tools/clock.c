/* SPDX-License-Identifier: Apache-2.0 */
/*
 * clock.c - a wall clock that is wrong, for preloading: to CLOCK_REALTIME it adds the seconds that
 * stand in the file named by WRONG_CLOCK, read anew at each look, so that the clock can jump under
 * a running program. Without the file, and for every other clock, the time is right.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timex.h>
#include <time.h>
#include <unistd.h>

static time_t wrong_by(void)
{
	const char *path = getenv("WRONG_CLOCK");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	char text[32] = "";

	if (fd < 0)
		return 0;
	if (read(fd, text, sizeof text - 1) < 0)
		text[0] = '\0';
	close(fd);
	return (time_t)atoll(text);
}

int clock_gettime(clockid_t which, struct timespec *t)
{
	int rc = (int)syscall(SYS_clock_gettime, which, t);

	if (rc == 0 && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE))
		t->tv_sec += wrong_by();
	return rc;
}

time_t time(time_t *where)
{
	struct timespec t = { 0 };

	clock_gettime(CLOCK_REALTIME, &t);
	if (where)
		*where = t.tv_sec;
	return t.tv_sec;
}

/*
 * What the kernel says of NTP: CLOCK_KEPT=1, the clock is kept by it; without it, not;
 * CLOCK_KEPT=refused: we may not ask.
 */
int adjtimex(struct timex *state)
{
	const char *kept = getenv("CLOCK_KEPT");

	if (kept && kept[0] == 'r') {
		errno = EPERM;
		return -1;
	}
	*state = (struct timex){ .status = kept && kept[0] == '1' ? 0 : STA_UNSYNC };
	return state->status & STA_UNSYNC ? TIME_ERROR : TIME_OK;
}

int gettimeofday(struct timeval *restrict tv, void *restrict zone)
{
	struct timespec t = { 0 };

	(void)zone;
	clock_gettime(CLOCK_REALTIME, &t);
	*tv = (struct timeval){ .tv_sec = t.tv_sec, .tv_usec = t.tv_nsec / 1000 };
	return 0;
}
