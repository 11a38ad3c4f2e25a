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
 * For main, before anything else: this process, and what it starts, leaves no core dump; and there
 * is such memory from now on.
 */
void secret_guard(void);

/*
 * NULL: out of memory. Ordinary memory where the other kind is used up; end it with secret_free in
 * any case.
 */
char *secret_alloc(size_t size);
/* Wipes and frees what may come from secret_alloc, malloc or OpenSSL; takes NULL. */
void secret_free(char *text, size_t len);

/*
 * Reads a whole file, at most max bytes; a NUL follows the last one. "-" is standard input.
 * status, unless NULL, gets its owner and mode. GR_NO, silent: no such file. GR_BAD: larger, a
 * directory, or not for us to read. GR_FAIL: it cannot be read.
 */
enum status secret_read(char **text, size_t *len, struct stat *status, const char *path,
			size_t max);
/*
 * The same for the regular file name in the directory dirfd, never through a link (GR_BAD). where
 * names it in error lines.
 */
enum status secret_read_at(char **text, size_t *len, struct stat *status, int dirfd,
			   const char *name, const char *where, size_t max);
/* The same for what is open, from where it is: at most max bytes, as far as it goes. */
enum status secret_read_open(char **text, size_t *len, int fd, const char *where, size_t max);

#endif
