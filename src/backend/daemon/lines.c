/* SPDX-License-Identifier: Apache-2.0 */
/* lines.c - lines on standard error that come again and again */
#include "clock.h"
#include "complain.h"
#include "daemon/daemon.h"

static bool admit(void *lines, const char *line)
{
	return repeats_admit(lines, "", line, clock_boot_ms());
}

struct repeats *lines_open(void)
{
	struct repeats *lines = repeats_new(complain_write);

	if (lines)
		complain_filter(admit, lines);
	else
		complain("out of memory");
	return lines;
}

void lines_close(struct repeats *lines)
{
	complain_filter(NULL, NULL);
	repeats_free(lines);
}
