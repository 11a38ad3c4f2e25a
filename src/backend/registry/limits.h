/* SPDX-License-Identifier: Apache-2.0 */
/* limits.h - how the daemon counts time and bounds rollouts, told to the operator's programs through the registry. */
#ifndef GR_LIMITS_H
#define GR_LIMITS_H

#include "registry/db.h"

struct limits {
	int64_t minute_ms;	/* the backend's minute */
	int64_t ceiling;	/* things that one job may reach in a minute; 0: as many as the machine can */
};
enum { LIMITS_MINUTE_MS = 60000, LIMITS_CEILING = 1000 };	/* AWS IoT Jobs */

/* As the daemon recorded them when it started, else the defaults. */
enum status limits_read(struct limits *limits, struct db *db);
/* A transaction of its own, if there is anything to write. */
enum status limits_record(struct db *db, const struct limits *limits);

#endif
