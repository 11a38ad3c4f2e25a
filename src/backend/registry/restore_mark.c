/* SPDX-License-Identifier: Apache-2.0 */
/* restore_mark.c - when a backup of the registry was last put back */
#include "registry/restore_mark.h"

enum status restore_mark_read(int64_t *mark, struct db *db)
{
	return db_number(mark, db,
			 "SELECT coalesce((SELECT value FROM meta WHERE key = 'restored'), 0)",
			 "");
}
