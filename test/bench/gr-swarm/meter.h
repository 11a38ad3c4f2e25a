/* SPDX-License-Identifier: Apache-2.0 */
/* meter.h - what a process has used so far. */
#ifndef GR_METER_H
#define GR_METER_H

#include <stdint.h>
#include <sys/types.h>

struct meter {
	int64_t cpu_ms;		/* user and system, of all its threads */
	long peak_kb;		/* VmHWM */
};
/* All 0 when there is no such process. */
struct meter meter_read(pid_t pid);

#endif
