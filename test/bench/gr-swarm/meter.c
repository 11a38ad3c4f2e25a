/* SPDX-License-Identifier: Apache-2.0 */
/* meter.c - what a process has used so far */
#include "gr-swarm/meter.h"
#include "str.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int64_t read_cpu(pid_t pid)
{
	unsigned long user = 0, system = 0;
	char path[64], line[1024], *p;
	FILE *f;

	str_format(path, sizeof path, "/proc/%d/stat", (int)pid);
	if (!(f = fopen(path, "re")))
		return 0;
	/*
	 * The name, in brackets, may hold anything; utime and stime are fields 14
	 * and 15 (proc(5)).
	 */
	if (fgets(line, sizeof line, f) && (p = strrchr(line, ')')))
		sscanf(p + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user,
		       &system);
	fclose(f);
	return (int64_t)(user + system) * 1000 / sysconf(_SC_CLK_TCK);
}

static long read_peak(pid_t pid)
{
	char path[64], line[256];
	long kb = 0;
	FILE *f;

	str_format(path, sizeof path, "/proc/%d/status", (int)pid);
	if (!(f = fopen(path, "re")))
		return 0;
	while (fgets(line, sizeof line, f))
		sscanf(line, "VmHWM: %ld", &kb);
	fclose(f);
	return kb;
}

struct meter meter_read(pid_t pid)
{
	return (struct meter){ read_cpu(pid), read_peak(pid) };
}
