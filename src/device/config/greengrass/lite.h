/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lite.h - reads the configuration of Greengrass nucleus lite: config.db in its root directory, a
 * tree of keys in SQLite (aws-greengrass-lite, ggconfigd). /etc/greengrass/config.yaml is not
 * read: nucleus lite merges it into the database at every start, and only the database has what
 * provisioning added.
 */
#ifndef GR_CONFIG_GREENGRASS_LITE_H
#define GR_CONFIG_GREENGRASS_LITE_H

#include "config/greengrass/nucleus.h"
#include "status.h"

/*
 * Fills nucleus->value from nucleus->root. The database is opened read-only; the nucleus may run
 * meanwhile. GR_NO, silent: no database, or an empty one. GR_BAD, one line: not a database of
 * nucleus lite, a key that is there twice, a value that is not JSON. GR_FAIL, one line: locked for
 * too long, or an interrupted write, which the nucleus repairs when it starts.
 */
enum status lite_read(struct nucleus *nucleus);

#endif
