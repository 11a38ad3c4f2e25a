/* SPDX-License-Identifier: Apache-2.0 */
/*
 * yaml.h - reads effectiveConfig.yaml, the snapshot of its configuration that the Greengrass
 * nucleus writes for people to read.
 *
 * The nucleus writes it when it starts and stops, so a value in the transaction log is newer.
 */
#ifndef GR_CONFIG_GREENGRASS_YAML_H
#define GR_CONFIG_GREENGRASS_YAML_H

#include "config/greengrass/tree.h"
#include "status.h"

/*
 * Reads the file into an empty tree. GR_NO, silent: no such file, or an empty one. GR_BAD, one
 * line: not YAML, not a map, a key that gr reads is there twice, an alias, nested too deep, or as
 * for file_open. The tree is empty again after any status but GR_OK.
 */
enum status yaml_read(struct tree *tree, const char *path);

#endif
