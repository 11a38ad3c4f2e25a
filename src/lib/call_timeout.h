/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call_timeout.h - a deadline for library calls that know none.
 *
 * From call_timeout_start to call_timeout_stop a signal (SIGALRM, without SA_RESTART) comes every
 * interval, so that a blocked connect(2) ends with EINTR and its caller can go on to the next
 * address. glibc's resolver cannot be interrupted: a process still inside when the deadline is two
 * seconds past ends with GR_FAIL after one line.
 */
#ifndef GR_CALL_TIMEOUT_H
#define GR_CALL_TIMEOUT_H

#include <signal.h>
#include <stdint.h>
#include <time.h>

#include "status.h"

/* Stays where it is while the ticker runs: the signal points at it. */
struct call_timeout {
	timer_t timer;
	struct sigaction before;
	int64_t end_ms;
	volatile sig_atomic_t ticks;	/* signals so far */
	/* the line, made beforehand: a signal handler may not format */
	char late[256];
};

/*
 * Starts the signals, one every interval_ms, until call_timeout_stop; deadline_ms is on
 * clock_boot_ms. GR_FAIL, one line: the system gave no timer.
 */
enum status call_timeout_start(struct call_timeout *ticker, int64_t interval_ms,
			       int64_t deadline_ms);
/*
 * Starts a limit without ticks: the process ends with GR_FAIL and the line late, after the
 * program's name, unless call_timeout_stop is called within seconds. May run inside another
 * call_timeout, whose ticks interrupt nothing meanwhile.
 */
enum status call_timeout_limit(struct call_timeout *ticker, uint32_t seconds, const char *late);
void call_timeout_stop(struct call_timeout *ticker);

#endif
