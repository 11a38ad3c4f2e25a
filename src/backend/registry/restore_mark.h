/* SPDX-License-Identifier: Apache-2.0 */
/* restore_mark.h - when a backup of the registry was last restored. */
#ifndef GR_REGISTRY_RESTORE_MARK_H
#define GR_REGISTRY_RESTORE_MARK_H

#include "registry/db.h"

/*
 * Reads the mark, which each restore changes; 0: there was none. On GR_FAIL one line has been
 * written.
 */
enum status restore_mark_read(int64_t *mark, struct db *db);

#endif
