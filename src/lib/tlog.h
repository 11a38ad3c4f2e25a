/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tlog.h - the transaction log in which the Greengrass nucleus keeps its configuration: one JSON object a line,
 * {"TS":milliseconds,"TP":[path],"W":"changed","V":value}, replayed in the order of the file
 * (aws-greengrass-nucleus, ConfigurationReader.java and Topic.java).
 */
#ifndef GR_TLOG_H
#define GR_TLOG_H

#include "gg_tree.h"
#include "status.h"

/*
 * Replays the log into an empty tree. What cannot be read at the end of the file was torn by a power cut and is
 * left out. GR_NO, silent, the tree empty again: no such file (*bad is 0), or no log from line *bad on.
 * GR_BAD, one line: not a regular file, too large, not for us to read. GR_FAIL, one line: cannot be read now.
 */
enum status tlog_read(struct gg_tree *tree, unsigned long *bad, const char *path);

#endif
