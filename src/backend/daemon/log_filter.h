/* SPDX-License-Identifier: Apache-2.0 */
/* log_filter.h - lines on standard error that come again and again are counted (base/repeat.h). */
#ifndef GR_DAEMON_LOG_FILTER_H
#define GR_DAEMON_LOG_FILTER_H

#include "base/repeat.h"

/* Begins to filter. NULL, one line: out of memory. */
struct repeats *log_filter_open(void);
void log_filter_close(struct repeats *lines);	/* takes NULL */

#endif
