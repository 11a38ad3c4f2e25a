/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report.h - the sections of the fleet page. Each prints itself, and reads no more rows than it
 * prints but where a list is counted; on GR_FAIL one line has been written.
 */
#ifndef GR_REPORT_REPORT_H
#define GR_REPORT_REPORT_H

#include "registry/db.h"

struct report {
	struct db *db;
	int64_t now;		/* ms since the epoch */
	uint32_t days;		/* so far back failures are looked for */
};

enum { REPORT_ROWS = 20, REPORT_DAY_MS = 86400000 };

enum status report_fleet(const struct report *r);
enum status report_expiry(const struct report *r);
enum status report_jobs(const struct report *r);
enum status report_failures(const struct report *r);
/* Outside a transaction: it looks at every certificate. */
enum status report_findings(const struct report *r);

#endif
