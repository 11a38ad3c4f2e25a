/* SPDX-License-Identifier: Apache-2.0 */
/* departure.c - certificates that may have become unusable */
#include "registry/departure.h"

enum status departure_forget(struct db *db, int64_t before)
{
	return db_run(db, "DELETE FROM departure WHERE at < ?", "i", before);
}
