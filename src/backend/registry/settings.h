/* SPDX-License-Identifier: Apache-2.0 */
/*
 * settings.h - the daemon's minute and its limit on rollouts, recorded in the registry for the
 * operator's programs.
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

/* Reads what the daemon recorded when it started, else the defaults. */
enum status settings_read(struct settings *limits, struct db *db);
/* Records the settings, in a transaction of its own, if they have changed. */
enum status settings_record(struct db *db, const struct settings *limits);

#endif
