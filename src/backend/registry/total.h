/* SPDX-License-Identifier: Apache-2.0 */
/* total.h - totals that are counted from the creation of the registry on; see metrics.h. */
#ifndef GR_REGISTRY_TOTAL_H
#define GR_REGISTRY_TOTAL_H

#include "registry/db.h"

/*
 * Adds count, if it is above 0, to the total of name for label; inside a transaction. On GR_FAIL
 * one line has been written.
 */
enum status total_add(struct db *db, const char *name, const char *label, int64_t count);

#endif
