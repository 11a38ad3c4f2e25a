/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file_copy.h - copies large files and computes their SHA-256. On GR_FAIL one line has been
 * written; GR_NO is silent.
 */
#ifndef GR_BASE_FILE_COPY_H
#define GR_BASE_FILE_COPY_H

#include <sys/types.h>

#include "status.h"

enum { FILE_HEX = 65 };	/* a SHA-256 in lower-case hex, with its NUL */

/*
 * Computes the SHA-256 of the first len bytes of path; len -1: of all that it has now. GR_NO: it
 * has fewer than len. GR_FAIL also where path is a symbolic link.
 */
enum status file_digest(char hex[static FILE_HEX], const char *path, off_t len);
/*
 * Writes the first len bytes of from into the new file to (mode 0600) and syncs it; hex is their
 * SHA-256. GR_NO: to exists already, or from has fewer than len bytes.
 */
enum status file_copy(char hex[static FILE_HEX], const char *to, const char *from, off_t len);
/*
 * Copies the whole of from to the new file to with that mode, and syncs its directory too: after a
 * power cut to is complete or does not exist. A "TO.new" that an interrupted attempt left is
 * removed. GR_NO: to exists already.
 */
enum status file_copy_whole(const char *to, const char *from, mode_t mode);
/* Syncs the directory that holds path, so that its file names survive a power cut. */
enum status file_sync_parent(const char *path);

#endif
