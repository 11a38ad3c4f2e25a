/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot.h - a whole registry, copied page by page: into a file, or over one that others have
 * open, who wait no longer than for any other writer.
 *
 * On GR_FAIL one line has been written.
 */
#ifndef GR_REGISTRY_SNAPSHOT_H
#define GR_REGISTRY_SNAPSHOT_H

#include "base/progress.h"
#include "registry/db.h"

/*
 * Writes what db, which must be in a db_snapshot, sees into a new file at path (0600); it needs no
 * other file beside it. GR_OK: the file is durable.
 */
enum status snapshot_save(struct db *db, const char *path, struct progress *progress);
/*
 * Replaces all that is in db by what is in from, as one transaction: others see either the old or
 * the new.
 */
enum status snapshot_load(struct db *db, struct db *from, struct progress *progress);

#endif
