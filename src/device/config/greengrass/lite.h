/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lite.h - the configuration of Greengrass nucleus lite: config.db in its root directory, a tree
 * of keys in SQLite (aws-greengrass-lite, ggconfigd). /etc/greengrass/config.yaml is merged into
 * it at every start and is not read here: what provisioning found out stands in the database
 * alone.
 */
#ifndef GR_CONFIG_GREENGRASS_LITE_H
#define GR_CONFIG_GREENGRASS_LITE_H

#include "config/greengrass/nucleus.h"
#include "status.h"

/*
 * Fills nucleus->value from nucleus->root; the file is opened read-only, beside a running nucleus
 * too. GR_NO, silent: no such database, or one that was never filled. GR_BAD, one line: not such a
 * database, a key twice, a value that is no JSON. GR_FAIL, one line: locked for too long, or an
 * interrupted write that the nucleus will clear up.
 */
enum status lite_read(struct nucleus *nucleus);

#endif
