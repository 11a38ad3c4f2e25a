/* SPDX-License-Identifier: Apache-2.0 */
/*
 * secret.h - what is to stay in this process: text of private keys, PINs and passphrases.
 *
 * It lies in memory that is never paged out nor dumped and that is wiped when it is freed, as far
 * as the system grants such memory: OpenSSL's secure heap, where OpenSSL itself keeps the numbers
 * of a private key. On any status but GR_OK one line has been written.
 */
#ifndef GR_SECRET_H
#define GR_SECRET_H

#include <stddef.h>
#include <sys/stat.h>

#include "status.h"

/*
 * Forbids core dumps of this process and of what it starts, and sets up the secure heap. main
 * calls it before anything else.
 */
void secret_guard(void);

/*
 * Allocates secure memory, or ordinary memory where the secure heap is used up; secret_free it in
 * any case. NULL: out of memory.
 */
char *secret_alloc(size_t size);
/* Wipes and frees memory from secret_alloc, malloc or OpenSSL; takes NULL. */
void secret_free(char *text, size_t len);

/*
 * Reads a whole file, at most max bytes; a NUL follows the last one. "-" is standard input.
 * status, unless NULL, gets its owner and mode. GR_NO, silent: no such file. GR_BAD: larger, a
 * directory, or we have no permission to read it. GR_FAIL: it cannot be read.
 */
enum status secret_read(char **text, size_t *len, struct stat *status, const char *path,
			size_t max);
/*
 * Does the same for the regular file name in the directory dirfd, and follows no link (GR_BAD).
 * where names it in error lines.
 */
enum status secret_read_at(char **text, size_t *len, struct stat *status, int dirfd,
			   const char *name, const char *where, size_t max);
/* Does the same for the open descriptor fd, from its position to the end, at most max bytes. */
enum status secret_read_open(char **text, size_t *len, int fd, const char *where, size_t max);

#endif
