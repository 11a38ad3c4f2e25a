/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings.h - how the daemon counts time and bounds rollouts, told to the operator's programs
 * through the registry.
 */
#ifndef GR_REGISTRY_SETTINGS_H
#define GR_REGISTRY_SETTINGS_H

#include "registry/db.h"

struct settings {
	int64_t minute_ms;	/* the backend's minute */
	/* things that one job may reach in a minute; 0: as many as the machine can */
	int64_t ceiling;
};
enum { SETTINGS_MINUTE_MS = 60000, SETTINGS_CEILING = 1000 };	/* AWS IoT Jobs */

/* As the daemon recorded them when it started, else the defaults. */
enum status settings_read(struct settings *limits, struct db *db);
/* A transaction of its own, if there is anything to write. */
enum status settings_record(struct db *db, const struct settings *limits);

#endif
