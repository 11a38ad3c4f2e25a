/* SPDX-License-Identifier: Apache-2.0 */
/* total.c - what has been counted since the registry was made */
#include "registry/total.h"

enum status total_add(struct db *db, const char *name, const char *label, int64_t count)
{
	if (count <= 0)
		return GR_OK;
	return db_run(db,
		      "INSERT INTO total VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET "
		      "count = count + ?3",
		      "ssi", name, label, count);
}
