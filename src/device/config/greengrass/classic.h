/* SPDX-License-Identifier: Apache-2.0 */
/*
 * classic.h - reads the configuration of the classic Greengrass nucleus (the Java one) from its
 * root directory.
 *
 * The transaction log is read first: config/config.tlog.old if an interrupted clean-up left one,
 * else config.tlog, else their backups in the order in which the nucleus takes them. A value that
 * the log does not have is taken from effectiveConfig.yaml, else from the installer's default file
 * names.
 */
#ifndef GR_CONFIG_GREENGRASS_CLASSIC_H
#define GR_CONFIG_GREENGRASS_CLASSIC_H

#include "config/greengrass/nucleus.h"
#include "status.h"

/*
 * Fills nucleus->value from nucleus->root. GR_NO, silent: no classic nucleus there. GR_BAD, one
 * line: neither log nor snapshot can be read.
 */
enum status classic_read(struct nucleus *nucleus);

#endif
