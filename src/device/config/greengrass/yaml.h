/* SPDX-License-Identifier: Apache-2.0 */
/*
 * yaml.h - effectiveConfig.yaml, the snapshot of its configuration that the Greengrass nucleus
 * leaves for people.
 *
 * It is as old as the nucleus's last start or stop: what the transaction log says goes before it.
 */
#ifndef GR_CONFIG_GREENGRASS_YAML_H
#define GR_CONFIG_GREENGRASS_YAML_H

#include "config/greengrass/tree.h"
#include "status.h"

/*
 * Reads the file into an empty tree. GR_NO, silent: no such file, or an empty one. GR_BAD, one
 * line: not YAML, not a map, a key of ours twice, an alias, too deep, or see file_open. The tree
 * is then empty again.
 */
enum status yaml_read(struct tree *tree, const char *path);

#endif
