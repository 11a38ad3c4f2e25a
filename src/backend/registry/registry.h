/* SPDX-License-Identifier: Apache-2.0 */
/* registry.h - opens the registry, after a check that the file is ours and of our version. */
#ifndef GR_REGISTRY_REGISTRY_H
#define GR_REGISTRY_REGISTRY_H

#include "registry/db.h"

/*
 * Opens the registry at path, and upgrades one of an earlier version (upgrade.h), which leaves a
 * copy of it beside it; DB_CREATE makes it with the schema when it is not there. Every commit is
 * synced. GR_BAD: not a registry of ours, of a newer version, missing, or a link. GR_FAIL: it is
 * there, but cannot be opened or read. On both one line has been written. Free with db_close.
 */
enum status registry_open(struct db **db, const char *path, enum db_mode mode);
/* Does the same for a file that is a copy of another registry: no further copy is made of it. */
enum status registry_open_copy(struct db **db, const char *path);

#endif
