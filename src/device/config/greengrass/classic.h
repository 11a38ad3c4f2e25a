/* SPDX-License-Identifier: Apache-2.0 */
/*
 * classic.h - the configuration of the Greengrass nucleus (the Java one) in its root directory.
 *
 * Its transaction log is the truth: config/config.tlog.old if an interrupted clean-up left one,
 * else config.tlog, else their backups in the order in which the nucleus takes them. What the log
 * does not say comes from effectiveConfig.yaml, then from the installer's file names.
 */
#ifndef GR_CONFIG_GREENGRASS_CLASSIC_H
#define GR_CONFIG_GREENGRASS_CLASSIC_H

#include "config/greengrass/nucleus.h"
#include "status.h"

/*
 * Fills nucleus->value from nucleus->root. GR_NO, silent: no such nucleus there. GR_BAD, one line:
 * no log and no snapshot can be read.
 */
enum status classic_read(struct nucleus *nucleus);

#endif
