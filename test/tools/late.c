/* SPDX-License-Identifier: Apache-2.0 */
/*
 * late.c - preloaded into a program: its clock since boot is a day ahead, so that a trial's
 * deadline is past while the driver that holds the lock knows nothing of it
 */
#define _GNU_SOURCE	/* CLOCK_BOOTTIME */
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t which, struct timespec *to)
{
	long rc = syscall(SYS_clock_gettime, which, to);

	if (rc == 0 && which == CLOCK_BOOTTIME)
		to->tv_sec += 86400;
	return (int)rc;
}
