/* SPDX-License-Identifier: Apache-2.0 */
/* job_scheduling.h - rollouts and other work on jobs, between the requests of devices. */
#ifndef GR_DAEMON_JOB_SCHEDULING_H
#define GR_DAEMON_JOB_SCHEDULING_H

#include "daemon/daemon.h"

/* Does one piece of what is due for jobs, unless the broker has too much to send already. */
enum status job_scheduling_run(struct daemon *d);
/* Returns the milliseconds until a piece may be due, at most max. */
int job_scheduling_wait(struct daemon *d, int max);

#endif
