/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot.h - a whole registry, copied page by page: into a file, or over one that others have
 * open. Nobody waits for it longer than for any other writer.
 *
 * On GR_FAIL one line has been written.
 */
#ifndef GR_REGISTRY_SNAPSHOT_H
#define GR_REGISTRY_SNAPSHOT_H

#include "base/progress.h"
#include "registry/db.h"

/*
 * A new file at path (0600) with what db sees, which must be in a db_snapshot; it needs no other
 * file beside it. Durable when this is GR_OK.
 */
enum status snapshot_save(struct db *db, const char *path, struct progress *progress);
/*
 * In place of all that is in db what is in from, as one transaction: others see the one or the
 * other.
 */
enum status snapshot_load(struct db *db, struct db *from, struct progress *progress);

#endif
