/* SPDX-License-Identifier: Apache-2.0 */
/*
 * transaction_log.h - the transaction log in which the Greengrass nucleus keeps its configuration:
 * one JSON object a line, {"TS":milliseconds,"TP":[path],"W":"changed","V":value}, replayed in the
 * order of the file (aws-greengrass-nucleus, ConfigurationReader.java and Topic.java).
 */
#ifndef GR_CONFIG_GREENGRASS_TRANSACTION_LOG_H
#define GR_CONFIG_GREENGRASS_TRANSACTION_LOG_H

#include "config/greengrass/tree.h"
#include "status.h"

/*
 * Replays the log into an empty tree. What cannot be read at the end of the file was torn by a
 * power cut and is left out. GR_NO, silent, the tree empty again: no such file (*bad is 0), or no
 * log from line *bad on. GR_BAD, one line: not a regular file, too large, not for us to read.
 * GR_FAIL, one line: cannot be read now.
 */
enum status transaction_log_read(struct tree *tree, unsigned long *bad, const char *path);

#endif
