/* SPDX-License-Identifier: Apache-2.0 */
/* sibling.h - runs a program of ours that lies beside the running one and takes its output. */
#ifndef GR_CONFIG_SIBLING_H
#define GR_CONFIG_SIBLING_H

#include <stddef.h>

#include "status.h"

/*
 * Runs the program argv[0] with these arguments, and waits for it. The program is taken from the
 * directory of the running program (/proc/self/exe), else from the first absolute directory of
 * PATH that has it; in both cases nobody but root and us may be able to replace it
 * (trusted_path.h). It runs as our real user, with our environment, standard input and standard
 * error; its standard output is a pipe to us.
 *
 * GR_OK: it ended with 0. *text is what it printed, *len bytes and a NUL; secret_free it. GR_BAD
 * and GR_FAIL, one line, which it or we wrote: it ended with that status, cannot be found or
 * started, was killed, or printed more than max bytes.
 */
enum status sibling_run(char **text, size_t *len, char *const argv[], size_t max);

#endif
