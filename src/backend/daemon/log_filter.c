/* SPDX-License-Identifier: Apache-2.0 */
/* log_filter.c - lines on standard error that come again and again */
#include "daemon/log_filter.h"
#include "clock.h"
#include "complain.h"

static bool admit(void *lines, const char *line)
{
	return log_repeats_admit(lines, "", line, clock_boot_ms());
}

struct log_repeats *log_filter_open(void)
{
	struct log_repeats *lines = log_repeats_new(complain_write);

	if (lines)
		complain_filter(admit, lines);
	else
		complain("out of memory");
	return lines;
}

void log_filter_close(struct log_repeats *lines)
{
	complain_filter(NULL, NULL);
	log_repeats_free(lines);
}
