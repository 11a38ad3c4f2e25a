/* SPDX-License-Identifier: Apache-2.0 */
/*
 * departure.h - certificates that may have become unusable. Triggers of the schema record them,
 * and the broker plugin reads the new ones (registry_reader.h).
 */
#ifndef GR_REGISTRY_DEPARTURE_H
#define GR_REGISTRY_DEPARTURE_H

#include "registry/db.h"

/*
 * Deletes what was recorded before that time, in ms; inside a transaction. On GR_FAIL one line has
 * been written.
 */
enum status departure_forget(struct db *db, int64_t before);

#endif
