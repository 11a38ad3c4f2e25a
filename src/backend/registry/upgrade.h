/* SPDX-License-Identifier: Apache-2.0 */
/*
 * upgrade.h - makes a registry of an earlier version one of this version, whatever its tables are.
 *
 * The tables are declared once, in schema.c, and an upgrade makes those of the file equal to them:
 * a table that is not as declared is made anew and its rows are copied, by the names of their
 * columns; one that is missing is made with the rows of a new registry. What cannot be copied is
 * computed by a step of upgrade.c, which stands beside the name of the column that it fills.
 */
#ifndef GR_REGISTRY_UPGRADE_H
#define GR_REGISTRY_UPGRADE_H

#include "registry/db.h"

/*
 * Upgrades the registry in one transaction. Before that a copy of the whole file is made beside
 * it, with ".version-N" behind its name, N being the version that it has; unless the file is such
 * a copy itself (is_copy). GR_OK also when another program has upgraded it meanwhile. GR_BAD: its
 * version is none that ever was. GR_FAIL: for now it cannot be upgraded. On both one line has been
 * written, and nothing was changed.
 */
enum status upgrade_run(struct db *db, bool is_copy);

#endif
