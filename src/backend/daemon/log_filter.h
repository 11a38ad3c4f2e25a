/* SPDX-License-Identifier: Apache-2.0 */
/*
 * log_filter.h - counts lines on standard error that are repeated, instead of writing each
 * (base/log_repeats.h).
 */
#ifndef GR_DAEMON_LOG_FILTER_H
#define GR_DAEMON_LOG_FILTER_H

#include "base/log_repeats.h"

/* Begins to filter. NULL, one line: out of memory. */
struct log_repeats *log_filter_open(void);
void log_filter_close(struct log_repeats *lines);	/* takes NULL */

#endif
