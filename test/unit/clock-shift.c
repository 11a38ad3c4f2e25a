/*
 * clock-shift: preloaded, it sets the wall clock of a process, and no other clock, by as many seconds as the file named by
 * CLOCK_SHIFT holds at the moment.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *t)
{
	const char *path = getenv("CLOCK_SHIFT");
	int rc = (int)syscall(SYS_clock_gettime, clock, t);
	long seconds = 0;
	FILE *f;

	if (rc != 0 || clock != CLOCK_REALTIME || !path || !(f = fopen(path, "re")))
		return rc;
	if (fscanf(f, "%ld", &seconds) == 1)
		t->tv_sec += seconds;
	fclose(f);
	return rc;
}
