/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fleet_totals.h - a few numbers about the fleet, which the registry counts as they change. On
 * GR_FAIL one line has been written.
 */
#ifndef GR_REGISTRY_FLEET_TOTALS_H
#define GR_REGISTRY_FLEET_TOTALS_H

#include "registry/db.h"

struct fleet_totals {
	int64_t things, certificates;	/* certificates: ACTIVE ones */
	int64_t connected;		/* things that are connected as themselves */
	int64_t open;			/* executions that are QUEUED or IN_PROGRESS */
	int64_t rotated, rolled_back;	/* rotations that ended with NEW and with OLD */
};
enum status fleet_totals_read(struct fleet_totals *totals, struct db *db);
/*
 * Counts the ACTIVE certificates that expire on the days from first up to, but not including, end;
 * in days since 1970.
 */
enum status fleet_totals_expiring(int64_t *count, struct db *db, int64_t first, int64_t end);

#endif
