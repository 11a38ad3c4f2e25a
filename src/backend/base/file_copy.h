/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file_copy.h - large files: copied, and known by their SHA-256. On GR_FAIL one line has been
 * written.
 */
#ifndef GR_BASE_FILE_COPY_H
#define GR_BASE_FILE_COPY_H

#include <sys/types.h>

#include "status.h"

enum { FILE_HEX = 65 };	/* a SHA-256 in lower-case hex, with its NUL */

/*
 * Of the first len bytes, -1: of all there are now. GR_NO, silent: it has fewer. Not through a
 * link.
 */
enum status file_digest(char hex[static FILE_HEX], const char *path, off_t len);
/*
 * A new file (0600), synced, with the first len bytes of from. GR_NO, silent: there is one, or
 * from has fewer.
 */
enum status file_copy(char hex[static FILE_HEX], const char *to, const char *from, off_t len);
/*
 * The same of the whole of from, with that mode, and with its name durable: after a power cut to
 * is whole or is not there. A "to.new" of an earlier attempt is removed.
 * GR_NO, silent: there is one.
 */
enum status file_copy_whole(const char *to, const char *from, mode_t mode);
/* Makes the names in the folder that path lies in durable. */
enum status file_sync_parent(const char *path);

#endif
