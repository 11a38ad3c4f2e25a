/* SPDX-License-Identifier: Apache-2.0 */
/* certificate_count.c - how many certificates there are */
#include "registry/certificate_count.h"

enum status certificate_count_active(int64_t *count, struct db *db, const char *authority)
{
	return db_number(
	    count, db,
	    "SELECT count(*) FROM certificate WHERE authority = ? AND status = 'ACTIVE'", "s",
	    authority);
}
