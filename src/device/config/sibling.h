/* SPDX-License-Identifier: Apache-2.0 */
/* sibling.h - runs a program of ours that lies beside the running one and takes its output. */
#ifndef GR_CONFIG_SIBLING_H
#define GR_CONFIG_SIBLING_H

#include <stddef.h>

#include "status.h"

/*
 * Runs the program argv[0] with these arguments, and waits for it. It is the one in the directory
 * of the running program (/proc/self/exe), or else the first one in an absolute directory of PATH;
 * in both cases nobody but root and we may be able to replace it (trust.h). It runs as our real
 * user and inherits the environment and descriptors 0 to 2, of which 1 is a pipe to us.
 *
 * GR_OK: it ended with 0. *text is what it printed, *len bytes and a NUL; end it with
 * secret_free(*text, *len). GR_BAD and GR_FAIL, with one line, by it or by us: it ended with that
 * status, cannot be found or be started, was killed, or printed more than max bytes.
 */
enum status sibling_run(char **text, size_t *len, char *const argv[], size_t max);

#endif
