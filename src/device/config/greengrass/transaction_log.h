/* SPDX-License-Identifier: Apache-2.0 */
/*
 * transaction_log.h - reads the transaction log in which the Greengrass nucleus keeps its
 * configuration: one JSON object a line, {"TS":milliseconds,"TP":[path],"W":"changed","V":value},
 * applied in the order of the file (aws-greengrass-nucleus, ConfigurationReader.java, Topic.java).
 */
#ifndef GR_CONFIG_GREENGRASS_TRANSACTION_LOG_H
#define GR_CONFIG_GREENGRASS_TRANSACTION_LOG_H

#include "config/greengrass/tree.h"
#include "status.h"

/*
 * Replays the log into an empty tree. A bad last line is left out: a power cut may have
 * interrupted its writing. GR_NO, silent, the tree empty again: no such file (*bad is 0), or line
 * *bad is not a line of a log. GR_BAD, one line: not a regular file, too large, or no permission
 * to read it. GR_FAIL, one line: cannot be read now.
 */
enum status transaction_log_read(struct tree *tree, unsigned long *bad, const char *path);

#endif
