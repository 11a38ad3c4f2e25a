/* SPDX-License-Identifier: Apache-2.0 */
/* clock.c - the clocks */
#define _GNU_SOURCE	/* CLOCK_BOOTTIME, adjtimex */
#include "clock.h"
#include "str.h"

#include <stdio.h>
#include <string.h>
#include <sys/timex.h>
#include <time.h>

static int64_t read_ms(clockid_t which)
{
	struct timespec t;

	if (clock_gettime(which, &t) != 0)
		return 0;
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t clock_real_ms(void)
{
	return read_ms(CLOCK_REALTIME);
}

int64_t clock_boot_ms(void)
{
	return read_ms(CLOCK_BOOTTIME);
}

bool clock_is_synchronised(void)
{
	struct timex state = { .modes = 0 };	/* only reads */
	int rc = adjtimex(&state);

	return rc >= 0 && rc != TIME_ERROR && !(state.status & STA_UNSYNC);
}

void clock_boot_id(char id[static 64])
{
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");

	str_copy(id, 64, "unknown");
	if (!f)
		return;
	if (fgets(id, 64, f))
		id[strcspn(id, "\n")] = '\0';
	fclose(f);
}
